//! Searches that are ended while questions about paths are decided.

use super::*;
use crate::asked::{Asked, everything};
use crate::symmetry::herd::Meadow;

/// Looks on until questions about paths have been decided for so long.
struct Judge {
    looks: AtomicU32,
    most: u32,
}

impl<A> Observer<A> for Judge {
    fn progress(&self, progress: &Progress) -> bool {
        let is_about_paths = progress.frontier == 0;
        is_about_paths && self.looks.fetch_add(1, Ordering::Relaxed) + 1 == self.most
    }
    fn violated(&self, _: &'static str, _: &Trace<A>) {}
}

/// Without and with states that stand for others.
fn ways() -> impl Iterator<Item = Settings> {
    let kinds = KINDS.into_iter();
    kinds.flat_map(|(order, store)| {
        [false, true].map(|symmetry| Settings {
            symmetry,
            ..settings(order, store, 1)
        })
    })
}

/// Goes on without a bound. What comes of it is what came of a search that nobody ended.
#[track_caller]
fn goes_on<M: Asked>(
    model: &M,
    settings: Settings,
    folder: &Path,
    whole: &Outcome<M::Action>,
    context: &str,
) {
    let resumed = resume(folder);
    let (question, bounds) = (everything(model), Bounds::default());
    let run = check_with(model, &question, &bounds, settings, &Unobserved, &resumed);
    let (outcome, saved) = run.expect("it goes on");
    assert!(saved.finished, "{context}");
    assert_same(&outcome, whole, context);
}

/// Ends the search at each look in turn until there are no more.
fn check_each_look<M: Asked>(model: &M, settings: Settings, folder: &Path) -> u32 {
    let question = everything(model);
    let unbounded = Bounds::default();
    let whole = check(model, &question, &unbounded, settings, &Unobserved);
    for most in 1.. {
        let _ = fs::remove_dir_all(folder);
        let begun = start(folder);
        let judge = Judge {
            looks: AtomicU32::new(0),
            most,
        };
        let run = check_with(model, &question, &unbounded, settings, &judge, &begun);
        let (outcome, saved) = run.expect("it starts");
        if saved.finished {
            assert_same(&outcome, &whole, "never ended");
            return most - 1;
        }
        let stopped = outcome.statistics.stopped;
        assert_eq!(stopped, Some(StopReason::Interrupted));
        assert!(saved.there, "look {most}");
        drop(begun);
        let context = format!("{settings:?}, ended at look {most}");
        goes_on(model, settings, folder, &whole, &context);
    }
    unreachable!("a search has an end")
}

#[test]
fn a_search_goes_on_from_any_question_about_paths() {
    let folder = folder("paths");
    let mut looks = 0;
    for seed in 0..6 {
        for settings in ways() {
            looks += check_each_look(&Graph::random(seed), settings, &folder);
            looks += check_each_look(&Meadow::random(seed), settings, &folder);
        }
    }
    assert!(looks > 500, "{looks} looks");
}

/// What had no room is not decided, and more room decides it.
#[test]
fn more_memory_decides_what_had_no_room() {
    let folder = folder("paths-memory");
    let mut about_paths = 0;
    for seed in 0..60 {
        let meadow = Meadow::random(seed);
        let question = everything(&meadow);
        for settings in ways() {
            let whole = check(
                &meadow,
                &question,
                &Bounds::default(),
                settings,
                &Unobserved,
            );
            let bounds = Bounds {
                memory: Some(whole.statistics.peak_bytes - 1),
                ..Bounds::default()
            };
            let _ = fs::remove_dir_all(&folder);
            let begun = start(&folder);
            let run = check_with(&meadow, &question, &bounds, settings, &Unobserved, &begun);
            let (cut, saved) = run.expect("it starts");
            // The peak may lie between two looks.
            if cut.statistics.stopped.is_none() {
                continue;
            }
            assert_eq!(cut.statistics.stopped, Some(StopReason::Memory));
            assert!(saved.there && !saved.finished);
            let transitions = cut.statistics.transitions == whole.statistics.transitions;
            about_paths += u32::from(transitions);
            drop(begun);
            let context = format!("seed {seed}, {settings:?}");
            goes_on(&meadow, settings, &folder, &whole, &context);
        }
    }
    assert!(about_paths > 50, "{about_paths} stops after the last state");
}
