//! The reference pages have every field and every sign.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::page::{code_spans, read, root};

/// The names of all fields of a document.
fn fields(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(object) => {
            found.extend(object.keys().cloned());
            for value in object.values() {
                fields(value, found);
            }
        }
        Json::Array(values) => {
            for value in values {
                fields(value, found);
            }
        }
        _ => (),
    }
}

/// What the program prints, run in a folder.
fn printed(arguments: &str, folder: &Path) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_straddle"));
    let run = program
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("the program runs");
    String::from_utf8(run.stdout).expect("it is text")
}

/// A folder of this test's own.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-fields");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Documents of every kind, which together have every field.
fn documents() -> Vec<Json> {
    let folder = folder();
    let models = root().join("models").display().to_string();
    let runs = [
        "check M/stale-controller -o json --property at-most-one-running --save S",
        "check M/claim-swapped-late -o json --property completes",
        "check M/blog-redis-cluster-gated -o json --every-n --save S",
        "check M/reclaim-delete -o json --every-n",
        "check M/no-such-scenario -o json",
        "simulate M/stale-controller -o json --runs 20",
        "replay S/stale-controller-at-most-one-running.trace.json -o json --full",
    ];
    let runs = runs.map(|run| printed(&run.replace("M/", &format!("{models}/")), &folder));
    let saved = folder.join("S");
    let trace = read(&saved.join("stale-controller-at-most-one-running.trace.json"));
    let views = read(&saved.join("blog-redis-cluster-gated.views"));
    let head = views.lines().next().expect("a proof has a head").to_owned();
    let texts = runs.into_iter().chain([trace, head]);
    let parse = |text: String| serde_json::from_str(&text).expect("it is JSON");
    texts.map(parse).collect()
}

#[test]
fn the_page_on_json_has_every_field() {
    let spans = code_spans(&read(&root().join("docs/json.md")));
    let mut found = BTreeSet::new();
    for document in documents() {
        fields(&document, &mut found);
    }
    assert!(found.len() > 80, "only {} fields", found.len());
    let is_on_page = |field: &String| {
        let parts = spans.iter().flat_map(|span| span.split('.'));
        parts.into_iter().any(|part| part == field)
    };
    let missing: Vec<&String> = found.iter().filter(|field| !is_on_page(field)).collect();
    assert!(missing.is_empty(), "docs/json.md lacks {missing:?}");
}

/// The signs and letters of a trace are constants of the file that draws it.
#[test]
fn the_page_on_counterexamples_has_every_sign() {
    let source = read(&root().join("src/report/timeline/legend.rs"));
    let entry = |line: &str| {
        let sign = line.trim().strip_prefix("('")?.chars().next()?;
        line.contains("', \"").then_some(sign)
    };
    let signs: Vec<char> = source.lines().filter_map(entry).collect();
    assert!(signs.len() >= 13, "only {signs:?} were found");
    let spans = code_spans(&read(&root().join("docs/read-a-counterexample.md")));
    for sign in signs {
        assert!(spans.contains(&sign.to_string()), "the page lacks {sign}");
    }
}

/// Every kind of fault has a row in the scenario file's page.
#[test]
fn the_page_on_scenarios_has_every_fault_and_property() {
    let page = read(&root().join("docs/scenario-format.md"));
    for kind in straddle::internals::actors::faults::KINDS {
        let ordinary = if kind.is_ordinary() { "yes" } else { "no" };
        let row = format!("| `{}` | {ordinary} |", kind.name());
        assert!(page.contains(&row), "docs/scenario-format.md lacks {row}");
    }
    for name in straddle::internals::properties::NAMES {
        assert!(page.contains(&format!("| `{name}` |")), "it lacks {name}");
    }
}
