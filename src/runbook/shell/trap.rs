//! `trap`: what is done when a command fails, when a shell ends, and at signals.
//!
//! The handlers of `ERR` and `EXIT` are followed where bash runs them. A signal comes from outside:
//! a script that is stopped is the fault `driverCrash`, and what it does then is not followed.

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::shells::relocate;
use super::state::{Checked, Handler, Outcome, State, merged};
use super::syntax::{self, Command, Kind, Word};

/// Programs that change nothing in a cluster.
const HARMLESS: [&str; 18] = [
    ":", "true", "false", "echo", "printf", "rm", "rmdir", "cat", "date", "sleep", "exit",
    "return", "kill", "trap", "tput", "set", "local", "test",
];

/// What a handler is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Error,
    Exit,
    Signal,
    /// `DEBUG`, `RETURN`, and what is none.
    Other,
}

fn event(name: &str) -> Event {
    let name = name.to_uppercase();
    match name.strip_prefix("SIG").unwrap_or(&name) {
        "EXIT" | "0" => Event::Exit,
        "ERR" => Event::Error,
        "HUP" | "INT" | "QUIT" | "TERM" | "PIPE" | "USR1" | "USR2" | "ALRM" | "TSTP" | "CONT"
        | "WINCH" | "1" | "2" | "3" | "13" | "15" => Event::Signal,
        _ => Event::Other,
    }
}

/// `trap`.
pub fn trap<P: Programs>(
    runner: &mut Runner<'_, P>,
    words: &[&str],
    state: State<P>,
) -> Outcome<P> {
    let words = words.strip_prefix(&["--"]).unwrap_or(words);
    let (script, events) = match words {
        // Says what is set.
        [] | ["-l" | "-p", ..] => {
            if !state.shell.output.is_empty() {
                runner.not_modelled("what `trap` says is not modelled", "do not read it");
            }
            return Outcome::ok(state);
        }
        [event] => ("-", &[*event][..]),
        [script, events @ ..] => (*script, events),
    };
    let mut state = state;
    let handler = (!matches!(script, "" | "-")).then(|| Handler {
        script: script.into(),
        span: runner.span.clone(),
    });
    for name in events {
        match event(name) {
            Event::Error => state.shell.on_error.clone_from(&handler),
            Event::Exit => state.shell.on_exit.clone_from(&handler),
            Event::Signal if handles_harmlessly(runner, script, &state) => continue,
            _ if handler.is_none() => continue,
            Event::Signal => {
                let what = format!("`trap` with `{script}` for `{name}` is not modelled");
                let help = "a script that is stopped is the fault `driverCrash`; what it does then \
                            is not followed: handlers of signals may only speak and tidy up";
                runner.not_modelled(what, help);
            }
            Event::Other => {
                let what = format!("`trap … {name}` is not modelled");
                runner.not_modelled(what, "set handlers of `ERR` and `EXIT`");
            }
        }
        check(runner, script, event(name));
    }
    Outcome::ok(state)
}

/// Complains of what a handler cannot do here.
fn check<P: Programs>(runner: &mut Runner<'_, P>, script: &str, event: Event) {
    if !matches!(event, Event::Error | Event::Exit) || script == "-" {
        return;
    }
    match syntax::parse(script, 0) {
        Ok(command) if leaves_elsewhere(&command) => {
            let what = format!("`trap` with `{script}` is not modelled: it leaves what is around");
            runner.not_modelled(what, "end the script there: `exit 1`");
        }
        Ok(_) => (),
        Err(error) => {
            let what = format!("bash cannot read `{script}`: {}", error.message);
            runner.mistake("runbook::syntax", what, "correct it");
        }
    }
}

/// Whether a handler returns from the function, or leaves the loop, in which something has failed.
fn leaves_elsewhere(command: &Command) -> bool {
    let leaves = match &command.kind {
        Kind::Simple { words, .. } => words.first().is_some_and(|name| {
            matches!(name.text.as_str(), "return" | "break" | "continue" | "trap")
        }),
        _ => false,
    };
    leaves || command.inner().into_iter().any(leaves_elsewhere)
}

impl<P: Programs> Runner<'_, P> {
    /// Follows a handler. Its commands stand where it was set.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn handled(&mut self, handler: &Handler, state: State<P>) -> Result<Outcome<P>, Halt> {
        let (outer, own) = (self.span.clone(), self.own_span.clone());
        let Ok(mut command) = syntax::parse(&handler.script, 0) else {
            // It was said where it was set.
            return Err(Halt);
        };
        relocate(&mut command, &handler.span);
        self.hidden += 1;
        let around = self.handles.replace(state.shell.status);
        let outcome = self.command(&command, state, Checked::No)?;
        self.handles = around;
        self.hidden -= 1;
        (self.span, self.own_span) = (outer, own);
        Ok(outcome)
    }

    /// The handler of `ERR`, for a failure that nothing looks at. It leaves `$?` as it was.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn on_error(
        &mut self,
        state: State<P>,
        outcome: &mut Outcome<P>,
    ) -> Result<Vec<State<P>>, Halt> {
        let Some(handler) = state.shell.on_error.clone().filter(|_| !self.handles_error) else {
            return Ok(vec![state]);
        };
        let status = state.shell.status;
        self.handles_error = true;
        let (behind, left) = self.handled(&handler, state)?.ends();
        self.handles_error = false;
        // A shell that ends inside the handler of `ERR` does not come to it again.
        outcome
            .left
            .extend(left.into_iter().map(|(leave, mut state)| {
                state.shell.on_error = None;
                (leave, state)
            }));
        let behind = behind.into_iter().map(|(mut state, _)| {
            state.shell.status = status;
            state
        });
        Ok(merged(behind.collect()))
    }
}

fn handles_harmlessly<P: Programs>(
    runner: &Runner<'_, P>,
    handler: &str,
    state: &State<P>,
) -> bool {
    let script = syntax::parse(handler, 0);
    script.is_ok_and(|script| is_harmless(runner, &script, state, 0))
}

/// Whether every command is a program, or a function of such, that changes no cluster.
fn is_harmless<P: Programs>(
    runner: &Runner<'_, P>,
    command: &Command,
    state: &State<P>,
    depth: usize,
) -> bool {
    // Substitutions are not looked into.
    let is_plain = |word: &Word| !word.text.contains("$(") && !word.text.contains('`');
    if depth > super::limits::MAX_DEPTH {
        return false;
    }
    let is_harmless = |inner: &Command| is_harmless(runner, inner, state, depth + 1);
    match &command.kind {
        Kind::Simple { assignments, words } => {
            let name = words.first().map_or(":", |word| word.text.as_str());
            let function = state.shell.function(name);
            let function = function.and_then(|number| runner.functions.get(number));
            let is_known = match function {
                Some(body) => is_harmless(body),
                None => HARMLESS.contains(&name),
            };
            is_known && assignments.iter().chain(words).all(is_plain)
        }
        Kind::List(_)
        | Kind::Pipeline(_)
        | Kind::Not(_)
        | Kind::Subshell(_)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::If { .. } => command.inner().into_iter().all(is_harmless),
        Kind::Test(_) => true,
        _ => false,
    }
}
