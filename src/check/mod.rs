//! One scenario, from its file to everything a report says of it.
//!
//! The search decides; this layer asks it, tells its counterexamples as stories, says why they
//! are possible, and looks for a wait that prevents them.

pub mod certificate;
pub mod checkpoint;
mod end;
pub mod every_n;
mod explain;
mod facts;
mod fix;
mod forever;
mod merge;
mod options;
pub mod replay;
mod sentences;
pub mod simulate;
mod smaller;
mod story;
mod summary;
mod vacuous;
mod verdicts;

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::actors::Step;
use crate::engine::cross_check::{self, Stateright};
use crate::engine::exhaustive;
use crate::engine::{
    self, Decision, Observer, Outcome, Predicate, Question, StopReason, Trace, Verdict as Decided,
};
use crate::model::Migration;
use crate::report::{Cost, Counterexample, EveryN, ScenarioResult, Stop, Verdict};
use smaller::Smaller;
use summary::{headline, model_hash, never_fired, notes, searched};
use verdicts::results;

use crate::scenario::{Diagnostic, Overrides, Scenario};
use crate::world::id::PerCluster;
use crate::world::setup::{Reads, Setup};

pub use crate::vocabulary::Engine;
pub use options::CheckOptions;

pub use crate::engine::{Bounds, Progress};

/// Somebody who watches a check.
pub trait Watch: Sync {
    /// From time to time. The search stops if the answer is `true`.
    fn progress(&self, progress: &Progress) -> bool;

    /// A property has just been found violated, in so many steps with so many faults.
    fn violated(&self, property: &str, steps: usize, faults: u32);

    /// The stories that were found at a first look; the verdicts of the rest are still open.
    fn stories(&self, _result: &ScenarioResult) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: &Progress) -> bool {
        false
    }
    fn violated(&self, _: &str, _: usize, _: u32) {}
}

struct Watched<'a>(&'a dyn Watch);

impl<A> Observer<A> for Watched<'_> {
    fn progress(&self, progress: &Progress) -> bool {
        self.0.progress(progress)
    }
    fn violated(&self, name: &'static str, trace: &Trace<A>) {
        self.0.violated(name, trace.steps.len(), trace.faults);
    }
}

/// Checks the scenario in the file `path`.
///
/// # Errors
/// Every mistake in the file.
pub fn check_scenario(
    path: &Path,
    options: &CheckOptions,
    watch: &dyn Watch,
) -> Result<ScenarioResult, Vec<Diagnostic>> {
    let scenario = read(path, &options.overrides, options.every_step)?;
    Ok(check(&scenario, options, watch))
}

/// Reads the scenario in the file `path`, perhaps with every step taken apart.
fn read(path: &Path, overrides: &Overrides, every_step: bool) -> Result<Scenario, Vec<Diagnostic>> {
    let mut scenario = Scenario::read(path, overrides)?;
    take_apart(&mut scenario, every_step);
    Ok(scenario)
}

/// Takes every step of a scenario apart, if that was asked for.
pub fn take_apart(scenario: &mut Scenario, every_step: bool) {
    if every_step {
        scenario.setup.reads = PerCluster {
            source: Reads::EVERYTHING,
            destination: Reads::EVERYTHING,
        };
    }
}

/// Checks a scenario.
#[must_use]
pub fn check(scenario: &Scenario, options: &CheckOptions, watch: &dyn Watch) -> ScenarioResult {
    let model = Migration::new(scenario.setup.clone());
    let question = question(&model, &scenario.properties, options.fail_fast);
    let task = Task::new(scenario, options, &model, &question, watch);
    let search = |open: &Question<Migration>| {
        Ok::<_, Infallible>((search(&model, open, options, watch), Vec::new()))
    };
    match task.check(watch, Kept::Nothing, search) {
        Ok(result) => result,
        Err(never) => match never {},
    }
}

/// A scenario that is being checked, and what is known of it with fewer replicas.
struct Task<'a> {
    scenario: &'a Scenario,
    options: &'a CheckOptions,
    model: &'a Migration,
    question: &'a Question<Migration>,
    smaller: Vec<Smaller>,
}

impl<'a> Task<'a> {
    fn new(
        scenario: &'a Scenario,
        options: &'a CheckOptions,
        model: &'a Migration,
        question: &'a Question<Migration>,
        watch: &dyn Watch,
    ) -> Self {
        Self {
            scenario,
            options,
            model,
            question,
            smaller: smaller::search(scenario, options, watch),
        }
    }

