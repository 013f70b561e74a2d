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
use super::syntax::{self, Command, Kind, Word};
use super::word::Within;
use super::{arithmetic, conditions};
use crate::world::id::PerCluster;
use crate::world::program::Operation;
use crate::world::setup::Extra;

/// The most commands that one script may come to, loops taken apart.
const MAX_COMMANDS: usize = 20_000;

/// The most states in which one command may be come to.
const MAX_STATES: usize = 24;

/// The deepest calls of functions and substitutions.
const MAX_DEPTH: usize = 24;

/// The longest text that a script may make.
pub const MAX_TEXT: usize = 256 << 10;

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
    functions: Vec<Rc<Command>>,
    parsed: BTreeMap<(usize, usize), Rc<Command>>,
    /// The script asks for `$?`.
    keeps_status: bool,
    commands: usize,
    depth: usize,
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
        let ends = [outcome.ok, outcome.failed, outcome.exempt].concat();
        for state in ends {
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

    /// Notes something that the run does not understand, at the command at hand.
    pub fn not_modelled(&mut self, what: impl Into<String>, help: impl Into<String>) {
        let what = self.holes.readable(&what.into());
        self.findings
            .not_modelled(self.span.clone(), what, help.into());
    }

    /// Notes a mistake at the command at hand.
    pub fn mistake(&mut self, code: &'static str, what: String, help: impl Into<String>) {
        let what = self.holes.readable(&what);
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
            outcome
                .ok
                .iter_mut()
                .for_each(|state| state.env.failed = false);
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

    /// A loop whose condition may depend on the clusters: a round that begins with what an
    /// earlier one began with goes back to it.
    fn looped(
        &mut self,
        until: bool,
        condition: &Command,
        body: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        let mut begun: Vec<(Env, usize)> = Vec::new();
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            let signature = self.signature(&state);
            if let Some(&(_, position)) = begun.iter().find(|(env, _)| *env == signature) {
                if position == self.code.made.len() {
                    self.span = condition.span.clone();
                    self.mistake(
                        "runbook::endless",
                        "this loop never ends, and asks nothing".to_owned(),
                        "let it ask a cluster",
                    );
                    return Err(Halt);
                }
                self.code.tie(&state.joint, Goal::At(position));
                continue;
            }
            begun.push((signature, self.code.made.len()));
            self.polling += 1;
            let asked = self.command(condition, state, true)?;
            outcome.left.extend(asked.left);
            let failed = [asked.failed, asked.exempt].concat();
            let (inside, over) = if until {
                (failed, asked.ok)
            } else {
                (asked.ok, failed)
            };
            outcome.ok.extend(over);
            for state in joined(inside) {
                let round = self.command(body, state, checked)?;
                open.extend(self.end_of_round(round, &mut outcome));
            }
            open = joined(open);
            self.polling -= 1;
        }
        outcome.ok = joined(outcome.ok);
        Ok(outcome)
    }

    /// What a state knows, whatever the place at which it has read a value of a cluster: one that
    /// it has just read is as good as any such value, and one that it has read earlier is old.
    fn signature(&mut self, state: &State) -> Env {
        let mut env = state.env.clone();
        for value in env.variables.values_mut() {
            let Some(hole) = self.holes.whole(value).cloned() else {
                continue;
            };
            let (same, at) = match hole {
                Hole::Status(cluster, field, at) => (Hole::Status(cluster, field, 0), at),
                Hole::If(condition, text, at) => (Hole::If(condition, text, 0), at),
                _ => continue,
            };
            let is_fresh = at == self.code.made.len() || state.joint.is_right_behind(at);
            let hole = if is_fresh {
                same
            } else {
                Hole::Other("a value that was read earlier".to_owned())
            };
            *value = self.holes.text(hole).as_str().into();
        }
        env
    }

    /// The states in which the next round begins; what leaves the loop goes to `outcome`.
    fn end_of_round(&self, round: Outcome, outcome: &mut Outcome) -> Vec<State> {
        let (states, left) = round.going_on();
        let mut next: Vec<State> = states.into_iter().map(|(state, _)| state).collect();
        for (leave, state) in left {
            match leave {
                Leave::Continue(1) => next.push(state),
                Leave::Break(1) => outcome.ok.push(state),
                Leave::Continue(n) => outcome.left.push((Leave::Continue(n - 1), state)),
                Leave::Break(n) => outcome.left.push((Leave::Break(n - 1), state)),
                other => outcome.left.push((other, state)),
            }
        }
        joined(next)
    }

    fn for_each(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        let Some(words) = words else {
            let values = state
                .env
                .arguments
                .iter()
                .map(ToString::to_string)
                .collect();
            self.rounds(name, values, body, state, checked, &mut outcome)?;
            return Ok(outcome);
        };
        for (state, values) in self.expand_all(words, state)? {
            self.rounds(name, values, body, state, checked, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn rounds(
        &mut self,
        name: &str,
        values: Vec<String>,
        body: &Command,
        state: State,
        checked: bool,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        let mut states = vec![state];
        let is_read = self.findings.reads(name);
        for state in &mut states {
            state.env.loops.push(name.into());
        }
        for value in values {
            let mut next = Vec::new();
            let mut goes_on = false;
            for mut state in states {
                // Who never reads a variable cannot tell one round from the next.
                if is_read {
                    state.env.set(name, &value);
                }
                let (before, from) = (self.signature(&state), self.code.made.len());
                let round = self.command(body, state, checked)?;
                let ends = self.end_of_round(round, outcome);
                let looks = self.code.made[from..]
                    .iter()
                    .all(|made| is_look(made.operation));
                goes_on |= !looks
                    || ends.iter().any(|end| self.signature(end) != before)
                    || from == self.code.made.len();
                next.extend(ends);
            }
            states = joined(next);
            // Rounds that only look, and learn nothing, are one look: there is no clock.
            if states.is_empty() || !goes_on {
                break;
            }
        }
        for state in states.iter_mut().chain(&mut outcome.ok) {
            state.env.loops.retain(|other| **other != *name);
        }
        outcome.ok.extend(states);
        outcome.ok = joined(std::mem::take(&mut outcome.ok));
        Ok(())
    }

    fn counted(
        &mut self,
        parts: &[String; 3],
        body: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        let mut state = state;
        let name = parts[0].split('=').next().unwrap_or("").trim().to_owned();
        self.span = body.span.clone();
        if self.arithmetic(&parts[0], &mut state.env).is_none() {
            return Ok(Outcome::ok(state));
        }
        state.env.loops.push(name.as_str().into());
        let mut states = vec![state];
        while let Some(mut state) = states.pop() {
            let goes_on = if parts[1].trim().is_empty() {
                Some(1)
            } else {
                self.arithmetic(&parts[1], &mut state.env)
            };
            if goes_on.unwrap_or(0) == 0 {
                outcome.ok.push(state);
                continue;
            }
            let round = self.command(body, state, checked)?;
            for mut next in self.end_of_round(round, &mut outcome) {
                self.arithmetic(&parts[2], &mut next.env);
                states.push(next);
            }
            states = joined(states);
        }
        for state in &mut outcome.ok {
            state.env.loops.retain(|other| **other != *name);
        }
        outcome.ok = joined(outcome.ok);
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

    /// What is done in a subshell stays there, but for files.
    fn subshell(&mut self, body: &Command, state: State, checked: bool) -> Result<Outcome, Halt> {
        let before = state.env.clone();
        let inner = self.command(body, state, checked)?;
        let mut outcome = Outcome {
            ok: inner.ok,
            failed: inner.failed,
            exempt: inner.exempt,
            left: Vec::new(),
        };
        for (leave, state) in inner.left {
            match leave {
                Leave::Exit(true) | Leave::Return(true) => outcome.ok.push(state),
                Leave::Exit(false) | Leave::Return(false) => outcome.failed.push(state),
                _ => outcome.ok.push(state),
            }
        }
        let outside = |states: Vec<State>| {
            let states = states.into_iter().map(|state| State {
                env: state.env.after_subshell(&before),
                ..state
            });
            joined(states.collect())
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
    fn pipeline(
        &mut self,
        commands: &[Command],
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let before = state.env.clone();
        let Some((last, stages)) = commands.split_last() else {
            return Ok(Outcome::ok(state));
        };
        let mut states = vec![(state, true)];
        for stage in stages {
            let mut next = Vec::new();
            for (state, sound) in states {
                for (mut state, text, ok) in self.captured(stage, state)? {
                    state.env.input = Some(text.as_str().into());
                    next.push((state, sound && (ok || !before.pipefail)));
                }
            }
            states = next;
        }
        let mut outcome = Outcome::default();
        for (state, sound) in states {
            let inner = self.subshell(last, state, true)?;
            let back = |states: Vec<State>| -> Vec<State> {
                let back = |state: State| State {
                    env: Env {
                        input: before.input.clone(),
                        ..state.env.after_subshell(&before)
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
        outcome.ok = joined(outcome.ok);
        outcome.failed = joined(outcome.failed);
        Ok(self.checked_end(outcome, checked))
    }

    /// Runs a command in a subshell and catches what it writes; whether it has succeeded.
    pub fn captured(
        &mut self,
        command: &Command,
        state: State,
    ) -> Result<Vec<(State, String, bool)>, Halt> {
        let before = state.env.clone();
        let mut inside = state;
        inside.env.output.push(String::new());
        let outcome = self.subshell(command, inside, true)?;
        let mut caught = Vec::new();
        let ok = outcome.ok.into_iter().map(|state| (state, true));
        let failed = outcome.failed.into_iter().chain(outcome.exempt);
        for (mut state, ok) in ok.chain(failed.map(|state| (state, false))) {
            let text = state.env.output.pop().unwrap_or_default();
            if text.len() > MAX_TEXT {
                self.mistake(
                    "runbook::too-long",
                    "the script makes a text that is too long".to_owned(),
                    "shorten it",
                );
                return Err(Halt);
            }
            state.env = state.env.after_subshell(&before);
            caught.push((state, text, ok));
        }
        Ok(caught)
    }

    /// Runs the script inside `$(…)`.
    pub fn substituted(
        &mut self,
        script: &str,
        start: Option<usize>,
        state: State,
    ) -> Result<Vec<(State, String, bool)>, Halt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistake(
                "runbook::too-deep",
                "the script is nested too deeply".to_owned(),
                "take it apart",
            );
            return Err(Halt);
        }
        let outer = self.span.clone();
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
        let errexit = std::mem::take(&mut state.env.errexit);
        let mut caught = self.captured(&command, state)?;
        for (state, text, _) in &mut caught {
            state.env.errexit = errexit;
            while text.ends_with('\n') {
                text.pop();
            }
        }
        self.depth -= 1;
        self.span = outer;
        Ok(caught)
    }

    /// Calls a function.
    pub fn call(
        &mut self,
        number: usize,
        arguments: Vec<String>,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistake(
                "runbook::too-deep",
                "the script's functions call each other without an end".to_owned(),
                "functions may not call themselves",
            );
            return Err(Halt);
        }
        let mut state = state;
        let outer = state.env.arguments.clone();
        state.env.arguments = arguments.iter().map(|text| text.as_str().into()).collect();
        state.env.locals.push(BTreeMap::new());
        let body = Rc::clone(&self.functions[number]);
        let inner = self.command(&body, state, checked)?;
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
            state.env.arguments.clone_from(&outer);
            for (name, value) in state.env.locals.pop().unwrap_or_default() {
                match value {
                    Some(value) => state.env.variables.insert(name, value),
                    None => state.env.variables.remove(&name),
                };
            }
        }
        outcome.ok = joined(outcome.ok);
        outcome.failed = joined(outcome.failed);
        Ok(self.checked_end(outcome, checked))
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

    /// The redirections of a group of commands.
    fn redirected(
        &mut self,
        command: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        self.span = command.span.clone();
        let plain = Command {
            redirects: Vec::new(),
            ..command.clone()
        };
        let mut outcome = Outcome::default();
        for (state, channels) in self.channels(&command.redirects, state, Within::Word)? {
            let opened = channels.open(state);
            let inner = self.command(&plain, opened, checked)?;
            outcome.extend(channels.close(inner));
        }
        Ok(outcome)
    }

    /// The function of a name.
    #[must_use]
    pub fn function(env: &Env, name: &str) -> Option<usize> {
        env.functions.get(name).copied()
    }
}

/// Whether an instruction only looks.
const fn is_look(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Test(_) | Operation::Get(_) | Operation::Await(..) | Operation::AwaitGone(..)
    )
}

fn negated(outcome: Outcome) -> Outcome {
    Outcome {
        ok: joined([outcome.failed, outcome.exempt].concat()),
        failed: Vec::new(),
        exempt: joined(outcome.ok),
        left: outcome.left,
    }
}

/// Commands whose own places are not known stand where the command around them stands.
fn relocate(command: &mut Command, span: &Range<usize>) {
    command.span = span.clone();
    match &mut command.kind {
        Kind::List(commands) | Kind::Pipeline(commands) => {
            commands.iter_mut().for_each(|inner| relocate(inner, span));
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
