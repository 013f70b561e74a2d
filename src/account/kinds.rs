//! The kinds of objects, with their tables.

use super::{
    Rule, Treatment, access, autoscaler, content, elsewhere, limits, metadata, network, node,
    persistent_volume, persistent_volume_claim, pod, pod_disruption_budget, stateful_set,
    storage_class,
};

/// A kind of object of which every field is accounted for if the object has to do with the set.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The API group; empty for the core.
    pub group: &'static str,
    /// `kind`.
    pub name: &'static str,
    /// The tables, each with the path that it begins at. Of two rules for the same path that of the
    /// earlier table counts.
    pub tables: &'static [(&'static str, &'static [Rule])],
}

/// The kinds with tables.
pub const KINDS: &[Kind] = &[
    Kind {
        group: "",
        name: "List",
        tables: &[("", metadata::OF_LIST)],
    },
    Kind {
        group: "apps",
        name: "StatefulSet",
        tables: &[
            ("", metadata::KEPT),
            ("", stateful_set::RULES),
            ("spec.template", pod::TEMPLATE),
            ("spec.template", pod::RULES),
            ("spec.template", metadata::ANY),
            ("", metadata::ANY),
        ],
    },
    Kind {
        group: "",
        name: "Pod",
        tables: &[("", pod::STATUS), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "PersistentVolumeClaim",
        tables: &[("", persistent_volume_claim::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "PersistentVolume",
        tables: &[("", persistent_volume::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "storage.k8s.io",
        name: "StorageClass",
        tables: &[("", storage_class::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "storage.k8s.io",
        name: "VolumeAttachment",
        tables: &[("", node::ATTACHMENT), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "Secret",
        tables: &[("", content::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "ConfigMap",
        tables: &[("", content::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "ServiceAccount",
        tables: &[("", access::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "Service",
        tables: &[("", network::SERVICE), ("", metadata::ANY)],
    },
    Kind {
        group: "networking.k8s.io",
        name: "NetworkPolicy",
        tables: &[("", network::POLICY), ("", metadata::ANY)],
    },
    Kind {
        group: "policy",
        name: "PodDisruptionBudget",
        tables: &[("", pod_disruption_budget::RULES), ("", metadata::ANY)],
    },
    Kind {
        group: "autoscaling",
        name: "HorizontalPodAutoscaler",
        tables: &[("", autoscaler::SCALER), ("", metadata::ANY)],
    },
    Kind {
        group: "keda.sh",
        name: "ScaledObject",
        tables: &[("", autoscaler::SCALER), ("", metadata::ANY)],
    },
    Kind {
        group: "autoscaling.k8s.io",
        name: "VerticalPodAutoscaler",
        tables: &[("", autoscaler::RESIZER), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "ResourceQuota",
        tables: &[("", limits::QUOTA), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "LimitRange",
        tables: &[("", limits::QUOTA), ("", metadata::ANY)],
    },
    Kind {
        group: "scheduling.k8s.io",
        name: "PriorityClass",
        tables: &[("", limits::PRIORITY), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "Node",
        tables: &[("", node::NODE), ("", metadata::ANY)],
    },
    Kind {
        group: "",
        name: "Namespace",
        tables: &[("", node::NAMESPACE), ("", metadata::ANY)],
    },
];

/// A kind of which the whole object is treated alike.
pub type Whole = (&'static str, &'static str, Treatment);

const RIGHTS: Treatment = Treatment::Irrelevant("what the Pods may do in the cluster");
pub(super) const TRAFFIC: Treatment = Treatment::Irrelevant("no property is about traffic");
const WORKLOAD: Treatment =
    Treatment::Irrelevant("it neither selects the set's Pods nor uses its claims");
const RECORD: Treatment = Treatment::Irrelevant("a record of what has been");
const DEFINITION: Treatment = Treatment::Irrelevant("a definition, which writes nothing");
/// What decides on requests.
pub(super) const ADMITTED: &str = "every request of the move is admitted, and unchanged; where one \
                                   is not, the step fails or the Pod is not made";
pub(super) const ADMISSION: Treatment = Treatment::Assumed(ADMITTED);
const DRIVER: Treatment = Treatment::Irrelevant(
    "which driver it is: `storage.backend` says whether two clusters can attach a disk",
);

/// The kinds of Kubernetes' own groups without tables.
pub const WHOLE: &[Whole] = &[
    ("", "Endpoints", TRAFFIC),
    ("", "Event", RECORD),
    ("", "PodTemplate", DEFINITION),
    ("", "ReplicationController", WORKLOAD),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicy",
        ADMISSION,
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding",
        ADMISSION,
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        ADMISSION,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        ADMISSION,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        ADMISSION,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        ADMISSION,
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        DEFINITION,
    ),
    ("apiregistration.k8s.io", "APIService", DEFINITION),
    ("apps", "ControllerRevision", RECORD),
    ("apps", "DaemonSet", WORKLOAD),
    ("apps", "Deployment", WORKLOAD),
    ("apps", "ReplicaSet", WORKLOAD),
    ("batch", "CronJob", WORKLOAD),
    ("batch", "Job", WORKLOAD),
    ("certificates.k8s.io", "CertificateSigningRequest", RIGHTS),
    ("certificates.k8s.io", "ClusterTrustBundle", DEFINITION),
    ("certificates.k8s.io", "PodCertificateRequest", RECORD),
    ("coordination.k8s.io", "Lease", RECORD),
    ("discovery.k8s.io", "EndpointSlice", TRAFFIC),
    ("events.k8s.io", "Event", RECORD),
    ("extensions", "Ingress", TRAFFIC),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema", DEFINITION),
    (
        "flowcontrol.apiserver.k8s.io",
        "PriorityLevelConfiguration",
        DEFINITION,
    ),
    ("networking.k8s.io", "Ingress", TRAFFIC),
    ("networking.k8s.io", "IngressClass", TRAFFIC),
    ("networking.k8s.io", "IPAddress", TRAFFIC),
    ("networking.k8s.io", "ServiceCIDR", TRAFFIC),
    ("node.k8s.io", "RuntimeClass", DEFINITION),
    ("policy", "PodSecurityPolicy", ADMISSION),
    ("rbac.authorization.k8s.io", "ClusterRole", RIGHTS),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", RIGHTS),
    ("rbac.authorization.k8s.io", "Role", RIGHTS),
    ("rbac.authorization.k8s.io", "RoleBinding", RIGHTS),
    ("resource.k8s.io", "DeviceClass", DEFINITION),
    ("resource.k8s.io", "ResourceClaim", DEFINITION),
    ("resource.k8s.io", "ResourceClaimTemplate", DEFINITION),
    ("resource.k8s.io", "ResourceSlice", DEFINITION),
    ("storage.k8s.io", "CSIDriver", DRIVER),
    ("storage.k8s.io", "CSINode", DRIVER),
    ("storage.k8s.io", "CSIStorageCapacity", DRIVER),
    ("storage.k8s.io", "VolumeAttributesClass", DRIVER),
];

/// The group of an `apiVersion`.
#[must_use]
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The kind with tables of this group and name.
#[must_use]
pub fn kind(group: &str, name: &str) -> Option<&'static Kind> {
    let mut kinds = KINDS.iter();
    kinds.find(|kind| kind.group == group && kind.name == name)
}

/// What becomes of the whole object.
#[must_use]
pub fn whole(group: &str, name: &str) -> Option<Treatment> {
    let mut kinds = WHOLE.iter().chain(elsewhere::WHOLE);
    let found = kinds.find(|(other, same, _)| *other == group && (*same == name || *same == "*"));
    found.map(|&(.., treatment)| treatment)
}

/// Whether a group is one of Kubernetes' own, whose kinds are all known here.
#[must_use]
pub fn is_own_group(group: &str) -> bool {
    !group.contains('.')
        || KINDS
            .iter()
            .any(|kind| kind.group == group && !ELSEWHERE.contains(&group))
        || WHOLE.iter().any(|(other, ..)| *other == group)
}

/// Groups with tables that are not Kubernetes' own.
const ELSEWHERE: &[&str] = &["autoscaling.k8s.io", "keda.sh"];

/// The names of the kinds of Kubernetes' own groups.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let tabled = KINDS.iter().map(|kind| kind.name);
    tabled
        .chain(WHOLE.iter().map(|&(_, name, _)| name))
        .collect()
}
