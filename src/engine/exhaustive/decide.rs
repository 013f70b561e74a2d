//! What a search has decided, and what it decides once a layer is over.

use std::cell::Cell;

use super::super::limits::{Limits, Stopped};
use super::super::liveness::{self, Endless};
use super::super::reachable;
use super::super::space::Searched;
use super::super::store::Index;
use super::super::trace::follow;
use super::Search;
use crate::engine::{Claim, Formula, Order, Predicate, Searchable, Trace, Verdict};

impl<'a, M: Searchable> Search<'a, M> {
    /// The formulas that are not violated yet, each with its place in the question.
    fn undecided(&self) -> impl Iterator<Item = (usize, &'a Formula<M>)> {
        let formulas = self.question.formulas.iter().enumerate();
        formulas.filter(|&(place, _)| self.decisions[place].verdict == Verdict::Holds)
    }

    pub(super) fn asks_about_endless_paths(&self) -> bool {
        let mut undecided = self.undecided();
        undecided.any(|(_, formula)| Endless::of(formula.claim).is_some())
    }

    /// Whether some open formula is about paths, so that steps are to be recorded.
    pub(super) fn records(&self) -> bool {
        let mut undecided = self.undecided();
        undecided.any(|(_, formula)| formula.claim.goal().is_some())
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

    /// The invariants that are not violated yet, each with its formula's place in the question.
    pub(super) fn open(&self) -> Vec<(usize, Predicate<M>)> {
        let invariants = self.question.invariants();
        invariants
            .filter(|&(place, _)| self.decisions[place].verdict == Verdict::Holds)
            .collect()
    }

    /// A state breaks these: bit i is the i-th formula.
    pub(super) fn note_violations(&mut self, index: Index, broken: u64) {
        for (place, _) in self.open() {
            if broken >> place & 1 == 1 {
                let trace = self.trace(index);
                self.check_breaks(place, &trace);
                self.violate(place, trace);
            }
        }
    }

    /// A path that is about to be told breaks the invariant at its end, as the model has it: the
    /// store was right about every state on it.
    fn check_breaks(&self, place: usize, trace: &Trace<M::Action>) {
        let formula = &self.question.formulas[place];
        let last = trace.states(self.model).pop();
        let breaks = |state: &M::State| match formula.claim {
            Claim::Invariant(invariant) => !invariant.holds(self.model, state),
            _ => false,
        };
        assert!(
            last.as_ref().is_some_and(breaks),
            "a counterexample to {} leads to a state that does not break it: {last:?}",
            formula.name
        );
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
        self.within_limits(Self::decide_reachable)?;
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

    /// Are there states without a way to a goal?
    fn decide_reachable(&mut self, limits: &Limits<'_>) -> Result<(), Stopped> {
        for (place, formula) in self.undecided().collect::<Vec<_>>() {
            let Claim::AlwaysReachable(goal) = formula.claim else {
                continue;
            };
            let goal = self.goals.note(goal);
            let reaches = self.reaches.entry(place).or_default();
            reaches.grow(self.store.end());
            let stuck = reachable::stuck(&self.edges, goal, reaches, limits)?;
            if let Some(trace) = self.way_into(&stuck, limits)? {
                self.violate(place, trace);
            }
        }
        Ok(())
    }

    /// What may happen in the end?
    fn decide_endless(&mut self, limits: &Limits<'_>) -> Result<(), Stopped> {
        for (place, formula) in self.undecided().collect::<Vec<_>>() {
            let (Some(asked), Some(goal)) = (Endless::of(formula.claim), formula.claim.goal())
            else {
                continue;
            };
            let space = Searched {
                model: self.model,
                store: &self.store,
                graph: &self.edges.graph,
                goal: self.goals.note(goal),
                limits,
            };
            let found = liveness::violation(self.model, self.question, &space, asked)?;
            if let Some(trace) = found {
                self.violate(place, trace);
            }
        }
        Ok(())
    }

    /// The shortest way to a state without a way to the goal: one that breaks no invariant, if
    /// there is one.
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
        let clean = reachable::clean_path(self.model, self.question, &self.store, stuck, limits)?;
        Ok(clean.or(Some(nearest)))
    }

    /// Whether no state of a path breaks an invariant.
    fn is_clean(&self, trace: &Trace<M::Action>) -> bool {
        let states = trace.states(self.model);
        let mut states = states.iter();
        states.all(|state| self.question.is_clean(self.model, state))
    }
}
