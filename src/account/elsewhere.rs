//! Kinds of common extensions of Kubernetes that write neither sets nor Pods nor claims, whatever
//! names are in them.

use super::Treatment;
use super::kinds::{ADMISSION, TRAFFIC, Whole};

const SECRETS: Treatment =
    Treatment::Irrelevant("it makes Secrets: what is in them makes no difference");
const METRICS: Treatment =
    Treatment::Irrelevant("it says whose metrics are read, and what of them");
const SNAPSHOT: Treatment = Treatment::Irrelevant("it reads a disk and writes none");
const REACHED: Treatment = Treatment::Assumed(super::network::REACHED);

const CLEANED: Treatment = Treatment::Assumed(
    "it selects nothing that the move is about: what it deletes is gone in the middle of the move",
);
const NODES: Treatment = Treatment::Assumed(
    "it takes no node away during the move: the Pods of a node that goes are evicted in the middle \
     of it",
);
const CHAOS: Treatment = Treatment::Assumed("it makes no trouble during the move");

/// The kinds; `*` stands for each of a group.
pub const WHOLE: &[Whole] = &[
    ("bitnami.com", "SealedSecret", SECRETS),
    ("cert-manager.io", "Certificate", SECRETS),
    ("cert-manager.io", "CertificateRequest", SECRETS),
    ("cert-manager.io", "ClusterIssuer", SECRETS),
    ("cert-manager.io", "Issuer", SECRETS),
    ("chaos-mesh.org", "*", CHAOS),
    ("cilium.io", "CiliumClusterwideNetworkPolicy", REACHED),
    ("cilium.io", "CiliumNetworkPolicy", REACHED),
    ("constraints.gatekeeper.sh", "*", ADMISSION),
    ("crd.projectcalico.org", "GlobalNetworkPolicy", REACHED),
    ("crd.projectcalico.org", "NetworkPolicy", REACHED),
    ("external-secrets.io", "ClusterExternalSecret", SECRETS),
    ("external-secrets.io", "ClusterSecretStore", SECRETS),
    ("external-secrets.io", "ExternalSecret", SECRETS),
    ("external-secrets.io", "SecretStore", SECRETS),
    ("gateway.networking.k8s.io", "Gateway", TRAFFIC),
    ("gateway.networking.k8s.io", "GatewayClass", TRAFFIC),
    ("gateway.networking.k8s.io", "GRPCRoute", TRAFFIC),
    ("gateway.networking.k8s.io", "HTTPRoute", TRAFFIC),
    ("gateway.networking.k8s.io", "ReferenceGrant", TRAFFIC),
    ("gateway.networking.k8s.io", "TCPRoute", TRAFFIC),
    ("gateway.networking.k8s.io", "TLSRoute", TRAFFIC),
    ("gateway.networking.k8s.io", "UDPRoute", TRAFFIC),
    ("karpenter.sh", "NodePool", NODES),
    ("kyverno.io", "CleanupPolicy", CLEANED),
    ("kyverno.io", "ClusterCleanupPolicy", CLEANED),
    ("kyverno.io", "ClusterPolicy", ADMISSION),
    ("kyverno.io", "Policy", ADMISSION),
    ("litmuschaos.io", "*", CHAOS),
    ("monitoring.coreos.com", "PodMonitor", METRICS),
    ("monitoring.coreos.com", "Probe", METRICS),
    ("monitoring.coreos.com", "PrometheusRule", METRICS),
    ("monitoring.coreos.com", "ScrapeConfig", METRICS),
    ("monitoring.coreos.com", "ServiceMonitor", METRICS),
    ("mutations.gatekeeper.sh", "*", ADMISSION),
    ("networking.istio.io", "DestinationRule", TRAFFIC),
    ("networking.istio.io", "Gateway", TRAFFIC),
    ("networking.istio.io", "ServiceEntry", TRAFFIC),
    ("networking.istio.io", "VirtualService", TRAFFIC),
    ("policy.networking.k8s.io", "AdminNetworkPolicy", REACHED),
    (
        "policy.networking.k8s.io",
        "BaselineAdminNetworkPolicy",
        REACHED,
    ),
    ("projectcalico.org", "GlobalNetworkPolicy", REACHED),
    ("projectcalico.org", "NetworkPolicy", REACHED),
    ("snapshot.storage.k8s.io", "VolumeSnapshot", SNAPSHOT),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass", SNAPSHOT),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent", SNAPSHOT),
    ("traefik.io", "IngressRoute", TRAFFIC),
    ("traefik.io", "IngressRouteTCP", TRAFFIC),
];
