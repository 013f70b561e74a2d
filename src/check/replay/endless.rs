//! Whether a path that goes on forever breaks what its trace says it breaks.
//!
//! The engine finds such paths in a space that it has searched ([`crate::engine::liveness`]); here
//! one path is judged by itself, by the same rules. States are the same if their packed rows are,
//! as for the engine. An end is a path on which nothing happens any more: there no step of any
//! class of fairness may be possible. In a loop each class that is possible in every one of its
//! states has to have a step, none of which is a fault. The way in counts for the goal: `completes`
//! is kept by a goal anywhere, `stays-migrated` by none at all.

use std::collections::BTreeSet;

use crate::actors::Step;
use crate::check::trace::Replay;
use crate::engine::Searchable;
use crate::model::Migration;
use crate::properties::{Kind, Property};
use crate::report::count;
use crate::report::saved::SavedTrace;
use crate::world::World;

/// How many steps of a trace come before its loop; all of them if it stays in its last state,
/// as an endless story does that says nothing of a loop. None if its property is about no endless
/// path.
///
/// # Errors
/// Why the trace cannot have the loop that it says it has.
pub(super) fn loop_start(trace: &SavedTrace, property: &Property) -> Result<Option<usize>, String> {
    let (name, steps) = (property.name, trace.steps.len());
    match (property.kind.is_about_endless_paths(), trace.loop_start) {
        (false, None) => Ok(None),
        (false, Some(start)) => Err(format!(
            "`loopStart` is {start}, but a counterexample to `{name}` has no loop"
        )),
        (true, None) => Ok(Some(steps)),
        (true, Some(start)) if start <= steps => Ok(Some(start)),
        (true, Some(start)) => Err(format!(
            "`loopStart` is {start}, but the trace has {}",
            count(steps, "step")
        )),
    }
}

/// Checks that the last of the states of a path is that in which its loop begins, after `start`
/// steps.
///
/// # Errors
/// That it is not, in a sentence.
pub(super) fn comes_back(model: &Migration, worlds: &[World], start: usize) -> Result<(), String> {
    let (Some(begin), Some(end)) = (worlds.get(start), worlds.last()) else {
        return Err(format!(
            "there is no step {start} after which the loop could begin"
        ));
    };
    if row(model, begin) == row(model, end) {
        return Ok(());
    }
    let last = worlds.len() - 1;
    let before = match start {
        0 => "at the start".to_owned(),
        _ => format!("after step {start}"),
    };
    Err(format!(
        "the loop does not close: the state after step {last} is not the state {before}"
    ))
}

fn row(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = vec![0; model.words()];
    model.pack(world, &mut row);
    row
}

/// Whether a path whose loop closes breaks its property: it is fair, and avoids the goal or comes
/// away from it again and again.
pub(super) fn is_broken(replay: &Replay<'_>) -> bool {
    let (model, history) = (replay.model, &replay.history);
    let start = history.loop_start.unwrap_or(history.steps.len());
    let round = history.worlds.get(start..).unwrap_or_default();
    let reaches_goal = history.goal().is_some();
    // The goal itself is always kept, as the engine has it.
    let leaves = |world: &World| !model.is_goal(world) && !model.keeps_goal(world);
    let breaks = match replay.property.kind {
        Kind::Eventually => !reaches_goal,
        Kind::EventuallyAlways => reaches_goal && round.iter().any(leaves),
        Kind::AlwaysForEach(_) | Kind::Always { .. } | Kind::FromEverywhere => false,
    };
    breaks && is_fair(model, round, history.repeats())
}

/// Whether a path may go round in these states forever, by these steps; if there are none, stay
/// in the one state.
fn is_fair(model: &Migration, round: &[World], steps: &[Step]) -> bool {
    if steps.iter().any(|step| model.fault_kind(step).is_some()) {
        return false;
    }
    let happens: BTreeSet<u16> = classes(model, steps);
    let always = round.iter().map(|world| {
        let mut enabled = Vec::new();
        model.steps(world, &mut enabled);
        classes(model, &enabled)
    });
    let always = always.reduce(|before, enabled| &before & &enabled);
    always.is_none_or(|always| always.is_subset(&happens))
}

/// The classes of fairness that have one of the steps.
fn classes(model: &Migration, steps: &[Step]) -> BTreeSet<u16> {
    let classes = steps.iter().filter_map(|step| model.fairness(step));
    classes.collect()
}
