//! The steps of a counterexample as a table: who does what, and where everything is after it.

mod columns;
mod legend;

use columns::Columns;
use legend::signs;

use super::text::{cut, plain, width};
use super::{Counterexample, Lanes, Step};
use crate::vocabulary::{Actor, Location, Side};

/// Longer counterexamples are shortened.
const MOST_STEPS: usize = 30;
/// Steps kept at the start of a shortened one.
const FIRST_STEPS: usize = 10;
/// Steps kept at its end.
const LAST_STEPS: usize = 16;
/// Fewer steps in common with an earlier counterexample are shown again.
const FEWEST_IN_COMMON: usize = 4;
/// The widest that the column of actors may get.
const MOST_WHO: usize = 26;
/// The columns before that of the actors.
const NUMBER: usize = 5;

/// Stands before the steps that repeat forever.
const BAR: &str = "|";

/// Stands after the last step.
const MARK: &str = "<--";

/// The table and its legend, in lines of so many columns. Long stretches are left out unless
/// `full`, and so is what the `earlier` counterexamples of the report have shown, by their
/// properties: steps in common, and signs that are explained there. Numbers are kept.
pub(super) fn table(
    page: usize,
    counterexample: &Counterexample,
    full: bool,
    earlier: &[(&str, &Counterexample)],
) -> Vec<String> {
    let common = if full {
        None
    } else {
        in_common(counterexample, earlier)
    };
    let known = earlier.iter().map(|(_, story)| *story);
    let known: Vec<char> = known.flat_map(signs).collect();
    let rows = rows(counterexample, full, common);
    lines(page, counterexample, &rows, &known, &[])
}

/// The whole table with something said below each row: `notes[i]` after `i` steps.
pub(super) fn annotated(
    page: usize,
    counterexample: &Counterexample,
    notes: &[Vec<String>],
) -> Vec<String> {
    let rows = rows(counterexample, true, None);
    lines(page, counterexample, &rows, &[], notes)
}

fn lines(
    page: usize,
    counterexample: &Counterexample,
    rows: &[Row],
    known: &[char],
    notes: &[Vec<String>],
) -> Vec<String> {
    let columns = Columns::fit(page, counterexample, rows);
    let mut lines = columns.heading(counterexample);
    for row in rows {
        lines.extend(columns.row(row));
        let notes = row.steps().and_then(|steps| notes.get(steps));
        lines.extend(notes.into_iter().flatten().cloned());
    }
    lines.extend(columns.hidden(counterexample));
    lines.extend(legend::lines(page, counterexample, known));
    lines
}

/// The first steps that a counterexample has in common with an earlier one of the same report: how
/// many, and the property of that one. None if they are too few to refer to, and never its last
/// step or one that repeats.
fn in_common<'a>(
    counterexample: &Counterexample,
    earlier: &[(&'a str, &Counterexample)],
) -> Option<(usize, &'a str)> {
    let own = &counterexample.steps;
    let repeats = counterexample.round().len();
    let most = own.len().saturating_sub(repeats.max(1));
    let has_disk = has_disk(counterexample);
    let same = |one: &Step, other: &Step| {
        let lanes = |step: &Step| (step.lanes.source.clone(), step.lanes.destination.clone());
        let words = |step: &Step| (who(step), step.text.clone());
        let disks = !has_disk || one.lanes.disks == other.lanes.disks;
        words(one) == words(other) && lanes(one) == lanes(other) && disks
    };
    let length = |other: &Counterexample| {
        let pairs = own.iter().zip(&other.steps).take(most);
        pairs.take_while(|(one, other)| same(one, other)).count()
    };
    let comparable = earlier.iter().filter(|(_, story)| {
        story.replicas == counterexample.replicas
            && story.initial.source == counterexample.initial.source
    });
    let lengths = comparable.map(|(name, story)| (length(story), *name));
    // Of equally long ones the first.
    let best = lengths.rev().max_by_key(|(length, _)| *length);
    best.filter(|(length, _)| *length >= FEWEST_IN_COMMON)
}

/// The place of a step in its counterexample.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StepKind {
    /// Others follow it.
    Before,
    /// It is the last one.
    Last,
    /// It repeats forever.
    Round,
}

