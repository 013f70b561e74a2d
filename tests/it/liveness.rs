//! Endless paths: what counts as fair, on toys and against a twin that tries every set of states.

mod explored;
mod net;
mod twin;

use std::num::NonZeroUsize;

use stateright::{Checker, Model};
use straddle::Migration;
use straddle::engine::exhaustive::check as decide;
use straddle::engine::{
    Bounds, Formula, Outcome, Question, Searchable, StopReason, Unobserved, Verdict, WhyFair,
};
use straddle::internals::check::question;
use straddle::internals::properties;

use crate::asked::{Asked, completes, stays};
use crate::models::scenario;
use net::Arc;
pub use net::Net;

/// Both properties about endless paths, and the net's invariant.
fn ask(net: &Net) -> Question<Net> {
    let mut formulas = net.invariants();
    formulas.extend([completes(), stays()]);
    Question::new(formulas)
}

fn run(net: &Net, bounds: &Bounds) -> Outcome<Arc> {
    decide(net, &ask(net), bounds, NonZeroUsize::MIN, &Unobserved)
}

/// The verdict on a property: `holds`, or the counterexample with its loop in parentheses and
/// why that is fair.
fn verdict(net: &Net, property: &str) -> String {
    let outcome = run(net, &Bounds::default());
    let mut decisions = outcome.decisions.iter();
    let decision = decisions.find(|decision| decision.name == property);
    match &decision.expect("it is asked for").verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Inconclusive(reason) => format!("{reason:?}"),
        Verdict::Violated(trace) => {
            let text = |arcs: &[Arc]| -> String {
                let arcs: Vec<String> = arcs.iter().map(|arc| net.text(*arc)).collect();
                arcs.join(" ")
            };
            let (stem, round) = trace
                .steps
                .split_at(trace.loop_start.expect("it is endless"));
            let reasons: Vec<String> = trace.fair.iter().map(reason).collect();
            let all = [text(stem), format!("({})", text(round)), reasons.join(" ")];
            all.join(" ").trim().to_owned()
        }
    }
}

fn reason(fair: &straddle::engine::Fairness) -> String {
    let class = char::from(b'a' + u8::try_from(fair.class).expect("a letter"));
    match fair.why {
        WhyFair::Happens(step) => format!("{class}@{step}"),
        WhyFair::NotEnabled(after) => format!("no-{class}@{after}"),
    }
}

/// Rows of a net, its goal nodes, and the verdicts on `completes` and `stays-migrated`.
#[track_caller]
fn check(table: &[(&str, &str, &str, &str)]) {
    for (arcs, goal, completes, stays) in table {
        let net = Net::read(arcs, goal);
        assert_eq!(
            verdict(&net, "completes"),
            *completes,
            "{arcs}, goal {goal}"
        );
        assert_eq!(
            verdict(&net, "stays-migrated"),
            *stays,
            "{arcs}, goal {goal}"
        );
    }
}

/// `0a1`: from node 0 a step of class a leads to node 1. `!` is a fault, `?` a step that need
/// never happen.
#[test]
fn fair_loops_and_ends() {
    check(&[
        // A line to the goal, and a line that ends before it.
        ("0a1 1a2", "2", "holds", "holds"),
        ("0a1", "2", "0a1 ()", "holds"),
        // Two states for ever, and nothing else can happen.
        ("0a1 1a0", "2", "(0a1 1a0) a@1", "holds"),
        // The goal can be reached, but whoever turns round could be the one that goes there.
        ("0a1 1a0 1a2", "2", "(0a1 1a0) a@1", "holds"),
        // Somebody else can always leave: the loop is unfair to b. A state that does not enable
        // b makes it fair.
        ("0a1 1a0 0b2 1b2", "2", "holds", "holds"),
        ("0a1 1a0 1b2", "2", "(0a1 1a0) a@1 no-b@0", "holds"),
        // The loop has a step of the component that would leave: it is fair to it.
        ("0a1 1b0 0b2 1b2", "2", "(0a1 1b0) a@1 b@2", "holds"),
        // Nothing has to happen: a way out that need not be taken is no way out.
        ("0a1 1?2", "2", "0a1 ()", "holds"),
        ("0a1 1a0 0?2 1?2", "2", "(0a1 1a0) a@1", "holds"),
        // A state with something fair to do is no end.
        ("0a1 1?1 1a2", "2", "holds", "holds"),
        // A step that changes nothing happens, and nothing comes of it.
        ("0a0 0b1", "1", "holds", "holds"),
        ("0a0 0a1", "1", "(0a0) a@1", "holds"),
        // Only a fault leads out; and faults end.
        ("0a1 1!2", "2", "0a1 ()", "holds"),
        ("0a1 1!0 1a2", "2", "holds", "holds"),
        // The goal is left: to an end, for ever and again, and for a while.
        ("0a1 1a2", "1", "holds", "0a1 1a2 ()"),
        ("0a1 1a2 2a1", "1", "holds", "0a1 (1a2 2a1) a@2"),
        ("0a1 1a2 2a3", "13", "holds", "holds"),
        ("0a1 1!2 2a1", "1", "holds", "holds"),
        ("0a1 1!2", "1", "holds", "0a1 1!2 ()"),
        // The same end without the goal before it breaks the other property.
        ("0a1 0a2 1b2", "1", "0a2 ()", "0a1 1b2 ()"),
    ]);
}

