//! The steps of a search that are no faults, kept for questions about paths.

use std::io;

use super::checkpoint::{Sink, Source, damaged};
use super::store::Index;

/// The steps from some states, in the order in which the states were expanded.
#[derive(Default)]
pub(super) struct Block {
    /// The states, each with [`MARK`] if it is the goal.
    pub from: Vec<Index>,
    /// By state: one above its last step in `targets`.
    pub ends: Vec<u32>,
    /// Where the steps lead, each with [`MARK`] if it does not count on a way back.
    pub targets: Vec<Index>,
}

/// Something is special about this number. Numbers of states have 31 bits.
pub(super) const MARK: Index = 1 << 31;

impl Block {
    /// The state at a place, whether it is the goal, and its steps.
    pub(super) fn state(&self, place: usize) -> (Index, bool, &[Index]) {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        let steps = &self.targets[start..self.ends[place] as usize];
        let from = self.from[place];
        (from & !MARK, from & MARK != 0, steps)
    }

    fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.numbers(self.from.iter().copied())?;
        out.numbers(self.ends.iter().copied())?;
        out.numbers(self.targets.iter().copied())
    }

    fn read(from: &mut Source) -> io::Result<Self> {
        let block = Self {
            from: from.numbers()?,
            ends: from.numbers()?,
            targets: from.numbers()?,
        };
        let targets = block.ends.last().map_or(0, |&end| end as usize);
        let fits = block.from.len() == block.ends.len() && targets == block.targets.len();
        if fits { Ok(block) } else { Err(damaged()) }
    }

    fn bytes(&self) -> u64 {
        let numbers = self.from.capacity() + self.ends.capacity() + self.targets.capacity();
        (numbers * size_of::<Index>()) as u64
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Edges {
    /// In the order of layers, then depth.
    pub blocks: Vec<Block>,
    /// States that are not expanded, and the states that cover them.
    pub covered: Vec<(Index, Index)>,
}

impl Edges {
    pub(super) fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.number(self.blocks.len() as u64)?;
        for block in &self.blocks {
            block.write(out)?;
        }
        out.numbers(self.covered.iter().map(|&(state, _)| state))?;
        out.numbers(self.covered.iter().map(|&(_, by)| by))
    }

    pub(super) fn read(from: &mut Source) -> io::Result<Self> {
        let count = from.number()?;
        let blocks = (0..count).map(|_| Block::read(from));
        Ok(Self {
            blocks: blocks.collect::<Result<_, _>>()?,
            covered: from.numbers()?.into_iter().zip(from.numbers()?).collect(),
        })
    }

    pub(super) fn bytes(&self) -> u64 {
        let covered = self.covered.capacity() * size_of::<(Index, Index)>();
        self.blocks.iter().map(Block::bytes).sum::<u64>() + covered as u64
    }

    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.covered.clear();
    }
}

/// A set of states.
#[derive(Clone, Default)]
pub(super) struct StateSet(Vec<u64>);

impl StateSet {
    pub(super) fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.words(&self.0)
    }

    pub(super) fn read(from: &mut Source) -> io::Result<Self> {
        from.words().map(Self)
    }

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
