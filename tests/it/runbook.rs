//! Runbooks against what they stand for: bash, kubectl, and the same steps as a scenario.

mod bash;
mod clocks;
mod hostile;
mod patches;
mod paths;

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;

use straddle::internals::check::{CheckOptions, Progress, Unwatched, Watch, check};
use straddle::internals::report::{ScenarioResult, Verdict};
use straddle::internals::scenario::{FaultsOverride, Overrides, Scenario};

const HEAD: &str = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
    source: {name: web, replicas: 2, podManagementPolicy: Parallel, volumeClaimTemplates: [data]}\n\
    storage: {backend: permissive, reclaimPolicy: Delete}\navailability: {maxUnavailable: 1}\n";

/// A scenario of a migration, and of a script if that names one.
fn scenario(migration: &str, script: &str, faults: Option<&str>) -> Scenario {
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let overrides = Overrides {
        faults: faults.map(|faults| FaultsOverride::parse(faults).expect("a budget")),
        ..Overrides::default()
    };
    let text = format!("{HEAD}{migration}");
    Scenario::parse(Path::new("scenario.yaml"), &text, &overrides, &files)
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn of_script(script: &str, faults: Option<&str>) -> Scenario {
    scenario("migration: {runbook: migrate.sh}\n", script, faults)
}

fn result(scenario: &Scenario) -> ScenarioResult {
    let options = CheckOptions {
        threads: NonZeroUsize::new(2).expect("two"),
        ..CheckOptions::default()
    };
    check(scenario, &options, &Unwatched)
}

const COPY: &str = "  kubectl --context source get pvc data-web-$k -o yaml > c
  kubectl --context source get pv $(yq .spec.volumeName c) -o yaml | yq 'del(.spec.claimRef)' > v
  kubectl --context destination create -f v
  kubectl --context destination create -f c
";

/// The loop of the Kubernetes blog, with lines of one's own.
fn one_by_one(before: &str, after: &str) -> String {
    format!(
        "set -euo pipefail\nfor k in 1 0; do\n  kubectl --context source patch sts web -p '{{\"spec\": {{\"replicas\": '$k'}}}}'\n{COPY}{before}  \
         kubectl --context destination patch sts web -p \"spec: {{ordinals: {{start: $k}}, replicas: $((2 - k))}}\"\n{after}done\n"
    )
}

const GONE: &str = "  kubectl --context source wait --for=delete pod/web-$k --timeout=-1s\n";
const READY: &str = "  until kubectl --context destination wait --for=condition=Ready pod/web-$k; do sleep 1; done\n";

/// The same steps in the grammar of scenarios.
fn steps(gated: bool) -> String {
    let of = |k: i32| {
        let wait = |text: String| if gated { text } else { String::new() };
        [
            format!("  - patch: {{cluster: source, replicas: {k}}}\n"),
            format!("  - copyVolume: {{ordinal: {k}, claimRef: drop}}\n"),
            wait(format!(
                "  - wait: {{cluster: source, pod: {k}, until: gone}}\n"
            )),
            format!(
                "  - patch: {{cluster: destination, start: {k}, replicas: {}}}\n",
                2 - k
            ),
            wait(format!(
                "  - wait: {{cluster: destination, pod: {k}, until: ready}}\n"
            )),
        ]
        .concat()
    };
    format!("migration:\n  steps:\n{}{}", of(1), of(0))
}

#[test]
fn a_script_and_the_same_steps_have_the_same_verdicts_and_stories() {
    let mut compared = 0;
    for gated in [false, true] {
        let script = if gated {
            one_by_one(GONE, READY)
        } else {
            one_by_one("", "")
        };
        for faults in [
            None,
            Some("1:eviction,driverCrash"),
            Some("1:podNeverReady"),
        ] {
            let as_script = result(&of_script(&script, faults));
            let as_steps = result(&scenario(&steps(gated), "", faults));
            for (script, steps) in as_script.properties.iter().zip(&as_steps.properties) {
                assert_eq!(
                    script.verdict, steps.verdict,
                    "{} {gated} {faults:?}",
                    steps.name
                );
                let cost = |property: &straddle::internals::report::PropertyResult| {
                    property.cost().map(|cost| (cost.steps, cost.faults))
                };
                assert_eq!(
                    cost(script),
                    cost(steps),
                    "{} {gated} {faults:?}",
                    steps.name
                );
                compared += usize::from(steps.verdict == Verdict::Violated);
            }
        }
    }
    assert!(compared >= 8, "only {compared} stories were compared");
}

/// The lines of a fix, written where it says.
fn with_fix(script: &str, help: &str) -> String {
    let (place, fix) = help.split_once('\n').expect("a place and a wait");
    let line: usize = place
        .strip_prefix("before line ")
        .expect("a place")
        .parse()
        .expect("a line");
    let mut lines: Vec<&str> = script.lines().collect();
    lines.insert(line - 1, fix);
    lines.join("\n") + "\n"
}

#[test]
fn a_fix_is_a_line_to_paste_and_keeps_the_property() {
    let script = one_by_one("", READY);
    let broken = result(&of_script(&script, None));
    let mut pasted = 0;
    for property in &broken.properties {
        let Some(story) = &property.counterexample else {
            continue;
        };
        let place = story.place.as_ref().expect("a request is to blame");
        assert!(place.at.file.ends_with("migrate.sh"), "{:?}", place.at);
        let Some(help) = &story.help else { continue };
        pasted += 1;
        let fixed = result(&of_script(&with_fix(&script, &help.text), None));
        let broken = story.also_broken.iter().map(|broken| broken.name.as_str());
        for name in broken.chain([property.name.as_str()]) {
            let verdict = fixed
                .properties
                .iter()
                .find(|found| found.name == name)
                .map(|found| found.verdict);
            assert_eq!(verdict, Some(Verdict::Holds), "{name} with {}", help.text);
        }
    }
    assert!(pasted >= 1, "no fix was printed");
    let help = broken
        .properties
        .iter()
        .find_map(|property| property.counterexample.as_ref()?.help.as_ref());
    insta::assert_snapshot!(help.expect("a fix").text, @r#"
    before line 8
      kubectl --context source wait --for=delete "pod/web-$k" --timeout=-1s
    "#);
}

#[test]
fn a_time_out_is_a_step_that_may_happen() {
    let wait = "  kubectl --context source wait --for=delete pod/web-$k --timeout=60s\n";
    let verdict = |script: &str, name: &str| {
        let result = result(&of_script(script, None));
        result
            .properties
            .iter()
            .find(|property| property.name == name)
            .map(|property| property.verdict)
    };
    // With `set -e` the script ends there: safe, and not moved.
    let ends = one_by_one(wait, READY);
    assert_eq!(verdict(&ends, "at-most-one-running"), Some(Verdict::Holds));
    assert_eq!(verdict(&ends, "recoverable"), Some(Verdict::Violated));
    // Without it the script goes on as if it had waited.
    let goes_on = ends.replace("set -euo pipefail\n", "");
    assert_eq!(
        verdict(&goes_on, "at-most-one-running"),
        Some(Verdict::Violated)
    );
}

#[test]
fn a_pod_does_not_start_without_its_secret() {
    let verdict = |script: &str| {
        let files = |path: &Path| {
            match path.to_str() {
            Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
            Some("web.yaml") => Ok(b"kind: StatefulSet\napiVersion: apps/v1\nmetadata: {name: web}\nspec:\n  replicas: 1\n  serviceName: web\n  selector: {}\n  template:\n    spec:\n      containers:\n      - name: a\n        envFrom: [{secretRef: {name: key}}]\n".to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
        };
        let text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {manifest: web.yaml}\nmigration: {runbook: migrate.sh}\n";
        let scenario = Scenario::parse(
            Path::new("scenario.yaml"),
            text,
            &Overrides::default(),
            &files,
        );
        let result = result(&scenario.unwrap_or_else(|problems| panic!("{problems:#?}")));
        result
            .properties
            .iter()
            .find(|property| property.name == "completes")
            .map(|property| property.verdict)
    };
    let moved = "kubectl --context source scale sts web --replicas=0\nkubectl --context source wait --for=delete pod/web-0 --timeout=-1s\nkubectl --context destination scale sts web --replicas=1\n";
    let copied = "kubectl --context source get secret key -o yaml | kubectl --context destination create -f -\n";
    assert_eq!(verdict(&format!("{copied}{moved}")), Some(Verdict::Holds));
    // A Secret that the script deletes again is missing when the Pod wants to start.
    let deleted = format!("{copied}kubectl --context destination delete secret key\n{moved}");
    assert_eq!(verdict(&deleted), Some(Verdict::Violated));
    // A name that is taken ends a script that minds.
    assert_eq!(
        verdict(&format!("set -e\n{copied}{copied}{moved}")),
        Some(Verdict::Violated)
    );
}

/// The bundled script, and the same with the cascade under which its wait means what was meant.
#[test]
fn a_set_that_is_deleted_in_the_foreground_outlives_its_pods() {
    let script = include_str!("../../models/cold-move-deleted/migrate.sh");
    let broken = |script: &str| {
        let result = result(&of_script(script, None));
        let broken = result.properties.iter();
        let broken = broken.filter(|one| one.verdict == Verdict::Violated);
        let names = broken.map(|one| one.name.clone());
        names.filter(|name| name != "available").collect::<Vec<_>>()
    };
    let first = ["at-most-one-pod", "at-most-one-running", "single-writer"];
    assert_eq!(broken(script), first);
    let foreground = script.replace("delete statefulset", "delete --cascade=foreground sts");
    assert_ne!(script, foreground);
    assert_eq!(broken(&foreground), [""; 0]);
    let orphan = script.replace("delete statefulset", "delete --cascade=orphan sts");
    assert!(broken(&orphan).contains(&"self-healing".to_owned()));
}

/// A wait of the script's own that may be given up keeps no other fix from being found.
#[test]
fn a_script_that_may_give_up_gets_a_fix() {
    let status = "  kubectl --context destination rollout status sts/web --timeout=300s\n";
    let script = one_by_one("", status);
    let broken = result(&of_script(&script, None));
    let verdict = |result: &ScenarioResult, name: &str| {
        let mut properties = result.properties.iter();
        let found = properties.find(|property| property.name == name);
        found.map(|property| property.verdict)
    };
    assert_eq!(verdict(&broken, "recoverable"), Some(Verdict::Violated));
    let mut properties = broken.properties.iter();
    let story = properties.find(|property| property.name == "at-most-one-running");
    let story = story.and_then(|property| property.counterexample.as_ref());
    let help = story.and_then(|story| story.help.as_ref());
    let text = &help.expect("a fix").text;
    insta::assert_snapshot!(text, @r#"
    before line 8
      kubectl --context source wait --for=delete "pod/web-$k" --timeout=-1s
    "#);
    let fixed = result(&of_script(&with_fix(&script, text), None));
    for name in ["at-most-one-pod", "at-most-one-running", "single-writer"] {
        assert_eq!(verdict(&broken, name), Some(Verdict::Violated), "{name}");
        assert_eq!(verdict(&fixed, name), Some(Verdict::Holds), "{name}");
    }
    // Giving up is the script's own affair.
    assert_eq!(verdict(&fixed, "recoverable"), Some(Verdict::Violated));
}

/// Keeps the fixes of the first look.
#[derive(Default)]
struct FirstLook(Mutex<Vec<String>>);

impl Watch for FirstLook {
    fn progress(&self, _: &Progress) -> bool {
        false
    }
    fn violated(&self, _: &str, _: usize, _: u32) {}
    fn stories(&self, result: &ScenarioResult) {
        let stories = result.properties.iter();
        let stories = stories.filter_map(|property| property.counterexample.as_ref());
        let fixes = stories.filter_map(|story| Some(story.help.as_ref()?.text.clone()));
        self.0.lock().expect("nobody panics").extend(fixes);
    }
}

/// What is told before the whole space is searched has its fix, although what else the script
/// breaks is not known by then.
#[test]
fn a_story_that_is_told_early_has_its_fix() {
    let script = "set -e\nfor k in 2 1 0; do\n  \
                  kubectl --context source scale sts web --replicas=$k\n  \
                  kubectl --context source get pvc data-web-$k -o yaml > /tmp/c\n  \
                  kubectl --context source get pv \"$(yq .spec.volumeName /tmp/c)\" -o yaml | \
                  yq 'del(.spec.claimRef)' > /tmp/v\n  \
                  kubectl --context destination create -f /tmp/v -f /tmp/c\n  \
                  kubectl --context destination patch sts web -p \
                  '{\"spec\": {\"ordinals\": {\"start\": '$k'}, \"replicas\": '$((3 - k))'}}'\n  \
                  kubectl --context destination rollout status sts/web --timeout=300s\ndone\n";
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let head = HEAD.replace("replicas: 2", "replicas: 3");
    let text = format!("{head}migration: {{runbook: migrate.sh}}\n");
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, &text, &Overrides::default(), &files);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{problems:#?}"));
    let watch = FirstLook::default();
    let options = CheckOptions {
        threads: NonZeroUsize::new(2).expect("two"),
        ..CheckOptions::default()
    };
    let _ = check(&scenario, &options, &watch);
    let fixes = watch.0.into_inner().expect("nobody panics").join("\n");
    assert!(fixes.contains("wait --for=delete"), "{fixes}");
}

/// Many cold moves save everything first. The verdicts are those of reading in turn.
#[test]
fn a_script_that_saves_everything_first_comes_to_the_same() {
    let stop = "set -e\nkubectl --context source scale sts web --replicas=0\n";
    let waits = "for k in 0 1; do kubectl --context source wait --for=delete pod/web-$k --timeout=-1s; done\n";
    let start = "kubectl --context destination scale sts web --replicas=2\n";
    let read = "for k in 0 1; do\n  kubectl --context source get pvc data-web-$k -o yaml > c$k\n  \
                kubectl --context source get pv $(yq .spec.volumeName c$k) -o yaml | yq 'del(.spec.claimRef)' > v$k\ndone\n";
    let create = "for k in 0 1; do kubectl --context destination create -f v$k -f c$k; done\n";
    let in_turn = format!("for k in 0 1; do\n{COPY}done\n");
    let mut violated = 0;
    for waits in [waits, ""] {
        let verdicts = |copies: &str| {
            let script = format!("{stop}{waits}{copies}{start}");
            let result = result(&of_script(&script, None));
            let verdicts = result.properties.iter();
            verdicts
                .map(|one| (one.name.clone(), one.verdict))
                .collect::<Vec<_>>()
        };
        let first = verdicts(&format!("{read}{create}"));
        assert_eq!(first, verdicts(&in_turn), "{waits}");
        let broken = first
            .iter()
            .filter(|(_, verdict)| *verdict == Verdict::Violated);
        violated += broken.count();
    }
    assert!(violated > 2, "both are safe");
}
