//! How a property breaks: a path, told step by step.

use crate::vocabulary::{Actor, Location, Side};

/// How long a counterexample is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Its steps, faults included.
    pub steps: usize,
    /// Its faults.
    pub faults: u32,
}

/// A path to a state in which a property is broken, or one that never keeps a property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counterexample {
    /// The ordinal that it is about.
    pub ordinal: Option<u32>,
    /// `across sides` or `within source`, where a property can break in either way.
    pub scope: Option<String>,
    /// The replicas of the set in this story; fewer than asked for if that tells it sooner.
    pub replicas: u32,
    /// Its faults.
    pub faults: u32,
    /// No other has fewer faults, and none with as many faults has fewer steps.
    pub shortest: bool,
    /// Steps and faults for the replicas that were asked for, if the story has fewer.
    pub asked: Option<Cost>,
    /// The property whose longer story breaks this one too, and is told in its place.
    pub merged_into: Option<String>,
    /// Other properties that the same story breaks.
    pub also_broken: Vec<AlsoBroken>,
    /// Of an endless story: how many steps come before those that repeat forever. If that is all
    /// of them, nothing happens any more.
    pub loop_start: Option<usize>,
    /// Why an endless story can go on as it does, each reason in a sentence.
    pub fairness: Vec<String>,
    /// What happens, in one sentence.
    pub story: String,
    /// How it could happen; may be empty.
    pub why: String,
    /// The step of the program that made it possible.
    pub place: Option<Snippet>,
    /// What would prevent it.
    pub help: Option<Help>,
    /// The picture before the first step.
    pub initial: Lanes,
    /// The steps, first to last; numbers start at 1.
    pub steps: Vec<Step>,
}

/// Another property that a story breaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlsoBroken {
    /// Its name.
    pub name: String,
    /// The step that breaks it.
    pub step: usize,
}

/// A piece of a line of a file, with something to say of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snippet {
    /// Where the piece starts.
    pub at: Location,
    /// The whole line.
    pub line: String,
    /// How many characters are meant.
    pub length: usize,
    /// What is said of them.
    pub note: String,
}

/// What would prevent a violation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Help {
    /// First line: where the change goes (`before line 10`). Further lines: what to write there.
    pub text: String,
    /// With the change every property of the story was found to hold.
    pub checked: bool,
}

/// One step of a story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Counted from 1.
    pub number: usize,
    /// Who takes it.
    pub actor: Actor,
    /// The side that it is about, where it is about one.
    pub side: Option<Side>,
    /// The ordinal that it touches.
    pub ordinal: Option<u32>,
    /// A short name that does not change: `patch`, `createPod`, `eviction`.
    pub action: &'static str,
    /// What happens.
    pub text: String,
    /// Its place among the steps that could come next, counted from 0.
    pub index: usize,
    /// Where the program says so.
    pub at: Option<Location>,
    /// The picture after it.
    pub lanes: Lanes,
}

/// A picture of one state: a character for each ordinal on each side, and who has the disk.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lanes {
    /// `#` Ready, `o` runs, `+` created, `v` terminating, `z` no object, `x` Failed, `.` none.
    pub source: String,
    /// The same of the destination.
    pub destination: String,
    /// For each claim template the disk of the story's ordinal: `S`, `D` mounted by that side, `s`,
    /// `d` attached only; with a `*` if it is another, empty one, with a `^` if it is a restored
    /// copy. None if the story is about no disk.
    pub disks: Vec<Disk>,
}

/// Who has a disk of one claim template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disk {
    /// The template's name; empty if it is the only one.
    pub template: String,
    /// Who has it.
    pub text: String,
}

impl Counterexample {
    /// The steps that repeat forever; none if there are none.
    #[must_use]
    pub fn round(&self) -> &[Step] {
        let start = self.loop_start.unwrap_or(self.steps.len());
        self.steps.get(start..).unwrap_or_default()
    }
}

impl Step {
    /// Whether it is a fault.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.actor == Actor::Fault
    }
}
