//! The builtins of the shell; whatever is none of them is a program.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Leave, Outcome, State};
use super::{conditions, folders, lines, trap};
use crate::runbook::clock::Number;

/// The options of the shell that are followed.
const OPTIONS: &str = "of the options, `-e`, `-u`, `-E`, `-x`, `-v` and `-o pipefail` are followed: write the script \
     so that it does the same without this one";

/// A call of a builtin in one state.
struct Call<'a, P: Programs> {
    name: &'a str,
    words: &'a [&'a str],
    state: State<P>,
    /// The status of the command before.
    before: u8,
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
    let mut state = state;
    let before = std::mem::take(&mut state.shell.status);
    let call = Call {
        name,
        words,
        state,
        before,
    };
    Ok(match name {
        "test" | "[" => return conditions::bracket(runner, name, words, call.state),
        "read" => return lines::read(runner, words, call.state),
        "mapfile" | "readarray" => lines::mapfile(runner, words, call.state),
        "trap" => trap::trap(runner, words, call.state),
        "export" | "readonly" | "declare" | "typeset" | "local" => {
            runner.declare(name, words, call.state)
        }
        "set" => set(runner, call),
        "shopt" => shopt(runner, call),
        "unset" => unset(runner, call),
        "shift" => shift(runner, call),
        "exit" | "return" | "break" | "continue" => leave(runner, call),
        "sleep" => sleep(runner, call),
        "let" => return reckon(runner, call),
        "false" => Outcome::failed(call.state),
        "cd" => folders::cd(runner, words, call.state),
        "pwd" => folders::pwd(runner, call.state),
        "command" => return command(runner, call),
        ":" | "true" | "umask" => Outcome::ok(call.state),
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
            state.shell.arguments_are_open = false;
            break;
        }
        let on = word.starts_with('-');
        let Some(letters) = word.strip_prefix(['-', '+']) else {
            runner.not_modelled(format!("`set {word}` is not modelled"), OPTIONS);
            break;
        };
        for letter in letters.chars() {
            match letter {
                'e' => state.shell.errexit = on,
                'u' => state.shell.nounset = on,
                'E' => state.shell.errtrace = on,
                'x' | 'v' => (),
                'o' => match words.next() {
                    Some(&"pipefail") => state.shell.pipefail = on,
                    Some(&"errexit") => state.shell.errexit = on,
                    Some(&"nounset") => state.shell.nounset = on,
                    Some(&"errtrace") => state.shell.errtrace = on,
                    Some(&"xtrace" | &"verbose") => (),
                    other => {
                        let what = format!("`set -o {}` is not modelled", other.unwrap_or(&""));
                        runner.not_modelled(what, OPTIONS);
                    }
                },
                _ => runner.not_modelled(format!("`set -{letter}` is not modelled"), OPTIONS),
            }
        }
    }
    Outcome::ok(state)
}

/// `shopt`.
fn shopt<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    match call.words {
        [on @ ("-s" | "-u"), "inherit_errexit"] => state.shell.inherit_errexit = *on == "-s",
        words => {
            let what = format!("`shopt {}` is not modelled", words.join(" "));
            runner.not_modelled(what, OPTIONS);
        }
    }
    Outcome::ok(state)
}

/// `command`: a builtin or program, past the functions of its name; with `-v`, whether there is one.
fn command<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Result<Outcome<P>, Halt> {
    match call.words {
        ["-v" | "-V", names @ ..] => Ok(found(runner, names, call.state)),
        [name, ..] if name.starts_with('-') => {
            let what = format!("`command {name}` is not modelled");
            runner.not_modelled(what, "call the program itself");
            Ok(Outcome::ok(call.state))
        }
        [name, arguments @ ..] => {
            let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
            run(runner, name, &arguments, call.state)
        }
        [] => Ok(Outcome::ok(call.state)),
    }
}

/// Whether there are programs of these names: those that the run follows are taken to be there.
fn found<P: Programs>(runner: &mut Runner<'_, P>, names: &[&str], state: State<P>) -> Outcome<P> {
    let mut state = state;
    for name in names {
        if state.shell.function(name).is_some() || P::follows(name) {
            state.shell.write(&format!("{name}\n"));
            continue;
        }
        let what = format!("whether there is a program `{name}` is not known");
        runner.not_modelled(what, "do not ask for it");
    }
    Outcome::ok(state)
}

