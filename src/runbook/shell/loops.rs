//! Loops: those over lists are taken apart, those that ask a cluster go back to where they began.

use super::run::{Halt, Runner};
use super::syntax::{Command, Word};
use crate::runbook::code::Goal;
use crate::runbook::hole::Hole;
use crate::runbook::state::{Env, Leave, Outcome, State, joined};
use crate::world::program::Operation;

impl Runner<'_> {
    /// A loop whose condition may depend on the clusters: a round that begins with what an
    /// earlier one began with goes back to it.
    pub fn looped(
        &mut self,
        until: bool,
        condition: &Command,
        body: &Command,
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        let mut begun: Vec<(Env, usize)> = Vec::new();
        let problems = self.findings.problems.len();
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            let signature = self.signature(&state);
            self.spend(begun.len() * (1 + signature.entries()));
            if let Some(&(_, position)) = begun.iter().find(|(env, _)| *env == signature) {
                if position == self.code.made.len() && self.findings.problems.len() > problems {
                    // What it asks is not modelled, as was said.
                    return Err(Halt);
                }
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
                open.extend(end_of_round(round, &mut outcome));
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
                Hole::Status(cluster, field, at, zero) => {
                    (Hole::Status(cluster, field, 0, zero), at)
                }
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

    pub fn for_each(
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
                let ends = end_of_round(round, outcome);
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

    pub fn counted(
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
            for mut next in end_of_round(round, &mut outcome) {
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
}

/// The states in which the next round begins; what leaves the loop goes to `outcome`.
fn end_of_round(round: Outcome, outcome: &mut Outcome) -> Vec<State> {
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

/// Whether an instruction only looks.
const fn is_look(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Test(_) | Operation::Get(_) | Operation::Await(..) | Operation::AwaitGone(..)
    )
}
