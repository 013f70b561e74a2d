//! Successors on their way to a partition.
//!
//! A successor gets its number where it is found, before anybody knows whether it is new. That
//! is what makes the result independent of threads: partitions answer in any order, and the
//! numbers put the answers back into the order of the one worker. A row, its note and its hash
//! travel as neighbouring words, so that whoever reads the row has the rest at hand:
//!
//! ```text
//! row        | word 0 .. word n-1 | note | hash | next row ..
//! note  bit  | 0 .. 30  31     32 .. 62   63   |
//!            | parent   fault  number     idle |
//! ```
//!
//! Nothing in the words says where a row begins: [`Lane::check`] does, once a block.

use super::Index;

/// What is known of a successor beside its row: the state it comes from, whether the step to it
/// is a fault, whether that step counts on a way back, and its number in its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::engine) struct Note(u64);

const FAULT: u64 = 1 << 31;
const IDLE: u64 = 1 << 63;
/// States and numbers have 31 bits.
const NUMBER: u64 = FAULT - 1;

/// The most successors that a worker may number in a line, in one block.
pub(in crate::engine) const MOST_NUMBERS: u32 = NUMBER as u32;

impl Note {
    /// Of a successor of `parent`.
    #[inline(always)]
    pub(in crate::engine) const fn new(parent: Index, number: u32) -> Self {
        Self(parent as u64 | (number as u64) << 32)
    }

    /// The step is a fault.
    #[inline(always)]
    pub(in crate::engine) const fn by_fault(self, is_fault: bool) -> Self {
        Self(self.0 | if is_fault { FAULT } else { 0 })
    }

    /// The step does not count on a way back.
    #[inline(always)]
    pub(in crate::engine) const fn idle(self, is_idle: bool) -> Self {
        Self(self.0 | if is_idle { IDLE } else { 0 })
    }

    #[inline(always)]
    pub(in crate::engine) const fn parent(self) -> Index {
        (self.0 & NUMBER) as Index
    }

    #[inline(always)]
    pub(in crate::engine) const fn is_fault(self) -> bool {
        self.0 & FAULT != 0
    }

    pub(in crate::engine) const fn is_idle(self) -> bool {
        self.0 & IDLE != 0
    }

    /// Its number among the worker's successors that get in the same line.
    pub(in crate::engine) const fn number(self) -> u32 {
        (self.0 >> 32 & NUMBER) as u32
    }

    /// As a word behind a row.
    pub(in crate::engine) const fn word(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(in crate::engine) const fn from_word(word: u64) -> Self {
        Self(word)
    }
}

/// Words behind a row: that of its note, then its hash.
pub(in crate::engine) const BEHIND: usize = 2;

/// Rows that one worker has found for one partition, in the order in which it found them.
#[derive(Default)]
pub(in crate::engine) struct Lane {
    /// The rows, one after another, each with [`BEHIND`] words behind it.
    pub rows: Vec<u64>,
    /// By row: the state that it turned out to be. Empty unless steps are recorded.
    pub targets: Vec<Index>,
    /// States whose turn is in the next level of this layer, by number.
    pub now: Vec<Found>,
    /// States whose turn is in the next layer, by number.
    pub later: Vec<Found>,
}

/// A successor that has to get in line.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Found {
    /// Its number in its line.
    pub number: u32,
    /// The state.
    pub index: Index,
    /// The place of its row in the lane.
    pub place: u32,
}

impl Lane {
    pub(in crate::engine) fn clear(&mut self) {
        self.rows.clear();
        self.targets.clear();
        self.now.clear();
        self.later.clear();
    }

    /// The row at a place, of `words` words, and its note.
    #[inline(always)]
    pub(in crate::engine) fn row(&self, place: usize, words: usize) -> (&[u64], Note) {
        let start = place * (words + BEHIND);
        let row = &self.rows[start..start + words + BEHIND];
        (&row[..words], Note::from_word(row[words]))
    }

    /// How many rows of `words` words there are.
    pub(in crate::engine) const fn count(&self, words: usize) -> usize {
        self.rows.len() / (words + BEHIND)
    }

    /// It holds whole rows of `words` words, as many as there are numbers for their places.
    pub(super) fn check(&self, words: usize) {
        let (all, each) = (self.rows.len(), words + BEHIND);
        assert!(
            all.is_multiple_of(each) && u32::try_from(self.count(words)).is_ok(),
            "a lane is corrupt: {all} words in rows of {each}"
        );
    }

    pub(in crate::engine) fn bytes(&self) -> u64 {
        let bytes = self.rows.capacity() * size_of::<u64>()
            + self.targets.capacity() * size_of::<Index>()
            + (self.now.capacity() + self.later.capacity()) * size_of::<Found>();
        bytes as u64
    }
}