/// One line of the table.
enum Row<'a> {
    /// The state before the first step.
    Initial(&'a Lanes),
    /// A step, and its place in the story.
    Step(&'a Step, StepKind),
    /// So many steps are left out here, in a loop or not.
    Gap(usize, StepKind),
    /// So many steps at the start are those of another property's counterexample.
    Common(usize, &'a str),
}

impl Row<'_> {
    fn lanes(&self) -> Option<&Lanes> {
        match self {
            Row::Initial(lanes) => Some(lanes),
            Row::Step(step, _) => Some(&step.lanes),
            Row::Gap(..) | Row::Common(..) => None,
        }
    }

    /// How many steps have been taken after this row.
    fn steps(&self) -> Option<usize> {
        match self {
            Row::Initial(_) => Some(0),
            Row::Step(step, _) => Some(step.number),
            Row::Gap(..) | Row::Common(..) => None,
        }
    }

    fn who(&self) -> String {
        match self {
            Row::Step(step, _) => cut(&plain(&who(step)), MOST_WHO),
            Row::Initial(_) | Row::Gap(..) | Row::Common(..) => String::new(),
        }
    }

    fn is_round(&self) -> bool {
        matches!(
            self,
            Row::Step(_, StepKind::Round) | Row::Gap(_, StepKind::Round)
        )
    }

    fn what(&self) -> String {
        match self {
            Row::Initial(_) => "initial".to_owned(),
            Row::Step(step, _) => plain(&step.text),
            Row::Common(steps, property) => format!("steps 1 to {steps}: as for {property}"),
            Row::Gap(1, _) => "1 step omitted; --full shows it".to_owned(),
            Row::Gap(steps, _) => format!("{steps} steps omitted; --full shows them"),
        }
    }
}

/// The lines of the table, with long stretches left out, and steps in common with another.
fn rows<'a>(
    counterexample: &'a Counterexample,
    full: bool,
    common: Option<(usize, &'a str)>,
) -> Vec<Row<'a>> {
    let steps = &counterexample.steps;
    let last = steps.len();
    let shared = common.map_or(0, |(shared, _)| shared);
    let matters = |index: usize, step: &Step| {
        let breaks = |also: &super::AlsoBroken| also.step == step.number;
        let short = full || last - shared <= MOST_STEPS;
        let edge = index < shared + FIRST_STEPS || index + LAST_STEPS >= last;
        short || edge || step.is_fault() || counterexample.also_broken.iter().any(breaks)
    };
    let round = last - counterexample.round().len();
    let mut rows = vec![Row::Initial(&counterexample.initial)];
    rows.extend(common.map(|(shared, property)| Row::Common(shared, property)));
    let mut skipped: Vec<&Step> = Vec::new();
    for (index, step) in steps.iter().enumerate().skip(shared) {
        let place = match index {
            _ if index >= round => StepKind::Round,
            _ if index + 1 == last => StepKind::Last,
            _ => StepKind::Before,
        };
        if index == round {
            close_gap(&mut rows, &mut skipped, StepKind::Before);
        }
        if matters(index, step) {
            close_gap(&mut rows, &mut skipped, place);
            rows.push(Row::Step(step, place));
        } else {
            skipped.push(step);
        }
    }
    rows
}

/// Puts one line for the steps in `skipped`; a single step takes no more room than its absence.
fn close_gap<'a>(rows: &mut Vec<Row<'a>>, skipped: &mut Vec<&'a Step>, place: StepKind) {
    match skipped.as_slice() {
        [] => (),
        [only] => rows.push(Row::Step(only, place)),
        many => rows.push(Row::Gap(many.len(), place)),
    }
    skipped.clear();
}

/// Who takes a step: a place in the program, a component and its side, or a fault in capitals.
fn who(step: &Step) -> String {
    let name = match (step.actor, &step.at) {
        (Actor::Driver, Some(at)) => return format!("{}:{}", stem(at), at.line),
        (Actor::Driver, None) => return step.actor.name().to_owned(),
        (Actor::Component(component), _) => component.short_name.to_owned(),
        (Actor::Fault, _) => capitals(step.action),
    };
    match step.side {
        Some(Side::Destination) => format!("dest {name}"),
        Some(Side::Source) => format!("source {name}"),
        None => name,
    }
}

/// The file's name, up to its first dot if it is YAML.
fn stem(at: &Location) -> String {
    let name = at.file.file_name().unwrap_or_default().to_string_lossy();
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let stem = name.split('.').next().filter(|_| is_yaml);
    cut(stem.unwrap_or(&name), MOST_WHO - 6)
}

/// `driverCrash` as `DRIVER CRASH`.
fn capitals(action: &str) -> String {
    let mut text = String::new();
    for character in action.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(character.to_uppercase());
    }
    text
}

/// The width of the widest of `cells`.
fn longest(cells: impl Iterator<Item = String>) -> usize {
    cells.map(|cell| width(&cell)).max().unwrap_or_default()
}

/// Whether the story is about a disk at all.
fn has_disk(counterexample: &Counterexample) -> bool {
    let in_steps = counterexample.steps.iter().map(|step| &step.lanes);
    let all = in_steps.chain([&counterexample.initial]);
    let mut disks = all.flat_map(|lanes| &lanes.disks);
    disks.any(|disk| !disk.text.is_empty())
}
