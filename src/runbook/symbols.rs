//! Symbolic values: what only a cluster or a person knows, while a script is followed without
//! them.
//!
//! In a text such a value is one character of a private plane of Unicode, so that quoting,
//! splitting, files and filters treat it as what it is: a part of a text. Code that needs to know
//! it asks here what it stands for.

use std::fmt::Display;

use super::clock::Clock;

/// The first character that stands for a symbol.
const FIRST: u32 = 0xF_0000;
/// One above the last.
const END: u32 = 0xF_FFFE;

/// A symbol, by its place in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SymbolId(u32);

impl SymbolId {
    /// The symbol that a character stands for.
    #[must_use]
    pub fn of(character: char) -> Option<Self> {
        let code = u32::from(character);
        (FIRST..END).contains(&code).then(|| Self(code - FIRST))
    }

    /// The character that stands for it.
    #[must_use]
    pub fn character(self) -> char {
        char::from_u32(FIRST + self.0).unwrap_or('\u{F0000}')
    }
}

/// What a symbol stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Symbol<V> {
    /// A value that the programs know more of.
    Of(V),
    /// What a person types who is asked, at one place of the script.
    Answer(usize),
    /// A number that is worked out of a clock.
    Clock(Clock),
    /// Something on one line that no request depends on; in words.
    Part(String),
    /// A text of which nobody knows how many words and lines it has, and on which no request depends;
    /// in words.
    Other(String),
}

/// All symbols of a script.
#[derive(Clone, Debug)]
pub struct Symbols<V>(Vec<Symbol<V>>);

impl<V> Default for Symbols<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Clone + Eq + Display> Symbols<V> {
    /// The text that stands for a symbol; the same text for the same symbol.
    pub fn text(&mut self, symbol: Symbol<V>) -> String {
        let place = self.0.iter().position(|known| *known == symbol);
        let place = place.unwrap_or_else(|| {
            self.0.push(symbol);
            self.0.len() - 1
        });
        SymbolId(u32::try_from(place).unwrap_or(0))
            .character()
            .to_string()
    }

    /// What a symbol stands for. A text of the user's own can have such a character, too: then it
    /// is none.
    #[must_use]
    pub fn get(&self, id: SymbolId) -> Option<&Symbol<V>> {
        self.0.get(id.0 as usize)
    }

    /// The symbol that is all of a text.
    #[must_use]
    pub fn whole(&self, text: &str) -> Option<&Symbol<V>> {
        let mut characters = text.chars();
        let id = SymbolId::of(characters.next()?)?;
        self.get(id).filter(|_| characters.next().is_none())
    }

    /// The value that is all of a text.
    #[must_use]
    pub fn value(&self, text: &str) -> Option<&V> {
        match self.whole(text)? {
            Symbol::Of(value) => Some(value),
            _ => None,
        }
    }

    /// The clock's number that is all of a text.
    #[must_use]
    pub fn clock(&self, text: &str) -> Option<Clock> {
        match self.whole(text)? {
            Symbol::Clock(clock) => Some(*clock),
            _ => None,
        }
    }

    /// Whether a clock was ever read.
    #[must_use]
    pub fn has_clocks(&self) -> bool {
        self.0
            .iter()
            .any(|symbol| matches!(symbol, Symbol::Clock(_)))
    }

    /// A text with other numbers in place of those of clocks; `None` if it has none that changes.
    pub fn with_clocks(&mut self, text: &str, change: impl Fn(Clock) -> Clock) -> Option<String> {
        let has_clock = |symbols: &Self| {
            let mut ids = text.chars().filter_map(SymbolId::of);
            ids.any(|id| matches!(symbols.get(id), Some(Symbol::Clock(_))))
        };
        if text.is_ascii() || !has_clock(self) {
            return None;
        }
        let mut changed = String::new();
        for character in text.chars() {
            match SymbolId::of(character).and_then(|id| self.get(id)) {
                Some(&Symbol::Clock(clock)) => {
                    changed.push_str(&self.text(Symbol::Clock(change(clock))));
                }
                _ => changed.push(character),
            }
        }
        (changed != text).then_some(changed)
    }

    /// A text in which all numbers of clocks are the same one, as in the name of a file.
    #[must_use]
    pub fn with_one_clock(&self, text: &str) -> String {
        let is_clock = |symbol: &Symbol<V>| matches!(symbol, Symbol::Clock(_));
        let first = self.0.iter().position(is_clock);
        let first = first.and_then(|place| u32::try_from(place).ok());
        let one = |character: char| {
            let id = SymbolId::of(character);
            let clock = id
                .and_then(|id| self.get(id))
                .filter(|symbol| is_clock(symbol));
            match (clock, first) {
                (Some(_), Some(first)) => SymbolId(first).character(),
                _ => character,
            }
        };
        text.chars().map(one).collect()
    }

    /// A text in words that people can read.
    #[must_use]
    pub fn readable(&self, text: &str) -> String {
        let mut readable = String::new();
        for character in text.chars() {
            match SymbolId::of(character) {
                Some(id) => readable.push_str(&self.describe(id)),
                None => readable.push(character),
            }
        }
        readable
    }

    /// What a symbol stands for, in words.
    #[must_use]
    pub fn describe(&self, id: SymbolId) -> String {
        match self.get(id) {
            Some(Symbol::Of(value)) => format!("<{value}>"),
            Some(Symbol::Answer(_)) => "<what a person types>".to_owned(),
            Some(Symbol::Clock(clock)) => format!("<{clock}>"),
            Some(Symbol::Part(what) | Symbol::Other(what)) => format!("<{what}>"),
            None => "<>".to_owned(),
        }
    }
}

/// The first symbol in a text.
#[must_use]
pub fn symbol_in(text: &str) -> Option<SymbolId> {
    text.chars().find_map(SymbolId::of)
}
