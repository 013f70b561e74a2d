//! A wait that prevents a violation: looked for, checked, and only then printed.
//!
//! Candidates are searched at the smallest number of replicas that shows the violation, and
//! the first one accepted there is confirmed once at the number that was asked for. A wait
//! that never ends would make every always-property hold, so the goal has to stay in reach. Where
//! it is not in reach from everywhere as it is, since a wait of the program's own may be given up,
//! no state may hang in the new wait, and the goal has to be in reach from the start.
//!
//! There is no analysis of what was waited for too little: a candidate is put into the program, and
//! the same search that found the violation decides. There are few candidates, since only waits at
//! places that the file has are tried; and most are refused within thousands of states, since a
//! violation that shows at N replicas mostly shows at 1 or 2. What is printed has been checked at
//! the N that was asked for.
//!
//! ```text
//! places x waits, nearest first --> smallest N that shows it --> all verdicts as good --> asked N
//! ```

mod insert;
mod script;
mod steps;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::merge::Role;
use super::trace::Replay;
use super::{CheckOptions, Engine, decide, question};
use crate::actors::driver;
use crate::engine::{Decision, Formula, Outcome, Question, Verdict};
use crate::model::Migration;
use crate::properties;
use crate::report::Help;
use crate::scenario::Scenario;
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::program::Operation;
use crate::world::setup::{Reads, Setup};

/// States that all candidates of one story may take together.
const SEARCH_STATES: u64 = 3_000_000;

/// States that one candidate may take.
const CANDIDATE_STATES: u64 = 200_000;

/// States that the confirmation at the asked number of replicas may take.
const CONFIRM_STATES: u64 = 1_500_000;

/// A wait at one place of the file, as the model has it and as the file spells it.
struct Proposal {
    /// What is put in front of which instructions.
    waits: BTreeMap<usize, Operation>,
    /// Where to write it, and what.
    text: String,
}

/// The first wait at the nearest place with which every property of the story holds, no other
/// gets worse, and the goal stays in reach.
///
/// `unbroken` are the properties that the scenario's own search has not found violated.
pub(super) fn find(
    replay: &Replay<'_>,
    role: &Role,
    unbroken: &[&'static str],
    options: &CheckOptions,
) -> Option<Help> {
    if options.engine != Engine::Exhaustive {
        return None;
    }
    let (number, guilty) = replay.last_request()?;
    let proposals = match &replay.scenario.runbook {
        Some(runbook) => script::proposals(replay, runbook, number),
        None => steps::proposals(replay.scenario, guilty),
    };
    if proposals.is_empty() {
        return None;
    }
    let mut wanted = vec![replay.property.name];
    wanted.extend(role.also_broken.iter().map(|(id, _)| id.name()));
    let small = smallest(replay.scenario, &wanted, options.threads)?;
    let mut left = SEARCH_STATES;
    for proposal in proposals {
        if left == 0 {
            return None;
        }
        let Some(changed) = proposal.applied(&small.setup) else {
            continue;
        };
        let (accepted, states) = small.accepts(&changed, &wanted, CANDIDATE_STATES.min(left));
        left = left.saturating_sub(states);
        if accepted {
            // The story may have fewer replicas than were asked for.
            let asked = proposal.applied(&replay.scenario.setup)?;
            // What the first look leaves open may be known to be broken by now.
            let is_open = |name: &&&str| !small.breaks(&replay.scenario.setup, name);
            let mut must_hold: Vec<_> = unbroken.iter().filter(is_open).copied().collect();
            must_hold.extend_from_slice(&wanted);
            let (confirmed, _) = keeps(
                &asked,
                &must_hold,
                small.recoverable,
                CONFIRM_STATES,
                options.threads,
            );
            return confirmed.then_some(Help {
                text: proposal.text,
                checked: true,
            });
        }
    }
    None
}

/// The verdicts of a setup, against which candidates are held.
struct Baseline {
    setup: Setup,
    /// Properties that hold as it is.
    holding: Vec<&'static str>,
    /// Properties that do not.
    broken: Vec<&'static str>,
    /// With fewer faults than this, the goal is in reach from everywhere, and has to stay so.
    recoverable: usize,
    threads: NonZeroUsize,
}

impl Baseline {
    /// Whether a property is broken in the scenario that was asked for, as far as is known here.
    fn breaks(&self, asked: &Setup, name: &str) -> bool {
        self.setup.replicas == asked.replicas && self.broken.contains(&name)
    }

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
        let breaks = |name: &&'static str| matches!(verdict(name), Some(Verdict::Violated(_)));
        let broken = properties::NAMES.into_iter().filter(breaks).collect();
        let recoverable = recoverable_layers(&outcome);
        shows.then_some(Baseline {
            setup,
            holding,
            broken,
            recoverable,
            threads,
        })
    })
}

