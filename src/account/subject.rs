//! The set that is moved, and what it names.

use std::collections::BTreeMap;

use crate::yaml::{Node, Value};

/// The annotation by which a claim names its class, which counts before the field
/// (pkg/apis/core/v1/helper/helpers.go).
pub const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// The annotations of a class of claims that name none (pkg/volume/util/storageclass.go).
pub const DEFAULT_CLASS: &[&str] = &[
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

/// The set, and all by which others may have to do with it.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its namespace, if it says it.
    pub namespace: Option<String>,
    /// The release or application that it is a part of, as its label or annotation says.
    pub release: Option<String>,
    /// The labels of its Pods.
    pub labels: BTreeMap<String, String>,
    /// The names of its claim templates.
    pub templates: Vec<String>,
    /// The claims that its Pods mount by name.
    pub claims: Vec<String>,
    /// The uids of its claims among the objects, by their names.
    pub uids: BTreeMap<String, String>,
    /// The volumes that its claims among the objects name, by the claims' names.
    pub bound: BTreeMap<String, String>,
    /// What its Pods, claims and volumes name, by kind and name.
    pub named: Vec<(&'static str, String)>,
    /// A claim template names no class, so that the default one counts.
    pub default_class: bool,
    /// `serviceName`.
    pub service: Option<String>,
    /// Kinds and names of its owners, and whether each controls it.
    pub owners: Vec<(String, String, bool)>,
}

/// The node at a path of fields.
#[must_use]
pub fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, name| node.get(name))
}

/// The text at a path of fields.
#[must_use]
pub fn text<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    at(node, path)?.text()
}

/// The items of a list at a path of fields.
#[must_use]
pub fn items<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    match at(node, path).map(|node| &node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// The entries of a map at a path of fields, as texts.
#[must_use]
pub fn entries(node: &Node, path: &[&str]) -> BTreeMap<String, String> {
    let entries = match at(node, path).map(|node| &node.value) {
        Some(Value::Map(entries)) => &entries[..],
        _ => &[],
    };
    let texts = entries.iter().filter_map(|entry| {
        let text = entry.value.text()?;
        Some((entry.name.to_string(), text.to_owned()))
    });
    texts.collect()
}

impl Subject {
    /// What a StatefulSet says of itself.
    #[must_use]
    pub fn of(set: &Node) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let templates = items(set, &["spec", "volumeClaimTemplates"]);
        let classes = templates.iter().map(|template| class_of(template));
        let mut named: Vec<_> = classes
            .clone()
            .filter_map(|class| Some(("StorageClass", class?.to_owned())))
            .collect();
        let mut claims = Vec::new();
        if let Some(pod) = at(set, &["spec", "template", "spec"]) {
            named_by_pod(pod, &mut named);
            let replaced = |volume: &Node| {
                let name = text(volume, &["name"]);
                let mut templates = templates.iter();
                templates.any(|template| text(template, &["metadata", "name"]) == name)
            };
            let volumes = items(pod, &["volumes"]).iter();
            let kept = volumes.filter(|volume| !replaced(volume));
            claims.extend(kept.filter_map(claim_of).map(str::to_owned));
        }
        let owners = items(set, &["metadata", "ownerReferences"]).iter();
        let owners = owners.filter_map(|owner| {
            let controls = owner.get("controller");
            let controls = controls.is_some_and(|controls| controls.to_json() == true);
            let (kind, name) = (text(owner, &["kind"])?, text(owner, &["name"])?);
            Some((kind.to_owned(), name.to_owned(), controls))
        });
        Self {
            name: owned(text(set, &["metadata", "name"])).unwrap_or_default(),
            namespace: owned(text(set, &["metadata", "namespace"])),
            release: owned(
                text(set, &["metadata", "labels", "app.kubernetes.io/instance"]).or_else(|| {
                    text(
                        set,
                        &["metadata", "annotations", "meta.helm.sh/release-name"],
                    )
                }),
            ),
            uids: BTreeMap::new(),
            bound: BTreeMap::new(),
            labels: entries(set, &["spec", "template", "metadata", "labels"]),
            templates: templates
                .iter()
                .filter_map(|template| owned(text(template, &["metadata", "name"])))
                .collect(),
            default_class: classes.clone().any(|class| class.is_none()),
            claims,
            named,
            service: owned(text(set, &["spec", "serviceName"])),
            owners: owners.collect(),
        }
    }

    /// Adds what the set's claims among the objects name.
    pub fn add_claim(&mut self, claim: &Node) {
        for (kind, name) in [
            ("PersistentVolume", text(claim, &["spec", "volumeName"])),
            ("StorageClass", class_of(claim)),
        ] {
            self.named.extend(name.map(|name| (kind, name.to_owned())));
        }
        let metadata = |field| text(claim, &["metadata", field]).map(str::to_owned);
        self.uids.extend(metadata("name").zip(metadata("uid")));
        let volume = text(claim, &["spec", "volumeName"]).filter(|name| !name.is_empty());
        let volume = volume.map(str::to_owned);
        self.bound.extend(metadata("name").zip(volume));
    }

    /// Whether the set, its Pods, claims or volumes name an object.
    #[must_use]
    pub fn names(&self, kind: &str, name: &str) -> bool {
        let mut named = self.named.iter();
        named.any(|(other, same)| *other == kind && same == name)
    }

    /// Whether a name is that of one of its Pods.
    #[must_use]
    pub fn is_pod(&self, name: &str) -> bool {
        let ordinal = name.strip_prefix(&*self.name);
        let ordinal = ordinal.and_then(|rest| rest.strip_prefix('-'));
        ordinal.is_some_and(|digits| digits.parse::<u32>().is_ok())
    }

    /// Whether a name is that of one of its claims.
    #[must_use]
    pub fn is_claim(&self, name: &str) -> bool {
        let of_template = |template: &String| {
            let rest = name.strip_prefix(&**template);
            let pod = rest.and_then(|rest| rest.strip_prefix('-'));
            pod.is_some_and(|pod| self.is_pod(pod))
        };
        self.templates.iter().any(of_template) || self.claims.iter().any(|claim| claim == name)
    }

    /// Whether something of this namespace can have to do with it.
    #[must_use]
    pub fn is_beside(&self, namespace: Option<&str>) -> bool {
        match (&self.namespace, namespace) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }
}

