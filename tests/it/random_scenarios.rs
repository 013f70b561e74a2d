//! Random scenarios with every option that there is: no reduction, no order, no store and no
//! engine changes a verdict, and no step changes what it does not name.
//!
//! A few of each mix are searched whenever the tests run, and 400 of each by
//! `cargo test --test it random_scenarios -- --ignored`.

mod compare;
mod draft;
mod footprint;
mod generate;
mod mix;
mod script;
mod seen;
mod shrink;
mod steps;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use straddle::Scenario;

use compare::{Compared, compare, same_as_reported};
use draft::Draft;
use mix::Mix;
use seen::Seen;

/// How much of a mix is looked at.
#[derive(Clone, Copy)]
struct Size {
    /// So many scenarios are compared.
    scenarios: u32,
    /// With at most so many states.
    states: u64,
    /// Of those with at most so many states, the whole report is asked for.
    reported: u64,
    /// And that with proofs for every number of replicas.
    proofs: bool,
}

/// Whenever the tests run.
const SAMPLE: Size = Size {
    scenarios: 20,
    states: 4_000,
    reported: 100,
    proofs: false,
};

/// When somebody asks for it.
const ALL: Size = Size {
    scenarios: 400,
    states: 20_000,
    reported: 1_000,
    proofs: true,
};

/// What a panic says.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.unwrap_or_else(|| "it panics".to_owned())
}

/// Does something with the scenario of a draft; a panic is a failure like any other. `None` if
/// the draft has mistakes.
fn with<T>(
    draft: &Draft,
    action: impl Fn(&Scenario) -> Result<T, String>,
) -> Option<Result<T, String>> {
    let attempt = || Some(action(&draft.parse().ok()?));
    match catch_unwind(AssertUnwindSafe(attempt)) {
        Ok(result) => result,
        Err(panic) => Some(Err(format!("panic: {}", message(&*panic)))),
    }
}

/// Shows the smallest draft that fails in some way.
fn fail<T>(
    mix: &Mix,
    number: u64,
    draft: &Draft,
    action: impl Fn(&Scenario) -> Result<T, String>,
) -> ! {
    let problem = |draft: &Draft| with(draft, &action)?.err();
    let least = shrink::shrink(draft, |draft| problem(draft).is_some());
    panic!(
        "{}, number {number}: {}\n\nshrunk from {draft:#?}\nto\n\n{}\n{}",
        mix.name,
        problem(draft).unwrap_or_default(),
        least.listing(),
        problem(&least).unwrap_or_default()
    );
}

/// Compares everything that says something of a scenario.
fn compare_all(scenario: &Scenario, size: Size) -> Result<Compared, String> {
    let compared = compare(scenario, size.states)?;
    let Compared::Same(found) = &compared else {
        return Ok(compared);
    };
    if found.plain.statistics.unique_states <= size.reported {
        same_as_reported(scenario, &found.plain, false)?;
        if size.proofs {
            same_as_reported(scenario, &found.plain, true)?;
        }
    }
    Ok(compared)
}

/// Compares as many scenarios of a mix, and expects that they have what the mix is about.
fn run(mix: &Mix, size: Size) {
    let mut seen = Seen::default();
    let [mut compared, mut mistaken, mut large] = [0; 3];
    let mut reasons = BTreeMap::<String, usize>::new();
    for number in 0.. {
        if compared == size.scenarios {
            break;
        }
        let draft = generate::draft(mix, number);
        let action = |scenario: &Scenario| {
            let compared = compare_all(scenario, size)?;
            Ok((scenario.setup.clone(), compared))
        };
        match with(&draft, action) {
            None => {
                mistaken += 1;
                let problems = draft.parse().err().unwrap_or_default();
                let first = problems.first().map(|problem| problem.message.clone());
                *reasons.entry(first.unwrap_or_default()).or_default() += 1;
            }
            Some(Err(_)) => fail(mix, number, &draft, action),
            Some(Ok((_, Compared::TooLarge))) => large += 1,
            Some(Ok((setup, Compared::Same(found)))) => {
                compared += 1;
                seen.add(&setup, &found);
            }
        }
    }
    let told = format!(
        "{}: {mistaken} mistaken ({reasons:?}), {large} too large",
        mix.name
    );
    assert!(mistaken * 4 <= size.scenarios, "{told}");
    assert!(large * 2 <= size.scenarios * 3, "{told}");
    expect_all(mix, size, &seen);
}

/// A mix has what it is about: each in one of a hundred scenarios, and most of it in a few.
fn expect_all(mix: &Mix, size: Size, seen: &Seen) {
    let is_rare = |name: &&&str| seen.of(name) * 100 < size.scenarios || seen.of(name) == 0;
    let rare: Vec<&&str> = mix.reaches.iter().filter(is_rare).collect();
    let missed = if size.scenarios < 100 {
        mix.reaches.len() / 3
    } else {
        0
    };
    assert!(
        rare.len() <= missed && seen.of("symmetry saves") > 0,
        "{}: too few {rare:?} in {seen:#?}",
        mix.name
    );
}

macro_rules! of_each_mix {
    ($($name:ident: $mix:ident)*) => { $(
        mod $name {
            #[test]
            fn some() {
                super::run(&super::mix::$mix, super::SAMPLE);
            }

            #[test]
            #[ignore = "takes minutes"]
            fn all() {
                super::run(&super::mix::$mix, super::ALL);
            }
        }
    )* };
}

of_each_mix! {
    policies: POLICIES
    retention: RETENTION
    reclaim: RECLAIM
    storage: STORAGE
    cascades: CASCADES
    counts: COUNTS
    faults: FAULTS
    scripts: SCRIPTS
    everything: EVERYTHING
    templates: TEMPLATES
}

/// Looks at the steps of so many scenarios of each mix, and of so many worlds of each.
fn every_step_is_as_it_says(scenarios: u64, worlds: usize) {
    let mut taken = 0;
    for mix in &mix::MIXES {
        for number in 0..scenarios {
            let draft = generate::draft(mix, number);
            let action = |scenario: &Scenario| Ok(footprint::check(scenario, worlds));
            match with(&draft, action) {
                Some(Err(_)) => fail(mix, number, &draft, action),
                found => taken += found.and_then(Result::ok).unwrap_or_default(),
            }
        }
    }
    let least = scenarios as usize * mix::MIXES.len() * worlds / 4;
    assert!(taken > least, "only {taken} steps");
}

#[test]
fn steps_change_what_they_name() {
    every_step_is_as_it_says(20, 300);
}

#[test]
#[ignore = "takes minutes"]
fn steps_of_all_scenarios_change_what_they_name() {
    every_step_is_as_it_says(400, 3_000);
}
