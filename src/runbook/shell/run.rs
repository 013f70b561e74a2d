//! Follows a script without the clusters: whatever does not depend on them is worked out, each
//! request becomes an instruction, and where the script's way depends on an answer it is followed
//! both ways. Ways that know the same are one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::conditions;
use super::limits::Spent;
use super::syntax::{Command, Kind, Word};
use crate::runbook::code::{Code, Goal, Joint, MOST_INSTRUCTIONS, Place};
use crate::runbook::hole::{Hole, Holes};
use crate::runbook::markers::Markers;
use crate::runbook::programs::filter::Filters;
use crate::runbook::report::Findings;
use crate::runbook::state::{Env, Leave, Outcome, State, joined};
use crate::runbook::surroundings::Surroundings;
use crate::world::id::PerCluster;
use crate::world::program::Operation;
use crate::world::setup::Extra;

/// The most states in which one command may be come to.
const MAX_STATES: usize = 24;

/// The script cannot be followed any further; what is wrong has been noted.
#[derive(Clone, Copy, Debug)]
pub struct Halt;

/// The run of a script.
pub struct Runner<'a> {
    /// What is known of both sides.
    pub surroundings: &'a Surroundings<'a>,
    /// The comments that say which cluster is meant.
    pub markers: Markers,
    /// The program so far.
    pub code: Code,
    /// Values that only the clusters know.
    pub holes: Holes,
    /// The script never deletes a claim or volume of the source, so those of its ordinals exist.
    pub keeps_disks: bool,
    /// The script never changes the reclaim policy of a volume of the source.
    pub keeps_policies: bool,
    /// What is to be said of the script.
    pub findings: Findings,
    /// Secrets and ConfigMaps that the script creates or deletes, by kind and name.
    pub extras: Vec<Extra>,
    /// The place of the command at hand, as people see it.
    pub span: Range<usize>,
    /// Where the command at hand really stands: markers are looked for there.
    pub own_span: Range<usize>,
    /// Where the functions under way were called, innermost last.
    pub callers: Vec<Range<usize>>,
    /// How the script speaks to each side: the words in front of a verb, and a marker behind.
    pub spellings: PerCluster<Option<(String, String)>>,
    /// The statements around the command at hand, outermost first, and how many were come to
    /// before each.
    pub statements: Vec<(Range<usize>, usize)>,
    /// The words of each `kubectl` that the run comes to.
    pub calls: Vec<Vec<String>>,
    /// How many `while` and `until` are around the command at hand.
    pub polling: usize,
    /// The functions that the run has come to.
    pub functions: Vec<Rc<Command>>,
    /// Scripts inside `$(…)` that are parsed already, by place and length.
    pub parsed: BTreeMap<(usize, usize), Rc<Command>>,
    /// The script asks for `$?`.
    keeps_status: bool,
    /// How much of the script has been followed.
    pub spent: Spent,
    /// The filters of `jq` and `yq` that are compiled already.
    pub filters: Filters,
    /// How many calls and substitutions are around the command at hand.
    pub depth: usize,
}

impl<'a> Runner<'a> {
    /// A run of `text` that has not begun.
    pub fn new(surroundings: &'a Surroundings<'a>, text: &str) -> Self {
        Self {
            surroundings,
            markers: Markers::of(text),
            code: Code::default(),
            holes: Holes::default(),
            keeps_disks: true,
            keeps_policies: true,
            findings: Findings::default(),
            extras: Vec::new(),
            span: 0..0,
            own_span: 0..0,
            callers: Vec::new(),
            spellings: PerCluster::default(),
            statements: Vec::new(),
            calls: Vec::new(),
            polling: 0,
            functions: Vec::new(),
            parsed: BTreeMap::new(),
            keeps_status: text.contains("$?") || text.contains("${?"),
            spent: Spent::default(),
            filters: Filters::default(),
            depth: 0,
        }
    }

    /// Follows a whole script.
    ///
    /// # Errors
    /// It could not be followed to its end.
    pub fn script(&mut self, script: &Command) -> Result<(), Halt> {
        let state = State {
            joint: Joint::entry(),
            env: self.surroundings.beginning(),
        };
        let outcome = self.command(script, state, false)?;
        let failed = [outcome.failed, outcome.exempt].concat();
        for state in &failed {
            self.note_failed_end(state);
        }
        for state in [outcome.ok, failed].concat() {
            self.code.tie(&state.joint, Goal::End);
        }
        for (leave, state) in outcome.left {
            let goal = match leave {
                Leave::Exit(false) => Goal::Failed,
                _ => Goal::End,
            };
            self.code.tie(&state.joint, goal);
        }
        Ok(())
    }

    /// A script whose last command fails has done all it does: it counts as finished.
    fn note_failed_end(&mut self, state: &State) {
        let text = "may fail as the script's last command: the script counts as finished all the \
                    same, but its exit code is not 0, and whoever runs it sees a failure";
        for failure in state.joint.failures() {
            let span = match failure {
                Some(position) => self.code.made[position].place.span.clone(),
                None => self.span.clone(),
            };
            let what = self.findings.command_at(&span);
            self.findings.assume(span, what, text);
        }
    }

    /// Notes something that the run does not understand, at the command at hand.
    pub fn not_modelled(&mut self, what: impl Into<String>, help: impl Into<String>) {
        let what = self.holes.readable(&what.into());
        self.findings
            .not_modelled(self.span.clone(), what, help.into());
    }

    /// Notes a mistake at the command at hand.
    pub fn mistake(
        &mut self,
        code: &'static str,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        let what = self.holes.readable(&what.into());
        self.findings
            .mistake(code, self.span.clone(), what, help.into());
    }

