//! What the parts of this layer hand each other, as plain data.

use std::ops::Range;

use super::budget::FaultsOverride;
use super::reader::Spanned;
use super::words::{DiskKind, Vocabulary};
use crate::diagnostic::{Source, position};
use crate::runbook::SideFacts;
use crate::vocabulary::Location;
use crate::world::id::Slice;
use crate::world::program::Program;
use crate::world::setup::Extra;
use crate::world::stateful_set::{PodManagementPolicy, RetentionPolicy};
use crate::world::volume::ReclaimPolicy;

/// What the command line says in place of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// Other faults.
    pub faults: Option<FaultsOverride>,
    /// Other properties; none means those of the scenario.
    pub properties: Vec<String>,
    /// Programs of a runbook that are not modelled and are taken to be harmless.
    pub assume_harmless: Vec<String>,
    /// Who else may write the sets and is suspended during the move: `KIND/NAME` of each.
    pub assume_suspended: Vec<String>,
}

/// Where a step of the program stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepSource {
    /// The place of the step's key.
    pub location: Location,
    /// How many characters of it are shown.
    pub length: usize,
    /// The step's bytes.
    pub offset: Range<usize>,
    /// The kind of step, such as `patch`.
    pub kind: String,
    /// The line as it stands in the file, without the space around it.
    pub text: String,
    /// How many columns of space are in front of the line.
    pub indent: usize,
}

impl StepSource {
    /// The place of a step that begins at `offset` and whose first `width` characters are shown.
    #[must_use]
    pub fn at(source: &Source, offset: &Range<usize>, kind: String, width: usize) -> Self {
        let (line, column) = position(&source.text, offset.start);
        let raw = source.text.lines().nth(line - 1).unwrap_or("");
        Self {
            location: Location {
                file: source.path.clone(),
                line,
                column,
            },
            length: width,
            offset: offset.clone(),
            kind,
            text: raw.trim().to_owned(),
            indent: raw.len() - raw.trim_start().len(),
        }
    }
}

/// A program and where its parts come from.
#[derive(Debug)]
pub struct Lowered {
    /// The program.
    pub program: Program,
    /// The place of each step.
    pub steps: Vec<StepSource>,
    /// Plain numbers that name an ordinal; they must exist.
    pub ordinals: Vec<Spanned<i16>>,
    /// Steps that need a disk, by kind and place.
    pub need_disk: Vec<(&'static str, Range<usize>)>,
    /// Secrets and ConfigMaps that the program creates or deletes.
    pub extras: Vec<Extra>,
}

/// One side's set, with everything filled in.
#[derive(Clone, Debug)]
pub struct Side {
    /// The set's name, if anything says it.
    pub name: Option<String>,
    /// Its ordinals at the start; `None` if there is no set.
    pub initial: Option<Slice>,
    /// Its policy.
    pub policy: PodManagementPolicy,
    /// The names of its claim templates.
    pub templates: Vec<String>,
    /// Whether a Pod has to stay Ready for a while before it counts as Available.
    pub min_ready: bool,
    /// Which claims go with their Pods or their set.
    pub retention: RetentionPolicy,
    /// Whether the side's Kubernetes version was given.
    pub has_version: bool,
    /// What else the manifest says, for scripts.
    pub manifest: ManifestFacts,
}

impl Side {
    /// The set as its manifest has it, with what the scenario says instead.
    fn set_document(&self) -> serde_json::Value {
        let mut set = match &self.manifest.set {
            set @ serde_json::Value::Object(_) => set.clone(),
            _ => serde_json::json!({
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "metadata": { "name": self.name.as_deref().unwrap_or("web") },
            }),
        };
        let policy = PodManagementPolicy::WORDS.iter();
        let policy = policy
            .filter(|(_, policy, _)| *policy == self.policy)
            .map(|&(word, ..)| word);
        let after = |deletes: bool| if deletes { "Delete" } else { "Retain" };
        let templates = self.templates.iter().enumerate().map(|(number, name)| {
            let pointer = format!("/spec/volumeClaimTemplates/{number}");
            let mut template = set.pointer(&pointer).cloned().unwrap_or_default();
            template["metadata"]["name"] = name.as_str().into();
            template
        });
        let templates: Vec<_> = templates.collect();
        if !set["spec"].is_object() {
            set["spec"] = serde_json::json!({});
        }
        let spec = &mut set["spec"];
        spec["podManagementPolicy"] = policy.collect::<String>().into();
        spec["persistentVolumeClaimRetentionPolicy"] = serde_json::json!({
            "whenDeleted": after(self.retention.delete_when_deleted),
            "whenScaled": after(self.retention.delete_when_scaled),
        });
        if !self.min_ready {
            spec["minReadySeconds"] = 0.into();
        } else if spec["minReadySeconds"].as_i64().unwrap_or(0) == 0 {
            spec["minReadySeconds"] = 1.into();
        }
        if !templates.is_empty() {
            spec["volumeClaimTemplates"] = templates.into();
        }
        set
    }

    /// What a script needs to know.
    pub fn facts(&self) -> SideFacts {
        SideFacts {
            name: self.name.clone().unwrap_or_else(|| "web".to_owned()),
            namespace: self.manifest.namespace.clone(),
            templates: self.templates.clone(),
            initial: self.initial,
            owns_claims: self.retention != RetentionPolicy::default(),
            set: self.set_document(),
            has_manifest: self.manifest.set.is_object(),
            others: self.manifest.others.clone(),
        }
    }
}

/// What a script needs to know of a side's manifest, beside what is modelled.
#[derive(Clone, Debug, Default)]
pub struct ManifestFacts {
    /// The set's namespace.
    pub namespace: Option<String>,
    /// The whole set.
    pub set: serde_json::Value,
    /// Kinds and names of Secrets, ConfigMaps and namespaces.
    pub others: Vec<(String, String)>,
    /// What it says of disks.
    pub storage: StorageFacts,
}

/// What a manifest says of disks.
#[derive(Clone, Debug, Default)]
pub struct StorageFacts {
    /// The volumes.
    pub volumes: Vec<VolumeFact>,
    /// The claims.
    pub claims: Vec<ClaimFact>,
    /// The storage classes.
    pub classes: Vec<ClassFact>,
    /// A volume that one node alone can reach.
    pub of_one_node: Option<String>,
}

/// A PersistentVolume.
#[derive(Clone, Debug)]
pub struct VolumeFact {
    /// Its name.
    pub name: String,
    /// The name of the claim that it is bound to or reserved for.
    pub claim: Option<String>,
    /// The claim's namespace, if it says it.
    pub namespace: Option<String>,
    /// Its reclaim policy.
    pub policy: ReclaimPolicy,
    /// What its disk is, if its source says it.
    pub kind: Option<DiskKind>,
}

/// A PersistentVolumeClaim.
#[derive(Clone, Debug)]
pub struct ClaimFact {
    /// Its name.
    pub name: String,
    /// Its namespace, if it says it.
    pub namespace: Option<String>,
    /// The name of its volume.
    pub volume: Option<String>,
    /// `spec.volumeMode` is Block.
    pub is_block: bool,
    /// The name of its class.
    pub class: Option<String>,
}

/// A StorageClass.
#[derive(Clone, Debug)]
pub struct ClassFact {
    /// Its name.
    pub name: String,
    /// It is the one of claims that name none.
    pub is_default: bool,
    /// The reclaim policy of its volumes.
    pub policy: ReclaimPolicy,
    /// What its disks are, if its provisioner is known.
    pub kind: Option<DiskKind>,
}
