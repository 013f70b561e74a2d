//! The steps of a counterexample as a table: who does what, and where everything is after it.

use super::text::{BAD, CARE, FAINT, WIDTH};
use super::text::{cut, pad, paint, plain, width, wrap};
use super::{Counterexample, Lanes, Step};
use crate::vocabulary::{Actor, Location, Side};

/// Longer stories are shortened.
const MOST_STEPS: usize = 30;
/// Steps kept at the start of a shortened story.
const FIRST_STEPS: usize = 10;
/// Steps kept at its end.
const LAST_STEPS: usize = 16;
/// The widest that the column of actors may get.
const MOST_WHO: usize = 26;
/// The columns before that of the actors.
const NUMBER: usize = 5;

/// Stands before the steps that repeat forever.
const BAR: &str = "|";

/// Stands after the last step.
const MARK: &str = "<--";

/// What each character of a lane says.
const GLYPHS: [(char, &str); 7] = [
    ('#', "Ready"),
    ('o', "running, not Ready"),
    ('+', "created"),
    ('v', "terminating"),
    ('z', "running without a Pod object"),
    ('x', "Failed"),
    ('.', "none"),
];

/// What each letter of the disk column says.
const LETTERS: [(char, &str); 6] = [
    ('S', "mounted in source"),
    ('D', "mounted in destination"),
    ('s', "attached to source only"),
    ('d', "attached to destination only"),
    ('*', "new, empty disk"),
    ('^', "restored copy"),
];

/// The table and its legend. Long stretches are left out unless `full`; numbers are kept.
pub(super) fn table(counterexample: &Counterexample, full: bool) -> Vec<String> {
    lines(counterexample, &rows(counterexample, full), &[])
}

/// The whole table with something said below each row: `notes[i]` after `i` steps.
pub(super) fn annotated(counterexample: &Counterexample, notes: &[Vec<String>]) -> Vec<String> {
    lines(counterexample, &rows(counterexample, true), notes)
}

fn lines(counterexample: &Counterexample, rows: &[Row], notes: &[Vec<String>]) -> Vec<String> {
    let columns = Columns::fit(counterexample, rows);
    let mut lines = columns.heading(counterexample);
    for row in rows {
        lines.extend(columns.row(row));
        let notes = row.steps().and_then(|steps| notes.get(steps));
        lines.extend(notes.into_iter().flatten().cloned());
    }
    lines.extend(legend(rows));
    lines
}

/// The place of a step in its story.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
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
    Step(&'a Step, Place),
    /// So many steps are left out here, in a loop or not.
    Gap(usize, Place),
}

impl Row<'_> {
    fn lanes(&self) -> Option<&Lanes> {
        match self {
            Row::Initial(lanes) => Some(lanes),
            Row::Step(step, _) => Some(&step.lanes),
            Row::Gap(..) => None,
        }
    }

    /// How many steps have been taken after this row.
    fn steps(&self) -> Option<usize> {
        match self {
            Row::Initial(_) => Some(0),
            Row::Step(step, _) => Some(step.number),
            Row::Gap(..) => None,
        }
    }

    fn who(&self) -> String {
        match self {
            Row::Step(step, _) => cut(&plain(&who(step)), MOST_WHO),
            Row::Initial(_) | Row::Gap(..) => String::new(),
        }
    }

    fn is_round(&self) -> bool {
        matches!(self, Row::Step(_, Place::Round) | Row::Gap(_, Place::Round))
    }

    fn what(&self) -> String {
        match self {
            Row::Initial(_) => "initial".to_owned(),
            Row::Step(step, _) => plain(&step.text),
            Row::Gap(1, _) => "1 step omitted; --full shows it".to_owned(),
            Row::Gap(steps, _) => format!("{steps} steps omitted; --full shows them"),
        }
    }
}

