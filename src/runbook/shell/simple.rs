//! Simple commands: assignments, builtins of bash, functions, and programs.

use std::rc::Rc;

use super::channels::Channels;
use super::expand::each_with;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Checked, Outcome, State};
use super::syntax::{Command, RedirectTo, Word};
use super::word::Within;
use super::{builtins, declare};
use crate::runbook::clock::{CLOCKS, SECONDS};

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
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        if let ([], [word]) = (assignments, words)
            && word.text == "exec"
            && !command.redirects.is_empty()
        {
            let state = self.redirected_for_good(&command.redirects, state)?;
            return Ok(Outcome::ok(state));
        }
        let mut outcome = Outcome::default();
        let mut state = state;
        state.shell.substituted = None;
        let own = self.own_end(checked);
        let ends_alike = std::mem::take(&mut self.ends_alike);
        let steers = (self.ignores_failure && !ends_alike) || self.asks_status(command);
        let passes = passes_arguments(words, &state);
        let words = if passes { &words[..1] } else { words };
        let ways = if declare::declares(words) {
            self.declared(words, state)?
        } else {
            self.expand_all(words, state)?
        };
        for (state, arguments) in ways {
            for (state, values) in self.assigned(assignments, state)? {
                for (state, channels) in self.channels(&command.redirects, state, Within::Word)? {
                    self.passes_arguments = passes;
                    self.steers = steers;
                    self.is_silenced = is_silenced(command);
                    outcome.extend(self.one(
                        &arguments,
                        &values,
                        state,
                        &channels,
                        (checked, own),
                    )?);
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
        (checked, own): (Checked, Checked),
    ) -> Result<Outcome<P>, Halt> {
        self.few_words(arguments)?;
        let mut state = channels.open(state);
        let Some((name, rest)) = arguments.split_first() else {
            for (name, value) in values {
                if name != SECONDS {
                    self.may_be_set(name, &state.shell);
                }
                self.assign(name, value, &mut state.shell);
            }
            let status = state.shell.substituted.take().unwrap_or(0);
            state.shell.status = status;
            let outcome = channels.close(self, Outcome::of(state, status == 0))?;
            return self.checked_end(outcome, own);
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
            if CLOCKS.contains(&name.as_str()) {
                self.may_be_set(name, &state.shell);
            }
            self.assign(name, value, &mut state.shell);
            state.shell.exported.insert(name.as_str().into());
        }
        state.shell.substituted = None;
        let is_function = state.shell.function(name);
        let made = self.graph.emitted.len();
        let outcome = match is_function {
            Some(number) => self.call(number, rest, state, checked, own)?,
            None => builtins::run(self, name, rest, state)?,
        };
        if matches!(name.as_str(), "[" | "test") {
            self.note_known_end(&outcome, made, own);
        }
        let restored = restore(outcome, &covered);
        let outcome = channels.close(self, restored)?;
        if is_function.is_some() {
            return Ok(outcome);
        }
        self.checked_end(outcome, own)
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
                    self.assign(name, value, &mut state.shell);
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

/// Whether what a command says goes nowhere.
fn is_silenced(command: &Command) -> bool {
    command.redirects.iter().any(|redirect| match &redirect.to {
        RedirectTo::File(operator, to) => {
            redirect.fd != Some(2) && operator.contains('>') && to.text == "/dev/null"
        }
        RedirectTo::Heredoc(..) => false,
    })
}

/// Whether a function is called with the arguments of the script, which nobody knows: `main "$@"`.
fn passes_arguments<P: Programs>(words: &[Word], state: &State<P>) -> bool {
    match words {
        [name, all] => {
            state.shell.arguments_are_open
                && matches!(all.text.as_str(), "\"$@\"" | "$@")
                && state.shell.function(&name.text).is_some()
        }
        _ => false,
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
