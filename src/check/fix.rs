//! A wait that prevents a violation: looked for, checked, and only then printed.
//!
//! Candidates are searched at the smallest number of replicas that shows the violation, and
//! the first one accepted there is confirmed once at the number that was asked for. A wait
//! that never ends would make every always-property hold, so the goal has to stay in reach.

use std::num::NonZeroUsize;

use super::merge::Role;
use super::story::Told;
use super::{CheckOptions, Engine, decide, question};
use crate::actors::driver;
use crate::engine::{Decision, Outcome, Question, Verdict};
use crate::model::Migration;
use crate::properties;
use crate::report::Help;
use crate::scenario::{Scenario, StepSource};
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::id::ClusterId;
use crate::world::program::{
    Condition, Expression, Instruction, Look, ObjectKind, ObjectRef, OnError, Operation, Program,
    Timeout,
};
use crate::world::setup::{Reads, Setup};

/// States that all candidates of one story may take together.
const SEARCH_STATES: u64 = 3_000_000;

/// States that one candidate may take.
const CANDIDATE_STATES: u64 = 200_000;

/// States that the confirmation at the asked number of replicas may take.
const CONFIRM_STATES: u64 = 1_500_000;

/// A wait, as the model has it and as a scenario file spells it.
struct Candidate {
    operation: Operation,
    yaml: String,
}

/// A place in the program for one more instruction.
#[derive(Clone, Copy)]
struct Gap {
    /// Before this instruction.
    position: usize,
    /// Belongs to the body even if it is at its end.
    at_end: bool,
}

