//! What a comparison leaves out or finds different, by kind and with its number.

use std::collections::BTreeMap;

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
