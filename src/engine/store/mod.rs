//! The states that a search has found, each once, with the state it was first reached from.
//!
//! States are dealt out to [`PARTITIONS`] by their hash. A partition has one owner at a time, so
//! threads share nothing while they store, and what is stored under which number does not depend
//! on how many of them there are.
//!
//! The number of a state is its place in its partition and the partition, as `local * 32 + part`,
//! so a partition numbers its states without asking the others, and the numbers of all are dense
//! enough to be the index of a table. They have 31 bits: the highest one is free for a mark in
//! notes and steps. That leaves 26 bits for the place, and a search stops before one partition has
//! so many states; were one to get more, two states would share a number.
//!
//! With [`Kept::Rows`] a partition keeps whole rows, and no two states are ever taken for one.
//! With [`Kept::Fingerprints`] it keeps 128 bits of each; the rows themselves are then held only
//! while they wait for their turn.
//!
//! On its way a successor passes through
//!
//! ```text
//!   worker (Work)                    partition                      search
//!
//!   model's steps
//!        |  row, note
//!        v
//!     batch --hash--> one lane --in batches--> table, rows --new--> lane.now    --collect--> the
//!     (of 64)         for each                  parents             lane.later              lines
//!        |            partition                    |                (Found)                 (Frontier)
//!        v                                         v
//!     recent: met a moment ago,                known: lane.targets, if steps are recorded
//!     left out
//! ```
//!
//! where each stage prefetches the memory that the next one looks at. The numbers in the notes
//! bring the lanes of all partitions back into the order in which the worker found what is in
//! them.

mod fold;
mod lane;
mod partition;
mod saved;
mod table;
mod width;

pub(super) use fold::{append, fold, same};
pub(super) use lane::{BEHIND, Found, Lane, MOST_NUMBERS, Note};
pub(super) use partition::{Partition, Rank, Turn};
pub(super) use table::{LINE, prefetch};
pub(super) use width::{Any, Known, Width, by_width};

use rayon::prelude::*;

use super::{Bits, Searchable};

/// Number of a stored state: its number in its partition, and the partition. In a given search
/// always the same, whatever the number of threads.
pub(super) type Index = u32;

/// The parent of an initial state.
pub(super) const NO_PARENT: Index = Index::MAX >> 1;

/// Parts of a store. More than threads, so that each finds work; not so many that what a worker
/// finds for each of them at a time is too little to be worth a look.
pub(super) const PARTITIONS: usize = 1 << PARTITION_BITS;
const PARTITION_BITS: u32 = 5;

/// The most states of one partition.
const MAX_LOCAL: usize = (1 << (Index::BITS - 1 - PARTITION_BITS)) - 1;

/// What is kept of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kept {
    /// Its row: nothing is ever missed.
    Rows,
    /// A fingerprint of 128 bits: two states that share one are taken for one.
    Fingerprints,
}

/// How rows are kept and compared.
#[derive(Clone, Debug)]
pub(super) struct Format {
    /// Words of a row.
    pub words: usize,
    /// What is kept of it.
    pub kept: Kept,
    /// A state is kept with its layer and depth: it may be reached again on a better way.
    pub ranked: bool,
    /// Where a row counts faults, if a state with fewer spent covers one with more.
    pub spent: Vec<Bits>,
    /// For each word the bits that are no such count.
    pub key: Vec<u64>,
    /// Rows are those of the states that stand for all that are alike to them.
    pub symmetric: bool,
}

impl Format {
    /// Rows of `words` words.
    pub(super) fn new(words: usize, kept: Kept, ranked: bool, spent: Vec<Bits>) -> Self {
        let words = words.max(1);
        assert!(
            kept == Kept::Rows || spent.is_empty(),
            "a fingerprint has no counts of faults to compare"
        );
        let mut key = vec![u64::MAX; words];
        for bits in &spent {
            key[bits.word] &= !(((1 << bits.width) - 1) << bits.shift);
        }
        Self {
            words,
            kept,
            ranked,
            spent,
            key,
            symmetric: false,
        }
    }

    /// Writes the row that a state is stored with.
    pub(super) fn pack<M: Searchable>(&self, model: &M, state: &M::State, row: &mut [u64]) {
        model.pack(state, row);
        if self.symmetric {
            model.canonicalize(state, row);
        }
    }

    /// The hash by which a row is stored.
    pub(super) fn hash(&self, row: &[u64]) -> u64 {
        let mut fingerprint = [0; fold::FINGERPRINT];
        fold(self.what_is_kept(row, &mut fingerprint), &self.key)
    }

