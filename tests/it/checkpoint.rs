//! Searches that are ended and go on: the outcome is that of a search that nobody ended.

mod paths;
mod program;

use std::fmt::Debug;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use straddle::Migration;
use straddle::engine::checkpoint::{Checkpoints, Error};
use straddle::engine::exhaustive::{check, check_with, may_resume};
use straddle::engine::{
    Bounds, Observer, Order, Outcome, Progress, Question, Searchable, Settings, StopReason,
    StoreKind, Trace, Unobserved, Verdict,
};
use straddle::internals::check::question;
use straddle::internals::properties::NAMES;
use straddle::internals::scenario::{FaultsOverride, Overrides, Scenario};

use crate::asked::everything;
use crate::reference_protocol::protocol::Protocol;
use crate::toys::{Graph, line};

/// Never due by itself.
const NEVER: Duration = Duration::MAX;

/// A folder of one test's own that is not there yet.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("checkpoint")
        .join(test);
    // What an earlier run has left.
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// A new search, which writes no checkpoint before it is stopped.
pub fn start(folder: &Path) -> Checkpoints {
    opened(|| Checkpoints::start(folder, NEVER))
}

/// A search that goes on.
pub fn resume(folder: &Path) -> Checkpoints {
    opened(|| Checkpoints::resume(folder, NEVER))
}

/// A program that another test starts holds the lock, too, until it runs.
fn opened(open: impl Fn() -> Result<Checkpoints, Error>) -> Checkpoints {
    loop {
        match open() {
            Err(Error::InUse(_)) => std::thread::yield_now(),
            opened => return opened.expect("the folder can be used"),
        }
    }
}

/// Stops a search when it is asked for the n-th time between two blocks.
struct After {
    calls: AtomicU32,
    most: u32,
}

impl After {
    fn new(most: u32) -> Self {
        let calls = AtomicU32::new(0);
        Self { calls, most }
    }
}

