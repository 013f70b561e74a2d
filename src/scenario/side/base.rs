//! What a side's manifest says, before the inline fields.

use std::ops::Range;

use crate::account::INVALID_FIELD;
use crate::diagnostic::{Diagnostic, Source};
use crate::scenario::file::SideFile;
use crate::scenario::lowering::Lowering;
use crate::scenario::manifest::{self, ManifestSet};
use crate::scenario::reader::unknown_word;
use crate::scenario::types::ManifestFacts;
use crate::scenario::words::Vocabulary;
use crate::vocabulary::Side;
use crate::world::stateful_set::{PodManagementPolicy, RetentionPolicy};
use crate::yaml::{Node, Value};

/// A number that decides a side's ordinals, and where it was said.
#[derive(Clone)]
pub(super) struct Number {
    pub(super) value: i64,
    pub(super) place: Origin,
}

/// Where something was said.
#[derive(Clone)]
pub(super) enum Origin {
    Scenario(Range<usize>),
    Manifest(Source, Range<usize>),
}

impl Number {
    /// Reports a mistake where the number was said.
    pub(super) fn blame(&self, lowering: &mut Lowering<'_>, problem: Diagnostic) {
        let problem = match &self.place {
            Origin::Scenario(range) => problem.within(lowering.reader.source).at(range.clone(), ""),
            Origin::Manifest(source, range) => problem.within(source).at(range.clone(), ""),
        };
        lowering.reader.problems.push(problem);
    }
}

/// What a side is before the inline fields.
pub(super) struct Base {
    pub(super) name: Option<String>,
    pub(super) start: Number,
    pub(super) replicas: Number,
    pub(super) policy: Option<PodManagementPolicy>,
    pub(super) templates: Option<Vec<String>>,
    pub(super) min_ready: bool,
    pub(super) retention: RetentionPolicy,
    pub(super) facts: ManifestFacts,
}

/// The manifest's set, if one is named; the outer `None` if it cannot be read.
#[expect(
    clippy::option_option,
    reason = "not named and not readable are two things"
)]
pub(super) fn base(
    lowering: &mut Lowering<'_>,
    side: &str,
    file: &SideFile,
) -> Option<Option<Base>> {
    let Some(manifest) = &file.manifest else {
        return Some(None);
    };
    let set = manifest::read_set(&mut lowering.reader, manifest, file.stateful_set.as_ref())?;
    let which = match side {
        "source" => Side::Source,
        _ => Side::Destination,
    };
    lowering.accounts.push((which, set.account.clone()));
    let policy = manifest_policy(lowering, &set);
    let number = |default: i64, path: &[&str]| Number {
        value: set.integer(path).unwrap_or(default),
        place: Origin::Manifest(set.source.clone(), set.place(path)),
    };
    let templates = match set.get(&["spec", "volumeClaimTemplates"]) {
        Some(Node {
            value: Value::List(templates),
            ..
        }) => &templates[..],
        _ => &[],
    };
    let name = |claim: &Node| {
        claim
            .get("metadata")?
            .get("name")?
            .text()
            .map(str::to_owned)
    };
    let seconds = set.integer(&["spec", "minReadySeconds"]);
    Some(Some(Base {
        start: number(0, &["spec", "ordinals", "start"]),
        replicas: number(1, &["spec", "replicas"]),
        policy,
        templates: Some(
            templates
                .iter()
                .map(|claim| name(claim).unwrap_or_default())
                .collect(),
        ),
        min_ready: seconds.is_some_and(|seconds| seconds > 0),
        retention: retention(lowering, &set),
        name: set.text(&["metadata", "name"]).map(str::to_owned),
        facts: set.facts,
    }))
}

fn manifest_policy(lowering: &mut Lowering<'_>, set: &ManifestSet) -> Option<PodManagementPolicy> {
    let text = set.text(&["spec", "podManagementPolicy"]);
    // An empty one is defaulted as if it were left out (pkg/apis/apps/v1/defaults.go).
    let text = text.filter(|text| !text.is_empty())?;
    let words = PodManagementPolicy::WORDS;
    let known: Vec<&str> = words.iter().map(|&(word, ..)| word).collect();
    let found = words.iter().find(|(word, ..)| *word == text);
    if found.is_none() {
        let what = PodManagementPolicy::NAME;
        lowering.reader.problems.push(
            unknown_word(text, what, INVALID_FIELD, &known, &[])
                .within(&set.source)
                .at(set.place(&["spec", "podManagementPolicy"]), ""),
        );
    }
    found.map(|&(_, policy, _)| policy)
}

/// Which claims the manifest lets go with their Pods or their set.
fn retention(lowering: &mut Lowering<'_>, set: &ManifestSet) -> RetentionPolicy {
    let mut deletes = |field: &str| {
        let path = ["spec", "persistentVolumeClaimRetentionPolicy", field];
        match set.text(&path) {
            None | Some("" | "Retain") => false,
            Some("Delete") => true,
            Some(other) => {
                let (what, known) = ("claim retention policy", ["Retain", "Delete"]);
                lowering.reader.problems.push(
                    unknown_word(other, what, INVALID_FIELD, &known, &[])
                        .within(&set.source)
                        .at(set.place(&path), ""),
                );
                false
            }
        }
    };
    RetentionPolicy {
        delete_when_scaled: deletes("whenScaled"),
        delete_when_deleted: deletes("whenDeleted"),
    }
}
