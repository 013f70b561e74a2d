//! The model's StatefulSet controller beside the real one: for every recorded input it makes the
//! same requests in the same order, and ends in the same way.
//!
//! The recordings and their notation are in `tests/conformance`; `docs/conformance.md` says what
//! they hold and how to make them anew. Nothing is left out: not one input may differ.

mod answers;
mod case;
mod collector;
mod grace;
mod known;
mod protection;
mod recordings;
mod volumes;
mod world;

use std::collections::HashSet;
use std::thread;

use straddle::internals::actors::stateful_set_controller::rules::Rules;
use straddle::internals::actors::stateful_set_controller::seen::{
    RollingUpdate, Set, UpdateStrategy,
};
use straddle::internals::actors::stateful_set_controller::sync::sync;
use xxhash_rust::xxh3::xxh3_64;

use answers::Answers;
use case::Case;

/// How many differences a failing test shows in full.
const SHOWN: usize = 10;

/// Recorded files that are not about the StatefulSet controller.
const OTHER_CODE: [&str; 9] = [
    "disruption",
    "binder",
    "grace",
    "strategy",
    "patch",
    "volumes",
    "collector",
    "pvcprotection",
    "pvprotection",
];

/// The names of the rules, and the rules with each of them turned round.
type Turned = (&'static str, fn(&mut Rules));

const RULES: [Turned; 10] = [
    ("start_ordinal", |rules| rules.start_ordinal ^= true),
    ("owns_claims", |rules| rules.owns_claims ^= true),
    ("remakes_failed", |rules| rules.remakes_failed ^= true),
    ("controls_claims", |rules| rules.controls_claims ^= true),
    ("counts_available", |rules| rules.counts_available ^= true),
    ("tolerates_gone", |rules| rules.tolerates_gone ^= true),
    ("max_unavailable", |rules| rules.max_unavailable ^= true),
    ("completes_by_spec", |rules| rules.completes_by_spec ^= true),
    ("completes_rolling_only", |rules| {
        rules.completes_rolling_only ^= true;
    }),
    ("spares_available", |rules| rules.spares_available ^= true),
];

/// The rules of a recorded minor, with the gate that a block's name sets.
fn rules(minor: &str, block: &str) -> Rules {
    let mut rules = match minor {
        "1.28" => Rules::V1_28,
        "1.31" => Rules::V1_31,
        "1.37" => Rules::V1_37,
        other => panic!("the model has no rules for {other}"),
    };
    match gate(block) {
        None => (),
        Some("StatefulSetStartOrdinal=false") => rules.start_ordinal = false,
        Some("StatefulSetAutoDeletePVC=false") => rules.owns_claims = false,
        Some("MaxUnavailableStatefulSet=true") => rules.max_unavailable = true,
        Some("MaxUnavailableStatefulSet=false") => rules.max_unavailable = false,
        Some(other) => panic!("the model does not know the gate {other}"),
    }
    rules
}

/// The feature gate in a block's name.
fn gate(block: &str) -> Option<&str> {
    block.strip_prefix("gate/")?.split('/').next()
}

/// What the model does with a case, in the words of an output. A mistake may be `planted`.
fn output(case: &Case, rules: Rules, planted: fn(&mut Set<'_>)) -> String {
    let mut set = case.set(rules);
    planted(&mut set);
    let mut answers = Answers::new(case.refused);
    let result = sync(&set, case.stored(), case, &mut answers);
    answers.text(result.is_ok())
}

/// What one sync writes beside its status, and whether it ends well: of a set, in the words of an
/// input up to its template, that sees some objects. The bar between batches is a slash.
pub fn writes(release: &str, set: &str, sees: &str) -> String {
    let rules = match release.split_once(' ') {
        Some((minor, _)) => rules(minor, "gate/StatefulSetStartOrdinal=false/"),
        None => rules(release, ""),
    };
    let case = Case::read(format!("{set} A/A<0.0.0.0.0 {sees}").trim());
    let output = output(&case, rules, |_| ());
    let words = output.split(' ').filter(|word| !word.starts_with('='));
    let words: Vec<&str> = words
        .map(|word| if word == "|" { "/" } else { word })
        .collect();
    words.join(" ")
}

/// The files of a minor that are about the controller.
fn controller_files(minor: &str) -> Vec<String> {
    let mut files = recordings::files(&recordings::index(minor));
    files.retain(|file| !OTHER_CODE.contains(&file.as_str()));
    files
}

/// What came of comparing some blocks.
#[derive(Default)]
struct Compared {
    cases: usize,
    /// The inputs, as hashes; those under another gate are others.
    inputs: HashSet<u64>,
    differences: Vec<String>,
}

/// Compares a file's blocks with the model. Each has to be as long and as its hash says.
fn compare_file(minor: &str, file: &str) -> Compared {
    let mut compared = Compared::default();
    let text = recordings::text(minor, file);
    let index = recordings::index(minor);
    let mut expected = index.iter().filter(|block| block.file == file);
    for (name, cases) in recordings::blocks(&text) {
        let block = expected.next().expect("a block is in the index");
        assert_eq!(
            block.name, name,
            "{minor} {file}: blocks in the order of the index"
        );
        assert_eq!(block.cases, cases.lines().count(), "{minor} {name}");
        assert_eq!(block.digest, recordings::digest(cases), "{minor} {name}");
        let (rules, gate) = (rules(minor, name), gate(name).unwrap_or_default());
        for line in cases.lines() {
            let (input, recorded) = line.split_once(" => ").expect("a case has an arrow");
            compared
                .inputs
                .insert(xxh3_64(format!("{gate} {input}").as_bytes()));
            compared.cases += 1;
            let modelled = output(&Case::read(input), rules, |_| ());
            if modelled != recorded {
                compared.differences.push(format!(
                    "{minor} {name}\n  given    {input}\n  real     {recorded}\n  model    {modelled}\n  \
                     again    tests/conformance/record {minor} '{input}'"
                ));
            }
        }
    }
    assert!(
        expected.next().is_none(),
        "{minor} {file}: blocks are missing"
    );
    compared
}

/// Compares all recordings of a minor, several files at a time.
fn compare(minor: &str) -> Compared {
    let mut compared = Compared::default();
    thread::scope(|scope| {
        let files = controller_files(minor).into_iter();
        let workers: Vec<_> = files
            .map(|file| scope.spawn(move || compare_file(minor, &file)))
            .collect();
        for worker in workers {
            let part = worker.join().expect("a recording is as its index says");
            compared.cases += part.cases;
            compared.inputs.extend(part.inputs);
            compared.differences.extend(part.differences);
        }
    });
    compared
}

/// The page says how many inputs were compared, and that none is left out.
const PAGE: &str = include_str!("../../docs/conformance.md");

/// `1,234,567`.
fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn the_model_does_what_every_recorded_controller_does() {
    let mut failures = Vec::new();
    for minor in recordings::minors() {
        let compared = compare(&minor);
        let (inputs, cases) = (compared.inputs.len(), compared.cases);
        assert!(inputs >= 100_000, "only {inputs} inputs of {minor}");
        let count = compared.differences.len();
        if count > 0 {
            failures.push(format!("{count} of {cases} cases differ in {minor}:"));
            failures.extend(compared.differences.into_iter().take(SHOWN));
        }
        let [inputs, cases] = [inputs, cases].map(with_commas);
        let row = format!("| {minor} | {inputs} | {cases} | 0 | 0 |");
        if !PAGE.contains(&row) {
            failures.push(format!("docs/conformance.md has no row {row}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Whether some recorded case shows that a mistake is one.
fn is_found(minor: &str, turn: fn(&mut Rules), planted: fn(&mut Set<'_>)) -> bool {
    let differs = |file: &String| {
        let text = recordings::text(minor, file);
        recordings::blocks(&text).any(|(name, cases)| {
            let mut rules = rules(minor, name);
            turn(&mut rules);
            cases.lines().any(|line| {
                let (input, recorded) = line.split_once(" => ").expect("a case has an arrow");
                output(&Case::read(input), rules, planted) != recorded
            })
        })
    };
    let smallest_first = ["settled", "history", "gates", "owners", "available"];
    let mut files = controller_files(minor);
    files.sort_by_key(|file| {
        let place = smallest_first.iter().position(|first| first == file);
        place.unwrap_or(smallest_first.len())
    });
    files.iter().any(differs)
}

/// A test that has never failed is not yet one: with any rule of a minor turned round, some
/// recorded case differs.
#[test]
fn every_rule_of_a_minor_is_held_by_some_recorded_case() {
    for (name, turn) in RULES {
        // Of 1.28 and 1.31 it is the gate's blocks that tell how `maxUnavailable` counts.
        let minors = ["1.28", "1.31", "1.37"].into_iter();
        let found: Vec<&str> = minors
            .filter(|minor| is_found(minor, turn, |_| ()))
            .collect();
        assert_eq!(found, ["1.28", "1.31", "1.37"], "{name} turned round");
    }
}

/// Mistakes that are easily made, and which the recordings find.
#[test]
fn planted_mistakes_are_found() {
    type Planted = (&'static str, fn(&mut Set<'_>));
    let planted: [Planted; 5] = [
        ("the partition is an ordinal, not an offset", |set| {
            if let UpdateStrategy::RollingUpdate(Some(rolling)) = &mut set.strategy {
                rolling.partition = rolling.partition.saturating_sub(set.slice.start.into());
            }
        }),
        ("the Pod at the partition keeps its revision", |set| {
            if let UpdateStrategy::RollingUpdate(Some(rolling)) = &mut set.strategy {
                rolling.partition += 1;
            }
        }),
        (
            "without parameters a rolling update has a partition of 0",
            |set| {
                if set.strategy == UpdateStrategy::RollingUpdate(None) {
                    set.strategy = UpdateStrategy::RollingUpdate(Some(RollingUpdate::default()));
                }
            },
        ),
        (
            "a make the set the owner of claim outside the range",
            |set| {
                if set.retention.delete_when_deleted {
                    set.retention.delete_when_scaled = false;
                }
            },
        ),
        ("the history keeps one revision less", |set| {
            set.history_limit = set.history_limit.saturating_sub(1);
        }),
    ];
    for (mistake, planted) in planted {
        assert!(is_found("1.31", |_| (), planted), "{mistake}");
    }
}
