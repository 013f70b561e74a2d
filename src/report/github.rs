//! Annotations for GitHub: a line for each thing to look at, shown at its line of the file.
//!
//! GitHub shows ten annotations of a kind for each step of a workflow. The worst come first, and
//! what would not be shown is named together in one warning.
//!
//! The format: "Workflow commands for GitHub Actions" in GitHub's documentation.

use super::junit::message;
use super::replay::Replayed;
use super::{Format, PropertyResult, Report, ReportedError, ScenarioResult, Verdict};
use crate::vocabulary::Location;

/// How many of a kind are shown.
const SHOWN: usize = 10;

/// What to look at, and how badly.
struct Annotation {
    level: &'static str,
    at: Option<Location>,
    title: String,
    message: String,
}

/// Annotations for a workflow of GitHub.
pub(super) const FORMAT: Format = Format {
    name: "github",
    about: "annotations for a GitHub Actions workflow",
    extension: "txt",
    is_document: false,
    check: |report, _| render(report),
    // A walk that breaks nothing is no verdict.
    simulate: None,
    replay: Some(|report, _| replayed(report)),
};

/// Traces that do not show what they say, a line each; empty if there is none.
fn replayed(report: &Report<Replayed>) -> String {
    let having = |broken| {
        let results = report.results.iter();
        results.filter(move |result| result.broken == broken)
    };
    let errors = report.errors.iter().map(unreadable);
    let kept = having(Some(false)).map(|result| of_trace(result, "error", "not violated"));
    let undecided = having(None).map(|result| of_trace(result, "warning", "inconclusive"));
    lines(errors.chain(kept).collect(), undecided.collect())
}

fn of_trace(result: &Replayed, level: &'static str, what: &str) -> Annotation {
    Annotation {
        level,
        at: Some(Location {
            file: result.trace.clone(),
            line: 1,
            column: 1,
        }),
        title: format!("{}: {} {what}", result.scenario, result.property),
        message: result.outcome(),
    }
}

/// Everything that is not as expected, a line each; empty if there is nothing.
#[must_use]
pub fn render(report: &Report) -> String {
    let errors = report.errors.iter().map(unreadable);
    let results = || report.results.iter();
    let violated = results().flat_map(|result| unexpected(result, Verdict::Violated));
    let other = results().flat_map(|result| unexpected(result, Verdict::Holds));
    let other =
        other.chain(results().flat_map(|result| unexpected(result, Verdict::NotApplicable)));
    let undecided = results().flat_map(undecided).collect();
    lines(errors.chain(violated).chain(other).collect(), undecided)
}

/// A line for each annotation that is shown.
fn lines(failures: Vec<Annotation>, undecided: Vec<Annotation>) -> String {
    let failures = shown(failures, SHOWN);
    // One warning is kept for the failures that are not shown.
    let warnings = shown(undecided, SHOWN - 1);
    let lines = failures.iter().chain(&warnings);
    lines.map(|annotation| line(annotation) + "\n").collect()
}

/// The first `most`, and one that names the others.
fn shown(mut all: Vec<Annotation>, most: usize) -> Vec<Annotation> {
    if all.len() <= most {
        return all;
    }
    let others = all.split_off(most - usize::from(all[0].level == "warning"));
    let titles: Vec<&str> = others.iter().map(|other| other.title.as_str()).collect();
    all.push(Annotation {
        level: "warning",
        at: None,
        title: format!("{} more, not listed one by one", others.len()),
        message: titles.join("\n"),
    });
    all
}

fn unreadable(error: &ReportedError) -> Annotation {
    let help = error.help.iter().map(|help| format!("\nhelp: {help}"));
    Annotation {
        level: "error",
        at: error.at.clone(),
        title: error.code.clone(),
        message: error.message.clone() + &help.collect::<String>(),
    }
}

/// The properties with this verdict where another was expected. A story that breaks several is
/// told once.
fn unexpected(result: &ScenarioResult, verdict: Verdict) -> impl Iterator<Item = Annotation> {
    let differs = move |property: &&PropertyResult| {
        let merged = property
            .counterexample
            .as_ref()
            .is_some_and(|story| story.merged_into.is_some());
        property.verdict == verdict && !property.as_expected && !merged
    };
    let properties = result.properties.iter().filter(differs);
    properties.map(move |property| Annotation {
        level: "error",
        at: Some(place(result, property)),
        title: format!("{}: {} {}", result.scenario, property.name, verdict.words()),
        message: explanation(result, property),
    })
}

fn undecided(result: &ScenarioResult) -> impl Iterator<Item = Annotation> {
    let properties = result.properties.iter();
    let undecided = properties.filter(|property| property.verdict == Verdict::Inconclusive);
    undecided.map(|property| Annotation {
        level: "warning",
        at: Some(place(result, property)),
        title: format!("{}: {} inconclusive", result.scenario, property.name),
        message: result.reason_in_words(property).unwrap_or_default(),
    })
}

/// The step that made it possible, or the start of the scenario.
fn place(result: &ScenarioResult, property: &PropertyResult) -> Location {
    let story = property.counterexample.as_ref();
    let place = story.and_then(|story| story.place.as_ref());
    place.map_or_else(
        || Location {
            file: result.path.clone(),
            line: 1,
            column: 1,
        },
        |place| place.at.clone(),
    )
}

/// What happens, why, what else breaks and what would help.
fn explanation(result: &ScenarioResult, property: &PropertyResult) -> String {
    let mut lines = vec![message(result, property)];
    if let Some(story) = &property.counterexample {
        lines.extend((!story.why.is_empty()).then(|| story.why.clone()));
        let others: Vec<&str> = story.also_broken.iter().map(|one| &*one.name).collect();
        lines.extend((!others.is_empty()).then(|| format!("also violates: {}", others.join(", "))));
        lines.extend(story.help.iter().map(|help| format!("fix: {}", help.text)));
    }
    lines.join("\n")
}

/// `::error file=F,line=L,col=C,title=T::MESSAGE`.
fn line(annotation: &Annotation) -> String {
    let mut properties = Vec::new();
    if let Some(at) = &annotation.at {
        let file = at.file.to_string_lossy().replace('\\', "/");
        properties.push(format!("file={}", property_value(&file)));
        properties.push(format!("line={},col={}", at.line, at.column));
    }
    properties.push(format!("title={}", property_value(&annotation.title)));
    let (level, message) = (annotation.level, data(&annotation.message));
    format!("::{level} {}::{message}", properties.join(","))
}

/// A message: what would end the line is written as a code.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// A value in front of the message, where `:` and `,` have a meaning too.
fn property_value(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