/// The lines of the table, with long stretches left out.
fn rows(counterexample: &Counterexample, full: bool) -> Vec<Row<'_>> {
    let steps = &counterexample.steps;
    let last = steps.len();
    let matters = |index: usize, step: &Step| {
        let breaks = |also: &super::AlsoBroken| also.step == step.number;
        let short = full || last <= MOST_STEPS;
        let edge = index < FIRST_STEPS || index + LAST_STEPS >= last;
        short || edge || step.is_fault() || counterexample.also_broken.iter().any(breaks)
    };
    let round = last - counterexample.round().len();
    let mut rows = vec![Row::Initial(&counterexample.initial)];
    let mut skipped: Vec<&Step> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let place = match index {
            _ if index >= round => Place::Round,
            _ if index + 1 == last => Place::Last,
            _ => Place::Before,
        };
        if index == round {
            close_gap(&mut rows, &mut skipped, Place::Before);
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
fn close_gap<'a>(rows: &mut Vec<Row<'a>>, skipped: &mut Vec<&'a Step>, place: Place) {
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

/// Where the columns of one table are.
struct Columns {
    /// Room for the bar beside what repeats.
    margin: usize,
    who: usize,
    what: usize,
    source: usize,
    destination: usize,
    /// The lanes' names stand above their digits, not before them.
    stacked: bool,
}

impl Columns {
    /// The widest layout in which the longest text fits; the narrow one if none does.
    fn fit(counterexample: &Counterexample, rows: &[Row]) -> Self {
        let ordinals = width(&counterexample.initial.source);
        let who = longest(rows.iter().map(Row::who)).max("who".len());
        let what = longest(rows.iter().map(Row::what));
        let margin = if rows.iter().any(Row::is_round) { 2 } else { 0 };
        let room = WIDTH - margin;
        let lanes = |name: &str| name.len() + ordinals;
        let beside = Self::with_lanes(room, who, lanes("source "), lanes("dest "));
        let beside = Self { margin, ..beside };
        if beside.what >= what {
            return beside;
        }
        Self {
            stacked: true,
            margin,
            ..Self::with_lanes(
                room,
                who,
                ordinals.max("source".len()),
                ordinals.max("dest".len()),
            )
        }
    }

    fn with_lanes(room: usize, who: usize, source: usize, destination: usize) -> Self {
        // Two blanks between columns, and seven for `S D <--`.
        let taken = NUMBER + who + 2 + 2 + source + 2 + destination + 2 + 7;
        Self {
            margin: 0,
            who,
            what: room.saturating_sub(taken).max(20),
            source,
            destination,
            stacked: false,
        }
    }

    fn heading(&self, counterexample: &Counterexample) -> Vec<String> {
        let digits: String = (0..width(&counterexample.initial.source))
            .map(|ordinal| char::from(b'0' + u8::try_from(ordinal % 10).unwrap_or_default()))
            .collect();
        let disk = match counterexample.ordinal {
            _ if !has_disk(counterexample) => String::new(),
            Some(ordinal) => format!("disk {ordinal}"),
            None => "disk".to_owned(),
        };
        let named = |name: &str| format!("{name} {digits}");
        let lines = if self.stacked {
            vec![
                self.line("", ["", "", ""], ["source", "dest", &disk]),
                self.line("", ["#", "who", "what"], [&digits, &digits, ""]),
            ]
        } else {
            vec![self.line(
                "",
                ["#", "who", "what"],
                [&named("source"), &named("dest"), &disk],
            )]
        };
        lines.iter().map(|line| paint(FAINT, line)).collect()
    }

    fn row(&self, row: &Row) -> Vec<String> {
        let nothing = Lanes::default();
        let lanes = row.lanes().unwrap_or(&nothing);
        let number = match row {
            Row::Initial(_) => "0".to_owned(),
            Row::Step(step, _) => step.number.to_string(),
            Row::Gap(..) => "…".to_owned(),
        };
        let what = wrap(&row.what(), self.what);
        let (source, destination) = (plain(&lanes.source), plain(&lanes.destination));
        let disk = match row {
            Row::Step(_, Place::Last) => format!("{:<3} {MARK}", plain(&lanes.disk)),
            _ => plain(&lanes.disk),
        };
        let cells = [source.as_str(), destination.as_str(), disk.as_str()];
        let bar = if row.is_round() { BAR } else { "" };
        let first = self.line(bar, [&number, &row.who(), &what[0]], cells);
        let mut lines = vec![Self::decorate(first, row)];
        for more in &what[1..] {
            lines.push(self.line(bar, ["", "", more], ["", "", ""]));
        }
        lines
    }

    /// One line: the margin, number, who and what, then the lanes and the disk.
    fn line(&self, bar: &str, left: [&str; 3], right: [&str; 3]) -> String {
        let lane = |text: &str, columns: usize| {
            if self.stacked {
                pad(text, columns)
            } else {
                format!("{text:>columns$}")
            }
        };
        let margin = self.margin;
        let line = format!(
            "{bar:margin$}{:>3}  {}  {}  {}  {}  {}",
            left[0],
            pad(left[1], self.who),
            pad(left[2], self.what),
            lane(right[0], self.source),
            lane(right[1], self.destination),
            right[2],
        );
        line.trim_end().to_owned()
    }

    /// Colours a fault, a gap and the mark of the last step.
    fn decorate(line: String, row: &Row) -> String {
        let line = match row {
            Row::Step(step, _) if step.is_fault() => {
                line.replacen(&row.who(), &paint(CARE, row.who()), 1)
            }
            Row::Gap(..) => paint(FAINT, line),
            Row::Step(..) | Row::Initial(_) => line,
        };
        match line.strip_suffix(MARK) {
            Some(rest) => format!("{rest}{}", paint(BAD, MARK)),
            None => line,
        }
    }
}

/// The width of the widest of `cells`.
fn longest(cells: impl Iterator<Item = String>) -> usize {
    cells.map(|cell| width(&cell)).max().unwrap_or_default()
}

/// Whether the story is about a disk at all.
fn has_disk(counterexample: &Counterexample) -> bool {
    let in_steps = counterexample.steps.iter().map(|step| &step.lanes);
    let mut all = in_steps.chain([&counterexample.initial]);
    all.any(|lanes| !lanes.disk.trim().is_empty())
}

/// What the characters that are shown mean.
fn legend(rows: &[Row]) -> Vec<String> {
    let shown: Vec<&Lanes> = rows.iter().filter_map(Row::lanes).collect();
    let in_lanes = |glyph: char| {
        let has =
            |lanes: &&Lanes| lanes.source.contains(glyph) || lanes.destination.contains(glyph);
        shown.iter().any(has)
    };
    let in_disk = |letter: char| shown.iter().any(|lanes| lanes.disk.contains(letter));
    let glyphs = GLYPHS.iter().filter(|(glyph, _)| in_lanes(*glyph));
    let letters = LETTERS.iter().filter(|(letter, _)| in_disk(*letter));
    let entry = |(sign, meaning): &(char, &str)| format!("{sign} {meaning}");
    let mut lines = lines_of(&glyphs.map(entry).collect::<Vec<_>>());
    let disk: Vec<String> = letters.map(entry).collect();
    if !disk.is_empty() {
        lines.extend(lines_of(&[&["disk:".to_owned()], disk.as_slice()].concat()));
    }
    lines
}

/// Entries two blanks apart, in as few lines as hold them.
fn lines_of(entries: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for entry in entries {
        match lines.last_mut() {
            Some(line) if width(line) + 2 + width(entry) <= WIDTH => {
                line.push_str("  ");
                line.push_str(entry);
            }
            _ => lines.push(format!("{:NUMBER$}{entry}", "")),
        }
    }
    lines.iter().map(|line| paint(FAINT, line)).collect()
}