#[test]
fn a_loop_takes_in_what_makes_it_fair() {
    check(&[
        // b can act at 0 and 1, not at 2: the loop has to go by 2.
        (
            "0a1 1a0 1a2 2a0 0b3 1b3",
            "3",
            "(0a1 1a2 2a0) a@1 no-b@2",
            "holds",
        ),
        // b can act everywhere, and once without leaving.
        (
            "0a1 1a2 2a0 0b3 1b1 2b3",
            "3",
            "(0a1 1b1 1a2 2a0) a@1 b@2",
            "holds",
        ),
        // To stay at the goal is no violation: the loop goes by the node that is not.
        ("0a1 1a2 1b1 2a1", "1", "holds", "0a1 (1a2 2a1) a@2 no-b@2"),
    ]);
}

#[test]
fn the_nearest_way_in_has_the_fewest_faults() {
    check(&[
        ("0!3 0a1 1a2", "4", "0a1 1a2 ()", "holds"),
        (
            "0a4 0!1 1a4 1!2 0!3 3a5 5a6",
            "4",
            "0!3 3a5 5a6 ()",
            "holds",
        ),
    ]);
}

#[test]
fn what_is_as_good_as_the_goal_keeps_it() {
    let net = Net::read("0a1 1!2", "1");
    assert_eq!(verdict(&net, "stays-migrated"), "0a1 1!2 ()");
    let mild = net.with_mild("2");
    assert_eq!(verdict(&mild, "stays-migrated"), "holds");
    // It is no goal: a path that only comes there has not completed.
    assert_eq!(
        verdict(&Net::read("0a1 0a2", "1").with_mild("2"), "completes"),
        "0a2 ()"
    );
}

#[test]
fn a_path_that_breaks_nothing_else_is_preferred() {
    let net = Net::read("0a1 0b2 2b3", "4");
    assert_eq!(verdict(&net, "completes"), "0a1 ()");
    assert_eq!(
        verdict(&net.clone().with_bad("1"), "completes"),
        "0b2 2b3 ()"
    );
    assert_eq!(verdict(&net.with_bad("13"), "completes"), "0a1 ()");
    // Inside one component: the part of it that is clean is fair by itself.
    let net = Net::read("0a1 1a0 1a2 2a1", "3").with_bad("0");
    assert_eq!(
        verdict(&net, "completes"),
        "(0a1 1a0) a@1",
        "no clean start"
    );
    let net = Net::read("0a1 1a2 2a1 1a0", "3").with_bad("2");
    assert_eq!(verdict(&net, "completes"), "(0a1 1a0) a@1");
    // More faults are no better than a broken property.
    let net = Net::read("0a1 0!2", "3").with_bad("1");
    assert_eq!(verdict(&net, "completes"), "0a1 ()");
}

#[test]
fn layers_say_with_how_many_faults_a_property_holds() {
    let net = Net::read("0a2 0!1", "2");
    let outcome = run(&net, &Bounds::default());
    let layers = |name: &str| {
        let mut decisions = outcome.decisions.iter();
        decisions
            .find(|decision| decision.name == name)
            .map(|decision| decision.layers.clone())
    };
    assert_eq!(layers("completes"), Some(vec![true, false]));
    assert_eq!(layers("stays-migrated"), Some(vec![true; 2]));
    assert!(outcome.statistics.complete);
}