/// `unset`.
fn unset<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    let words = call.words;
    let (is_function, names) = match words {
        ["-f", names @ ..] => (true, names),
        ["-v", names @ ..] | names => (false, names),
    };
    for name in names {
        if name.starts_with('-') || name.contains('[') {
            let what = format!("`unset {name}` is not modelled");
            runner.not_modelled(what, "name variables: `unset a b`");
        }
        runner.may_be_set(name, &state.shell);
        let is_variable =
            state.shell.variables.contains_key(*name) || state.shell.arrays.contains_key(*name);
        if is_function || !is_variable {
            state.shell.functions.remove(*name);
        }
        if is_function {
            continue;
        }
        state.shell.variables.remove(*name);
        state.shell.arrays.remove(*name);
    }
    Outcome::ok(state)
}

/// `shift`.
fn shift<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    let mut state = call.state;
    let count = match call.words {
        [] => Some(1),
        [count] => count.parse().ok(),
        _ => None,
    };
    if state.shell.arguments_are_open {
        runner.open_arguments("shift");
        return Outcome::ok(state);
    }
    let Some(count) = count else {
        let what = format!("`shift {}` is not modelled", call.words.join(" "));
        runner.not_modelled(what, "give it a number");
        return Outcome::ok(state);
    };
    if count > state.shell.arguments.len() {
        return Outcome::failed(state);
    }
    state.shell.arguments.drain(..count);
    Outcome::ok(state)
}

/// `exit`, `return`, `break` and `continue`.
fn leave<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    let (name, mut state) = (call.name, call.state);
    let number: Option<i64> = match call.words {
        [] => None,
        [word] if word.parse::<i64>().is_ok() => word.parse().ok(),
        words => {
            let what = format!("`{name} {}` is not modelled", words.join(" "));
            runner.not_modelled(what, "give it a number");
            return Outcome::ok(state);
        }
    };
    let around = match name {
        "return" => runner.callers.len(),
        "exit" => usize::MAX,
        _ => runner.loops,
    };
    if around == 0 {
        let (what, of) = match name {
            "return" => ("a function", "`exit` ends the script"),
            _ => (
                "a loop of the same function and subshell",
                "bash passes it over",
            ),
        };
        let what = format!("`{name}` outside of {what}");
        runner.mistake("runbook::usage", what, of);
        return Outcome::ok(state);
    }
    let rounds = number.and_then(|number| usize::try_from(number).ok());
    let rounds = rounds.unwrap_or(1).clamp(1, around);
    let leave = match name {
        "exit" => Leave::Exit,
        "return" => Leave::Return,
        "break" => Leave::Break(rounds),
        _ => Leave::Continue(rounds),
    };
    state.shell.status = match number {
        Some(number) => number.rem_euclid(256) as u8,
        // In a handler, and what it calls, bash takes the status in front of the handler.
        None => runner.handles.unwrap_or(call.before),
    };
    Outcome {
        left: vec![(leave, state)],
        ..Outcome::default()
    }
}

/// `let`: expressions one after the other, the last of which says how it ends.
fn reckon<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Result<Outcome<P>, Halt> {
    let mut state = call.state;
    let mut value = Number::Known(0);
    for word in call.words {
        let worked_out = runner.arithmetic(word, &mut state.shell);
        value = worked_out.unwrap_or(Number::Known(1));
    }
    runner.decided(value, state)
}

/// `sleep`. Between two looks of a loop it does not count as a guard.
fn sleep<P: Programs>(runner: &mut Runner<'_, P>, call: Call<'_, P>) -> Outcome<P> {
    if runner.polling == 0 {
        let text = "guards nothing: what it waits for may take longer";
        let length = format!("sleep {}", call.words.join(" "));
        let length = runner.symbols.readable(&length);
        runner.findings.assume(runner.span.clone(), length, text);
    }
    Outcome::ok(call.state)
}
