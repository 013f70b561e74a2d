//! A component of a space whose states stand for all that are alike to them, taken apart again.
//!
//! A loop among such states need not be one among the states that a path goes through: it may
//! come back to a state that is only alike. Gone round often enough, it closes, since names that
//! are exchanged again and again come back to their places. And the classes of fairness name
//! objects. So both are judged on real states.
//!
//! If one of two Pods is always down, and they take turns, this is
//!
//! ```text
//!   as states that stand for others   { one is down } ---> { one is down }
//!   as real states                    { 0 is down } ---> { 1 is down } ---> { 0 is down }
//! ```
//!
//! What looks like one step that leads back takes two. And a step of Pod 0's kubelet seems to be
//! enabled throughout, while it is not enabled in one of the two.
//!
//! Not all real states of a component are unfolded, only those that steps lead to from one of them.
//! The others are the same under other names, so these are enough if among them is one for every
//! state of the component; `component` looks whether there is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::expander::Expander;
use super::{LOOK, Space, Stopped};
use crate::engine::Searchable;

/// Real states, and the steps between them that are not faults.
pub(super) struct Unfolded<'a, S> {
    space: &'a S,
    /// By state: its row, under its own names.
    rows: Vec<Box<[u64]>>,
    /// By state: the one of the space that stands for it.
    places: Vec<u32>,
    numbers: FxHashMap<Box<[u64]>, u32>,
    targets: Vec<Vec<u32>>,
    /// Bytes that a state takes.
    each: u64,
}

/// Bytes that a state takes besides its row, more or less.
const EACH: u64 = 128;

impl<'a, S: Space> Unfolded<'a, S> {
    /// Everything that steps lead to from `start`, number 0, among the states that those
    /// `inside` stand for.
    pub(super) fn new<M: Searchable>(
        expander: &Expander<'a, M, S>,
        start: &M::State,
        inside: impl Fn(u32) -> bool,
    ) -> Result<Self, Stopped> {
        let mut unfolded = Self {
            space: expander.space,
            rows: Vec::new(),
            places: Vec::new(),
            numbers: FxHashMap::default(),
            targets: Vec::new(),
            each: 0,
        };
        unfolded.each = EACH + 16 * expander.model.words() as u64;
        unfolded.number(expander, start, &inside);
        while unfolded.targets.len() < unfolded.rows.len() {
            if unfolded.targets.len().is_multiple_of(LOOK) {
                unfolded.look(0)?;
            }
            let state = expander
                .model
                .unpack(&unfolded.rows[unfolded.targets.len()]);
            let mut targets = Vec::new();
            expander.model.successors(&state, &mut |action, next| {
                if expander.model.fault_kind(&action).is_none() {
                    targets.extend(unfolded.number(expander, next, &inside));
                }
            });
            unfolded.targets.push(targets);
        }
        unfolded.look(0)?;
        Ok(unfolded)
    }

    /// The number of a state, unless it is outside.
    fn number<M: Searchable>(
        &mut self,
        expander: &Expander<'a, M, S>,
        state: &M::State,
        inside: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let place = expander.find(state).filter(|&place| inside(place))?;
        let mut row = expander.blank();
        expander.model.pack(state, &mut row);
        let row = row.into_boxed_slice();
        let next = u32::try_from(self.rows.len()).expect("memory has a bound");
        let number = *self.numbers.entry(row.clone()).or_insert(next);
        if number == next {
            self.rows.push(row);
            self.places.push(place);
        }
        Some(number)
    }
}

impl<S> Unfolded<'_, S> {
    /// How many states of the space stand for the real ones.
    pub(super) fn places(&self) -> usize {
        self.places.iter().collect::<FxHashSet<_>>().len()
    }
}

impl<S: Space> Space for Unfolded<'_, S> {
    fn states(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("memory has a bound")
    }

    fn look(&self, bytes: u64) -> Result<(), Stopped> {
        let own = self.rows.len() as u64 * self.each;
        self.space.look(own + bytes)
    }

    fn row(&self, state: u32, row: &mut [u64]) {
        row.copy_from_slice(&self.rows[state as usize]);
    }

    fn find(&self, row: &[u64]) -> Option<u32> {
        self.numbers.get(row).copied()
    }

    fn targets(&self, state: u32) -> &[u32] {
        &self.targets[state as usize]
    }

    fn is_goal(&self, state: u32) -> bool {
        self.space.is_goal(self.places[state as usize])
    }

    fn may_stay(&self, state: u32) -> bool {
        self.space.may_stay(self.places[state as usize])
    }
}
