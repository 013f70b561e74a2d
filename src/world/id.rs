//! Small-integer names: which cluster, which ordinal, and tables and sets over them.

use std::ops::{Index, IndexMut, Range};

/// The most ordinals the checker's inline tables hold.
pub const MAX_ORDINALS: usize = 16;

pub use crate::vocabulary::Side as ClusterId;

/// One value for each side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PerCluster<T> {
    /// The source's value.
    pub source: T,
    /// The destination's value.
    pub destination: T,
}

impl<T> PerCluster<T> {
    /// What `make` makes for each side, the source first.
    pub fn each(mut make: impl FnMut(ClusterId) -> T) -> Self {
        Self {
            source: make(ClusterId::Source),
            destination: make(ClusterId::Destination),
        }
    }
}

impl<T> Index<ClusterId> for PerCluster<T> {
    type Output = T;
    fn index(&self, cluster: ClusterId) -> &T {
        match cluster {
            ClusterId::Source => &self.source,
            ClusterId::Destination => &self.destination,
        }
    }
}

impl<T> IndexMut<ClusterId> for PerCluster<T> {
    fn index_mut(&mut self, cluster: ClusterId) -> &mut T {
        match cluster {
            ClusterId::Source => &mut self.source,
            ClusterId::Destination => &mut self.destination,
        }
    }
}

/// The number in a Pod's name. It is a rank: no particular number has a meaning to the rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ordinal(pub u8);

impl Ordinal {
    /// The ordinal as an index into a table.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Display for Ordinal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Ordinals `{start .. end-1}`, kept as two marks between ordinals, each in `0..=MAX_ORDINALS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Slice {
    /// The lowest ordinal in the slice.
    pub start: u8,
    /// One above the highest ordinal in the slice; equal to `start` if the slice is empty.
    pub end: u8,
}

impl Slice {
    /// Nothing at all.
    pub const EMPTY: Self = Self { start: 0, end: 0 };

    /// Whether the slice holds `ordinal`.
    #[must_use]
    pub const fn contains(self, ordinal: Ordinal) -> bool {
        self.start <= ordinal.0 && ordinal.0 < self.end
    }

    /// Whether the slice holds no ordinal.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// How many ordinals the slice holds: the set's `replicas`.
    #[must_use]
    pub const fn replicas(self) -> u8 {
        self.end - self.start
    }

    /// The marks of the slice with another `start` or `replicas`; what is `None` stays, so that a
    /// change of `start` alone moves the end too. `None` if one of the numbers is negative.
    #[must_use]
    pub fn with(self, start: Option<i32>, replicas: Option<i32>) -> Option<(i32, i32)> {
        let start = start.unwrap_or(i32::from(self.start));
        let replicas = replicas.unwrap_or(i32::from(self.end) - i32::from(self.start));
        (start >= 0 && replicas >= 0).then_some((start, start + replicas))
    }

    /// The slice's ordinals, lowest first.
    pub fn ordinals(self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone {
        (self.start..self.end).map(Ordinal)
    }

    /// Whether some ordinal is in both slices.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        !self.is_empty() && !other.is_empty() && self.start < other.end && other.start < self.end
    }
}

impl From<Range<u8>> for Slice {
    fn from(range: Range<u8>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// `{3..5}`, `{3}` or `{}`: a slice in words, its highest ordinal included.
#[must_use]
pub fn describe_slice(slice: Slice) -> String {
    match slice.replicas() {
        0 => "{}".to_owned(),
        1 => format!("{{{}}}", slice.start),
        _ => format!("{{{}..{}}}", slice.start, slice.end - 1),
    }
}

/// A set of ordinals: bit i is ordinal i.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct OrdinalSet(pub u16);

impl OrdinalSet {
    /// Whether the set holds `ordinal`.
    #[must_use]
    pub const fn contains(self, ordinal: Ordinal) -> bool {
        self.0 >> ordinal.0 & 1 == 1
    }

    /// Puts `ordinal` into the set.
    pub const fn insert(&mut self, ordinal: Ordinal) {
        self.0 |= 1 << ordinal.0;
    }

    /// Takes `ordinal` out of the set.
    pub const fn remove(&mut self, ordinal: Ordinal) {
        self.0 &= !(1 << ordinal.0);
    }

    /// How many ordinals the set holds. A rule that decides by it is not local to its ordinals.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set's ordinals, lowest first.
    #[must_use]
    pub const fn iter(self) -> Ordinals {
        Ordinals(self)
    }
}

/// The ordinals of a set that are still to come.
#[derive(Clone, Debug)]
pub struct Ordinals(OrdinalSet);

impl Iterator for Ordinals {
    type Item = Ordinal;

    #[inline]
    fn next(&mut self) -> Option<Ordinal> {
        let ordinal = Ordinal(self.0.0.trailing_zeros() as u8);
        let is_left = !self.0.is_empty();
        is_left.then(|| {
            self.0.remove(ordinal);
            ordinal
        })
    }
}

impl DoubleEndedIterator for Ordinals {
    #[inline]
    fn next_back(&mut self) -> Option<Ordinal> {
        let last = self.0.0.checked_ilog2()?;
        let ordinal = Ordinal(last as u8);
        self.0.remove(ordinal);
        Some(ordinal)
    }
}

impl FromIterator<Ordinal> for OrdinalSet {
    fn from_iter<I: IntoIterator<Item = Ordinal>>(ordinals: I) -> Self {
        let mut set = Self::default();
        ordinals.into_iter().for_each(|ordinal| set.insert(ordinal));
        set
    }
}

/// One value for each ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Table<T>([T; MAX_ORDINALS]);

impl<T: Copy> Table<T> {
    /// The same value for each ordinal.
    #[must_use]
    pub const fn filled(value: T) -> Self {
        Self([value; MAX_ORDINALS])
    }

    /// The values, that of ordinal 0 first.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

impl<T: Copy + Default> Default for Table<T> {
    fn default() -> Self {
        Self::filled(T::default())
    }
}

impl<T> Index<Ordinal> for Table<T> {
    type Output = T;
    fn index(&self, ordinal: Ordinal) -> &T {
        &self.0[ordinal.index()]
    }
}

impl<T> IndexMut<Ordinal> for Table<T> {
    fn index_mut(&mut self, ordinal: Ordinal) -> &mut T {
        &mut self.0[ordinal.index()]
    }
}
