//! Commands inside others: subshells, pipes, substitutions, functions, groups with redirections.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::limits::MAX_DEPTH;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Checked, End, Leave, Outcome, Shell, State, merged};
use super::syntax::{self, Command, Kind};
use super::word::Within;

/// A state after a command, what the command has written, and its status; `$?` is as before.
pub type Caught<P> = (State<P>, String, u8);

impl<P: Programs> Runner<'_, P> {
    /// What is done in a subshell stays there, but for files.
    pub fn subshell(
        &mut self,
        body: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let own = self.own_end(checked);
        // One that holds nothing but another is the same shell.
        self.is_quiet = is_subshell(body);
        let mut outcome = Outcome::default();
        for state in self.inside(body, state, checked)? {
            let failed = state.shell.status != 0;
            outcome.push(state, if failed { End::Failed } else { End::Ok });
        }
        self.checked_end(outcome, own)
    }

    /// Runs a command in a shell of its own. Behind it the shell is as before, but for the status.
    fn inside(
        &mut self,
        body: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Vec<State<P>>, Halt> {
        let before = state.shell.clone();
        let mut state = state;
        state.shell.begin_subshell();
        // A subshell is in no loop of its own.
        let loops = std::mem::take(&mut self.loops);
        let inner = self.command(body, state, checked)?;
        let ends = self.ended(inner)?;
        self.loops = loops;
        let back = ends.into_iter().map(|(state, _)| State {
            shell: state.shell.after_subshell(&before),
            ..state
        });
        Ok(merged(back.collect()))
    }

    /// Each command of a pipe gets the output of the one before it. All are shells of their own.
    pub fn pipeline(
        &mut self,
        commands: &[Command],
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let own = self.own_end(checked);
        let (input, pipefail) = (state.shell.input.clone(), state.shell.pipefail);
        let Some((last, stages)) = commands.split_last() else {
            return Ok(Outcome::ok(state));
        };
        // With `pipefail` the status of the last one that has failed.
        let mut states = vec![(state, 0)];
        for stage in stages {
            let mut next = Vec::new();
            for (state, worst) in states {
                // How a stage of one command ends is how its shell ends.
                self.is_quiet = matches!(stage.kind, Kind::Simple { .. } | Kind::Subshell(_));
                for (mut state, text, status) in self.captured(stage, state, checked)? {
                    state.shell.input = Some(text.as_str().into());
                    if !pipefail && status != 0 {
                        self.unnoticed = Some(stage.span.clone());
                    }
                    let failed = pipefail && status != 0;
                    next.push((state, if failed { status } else { worst }));
                }
            }
            states = next;
        }
        let mut outcome = Outcome::default();
        for (state, worst) in states {
            self.is_quiet = matches!(last.kind, Kind::Simple { .. });
            for mut state in self.inside(last, state, checked)? {
                state.shell.input.clone_from(&input);
                if state.shell.status == 0 {
                    state.shell.status = worst;
                }
                let failed = state.shell.status != 0;
                outcome.push(state, if failed { End::Failed } else { End::Ok });
            }
        }
        self.checked_end(outcome.merged(), own)
    }

    /// Runs a command in a subshell and catches what it writes.
    pub fn captured(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Vec<Caught<P>>, Halt> {
        let mut inside = state;
        let before = inside.shell.status;
        inside.shell.output.push(String::new());
        let mut caught = Vec::new();
        for mut state in self.inside(command, inside, checked)? {
            let text = state.shell.output.pop().unwrap_or_default();
            self.made_text(text.len())?;
            let status = std::mem::replace(&mut state.shell.status, before);
            caught.push((state, text, status));
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
        let errexit = state.shell.errexit;
        state.shell.errexit &= state.shell.inherit_errexit;
        let ignores_failure = self.ignores_failure;
        let checked = if ignores_failure {
            Checked::Yes
        } else {
            Checked::No
        };
        let is_quiet = std::mem::take(&mut self.is_quiet);
        self.hidden += 1;
        let mut caught = self.captured(&command, state, checked)?;
        self.hidden -= 1;
        for (state, text, status) in &mut caught {
            state.shell.errexit = errexit;
            state.shell.status = *status;
            text.truncate(text.trim_end_matches('\n').len());
        }
        self.depth -= 1;
        self.ignores_failure = ignores_failure;
        self.is_quiet = is_quiet;
        (self.span, self.own_span) = (outer, own);
        Ok(caught)
    }

    /// Calls a function.
    pub fn call(
        &mut self,
        number: usize,
        arguments: &[String],
        state: State<P>,
        checked: Checked,
        own: Checked,
    ) -> Result<Outcome<P>, Halt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistake(
                "runbook::too-deep",
                format!("the script's functions call each other more than {MAX_DEPTH} deep"),
                "let them call each other less deeply, or write a loop",
            );
            return Err(Halt);
        }
        let mut state = state;
        let outer = state.shell.clone();
        state.shell.arguments = arguments.iter().map(|text| text.as_str().into()).collect();
        let passes = std::mem::take(&mut self.passes_arguments);
        state.shell.arguments_are_open &= passes;
        state.shell.locals.push(BTreeMap::new());
        state.shell.on_error = state.shell.on_error.filter(|_| outer.errtrace);
        let body = Rc::clone(&self.functions[number]);
        let loops = std::mem::take(&mut self.loops);
        self.callers.push(self.span.clone());
        let inner = self.command(&body, state, checked)?;
        self.callers.pop();
        self.loops = loops;
        self.depth -= 1;
        let mut outcome = Outcome {
            ok: inner.ok,
            failed: [inner.failed, inner.exempt].concat(),
            ..Outcome::default()
        };
        for (leave, state) in inner.left {
            match leave {
                Leave::Return if state.shell.status == 0 => outcome.ok.push(state),
                Leave::Return => outcome.failed.push(state),
                other => outcome.left.push((other, state)),
            }
        }
        for state in outcome.ok.iter_mut().chain(&mut outcome.failed) {
            returned(&mut state.shell, &outer);
        }
        for (leave, state) in &mut outcome.left {
            // `exit` runs the handler where it stands, `set -e` behind the call.
            if *leave != Leave::Exit {
                returned(&mut state.shell, &outer);
            }
        }
        self.checked_end(outcome.merged(), own)
    }

    /// The redirections of a group of commands.
    pub fn redirected(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: Checked,
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

/// Whether a command is nothing but a subshell.
fn is_subshell(command: &Command) -> bool {
    match &command.kind {
        Kind::Subshell(_) => true,
        Kind::List(inner) if command.redirects.is_empty() => {
            matches!(&inner[..], [only] if is_subshell(only))
        }
        _ => false,
    }
}

/// Takes a shell from the inside of a function to the call of it in `outer`.
fn returned(shell: &mut Shell, outer: &Shell) {
    shell.arguments.clone_from(&outer.arguments);
    shell.arguments_are_open = outer.arguments_are_open;
    for (name, (value, items)) in shell.locals.pop().unwrap_or_default() {
        match value {
            Some(value) => shell.variables.insert(Rc::clone(&name), value),
            None => shell.variables.remove(&name),
        };
        match items {
            Some(items) => shell.arrays.insert(name, items),
            None => shell.arrays.remove(&name),
        };
    }
    // One that the function has set itself stays.
    if shell.on_error.is_none() {
        shell.on_error.clone_from(&outer.on_error);
    }
}

/// Commands whose own places are not known stand where the command around them stands.
pub fn relocate(command: &mut Command, span: &Range<usize>) {
    command.span = span.clone();
    let inner = match &mut command.kind {
        Kind::List(commands) | Kind::Pipeline(commands) => commands.iter_mut().collect(),
        Kind::Not(inner) | Kind::Subshell(inner) => vec![&mut **inner],
        Kind::And(left, right) | Kind::Or(left, right) => vec![&mut **left, right],
        Kind::If {
            condition,
            then,
            otherwise,
        } => {
            let otherwise = otherwise.as_deref_mut();
            [&mut **condition, then]
                .into_iter()
                .chain(otherwise)
                .collect()
        }
        Kind::Loop {
            condition, body, ..
        } => vec![&mut **condition, body],
        Kind::For { body, .. } | Kind::Counted { body, .. } => vec![&mut **body],
        Kind::Case { arms, .. } => arms
            .iter_mut()
            .filter_map(|(_, body)| body.as_mut())
            .collect(),
        _ => Vec::new(),
    };
    for inner in inner {
        relocate(inner, span);
    }
}
