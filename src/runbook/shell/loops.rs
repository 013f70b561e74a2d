//! Loops: those over lists are unrolled, those that ask a cluster go back to where they began.

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Leave, Outcome, Shell, State, merged};
use super::syntax::{Command, Word};
use crate::runbook::graph::Goal;
use crate::runbook::symbols::Symbol;

impl<P: Programs> Runner<'_, P> {
    /// A loop whose condition may depend on the clusters: a round that begins with what an
    /// earlier one began with goes back to it.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn looped(
        &mut self,
        until: bool,
        condition: &Command,
        body: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let mut begun: Vec<((Shell, P::Known), usize)> = Vec::new();
        let problems = self.findings.problems.len();
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            let signature = self.signature(&state);
            self.spend(begun.len() * (1 + signature.0.entries()));
            if let Some(&(_, position)) = begun.iter().find(|(begun, _)| *begun == signature) {
                if position == self.graph.emitted.len() && self.findings.problems.len() > problems {
                    // What it asks is not modelled, as was said.
                    return Err(Halt);
                }
                if position == self.graph.emitted.len() {
                    self.span = condition.span.clone();
                    self.mistake(
                        "runbook::endless",
                        "this loop never ends and makes no request".to_owned(),
                        "let it read from a cluster",
                    );
                    return Err(Halt);
                }
                self.graph.backpatch(&state.exits, Goal::At(position));
                continue;
            }
            begun.push((signature, self.graph.emitted.len()));
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
            for state in merged(inside) {
                let round = self.command(body, state, checked)?;
                open.extend(end_of_round(round, &mut outcome));
            }
            open = merged(open);
            self.polling -= 1;
        }
        outcome.ok = merged(outcome.ok);
        Ok(outcome)
    }

    /// What a state knows, whatever the place at which it has read a value of a cluster: one that
    /// it has just read is as good as any such value, and one that it has read earlier is old.
    fn signature(&mut self, state: &State<P>) -> (Shell, P::Known) {
        let mut shell = state.shell.clone();
        for value in shell.variables.values_mut() {
            let read = self.symbols.value(value).and_then(P::without_place);
            let Some((same, at)) = read else {
                continue;
            };
            let is_fresh = at == self.graph.emitted.len() || state.exits.is_right_behind(at);
            let symbol = if is_fresh {
                Symbol::Of(same)
            } else {
                Symbol::Other("a value that was read earlier".to_owned())
            };
            *value = self.symbols.text(symbol).as_str().into();
        }
        (shell, state.known.clone())
    }

    /// `for NAME in …`: a round for each word, or for each argument if there are no words.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn for_each(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let Some(words) = words else {
            let values = state
                .shell
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
        state: State<P>,
        checked: bool,
        outcome: &mut Outcome<P>,
    ) -> Result<(), Halt> {
        let mut states = vec![state];
        let is_read = self.findings.reads(name);
        for state in &mut states {
            state.shell.loops.push(name.into());
        }
        for value in values {
            let mut next = Vec::new();
            let mut goes_on = false;
            for mut state in states {
                // Who never reads a variable cannot tell one round from the next.
                if is_read {
                    state.shell.set(name, &value);
                }
                let (before, from) = (self.signature(&state), self.graph.emitted.len());
                let round = self.command(body, state, checked)?;
                let ends = end_of_round(round, outcome);
                let looks = self.graph.emitted[from..]
                    .iter()
                    .all(|emitted| P::only_looks(emitted.request));
                goes_on |= !looks
                    || ends.iter().any(|end| self.signature(end) != before)
                    || from == self.graph.emitted.len();
                next.extend(ends);
            }
            states = merged(next);
            // Rounds that only look, and learn nothing, are one look: there is no clock.
            if states.is_empty() || !goes_on {
                break;
            }
        }
        for state in states.iter_mut().chain(&mut outcome.ok) {
            state.shell.loops.retain(|other| **other != *name);
        }
        outcome.ok.extend(states);
        outcome.ok = merged(std::mem::take(&mut outcome.ok));
        Ok(())
    }

    /// `for ((…; …; …))`.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn counted(
        &mut self,
        parts: &[String; 3],
        body: &Command,
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let mut state = state;
        let name = parts[0].split('=').next().unwrap_or("").trim().to_owned();
        self.span = body.span.clone();
        if self.arithmetic(&parts[0], &mut state.shell).is_none() {
            return Ok(Outcome::ok(state));
        }
        state.shell.loops.push(name.as_str().into());
        let mut states = vec![state];
        while let Some(mut state) = states.pop() {
            let goes_on = if parts[1].trim().is_empty() {
                Some(1)
            } else {
                self.arithmetic(&parts[1], &mut state.shell)
            };
            if goes_on.unwrap_or(0) == 0 {
                outcome.ok.push(state);
                continue;
            }
            let round = self.command(body, state, checked)?;
            for mut next in end_of_round(round, &mut outcome) {
                self.arithmetic(&parts[2], &mut next.shell);
                states.push(next);
            }
            states = merged(states);
        }
        for state in &mut outcome.ok {
            state.shell.loops.retain(|other| **other != *name);
        }
        outcome.ok = merged(outcome.ok);
        Ok(outcome)
    }
}

/// The states in which the next round begins; what leaves the loop goes to `outcome`.
fn end_of_round<P: Programs>(round: Outcome<P>, outcome: &mut Outcome<P>) -> Vec<State<P>> {
    let (states, left) = round.going_on();
    let mut next: Vec<State<P>> = states.into_iter().map(|(state, _)| state).collect();
    for (leave, state) in left {
        match leave {
            Leave::Continue(1) => next.push(state),
            Leave::Break(1) => outcome.ok.push(state),
            Leave::Continue(n) => outcome.left.push((Leave::Continue(n - 1), state)),
            Leave::Break(n) => outcome.left.push((Leave::Break(n - 1), state)),
            other => outcome.left.push((other, state)),
        }
    }
    merged(next)
}
