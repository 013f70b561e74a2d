//! Builtins that change the shell, or where the script goes on.

use std::rc::Rc;

use super::run::Runner;
use crate::runbook::programs::Call;
use crate::runbook::state::{Leave, Outcome};

/// `set`: options, and the script's arguments after `--`.
pub fn set(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    let mut words = call.words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            state.env.arguments = words.map(|word| Rc::from(*word)).collect();
            break;
        }
        let on = word.starts_with('-');
        let Some(letters) = word.strip_prefix(['-', '+']) else {
            runner.not_modelled(
                format!("`set {word}` is not modelled"),
                "set `-e`, `-u` and `-o pipefail` only",
            );
            break;
        };
        for letter in letters.chars() {
            match letter {
                'e' => state.env.errexit = on,
                'u' => state.env.nounset = on,
                'x' | 'v' | 'E' => (),
                'o' => match words.next() {
                    Some(&"pipefail") => state.env.pipefail = on,
                    Some(&"errexit") => state.env.errexit = on,
                    Some(&"nounset") => state.env.nounset = on,
                    Some(&("xtrace" | "errtrace")) => (),
                    other => runner.not_modelled(
                        format!("`set -o {}` is not modelled", other.unwrap_or(&"")),
                        "leave it out",
                    ),
                },
                _ => {
                    runner.not_modelled(format!("`set -{letter}` is not modelled"), "leave it out");
                }
            }
        }
    }
    Outcome::ok(state)
}

/// `unset`.
pub fn unset(_: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    for name in call.words {
        state.env.variables.remove(*name);
        state.env.arrays.remove(*name);
    }
    Outcome::ok(state)
}

/// `shift`.
pub fn shift(_: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    let count = call.words.first().and_then(|word| word.parse().ok());
    let count = count.unwrap_or(1).min(state.env.arguments.len());
    state.env.arguments.drain(..count);
    Outcome::ok(state)
}

/// `exit`, `return`, `break` and `continue`.
pub fn leave(_: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let state = call.state;
    let number: Option<usize> = call.words.first().and_then(|word| word.parse().ok());
    let succeeds = number.map_or(!state.env.failed, |number| number == 0);
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

/// `sleep`. Between two looks of a loop nobody takes it for a guard.
pub fn sleep(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    if runner.polling == 0 {
        let text = "guards nothing: whatever it waits for may take longer";
        let length = format!("sleep {}", call.words.join(" "));
        runner.findings.assume(runner.span.clone(), length, text);
    }
    Outcome::ok(call.state)
}
