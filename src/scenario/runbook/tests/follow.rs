//! What scripts of people do: functions that pass on, lists, lines, declarations.

use std::io;
use std::path::Path;

use super::{program, read};
use crate::scenario::{Overrides, Scenario};
use crate::world::program::Operation;

/// What the script asks for stands where a person wrote it, not in the function that passes it on.
#[test]
fn a_function_that_passes_its_arguments_on_stands_for_its_calls() {
    insta::assert_snapshot!(program(
        "set -e\n# straddle: cluster=source\nsrc() {\n  kubectl -n default \"$@\"\n}\n\
         both() { src \"$@\" && kubectl --context destination \"$@\"; }\n\
         src get pod web-1\nboth get pod web-0\n"
    ), @r"
    0 Get line 7 -> 1 else fail
    1 Get line 8 -> 2 else fail
    2 Get line 8 -> end else fail
    ");
}

/// Whether there are any Pods of the set is looked up Pod by Pod.
#[test]
fn lists_of_the_sets_pods_are_looked_up() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  \
               replicas: 2\n  template: {metadata: {labels: {app: web}}}\n  \
               volumeClaimTemplates: [{metadata: {name: data}}]\n";
    let lines = |script: &str| {
        let files = |path: &Path| match path.to_str() {
            Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
            Some("set.yaml") => Ok(set.as_bytes().to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        let text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
                    source: {manifest: set.yaml}\nmigration: {runbook: migrate.sh}\n";
        let path = Path::new("scenario.yaml");
        let scenario = Scenario::parse(path, text, &Overrides::default(), &files);
        let scenario = scenario.unwrap_or_else(|problems| panic!("{problems:?}"));
        let program = &scenario.setup.program;
        let operations = program.instructions.iter().map(|one| one.operation);
        let is_delete = |operation: &Operation| matches!(operation, Operation::Delete(..));
        let deletes = operations.filter(is_delete).count();
        (program.instructions.len(), deletes)
    };
    let get = "kubectl --context source get pods -l app=web";
    for loop_ in [
        format!("while [ -n \"$({get} -o name)\" ]; do sleep 1; done\n"),
        format!("while [[ $({get} -o name | wc -l) -gt 0 ]]; do sleep 1; done\n"),
        format!(
            "until [ \"$({get} --no-headers 2>/dev/null | wc -l)\" -eq 0 ]; do sleep 1; done\n"
        ),
        format!(
            "while [ -n \"$({get} -o jsonpath='{{.items[*].metadata.name}}')\" ]; do :; done\n"
        ),
    ] {
        assert_eq!(lines(&loop_), (3, 0), "{loop_}");
    }
    // One delete for each Pod in each of the ways in which there are Pods.
    let each = format!(
        "for p in $({get} -o name); do kubectl --context source delete $p --wait=false; done\n"
    );
    assert_eq!(lines(&each), (3 + 4, 4));
}

#[test]
fn lines_are_read_as_in_bash() {
    for (script, expected) in [
        (
            "while read -r a b; do last=$b; done < <(printf '1 2\\n3 4 5\\n')",
            "4 5",
        ),
        (
            "printf 'x\\ny\\n' > /tmp/f; while IFS= read -r a; do last=$a; done < /tmp/f",
            "y",
        ),
        (
            "mapfile -t xs < <(seq 2 -1 0); last=\"${#xs[@]} ${xs[2]}\"",
            "3 0",
        ),
        ("readarray -t xs <<< 'a b'; last=${xs[0]}", "a b"),
        (
            "declare -a xs=(2 1); f() { local -a xs=(0 \"x y\"); last=${xs[1]}; }; f; last=\"$last ${xs[0]}\"",
            "x y 2",
        ),
        (
            "f() { local y=$(seq 2); last=$y; }; f; last=$(echo $last)",
            "1 2",
        ),
    ] {
        let script = format!(
            "{script}\nkubectl --context source exec web-0 -- echo \"$last\"\nkubectl --context source get pod web-0\n"
        );
        let calls = crate::runbook::calls(&script).expect("it is a script");
        assert_eq!(
            calls[0].last().map(String::as_str),
            Some(expected),
            "{script}"
        );
    }
}

/// A loop whose question is not modelled is not said to be endless, too.
#[test]
fn one_mistake_is_told_once() {
    let script = "while kubectl --context source drain node-a; do sleep 1; done\n";
    let problems = read(script, "").expect_err("it is refused");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

/// Counting from 0 is a failure in bash, at which `set -e` ends the script.
#[test]
fn an_end_that_nobody_means_is_told() {
    let script = "set -e\nn=0\n((n++))\nkubectl --context source get pod web-0\n";
    let script = format!("kubectl --context source get pod web-1\n{script}");
    let scenario = read(&script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    let told = format!("{:?}", scenario.assumed);
    assert!(told.contains("`set -e` ends the script here"), "{told}");
}

/// `status.replicas` is printed if it is 0, and `status.readyReplicas` is left out.
#[test]
fn a_status_is_compared_as_it_is_printed() {
    let test = |test: &str| {
        let status = "kubectl --context source get sts web -o jsonpath='{.status.FIELD}'";
        let (field, comparison) = test.split_once(' ').expect("a field and a comparison");
        let status = status.replace("FIELD", field);
        let get = "kubectl --context source get pod web-0";
        read(
            &format!("{get}\nif [ \"$({status})\" {comparison} ]; then {get}; fi\n"),
            "",
        )
    };
    for known in [
        "replicas = 0",
        "replicas = 2",
        "readyReplicas = 2",
        "readyReplicas = ''",
    ] {
        assert!(test(known).is_ok(), "{known}");
    }
    let never = test("replicas = ''").expect("it is modelled");
    assert_eq!(never.setup.program.instructions.len(), 1);
    // Nobody ever sees this.
    assert!(test("readyReplicas = 0").is_err());
}

/// `[ '' -eq 0 ]` is an error of bash, and so false; `[[ '' -eq 0 ]]` is true.
#[test]
fn a_status_that_is_left_out_is_no_number() {
    let test = |test: &str| {
        let status = "kubectl --context source get sts web -o jsonpath='{.status.readyReplicas}'";
        let get = "kubectl --context source get pod web-0";
        read(
            &format!("{get}\nn=$({status})\nif {test}; then {get}; fi\n"),
            "",
        )
    };
    for known in [
        "[ \"$n\" -eq 2 ]",
        "[[ $n -eq 0 ]]",
        "[[ $n -ne 2 ]]",
        "[ \"${n:-0}\" -eq 0 ]",
        "[ \"${n:-0}\" -ne 2 ]",
        "[ \"${n:-0}\" = 0 ]",
    ] {
        assert!(test(known).is_ok(), "{known}");
    }
    for broken in ["[ \"$n\" -eq 0 ]", "[ \"$n\" -ne 2 ]", "[ 2 -ne \"$n\" ]"] {
        assert!(test(broken).is_err(), "{broken}");
    }
}

/// What a script writes to the standard error is read where it is redirected to.
#[test]
fn the_standard_error_goes_where_it_is_redirected() {
    for (words, read) in [
        ("x=$(echo a >&2)", ""),
        ("x=$({ echo a >&2; } 2>&1)", "a"),
        ("x=$({ echo a >&2; echo b; } 2>&1)", "a\nb"),
        ("x=$({ echo a >&2; } 2>&1 >/dev/null)", "a"),
        ("x=$({ echo a >&2; } >/dev/null 2>&1)", ""),
        ("x=$({ { echo a >&2; } 2>/dev/null; } 2>&1)", ""),
        ("x=$({ echo a 2>&1 >&2; } 2>&1)", "a"),
        ("f() { echo a >/dev/stderr; }; x=$(f 2>&1)", "a"),
        ("x=$({ y=$(echo a >&2); echo b$y; } 2>&1)", "a\nb"),
        ("x=$(echo a >&2 | cat)", ""),
        ("x=$({ echo a >&2 | cat; } 2>&1)", "a"),
    ] {
        let asked = format!(
            "{words}\nif [ \"$x\" = '{read}' ]; then kubectl --context source scale sts web --replicas=0; fi\n"
        );
        assert!(program(&asked).contains("Scale"), "{words}");
    }
}

/// What a loop says again and again does not keep it from being followed.
#[test]
fn a_loop_may_say_on_the_standard_error_that_it_waits() {
    for says in ["echo waiting >&2", "true"] {
        let script = format!(
            "set -euo pipefail\n{{\n  until kubectl --context source wait --for=delete pod/web-0 --timeout=5s; do {says}; done\n\
             kubectl --context source scale sts web --replicas=0\n}} 2>&1 | tee log\n"
        );
        let told = program(&script);
        assert!(told.contains("Await") && told.contains("Scale"), "{told}");
    }
}
