//! `check --every-n`: what is proved, and what is not, and why.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use snapbox::data::Inline;
use snapbox::str;

use super::{folder, json as report, keys, straddle};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with a copy of the blog's demo with waits, and of its proofs.
pub fn proved(test: &str) -> PathBuf {
    let model = |path: &str| {
        let path = Path::new(ROOT).join("models").join(path);
        fs::read_to_string(path).expect("a bundled file")
    };
    let scenario = model("blog-redis-cluster-gated/scenario.yaml");
    let scenario = scenario.replace("../blog-redis-cluster/", "");
    let manifest = model("blog-redis-cluster/redis-cluster.yaml");
    let files = [
        ("gated.yaml", &*scenario),
        ("redis-cluster.yaml", &manifest),
    ];
    let folder = folder(test, &files);
    let arguments = "check gated.yaml --every-n --save .";
    let command = straddle().current_dir(&folder);
    command.args(arguments.split(' ')).assert().code(0);
    folder
}

/// Expects that `certify` accepts a file, and says this.
#[track_caller]
pub fn certified(folder: &Path, arguments: &str, expected: Inline) {
    let command = straddle().current_dir(folder).arg("certify");
    let assert = command.args(arguments.split(' ')).assert();
    assert.code(0).stderr_eq("").stdout_eq(expected);
}

fn check(arguments: &str) -> snapbox::cmd::Command {
    let command = straddle().current_dir(ROOT).arg("check");
    command.args(arguments.split(' '))
}

