//! Why a violation is possible: the steps that matter, and the waits that are not there.

use super::story::Told;
use super::{CheckOptions, decide, end, sentences};
use crate::actors::{Step, driver, persistent_volume_controller, stateful_set_controller};
use crate::engine::{Formula, Question, Verdict};
use crate::model::Migration;
use crate::properties::{
    at_most_one_pod, at_most_one_running, available, no_data_loss, right_disk, single_writer,
};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::program::Operation;
use crate::world::volume::Disk;

/// The states that the search for another variant of a story may take.
const VARIANT_STATES: u64 = 2_000_000;

/// Why the story is possible; empty if there is nothing to add to it.
pub(super) fn why(told: &Told<'_>, options: &CheckOptions) -> String {
    let name = told.property.name;
    let twins = [
        at_most_one_pod::PROPERTY.name,
        at_most_one_running::PROPERTY.name,
        single_writer::PROPERTY.name,
    ];
    let sentences = match told.ordinal {
        Some(ordinal) if twins.contains(&name) => twice(told, ordinal, options),
        Some(_) if name == available::PROPERTY.name => since_when(told),
        Some(ordinal) if name == right_disk::PROPERTY.name => wrong_disk(told, ordinal),
        Some(ordinal) if name == no_data_loss::PROPERTY.name => loss(told, ordinal),
        _ if told.property.kind.is_about_paths() => end::why(told),
        _ => Vec::new(),
    };
    sentences.join(" ")
}

/// Two Pods of one ordinal: what was to keep them apart?
fn twice(told: &Told<'_>, ordinal: Ordinal, options: &CheckOptions) -> Vec<String> {
    let created = |side| creation(told, side, ordinal);
    let newcomer = ClusterId::BOTH
        .into_iter()
        .max_by_key(|&side| created(side))
        .expect("there are two sides");
    let other = newcomer.other();
    let mut sentences = Vec::new();
    for side in ClusterId::BOTH {
        sentences.extend(late_write(told, side, ordinal));
    }
    if !sentences.is_empty() {
        return sentences;
    }
    let grown = slice_change(told, newcomer, ordinal, true);
    let shrunk = slice_change(told, other, ordinal, false);
    match (shrunk, grown) {
        (Some((shrunk, value)), Some((grown, _))) if shrunk < grown => {
            sentences.push(stopping(told, other, ordinal, shrunk, &value));
            if !waits_between(told, other, ordinal, shrunk, grown) {
                sentences.push(format!(
                    "Nothing between step {shrunk} and step {grown} waits until Pod {ordinal} is \
                     gone from {}.",
                    other.name()
                ));
            }
        }
        (_, Some((grown, _))) => sentences.push(format!(
            "Nothing before step {grown} takes ordinal {ordinal} away from {}.",
            other.name()
        )),
        _ if owned_from_the_start(told, ordinal) => {
            sentences.push(format!("Both sets own ordinal {ordinal} from the start."));
        }
        _ => (),
    }
    sentences.extend(while_terminating(told, options));
    sentences
}

fn owned_from_the_start(told: &Told<'_>, ordinal: Ordinal) -> bool {
    let owns = |side| {
        told.worlds[0].clusters[side]
            .effective_slice()
            .contains(ordinal)
    };
    ClusterId::BOTH.into_iter().all(owns)
}

/// The step that created the Pod of an ordinal on a side; 0 if it was there from the start.
fn creation(told: &Told<'_>, side: ClusterId, ordinal: Ordinal) -> usize {
    let is_creation = |before: &World, after: &World| {
        before.rows[ordinal].sides[side].pod.is_none()
            && after.rows[ordinal].sides[side].pod.is_some()
    };
    let creations = told
        .steps()
        .filter(|(_, _, before, after)| is_creation(before, after));
    creations
        .map(|(number, ..)| number)
        .next_back()
        .unwrap_or(0)
}

/// The last step that put an ordinal into a side's slice (or took it out), and what it stored.
fn slice_change(
    told: &Told<'_>,
    side: ClusterId,
    ordinal: Ordinal,
    into: bool,
) -> Option<(usize, String)> {
    let owns = |world: &World| world.clusters[side].effective_slice().contains(ordinal);
    let mut changes = told
        .steps()
        .filter(|(_, _, before, after)| owns(before) != into && owns(after) == into);
    let (number, _, _, after) = changes.next_back()?;
    let slice = after.clusters[side].effective_slice();
    Some((
        number,
        format!("start: {}, replicas: {}", slice.start, slice.replicas()),
    ))
}

