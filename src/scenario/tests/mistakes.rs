//! Mistakes in scenarios and manifests, as people see them.

use super::super::{Overrides, Scenario, find};
use super::good::scenario;
use super::{read, read_with, show};
use std::path::{Path, PathBuf};

/// The mistakes in a text that must have some.
#[track_caller]
pub fn mistakes(text: &str) -> String {
    show(&read(text).expect_err("the text has mistakes"))
}

/// A step that is right.
pub const STEP: &str = "  - patch: {cluster: source, replicas: k}\n";

/// The mistakes in a source.
#[track_caller]
fn in_source(source: &str) -> String {
    mistakes(&scenario(source, STEP))
}

/// The mistakes in a section after an otherwise correct scenario.
#[track_caller]
pub fn in_section(section: &str) -> String {
    mistakes(&format!("{}{section}\n", scenario("{replicas: 6}", STEP)))
}

#[test]
fn all_mistakes_of_a_file_are_shown() {
    let text = "\
apiVersion: straddle.dev/v1
kind: Scenaro
source: {replica: 3, podManagementPolicy: parallel, start: x}
availabilty: {maxUnavailable: 1}
migration:
  forEach: {k: down}
  steps:
  - patch: {cluster: sorce, replicas: N*2}
  - copyvolume: {ordinal: k}
  - wait: {cluster: source, pod: k, until: detached, timeout: never}
  - scale: {replicas: [1]}
faults: {atMost: 2, of: [evicton, nodeCrash]}
properties: [at-most-one-runing, abortable]
expect: {available: inconclusive, right-disk: {verdict: broken}}
";
    insta::assert_snapshot!(mistakes(text), @r#"
    scenario.yaml:1:13 scenario::api-version: `straddle.dev/v1` is not a known API version of scenarios
      ^ "straddle.dev/v1" 
      help: did you mean `straddle.dev/v1alpha1`?
    scenario.yaml:2:7 scenario::kind: `Scenaro` is not a known kind of file
      ^ "Scenaro" 
      help: did you mean `Scenario`?
    scenario.yaml:3:10 scenario::unknown-field: there is no field `replica` in a side
      ^ "replica" 
      help: did you mean `replicas`?
    scenario.yaml:3:43 scenario::unknown-value: `parallel` is not a known Pod management policy
      ^ "parallel" 
      help: did you mean `Parallel`?
    scenario.yaml:3:60 scenario::wrong-type: expected an integer, found text
      ^ "x" this is text
      help: write an integer here
    scenario.yaml:4:1 scenario::unknown-field: there is no field `availabilty` in a scenario
      ^ "availabilty" 
      help: did you mean `availability`?
    scenario.yaml:6:16 scenario::unknown-value: `down` is not a known order
      ^ "down" 
      help: allowed here: `descending`, `ascending`
    scenario.yaml:8:22 scenario::unknown-value: `sorce` is not a known side
      ^ "sorce" 
      help: did you mean `source`?
    scenario.yaml:8:40 scenario::bad-expression: `*` is not allowed here
      ^ "*" 
      help: an expression is a sum of integers, `k` and `N`, such as `N - k`
    scenario.yaml:9:5 scenario::unknown-step: `copyvolume` is not a step
      ^ "copyvolume" 
      help: did you mean `copyVolume`?
    scenario.yaml:10:44 scenario::unknown-value: `detached` is not a known condition of a Pod
      ^ "detached" 
      help: allowed here: `gone`, `ready`, `available`
    scenario.yaml:10:63 scenario::unknown-value: `never` is not a known end of a wait
      ^ "never" 
      help: allowed here: `fail`, `continue`
    scenario.yaml:11:5 scenario::missing-field: `cluster` is missing from `scale`
      ^ "scale" `cluster` belongs here
      help: add `cluster:`
    scenario.yaml:11:23 scenario::wrong-type: expected an integer or an expression of `k` and `N`, found a list
      ^ "[1]" this is a list
      help: write an integer or an expression of `k` and `N` here
    scenario.yaml:12:26 scenario::unknown-fault: `evicton` is not a known kind of fault
      ^ "evicton" 
      help: did you mean `eviction`?
    scenario.yaml:12:35 scenario::not-supported: the kind of fault `nodeCrash` is not supported yet
      ^ "nodeCrash" 
      help: supported: `eviction`, `pressureEviction`, `containerCrash`, `driverCrash`, `controllerRestart`, `podNeverReady`, `controllerRestartStale`
    scenario.yaml:13:14 scenario::unknown-property: `at-most-one-runing` is not a known property
      ^ "at-most-one-runing" 
      help: did you mean `at-most-one-running`?
    scenario.yaml:13:34 scenario::not-supported: the property `abortable` is not supported yet
      ^ "abortable" 
      help: supported: `at-most-one-pod`, `at-most-one-running`, `single-writer`, `exclusive-device`, `right-disk`, `no-data-loss`, `disjoint-slices`, `available`, `self-healing`, `recoverable`, `completes`, `stays-migrated`
    scenario.yaml:14:21 scenario::unknown-value: `inconclusive` cannot be expected: it means that nothing is known
      ^ "inconclusive" 
      help: omit the property from `properties`, or raise the bounds of the search
    scenario.yaml:14:57 scenario::unknown-value: `broken` is not a known verdict
      ^ "broken" 
      help: allowed here: `holds`, `violated`, `notApplicable`
    "#);
}

#[test]
fn texts_that_are_no_scenario() {
    insta::assert_snapshot!(mistakes(""), @r#"
    scenario.yaml:1:1 scenario::empty: the file is empty
      ^ "" 
      help: a scenario begins with `apiVersion: straddle.dev/v1alpha1`
    "#);
    insta::assert_snapshot!(mistakes("# nothing\n"), @r#"
    scenario.yaml:1:1 scenario::empty: the file is empty
      ^ "" 
      help: a scenario begins with `apiVersion: straddle.dev/v1alpha1`
    "#);
    insta::assert_snapshot!(mistakes("hello there"), @r#"
    scenario.yaml:1:1 scenario::wrong-type: expected a map of the fields of a scenario, found text
      ^ "hello there" this is text
      help: write a map of the fields of a scenario here
    "#);
    insta::assert_snapshot!(mistakes("- a\n- b\n"), @r#"
    scenario.yaml:1:1 scenario::wrong-type: expected a map of the fields of a scenario, found a list
      ^ "- a" this is a list
      help: write a map of the fields of a scenario here
    "#);
    insta::assert_snapshot!(mistakes("a: [1, 2\nb: 3\n"), @r#"
    scenario.yaml:2:2 yaml::syntax: not valid YAML: illegal placement of ':' indicator
      ^ ":" here
      help: check the indentation, quotes and brackets at and above this place
    "#);
    insta::assert_snapshot!(mistakes("a: 1\n b: 2\n"), @r#"
    scenario.yaml:2:3 yaml::syntax: not valid YAML: mapping values are not allowed in this context
      ^ ":" here
      help: check the indentation, quotes and brackets at and above this place
    "#);
    insta::assert_snapshot!(mistakes("\ta: 1\n"), @r#"
    scenario.yaml:1:2 scenario::missing-field: `apiVersion` is missing from a scenario
      ^ "a: 1" `apiVersion` belongs here
      help: add `apiVersion:`
    scenario.yaml:1:2 scenario::missing-field: `kind` is missing from a scenario
      ^ "a: 1" `kind` belongs here
      help: add `kind:`
    scenario.yaml:1:2 scenario::missing-field: `source` is missing from a scenario
      ^ "a: 1" `source` belongs here
      help: add `source:`
    scenario.yaml:1:2 scenario::missing-field: `migration` is missing from a scenario
      ^ "a: 1" `migration` belongs here
      help: add `migration:`
    scenario.yaml:1:2 scenario::unknown-field: there is no field `a` in a scenario
      ^ "a" 
      help: allowed here: `apiVersion`, `kind`, `description`, `source`, `destination`, `storage`, `availability`, `ordinals`, `migration`, `faults`, `properties`, `expect`, `assume`, `prove`
    "#);
    insta::assert_snapshot!(mistakes("a: *nowhere\n"), @r#"
    scenario.yaml:1:4 yaml::syntax: not valid YAML: while parsing node, found unknown anchor
      ^ "*" here
      help: check the indentation, quotes and brackets at and above this place
    "#);
    insta::assert_snapshot!(mistakes("kind: Scenario\n---\nkind: Scenario\n"), @r#"
    scenario.yaml:3:1 scenario::several-documents: the file has more than one document
      ^ "kind: Scenario" the second begins here
      help: put each scenario in its own file
    "#);
    insta::assert_snapshot!(mistakes("apiVersion: v1\nkind: Pod\n"), @r#"
    scenario.yaml:2:7 scenario::kind: this is a `Pod`, not a Scenario
      ^ "Pod" 
      help: write a file of `kind: Scenario` with `source: {manifest: FILE}`
    "#);
}

#[test]
fn manifests_that_ask_for_what_is_not_modelled() {
    let hasty = "\
hasty.yaml:6:17 manifest::invalid-field: `Deleted` is not a known claim retention policy
      ^ \"Deleted\" 
      help: did you mean `Delete`?
    hasty.yaml:9:38 manifest::not-modelled: a Pod without a grace period is not modelled: deleting it would remove it while its containers still run
      ^ \"0\" 
      help: set it to 1 or more, or leave it out: Kubernetes' default is 30
    ";
    let hasty = hasty.replace("\n    ", "\n");
    assert_eq!(in_source("{manifest: hasty.yaml}"), hasty);
    let destination = "destination: {manifest: hasty.yaml}\n";
    let both = scenario("{replicas: 1}", STEP) + destination;
    assert_eq!(mistakes(&both), hasty);
    assert_eq!(in_source("{manifest: hasty.yaml, replicas: 3}"), hasty);
}

#[test]
fn manifests_that_are_none_yet() {
    insta::assert_snapshot!(in_source("{manifest: beta.yaml}"), @r#"
    beta.yaml:1:13 manifest::not-modelled: Kubernetes has no `apps/v1beta1` StatefulSet
      ^ "apps/v1beta1" 
      help: write `apps/v1`
    "#);
    insta::assert_snapshot!(in_source("{manifest: huge.yaml}"), @r#"
    huge.yaml:3:18 manifest::invalid-field: `spec.replicas` of the StatefulSet is not valid: expected an integer of 32 bits, found `9999999999`
      ^ "9999999999" 
      help: Kubernetes would reject this manifest; correct it
    "#);
    let template = "help: this looks like a template; render it first, as `helm template` does";
    for file in ["chart.yaml", "chart-if.yaml"] {
        let found = in_source(&format!("{{manifest: {file}}}"));
        assert!(found.contains(template), "{file}: {found}");
    }
}

#[test]
fn values_that_are_left_out_or_odd() {
    insta::assert_snapshot!(in_source("redis.yaml"), @r#"
    scenario.yaml:3:9 scenario::wrong-type: expected a map of the fields of a side, found text
      ^ "redis.yaml" this is text
      help: write for example `{manifest: FILE}` here
    "#);
    insta::assert_snapshot!(mistakes("kind: Scenario\napiVersion: straddle.dev/v1alpha1\nsource: {replicas: 1}\nmigration:\n"), @r#"
    scenario.yaml:4:1 scenario::missing-field: `migration` has no value
      ^ "migration" 
      help: write the value after it or, indented, below it
    "#);
    insta::assert_snapshot!(in_source("{replicas: 99999999999999999999}"), @r#"
    scenario.yaml:3:20 scenario::wrong-type: expected an integer, found a number that is too large
      ^ "99999999999999999999" this is a number that is too large
      help: write an integer here
    "#);
    insta::assert_snapshot!(mistakes("source:\n\treplicas: 1\n"), @r#"
    scenario.yaml:2:2 yaml::syntax: not valid YAML: tabs disallowed within this context (block indentation)
      ^ "r" here
      help: YAML is indented with spaces; replace the tabs
    "#);
    insta::assert_snapshot!(mistakes("kind: Service\n---\nkind: StatefulSet\n"), @r#"
    scenario.yaml:1:7 scenario::kind: this is a `Service`, not a Scenario
      ^ "Service" 
      help: write a file of `kind: Scenario` with `source: {manifest: FILE}`
    "#);
}

#[test]
fn duplicate_keys() {
    let text = scenario("{replicas: 3, replicas: 4}", STEP) + "kind: Scenario\n";
    insta::assert_snapshot!(mistakes(&text), @r#"
    scenario.yaml:3:23 yaml::duplicate-key: `replicas` is given twice
      ^ "replicas" again here
      - "replicas" first given here
      help: keep one of the two
    scenario.yaml:8:1 yaml::duplicate-key: `kind` is given twice
      ^ "kind" again here
      - "kind" first given here
      help: keep one of the two
    "#);
}

#[test]
fn texts_that_grow_beyond_reason() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let last = format!("*a{}, ", i - 1).repeat(10);
        text = format!("{text}a{i}: &a{i} [{last}]\n");
    }
    assert!(
        mistakes(&text).contains("yaml::too-large"),
        "{}",
        mistakes(&text)
    );
    let deep = "[".repeat(5000);
    assert!(
        mistakes(&deep).contains("yaml::too-large"),
        "{}",
        mistakes(&deep)
    );
}

#[test]
fn mistakes_in_a_side() {
    insta::assert_snapshot!(in_source("{replicas: 20}"), @r#"
    scenario.yaml:3:20 scenario::too-many-replicas: the set has 20 replicas, more than 16
      ^ "20" 
      help: write `replicas: 6` under `source`; a few replicas show the same errors
    "#);
    insta::assert_snapshot!(in_source("{replicas: 0}"), @r#"
    scenario.yaml:3:20 scenario::no-replicas: the source's set has no replicas
      ^ "0" 
      help: give the number of replicas before the migration, such as `replicas: 3`
    "#);
    insta::assert_snapshot!(in_source("{replicas: -1}"), @r#"
    scenario.yaml:3:20 scenario::out-of-range: `replicas` is -1, which is less than 0
      ^ "-1" 
      help: Kubernetes rejects a negative `replicas`
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, start: 2}"), @r#"
    scenario.yaml:3:30 scenario::source-start: the source's set starts at 2, not at 0
      ^ "2" 
      help: a migration starts with ordinals 0 to N-1 in source; set `start: 0` there
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, start: 14}"), @r#"
    scenario.yaml:3:30 scenario::source-start: the source's set starts at 14, not at 0
      ^ "14" 
      help: a migration starts with ordinals 0 to N-1 in source; set `start: 0` there
    scenario.yaml:3:30 scenario::too-many-ordinals: the set reaches ordinal 16, more than 15
      ^ "14" 
      help: the supported ordinals are 0 to 15
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3.5}"), @r#"
    scenario.yaml:3:20 scenario::wrong-type: expected an integer, found a fraction
      ^ "3.5" this is a fraction
      help: write an integer here
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, kubernetes: '1.27'}"), @r#"
    scenario.yaml:3:35 scenario::not-supported: only Kubernetes 1.31 is modelled so far, not 1.27
      ^ "'1.27'" 
      help: write `kubernetes: "1.31"`, or remove it
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, absent: true}"), @r#"
    scenario.yaml:3:31 scenario::source-absent: the source has to have a set
      ^ "true" 
      help: a migration starts with the set in source; remove `absent`
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, absent: yes}"), @r#"
    scenario.yaml:3:31 scenario::wrong-type: expected `true` or `false`, found text
      ^ "yes" this is text
      help: write `true` or `false` here
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, statefulSet: web}"), @r#"
    scenario.yaml:3:36 scenario::no-manifest: there is no `manifest:` to choose a set from
      ^ "web" 
      help: `name:` is the field for the set's name
    "#);
    insta::assert_snapshot!(in_source("{replicas: 3, nodes: [a], featureGates: {}}"), @r#"
    scenario.yaml:3:23 scenario::not-supported: `nodes` is not supported yet
      ^ "nodes" 
      help: remove it; every Pod is modelled as already scheduled
    scenario.yaml:3:35 scenario::not-supported: `featureGates` is not supported yet
      ^ "featureGates" 
      help: remove it; the defaults of Kubernetes 1.31 are modelled
    "#);
    insta::assert_snapshot!(in_section("destination: {absent: true, replicas: 0}"), @r#"
    scenario.yaml:8:39 scenario::absent-with-set: an absent set has no ordinals at the start
      ^ "0" 
      help: give `start` and `replicas` to the `createSet` step, or remove `absent`
    "#);
    insta::assert_snapshot!(in_section("destination: {volumeClaimTemplates: [data]}"), @r#"
    scenario.yaml:8:1 scenario::sides-differ: the destination's set has claim templates, the source's has none
      ^ "destination" 
      help: give both sides the same `volumeClaimTemplates`
    "#);
    insta::assert_snapshot!(in_section("destination: {start: -3}"), @r#"
    scenario.yaml:8:22 scenario::out-of-range: `start` is -3, which is less than 0
      ^ "-3" 
      help: Kubernetes rejects a negative `start`
    "#);
}

#[test]
fn mistakes_about_manifests() {
    insta::assert_snapshot!(in_source("{manifest: missing.yaml}"), @r#"
    scenario.yaml:3:20 scenario::missing-manifest: cannot read the manifest `missing.yaml`: no such file or directory
      ^ "missing.yaml" 
      help: the path is relative to the scenario file
    "#);
    insta::assert_snapshot!(in_source("{manifest: other.yaml}"), @r#"
    scenario.yaml:3:20 scenario::no-stateful-set: there is no StatefulSet in `other.yaml`
      ^ "other.yaml" it has `Deployment`, `Service`
      help: name the manifest that contains it, or write the set's fields here
    "#);
    insta::assert_snapshot!(in_source("{manifest: two.yaml}"), @r#"
    scenario.yaml:3:20 scenario::several-stateful-sets: `two.yaml` has several StatefulSets: `web`, `cache`
      ^ "two.yaml" 
      help: choose one with `statefulSet: web`
    "#);
    insta::assert_snapshot!(in_source("{manifest: two.yaml, statefulSet: cahce}"), @r#"
    scenario.yaml:3:43 scenario::unknown-stateful-set: there is no StatefulSet `cahce` in `two.yaml`
      ^ "cahce" 
      help: did you mean `cache`?
    "#);
    insta::assert_snapshot!(in_source("{manifest: syntax.yaml}"), @r#"
    syntax.yaml:2:7 yaml::syntax: not valid YAML: unclosed bracket '['
      ^ "[" here
      help: check the indentation, quotes and brackets at and above this place
    "#);
    insta::assert_snapshot!(in_source("{manifest: broken.yaml}"), @r#"
    broken.yaml:6:13 manifest::invalid-field: `spec.replicas` of the StatefulSet is not valid: expected an integer of 32 bits, found `three`
      ^ "three" 
      help: Kubernetes would reject this manifest; correct it
    broken.yaml:8:20 manifest::invalid-field: `spec.minReadySeconds` of the StatefulSet is not valid: expected an integer of 32 bits, found a list
      ^ "[1]" 
      help: Kubernetes would reject this manifest; correct it
    broken.yaml:14:14 manifest::invalid-field: `spec.template.spec.containers[1].tty` of the StatefulSet is not valid: expected `true` or `false`, found `perhaps`
      ^ "perhaps" 
      help: Kubernetes would reject this manifest; correct it
    "#);
    insta::assert_snapshot!(in_source("{manifest: late.yaml}"), @r#"
    late.yaml:5:13 scenario::too-many-replicas: the set has 20 replicas, more than 16
      ^ "20" 
      help: write `replicas: 6` under `source`; a few replicas show the same errors
    late.yaml:6:21 scenario::source-start: the source's set starts at 3, not at 0
      ^ "3" 
      help: a migration starts with ordinals 0 to N-1 in source; set `start: 0` there
    late.yaml:7:24 manifest::invalid-field: `Parralel` is not a known Pod management policy
      ^ "Parralel" 
      help: did you mean `Parallel`?
    "#);
}

#[test]
fn mistakes_on_the_command_line() {
    let overrides = Overrides {
        properties: vec!["right-dsk".to_owned(), "abortable".to_owned()],
        ..Overrides::default()
    };
    let problems = read_with(&scenario("{replicas: 2}", STEP), &overrides).expect_err("unknown");
    insta::assert_snapshot!(show(&problems), @r#"
    -:0:0 scenario::unknown-property: `right-dsk` is not a known property
      help: did you mean `right-disk`?
    -:0:0 scenario::not-supported: the property `abortable` is not supported yet
      help: supported: `at-most-one-pod`, `at-most-one-running`, `single-writer`, `exclusive-device`, `right-disk`, `no-data-loss`, `disjoint-slices`, `available`, `self-healing`, `recoverable`, `completes`, `stays-migrated`
    "#);
}

#[test]
fn places_without_scenarios() {
    let (files, problems) = find(&[PathBuf::from("src/world"), PathBuf::from("no/such/place")]);
    assert_eq!(files, Vec::<PathBuf>::new());
    insta::assert_snapshot!(show(&problems), @r#"
    world:0:0 scenario::no-scenario: there is no scenario in `src/world`
      help: scenario files are called `scenario.yaml` or `NAME.scenario.yaml`
    place:0:0 scenario::unreadable: cannot read `no/such/place`: no such file or directory
      help: check the path and its permissions
    "#);
    let missing = Scenario::read(Path::new("no/such.yaml"), &Overrides::default());
    insta::assert_snapshot!(show(&missing.expect_err("it is missing")), @r#"
    such.yaml:0:0 scenario::unreadable: cannot read `no/such.yaml`: no such file or directory
      help: check the path and its permissions
    "#);
}
