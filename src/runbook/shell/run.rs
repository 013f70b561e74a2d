//! Follows a script without the clusters: whatever does not depend on them is worked out, each
//! request becomes an instruction, and where the script's way depends on an answer it is followed
//! both ways. Ways that know the same are one.

use std::rc::Rc;

use super::conditions;
use super::glob;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Checked, Leave, Outcome, State, merged};
use super::syntax::{Command, Kind, Word};
use crate::runbook::symbols::symbol_in;

/// The most states in which one command may be come to.
const MAX_STATES: usize = 100;

impl<P: Programs> Runner<'_, P> {
    /// Follows a command. `checked`: who looks at its status.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn command(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        self.one_more_command(&command.span, &state.shell)?;
        self.nesting += 1;
        let outcome = self.followed(command, state, checked);
        self.nesting -= 1;
        outcome
    }

    fn followed(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        self.ignores_failure = checked != Checked::No;
        self.span = command.span.clone();
        let is_group = !matches!(
            command.kind,
            Kind::Simple { .. } | Kind::Arithmetic(_) | Kind::Test(_)
        );
        if is_group && !command.redirects.is_empty() {
            return self.redirected(command, state, checked);
        }
        match &command.kind {
            Kind::Simple { assignments, words } => {
                self.stand_at(command);
                self.simple(command, assignments, words, state, checked)
            }
            Kind::List(commands) => self.list(commands, state, checked),
            Kind::Pipeline(commands) => self.pipeline(commands, state, checked),
            Kind::Not(inner) => self.negation(inner, state, checked),
            Kind::And(left, right) => self.and_or(left, right, state, checked, true),
            Kind::Or(left, right) => self.and_or(left, right, state, checked, false),
            Kind::If {
                condition,
                then,
                otherwise,
            } => self.branch(condition, then, otherwise.as_deref(), state, checked),
            Kind::Loop {
                until,
                condition,
                body,
            } => self.looped(*until, condition, body, state, checked),
            Kind::For { name, words, body } => {
                self.for_each(name, words.as_deref(), body, state, checked)
            }
            Kind::Counted { parts, body } => self.counted(parts, body, state, checked),
            Kind::Case { word, arms } => self.case(word, arms, state, checked),
            Kind::Function { name, body } => {
                self.functions.push(Rc::clone(body));
                let mut state = state;
                let number = self.functions.len() - 1;
                state.shell.functions.insert(name.as_str().into(), number);
                state.shell.status = 0;
                Ok(Outcome::ok(state))
            }
            Kind::Subshell(body) => self.subshell(body, state, checked),
            Kind::Arithmetic(text) => self.reckoned(text, state, checked),
            Kind::Test(test) => {
                let checked = self.own_end(checked);
                let made = self.graph.emitted.len();
                let outcome = conditions::test(self, test, state)?;
                self.note_known_end(&outcome, made, checked);
                self.checked_end(outcome, checked)
            }
            Kind::Other(what) => {
                let help = if what.starts_with("`&`") {
                    "run the commands one after another: remove `&` and `wait`"
                } else {
                    "rewrite it with supported commands (see docs/runbooks.md)"
                };
                self.not_modelled(format!("{what} is not modelled"), help);
                Ok(Outcome::ok(state))
            }
        }
    }

    /// Sets the place of a command. One that passes on all arguments of its function, as in
    /// `k() { kubectl --context a "$@"; }`, stands for the call of the function.
    pub fn stand_at(&mut self, command: &Command) {
        self.own_span = command.span.clone();
        let caller = self.callers.last().filter(|_| passes_on(command));
        self.span = caller.unwrap_or(&command.span).clone();
    }

    /// Notes that `set -e` ends the script where no cluster was asked since `made` instructions:
    /// nobody means that.
    pub fn note_known_end(&mut self, outcome: &Outcome<P>, made: usize, checked: Checked) {
        let ends = outcome.failed.iter().any(|state| state.shell.errexit);
        if ends && checked == Checked::No && self.graph.emitted.len() == made {
            let what = self.findings.command_at(&self.span);
            let text = "false or 0, which counts as a failure: `set -e` ends the script here";
            self.findings.assume(self.span.clone(), what, text);
        }
    }

    /// Who looks at how the command at hand ends itself, if the command around says so.
    pub const fn own_end(&mut self, checked: Checked) -> Checked {
        if std::mem::replace(&mut self.is_quiet, false) {
            Checked::Yes
        } else {
            checked
        }
    }

    /// The end of a command that `set -e` and the handler of `ERR` look at: a failure that nothing
    /// else looks at (`checked`) runs the handler, and may end the script.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn checked_end(
        &mut self,
        outcome: Outcome<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = outcome;
        outcome.settle_status();
        if checked == Checked::Yes {
            return Ok(outcome);
        }
        for state in std::mem::take(&mut outcome.failed) {
            let errexit = state.shell.errexit;
            for state in self.on_error(state, &mut outcome)? {
                if errexit {
                    outcome.left.push((Leave::Abort, state));
                } else {
                    outcome.failed.push(state);
                }
            }
        }
        Ok(outcome)
    }

    /// Commands one after the other: after each, all ways that know the same are one.
    fn list(
        &mut self,
        commands: &[Command],
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::ok(state);
        for command in commands {
            let (states, left) = outcome.going_on();
            outcome = Outcome {
                left,
                ..Outcome::default()
            };
            let states = states.into_iter().map(|(state, _)| state).collect();
            let states = self.settled(command, states);
            if states.len() > MAX_STATES {
                return Err(self.too_many_ways(command, &states));
            }
            for state in states {
                let is_own = self.callers.is_empty() || !passes_on(command);
                if is_own {
                    self.statements
                        .push((command.span.clone(), self.spent.commands));
                }
                outcome.extend(self.command(command, state, checked)?);
                if is_own {
                    self.statements.pop();
                }
            }
        }
        Ok(outcome)
    }

    /// `!`. With `set -e` nothing behind it is minded. Without, the handler of `ERR` does not mind
    /// how the command ends, but what fails inside of it.
    fn negation(
        &mut self,
        inner: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        self.is_quiet = matches!(
            inner.kind,
            Kind::Simple { .. }
                | Kind::Subshell(_)
                | Kind::Pipeline(_)
                | Kind::Arithmetic(_)
                | Kind::Test(_)
        );
        let checked = if state.shell.errexit {
            Checked::Yes
        } else {
            checked
        };
        Ok(negated(self.command(inner, state, checked)?))
    }

    /// Says what the script knows differently from one way to the next.
    fn too_many_ways(&mut self, command: &Command, states: &[State<P>]) -> Halt {
        self.span = command.span.clone();
        let differs = |name: &&Rc<str>| {
            let value = states[0].shell.get(name);
            states.iter().any(|state| state.shell.get(name) != value)
        };
        let mut names = states[0].shell.variables.keys();
        let what = "the script knows too many different things here";
        let (what, help) = match names.find(differs) {
            Some(name) => (
                format!("{what}: `{name}` has more than {MAX_STATES} values"),
                format!("let it go round less often, or do not read `{name}` any more"),
            ),
            None => (
                what.to_owned(),
                "let a failed command end it: `set -euo pipefail`".to_owned(),
            ),
        };
        self.mistake("runbook::too-many-ways", what, help);
        Halt
    }

    fn and_or(
        &mut self,
        left: &Command,
        right: &Command,
        state: State<P>,
        checked: Checked,
        and: bool,
    ) -> Result<Outcome<P>, Halt> {
        self.ends_alike = !and && is_message(right) && matches!(left.kind, Kind::Simple { .. });
        let first = self.command(left, state, Checked::Yes)?;
        let mut outcome = Outcome {
            left: first.left,
            ..Outcome::default()
        };
        let failed = [first.failed, first.exempt].concat();
        let (go_on, stop) = if and {
            (first.ok, failed)
        } else {
            (failed, first.ok)
        };
        if and {
            outcome.exempt = merged(stop);
        } else {
            outcome.ok = merged(stop);
        }
        for state in self.settled(right, go_on) {
            outcome.extend(self.command(right, state, checked)?);
        }
        Ok(outcome)
    }

    fn branch(
        &mut self,
        condition: &Command,
        then: &Command,
        otherwise: Option<&Command>,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let asked = self.command(condition, state, Checked::Yes)?;
        let mut outcome = Outcome {
            left: asked.left,
            ..Outcome::default()
        };
        for state in self.settled(then, asked.ok) {
            outcome.extend(self.command(then, state, checked)?);
        }
        let failed = [asked.failed, asked.exempt].concat();
        match otherwise {
            Some(otherwise) => {
                for state in self.settled(otherwise, failed) {
                    outcome.extend(self.command(otherwise, state, checked)?);
                }
            }
            None => outcome.ok.extend(with_status(failed, 0)),
        }
        Ok(outcome.merged())
    }

    fn case(
        &mut self,
        word: &Word,
        arms: &[(Vec<Word>, Option<Command>)],
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        for (state, value) in self.expand_whole(word, state)? {
            if symbol_in(&value).is_some() {
                self.not_modelled(
                    format!("a `case` on `{value}`, which is known only to the cluster"),
                    "use `if` and `[ … = … ]`",
                );
            }
            let mut chosen = None;
            let mut state = state;
            'arms: for (patterns, body) in arms {
                for pattern in patterns {
                    let (after, pattern) = self.expand_pattern(pattern, state)?;
                    state = after;
                    self.spend(glob::work(&pattern, &value));
                    if glob::matches(&pattern, &value) {
                        chosen = Some(body);
                        break 'arms;
                    }
                }
            }
            outcome.extend(match chosen {
                Some(Some(body)) => self.command(body, state, checked)?,
                _ => Outcome {
                    ok: with_status(vec![state], 0),
                    ..Outcome::default()
                },
            });
        }
        Ok(outcome)
    }
}

