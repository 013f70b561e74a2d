//! The table of properties, and what has to be said of its verdicts.

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, Table, presets};

use super::text::{BAD, CARE, FAINT, GOOD, STRONG, count, labelled, paint, plain, width};
use super::{PropertyResult, ScenarioResult, Verdict};

/// One line for each property, then reasons, layers, and faults that never struck.
pub(super) fn lines(result: &ScenarioResult) -> Vec<String> {
    let mut lines = table(&result.properties);
    lines.extend(remarks(result));
    lines
}

fn table(properties: &[PropertyResult]) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["PROPERTY", "VERDICT", "EXPECTED", "STEPS", "FAULTS", ""]);
    for property in properties {
        table.add_row(row(property));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if (3..5).contains(&column.index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let (heading, body) = lines.split_first().expect("the heading is always there");
    let mut painted = vec![paint(FAINT, heading)];
    for (line, property) in body.iter().zip(properties) {
        painted.push(decorate(line, property));
    }
    painted
}

fn row(property: &PropertyResult) -> Vec<Cell> {
    let cost = property.cost();
    let steps = cost.map(|cost| cost.steps.to_string()).unwrap_or_default();
    let faults = cost.map(|cost| cost.faults.to_string()).unwrap_or_default();
    let cells = [
        plain(&property.name),
        property.verdict.words().to_owned(),
        property.expected.verdict.words().to_owned(),
        steps,
        faults,
        mark(property),
    ];
    cells.map(Cell::new_owned).into()
}

/// What is wrong with a row.
fn mark(property: &PropertyResult) -> String {
    let expected = &property.expected;
    if property.verdict == Verdict::Inconclusive {
        "<-- undecided".to_owned()
    } else if property.as_expected {
        String::new()
    } else if property.verdict != expected.verdict {
        "<-- not as expected".to_owned()
    } else {
        let steps = expected.steps.map(|steps| count(steps, "step"));
        let faults = expected.faults.map(|faults| count(faults as usize, "fault"));
        let figures: Vec<String> = steps.into_iter().chain(faults).collect();
        format!("<-- expected {}", figures.join(", "))
    }
}

/// Colours the verdict and the mark of a line of the table.
fn decorate(line: &str, property: &PropertyResult) -> String {
    let style = verdict_style(property.verdict);
    let words = property.verdict.words();
    // The verdict stands behind the name, which may contain anything.
    let name_end = plain(&property.name).len();
    let (name, rest) = line.split_at(name_end.min(line.len()));
    let rest = rest.replacen(words, &paint(style, words), 1);
    let mark = mark(property);
    match rest.strip_suffix(&mark) {
        Some(rest) if !mark.is_empty() => format!("{name}{rest}{}", paint(BAD, mark)),
        _ => format!("{name}{rest}"),
    }
}

pub(super) fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Holds => GOOD,
        Verdict::Violated => BAD,
        Verdict::Inconclusive => CARE,
        Verdict::NotApplicable => FAINT,
    }
}

/// What the table has no room for, each with a label.
fn remarks(result: &ScenarioResult) -> Vec<String> {
    let mut remarks: Vec<(&str, String)> = Vec::new();
    remarks.extend(reasons(&result.properties, Verdict::Inconclusive, "undecided"));
    remarks.extend(reasons(&result.properties, Verdict::NotApplicable, "not applicable"));
    for property in &result.properties {
        remarks.extend(layers(property).map(|text| ("layers", text)));
    }
    if !result.never_fired.is_empty() {
        let kinds = result.never_fired.join(", ");
        let text = format!("{kinds}: allowed, but there was no state in which it could strike");
        remarks.push(("never fired", text));
    }
    remarks.extend(result.notes.iter().map(|note| ("note", note.clone())));
    let columns = remarks.iter().map(|(label, _)| width(label) + 2).max();
    let columns = columns.unwrap_or_default();
    let lines = remarks.iter();
    let lines = lines.flat_map(|(label, text)| labelled(label, columns, STRONG, text));
    lines.collect()
}

/// The reasons of one kind of verdict, each with all the properties that have it.
fn reasons(
    properties: &[PropertyResult],
    verdict: Verdict,
    label: &'static str,
) -> Vec<(&'static str, String)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for property in properties.iter().filter(|property| property.verdict == verdict) {
        let reason = property.reason.as_deref().unwrap_or("no reason is known");
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&property.name),
            None => groups.push((reason, vec![&property.name])),
        }
    }
    let text = |(reason, names): (&str, Vec<&str>)| format!("{}: {reason}", names.join(", "));
    groups.into_iter().map(|group| (label, text(group))).collect()
}

/// The layers of faults, where some say something else than the verdict.
fn layers(property: &PropertyResult) -> Option<String> {
    let differs = |layer: &super::Layer| layer.verdict != property.verdict;
    if !property.layers.iter().any(differs) {
        return None;
    }
    let layer = |layer: &super::Layer| {
        let faults = count(layer.faults as usize, "fault");
        format!("{faults}: {}", layer.verdict.words())
    };
    let mut parts: Vec<String> = property.layers.iter().map(layer).collect();
    if property.verdict == Verdict::Inconclusive {
        parts.push("more: undecided".to_owned());
    }
    Some(format!("{} {}", property.name, parts.join("; ")))
}
