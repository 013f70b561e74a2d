//! StatefulSets in Kubernetes manifests, as `kubectl get -o yaml` or `helm template` print them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::reader::{Reader, Spanned};
use super::types::{ManifestFacts, StorageFacts};
use crate::account::{self, Account};
use crate::diagnostic::{Diagnostic, Source, help_with, listed};
use crate::yaml::{self, DuplicateKeys, Node, Value};

/// A StatefulSet as a manifest has it.
#[derive(Debug)]
pub struct ManifestSet {
    /// The manifest's text.
    pub source: Source,
    /// What scripts need to know of it and of its neighbours.
    pub facts: ManifestFacts,
    /// What became of all fields of the manifest.
    pub account: Account,
    /// The set with its places.
    node: Node,
}

impl ManifestSet {
    /// A field's value, if the set has it.
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        self.find(path).filter(|node| !node.is_null())
    }

    fn find(&self, path: &[&str]) -> Option<&Node> {
        path.iter()
            .try_fold(&self.node, |node, name| node.get(name))
    }

    /// The text of a field, if the set has it.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.text()
    }

    /// The integer of a field, if the set has it.
    pub fn integer(&self, path: &[&str]) -> Option<i64> {
        self.get(path)?.to_json().as_i64()
    }

    /// The place of a field's value; of a field that is left out, the set's beginning.
    pub fn place(&self, path: &[&str]) -> Range<usize> {
        let node = self.find(path).unwrap_or(&self.node);
        self.source.first_line(&node.span)
    }
}

/// Reads a manifest and chooses the StatefulSet that is meant. Mistakes in the choice are noted
/// in the scenario, those in the manifest with their place there.
pub fn read_set(
    reader: &mut Reader<'_>,
    manifest: &Spanned<String>,
    wanted: Option<&Spanned<String>>,
) -> Option<ManifestSet> {
    let source = read_source(reader, manifest)?;
    let found = reader.problems.len();
    let documents = yaml::parse(&source, DuplicateKeys::LastWins, &mut reader.problems);
    if reader.problems.len() > found {
        return None;
    }
    let mut objects = Vec::new();
    for document in &documents {
        flatten(document, &mut objects);
    }
    let set = match choose(&objects, manifest, wanted) {
        Ok(set) => set,
        Err(problem) => {
            reader.report(*problem);
            return None;
        }
    };
    let others = objects.iter().filter_map(|&(kind, node)| {
        let kind = kind.to_lowercase();
        let is_known = matches!(kind.as_str(), "secret" | "configmap" | "namespace");
        Some((kind, name_of(node)?.to_owned())).filter(|_| is_known)
    });
    let others = others.collect();
    let account = account::take(&documents, set, &source);
    reader.problems.extend(account.problems.iter().cloned());
    let is_invalid = |problem: &Diagnostic| problem.code == account::INVALID_FIELD;
    if account.problems.iter().any(is_invalid) {
        return None;
    }
    let mut storage = StorageFacts::of(&objects);
    storage.of_one_node.clone_from(&account.of_one_node);
    let facts = ManifestFacts {
        namespace: set
            .get("metadata")
            .and_then(|metadata| metadata.get("namespace")?.text())
            .map(str::to_owned),
        set: set.to_json(),
        others,
        storage,
    };
    let node = set.clone();
    Some(ManifestSet {
        source,
        facts,
        account,
        node,
    })
}

fn read_source(reader: &mut Reader<'_>, manifest: &Spanned<String>) -> Option<Source> {
    let folder = reader.source.path.parent().unwrap_or(Path::new(""));
    let path = folder.join(&manifest.value);
    let problem = match (reader.files)(&path).map(String::from_utf8) {
        Ok(Ok(text)) => {
            let text = Arc::from(text);
            return Some(Source { path, text });
        }
        Ok(Err(_)) => "it is not UTF-8 text".to_owned(),
        Err(error) => crate::diagnostic::plain_io_error(&error),
    };
    reader.report(
        Diagnostic::new(
            "scenario::missing-manifest",
            format!("cannot read the manifest `{}`: {problem}", manifest.value),
        )
        .at(manifest.span.clone(), "")
        .help("the path is relative to the scenario file"),
    );
    None
}

/// Appends the objects of a document; a list stands for its items.
fn flatten<'n>(node: &'n Node, objects: &mut Vec<(&'n str, &'n Node)>) {
    let Some(kind) = node.get("kind").and_then(Node::text) else {
        return;
    };
    match node.get("items").map(|items| &items.value) {
        Some(Value::List(items)) if kind.ends_with("List") => {
            items.iter().for_each(|item| flatten(item, objects));
        }
        _ => objects.push((kind, node)),
    }
}

fn choose<'n>(
    objects: &[(&str, &'n Node)],
    manifest: &Spanned<String>,
    wanted: Option<&Spanned<String>>,
) -> Result<&'n Node, Box<Diagnostic>> {
    let sets: Vec<&Node> = objects
        .iter()
        .filter(|(kind, _)| *kind == "StatefulSet")
        .map(|&(_, node)| node)
        .collect();
    let names: Vec<&str> = sets.iter().filter_map(|set| name_of(set)).collect();
    match (&sets[..], wanted) {
        ([], _) => Err(Box::new(no_set(objects, manifest))),
        (_, Some(wanted)) if names.iter().filter(|name| **name == wanted.value).count() > 1 => {
            let what = format!(
                "`{}` has two StatefulSets `{}`",
                manifest.value, wanted.value
            );
            let problem = Diagnostic::new("scenario::several-stateful-sets", what);
            let help = "take the one that stays out of the manifest";
            Err(Box::new(problem.at(wanted.span.clone(), "").help(help)))
        }
        (_, Some(wanted)) => sets
            .iter()
            .find(|set| name_of(set) == Some(&wanted.value))
            .copied()
            .ok_or_else(|| Box::new(unknown_set(wanted, manifest, &names))),
        ([set], None) => Ok(set),
        (_, None) => Err(Box::new(several_sets(manifest, &names))),
    }
}

fn name_of(set: &Node) -> Option<&str> {
    set.get("metadata")?.get("name")?.text()
}

fn no_set(objects: &[(&str, &Node)], manifest: &Spanned<String>) -> Diagnostic {
    let mut kinds: Vec<&str> = objects.iter().map(|&(kind, _)| kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let found = match &kinds[..] {
        [] => "no Kubernetes objects".to_owned(),
        kinds => listed(kinds),
    };
    Diagnostic::new(
        "scenario::no-stateful-set",
        format!("there is no StatefulSet in `{}`", manifest.value),
    )
    .at(manifest.span.clone(), format!("it has {found}"))
    .help("name the manifest that contains it, or write the set's fields here")
}

fn unknown_set(wanted: &Spanned<String>, manifest: &Spanned<String>, names: &[&str]) -> Diagnostic {
    Diagnostic::new(
        "scenario::unknown-stateful-set",
        format!(
            "there is no StatefulSet `{}` in `{}`",
            wanted.value, manifest.value
        ),
    )
    .at(wanted.span.clone(), "")
    .help(help_with(&wanted.value, names))
}

fn several_sets(manifest: &Spanned<String>, names: &[&str]) -> Diagnostic {
    let first = names.first().copied().unwrap_or("NAME");
    Diagnostic::new(
        "scenario::several-stateful-sets",
        format!(
            "`{}` has several StatefulSets: {}",
            manifest.value,
            listed(names)
        ),
    )
    .at(manifest.span.clone(), "")
    .help(format!("choose one with `statefulSet: {first}`"))
}
