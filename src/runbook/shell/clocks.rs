//! Decisions that a clock takes: a time-out of the script's own.
//!
//! There is no time in the model. A comparison with a clock becomes a look of the driver, which goes
//! one way or the other whenever it is taken. Of a deadline it is remembered that it is one: a loop
//! that looks at it does not go round for ever.

use super::programs::{Comparison, Programs};
use super::runner::{Halt, Runner};
use super::state::{Checked, Outcome, Shell, State};
use super::word::Within;
use crate::runbook::clock::{Moves, Number};
use crate::runbook::symbols::{Symbol, SymbolId};

impl<P: Programs> Runner<'_, P> {
    /// `(( … ))`.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn reckoned(
        &mut self,
        text: &str,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let checked = self.own_end(checked);
        let made = self.graph.emitted.len();
        let mut outcome = Outcome::default();
        for (mut state, text) in self.expand_text(text, None, Within::Quotes, state)? {
            let value = self.arithmetic(&text, &mut state.shell);
            outcome.extend(self.decided(value.unwrap_or(Number::Known(1)), state)?);
        }
        self.note_known_end(&outcome, made, checked);
        self.checked_end(outcome, checked)
    }

    /// Whether a number is anything but 0. Where a clock says so, the script goes either way.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn decided(&mut self, value: Number, state: State<P>) -> Result<Outcome<P>, Halt> {
        let truth = match value {
            Number::Known(number) => return Ok(Outcome::of(state, number != 0)),
            Number::Clock(clock) => clock.truth(),
        };
        let position = self.graph.emitted.len();
        let (left, up) = self.emit(state, P::clock())?;
        let (yes, no) = match truth.moves {
            Moves::Up => (up, left),
            Moves::Down | Moves::Not | Moves::Anyhow => (left, up),
        };
        if matches!(truth.moves, Moves::Up | Moves::Down) {
            self.deadlines.insert(position, truth.since);
        }
        Ok(Outcome {
            ok: vec![yes],
            failed: vec![no],
            ..Outcome::default()
        })
    }

    /// A loop within so many `while` goes back to `position`. What is set anew in each of its rounds
    /// is no deadline of the loop: it may go round for ever.
    pub fn goes_round(&mut self, position: usize, depth: usize) {
        self.deadlines
            .retain(|&at, &mut since| at < position || since < depth);
    }

    /// A comparison of numbers that a clock decides, or that are worked out between double
    /// brackets; `None` if it is neither.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn compared_numbers(
        &mut self,
        comparison: Comparison<'_>,
        state: &mut State<P>,
    ) -> Option<Number> {
        let Comparison {
            left,
            operator,
            right,
            is_double,
        } = comparison;
        let is_clock = |text: &str| self.symbols.clock(text.trim()).is_some();
        let has_clock = is_clock(left) || is_clock(right);
        let operator = match operator {
            "-eq" => "==",
            "-ne" => "!=",
            "-lt" => "<",
            "-le" => "<=",
            "-gt" => ">",
            "-ge" => ">=",
            "=" | "==" if has_clock => "==",
            "!=" if has_clock => "!=",
            _ => return None,
        };
        let works_out = is_double && comparison.is_numeric();
        if !has_clock && !works_out {
            return None;
        }
        let left = self.side(left, works_out, &mut state.shell)?;
        let right = self.side(right, works_out, &mut state.shell)?;
        left.apply(operator, right).ok()
    }

    /// One side of a comparison, if it is known or a clock's.
    fn side(&mut self, text: &str, works_out: bool, shell: &mut Shell) -> Option<Number> {
        let text = text.trim();
        if let Some(clock) = self.symbols.clock(text) {
            return Some(Number::Clock(clock));
        }
        let mut symbols = text.chars().filter_map(SymbolId::of);
        let is_clock = |id| matches!(self.symbols.get(id), Some(Symbol::Clock(_)));
        if works_out && symbols.all(is_clock) {
            let value = self.arithmetic(text, shell);
            return Some(value.unwrap_or(Number::Known(0)));
        }
        text.parse().ok().map(Number::Known)
    }
}
