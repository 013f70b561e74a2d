//! What GitHub gets.

use insta::assert_snapshot;

use super::*;
use crate::report::samples;

#[test]
fn what_is_not_as_expected_is_annotated_at_its_line() {
    let results = vec![
        samples::unexpected(),
        samples::inconclusive(),
        samples::holds(),
    ];
    let report = samples::report(results, vec![samples::unreadable()]);
    assert_snapshot!(render(&report), @"
    ::error file=models/blog-redis-cluster/scenario.yaml,line=4,col=3,title=scenario%3A%3Aunknown-field::there is no field `replicsa` in a side%0Ahelp: did you mean `replicas`?
    ::error file=models/blog-redis-cluster/scenario.yaml,line=10,col=5,title=blog-redis-cluster%3A at-most-one-running violated::redis-redis-cluster-5 was still running in source when destination started it, on the same disk.%0AStep 1 only stores `replicas: 5`; the source controller has not acted on it yet. Nothing between step 1 and step 6 waits until Pod 5 is gone from source.%0Aalso violates: at-most-one-pod, single-writer%0Afix: before line 10%0A- wait: {cluster: source, pod: k, until: gone}
    ::warning file=models/large/scenario.yaml,line=1,col=1,title=large%3A at-most-one-pod inconclusive::the bound of 1,000 states was reached
    ::warning file=models/large/scenario.yaml,line=1,col=1,title=large%3A right-disk inconclusive::the bound of 1,000 states was reached
    ");
}

#[test]
fn nothing_is_said_of_what_is_as_expected() {
    let report = samples::report(vec![samples::violated(), samples::holds()], vec![]);
    assert_eq!(render(&report), "");
}

#[test]
fn what_github_would_not_show_is_named_together() {
    let errors = vec![samples::unreadable(); 12];
    let text = render(&samples::report(vec![], errors));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), SHOWN + 1);
    assert!(
        lines[..SHOWN]
            .iter()
            .all(|line| line.starts_with("::error "))
    );
    let last = lines[SHOWN];
    assert!(
        last.starts_with("::warning title=2 more%2C not listed one by one::"),
        "{last}"
    );
}

#[test]
fn signs_with_a_meaning_are_written_as_codes() {
    assert_eq!(data("100 % of\r\nit: a, b"), "100 %25 of%0D%0Ait: a, b");
    assert_eq!(property_value("C:x, 5 %\n"), "C%3Ax%2C 5 %25%0A");
}
