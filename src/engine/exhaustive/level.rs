//! A level of a search, block by block.

use std::ops::Range;

use super::BLOCK;
use crate::engine::frontier::{Frontier, Part};

/// States of one depth whose turn it is.
pub(super) struct Level {
    pub depth: u32,
    pub states: Frontier,
    /// How many of them have been expanded.
    pub done: usize,
    /// States of this depth that were expanded before these, by a run that was ended.
    pub before: usize,
}

impl Level {
    /// Nothing is left of the layer that has come to this depth.
    pub(super) fn behind_all(depth: u32) -> Self {
        Self {
            depth,
            states: Frontier::default(),
            done: 0,
            before: 0,
        }
    }

    /// The states that come next, if so many may be expanded at once. Where blocks end does not
    /// depend on how often the search was ended.
    pub(super) fn block(&self, most: usize) -> Range<usize> {
        let to_the_end = self.states.indices.len() - self.done;
        let to_the_grid = BLOCK - (self.before + self.done) % BLOCK;
        self.done..self.done + most.min(to_the_end).min(to_the_grid)
    }

    /// These states and their rows, if rows are carried.
    pub(super) fn part(&self, block: Range<usize>, words: usize) -> Part<'_> {
        let rows = if self.states.rows.is_empty() {
            &[][..]
        } else {
            &self.states.rows[block.start * words..block.end * words]
        };
        let indices = &self.states.indices[block];
        Part { indices, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(states: usize, before: usize, most: usize) -> Vec<usize> {
        let indices = vec![0; states];
        let rows = Vec::new();
        let mut level = Level {
            depth: 0,
            states: Frontier { indices, rows },
            done: 0,
            before,
        };
        let mut ends = Vec::new();
        while level.done < states {
            level.done = level.block(most).end;
            ends.push(before + level.done);
        }
        ends
    }

    /// What is left of a level is searched in the blocks that the whole would have been.
    #[test]
    fn blocks_end_where_they_would_have_ended() {
        let whole = blocks(3 * BLOCK + 5, 0, BLOCK);
        assert_eq!(whole, [BLOCK, 2 * BLOCK, 3 * BLOCK, 3 * BLOCK + 5]);
        assert_eq!(blocks(2 * BLOCK + 4, BLOCK + 1, BLOCK), whole[1..]);
        assert_eq!(blocks(BLOCK, 0, BLOCK / 2), [BLOCK / 2, BLOCK]);
    }
}
