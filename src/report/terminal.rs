//! The report for people: as wide as the settings say, and complete without colour.

mod account;
mod assumed;
mod brief;
pub mod replay;
pub mod simulation;

use super::text::STRONG;
use super::text::{count, count_of, labelled, paint, plain, seconds, width, wrap};
use super::{Finding, Format, Headline, PropertyResult, Report, ScenarioResult, Settings, Verdict};
use super::{story, table};
use crate::vocabulary::{Assumption, Engine, Weight};

/// For people.
pub(super) const FORMAT: Format = Format {
    name: "pretty",
    about: "for people",
    extension: "txt",
    is_document: false,
    check: render_plain,
    simulate: Some(render_plain),
    replay: Some(render_plain),
};

/// The whole report, without colours.
fn render_plain<R: Finding>(report: &Report<R>, settings: &Settings) -> String {
    anstream::adapter::strip_str(&render(report, settings)).to_string()
}

/// The whole report, with colours.
#[must_use]
pub fn render<R: Finding>(report: &Report<R>, settings: &Settings) -> String {
    let results = report.results.iter().enumerate();
    let mut text: String = results
        .map(|(number, result)| result.show(&report.results[..number], settings))
        .collect();
    text.push_str(&R::summary(report, settings));
    text
}

/// One scenario, with an empty line after it. The `earlier` ones have been shown.
#[must_use]
pub fn scenario(
    result: &ScenarioResult,
    earlier: &[ScenarioResult],
    settings: &Settings,
) -> String {
    if settings.short {
        return join(&brief::lines(result, settings.width));
    }
    let page = settings.width;
    let short = is_shortened(result, settings);
    let mut lines = headline(page, &result.scenario, &result.headline);
    if short {
        let first = result.assumed.iter();
        let first = first.filter(|one| one.weight != Weight::Detail);
        lines.extend(assumed::lines(page, first, &[]));
        for property in reported(result) {
            lines.extend(story::summary(page, property));
        }
    } else {
        let whole = earlier.iter().filter(|one| !is_shortened(one, settings));
        let known: Vec<&[Assumption]> = whole.map(|one| &*one.assumed).collect();
        lines.extend(assumed::lines(page, &result.assumed, &known));
        lines.push(String::new());
        lines.extend(verdicts(result, settings));
        lines.push(String::new());
    }
    lines.extend(table::lines(page, result, short));
    lines.push(String::new());
    lines.extend(account::lines(result, settings));
    join(&lines)
}

/// Whether only the verdicts of a scenario are shown, and what they rest on.
fn is_shortened(result: &ScenarioResult, settings: &Settings) -> bool {
    let as_expected = !result.is_unexpected() && !result.is_undecided();
    settings.several && !settings.full && as_expected
}

/// The beginning of one scenario that is still being searched: what it is about, and the
/// counterexamples that are known. [`rest`] continues from there.
#[must_use]
pub fn beginning(result: &ScenarioResult, settings: &Settings) -> String {
    let page = settings.width;
    let mut lines = headline(page, &result.scenario, &result.headline);
    lines.extend(assumed::lines(page, &result.assumed, &[]));
    lines.push(String::new());
    lines.extend(stories(result, settings, &[]));
    lines.push(String::new());
    join(&lines)
}

/// The rest of one scenario, of which the `earlier` result has been shown.
#[must_use]
pub fn rest(result: &ScenarioResult, earlier: &ScenarioResult, settings: &Settings) -> String {
    let shown: Vec<&PropertyResult> = reported(earlier).collect();
    let mut lines = stories(result, settings, &shown);
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(table::lines(settings.width, result, false));
    lines.push(String::new());
    lines.extend(account::lines(result, settings));
    join(&lines)
}