/// How far the other side has come with stopping its Pod.
fn stopping(
    told: &Told<'_>,
    side: ClusterId,
    ordinal: Ordinal,
    shrunk: usize,
    value: &str,
) -> String {
    let terminating = |world: &World| {
        world.rows[ordinal].sides[side]
            .pod
            .is_some_and(|pod| pod.terminating)
    };
    let asked = told
        .steps()
        .filter(|(_, _, before, after)| !terminating(before) && terminating(after))
        .map(|(number, ..)| number)
        .next_back();
    let value = value.strip_prefix("start: 0, ").unwrap_or(value);
    let stored = told.steps().find(|(number, ..)| *number == shrunk);
    let (does, actor) = match stored.map(|(_, _, _, after)| after.clusters[side].set) {
        Some(None) => ("only removes the set".to_owned(), "garbage collector"),
        Some(Some(set)) if set.deleting => (
            "only marks the set for deletion".to_owned(),
            "garbage collector",
        ),
        _ => (format!("only stores `{value}`"), "controller"),
    };
    match asked {
        Some(asked) if terminating(told.last()) => format!(
            "Step {shrunk} {does}; step {asked} asks Pod {ordinal} in {} to stop, \
             and its object stays until the kubelet confirms.",
            side.name()
        ),
        _ => format!(
            "Step {shrunk} {does}; the {} {actor} has not acted on it yet.",
            side.name()
        ),
    }
}

/// Whether the driver looked for the Pod between two steps.
fn waits_between(
    told: &Told<'_>,
    side: ClusterId,
    ordinal: Ordinal,
    from: usize,
    to: usize,
) -> bool {
    told.steps().any(|(number, step, before, _)| {
        let waits = matches!(
            step,
            Step::Driver(driver::Action::Look | driver::Action::Advance)
        ) && matches!(
            driver::instruction(told.setup(), before).operation,
            Operation::AwaitGone(object, ..) if object.cluster == side
        );
        waits
            && from < number
            && number < to
            && driver::ordinal_of(told.setup(), before) == Some(ordinal)
    })
}

/// A Pod created by a write that was planned before the slice lost its ordinal.
fn late_write(told: &Told<'_>, side: ClusterId, ordinal: Ordinal) -> Option<String> {
    let created = creation(told, side, ordinal);
    let (_, _, before, _) = told.steps().find(|&(number, ..)| number == created)?;
    if before.clusters[side].effective_slice().contains(ordinal) {
        return None;
    }
    let sync = Step::Controller(stateful_set_controller::Step {
        cluster: side,
        action: stateful_set_controller::Action::Sync,
    });
    let mut syncs = told
        .steps()
        .filter(|&(number, step, ..)| step == sync && number < created);
    let (planned, _, seen, _) = syncs.next_back()?;
    let side_name = side.name();
    if seen.clusters[side].controller.lags {
        return Some(format!(
            "Step {planned} saw an older version of the set in {side_name}, in which ordinal \
             {ordinal} was still its own; step {created} created the Pod from that."
        ));
    }
    let (shrunk, _) = slice_change(told, side, ordinal, false)?;
    let set_stays = told.last().clusters[side]
        .set
        .is_some_and(|set| !set.deleting);
    let remedy = if set_stays {
        "; `status.observedGeneration` tells whether the controller has seen the change."
    } else {
        ", and with the set gone nothing calls it back."
    };
    Some(format!(
        "Step {planned} planned to create Pod {ordinal} in {side_name} while the set still owned \
         it; step {shrunk} took the ordinal away, and the planned write came after it, in step \
         {created}. A look at the Pod cannot see a write that is planned{remedy}"
    ))
}

/// For the headline property: how long the shortest story is in which the other side's Pod is
/// already terminating.
fn while_terminating(told: &Told<'_>, options: &CheckOptions) -> Option<String> {
    let same = told.property.name == at_most_one_running::PROPERTY.name
        && options.engine == super::Engine::Exhaustive;
    let source_is_terminating = |world: &World, ordinal: Ordinal| {
        world.rows[ordinal]
            .sides
            .source
            .pod
            .is_some_and(|pod| pod.terminating)
    };
    let ordinal = told.ordinal.filter(|_| same)?;
    if source_is_terminating(told.last(), ordinal) {
        return None;
    }
    let holds = |model: &Migration, world: &World| {
        let twin = |ordinal: Ordinal| {
            let runs = |side: ClusterId| world.rows[ordinal].sides[side].running() > 0;
            let terminating = world.rows[ordinal]
                .sides
                .source
                .pod
                .is_some_and(|pod| pod.terminating);
            terminating && runs(ClusterId::Source) && runs(ClusterId::Destination)
        };
        !model.setup().ordinals().any(twin)
    };
    let question = Question::new(vec![Formula::invariant("not while terminating", holds)]);
    let outcome = decide(told.setup(), &question, VARIANT_STATES, options.threads);
    match &outcome.decisions[0].verdict {
        Verdict::Violated(trace) => Some(format!(
            "The same happens while the Pod in source is already terminating ({} steps{}).",
            trace.steps.len(),
            if trace.faults == told.trace.faults {
                String::new()
            } else {
                format!(", {} faults", trace.faults)
            }
        )),
        _ => None,
    }
}

