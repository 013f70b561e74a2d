//! `date`: a clock, if it counts seconds, or else a text that nobody knows.

use super::call::Call;
use super::harmless::says_something;
use crate::runbook::clock::{Clock, Number};
use crate::runbook::session::{Outcome, Runner};
use crate::runbook::symbols::Symbol;

/// `date`.
pub fn run(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let format = call.words.iter().find_map(|word| word.strip_prefix('+'));
    if !format.is_some_and(counts) {
        return says_something(runner, call);
    }
    let now = Clock::read(runner.polling, 0);
    let is_now =
        |word: &&str| word.starts_with('+') || matches!(*word, "-u" | "--utc" | "--universal");
    let clock = if call.words.iter().all(is_now) {
        now
    } else {
        // Another time than the present one.
        let other = Number::Clock(now).apply("-", Number::Clock(now));
        match other {
            Ok(Number::Clock(clock)) => clock,
            _ => now,
        }
    };
    let text = runner.symbol(Symbol::Clock(clock));
    let mut state = call.state;
    state.shell.write(&(text + "\n"));
    Outcome::ok(state)
}

/// Whether a format counts seconds, or parts of them, as one whole number.
fn counts(format: &str) -> bool {
    let Some(rest) = format.strip_prefix("%s") else {
        return false;
    };
    let parts = rest
        .strip_prefix('%')
        .and_then(|rest| rest.strip_suffix('N'));
    let is_width = |width: &str| width.chars().all(|digit| digit.is_ascii_digit());
    rest.is_empty() || parts.is_some_and(is_width)
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn seconds_are_counted() {
        for format in ["%s", "%s%N", "%s%3N"] {
            assert!(counts(format), "{format}");
        }
        for format in ["%s.%N", "%F", "%H%M", "", "%sx"] {
            assert!(!counts(format), "{format}");
        }
    }
}
