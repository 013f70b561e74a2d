//! `declare`, `local`, `export` and `readonly`: names, and values that are not split into words.

use super::expand::each_with;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Outcome, State, Ways};
use super::syntax::Word;
use crate::runbook::clock::CLOCKS;

/// The builtins.
const DECLARATIONS: [&str; 5] = ["declare", "export", "local", "readonly", "typeset"];

/// Whether words are a declaration.
#[must_use]
pub fn declares(words: &[Word]) -> bool {
    let first = words.first();
    first.is_some_and(|word| DECLARATIONS.contains(&word.text.as_str()))
}

/// The name in front of `=`, and whether the value is an array.
fn assigned(word: &Word) -> Option<(&str, &str)> {
    let (name, value) = word.text.split_once('=')?;
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

impl<P: Programs> Runner<'_, P> {
    /// The arguments of a declaration. Arrays are set at once, and leave their names.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn declared(
        &mut self,
        words: &[Word],
        state: State<P>,
    ) -> Result<Ways<P, Vec<String>>, Halt> {
        let is_local = words.first().is_some_and(|word| word.text == "local");
        let mut ways = vec![(state, Vec::new())];
        for word in words {
            let mut next = Vec::new();
            for (mut state, arguments) in ways {
                let made: Vec<(State<P>, Vec<String>)> = match assigned(word) {
                    Some((name, value)) if value.starts_with('(') && value.ends_with(')') => {
                        if is_local {
                            cover(name, &mut state);
                        }
                        let items = &value[1..value.len() - 1];
                        let states = self.array_assigned(name, items, false, state)?;
                        states
                            .into_iter()
                            .map(|state| (state, Vec::new()))
                            .collect()
                    }
                    Some(_) => {
                        let ways = self.expand_whole(word, state)?.into_iter();
                        ways.map(|(state, text)| (state, vec![text])).collect()
                    }
                    None => self.expand_all(std::slice::from_ref(word), state)?,
                };
                for ((state, mut made), mut arguments) in each_with(made, arguments) {
                    arguments.append(&mut made);
                    next.push((state, arguments));
                }
            }
            ways = next;
        }
        Ok(ways)
    }

    /// Gives names their values and what else is declared of them.
    pub fn declare(&mut self, how: &str, words: &[&str], state: State<P>) -> Outcome<P> {
        let mut state = state;
        let mut is_global = matches!(how, "export" | "readonly");
        let (mut is_exported, mut is_fixed) = (how == "export", how == "readonly");
        for word in words {
            if let Some(letters) = word.strip_prefix(['-', '+']) {
                if word.starts_with('+') || !letters.chars().all(|one| "argx".contains(one)) {
                    let help = "use plain variables and arrays";
                    self.not_modelled(format!("`{how} {word}` is not modelled"), help);
                }
                is_global |= letters.contains('g');
                is_exported |= letters.contains('x');
                is_fixed |= letters.contains('r');
                continue;
            }
            let (name, value) = word
                .split_once('=')
                .map_or((*word, None), |(name, value)| (name, Some(value)));
            if CLOCKS.contains(&name) {
                self.may_be_set(name, &state.shell);
            }
            if !is_global && !state.shell.locals.is_empty() {
                cover(name, &mut state);
                // Without a value it has none, which only `set -u` minds.
                if value.is_none() && state.shell.nounset {
                    state.shell.variables.remove(name);
                } else if value.is_none() {
                    state.shell.set(name, "");
                }
            }
            if let Some(value) = value {
                self.may_be_set(name, &state.shell);
                self.assign(name, value, &mut state.shell);
            }
            if is_exported {
                state.shell.exported.insert(name.into());
            }
            if is_fixed {
                state.shell.fixed.insert(name.into());
            }
        }
        Outcome::ok(state)
    }
}

/// Keeps what a name stood for until the function is over.
fn cover<P: Programs>(name: &str, state: &mut State<P>) {
    let before = (
        state.shell.get(name).cloned(),
        state.shell.arrays.get(name).cloned(),
    );
    if let Some(locals) = state.shell.locals.last_mut() {
        locals.entry(name.into()).or_insert(before);
    }
    state.shell.arrays.remove(name);
}
