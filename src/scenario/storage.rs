//! `storage:`, and what the source's manifest says of its disks beside the set.

use std::collections::BTreeSet;

use super::file::{StorageFile, TemplateStorageFile};
use super::lowering::Lowering;
use super::reader::Spanned;
use super::types::{ClaimFact, ClassFact, Side, StorageFacts, VolumeFact};
use super::words::DiskKind;
use crate::account::drivers::{BLOCK_DRIVERS, BLOCK_SOURCES, FILE_DRIVERS, FILE_SOURCES};
use crate::account::subject::{CLASS_ANNOTATION, DEFAULT_CLASS};
use crate::diagnostic::{Diagnostic, help_with};
use crate::vocabulary::Weight;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::setup::StorageSetup;
use crate::world::volume::{MAX_TEMPLATES, ReclaimPolicy};
use crate::yaml::{Node, Value};

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

    /// The reclaim policy of the volume of a claim, and who says so.
    fn policy(&self, claim: &ClaimOf<'_>) -> Option<(ReclaimPolicy, String)> {
        if let Some(volume) = self.volume_of(claim) {
            return Some((volume.policy, "the manifest's PersistentVolumes".to_owned()));
        }
        let class = self.class_of(claim)?;
        Some((
            class.policy,
            format!("the manifest's StorageClass `{}`", class.name),
        ))
    }

    /// What the disk of a claim is, if its template, its volume or its class says it, and who does.
    fn kind(&self, claim: &ClaimOf<'_>) -> Option<(DiskKind, String)> {
        if claim.template().pointer("/spec/volumeMode") == Some(&"Block".into()) {
            let text = "volumeMode of the claim template".to_owned();
            return Some((DiskKind::Block, text));
        }
        if self.claim_of(claim).is_some_and(|claim| claim.is_block) {
            let text = "volumeMode of the manifest's claims".to_owned();
            return Some((DiskKind::Block, text));
        }
        let of_volume = self.volume_of(claim).and_then(|volume| {
            let text = format!(
                "the driver of the manifest's PersistentVolume `{}`",
                volume.name
            );
            Some((volume.kind?, text))
        });
        of_volume.or_else(|| {
            let class = self.class_of(claim)?;
            let text = format!(
                "the provisioner of the manifest's StorageClass `{}`",
                class.name
            );
            Some((class.kind?, text))
        })
    }

    fn claim_of(&self, claim: &ClaimOf<'_>) -> Option<&ClaimFact> {
        let mut claims = self.claims.iter();
        claims.find(|one| one.name == claim.name && claim.is_beside(one.namespace.as_ref()))
    }

    /// The volume that is bound to a claim, or reserved for it.
    fn volume_of(&self, claim: &ClaimOf<'_>) -> Option<&VolumeFact> {
        let bound = self.claim_of(claim).and_then(|one| one.volume.as_ref());
        let is_its = |volume: &&VolumeFact| {
            let is_named = volume.claim.as_ref() == Some(&claim.name);
            is_named && claim.is_beside(volume.namespace.as_ref()) || bound == Some(&volume.name)
        };
        self.volumes.iter().find(is_its)
    }

    /// The class of a claim: the one that it names, or that its template does, or the default one.
    fn class_of(&self, claim: &ClaimOf<'_>) -> Option<&ClassFact> {
        let template = claim.template();
        let annotated = template.get("metadata").and_then(|metadata| {
            let annotations = metadata.get("annotations")?;
            annotations.get(CLASS_ANNOTATION)
        });
        let class = annotated.or_else(|| template.pointer("/spec/storageClassName"));
        let class = class.and_then(serde_json::Value::as_str);
        let own = self.claim_of(claim).and_then(|one| one.class.as_deref());
        let class = own.or(class);
        let is_its = |other: &&ClassFact| class.map_or(other.is_default, |name| other.name == name);
        self.classes.iter().find(is_its)
    }
}

/// A claim of the source's set.
struct ClaimOf<'s> {
    side: &'s Side,
    /// The place of its template.
    template: usize,
    name: String,
}

impl<'s> ClaimOf<'s> {
    fn new(side: &'s Side, template: usize, ordinal: u8) -> Self {
        let set = side.name.as_deref().unwrap_or("web");
        let name = format!("{}-{set}-{ordinal}", side.templates[template]);
        Self {
            side,
            template,
            name,
        }
    }

    /// Its template as the manifest has it; null if there is none.
    fn template(&self) -> &'s serde_json::Value {
        let path = format!("/spec/volumeClaimTemplates/{}", self.template);
        let set = &self.side.manifest.set;
        set.pointer(&path).unwrap_or(&serde_json::Value::Null)
    }

    /// Whether an object in a namespace is beside the set, as far as both say where they are.
    fn is_beside(&self, namespace: Option<&String>) -> bool {
        match (namespace, &self.side.manifest.namespace) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        }
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
        kind: kind_of_volume(node),
    }
}

