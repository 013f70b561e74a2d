//! One scenario, searched in every way there is: the verdicts are the same.

use std::num::NonZeroUsize;

use straddle::engine::cross_check::{self, Stateright};
use straddle::engine::{
    Bounds, Decision, Order, Outcome, Question, Settings, StoreKind, Trace, Unobserved, Verdict,
    exhaustive,
};
use straddle::internals::actors::Step;
use straddle::internals::check::{CheckOptions, Progress, Watch, question, take_apart};
use straddle::{Migration, Scenario};

use crate::symmetry::check_trace;

/// A search that leaves out nothing that can be left out by a setting.
const PLAIN: Settings = Settings {
    threads: NonZeroUsize::MIN,
    order: Order::FewestFaults,
    store: StoreKind::Exact,
    dominance: false,
    symmetry: false,
};

/// As `check` searches unless it is asked otherwise.
const DEFAULT: Settings = Settings {
    dominance: true,
    symmetry: true,
    ..PLAIN
};

/// The other ways that `check` can be asked for, and some that it cannot.
const WAYS: [(&str, Settings); 6] = [
    (
        "--no-symmetry",
        Settings {
            symmetry: false,
            ..DEFAULT
        },
    ),
    (
        "symmetry without dominance",
        Settings {
            dominance: false,
            ..DEFAULT
        },
    ),
    (
        "--order shortest",
        Settings {
            order: Order::Shortest,
            dominance: false,
            ..DEFAULT
        },
    ),
    (
        "--store fingerprint",
        Settings {
            store: StoreKind::Fingerprint,
            ..DEFAULT
        },
    ),
    (
        "--order shortest --no-symmetry",
        Settings {
            order: Order::Shortest,
            ..PLAIN
        },
    ),
    (
        "--store fingerprint --no-symmetry --order shortest",
        Settings {
            order: Order::Shortest,
            store: StoreKind::Fingerprint,
            ..PLAIN
        },
    ),
];

/// What came of a scenario.
pub enum Compared {
    /// It has more states than asked for.
    TooLarge,
    /// All searches say the same.
    Same(Box<Found>),
}

/// What the searches have found.
pub struct Found {
    /// Of the plain search.
    pub plain: Outcome<Step>,
    /// Symmetry alone leaves out states.
    pub symmetry_saves: bool,
    /// Every step taken apart was small enough, too.
    pub every_step: bool,
}

fn search(model: &Migration, settings: Settings, most: u64) -> Outcome<Step> {
    let question = everything(model);
    let bounds = Bounds {
        states: Some(most),
        ..Bounds::default()
    };
    exhaustive::check(model, &question, &bounds, settings, &Unobserved)
}

fn everything(model: &Migration) -> Question<Migration> {
    question(model, &straddle::internals::properties::NAMES, false)
}

/// Compares all searches of a scenario with at most so many states.
pub fn compare(scenario: &Scenario, most: u64) -> Result<Compared, String> {
    let model = Migration::new(scenario.setup.clone());
    let plain = search(&model, PLAIN, most);
    if plain.statistics.stopped.is_some() {
        return Ok(Compared::TooLarge);
    }
    let default = search(&model, DEFAULT, most);
    same(&plain, &default, Order::FewestFaults, "the default")?;
    check_stories(&model, &default)?;
    let mut symmetry_saves = false;
    for (told, way) in WAYS {
        let other = search(&model, way, most);
        same(&plain, &other, way.order, told)?;
        let states = |outcome: &Outcome<Step>| outcome.statistics.unique_states;
        let saves = way.symmetry && !way.dominance && states(&other) < states(&plain);
        symmetry_saves |= saves && plain.statistics.complete;
        check_stories(&model, &other).map_err(|problem| format!("{told}: {problem}"))?;
    }
    same_as_theirs(&model, &plain)?;
    let every_step = compare_every_step(scenario, &default, most * 3)?;
    Ok(Compared::Same(Box::new(Found {
        plain,
        symmetry_saves,
        every_step,
    })))
}

/// Whether the property is about endless paths.
fn is_endless(name: &str) -> bool {
    matches!(name, "completes" | "stays-migrated")
}

fn violation<A>(decision: &Decision<A>) -> Option<&Trace<A>> {
    match &decision.verdict {
        Verdict::Violated(trace) => Some(trace),
        _ => None,
    }
}

/// The faults and steps of a counterexample, up to its loop.
fn cost<A>(decision: &Decision<A>) -> Option<(u32, usize)> {
    let trace = violation(decision)?;
    Some((trace.faults, trace.loop_start.unwrap_or(trace.steps.len())))
}

/// The first layer of faults that breaks a property. How many layers there are depends on what is
/// left out as covered.
fn first_broken<A>(decision: &Decision<A>) -> Option<usize> {
    decision.layers.iter().position(|&holds| !holds)
}

fn differ<T: std::fmt::Debug + PartialEq>(what: &str, one: &T, other: &T) -> Result<(), String> {
    if one == other {
        Ok(())
    } else {
        Err(format!("{what}: {one:?} became {other:?}"))
    }
}

fn kind<A>(verdict: &Verdict<A>) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Inconclusive(_) => "inconclusive",
    }
}

