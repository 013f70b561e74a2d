//! Arrays: lists of words that have a name.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Shell, State};
use super::syntax::{self, Kind, Word};
use super::word::Within;

/// The name and the subscript of `name[…]`.
#[must_use]
pub fn subscript(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(']')?.split_once('[')
}

/// The words of `@`, `*`, `name[@]` and `name[*]`. An array that was never set has none.
#[must_use]
pub fn list(name: &str, env: &Shell) -> Option<Vec<Rc<str>>> {
    match (name, subscript(name)) {
        ("@" | "*", _) => Some(env.arguments.clone()),
        (_, Some((array, "@" | "*"))) => match (env.arrays.get(array), env.get(array)) {
            (Some(items), _) => Some(items.to_vec()),
            // A plain variable is an array of one.
            (None, Some(value)) => Some(vec![Rc::clone(value)]),
            (None, None) => Some(Vec::new()),
        },
        _ => None,
    }
}

/// Whether the words of a list stay words between double quotes.
#[must_use]
pub fn is_separate(name: &str) -> bool {
    name == "@" || name.ends_with("[@]")
}

impl<P: Programs> Runner<'_, P> {
    /// `name=(…)` and `name+=(…)`.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn array_assigned(
        &mut self,
        name: &str,
        items: &str,
        appends: bool,
        state: State<P>,
    ) -> Result<Vec<State<P>>, Halt> {
        let Some(words) = words(items) else {
            let what = format!("the array `{name}=({items})` is not modelled");
            self.not_modelled(what, "list its words: `names=(a b c)`");
            return Ok(vec![state]);
        };
        self.may_be_set(name, &state.shell);
        let mut states = Vec::new();
        for (mut state, values) in self.expand_all(&words, state)? {
            let old = list(&format!("{name}[@]"), &state.shell).filter(|_| appends);
            let values = values.into_iter().map(|value| self.kept_text(value).into());
            let all: Vec<Rc<str>> = old.into_iter().flatten().chain(values).collect();
            state.shell.variables.remove(name);
            state.shell.arrays.insert(name.into(), all.into());
            states.push(state);
        }
        Ok(states)
    }

    /// The value of `name[i]`; an index below 0 counts from the end.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn element(
        &mut self,
        array: &str,
        subscript: &str,
        state: &mut State<P>,
    ) -> Result<Option<Rc<str>>, Halt> {
        let list = list(&format!("{array}[@]"), &state.shell).unwrap_or_default();
        self.spend(8 * list.len());
        if matches!(subscript, "@" | "*") {
            return Ok((!list.is_empty()).then(|| list.join(" ").into()));
        }
        let mut ways = self.expand_text(subscript, None, Within::Quotes, state.clone())?;
        let text = ways.pop().map(|(_, text)| text).unwrap_or_default();
        let Some(index) = self.known_number(&text, &mut state.shell) else {
            return Ok(None);
        };
        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
        let index = if index < 0 { index + length } else { index };
        let index = usize::try_from(index).ok();
        Ok(index.and_then(|index| list.get(index).cloned()))
    }
}

/// The words between the brackets, which may stand on several lines. `None` if that is no list of
/// words.
fn words(items: &str) -> Option<Vec<Word>> {
    let script = syntax::parse(&format!(": {}", on_one_line(items)), 0).ok()?;
    let Kind::List(commands) = script.kind else {
        return None;
    };
    let [command] = &commands[..] else {
        return None;
    };
    let command = match &command.kind {
        Kind::List(inner) => inner.first().filter(|_| inner.len() == 1)?,
        _ => command,
    };
    let Kind::Simple { assignments, words } = &command.kind else {
        return None;
    };
    let has_index = |word: &Word| word.text.starts_with('[') && word.text.contains("]=");
    let is_plain = assignments.is_empty() && command.redirects.is_empty();
    let nowhere = |word: &Word| Word {
        text: word.text.clone(),
        start: None,
    };
    let words = words.get(1..)?;
    (is_plain && !words.iter().any(has_index)).then(|| words.iter().map(nowhere).collect())
}

/// Line ends that are not quoted become spaces, and comments go.
fn on_one_line(items: &str) -> String {
    let mut text = String::new();
    let mut quote = None;
    let mut chars = items.chars();
    while let Some(next) = chars.next() {
        match (next, quote) {
            ('\\', None | Some('"')) => {
                let escaped = chars.next();
                if escaped != Some('\n') {
                    text.push('\\');
                    text.extend(escaped);
                }
                continue;
            }
            ('\'' | '"', None) => quote = Some(next),
            (_, Some(end)) if next == end => quote = None,
            ('\n', None) => {
                text.push(' ');
                continue;
            }
            ('#', None) if text.is_empty() || text.ends_with([' ', '\t']) => {
                let rest = chars.by_ref();
                let _ = rest.take_while(|&next| next != '\n').count();
                text.push(' ');
                continue;
            }
            _ => (),
        }
        text.push(next);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_may_stand_on_several_lines() {
        let texts = |items: &str| -> Option<Vec<String>> {
            Some(words(items)?.into_iter().map(|word| word.text).collect())
        };
        let expected = ["a", "'b c'", "\"d\ne\"", "f#g"].map(str::to_owned);
        let items = "a # one\n  'b c' \"d\ne\"\n  f#g\n";
        assert_eq!(texts(items).as_deref(), Some(&expected[..]));
        assert_eq!(texts("").as_deref(), Some(&[][..]));
        for other in ["[2]=c", "a; b", "a > b", "a &"] {
            assert_eq!(texts(other), None, "{other}");
        }
    }
}
