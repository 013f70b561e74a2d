//! The bundled scenarios: each is as it says, and none says it in vain.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use straddle::internals::check::{CheckOptions, Engine, Unwatched, check, check_scenario};
use straddle::internals::properties;
use straddle::internals::report::{ScenarioResult, Verdict};
use straddle::internals::scenario::{FaultsOverride, Overrides, Scenario};
use straddle::internals::world::id::PerCluster;
use straddle::internals::world::program::{Exits, Look, Operation, Program, Target};
use straddle::internals::world::setup::Reads;

/// The folder of the bundled scenarios.
pub fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

/// The names of the bundled scenarios.
pub fn bundled() -> Vec<String> {
    let (paths, problems) = straddle::internals::scenario::find(&[models()]);
    assert!(problems.is_empty(), "{problems:?}");
    let folder = |path: &PathBuf| {
        path.parent()
            .and_then(Path::file_name)
            .map(std::borrow::ToOwned::to_owned)
    };
    let names = paths.iter().filter_map(folder);
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// A bundled scenario, perhaps with other faults.
pub fn scenario(name: &str, faults: Option<&str>) -> Scenario {
    let path = models().join(name).join("scenario.yaml");
    let faults = faults.map(|faults| FaultsOverride::parse(faults).expect("a budget"));
    let overrides = Overrides {
        faults,
        properties: Vec::new(),
        ..Overrides::default()
    };
    Scenario::read(&path, &overrides).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// How the tests search.
pub fn options() -> CheckOptions {
    CheckOptions {
        threads: NonZeroUsize::new(2).expect("two"),
        ..CheckOptions::default()
    }
}

/// The result for a bundled scenario, searched once for all tests.
pub fn result(name: &str) -> ScenarioResult {
    static RESULTS: Mutex<BTreeMap<String, ScenarioResult>> = Mutex::new(BTreeMap::new());
    let mut results = RESULTS.lock().unwrap_or_else(PoisonError::into_inner);
    results
        .entry(name.to_owned())
        .or_insert_with(|| search(name))
        .clone()
}

fn search(name: &str) -> ScenarioResult {
    let path = models().join(name).join("scenario.yaml");
    check_scenario(&path, &options(), &Unwatched).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The verdict of a property.
pub fn verdict(result: &ScenarioResult, property: &str) -> Verdict {
    let found = result
        .properties
        .iter()
        .find(|found| found.name == property);
    found.map_or(Verdict::NotApplicable, |found| found.verdict)
}

/// One line for each scenario: a commit that moves a figure says why.
#[test]
fn every_bundled_scenario_is_as_it_expects() {
    let mut lines = Vec::new();
    for name in bundled() {
        let result = result(&name);
        assert!(result.as_expected, "{name}: {:#?}", result.properties);
        assert_eq!(
            result.never_fired, [""; 0],
            "{name}: a budgeted fault never fired"
        );
        let search = &result.search;
        lines.push(format!(
            "{name:32} {:>9} states {:>9} transitions, depth {:>3}",
            search.unique_states, search.transitions, search.depth
        ));
        if search.symmetry {
            lines.push(without_symmetry(&name, &result));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// The line of a search that tells all ordinals apart. It comes to the same.
fn without_symmetry(name: &str, symmetric: &ScenarioResult) -> String {
    let path = models().join(name).join("scenario.yaml");
    let options = CheckOptions {
        symmetry: false,
        ..options()
    };
    let result = check_scenario(&path, &options, &Unwatched).expect("a bundled scenario");
    for (one, other) in symmetric.properties.iter().zip(&result.properties) {
        assert_eq!(one.verdict, other.verdict, "{name}: {}", one.name);
        let costs = [one, other].map(|found| found.cost().map(|cost| (cost.faults, cost.steps)));
        assert_eq!(costs[0], costs[1], "{name}: {}", one.name);
    }
    let search = &result.search;
    format!(
        "{:32} {:>9} states {:>9} transitions, depth {:>3}",
        "  all ordinals told apart", search.unique_states, search.transitions, search.depth
    )
}

#[test]
fn every_property_is_violated_by_one_scenario_and_held_by_another() {
    for property in properties::ALL {
        let violated = verdict(&result(property.violated_in), property.name);
        assert_eq!(
            violated,
            Verdict::Violated,
            "{} in {}",
            property.name,
            property.violated_in
        );
        let holds = verdict(&result(property.holds_in), property.name);
        assert_eq!(
            holds,
            Verdict::Holds,
            "{} in {}",
            property.name,
            property.holds_in
        );
    }
}

/// The program without the instructions of one step of the file.
fn without(program: &Program, step: u16) -> Program {
    let kept = |place: &usize| program.instructions[*place].step != step;
    let before = |end: usize| (0..end).filter(kept).count();
    let skipped = |mut target: Target| {
        // What led to an instruction that is gone leads to where that led.
        while let Target::At(place) = target
            && usize::from(place) < program.instructions.len()
            && !kept(&usize::from(place))
        {
            target = program.exits[usize::from(place)].done;
        }
        match target {
            Target::At(place) => Target::At(u16::try_from(before(place.into())).expect("short")),
            other => other,
        }
    };
    let all = || (0..program.instructions.len()).filter(kept);
    let rest = Program {
        instructions: all().map(|place| program.instructions[place]).collect(),
        exits: all()
            .map(|place| program.exits[place])
            .map(|exits| Exits {
                done: skipped(exits.done),
                otherwise: skipped(exits.otherwise),
            })
            .collect(),
        body_start: before(program.body_start),
        body_end: before(program.body_end),
        ..program.clone()
    };
    if program.is_script {
        rest
    } else {
        rest.linked()
    }
}

/// Scenarios that are safe because of their waits: nothing is expected to break.
fn gated() -> Vec<String> {
    let mut names = bundled();
    names.retain(|name| scenario(name, None).expect.is_empty());
    names
}

#[test]
fn no_gated_scenario_can_spare_a_wait() {
    let names = gated();
    assert!(names.len() >= 7, "{names:?}");
    for name in &names {
        let gated = scenario(name, None);
        let program = &gated.setup.program;
        let is_wait = |operation: Operation| {
            matches!(
                operation,
                Operation::AwaitGone(_, Look::First, _) | Operation::Await(..)
            )
        };
        let mut waits: Vec<u16> = program
            .instructions
            .iter()
            .filter(|instruction| is_wait(instruction.operation))
            .map(|instruction| instruction.step)
            .collect();
        waits.dedup();
        assert!(!waits.is_empty(), "{name} has no wait");
        for wait in waits {
            let mut bare = gated.clone();
            bare.setup.program = without(program, wait);
            bare.setup.reads = Reads::of(&bare.setup.program);
            let options = CheckOptions {
                fail_fast: true,
                ..options()
            };
            let result = check(&bare, &options, &Unwatched);
            let text = &gated.steps[usize::from(wait)].text;
            assert_eq!(
                result.verdict,
                Verdict::Violated,
                "{name} can spare: {text}"
            );
        }
    }
}

/// Leaving out what nobody reads changes no verdict and no least number of faults.
#[test]
fn taking_every_step_apart_changes_no_verdict() {
    let mut compared = 0;
    for name in bundled() {
        let mut scenario = scenario(&name, None);
        let few = check(&scenario, &options(), &Unwatched);
        if few.search.unique_states > 20_000 {
            continue;
        }
        compared += 1;
        scenario.setup.reads = PerCluster {
            source: Reads::EVERYTHING,
            destination: Reads::EVERYTHING,
        };
        let bounds = straddle::engine::Bounds {
            states: Some(60_000),
            ..Default::default()
        };
        let all = check(
            &scenario,
            &CheckOptions {
                bounds,
                ..options()
            },
            &Unwatched,
        );
        for (few, all) in few.properties.iter().zip(&all.properties) {
            if all.verdict == Verdict::Inconclusive {
                continue;
            }
            assert_eq!(few.verdict, all.verdict, "{name}: {}", few.name);
            let (few, all) = (few.cost(), all.cost());
            assert_eq!(
                few.map(|cost| cost.faults),
                all.map(|cost| cost.faults),
                "{name}"
            );
            // A status write that is a step may have to come before the next sync.
            assert!(
                few.map(|cost| cost.steps) <= all.map(|cost| cost.steps),
                "{name}"
            );
        }
    }
    assert!(compared >= 10, "only {compared} scenarios are small enough");
}

#[test]
fn stories_do_not_depend_on_threads() {
    for name in [
        "naive-double-up",
        "orphan-by-hand",
        "two-patches-replicas-first",
    ] {
        let path = models().join(name).join("scenario.yaml");
        let with = |threads| {
            let threads = NonZeroUsize::new(threads).expect("a thread");
            let options = CheckOptions {
                threads,
                ..CheckOptions::default()
            };
            let mut result =
                check_scenario(&path, &options, &Unwatched).expect("a bundled scenario");
            result.search.seconds = 0.0;
            result.search.peak_bytes = 0;
            result
        };
        assert_eq!(with(1), with(2), "{name}");
        assert_eq!(with(1), with(4), "{name}");
    }
}

#[test]
fn a_budget_that_cannot_be_spent_is_said() {
    let scenario = scenario(
        "blog-redis-cluster-gated",
        Some("podNeverReady=1,controllerRestart=1"),
    );
    let mut idle = scenario.clone();
    idle.setup.program.instructions.truncate(0);
    idle.setup.program.exits.truncate(0);
    idle.setup.program.body_start = 0;
    idle.setup.program.body_end = 0;
    let result = check(&idle, &options(), &Unwatched);
    assert_eq!(result.never_fired, ["controllerRestart", "podNeverReady"]);
    let engine = CheckOptions {
        engine: Engine::Exhaustive,
        ..options()
    };
    assert!(check(&scenario, &engine, &Unwatched).never_fired.is_empty());
}

/// A printed fix works: written into the file, it makes the violated properties hold.
#[test]
fn every_printed_fix_works_when_it_is_written_into_the_file() {
    let faults = "1:eviction,driverCrash";
    let mut applied = 0;
    for (name, faults) in [
        ("blog-redis-cluster-6", None),
        ("stale-controller", None),
        ("kep-3335-ordered-fault-free", Some(faults)),
        ("reclaim-delete-fixed", Some(faults)),
        ("empty-disk", Some(faults)),
        ("low-end-first", Some("1:driverCrash")),
    ] {
        let broken = scenario(name, faults);
        let result = check(&broken, &options(), &Unwatched);
        for property in &result.properties {
            let story = property.counterexample.as_ref();
            let Some(help) = story.and_then(|story| story.help.as_ref()) else {
                continue;
            };
            applied += 1;
            let text = with_fix(&broken.text, &help.text);
            let overrides = Overrides {
                faults: faults.map(|faults| FaultsOverride::parse(faults).expect("a budget")),
                properties: Vec::new(),
                ..Overrides::default()
            };
            let files = |path: &Path| std::fs::read(path);
            let fixed = Scenario::parse(&broken.path, &text, &overrides, &files)
                .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
            let fixed = check(&fixed, &options(), &Unwatched);
            let story = story.expect("it has help");
            let told = story.also_broken.iter().map(|broken| broken.name.as_str());
            for property in told.chain([property.name.as_str()]) {
                let verdict = verdict(&fixed, property);
                assert_eq!(
                    verdict,
                    Verdict::Holds,
                    "{name}: {property} with {}",
                    help.text
                );
            }
        }
    }
    assert!(applied >= 3, "only {applied} fixes were printed");
}

/// The file with the help's lines written where the help says.
fn with_fix(text: &str, help: &str) -> String {
    let (place, fix) = help.split_once('\n').expect("a place and a wait");
    let (before, line) = match place.strip_prefix("before line ") {
        Some(line) => (true, line),
        None => (false, place.strip_prefix("after line ").expect("a place")),
    };
    let line: usize = line.parse().expect("a line number");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let step = &lines[line - 1];
    let indent = &step[..step.len() - step.trim_start().len()];
    let fix = format!("{indent}{fix}");
    lines.insert(if before { line - 1 } else { line }, fix);
    lines.join("\n") + "\n"
}