fn find(block: &[&str], files: &[&str], name: &str) -> Option<DiskKind> {
    let is_block = block.contains(&name).then_some(DiskKind::Block);
    is_block.or(files.contains(&name).then_some(DiskKind::Files))
}

/// What the disks of a CSI driver or a provisioner are, if that is known.
fn of_driver(name: &str) -> Option<DiskKind> {
    find(BLOCK_DRIVERS, FILE_DRIVERS, name)
}

/// What the disk of a volume is: a device if it is handed to Pods as one, else what its source says.
fn kind_of_volume(node: &Node) -> Option<DiskKind> {
    if text(node, &["spec", "volumeMode"]) == Some("Block") {
        return Some(DiskKind::Block);
    }
    let of_csi = text(node, &["spec", "csi", "driver"]).and_then(of_driver);
    let Value::Map(fields) = &node.get("spec")?.value else {
        return None;
    };
    let mut fields = fields.iter();
    of_csi.or_else(|| fields.find_map(|entry| find(BLOCK_SOURCES, FILE_SOURCES, &entry.name)))
}

fn claim(node: &Node) -> Option<ClaimFact> {
    let owned = |path: &[&str]| text(node, path).map(str::to_owned);
    Some(ClaimFact {
        name: owned(&["metadata", "name"])?,
        namespace: owned(&["metadata", "namespace"]),
        volume: owned(&["spec", "volumeName"]),
        is_block: text(node, &["spec", "volumeMode"]) == Some("Block"),
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
        kind: text(node, &["provisioner"]).and_then(of_driver),
    })
}

/// The storage of a scenario, for each claim template; nothing if there are no disks.
pub fn lower(
    lowering: &mut Lowering<'_>,
    file: Option<&StorageFile>,
    source: Option<&Side>,
) -> Vec<StorageSetup> {
    let own = file.and_then(|file| file.templates.as_ref());
    let reaches = own.into_iter().flatten().map(|own| &own.reachable_from);
    for sides in reaches
        .chain(file.map(|file| &file.reachable_from))
        .flatten()
    {
        check_reach(lowering, sides);
    }
    let Some(side) = source.filter(|source| !source.templates.is_empty()) else {
        if file.is_some() && source.is_some() {
            lowering.assume("storage", "not used", "the set has no claim templates");
        }
        return Vec::new();
    };
    let default = StorageFile::default();
    let file = file.unwrap_or(&default);
    check_templates(lowering, side, own.map_or(&[], Vec::as_slice));
    let of = |name: &String| {
        own.into_iter()
            .flatten()
            .find(|own| own.name.value == *name)
    };
    let says = |said: fn(&TemplateStorageFile) -> bool| {
        side.templates.iter().all(|name| of(name).is_some_and(said))
    };
    if file.backend.is_none() && !says(|own| own.backend.is_some()) {
        let text = "both clusters can attach a disk at once";
        lowering.assume("storage.backend", "permissive", text);
    }
    let local = side.manifest.storage.of_one_node.as_deref();
    if file.reachable_from.is_none() && !says(|own| own.reachable_from.is_some()) {
        assume_reach(lowering, local);
    }
    let assumed: Vec<ReclaimPolicy> =
        if file.reclaim_policy.is_some() || says(|own| own.reclaim_policy.is_some()) {
            Vec::new()
        } else {
            assumed_policies(lowering, side)
        };
    let kinds = kinds(
        lowering,
        side,
        file.volumes.is_some() || says(|own| own.volumes.is_some()),
    );
    let storage = side.templates.iter().enumerate().map(|(place, name)| {
        let own = of(name);
        let reachable = own.and_then(|own| own.reachable_from.as_ref());
        let reaches = |side: ClusterId| match reachable.or(file.reachable_from.as_ref()) {
            Some(sides) => sides.iter().any(|word| word.value == side),
            None => side == ClusterId::Source || local.is_none(),
        };
        let backend = own.and_then(|own| own.backend.as_ref());
        let policy = own.and_then(|own| own.reclaim_policy.as_ref());
        let policy = policy.or(file.reclaim_policy.as_ref());
        let shared = own.and_then(|own| own.shared.as_ref());
        let volumes = own.and_then(|own| own.volumes.as_ref());
        let volumes = volumes.or(file.volumes.as_ref()).map(|word| word.value);
        StorageSetup {
            name: name.clone(),
            backend: backend
                .or(file.backend.as_ref())
                .map_or_else(Default::default, |word| word.value),
            reclaim_policy: policy
                .map(|word| word.value)
                .or(assumed.get(place).copied())
                .unwrap_or_default(),
            reachable: PerCluster {
                source: reaches(ClusterId::Source),
                destination: reaches(ClusterId::Destination),
            },
            shared: shared
                .or(file.shared.as_ref())
                .is_some_and(|shared| shared.value),
            block: volumes.or(kinds.get(place).copied()) == Some(DiskKind::Block),
        }
    });
    storage.take(MAX_TEMPLATES).collect()
}

/// A field of the storage of all claim templates, or of one.
fn field_of(field: &str, template: &str, is_alike: bool) -> String {
    if is_alike {
        return format!("storage.{field}");
    }
    format!("storage.templates.{template}.{field}")
}

