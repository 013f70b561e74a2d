//! What happened, in one sentence.

use super::forever;
use super::story::Told;
use crate::actors::storage::describe_disk;
use crate::properties::{
    at_most_one_pod, at_most_one_running, available, disjoint_slices, no_data_loss, recoverable,
    right_disk, self_healing, single_writer,
};
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::id::{ClusterId, Ordinal, describe_slice};
use crate::world::setup::AvailabilityRule;
use crate::world::volume::{Contents, Disk};

/// The story in one sentence.
pub(super) fn story(told: &Told<'_>) -> String {
    let name = told.property.name;
    let Some(ordinal) = told.ordinal else {
        return without_ordinal(told);
    };
    let pod = told.pod_name(ordinal);
    if name == at_most_one_pod::PROPERTY.name {
        let newcomer = last_side(told);
        let (other, newcomer) = (newcomer.other().name(), newcomer.name());
        format!("{pod} still existed in {other} when it was created in {newcomer} too.")
    } else if name == at_most_one_running::PROPERTY.name {
        running_twice(told, ordinal, &pod)
    } else if name == single_writer::PROPERTY.name {
        format!("Two incarnations of {pod} had the same disk mounted for writing.")
    } else if name == right_disk::PROPERTY.name {
        wrong_disk(told, ordinal, &pod)
    } else if name == no_data_loss::PROPERTY.name {
        format!("No disk is left that holds everything {pod} has written.")
    } else if name == disjoint_slices::PROPERTY.name {
        slices(told, ordinal)
    } else if name == available::PROPERTY.name {
        down(told)
    } else if name == self_healing::PROPERTY.name {
        let keeps = |cluster: &ClusterId| {
            let side = told.last().side(*cluster);
            side[ordinal].pod.is_some_and(|pod| {
                !pod.terminating && !side.looks_after(pod) && !side.collects(pod)
            })
        };
        let side = ClusterId::BOTH
            .into_iter()
            .find(keeps)
            .map_or("source", ClusterId::name);
        format!("{pod} is left in {side} with no set that would replace it.")
    } else {
        without_ordinal(told)
    }
}

/// `across sides` or `within source`, where a promise can break in either way.
pub(super) fn scope(told: &Told<'_>) -> Option<&'static str> {
    let twice = [
        at_most_one_running::PROPERTY.name,
        single_writer::PROPERTY.name,
    ];
    let ordinal = told
        .ordinal
        .filter(|_| twice.contains(&told.property.name))?;
    let runs = |cluster: ClusterId| told.last().rows[ordinal].sides[cluster].running() > 0;
    Some(
        match (runs(ClusterId::Source), runs(ClusterId::Destination)) {
            (true, true) => "across sides",
            (true, false) => "within source",
            (false, _) => "within destination",
        },
    )
}

/// The side that the last step was on.
fn last_side(told: &Told<'_>) -> ClusterId {
    let last = told.trace.steps.last().and_then(|step| step.cluster());
    last.unwrap_or(ClusterId::Destination)
}

fn running_twice(told: &Told<'_>, ordinal: Ordinal, pod: &str) -> String {
    let newcomer = last_side(told);
    let world = told.last();
    let both = ClusterId::BOTH
        .into_iter()
        .all(|side| world.rows[ordinal].sides[side].running() > 0);
    if !both {
        return format!("{pod} ran twice in {}, on two nodes.", newcomer.name());
    }
    let mut mounts = ClusterId::BOTH
        .into_iter()
        .flat_map(|side| world.rows[ordinal].sides[side].mounts());
    let disks = (mounts.next().flatten(), mounts.next().flatten());
    let on = match disks {
        (None, _) | (_, None) => "",
        (first, second) if first == second => ", on the same disk",
        _ => ", on another disk",
    };
    let (other, newcomer) = (newcomer.other().name(), newcomer.name());
    format!("{pod} still ran in {other} when {newcomer} started it too{on}.")
}

fn wrong_disk(told: &Told<'_>, ordinal: Ordinal, pod: &str) -> String {
    let world = told.last();
    let is_wrong = |&(_, mounted): &(ClusterId, Option<Disk>)| {
        mounted.is_none_or(|disk| !world.rows[ordinal].storage.is_current(disk))
    };
    let mounts = ClusterId::BOTH.into_iter().flat_map(|side| {
        world.rows[ordinal].sides[side]
            .mounts()
            .map(move |mounted| (side, mounted))
    });
    match mounts.into_iter().find(is_wrong) {
        Some((side, Some(Disk::SourceFresh | Disk::DestinationFresh))) => {
            format!("{pod} ran in {} on a new, empty disk.", side.name())
        }
        Some((side, Some(disk)))
            if world.rows[ordinal].storage.contents(disk) == Contents::NoDisk =>
        {
            format!(
                "The {} of {pod} was destroyed while it ran in {}.",
                describe_disk(disk, ordinal).replace(&format!(" {ordinal}"), ""),
                side.name()
            )
        }
        Some((side, Some(disk))) => format!(
            "{pod} ran in {} on a disk that misses acknowledged writes ({}).",
            side.name(),
            describe_disk(disk, ordinal)
        ),
        _ => format!("{pod} ran without its disk."),
    }
}

fn slices(told: &Told<'_>, ordinal: Ordinal) -> String {
    let [source, destination] =
        ClusterId::BOTH.map(|side| told.last().clusters[side].effective_slice());
    let what = if source.contains(ordinal) && destination.contains(ordinal) {
        format!("both own ordinal {ordinal}")
    } else {
        format!("ordinal {ordinal} is none of the application's")
    };
    format!(
        "Source owns {} and destination {}: {what}.",
        describe_slice(source),
        describe_slice(destination)
    )
}

/// The ordinals that do not serve and are not excused.
pub(super) fn down_ordinals(told: &Told<'_>, world: &World) -> Vec<Ordinal> {
    let is_down =
        |&ordinal: &Ordinal| !world.rows[ordinal].serves() && !world.rows[ordinal].excused;
    told.setup().members().filter(is_down).collect()
}

fn down(told: &Told<'_>) -> String {
    let down: Vec<String> = down_ordinals(told, told.last())
        .iter()
        .map(ToString::to_string)
        .collect();
    let rule = match told
        .setup()
        .availability
        .as_ref()
        .map(|availability| &availability.rule)
    {
        Some(AvailabilityRule::MaxUnavailable(0)) => "none may be".to_owned(),
        Some(AvailabilityRule::MaxUnavailable(most)) => format!("at most {most} may be"),
        Some(AvailabilityRule::Majority) => "a majority must serve".to_owned(),
        Some(AvailabilityRule::Groups(_)) => "of one group too few serve".to_owned(),
        None => String::new(),
    };
    if let [one] = down.as_slice() {
        return format!("Ordinal {one} was down; {rule}.");
    }
    format!("Ordinals {} were down at once; {rule}.", down.join(", "))
}

/// What stands between the last state and the goal.
fn without_ordinal(told: &Told<'_>) -> String {
    if told.trace.loop_start.is_some() {
        return forever::story(told);
    }
    if told.property.name != recoverable::PROPERTY.name {
        return told.property.promise.to_owned();
    }
    match told.last().driver.phase {
        DriverPhase::Failed => "The program has ended before its last step.",
        DriverPhase::Finished => "The program has finished, but the goal is out of reach.",
        DriverPhase::Running | DriverPhase::Crashed if told.trace.steps.is_empty() => {
            "The goal is out of reach from the start."
        }
        DriverPhase::Running | DriverPhase::Crashed => {
            "From here on the goal is out of reach, whatever happens."
        }
    }
    .to_owned()
}
