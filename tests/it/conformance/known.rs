//! What a comparison leaves out or finds different, by kind and with its number.

use std::collections::BTreeMap;

use super::{PAGE, with_commas};

/// Something, or why the model cannot have it.
pub type Told<T> = Result<T, &'static str>;

/// Fails unless what was counted is what a table says.
pub fn assert_counts(
    minor: &str,
    table: &str,
    counted: &BTreeMap<&'static str, usize>,
    expected: &[(&'static str, usize)],
) {
    let expected: BTreeMap<_, _> = expected.iter().copied().collect();
    assert_eq!(*counted, expected, "{table} of {minor}");
}

/// Fails unless the page has the numbers of a recording.
pub fn assert_row(
    minor: &str,
    file: &str,
    same: usize,
    known: &[(&str, usize)],
    omitted: &[(&str, usize)],
) {
    let sum = |table: &[(&str, usize)]| table.iter().map(|(_, number)| number).sum::<usize>();
    let numbers = [same + sum(known), same, sum(known), sum(omitted)];
    let [compared, same, known, omitted] = numbers.map(with_commas);
    let row = format!("| {minor} | `{file}` | {compared} | {same} | {known} | {omitted} |");
    assert!(PAGE.contains(&row), "docs/conformance.md has no row {row}");
}
