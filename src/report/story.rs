//! One violation: what happens, step by step, why, where, what would help, and how to see it
//! again.

use std::path::Path;

use super::Settings;
use super::text::{BAD, FAINT, GOOD, STRONG};
use super::text::{
    WIDTH, count, cut, labelled, list, number_word, paint, plain, shell_word, width, wrap,
};
use super::timeline;
use super::{Cost, Counterexample, Help, PropertyResult, ScenarioResult, Snippet};

/// The column in which the text after `why`, `fix` and `again` starts.
const LABEL: usize = 6;

/// Everything about one violated property. The caller leaves out those that another's
/// counterexample shows, and names the properties whose blocks are on the page already: what they
/// have shown is not repeated.
pub(super) fn block(
    result: &ScenarioResult,
    property: &PropertyResult,
    settings: &Settings,
    earlier: &[&PropertyResult],
) -> Vec<String> {
    let page = settings.width;
    let Some(counterexample) = &property.counterexample else {
        return title(page, property, "");
    };
    let mut lines = title(page, property, &figures(counterexample));
    lines.extend(wrap(&counterexample.story, page));
    lines.extend(asides(page, result, counterexample));
    lines.push(String::new());
    let earlier = earlier.iter();
    let earlier = earlier.filter_map(|one| Some((&*one.name, one.counterexample.as_ref()?)));
    let earlier: Vec<(&str, &Counterexample)> = earlier.collect();
    lines.extend(timeline::table(
        page,
        counterexample,
        settings.full,
        &earlier,
    ));
    lines.push(String::new());
    lines.extend(ending(page, counterexample));
    if !counterexample.why.is_empty() {
        lines.extend(labelled(page, "why", LABEL, STRONG, &counterexample.why));
    }
    let places = counterexample.place.iter();
    lines.extend(places.flat_map(|at| place(page, at)));
    let properties = counterexample.also_broken.len() + 1;
    let help = counterexample.help.iter();
    lines.extend(help.flat_map(|help| fix(page, help, properties)));
    lines.extend(again(result, property, settings));
    lines
}

/// What is violated, and on the right, if there is room, how long the counterexample is.
fn title(page: usize, property: &PropertyResult, figures: &str) -> Vec<String> {
    let circumstances = circumstances(property.counterexample.as_ref());
    let name = format!("{}{circumstances}", plain(&property.name));
    let text = format!("{name}, {}", expectation(property.as_expected));
    let left = format!("{}  {text}", paint(BAD, "VIOLATED"));
    let taken = "VIOLATED  ".len() + width(&text);
    let room = page.min(WIDTH).saturating_sub(taken);
    if figures.is_empty() {
        vec![left]
    } else if width(figures) + 2 <= room {
        vec![format!("{left}{figures:>room$}")]
    } else {
        vec![left, format!("{:10}{figures}", "")]
    }
}

/// Which ordinal, and whether on one side or across both.
pub(super) fn circumstances(counterexample: Option<&Counterexample>) -> String {
    let ordinal = counterexample
        .and_then(|story| story.ordinal)
        .map(|ordinal| format!("ordinal {ordinal}"));
    let scope = counterexample.and_then(|story| story.scope.clone());
    let parts: Vec<String> = ordinal.into_iter().chain(scope).collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", plain(&parts.join(", ")))
    }
}

/// In words.
pub(super) fn expectation(as_expected: bool) -> &'static str {
    if as_expected {
        "as expected"
    } else {
        "not as expected"
    }
}

/// What repeats forever, and why that is fair.
fn ending(page: usize, counterexample: &Counterexample) -> Vec<String> {
    if counterexample.fairness.is_empty() {
        return Vec::new();
    }
    let label = match counterexample.round() {
        [] => "end",
        _ => "loop",
    };
    let text = counterexample.fairness.join(" ");
    labelled(page, label, LABEL, STRONG, &text)
}

