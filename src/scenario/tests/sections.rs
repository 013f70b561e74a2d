//! Mistakes in the sections after the source, as people see them.

use super::good::scenario;
use super::mistakes::{STEP, in_section, mistakes};

/// The mistakes in one step of an otherwise right scenario of six replicas.
#[track_caller]
fn in_step(step: &str) -> String {
    let source = "{replicas: 6, volumeClaimTemplates: [data]}";
    mistakes(&scenario(source, &format!("  - {step}\n")))
}

#[test]
fn mistakes_in_steps() {
    insta::assert_snapshot!(in_step("patch: {cluster: source}"), @r#"
    scenario.yaml:7:5 scenario::missing-field: this patch changes nothing
      ^ "patch" `start` or `replicas` belongs here
      help: add `start:`, `replicas:` or both
    "#);
    insta::assert_snapshot!(in_step("patch: {cluster: source, replicas: -1}"), @r#"
    scenario.yaml:7:40 scenario::out-of-range: `replicas` is -1, which is less than 0
      ^ "-1" 
      help: `replicas` is never negative in Kubernetes
    "#);
    insta::assert_snapshot!(in_step("patch: {cluster: source, replicas: 'N - '}"), @r#"
    scenario.yaml:7:41 scenario::bad-expression: something is missing after the sign
      ^ "N - " 
      help: an expression is a sum of integers, `k` and `N`, such as `N - k`
    "#);
    insta::assert_snapshot!(in_step("patch: {cluster: destination, start: N, replicas: 12}"), @r#"
    scenario.yaml:7:5 scenario::too-many-ordinals: this step can make a set reach ordinal 17, but at most 15 is supported
      ^ "patch" 
      help: use fewer replicas, or give `start` and `replicas` in one `patch`
    "#);
    insta::assert_snapshot!(in_step("wait: {cluster: source, pod: 9, until: gone}"), @r#"
    scenario.yaml:7:34 scenario::no-such-ordinal: ordinal 9 does not exist; the set has 0..5
      ^ "9" 
      help: name an ordinal that the set has at some point, or use `k`
    "#);
    insta::assert_snapshot!(in_step("wait: {cluster: source, until: gone}"), @r#"
    scenario.yaml:7:5 scenario::wait-subject: the wait does not say what it waits for
      ^ "wait" 
      help: give one of: `pod`, `volume`, `set: true`, `field`
    "#);
    insta::assert_snapshot!(in_step("wait: {cluster: source, pod: k, set: true, until: gone}"), @r#"
    scenario.yaml:7:37 scenario::wait-subject: a wait is for one thing, not for `pod` and `set`
      ^ "set" 
      - "pod" 
      help: give one of: `pod`, `volume`, `set: true`, `field`
    "#);
    insta::assert_snapshot!(in_step("wait: {cluster: source, set: false, until: observed}"), @r#"
    scenario.yaml:7:34 scenario::out-of-range: `set: false` waits for nothing
      ^ "false" 
      help: write `set: true`
    "#);
    insta::assert_snapshot!(in_step("wait: {cluster: source, field: status.availableReplicas, equals: 1}"), @r#"
    scenario.yaml:7:36 scenario::not-supported: the field of the status `status.availableReplicas` is not supported yet
      ^ "status.availableReplicas" 
      help: supported: `status.replicas`, `status.readyReplicas`
    "#);
    insta::assert_snapshot!(in_step("wait:"), @r#"
    scenario.yaml:7:5 scenario::wrong-type: expected a map of the fields of `wait`, found nothing
      ^ "wait" it has no value
      help: write for example `{cluster: source, pod: k, until: gone}` here
    "#);
    insta::assert_snapshot!(in_step("patch"), @r#"
    scenario.yaml:7:5 scenario::wrong-type: expected a step such as `patch: {cluster: source, replicas: k}`, found text
      ^ "patch" this is text
      help: write a step such as `patch: {cluster: source, replicas: k}` here
    "#);
    insta::assert_snapshot!(in_step("{}"), @r#"
    scenario.yaml:7:5 scenario::step-keys: a step is a map with one key, but this one is empty
      ^ "{}" 
      help: start each step with its own `-`
    "#);
    insta::assert_snapshot!(in_step("{scale: {cluster: source, replicas: k}, onError: continue}"), @r#"
    scenario.yaml:7:45 scenario::step-keys: a step is a map with one key, but this one has: `scale`, `onError`
      ^ "onError" 
      help: `onError` is inside the step's value
    "#);
    insta::assert_snapshot!(in_step("scale: {cluster: source, replicas: k, onError: ignore}"), @r#"
    scenario.yaml:7:52 scenario::unknown-value: `ignore` is not a known reaction to a refusal
      ^ "ignore" 
      help: write `continue`
    "#);
    insta::assert_snapshot!(in_step("deleteSet: {cluster: source, cascade: backwards}"), @r#"
    scenario.yaml:7:43 scenario::unknown-value: `backwards` is not a known cascade
      ^ "backwards" 
      help: allowed here: `background`, `foreground`, `orphan`
    "#);
    insta::assert_snapshot!(in_step("deletePod: {cluster: source, pod: -1, force: 1}"), @r#"
    scenario.yaml:7:50 scenario::wrong-type: expected `true` or `false`, found a number
      ^ "1" this is a number
      help: write `true` or `false` here
    "#);
    let nothing = scenario(
        "{replicas: 0}",
        "  - deletePod: {cluster: source, pod: 0}\n",
    );
    insta::assert_snapshot!(mistakes(&nothing), @r#"
    scenario.yaml:3:20 scenario::no-replicas: the source's set has no replicas
      ^ "0" 
      help: give the number of replicas before the migration, such as `replicas: 3`
    "#);
    let no_disk = scenario(
        "{replicas: 2}",
        "  - copyVolume: {ordinal: k}\n  - deleteClaim: {cluster: source, ordinal: k}\n",
    );
    insta::assert_snapshot!(mistakes(&no_disk), @r#"
    scenario.yaml:7:5 scenario::no-disk: `copyVolume` needs a disk, but the set has no claim templates
      ^ "copyVolume" 
      - "deleteClaim" this too
      help: give `volumeClaimTemplates: [data]` to the source, or remove the step
    "#);
}

#[test]
fn mistakes_in_the_migration() {
    let head = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {replicas: 3}\n";
    let migration = |text: &str| mistakes(&format!("{head}migration:\n{text}"));
    insta::assert_snapshot!(mistakes(head), @r#"
    scenario.yaml:1:1 scenario::missing-field: `migration` is missing from a scenario
      ^ "apiVersion: straddle.dev/v1alpha1" `migration` belongs here
      help: add `migration:`
    "#);
    insta::assert_snapshot!(migration("  {}\n"), @r#"
    scenario.yaml:4:1 scenario::no-steps: the migration has no steps
      ^ "migration" 
      help: add `steps:`, such as `- patch: {cluster: source, replicas: k}`
    "#);
    insta::assert_snapshot!(migration("  forEach: {k: ascending}\n"), @r#"
    scenario.yaml:5:16 scenario::no-steps: the loop has no `steps`
      ^ "ascending" 
      help: add `steps:`, which run once for each ordinal
    "#);
    insta::assert_snapshot!(migration("  strategy: handover\n"), @r#"
    scenario.yaml:5:3 scenario::not-supported: `strategy` is not supported yet
      ^ "strategy" 
      help: write out the strategy's `steps:`
    "#);
    let no_loop = "  steps:\n  - scale: {cluster: source, replicas: k}\n";
    insta::assert_snapshot!(migration(no_loop), @r#"
    scenario.yaml:6:40 scenario::no-k: `k` is not defined here
      ^ "k" there is no `forEach: {k: …}`
      help: `k` is the ordinal of the loop; use it in `steps` with `forEach: {k: descending}`
    "#);
    // A loop that cannot be read is one mistake.
    let unread = format!("  forEach: {{k: down}}\n{no_loop}");
    let found = migration(&unread);
    assert_eq!(found.matches("scenario::").count(), 1, "{found}");
    let after = format!("  forEach: {{k: ascending}}\n  steps:\n{STEP}  finish:\n{STEP}");
    insta::assert_snapshot!(migration(&after), @r#"
    scenario.yaml:9:40 scenario::no-k: `k` is not defined here
      ^ "k" `finish` runs after the loop
      help: `k` is the ordinal of the loop; use it in `steps` with `forEach: {k: descending}`
    "#);
    let long = format!(
        "  forEach: {{k: ascending}}\n  steps:\n{}",
        STEP.repeat(255)
    );
    insta::assert_snapshot!(migration(&long), @r#"
    scenario.yaml:4:1 scenario::too-many-steps: the migration has 255 requests and waits
      ^ "migration" 
      help: at most 254 are supported; use the loop
    "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn mistakes_in_other_sections() {
    insta::assert_snapshot!(in_section("availability: {}"), @r#"
    scenario.yaml:8:1 scenario::availability-rule: `availability` has no rule
      ^ "availability" 
      help: give exactly one of `maxUnavailable`, `quorum` and `groups`
    "#);
    insta::assert_snapshot!(in_section("availability: {maxUnavailable: 1, quorum: majority}"), @r#"
    scenario.yaml:8:1 scenario::availability-rule: `availability` has more than one rule: `maxUnavailable`, `quorum`
      ^ "availability" 
      help: give exactly one of `maxUnavailable`, `quorum` and `groups`
    "#);
    insta::assert_snapshot!(in_section("availability: {maxUnavailable: one}"), @r#"
    scenario.yaml:8:32 scenario::wrong-type: expected an integer, found text
      ^ "one" this is text
      help: write an integer here
    "#);
    insta::assert_snapshot!(in_section("availability: {groups: [{ordinals: [0, 0, 7], min: 4}, {ordinals: [], min: 0}]}"), @r#"
    scenario.yaml:8:40 scenario::repeated: ordinal 0 is in the group twice
      ^ "0" 
      help: name each ordinal once
    scenario.yaml:8:43 scenario::no-such-ordinal: ordinal 7 is not among those that serve at the start, 0..5
      ^ "7" 
      help: a group consists of ordinals that the source's set owns at the start
    scenario.yaml:8:52 scenario::out-of-range: a minimum of 4 out of 3 is not possible
      ^ "4" 
      help: `min` is from 1 to the number of ordinals in the group
    scenario.yaml:8:67 scenario::empty-list: `ordinals` is empty
      ^ "[]" nothing in it
      help: give it a value, or remove the field
    scenario.yaml:8:76 scenario::out-of-range: a minimum of 0 out of 0 is not possible
      ^ "0" 
      help: `min` is from 1 to the number of ordinals in the group
    "#);
    insta::assert_snapshot!(in_section("ordinals: {max: 4}"), @r#"
    scenario.yaml:8:17 scenario::out-of-range: `max` is 4, but the source's set owns ordinal 5
      ^ "4" 
      help: `max` is 5 or more; without `ordinals` it is 5
    "#);
    // More ordinals may be owned than serve.
    insta::assert_snapshot!(in_section("ordinals: {max: 9}\navailability: {groups: [{ordinals: [5, 6], min: 1}]}"), @r#"
    scenario.yaml:9:40 scenario::no-such-ordinal: ordinal 6 is not among those that serve at the start, 0..5
      ^ "6" 
      help: a group consists of ordinals that the source's set owns at the start
    "#);
    insta::assert_snapshot!(in_section("ordinals: {max: 16}"), @r#"
    scenario.yaml:8:17 scenario::out-of-range: `max` is 16, more than 15
      ^ "16" 
      help: the supported ordinals are 0 to 15
    "#);
    insta::assert_snapshot!(in_section("storage: {reachableFrom: [destination]}"), @r#"
    scenario.yaml:8:27 scenario::source-unreachable: the source cannot attach its own disks
      ^ "destination" `source` is missing here
      help: the source starts with its disks attached: write `[source, destination]`
    "#);
    insta::assert_snapshot!(in_section("faults: {atMost: 0}"), @r#"
    scenario.yaml:8:18 scenario::out-of-range: 0 is not a valid bound for faults
      ^ "0" 
      help: omit `faults` to check without faults
    "#);
    insta::assert_snapshot!(in_section("faults: {eviction: 16, drivercrash: 1}"), @r#"
    scenario.yaml:8:20 scenario::out-of-range: 16 is not a valid bound for faults
      ^ "16" 
      help: a bound is a number from 1 to 15
    scenario.yaml:8:24 scenario::unknown-fault: `drivercrash` is not a known kind of fault
      ^ "drivercrash" 
      help: did you mean `driverCrash`?
    "#);
    insta::assert_snapshot!(in_section("faults: {atMost: 1, of: [eviction, eviction]}"), @r#"
    scenario.yaml:8:36 scenario::repeated: `eviction` is listed twice
      ^ "eviction" again here
      help: name each kind of fault once
    "#);
    insta::assert_snapshot!(in_section("faults: 2"), @r#"
    scenario.yaml:8:9 scenario::wrong-type: expected a map such as `{atMost: 2}` or `{eviction: 1}`, found a number
      ^ "2" this is a number
      help: write a map such as `{atMost: 2}` or `{eviction: 1}` here
    "#);
    insta::assert_snapshot!(in_section("properties: []"), @r#"
    scenario.yaml:8:13 scenario::empty-list: `properties` is empty
      ^ "[]" nothing in it
      help: give it a value, or remove the field
    "#);
    insta::assert_snapshot!(in_section("properties: [available, available]\nexpect: {right-disk: violated}"), @r#"
    scenario.yaml:8:25 scenario::repeated: `available` is listed twice
      ^ "available" again here
      help: name each property once
    scenario.yaml:9:10 scenario::not-checked: `right-disk` is expected, but not checked
      ^ "right-disk" 
      help: add it to `properties`, or remove it here
    "#);
    insta::assert_snapshot!(in_section("expect: {right-disk: {verdict: holds, steps: 3, faults: -1}, rightdisk: holds}"), @r#"
    scenario.yaml:8:46 scenario::no-counterexample: only a counterexample has steps
      ^ "3" 
      help: remove `steps`, or expect `violated`
    scenario.yaml:8:57 scenario::out-of-range: -1 is not a number of faults
      ^ "-1" 
      help: write 0 or more
    scenario.yaml:8:62 scenario::unknown-property: `rightdisk` is not a known property
      ^ "rightdisk" 
      help: did you mean `right-disk`?
    "#);
    insta::assert_snapshot!(in_section("prove: all"), @r#"
    scenario.yaml:8:8 scenario::unknown-value: `all` is not a known proof
      ^ "all" 
      help: write `every-n`
    "#);
    insta::assert_snapshot!(in_section("storage: {nodeAffinity: zone-a, backend: nfs}"), @r#"
    scenario.yaml:8:11 scenario::not-supported: `nodeAffinity` is not supported yet
      ^ "nodeAffinity" 
      help: remove it; `reachableFrom` says which side can attach the disks
    scenario.yaml:8:42 scenario::unknown-value: `nfs` is not a known storage backend
      ^ "nfs" 
      help: allowed here: `permissive`, `exclusive`
    "#);
}
