//! Who else may write the sets, and what that does to a verdict.

use std::io;
use std::path::Path;

use straddle::internals::check::{CheckOptions, Unwatched, check};
use straddle::internals::report::Verdict;
use straddle::internals::scenario::{Overrides, Scenario};
use straddle::internals::vocabulary::Weight;

const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: web
  replicas: 1
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
";

/// A move that keeps every property while nobody else writes.
const GATED: &str = "  - patch: {cluster: source, replicas: k}
  - wait: {cluster: source, pod: k, until: gone}
  - copyVolume: {ordinal: k}
  - patch: {cluster: destination, start: k, replicas: N - k}
  - wait: {cluster: destination, pod: k, until: ready}
";

fn read(manifest: &str, steps: &str, rest: &str, suspended: &[&str]) -> Result<Scenario, String> {
    let files = |path: &Path| match path.to_str() {
        Some("set.yaml") => Ok(manifest.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = format!(
        "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {{manifest: set.yaml}}\n\
         migration:\n  forEach: {{k: descending}}\n  steps:\n{steps}{rest}"
    );
    let overrides = Overrides {
        assume_suspended: suspended.iter().map(|&name| name.to_owned()).collect(),
        ..Overrides::default()
    };
    let scenario = Scenario::parse(Path::new("scenario.yaml"), &text, &overrides, &files);
    scenario.map_err(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        said.join("\n")
    })
}

fn good(manifest: &str) -> Scenario {
    read(manifest, GATED, "", &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The set, with these lines in its metadata and these documents beside it.
fn with(metadata: &str, documents: &str) -> String {
    let named = format!("metadata:\n  name: web\n{metadata}");
    SET.replacen("metadata:\n  name: web\n", &named, 1) + documents
}

fn scaler(target: &str) -> String {
    format!(
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: h}}\n\
         spec: {{maxReplicas: 4, scaleTargetRef: {{apiVersion: apps/v1, {target}}}}}\n"
    )
}

/// A custom resource with this spec.
fn custom(kind: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: c}}\nspec: {{{spec}}}\n"
    )
}

/// The release that a set is a part of.
const RELEASE: &str = "  labels: {app.kubernetes.io/instance: web}\n";

/// Objects of tools that keep releases and live in a namespace of their own.
const KEEPERS: &str = "\
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: x, namespace: flux-system}
spec: {releaseName: web}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: webs, namespace: argocd}
";

/// A set that a program applies without a mark of its own.
const MANAGED: &str = "  managedFields: [{manager: kustomize-controller, operation: Apply}]\n";

/// Objects that name Pods and claims and write neither.
const READERS: &str = "\
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {name: nightly}
spec: {source: {persistentVolumeClaimName: data-web-0}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web, dnsNames: [web-0, web-1]}
";

/// A Pod of an owner of this kind.
fn debug_pod(name: &str, owner: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, ownerReferences: [\
         {{apiVersion: apps/v1, kind: {owner}, name: web, uid: u}}]}}\nspec: {{containers: []}}\n"
    )
}

/// A job at a time of its own that runs a command.
fn cron_job(command: &str) -> String {
    format!(
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: c}}\nspec: {{jobTemplate: {{spec: \
         {{template: {{spec: {{containers: [{{name: c, command: [sh, -c, '{command}']}}]}}}}}}}}}}\n"
    )
}

/// The set in a namespace that is scaled down at night.
fn nightly(namespace: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Namespace\n\
         metadata: {{name: {namespace}, annotations: {{downscaler/uptime: day}}}}\n"
    )
}

