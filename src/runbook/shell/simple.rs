//! Simple commands: assignments, builtins of bash, functions, and programs.

use std::rc::Rc;

use super::channels::Channels;
use super::expand::each_with;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Outcome, State};
use super::syntax::{Command, Word};
use super::word::Within;
use super::{builtins, declare};

/// Names and values of assignments.
type Values = Vec<(String, String)>;

impl<P: Programs> Runner<'_, P> {
    /// A simple command in one state.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn simple(
        &mut self,
        command: &Command,
        assignments: &[Word],
        words: &[Word],
        state: State<P>,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let mut state = state;
        state.shell.substitution_failed = false;
        let ways = if declare::declares(words) {
            self.declared(words, state)?
        } else {
            self.expand_all(words, state)?
        };
        for (state, arguments) in ways {
            for (state, values) in self.assigned(assignments, state)? {
                for (state, channels) in self.channels(&command.redirects, state, Within::Word)? {
                    outcome.extend(self.one(&arguments, &values, state, &channels, checked)?);
                    self.stand_at(command);
                }
            }
        }
        Ok(outcome)
    }

    fn one(
        &mut self,
        arguments: &[String],
        values: &[(String, String)],
        state: State<P>,
        channels: &Channels,
        checked: bool,
    ) -> Result<Outcome<P>, Halt> {
        self.few_words(arguments)?;
        let mut state = channels.open(state);
        let Some((name, rest)) = arguments.split_first() else {
            for (name, value) in values {
                state.shell.set(name, value);
            }
            let succeeds = !state.shell.substitution_failed;
            let outcome = channels.close(self, Outcome::of(state, succeeds))?;
            return Ok(self.checked_end(outcome, checked));
        };
        let covered: Vec<(String, Option<Rc<str>>, bool)> = values
            .iter()
            .map(|(name, _)| {
                (
                    name.clone(),
                    state.shell.get(name).cloned(),
                    state.shell.exported.contains(name.as_str()),
                )
            })
            .collect();
        for (name, value) in values {
            state.shell.set(name, value);
            state.shell.exported.insert(name.as_str().into());
        }
        let is_function = state.shell.function(name);
        let made = self.graph.emitted.len();
        let outcome = match is_function {
            Some(number) => self.call(number, rest, state, checked)?,
            None => builtins::run(self, name, rest, state)?,
        };
        if matches!(name.as_str(), "[" | "test") {
            self.note_known_end(&outcome, made, checked);
        }
        let restored = restore(outcome, &covered);
        let outcome = channels.close(self, restored)?;
        Ok(if is_function.is_some() {
            outcome
        } else {
            self.checked_end(outcome, checked)
        })
    }

    /// The names and values of assignments in front of a command.
    fn assigned(
        &mut self,
        assignments: &[Word],
        state: State<P>,
    ) -> Result<Vec<(State<P>, Values)>, Halt> {
        let mut ways = vec![(state, Vec::new())];
        for word in assignments {
            let Some((name, text)) = word.text.split_once('=') else {
                continue;
            };
            let appends = name.ends_with('+');
            let name = name.trim_end_matches('+');
            if let Some(items) = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'))
            {
                let mut next = Vec::new();
                for (state, values) in ways {
                    let states = self.array_assigned(name, items, appends, state)?;
                    next.extend(states.into_iter().map(|state| (state, values.clone())));
                }
                ways = next;
                continue;
            }
            let is_array = |(state, _): &(State<P>, Values)| state.shell.arrays.contains_key(name);
            if name.contains('[') || ways.iter().any(is_array) {
                self.not_modelled(
                    "assigning one element of an array is not modelled",
                    "write the array as a whole: `names=(a b c)`, or append to it: `names+=(d)`",
                );
                continue;
            }
            let start = word.start.map(|start| start + word.text.len() - text.len());
            let mut next = Vec::new();
            for (mut state, values) in ways {
                // Assignments come one after the other, and see those before them.
                if let Some((name, value)) = values.last() {
                    state.shell.set(name, value);
                }
                let old = if appends { state.shell.get(name) } else { None };
                let old = old.map_or(String::new(), ToString::to_string);
                let ways = self.expand_text(text, start, Within::Word, state)?;
                for ((state, value), mut values) in each_with(ways, values) {
                    self.spend(32 * values.len());
                    values.push((name.to_owned(), old.clone() + &value));
                    next.push((state, values));
                }
            }
            ways = next;
        }
        Ok(ways)
    }
}

/// Gives variables back what assignments in front of a command have covered.
fn restore<P: Programs>(
    outcome: Outcome<P>,
    covered: &[(String, Option<Rc<str>>, bool)],
) -> Outcome<P> {
    let back = |mut state: State<P>| {
        for (name, value, exported) in covered {
            match value {
                Some(value) => state
                    .shell
                    .variables
                    .insert(name.as_str().into(), Rc::clone(value)),
                None => state.shell.variables.remove(name.as_str()),
            };
            if !exported {
                state.shell.exported.remove(name.as_str());
            }
        }
        state
    };
    let all = |states: Vec<State<P>>| states.into_iter().map(back).collect();
    Outcome {
        ok: all(outcome.ok),
        failed: all(outcome.failed),
        exempt: all(outcome.exempt),
        left: outcome
            .left
            .into_iter()
            .map(|(leave, state)| (leave, back(state)))
            .collect(),
    }
}