    /// A first look; proofs for every number of replicas, if they are asked for; and `search` for
    /// what is still open then. It gives notes on itself, too.
    fn check<E>(
        &self,
        watch: &dyn Watch,
        kept: Kept,
        search: impl FnOnce(&Question<Migration>) -> Result<(Outcome<Step>, Vec<String>), E>,
    ) -> Result<ScenarioResult, E> {
        let mut known = Vec::new();
        let mut proofs = None;
        let is_new = kept != Kept::Resumed || self.options.proves(self.scenario);
        let first = is_new.then(|| first_look(self.model, self.question, self.options, watch));
        let first = first.flatten();
        if let Some(first) = &first {
            known = self.stories(first, &[]);
            let mut result = self.result(first, &known);
            let saw_all = !kept.goes_on_after(first.statistics.stopped);
            if !saw_all && !known.is_empty() {
                watch.stories(&result);
            }
            proofs = self.proofs(&result, watch);
            if let Some(proofs) = &proofs {
                every_n::add(self, proofs, &mut result);
            }
            if saw_all {
                return Ok(result);
            }
            if result.is_decided() {
                result.search.stopped = Some(Stop::AllKnown);
                return Ok(result);
            }
        }
        let (whole, notes) = search(&self.open(proofs.as_ref()))?;
        let outcome = match first {
            Some(first) => with_first_look(whole, first),
            None => whole,
        };
        let stories = self.stories(&outcome, &known);
        let mut result = self.result(&outcome, &stories);
        result.notes.extend(notes);
        if let Some(proofs) = proofs.or_else(|| self.proofs(&result, watch)) {
            every_n::add(self, &proofs, &mut result);
        }
        Ok(result)
    }

    /// What can be said for every number of replicas, if that is asked for.
    fn proofs(&self, searched: &ScenarioResult, watch: &dyn Watch) -> Option<EveryN> {
        let is_asked = self.options.proves(self.scenario);
        is_asked.then(|| every_n::prove(self, searched, watch))
    }

    /// The question without what is proved.
    fn open(&self, proofs: Option<&EveryN>) -> Question<Migration> {
        let mut open = self.question.clone();
        if let Some(proofs) = proofs {
            let is_open = |name| !proofs.proves(name);
            open.formulas.retain(|formula| is_open(formula.name));
        }
        open
    }
}

/// What is kept of a search on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kept {
    Nothing,
    /// Checkpoints are written.
    Checkpoints,
    /// It goes on from one that is there.
    Resumed,
}

impl Kept {
    /// Whether the search is to begin after a first look that ended so. It also leaves the
    /// checkpoint of what a bound has stopped.
    const fn goes_on_after(self, stopped: Option<StopReason>) -> bool {
        match stopped {
            Some(StopReason::States) => true,
            Some(StopReason::Memory | StopReason::Time | StopReason::Interrupted) => {
                !matches!(self, Self::Nothing)
            }
            _ => false,
        }
    }
}

/// States of the first look.
const FIRST_LOOK: u64 = 2_000;

/// What breaks near the beginning of a space. If the space is small, that is all of it; else the
/// search of the whole space finds the same stories again.
fn first_look(
    model: &Migration,
    question: &Question<Migration>,
    options: &CheckOptions,
    watch: &dyn Watch,
) -> Option<Outcome<Step>> {
    let smaller = options
        .bounds
        .states
        .is_none_or(|states| states > FIRST_LOOK);
    if options.engine != Engine::Exhaustive || !smaller {
        return None;
    }
    let bounds = Bounds {
        states: Some(FIRST_LOOK),
        ..options.bounds.clone()
    };
    let watched = Watched(watch);
    Some(exhaustive::check(
        model,
        question,
        &bounds,
        options.settings(),
        &watched,
    ))
}

/// What a search knows, and of the rest what the first look knows: all that was asked for then, and
/// what was broken if the search was stopped before it came as far.
fn with_first_look(mut whole: Outcome<Step>, first: Outcome<Step>) -> Outcome<Step> {
    let later = std::mem::take(&mut whole.decisions);
    let decision = |earlier: Decision<Step>| {
        let mut later = later.iter();
        let later = later.find(|later| later.name == earlier.name);
        match later {
            Some(later) if !is_broken(&earlier) || is_broken(later) => later.clone(),
            _ => earlier,
        }
    };
    whole.decisions = first.decisions.into_iter().map(decision).collect();
    whole
}

const fn is_broken(decision: &Decision<Step>) -> bool {
    matches!(decision.verdict, Decided::Violated(_))
}