#[test]
fn whoever_may_write_the_set_is_found() {
    let owner =
        "  ownerReferences: [{apiVersion: x/v1, kind: Db, name: d, uid: u, controller: yes}]\n";
    let loose = owner.replace(", controller: yes", "");
    let tracked =
        "  annotations: {argocd.argoproj.io/tracking-id: 'shop:apps/StatefulSet:a/web'}\n";
    let helm = "  labels: {app.kubernetes.io/managed-by: Helm, helm.sh/chart: web-1}\n";
    let pods = |kind: &str, spec: &str| {
        format!("---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: o}}\nspec: {{{spec}}}\n")
    };
    let mounts =
        "template: {spec: {volumes: [{name: v, persistentVolumeClaim: {claimName: data-web-0}}]}}";
    let mounts_other = mounts.replace("data-web-0", "data-webs-0");
    let vertical = |mode: &str| {
        format!(
            "---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {{name: v}}\n\
             spec: {{targetRef: {{kind: StatefulSet, name: web}}, updatePolicy: {{updateMode: '{mode}'}}}}\n"
        )
    };
    let keda = |kind: &str, annotations: &str| {
        format!(
            "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n\
             metadata: {{name: k, annotations: {{{annotations}}}}}\n\
             spec: {{scaleTargetRef: {{{kind}name: web}}}}\n"
        )
    };
    for (manifest, found) in [
        (with("", ""), ""),
        (
            with("", &scaler("kind: StatefulSet, name: web")),
            "HorizontalPodAutoscaler/h",
        ),
        (with("", &scaler("kind: StatefulSet, name: webs")), ""),
        (with("", &scaler("kind: Deployment, name: web")), ""),
        (
            with(owner, &scaler("kind: Db, name: d")),
            "Db/d HorizontalPodAutoscaler/h",
        ),
        (with(owner, ""), "Db/d"),
        (with(&loose, ""), ""),
        (with(tracked, ""), "Application/shop"),
        (with(helm, ""), ""),
        (with("", &vertical("Auto")), "VerticalPodAutoscaler/v"),
        (with("", &vertical("Off")), ""),
        (with("", &keda("kind: StatefulSet, ", "")), "ScaledObject/k"),
        (with("", &keda("", "")), ""),
        (
            with(
                "",
                &keda("kind: StatefulSet, ", "autoscaling.keda.sh/paused: 'true'"),
            ),
            "",
        ),
        (with("", &pods("Deployment", mounts)), "Deployment/o"),
        (with("", &pods("Deployment", &mounts_other)), ""),
        (
            with(
                "",
                &pods("ReplicaSet", "selector: {matchLabels: {app: web}}"),
            ),
            "ReplicaSet/o",
        ),
        (
            with(
                "",
                &pods("ReplicaSet", "selector: {matchLabels: {app: api}}"),
            ),
            "",
        ),
        (
            with("", &custom("Mover", "source: {pvc: data-web-0}")),
            "Mover/c",
        ),
        (
            with("", &custom("Mover", "ref: {kind: StatefulSet, name: web}")),
            "Mover/c",
        ),
        (
            with("", &custom("Mover", "workloadRef: {name: web}")),
            "Mover/c",
        ),
        (with("", &custom("Mover", "selector: {app: web}")), ""),
    ] {
        assert_eq!(writers(&manifest), found, "{manifest}");
    }
}

/// Those that a mark, a name or a command gives away, rather than a reference.
#[test]
fn tools_and_namesakes_are_found() {
    let tracked =
        "  annotations: {argocd.argoproj.io/tracking-id: 'shop:apps/StatefulSet:a/web'}\n";
    let owner =
        "  ownerReferences: [{apiVersion: x/v1, kind: AppliedManifestWork, name: d, uid: u}]\n";
    for (manifest, found) in [
        (with(RELEASE, KEEPERS), "Application/web HelmRelease/x"),
        (with("", KEEPERS), ""),
        (with(MANAGED, ""), "Manager/kustomize-controller"),
        (with(&format!("{MANAGED}{tracked}"), ""), "Application/shop"),
        (
            with(
                "  annotations: {downscaler/uptime: day, downscaler/downtime: night}\n",
                "",
            ),
            "Downscaler/web",
        ),
        (
            with("  annotations: {janitor/ttl: 24h}\n", ""),
            "Janitor/web",
        ),
        (with("", &debug_pod("web-0", "Other")), "Pod/web-0"),
        (with("", &debug_pod("web-0", "StatefulSet")), ""),
        (with("", &debug_pod("web-x", "Other")), ""),
        (with("", READERS), ""),
        (
            with("", &cron_job("kubectl scale sts/web --replicas=1")),
            "CronJob/c",
        ),
        (
            with("", &cron_job("kubectl scale sts/webs --replicas=1")),
            "",
        ),
        (with("", &cron_job("echo sts/web")), ""),
        (with("  namespace: a\n", &nightly("a")), "Downscaler/web"),
        (with(owner, ""), "AppliedManifestWork/d"),
    ] {
        assert_eq!(writers(&manifest), found, "{manifest}");
    }
}

