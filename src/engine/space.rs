//! A search as a space to ask about endless paths: what has been expanded so far.

use super::Searchable;
use super::edges::{Edges, Notes};
use super::liveness::Space;
use super::store::{Index, Kept, Store};
use super::trace::last_of;

/// The states that have been expanded, by their numbers in the store.
pub(super) struct Searched<'a, M: Searchable> {
    model: &'a M,
    store: &'a Store,
    edges: &'a Edges,
    /// By number: the block and the place in it, or [`UNKNOWN`].
    places: Vec<(u32, u32)>,
}

const UNKNOWN: (u32, u32) = (u32::MAX, u32::MAX);

impl<'a, M: Searchable> Searched<'a, M> {
    pub(super) fn new(model: &'a M, store: &'a Store, edges: &'a Edges) -> Self {
        let mut places = vec![UNKNOWN; store.end()];
        for (number, block) in (0..).zip(&edges.blocks) {
            for (place, &index) in (0..).zip(&block.from) {
                places[index as usize] = (number, place);
            }
        }
        Self {
            model,
            store,
            edges,
            places,
        }
    }

    fn has(&self, state: Index, note: Notes) -> bool {
        let (block, place) = self.places[state as usize];
        let block = self.edges.blocks.get(block as usize);
        block.is_some_and(|block| block.notes[place as usize].has(note))
    }
}

impl<M: Searchable> Space for Searched<'_, M> {
    fn states(&self) -> u32 {
        u32::try_from(self.places.len()).expect("numbers of states have 31 bits")
    }

    fn row(&self, state: u32, row: &mut [u64]) {
        match self.store.format.kept {
            Kept::Rows => row.copy_from_slice(self.store.kept(state)),
            Kept::Fingerprints => {
                let path = self.store.path(state);
                self.model
                    .pack(&last_of(self.model, self.store, &path), row);
            }
        }
    }

    fn find(&self, row: &[u64]) -> Option<u32> {
        let state = self.store.find(row)?;
        (self.places[state as usize] != UNKNOWN).then_some(state)
    }

    fn targets(&self, state: u32) -> &[u32] {
        let (block, place) = self.places[state as usize];
        let block = self.edges.blocks.get(block as usize);
        block.map_or(&[], |block| block.steps(place as usize))
    }

    fn is_goal(&self, state: u32) -> bool {
        self.has(state, Notes::GOAL)
    }

    fn may_stay(&self, state: u32) -> bool {
        self.has(state, Notes::MAY_STAY)
    }
}
