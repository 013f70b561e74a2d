//! Why a violation is possible: what its property says of it, and what only a search can tell.

use super::trace::Replay;
use super::{CheckOptions, Engine, decide, end};
use crate::engine::{Formula, Question, Verdict};
use crate::history::{is_terminating, runs};
use crate::model::Migration;
use crate::properties::Worse;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};

/// The states that the search for a worse violation may take.
const WORSE_STATES: u64 = 2_000_000;

/// Why the violation is possible; empty if there is nothing to add to the story.
pub(super) fn why(replay: &Replay<'_>, options: &CheckOptions) -> String {
    let story = &replay.property.story;
    let mut sentences = (story.why)(&replay.history);
    if replay.property.kind.is_about_paths() {
        sentences.extend(end::why(replay));
    }
    if options.engine == Engine::Exhaustive {
        let worse = (story.worse)(&replay.history);
        sentences.extend(worse.and_then(|worse| how_near(replay, worse, options)));
    }
    sentences.join(" ")
}

/// How long the shortest story of a worse violation is, if there is one.
fn how_near(replay: &Replay<'_>, worse: Worse, options: &CheckOptions) -> Option<String> {
    let (holds, happens): (fn(&Migration, &World) -> bool, _) = match worse {
        Worse::WhileTerminating => (
            never_twice_while_terminating,
            "It can also happen while the Pod in source is already terminating",
        ),
    };
    let question = Question::new(vec![Formula::invariant("never worse", holds)]);
    let outcome = decide(replay.setup(), &question, WORSE_STATES, options.threads);
    let Verdict::Violated(trace) = &outcome.decisions[0].verdict else {
        return None;
    };
    let faults = if trace.faults == replay.trace.faults {
        String::new()
    } else {
        format!(", {} faults", trace.faults)
    };
    Some(format!("{happens} ({} steps{faults}).", trace.steps.len()))
}

fn never_twice_while_terminating(model: &Migration, world: &World) -> bool {
    let is_twice = |ordinal: Ordinal| {
        let runs = |side| runs(world, side, ordinal);
        is_terminating(world, ClusterId::Source, ordinal) && ClusterId::BOTH.into_iter().all(runs)
    };
    !model.setup().ordinals().any(is_twice)
}