impl Task<'_> {
    /// Everything a report says of the scenario.
    fn result(&self, outcome: &Outcome<Step>, stories: &[Story]) -> ScenarioResult {
        let (scenario, options) = (self.scenario, self.options);
        let properties = results(scenario, options, outcome, stories);
        let mut result = ScenarioResult {
            scenario: scenario.name.clone(),
            path: scenario.path.clone(),
            model_hash: model_hash(scenario),
            headline: headline(scenario),
            verdict: Verdict::Holds,
            as_expected: true,
            assumed: scenario.assumed.clone(),
            smaller: self.smaller.iter().map(Smaller::result).collect(),
            never_fired: never_fired(&scenario.setup.budget, outcome),
            vacuous: vacuous::vacuous(scenario, options, outcome),
            dead_ends: vacuous::dead_ends(scenario, self.model, outcome),
            notes: [notes(scenario, options), vacuous::notes(outcome)].concat(),
            every_n: None,
            search: searched(outcome, options),
            properties,
        };
        result.sum_up();
        result
    }

    /// The counterexamples, each told as a story, with the fewest replicas that show it; what one
    /// story shows is not told twice.
    fn stories(&self, outcome: &Outcome<Step>, before: &[Story]) -> Vec<Story> {
        let mut own: Vec<Violation> = Vec::new();
        let mut with_fewer: Vec<Vec<Violation>> = vec![Vec::new(); self.smaller.len()];
        let mut unbroken = Vec::new();
        for decision in &outcome.decisions {
            let name = decision.name;
            let Decided::Violated(trace) = &decision.verdict else {
                unbroken.push(name);
                continue;
            };
            match smaller::teller(&self.smaller, self.model, name, trace) {
                Some((number, story)) => {
                    let cost = Cost {
                        steps: trace.steps.len(),
                        faults: trace.faults,
                    };
                    with_fewer[number].push((name, story.clone(), Some(cost)));
                }
                None => own.push((name, trace.clone(), None)),
            }
        }
        let models = self.smaller.iter().map(|small| &small.model);
        let told = models.zip(with_fewer).chain([(self.model, own)]);
        told.flat_map(|(model, violations)| self.tell(model, violations, &unbroken, before))
            .collect()
    }

    /// Tells stories that have the same number of replicas. Those that have been told before
    /// need no new reasons.
    fn tell(
        &self,
        model: &Migration,
        violations: Vec<Violation>,
        unbroken: &[&'static str],
        before: &[Story],
    ) -> Vec<Story> {
        let (scenario, options) = (self.scenario, self.options);
        let traces = violations.iter().map(|(name, trace, _)| (*name, trace));
        let roles = merge::merge(model, &traces.collect::<Vec<_>>());
        let tell = |((name, trace, asked), role): (Violation, merge::Role)| {
            let told = story::Told::new(scenario, model, name, &trace);
            let mut counterexample = story::counterexample(&told, &role);
            counterexample.shortest = options.finds_the_fewest();
            counterexample.asked = asked;
            let replicas = counterexample.replicas;
            let same = |story: &&Story| {
                let other = story.counterexample.replicas;
                story.name == name
                    && other == replicas
                    && story.trace == trace
                    && story.role == role
            };
            if let Some(story) = before.iter().find(same) {
                counterexample.why.clone_from(&story.counterexample.why);
                counterexample.help.clone_from(&story.counterexample.help);
            } else if role.merged_into.is_none() {
                counterexample.why = explain::why(&told, options);
            }
            // A fix that was found while more was open is a fix; another may be found now.
            if role.merged_into.is_none() && counterexample.help.is_none() {
                counterexample.help = fix::find(&told, &role, unbroken, options);
            }
            Story {
                name,
                trace,
                role,
                counterexample,
            }
        };
        violations.into_iter().zip(roles).map(tell).collect()
    }
}

/// A property, the story that is told of it, and what it costs with the replicas asked for if it
/// is told with fewer.
type Violation = (&'static str, Trace<Step>, Option<Cost>);

/// The question whether the named properties hold, as far as they say anything of this model.
#[must_use]
pub fn question(
    model: &Migration,
    properties: &[&'static str],
    fail_fast: bool,
) -> Question<Migration> {
    let mut formulas = model.formulas();
    formulas.retain(|formula| properties.contains(&formula.name));
    Question {
        formulas,
        may_end: Some(Predicate::Of(Migration::is_goal)),
        fail_fast,
    }
}

fn search(
    model: &Migration,
    question: &Question<Migration>,
    options: &CheckOptions,
    watch: &dyn Watch,
) -> Outcome<Step> {
    let stateright =
        |which| cross_check::check(model, question, &options.bounds, options.threads, which);
    match options.engine {
        Engine::Exhaustive => {
            let watched = Watched(watch);
            let settings = options.settings();
            exhaustive::check(model, question, &options.bounds, settings, &watched)
        }
        Engine::StaterightBfs => stateright(Stateright::BreadthFirst),
        Engine::StaterightDfs => stateright(Stateright::DepthFirst),
    }
}

/// A counterexample with what it was told from.
struct Story {
    name: &'static str,
    trace: Trace<Step>,
    role: merge::Role,
    counterexample: Counterexample,
}

/// A search of a changed or smaller setup, for explanations. Bounded by a number of states, so
/// that its result does not depend on the machine.
fn decide(
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
    exhaustive::check(&model, question, &bounds, threads, &engine::Unobserved)
}