fn negated<P: Programs>(outcome: Outcome<P>) -> Outcome<P> {
    let failed = [outcome.failed, outcome.exempt].concat();
    Outcome {
        ok: merged(with_status(failed, 0)),
        failed: Vec::new(),
        exempt: merged(with_status(outcome.ok, 1)),
        left: outcome.left,
    }
}

/// Whether a command says something at most, and succeeds: behind `||` nothing depends on the
/// failure in front of it.
fn is_message(command: &Command) -> bool {
    let Kind::Simple { words, .. } = &command.kind else {
        return false;
    };
    let name = words.first().map_or("", |word| word.text.as_str());
    matches!(name, "true" | ":" | "echo" | "printf")
}

/// The same states, with another `$?`.
fn with_status<P: Programs>(states: Vec<State<P>>, status: u8) -> Vec<State<P>> {
    let mut states = states;
    for state in &mut states {
        state.shell.status = status;
    }
    states
}

/// Whether a command passes on all arguments of the function around it.
fn passes_on(command: &Command) -> bool {
    let Kind::Simple { words, .. } = &command.kind else {
        return false;
    };
    let is_all = |word: &Word| matches!(word.text.as_str(), "\"$@\"" | "$@" | "\"$*\"" | "$*");
    words.iter().any(is_all)
}
