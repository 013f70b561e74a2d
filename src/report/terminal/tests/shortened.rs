//! Long stories and loops, of which some steps are left out.

use super::*;

#[test]
fn long_stories_are_shortened_around_what_matters() {
    let mut story = samples::story();
    let kubelet = "source kubelet";
    story.steps = (1..=60)
        .map(|number| match number {
            30 => samples::fault(30, "driverCrash", "the driver crashes", "###### ...... S"),
            _ => samples::component(number, kubelet, "Pod 5 is Ready", "###### ...... S"),
        })
        .collect();
    story.also_broken = vec![AlsoBroken {
        name: "at-most-one-pod".to_owned(),
        step: 32,
    }];
    story.faults = 1;
    story.scope = Some("across sides".to_owned());
    insta::assert_snapshot!(one(telling(story)), @"
    blog-redis-cluster   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    assumed  storage.backend permissive: both clusters can attach a disk at once
             faults none: only what the components do by themselves; `--faults 2` adds any two of the
             ordinary kinds of fault

    VIOLATED  at-most-one-running (ordinal 5, across sides), as expected
              shortest counterexample: 60 steps, 1 fault
    redis-redis-cluster-5 was still running in source when destination started it, on the same disk.
    also violates: at-most-one-pod (step 32)

      #  who                  what                                   source 012345  dest 012345  disk 5
      0                       initial                                       ######       ......  S
      1  source kubelet       Pod 5 is Ready                                ######       ......  S
      2  source kubelet       Pod 5 is Ready                                ######       ......  S
      3  source kubelet       Pod 5 is Ready                                ######       ......  S
      4  source kubelet       Pod 5 is Ready                                ######       ......  S
      5  source kubelet       Pod 5 is Ready                                ######       ......  S
      6  source kubelet       Pod 5 is Ready                                ######       ......  S
      7  source kubelet       Pod 5 is Ready                                ######       ......  S
      8  source kubelet       Pod 5 is Ready                                ######       ......  S
      9  source kubelet       Pod 5 is Ready                                ######       ......  S
     10  source kubelet       Pod 5 is Ready                                ######       ......  S
      …                       19 steps omitted; --full shows them
     30  source DRIVER CRASH  the driver crashes                            ######       ......  S
     31  source kubelet       Pod 5 is Ready                                ######       ......  S
     32  source kubelet       Pod 5 is Ready                                ######       ......  S
      …                       12 steps omitted; --full shows them
     45  source kubelet       Pod 5 is Ready                                ######       ......  S
     46  source kubelet       Pod 5 is Ready                                ######       ......  S
     47  source kubelet       Pod 5 is Ready                                ######       ......  S
     48  source kubelet       Pod 5 is Ready                                ######       ......  S
     49  source kubelet       Pod 5 is Ready                                ######       ......  S
     50  source kubelet       Pod 5 is Ready                                ######       ......  S
     51  source kubelet       Pod 5 is Ready                                ######       ......  S
     52  source kubelet       Pod 5 is Ready                                ######       ......  S
     53  source kubelet       Pod 5 is Ready                                ######       ......  S
     54  source kubelet       Pod 5 is Ready                                ######       ......  S
     55  source kubelet       Pod 5 is Ready                                ######       ......  S
     56  source kubelet       Pod 5 is Ready                                ######       ......  S
     57  source kubelet       Pod 5 is Ready                                ######       ......  S
     58  source kubelet       Pod 5 is Ready                                ######       ......  S
     59  source kubelet       Pod 5 is Ready                                ######       ......  S
     60  source kubelet       Pod 5 is Ready                                ######       ......  S   <--
         # Ready  . none
         disk:  S mounted in source

    why   Step 1 only stores `replicas: 5`; the source controller has not acted on it yet. Nothing
          between step 1 and step 6 waits until Pod 5 is gone from source.
       --> models/blog-redis-cluster/scenario.yaml:10:5
       |
    10 |   - patch: {cluster: destination, start: k, replicas: N - k}
       |     ^^^^^ this step made the last one possible
    fix   before line 10 (checked: both properties then hold)
            - wait: {cluster: source, pod: k, until: gone}
    again straddle check models/blog-redis-cluster/scenario.yaml --property at-most-one-running

    PROPERTY             VERDICT   EXPECTED  STEPS  FAULTS
    at-most-one-running  violated  violated     60       1

    1 scenario, as expected: 1 violated; 123,456 states, 654,321 transitions, depth 34, complete, 0.8 s
    ");
}

#[test]
fn full_leaves_nothing_out() {
    let mut story = samples::story();
    story.steps = (1..=60)
        .map(|number| samples::component(number, "source kubelet", "-", "# . S"))
        .collect();
    let report = samples::report(vec![telling(story)], vec![]);
    let full = Settings {
        full: true,
        ..settings(false)
    };
    assert!(!shown(&report, &full).contains('…'));
    assert!(shown(&report, &settings(false)).contains('…'));
}

/// The lines of the table that have a bar in the margin.
fn barred(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with('|')).collect()
}

#[test]
fn what_repeats_for_ever_has_a_bar() {
    let mut story = samples::story();
    story.loop_start = Some(9);
    story.fairness = vec!["Steps 10 and 11 repeat forever.".to_owned()];
    let text = one(telling(story.clone()));
    let steps: Vec<String> = barred(&text)
        .iter()
        .map(|line| line[1..7].trim().to_owned())
        .collect();
    assert_eq!(steps, ["10", "11"]);
    assert!(text.contains("11 steps, no faults; the last 2 repeat forever"));
    assert!(text.contains("\nloop  Steps 10 and 11 repeat forever.\n"));
    assert!(!text.contains("<--"), "no step is the last:\n{text}");
    // An end has no loop to draw, and a last step.
    story.loop_start = Some(11);
    story.fairness = vec!["Deadlock: no component has anything left to do.".to_owned()];
    let text = one(telling(story));
    assert_eq!(barred(&text), [""; 0]);
    assert!(text.contains("shortest counterexample: 11 steps"));
    assert!(text.contains("\nend   Deadlock: no component has anything left to do.\n"));
    assert!(text.contains("<--"));
}

#[test]
fn a_long_loop_is_shortened_inside_its_bar() {
    let mut story = samples::story();
    let step = story.steps[9].clone();
    story.also_broken.clear();
    story.steps = (1..=120)
        .map(|number| crate::report::Step {
            number,
            ..step.clone()
        })
        .collect();
    story.loop_start = Some(50);
    let text = one(telling(story));
    let bars = barred(&text);
    assert!(bars[0].contains("54 steps omitted"), "{text}");
    assert!(text.contains("\n    …"), "{text}");
    assert!(text.contains("40 steps omitted"), "{text}");
    assert_eq!(bars.len(), 17, "{text}");
}
