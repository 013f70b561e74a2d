//! The report as people see it.

mod assumed;
mod shortened;
mod widths;

use super::*;
use crate::engine::StopReason;
use crate::report::text::width;
use crate::report::{AlsoBroken, Cost, Counterexample, DeadEnds, Lanes, SmallerResult};
use crate::report::{SmallerVerdict, Vacuous, samples};

fn settings(several: bool) -> Settings {
    Settings {
        account: false,
        full: false,
        short: false,
        width: crate::report::WIDTH,
        several,
        program: "straddle".to_owned(),
        flags: Vec::new(),
        input: None,
    }
}

fn shown(report: &Report, settings: &Settings) -> String {
    let text = anstream::adapter::strip_str(&render(report, settings)).to_string();
    for line in text.lines() {
        assert!(width(line) <= settings.width, "too wide: {line}");
        assert!(!line.ends_with(' '), "ends with a blank: {line:?}");
    }
    text
}

fn one(result: ScenarioResult) -> String {
    shown(&samples::report(vec![result], vec![]), &settings(false))
}

/// A scenario whose only story is `story`.
fn telling(story: Counterexample) -> ScenarioResult {
    let mut result = samples::violated();
    result.properties.truncate(2);
    result.properties.remove(0);
    result.properties[0].counterexample = Some(story);
    result
}

