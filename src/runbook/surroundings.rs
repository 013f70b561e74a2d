//! What a script finds: the sets of both sides, and what else their manifests have.

use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::clusters::{Clusters, Set};
use super::symbols::symbol_in;
use crate::world::id::{PerCluster, Slice};
use crate::world::setup::Extra;
use crate::world::volume::ReclaimPolicy;

/// What is known before a script begins.
pub struct Surroundings<'f> {
    /// Both sides.
    pub sides: PerCluster<SideFacts>,
    /// The reclaim policy of the source's volumes at the start, by claim template.
    pub reclaim_policies: Vec<ReclaimPolicy>,
    /// The driver may crash and begin again, when the clusters are not as at the start any more.
    pub crashes: bool,
    /// The script's folder.
    pub folder: PathBuf,
    /// Reads files.
    pub files: &'f dyn Fn(&Path) -> io::Result<Vec<u8>>,
}

/// One side.
#[derive(Clone, Debug, Default)]
pub struct SideFacts {
    /// The set's name.
    pub name: String,
    /// Its namespace, if the manifest says it.
    pub namespace: Option<String>,
    /// The names of its claim templates.
    pub templates: Vec<String>,
    /// The set's ordinals at the start, if there is a set.
    pub initial: Option<Slice>,
    /// Claims go with their Pods or their set.
    pub owns_claims: bool,
    /// The set as its manifest has it, with what the scenario says instead.
    pub set: Json,
    /// A manifest says what the set's Pods are.
    pub has_manifest: bool,
    /// Kinds and names of the other objects in the manifest.
    pub others: Vec<(String, String)>,
}

/// The longest file that is read for a script.
const MAX_FILE: usize = 4 << 20;

impl Surroundings<'_> {
    /// What a script knows of the clusters when it begins.
    #[must_use]
    pub fn beginning(&self) -> Clusters {
        let set = |side: &SideFacts| match side.initial {
            _ if self.crashes => Set::Unknown,
            Some(slice) => Set::Known(i32::from(slice.start), i32::from(slice.replicas())),
            None => Set::Absent,
        };
        let (source, destination) = (&self.sides.source, &self.sides.destination);
        // A set that is taken to be as in source has been applied by nobody that is known.
        let own = Some(destination).filter(|side| side.set != source.set);
        Clusters {
            applied: PerCluster {
                source: source.last_applied(),
                destination: own.and_then(SideFacts::last_applied),
            },
            sets: PerCluster {
                source: set(&self.sides.source),
                destination: set(&self.sides.destination),
            },
            ..Clusters::default()
        }
    }

    /// What a file beside the script has.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Rc<str>> {
        let is_device = ["/dev", "/proc", "/sys"]
            .iter()
            .any(|folder| Path::new(path).starts_with(folder));
        if is_device || symbol_in(path).is_some() {
            return None;
        }
        let bytes = (self.files)(&self.folder.join(path)).ok()?;
        let text = String::from_utf8(bytes)
            .ok()
            .filter(|text| text.len() <= MAX_FILE)?;
        Some(text.into())
    }

    /// A Secret, ConfigMap or namespace at the start: what a manifest has exists, and so does
    /// what the Pods in source refer to, since they run.
    #[must_use]
    pub fn extra(&self, kind: &str, name: &str) -> Extra {
        let refers = |side: &SideFacts| {
            side.references()
                .iter()
                .any(|reference| reference == &(kind, name.to_owned()))
        };
        let listed = |side: &SideFacts| {
            side.others
                .iter()
                .any(|(other, same)| other == kind && same == name)
        };
        let holds_set =
            |side: &SideFacts| kind == "namespace" && side.namespace.as_deref() == Some(name);
        let (source, destination) = (&self.sides.source, &self.sides.destination);
        Extra {
            name: format!("{kind} {name}"),
            exists: PerCluster {
                source: listed(source) || refers(source) || holds_set(source),
                destination: listed(destination)
                    || (holds_set(destination) && destination.initial.is_some()),
            },
            needed: PerCluster {
                source: refers(source),
                destination: refers(destination),
            },
        }
    }
}

