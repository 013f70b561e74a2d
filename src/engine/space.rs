//! A search as a space to ask about endless paths: the layers that are finished.

use super::Searchable;
use super::edges::{Graph, Notes};
use super::limits::{Limits, Stopped};
use super::liveness::Space;
use super::store::{Kept, Store};
use super::trace::last_of;

/// The states that have been expanded, by their places in the order of expansion.
pub(super) struct Searched<'a, M: Searchable> {
    pub model: &'a M,
    pub store: &'a Store,
    pub graph: &'a Graph,
    /// What is noted of the goal that is asked about.
    pub goal: Notes,
    pub limits: &'a Limits<'a>,
}

impl<M: Searchable> Space for Searched<'_, M> {
    fn states(&self) -> u32 {
        u32::try_from(self.graph.states.len()).expect("numbers of states have 31 bits")
    }

    fn row(&self, state: u32, row: &mut [u64]) {
        let index = self.graph.states[state as usize];
        match self.store.format.kept {
            Kept::Rows => row.copy_from_slice(self.store.kept(index)),
            Kept::Fingerprints => {
                let path = self.store.path(index);
                let state = last_of(self.model, self.store, &path);
                self.store.format.pack(self.model, &state, row);
            }
        }
    }

    fn find(&self, row: &[u64]) -> Option<u32> {
        self.graph.place(self.store.find(row)?)
    }

    fn is_symmetric(&self) -> bool {
        self.store.format.symmetric
    }

    fn look(&self, bytes: u64) -> Result<(), Stopped> {
        self.limits.look(bytes)
    }

    fn targets(&self, state: u32) -> &[u32] {
        self.graph.targets(state)
    }

    fn is_goal(&self, state: u32) -> bool {
        self.graph.notes[state as usize].has(self.goal)
    }

    fn may_stay(&self, state: u32) -> bool {
        self.graph.notes[state as usize].has(Notes::MAY_STAY)
    }
}