#[test]
fn violated_as_expected() {
    insta::assert_snapshot!(one(samples::violated()), @"
    blog-redis-cluster   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    assumed  storage.backend permissive: both clusters can attach a disk at once
             faults none: only what the components do by themselves; `--faults 2` adds any two of the
             ordinary kinds of fault

    VIOLATED  at-most-one-running (ordinal 5), as expected  shortest counterexample: 11 steps, no faults
    redis-redis-cluster-5 was still running in source when destination started it, on the same disk.
    also violates: at-most-one-pod (step 8), single-writer (step 11)

      #  who                 what                                    source 012345  dest 012345  disk 5
      0                      initial                                        ######       ......  S
      1  scenario:8          patch source replicas 5                        ######       ......  S
      2  scenario:9          get claim 5 in source                          ######       ......  S
      3  scenario:9          get volume 5 in source                         ######       ......  S
      4  scenario:9          create volume 5 in destination                 ######       ......  S
      5  scenario:9          create claim 5 in destination                  ######       ......  S
      6  scenario:10         patch destination start 5, replicas 1          ######       ......  S
      7  dest statefulset    sees {5} empty, plans create 5                 ######       ......  S
      8  dest statefulset    create Pod 5                                   ######       .....+  S
      9  dest pv controller  bind claim 5                                   ######       .....+  S
     10  dest storage        attach disk 5                                  ######       .....+  S d
     11  dest kubelet        start containers of Pod 5                      ######       .....o  S D <--
         # Ready  o running, not Ready  + Pending  . none
         disk:  S mounted in source  D mounted in destination  d attached to destination only

    why   Step 1 only stores `replicas: 5`; the source controller has not acted on it yet. Nothing
          between step 1 and step 6 waits until Pod 5 is gone from source.
       --> models/blog-redis-cluster/scenario.yaml:10:5
       |
    10 |   - patch: {cluster: destination, start: k, replicas: N - k}
       |     ^^^^^ this step made the last one possible
    fix   before line 10 (checked: all three properties then hold)
            - wait: {cluster: source, pod: k, until: gone}
    again straddle check models/blog-redis-cluster/scenario.yaml --property at-most-one-running

    PROPERTY             VERDICT         EXPECTED  STEPS  FAULTS
    at-most-one-pod      violated        violated      8       0
    at-most-one-running  violated        violated     11       0
    single-writer        violated        violated     11       0
    right-disk           holds           holds
    disjoint-slices      holds           holds
    available            not applicable  -

    not applicable  available: the scenario has no `availability:` rule

    1 scenario, as expected: 2 hold, 3 violated, 1 not applicable;
    123,456 states, 654,321 transitions, depth 34, complete, 0.8 s
    ");
}

#[test]
fn all_hold() {
    insta::assert_snapshot!(one(samples::holds()), @"
    gated   6 replicas, Parallel, Kubernetes 1.31 on both sides, at most 1 fault of eviction,
            driverCrash

    HOLDS  3 properties hold on every path, as expected

    PROPERTY             VERDICT  EXPECTED  STEPS  FAULTS
    at-most-one-pod      holds    holds
    at-most-one-running  holds    holds
    no-data-loss         holds    holds

    never fired  driverCrash: allowed, but not possible in any state

    1 scenario, as expected: 3 hold; 123,456 states, 654,321 transitions, depth 34, complete, 0.8 s
    ");
}

#[test]
fn inconclusive() {
    insta::assert_snapshot!(one(samples::inconclusive()), @"
    large   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults

    VIOLATED  disjoint-slices, as expected                    shortest counterexample: 1 step, no faults
    Both sets own ordinal 1.

      #  who         what                                            source 012345  dest 012345  disk
      0              initial                                                ######       ......  S
      1  scenario:8  patch source replicas 5                                ######       ......  S   <--
         # Ready  . none
         disk:  S mounted in source

    again straddle check models/large/scenario.yaml --property disjoint-slices

    PROPERTY         VERDICT       EXPECTED  STEPS  FAULTS
    at-most-one-pod  inconclusive  holds                    <-- inconclusive
    right-disk       inconclusive  holds                    <-- inconclusive
    disjoint-slices  violated      violated      1       0

    inconclusive  at-most-one-pod, right-disk: the bound of 1,000 states was reached
    layers        0 faults: holds; more: inconclusive (at-most-one-pod, right-disk)
    layers        0 faults: holds; 1 fault: violated (disjoint-slices)

    1 scenario, inconclusive: 1 violated, 2 inconclusive;
    123,456 states, 654,321 transitions, depth 34, stopped: the bound of 1,000 states was reached, 0.8 s
    ");
}

#[test]
fn what_is_undecided_is_never_called_kept() {
    let mut result = samples::inconclusive();
    result.properties.truncate(2);
    result
        .properties
        .push(samples::holds().properties.remove(0));
    result.verdict = Verdict::Inconclusive;
    let text = one(result);
    assert!(
        text.contains("INCONCLUSIVE  2 properties; 1 holds"),
        "{text}"
    );
    assert!(!text.contains("HOLDS"), "{text}");
}

#[test]
fn unreadable() {
    let report = samples::report(vec![], vec![samples::unreadable()]);
    insta::assert_snapshot!(shown(&report, &settings(false)), @"0 scenarios, 1 unreadable");
}

#[test]
fn several_scenarios_tell_in_full_what_is_not_as_expected() {
    let mut surprise = samples::holds();
    surprise.properties[0].expected.verdict = Verdict::Violated;
    surprise.properties[0].as_expected = false;
    surprise.as_expected = false;
    let results = vec![samples::violated(), surprise];
    let report = samples::report(results, vec![samples::unreadable()]);
    insta::assert_snapshot!(shown(&report, &settings(true)), @"
    blog-redis-cluster   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    VIOLATED  at-most-one-running, at-most-one-pod and single-writer: redis-redis-cluster-5 was still
              running in source when destination started it, on the same disk.
    PROPERTY             VERDICT         EXPECTED  STEPS  FAULTS
    at-most-one-pod      violated        violated      8       0
    at-most-one-running  violated        violated     11       0
    single-writer        violated        violated     11       0
    right-disk           holds           holds
    disjoint-slices      holds           holds
    available            not applicable  -

    gated   6 replicas, Parallel, Kubernetes 1.31 on both sides, at most 1 fault of eviction,
            driverCrash

    HOLDS  3 properties hold on every path, not as expected

    PROPERTY             VERDICT  EXPECTED  STEPS  FAULTS
    at-most-one-pod      holds    violated                 <-- unexpected
    at-most-one-running  holds    holds
    no-data-loss         holds    holds

    never fired  driverCrash: allowed, but not possible in any state

    2 scenarios, 1 as expected, 1 not as expected, 1 unreadable: 5 hold, 3 violated, 1 not applicable;
    246,912 states, 1,308,642 transitions, depth 34, complete, 1.5 s
    ");
}

#[test]
fn sixteen_ordinals_fit() {
    let mut story = samples::story();
    let wide = |lanes: &mut Lanes| {
        lanes.source = lanes.source.replace("######", "################");
        lanes.destination = format!("..........{}", lanes.destination);
    };
    wide(&mut story.initial);
    story
        .steps
        .iter_mut()
        .for_each(|step| wide(&mut step.lanes));
    story.steps[5].text =
        "patch destination start 15, replicas 1, which changes nothing".to_owned();
    insta::assert_snapshot!(one(telling(story)), @"
    blog-redis-cluster   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    assumed  storage.backend permissive: both clusters can attach a disk at once
             faults none: only what the components do by themselves; `--faults 2` adds any two of the
             ordinary kinds of fault

    VIOLATED  at-most-one-running (ordinal 5), as expected  shortest counterexample: 11 steps, no faults
    redis-redis-cluster-5 was still running in source when destination started it, on the same disk.
    also violates: at-most-one-pod (step 8), single-writer (step 11)

                                                                                   source  dest  disk 5
      #  who                 what                                                  55      55
      0                      initial                                               ##      ..    S
      1  scenario:8          patch source replicas 5                               ##      ..    S
      2  scenario:9          get claim 5 in source                                 ##      ..    S
      3  scenario:9          get volume 5 in source                                ##      ..    S
      4  scenario:9          create volume 5 in destination                        ##      ..    S
      5  scenario:9          create claim 5 in destination                         ##      ..    S
      6  scenario:10         patch destination start 15, replicas 1, which         ##      ..    S
                             changes nothing
      7  dest statefulset    sees {5} empty, plans create 5                        ##      ..    S
      8  dest statefulset    create Pod 5                                          ##      .+    S
      9  dest pv controller  bind claim 5                                          ##      .+    S
     10  dest storage        attach disk 5                                         ##      .+    S d
     11  dest kubelet        start containers of Pod 5                             ##      .o    S D <--
         ordinals 0-4: # in source, . in dest throughout
         ordinals 6-14: # in source, . in dest throughout
         # Ready  o running, not Ready  + Pending  . none
         disk:  S mounted in source  D mounted in destination  d attached to destination only

    why   Step 1 only stores `replicas: 5`; the source controller has not acted on it yet. Nothing
          between step 1 and step 6 waits until Pod 5 is gone from source.
       --> models/blog-redis-cluster/scenario.yaml:10:5
       |
    10 |   - patch: {cluster: destination, start: k, replicas: N - k}
       |     ^^^^^ this step made the last one possible
    fix   before line 10 (checked: all three properties then hold)
            - wait: {cluster: source, pod: k, until: gone}
    again straddle check models/blog-redis-cluster/scenario.yaml --property at-most-one-running

    PROPERTY             VERDICT   EXPECTED  STEPS  FAULTS
    at-most-one-running  violated  violated     11       0

    1 scenario, as expected: 1 violated; 123,456 states, 654,321 transitions, depth 34, complete, 0.8 s
    ");
}

#[test]
fn smaller_stories_say_so() {
    let story = Counterexample {
        replicas: 1,
        asked: Some(Cost {
            steps: 12,
            faults: 0,
        }),
        ..samples::story()
    };
    let text = one(telling(story));
    let told = "already fails with 1 replica (shown); with 6 replicas: 12 steps";
    assert!(text.contains(told), "{text}");
    assert!(text.contains("violated  violated     12       0"), "{text}");
}

#[test]
fn what_depends_on_the_replicas_is_told_apart() {
    let mut result = samples::holds();
    let with = |replicas, complete, bound, pods: Verdict| SmallerResult {
        replicas,
        complete,
        bound,
        properties: vec![
            verdict("at-most-one-pod", pods),
            verdict("at-most-one-running", Verdict::Holds),
            verdict("no-data-loss", Verdict::Holds),
        ],
    };
    result.smaller = vec![
        with(1, true, None, Verdict::Violated),
        with(2, true, None, Verdict::Holds),
        with(3, false, None, Verdict::Inconclusive),
        with(4, false, Some(StopReason::Depth), Verdict::Inconclusive),
    ];
    result.search.bounds.depth = Some(5);
    result.vacuous = vec![Vacuous {
        line: 9,
        text: "`sleep: 30s` never happens".to_owned(),
    }];
    result.dead_ends = Some(DeadEnds {
        states: 1200,
        steps: 7,
        faults: 1,
        line: Some(8),
        text: "the driver waits forever".to_owned(),
    });
    let text = one(result);
    let remarks = text
        .lines()
        .skip_while(|line| !line.starts_with("smaller N"));
    let remarks: Vec<&str> = remarks.take_while(|line| !line.is_empty()).collect();
    insta::assert_snapshot!(remarks.join("\n"), @"
    smaller N    violated with 1 replica, holds with 2 and 6 (at-most-one-pod)
    smaller N    the other verdicts are the same with 1 and 2 replicas
    smaller N    3 replicas skipped: too many states
    smaller N    4 replicas not decided: the bound of 5 steps was reached
    never fired  driverCrash: allowed, but not possible in any state
    deadlock     1,200 states that are not the goal; the nearest after 7 steps, 1 fault among them: the
                 driver waits forever (line 8)
    vacuous      line 9: `sleep: 30s` never happens
    ");
}

fn verdict(name: &str, verdict: Verdict) -> SmallerVerdict {
    SmallerVerdict {
        name: name.to_owned(),
        verdict,
    }
}

#[test]
fn the_command_can_be_pasted() {
    let mut result = samples::violated();
    result.path = "my models/it's here/scenario.yaml".into();
    let quoted = r"again straddle check 'my models/it'\''s here/scenario.yaml' --property at-most-one-running";
    assert!(one(result.clone()).contains(quoted));
    let plugin = Settings {
        program: "kubectl straddle".to_owned(),
        flags: vec!["--faults 'eviction=1,driverCrash=1'".to_owned()],
        ..settings(false)
    };
    let report = samples::report(vec![result.clone()], vec![]);
    insta::assert_snapshot!(again(&shown(&report, &plugin)), @r"
    again kubectl straddle check 'my models/it'\''s here/scenario.yaml' --property at-most-one-running \
          --faults 'eviction=1,driverCrash=1'
    ");
    result.path = "-odd.yaml".into();
    assert!(one(result).contains("again straddle check ./-odd.yaml --property"));
}

/// The lines of the command.
fn again(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("again"));
    let lines = lines.take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn names_cannot_paint_the_screen() {
    let mut result = samples::violated();
    result.scenario = "evil\u{1b}[2J".to_owned();
    result.properties[1].name = "at\u{7}most".to_owned();
    let text = scenario(&result, &[], &settings(false));
    let text = anstream::adapter::strip_str(&text).to_string();
    let control = |character: char| character.is_control() && character != '\n';
    assert!(!text.contains(control), "{text:?}");
    assert!(text.contains("evil [2J"), "{text}");
}

#[test]
fn expected_figures_are_compared_in_words() {
    let mut result = samples::violated();
    let property = &mut result.properties[1];
    property.expected.steps = Some(12);
    property.as_expected = false;
    let text = one(result);
    assert!(text.contains("11       0  <-- expected 12 steps"), "{text}");
    assert!(text.contains("1 scenario, not as expected"), "{text}");
}
