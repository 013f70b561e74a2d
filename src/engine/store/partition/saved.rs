//! A partition in a checkpoint: its columns. The table follows from them.

use std::io;

use super::super::{Format, Index};
use super::{Partition, Rank};
use crate::engine::checkpoint::{Sink, Source, damaged};

impl Partition {
    pub(in crate::engine::store) fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.words(&self.kept)?;
        out.numbers(self.parents.iter().copied())?;
        out.numbers(self.ranks.iter().map(|rank| rank.0))?;
        out.words(&self.seeds)
    }

    /// The partition of that number, as it was written.
    pub(in crate::engine::store) fn read(
        number: usize,
        format: &Format,
        from: &mut Source,
    ) -> io::Result<Self> {
        let mut partition = Self::new(number, format);
        partition.kept = from.words()?;
        partition.parents = from.numbers()?;
        partition.ranks = from.numbers()?.into_iter().map(Rank).collect();
        partition.seeds = from.words()?;
        let states = partition.parents.len();
        let ranked = if format.ranked { states } else { 0 };
        let fits = partition.kept.len() == states * partition.kept_words
            && partition.ranks.len() == ranked
            && partition.seeds.len() == ranked.div_ceil(64);
        if !fits {
            return Err(damaged());
        }
        partition.table = partition.fill(format, states);
        Ok(partition)
    }

    /// Whether there is a state of that number.
    pub(in crate::engine::store) fn holds(&self, local: Index) -> bool {
        (local as usize) < self.len()
    }
}