impl SideFacts {
    /// The ordinal of a Pod's name.
    #[must_use]
    pub fn pod(&self, name: &str) -> Option<u8> {
        ordinal(name.strip_prefix(&self.name)?)
    }

    /// The template and the ordinal of a claim's name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<(usize, u8)> {
        self.templates
            .iter()
            .enumerate()
            .find_map(|(number, template)| {
                let rest = name.strip_prefix(template)?.strip_prefix('-')?;
                Some((number, self.pod(rest)?))
            })
    }

    /// The name of an ordinal's claim.
    #[must_use]
    pub fn claim_name(&self, ordinal: u8) -> String {
        let template = self.templates.first().map_or("data", String::as_str);
        format!("{template}-{}-{ordinal}", self.name)
    }

    /// What `kubectl apply` has applied last, if the manifest was read from a cluster and says so.
    fn last_applied(&self) -> Option<Rc<Json>> {
        let annotations = self.set.pointer("/metadata/annotations")?;
        let text = annotations.get("kubectl.kubernetes.io/last-applied-configuration")?;
        serde_json::from_str(text.as_str()?).ok().map(Rc::new)
    }

    /// The name of an ordinal's claim of the template with a number.
    #[must_use]
    pub fn claim_of(&self, template: usize, ordinal: u8) -> String {
        match self.templates.get(template) {
            Some(template) => format!("{template}-{}-{ordinal}", self.name),
            None => self.claim_name(ordinal),
        }
    }

    /// A field of a claim template's `spec`, if a manifest says it.
    #[must_use]
    pub fn template_field(&self, template: usize, field: &str) -> Option<&Json> {
        let pointer = format!("/spec/volumeClaimTemplates/{template}/spec/{field}");
        self.set.pointer(&pointer).filter(|value| !value.is_null())
    }

    /// Secrets and ConfigMaps without which the set's Pods do not start.
    #[must_use]
    pub fn references(&self) -> Vec<(&'static str, String)> {
        references_of(&self.set)
    }

    /// The set's document, with these numbers.
    #[must_use]
    pub fn document(&self, start: &Json, replicas: &Json) -> Json {
        let mut set = match &self.set {
            Json::Object(_) => self.set.clone(),
            _ => json!({
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "metadata": { "name": self.name },
                "spec": { "serviceName": self.name, "template": {} },
            }),
        };
        if let Some(spec) = set.get_mut("spec").and_then(Json::as_object_mut) {
            spec.insert("replicas".to_owned(), replicas.clone());
            // The API server does not fill in what is left out here.
            if spec.contains_key("ordinals") || *start != json!(0) {
                spec.insert("ordinals".to_owned(), json!({ "start": start }));
            }
        }
        set
    }
}

/// Secrets and ConfigMaps without which the Pods of a set do not start.
#[must_use]
pub fn references_of(set: &Json) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if let Some(pod) = set.pointer("/spec/template/spec") {
        references(pod, &mut found);
    }
    found
}

/// The number after the hyphen; Kubernetes writes it without zeros in front.
fn ordinal(rest: &str) -> Option<u8> {
    let digits = rest.strip_prefix('-')?;
    let number: u8 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

/// Looks for references that are not optional.
fn references(node: &Json, found: &mut Vec<(&'static str, String)>) {
    match node {
        Json::Object(fields) => {
            for (key, value) in fields {
                let (kind, name) = match key.as_str() {
                    "secretKeyRef" | "secretRef" => ("secret", "name"),
                    "configMapKeyRef" | "configMapRef" | "configMap" => ("configmap", "name"),
                    "secret" => (
                        "secret",
                        if value.get("secretName").is_some() {
                            "secretName"
                        } else {
                            "name"
                        },
                    ),
                    _ => {
                        references(value, found);
                        continue;
                    }
                };
                let optional = value
                    .get("optional")
                    .and_then(Json::as_bool)
                    .unwrap_or(false);
                let name = value.get(name).and_then(Json::as_str).filter(|_| !optional);
                let reference = name.map(|name| (kind, name.to_owned()));
                found.extend(reference.filter(|reference| !found.contains(reference)));
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}
