//! Values by small numbers, in the order in which they were first seen.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Distinct values, each with a number.
pub(super) struct Interner<T> {
    numbers: FxHashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            numbers: FxHashMap::default(),
            values: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The number of a value, and whether it is new.
    pub fn number(&mut self, value: &T) -> (u32, bool) {
        if let Some(&number) = self.numbers.get(value) {
            return (number, false);
        }
        let number = u32::try_from(self.values.len()).expect("fewer than 2^32 values");
        self.numbers.insert(value.clone(), number);
        self.values.push(value.clone());
        (number, true)
    }

    /// The number of a value that has one.
    pub fn find(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    /// The value of a number.
    pub fn value(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }
}
