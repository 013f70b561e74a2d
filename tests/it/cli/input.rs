//! Files that are wrong: each is refused with a message that says what to do.

use snapbox::{IntoData, str};

use super::{folder, straddle};

/// What comes before the source of a scenario.
const HEAD: &str = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n";

/// What comes after it.
const MIGRATION: &str = "\
migration:
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
";

const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec: {replicas: 2}
";

/// A scenario with this source, and this behind it.
fn scenario(source: &str, rest: &str) -> String {
    format!("{HEAD}source: {source}\n{MIGRATION}{rest}")
}

/// Checks `case.yaml` beside some manifests. It is refused with this message.
#[track_caller]
fn refused(test: &str, text: &str, expected: impl IntoData) {
    let two = format!("{SET}---\n{}", SET.replace("web", "cache"));
    let hasty = format!(
        "{}  template: {{spec: {{terminationGracePeriodSeconds: 0}}}}\n",
        SET.replace("spec: {replicas: 2}", "spec:")
    );
    let files = [
        ("case.yaml", text),
        ("service.yaml", "kind: Service\n"),
        ("two.yaml", &two),
        ("hasty.yaml", &hasty),
    ];
    let folder = folder(test, &files);
    let command = straddle().current_dir(folder).args(["check", "case.yaml"]);
    let output = command.assert().code(2);
    output
        .stdout_eq("0 scenarios, 1 unreadable\n")
        .stderr_eq(expected);
}

