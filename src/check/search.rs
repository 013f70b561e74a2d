//! The searches of a check: a first look, and the whole space.

use std::num::NonZeroUsize;

use super::checkpoint::Keeper;
use super::task::Task;
use super::{CheckOptions, Engine, Watch};
use crate::actors::Step;
use crate::engine::cross_check::{self, Stateright};
use crate::engine::exhaustive;
use crate::engine::{
    Bounds, Decision, Observer, Outcome, Progress, Question, StopReason, Trace, Unobserved,
    Verdict as Decided,
};
use crate::model::Migration;
use crate::report::EveryN;
use crate::scenario::Diagnostic;
use crate::world::setup::Setup;

/// What a search has found.
pub(super) struct Found {
    pub outcome: Outcome<Step>,
    /// What a reader should know of the search, each in a sentence.
    pub notes: Vec<String>,
    /// No other search would find more.
    pub is_all: bool,
}

impl Found {
    /// What a search of the whole space has found.
    pub const fn all(outcome: Outcome<Step>, notes: Vec<String>) -> Self {
        Self {
            outcome,
            notes,
            is_all: true,
        }
    }

    /// With what an earlier look has found: all that was asked for then, and what was broken if
    /// this search was stopped before it came as far.
    pub fn after(mut self, earlier: Option<&Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        let later = std::mem::take(&mut self.outcome.decisions);
        let decision = |earlier: &Decision<Step>| {
            let mut later = later.iter();
            let later = later.find(|later| later.name == earlier.name);
            match later {
                Some(later) if !is_broken(earlier) || is_broken(later) => later.clone(),
                _ => earlier.clone(),
            }
        };
        self.outcome.decisions = earlier.outcome.decisions.iter().map(decision).collect();
        self
    }
}

const fn is_broken(decision: &Decision<Step>) -> bool {
    matches!(decision.verdict, Decided::Violated(_))
}

/// States of the first look.
const FIRST_LOOK: u64 = 2_000;

/// What breaks near the beginning of a space. If the space is small, that is all of it; else the
/// search of the whole space finds the same stories again. A search that goes on from a checkpoint
/// needs no such look.
pub(super) fn first_look(
    task: &Task<'_>,
    keeper: Option<&Keeper>,
    watch: &dyn Watch,
) -> Option<Found> {
    let options = task.options;
    let resumes = keeper.is_some_and(Keeper::resumes) && !task.proves();
    let most = options.bounds.states;
    let is_smaller = most.is_none_or(|states| states > FIRST_LOOK);
    if resumes || options.engine != Engine::Exhaustive || !is_smaller {
        return None;
    }
    let bounds = Bounds {
        states: Some(FIRST_LOOK),
        ..options.bounds.clone()
    };
    let (watched, settings) = (Watched(watch), options.settings());
    let outcome = exhaustive::check(&task.model, &task.question, &bounds, settings, &watched);
    let is_all = match outcome.statistics.stopped {
        Some(StopReason::States) => false,
        // The search itself leaves the checkpoint of what another bound has stopped.
        Some(StopReason::Memory | StopReason::Time | StopReason::Interrupted) => keeper.is_none(),
        _ => true,
    };
    Some(Found {
        outcome,
        notes: Vec::new(),
        is_all,
    })
}

/// Searches the whole space for what is not proved, with checkpoints if they are to be kept.
///
/// # Errors
/// The checkpoint cannot be used.
pub(super) fn whole(
    task: &Task<'_>,
    proofs: Option<&EveryN>,
    keeper: Option<&mut Keeper>,
    watch: &dyn Watch,
) -> Result<Found, Box<Diagnostic>> {
    let question = task.open(proofs);
    match keeper {
        Some(keeper) => keeper.search(task, &question, watch),
        None => Ok(Found::all(
            unkept(&task.model, &question, task.options, watch),
            Vec::new(),
        )),
    }
}

/// A search of which nothing is kept on disk.
fn unkept(
    model: &Migration,
    question: &Question<Migration>,
    options: &CheckOptions,
    watch: &dyn Watch,
) -> Outcome<Step> {
    let stateright =
        |which| cross_check::check(model, question, &options.bounds, options.threads, which);
    match options.engine {
        Engine::Exhaustive => {
            let (watched, settings) = (Watched(watch), options.settings());
            exhaustive::check(model, question, &options.bounds, settings, &watched)
        }
        Engine::StaterightBfs => stateright(Stateright::BreadthFirst),
        Engine::StaterightDfs => stateright(Stateright::DepthFirst),
    }
}

/// A search of a changed or smaller setup, for explanations. Bounded by a number of states, so
/// that its result does not depend on the machine.
pub(super) fn decide(
    setup: &Setup,
    question: &Question<Migration>,
    states: u64,
    threads: NonZeroUsize,
) -> Outcome<Step> {
    let model = Migration::new(setup.clone());
    let bounds = Bounds {
        states: Some(states),
        ..Bounds::default()
    };
    exhaustive::check(&model, question, &bounds, threads, &Unobserved)
}

/// Tells the observer of a check what its search does.
pub(super) struct Watched<'a>(pub &'a dyn Watch);

impl<A> Observer<A> for Watched<'_> {
    fn progress(&self, progress: &Progress) -> bool {
        self.0.progress(progress)
    }
    fn violated(&self, name: &'static str, trace: &Trace<A>) {
        self.0.violated(name, trace.steps.len(), trace.faults);
    }
}