    /// Adds an instruction for the command at hand: how it goes on if it is done, and otherwise.
    ///
    /// # Errors
    /// The program is too long.
    pub fn emit(&mut self, state: State, operation: Operation) -> Result<(State, State), Halt> {
        if self.code.made.len() >= MOST_INSTRUCTIONS {
            let what =
                format!("the script comes to more than {MOST_INSTRUCTIONS} requests and waits");
            let help = "loops count as often as they go round; use fewer replicas";
            self.mistake("runbook::too-long", what, help);
            return Err(Halt);
        }
        let place = Place {
            span: self.span.clone(),
            bindings: Arc::from(&*state.env.bindings()),
            statements: Arc::from(&*self.statements),
        };
        let (done, otherwise) = self.code.emit(&state.joint, operation, place);
        let env = state.env.clone();
        Ok((
            State {
                joint: done,
                ..state
            },
            State {
                joint: otherwise,
                env,
            },
        ))
    }

    /// A text for a value that only the clusters know.
    pub fn hole(&mut self, hole: Hole) -> String {
        self.holes.text(hole)
    }

    /// Follows a command. `checked`: somebody looks at its status, so `set -e` does not mind.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn command(
        &mut self,
        command: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        self.one_more_command(&command.span, &state.env)?;
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
                state.env.functions.insert(name.as_str().into(), number);
                Ok(Outcome::ok(state))
            }
            Kind::Subshell(body) => self.subshell(body, state, checked),
            Kind::Arithmetic(text) => {
                self.span = command.span.clone();
                let mut state = state;
                let value = self.arithmetic(text, &mut state.env).unwrap_or(1);
                let outcome = Outcome::of(state, value != 0);
                self.note_known_end(&outcome, self.code.made.len(), checked);
                Ok(self.checked_end(outcome, checked))
            }
            Kind::Test(test) => {
                self.span = command.span.clone();
                let made = self.code.made.len();
                let outcome = conditions::test(self, test, state)?;
                self.note_known_end(&outcome, made, checked);
                Ok(self.checked_end(outcome, checked))
            }
            Kind::Other(what) => {
                self.span = command.span.clone();
                let help = if what.starts_with("`&`") {
                    "let the commands follow each other: leave out `&` and `wait`"
                } else {
                    "write it with the commands that are"
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
    pub fn note_known_end(&mut self, outcome: &Outcome, made: usize, checked: bool) {
        let ends = outcome.failed.iter().any(|state| state.env.errexit);
        if ends && !checked && self.code.made.len() == made {
            let what = self.findings.command_at(&self.span);
            let text = "false, or 0, which counts as a failure: `set -e` ends the script here";
            self.findings.assume(self.span.clone(), what, text);
        }
    }

    /// With `set -e`, a failure that nobody looks at ends the script.
    pub fn checked_end(&self, outcome: Outcome, checked: bool) -> Outcome {
        let mut outcome = outcome;
        if self.keeps_status {
            for state in &mut outcome.ok {
                state.env.failed = false;
            }
            let failed = outcome.failed.iter_mut().chain(&mut outcome.exempt);
            failed.for_each(|state| state.env.failed = true);
        }
        let failed = std::mem::take(&mut outcome.failed);
        for state in failed {
            if checked {
                outcome.failed.push(state);
            } else if state.env.errexit {
                outcome.left.push((Leave::Exit(false), state));
            } else {
                outcome.failed.push(state);
            }
        }
        outcome
    }

    /// Commands one after the other: behind each, all ways that know the same are one.
    fn list(&mut self, commands: &[Command], state: State, checked: bool) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::ok(state);
        for command in commands {
            let (states, left) = outcome.going_on();
            outcome = Outcome {
                left,
                ..Outcome::default()
            };
            let states = joined(states.into_iter().map(|(state, _)| state).collect());
            if states.len() > MAX_STATES {
                self.span = command.span.clone();
                let what = "the script knows too many different things here".to_owned();
                self.mistake(
                    "runbook::too-many-ways",
                    what,
                    "let a failed command end it: `set -euo pipefail`",
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
        state: State,
        checked: bool,
        and: bool,
    ) -> Result<Outcome, Halt> {
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
            outcome.exempt = joined(stop);
        } else {
            outcome.ok = joined(stop);
        }
        for state in joined(go_on) {
            outcome.extend(self.command(right, state, checked)?);
        }
        Ok(outcome)
    }

    fn branch(
        &mut self,
        condition: &Command,
        then: &Command,
        otherwise: Option<&Command>,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let asked = self.command(condition, state, true)?;
        let mut outcome = Outcome {
            left: asked.left,
            ..Outcome::default()
        };
        for state in joined(asked.ok) {
            outcome.extend(self.command(then, state, checked)?);
        }
        for state in joined([asked.failed, asked.exempt].concat()) {
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
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        for (state, value) in self.expand_whole(word, state)? {
            if crate::runbook::state::hole_in(&value).is_some() {
                self.not_modelled(
                    format!("a `case` over `{value}`, which only the cluster knows"),
                    "ask with `if` and `[ … = … ]`",
                );
            }
            let mut chosen = None;
            let mut state = state;
            'arms: for (patterns, body) in arms {
                for pattern in patterns {
                    let (after, pattern) = self.expand_pattern(pattern, state)?;
                    state = after;
                    self.spend(super::glob::work(&pattern, &value));
                    if super::glob::matches(&pattern, &value) {
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

    /// The function of a name.
    #[must_use]
    pub fn function(env: &Env, name: &str) -> Option<usize> {
        env.functions.get(name).copied()
    }
}

fn negated(outcome: Outcome) -> Outcome {
    Outcome {
        ok: joined([outcome.failed, outcome.exempt].concat()),
        failed: Vec::new(),
        exempt: joined(outcome.ok),
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
