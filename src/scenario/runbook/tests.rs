//! Scripts become programs, or are refused where they cannot.

mod clocks;
mod commands;
mod follow;
mod helm;
mod objects;
mod said;
mod sets;
mod whole;

use std::io;
use std::path::Path;

use crate::scenario::{Overrides, Scenario};
use crate::world::program::{Copied, Operation, Target};
use crate::world::volume::ReclaimPolicy;

const SCENARIO: &str = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
    source: {name: web, replicas: 3, volumeClaimTemplates: [data], kubernetes: \"1.31\"}\n\
    migration: {runbook: migrate.sh}\n";

/// The scenario of a script, or what is wrong with it.
fn read(script: &str, faults: &str) -> Result<Scenario, Vec<String>> {
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = format!("{SCENARIO}{faults}");
    let scenario = Scenario::parse(
        Path::new("scenario.yaml"),
        &text,
        &Overrides::default(),
        &files,
    );
    scenario.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The program, one instruction a line, with where it goes otherwise.
fn program(script: &str) -> String {
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let program = &scenario.setup.program;
    let length = program.instructions.len();
    let target = |target: Target| match target {
        Target::At(place) if usize::from(place) == length => "end".to_owned(),
        Target::At(place) => place.to_string(),
        Target::Failed => "fail".to_owned(),
        Target::Enter | Target::Next(_) => unreachable!("a script has no loop of its own"),
    };
    let line = |place: usize| {
        let operation = program.instructions[place].operation;
        let exits = program.exits[place];
        let name = format!("{operation:?}");
        let name = name.split([' ', '(']).next().unwrap_or_default().to_owned();
        let line = scenario.steps[usize::from(program.instructions[place].step)]
            .location
            .line;
        format!(
            "{place} {name} line {line} -> {} else {}",
            target(exits.done),
            target(exits.otherwise)
        )
    };
    (0..length).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_loop_is_taken_apart_and_keeps_its_lines() {
    insta::assert_snapshot!(program(
        "set -e\nfor k in 1 0; do\n  kubectl --context source scale sts web --replicas=$k\n  \
         kubectl --context source wait --for=delete pod/web-$k --timeout=60s\ndone\n"
    ), @r"
    0 Scale line 3 -> 1 else fail
    1 AwaitGone line 4 -> 2 else fail
    2 Scale line 3 -> 3 else fail
    3 AwaitGone line 4 -> end else fail
    ");
}

#[test]
fn without_errexit_the_script_goes_on() {
    insta::assert_snapshot!(program(
        "kubectl --context source wait --for=delete pod/web-2 --timeout=60s\n\
         kubectl --context source scale sts web --replicas=2 || exit 1\n"
    ), @r"
    0 AwaitGone line 1 -> 1 else 1
    1 Scale line 2 -> end else fail
    ");
}

#[test]
fn questions_and_polling_loops_have_two_exits() {
    insta::assert_snapshot!(program(
        "set -euo pipefail\nalias=1\n# straddle: cluster=source\n\
         if kubectl get pod web-2; then kubectl delete pod web-2 --wait=false; else echo gone; fi\n\
         until ! kubectl get pod web-2; do sleep 1; done\n\
         until kubectl wait --for=condition=Ready pod/web-1; do sleep 1; done\n\
         for i in $(seq 30); do kubectl get pod web-0 && break; sleep 1; done\n"
    ), @r"
    0 Get line 4 -> 1 else 2
    1 Delete line 4 -> 2 else fail
    2 Await line 5 -> 3 else fail
    3 Await line 6 -> 5 else fail
    4 Await line 6 -> 5 else 3
    5 Get line 7 -> end else end
    ");
}

#[test]
fn a_snapshot_is_what_was_read() {
    insta::assert_snapshot!(program(
        "set -euo pipefail\n\
         kubectl --context source get pvc data-web-2 -o yaml | yq 'del(.status)' > c\n\
         kubectl --context source get pv $(yq .spec.volumeName c) -o yaml > v\n\
         kubectl --context destination create -f v -f c\n"
    ), @r"
    0 GetClaim line 2 -> 1 else fail
    1 GetVolume line 3 -> 2 else fail
    2 CreateVolume line 4 -> 3 else 4
    3 CreateClaim line 4 -> end else fail
    4 CreateClaim line 4 -> fail else fail
    ");
}

/// Each script, and the beginning of what is said of it.
/// Scripts, and the mistake that is found in each.
const NOT_UNDERSTOOD: &[(&str, &str)] = &[
    (
        "kubectl scale sts web --replicas=1",
        "migrate.sh:1:1: error[runbook::unknown-cluster]: this command does not say which",
    ),
    (
        "kubectl --context prod scale sts web --replicas=1",
        "migrate.sh:1:1: error[runbook::unknown-cluster]: context `prod` is not mapped",
    ),
    (
        "\n  kubectl --context source drain node-1",
        "migrate.sh:2:3: error[runbook::not-modelled]: `kubectl drain`",
    ),
    (
        "frobnicate --now",
        "migrate.sh:1:1: error[runbook::not-modelled]: `frobnicate`",
    ),
    (
        "kubectl --context source scale sts wbe --replicas=1",
        "migrate.sh:1:1: error[runbook::unknown-object]: there is no StatefulSet `wbe`",
    ),
    (
        "kubectl --context source delete pod other-0",
        "migrate.sh:1:1: error[runbook::unknown-object]: `other-0` is not a Pod",
    ),
    (
        "kubectl --context source patch sts web -p '{\"spec\": {'",
        "migrate.sh:1:1: error[runbook::bad-patch]",
    ),
    (
        "kubectl --context source patch sts web -p '{\"spec\": {\"template\": {\"x\": 1}}}'",
        "migrate.sh:1:1: error[runbook::not-modelled]: a change of `spec.template`",
    ),
    (
        "kubectl --context source delete sts web --cascade=sideways",
        "migrate.sh:1:1: error[runbook::usage]: `sideways` is not a cascade policy",
    ),
    (
        "kubectl --context source delete pod -l app=web",
        "migrate.sh:1:1: error[runbook::not-modelled]: the Pods' labels are not known",
    ),
    (
        "kubectl --context source delete pod web-1 web-0",
        "migrate.sh:1:1: error[runbook::not-modelled]: waiting for the deletion of several Pods",
    ),
    (
        "kubectl --context source delete -f gone.yaml",
        "migrate.sh:1:1: error[runbook::unknown-file]",
    ),
    (
        "kubectl --context source scale sts web --replicas=$N",
        "migrate.sh:1:1: error[runbook::unset]: `$N` is unset",
    ),
    ("if true; then", "migrate.sh:1:14: error[runbook::syntax]"),
    (
        "while true; do sleep 1; done",
        "migrate.sh:1:7: error[runbook::endless]",
    ),
    ("f() { f; }\nf", "migrate.sh:1:7: error[runbook::too-deep]"),
    (
        "# straddle: cluster=sauce\n",
        "migrate.sh:1:1: error[runbook::bad-marker]",
    ),
    ("echo hello", "migrate.sh:1:1: error[runbook::no-requests]"),
    (
        "kubectl --context source get sts web -w",
        "migrate.sh:1:1: error[runbook::not-modelled]: `kubectl get --watch`",
    ),
    (
        "kubectl --context destination create -f set.yaml",
        "migrate.sh:1:1: error[runbook::unknown-file]",
    ),
    (
        "echo a | while read -r -d '' x; do kubectl --context source get pod $x; done",
        "migrate.sh:1:16: error[runbook::not-modelled]: `read -d`",
    ),
    (
        "trap 'kubectl --context source scale sts web --replicas=3' INT",
        "migrate.sh:1:1: error[runbook::not-modelled]: `trap` with `kubectl",
    ),
    (
        "trap 'return 1' ERR",
        "migrate.sh:1:1: error[runbook::not-modelled]: `trap` with `return 1`",
    ),
    (
        "trap 'echo x' DEBUG",
        "migrate.sh:1:1: error[runbook::not-modelled]: `trap … DEBUG`",
    ),
    (
        "set -e\r\nkubectl --context source get pod web-0\r\n",
        "migrate.sh:1:7: error[runbook::syntax]: this script has the line ends of Windows",
    ),
    (
        "x=1\nfor i in $(seq 20000); do :; done",
        "migrate.sh:2:1: error[runbook::not-modelled]: `seq 20000` has more than",
    ),
    (
        "x=1\nfor i in {1..20000}; do :; done",
        "migrate.sh:2:1: error[runbook::not-modelled]: a brace expansion into this many words",
    ),
    (
        "x=1\nreadonly x\nx=2",
        "migrate.sh:3:1: error[runbook::usage]: `x` is readonly",
    ),
    (
        "f() { break; }\nfor i in 1; do f; done",
        "migrate.sh:1:7: error[runbook::usage]: `break` outside of a loop",
    ),
    (
        "cd /tmp && kubectl --context source apply -f web.yaml",
        "migrate.sh:1:12: error[runbook::unknown-file]: `web.yaml`",
    ),
    (
        "[ -f /etc/hosts ] && exit 1",
        "migrate.sh:1:1: error[runbook::not-modelled]: whether there is `/etc/hosts`",
    ),
    (
        "names=(a b)\nnames[1]=c",
        "migrate.sh:2:1: error[runbook::not-modelled]: assigning one element",
    ),
    (
        "mapfile -n 2 names < <(seq 5)",
        "migrate.sh:1:1: error[runbook::not-modelled]: `mapfile -n 2 names`",
    ),
    (
        "for i in $(seq 9 -1 -99999); do echo $i; done",
        "migrate.sh:1:1: error[runbook::not-modelled]: `seq 9 -1 -99999` has more than",
    ),
    (
        "kubectl --context source get pod web-0 & wait",
        "migrate.sh:1:1: error[runbook::not-modelled]",
    ),
];

#[test]
fn what_is_not_understood_is_a_mistake_at_its_place() {
    for (script, expected) in NOT_UNDERSTOOD {
        let problems = read(script, "").err().unwrap_or_default();
        let found = problems.iter().any(|problem| problem.starts_with(expected));
        assert!(found, "{script}\nexpected {expected}\nfound {problems:#?}");
    }
}

#[test]
fn what_a_script_takes_for_granted_is_listed() {
    let scenario = read(
        "sleep 30\nkubectl --context source scale sts web --replicas=0\nkubectl --context source exec web-0 -- true\n",
        "",
    );
    let assumed = scenario.expect("it is right").assumed;
    let assumed: Vec<String> = assumed
        .iter()
        .map(|a| format!("{} {}: {}", a.field, a.value, a.text))
        .collect();
    assert!(
        assumed.contains(
            &"migrate.sh:1 sleep 30: guards nothing: what it waits for may take longer".to_owned()
        ),
        "{assumed:?}"
    );
    assert!(
        assumed
            .iter()
            .any(|text| text.starts_with("migrate.sh:3 kubectl exec")),
        "{assumed:?}"
    );
}

#[test]
fn after_a_crash_apply_finds_what_it_has_made() {
    let script = "set -e\ncat > s.yaml <<E\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: 2}\nE\nkubectl --context destination apply -f s.yaml\n";
    let count = |faults: &str| {
        let scenario = read(script, faults).unwrap_or_else(|problems| panic!("{problems:?}"));
        scenario.setup.program.instructions.len()
    };
    assert_eq!(count(""), 1);
    // Whether the set is there has to be looked up then.
    assert_eq!(count("faults: {driverCrash: 1}\n"), 3);
    // And what was applied before the crash is not known.
    let slim = script.replace("{replicas: 2}", "{ordinals: {start: 0}}");
    let both = format!("{slim}{}", script.replace("set -e\n", ""));
    assert!(read(&both, "").is_ok());
    let said = read(&both, "faults: {driverCrash: 1}\n")
        .err()
        .unwrap_or_default();
    assert!(
        said.iter()
            .any(|one| one.contains("leaves out `spec.replicas`")),
        "{said:?}"
    );
}

#[test]
fn markers_say_which_cluster_is_meant() {
    let script = "# straddle: cluster=source\nkubectl scale sts web --replicas=1 # straddle: cluster=destination\nkubectl scale sts web --replicas=2\n\
                  # straddle: context=blue cluster=destination\nkubectl --context blue scale sts web --replicas=1\nkubectl config use-context blue\nkubectl scale sts web --replicas=0\n\
                  KUBECONFIG=~/.kube/source.yaml kubectl scale sts web --replicas=0\n";
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    let sides = scenario
        .setup
        .program
        .instructions
        .iter()
        .map(|instruction| match instruction.operation {
            Operation::Scale { cluster, .. } => cluster.name(),
            _ => "",
        });
    let sides: Vec<&str> = sides.collect();
    // What kubectl is told comes before what a comment says.
    assert_eq!(
        sides,
        [
            "destination",
            "source",
            "destination",
            "destination",
            "destination"
        ]
    );
}

#[test]
fn a_set_is_gone_at_once_or_waited_for() {
    insta::assert_snapshot!(program(
        "set -e\n# straddle: cluster=source\nkubectl delete sts web\nkubectl create -f - <<E\nkind: StatefulSet\n\
         metadata: {name: web}\nspec: {replicas: 0}\nE\nkubectl delete sts web --cascade=foreground\n\
         kubectl delete sts web --cascade=orphan --wait=false --ignore-not-found\n"
    ), @r"
    0 DeleteSet line 3 -> 1 else fail
    1 CreateSet line 4 -> 2 else fail
    2 DeleteSet line 9 -> 3 else fail
    3 AwaitGone line 9 -> 4 else fail
    4 DeleteSet line 10 -> end else end
    ");
}

/// The claims of a file, all of them before any is waited for.
#[test]
fn the_objects_of_files_are_deleted() {
    insta::assert_snapshot!(program(
        "set -e\n# straddle: cluster=destination\n\
         printf 'kind: List\\nitems:\\n- {kind: PersistentVolumeClaim, metadata: {name: data-web-0}}\\n' > a\n\
         printf 'kind: PersistentVolumeClaim\\nmetadata: {name: data-web-1}\\n' > b\n\
         kubectl delete -f a -f b\nkubectl delete -f a,b --wait=false\n"
    ), @r"
    0 Delete line 5 -> 1 else 2
    1 Delete line 5 -> 3 else 5
    2 Delete line 5 -> 5 else 5
    3 AwaitGone line 5 -> 4 else fail
    4 AwaitGone line 5 -> 7 else fail
    5 AwaitGone line 5 -> 6 else fail
    6 AwaitGone line 5 -> fail else fail
    7 Delete line 6 -> 8 else 9
    8 Delete line 6 -> end else fail
    9 Delete line 6 -> fail else fail
    ");
}

/// What is read first and created afterwards is as good as what is read in turn, if nothing
/// changes it in between; a reclaim policy is the one that was read.
#[test]
fn volumes_may_all_be_read_before_the_first_is_created() {
    let read = "# straddle: cluster=source\nfor k in 1 0; do kubectl get pvc data-web-$k -o yaml > c$k; done\n\
                for k in 1 0; do kubectl get pv $(yq .spec.volumeName c$k) -o yaml > v$k; done\n";
    let patch = "for k in 1 0; do kubectl patch pv $(yq .spec.volumeName c$k) -p 'spec: {persistentVolumeReclaimPolicy: Retain}'; done\n";
    let create = "for k in 1 0; do kubectl --context destination create -f v$k; done\n";
    let read_script = self::read;
    let copies = |script: &str| {
        let scenario = read_script(script, "");
        let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
        let instructions = scenario.setup.program.instructions.into_iter();
        let copies = instructions.filter_map(|instruction| match instruction.operation {
            Operation::CreateVolume(_, _, _, copied) => Some(copied),
            _ => None,
        });
        copies.collect::<Vec<_>>()
    };
    // The driver still remembers the claim that it has read last, and finds its volume by that.
    let kept = [Copied::Kept(ReclaimPolicy::Delete), Copied::Read(None)];
    assert_eq!(copies(&format!("{read}{create}")), kept);
    // The files have what was read before the patch.
    assert_eq!(copies(&format!("{read}{patch}{create}")), kept);
    let first = read.replace(
        "for k in 1 0; do kubectl get pv ",
        &format!("{patch}for k in 1 0; do kubectl get pv "),
    );
    assert_ne!(first, read);
    let retained = Copied::Kept(ReclaimPolicy::Retain);
    let copied = copies(&format!("{first}{create}"));
    assert_eq!(copied, [retained, Copied::Read(None)]);
    // A policy of its own, or none, which means that the volume is retained.
    for edit in ["= \"Retain\"", ""] {
        let delete = if edit.is_empty() { "del" } else { "" };
        let filter = format!("{delete}(.spec.persistentVolumeReclaimPolicy){edit}");
        let edited = read.replace("-o yaml > v", &format!("-o yaml | yq '{filter}' > v"));
        let copied = copies(&format!("{edited}{create}"));
        let own = Copied::Read(Some(ReclaimPolicy::Retain));
        assert_eq!(copied, [retained, own], "{filter}");
    }
    // In turn, the driver remembers what it has read.
    let in_turn = "set -e\n# straddle: cluster=source\nfor k in 1 0; do\nkubectl get pvc data-web-$k -o yaml > c\n\
                   kubectl get pv $(yq .spec.volumeName c) -o yaml | yq '.spec.persistentVolumeReclaimPolicy = \"Retain\"' \
                   | kubectl --context destination create -f -\ndone\n";
    assert_eq!(
        copies(in_turn),
        [Copied::Read(Some(ReclaimPolicy::Retain)); 2]
    );
    // A claim that is deleted before takes the volume along, or not: nobody knows then.
    let delete = "kubectl delete pvc data-web-1\n";
    let problems = read_script(&format!("{read}{delete}{create}"), "");
    let problems = problems
        .expect_err("the copy is of something else")
        .join("\n");
    assert!(
        problems.contains("volume 1 is read or copied after"),
        "{problems}"
    );
}

/// A failure that is not tested: the script is finished, and the report says how it ends.
#[test]
fn a_last_command_that_may_fail_is_listed() {
    let said = |script: &str| {
        let scenario = read(script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
        let assumed = scenario.assumed.into_iter();
        let last = assumed.filter(|one| one.text.contains("last command"));
        last.map(|one| (one.field, one.value)).collect::<Vec<_>>()
    };
    let wait = "kubectl --context source wait --for=delete pod/web-2";
    let expected = [("migrate.sh:1".to_owned(), wait.to_owned())];
    assert_eq!(said(&format!("{wait}\n")), expected);
    assert_eq!(said(&format!("set -e\n{wait}\n")), []);
    assert_eq!(said(&format!("{wait}\necho done\n")), []);
    assert_eq!(said(&format!("{wait} || exit 1\n")), []);
    let expected = [("migrate.sh:2".to_owned(), "[ a = b ]".to_owned())];
    let done = "kubectl --context source wait --for=delete pod/web-2 --timeout=-1s";
    assert_eq!(said(&format!("{done}\n[ a = b ]\n")), expected);
}

#[test]
fn people_and_traps_are_harmless() {
    let script = "trap 'rm -f /tmp/x; echo \"stopped\"' EXIT INT\nbye() { echo bye; }\ntrap bye EXIT\ntrap - INT\n\
                  read -r -p 'go on? ' answer\n[ \"$answer\" != yes ] && exit 1\n\
                  kubectl --context source scale sts web --replicas=1\n";
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(scenario.setup.program.instructions.len(), 1);
    let mut assumed = scenario.assumed.iter();
    let answer = assumed.find(|one| one.value == "what a person types != yes");
    assert_eq!(answer.map(|one| &*one.field), Some("migrate.sh:6"));
}
