//! A saved trace taken again, step by step, or the reason why it cannot be.

mod endless;

use std::collections::HashSet;
use std::path::Path;

use super::summary::{headline, model_hash};
use super::trace::Replay;
use super::{facts, merge, read, story};
use crate::actors::Step;
use crate::diagnostic::help_with;
use crate::engine::{Searchable, Trace};
use crate::model::Migration;
use crate::properties::{self, Kind};
use crate::report::AlsoBroken;
use crate::report::replay::{Replayed, WorldInWords};
use crate::report::saved::{SavedStep, SavedTrace};
use crate::scenario::{Diagnostic, FaultsOverride, Overrides, Scenario};
use crate::world::World;
use crate::world::id::ClusterId;
use crate::world::setup::Setup;

/// How a trace is replayed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReplayOptions {
    /// Go on if the scenario or the tool is not what it was, as long as every step is possible.
    pub anyway: bool,
}

/// Reads the scenario in the file `path` as it was read when the trace was saved.
///
/// # Errors
/// Every mistake in the file.
pub fn scenario_of(trace: &SavedTrace, path: &Path) -> Result<Scenario, Vec<Diagnostic>> {
    let faults = trace.overrides.faults.as_deref().map(FaultsOverride::parse);
    let faults = faults.transpose().map_err(|reason| {
        let message = format!("the trace's fault budget cannot be read: {reason}");
        vec![Diagnostic::new("replay::altered", message).help(ALTERED)]
    })?;
    let overrides = Overrides {
        faults,
        properties: Vec::new(),
        assume_harmless: trace.overrides.assume_harmless.clone(),
        // No other writer takes a step of a trace.
        assume_suspended: Vec::new(),
    };
    read(path, &overrides, trace.overrides.every_step)
}

/// What is to be replayed: the scenario, perhaps with fewer replicas.
fn setup(trace: &SavedTrace, scenario: &Scenario) -> Result<Setup, Box<Diagnostic>> {
    let Some(replicas) = trace.overrides.replicas else {
        return Ok(scenario.setup.clone());
    };
    let smaller = u8::try_from(replicas).ok();
    let setup = smaller.and_then(|replicas| scenario.with_replicas(replicas));
    setup.ok_or_else(|| {
        let message = format!("the scenario has no instance with {replicas} replicas");
        let changed = Diagnostic::new("replay::changed-scenario", message);
        Box::new(changed.about(&scenario.path).help(ALTERED))
    })
}

const ALTERED: &str = "a trace is replayed exactly as saved; check the scenario again to get a new \
                       one";

/// Takes the steps of a trace, of the file `path`, in the scenario that it is about.
///
/// # Errors
/// Why it cannot be replayed.
pub fn replay(
    trace: &SavedTrace,
    path: &Path,
    scenario: &Scenario,
    options: &ReplayOptions,
) -> Result<Replayed, Box<Diagnostic>> {
    let Some(property) = properties::by_name(&trace.property) else {
        let message = format!("`{}` is not a property", trace.property);
        let diagnostic = Diagnostic::new("replay::unknown-property", message).about(path);
        let help = help_with(&trace.property, &properties::NAMES);
        return Err(Box::new(diagnostic.help(help)));
    };
    let loop_start = endless::loop_start(trace, property).map_err(|message| {
        let altered = Diagnostic::new("replay::altered", message).about(path);
        Box::new(altered.help(ALTERED))
    })?;
    let model = Migration::new(setup(trace, scenario)?);
    let changed = trace.model_hash != model_hash(scenario);
    let followed = follow(&model, trace, loop_start, !changed);
    if changed && !options.anyway {
        return Err(Box::new(refusal(trace, followed.err()).about(path)));
    }
    let steps = followed.map_err(|stop| Box::new(stop.diagnostic().about(path)))?;
    let is_fault = |step: &&Step| model.fault_kind(step).is_some();
    let faults = steps.iter().filter(is_fault).count();
    let taken = Trace {
        initial: 0,
        faults: u32::try_from(faults).expect("a budget is small"),
        steps,
        loop_start,
        fair: Vec::new(),
    };
    let replay = Replay::new(scenario, &model, property.id(), &taken);
    Ok(Replayed {
        trace: path.to_owned(),
        scenario: scenario.name.clone(),
        path: scenario.path.clone(),
        model_hash: model_hash(scenario),
        changed,
        headline: headline(scenario),
        walk: trace.walk,
        property: trace.property.clone(),
        broken: is_broken(&replay),
        breaks: breaks(&replay),
        worlds: worlds(scenario, &model, &replay.history.worlds),
        story: story::counterexample(&replay, &merge::Role::default()),
    })
}

