//! How a migration ends that cannot reach its goal.

use std::collections::{BTreeMap, BTreeSet};

use super::trace::Replay;
use crate::actors::{Step, driver};
use crate::engine::Searchable;
use crate::model::Migration;
use crate::properties::Property;
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::id::{ClusterId, Ordinal, OrdinalSet, describe_slice};
use crate::world::program::LoopOrder;
use crate::world::setup::Setup;

/// How the migration ends when no further fault strikes, and what that follows from.
pub(super) fn why(replay: &Replay<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some((property, step)) = still_broken(replay) {
        let name = property.name;
        sentences.push(format!(
            "It follows from {name}, which this trace violates at step {step}."
        ));
    } else if let Some((property, step)) = broken_on_the_way(replay) {
        let name = property.name;
        sentences.push(format!("On the way it violates {name} (step {step})."));
    }
    if let Some(end) = replay.history.program_end() {
        let (number, text) = (end.number, end.describe(replay.setup()));
        sentences.push(format!("Step {number} ends the program: {text}."));
    } else if !replay.history.repeats().is_empty() {
        sentences.extend(meanwhile(replay));
    } else {
        sentences.extend(furthest(replay.model, replay.history.last()));
    }
    sentences
}

/// An always-property that is broken at the end, and the first step that broke it.
fn still_broken(replay: &Replay<'_>) -> Option<(&'static Property, usize)> {
    let is_broken = |property: &Property| !property.holds(replay.setup(), replay.history.last());
    let breaks = replay.breaks().into_iter();
    let still = breaks.filter(|(property, _)| is_broken(property));
    still.min_by_key(|&(_, step)| step)
}

/// An always-property that an endless path breaks for a while, and the first step that does.
fn broken_on_the_way(replay: &Replay<'_>) -> Option<(&'static Property, usize)> {
    replay.history.loop_start?;
    replay.breaks().into_iter().min_by_key(|&(_, step)| step)
}

/// What the driver does while others go round a loop.
fn meanwhile(replay: &Replay<'_>) -> Option<String> {
    let setup = replay.setup();
    let round = &replay.history.worlds[replay.history.loop_start?..];
    let acts = |step: &Step| matches!(step, Step::Driver(_));
    match replay.history.last().driver.phase {
        DriverPhase::Finished => {
            let far = round.iter().find(|world| !world.is_migrated(setup))?;
            Some(format!(
                "The program has finished; {}.",
                missing(setup, far)
            ))
        }
        DriverPhase::Running if !replay.history.repeats().iter().any(acts) => {
            Some(waits(setup, replay.history.last()))
        }
        _ => None,
    }
}

/// States that the search for ends may take.
const END_STATES: usize = 20_000;

/// How the program ends without a further fault, on the path that takes it furthest: a
/// refused request, an end without success, or a wait that lasts forever.
fn furthest(model: &Migration, from: &World) -> Option<String> {
    let setup = model.setup();
    if from.driver.phase == DriverPhase::Finished {
        return Some(format!(
            "The program has finished; {}.",
            missing(setup, from)
        ));
    }
    let mut seen = vec![*from];
    let mut known: BTreeSet<Vec<u64>> = BTreeSet::new();
    let mut ends: BTreeMap<usize, String> = BTreeMap::new();
    let mut next = 0;
    while let Some(&world) = seen.get(next) {
        next += 1;
        let mut steps = Vec::new();
        model.steps(&world, &mut steps);
        steps.retain(|step| model.fault_kind(step).is_none());
        let runs = world.driver.phase == DriverPhase::Running;
        let mut note = |text| {
            ends.entry(progress(setup, &world)).or_insert(text);
        };
        if steps.is_empty() && runs {
            note(waits(setup, &world));
        }
        for step in steps {
            let after = model.after(&world, step);
            if let Some(text) = ending(setup, &world, step, &after).filter(|_| runs) {
                note(text);
            }
            let mut row = vec![0; model.words()];
            model.pack(&after, &mut row);
            if seen.len() < END_STATES && known.insert(row) {
                seen.push(after);
            }
        }
    }
    let (_, furthest) = ends.pop_last()?;
    if ends.is_empty() {
        Some(furthest)
    } else {
        Some(format!("Even on the path that gets furthest: {furthest}"))
    }
}

/// How the program ends with this step, if it does.
fn ending(setup: &Setup, before: &World, step: Step, after: &World) -> Option<String> {
    match after.driver.phase {
        DriverPhase::Failed => {
            let text = step.describe(setup, before);
            Some(format!("The program ends at: {text}."))
        }
        DriverPhase::Finished => Some(format!("The program finishes; {}.", missing(setup, after))),
        DriverPhase::Running | DriverPhase::Crashed => None,
    }
}

fn waits(setup: &Setup, world: &World) -> String {
    let advance = Step::Driver(driver::Action::Advance);
    let text = advance.describe(setup, world);
    format!("The driver waits forever: \"{text}\" never becomes true.")
}

/// How far the program has come: its iteration, then its position in it.
fn progress(setup: &Setup, world: &World) -> usize {
    let index = setup.program.index(world.driver.position);
    let k = usize::from(world.driver.k.0);
    let replicas = usize::from(setup.replicas);
    let iteration = match setup.program.loop_order {
        Some(LoopOrder::Ascending) => k,
        Some(LoopOrder::Descending) => replicas.saturating_sub(k + 1),
        None => 0,
    };
    let round = match index {
        _ if setup.program.body().contains(&index) => 1 + iteration,
        _ if index < setup.program.body_start => 0,
        _ => 1 + replicas,
    };
    round * 256 + index
}

/// Whether something of an ordinal is still in the source.
fn is_left(world: &World, ordinal: Ordinal) -> bool {
    let source = world.side(ClusterId::Source);
    source[ordinal].has_live_pod() || source[ordinal].running() > 0
}

/// What keeps a finished migration from the goal.
pub(super) fn missing(setup: &Setup, world: &World) -> String {
    let source = world.clusters.source.effective_slice();
    let destination = world.clusters.destination.effective_slice();
    let wants: OrdinalSet = setup.members().collect();
    let has: OrdinalSet = destination.ordinals().collect();
    let wrong_disk =
        |ordinal: &Ordinal| !world.is_on_current_disks(setup, ClusterId::Destination, *ordinal);
    if !source.is_empty() {
        format!("the source still owns {}", describe_slice(source))
    } else if has != wants {
        format!("the destination owns {}", describe_slice(destination))
    } else if let Some(ordinal) = setup.ordinals().find(|&ordinal| is_left(world, ordinal)) {
        format!("Pod {ordinal} is left in the source")
    } else if let Some(ordinal) = setup.members().find(wrong_disk) {
        format!("ordinal {ordinal} is not on the disk with its data")
    } else {
        "not every ordinal serves in the destination".to_owned()
    }
}
