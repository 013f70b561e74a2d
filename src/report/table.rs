//! The table of properties, and what has to be said of its verdicts.

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, Table, presets};

use super::text::{BAD, CARE, FAINT, GOOD, STRONG};
use super::text::{count, groups, labelled, paint, plain, width};
use super::{PropertyResult, ScenarioResult, Verdict, smaller};

/// One line for each property, then reasons, layers, and faults that never struck. `short` leaves
/// out why a property does not apply.
pub(super) fn lines(page: usize, result: &ScenarioResult, short: bool) -> Vec<String> {
    let mut lines = table(&result.properties);
    let remarks = remarks(page, result, short);
    if !remarks.is_empty() {
        lines.push(String::new());
        lines.extend(remarks);
    }
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
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
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
        expected(property).to_owned(),
        steps,
        faults,
        mark(property),
    ];
    cells.map(Cell::new_owned).into()
}

/// The verdict that was expected; nothing is expected of what does not apply.
fn expected(property: &PropertyResult) -> &'static str {
    if property.verdict == Verdict::NotApplicable && property.as_expected {
        "-"
    } else {
        property.expected.verdict.words()
    }
}

/// What is wrong with a row.
fn mark(property: &PropertyResult) -> String {
    let expected = &property.expected;
    if property.verdict == Verdict::Inconclusive {
        "<-- inconclusive".to_owned()
    } else if property.as_expected {
        String::new()
    } else if property.verdict != expected.verdict {
        "<-- unexpected".to_owned()
    } else {
        let steps = expected.steps.map(|steps| count(steps as usize, "step"));
        let faults = expected
            .faults
            .map(|faults| count(faults as usize, "fault"));
        let figures: Vec<String> = steps.into_iter().chain(faults).collect();
        format!("<-- expected {}", figures.join(", "))
    }
}

/// Colours the verdict and the mark of a line of the table.
fn decorate(line: &str, property: &PropertyResult) -> String {
    let style = verdict_style(property.verdict);
    let words = property.verdict.words();
    // The verdict stands after the name, which may contain anything.
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
fn remarks(page: usize, result: &ScenarioResult, short: bool) -> Vec<String> {
    let reason = |verdict| {
        let having = result.properties.iter();
        let having = having.filter(move |property| property.verdict == verdict);
        groups(having.map(|property| {
            let reason = result.reason_in_words(property);
            let unknown = || "unknown reason".to_owned();
            (property.name.as_str(), reason.unwrap_or_else(unknown))
        }))
    };
    let layers = result.properties.iter();
    let layers = layers.filter_map(|property| Some((property.name.as_str(), layers_of(property)?)));
    let mut remarks: Vec<(&str, String)> = Vec::new();
    for (names, reason) in reason(Verdict::Inconclusive) {
        remarks.push(("inconclusive", format!("{names}: {reason}")));
    }
    for (names, reason) in reason(Verdict::NotApplicable) {
        if !short {
            remarks.push(("not applicable", format!("{names}: {reason}")));
        }
    }
    for (names, layers) in groups(layers) {
        remarks.push(("layers", format!("{layers} ({names})")));
    }
    if !short {
        let texts = smaller::lines(result);
        remarks.extend(texts.into_iter().map(|text| ("smaller N", text)));
    }
    if let Some(every_n) = &result.every_n {
        let texts = every_n.remarks().into_iter();
        remarks.extend(texts.map(|text| ("every N", text)));
    }
    if !result.never_fired.is_empty() {
        let kinds = result.never_fired.join(", ");
        let text = format!("{kinds}: allowed, but not possible in any state");
        remarks.push(("never fired", text));
    }
    if !short {
        let ends = result.dead_ends.iter();
        remarks.extend(ends.map(|ends| ("deadlock", ends.sentence())));
        let vacuous = result.vacuous.iter();
        remarks
            .extend(vacuous.map(|step| ("vacuous", format!("line {}: {}", step.line, step.text))));
    }
    remarks.extend(result.notes.iter().map(|note| ("note", note.clone())));
    let columns = remarks.iter().map(|(label, _)| width(label) + 2).max();
    let columns = columns.unwrap_or_default();
    let lines = remarks.iter();
    let lines = lines.flat_map(|(label, text)| labelled(page, label, columns, STRONG, text));
    lines.collect()
}

/// The layers of faults, where some say something else than the verdict.
fn layers_of(property: &PropertyResult) -> Option<String> {
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
        parts.push("more: inconclusive".to_owned());
    }
    Some(parts.join("; "))
}