/// `shortest counterexample: 11 steps, no faults`.
fn figures(counterexample: &Counterexample) -> String {
    let steps = count(counterexample.steps.len(), "step");
    let faults = count(counterexample.faults as usize, "fault");
    let round = counterexample.round().len();
    let faults = match counterexample.faults {
        0 => "no faults".to_owned(),
        _ => faults,
    };
    match round {
        0 if counterexample.shortest => format!("shortest counterexample: {steps}, {faults}"),
        0 => format!("counterexample: {steps}, {faults}; may not be the shortest"),
        1 => format!("counterexample: {steps}, {faults}; the last step repeats forever"),
        _ => format!("counterexample: {steps}, {faults}; the last {round} repeat forever"),
    }
}

/// What else the counterexample violates, and with how many replicas.
fn asides(page: usize, result: &ScenarioResult, counterexample: &Counterexample) -> Vec<String> {
    let mut lines = Vec::new();
    if counterexample.replicas != result.headline.replicas {
        let replicas = count(counterexample.replicas as usize, "replica");
        let asked = counterexample.asked.map_or_else(String::new, |asked| {
            cost_of_asked(asked, counterexample, result.headline.replicas)
        });
        let text = format!("already fails with {replicas} (shown){asked}");
        lines.extend(wrap(&text, page));
    }
    lines.extend(also_broken(page, counterexample));
    lines
}

/// What the story costs with the replicas that were asked for.
fn cost_of_asked(asked: Cost, told: &Counterexample, replicas: u32) -> String {
    let (steps, replicas) = (
        count(asked.steps, "step"),
        count(replicas as usize, "replica"),
    );
    if asked.faults != told.faults {
        let faults = count(asked.faults as usize, "fault");
        format!("; with {replicas}: {steps}, {faults}")
    } else if asked.steps == told.steps.len() {
        format!("; with {replicas}: also {steps}")
    } else {
        format!("; with {replicas}: {steps}")
    }
}

/// What else the counterexample violates.
pub(super) fn also_broken(page: usize, counterexample: &Counterexample) -> Vec<String> {
    let also = &counterexample.also_broken;
    if also.is_empty() {
        return Vec::new();
    }
    let broken = also
        .iter()
        .map(|also| format!("{} (step {})", also.name, also.step));
    let broken = broken.collect::<Vec<_>>().join(", ");
    wrap(&format!("also violates: {broken}"), page)
}

/// The line of the file, as rustc would show it.
fn place(page: usize, place: &Snippet) -> Vec<String> {
    let number = place.at.line.to_string();
    let gutter = width(&number) + 1;
    let room = page.saturating_sub(gutter + 2);
    let length = place.length.clamp(1, room / 2);
    let (line, before) = window(&plain(&place.line), place.at.column, length, room);
    let file = plain(&place.at.file.to_string_lossy());
    let at = format!("{file}:{number}:{}", place.at.column);
    let bar = paint(FAINT, "|");
    let mut lines = vec![
        format!("{:gutter$}{} {at}", "", paint(FAINT, "-->")),
        format!("{:gutter$}{bar}", ""),
        format!("{} {bar} {line}", paint(FAINT, &number)),
    ];
    let carets = "^".repeat(length);
    let note_at = before + length + 1;
    for (index, note) in wrap(&place.note, room.saturating_sub(note_at).max(20))
        .iter()
        .enumerate()
    {
        let carets = if index == 0 { carets.as_str() } else { "" };
        let gap = length - width(carets);
        let carets = paint(BAD, carets);
        let text = format!("{:before$}{carets}{:gap$} {note}", "", "");
        lines.push(format!("{:gutter$}{bar} {}", "", text.trim_end()));
    }
    lines
}

/// The part of `line` around a piece of it that fits into `room`, and how many characters of it
/// are before the piece.
fn window(line: &str, column: usize, length: usize, room: usize) -> (String, usize) {
    let before = column.saturating_sub(1);
    let hidden = (before + length + 1).saturating_sub(room);
    if hidden == 0 {
        return (cut(line, room), before);
    }
    let rest: String = line.chars().skip(hidden + 1).collect();
    (cut(&format!("…{rest}"), room), before - hidden)
}

