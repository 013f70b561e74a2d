//! Expansion: what a word stands for when a command is run.

use std::rc::Rc;

use super::arrays;
use super::braces::braced;
use super::fields::Fields;
use super::glob;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{State, Ways};
use super::syntax::Word;
use super::word::{Piece, PieceKind, Within, pieces, runs_beside};
use crate::runbook::clock::Number;
use crate::runbook::symbols::{Symbol, symbol_in};

/// Adds the words that were made in each way to those before them.
fn append<P: Programs>(
    ways: &mut Vec<(State<P>, Vec<String>)>,
    before: Vec<String>,
    made: Vec<(State<P>, Fields)>,
) {
    for ((state, mut fields), mut arguments) in each_with(made, before) {
        fields.end();
        arguments.append(&mut fields.done);
        ways.push((state, arguments));
    }
}

/// How a word is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// As arguments.
    Arguments,
    /// As one text.
    Whole,
    /// As a pattern: quoted characters stand for themselves.
    Pattern,
}

impl<P: Programs> Runner<'_, P> {
    /// The arguments that words stand for.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn expand_all(
        &mut self,
        words: &[Word],
        state: State<P>,
    ) -> Result<Ways<P, Vec<String>>, Halt> {
        let mut ways = vec![(state, Vec::new())];
        for word in words {
            let words = braced(word);
            if words.is_empty() {
                let help = "use a shorter list";
                self.not_modelled(
                    "a brace expansion into this many words is not modelled",
                    help,
                );
            }
            for word in words {
                let parts = self.pieces_of(&word, Within::Word);
                let mut next = Vec::new();
                for (state, arguments) in ways {
                    let filled = self.fill(&parts, state, Use::Arguments)?;
                    append(&mut next, arguments, filled);
                }
                ways = next;
            }
        }
        Ok(ways)
    }

    /// The text that a word stands for where it is not split.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn expand_whole(
        &mut self,
        word: &Word,
        state: State<P>,
    ) -> Result<Vec<(State<P>, String)>, Halt> {
        self.expand_text(&word.text, word.start, Within::Word, state)
    }

    /// The text that a piece of script stands for where it is not split.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn expand_text(
        &mut self,
        text: &str,
        start: Option<usize>,
        within: Within,
        state: State<P>,
    ) -> Result<Vec<(State<P>, String)>, Halt> {
        let word = Word {
            text: text.to_owned(),
            start,
        };
        let parts = self.pieces_of(&word, within);
        let ways = self.fill(&parts, state, Use::Whole)?;
        let text = |fields: Fields| fields.open.unwrap_or_default();
        Ok(ways
            .into_iter()
            .map(|(state, fields)| (state, text(fields)))
            .collect())
    }

    /// The pattern that a word stands for. What only the clusters know is not a pattern.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn expand_pattern(
        &mut self,
        word: &Word,
        state: State<P>,
    ) -> Result<(State<P>, String), Halt> {
        let parts = self.pieces_of(word, Within::Word);
        let mut ways = self.fill(&parts, state, Use::Pattern)?;
        if ways.len() > 1 {
            self.not_modelled(
                "a pattern that depends on a value from a cluster is not modelled",
                "write the pattern out",
            );
        }
        let (state, fields) = ways.remove(0);
        let pattern = fields.open.unwrap_or_default();
        if !glob::is_short(&pattern) {
            self.not_modelled("a pattern this long is not modelled", "shorten it");
            return Ok((state, String::new()));
        }
        Ok((state, pattern))
    }

    fn pieces_of(&mut self, word: &Word, within: Within) -> Vec<Piece> {
        match pieces(&word.text, word.start, within) {
            Ok(pieces) => {
                if within == Within::Word && runs_beside(&pieces) {
                    self.beside();
                }
                pieces
            }
            Err(what) => {
                self.not_modelled(
                    format!("{what} is not modelled"),
                    "write it with `$name`, `$(…)` or `$((…))`",
                );
                Vec::new()
            }
        }
    }

    fn fill(
        &mut self,
        parts: &[Piece],
        state: State<P>,
        how: Use,
    ) -> Result<Vec<(State<P>, Fields)>, Halt> {
        let mut ways = vec![(state, Fields::default())];
        for piece in parts {
            let mut next = Vec::new();
            for (state, fields) in ways {
                self.piece(piece, state, fields, how, &mut next)?;
            }
            ways = next;
        }
        for (_, fields) in &ways {
            self.made_text(fields.length())?;
            self.spend(32 * fields.done.len());
        }
        Ok(ways)
    }

    fn piece(
        &mut self,
        piece: &Piece,
        state: State<P>,
        fields: Fields,
        how: Use,
        next: &mut Vec<(State<P>, Fields)>,
    ) -> Result<(), Halt> {
        let mut fields = fields;
        let separators = state.shell.get("IFS").cloned();
        let separators = separators.as_deref().unwrap_or(" \t\n");
        let add = |mut fields: Fields, text: &str| {
            match how {
                Use::Arguments if !piece.quoted => fields.add_split(text, separators),
                Use::Pattern if piece.quoted => fields.add(&glob::escaped(text)),
                _ => fields.add(text),
            }
            fields
        };
        match &piece.kind {
            PieceKind::Text(text) => {
                match how {
                    Use::Pattern if piece.quoted => fields.add(&glob::escaped(text)),
                    _ => fields.add(text),
                }
                next.push((state, fields));
            }
            PieceKind::Parameter(name, operator, _)
                if operator.is_empty()
                    && arrays::list(name, &state.shell).is_some()
                    && !(state.shell.arguments_are_open && is_argument(name))
                    && self.special(name, &state).is_none() =>
            {
                let items = arrays::list(name, &state.shell).unwrap_or_default();
                if how == Use::Arguments && arrays::is_separate(name) && piece.quoted {
                    fields.add_each(&items);
                    next.push((state, fields));
                } else if how == Use::Arguments && !piece.quoted {
                    // Each is split for itself.
                    for (number, item) in items.iter().enumerate() {
                        if number > 0 {
                            fields.end();
                        }
                        fields = add(fields, item);
                    }
                    next.push((state, fields));
                } else {
                    let first = separators
                        .chars()
                        .next()
                        .map(String::from)
                        .unwrap_or_default();
                    let between = if arrays::is_separate(name) {
                        " "
                    } else {
                        &first
                    };
                    next.push((state, add(fields, &items.join(between))));
                }
            }
            PieceKind::Parameter(name, operator, argument) => {
                let ways = self.parameter(name, operator, argument, state)?;
                for ((state, value), mut fields) in each_with(ways, fields) {
                    match value {
                        // An unquoted name without a value is no word at all.
                        None if !piece.quoted => next.push((state, fields)),
                        None => {
                            fields.add("");
                            next.push((state, fields));
                        }
                        Some(value) => next.push((state, add(fields, &value))),
                    }
                }
            }
            PieceKind::Arithmetic(text) => {
                let ways = self.expand_text(text, None, Within::Quotes, state)?;
                for ((mut state, text), fields) in each_with(ways, fields) {
                    let value = self.arithmetic(&text, &mut state.shell);
                    let value = self.number_text(value.unwrap_or(Number::Known(0)));
                    next.push((state, add(fields, &value)));
                }
            }
            PieceKind::Command(script, start) => {
                let ways = self.substituted(script, *start, state)?;
                for ((mut state, text, status), fields) in each_with(ways, fields) {
                    state.shell.substituted = Some(status);
                    next.push((state, add(fields, &text)));
                }
            }
        }
        Ok(())
    }

    /// The value of `$NAME` or `${NAME…}`; `None` if it has none.
    fn parameter(
        &mut self,
        name: &str,
        operator: &str,
        argument: &str,
        state: State<P>,
    ) -> Result<Ways<P, Option<String>>, Halt> {
        let mut state = state;
        if state.shell.arguments_are_open && is_argument(name) {
            return self.open_argument(name, operator, argument, state);
        }
        let value = match arrays::subscript(name) {
            _ if let Some(value) = self.special(name, &state) => Some(value),
            Some(_) if operator == "#" && arrays::list(name, &state.shell).is_some() => {
                let items = arrays::list(name, &state.shell).unwrap_or_default();
                return Ok(vec![(state, Some(items.len().to_string()))]);
            }
            Some((array, subscript)) => self.element(array, subscript, &mut state)?,
            None => Self::value_of(name, &state),
        };
        let value = value.map(|value| value.to_string());
        if value.is_none() && operator.starts_with([':', '-', '=', '+']) && operator != ":?" {
            self.note_default(name);
        }
        // Nothing is 0 then.
        let value = match value {
            Some(text) if operator == ":-" && argument == "0" => Some(self.or_zero(text)),
            value => value,
        };
        let is_set = value.is_some();
        let has_text = value.as_ref().is_some_and(|value| !value.is_empty());
        match operator {
            "" => {
                self.plain_value(name, is_set, &state);
                Ok(vec![(state, value)])
            }
            ":-" if !has_text => self.instead(name, argument, false, state),
            "-" if !is_set => self.instead(name, argument, false, state),
            ":=" if !has_text => self.instead(name, argument, true, state),
            "=" if !is_set => self.instead(name, argument, true, state),
            ":+" if has_text => self.instead(name, argument, false, state),
            "+" if is_set => self.instead(name, argument, false, state),
            ":+" | "+" => Ok(vec![(state, None)]),
            ":?" if !has_text => Ok(self.ends_without(name, state)),
            "?" if !is_set => Ok(self.ends_without(name, state)),
            ":-" | "-" | ":=" | "=" | ":?" | "?" => Ok(vec![(state, value)]),
            _ => self.transformed(name, operator, argument, value.unwrap_or_default(), state),
        }
    }

    /// An argument of the script itself. Without it, its default counts.
    fn open_argument(
        &mut self,
        name: &str,
        operator: &str,
        argument: &str,
        state: State<P>,
    ) -> Result<Ways<P, Option<String>>, Halt> {
        if matches!(operator, ":-" | "-")
            && !argument.is_empty()
            && !matches!(name, "@" | "*" | "#")
        {
            self.note_default(name);
            return self.instead(name, argument, false, state);
        }
        self.open_arguments(&format!("${name}"));
        let symbol = Symbol::Part(format!("the argument {name}"));
        Ok(vec![(state, Some(self.symbol(symbol)))])
    }

    /// What `${name:-0}` makes of a text.
    fn or_zero(&mut self, text: String) -> String {
        match self.symbols.value(&text).and_then(P::or_zero) {
            Some(value) => self.value(value),
            None => text,
        }
    }

    /// Complains of `$NAME` without a value.
    fn plain_value(&mut self, name: &str, is_set: bool, state: &State<P>) {
        if is_set || matches!(name, "@" | "*") {
            return;
        }
        if state.shell.nounset {
            self.mistake(
                "runbook::unset",
                format!("`{name}` is unset here, which `set -u` does not allow"),
                "give it a value, or write `${NAME:-default}`",
            );
        } else {
            self.unknown_variable(name);
        }
    }

    /// `${NAME:?}` without a value.
    fn ends_without(&mut self, name: &str, state: State<P>) -> Vec<(State<P>, Option<String>)> {
        self.mistake(
            "runbook::unset",
            format!("`{name}` is unset here: the script ends"),
            "set it at the top of the script",
        );
        vec![(state, None)]
    }

    /// The argument in place of the value; if the operator `assigns`, it is the value from now on.
    fn instead(
        &mut self,
        name: &str,
        argument: &str,
        assigns: bool,
        state: State<P>,
    ) -> Result<Ways<P, Option<String>>, Halt> {
        let ways = self.expand_text(argument, None, Within::Word, state)?;
        let with = |(mut state, text): (State<P>, String)| {
            if assigns {
                self.assign(name, &text, &mut state.shell);
            }
            (state, Some(text))
        };
        Ok(ways.into_iter().map(with).collect())
    }

    /// A variable that the script never sets comes from its caller.
    fn unknown_variable(&mut self, name: &str) {
        let help = format!("set it at the top of the script: `{name}=…`");
        self.mistake(
            "runbook::unset",
            format!("`${name}` is unset: nothing in the script sets it"),
            help,
        );
    }

    fn transformed(
        &mut self,
        name: &str,
        operator: &str,
        argument: &str,
        value: String,
        state: State<P>,
    ) -> Result<Ways<P, Option<String>>, Halt> {
        if symbol_in(&value).is_some() {
            self.not_modelled(
                format!(
                    "`${{{name}{operator}…}}` of `{value}`, which is known only to the cluster"
                ),
                "use the value as it is",
            );
            return Ok(vec![(state, Some(value))]);
        }
        let word = Word {
            text: argument.to_owned(),
            start: None,
        };
        let (pattern_text, with) = match operator {
            "/" | "//" => argument.split_once('/').unwrap_or((argument, "")),
            _ => (argument, ""),
        };
        let (state, pattern) = match operator {
            "%" | "%%" | "#" | "##" if !argument.is_empty() => self.expand_pattern(&word, state)?,
            "/" | "//" => {
                let ways = self.expand_text(pattern_text, None, Within::Word, state)?;
                let Some((state, pattern)) = ways.into_iter().next() else {
                    return Err(Halt);
                };
                (state, pattern)
            }
            _ => (state, String::new()),
        };
        self.spend(glob::work(&pattern, &value));
        if matches!(operator, "/" | "//") && !pattern.is_empty() {
            self.made_text(value.matches(pattern.as_str()).count() * with.len())?;
        }
        let changed = match operator {
            "#" if argument.is_empty() => value.chars().count().to_string(),
            "%" | "%%" => glob::trimmed(&value, &pattern, true, operator == "%%").to_owned(),
            "#" | "##" => glob::trimmed(&value, &pattern, false, operator == "##").to_owned(),
            "^^" => value.to_uppercase(),
            ",," => value.to_lowercase(),
            _ if pattern.contains(['*', '?', '[', '\\'])
                || pattern.is_empty()
                || with.contains(['$', '"', '\'', '\\']) =>
            {
                self.not_modelled(
                    format!("`${{{name}{operator}{argument}}}` is not modelled"),
                    "only literal strings are replaced",
                );
                value
            }
            "/" => value.replacen(&pattern, with, 1),
            _ => value.replace(&pattern, with),
        };
        Ok(vec![(state, Some(changed))])
    }

    fn value_of(name: &str, state: &State<P>) -> Option<Rc<str>> {
        let env = &state.shell;
        match name {
            "#" => Some(env.arguments.len().to_string().into()),
            "?" => Some(env.status.to_string().into()),
            "@" | "*" => Some(env.arguments.join(" ").into()),
            _ => match name.parse::<usize>() {
                Ok(number) => env.arguments.get(number.wrapping_sub(1)).cloned(),
                Err(_) => match env.arrays.get(name) {
                    Some(items) => items.first().cloned(),
                    None => env.get(name).cloned(),
                },
            },
        }
    }
}

/// Whether a parameter is an argument, or about all of them.
fn is_argument(name: &str) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && name != "0";
    is_number || matches!(name, "@" | "*" | "#")
}

/// Ways, each with what was there before them, which is copied only where the ways part.
pub fn each_with<T, B: Clone + Default>(ways: Vec<T>, before: B) -> impl Iterator<Item = (T, B)> {
    let last = ways.len().saturating_sub(1);
    let mut before = Some(before);
    let with = move |(number, way)| {
        let copied = match number {
            _ if number == last => before.take(),
            _ => before.clone(),
        };
        (way, copied.unwrap_or_default())
    };
    ways.into_iter().enumerate().map(with)
}
