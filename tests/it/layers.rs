//! The layers of the source depend only on layers before them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The layers, first to last, each with the earlier ones that it leaves alone all the same.
const LAYERS: [(&str, &[&str]); 16] = [
    ("vocabulary", &[]),
    ("diagnostic", &[]),
    ("yaml", &[]),
    // What becomes of a field is said without the model: the tables are for every reader.
    ("account", &["vocabulary"]),
    ("world", &["diagnostic", "yaml", "account"]),
    ("actors", &["diagnostic", "yaml", "account"]),
    ("history", &["diagnostic", "yaml", "account"]),
    ("properties", &["diagnostic", "yaml", "account"]),
    // Search knows nothing of Kubernetes.
    (
        "engine",
        &[
            "diagnostic",
            "yaml",
            "account",
            "world",
            "actors",
            "history",
            "properties",
        ],
    ),
    (
        "every_n",
        &[
            "diagnostic",
            "yaml",
            "account",
            "world",
            "actors",
            "history",
            "properties",
        ],
    ),
    ("model", &["diagnostic", "yaml", "account"]),
    // A script asks for a program, whatever runs it.
    (
        "runbook",
        &[
            "actors",
            "history",
            "properties",
            "engine",
            "every_n",
            "model",
        ],
    ),
    ("scenario", &[]),
    // A report is plain data, among it the bounds of a search, mistakes in the input and what
    // became of its fields.
    (
        "report",
        &[
            "yaml",
            "world",
            "actors",
            "history",
            "properties",
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

/// The page has every layer, in order.
#[test]
fn the_architecture_page_has_all_layers() {
    let page = include_str!("../../docs/architecture.md");
    let table = page.lines().skip_while(|line| *line != "|---|---|---|");
    let rows = table.skip(1).take_while(|line| line.starts_with('|'));
    let named: Vec<&str> = rows
        .filter_map(|row| row.strip_prefix("| [`")?.split('`').next())
        .collect();
    let layers = LAYERS.map(|(layer, _)| layer);
    assert_eq!(named, layers);
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
                expand(rest, &[], 2, &mut found);
            }
        }
    }
    found
}

/// The paths at the start of `rest`, where `{a, b::c}` are several, behind `before`, cut after
/// `most` names.
fn expand(rest: &str, before: &[String], most: usize, found: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        return members(group)
            .iter()
            .for_each(|member| expand(member, before, most, found));
    }
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_*".contains(letter));
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    let path: Vec<String> = before.iter().cloned().chain([name.to_owned()]).collect();
    match after.strip_prefix("::") {
        Some(after) if path.len() < most => expand(after, &path, most, found),
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
        joined("let a = f(crate::model::after(step));", 2),
        ["model::after"]
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
        ("properties", "actors::Step", true),
        ("properties", "engine::Trace", false),
        ("history", "properties::Property", false),
        ("engine", "world::World", false),
        ("model", "engine::Searchable", true),
        ("scenario", "check::check", false),
        ("report", "diagnostic::Diagnostic", true),
        ("scenario", "runbook::read", true),
        ("runbook", "scenario::Scenario", false),
        ("world", "diagnostic::Diagnostic", false),
        ("report", "scenario::Scenario", false),
        ("report", "world::World", false),
        ("report", "vocabulary::Verdict", true),
        ("report", "engine::Bounds", true),
        ("vocabulary", "world::World", false),
        ("check", "report::Report", true),
        ("check", "cli::run", false),
        ("cli", "check::check", true),
        ("actors", "Migration", false),
    ] {
        assert_eq!(allows(from, &path(to)), allowed, "{from} to {to}");
    }
}

/// Layers whose files do not depend on each other in a circle.
const WITHOUT_CIRCLES: [&str; 2] = ["runbook", "scenario"];

/// What files of the shell may name outside of it. It knows no Kubernetes.
const BESIDE_THE_SHELL: [&str; 6] = [
    "diagnostic",
    "runbook::clock",
    "runbook::findings",
    "runbook::graph",
    "runbook::symbols",
    "yaml",
];

