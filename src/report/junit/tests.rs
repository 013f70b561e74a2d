//! What a JUnit reader gets.

use insta::assert_snapshot;

use super::*;
use crate::report::samples;

fn settings() -> Settings {
    Settings {
        account: false,
        full: false,
        short: false,
        width: crate::report::WIDTH,
        several: false,
        program: "straddle".to_owned(),
        flags: Vec::new(),
        input: None,
    }
}

fn parsed(report: &Report) -> quick_junit::Report {
    let text = render(report, &settings());
    quick_junit::Report::deserialize_from_str(&text).expect("a JUnit document")
}

#[test]
fn a_suite_a_scenario_and_a_case_a_property() {
    let results = vec![samples::unexpected(), samples::inconclusive()];
    let unreadable = vec![samples::unreadable()];
    let report = parsed(&samples::report(results, unreadable));
    let count = |suite: &TestSuite| {
        let skips = |case: &&TestCase| matches!(case.status, TestCaseStatus::Skipped { .. });
        let skipped = suite.test_cases.iter().filter(skips).count();
        let (tests, failures, errors) = (suite.tests, suite.failures, suite.errors);
        let name = suite.name.as_str();
        format!("{name}: {tests} tests, {failures} failed, {errors} errors, {skipped} skipped")
    };
    let suites: Vec<String> = report.test_suites.iter().map(count).collect();
    assert_snapshot!(suites.join("\n"), @r"
    blog-redis-cluster: 6 tests, 3 failed, 0 errors, 1 skipped
    large: 3 tests, 0 failed, 0 errors, 2 skipped
    input: 1 tests, 0 failed, 1 errors, 0 skipped
    ");
}

#[test]
fn what_is_as_expected_succeeds() {
    let report = parsed(&samples::report(vec![samples::violated()], vec![]));
    assert_eq!((report.failures, report.errors), (0, 0));
    assert_eq!(report.tests, samples::violated().properties.len());
}

#[test]
fn a_failure_tells_the_story_without_colours() {
    let report = samples::report(vec![samples::unexpected()], vec![]);
    let text = render(&report, &settings());
    assert!(text.contains("type=\"violated\""), "{text}");
    assert!(
        text.contains("initial"),
        "the table of steps is there: {text}"
    );
    assert!(!text.contains('\u{1b}') && !text.contains("[31m"), "{text}");
}
