//! Successors on their way to a partition.

use super::Index;

/// Where a successor comes from: the state, and whether the step to it is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::engine) struct Origin(u32);

const FAULT: u32 = 1 << 31;

impl Origin {
    pub(in crate::engine) const fn new(parent: Index, is_fault: bool) -> Self {
        Self(parent | if is_fault { FAULT } else { 0 })
    }

    pub(super) const fn parent(self) -> Index {
        self.0 & !FAULT
    }

    pub(super) const fn is_fault(self) -> bool {
        self.0 & FAULT != 0
    }
}

/// Rows that one worker has found for one partition, in the order in which it found them.
#[derive(Default)]
pub(in crate::engine) struct Lane {
    /// The rows, one after another.
    pub rows: Vec<u64>,
    /// By row: where it comes from.
    pub origins: Vec<Origin>,
    /// By row: the state that it turned out to be.
    pub targets: Vec<Index>,
    /// By row: whether that state has to get in line.
    pub news: Vec<News>,
}

/// What storing a successor means for the order of the search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::engine) enum News {
    /// Nothing: it waits already, or has had its turn, or is covered.
    None,
    /// Its turn is in the next level of this layer.
    Now,
    /// Its turn is in the next layer.
    Later,
}

impl News {
    pub(super) const fn of(is_seed: bool) -> Self {
        if is_seed { Self::Later } else { Self::Now }
    }
}

impl Lane {
    pub(in crate::engine) fn clear(&mut self) {
        self.rows.clear();
        self.origins.clear();
        self.targets.clear();
        self.news.clear();
    }

    pub(in crate::engine) fn bytes(&self) -> u64 {
        let bytes = self.rows.capacity() * size_of::<u64>()
            + self.origins.capacity() * size_of::<Origin>()
            + self.targets.capacity() * size_of::<Index>()
            + self.news.capacity() * size_of::<News>();
        bytes as u64
    }
}
