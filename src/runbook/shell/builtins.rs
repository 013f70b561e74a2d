//! The builtins of the shell; whatever is none of them is a program.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Leave, Outcome, State};
use super::{conditions, lines, trap};

/// A call of a builtin in one state.
struct Call<'a, P: Programs> {
    name: &'a str,
    words: &'a [&'a str],
    state: State<P>,
}

/// Runs a builtin, or else a program.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run<P: Programs>(
    runner: &mut Runner<'_, P>,
    name: &str,
    arguments: &[String],
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let words = &words[..];
    let call = Call { name, words, state };
    Ok(match name {
        "test" | "[" => return conditions::bracket(runner, name, words, call.state),
        "read" => lines::read(runner, words, call.state),
        "mapfile" | "readarray" => lines::mapfile(runner, words, call.state),
        "trap" => trap::trap(runner, words, call.state),
        "export" | "readonly" | "declare" | "typeset" | "local" => {
            runner.declare(name, words, call.state)
        }
        "set" => set(runner, call),
        "unset" => unset(call),
        "shift" => shift(call),
        "exit" | "return" | "break" | "continue" => leave(call),
        "sleep" => sleep(runner, call),
        "false" => Outcome::failed(call.state),
        ":" | "true" | "cd" | "pushd" | "popd" | "command" | "type" | "hash" | "umask" => {
            Outcome::ok(call.state)
        }
        _ => return P::run(runner, name, words, call.state),
    })
}

/// `set`: options, and the script's arguments after `--`.
fn set<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    let mut words = call.words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            state.shell.arguments = words.map(|word| Rc::from(*word)).collect();
            break;
        }
        let on = word.starts_with('-');
        let Some(letters) = word.strip_prefix(['-', '+']) else {
            runner.not_modelled(
                format!("`set {word}` is not modelled"),
                "use only `-e`, `-u` and `-o pipefail`",
            );
            break;
        };
        for letter in letters.chars() {
            match letter {
                'e' => state.shell.errexit = on,
                'u' => state.shell.nounset = on,
                'x' | 'v' | 'E' => (),
                'o' => match words.next() {
                    Some(&"pipefail") => state.shell.pipefail = on,
                    Some(&"errexit") => state.shell.errexit = on,
                    Some(&"nounset") => state.shell.nounset = on,
                    Some(&("xtrace" | "errtrace")) => (),
                    other => runner.not_modelled(
                        format!("`set -o {}` is not modelled", other.unwrap_or(&"")),
                        "remove it",
                    ),
                },
                _ => {
                    runner.not_modelled(format!("`set -{letter}` is not modelled"), "remove it");
                }
            }
        }
    }
    Outcome::ok(state)
}

/// `unset`.
fn unset<P: Programs>(call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    for name in call.words {
        state.shell.variables.remove(*name);
        state.shell.arrays.remove(*name);
    }
    Outcome::ok(state)
}

/// `shift`.
fn shift<P: Programs>(call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    let count = call.words.first().and_then(|word| word.parse().ok());
    let count = count.unwrap_or(1).min(state.shell.arguments.len());
    state.shell.arguments.drain(..count);
    Outcome::ok(state)
}

/// `exit`, `return`, `break` and `continue`.
fn leave<P: Programs>(call: Call<'_, P>) -> Outcome<P> {
    let state = call.state;
    let number: Option<usize> = call.words.first().and_then(|word| word.parse().ok());
    let succeeds = number.map_or(!state.shell.failed, |number| number == 0);
    let rounds = number.unwrap_or(1).max(1);
    let leave = match call.name {
        "exit" => Leave::Exit(succeeds),
        "return" => Leave::Return(succeeds),
        "break" => Leave::Break(rounds),
        _ => Leave::Continue(rounds),
    };
    Outcome {
        left: vec![(leave, state)],
        ..Outcome::default()
    }
}

/// `sleep`. Between two looks of a loop it does not count as a guard.
fn sleep<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    if runner.polling == 0 {
        let text = "guards nothing: what it waits for may take longer";
        let length = format!("sleep {}", call.words.join(" "));
        runner.findings.assume(runner.span.clone(), length, text);
    }
    Outcome::ok(call.state)
}
