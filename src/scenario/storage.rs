//! `storage:`, and what the source's manifest says of its disks beside the set.

use std::collections::BTreeSet;

use super::file::StorageFile;
use super::lowering::Lowering;
use super::reader::Spanned;
use super::types::{ClaimFact, ClassFact, Side, StorageFacts, VolumeFact};
use crate::account::subject::{CLASS_ANNOTATION, DEFAULT_CLASS};
use crate::diagnostic::Diagnostic;
use crate::vocabulary::Weight;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::setup::StorageSetup;
use crate::world::volume::ReclaimPolicy;
use crate::yaml::Node;

impl StorageFacts {
    /// Reads the volumes, claims and classes among the objects of a manifest.
    pub fn of(objects: &[(&str, &Node)]) -> Self {
        let mut facts = Self::default();
        for &(kind, node) in objects {
            match kind {
                "PersistentVolume" => facts.volumes.push(volume(node)),
                "PersistentVolumeClaim" => facts.claims.extend(claim(node)),
                "StorageClass" => facts.classes.extend(class(node)),
                _ => (),
            }
        }
        facts
    }

    /// The reclaim policy of the volume of an ordinal's claim, by the number of its template, and
    /// who says so.
    fn policy(&self, side: &Side, template: usize, ordinal: u8) -> Option<(ReclaimPolicy, String)> {
        let facts = side.facts();
        let name = format!("{}-{}-{ordinal}", side.templates.get(template)?, facts.name);
        let is_beside = |namespace: &Option<String>| match (namespace, &facts.namespace) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        };
        let mut claims = self.claims.iter();
        let claim = claims.find(|claim| claim.name == name && is_beside(&claim.namespace));
        let bound = claim.and_then(|claim| claim.volume.as_ref());
        let is_its = |volume: &&VolumeFact| {
            let by_claim = volume.claim.as_ref() == Some(&name) && is_beside(&volume.namespace);
            by_claim || bound == Some(&volume.name)
        };
        if let Some(volume) = self.volumes.iter().find(is_its) {
            return Some((volume.policy, "the manifest's PersistentVolumes".to_owned()));
        }
        let template = format!("/spec/volumeClaimTemplates/{template}");
        let template = facts.set.pointer(&template)?;
        let annotated = template.get("metadata").and_then(|metadata| {
            let annotations = metadata.get("annotations")?;
            annotations.get(CLASS_ANNOTATION)
        });
        let class = annotated.or_else(|| template.pointer("/spec/storageClassName"));
        let class = class.and_then(serde_json::Value::as_str);
        let class = claim.and_then(|claim| claim.class.as_deref()).or(class);
        let is_its = |other: &&ClassFact| class.map_or(other.is_default, |name| other.name == name);
        let class = self.classes.iter().find(is_its)?;
        Some((
            class.policy,
            format!("the manifest's StorageClass `{}`", class.name),
        ))
    }
}

fn text<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    let found = path.iter().try_fold(node, |node, name| node.get(name));
    found?.text()
}

/// A volume without a policy is retained, a class without one has its volumes deleted
/// (pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go). `Recycle` empties the disk.
fn policy(given: Option<&str>, default: ReclaimPolicy) -> ReclaimPolicy {
    match given {
        None | Some("") => default,
        Some("Retain") => ReclaimPolicy::Retain,
        Some(_) => ReclaimPolicy::Delete,
    }
}

fn volume(node: &Node) -> VolumeFact {
    let owned = |path: &[&str]| text(node, path).map(str::to_owned);
    let given = text(node, &["spec", "persistentVolumeReclaimPolicy"]);
    VolumeFact {
        name: owned(&["metadata", "name"]).unwrap_or_default(),
        claim: owned(&["spec", "claimRef", "name"]),
        namespace: owned(&["spec", "claimRef", "namespace"]),
        policy: policy(given, ReclaimPolicy::Retain),
    }
}

fn claim(node: &Node) -> Option<ClaimFact> {
    let owned = |path: &[&str]| text(node, path).map(str::to_owned);
    Some(ClaimFact {
        name: owned(&["metadata", "name"])?,
        namespace: owned(&["metadata", "namespace"]),
        volume: owned(&["spec", "volumeName"]),
        class: annotated_class(node)
            .map(str::to_owned)
            .or_else(|| owned(&["spec", "storageClassName"])),
    })
}

/// The class that a claim names by the older annotation, which counts before the field.
fn annotated_class(claim: &Node) -> Option<&str> {
    text(claim, &["metadata", "annotations", CLASS_ANNOTATION])
}

fn class(node: &Node) -> Option<ClassFact> {
    let has = |mark: &&str| text(node, &["metadata", "annotations", mark]) == Some("true");
    Some(ClassFact {
        name: text(node, &["metadata", "name"])?.to_owned(),
        is_default: DEFAULT_CLASS.iter().any(has),
        policy: policy(text(node, &["reclaimPolicy"]), ReclaimPolicy::Delete),
    })
}

