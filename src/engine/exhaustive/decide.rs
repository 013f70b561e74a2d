//! What a search has decided, and what it decides once a layer is over.

use std::cell::Cell;

use super::super::limits::{Limits, Stopped};
use super::super::liveness::{self, Promise};
use super::super::recoverable;
use super::super::space::Searched;
use super::super::store::Index;
use super::super::trace::follow;
use super::{RECOVERABLE, Search};
use crate::engine::{Decision, Order, Searchable, Trace, Verdict};

impl<M: Searchable> Search<'_, M> {
    /// The property's number, if it is asked for and not violated yet.
    pub(super) fn undecided(&self, name: &str) -> Option<usize> {
        let mut decisions = self.decisions.iter();
        let is_open = |decision: &Decision<M::Action>| {
            decision.name == name && decision.verdict == Verdict::Holds
        };
        decisions.position(is_open)
    }

    pub(super) fn asks_about_endless_paths(&self) -> bool {
        let mut promises = Promise::ALL.into_iter();
        promises.any(|promise| self.undecided(promise.name()).is_some())
    }

    /// Whether some open property is about paths, so that steps are to be recorded.
    pub(super) fn records(&self) -> bool {
        self.undecided(RECOVERABLE).is_some() || self.asks_about_endless_paths()
    }

    pub(super) fn is_decided(&self) -> bool {
        self.decisions
            .iter()
            .all(|decision| decision.verdict != Verdict::Holds)
    }

    pub(super) fn fails_fast(&self) -> bool {
        self.question.fail_fast
            && self
                .decisions
                .iter()
                .any(|decision| matches!(decision.verdict, Verdict::Violated(_)))
    }

    /// The always-properties that are not violated yet: bit i is the i-th of the question.
    pub(super) fn open(&self) -> u32 {
        let invariants = self.decisions.iter().take(self.question.invariants.len());
        let open = invariants
            .enumerate()
            .map(|(number, decision)| u32::from(decision.verdict == Verdict::Holds) << number);
        open.fold(0, |all, one| all | one)
    }

    pub(super) fn note_violations(&mut self, index: Index, broken: u32) {
        for number in 0..self.question.invariants.len() {
            if broken >> number & 1 == 1 && self.decisions[number].verdict == Verdict::Holds {
                let trace = self.trace(index);
                self.violate(number, trace);
            }
        }
    }

    pub(super) fn violate(&mut self, number: usize, trace: Trace<M::Action>) {
        let decision = &mut self.decisions[number];
        self.observer.violated(decision.name, &trace);
        decision.verdict = Verdict::Violated(trace);
        // A layer behind one that was cut short has no place in the list.
        let is_next = decision.layers.len() == self.layer as usize;
        if self.settings.order == Order::FewestFaults && is_next {
            decision.layers.push(false);
        }
    }

    pub(super) fn trace(&self, index: Index) -> Trace<M::Action> {
        follow(self.model, &self.store, &self.store.path(index))
    }

    /// All states of the layer are expanded: what is to be said of paths? If a bound stops that, it
    /// may be asked once more.
    pub(super) fn decide_about_paths(&mut self) -> Result<(), Stopped> {
        self.within_limits(Self::decide_recoverable)?;
        let keeps = self.asks_about_endless_paths();
        self.edges.end_layer(keeps, self.store.end());
        self.within_limits(Self::decide_endless)
    }

    /// Does something that takes long and looks at the bounds itself.
    fn within_limits(
        &mut self,
        work: fn(&mut Self, &Limits<'_>) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let held = self.note_bytes();
        let (observer, progress) = (self.observer, self.progress(self.statistics.depth, 0, held));
        let limits = Limits {
            bounds: self.bounds,
            started: self.started,
            is_interrupted: &|| observer.progress(&progress),
            held,
            peak: Cell::new(held),
        };
        let worked = work(self, &limits);
        let peak = &mut self.statistics.peak_bytes;
        *peak = limits.peak.get().max(*peak);
        worked
    }

    /// Are there states without a way to the goal?
    fn decide_recoverable(&mut self, limits: &Limits<'_>) -> Result<(), Stopped> {
        let Some(number) = self.undecided(RECOVERABLE) else {
            return Ok(());
        };
        self.reaches.grow(self.store.end());
        let stuck = recoverable::stuck(&self.edges, &mut self.reaches, limits)?;
        if let Some(trace) = self.way_into(&stuck, limits)? {
            self.violate(number, trace);
        }
        Ok(())
    }

    /// What may happen in the end?
    fn decide_endless(&mut self, limits: &Limits<'_>) -> Result<(), Stopped> {
        for promise in Promise::ALL {
            let Some(number) = self.undecided(promise.name()) else {
                continue;
            };
            let space = Searched::new(self.model, &self.store, &self.edges.graph, limits);
            let found = liveness::violation(self.model, self.question, &space, promise)?;
            if let Some(trace) = found {
                self.violate(number, trace);
            }
        }
        Ok(())
    }

    /// The shortest way to a state without a way to the goal: one that breaks no
    /// always-property, if there is one.
    fn way_into(
        &self,
        stuck: &[Index],
        limits: &Limits<'_>,
    ) -> Result<Option<Trace<M::Action>>, Stopped> {
        let Some(&first) = stuck.first() else {
            return Ok(None);
        };
        let nearest = self.trace(first);
        if self.is_clean(&nearest) {
            return Ok(Some(nearest));
        }
        let clean = recoverable::clean_path(self.model, self.question, &self.store, stuck, limits)?;
        Ok(clean.or(Some(nearest)))
    }

    /// Whether no state of a path breaks an always-property.
    pub(super) fn is_clean(&self, trace: &Trace<M::Action>) -> bool {
        let mut invariants = self.question.invariants.iter();
        let states = trace.states(self.model);
        invariants.all(|invariant| {
            let holds = |state: &M::State| (invariant.holds)(self.model, state);
            states.iter().all(holds)
        })
    }
}