#[test]
fn a_proof_is_told_saved_and_looked_at_again() {
    let folder = folder("every-n", &[]);
    let command = check("models/blog-redis-cluster-gated --every-n --save");
    let assert = command.arg(&folder).assert().code(0).stderr_eq("");
    assert.stdout_eq(str![[r#"
blog-redis-cluster-gated   6 replicas, Parallel, Kubernetes 1.31 on both sides, no faults
assumed  destination.kubernetes 1.31: as in source
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         destination the source's set: as in source, with `replicas: 0`
         source.manifest affinity: every Pod finds a node on both sides, or the move waits for it
         storage.reachableFrom source, destination: no Pod starts on a side that is not among them
         faults none: fault-free runs only; add faults with `--faults 2`
         destination.needs secret redis-redis-cluster, configmap redis-redis-cluster-scripts,
         configmap redis-redis-cluster-default: the Pods need it, and nothing shows it there:
         assumed to exist

HOLDS  11 properties hold on every path, as expected

PROPERTY             VERDICT         EXPECTED  STEPS  FAULTS
at-most-one-pod      holds           holds
at-most-one-running  holds           holds
single-writer        holds           holds
exclusive-device     not applicable  -
right-disk           holds           holds
no-data-loss         holds           holds
disjoint-slices      holds           holds
available            holds           holds
self-healing         holds           holds
recoverable          holds           holds
completes            holds           holds
stays-migrated       holds           holds

not applicable  exclusive-device: storage.volumes: files
smaller N       the same verdicts with 1, 2, 3, 4 and 5 replicas
every N         at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss,
                disjoint-slices, self-healing: proved for every number of replicas, without faults:
                244 views of one ordinal, closed under 425 steps; cutoff 3 replicas
every N         available: proved for every number of replicas, without faults (at most 1 down): 444
                views of 2 ordinals, closed under 771 steps; cutoff 4 replicas
every N         recoverable, completes, stays-migrated: not covered: it is a property of paths, and
                views describe states

saved 2 proofs for `straddle certify`:
  [..]/blog-redis-cluster-gated.views
  [..]/blog-redis-cluster-gated-available.views

1 scenario, as expected: 11 hold, 1 not applicable;
313 states, 534 transitions, depth 108, complete, symmetry reduction on, [..] s

"#]]);
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let root = Path::new(ROOT);
    certified(
        root,
        &file("blog-redis-cluster-gated.views"),
        str![[r#"
blog-redis-cluster-gated: at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss, disjoint-slices, self-healing hold for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
    );
    certified(
        root,
        &file("blog-redis-cluster-gated-available.views"),
        str![[r#"
blog-redis-cluster-gated: available holds for every number of replicas (at most 1 down, not counting ordinals that a fault has hit): 444 views, 448 words, closed under 771 steps

"#]],
    );
    let elsewhere = file("blog-redis-cluster-gated.views");
    let scenario = root.join("models/blog-redis-cluster-gated/scenario.yaml");
    let arguments = format!("{elsewhere} --scenario {}", scenario.display());
    certified(
        &folder,
        &arguments,
        str![[r#"
blog-redis-cluster-gated: at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss, disjoint-slices, self-healing hold for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
    );
}

#[test]
fn json_says_what_is_proved() {
    let report = report(
        check("models/blog-redis-cluster-gated --every-n -o json"),
        0,
    );
    let every_n = &report["results"][0]["everyN"];
    assert_eq!(keys(every_n), ["properties", "assumptions", "seconds"]);
    let properties = every_n["properties"].as_array().expect("a list");
    let of_property = [
        "name",
        "verdict",
        "says",
        "scope",
        "reason",
        "counterexample",
    ];
    for property in properties {
        assert_eq!(keys(property), of_property);
    }
    let names: Vec<_> = properties
        .iter()
        .map(|property| &property["name"])
        .collect();
    let asked = report["results"][0]["properties"].as_array();
    let asked = asked.expect("a list").iter();
    let asked = asked.filter(|property| property["verdict"] != "notApplicable");
    let asked: Vec<_> = asked.map(|property| &property["name"]).collect();
    assert_eq!(names, asked, "each of them once, in the same order");
    let property = |name: &str| {
        let mut properties = properties.iter();
        let found = properties.find(|property| property["name"] == name);
        found.expect(name)
    };
    let right_disk = property("right-disk");
    assert_eq!(right_disk["verdict"], "holds");
    assert_eq!(right_disk["says"], Json::Null);
    let scope = json!({
        "replicas": "N >= 1", "faults": "none", "views": 244, "j": 1, "steps": 425, "cutoff": 3,
    });
    assert_eq!(right_disk["scope"], scope);
    let of_scope = ["replicas", "faults", "views", "j", "steps", "cutoff"];
    assert_eq!(keys(&right_disk["scope"]), of_scope);
    let available = property("available");
    assert_eq!(available["says"], "at most 1 down");
    assert_eq!(available["scope"]["j"], 2);
    for name in ["recoverable", "completes", "stays-migrated"] {
        let property = property(name);
        assert_eq!(property["verdict"], "notApplicable", "{name}");
        assert_eq!(property["scope"], Json::Null, "{name}");
        let reason = "it is a property of paths, and views describe states";
        assert_eq!(property["reason"], reason, "{name}");
    }
}

/// What a report says of every number of replicas, without the properties about paths.
fn remarks(arguments: &str, code: i32) -> String {
    let report = report(check(&format!("{arguments} -o json")), code);
    let properties = report["results"][0]["everyN"]["properties"].as_array();
    let properties = properties.expect("a list").iter();
    let said = properties.map(|property| {
        let text = |field: &str| property[field].as_str().unwrap_or("").to_owned();
        let (name, verdict, reason) = (text("name"), text("verdict"), text("reason"));
        format!("{name} {verdict}: {reason}\n")
    });
    said.filter(|line| !line.contains("whole paths")).collect()
}

#[test]
fn what_is_out_of_the_class_says_why() {
    let said = remarks("models/two-patches-replicas-first --every-n", 3);
    snapbox::assert_data_eq!(
        said,
        str![[r#"
at-most-one-pod violated: 
at-most-one-running violated: 
single-writer inconclusive: a step moves the bound of a slice by a distance that depends on the number of replicas
right-disk violated: 
no-data-loss inconclusive: a step moves the bound of a slice by a distance that depends on the number of replicas
disjoint-slices violated: 
available inconclusive: a step moves the bound of a slice by a distance that depends on the number of replicas
self-healing inconclusive: a step moves the bound of a slice by a distance that depends on the number of replicas
recoverable notApplicable: it is a property of paths, and views describe states
completes notApplicable: it is a property of paths, and views describe states
stays-migrated notApplicable: it is a property of paths, and views describe states

"#]]
    );
    let said = remarks("models/blog-runbook --every-n", 0);
    snapbox::assert_data_eq!(
        said,
        str![[r#"
at-most-one-pod violated: 
at-most-one-running violated: 
single-writer violated: 
right-disk notApplicable: the script names ordinals by number
no-data-loss notApplicable: the script names ordinals by number
disjoint-slices notApplicable: the script names ordinals by number
self-healing notApplicable: the script names ordinals by number
recoverable notApplicable: it is a property of paths, and views describe states
completes notApplicable: it is a property of paths, and views describe states
stays-migrated notApplicable: it is a property of paths, and views describe states

"#]]
    );
    let said = remarks("models/low-end-first --every-n", 0);
    snapbox::assert_data_eq!(
        said,
        str![[r#"
at-most-one-pod holds: 
at-most-one-running holds: 
single-writer holds: 
right-disk holds: 
no-data-loss holds: 
disjoint-slices holds: 
available notApplicable: a majority cannot be decided from a few ordinals
self-healing holds: 
recoverable notApplicable: it is a property of paths, and views describe states
completes notApplicable: it is a property of paths, and views describe states
stays-migrated notApplicable: it is a property of paths, and views describe states

"#]]
    );
}

#[test]
fn what_is_proved_need_not_be_searched_for() {
    let command =
        check("models/blog-redis-cluster --every-n --property right-disk --max-states 1000");
    command.assert().code(0).stderr_eq("").stdout_eq(str![[r#"
blog-redis-cluster   4 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
assumed  kubernetes 1.31: on both sides
         source.replicas 4: given here, overriding the manifest's 6
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         destination the source's set: as in source, with `replicas: 0`
         source.manifest affinity: every Pod finds a node on both sides, or the move waits for it
         storage.backend permissive: both clusters can attach a disk at once
         storage.reachableFrom source, destination: no Pod starts on a side that is not among them
         faults none: fault-free runs only; add faults with `--faults 2`
         destination.needs secret redis-redis-cluster, configmap redis-redis-cluster-scripts,
         configmap redis-redis-cluster-default: the Pods need it, and nothing shows it there:
         assumed to exist

HOLDS  1 property holds on every path, as expected

PROPERTY    VERDICT  EXPECTED  STEPS  FAULTS
right-disk  holds    holds

smaller N  the same verdicts with 1 replica
smaller N  2 replicas not decided: the bound of 1,000 states was reached
every N    right-disk: proved for every number of replicas, without faults: 1,349 views of one
           ordinal, closed under 5,112 steps

1 scenario, as expected: 1 holds;
1,117 states, 3,230 transitions, depth 16, stopped: the bound of 1,000 states was reached, symmetry
[..] s

"#]]);
    // Without a proof it is undecided.
    let command = check("models/blog-redis-cluster --property right-disk --max-states 1000");
    command.assert().code(3);
    // A scenario may ask for it.
    let command = check("models/blog-redis-cluster-6 --property right-disk -o json");
    let report = report(command, 0);
    let result = &report["results"][0];
    let right_disk = &result["properties"][0];
    assert_eq!(right_disk["verdict"], "holds");
    assert_eq!(right_disk["reason"], "proved for every number of replicas");
    assert_eq!(result["everyN"]["properties"][0]["scope"]["views"], 1_349);
    let why = "every property is proved or violated";
    assert_eq!(result["search"]["stopped"], why);
    assert_eq!(result["search"]["complete"], false);
}

#[test]
fn a_proof_that_cannot_be_saved_is_said() {
    let folder = proved("every-n-unsaved");
    let command = straddle().current_dir(&folder);
    let arguments = "check gated.yaml --every-n --property right-disk --save";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let below_a_file = command.args(&arguments).arg("gated.views/proofs");
    // Before a search that may take long.
    let assert = below_a_file.assert().code(2).stdout_eq(str![[r#"
0 scenarios

"#]]);
    assert.stderr_eq(str![[r#"
error[save::unwritable]: cannot write `gated.views/proofs`: not a directory
--> gated.views/proofs
 = help: give `--save` a writable directory with free space


"#]]);
    fs::create_dir_all(folder.join("proofs/gated.views")).expect("a folder");
    let command = straddle().current_dir(&folder);
    let in_the_way = command.args(&arguments).arg("proofs").assert().code(2);
    in_the_way
        .stdout_eq(str![[r#"
gated   6 replicas, Parallel, Kubernetes 1.31 on both sides, no faults
assumed  destination.kubernetes 1.31: as in source
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         destination the source's set: as in source, with `replicas: 0`
         source.manifest affinity: every Pod finds a node on both sides, or the move waits for it
         storage.reachableFrom source, destination: no Pod starts on a side that is not among them
         faults none: fault-free runs only; add faults with `--faults 2`
         destination.needs secret redis-redis-cluster, configmap redis-redis-cluster-scripts,
         configmap redis-redis-cluster-default: the Pods need it, and nothing shows it there:
         assumed to exist

HOLDS  1 property holds on every path, as expected

PROPERTY    VERDICT  EXPECTED  STEPS  FAULTS
right-disk  holds    holds

smaller N  the same verdicts with 1, 2, 3, 4 and 5 replicas
every N    right-disk: proved for every number of replicas, without faults: 244 views of one
           ordinal, closed under 425 steps; cutoff 3 replicas

1 scenario, as expected: 1 holds;
313 states, 534 transitions, depth 108, complete, symmetry reduction on, [..] s

"#]])
        .stderr_eq(str![[r#"
error[save::unwritable]: cannot write `proofs/gated.views`: it is a directory
--> proofs/gated.views
 = help: give `--save` a writable directory with free space


"#]]);
}
