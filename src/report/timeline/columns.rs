//! Where the columns of a table are, so that its lines fit.

use super::{BAR, MARK, NUMBER, Row, StepKind, has_disk, longest};
use crate::report::text::{BAD, CARE, FAINT};
use crate::report::text::{WIDTH, pad, paint, plain, width, wrap};
use crate::report::{Counterexample, Lanes};

/// Room for what happens below which it stands on a line of its own.
const LEAST_WHAT: usize = 24;
/// Room for `S D`, and what it is called.
const DISK: usize = 3;
/// Blanks between two columns.
const GAP: usize = 2;
/// Fewer ordinals that never change are shown all the same.
const FEWEST_HIDDEN: usize = 2;

/// How the columns of one table are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// `source 012`: the lanes' names stand before their digits.
    Beside,
    /// The lanes' names stand above their digits.
    Stacked,
    /// The same, and what happens is on the line below.
    Folded,
}

/// Where the columns of one table are.
pub(super) struct Columns {
    /// The columns of a line.
    page: usize,
    /// Room for the bar beside what repeats.
    margin: usize,
    who: usize,
    what: usize,
    source: usize,
    destination: usize,
    /// The claim templates that have a column, and its width; the last one is as wide as it is.
    disks: Vec<(usize, usize)>,
    layout: Layout,
    /// The ordinals with a place in the lanes.
    ordinals: Vec<usize>,
}

impl Columns {
    /// The first of these in which the longest text fits into a line: all ordinals with their
    /// lanes' names beside or above the digits; only those that change, in the same two ways. If
    /// it fits in none, texts are wrapped, or stand below.
    pub(super) fn fit(page: usize, counterexample: &Counterexample, rows: &[Row]) -> Self {
        let what = longest(rows.iter().map(Row::what));
        let all: Vec<usize> = (0..width(&counterexample.initial.source)).collect();
        let few = changing(counterexample);
        let few = if few.len() + FEWEST_HIDDEN > all.len() {
            all.clone()
        } else {
            few
        };
        let disks = disks(counterexample);
        let with = |layout, ordinals: &[usize]| Self::with(page, rows, layout, ordinals, &disks);
        let ways = [
            with(Layout::Beside, &all),
            with(Layout::Stacked, &all),
            with(Layout::Beside, &few),
            with(Layout::Stacked, &few),
        ];
        let [.., narrowest] = &ways;
        let fits = ways.iter().position(|way| way.what >= what);
        let wraps = narrowest.what >= LEAST_WHAT;
        let mut ways = ways.into_iter();
        let chosen = fits.or_else(|| wraps.then_some(3));
        let chosen = chosen.and_then(|place| ways.nth(place));
        chosen.unwrap_or_else(|| with(Layout::Folded, &few))
    }

    fn with(
        page: usize,
        rows: &[Row],
        layout: Layout,
        ordinals: &[usize],
        disks: &[(usize, usize)],
    ) -> Self {
        let who = longest(rows.iter().map(Row::who)).max("who".len());
        let margin = if rows.iter().any(Row::is_round) { 2 } else { 0 };
        let lane = |name: &str| match layout {
            Layout::Beside => name.len() + 1 + ordinals.len(),
            Layout::Stacked | Layout::Folded => name.len().max(ordinals.len()),
        };
        let (source, destination) = (lane("source"), lane("dest"));
        let before_last = disks.split_last().map_or(&[][..], |(_, before)| before);
        let others: usize = before_last.iter().map(|(_, width)| width + GAP).sum();
        let last = DISK + 1 + width(MARK);
        let taken = margin + NUMBER + who + 4 * GAP + source + destination + others + last;
        Self {
            page,
            margin,
            who,
            what: match layout {
                Layout::Folded => 0,
                Layout::Beside | Layout::Stacked => room_for_what(page, taken, rows),
            },
            source,
            destination,
            disks: disks.to_vec(),
            layout,
            ordinals: ordinals.to_vec(),
        }
    }

    /// What stands in the columns of the disks, by the place of each template.
    fn disks(&self, text: impl Fn(usize) -> String) -> String {
        let cells = self.disks.iter();
        let cells = cells.map(|&(place, width)| pad(&text(place), width));
        let gap = " ".repeat(GAP);
        cells.collect::<Vec<_>>().join(&gap).trim_end().to_owned()
    }