#[test]
fn a_bounded_search_decides_nothing() {
    let net = Net::read("0a1 1a2 2a3 3a4", "4");
    let few = Bounds {
        depth: Some(2),
        ..Bounds::default()
    };
    let outcome = run(&net, &few);
    let reason = Verdict::Inconclusive(StopReason::Depth);
    assert!(
        outcome
            .decisions
            .iter()
            .all(|decision| decision.verdict == reason)
    );
    assert_eq!(outcome.statistics.stopped, Some(StopReason::Depth));
}

/// What stateright's `eventually` makes of a net.
fn stateright_finds(net: &Net) -> bool {
    let checker = net.clone().checker().spawn_bfs().join();
    assert!(checker.is_done());
    checker.discovery("goal").is_some()
}

#[test]
fn stateright_misses_loops_and_joins() {
    let line = Net::read("0a1", "2");
    assert!(stateright_finds(&line), "an end it does find");
    let turns = Net::read("0a1 1a0", "2");
    assert!(!stateright_finds(&turns), "it has learned to see loops");
    assert_eq!(verdict(&turns, "completes"), "(0a1 1a0) a@1");
    // 3 is reached by way of the goal first, and then by another way.
    let join = Net::read("0a1 1a3 0a2 2a3", "1");
    assert!(!stateright_finds(&join), "it has learned to see joins");
    assert_eq!(verdict(&join, "completes"), "0a2 2a3 ()");
}

/// The counterexamples of the bundled scenarios, walked: a loop comes back to the same world, and
/// at an end nothing is left to happen but faults.
#[test]
fn endless_stories_of_bundled_scenarios_are_endless() {
    let mut ends = 0;
    let mut loops = 0;
    for name in [
        "claim-swapped-late",
        "empty-disk",
        "kep-3335-literal",
        "reclaim-delete",
        "tidied-wrong-side",
    ] {
        let model = Migration::new(scenario(name, None).setup);
        let question = question(&model, &properties::NAMES, false);
        let bounds = Bounds::default();
        let outcome = decide(&model, &question, &bounds, NonZeroUsize::MIN, &Unobserved);
        for decision in outcome.decisions {
            let Verdict::Violated(trace) = decision.verdict else {
                continue;
            };
            let Some(start) = trace.loop_start else {
                continue;
            };
            let mut worlds = model.init_states();
            for &step in &trace.steps {
                let last = worlds.last().expect("the initial state");
                worlds.push(model.after(last, step));
            }
            let last = worlds.last().expect("the initial state");
            assert_eq!(&worlds[start], last, "{name}");
            let goal = worlds.iter().any(|world| model.is_goal(world));
            assert_eq!(goal, decision.name == "stays-migrated", "{name}");
            if start < trace.steps.len() {
                loops += 1;
                continue;
            }
            ends += 1;
            let mut steps = Vec::new();
            model.steps(last, &mut steps);
            steps.retain(|step| model.fault_kind(step).is_none());
            assert!(steps.is_empty(), "{name}: {steps:?}");
        }
    }
    assert!(ends >= 6 && loops >= 1, "{ends} ends, {loops} loops");
}

/// A Pod that never becomes Ready after the migration is no matter of the migration.
#[test]
fn one_pod_may_stay_down_after_the_goal() {
    let faults = Some("podNeverReady=1,eviction=1");
    let small = scenario("kep-3335-ordered-fault-free", faults);
    let model = Migration::new(small.with_replicas(2).expect("it can be shrunk"));
    let question = question(&model, &["stays-migrated"], false);
    let decide = |question: &Question<Migration>| {
        let bounds = Bounds::default();
        let mut outcome = decide(&model, question, &bounds, NonZeroUsize::MIN, &Unobserved);
        outcome.decisions.swap_remove(0).verdict
    };
    assert_eq!(decide(&question), Verdict::Holds);
    let goal = Migration::is_goal;
    let strict = Formula::stabilizes("stays at the goal", goal, goal);
    let strictly = decide(&Question::new(vec![strict]));
    assert!(matches!(strictly, Verdict::Violated(_)));
}
