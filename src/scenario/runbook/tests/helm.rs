//! `helm`: what its flags and values do to the set.

use super::{program, read};

const HELM: &str = "helm --kube-context destination";

/// What is given, and the number that the set gets.
#[test]
fn the_replicas_of_a_release_are_those_of_its_values() {
    for (script, expected) in [
        ("HELM upgrade -i web ./chart --set replicaCount=2", 2),
        (
            "helm upgrade --install web ./chart --kube-context=destination --set=replica.replicaCount=2,image.tag=7",
            2,
        ),
        (
            "printf 'replica:\\n  replicaCount: 2\\n' > v.yaml\nHELM install web ./chart -f v.yaml",
            2,
        ),
        (
            "echo 'replicas: 4' > v.yaml\nHELM install web ./chart --set replicas=2 --values v.yaml",
            2,
        ),
        ("HELM install web ./chart --set-json '{\"replicas\": 2}'", 2),
        (
            "HELM upgrade -i web c --set replicas=2\nHELM upgrade web c",
            2,
        ),
        (
            "HELM upgrade -i web c --set replicas=2\nHELM upgrade web c --reuse-values --set a=b",
            2,
        ),
        (
            "HELM upgrade -i web c --set replicas=2\nHELM upgrade web c --set a=b",
            1,
        ),
        (
            "HELM upgrade -i web c --set replicas=2\nHELM upgrade web c --reset-values",
            1,
        ),
    ] {
        let script = script.replace("HELM", HELM);
        let scenario =
            read(&script, "").unwrap_or_else(|problems| panic!("{script}: {problems:?}"));
        let last = scenario
            .setup
            .program
            .instructions
            .last()
            .expect("a request");
        let told = format!("{:?}", last.operation);
        let number = format!("constant: {expected} }}");
        assert!(told.contains(&number), "{script}: {told}");
    }
}

#[test]
fn a_release_may_be_waited_for_and_uninstalled() {
    let script = format!(
        "set -e\n{HELM} upgrade -i web ./chart --wait --timeout 5m\n\
                          helm uninstall web -n shop --kube-context source\n"
    );
    insta::assert_snapshot!(program(&script), @r"
    0 Patch line 2 -> 1 else fail
    1 Await line 2 -> 2 else fail
    2 Await line 2 -> 3 else fail
    3 DeleteSet line 3 -> end else fail
    ");
}

/// Each call, and what is said of it.
#[test]
fn what_helm_would_do_otherwise_is_refused() {
    for (call, expected) in [
        ("upgrade web ./chart --atomic", "rolls the release back"),
        ("upgrade web ./chart --force", "it replaces objects"),
        (
            "upgrade web ./chart --nonsense",
            "`--nonsense` is not known",
        ),
        (
            "upgrade web ./chart -f other.yaml",
            "`other.yaml` is not known",
        ),
        (
            "upgrade web ./chart --set replicaCount=$(kubectl --context source get sts web -o jsonpath={.status.replicas})",
            "is not a number",
        ),
        (
            "upgrade web ./chart --set autoscaling.enabled=true",
            "an autoscaler changes",
        ),
        (
            "upgrade web ./chart --set master.replicaCount=1,replica.replicaCount=3",
            "is not the only one",
        ),
        ("rollback web 1", "`helm rollback` is not modelled"),
    ] {
        let problems = read(&format!("{HELM} {call}\n"), "")
            .expect_err(call)
            .join("\n");
        assert!(problems.contains(expected), "{call}: {problems}");
    }
}