/// The last line of a report.
#[must_use]
pub fn summary(report: &Report, settings: &Settings) -> String {
    let page = settings.width;
    let scenarios = scenarios(report);
    if report.results.is_empty() {
        return join(&[scenarios]);
    }
    let (verdicts, costs) = (
        format!("{scenarios}: {};", properties(report)),
        costs(report),
    );
    let line = format!("{verdicts} {costs}");
    if width(&line) <= page {
        return join(&[line]);
    }
    let lines = [verdicts, costs];
    let lines = lines.iter().flat_map(|line| wrap(line, page));
    join(&lines.collect::<Vec<_>>())
}

pub(super) fn join(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// The scenario's name and what was checked.
pub(super) fn headline(page: usize, scenario: &str, headline: &Headline) -> Vec<String> {
    let replicas = count(headline.replicas as usize, "replica");
    let assumed = if headline.kubernetes_assumed {
        " (assumed)"
    } else {
        ""
    };
    let text = format!(
        "{replicas}, {}, Kubernetes {}{assumed} on both sides, {}",
        headline.policy, headline.kubernetes, headline.faults,
    );
    let name = plain(scenario);
    let columns = width(&name) + 3;
    if columns <= page / 2 {
        return labelled(page, &name, columns, STRONG, &text);
    }
    let mut lines = vec![paint(STRONG, name)];
    lines.extend(labelled(page, "", 3, STRONG, &text));
    lines
}

/// The violated properties whose counterexample is shown, rather than another's.
fn reported(result: &ScenarioResult) -> impl Iterator<Item = &PropertyResult> {
    result.properties.iter().filter(|property| {
        let story = property.counterexample.as_ref();
        let merged = story.is_some_and(|story| story.merged_into.is_some());
        property.verdict == Verdict::Violated && !merged
    })
}

/// A block for each counterexample but those already shown.
fn stories(result: &ScenarioResult, settings: &Settings, shown: &[&PropertyResult]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut earlier = shown.to_vec();
    let is_new = |property: &&PropertyResult| shown.iter().all(|one| one.name != property.name);
    for property in reported(result).filter(is_new) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(story::block(result, property, settings, &earlier));
        earlier.push(property);
    }
    lines
}

/// A block for each counterexample; one line if there is none.
fn verdicts(result: &ScenarioResult, settings: &Settings) -> Vec<String> {
    let mut lines = stories(result, settings, &[]);
    if lines.is_empty() {
        let (label, text) = no_story(result);
        let style = table::verdict_style(result.verdict).bold();
        lines.extend(labelled(
            settings.width,
            label,
            label.len() + 2,
            style,
            &text,
        ));
    }
    lines
}

/// The verdict of a scenario in which nothing is violated, and what it means.
fn no_story(result: &ScenarioResult) -> (&'static str, String) {
    let number = |verdict| tally(std::slice::from_ref(result), verdict);
    let (holding, undecided) = (number(Verdict::Holds), number(Verdict::Inconclusive));
    match result.verdict {
        Verdict::Inconclusive => {
            let undecided = properties_of(undecided);
            (
                "INCONCLUSIVE",
                format!("{undecided}; {holding} {}", hold(holding)),
            )
        }
        Verdict::Violated => ("VIOLATED", String::new()),
        Verdict::NotApplicable => ("NOTHING TO CHECK", "no property applies".to_owned()),
        Verdict::Holds => {
            let expected = story::expectation(!result.is_unexpected());
            let missed = missed(result.search.expected_missed);
            let missed = missed.map_or_else(String::new, |missed| format!("; {missed}"));
            (
                "HOLDS",
                format!(
                    "{} {} on every path, {expected}{missed}",
                    properties_of(holding),
                    hold(holding)
                ),
            )
        }
    }
}

/// `1 property`, `7 properties`.
fn properties_of(number: usize) -> String {
    match number {
        1 => "1 property".to_owned(),
        many => format!("{many} properties"),
    }
}

/// The verb for so many properties.
const fn hold(number: usize) -> &'static str {
    if number == 1 { "holds" } else { "hold" }
}

