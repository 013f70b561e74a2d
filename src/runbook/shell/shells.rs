//! Commands inside others: subshells, pipes, substitutions, functions, groups with redirections.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::limits::MAX_DEPTH;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Leave, Outcome, Shell, State, merged};
use super::syntax::{self, Command, Kind};
use super::word::Within;

/// A state after a command, what the command has written, and whether it has succeeded.
pub type Caught<P> = (State<P>, String, bool);

impl<P: Programs> Runner<'_, P> {
    /// What is done in a subshell stays there, but for files.
    pub fn subshell(
        &mut self,
        body: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let before = state.shell.clone();
        let inner = self.command(body, state, checked)?;
        let mut outcome = Outcome {
            ok: inner.ok,
            failed: inner.failed,
            exempt: inner.exempt,
            left: Vec::new(),
        };
        for (leave, state) in inner.left {
            match leave {
                Leave::Exit(false) | Leave::Return(false) => outcome.failed.push(state),
                _ => outcome.ok.push(state),
            }
        }
        let outside = |states: Vec<State<P>>| {
            let states = states.into_iter().map(|state| State {
                shell: state.shell.after_subshell(&before),
                ..state
            });
            merged(states.collect())
        };
        let outcome = Outcome {
            ok: outside(outcome.ok),
            failed: outside(outcome.failed),
            exempt: outside(outcome.exempt),
            left: Vec::new(),
        };
        Ok(self.checked_end(outcome, checked))
    }

    /// Each command of a pipe gets the output of the one before it.
    pub fn pipeline(
        &mut self,
        commands: &[Command],
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let before = state.shell.clone();
        let Some((last, stages)) = commands.split_last() else {
            return Ok(Outcome::ok(state));
        };
        let mut states = vec![(state, true)];
        for stage in stages {
            let mut next = Vec::new();
            for (state, sound) in states {
                for (mut state, text, ok) in self.captured(stage, state)? {
                    state.shell.input = Some(text.as_str().into());
                    next.push((state, sound && (ok || !before.pipefail)));
                }
            }
            states = next;
        }
        let mut outcome = Outcome::default();
        for (state, sound) in states {
            let inner = self.subshell(last, state, true)?;
            let back = |states: Vec<State<P>>| -> Vec<State<P>> {
                let back = |state: State<P>| State {
                    shell: Shell {
                        input: before.input.clone(),
                        ..state.shell.after_subshell(&before)
                    },
                    ..state
                };
                states.into_iter().map(back).collect()
            };
            let (ok, failed) = (back(inner.ok), back([inner.failed, inner.exempt].concat()));
            outcome.failed.extend(failed);
            if sound {
                outcome.ok.extend(ok);
            } else {
                outcome.failed.extend(ok);
            }
        }
        outcome.ok = merged(outcome.ok);
        outcome.failed = merged(outcome.failed);
        Ok(self.checked_end(outcome, checked))
    }

    /// Runs a command in a subshell and catches what it writes; whether it has succeeded.
    pub fn captured(&mut self, command: &Command, state: State<P>) -> Result<Vec<Caught<P>>, Halt> {
        let before = state.shell.clone();
        let mut inside = state;
        inside.shell.output.push(String::new());
        let outcome = self.subshell(command, inside, true)?;
        let mut caught = Vec::new();
        let ok = outcome.ok.into_iter().map(|state| (state, true));
        let failed = outcome.failed.into_iter().chain(outcome.exempt);
        for (mut state, ok) in ok.chain(failed.map(|state| (state, false))) {
            let text = state.shell.output.pop().unwrap_or_default();
            self.made_text(text.len())?;
            state.shell = state.shell.after_subshell(&before);
            caught.push((state, text, ok));
        }
        Ok(caught)
    }

    /// Runs the script inside `$(…)`.
    pub fn substituted(
        &mut self,
        script: &str,
        start: Option<usize>,
        state: State<P>,
    ) -> Result<Vec<Caught<P>>, Halt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistake(
                "runbook::too-deep",
                "the script is nested too deeply".to_owned(),
                "split it up",
            );
            return Err(Halt);
        }
        let (outer, own) = (self.span.clone(), self.own_span.clone());
        let key = (start.unwrap_or(usize::MAX), script.len());
        let known = start.and_then(|_| self.parsed.get(&key).cloned());
        let command = match known {
            Some(command) => command,
            None => match syntax::parse(script, start.unwrap_or(0)) {
                Ok(mut command) => {
                    if start.is_none() {
                        relocate(&mut command, &outer);
                    }
                    let command = Rc::new(command);
                    if start.is_some() {
                        self.parsed.insert(key, Rc::clone(&command));
                    }
                    command
                }
                Err(error) => {
                    self.mistake(
                        "runbook::syntax",
                        format!("bash cannot read `{script}`: {}", error.message),
                        "correct it",
                    );
                    return Err(Halt);
                }
            },
        };
        let mut state = state;
        let errexit = std::mem::take(&mut state.shell.errexit);
        let mut caught = self.captured(&command, state)?;
        for (state, text, _) in &mut caught {
            state.shell.errexit = errexit;
            while text.ends_with('\n') {
                text.pop();
            }
        }
        self.depth -= 1;
        (self.span, self.own_span) = (outer, own);
        Ok(caught)
    }

    /// Calls a function.
    pub fn call(
        &mut self,
        number: usize,
        arguments: &[String],
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistake(
                "runbook::too-deep",
                "the script's functions call each other endlessly".to_owned(),
                "recursion is not modelled",
            );
            return Err(Halt);
        }
        let mut state = state;
        let outer = state.shell.arguments.clone();
        state.shell.arguments = arguments.iter().map(|text| text.as_str().into()).collect();
        state.shell.locals.push(BTreeMap::new());
        let body = Rc::clone(&self.functions[number]);
        self.callers.push(self.span.clone());
        let inner = self.command(&body, state, checked)?;
        self.callers.pop();
        self.depth -= 1;
        let mut outcome = Outcome {
            ok: inner.ok,
            failed: [inner.failed, inner.exempt].concat(),
            ..Outcome::default()
        };
        for (leave, state) in inner.left {
            match leave {
                Leave::Return(true) => outcome.ok.push(state),
                Leave::Return(false) => outcome.failed.push(state),
                other => outcome.left.push((other, state)),
            }
        }
        let left = outcome.left.iter_mut().map(|(_, state)| state);
        for state in outcome.ok.iter_mut().chain(&mut outcome.failed).chain(left) {
            state.shell.arguments.clone_from(&outer);
            for (name, (value, items)) in state.shell.locals.pop().unwrap_or_default() {
                match value {
                    Some(value) => state.shell.variables.insert(Rc::clone(&name), value),
                    None => state.shell.variables.remove(&name),
                };
                match items {
                    Some(items) => state.shell.arrays.insert(name, items),
                    None => state.shell.arrays.remove(&name),
                };
            }
        }
        outcome.ok = merged(outcome.ok);
        outcome.failed = merged(outcome.failed);
        Ok(self.checked_end(outcome, checked))
    }

    /// The redirections of a group of commands.
    pub fn redirected(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        self.span = command.span.clone();
        let plain = Command {
            redirects: Vec::new(),
            ..command.clone()
        };
        let mut outcome = Outcome::default();
        for (state, channels) in self.channels(&command.redirects, state, Within::Word)? {
            let opened = channels.open(state);
            let inner = self.command(&plain, opened, checked)?;
            outcome.extend(channels.close(self, inner)?);
        }
        Ok(outcome)
    }
}

/// Commands whose own places are not known stand where the command around them stands.
fn relocate(command: &mut Command, span: &Range<usize>) {
    command.span = span.clone();
    match &mut command.kind {
        Kind::List(commands) | Kind::Pipeline(commands) => {
            for inner in commands {
                relocate(inner, span);
            }
        }
        Kind::Not(inner) | Kind::Subshell(inner) => relocate(inner, span),
        Kind::And(left, right) | Kind::Or(left, right) => {
            relocate(left, span);
            relocate(right, span);
        }
        Kind::If {
            condition,
            then,
            otherwise,
        } => {
            relocate(condition, span);
            relocate(then, span);
            if let Some(otherwise) = otherwise {
                relocate(otherwise, span);
            }
        }
        Kind::Loop {
            condition, body, ..
        } => {
            relocate(condition, span);
            relocate(body, span);
        }
        Kind::For { body, .. } | Kind::Counted { body, .. } => relocate(body, span),
        _ => (),
    }
}
