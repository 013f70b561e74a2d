//! `[ … ]`, `test` and `[[ … ]]`: known at once, or looked up in a cluster.

use super::glob;
use super::run::{Halt, Runner};
use super::syntax::Test;
use crate::runbook::hole::{Hole, Zero};
use crate::runbook::state::{Outcome, State, hole_in, joined};
use crate::world::program::{Condition, Expression, Operation};

/// `[ … ]` and `test …`, which take words.
///
/// # Errors
/// The script cannot be followed any further.
pub fn bracket(
    runner: &mut Runner<'_>,
    name: &str,
    words: &[&str],
    state: State,
) -> Result<Outcome, Halt> {
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

fn joined_words(runner: &mut Runner<'_>, words: &[&str], state: State) -> Result<Outcome, Halt> {
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
                "ask one thing at a time, and put values into double quotes",
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
pub fn test(runner: &mut Runner<'_>, test: &Test, state: State) -> Result<Outcome, Halt> {
    match test {
        Test::And(left, right) | Test::Or(left, right) => {
            let and = matches!(test, Test::And(..));
            let first = self::test(runner, left, state)?;
            let (go_on, mut outcome) = decided(first, and);
            for state in joined(go_on) {
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
                            "a comparison with what a cluster answers is not modelled on the right",
                            "write it on the left",
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

fn swapped(outcome: Outcome) -> Outcome {
    Outcome {
        ok: [outcome.failed, outcome.exempt].concat(),
        failed: outcome.ok,
        exempt: Vec::new(),
        left: outcome.left,
    }
}

fn unary(
    runner: &mut Runner<'_>,
    operator: &str,
    text: &str,
    state: State,
) -> Result<Outcome, Halt> {
    if let (Some(_), "-n" | "-z") = (hole_in(text), operator) {
        return present(runner, text, operator == "-n", state);
    }
    let holds = match operator {
        "-n" => !text.is_empty(),
        "-z" => text.is_empty(),
        "-f" | "-e" | "-s" | "-r" => runner
            .read_file(text, &state)
            .is_some_and(|file| operator != "-s" || !file.is_empty()),
        _ => {
            runner.not_modelled(
                format!("`[ {operator} … ]` is not modelled"),
                "compare texts or numbers",
            );
            true
        }
    };
    Ok(Outcome::of(state, holds))
}

/// Whether a value of a cluster has any text.
fn present(
    runner: &mut Runner<'_>,
    text: &str,
    wanted: bool,
    state: State,
) -> Result<Outcome, Halt> {
    match runner.holes.whole(text).cloned() {
        Some(Hole::Status(cluster, field, at, Zero::LeftOut)) => {
            let zero = Condition::StatusEquals(cluster, field, Expression::number(0));
            let outcome = look(runner, zero, at, state)?;
            Ok(if wanted { swapped(outcome) } else { outcome })
        }
        Some(Hole::If(..)) => {
            runner.not_modelled(
                format!("whether `{text}` is empty is not modelled"),
                "compare it with the value that is waited for",
            );
            Ok(Outcome::of(state, wanted))
        }
        // Names, uids and numbers that are printed are never empty.
        _ => Ok(Outcome::of(state, wanted)),
    }
}

fn binary(
    runner: &mut Runner<'_>,
    left: &str,
    operator: &str,
    right: &str,
    state: State,
    is_double: bool,
) -> Result<Outcome, Halt> {
    if hole_in(right).is_some() && hole_in(left).is_none() {
        let turned = match operator {
            "-lt" => "-gt",
            "-gt" => "-lt",
            "-le" => "-ge",
            "-ge" => "-le",
            same => same,
        };
        return binary(runner, right, turned, left, state, is_double);
    }
    if hole_in(left).is_some() {
        return compared(runner, left, operator, right, state, is_double);
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
                    format!("`{left} {operator} {right}` compares what is no number"),
                    "compare whole numbers",
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

/// A value of a cluster, compared with a text, perhaps between double brackets.
fn compared(
    runner: &mut Runner<'_>,
    left: &str,
    operator: &str,
    right: &str,
    state: State,
    is_double: bool,
) -> Result<Outcome, Halt> {
    let hole = runner.holes.whole(left).cloned();
    let is_equality = matches!(operator, "=" | "==" | "!=" | "-eq" | "-ne");
    let is_numeric = operator.starts_with('-');
    let negated = matches!(operator, "!=" | "-ne");
    if matches!(hole, Some(Hole::Answer(_))) && (is_equality || operator == "=~") {
        let text = "whoever is asked is taken to type what is compared here";
        let what = format!("what a person types {operator} {right}");
        runner.findings.assume(runner.span.clone(), what, text);
        return Ok(Outcome::of(state, !negated));
    }
    let condition = match hole {
        Some(Hole::Status(_, _, _, Zero::Printed)) if is_equality && right.is_empty() => {
            return Ok(Outcome::of(state, negated));
        }
        Some(Hole::Status(_, _, _, Zero::LeftOut))
            if is_numeric && !is_double && (negated || right.trim() == "0") =>
        {
            runner.mistake(
                "runbook::no-number",
                format!("`[ {left} {operator} {right} ]` fails where the number is 0: nothing is printed then"),
                "give it a value: `\"${name:-0}\"`; or ask with `[[ … ]]`, where nothing counts as 0",
            );
            return Ok(Outcome::failed(state));
        }
        Some(Hole::Status(cluster, field, at, zero)) if is_equality => {
            let number = if right.is_empty() {
                Some(0)
            } else {
                let is_shown = |number: &i16| *number > 0 || zero == Zero::Printed;
                let number = right.parse::<i16>().ok();
                number.filter(|number| is_shown(number) || is_numeric)
            };
            number.map(|number| {
                (
                    Condition::StatusEquals(cluster, field, Expression::number(number)),
                    at,
                )
            })
        }
        Some(Hole::If(condition, value, at)) if is_equality && value == right => {
            Some((condition, at))
        }
        _ => None,
    };
    let Some((condition, at)) = condition else {
        runner.not_modelled(
            format!("`{left} {operator} {right}` is not modelled"),
            "compare a status with the value that is waited for, by `=` or `!=`",
        );
        return Ok(Outcome::of(state, true));
    };
    let outcome = look(runner, condition, at, state)?;
    Ok(if negated { swapped(outcome) } else { outcome })
}

/// Looks in a cluster. What was read at another place may have changed since.
fn look(
    runner: &mut Runner<'_>,
    condition: Condition,
    at: usize,
    state: State,
) -> Result<Outcome, Halt> {
    if at != runner.code.made.len() && !state.joint.is_right_behind(at) {
        runner.not_modelled("a value that was read earlier is compared here, after other requests: this is not modelled", "read it again right before it is compared");
    }
    let (yes, no) = runner.emit(state, Operation::Test(condition))?;
    Ok(Outcome {
        ok: vec![yes],
        failed: vec![no],
        ..Outcome::default()
    })
}

/// What the first of two conditions leaves to the second, and what it decides alone.
fn decided(first: Outcome, and: bool) -> (Vec<State>, Outcome) {
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