impl<A> Observer<A> for After {
    fn progress(&self, progress: &Progress) -> bool {
        // Questions about paths ask, too.
        let is_block = progress.frontier > 0;
        is_block && self.calls.fetch_add(1, Ordering::Relaxed) + 1 >= self.most
    }
    fn violated(&self, _: &'static str, _: &Trace<A>) {}
}

fn settings(order: Order, store: StoreKind, threads: usize) -> Settings {
    Settings {
        threads: NonZeroUsize::new(threads).expect("a thread"),
        order,
        store,
        dominance: order == Order::FewestFaults,
        symmetry: false,
    }
}

/// Both orders with both stores.
const KINDS: [(Order, StoreKind); 4] = [
    (Order::FewestFaults, StoreKind::Exact),
    (Order::FewestFaults, StoreKind::Fingerprint),
    (Order::Shortest, StoreKind::Exact),
    (Order::Shortest, StoreKind::Fingerprint),
];

/// Everything but time and memory.
#[track_caller]
fn assert_same<A: PartialEq + Debug>(found: &Outcome<A>, expected: &Outcome<A>, context: &str) {
    for (found, expected) in found.decisions.iter().zip(&expected.decisions) {
        assert_eq!(found.verdict, expected.verdict, "{context}, {}", found.name);
        assert_eq!(found.layers, expected.layers, "{context}, {}", found.name);
    }
    assert_eq!(found.decisions.len(), expected.decisions.len(), "{context}");
    assert_eq!(found.faults_fired, expected.faults_fired, "{context}");
    let counts = |outcome: &Outcome<A>| {
        let counted = outcome.statistics;
        let ended = (counted.complete, counted.stopped);
        (
            counted.unique_states,
            counted.transitions,
            counted.depth,
            ended,
        )
    };
    assert_eq!(counts(found), counts(expected), "{context}");
}

/// A search that goes on again and again, each time for so many blocks, with one thread and two
/// in turns. Returns its outcome, and how often it was ended.
fn in_pieces<M: Searchable>(
    model: &M,
    question: &Question<M>,
    kind: (Order, StoreKind),
    folder: &Path,
    blocks: u32,
) -> (Outcome<M::Action>, u32) {
    let _ = fs::remove_dir_all(folder);
    let bounds = Bounds::default();
    let mut ended = 0;
    loop {
        let checkpoints = if ended == 0 {
            start(folder)
        } else {
            resume(folder)
        };
        let settings = settings(kind.0, kind.1, 1 + ended as usize % 2);
        // The first call comes before the first block.
        let observer = After::new(blocks + 1);
        let run = check_with(model, question, &bounds, settings, &observer, &checkpoints);
        let (outcome, saved) = run.expect("it goes on");
        assert!(saved.failed.is_none(), "{:?}", saved.failed);
        if saved.finished {
            return (outcome, ended);
        }
        assert_eq!(outcome.statistics.stopped, Some(StopReason::Interrupted));
        assert!(saved.there);
        ended += 1;
    }
}

/// Ends a search after every so many blocks.
#[track_caller]
fn check_pieces<M: Searchable>(model: &M, question: &Question<M>, test: &str, pieces: &[u32]) {
    for kind in KINDS {
        let settings = settings(kind.0, kind.1, 1);
        let whole = check(model, question, &Bounds::default(), settings, &Unobserved);
        for &blocks in pieces {
            let context = format!("{test}, {kind:?}, every {blocks} blocks");
            let (pieces, ended) = in_pieces(model, question, kind, &folder(test), blocks);
            assert!(ended > 0, "{context}: it was never ended");
            assert_same(&pieces, &whole, &context);
        }
    }
}

/// Ends a search at a bound of states, in the middle of a level, and goes on without a bound.
#[track_caller]
fn check_bounds<M: Searchable>(model: &M, question: &Question<M>, test: &str) {
    let folder = folder(test);
    for kind in KINDS {
        let [one, two] = [1, 2].map(|threads| settings(kind.0, kind.1, threads));
        let whole = check(model, question, &Bounds::default(), one, &Unobserved);
        for percent in [5, 30, 50, 70] {
            let bound = whole.statistics.unique_states * percent / 100;
            let context = format!("{test}, {kind:?}, {bound} states");
            let _ = fs::remove_dir_all(&folder);
            let bounds = Bounds {
                states: Some(bound),
                ..Bounds::default()
            };
            let begun = start(&folder);
            let run = check_with(model, question, &bounds, two, &Unobserved, &begun);
            let (cut, saved) = run.expect("it starts");
            assert_eq!(
                cut.statistics.stopped,
                Some(StopReason::States),
                "{context}"
            );
            assert!(saved.there && !saved.finished, "{context}");
            drop(begun);
            let resumed = resume(&folder);
            let unbounded = Bounds::default();
            let run = check_with(model, question, &unbounded, one, &Unobserved, &resumed);
            let (outcome, _) = run.expect("it goes on");
            assert_same(&outcome, &whole, &context);
        }
    }
}

/// A bundled scenario with fewer replicas, faults and all properties.
fn scenario(name: &str, replicas: u8, faults: &str) -> (Migration, Question<Migration>) {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let overrides = Overrides {
        faults: Some(FaultsOverride::parse(faults).expect("a budget")),
        properties: Vec::new(),
        ..Overrides::default()
    };
    let path = models.join(name).join("scenario.yaml");
    let scenario = Scenario::read(&path, &overrides).expect("a bundled scenario");
    let setup = scenario.with_replicas(replicas);
    let model = Migration::new(setup.expect("it names no fixed ordinal"));
    let question = question(&model, &NAMES, false);
    (model, question)
}

#[test]
fn a_scenario_with_faults_goes_on() {
    let (model, question) = scenario("blog-redis-cluster-gated", 2, "1");
    check_pieces(&model, &question, "scenario", &[1, 7, 30]);
    check_bounds(&model, &question, "scenario-bounds");
}

#[test]
fn the_reference_protocol_goes_on() {
    let model = Protocol::new(4, 2, 1);
    let question = everything(&model);
    check_pieces(&model, &question, "protocol", &[3, 20]);
    check_bounds(&model, &question, "protocol-bounds");
}

#[test]
fn random_graphs_go_on() {
    for seed in 0..40 {
        let graph = Graph::random(seed);
        let question = everything(&graph);
        for kind in KINDS {
            let settings = settings(kind.0, kind.1, 1);
            let whole = check(&graph, &question, &Bounds::default(), settings, &Unobserved);
            for blocks in [1, 3] {
                let context = format!("seed {seed}, {kind:?}, every {blocks} blocks");
                let folder = folder("graphs");
                let (pieces, _) = in_pieces(&graph, &question, kind, &folder, blocks);
                assert_same(&pieces, &whole, &context);
            }
        }
    }
}

/// The bound of steps leaves states out: what was left out is not forgotten.
#[test]
fn a_search_that_cuts_goes_on() {
    let graph = line(20);
    let question = everything(&graph);
    let bounds = Bounds {
        depth: Some(9),
        ..Bounds::default()
    };
    let one = NonZeroUsize::MIN;
    let whole = check(&graph, &question, &bounds, one, &Unobserved);
    for blocks in 2..10 {
        let folder = folder("cut");
        let begun = start(&folder);
        let after = After::new(blocks);
        let run = check_with(&graph, &question, &bounds, one, &after, &begun);
        assert!(!run.expect("it starts").1.finished);
        drop(begun);
        let resumed = resume(&folder);
        let run = check_with(&graph, &question, &bounds, one, &Unobserved, &resumed);
        let (outcome, saved) = run.expect("it goes on");
        assert!(saved.finished);
        assert_same(&outcome, &whole, &format!("{blocks} blocks"));
        assert_eq!(outcome.statistics.stopped, Some(StopReason::Depth));
    }
}

/// Whatever ends the run: what was written on the way is a checkpoint.
#[test]
fn one_is_written_from_time_to_time() {
    struct Thief<'a> {
        from: &'a Path,
        to: &'a Path,
        most: AtomicU32,
    }
    impl<A> Observer<A> for Thief<'_> {
        fn progress(&self, _: &Progress) -> bool {
            if self.most.fetch_sub(1, Ordering::Relaxed) == 1 {
                fs::create_dir_all(self.to).expect("a folder");
                let name = straddle::engine::checkpoint::FILE;
                fs::copy(self.from.join(name), self.to.join(name)).expect("a checkpoint");
            }
            false
        }
        fn violated(&self, _: &'static str, _: &Trace<A>) {}
    }
    let graph = line(40);
    let question = everything(&graph);
    let (bounds, one) = (Bounds::default(), NonZeroUsize::MIN);
    let whole = check(&graph, &question, &bounds, one, &Unobserved);
    for most in [2, 5, 30] {
        let [from, to] = ["from", "to"].map(|name| folder("thief").join(name));
        let begun = opened(|| Checkpoints::start(&from, Duration::ZERO));
        let thief = Thief {
            from: &from,
            to: &to,
            most: AtomicU32::new(most),
        };
        let run = check_with(&graph, &question, &bounds, one, &thief, &begun);
        assert!(run.expect("it starts").1.finished);
        let resumed = resume(&to);
        let run = check_with(&graph, &question, &bounds, one, &Unobserved, &resumed);
        let (outcome, _) = run.expect("it goes on");
        assert_same(&outcome, &whole, &format!("{most} blocks"));
    }
}

