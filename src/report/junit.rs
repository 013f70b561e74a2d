//! The report as JUnit XML: one suite a scenario, one case a property.
//!
//! A case succeeds if its verdict is the expected one, fails if it is another, and is skipped if
//! the property is not decided or does not apply. Inputs that could not be read are cases with an
//! error, in a suite of their own.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::Settings;
use super::replay::Replayed;
use super::terminal::join;
use super::{Format, PropertyResult, Report, ReportedError, ScenarioResult, Verdict, story};

/// The name of the suite for what went wrong beside the searches.
const INPUT: &str = "input";

/// JUnit XML.
pub(super) const FORMAT: Format = Format {
    name: "junit",
    about: "JUnit XML, one test case per property",
    extension: "xml",
    is_document: true,
    check: render,
    // A walk that breaks nothing is no verdict.
    simulate: None,
    replay: Some(|report, _| replayed(report)),
};

/// The report of a check, as one document.
#[must_use]
pub fn render(report: &Report, settings: &Settings) -> String {
    let suites = report.results.iter();
    document(suites.map(|result| suite(result, settings)), &report.errors)
}

/// The report of a replay, as one document: a case succeeds if the property is broken as the trace
/// says.
fn replayed(report: &Report<Replayed>) -> String {
    document(report.results.iter().map(trace), &report.errors)
}

fn document(suites: impl Iterator<Item = TestSuite>, errors: &[ReportedError]) -> String {
    let mut junit = quick_junit::Report::new("straddle");
    junit.add_test_suites(suites);
    if !errors.is_empty() {
        let mut suite = TestSuite::new(INPUT);
        suite.add_test_cases(errors.iter().map(unreadable));
        junit.add_test_suite(suite);
    }
    junit.to_string().expect("a string takes everything")
}

/// A suite of one case for a trace.
fn trace(result: &Replayed) -> TestSuite {
    let mut status = match result.broken {
        Some(true) => TestCaseStatus::success(),
        Some(false) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        None => TestCaseStatus::skipped(),
    };
    if result.broken != Some(true) {
        status.set_message(result.outcome());
    }
    let mut suite = TestSuite::new(&*result.scenario);
    let path = result.trace.to_string_lossy();
    suite.extra.insert("file".into(), XmlString::new(path));
    let mut case = TestCase::new(&*result.property, status);
    case.set_classname(&*result.scenario);
    suite.add_test_case(case);
    suite
}

fn suite(result: &ScenarioResult, settings: &Settings) -> TestSuite {
    let mut suite = TestSuite::new(&*result.scenario);
    let path = result.path.to_string_lossy();
    suite.extra.insert("file".into(), XmlString::new(path));
    suite.set_time(std::time::Duration::from_secs_f64(
        result.search.seconds.max(0.0),
    ));
    let properties = result.properties.iter();
    suite.add_test_cases(properties.map(|property| case(result, property, settings)));
    suite
}

fn case(result: &ScenarioResult, property: &PropertyResult, settings: &Settings) -> TestCase {
    let mut case = TestCase::new(&*property.name, status(result, property, settings));
    case.set_classname(&*result.scenario);
    case
}

fn status(
    result: &ScenarioResult,
    property: &PropertyResult,
    settings: &Settings,
) -> TestCaseStatus {
    let verdict = property.verdict;
    let skips = verdict == Verdict::Inconclusive
        || verdict == Verdict::NotApplicable && property.as_expected;
    if skips {
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_type(verdict.name());
        let reason = result.reason_in_words(property);
        skipped.set_message(reason.unwrap_or_else(|| verdict.words().to_owned()));
        return skipped;
    }
    if property.as_expected {
        return TestCaseStatus::success();
    }
    let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failed.set_type(verdict.name());
    failed.set_message(message(result, property));
    let told = property.counterexample.as_ref();
    if told.is_some_and(|story| story.merged_into.is_none()) {
        failed.set_description(join(&story::block(result, property, settings, &[])));
    }
    failed
}

/// What differs from what was expected, in a sentence.
pub(super) fn message(result: &ScenarioResult, property: &PropertyResult) -> String {
    let (verdict, expected) = (property.verdict, property.expected.verdict);
    let story = property.counterexample.as_ref();
    match story {
        Some(story) if expected == verdict => {
            format!(
                "violated as expected, but in {} steps with {} faults: {}",
                story.steps.len(),
                story.faults,
                story.story
            )
        }
        Some(story) => match &story.merged_into {
            Some(other) => format!("{} See {other}.", story.story),
            None => story.story.clone(),
        },
        None => {
            let reason = result.reason_in_words(property);
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            format!(
                "{}, but {} was expected{reason}",
                verdict.words(),
                expected.words()
            )
        }
    }
}

fn unreadable(error: &ReportedError) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(&*error.code);
    status.set_message(&*error.message);
    let place = error
        .at
        .iter()
        .map(|at| format!("{}:{}:{}", at.file.display(), at.line, at.column));
    let help = error.help.iter().map(|help| format!("help: {help}"));
    status.set_description(place.chain(help).collect::<Vec<_>>().join("\n"));
    let name = error.at.as_ref().map_or_else(
        || error.code.clone(),
        |at| at.file.to_string_lossy().into_owned(),
    );
    let mut case = TestCase::new(name, status);
    case.set_classname(INPUT);
    case
}

#[cfg(test)]
mod tests;
