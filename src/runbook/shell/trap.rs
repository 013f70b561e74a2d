//! `trap`: what is done when the script ends.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::Runner;
use super::state::{Outcome, State};
use super::syntax::{self, Command, Kind, Word};

/// Programs that change nothing in a cluster.
const HARMLESS: [&str; 18] = [
    ":", "true", "false", "echo", "printf", "rm", "rmdir", "cat", "date", "sleep", "exit",
    "return", "kill", "trap", "tput", "set", "local", "test",
];

/// `trap`: what is done at the end, or at a signal, is harmless if it only speaks or tidies up.
pub fn trap<P: Programs>(
    runner: &mut Runner<'_, P>,
    words: &[&str],
    state: State<P>,
) -> Outcome<P> {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "--").collect();
    let is_harmless = match words[..] {
        // Lists, or takes away, what was set before.
        [] | [_] | ["" | "-" | "-l" | "-p", ..] => true,
        [handler, ..] => handles_harmlessly(runner, handler, &state),
    };
    if !is_harmless {
        let what = format!("`trap` with `{}` is not modelled", words[0]);
        let help = "a script that is killed is the fault `driverCrash`; what it does then is not \
                    modelled";
        runner.not_modelled(what, help);
    }
    Outcome::ok(state)
}

fn handles_harmlessly<P: Programs>(
    runner: &Runner<'_, P>,
    handler: &str,
    state: &State<P>,
) -> bool {
    let Ok(script) = syntax::parse(handler, 0) else {
        return false;
    };
    is_harmless(runner, &script, state, 0)
}

/// Whether every command is a program, or a function of such, that changes no cluster.
fn is_harmless<P: Programs>(
    runner: &Runner<'_, P>,
    command: &Command,
    state: &State<P>,
    depth: usize,
) -> bool {
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
                || state
                    .shell
                    .function(name)
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