/// The first wait at the nearest place with which every property of the story holds, no other
/// gets worse, and the goal stays in reach.
///
/// `unbroken` are the properties that the scenario's own search has not found violated.
pub(super) fn find(
    told: &Told<'_>,
    role: &Role,
    unbroken: &[&'static str],
    options: &CheckOptions,
) -> Option<Help> {
    let program = &told.setup().program;
    if options.engine != Engine::Exhaustive || program.loop_order.is_none() {
        return None;
    }
    let (_, guilty) = told.last_request()?;
    let mut wanted = vec![told.property.name];
    wanted.extend(role.also_broken.iter().map(|&(name, _)| name));
    let small = smallest(told.scenario, &wanted, options.threads)?;
    let mut left = SEARCH_STATES;
    for gap in gaps(told.scenario, program, guilty) {
        for candidate in candidates() {
            if left == 0 {
                return None;
            }
            let changed = with(&small.setup, gap, candidate.operation);
            let (accepted, states) = small.accepts(&changed, &wanted, CANDIDATE_STATES.min(left));
            left = left.saturating_sub(states);
            if accepted {
                // The story may have fewer replicas than were asked for.
                let asked = with(&told.scenario.setup, gap, candidate.operation);
                let must_hold = [unbroken, &wanted].concat();
                let (confirmed, _) = keeps(
                    &asked,
                    &must_hold,
                    small.recoverable,
                    CONFIRM_STATES,
                    options.threads,
                );
                return confirmed.then(|| help(told.scenario, program, gap, &candidate));
            }
        }
    }
    None
}

/// The verdicts of a setup, against which candidates are held.
struct Baseline {
    setup: Setup,
    /// Properties that hold as it is.
    holding: Vec<&'static str>,
    /// With fewer faults than this, the goal is to stay in reach from everywhere: as it is, and
    /// without faults in any case. A wait that never ends would keep every other promise.
    recoverable: usize,
    threads: NonZeroUsize,
}

impl Baseline {
    /// Whether the changed setup keeps what is wanted and loses nothing; and the states it took.
    fn accepts(&self, changed: &Setup, wanted: &[&'static str], states: u64) -> (bool, u64) {
        let mut must_hold = self.holding.clone();
        must_hold.extend_from_slice(wanted);
        keeps(changed, &must_hold, self.recoverable, states, self.threads)
    }
}

/// The smallest number of replicas at which everything wanted breaks.
fn smallest(
    scenario: &Scenario,
    wanted: &[&'static str],
    threads: NonZeroUsize,
) -> Option<Baseline> {
    (1..=scenario.setup.replicas).find_map(|replicas| {
        let setup = scenario.with_replicas(replicas)?;
        let model = Migration::new(setup.clone());
        let all: Question<Migration> = question(&model, &properties::NAMES, false);
        let outcome = decide(&setup, &all, CANDIDATE_STATES, threads);
        let verdict = |name: &&'static str| {
            let decision = outcome
                .decisions
                .iter()
                .find(|decision| decision.name == *name);
            decision.map(|decision| &decision.verdict)
        };
        let shows = wanted
            .iter()
            .all(|name| matches!(verdict(name), Some(Verdict::Violated(_))));
        let holds = |name: &&'static str| matches!(verdict(name), Some(Verdict::Holds));
        let holding = properties::NAMES.into_iter().filter(holds).collect();
        let recoverable = recoverable_layers(&outcome).max(1);
        shows.then_some(Baseline {
            setup,
            holding,
            recoverable,
            threads,
        })
    })
}

/// Whether all of these properties hold in a setup, the goal stays in reach with as many faults
/// as `recoverable` says, and nothing hangs in the wait; and the states that took.
fn keeps(
    setup: &Setup,
    must_hold: &[&'static str],
    recoverable: usize,
    states: u64,
    threads: NonZeroUsize,
) -> (bool, u64) {
    let model = Migration::new(setup.clone());
    let mut asked = question(&model, must_hold, true);
    // If the goal has to stay in reach whatever strikes, one search decides everything.
    asked.recoverable |= recoverable > setup.budget.total() as usize;
    let first = decide(setup, &asked, states, threads);
    let mut taken = first.statistics.unique_states;
    let holds = |decision: &Decision<_>| decision.verdict == Verdict::Holds;
    if !first.statistics.complete || !first.decisions.iter().all(holds) {
        return (false, taken);
    }
    if asked.recoverable {
        return (true, taken);
    }
    let mut reaches = |goal| {
        let outcome = decide(setup, &only_recoverable(goal), states, threads);
        taken += outcome.statistics.unique_states;
        outcome
    };
    let kept = recoverable_layers(&reaches(None)) >= recoverable
        && reaches(Some(is_past_the_wait)).decisions.iter().all(holds);
    (kept, taken)
}

/// The step of the file that an inserted wait belongs to: none of those there are, so that
/// skipping a refused step does not skip it.
const INSERTED: u16 = u16::MAX;

/// The driver does not stand before the inserted wait. From wherever it does, there has to be a
/// way to here: what hangs in the wait keeps every other promise.
fn is_past_the_wait(model: &Migration, world: &World) -> bool {
    world.driver.phase != DriverPhase::Running
        || driver::instruction(model.setup(), world).step != INSERTED
}

const fn only_recoverable(goal: Option<Goal>) -> Question<Migration> {
    Question {
        invariants: Vec::new(),
        recoverable: true,
        completes: false,
        stays_migrated: false,
        ends: false,
        goal,
        fail_fast: false,
    }
}

/// A set of states to be reached.
type Goal = fn(&Migration, &World) -> bool;

/// With fewer faults than this, the goal stays in reach from everywhere.
fn recoverable_layers<A>(outcome: &Outcome<A>) -> usize {
    let decision = outcome.decisions.last();
    decision.map_or(0, |last| last.layers.iter().filter(|&&holds| holds).count())
}

/// Every wait at the loop's ordinal, on both sides.
fn candidates() -> Vec<Candidate> {
    let k = Expression::K;
    let mut candidates = Vec::new();
    for cluster in ClusterId::BOTH {
        let name = cluster.name();
        let pod = ObjectRef {
            kind: ObjectKind::Pod,
            cluster,
            ordinal: k,
        };
        let never = Timeout::Never;
        let all = [
            (
                Operation::AwaitGone(pod, Look::First, never),
                "pod: k, until: gone",
            ),
            (
                Operation::Await(Condition::PodReady(cluster, k), never),
                "pod: k, until: ready",
            ),
            (
                Operation::Await(Condition::PodAvailable(cluster, k), never),
                "pod: k, until: available",
            ),
            (
                Operation::Await(Condition::VolumeDetached(cluster, k), never),
                "volume: k, until: detached",
            ),
            (
                Operation::Await(Condition::VolumeBound(cluster, k), never),
                "volume: k, until: bound",
            ),
            (
                Operation::Await(Condition::SetObserved(cluster), never),
                "set: true, until: observed",
            ),
        ];
        candidates.extend(all.into_iter().map(|(operation, rest)| Candidate {
            operation,
            yaml: format!("- wait: {{cluster: {name}, {rest}}}"),
        }));
    }
    candidates
}

/// Places in the body: before the guilty step, then before those in front of it, then at the
/// end of the iteration and backwards from there.
fn gaps(scenario: &Scenario, program: &Program, guilty: &StepSource) -> Vec<Gap> {
    let is_first = |&position: &usize| {
        position == program.body_start
            || program.instructions[position].step != program.instructions[position - 1].step
    };
    let starts: Vec<usize> = program.body().filter(is_first).collect();
    let is_guilty = |&&position: &&usize| {
        let step = usize::from(program.instructions[position].step);
        scenario
            .steps
            .get(step)
            .is_some_and(|source| source.location == guilty.location)
    };
    let Some(&guilty) = starts.iter().find(is_guilty) else {
        return Vec::new();
    };
    let (before, after): (Vec<usize>, Vec<usize>) =
        starts.into_iter().partition(|&position| position <= guilty);
    let gap = |position| Gap {
        position,
        at_end: false,
    };
    let end = Gap {
        position: program.body_end,
        at_end: true,
    };
    let before = before.into_iter().rev().map(gap);
    before
        .chain([end])
        .chain(after.into_iter().rev().map(gap))
        .collect()
}

/// The setup with one more instruction.
fn with(setup: &Setup, gap: Gap, operation: Operation) -> Setup {
    let mut setup = setup.clone();
    let program = &mut setup.program;
    let instruction = Instruction {
        operation,
        on_error: OnError::Fail,
        step: INSERTED,
    };
    program.instructions.insert(gap.position, instruction);
    program.body_end += 1;
    setup.reads = Reads::of(&setup.program);
    setup
}

/// Where to write the wait, and the wait.
fn help(scenario: &Scenario, program: &Program, gap: Gap, candidate: &Candidate) -> Help {
    let neighbour = if gap.at_end {
        gap.position - 1
    } else {
        gap.position
    };
    let step = usize::from(program.instructions[neighbour].step);
    let line = scenario
        .steps
        .get(step)
        .map_or(0, |source| source.location.line);
    let place = if gap.at_end { "after" } else { "before" };
    Help {
        text: format!("{place} line {line}\n{}", candidate.yaml),
        checked: true,
    }
}
