//! Commands of kubectl, their flags, and what they wait for.

use super::objects::{operations, read, read_with, refusal};
use super::program;

/// Commands in the source, and what is said of them; nothing if they are accepted.
const COMMANDS: &[(&str, &str)] = &[
    (
        "drain node-1 --ignore-daemonsets --delete-emptydir-data",
        "`kubectl drain`",
    ),
    ("cordon node-1", "`kubectl cordon`"),
    ("uncordon node-1", ""),
    ("taint nodes node-1 a=b:NoSchedule", "`kubectl taint`"),
    ("edit sts web", "`kubectl edit`"),
    ("autoscale sts web --min=1 --max=3", "`replicas`"),
    ("set image sts/web main=web:2", "Pod template"),
    ("debug web-0 --image=busybox", "`kubectl debug`"),
    ("port-forward web-0 80", "until it is stopped"),
    ("exec web-0 -- true", ""),
    ("cp a web-0:/b", ""),
    ("expose sts web --port=80", ""),
    (
        "run probe --image=busybox --restart=Never --rm -i -- true",
        "",
    ),
    ("run probe --image=busybox --labels=app=web", "--labels"),
    (
        "label pod web-0 app-",
        "`kubectl label` is not modelled for a Pod",
    ),
    ("label ns shop a=b", ""),
    ("label pvc data-web-0 a=b", ""),
    ("annotate sts web a=b", ""),
    (
        "annotate pvc data-web-0 pv.kubernetes.io/bind-completed-",
        "binder",
    ),
    ("annotate sts wbe a=b", "there is no StatefulSet `wbe`"),
    (
        "delete volumeattachment csi-1 csi-2",
        "takes the disk off the node",
    ),
    (
        "delete volumeattachments.storage.k8s.io csi-1",
        "takes the disk off the node",
    ),
    ("delete node worker-1", "containers may still run"),
    ("delete namespace shop", "namespace"),
    ("delete hpa web", "autoscaler"),
    ("delete rediscluster web", "operator"),
    ("delete svc web", ""),
    ("delete deploy app", ""),
    ("delete sts,svc web", ""),
    ("delete pod --all", "every object of the kind"),
    ("delete pod web-0 --field-selector a=b", "--field-selector"),
    (
        "delete pod web-0 --now --grace-period=5",
        "refused together",
    ),
    (
        "delete pod web-0 --force --grace-period=5",
        "refused together",
    ),
    ("delete pod web-0 --now --wait=F", ""),
    ("delete pod web-0 --cascade=true", ""),
    ("delete pod web-0 --cascade=foreground", "--cascade"),
    ("delete pod web-0 --cascade=orphan", "--cascade"),
    ("delete pod web-0 --timeout=5", "duration"),
    ("delete pod web-0 --wait=perhaps", "neither true nor false"),
    ("scale deploy app --replicas=0", ""),
    ("scale rediscluster app --replicas=0", "not checked"),
    (
        "scale sts web --replicas=0 --resource-version=1",
        "--current-replicas",
    ),
    ("scale sts --all --replicas=0", "--all"),
    ("scale sts web --replicas=1 --timeout=soon", "duration"),
    ("rollout restart sts/web", "`kubectl rollout restart`"),
    ("rollout restart deploy/app", ""),
    ("rollout status sts/web --revision=2", "--revision"),
    ("rollout status sts/web --timeout=-1s", "duration"),
    ("rollout history sts/web", ""),
    ("wait --for=condition=Ready sts/web", "never comes true"),
    (
        "wait --for=condition=Bound pvc/data-web-0",
        "never comes true",
    ),
    (
        "wait --for=jsonpath='{.status.readyReplicas}'=0 sts/web",
        "left out at 0",
    ),
    ("wait --for=jsonpath='{.status.replicas}'=0 sts/web", ""),
    ("wait --for=condition=Available deploy/app", ""),
    ("wait --for=delete pod --all", "--all"),
    ("wait --for=delete pod/web-0 --timeout=5", "not a duration"),
    ("apply --prune -f web.yaml", "--prune"),
    ("apply -k .", "--kustomize"),
    ("replace --force -f web.yaml", "deletes the object"),
    ("get pod web-0 --watch", "a loop can look again"),
    ("get pod web-0 --frobnicate", "not a known flag of kubectl"),
    ("frobnicate", "`kubectl frobnicate`"),
    ("apply --dry-run=server -f web.yaml", ""),
    ("scale sts web --replicas=0 --dry-run=client", ""),
    ("-n other get pod web-0", "namespace `other`"),
];

#[test]
fn a_command_is_modelled_or_refused() {
    for (command, expected) in COMMANDS {
        let script =
            format!("kubectl --context source get pod web-1\nkubectl --context source {command}\n");
        let said = refusal(&script);
        match *expected {
            "" => assert_eq!(said, "", "{command}"),
            expected => {
                assert!(said.contains(expected), "{command}: {said}");
                assert!(said.contains("migrate.sh:2:1"), "{command}: {said}");
                assert_eq!(said.matches("error[").count(), 1, "{command}: {said}");
            }
        }
    }
}

