//! The integration tests, in one binary.

mod account;
mod actor_twin;
mod asked;
mod checkpoint;
mod cli;
mod conformance;
mod cross_check;
mod docs;
mod driver;
mod engine;
mod every_n;
mod faults;
mod garbage_collector;
mod kubernetes_facts;
mod layers;
mod liveness;
mod models;
mod packing;
mod random_scenarios;
mod reference_protocol;
mod replay;
mod runbook;
mod schema;
mod set_options;
mod simulate;
mod smaller;
mod stateful_set_controller;
mod support;
mod symmetry;
mod toys;
mod vacuous;

use std::path::Path;

/// A file that no module lists would be a test that never runs.
#[test]
fn every_file_is_listed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut missing = Vec::new();
    unlisted(&here, &here.join("main.rs"), &mut missing);
    assert!(missing.is_empty(), "not listed as modules: {missing:?}");
}

/// Files and folders of `folder` for which `parent` has no `mod` line.
fn unlisted(folder: &Path, parent: &Path, missing: &mut Vec<String>) {
    let listed = std::fs::read_to_string(parent).expect("the parent module is a file");
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let is_snapshots = stem == "snapshots";
        if path == parent || is_snapshots || !(is_rust || path.is_dir()) {
            continue;
        }
        let names_it = |line: &str| line.trim_start_matches("pub ") == format!("mod {stem};");
        if !listed.lines().any(names_it) {
            missing.push(path.display().to_string());
        } else if path.is_dir() {
            unlisted(&path, &path.with_extension("rs"), missing);
        }
    }
}