    /// The signs of a lane that have a place in it.
    fn signs(&self, lane: &str) -> String {
        let signs: Vec<char> = plain(lane).chars().collect();
        let placed = self
            .ordinals
            .iter()
            .filter_map(|&ordinal| signs.get(ordinal));
        placed.collect()
    }

    pub(super) fn heading(&self, counterexample: &Counterexample) -> Vec<String> {
        let digit = |&ordinal: &usize| char::from(b'0' + u8::try_from(ordinal % 10).unwrap_or(0));
        let digits: String = self.ordinals.iter().map(digit).collect();
        let disk = self.disks(|place| heading_of(counterexample, place));
        let named = |name: &str| format!("{name} {digits}");
        let lines = match self.layout {
            Layout::Beside => vec![self.line(
                "",
                ["#", "who", "what"],
                [&named("source"), &named("dest"), &disk],
            )],
            Layout::Stacked => vec![
                self.line("", ["", "", ""], ["source", "dest", &disk]),
                self.line("", ["#", "who", "what"], [&digits, &digits, ""]),
            ],
            Layout::Folded => vec![
                self.line("", ["#", "who", ""], ["source", "dest", &disk]),
                self.line("", ["", "what", ""], [&digits, &digits, ""]),
            ],
        };
        lines.iter().map(|line| paint(FAINT, line)).collect()
    }

    pub(super) fn row(&self, row: &Row) -> Vec<String> {
        let nothing = Lanes::default();
        let lanes = row.lanes().unwrap_or(&nothing);
        let number = match row {
            Row::Initial(_) => "0".to_owned(),
            Row::Step(step, _) => step.number.to_string(),
            Row::Gap(..) | Row::Common(..) => "…".to_owned(),
        };
        let (source, destination) = (self.signs(&lanes.source), self.signs(&lanes.destination));
        let disk = self.disks(|place| {
            let disk = lanes.disks.get(place);
            disk.map_or_else(String::new, |disk| plain(&disk.text))
        });
        let disk = match row {
            Row::Step(_, StepKind::Last) => format!("{disk:<DISK$} {MARK}"),
            _ => disk,
        };
        let cells = [source.as_str(), destination.as_str(), disk.as_str()];
        let bar = if row.is_round() { BAR } else { "" };
        let (what, below) = self.what(row);
        let first = self.line(bar, [&number, &row.who(), &what], cells);
        let mut lines = vec![Self::decorate(first, row)];
        for more in &below {
            let line = match self.layout {
                Layout::Folded => {
                    format!("{bar:margin$}{:NUMBER$}{more}", "", margin = self.margin)
                }
                Layout::Beside | Layout::Stacked => self.line(bar, ["", "", more], ["", "", ""]),
            };
            lines.push(line);
        }
        lines
    }

    /// What happens: what stands in the row itself, and what below it.
    fn what(&self, row: &Row) -> (String, Vec<String>) {
        if self.layout == Layout::Folded {
            let room = self.page.saturating_sub(self.margin + NUMBER);
            return (String::new(), wrap(&row.what(), room));
        }
        let mut lines = wrap(&row.what(), self.what);
        let below = lines.split_off(1);
        (lines.concat(), below)
    }

    /// One line: the margin, number, who and what, then the lanes and the disk.
    fn line(&self, bar: &str, left: [&str; 3], right: [&str; 3]) -> String {
        let lane = |text: &str, columns: usize| match self.layout {
            Layout::Stacked | Layout::Folded => pad(text, columns),
            Layout::Beside => format!("{text:>columns$}"),
        };
        let margin = self.margin;
        let what = match self.layout {
            Layout::Folded => String::new(),
            Layout::Beside | Layout::Stacked => pad(left[2], self.what) + "  ",
        };
        let line = format!(
            "{bar:margin$}{:>3}  {}  {what}{}  {}  {}",
            left[0],
            pad(left[1], self.who),
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
            Row::Gap(..) | Row::Common(..) => paint(FAINT, line),
            Row::Step(..) | Row::Initial(_) => line,
        };
        match line.strip_suffix(MARK) {
            Some(rest) => format!("{rest}{}", paint(BAD, MARK)),
            None => line,
        }
    }

