//! Every kind of step that the model has, on random walks and on states mixed from them.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use straddle::World;
use straddle::engine::Searchable;
use straddle::internals::actors::{Step, faults};
use straddle::internals::check::proof_scope::ProofScope;
use straddle::internals::every_n::Sliced;
use straddle::internals::model::sizes::Sizes;

use super::lemma::restriction;
use super::migration::{mixed, sized, sized_text, walked};

/// A step without its ordinals, disks and sides.
fn kind(step: Step) -> String {
    let word = |action: &dyn std::fmt::Debug| {
        let text = format!("{action:?}");
        text.split('(').next().unwrap_or_default().to_owned()
    };
    match step {
        Step::Driver(action) => format!("driver {}", word(&action)),
        Step::Controller(step) => format!("controller {}", word(&step.action)),
        Step::Kubelet(step) => format!("kubelet {}", word(&step.action)),
        Step::Storage(step) => format!("storage {}", word(&step.action)),
        Step::Volumes(step) => format!("volumes {}", word(&step.action)),
        Step::Collector(step) => format!("collector {}", word(&step.action)),
        Step::Fault(step) => format!("fault {}", faults::kind(step.kind).name()),
        Step::ClaimProtection(_) | Step::VolumeProtection(_) | Step::Scheduler(_) => word(&step),
    }
}

/// A migration that does a bit of everything.
fn eventful(policy: &str, steps: &str, faults: &str) -> Sizes {
    let manifest = format!(
        "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  replicas: 3
  podManagementPolicy: {policy}
  minReadySeconds: 5
  persistentVolumeClaimRetentionPolicy: {{whenScaled: Delete, whenDeleted: Delete}}
  serviceName: web
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: web}}]}}
  volumeClaimTemplates: [{{metadata: {{name: data}}}}]
"
    );
    let text = format!(
        "apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {{manifest: set.yaml}}
storage: {{reclaimPolicy: Delete}}
migration:
  afterCrash: fromTop
  forEach: {{k: descending}}
  steps:
  - patch: {{cluster: source, replicas: k}}
  - copyVolume: {{ordinal: k, claimRef: drop, onError: continue}}
  - patch: {{cluster: destination, start: k, replicas: N - k}}
{steps}
faults: {{atMost: 9, of: [{faults}]}}
"
    );
    sized_text(&text, &manifest)
}

/// Expects the lemma of all steps of these states, and notes their kinds.
fn check(sizes: &Sizes, states: &[World], kinds: &mut BTreeSet<String>) {
    let model = sizes.model(4).expect("a size that there is");
    for state in states {
        if let Some(unmatched) = restriction(sizes, model, state, 1) {
            panic!("{unmatched}");
        }
        model.successors(state, &mut |step, _| {
            kinds.insert(kind(step));
        });
    }
}

/// Faults of every kind.
const FAULTS: &str = "eviction, pressureEviction, containerCrash, driverCrash, controllerRestart, \
                      podNeverReady, controllerRestartStale";

/// A driver that begins again gives ordinals back that it has taken: the set changes, and no ordinal
/// with a name can tell.
const FROM_THE_TOP: &str = "apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {name: web, replicas: 2, podManagementPolicy: Parallel}
migration:
  afterCrash: fromTop
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
  - wait: {cluster: source, set: true, until: observed}
  - wait: {cluster: source, pod: k, until: gone}
  - patch: {cluster: destination, start: k, replicas: N - k}
  - wait: {cluster: destination, pod: k, until: ready}
faults: {driverCrash: 1}
";

/// All but the giving up of a wait, which only scripts do.
#[test]
fn every_kind_of_step_is_one_of_a_small_part_of_the_state() {
    let mut random = Pcg64Mcg::seed_from_u64(8);
    let mut kinds = BTreeSet::new();
    let gone = "  - wait: {cluster: source, pod: k, until: gone}";
    let force = "  - deletePod: {cluster: source, pod: k, force: true, onError: continue}\n  \
                 - deleteVolume: {cluster: destination, ordinal: k, onError: continue}";
    let cascade = |name: &str| {
        format!(
            "  - deleteSet: {{cluster: source, cascade: {name}}}\n  \
             - createSet: {{cluster: source, start: 0, replicas: k}}"
        )
    };
    let models = [
        sized("blog-redis-cluster-exclusive", ProofScope::Each),
        sized("claim-swapped-late", ProofScope::Each),
        sized("kep-3335-ordered", ProofScope::Each),
        sized("orphan-by-hand", ProofScope::Each),
        eventful("OrderedReady", gone, FAULTS),
        eventful("Parallel", gone, FAULTS),
        eventful("Parallel", force, "eviction"),
        eventful("Parallel", &cascade("orphan"), "eviction"),
        eventful("Parallel", &cascade("background"), "eviction"),
        eventful("OrderedReady", &cascade("foreground"), "eviction"),
        sized_text(FROM_THE_TOP, ""),
        sized("block-device", ProofScope::Each),
        eventful("Parallel", force, "eviction"),
    ];
    for sizes in models {
        let model = sizes.model(4).expect("a size that there is");
        for _ in 0..4 {
            let walked = walked(model, &mut random);
            check(&sizes, &walked, &mut kinds);
            let mixed = mixed(&sizes, 4, &walked, &mut random);
            check(&sizes, &mixed, &mut kinds);
        }
    }
    let kinds: Vec<String> = kinds.into_iter().collect();
    assert_snapshot!(kinds.join("\n"), @r"
    ClaimProtection
    Scheduler
    VolumeProtection
    collector DeleteClaim
    collector DeletePod
    collector Orphan
    collector OrphanClaim
    collector RemoveSet
    controller CatchUp
    controller Sync
    controller Write
    controller WriteStatus
    driver Advance
    driver Look
    driver Restart
    fault containerCrash
    fault controllerRestart
    fault controllerRestartStale
    fault driverCrash
    fault eviction
    fault podNeverReady
    fault pressureEviction
    kubelet ConfirmDeletion
    kubelet ReportFailed
    kubelet ReportNotReady
    kubelet ReportReady
    kubelet Start
    kubelet StayReady
    kubelet Stop
    kubelet StopStray
    kubelet UnmountDevice
    storage Attach
    storage Detach
    volumes Bind
    volumes Provision
    volumes Reclaim
    volumes Release
    ");
}