/// The claims that a Pod mounts by name.
pub fn claims_of(pod: &Node) -> impl Iterator<Item = &str> {
    let volumes = items(pod, &["volumes"]).iter();
    volumes.filter_map(claim_of)
}

/// The claim of a volume of a Pod.
fn claim_of(volume: &Node) -> Option<&str> {
    text(volume, &["persistentVolumeClaim", "claimName"])
}

/// The class that a claim or its template names.
fn class_of(claim: &Node) -> Option<&str> {
    let annotated = text(claim, &["metadata", "annotations", CLASS_ANNOTATION]);
    annotated.or_else(|| text(claim, &["spec", "storageClassName"]))
}

/// What a Pod needs by name.
fn named_by_pod(pod: &Node, named: &mut Vec<(&'static str, String)>) {
    for (kind, field) in [
        ("ServiceAccount", "serviceAccountName"),
        ("ServiceAccount", "serviceAccount"),
        ("PriorityClass", "priorityClassName"),
        ("RuntimeClass", "runtimeClassName"),
        ("Node", "nodeName"),
    ] {
        let name = text(pod, &[field]);
        named.extend(name.map(|name| (kind, name.to_owned())));
    }
    for secret in items(pod, &["imagePullSecrets"]) {
        named.extend(text(secret, &["name"]).map(|name| ("Secret", name.to_owned())));
    }
    references(pod, named);
}

/// Secrets and ConfigMaps anywhere below a node.
fn references(node: &Node, named: &mut Vec<(&'static str, String)>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries.iter() {
                let kind = match &*entry.name {
                    "secretKeyRef" | "secretRef" | "secret" => "Secret",
                    "configMapKeyRef" | "configMapRef" | "configMap" => "ConfigMap",
                    _ => {
                        references(&entry.value, named);
                        continue;
                    }
                };
                let names = ["name", "secretName"].map(|field| text(&entry.value, &[field]));
                let names = names.into_iter().flatten();
                named.extend(names.map(|name| (kind, name.to_owned())));
            }
        }
        Value::List(items) => items.iter().for_each(|item| references(item, named)),
        Value::Scalar(..) => (),
    }
}
