//! The layers of the source depend only on layers before them.

use std::path::{Path, PathBuf};

/// The layers, first to last, each with the earlier ones that it leaves alone all the same.
const LAYERS: [(&str, &[&str]); 13] = [
    ("diagnostic", &[]),
    ("yaml", &[]),
    ("world", &["diagnostic", "yaml"]),
    ("actors", &["diagnostic", "yaml"]),
    ("properties", &["diagnostic", "yaml", "actors"]),
    // Search knows nothing of Kubernetes.
    (
        "engine",
        &["diagnostic", "yaml", "world", "actors", "properties"],
    ),
    (
        "every_n",
        &["diagnostic", "yaml", "world", "actors", "properties"],
    ),
    ("model", &["diagnostic", "yaml"]),
    // A script asks for a program, whatever runs it.
    (
        "runbook",
        &["actors", "properties", "engine", "every_n", "model"],
    ),
    ("scenario", &[]),
    // A report is plain data, mistakes in the input among it.
    (
        "report",
        &[
            "yaml",
            "world",
            "actors",
            "properties",
            "engine",
            "every_n",
            "model",
            "runbook",
            "scenario",
        ],
    ),
    ("check", &[]),
    ("cli", &[]),
];

fn place(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|(name, _)| *name == layer)
}

/// Whether code of the layer `from` may name `path`, which starts with a layer.
fn allows(from: &str, path: &[String]) -> bool {
    let [layer, ..] = path else {
        return true;
    };
    if layer == from {
        return true;
    }
    let (Some(own), Some(other)) = (place(from), place(layer)) else {
        // `crate::Migration` and the like: names of the root are for users of the library.
        return false;
    };
    other < own && !LAYERS[own].1.contains(&&**layer)
}

/// The paths that a source text names, each without `crate::` and cut after its second name.
/// `depth` is the number of modules that the file is inside of: so many `super` are the root.
fn paths(text: &str, depth: usize) -> Vec<Vec<String>> {
    let code = text.lines().map(|line| {
        let comment = line.find("//").unwrap_or(line.len());
        &line[..comment]
    });
    let code = code.collect::<Vec<_>>().join("\n");
    let from_root = "super::".repeat(depth);
    let mut found = Vec::new();
    for root in ["crate::", &from_root] {
        for (start, _) in code.match_indices(root) {
            let longer = code[..start].ends_with("super::");
            let partial = code[..start].ends_with(|letter: char| letter.is_alphanumeric());
            let rest = &code[start + root.len()..];
            // In the tests of a file `use super::*` is the file, not the root.
            let is_file = root != "crate::" && rest.starts_with('*');
            if !longer && !partial && !is_file {
                expand(rest, &[], &mut found);
            }
        }
    }
    found
}

/// The paths at the start of `rest`, where `{a, b::c}` are several, behind `before`.
fn expand(rest: &str, before: &[String], found: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        return members(group)
            .iter()
            .for_each(|member| expand(member, before, found));
    }
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_*".contains(letter));
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    let path: Vec<String> = before.iter().cloned().chain([name.to_owned()]).collect();
    match after.strip_prefix("::") {
        Some(after) if path.len() < 2 => expand(after, &path, found),
        _ => found.push(path),
    }
}

/// What stands between commas, up to the brace that closes the group.
fn members(group: &str) -> Vec<&str> {
    let mut members = Vec::new();
    let (mut open, mut start) = (0, 0);
    for (place, letter) in group.char_indices() {
        match letter {
            '{' => open += 1,
            ',' | '}' if open == 0 => {
                members.push(group[start..place].trim());
                start = place + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => open -= 1,
            _ => (),
        }
    }
    members.retain(|member| !member.is_empty());
    members
}

/// All Rust files below `folder`, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    paths.sort();
    let expanded = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            rust_files(&path)
        } else {
            vec![path]
        }
    });
    expanded
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The modules that a file is inside of, outermost first: `world/pod.rs` is in `world::pod`.
fn modules(file: &Path) -> Vec<String> {
    let without_ending = file.with_extension("");
    let mut names: Vec<String> = without_ending
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

#[test]
fn layers_depend_on_earlier_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in rust_files(&source) {
        let file = file.strip_prefix(&source).expect("a file of the source");
        let modules = modules(file);
        if ["lib", "main"].contains(&&*modules[0]) {
            continue;
        }
        assert!(
            place(&modules[0]).is_some(),
            "src/{}: `{}` is no layer; give it a place in tests/it/layers.rs and in \
             docs/architecture.md",
            file.display(),
            modules[0]
        );
        let text = std::fs::read_to_string(source.join(file)).expect("the file can be read");
        for path in paths(&text, modules.len()) {
            seen += 1;
            if !allows(&modules[0], &path) {
                wrong.push(format!("src/{}: {}", file.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "new edges:\n{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} paths were found");
}

#[test]
fn every_way_to_name_another_layer_is_seen() {
    let joined = |text, depth| {
        let paths = paths(text, depth).into_iter();
        paths.map(|path| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(joined("use crate::cli::exit::CODE;", 2), ["cli::exit"]);
    assert_eq!(
        joined("let a = f(crate::model::fault_of(step));", 2),
        ["model::fault_of"]
    );
    assert_eq!(
        joined(
            "use crate::{\n  world::{id::Slice, World},\n  cli,\n};\nuse crate::engine;",
            2
        ),
        ["world::id", "world::World", "cli", "engine"]
    );
    assert_eq!(joined("use super::super::cli::run;", 2), ["cli::run"]);
    assert_eq!(joined("use super::pod::Pod;", 2), [""; 0]);
    assert_eq!(joined("use super::*;", 1), [""; 0]);
    assert_eq!(joined("use crate::*;", 1), ["*"]);
    assert_eq!(joined("/// See [`crate::cli`].", 1), [""; 0]);
}

#[test]
fn edges_to_later_layers_are_refused() {
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    for (from, to, allowed) in [
        ("actors", "world::World", true),
        ("world", "actors::Step", false),
        ("properties", "actors::Step", false),
        ("engine", "world::World", false),
        ("model", "engine::Searchable", true),
        ("scenario", "check::check", false),
        ("report", "diagnostic::Diagnostic", true),
        ("scenario", "runbook::read", true),
        ("runbook", "scenario::Scenario", false),
        ("world", "diagnostic::Diagnostic", false),
        ("report", "scenario::Scenario", false),
        ("report", "world::World", false),
        ("check", "report::Report", true),
        ("check", "cli::run", false),
        ("cli", "check::check", true),
        ("actors", "Migration", false),
    ] {
        assert_eq!(allows(from, &path(to)), allowed, "{from} to {to}");
    }
}