/// The storage of a scenario; `None` if there are no disks.
pub fn lower(
    lowering: &mut Lowering<'_>,
    file: Option<&StorageFile>,
    source: Option<&Side>,
) -> Option<StorageSetup> {
    if let Some(sides) = file.and_then(|file| file.reachable_from.as_ref()) {
        check_reach(lowering, sides);
    }
    let Some(side) = source.filter(|source| !source.templates.is_empty()) else {
        if file.is_some() && source.is_some() {
            lowering.assume("storage", "not used", "the set has no claim templates");
        }
        return None;
    };
    let default = StorageFile::default();
    let file = file.unwrap_or(&default);
    if file.backend.is_none() {
        let text = "both clusters can attach a disk at once";
        lowering.assume("storage.backend", "permissive", text);
    }
    let local = side.manifest.storage.of_one_node.as_deref();
    if file.reachable_from.is_none() {
        assume_reach(lowering, local);
    }
    let reaches = |side: ClusterId| match &file.reachable_from {
        Some(sides) => sides.iter().any(|word| word.value == side),
        None => side == ClusterId::Source || local.is_none(),
    };
    Some(StorageSetup {
        backend: file
            .backend
            .as_ref()
            .map_or_else(Default::default, |word| word.value),
        reclaim_policy: match &file.reclaim_policy {
            Some(word) => word.value,
            None => assumed_policy(lowering, side),
        },
        reachable: PerCluster {
            source: reaches(ClusterId::Source),
            destination: reaches(ClusterId::Destination),
        },
        shared: file.shared.as_ref().is_some_and(|shared| shared.value),
    })
}

/// The reclaim policy that the manifest's volumes or classes say, else Kubernetes' default. One is
/// modelled for all disks: if they differ, that which destroys them.
fn assumed_policy(lowering: &mut Lowering<'_>, side: &Side) -> ReclaimPolicy {
    let ordinals = side
        .initial
        .into_iter()
        .flat_map(|slice| slice.start..slice.end);
    let default = (
        ReclaimPolicy::Delete,
        "Kubernetes' default for provisioned volumes".to_owned(),
    );
    let of_claim = |(ordinal, template)| side.manifest.storage.policy(side, template, ordinal);
    let claims = ordinals.flat_map(|ordinal| {
        let templates = 0..side.templates.len();
        templates.map(move |template| (ordinal, template))
    });
    let said: Vec<_> = claims
        .map(|claim| of_claim(claim).unwrap_or_else(|| default.clone()))
        .collect();
    let sources: BTreeSet<&str> = said.iter().map(|(_, who)| &**who).collect();
    let (first, who) = said.first().unwrap_or(&default);
    let differ = said.iter().any(|(policy, _)| policy != first);
    let (policy, text) = if differ {
        let text =
            "the volumes of the set differ; the policy that destroys disks is assumed for all";
        (ReclaimPolicy::Delete, text.to_owned())
    } else if who.starts_with("Kubernetes") && sources.len() == 1 {
        (*first, who.clone())
    } else {
        let sources: Vec<&str> = sources.into_iter().collect();
        (*first, format!("from {}", sources.join(" and ")))
    };
    let weight = if differ {
        Weight::Verdict
    } else {
        Weight::Detail
    };
    let value = format!("{policy:?}");
    lowering.assume_of(weight, "storage.reclaimPolicy", &value, &text);
    policy
}

/// Which sides reach the disks if the scenario does not say: both, unless a manifest shows a disk
/// that one node alone reaches.
fn assume_reach(lowering: &mut Lowering<'_>, local: Option<&str>) {
    let (value, text) = match local {
        Some(volume) => (
            "source",
            format!(
                "PersistentVolume {volume} is local to a node, which the destination cannot reach"
            ),
        ),
        None => (
            "source, destination",
            "no Pod starts on a side that is not among them".to_owned(),
        ),
    };
    let weight = match local {
        Some(_) => Weight::Verdict,
        None => Weight::Detail,
    };
    lowering.assume_of(weight, "storage.reachableFrom", value, &text);
}

/// The source starts with its disks attached, so it must be able to attach them.
fn check_reach(lowering: &mut Lowering<'_>, sides: &[Spanned<ClusterId>]) {
    let Some(first) = sides.first() else {
        return;
    };
    if sides.iter().any(|side| side.value == ClusterId::Source) {
        return;
    }
    lowering.reader.report(
        Diagnostic::new(
            "scenario::source-unreachable",
            "the source cannot attach its own disks",
        )
        .at(first.span.clone(), "`source` is missing here")
        .help("the source starts with its disks attached: write `[source, destination]`"),
    );
}
