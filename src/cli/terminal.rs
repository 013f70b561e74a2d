//! The width of the terminal.

use std::io::{stderr, stdout};

use terminal_size::{Width, terminal_size_of};

use crate::report::width_on;

/// The columns that a line on standard output may take: always the same where that is not a
/// terminal.
pub(super) fn width() -> usize {
    width_on(terminal_size_of(stdout()).map(|(Width(columns), _)| columns.into()))
}

/// The same of standard error.
pub(super) fn error_width() -> usize {
    width_on(terminal_size_of(stderr()).map(|(Width(columns), _)| columns.into()))
}
