//! Reports in every width, and what is shown once.

use super::*;
use crate::report::timeline;

/// A counterexample of sixteen ordinals, of which the first `moving` move one after another.
fn wide(moving: usize) -> Counterexample {
    let picture = |moved: usize| {
        let lane = |before: char, after: char| -> String {
            let at = |ordinal| if ordinal < moved { after } else { before };
            (0..16).map(at).collect()
        };
        format!("{} {} S", lane('#', '.'), lane('.', '#'))
    };
    let text = "create the volume of disk 15 in destination";
    let who = "destination persistent-volume-controller";
    let steps = (1..=moving).map(|moved| samples::component(moved, who, text, &picture(moved)));
    let initial = samples::component(1, who, text, &picture(0)).lanes;
    Counterexample {
        ordinal: Some(0),
        replicas: 16,
        initial,
        steps: steps.collect(),
        also_broken: Vec::new(),
        ..samples::story()
    }
}

/// A counterexample that starts as the sample does, and ends otherwise.
fn similar() -> Counterexample {
    let mut story = samples::story();
    story.steps.truncate(9);
    story.steps[8].text = "provision an empty volume for claim 5".to_owned();
    story.also_broken.clear();
    story
}

/// The sample's scenario with another property violated by `story`.
fn two(story: Counterexample) -> ScenarioResult {
    let mut result = samples::violated();
    let mut other = result.properties[1].clone();
    other.name = "right-disk".to_owned();
    other.counterexample = Some(story);
    result.properties[3] = other;
    result
}

#[test]
fn every_line_fits_every_terminal() {
    for columns in [80, 90, 100, 120, 160] {
        for moving in [1, 3, 16] {
            let settings = Settings {
                width: columns,
                ..settings(false)
            };
            for result in [
                telling(wide(moving)),
                two(similar()),
                samples::inconclusive(),
            ] {
                let text = shown(&samples::report(vec![result], vec![]), &settings);
                let longest = text.lines().map(width).max().unwrap_or_default();
                assert!(
                    longest + 30 > columns.min(100),
                    "{columns} columns are not used:\n{text}"
                );
            }
        }
    }
}

fn plain_table(page: usize, story: &Counterexample) -> String {
    let lines = timeline::table(page, story, false, &[]).join("\n");
    anstream::adapter::strip_str(&lines).to_string()
}

#[test]
fn ordinals_that_never_change_give_way() {
    insta::assert_snapshot!(plain_table(80, &wide(2)), @"
                                                             source  dest  disk 0
    #  who                 what                              01      01
    0                      initial                           ##      ..    S
    1  dest pv controller  create the volume of disk 15 in   .#      #.    S
                           destination
    2  dest pv controller  create the volume of disk 15 in   ..      ##    S   <--
                           destination
       ordinals 2-15: # in source, . in dest throughout
       # Ready  . none
       disk:  S mounted in source
    ");
}

#[test]
fn where_nothing_gives_way_what_happens_is_below() {
    let text = plain_table(80, &wide(16));
    let start: Vec<&str> = text.lines().take(6).collect();
    insta::assert_snapshot!(start.join("\n"), @"
    #  who                 source            dest              disk 0
       what                0123456789012345  0123456789012345
    0                      ################  ................  S
       initial
    1  dest pv controller  .###############  #...............  S
       create the volume of disk 15 in destination
    ");
}

#[test]
fn what_an_earlier_counterexample_has_shown_is_not_repeated() {
    let text = one(two(similar()));
    let second = text.split("VIOLATED  right-disk").nth(1).expect("a second");
    let table: Vec<&str> = second
        .lines()
        .take_while(|line| !line.starts_with("why"))
        .collect();
    insta::assert_snapshot!(table.join("\n"), @"
     (ordinal 5), as expected            shortest counterexample: 9 steps, no faults
    redis-redis-cluster-5 was still running in source when destination started it, on the same disk.

                                                                                 source  dest    disk 5
      #  who                 what                                                012345  012345
      0                      initial                                             ######  ......  S
      …                      steps 1 to 8: as for at-most-one-running
      9  dest pv controller  provision an empty volume for claim 5               ######  .....+  S   <--
    ");
    let full = Settings {
        full: true,
        ..settings(false)
    };
    let report = samples::report(vec![two(similar())], vec![]);
    assert!(!shown(&report, &full).contains("as for"));
}

#[test]
fn steps_in_common_with_other_replicas_are_not_referred_to() {
    let fewer = Counterexample {
        replicas: 1,
        ..similar()
    };
    assert!(!one(two(fewer)).contains("as for"));
}

#[test]
fn short_is_verdict_sentence_line_and_fix() {
    let short = Settings {
        short: true,
        ..settings(true)
    };
    let mut surprised = samples::unexpected();
    surprised.properties[3].as_expected = false;
    surprised.properties[3].expected = Verdict::Violated.into();
    let results = vec![
        samples::holds(),
        samples::violated(),
        surprised,
        samples::inconclusive(),
    ];
    insta::assert_snapshot!(shown(&samples::report(results, vec![]), &short), @"
    gated
      HOLDS  3 properties hold on every path, as expected

    blog-redis-cluster
      VIOLATED  at-most-one-running, at-most-one-pod and single-writer: redis-redis-cluster-5 was still
                running in source when destination started it, on the same disk.
                --> models/blog-redis-cluster/scenario.yaml:10: - patch: {cluster: destination, start:
                    k, replicas: N - k}
                fix   before line 10 (checked: all three properties then hold)
                        - wait: {cluster: source, pod: k, until: gone}

    blog-redis-cluster
      VIOLATED  at-most-one-running, at-most-one-pod and single-writer, not as expected:
                redis-redis-cluster-5 was still running in source when destination started it, on the
                same disk.
                --> models/blog-redis-cluster/scenario.yaml:10: - patch: {cluster: destination, start:
                    k, replicas: N - k}
                fix   before line 10 (checked: all three properties then hold)
                        - wait: {cluster: source, pod: k, until: gone}
      UNEXPECTED  right-disk: holds, but expected violated

    large
      VIOLATED  disjoint-slices: Both sets own ordinal 1.
      INCONCLUSIVE  at-most-one-pod: the bound of 1,000 states was reached
      INCONCLUSIVE  right-disk: the bound of 1,000 states was reached

    4 scenarios, 2 as expected, 1 not as expected, 1 inconclusive: 7 hold, 7 violated, 2 inconclusive, 2
    not applicable;
    493,824 states, 2,617,284 transitions, depth 34, 3 of 4 complete, 3.0 s
    ");
}
