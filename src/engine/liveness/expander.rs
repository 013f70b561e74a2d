//! The states of a space, and their steps, which are not stored: the model is asked for them again.

use super::Space;
use crate::engine::Searchable;

/// A step of a state.
pub(super) struct Step<A> {
    pub action: A,
    /// Where it leads; none if that has not been searched.
    pub target: Option<u32>,
    pub is_fault: bool,
    /// Its class of fairness.
    pub class: Option<u16>,
}

/// A model beside a space of its states.
pub(super) struct Expander<'a, M: Searchable, S: Space> {
    pub model: &'a M,
    pub space: &'a S,
}

impl<'a, M: Searchable, S: Space> Expander<'a, M, S> {
    pub(super) const fn new(model: &'a M, space: &'a S) -> Self {
        Self { model, space }
    }

    pub(super) fn blank(&self) -> Vec<u64> {
        vec![0; self.model.words().max(1)]
    }

    pub(super) fn state(&self, state: u32) -> M::State {
        let mut row = self.blank();
        self.space.row(state, &mut row);
        self.model.unpack(&row)
    }

    /// The row that the space has a state by.
    pub(super) fn row(&self, state: &M::State) -> Vec<u64> {
        let mut row = self.blank();
        self.model.pack(state, &mut row);
        if self.space.is_symmetric() {
            self.model.canonicalize(state, &mut row);
        }
        row
    }

    /// The number of a state.
    pub(super) fn find(&self, state: &M::State) -> Option<u32> {
        self.space.find(&self.row(state))
    }

    /// The steps of a state, in the model's order.
    pub(super) fn steps(&self, state: u32) -> Vec<Step<M::Action>> {
        let mut steps = Vec::new();
        self.model
            .successors(&self.state(state), &mut |action, next| {
                let is_fault = self.model.fault_kind(&action).is_some();
                steps.push(Step {
                    target: self.find(next),
                    is_fault,
                    class: self.model.fairness(&action).filter(|_| !is_fault),
                    action,
                });
            });
        steps
    }
}