/// Why a trace stops being possible.
struct Stop {
    code: &'static str,
    /// What was possible, and is not, in the words of one who compares.
    lost: String,
    message: String,
    help: String,
}

impl Stop {
    fn diagnostic(self) -> Diagnostic {
        Diagnostic::new(self.code, self.message).help(self.help)
    }
}

/// The steps that a trace means; those of its loop lead back to where it begins. `exact`: places
/// count too; else the words are enough.
fn follow(
    model: &Migration,
    trace: &SavedTrace,
    loop_start: Option<usize>,
    exact: bool,
) -> Result<Vec<Step>, Stop> {
    let mut world = World::initial(model.setup());
    let mut worlds = vec![world];
    let mut steps = Vec::new();
    for (taken, wanted) in trace.steps.iter().enumerate() {
        let number = taken + 1;
        let mut enabled = Vec::new();
        model.steps(&world, &mut enabled);
        let says = |step: &Step| is_step(model, *step, &world, wanted);
        let found = match enabled.get(wanted.index).filter(|step| says(step)) {
            Some(&step) => Some(step),
            None if exact => None,
            None => enabled.iter().copied().find(|step| says(step)),
        };
        let in_order = wanted.number == number;
        let Some(step) = found.filter(|_| in_order) else {
            return Err(stop(model, &world, &enabled, number, wanted));
        };
        steps.push(step);
        world = model.after(&world, step);
        worlds.push(world);
    }
    let closed = loop_start.map_or(Ok(()), |start| endless::comes_back(model, &worlds, start));
    closed.map_err(|message| Stop {
        // In a scenario that is another one it is nobody's fault.
        code: if exact {
            "replay::altered"
        } else {
            "replay::changed-scenario"
        },
        lost: "the loop no longer closes".to_owned(),
        message,
        help: ALTERED.to_owned(),
    })?;
    Ok(steps)
}

/// Whether a step is the one that the trace has in words.
fn is_step(model: &Migration, step: Step, world: &World, wanted: &SavedStep) -> bool {
    let (setup, cluster) = (model.setup(), story::cluster(model.setup(), step, world));
    wanted.actor == step.actor().name()
        && wanted.cluster.as_deref() == cluster.map(ClusterId::name)
        && wanted.ordinal == story::ordinal(setup, step, world).map(|i| u32::from(i.0))
        && wanted.action == step.name(setup, world)
        && wanted.text == step.describe(setup, world)
}

/// What keeps a step from being taken.
fn stop(
    model: &Migration,
    world: &World,
    enabled: &[Step],
    number: usize,
    wanted: &SavedStep,
) -> Stop {
    let text = &wanted.text;
    let words = |&step: &Step| words(model, step, world);
    let possible = enabled
        .iter()
        .any(|&step| is_step(model, step, world, wanted));
    if possible {
        let message = format!(
            "step {number} (\"{text}\") has number {} and index {} among the enabled steps, which \
             does not match",
            wanted.number, wanted.index
        );
        return Stop {
            code: "replay::altered",
            lost: lost(number),
            message,
            help: ALTERED.to_owned(),
        };
    }
    let who = match &wanted.cluster {
        Some(cluster) if wanted.actor != "driver" => format!("{} of {cluster}", wanted.actor),
        _ => wanted.actor.clone(),
    };
    let others: Vec<String> = enabled.iter().take(MOST_OTHERS).map(words).collect();
    let more = enabled.len().saturating_sub(MOST_OTHERS);
    let help = match (others.as_slice(), more) {
        ([], _) => "no step is enabled there".to_owned(),
        (some, 0) => format!("enabled there: {}", some.join("; ")),
        (some, more) => format!("enabled there: {}; and {more} more", some.join("; ")),
    };
    Stop {
        code: "replay::impossible-step",
        lost: lost(number),
        message: format!("step {number} is not enabled: \"{text}\" ({who})"),
        help,
    }
}

