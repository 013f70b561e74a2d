//! A replayed trace for people: each step, what it changes, and what it breaks.

use super::{headline, join};
use crate::report::Settings;
use crate::report::replay::Replayed;
use crate::report::text::{BAD, CARE, FAINT, GOOD, STRONG};
use crate::report::text::{count, labelled, paint, plain, wrap};
use crate::report::timeline;

/// The column in which the text after a label starts.
const LABEL: usize = 9;
/// The column in which what is said below a step starts.
const NOTE: usize = 7;

/// One trace. `full` settings show the whole state after each step, not only what the step
/// changes.
#[must_use]
pub fn trace(result: &Replayed, settings: &Settings) -> String {
    let page = settings.width;
    let mut lines = headline(page, &result.scenario, &result.headline);
    lines.extend(origin(page, result));
    lines.push(String::new());
    let notes: Vec<Vec<String>> = (0..result.worlds.len())
        .map(|number| notes(result, number, settings))
        .collect();
    lines.extend(timeline::annotated(page, &result.story, &notes));
    lines.push(String::new());
    lines.extend(end(page, result));
    join(&lines)
}

/// Which file, and how it was found.
fn origin(page: usize, result: &Replayed) -> Vec<String> {
    let found = match result.walk {
        Some(walk) => format!("walk {} of seed {}", walk.run, walk.seed),
        None => "found by a search".to_owned(),
    };
    let steps = count(result.story.steps.len(), "step");
    let fewer = if result.story.replicas == result.headline.replicas {
        String::new()
    } else {
        let replicas = count(result.story.replicas as usize, "replica");
        format!(", with {replicas}")
    };
    let text = format!("{}: {steps}, {found}{fewer}", result.trace.display());
    let mut lines = labelled(page, "trace", LABEL, FAINT, &text);
    if result.changed {
        let text = "the scenario or Straddle has changed since the trace was saved; every step is \
                    still possible";
        lines.extend(labelled(page, "changed", LABEL, CARE, text));
    }
    lines
}

/// What is said below the row of a step.
fn notes(result: &Replayed, number: usize, settings: &Settings) -> Vec<String> {
    let world = &result.worlds[number];
    let said = if settings.full || number == 0 {
        &world.all
    } else {
        &world.changes
    };
    let indented = |text: &str| -> Vec<String> {
        let lines = wrap(text, settings.width - NOTE - 2);
        let place = |(place, line): (usize, &String)| {
            let more = if place == 0 { 0 } else { 2 };
            format!("{:NOTE$}{:more$}{line}", "", "")
        };
        lines.iter().enumerate().map(place).collect()
    };
    let facts = said.iter().flat_map(|text| indented(text));
    let mut lines: Vec<String> = facts.map(|line| paint(FAINT, line)).collect();
    for broken in result.breaks.iter().filter(|broken| broken.step == number) {
        let text = format!("violates {}", plain(&broken.name));
        lines.extend(indented(&text).iter().map(|line| paint(BAD, line)));
    }
    lines
}

/// Whether the trace shows what it says.
fn end(page: usize, result: &Replayed) -> Vec<String> {
    let (label, style) = match result.broken {
        Some(true) => ("VIOLATED", BAD),
        Some(false) => ("NOT VIOLATED", GOOD),
        None => ("INCONCLUSIVE", STRONG),
    };
    let mut lines = labelled(page, label, label.len() + 2, style, &result.outcome());
    if result.broken == Some(true) {
        lines.extend(wrap(&result.story.story, page));
    }
    lines
}
