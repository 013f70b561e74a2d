//! Follows a script without the clusters: whatever does not depend on them is worked out, each
//! request becomes an instruction, and where the script's way depends on an answer it is followed
//! both ways. Ways that know the same are one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::code::{Code, Goal, Joint, MOST_INSTRUCTIONS, Place};
use super::hole::{Hole, Holes};
use super::markers::Markers;
use super::report::Findings;
use super::state::{Env, Leave, Outcome, State, joined};
use super::surroundings::Surroundings;
use super::syntax::{Command, Kind, Word};
use super::{arithmetic, conditions};
use crate::world::id::PerCluster;
use crate::world::program::Operation;
use crate::world::setup::Extra;

/// The most commands that one script may come to, loops taken apart.
const MAX_COMMANDS: usize = 20_000;

/// The most states in which one command may be come to.
const MAX_STATES: usize = 24;

/// The deepest calls of functions and substitutions.
pub const MAX_DEPTH: usize = 24;

/// The longest text that a script may make, in bytes.
const MAX_TEXT: usize = 256 << 10;

/// The most text that one script may make altogether, in bytes.
const MAX_TEXTS: usize = 32 << 20;

/// The most words that one command may have.
const MAX_ARGUMENTS: usize = 500;

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
    /// The place of the command at hand.
    pub span: Range<usize>,
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
    commands: usize,
    /// How much text the script has made so far, in bytes.
    texts: usize,
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
            spellings: PerCluster::default(),
            statements: Vec::new(),
            calls: Vec::new(),
            polling: 0,
            functions: Vec::new(),
            parsed: BTreeMap::new(),
            keeps_status: text.contains("$?") || text.contains("${?"),
            commands: 0,
            texts: 0,
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

    /// Counts a text that the script makes.
    ///
    /// # Errors
    /// It is too long, or all texts together are.
    pub fn made_text(&mut self, length: usize) -> Result<(), Halt> {
        self.texts += length;
        if length <= MAX_TEXT && self.texts <= MAX_TEXTS {
            return Ok(());
        }
        let what = "the script makes a text that is too long";
        self.mistake("runbook::too-long", what, "shorten it");
        Err(Halt)
    }

    /// Looks whether a command has few enough words to be followed.
    ///
    /// # Errors
    /// It has too many.
    pub fn few_words(&mut self, arguments: &[String]) -> Result<(), Halt> {
        if arguments.len() <= MAX_ARGUMENTS {
            return Ok(());
        }
        let what = format!("this command has more than {MAX_ARGUMENTS} words");
        let help = "go through them in a loop, one command each";
        self.mistake("runbook::too-long", what, help);
        Err(Halt)
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
        self.commands += 1;
        if self.commands > MAX_COMMANDS {
            self.span = command.span.clone();
            let what = format!("the script runs more than {MAX_COMMANDS} commands");
            self.mistake("runbook::too-long", what, "a loop here may have no end");
            return Err(Halt);
        }
        let is_group = !matches!(
            command.kind,
            Kind::Simple { .. } | Kind::Arithmetic(_) | Kind::Test(_)
        );
        if is_group && !command.redirects.is_empty() {
            return self.redirected(command, state, checked);
        }
        match &command.kind {
            Kind::Simple { assignments, words } => {
                self.span = command.span.clone();
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
                Ok(self.checked_end(Outcome::of(state, value != 0), checked))
            }
            Kind::Test(test) => {
                self.span = command.span.clone();
                let outcome = conditions::test(self, test, state)?;
                Ok(self.checked_end(outcome, checked))
            }
            Kind::Other(what) => {
                self.span = command.span.clone();
                self.not_modelled(
                    format!("{what} is not modelled"),
                    "write it with the commands that are",
                );
                Ok(Outcome::ok(state))
            }
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
                self.statements.push((command.span.clone(), self.commands));
                outcome.extend(self.command(command, state, checked)?);
                self.statements.pop();
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
            if super::state::hole_in(&value).is_some() {
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

    /// The value of an arithmetic expression; a mistake in it is noted.
    pub fn arithmetic(&mut self, text: &str, env: &mut Env) -> Option<i64> {
        struct Variables<'e>(&'e mut Env);
        impl arithmetic::Names for Variables<'_> {
            fn get(&mut self, name: &str) -> Result<i64, String> {
                let number = name.parse::<usize>().ok().filter(|&number| number > 0);
                let value = match number {
                    Some(number) => self.0.arguments.get(number - 1),
                    None => self.0.get(name),
                };
                let value = value.map_or("", |value| value.trim());
                if value.is_empty() {
                    return Ok(0);
                }
                let (digits, sign) = value
                    .strip_prefix('-')
                    .map_or((value, 1), |digits| (digits, -1));
                let number = arithmetic::number(digits).map(|number| sign * number);
                number.ok_or_else(|| format!("`{name}` is `{value}`, which is no number"))
            }
            fn set(&mut self, name: &str, value: i64) {
                self.0.set(name, &value.to_string());
            }
        }
        match arithmetic::evaluate(text, &mut Variables(env)) {
            Ok(value) => Some(value),
            Err(what) => {
                self.not_modelled(
                    format!("`{}`: {what}", text.trim()),
                    "only whole numbers that do not depend on a cluster can be worked out",
                );
                None
            }
        }
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