/// What the disks of each template are, if the scenario does not say it of all.
fn kinds(lowering: &mut Lowering<'_>, side: &Side, is_said: bool) -> Vec<DiskKind> {
    if is_said {
        return Vec::new();
    }
    let facts = &side.manifest.storage;
    let ordinals = side.initial.map_or(0..0, |slice| slice.start..slice.end);
    let found = (0..side.templates.len()).map(|template| {
        let of_claim = |ordinal| facts.kind(&ClaimOf::new(side, template, ordinal));
        let known: Vec<(DiskKind, String)> = ordinals.clone().filter_map(of_claim).collect();
        let is_block = |known: &&(DiskKind, String)| known.0 == DiskKind::Block;
        known.iter().find(is_block).or(known.first()).cloned()
    });
    let found: Vec<Option<(DiskKind, String)>> = found.collect();
    let is_alike = found.iter().all(|kind| *kind == found[0]);
    for (kind, name) in found.iter().zip(&side.templates) {
        let field = field_of("volumes", name, is_alike);
        if let Some((kind, who)) = kind {
            let text = format!("from {who}");
            lowering.assume_of(Weight::Detail, &field, kind.word(), &text);
        } else {
            let text = "nothing says what the disks are; on block devices wait for `detached`, \
                            not `gone`: say `storage: {volumes: block}`";
            lowering.assume_of(Weight::Verdict, &field, DiskKind::Files.word(), text);
        }
        if is_alike {
            break;
        }
    }
    let files = |kind: Option<(DiskKind, String)>| kind.map_or(DiskKind::Files, |(kind, _)| kind);
    found.into_iter().map(files).collect()
}

/// Refuses storage of a claim template that the set does not have.
fn check_templates(lowering: &mut Lowering<'_>, side: &Side, own: &[TemplateStorageFile]) {
    for own in own {
        if !side.templates.contains(&own.name.value) {
            report_unknown_template(lowering, &side.templates, &own.name);
        }
    }
}

/// A name that none of the set's claim templates has.
pub fn report_unknown_template(
    lowering: &mut Lowering<'_>,
    templates: &[String],
    named: &Spanned<String>,
) {
    let known: Vec<&str> = templates.iter().map(String::as_str).collect();
    let help = help_with(&named.value, &known);
    let message = format!("the set has no claim template `{}`", named.value);
    lowering.reader.report(
        Diagnostic::new("scenario::unknown-template", message)
            .at(named.span.clone(), "")
            .help(help),
    );
}

/// The reclaim policy of each template's volumes that the manifest's volumes or classes say, else
/// Kubernetes' default. One is modelled for all volumes of a template: if they differ, that which
/// destroys disks.
fn assumed_policies(lowering: &mut Lowering<'_>, side: &Side) -> Vec<ReclaimPolicy> {
    let said: Vec<Policy> = (0..side.templates.len())
        .map(|template| assumed_policy(side, template))
        .collect();
    let is_alike = said.iter().all(|policy| *policy == said[0]);
    for (policy, name) in said.iter().zip(&side.templates) {
        let weight = if policy.differs {
            Weight::Verdict
        } else {
            Weight::Detail
        };
        let field = field_of("reclaimPolicy", name, is_alike);
        let value = format!("{:?}", policy.value);
        lowering.assume_of(weight, &field, &value, &policy.text);
        if is_alike {
            break;
        }
    }
    said.into_iter().map(|policy| policy.value).collect()
}

/// The reclaim policy of a template's volumes, and who says so.
#[derive(PartialEq, Eq)]
struct Policy {
    value: ReclaimPolicy,
    text: String,
    /// Not all volumes have the same.
    differs: bool,
}

fn assumed_policy(side: &Side, template: usize) -> Policy {
    let ordinals = side
        .initial
        .into_iter()
        .flat_map(|slice| slice.start..slice.end);
    let default = (
        ReclaimPolicy::Delete,
        "Kubernetes' default for provisioned volumes".to_owned(),
    );
    let facts = &side.manifest.storage;
    let of_claim = |ordinal| facts.policy(&ClaimOf::new(side, template, ordinal));
    let said: Vec<_> = ordinals
        .map(|ordinal| of_claim(ordinal).unwrap_or_else(|| default.clone()))
        .collect();
    let sources: BTreeSet<&str> = said.iter().map(|(_, who)| &**who).collect();
    let (first, who) = said.first().unwrap_or(&default);
    if said.iter().any(|(policy, _)| policy != first) {
        let text =
            "the volumes of the set differ; the policy that destroys disks is assumed for all";
        return Policy {
            value: ReclaimPolicy::Delete,
            text: text.to_owned(),
            differs: true,
        };
    }
    let text = if who.starts_with("Kubernetes") && sources.len() == 1 {
        who.clone()
    } else {
        let sources: Vec<&str> = sources.into_iter().collect();
        format!("from {}", sources.join(" and "))
    };
    Policy {
        value: *first,
        text,
        differs: false,
    }
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
