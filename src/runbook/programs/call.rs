//! A call of a program.

use crate::runbook::session::State;

/// A call of a program in one state.
pub struct Call<'a> {
    /// The name it was called by.
    pub name: &'a str,
    /// Its arguments.
    pub words: &'a [&'a str],
    /// Where the script stands.
    pub state: State,
}