/// What would prevent it, and the steps to write, one to a line.
pub(super) fn fix(page: usize, help: &Help, properties: usize) -> Vec<String> {
    let mut text = help.text.lines();
    let first = text.next().unwrap_or_default();
    let first = if help.checked {
        let held = match properties {
            1 => "the property then holds".to_owned(),
            2 => "both properties then hold".to_owned(),
            many => format!("all {} properties then hold", number_word(many)),
        };
        format!("{first} (checked: {held})")
    } else {
        format!("{first} (not checked)")
    };
    let mut lines = labelled(page, "fix", LABEL, GOOD, &first);
    lines.extend(text.map(|line| format!("{:8}{}", "", plain(line.trim_end()))));
    lines
}

/// The command that shows this story and no other.
fn again(result: &ScenarioResult, property: &PropertyResult, settings: &Settings) -> Vec<String> {
    let input = settings.input.clone();
    let input = input.unwrap_or_else(|| path_word(&result.path));
    let mut words = vec![
        format!("{} check {input}", settings.program),
        format!("--property {}", shell_word(&property.name)),
    ];
    words.extend(settings.flags.iter().cloned());
    command(settings.width, "again", &words)
}

/// A path as an argument that is taken for one.
pub(super) fn path_word(path: &Path) -> String {
    let path = plain(&path.to_string_lossy());
    if path.starts_with('-') {
        return shell_word(&format!("./{path}"));
    }
    shell_word(&path)
}

/// A command after its label, in as many lines as it takes.
pub(super) fn command(page: usize, label: &str, words: &[String]) -> Vec<String> {
    let mut lines = shell_lines(words, page.saturating_sub(LABEL));
    for (index, line) in lines.iter_mut().enumerate() {
        let label = if index == 0 { label } else { "" };
        let gap = LABEL - width(label);
        *line = format!("{}{:gap$}{line}", paint(STRONG, label), "");
    }
    lines
}

/// `words` as one command, continued after a backslash where it is longer than `columns`.
fn shell_lines(words: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            // Two columns are kept for a blank and the backslash.
            Some(line) if width(line) + 1 + width(word) + 2 <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(word.clone());
            }
            None => lines.push(word.clone()),
        }
    }
    lines
}

/// A counterexample in one sentence.
pub(super) fn summary(page: usize, property: &PropertyResult) -> Vec<String> {
    let story = property.counterexample.as_ref();
    let story = story.map_or("", |counterexample| counterexample.story.as_str());
    let also = story_names(property);
    let fewer = property.counterexample.as_ref();
    let fewer = fewer.filter(|counterexample| counterexample.asked.is_some());
    let already = fewer.map_or_else(String::new, |counterexample| {
        let replicas = count(counterexample.replicas as usize, "replica");
        format!(", already with {replicas}")
    });
    let unexpected = if property.as_expected {
        ""
    } else {
        ", not as expected"
    };
    labelled(
        page,
        "VIOLATED",
        10,
        BAD,
        &format!("{also}{already}{unexpected}: {story}"),
    )
}

/// The property and the others that its counterexample violates.
fn story_names(property: &PropertyResult) -> String {
    let also = property
        .counterexample
        .iter()
        .flat_map(|story| &story.also_broken);
    let also = also.map(|also| also.name.clone());
    let names: Vec<String> = std::iter::once(property.name.clone()).chain(also).collect();
    list(&names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_keeps_the_piece_in_sight() {
        let line = "0123456789abcdefghij";
        let cases = [
            (1, 2, 40, line, 0),
            (5, 3, 10, "012345678…", 4),
            (11, 3, 10, "…56789abc…", 6),
            (19, 2, 10, "…cdefghij", 7),
        ];
        for (column, length, room, then, before) in cases {
            let found = window(line, column, length, room);
            assert_eq!(found, (then.to_owned(), before), "column {column}");
            let piece = found.0.chars().nth(found.1);
            assert_eq!(piece, line.chars().nth(column - 1), "column {column}");
        }
    }
}
