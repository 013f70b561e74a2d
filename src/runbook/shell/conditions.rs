//! `[ … ]`, `test` and `[[ … ]]`: known at once, or looked up in a cluster.

use super::glob;
use super::programs::{Comparison, Programs};
use super::runner::{Halt, Runner};
use super::special::NO_CLOCK;
use super::state::{Outcome, State, merged};
use super::syntax::Test;
use crate::runbook::symbols::{Symbol, SymbolId, symbol_in};

/// `[ … ]` and `test …`, which take words.
///
/// # Errors
/// The script cannot be followed any further.
pub fn bracket<P: Programs>(
    runner: &mut Runner<'_, P>,
    name: &str,
    words: &[&str],
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    let words = match (name, words.split_last()) {
        ("[", Some((&"]", words))) => words,
        ("[", _) => {
            runner.mistake(
                "runbook::syntax",
                "`[` without its `]`".to_owned(),
                "close it: `[ … ]`",
            );
            return Ok(Outcome::ok(state));
        }
        _ => words,
    };
    joined_words(runner, words, state)
}

fn joined_words<P: Programs>(
    runner: &mut Runner<'_, P>,
    words: &[&str],
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    if words.len() > 3 {
        for (operator, and) in [("-o", false), ("-a", true)] {
            if let Some(place) = words.iter().position(|word| *word == operator) {
                let first = joined_words(runner, &words[..place], state)?;
                let (go_on, mut outcome) = decided(first, and);
                for state in go_on {
                    outcome.extend(joined_words(runner, &words[place + 1..], state)?);
                }
                return Ok(outcome);
            }
        }
    }
    match words {
        [] => Ok(Outcome::failed(state)),
        [left, operator, right] if is_binary(operator) => {
            binary(runner, left, operator, right, state, false)
        }
        ["!", rest @ ..] => Ok(swapped(joined_words(runner, rest, state)?)),
        [text] => unary(runner, "-n", text, state),
        [operator, text] => unary(runner, operator, text, state),
        _ => {
            runner.not_modelled(
                format!("`[ {} ]` is not modelled", words.join(" ")),
                "test one thing at a time, and put values in double quotes",
            );
            Ok(Outcome::ok(state))
        }
    }
}

fn is_binary(operator: &str) -> bool {
    matches!(
        operator,
        "=" | "==" | "!=" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "<" | ">"
    )
}

/// `[[ … ]]`, which is taken apart before its words are expanded.
///
/// # Errors
/// The script cannot be followed any further.
pub fn test<P: Programs>(
    runner: &mut Runner<'_, P>,
    test: &Test,
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    match test {
        Test::And(left, right) | Test::Or(left, right) => {
            let and = matches!(test, Test::And(..));
            let first = self::test(runner, left, state)?;
            let (go_on, mut outcome) = decided(first, and);
            for state in merged(go_on) {
                outcome.extend(self::test(runner, right, state)?);
            }
            Ok(outcome)
        }
        Test::Not(inner) => Ok(swapped(self::test(runner, inner, state)?)),
        Test::Unary(operator, word) => {
            let mut outcome = Outcome::default();
            for (state, text) in runner.expand_whole(word, state)? {
                outcome.extend(unary(runner, operator, &text, state)?);
            }
            Ok(outcome)
        }
        Test::Binary(operator, left, right) => {
            let mut outcome = Outcome::default();
            for (state, left) in runner.expand_whole(left, state)? {
                let is_pattern = matches!(operator.as_str(), "=" | "==" | "!=");
                let (state, right) = if is_pattern {
                    runner.expand_pattern(right, state)?
                } else {
                    let mut ways = runner.expand_whole(right, state)?;
                    if ways.len() > 1 {
                        runner.not_modelled(
                            "a value from a cluster on the right of a comparison is not modelled",
                            "put it on the left",
                        );
                    }
                    ways.remove(0)
                };
                outcome.extend(binary(runner, &left, operator, &right, state, true)?);
            }
            Ok(outcome)
        }
    }
}

/// The other way round.
#[must_use]
pub fn swapped<P: Programs>(outcome: Outcome<P>) -> Outcome<P> {
    Outcome {
        ok: [outcome.failed, outcome.exempt].concat(),
        failed: outcome.ok,
        exempt: Vec::new(),
        left: outcome.left,
    }
}

fn unary<P: Programs>(
    runner: &mut Runner<'_, P>,
    operator: &str,
    text: &str,
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    if let (Some(_), "-n" | "-z") = (symbol_in(text), operator) {
        return present(runner, text, operator == "-n", state);
    }
    let holds = match operator {
        "-n" => !text.is_empty(),
        "-z" => text.is_empty(),
        "-f" | "-e" | "-s" | "-r" | "-d" | "-x" if is_elsewhere(runner, text, &state) => {
            runner.not_modelled(
                format!("whether there is `{text}` is not known"),
                "do not ask for files outside of the script's folder that it has not written",
            );
            true
        }
        "-f" | "-e" | "-s" | "-r" => runner
            .read_file(text, &state)
            .is_some_and(|file| operator != "-s" || !file.is_empty()),
        _ => {
            runner.not_modelled(
                format!("`[ {operator} … ]` is not modelled"),
                "compare strings or numbers",
            );
            true
        }
    };
    Ok(Outcome::of(state, holds))
}