/// The paths that the code of a module names, from the root, its tests left out. `children` are the
/// modules right below it.
fn whole_paths(text: &str, module: &[String], children: &[String]) -> Vec<Vec<String>> {
    let code = text.split("#[cfg(test)]\nmod tests {").next();
    let lines = code.unwrap_or("").lines().map(|line| {
        let comment = line.find("//").unwrap_or(line.len());
        &line[..comment]
    });
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    let starts = |word: &str| {
        let places = code.match_indices(word).map(|(start, _)| start);
        let begins = |start: &usize| {
            !code[..*start].ends_with(|letter: char| letter.is_alphanumeric() || letter == ':')
        };
        places.filter(begins).collect::<Vec<_>>()
    };
    for start in starts("crate::") {
        expand(&code[start + "crate::".len()..], &[], 9, &mut found);
    }
    for start in starts("super::") {
        let (mut rest, mut up) = (&code[start..], 0);
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, up) = (after, up + 1);
        }
        let before = &module[..module.len().saturating_sub(up)];
        expand(rest, before, 9, &mut found);
    }
    for child in children {
        for start in starts(&format!("{child}::")) {
            expand(&code[start..], module, 9, &mut found);
        }
    }
    found
}

/// Each module of a layer with the modules that its code names.
fn uses(layer: &str) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let texts: BTreeMap<Vec<String>, String> = rust_files(&source.join(layer))
        .into_iter()
        .map(|file| {
            let name = modules(file.strip_prefix(&source).expect("a file of the source"));
            let text = std::fs::read_to_string(&file).expect("the file can be read");
            (name, text)
        })
        .filter(|(name, _)| !name.contains(&"tests".to_owned()))
        .collect();
    let module_of = |path: Vec<String>| {
        let prefixes = (1..=path.len()).rev().map(|length| path[..length].to_vec());
        let of_layer = prefixes.clone().find(|name| texts.contains_key(name));
        of_layer.unwrap_or(path)
    };
    let used = |name: &Vec<String>, text: &str| {
        let below = |other: &&Vec<String>| other.len() == name.len() + 1 && other.starts_with(name);
        let children = texts.keys().filter(below).filter_map(|other| other.last());
        let children: Vec<String> = children.cloned().collect();
        let paths = whole_paths(text, name, &children).into_iter();
        paths.map(module_of).filter(|other| other != name).collect()
    };
    let named = texts
        .iter()
        .map(|(name, text)| (name.clone(), used(name, text)));
    named.collect()
}

/// The modules that `from` depends on, through others too.
fn reached<'u>(
    uses: &'u BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
    from: &'u Vec<String>,
) -> BTreeSet<&'u Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for other in uses.get(module).into_iter().flatten() {
            if reached.insert(other) {
                open.push(other);
            }
        }
    }
    reached
}

#[test]
fn files_of_a_layer_form_no_circle() {
    for layer in WITHOUT_CIRCLES {
        let uses = uses(layer);
        assert!(uses.len() > 20, "{layer}: only {} files", uses.len());
        let in_circle = uses
            .keys()
            .filter(|module| reached(&uses, module).contains(module));
        let circle: Vec<String> = in_circle.map(|module| module.join("::")).collect();
        assert!(circle.is_empty(), "in a circle: {}", circle.join(", "));
    }
}

#[test]
fn the_shell_knows_no_kubernetes() {
    let uses = uses("runbook");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (module, named) in uses
        .iter()
        .filter(|(module, _)| module[1..].starts_with(&["shell".to_owned()]))
    {
        for path in named.iter().map(|path| path.join("::")) {
            seen += 1;
            let is_beside = |place: &str| path == place || path.starts_with(&format!("{place}::"));
            if !path.starts_with("runbook::shell")
                && !BESIDE_THE_SHELL.iter().any(|place| is_beside(place))
            {
                wrong.push(format!("{}: {path}", module.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "new edges:\n{}", wrong.join("\n"));
    assert!(seen > 50, "only {seen} paths were found");
}
