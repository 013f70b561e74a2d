//! The door to everything that is not the shell itself.

use super::outside::Outside;
use super::runner::{Halt, Runner};
use super::state::{Outcome, State};

/// A comparison of a value that only the programs know, as in `[ VALUE = TEXT ]`.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'t> {
    /// The value's text.
    pub left: &'t str,
    /// The operator.
    pub operator: &'t str,
    /// What it is compared with.
    pub right: &'t str,
    /// It stands between double brackets.
    pub is_double: bool,
}

impl Comparison<'_> {
    /// Whether it asks for equality, or the opposite.
    #[must_use]
    pub fn is_equality(&self) -> bool {
        matches!(self.operator, "=" | "==" | "!=" | "-eq" | "-ne")
    }

    /// Whether it asks for the opposite of equality.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        matches!(self.operator, "!=" | "-ne")
    }

    /// Whether it compares numbers.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.operator.starts_with('-')
    }
}

/// The programs that a script can run, and what they know of their values.
pub trait Programs: Outside {
    /// Runs a program.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    fn run(
        runner: &mut Runner<'_, Self>,
        name: &str,
        words: &[&str],
        state: State<Self>,
    ) -> Result<Outcome<Self>, Halt>;

    /// Whether a program of this name is followed.
    fn follows(name: &str) -> bool;

    /// Whether a value has any text (`wanted`), or none.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    fn has_text(
        runner: &mut Runner<'_, Self>,
        value: Self::Value,
        text: &str,
        wanted: bool,
        state: State<Self>,
    ) -> Result<Outcome<Self>, Halt>;

    /// Compares a value with a text.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    fn compare(
        runner: &mut Runner<'_, Self>,
        value: Self::Value,
        comparison: Comparison<'_>,
        state: State<Self>,
    ) -> Result<Outcome<Self>, Halt>;
}
