//! The steps of a search that are no faults, kept for questions about paths.

use super::store::Index;

/// The steps from some states, in the order in which the states were expanded.
#[derive(Default)]
pub(super) struct Block {
    /// The states.
    pub from: Vec<Index>,
    /// By state: what is special about it.
    pub notes: Vec<Notes>,
    /// By state: one above its last step in `targets`.
    pub ends: Vec<u32>,
    /// Where the steps lead, each with [`NO_HELP`] if it does not count on a way back.
    pub targets: Vec<Index>,
}

/// The step does not count on a way back. Numbers of states have 31 bits.
pub(super) const NO_HELP: Index = 1 << 31;

/// What is special about a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Notes(u8);

impl Notes {
    /// It is the goal.
    pub(super) const GOAL: Self = Self(1);
    /// Nothing has to happen in it.
    pub(super) const MAY_STAY: Self = Self(2);
    /// It is not expanded: its one step leads to the state that covers it.
    pub(super) const COVERED: Self = Self(4);

    pub(super) const fn has(self, note: Self) -> bool {
        self.0 & note.0 != 0
    }

    pub(super) const fn with(self, note: Self, holds: bool) -> Self {
        Self(self.0 | if holds { note.0 } else { 0 })
    }
}

impl Block {
    /// The steps of the state at a place.
    pub(super) fn steps(&self, place: usize) -> &[Index] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        &self.targets[start..self.ends[place] as usize]
    }

    /// A state that is covered by another.
    pub(super) fn cover(&mut self, index: Index, by: Index) {
        self.from.push(index);
        self.notes.push(Notes::COVERED);
        self.targets.push(by);
        self.ends.push(self.targets.len() as u32);
    }

    fn bytes(&self) -> u64 {
        let numbers = self.from.capacity() + self.ends.capacity() + self.targets.capacity();
        (numbers * size_of::<Index>() + self.notes.capacity()) as u64
    }
}

/// All of them, in the order of layers, then depth.
#[derive(Default)]
pub(super) struct Edges {
    pub blocks: Vec<Block>,
    /// Blocks before this one are of earlier layers.
    pub layer: usize,
}

impl Edges {
    pub(super) fn bytes(&self) -> u64 {
        self.blocks.iter().map(Block::bytes).sum()
    }

    /// The layer is over, and nobody asks for its way back again.
    pub(super) fn end_layer(&mut self, keeps: bool) {
        if keeps {
            for block in &mut self.blocks[self.layer..] {
                for target in &mut block.targets {
                    *target &= !NO_HELP;
                }
            }
        } else {
            self.blocks.clear();
        }
        self.layer = self.blocks.len();
    }
}

/// A set of states.
#[derive(Clone, Default)]
pub(super) struct StateSet(Vec<u64>);

impl StateSet {
    /// Makes room for states below `end`.
    pub(super) fn grow(&mut self, end: usize) {
        let words = end.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    pub(super) fn contains(&self, index: Index) -> bool {
        self.0[index as usize / 64] >> (index % 64) & 1 == 1
    }

    pub(super) fn insert(&mut self, index: Index) {
        self.0[index as usize / 64] |= 1 << (index % 64);
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.0.capacity() * size_of::<u64>()) as u64
    }
}