/// Who else may write the set of a manifest.
fn writers(manifest: &str) -> String {
    let scenario = good(manifest);
    let called = scenario.writers.iter().map(|writer| &*writer.called);
    called.collect::<Vec<_>>().join(" ")
}

fn verdicts(scenario: &Scenario) -> Vec<(String, Verdict)> {
    let result = check(scenario, &CheckOptions::default(), &Unwatched);
    let properties = result.properties.into_iter();
    properties
        .map(|property| (property.name, property.verdict))
        .collect()
}

/// What holds without the writer is inconclusive with it; what is violated stays so.
#[test]
fn nothing_is_said_to_hold_while_somebody_else_writes() {
    let scaled = with("", &scaler("kind: StatefulSet, name: web"));
    let ungated = GATED.replace("  - wait: {cluster: source, pod: k, until: gone}\n", "");
    for steps in [GATED, &ungated] {
        let read = |manifest: &str, suspended: &[&str]| {
            read(manifest, steps, "", suspended).unwrap_or_else(|problems| panic!("{problems}"))
        };
        let alone = verdicts(&read(SET, &[]));
        let beside = verdicts(&read(&scaled, &[]));
        let suspended = read(&scaled, &["HorizontalPodAutoscaler/h"]);
        assert_eq!(verdicts(&suspended), alone);
        assert_eq!(suspended.assumed[0].weight, Weight::Stated);
        for ((name, alone), (_, beside)) in alone.iter().zip(&beside) {
            let expected = match alone {
                Verdict::Holds => Verdict::Inconclusive,
                other => *other,
            };
            assert_eq!(*beside, expected, "{name}");
        }
        let applicable = alone
            .iter()
            .filter(|(_, verdict)| *verdict != Verdict::NotApplicable);
        let applicable = applicable.count();
        let holds = alone
            .iter()
            .filter(|(_, verdict)| *verdict == Verdict::Holds);
        assert_eq!(holds.count() == applicable, steps == GATED, "{alone:?}");
    }
}

#[test]
fn a_statement_is_about_a_writer_that_is_there() {
    let scaled = with("", &scaler("kind: StatefulSet, name: web"));
    let assume = |name: &str| format!("assume: [{{writer: {name}, is: suspended}}]\n");
    let stated = read(&scaled, GATED, &assume("HorizontalPodAutoscaler/h"), &[]);
    assert!(stated.is_ok_and(|scenario| scenario.writers.is_empty()));
    for (rest, flags) in [
        (assume("HorizontalPodAutoscaler/x"), &[][..]),
        (String::new(), &["HorizontalPodAutoscaler/x"][..]),
    ] {
        let refused = read(&scaled, GATED, &rest, flags).expect_err("nobody is called so");
        assert!(refused.contains("scenario::unknown-writer"), "{refused}");
        assert!(
            refused.contains("did you mean `HorizontalPodAutoscaler/h`?"),
            "{refused}"
        );
    }
}

