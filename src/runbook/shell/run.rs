//! Follows a script without the clusters: whatever does not depend on them is worked out, each
//! request becomes an instruction, and where the script's way depends on an answer it is followed
//! both ways. Ways that know the same are one.

use std::rc::Rc;

use super::conditions;
use super::glob;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Leave, Outcome, Shell, State, merged};
use super::syntax::{Command, Kind, Word};
use crate::runbook::graph::{Goal, PatchList};
use crate::runbook::symbols::symbol_in;

/// The most states in which one command may be come to.
const MAX_STATES: usize = 24;

impl<P: Programs> Runner<'_, P> {
    /// Follows a whole script.
    ///
    /// # Errors
    /// It could not be followed to its end.
    pub fn script(&mut self, script: &Command, known: P::Known) -> Result<(), Halt> {
        let state = State {
            exits: PatchList::entry(),
            shell: Shell::default(),
            known,
        };
        let outcome = self.command(script, state, false)?;
        let failed = [outcome.failed, outcome.exempt].concat();
        for state in &failed {
            self.note_failed_end(state);
        }
        for state in [outcome.ok, failed].concat() {
            self.graph.backpatch(&state.exits, Goal::End);
        }
        for (leave, state) in outcome.left {
            let goal = match leave {
                Leave::Exit(false) => Goal::Failed,
                _ => Goal::End,
            };
            self.graph.backpatch(&state.exits, goal);
        }
        Ok(())
    }

    /// A script whose last command fails has done all it does: it counts as finished.
    fn note_failed_end(&mut self, state: &State<P>) {
        let text = "may fail as the script's last command: the script still counts as finished, \
                    but its exit code is not 0, which its caller sees as a failure";
        for failure in state.exits.failures() {
            let span = match failure {
                Some(position) => self.graph.emitted[position].place.span.clone(),
                None => self.span.clone(),
            };
            let what = self.findings.command_at(&span);
            self.findings.assume(span, what, text);
        }
    }

    /// Follows a command. `checked`: its status is tested, so `set -e` does not apply.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn command(
        &mut self,
        command: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        self.one_more_command(&command.span, &state.shell)?;
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
            Kind::Not(inner) => Ok(negated(self.command(inner, state, true)?)),
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
            Kind::Case { word, arms } => {
                self.span = command.span.clone();
                self.case(word, arms, state, checked)
            }
            Kind::Function { name, body } => {
                self.functions.push(Rc::clone(body));
                let mut state = state;
                let number = self.functions.len() - 1;
                state.shell.functions.insert(name.as_str().into(), number);
                Ok(Outcome::ok(state))
            }
            Kind::Subshell(body) => self.subshell(body, state, checked),
            Kind::Arithmetic(text) => {
                self.span = command.span.clone();
                let mut state = state;
                let value = self.arithmetic(text, &mut state.shell).unwrap_or(1);
                let outcome = Outcome::of(state, value != 0);
                self.note_known_end(&outcome, self.graph.emitted.len(), checked);
                Ok(self.checked_end(outcome, checked))
            }
            Kind::Test(test) => {
                self.span = command.span.clone();
                let made = self.graph.emitted.len();
                let outcome = conditions::test(self, test, state)?;
                self.note_known_end(&outcome, made, checked);
                Ok(self.checked_end(outcome, checked))
            }
            Kind::Other(what) => {
                self.span = command.span.clone();
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
    pub fn note_known_end(&mut self, outcome: &Outcome<P>, made: usize, checked: bool) {
        let ends = outcome.failed.iter().any(|state| state.shell.errexit);
        if ends && !checked && self.graph.emitted.len() == made {
            let what = self.findings.command_at(&self.span);
            let text = "false or 0, which counts as a failure: `set -e` ends the script here";
            self.findings.assume(self.span.clone(), what, text);
        }
    }

    /// With `set -e`, a failure that is not tested ends the script.
    pub fn checked_end(&self, outcome: Outcome<P>, checked: bool) -> Outcome<P> {
        let mut outcome = outcome;
        if self.keeps_status {
            for state in &mut outcome.ok {
                state.shell.failed = false;
            }
            let failed = outcome.failed.iter_mut().chain(&mut outcome.exempt);
            failed.for_each(|state| state.shell.failed = true);
        }
        let failed = std::mem::take(&mut outcome.failed);
        for state in failed {
            if checked {
                outcome.failed.push(state);
            } else if state.shell.errexit {
                outcome.left.push((Leave::Exit(false), state));
            } else {
                outcome.failed.push(state);
            }
        }
        outcome
    }

    /// Commands one after the other: after each, all ways that know the same are one.
    fn list(
        &mut self,
        commands: &[Command],
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::ok(state);
        for command in commands {
            let (states, left) = outcome.going_on();
            outcome = Outcome {
                left,
                ..Outcome::default()
            };
            let states = merged(states.into_iter().map(|(state, _)| state).collect());
            if states.len() > MAX_STATES {
                self.span = command.span.clone();
                let what = "the script can be in too many different states here".to_owned();
                self.mistake(
                    "runbook::too-many-ways",
                    what,
                    "let it exit when a command fails: `set -euo pipefail`",
                );
                return Err(Halt);
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

    fn and_or(
        &mut self,
        left: &Command,
        right: &Command,
        state: State<P>,
        checked: bool,
        and: bool,
    ) -> Result<Outcome<P>, Halt> {
        let first = self.command(left, state, true)?;
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
        for state in merged(go_on) {
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
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let asked = self.command(condition, state, true)?;
        let mut outcome = Outcome {
            left: asked.left,
            ..Outcome::default()
        };
        for state in merged(asked.ok) {
            outcome.extend(self.command(then, state, checked)?);
        }
        for state in merged([asked.failed, asked.exempt].concat()) {
            outcome.extend(match otherwise {
                Some(otherwise) => self.command(otherwise, state, checked)?,
                None => Outcome::ok(state),
            });
        }
        Ok(outcome)
    }

    fn case(
        &mut self,
        word: &Word,
        arms: &[(Vec<Word>, Option<Command>)],
        state: State<P>,
        checked: bool,
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
                _ => Outcome::ok(state),
            });
        }
        Ok(outcome)
    }
}

fn negated<P: Programs>(outcome: Outcome<P>) -> Outcome<P> {
    Outcome {
        ok: merged([outcome.failed, outcome.exempt].concat()),
        failed: Vec::new(),
        exempt: merged(outcome.ok),
        left: outcome.left,
    }
}

/// Whether a command passes on all arguments of the function around it.
fn passes_on(command: &Command) -> bool {
    let Kind::Simple { words, .. } = &command.kind else {
        return false;
    };
    let is_all = |word: &Word| matches!(word.text.as_str(), "\"$@\"" | "$@" | "\"$*\"" | "$*");
    words.iter().any(is_all)
}