/// Whether all of these properties hold in a setup, the goal stays in reach with as many faults
/// as `recoverable` says, or at all, and nothing hangs in the wait; and the states that took.
fn keeps(
    setup: &Setup,
    must_hold: &[&'static str],
    recoverable: usize,
    states: u64,
    threads: NonZeroUsize,
) -> (bool, u64) {
    let model = Migration::new(setup.clone());
    let mut must_hold = must_hold.to_vec();
    // If the goal has to stay in reach whatever strikes, one search decides everything.
    if recoverable > setup.budget.total() as usize {
        must_hold.push(RECOVERABLE);
    }
    let asked = question(&model, &must_hold, true);
    let first = decide(setup, &asked, states, threads);
    let mut taken = first.statistics.unique_states;
    let holds = |decision: &Decision<_>| decision.verdict == Verdict::Holds;
    if !first.statistics.complete || !first.decisions.iter().all(holds) {
        return (false, taken);
    }
    if must_hold.contains(&RECOVERABLE) {
        return (true, taken);
    }
    let mut reaches = |goal| {
        let reachable = Formula::always_reachable(RECOVERABLE, goal);
        let outcome = decide(setup, &Question::new(vec![reachable]), states, threads);
        taken += outcome.statistics.unique_states;
        outcome
    };
    let stays = recoverable == 0 || recoverable_layers(&reaches(Migration::is_goal)) >= recoverable;
    let kept = stays && reaches(is_past_the_wait).decisions.iter().all(holds);
    if !kept || recoverable > 0 {
        return (kept, taken);
    }
    let never = Formula::invariant("never-there", |model: &Migration, world| {
        !model.is_goal(world)
    });
    let outcome = decide(setup, &Question::new(vec![never]), states, threads);
    taken += outcome.statistics.unique_states;
    let is_there = |decision: &Decision<_>| matches!(decision.verdict, Verdict::Violated(_));
    (outcome.decisions.iter().any(is_there), taken)
}

/// The driver does not stand before the inserted wait. From wherever it does, there has to be a
/// way to here: what hangs in the wait keeps every other property.
fn is_past_the_wait(model: &Migration, world: &World) -> bool {
    world.driver.phase != DriverPhase::Running
        || driver::instruction(model.setup(), world).step != insert::STEP
}

/// The property that the goal can be reached from everywhere.
const RECOVERABLE: &str = properties::recoverable::PROPERTY.name;

/// With fewer faults than this, the goal stays in reach from everywhere.
fn recoverable_layers<A>(outcome: &Outcome<A>) -> usize {
    let decision = outcome.decisions.iter().find(|one| one.name == RECOVERABLE);
    decision.map_or(0, |one| one.layers.iter().filter(|&&holds| holds).count())
}

impl Proposal {
    /// The setup with the waits in it, unless its program is too long for them.
    fn applied(&self, setup: &Setup) -> Option<Setup> {
        let mut setup = setup.clone();
        setup.program = insert::with_waits(&setup.program, &self.waits)?;
        setup.reads = Reads::of(&setup.program);
        Some(setup)
    }
}
