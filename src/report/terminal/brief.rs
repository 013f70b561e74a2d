//! A scenario in a few lines: its verdict, and of each counterexample a sentence, the line of the
//! program, and the fix.

use super::{no_story, reported};
use crate::report::story;
use crate::report::table::verdict_style;
use crate::report::text::{BAD, CARE, FAINT, STRONG};
use crate::report::text::{labelled, paint, plain};
use crate::report::{Counterexample, PropertyResult, ScenarioResult, Verdict};

/// The column in which everything but the scenario's name starts.
const INDENT: usize = 2;

/// The lines, with an empty one after them.
pub(super) fn lines(result: &ScenarioResult, page: usize) -> Vec<String> {
    let mut lines = vec![paint(STRONG, plain(&result.scenario))];
    let mut rest: Vec<String> = Vec::new();
    for property in reported(result) {
        rest.extend(violation(property, page - INDENT));
    }
    rest.extend(surprises(result, page - INDENT));
    if reported(result).next().is_none() {
        let (label, text) = no_story(result);
        let style = verdict_style(result.verdict).bold();
        let verdict = labelled(page - INDENT, label, label.len() + 2, style, &text);
        rest.splice(0..0, verdict);
    }
    lines.extend(rest.iter().map(|line| format!("{:INDENT$}{line}", "")));
    lines.push(String::new());
    lines
}

/// One counterexample.
fn violation(property: &PropertyResult, page: usize) -> Vec<String> {
    let mut lines = story::summary(page, property);
    if let Some(counterexample) = &property.counterexample {
        lines.extend(place(counterexample, page));
        lines.extend(fix(counterexample, page));
    }
    lines
}

/// The line of the program that made the violation possible.
fn place(counterexample: &Counterexample, page: usize) -> Vec<String> {
    let Some(place) = &counterexample.place else {
        return Vec::new();
    };
    let file = plain(&place.at.file.to_string_lossy());
    let text = format!("{file}:{}: {}", place.at.line, plain(place.line.trim()));
    let lines = labelled(page - LABEL, "-->", 4, FAINT, &text).into_iter();
    lines.map(|line| format!("{:LABEL$}{line}", "")).collect()
}

/// The change that prevents it.
fn fix(counterexample: &Counterexample, page: usize) -> Vec<String> {
    let Some(help) = &counterexample.help else {
        return Vec::new();
    };
    let held = counterexample.also_broken.len() + 1;
    let lines = story::fix(page - LABEL, help, held);
    let indented = lines.into_iter().map(|line| format!("{:LABEL$}{line}", ""));
    indented.collect()
}

/// Verdicts that no counterexample above shows to be inconclusive or not as expected.
fn surprises(result: &ScenarioResult, page: usize) -> Vec<String> {
    // What the counterexample of an unexpected violation violates besides is named there.
    let shown = |property: &PropertyResult| {
        let story = property.counterexample.as_ref();
        let merged = story.and_then(|story| story.merged_into.as_deref());
        reported(result)
            .any(|one| one.name == property.name || !one.as_expected && Some(&*one.name) == merged)
    };
    let others = result.properties.iter().filter(|one| !shown(one));
    let lines = others.filter_map(|property| {
        let name = plain(&property.name);
        if property.verdict == Verdict::Inconclusive {
            let reason = result.reason_in_words(property).unwrap_or_default();
            let text = format!("{name}: {reason}");
            Some(labelled(page, "INCONCLUSIVE", 14, CARE, &text))
        } else if property.as_expected {
            None
        } else {
            let (found, expected) = (property.verdict, property.expected.verdict);
            let text = format!(
                "{name}: {}, but expected {}",
                found.words(),
                expected.words()
            );
            Some(labelled(page, "UNEXPECTED", 12, BAD, &text))
        }
    });
    lines.flatten().collect()
}

/// The width of `VIOLATED` and the blanks after it.
const LABEL: usize = 10;
