//! `storage:`, and what the source's manifest says of its disks beside the set.

use std::collections::BTreeSet;

use super::file::StorageFile;
use super::lowering::Lowering;
use super::reader::Spanned;
use super::types::{ClassFact, Side, StorageFacts, VolumeFact};
use crate::diagnostic::Diagnostic;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::setup::StorageSetup;
use crate::world::volume::ReclaimPolicy;
use crate::yaml::Node;

impl StorageFacts {
    /// Reads the volumes and classes among the objects of a manifest.
    pub fn of(objects: &[(&str, &Node)]) -> Self {
        let mut facts = Self::default();
        for &(kind, node) in objects {
            match kind {
                "PersistentVolume" => facts.volumes.extend(volume(node)),
                "StorageClass" => facts.classes.extend(class(node)),
                _ => (),
            }
        }
        facts
    }

    /// The reclaim policy of a claim's volume, and who says so.
    fn policy(&self, side: &Side, ordinal: u8) -> Option<(ReclaimPolicy, String)> {
        let facts = side.facts();
        let claim = facts.claim_name(ordinal);
        let is_its = |volume: &&VolumeFact| {
            let same = match (&volume.namespace, &facts.namespace) {
                (Some(here), Some(there)) => here == there,
                _ => true,
            };
            same && volume.claim == claim
        };
        if let Some(volume) = self.volumes.iter().find(is_its) {
            return Some((volume.policy, "the manifest's PersistentVolumes".to_owned()));
        }
        let class = facts
            .set
            .pointer("/spec/volumeClaimTemplates/0/spec/storageClassName");
        let class = class.and_then(serde_json::Value::as_str);
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
        None => default,
        Some("Retain") => ReclaimPolicy::Retain,
        Some(_) => ReclaimPolicy::Delete,
    }
}

fn volume(node: &Node) -> Option<VolumeFact> {
    let given = text(node, &["spec", "persistentVolumeReclaimPolicy"]);
    Some(VolumeFact {
        claim: text(node, &["spec", "claimRef", "name"])?.to_owned(),
        namespace: text(node, &["spec", "claimRef", "namespace"]).map(str::to_owned),
        policy: policy(given, ReclaimPolicy::Retain),
    })
}

fn class(node: &Node) -> Option<ClassFact> {
    let mark = "storageclass.kubernetes.io/is-default-class";
    Some(ClassFact {
        name: text(node, &["metadata", "name"])?.to_owned(),
        is_default: text(node, &["metadata", "annotations", mark]) == Some("true"),
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
    let reaches = |side: ClusterId| match &file.reachable_from {
        Some(sides) => sides.iter().any(|word| word.value == side),
        None => true,
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
    let of_ordinal = |ordinal| side.manifest.storage.policy(side, ordinal);
    let said: Vec<_> = ordinals
        .map(|ordinal| of_ordinal(ordinal).unwrap_or_else(|| default.clone()))
        .collect();
    let sources: BTreeSet<&str> = said.iter().map(|(_, who)| &**who).collect();
    let (first, who) = said.first().unwrap_or(&default);
    let (policy, text) = if said.iter().any(|(policy, _)| policy != first) {
        let text = "the volumes of the set differ; the policy that destroys disks is assumed for \
                    all";
        (ReclaimPolicy::Delete, text.to_owned())
    } else if who.starts_with("Kubernetes") && sources.len() == 1 {
        (*first, who.clone())
    } else {
        let sources: Vec<&str> = sources.into_iter().collect();
        (*first, format!("from {}", sources.join(" and ")))
    };
    let value = format!("{policy:?}");
    lowering.assume("storage.reclaimPolicy", &value, &text);
    policy
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
