//! A counterexample as a story: its steps in words, and a picture of every state.

use super::merge::Role;
use super::{forever, sentences};
use crate::actors::{Step, driver};
use crate::engine::Trace;
use crate::model::Migration;
use crate::properties::{self, Property};
use crate::report::{self, AlsoBroken, Counterexample, Lanes, Place};
use crate::scenario::{Scenario, StepSource};
use crate::vocabulary::Location;
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::PodPhase;
use crate::world::setup::Setup;
use crate::world::volume::Disk;

/// A counterexample with every state on its way.
pub(super) struct Told<'a> {
    pub scenario: &'a Scenario,
    pub model: &'a Migration,
    pub property: &'static Property,
    pub trace: &'a Trace<Step>,
    /// `worlds[i]` is the state after `i` steps.
    pub worlds: Vec<World>,
    /// The ordinal that the broken promise is about.
    pub ordinal: Option<Ordinal>,
}

impl<'a> Told<'a> {
    pub fn new(
        scenario: &'a Scenario,
        model: &'a Migration,
        name: &str,
        trace: &'a Trace<Step>,
    ) -> Self {
        let property = properties::by_name(name).expect("only known properties are decided");
        let mut worlds = vec![World::initial(model.setup())];
        for &step in &trace.steps {
            let next = model.after(worlds.last().expect("the initial state"), step);
            worlds.push(next);
        }
        let last = worlds.last().expect("the initial state");
        let ordinal = property.culprit(model.setup(), last);
        Self {
            scenario,
            model,
            property,
            trace,
            worlds,
            ordinal,
        }
    }

    pub const fn setup(&self) -> &Setup {
        self.model.setup()
    }

    /// The state in which the promise is broken.
    pub fn last(&self) -> &World {
        self.worlds.last().expect("the initial state")
    }

    /// The name of an ordinal's Pod.
    pub fn pod_name(&self, ordinal: Ordinal) -> String {
        format!("{}-{ordinal}", self.scenario.set_name)
    }

    /// The numbers of the steps that `wanted` picks, with the states before and after; steps
    /// count from 1.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (usize, Step, &World, &World)> {
        let pairs = self.worlds.windows(2);
        let steps = self.trace.steps.iter().zip(pairs).enumerate();
        steps.map(|(place, (&step, pair))| (place + 1, step, &pair[0], &pair[1]))
    }

    /// The last request of the driver that changed something, and the instruction's place in
    /// the file.
    pub fn last_request(&self) -> Option<(usize, &'a StepSource)> {
        let (number, _, before, _) = self.steps().rev().find(|(_, step, before, after)| {
            let gives_up = *step == Step::Driver(driver::Action::TimeOut);
            let advances = *step == Step::Driver(driver::Action::Advance);
            let refused = after.driver.phase == DriverPhase::Failed;
            // Only a driver that takes a step is at an instruction.
            let changes = || is_change(self.setup(), before) && changes_objects(before, after);
            gives_up || advances && (refused || changes())
        })?;
        Some((number, self.source(before)?))
    }

    /// Where the file has the instruction that the driver is at.
    pub fn source(&self, before: &World) -> Option<&'a StepSource> {
        let instruction = driver::instruction(self.setup(), before);
        self.scenario.steps.get(usize::from(instruction.step))
    }
}

fn is_change(setup: &Setup, before: &World) -> bool {
    let operation = driver::instruction(setup, before).operation;
    operation.footprint().is_change
}

fn changes_objects(before: &World, after: &World) -> bool {
    before.clusters != after.clusters || before.rows != after.rows
}

/// The story as the report has it, without the reasons.
pub(super) fn counterexample(told: &Told<'_>, role: &Role) -> Counterexample {
    let steps = told
        .steps()
        .map(|(number, step, before, after)| report::Step {
            number,
            actor: step.actor().who(),
            side: cluster(told.setup(), step, before),
            ordinal: ordinal(told.setup(), step, before).map(|ordinal| u32::from(ordinal.0)),
            action: step.name(told.setup(), before),
            text: step.describe(told.setup(), before),
            index: index(told.model, step, before),
            at: at(told, step, before),
            lanes: lanes(told, after),
        });
    Counterexample {
        ordinal: told.ordinal.map(|ordinal| u32::from(ordinal.0)),
        scope: sentences::scope(told).map(str::to_owned),
        replicas: u32::from(told.setup().replicas),
        faults: told.trace.faults,
        shortest: true,
        asked: None,
        merged_into: role.merged_into.map(str::to_owned),
        also_broken: role
            .also_broken
            .iter()
            .map(|&(name, step)| AlsoBroken {
                name: name.to_owned(),
                step,
            })
            .collect(),
        loop_start: told.trace.loop_start,
        fairness: forever::fairness(told),
        story: sentences::story(told),
        why: String::new(),
        place: told
            .last_request()
            .map(|(number, source)| place(told.scenario, source, note(told, number))),
        help: None,
        initial: lanes(told, &told.worlds[0]),
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

fn at(told: &Told<'_>, step: Step, before: &World) -> Option<Location> {
    let Step::Driver(action) = step else {
        return None;
    };
    if action == driver::Action::Restart {
        return None;
    }
    told.source(before).map(|source| source.location.clone())
}

/// What the program's last request has to do with the end of the story.
fn note(told: &Told<'_>, number: usize) -> &'static str {
    let is_fault = |step: &Step| matches!(step, Step::Fault(..));
    let ends = told.trace.loop_start.is_some();
    if number == told.trace.steps.len() {
        "this is the last step"
    } else if ends || told.trace.steps[number..].iter().any(is_fault) {
        "this is the program's last step before it"
    } else {
        "this step made the last one possible"
    }
}

fn place(scenario: &Scenario, source: &StepSource, note: &str) -> Place {
    let line = scenario
        .text_of(&source.location)
        .lines()
        .nth(source.location.line - 1)
        .unwrap_or_default();
    Place {
        at: source.location.clone(),
        line: line.to_owned(),
        length: source.length,
        note: note.to_owned(),
    }
}

/// A character for each ordinal on each side, and who has the story's disk.
fn lanes(told: &Told<'_>, world: &World) -> Lanes {
    let lane = |cluster| -> String {
        told.setup()
            .ordinals()
            .map(|ordinal| glyph(world, cluster, ordinal))
            .collect()
    };
    Lanes {
        source: lane(ClusterId::Source),
        destination: lane(ClusterId::Destination),
        disk: match told.ordinal {
            Some(ordinal) if told.setup().has_claims() => disk(world, ordinal),
            _ => String::new(),
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

/// A letter for each side that has a disk of the ordinal attached: a capital if it is mounted,
/// with a mark if it is another disk than the ordinal's own.
fn disk(world: &World, ordinal: Ordinal) -> String {
    let letter = |(cluster, mounted, attached): (ClusterId, &str, &str)| {
        let disks = world.rows[ordinal].sides[cluster].attached;
        let has = Disk::ALL.into_iter().find(|&disk| disks.contains(disk));
        let mount = world.rows[ordinal].sides[cluster].mounts().flatten().next();
        let letter = if mount.is_some() { mounted } else { attached };
        let mark = match mount.or(has)? {
            Disk::Original => "",
            Disk::Restored => "^",
            Disk::SourceFresh | Disk::DestinationFresh => "*",
        };
        Some(format!("{letter}{mark}"))
    };
    let sides = [
        (ClusterId::Source, "S", "s"),
        (ClusterId::Destination, "D", "d"),
    ];
    let letters: Vec<String> = sides.into_iter().filter_map(letter).collect();
    letters.join(" ")
}