    /// The ordinals that have no place in the lanes, and how they are throughout.
    pub(super) fn hidden(&self, counterexample: &Counterexample) -> Vec<String> {
        let Lanes {
            source,
            destination,
            ..
        } = &counterexample.initial;
        let signs: Vec<(char, char)> = source.chars().zip(destination.chars()).collect();
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for ordinal in (0..signs.len()).filter(|ordinal| !self.ordinals.contains(ordinal)) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == ordinal && signs[*last] == signs[ordinal] => {
                    *last = ordinal;
                }
                _ => runs.push((ordinal, ordinal)),
            }
        }
        let text = |&(first, last): &(usize, usize)| {
            let (source, destination) = signs[first];
            let ordinals = match last - first {
                0 => format!("ordinal {first}"),
                _ => format!("ordinals {first}-{last}"),
            };
            format!("{ordinals}: {source} in source, {destination} in dest throughout")
        };
        let room = self.page.saturating_sub(NUMBER);
        let lines = runs.iter().flat_map(|run| wrap(&text(run), room));
        lines
            .map(|line| paint(FAINT, format!("{:NUMBER$}{line}", "")))
            .collect()
    }
}

/// Room for what happens on a page of which so much is taken. Beyond the usual page lines become
/// longer only for a text that needs it, since the lanes are read beside the texts.
fn room_for_what(page: usize, taken: usize, rows: &[Row]) -> usize {
    let usual = WIDTH.saturating_sub(taken);
    let needed = longest(rows.iter().map(Row::what));
    page.saturating_sub(taken).min(usual.max(needed))
}

/// The claim templates whose disk changes hands, and how wide the column of each is. The only one
/// has a column all the same, and so has the first if nothing changes.
fn disks(counterexample: &Counterexample) -> Vec<(usize, usize)> {
    if !has_disk(counterexample) {
        return Vec::new();
    }
    let all = || {
        let steps = counterexample.steps.iter().map(|step| &step.lanes);
        steps.chain([&counterexample.initial])
    };
    let text = |lanes: &Lanes, place: usize| lanes.disks.get(place).map(|disk| disk.text.clone());
    let initial = &counterexample.initial;
    let changes = |place: &usize| all().any(|lanes| text(lanes, *place) != text(initial, *place));
    let mut places: Vec<usize> = (0..initial.disks.len()).filter(changes).collect();
    if places.is_empty() {
        places.push(0);
    }
    let width_of = |place: usize| {
        let texts = all().filter_map(|lanes| text(lanes, place));
        longest(texts.chain([heading_of(counterexample, place)])).max(DISK)
    };
    let sized = places.into_iter().map(|place| (place, width_of(place)));
    sized.collect()
}

/// `disk 3`, or with several claim templates `wal 3`.
fn heading_of(counterexample: &Counterexample, place: usize) -> String {
    let name = match counterexample.initial.disks.get(place) {
        Some(disk) if !disk.template.is_empty() => plain(&disk.template),
        _ => "disk".to_owned(),
    };
    match counterexample.ordinal {
        Some(ordinal) => format!("{name} {ordinal}"),
        None => name,
    }
}

/// The ordinals that are not the same in all states, and the one that the counterexample is about.
fn changing(counterexample: &Counterexample) -> Vec<usize> {
    let at = |lanes: &Lanes, ordinal: usize| {
        let sign = |lane: &str| lane.chars().nth(ordinal);
        (sign(&lanes.source), sign(&lanes.destination))
    };
    let is_about = |ordinal: usize| {
        let about = counterexample.ordinal;
        about.is_some_and(|about| usize::try_from(about) == Ok(ordinal))
    };
    let changes = |ordinal: &usize| {
        let before = at(&counterexample.initial, *ordinal);
        let mut steps = counterexample.steps.iter();
        is_about(*ordinal) || steps.any(|step| at(&step.lanes, *ordinal) != before)
    };
    let all = 0..width(&counterexample.initial.source);
    all.filter(changes).collect()
}