    fn what_is_kept<'a>(&self, row: &'a [u64], fingerprint: &'a mut [u64; 2]) -> &'a [u64] {
        match self.kept {
            Kept::Rows => row,
            Kept::Fingerprints => {
                *fingerprint = fold::fingerprint(row);
                fingerprint
            }
        }
    }

    /// Words that are kept of a row.
    pub(super) const fn kept_words(&self) -> usize {
        match self.kept {
            Kept::Rows => self.words,
            Kept::Fingerprints => fold::FINGERPRINT,
        }
    }
}

/// All partitions.
pub(super) struct Store {
    pub(super) format: Format,
    partitions: Vec<Partition>,
}

impl Store {
    pub(super) fn new(format: Format) -> Self {
        let partition = |number| Partition::new(number, &format);
        let partitions = (0..PARTITIONS).map(partition).collect();
        Self { format, partitions }
    }

    /// The format, and the partitions to write to.
    pub(super) fn split(&mut self) -> (&Format, &mut [Partition]) {
        (&self.format, &mut self.partitions)
    }

    /// How many states there are.
    pub(super) fn len(&self) -> u64 {
        self.partitions.iter().map(|part| part.len() as u64).sum()
    }

    /// One above the highest number of a state.
    pub(super) fn end(&self) -> usize {
        let longest = self.partitions.iter().map(Partition::len).max();
        longest.unwrap_or(0) << PARTITION_BITS
    }

    /// Whether some state might get no number.
    pub(super) fn is_full(&self) -> bool {
        let room = MAX_LOCAL - (1 << 20);
        self.partitions.iter().any(|part| part.len() > room)
    }

    /// What is kept of a state: its row, or its fingerprint.
    #[inline(always)]
    pub(super) fn kept(&self, index: Index) -> &[u64] {
        let (partition, local) = part(index);
        self.partitions[partition].kept(local)
    }

    /// Prefetches what is kept of a state that will be looked at soon.
    #[inline(always)]
    pub(super) fn prefetch(&self, index: Index) {
        let (partition, local) = part(index);
        self.partitions[partition].prefetch(local);
    }

    /// The number of the state with this row, or of one that covers it.
    pub(super) fn find(&self, row: &[u64]) -> Option<Index> {
        let mut fingerprint = [0; fold::FINGERPRINT];
        let kept = self.format.what_is_kept(row, &mut fingerprint);
        let hash = fold(kept, &self.format.key);
        self.partitions[partition_of(hash)].find(&self.format, kept, hash)
    }

    /// Whether exactly this row is what is kept of that state.
    pub(super) fn is(&self, index: Index, row: &[u64]) -> bool {
        let mut fingerprint = [0; fold::FINGERPRINT];
        self.kept(index) == self.format.what_is_kept(row, &mut fingerprint)
    }

    /// On which way a state has been reached so far.
    pub(super) fn rank(&self, index: Index) -> Rank {
        let (partition, local) = part(index);
        self.partitions[partition].rank(local)
    }

    /// Another state that covers this one.
    pub(super) fn covering(&self, index: Index) -> Option<Index> {
        let (partition, local) = part(index);
        self.partitions[partition].covering(&self.format, local)
    }

    /// The states from the initial one to this one.
    pub(super) fn path(&self, index: Index) -> Vec<Index> {
        let parent = |&index: &Index| {
            let (partition, local) = part(index);
            let parent = self.partitions[partition].parent(local);
            (parent != NO_PARENT).then_some(parent)
        };
        let mut path: Vec<Index> = std::iter::successors(Some(index), parent).collect();
        path.reverse();
        path
    }

    /// Gives its memory back, on all threads of the pool that this runs on.
    pub(super) fn give_back(self) {
        self.partitions.into_par_iter().for_each(drop);
    }

    /// Bytes that the store has asked for.
    pub(super) fn bytes(&self) -> u64 {
        self.partitions.iter().map(Partition::bytes).sum()
    }
}

/// The partition of rows with this hash.
pub(super) const fn partition_of(hash: u64) -> usize {
    (hash >> (64 - PARTITION_BITS)) as usize
}

/// The number of a state of that number in that partition.
pub(super) const fn join(partition: usize, local: u32) -> Index {
    local << PARTITION_BITS | partition as u32
}

/// The partition of a state, and its number there.
pub(super) const fn part(index: Index) -> (usize, u32) {
    (index as usize % PARTITIONS, index >> PARTITION_BITS)
}