fn lost(number: usize) -> String {
    format!("step {number} is no longer possible")
}

/// The most steps that are told in place of one that cannot be taken.
const MOST_OTHERS: usize = 8;

/// A step in words, with who takes it.
fn words(model: &Migration, step: Step, world: &World) -> String {
    let text = step.describe(model.setup(), world);
    let who = match step {
        Step::Fault(..) => step.name(model.setup(), world),
        _ => step.actor().name(),
    };
    // The driver's words have their side in them.
    match step.cluster() {
        Some(side) => format!("{who} of {} \"{text}\"", side.name()),
        None => format!("{who} \"{text}\""),
    }
}

/// Why a trace is not replayed in a scenario, or by a tool, that is not what it was.
fn refusal(trace: &SavedTrace, stop: Option<Stop>) -> Diagnostic {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let other = trace.tool.version != VERSION;
    let (code, what) = if other {
        let wrote = &trace.tool.version;
        let what = format!("the trace was written by Straddle {wrote}, but this is {VERSION}");
        ("replay::other-version", what)
    } else {
        let what = "the scenario has changed since the trace was saved".to_owned();
        ("replay::changed-scenario", what)
    };
    let Some(stop) = stop else {
        let message = format!("{what}; every step is still possible");
        return Diagnostic::new(code, message).help("`--anyway` replays it nonetheless");
    };
    let message = format!("{what}; {}", stop.lost);
    Diagnostic::new(code, message).help(format!("{}; {}", stop.message, stop.help))
}

/// The states that the search for a way back to the goal may take.
const WAY_BACK_STATES: usize = 1_000_000;

/// Whether the story breaks its property: in its last state, or by going on forever as it does.
/// None if that was not decided.
fn is_broken(replay: &Replay<'_>) -> Option<bool> {
    let (property, setup, world) = (replay.property, replay.setup(), replay.history.last());
    match property.kind {
        Kind::AlwaysForEach(_) | Kind::Always { .. } => {
            let says_anything = (property.applies)(setup).is_ok();
            says_anything.then(|| !property.holds(setup, world))
        }
        Kind::FromEverywhere => is_goal_out_of_reach(replay.model, world),
        Kind::Eventually | Kind::EventuallyAlways => Some(endless::is_broken(replay)),
    }
}

/// Whether no path without a fault leads from `world` to the goal; none if there are too many
/// states to know.
fn is_goal_out_of_reach(model: &Migration, world: &World) -> Option<bool> {
    let mut row = vec![0; model.words()];
    let mut open = vec![*world];
    let mut known: HashSet<Vec<u64>> = HashSet::new();
    while let Some(world) = open.pop() {
        if model.is_goal(&world) {
            return Some(false);
        }
        model.successors(&world, &mut |step, next| {
            if model.fault_kind(&step).is_none() && model.recovers(&world, &step) {
                model.pack(next, &mut row);
                if known.insert(row.clone()) {
                    open.push(*next);
                }
            }
        });
        if known.len() > WAY_BACK_STATES {
            return None;
        }
    }
    Some(true)
}

/// The always-properties that are broken somewhere, each with the first step after which it is.
fn breaks(replay: &Replay<'_>) -> Vec<AlsoBroken> {
    let mut breaks = replay.breaks();
    breaks.sort_by_key(|&(_, step)| step);
    let breaks = breaks.into_iter();
    breaks
        .map(|(property, step)| AlsoBroken {
            name: property.name.to_owned(),
            step,
        })
        .collect()
}

fn worlds(scenario: &Scenario, model: &Migration, worlds: &[World]) -> Vec<WorldInWords> {
    let setup = model.setup();
    let before = std::iter::once(None).chain(worlds.iter().map(Some));
    let pairs = worlds.iter().zip(before);
    pairs
        .map(|(world, before)| WorldInWords {
            all: facts::all(scenario, setup, world),
            changes: before.map_or_else(Vec::new, |before| {
                facts::changes(scenario, setup, before, world)
            }),
        })
        .collect()
}