/// What the input says of itself stands first, and what is refused is refused at its place.
#[test]
fn what_a_manifest_says_against_the_start_comes_first() {
    let status = "status: {replicas: 1, readyReplicas: 1, currentRevision: a, updateRevision: b, observedGeneration: 1}\n";
    let bound = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-web-0, uid: a}\n\
                 spec: {volumeName: v}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\n\
                 spec: {claimRef: {name: data-web-0, uid: b}}\n";
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-web-0}\nstatus: {phase: Lost}\n";
    for (manifest, said) in [
        (format!("{SET}{status}"), "an update under way"),
        (
            format!("{SET}{}", status.replace("readyReplicas: 1, ", "")),
            "0 of 1 Ready",
        ),
        (
            format!("{SET}{claim}"),
            "PersistentVolumeClaim data-web-0: Lost",
        ),
        (
            format!("{SET}{bound}"),
            "PersistentVolume v: bound to another claim",
        ),
    ] {
        let scenario = good(&manifest);
        let first = &scenario.assumed[0];
        assert_eq!(first.weight, Weight::Verdict);
        assert!(first.value.contains(said), "{first:?}");
    }
}

#[test]
fn what_nobody_knows_is_refused_at_its_place() {
    for (manifest, said) in [
        (
            SET.replace("apps/v1", "apps.kruise.io/v1beta1"),
            "only those of `apps/v1` are modelled",
        ),
        (
            SET.replace("replicas: 1", "replica: 1"),
            "did you mean `replicas`?",
        ),
        (
            SET.replace("image: web", "imag: web"),
            "did you mean `image`?",
        ),
        (
            SET.replace("{app: web}}, spec", "{app: api}}, spec"),
            "does not select the Pods",
        ),
        (format!("{SET}---\nname: web\n"), "not a Kubernetes object"),
        (
            format!("{SET}---\napiVersion: v1\nkind: Sevice\n"),
            "did you mean `Service`?",
        ),
        (
            format!(
                "{SET}---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {{name: b}}\nspec: {{selector: {{}}}}\n"
            ),
            "write `policy/v1`",
        ),
        (
            with("  deletionTimestamp: 2024-01-01T00:00:00Z\n", ""),
            "is being deleted",
        ),
    ] {
        let refused = read(&manifest, GATED, "", &[]).expect_err("it is refused");
        assert!(refused.contains(said), "{said}: {refused}");
        assert!(refused.contains("set.yaml:"), "{refused}");
    }
}

/// What Kubernetes fills in for an empty text, and where it looks for a class first.
#[test]
fn empty_texts_and_older_annotations_mean_what_they_mean_to_kubernetes() {
    let empty = SET
        .replace(
            "  replicas: 1\n",
            "  replicas: 1\n  podManagementPolicy: ''\n  updateStrategy: {type: ''}\n",
        )
        .replace("{accessModes", "{volumeName: '', accessModes");
    assert_eq!(good(&empty).setup, good(SET).setup);
    let classes = "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nprovisioner: p\nreclaimPolicy: Retain\n\
                   metadata: {name: slow, annotations: {storageclass.beta.kubernetes.io/is-default-class: 'true'}}\n\
                   ---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nprovisioner: p\nmetadata: {name: fast}\n";
    let annotated = |class: &str| {
        let annotations = format!(
            "name: data, annotations: {{volume.beta.kubernetes.io/storage-class: {class}}}}}"
        );
        SET.replace("name: data}", &annotations)
            .replace("{accessModes", "{storageClassName: fast, accessModes")
    };
    for (set, said) in [
        (SET.to_owned(), "`slow`"),
        (annotated("slow"), "`slow`"),
        (annotated("fast"), "`fast`"),
    ] {
        let scenario = good(&(set + classes));
        let mut assumed = scenario.assumed.iter();
        let policy = assumed.find(|one| one.field == "storage.reclaimPolicy");
        assert!(
            policy.is_some_and(|one| format!("{one:?}").contains(said)),
            "{policy:?}"
        );
    }
}
