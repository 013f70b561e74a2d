//! `straddle schema`: the JSON Schema of the scenario file.

use std::io;

use super::exit;

/// Prints it.
pub(super) fn run() -> u8 {
    let schema = crate::scenario::schema();
    // `{:#}` of a JSON value is the value, indented.
    let written = super::print(&mut io::stdout().lock(), &format!("{schema:#}\n"));
    written.map_or_else(|code| code, |()| exit::AS_EXPECTED)
}
