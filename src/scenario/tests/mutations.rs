//! No text, however broken, makes the reader panic.

use std::io;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::{Overrides, Scenario};
use crate::diagnostic::position;

const SCENARIO: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
description: |
  Ünïcode & more.
source: {manifest: set.yaml, replicas: 3}
destination: &side {name: redis-redis-cluster, start: 0, replicas: 0}
storage: {backend: exclusive, reclaimPolicy: Retain}
availability: {groups: [{ordinals: [0, 1], min: 1}]}
ordinals: {max: 8}
migration:
  afterCrash: fromObserved
  prepare:
  - setReclaimPolicy: {cluster: source, ordinal: 0, policy: Retain}
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
  - wait: {cluster: source, pod: k, until: gone}
  - copyVolume: {ordinal: k, claimRef: drop}
  - patch: {cluster: destination, start: k, replicas: N - k}
  - sleep: 30s
  finish:
  - deleteSet: {cluster: source, cascade: orphan}
  - createSet: {cluster: source, start: 0, replicas: 0}
faults: {atMost: 2, of: [eviction, driverCrash]}
properties: [available, right-disk]
expect:
  available: {verdict: violated, steps: 4, faults: 1}
";

/// One change to a text.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Delete(prop::sample::Index, usize),
    Swap(prop::sample::Index, prop::sample::Index),
    Truncate(prop::sample::Index),
    Insert(prop::sample::Index, String),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    let piece = prop::sample::select(vec![
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "<<: ",
        "|",
        "\"",
        "'",
        "\t",
        "\n",
        "---\n",
        "null",
        "-1",
        "99999999999999999999",
        "N*k",
        "k",
        "é",
        "\u{feff}",
        "\0",
        "!!int ",
        "? ",
    ]);
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (place(), 1usize..30).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), place()).prop_map(|(one, other)| Change::Swap(one, other)),
        place().prop_map(Change::Truncate),
        (place(), piece).prop_map(|(at, piece)| Change::Insert(at, piece.to_owned())),
    ]
}

fn apply(mut text: Vec<u8>, change: &Change) -> Vec<u8> {
    let length = text.len() + 1;
    match change {
        Change::Flip(at, byte) if !text.is_empty() => {
            let at = at.index(text.len());
            text[at] = *byte;
        }
        Change::Flip(..) => (),
        Change::Delete(at, count) => {
            let at = at.index(length);
            let end = (at + count).min(text.len());
            text.drain(at..end);
        }
        Change::Swap(one, other) => {
            let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
            if !lines.is_empty() {
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
            }
            text = lines.concat();
        }
        Change::Truncate(at) => text.truncate(at.index(length)),
        Change::Insert(at, piece) => {
            let at = at.index(length);
            text.splice(at..at, piece.bytes());
        }
    }
    text
}

/// Reads, and looks at every place that a mistake has.
fn read(scenario: &[u8], manifest: &[u8]) {
    let scenario = String::from_utf8_lossy(scenario);
    let files = |_: &Path| -> io::Result<Vec<u8>> { Ok(manifest.to_vec()) };
    let path = Path::new("scenario.yaml");
    match Scenario::parse(path, &scenario, &Overrides::default(), &files) {
        Ok(scenario) => {
            scenario.setup.check();
            for n in 0..=16 {
                if let Some(setup) = scenario.with_replicas(n) {
                    setup.check();
                }
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            for problem in &problems {
                let source = problem.source.as_deref().unwrap_or("");
                for label in &problem.labels {
                    assert!(source.get(label.range.clone()).is_some(), "{problem:?}");
                    assert!(position(source, label.range.start) >= (1, 1));
                }
                assert!(!problem.to_string().is_empty());
                assert!(problem.help.is_some(), "no help: {problem}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn changed_scenarios(changes in prop::collection::vec(change(), 1..5)) {
        let text = changes.iter().fold(SCENARIO.as_bytes().to_vec(), apply);
        read(&text, super::REDIS.as_bytes());
    }

    #[test]
    fn changed_manifests(changes in prop::collection::vec(change(), 1..5)) {
        let text = changes.iter().fold(super::REDIS.as_bytes().to_vec(), apply);
        read(SCENARIO.as_bytes(), &text);
    }

    #[test]
    fn texts_that_look_like_yaml(text in "([a-z]{1,3}: |- |  |\\{|\\}|\\[|\\]|, |\n|&a |\\*a|<<: |k|N|[0-9]|\"|'|#|\\||>|-{3}\n|[ \t]){0,60}") {
        read(text.as_bytes(), super::REDIS.as_bytes());
        read(SCENARIO.as_bytes(), text.as_bytes());
    }
}

#[test]
fn the_text_that_is_changed_is_right() {
    let files = |_: &Path| -> io::Result<Vec<u8>> { Ok(super::REDIS.as_bytes().to_vec()) };
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, SCENARIO, &Overrides::default(), &files);
    assert_eq!(
        scenario
            .map_err(|problems| super::show(&problems))
            .map(|s| s.setup.replicas),
        Ok(3)
    );
}