/// The time of all runs is added up. Each look at a search takes five milliseconds at least here.
#[test]
fn elapsed_time_adds_up() {
    struct Slow(After);
    const LOOK: Duration = Duration::from_millis(5);
    impl<A> Observer<A> for Slow {
        fn progress(&self, progress: &Progress) -> bool {
            std::thread::sleep(LOOK);
            Observer::<A>::progress(&self.0, progress)
        }
        fn violated(&self, _: &'static str, _: &Trace<A>) {}
    }
    let graph = line(10);
    let question = everything(&graph);
    let folder = folder("elapsed");
    let one = NonZeroUsize::MIN;
    for run in 0..3 {
        let checkpoints = if run == 0 {
            start(&folder)
        } else {
            resume(&folder)
        };
        let (bounds, slow) = (Bounds::default(), Slow(After::new(2)));
        let ended = check_with(&graph, &question, &bounds, one, &slow, &checkpoints);
        let elapsed = ended.expect("it goes on").0.statistics.elapsed;
        assert!(elapsed >= LOOK * 2 * (run + 1), "{elapsed:?} in run {run}");
    }
}

#[test]
fn another_search_does_not_go_on() {
    let graph = line(10);
    let question = everything(&graph);
    let bounds = Bounds::default();
    let usual = settings(Order::FewestFaults, StoreKind::Exact, 1);
    let folder = folder("another");
    let begun = start(&folder);
    let run = check_with(&graph, &question, &bounds, usual, &After::new(3), &begun);
    assert!(run.expect("it starts").1.there);
    drop(begun);
    let resumed = resume(&folder);
    let mut fewer = question.clone();
    fewer.formulas.pop();
    let eager = Question {
        fail_fast: true,
        ..question.clone()
    };
    let shallow = Bounds {
        depth: Some(30),
        ..Bounds::default()
    };
    let order = settings(Order::Shortest, StoreKind::Exact, 1);
    let store = settings(Order::FewestFaults, StoreKind::Fingerprint, 1);
    let rows = [
        (
            "list of properties",
            may_resume(&graph, &fewer, &bounds, usual, &resumed),
        ),
        (
            "stop at the first violation",
            may_resume(&graph, &eager, &bounds, usual, &resumed),
        ),
        (
            "depth bound",
            may_resume(&graph, &question, &shallow, usual, &resumed),
        ),
        (
            "order",
            may_resume(&graph, &question, &bounds, order, &resumed),
        ),
        (
            "store",
            may_resume(&graph, &question, &bounds, store, &resumed),
        ),
    ];
    for (expected, found) in rows {
        let Err(Error::Differs { what, .. }) = found else {
            panic!("{expected}: {found:?}");
        };
        assert_eq!(what, expected);
    }
    // Another number of threads, or another bound of anything else, is the same search.
    let looser = Bounds {
        states: Some(1_000),
        time: Some(Duration::from_mins(1)),
        memory: Some(1 << 30),
        ..Bounds::default()
    };
    let more = settings(Order::FewestFaults, StoreKind::Exact, 2);
    may_resume(&graph, &question, &looser, more, &resumed).expect("the same search");
}

/// A checkpoint of a model that packs its states in another way is of no use.
#[test]
fn states_that_are_not_the_models_are_refused() {
    let mut graph = line(10);
    let question = everything(&graph);
    let (bounds, one) = (Bounds::default(), NonZeroUsize::MIN);
    let folder = folder("packing");
    let begun = start(&folder);
    let run = check_with(&graph, &question, &bounds, one, &After::new(3), &begun);
    assert!(run.expect("it starts").1.there);
    drop(begun);
    graph.initial = vec![1];
    let resumed = resume(&folder);
    let run = check_with(&graph, &question, &bounds, one, &Unobserved, &resumed);
    assert!(matches!(run, Err(Error::Damaged(_))), "{:?}", run.err());
}

/// What was violated before the search was ended is told by the same path afterwards.
#[test]
fn counterexamples_are_kept() {
    let mut graph = line(12);
    graph.edges[0].push((5, Some(1)));
    graph.budget = 1;
    graph.bad[0][2] = true;
    let question = everything(&graph);
    let kind = (Order::FewestFaults, StoreKind::Exact);
    let (outcome, ended) = in_pieces(&graph, &question, kind, &folder("kept"), 2);
    assert!(ended > 3);
    let Verdict::Violated(trace) = &outcome.decisions[0].verdict else {
        panic!("{:?}", outcome.decisions[0]);
    };
    assert_eq!(trace.steps, [(0, 0), (1, 0)]);
}
