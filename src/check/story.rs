//! A counterexample as a story: its steps in words, and a picture of every state.

use super::forever;
use super::merge::Role;
use super::trace::Replay;
use crate::actors::{Step, driver};
use crate::model::Migration;
use crate::report::{self, AlsoBroken, Counterexample, Lanes, Snippet};
use crate::scenario::{Scenario, StepSource};
use crate::vocabulary::Location;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::PodPhase;
use crate::world::setup::Setup;
use crate::world::volume::{Disk, Template};

/// The story as the report has it, without the reasons.
pub(super) fn counterexample(replay: &Replay<'_>, role: &Role) -> Counterexample {
    let (property, history) = (replay.property, &replay.history);
    let steps = history.taken().map(|taken| {
        let (step, before) = (taken.step, taken.before);
        report::Step {
            number: taken.number,
            actor: step.actor().who(),
            side: cluster(replay.setup(), step, before),
            ordinal: ordinal(replay.setup(), step, before).map(|ordinal| u32::from(ordinal.0)),
            action: step.name(replay.setup(), before),
            text: taken.describe(replay.setup()),
            index: index(replay.model, step, before),
            at: at(replay, step, before),
            lanes: lanes(replay, taken.after),
        }
    });
    Counterexample {
        ordinal: history.ordinal.map(|ordinal| u32::from(ordinal.0)),
        scope: (property.story.scope)(history).map(str::to_owned),
        replicas: u32::from(replay.setup().replicas),
        faults: replay.trace.faults,
        shortest: true,
        asked: None,
        merged_into: role.merged_into.map(|id| id.name().to_owned()),
        also_broken: role
            .also_broken
            .iter()
            .map(|&(id, step)| AlsoBroken {
                name: id.name().to_owned(),
                step,
            })
            .collect(),
        loop_start: history.loop_start,
        fairness: forever::fairness(replay),
        story: property.sentence(history),
        why: String::new(),
        place: replay
            .last_request()
            .map(|(number, source)| place(replay.scenario, source, note(replay, number))),
        help: None,
        initial: lanes(replay, &history.worlds[0]),
        steps: steps.collect(),
    }
}

/// The place of a step among those that are enabled before it.
fn index(model: &Migration, step: Step, before: &World) -> usize {
    let mut enabled = Vec::new();
    model.steps(before, &mut enabled);
    let place = enabled.iter().position(|&other| other == step);
    place.expect("a trace takes enabled steps")
}

/// The side that a step is about; the driver's is in its instruction.
pub(super) fn cluster(setup: &Setup, step: Step, before: &World) -> Option<ClusterId> {
    match step {
        Step::Driver(driver::Action::Restart) => None,
        Step::Driver(_) => {
            let operation = driver::instruction(setup, before).operation;
            operation.footprint().cluster
        }
        _ => step.cluster(),
    }
}

pub(super) fn ordinal(setup: &Setup, step: Step, before: &World) -> Option<Ordinal> {
    match step {
        Step::Driver(driver::Action::Restart) => None,
        Step::Driver(_) => driver::ordinal_of(setup, before),
        _ => step.ordinal(),
    }
}

fn at(replay: &Replay<'_>, step: Step, before: &World) -> Option<Location> {
    let Step::Driver(action) = step else {
        return None;
    };
    if action == driver::Action::Restart {
        return None;
    }
    replay.source(before).map(|source| source.location.clone())
}

/// What the program's last request has to do with the end of the story.
fn note(replay: &Replay<'_>, number: usize) -> &'static str {
    let is_fault = |step: &Step| matches!(step, Step::Fault(..));
    let ends = replay.history.loop_start.is_some();
    if number == replay.history.steps.len() {
        "this is the last step"
    } else if ends || replay.history.steps[number..].iter().any(is_fault) {
        "this is the program's last step before it"
    } else {
        "this step made the last one possible"
    }
}

fn place(scenario: &Scenario, source: &StepSource, note: &str) -> Snippet {
    let line = scenario
        .text_of(&source.location)
        .lines()
        .nth(source.location.line - 1)
        .unwrap_or_default();
    Snippet {
        at: source.location.clone(),
        line: line.to_owned(),
        length: source.length,
        note: note.to_owned(),
    }
}

/// A character for each ordinal on each side, and who has the story's disk.
fn lanes(replay: &Replay<'_>, world: &World) -> Lanes {
    let lane = |cluster| -> String {
        replay
            .setup()
            .ordinals()
            .map(|ordinal| glyph(world, cluster, ordinal))
            .collect()
    };
    Lanes {
        source: lane(ClusterId::Source),
        destination: lane(ClusterId::Destination),
        disks: match replay.history.ordinal {
            Some(ordinal) => disks(replay.setup(), world, ordinal),
            None => Vec::new(),
        },
    }
}

fn glyph(world: &World, cluster: ClusterId, ordinal: Ordinal) -> char {
    let side = world.side(cluster);
    let containers = side[ordinal].containers;
    match side[ordinal].pod {
        None if containers.stray.is_some() => 'z',
        None => '.',
        Some(pod) if matches!(pod.phase, PodPhase::Failed | PodPhase::Succeeded) => 'x',
        Some(pod) if pod.terminating => 'v',
        Some(pod) if containers.run && pod.ready => '#',
        Some(_) if containers.run => 'o',
        Some(_) => '+',
    }
}

/// Who has each disk of an ordinal.
fn disks(setup: &Setup, world: &World, ordinal: Ordinal) -> Vec<report::Disk> {
    let is_only = setup.storage.len() == 1;
    let disk = |template| report::Disk {
        template: match &setup.storage_of(template).name {
            _ if is_only => String::new(),
            name => name.clone(),
        },
        text: disk(world, ordinal, template),
    };
    setup.templates().map(disk).collect()
}

/// A letter for each side that has a disk of the ordinal attached: a capital if it is mounted,
/// with a mark if it is another disk than the ordinal's own.
fn disk(world: &World, ordinal: Ordinal, template: Template) -> String {
    let letter = |(cluster, mounted, attached): (ClusterId, &str, &str)| {
        let column = world.column(cluster, ordinal);
        let disks = column[template].attached;
        let has = Disk::ALL.into_iter().find(|&disk| disks.contains(disk));
        let mount = column.mounts(template).flatten().next();
        let letter = if mount.is_some() { mounted } else { attached };
        let device = !column[template].staged.is_empty() && mount.is_none();
        let mark = match mount.or(has)? {
            Disk::Original => "",
            Disk::Restored => "^",
            Disk::SourceFresh | Disk::DestinationFresh => "*",
        };
        let device = if device { "=" } else { "" };
        Some(format!("{letter}{mark}{device}"))
    };
    let sides = [
        (ClusterId::Source, "S", "s"),
        (ClusterId::Destination, "D", "d"),
    ];
    let letters: Vec<String> = sides.into_iter().filter_map(letter).collect();
    letters.join(" ")
}
