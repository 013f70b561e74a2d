//! StatefulSets in Kubernetes manifests, as `kubectl get -o yaml` or `helm template` print them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec};
use serde_json::Value as Json;

use super::reader::{Reader, Spanned};
use super::types::{ManifestFacts, StorageFacts};
use crate::account::{self, Account};
use crate::diagnostic::{Diagnostic, Source, help_with, listed, plain_serde_error};
use crate::yaml::{self, DuplicateKeys, Node, Value};

/// A StatefulSet as a manifest has it.
#[derive(Debug)]
pub struct ManifestSet {
    /// The manifest's text.
    pub source: Source,
    /// `metadata.name`.
    pub name: Option<String>,
    /// Its `spec`.
    pub spec: StatefulSetSpec,
    /// What scripts need to know of it and of its neighbours.
    pub facts: ManifestFacts,
    /// What became of all fields of the manifest.
    pub account: Account,
    /// The set with its places.
    node: Node,
}

impl ManifestSet {
    /// The place of a field's value; of a field that is left out, the set's beginning.
    pub fn place(&self, path: &[&str]) -> Range<usize> {
        let found = path
            .iter()
            .try_fold(&self.node, |node, name| node.get(name));
        let node = found.unwrap_or(&self.node);
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
    let mut set = typed(reader, &source, set)?;
    set.facts.others = others;
    set.facts.storage = StorageFacts::of(&objects);
    set.facts
        .storage
        .of_one_node
        .clone_from(&account.of_one_node);
    set.account = account;
    Some(set)
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

/// The set as Kubernetes' own type; every field of a wrong type is noted at its place.
fn typed(reader: &mut Reader<'_>, source: &Source, node: &Node) -> Option<ManifestSet> {
    let mut json = node.to_json();
    let mut is_sound = true;
    while let Err(error) = serde_json::from_value::<StatefulSet>(json.clone()) {
        is_sound = false;
        let path = offending(&json, &error.to_string());
        // The account of the manifest has said what is wrong with another version.
        if path != ["apiVersion"] {
            let problem = invalid_field(source, node, &path, &error);
            reader.problems.push(problem);
        }
        // Behind a removed item of a list, later places could not be told any more.
        let is_in_list = path.iter().any(|step| step.parse::<usize>().is_ok());
        if path.is_empty() || is_in_list {
            return None;
        }
        remove(&mut json, &path);
    }
    let facts = ManifestFacts {
        namespace: node
            .get("metadata")
            .and_then(|metadata| metadata.get("namespace")?.text())
            .map(str::to_owned),
        set: json.clone(),
        ..ManifestFacts::default()
    };
    let set: StatefulSet = serde_json::from_value(json).ok().filter(|_| is_sound)?;
    Some(ManifestSet {
        facts,
        source: source.clone(),
        account: Account::default(),
        name: set.metadata.name,
        spec: set.spec.unwrap_or_default(),
        node: node.clone(),
    })
}

fn invalid_field(
    source: &Source,
    set: &Node,
    path: &[String],
    error: &serde_json::Error,
) -> Diagnostic {
    let found = path.iter().try_fold(set, |node, step| child(node, step));
    let place = match found {
        Some(node) if node.span.is_empty() => node.head(),
        Some(node) => source.first_line(&node.span),
        None => source.first_line(&set.span),
    };
    let error = plain_serde_error(&error.to_string());
    let message = match path {
        [] => format!("this is not a valid StatefulSet: {error}"),
        path => format!(
            "`{}` of the StatefulSet is not valid: {error}",
            path.join(".")
        ),
    };
    let text = source.text.get(place.clone()).unwrap_or("");
    let help = match path {
        _ if text.contains("{{") => yaml::TEMPLATE,
        _ => "Kubernetes would reject this manifest; correct it",
    };
    Diagnostic::new("manifest::invalid-field", message)
        .within(source)
        .at(place, "")
        .help(help)
}

fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(_) => node.get(step),
        Value::List(items) => items.get(step.parse::<usize>().ok()?),
        Value::Scalar(..) => None,
    }
}

/// The path of the field that causes an error: without it, the error is another one or none.
fn offending(json: &Json, error: &str) -> Vec<String> {
    let mut path = Vec::new();
    while let Some(step) = offending_step(json, &path, error) {
        path.push(step);
    }
    path
}

fn offending_step(json: &Json, path: &[String], error: &str) -> Option<String> {
    let node = json.pointer(&pointer(path))?;
    let steps: Vec<String> = match node {
        Json::Object(fields) => fields.keys().cloned().collect(),
        Json::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        _ => Vec::new(),
    };
    steps.into_iter().find(|step| {
        let mut without = json.clone();
        let mut path = path.to_vec();
        path.push(step.clone());
        remove(&mut without, &path);
        match serde_json::from_value::<StatefulSet>(without) {
            Ok(_) => true,
            Err(other) => {
                let other = other.to_string();
                other != error && !other.starts_with("missing field")
            }
        }
    })
}

fn remove(json: &mut Json, path: &[String]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    match json.pointer_mut(&pointer(parents)) {
        Some(Json::Object(fields)) => {
            fields.shift_remove(last);
        }
        Some(Json::Array(items)) => {
            if let Ok(index) = last.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => (),
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |pointer, step| {
        pointer + "/" + &step.replace('~', "~0").replace('/', "~1")
    })
}
