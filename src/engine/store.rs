//! The states that a search has found: packed rows in one log, and an exact index over it.

use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

/// Number of a stored state, in the order of discovery.
pub(super) type Index = u32;

/// Packed states without repetition, each with the state it was first reached from.
pub(super) struct Store {
    words: usize,
    log: Vec<u64>,
    index: HashTable<Index>,
    parents: Vec<Index>,
    depths: Vec<u32>,
}

/// The parent of an initial state.
pub(super) const NO_PARENT: Index = Index::MAX;

impl Store {
    pub(super) fn new(words: usize) -> Self {
        Self {
            words: words.max(1),
            log: Vec::new(),
            index: HashTable::new(),
            parents: Vec::new(),
            depths: Vec::new(),
        }
    }

    /// How many states there are.
    pub(super) const fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether another state would have no number.
    pub(super) const fn is_full(&self) -> bool {
        self.len() >= NO_PARENT as usize
    }

    /// The packed state of that number.
    pub(super) fn row(&self, index: Index) -> &[u64] {
        let start = index as usize * self.words;
        &self.log[start..start + self.words]
    }

    /// The number of a packed state.
    pub(super) fn find(&self, row: &[u64]) -> Option<Index> {
        self.index
            .find(hash(row), |&index| self.row(index) == row)
            .copied()
    }

    /// Stores a state that is not stored yet. The comparison is on all bits: no two states are
    /// ever taken for one.
    pub(super) fn insert(&mut self, row: &[u64], parent: Index, depth: u32) -> Index {
        let index = Index::try_from(self.len()).expect("checked by `is_full`");
        self.log.extend_from_slice(row);
        self.parents.push(parent);
        self.depths.push(depth);
        let (log, words) = (&self.log, self.words);
        let row_of = |&index: &Index| &log[index as usize * words..(index as usize + 1) * words];
        self.index
            .insert_unique(hash(row), index, |index| hash(row_of(index)));
        index
    }

    /// The least steps from the initial state known so far.
    pub(super) fn depth(&self, index: Index) -> u32 {
        self.depths[index as usize]
    }

    /// The state has been reached in fewer steps than was known.
    pub(super) fn shorten(&mut self, index: Index, parent: Index, depth: u32) {
        self.parents[index as usize] = parent;
        self.depths[index as usize] = depth;
    }

    /// The states from the initial one to this one.
    pub(super) fn path(&self, index: Index) -> Vec<Index> {
        let parent = |&index: &Index| {
            let parent = self.parents[index as usize];
            (parent != NO_PARENT).then_some(parent)
        };
        let mut path: Vec<Index> = std::iter::successors(Some(index), parent).collect();
        path.reverse();
        path
    }

    /// Bytes that the store has asked for.
    pub(super) fn bytes(&self) -> u64 {
        let log = self.log.capacity() * size_of::<u64>();
        let columns = self.parents.capacity() * size_of::<Index>()
            + self.depths.capacity() * size_of::<u32>();
        (log + columns + self.index.allocation_size()) as u64
    }
}

fn hash(row: &[u64]) -> u64 {
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    for &word in row {
        hasher.write_u64(word);
    }
    hasher.finish()
}
