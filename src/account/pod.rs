//! Pods, and the Pod template of a set.

use super::{Rule, assumed, irrelevant, modelled, refused};

/// Every Pod is modelled as scheduled.
pub const PLACED: &str = "every Pod finds a node on both sides, or the move waits for it";

/// What has to exist beside the set for a Pod to be made and started.
pub const NAMED: &str = "what the Pods name exists in the destination too; without it no Pod is \
                         made or started there";

/// What a container does is not modelled.
const INSIDE: &str = "what runs inside: a container starts, becomes Ready and stops at some time, \
                      whatever it runs (`faults: podNeverReady` has one that does not become Ready)";

/// What holds data and does not move with the Pod.
const STAYS: &str = "nothing that matters is kept there: only claims are moved with their Pods";

const AS_NODE: &str = "how a Pod is seen from outside: no property is about it";

/// `metadata.labels` and `spec` of a Pod: those of a template, and of a Pod itself.
pub const RULES: &[Rule] = &[
    modelled("metadata.labels", "what scripts and disruption budgets select by"),
    irrelevant("spec.containers", INSIDE),
    irrelevant("spec.initContainers", INSIDE),
    irrelevant("spec.ephemeralContainers", INSIDE),
    modelled("spec.containers[].env[].valueFrom.secretKeyRef", NEEDED),
    modelled("spec.containers[].env[].valueFrom.configMapKeyRef", NEEDED),
    modelled("spec.containers[].envFrom", NEEDED),
    modelled("spec.initContainers[].env[].valueFrom.secretKeyRef", NEEDED),
    modelled("spec.initContainers[].env[].valueFrom.configMapKeyRef", NEEDED),
    modelled("spec.initContainers[].envFrom", NEEDED),
    irrelevant("spec.containers[].env[].valueFrom.secretKeyRef.key", INSIDE),
    irrelevant("spec.containers[].env[].valueFrom.configMapKeyRef.key", INSIDE),
    irrelevant("spec.initContainers[].env[].valueFrom.secretKeyRef.key", INSIDE),
    irrelevant("spec.initContainers[].env[].valueFrom.configMapKeyRef.key", INSIDE),
    irrelevant("spec.containers[].envFrom[].prefix", INSIDE),
    irrelevant("spec.initContainers[].envFrom[].prefix", INSIDE),
    assumed("spec.containers[].resources", PLACED),
    assumed("spec.initContainers[].resources", PLACED),
    irrelevant("spec.containers[].ports[].hostPort", "none").of(&["0"]),
    assumed("spec.containers[].ports[].hostPort", PLACED),
    irrelevant("spec.initContainers[].ports[].hostPort", "none").of(&["0"]),
    assumed("spec.initContainers[].ports[].hostPort", PLACED),
    assumed("spec.resources", PLACED),
    assumed("spec.overhead", PLACED),
    assumed("spec.affinity", PLACED),
    assumed("spec.nodeName", PLACED),
    assumed("spec.nodeSelector", PLACED),
    assumed("spec.tolerations", PLACED),
    assumed("spec.topologySpreadConstraints", PLACED),
    assumed("spec.resourceClaims", PLACED),
    assumed("spec.os", PLACED),
    irrelevant("spec.schedulerName", "the default").of(&["default-scheduler"]),
    assumed("spec.schedulerName", PLACED),
    irrelevant("spec.hostNetwork", "the default").of(&["false"]),
    assumed("spec.hostNetwork", PLACED),
    assumed(
        "spec.schedulingGates",
        "the scheduling gates are lifted at once; a Pod that keeps one stays Pending",
    )
    .first(),
    assumed(
        "spec.readinessGates",
        "whoever answers for the readiness gates is there on both sides; without it no Pod is Ready",
    )
    .first(),
    irrelevant("spec.priority", "no Pod is preempted"),
    irrelevant("spec.preemptionPolicy", "no Pod is preempted"),
    irrelevant("spec.priorityClassName", "every cluster has it")
        .of(&["", "system-cluster-critical", "system-node-critical"]),
    assumed("spec.priorityClassName", NAMED),
    assumed("spec.runtimeClassName", NAMED),
    irrelevant("spec.serviceAccountName", "every namespace has it").of(&["", "default"]),
    assumed("spec.serviceAccountName", NAMED),
    irrelevant("spec.serviceAccount", "every namespace has it").of(&["", "default"]),
    assumed("spec.serviceAccount", NAMED),
    assumed("spec.imagePullSecrets", NAMED),
    refused(
        "spec.terminationGracePeriodSeconds",
        "a Pod without a grace period is not modelled: deleting it would remove it while its \
         containers still run",
        "set it to 1 or more, or leave it out: Kubernetes' default is 30",
    )
    .of(&["0"]),
    modelled(
        "spec.terminationGracePeriodSeconds",
        "a deleted Pod stays until its containers have stopped, however long that takes",
    ),
    irrelevant("spec.restartPolicy", "the only one that a set may have").of(&["", "Always"]),
    refused(
        "spec.restartPolicy",
        "a StatefulSet's Pods are always restarted; Kubernetes refuses another policy",
        "write `Always`, or leave it out",
    ),
    refused(
        "spec.activeDeadlineSeconds",
        "a StatefulSet's Pods have no deadline; Kubernetes refuses one",
        "leave it out",
    ),
    irrelevant("spec.automountServiceAccountToken", INSIDE),
    irrelevant("spec.securityContext", INSIDE),
    irrelevant("spec.shareProcessNamespace", INSIDE),
    irrelevant("spec.hostIPC", INSIDE),
    irrelevant("spec.hostPID", INSIDE),
    irrelevant("spec.hostUsers", INSIDE),
    irrelevant("spec.dnsConfig", AS_NODE),
    irrelevant("spec.dnsPolicy", AS_NODE),
    irrelevant("spec.enableServiceLinks", AS_NODE),
    irrelevant("spec.hostAliases", AS_NODE),
    irrelevant("spec.hostname", AS_NODE),
    irrelevant("spec.setHostnameAsFQDN", AS_NODE),
    irrelevant("spec.subdomain", AS_NODE),
    irrelevant("spec.volumes[].name", "a name within the Pod"),
    modelled("spec.volumes[].secret", NEEDED),
    modelled("spec.volumes[].configMap", NEEDED),
    irrelevant("spec.volumes[].secret.defaultMode", INSIDE),
    irrelevant("spec.volumes[].secret.items", INSIDE),
    irrelevant("spec.volumes[].configMap.defaultMode", INSIDE),
    irrelevant("spec.volumes[].configMap.items", INSIDE),
    irrelevant("spec.volumes[].projected", INSIDE),
    modelled("spec.volumes[].projected.sources[].secret", NEEDED),
    modelled("spec.volumes[].projected.sources[].configMap", NEEDED),
    irrelevant("spec.volumes[].projected.sources[].secret.items", INSIDE),
    irrelevant("spec.volumes[].projected.sources[].configMap.items", INSIDE),
    assumed("spec.volumes[].projected.sources[].clusterTrustBundle", NAMED),
    irrelevant("spec.volumes[].downwardAPI", INSIDE),
    irrelevant("spec.volumes[].emptyDir", "it begins empty with every Pod, moved or not"),
    irrelevant("spec.volumes[].ephemeral", "it begins empty with every Pod, moved or not"),
    assumed("spec.volumes[].ephemeral.volumeClaimTemplate.spec.storageClassName", NAMED),
    irrelevant("spec.volumes[].gitRepo", "it is filled anew with every Pod, moved or not"),
    irrelevant("spec.volumes[].image", "it is filled anew with every Pod, moved or not"),
    assumed("spec.volumes[].csi", NAMED),
    assumed("spec.volumes[].hostPath", STAYS),
    assumed(
        "spec.volumes[].persistentVolumeClaim",
        "this claim exists in the destination with the same data, for no template makes it: \
         without it no Pod starts there; and who writes to it is not checked",
    )
    .first(),
    irrelevant("spec.volumes[].persistentVolumeClaim.readOnly", "what may only read counts as a writer"),
    assumed(
        "spec.volumes[]",
        "the Pods of both sides reach what they name by themselves, and who writes to it is not \
         checked: only claims of templates are modelled",
    )
    .first(),
];

const NEEDED: &str = "the Secrets and ConfigMaps without which no Pod starts";

/// What annotations of a template say.
pub const TEMPLATE: &[Rule] = &[
    irrelevant("metadata.annotations", "nothing modelled reads them"),
    irrelevant("metadata.name", "the set names its Pods"),
    irrelevant("metadata.namespace", "the set's"),
];

/// What else a Pod has that is there already.
pub const STATUS: &[Rule] = &[
    irrelevant("metadata.labels", "as its template says"),
    irrelevant("spec", "as its template says"),
    modelled(
        "status.phase",
        "the start: every Pod runs and is Ready; what says otherwise is listed",
    ),
    modelled(
        "status.conditions[].type",
        "the start: every Pod is Ready; what says otherwise is listed",
    ),
    modelled(
        "status.conditions[].status",
        "the start: every Pod is Ready; what says otherwise is listed",
    ),
    irrelevant("status", "addresses, times and words for people"),
];
