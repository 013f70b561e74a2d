//! A partition in a checkpoint: its columns. The table follows from them.

use std::io;

use super::super::{Format, Index};
use super::{Partition, Rank};
use crate::engine::checkpoint::{Sink, Source, damaged};

impl Partition {
    pub(in crate::engine::store) fn write(
        &self,
        format: &Format,
        out: &mut Sink,
    ) -> io::Result<()> {
        out.words(&self.kept)?;
        out.numbers(self.parents.iter().copied())?;
        out.numbers(self.ranks.iter().map(|rank| rank.0))?;
        let seeds = if format.ranked {
            self.seeds()
        } else {
            Vec::new()
        };
        out.words(&bits(&seeds))
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
        let seeds = from.words()?;
        let states = partition.parents.len();
        let ranked = if format.ranked { states } else { 0 };
        let fits = partition.kept.len() == states * partition.kept_words
            && partition.ranks.len() == ranked
            && seeds.len() == ranked.div_ceil(WIDTH);
        if !fits {
            return Err(damaged());
        }
        let is_seed = |state: usize| seeds[state / WIDTH] >> (state % WIDTH) & 1 == 1;
        let seeds: Vec<bool> = (0..ranked).map(is_seed).collect();
        partition.table = partition.fill(format, states, &seeds);
        Ok(partition)
    }

    /// Whether there is a state of that number.
    pub(in crate::engine::store) fn holds(&self, local: Index) -> bool {
        (local as usize) < self.len()
    }
}

/// Bits of a word.
const WIDTH: usize = u64::BITS as usize;

/// Flags as words.
fn bits(flags: &[bool]) -> Vec<u64> {
    let word = |flags: &[bool]| {
        let flags = flags.iter().zip(0..);
        flags.fold(0, |all, (&flag, place): (_, u32)| {
            all | u64::from(flag) << place
        })
    };
    flags.chunks(WIDTH).map(word).collect()
}