/// How many properties of `results` have `verdict`.
fn tally(results: &[ScenarioResult], verdict: Verdict) -> usize {
    let properties = results.iter().flat_map(|result| &result.properties);
    properties
        .filter(|property| property.verdict == verdict)
        .count()
}

/// `3 scenarios, 2 as expected, 1 not`.
fn scenarios(report: &Report) -> String {
    let summary = report.summary();
    let decided = summary.as_expected + summary.unexpected;
    let undecided = summary.scenarios.saturating_sub(decided);
    let mut parts = vec![count(summary.scenarios, "scenario")];
    let counts = [
        (summary.as_expected, "as expected"),
        (summary.unexpected, "not as expected"),
        (undecided, "inconclusive"),
    ];
    match counts
        .iter()
        .find(|(number, _)| *number == summary.scenarios)
    {
        _ if summary.scenarios == 0 => (),
        Some((_, all)) => parts.push((*all).to_owned()),
        None => parts.extend(present(&counts)),
    }
    parts.extend(present(&[(summary.unreadable, "unreadable")]));
    parts.join(", ")
}

/// `5 hold, 4 violated`.
fn properties(report: &Report) -> String {
    let number = |verdict| tally(&report.results, verdict);
    let holding = number(Verdict::Holds);
    let counts = [
        (holding, hold(holding)),
        (number(Verdict::Violated), "violated"),
        (number(Verdict::Inconclusive), "inconclusive"),
        (number(Verdict::NotApplicable), "not applicable"),
    ];
    present(&counts).join(", ")
}

/// Counts that are not zero, with their words.
fn present(counts: &[(usize, &str)]) -> Vec<String> {
    let some = counts.iter().filter(|(number, _)| *number > 0);
    some.map(|(number, words)| format!("{number} {words}"))
        .collect()
}

/// `123,456 states, 654,321 transitions, depth 34, complete, 0.8 s`, and what else there is to say
/// of the searches.
fn costs(report: &Report) -> String {
    let searches = || report.results.iter().map(|result| &result.search);
    let states: u64 = searches().map(|search| search.unique_states).sum();
    let transitions: u64 = searches().map(|search| search.transitions).sum();
    let depth = searches()
        .map(|search| search.depth)
        .max()
        .unwrap_or_default();
    let time: f64 = searches().map(|search| search.seconds).sum();
    let mut parts = vec![
        count_of(states, "state"),
        count_of(transitions, "transition"),
        format!("depth {depth}"),
        completeness(report),
    ];
    if searches().any(|search| search.symmetry) {
        parts.push("symmetry reduction on".to_owned());
    }
    parts.push(seconds(time));
    parts.extend(missed(
        searches().map(|search| search.expected_missed).sum(),
    ));
    if let Some(search) = searches().find(|search| search.engine != Engine::Exhaustive) {
        parts.push(format!("engine {}", search.engine.name()));
    }
    parts.join(", ")
}

/// How many states fingerprints have cost, to be expected; nothing if no state can be missed.
fn missed(states: f64) -> Option<String> {
    if states <= 0.0 {
        None
    } else if states < 0.01 {
        Some(format!("{states:.0e} states missed on average"))
    } else {
        Some(format!("{states:.2} states missed on average"))
    }
}

/// Whether the spaces were searched to their ends, and why not.
fn completeness(report: &Report) -> String {
    let results = report.results.iter();
    let cut: Vec<&ScenarioResult> = results.filter(|result| !result.search.complete).collect();
    match cut.as_slice() {
        [] => "complete".to_owned(),
        [only] if report.results.len() == 1 => only.search.stop_in_words().map_or_else(
            || "stopped early (all properties decided)".to_owned(),
            |reason| format!("stopped: {reason}"),
        ),
        some => format!(
            "{} of {} complete",
            report.results.len() - some.len(),
            report.results.len()
        ),
    }
}

#[cfg(test)]
mod tests;