/// Since which step each of the ordinals that are down has not served.
fn since_when(told: &Told<'_>) -> Vec<String> {
    let lost = |ordinal: Ordinal| {
        told.steps().rfind(|(_, _, before, after)| {
            before.rows[ordinal].serves() && !after.rows[ordinal].serves()
        })
    };
    let down = sentences::down_ordinals(told, told.last());
    let mut sentences: Vec<String> = down
        .iter()
        .filter_map(|&ordinal| {
            let (number, step, before, _) = lost(ordinal)?;
            let text = step.describe(told.setup(), before);
            let side = step
                .cluster()
                .map_or(String::new(), |side| format!(" in {}", side.name()));
            Some(format!(
                "Ordinal {ordinal} does not serve since step {number} ({text}{side})."
            ))
        })
        .collect();
    let is_fault = |step: &Step| matches!(step, Step::Fault(..));
    let fault = down
        .iter()
        .filter_map(|&ordinal| lost(ordinal))
        .find(|(_, step, ..)| is_fault(step));
    let stays = |world: &World, ordinal: Ordinal| {
        let on = |side: ClusterId| {
            let side = world.side(side);
            side[ordinal].serves() && side.effective_slice().contains(ordinal)
        };
        ClusterId::BOTH.into_iter().any(on)
    };
    // At the time of the last request, something was on its way already.
    let request = told.last_request().and_then(|(number, _)| {
        let before = &told.worlds[number - 1];
        let moving = down.iter().find(|&&ordinal| !stays(before, ordinal))?;
        Some((number, moving))
    });
    if let Some((number, ..)) = fault {
        sentences.push(format!(
            "Step {number} is a fault, which no step of the program can forbid; \
             `faults: excused` leaves its ordinal out until it serves again."
        ));
    } else if let (true, Some((number, moving))) = (down.len() > 1, request) {
        sentences.push(format!(
            "At step {number} ordinal {moving} was on its way already, and nothing waits until it \
             serves again."
        ));
    }
    sentences
}

fn wrong_disk(told: &Told<'_>, ordinal: Ordinal) -> Vec<String> {
    let provisions = |step: Step| {
        let provision = persistent_volume_controller::Action::Provision;
        matches!(step, Step::Volumes(step) if step.ordinal == ordinal && step.action == provision)
    };
    let provisioned = told.steps().rfind(|&(_, step, ..)| provisions(step));
    if let Some((number, step, ..)) = provisioned {
        let side = step.cluster().map_or("", ClusterId::name);
        let created = told.steps().find(|(_, _, before, after)| {
            let claim = |world: &World| {
                step.cluster()
                    .and_then(|side| world.rows[ordinal].sides[side].claim)
            };
            claim(before).is_none() && claim(after).is_some()
        });
        let created = created.map_or(0, |(number, ..)| number);
        return vec![format!(
            "When the {side} controller looked, there was no claim for Pod {ordinal}. It created \
             one (step {created}) that names no volume, and a new volume was provisioned for it \
             (step {number}). The disk with the data was never asked for."
        )];
    }
    let destroyed = loss(told, ordinal);
    if !destroyed.is_empty() {
        return destroyed;
    }
    let stale = told.steps().find(|(_, _, before, after)| {
        let current = |world: &World, disk| world.rows[ordinal].storage.is_current(disk);
        let loses = |disk| current(before, disk) && !current(after, disk);
        [Disk::Original, Disk::Restored].into_iter().any(loses)
    });
    match stale {
        Some((number, ..)) => vec![format!(
            "Since step {number} a Pod writes to one copy of the data, and the other misses it."
        )],
        None => vec!["The copy was made while a Pod was still writing to the disk.".to_owned()],
    }
}

fn loss(told: &Told<'_>, ordinal: Ordinal) -> Vec<String> {
    let reclaims = |step: Step| {
        let reclaim =
            persistent_volume_controller::Action::Reclaim(crate::world::volume::VolumeName::Static);
        matches!(step, Step::Volumes(step) if step.ordinal == ordinal && step.action == reclaim)
    };
    let Some((number, step, ..)) = told.steps().find(|&(_, step, ..)| reclaims(step)) else {
        return Vec::new();
    };
    let side = step.cluster().map_or("", ClusterId::name);
    let deleted = told.steps().find(|(_, _, before, after)| {
        let deleting = |world: &World| {
            step.cluster()
                .and_then(|side| world.rows[ordinal].sides[side].claim)
                .is_some_and(|claim| claim.deleting)
        };
        !deleting(before) && deleting(after)
    });
    let cause = deleted.map_or_else(
        || "The volume names a claim that does not exist there".to_owned(),
        |(deleted, ..)| format!("Step {deleted} deletes the claim in {side}"),
    );
    let mut sentences = vec![format!(
        "{cause}, and its volume has the reclaim policy Delete: step {number} destroys the disk."
    )];
    let has_volume = |side: ClusterId| {
        told.last().rows[ordinal].sides[side]
            .volumes
            .fixed
            .is_some()
    };
    if step.cluster().is_some_and(|side| has_volume(side.other())) {
        let text =
            "The controller there knows nothing of the other cluster's volume for the same disk.";
        sentences.push(text.to_owned());
    }
    sentences
}