/// Expects of a search what the plain one has found.
fn same(
    plain: &Outcome<Step>,
    other: &Outcome<Step>,
    order: Order,
    told: &str,
) -> Result<(), String> {
    differ(told, &plain.decisions.len(), &other.decisions.len())?;
    for (one, two) in plain.decisions.iter().zip(&other.decisions) {
        let told = format!("{told}: {}", one.name);
        differ(&told, &one.name, &two.name)?;
        differ(&told, &kind(&one.verdict), &kind(&two.verdict))?;
        if order == Order::FewestFaults {
            differ(&told, &cost(one), &cost(two))?;
            differ(&told, &first_broken(one), &first_broken(two))?;
        } else {
            no_longer(one, two, &told)?;
        }
    }
    differ(told, &plain.statistics.complete, &other.statistics.complete)?;
    if !plain.statistics.complete {
        return Ok(());
    }
    differ(told, &plain.faults_fired, &other.faults_fired)?;
    differ(told, &plain.labels, &other.labels)?;
    differ(told, &(plain.ends.number > 0), &(other.ends.number > 0))?;
    if !other.statistics.symmetric && order == Order::Shortest {
        let states = |outcome: &Outcome<Step>| outcome.statistics.unique_states;
        differ(told, &states(plain), &states(other))?;
    }
    Ok(())
}

/// With the fewest steps first, a path has no more steps, whatever its faults. An endless one has
/// the fewest faults even then, and one without a way on is chosen by what else it breaks.
fn no_longer(plain: &Decision<Step>, other: &Decision<Step>, told: &str) -> Result<(), String> {
    let (Some(one), Some(two)) = (cost(plain), cost(other)) else {
        return Ok(());
    };
    if is_endless(plain.name) {
        return differ(told, &one.0, &two.0);
    }
    if plain.name != "recoverable" && one.1 < two.1 {
        return Err(format!("{told}: {one:?} is not as long as {two:?}"));
    }
    Ok(())
}

/// Each counterexample is a path of the model to what it shows.
fn check_stories(model: &Migration, outcome: &Outcome<Step>) -> Result<(), String> {
    let invariants = model.invariants();
    for decision in &outcome.decisions {
        let Some(trace) = violation(decision) else {
            continue;
        };
        check_trace(model, trace, decision.name);
        let states = trace.states(model);
        let end = states.last().expect("a state");
        let mut named = invariants.iter();
        let broken = named.find(|invariant| invariant.name == decision.name);
        if broken.is_some_and(|invariant| invariant.holds(model, end)) {
            return Err(format!("{}: the story breaks nothing", decision.name));
        }
    }
    Ok(())
}

/// Compares with stateright's search, which decides always-properties.
fn same_as_theirs(model: &Migration, plain: &Outcome<Step>) -> Result<(), String> {
    let question = Question::new(model.invariants());
    let bounds = Bounds::default();
    let which = Stateright::BreadthFirst;
    let theirs = cross_check::check(model, &question, &bounds, NonZeroUsize::MIN, which);
    for (ours, theirs) in plain.decisions.iter().zip(&theirs.decisions) {
        let told = format!("stateright: {}", ours.name);
        differ(&told, &ours.name, &theirs.name)?;
        differ(&told, &kind(&ours.verdict), &kind(&theirs.verdict))?;
    }
    if plain.statistics.complete {
        let (ours, theirs) = (plain.statistics, theirs.statistics);
        differ("stateright", &ours.unique_states, &theirs.unique_states)?;
        differ("stateright", &ours.transitions, &theirs.transitions)?;
    }
    Ok(())
}

/// Compares with a search in which every step is taken apart, if that has not too many states.
fn compare_every_step(
    scenario: &Scenario,
    default: &Outcome<Step>,
    most: u64,
) -> Result<bool, String> {
    let mut apart = scenario.clone();
    take_apart(&mut apart, true);
    let model = Migration::new(apart.setup);
    let all = search(&model, DEFAULT, most);
    if all.statistics.stopped.is_some() {
        return Ok(false);
    }
    for (few, all) in default.decisions.iter().zip(&all.decisions) {
        let told = format!("--every-step: {}", few.name);
        differ(&told, &few.name, &all.name)?;
        differ(&told, &kind(&few.verdict), &kind(&all.verdict))?;
        differ(&told, &first_broken(few), &first_broken(all))?;
        if let (Some(few), Some(all)) = (cost(few), cost(all)) {
            differ(&told, &few.0, &all.0)?;
        }
    }
    check_stories(&model, &all)?;
    Ok(true)
}

/// Stops proofs that have come to many views. The search has not as many states.
struct Patient {
    most: u64,
}

impl Watch for Patient {
    fn progress(&self, progress: &Progress) -> bool {
        progress.unique_states > self.most
    }
    fn violated(&self, _: &str, _: usize, _: u32) {}
}

/// Compares with a report: with its first look, the sets of fewer replicas that it tries, and
/// perhaps with proofs for every number of replicas in place of the search.
pub fn same_as_reported(
    scenario: &Scenario,
    plain: &Outcome<Step>,
    every_n: bool,
) -> Result<(), String> {
    let options = CheckOptions {
        every_n,
        ..CheckOptions::default()
    };
    let most = plain.statistics.unique_states.max(5_000);
    let result = straddle::check(scenario, &options, &Patient { most });
    for decision in &plain.decisions {
        let told = format!("reported, every-n {every_n}: {}", decision.name);
        let mut properties = result.properties.iter();
        let property = properties.find(|property| property.name == decision.name);
        let reported = property.map(|property| property.verdict);
        let expected = match decision.verdict {
            Verdict::Holds => straddle::Verdict::Holds,
            Verdict::Violated(_) => straddle::Verdict::Violated,
            Verdict::Inconclusive(_) => straddle::Verdict::Inconclusive,
        };
        differ(&told, &Some(expected), &reported)?;
    }
    Ok(())
}