/// Objects of other kinds in files.
#[test]
fn objects_of_other_kinds_are_harmless_or_refused() {
    for (kind, expected) in [
        ("Service", ""),
        ("PodDisruptionBudget", ""),
        ("ServiceExport", ""),
        ("HorizontalPodAutoscaler", "autoscaler"),
        ("RedisCluster", "operator"),
        ("Deployment", "beside the set"),
        ("ResourceQuota", "being created"),
    ] {
        let get = "kubectl --context source get pod web-0";
        let said = refusal(&format!(
            "{get}\nprintf 'kind: {kind}\\nmetadata: {{name: x}}\\n' | kubectl --context source apply -f -\n"
        ));
        match expected {
            "" => assert_eq!(said, "", "{kind}"),
            expected => assert!(said.contains(expected), "{kind}: {said}"),
        }
    }
}

/// A request that is only tried changes nothing.
#[test]
fn a_dry_run_asks_for_nothing() {
    let get = "kubectl --context source get pod web-0\n";
    for command in [
        "patch sts web --dry-run=server -p '{\"spec\":{\"replicas\":0}}'",
        "delete pod web-0 --dry-run=client",
        "create -f web.yaml --dry-run=client -o yaml",
        "create secret generic s --from-literal=a=b --dry-run=client",
    ] {
        let script = format!("{get}kubectl --context source {command}\n");
        assert_eq!(operations(&script).len(), 1, "{command}");
    }
    // What it prints can be applied.
    let script = "kubectl create secret generic s --from-literal=a=b --dry-run=client -o yaml \
                  | kubectl --context source apply -f -\n";
    assert_eq!(operations(script).len(), 1);
}

#[test]
fn scale_with_a_timeout_waits() {
    insta::assert_snapshot!(program(
        "set -e\n# straddle: cluster=source\nkubectl scale sts web --replicas=0 --timeout=5m\n\
         kubectl scale sts web --replicas=1 --current-replicas=0\n\
         kubectl scale sts web --replicas=0 --current-replicas=2 || kubectl get pod web-0\n"
    ), @r"
    0 Scale line 3 -> 1 else fail
    1 Await line 3 -> 2 else fail
    2 Scale line 4 -> 3 else fail
    3 Get line 5 -> end else fail
    ");
}

/// `StatefulSetStatusViewer.Status`: it is for RollingUpdate only.
#[test]
fn rollout_status_of_an_on_delete_set_fails_at_once() {
    let set = |strategy: &str| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec:\n  replicas: 2\n  \
             updateStrategy: {strategy}\n  template: {{metadata: {{labels: {{a: b}}}}}}\n"
        )
    };
    let waits = |strategy: &str| {
        let script = "kubectl --context source rollout status sts/web || kubectl --context source get pod web-0\n";
        let scenario =
            read_with(&set(strategy), script).unwrap_or_else(|problems| panic!("{problems}"));
        scenario.setup.program.instructions.len()
    };
    // The wait never fails, so that the second command is never come to.
    assert_eq!(waits("{type: RollingUpdate}"), 1);
    assert_eq!(waits("{rollingUpdate: {partition: 1}}"), 1);
    let script = "kubectl --context source rollout status sts/web || kubectl --context source get pod web-0\n";
    let scenario = read_with(&set("{type: OnDelete}"), script).expect("it is followed");
    let is_said = scenario
        .assumed
        .iter()
        .any(|one| one.text.contains("it fails at once"));
    assert!(is_said, "{:?}", scenario.assumed);
    let only = &scenario.setup.program.instructions[..];
    assert!(
        matches!(only, [one] if matches!(one.operation, crate::world::program::Operation::Get(_)))
    );
}

/// What the API server refuses in a set of a manifest is no set of a cluster.
#[test]
fn a_manifest_has_a_strategy_that_there_is() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  replicas: 2\n  \
               updateStrategy: {type: Recreate}\n  template: {metadata: {labels: {a: b}}}\n";
    let said = read_with(set, "kubectl --context source get pod web-0\n")
        .err()
        .unwrap_or_default();
    assert!(said.contains("no such update strategy"), "{said}");
}

#[test]
fn a_look_prints_what_kubectl_prints() {
    for (look, expected) in [
        ("get sts web -o name", "statefulset.apps/web"),
        (
            "get pvc data-web-0 -o name",
            "persistentvolumeclaim/data-web-0",
        ),
        (
            "get pvc data-web-0 --no-headers -o custom-columns=:.metadata.name,:.metadata.namespace",
            "data-web-0   shop",
        ),
        (
            "get pvc data-web-0 -o go-template='{{.metadata.name}}'",
            "data-web-0",
        ),
        (
            "get pvc data-web-0 data-web-1 -o jsonpath='{range .items[*]}{.metadata.name}.{end}'",
            "data-web-0.data-web-1.",
        ),
    ] {
        let script = format!(
            "x=$(kubectl --context source {look})\nif [ \"$x\" = '{expected}' ]; then\n\
             kubectl --context source exec web-0 -- true\nelse\nkubectl --context source drain x\nfi\n\
             kubectl --context source get pod web-0\n"
        );
        let answer = read(&script);
        assert!(answer.is_ok(), "{look}: {answer:?}");
    }
}
