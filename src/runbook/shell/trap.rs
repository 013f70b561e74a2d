//! `trap`: what is done when the script ends.

use std::rc::Rc;

use super::run::Runner;
use super::syntax::{self, Command, Kind, Word};
use crate::runbook::state::{Outcome, State};

/// Programs that change nothing in a cluster.
const HARMLESS: [&str; 18] = [
    ":", "true", "false", "echo", "printf", "rm", "rmdir", "cat", "date", "sleep", "exit",
    "return", "kill", "trap", "tput", "set", "local", "test",
];

/// `trap`: what is done at the end, or at a signal, is harmless if it only speaks or tidies up.
pub fn trap(runner: &mut Runner<'_>, words: &[&str], state: State) -> Outcome {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "--").collect();
    let is_harmless = match words[..] {
        // Lists, or takes away, what was set before.
        [] | [_] | ["" | "-" | "-l" | "-p", ..] => true,
        [handler, ..] => handles_harmlessly(runner, handler, &state),
    };
    if !is_harmless {
        let what = format!("`trap` with `{}` is not modelled", words[0]);
        let help = "a script that is stopped is the fault `driverCrash`; what it does then is not \
                    followed";
        runner.not_modelled(what, help);
    }
    Outcome::ok(state)
}

fn handles_harmlessly(runner: &Runner<'_>, handler: &str, state: &State) -> bool {
    let Ok(script) = syntax::parse(handler, 0) else {
        return false;
    };
    is_harmless(runner, &script, state, 0)
}

/// Whether every command is a program, or a function of such, that changes no cluster.
fn is_harmless(runner: &Runner<'_>, command: &Command, state: &State, depth: usize) -> bool {
    let all = |commands: &[&Command]| {
        let mut commands = commands.iter();
        commands.all(|command| is_harmless(runner, command, state, depth + 1))
    };
    // Substitutions are not looked into.
    let is_plain = |word: &Word| !word.text.contains("$(") && !word.text.contains('`');
    if depth > super::limits::MAX_DEPTH {
        return false;
    }
    match &command.kind {
        Kind::Simple { assignments, words } => {
            let name = words.first().map_or(":", |word| word.text.as_str());
            let is_known = HARMLESS.contains(&name)
                || Runner::function(&state.env, name)
                    .and_then(|number| runner.functions.get(number))
                    .is_some_and(|body| all(&[&Rc::clone(body)]));
            is_known && assignments.iter().chain(words).all(is_plain)
        }
        Kind::List(inner) | Kind::Pipeline(inner) => all(&inner.iter().collect::<Vec<_>>()),
        Kind::Not(inner) | Kind::Subshell(inner) => all(&[inner]),
        Kind::And(left, right) | Kind::Or(left, right) => all(&[left, right]),
        Kind::If {
            condition,
            then,
            otherwise,
        } => {
            let otherwise = otherwise.as_deref();
            all(&[condition, then]) && otherwise.is_none_or(|otherwise| all(&[otherwise]))
        }
        Kind::Test(_) => true,
        _ => false,
    }
}
