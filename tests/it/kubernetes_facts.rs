//! What Kubernetes does, fact by fact, as the model's components do it.
//!
//! The numbers are those of `docs/kubernetes-facts.md`, which names the source of each fact.

mod claims;
mod requests;
mod revisions;
mod scaling;
mod volumes;

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/kubernetes-facts.md");
const SOURCES: [&str; 5] = [
    include_str!("kubernetes_facts/claims.rs"),
    include_str!("kubernetes_facts/requests.rs"),
    include_str!("kubernetes_facts/revisions.rs"),
    include_str!("kubernetes_facts/scaling.rs"),
    include_str!("kubernetes_facts/volumes.rs"),
];

/// Every row of the page has the test that it names, and every fact's test has its row.
#[test]
fn the_page_and_the_tests_agree() {
    let mut rows = BTreeSet::new();
    for line in PAGE.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let (Some(number), Some(test)) = (cells.first(), cells.last()) else {
            continue;
        };
        if let Ok(number) = number.parse::<u32>() {
            assert_eq!(cells.len(), 6, "{line}");
            let is_new = rows.insert((number, test.trim_matches('`').to_owned()));
            assert!(is_new, "twice: {line}");
        }
    }
    let mut tests = BTreeSet::new();
    for source in SOURCES {
        let lines: Vec<&str> = source.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].trim_start_matches("fn ").trim_end_matches("() {");
            let number = name.trim_start_matches("fact_").split('_').next();
            let number = number.and_then(|number| number.parse().ok());
            let number = number.unwrap_or_else(|| panic!("no number in {name}"));
            tests.insert((number, name.to_owned()));
        }
    }
    let without_test: Vec<_> = rows.difference(&tests).collect();
    let without_row: Vec<_> = tests.difference(&rows).collect();
    assert!(
        without_test.is_empty(),
        "rows without a test: {without_test:?}"
    );
    assert!(
        without_row.is_empty(),
        "tests without a row: {without_row:?}"
    );
    assert!(rows.len() > 20, "the page has only {} rows", rows.len());
}