#[test]
fn texts_that_are_no_scenario() {
    refused(
        "empty",
        "",
        str![[r#"
error[scenario::empty]: the file is empty
 --> case.yaml:1:1
  |
1 |
  | ^
  |
  = help: a scenario begins with `apiVersion: straddle.dev/v1alpha1`


"#]],
    );
    refused(
        "no-yaml",
        "source: [1, 2\n",
        str![[r#"
error[yaml::syntax]: not valid YAML: unclosed bracket '['
 --> case.yaml:1:9
  |
1 | source: [1, 2
  |         ^ here
  |
  = help: check the indentation, quotes and brackets at and above this place


"#]],
    );
    refused(
        "tabs",
        "source:\n\treplicas: 2\n",
        str![[r#"
error[yaml::syntax]: not valid YAML: tabs disallowed within this context (block indentation)
 --> case.yaml:2:2
  |
2 |     replicas: 2
  |     ^ here
  |
  = help: YAML is indented with spaces; replace the tabs


"#]],
    );
    refused(
        "manifest",
        SET,
        str![[r#"
error[scenario::kind]: this is a `StatefulSet`, not a Scenario
 --> case.yaml:2:7
  |
2 | kind: StatefulSet
  |       ^^^^^^^^^^^
  |
  = help: write a file of `kind: Scenario` with `source: {manifest: FILE}`


"#]],
    );
    let version = scenario("{replicas: 2}", "").replace("v1alpha1", "v1");
    refused(
        "version",
        &version,
        str![[r#"
error[scenario::api-version]: `straddle.dev/v1` is not a known API version of scenarios
 --> case.yaml:1:13
  |
1 | apiVersion: straddle.dev/v1
  |             ^^^^^^^^^^^^^^^
  |
  = help: did you mean `straddle.dev/v1alpha1`?


"#]],
    );
}

#[test]
fn paths_that_lead_nowhere() {
    let folder = folder("nowhere", &[("notes.txt", "")]);
    let check = |path: &str| straddle().current_dir(&folder).args(["check", path]);
    let output = check("scenario.yaml").assert().code(2);
    output.stderr_eq(str![[r#"
error[scenario::unreadable]: cannot read `scenario.yaml`: no such file or directory
--> scenario.yaml
 = help: check the path and its permissions


"#]]);
    let output = check(".").assert().code(2);
    output.stderr_eq(str![[r#"
error[scenario::no-scenario]: there is no scenario in `.`
--> .
 = help: scenario files are called `scenario.yaml` or `NAME.scenario.yaml`


"#]]);
}

#[test]
fn fields_that_are_wrong() {
    refused(
        "field",
        &scenario("{replicas: 2, replics: 3}", ""),
        str![[r#"
error[scenario::unknown-field]: there is no field `replics` in a side
 --> case.yaml:3:23
  |
3 | source: {replicas: 2, replics: 3}
  |                       ^^^^^^^
  |
  = help: did you mean `replicas`?


"#]],
    );
    refused(
        "negative",
        &scenario("{replicas: 2, start: -1}", ""),
        str![[r#"
error[scenario::out-of-range]: `start` is -1, which is less than 0
 --> case.yaml:3:30
  |
3 | source: {replicas: 2, start: -1}
  |                              ^^
  |
  = help: Kubernetes rejects a negative `start`


"#]],
    );
    refused(
        "seventeen",
        &scenario("{replicas: 17}", ""),
        str![[r#"
error[scenario::too-many-replicas]: the set has 17 replicas, more than 16
 --> case.yaml:3:20
  |
3 | source: {replicas: 17}
  |                    ^^
  |
  = help: write `replicas: 6` under `source`; a few replicas show the same errors


"#]],
    );
    let huge = scenario("{replicas: 99999999999999999999}", "");
    refused(
        "huge",
        &huge,
        str![[r#"
error[scenario::wrong-type]: expected an integer, found a number that is too large
 --> case.yaml:3:20
  |
3 | source: {replicas: 99999999999999999999}
  |                    ^^^^^^^^^^^^^^^^^^^^ this is a number that is too large
  |
  = help: write an integer here


"#]],
    );
    let wait = "  - wait: {cluster: source, pod: 9, until: gone}\n";
    refused(
        "ordinal",
        &scenario("{replicas: 2}", wait),
        str![[r#"
error[scenario::no-such-ordinal]: ordinal 9 does not exist; the set has 0..1
 --> case.yaml:8:34
  |
8 |   - wait: {cluster: source, pod: 9, until: gone}
  |                                  ^
  |
  = help: name an ordinal that the set has at some point, or use `k`


"#]],
    );
    let zero = scenario("{replicas: 2}", "faults: {atMost: 0}\n");
    refused(
        "zero",
        &zero,
        str![[r#"
error[scenario::out-of-range]: 0 is not a valid bound for faults
 --> case.yaml:8:18
  |
8 | faults: {atMost: 0}
  |                  ^
  |
  = help: omit `faults` to check without faults


"#]],
    );
}

#[test]
fn manifests_that_are_wrong() {
    refused(
        "no-set",
        &scenario("{manifest: service.yaml}", ""),
        str![[r#"
error[scenario::no-stateful-set]: there is no StatefulSet in `service.yaml`
 --> case.yaml:3:20
  |
3 | source: {manifest: service.yaml}
  |                    ^^^^^^^^^^^^ it has `Service`
  |
  = help: name the manifest that contains it, or write the set's fields here


"#]],
    );
    refused(
        "two-sets",
        &scenario("{manifest: two.yaml}", ""),
        str![[r#"
error[scenario::several-stateful-sets]: `two.yaml` has several StatefulSets: `web`, `cache`
 --> case.yaml:3:20
  |
3 | source: {manifest: two.yaml}
  |                    ^^^^^^^^
  |
  = help: choose one with `statefulSet: web`


"#]],
    );
    refused(
        "folder",
        &scenario("{manifest: .}", ""),
        str![[r#"
error[scenario::missing-manifest]: cannot read the manifest `.`: it is a directory
 --> case.yaml:3:20
  |
3 | source: {manifest: .}
  |                    ^
  |
  = help: the path is relative to the scenario file


"#]],
    );
    refused(
        "missing",
        &scenario("{manifest: none.yaml}", ""),
        str![[r#"
error[scenario::missing-manifest]: cannot read the manifest `none.yaml`: no such file or directory
 --> case.yaml:3:20
  |
3 | source: {manifest: none.yaml}
  |                    ^^^^^^^^^
  |
  = help: the path is relative to the scenario file


"#]],
    );
    refused(
        "hasty",
        &scenario("{manifest: hasty.yaml}", ""),
        str![[r#"
error[manifest::not-modelled]: a Pod without a grace period is not modelled: deleting it would remove it while its containers still run
 --> hasty.yaml:5:52
  |
5 |   template: {spec: {terminationGracePeriodSeconds: 0}}
  |                                                    ^
  |
  = help: set it to 1 or more, or leave it out: Kubernetes' default is 30


"#]],
    );
}