/// Whether a file is neither one that the script has written nor one beside it.
fn is_elsewhere<P: Programs>(runner: &mut Runner<'_, P>, path: &str, state: &State<P>) -> bool {
    let known = runner.path(path, &state.shell);
    let is_written = state.shell.files.contains_key(&*known);
    !is_written && (known.starts_with('/') || symbol_in(&known).is_some())
}

/// Whether a value that the script does not know has any text.
fn present<P: Programs>(
    runner: &mut Runner<'_, P>,
    text: &str,
    wanted: bool,
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    match runner.symbols.value(text).cloned() {
        Some(value) => P::has_text(runner, value, text, wanted, state),
        // What is typed or said is never empty.
        None => Ok(Outcome::of(state, wanted)),
    }
}

fn binary<P: Programs>(
    runner: &mut Runner<'_, P>,
    left: &str,
    operator: &str,
    right: &str,
    state: State<P>,
    is_double: bool,
) -> Result<Outcome<P>, Halt> {
    let comparison = Comparison {
        left,
        operator,
        right,
        is_double,
    };
    let mut state = state;
    if let Some(number) = runner.compared_numbers(comparison, &mut state) {
        return runner.decided(number, state);
    }
    if symbol_in(right).is_some() && symbol_in(left).is_none() {
        let turned = match operator {
            "-lt" => "-gt",
            "-gt" => "-lt",
            "-le" => "-ge",
            "-ge" => "-le",
            same => same,
        };
        return binary(runner, right, turned, left, state, is_double);
    }
    if symbol_in(left).is_some() {
        return compared(runner, comparison, state);
    }
    let holds = match operator {
        "=" | "==" | "!=" => {
            let same = if is_double {
                runner.spend(glob::work(right, left));
                glob::matches(right, left)
            } else {
                left == right
            };
            same == (operator != "!=")
        }
        "<" => left < right,
        ">" => left > right,
        "=~" => {
            runner.not_modelled(
                "`=~` is not modelled",
                "use `==` with a pattern such as `web-*`",
            );
            true
        }
        _ => {
            let (Ok(left), Ok(right)) = (left.trim().parse::<i64>(), right.trim().parse::<i64>())
            else {
                runner.mistake(
                    "runbook::no-number",
                    format!("`{left} {operator} {right}` compares values that are not numbers"),
                    "compare integers",
                );
                return Ok(Outcome::failed(state));
            };
            match operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                _ => left >= right,
            }
        }
    };
    Ok(Outcome::of(state, holds))
}

/// A value that the script does not know, compared with a text.
fn compared<P: Programs>(
    runner: &mut Runner<'_, P>,
    comparison: Comparison<'_>,
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    let symbol = runner.symbols.whole(comparison.left).cloned();
    let can_be_typed = comparison.is_equality() || comparison.operator == "=~";
    match symbol {
        Some(Symbol::Answer(_)) if can_be_typed => {
            let text = "the person asked is assumed to type the value that is compared here";
            let Comparison {
                operator, right, ..
            } = comparison;
            let what = format!("what a person types {operator} {right}");
            runner.findings.assume(runner.span.clone(), what, text);
            Ok(Outcome::of(state, !comparison.is_negated()))
        }
        Some(Symbol::Of(value)) => P::compare(runner, value, comparison, state),
        _ => Ok(not_compared(runner, comparison, state)),
    }
}

/// What becomes of a comparison that is not modelled.
pub fn not_compared<P: Programs>(
    runner: &mut Runner<'_, P>,
    comparison: Comparison<'_>,
    state: State<P>,
) -> Outcome<P> {
    let Comparison {
        left,
        operator,
        right,
        ..
    } = comparison;
    let is_clock = |text: &str| {
        let mut symbols = text.chars().filter_map(SymbolId::of);
        symbols.any(|id| matches!(runner.symbols.get(id), Some(Symbol::Clock(_))))
    };
    let help = if is_clock(left) || is_clock(right) {
        NO_CLOCK
    } else if runner
        .symbols
        .readable(left)
        .starts_with("<the phase of Pod")
    {
        "the model knows whether a Pod is Ready: `kubectl wait --for=condition=Ready`, or compare \
         `{.status.conditions[?(@.type==\"Ready\")].status}` with `True`"
    } else {
        "compare a status with the expected value, by `=` or `!=`"
    };
    runner.not_modelled(format!("`{left} {operator} {right}` is not modelled"), help);
    Outcome::of(state, true)
}

/// Asks for the value again. What was read at another place may have changed since.
///
/// # Errors
/// The script cannot be followed any further.
pub fn look<P: Programs>(
    runner: &mut Runner<'_, P>,
    request: P::Request,
    at: usize,
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    if at != runner.graph.emitted.len() && !state.exits.is_right_behind(at) {
        runner.not_modelled(
            "a value that was read before other requests is compared here, which \
                             is not modelled",
            "read it again right before it is compared",
        );
    }
    let (yes, no) = runner.emit(state, request)?;
    Ok(Outcome {
        ok: vec![yes],
        failed: vec![no],
        ..Outcome::default()
    })
}

/// What the first of two conditions leaves to the second, and what it decides alone.
fn decided<P: Programs>(first: Outcome<P>, and: bool) -> (Vec<State<P>>, Outcome<P>) {
    let (go_on, ok, failed) = if and {
        (first.ok, Vec::new(), first.failed)
    } else {
        (first.failed, first.ok, Vec::new())
    };
    let outcome = Outcome {
        ok,
        failed,
        ..Outcome::default()
    };
    (go_on, outcome)
}
