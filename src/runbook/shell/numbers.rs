//! The numbers of a script: what its variables and clocks are in `$(( … ))`.

use std::fmt::Display;
use std::rc::Rc;

use super::arithmetic::{Names, evaluate, number};
use super::programs::Programs;
use super::runner::Runner;
use super::special::{NO_CLOCK, not_a_number};
use super::state::Shell;
use crate::runbook::clock::{CLOCKS, Clock, Number, SECONDS};
use crate::runbook::symbols::{Symbol, SymbolId, Symbols};

/// The variables of a shell.
struct Variables<'e, V> {
    shell: &'e mut Shell,
    symbols: &'e mut Symbols<V>,
    /// How many `while` are around.
    depth: usize,
}

impl<V: Clone + Eq + Display> Names for Variables<'_, V> {
    fn get(&mut self, name: &str) -> Result<Number, String> {
        let place = name.parse::<usize>().ok().filter(|&place| place > 0);
        if place.is_some() && self.shell.arguments_are_open {
            return Err(format!("`${name}` is an argument of the script"));
        }
        if CLOCKS.contains(&name) {
            return Ok(Number::Clock(self.shell.clock(name, self.depth)));
        }
        let is_known =
            |why: &String| self.shell.get(name).is_none() || why.contains("not modelled");
        if let Some(why) = not_a_number(name).filter(is_known) {
            return Err(why);
        }
        let value = match place {
            Some(place) => self.shell.arguments.get(place - 1),
            None => self.shell.get(name),
        };
        let text = value.map_or("", |value| value.trim());
        if text.is_empty() {
            return Ok(Number::Known(0));
        }
        if let Some(clock) = self.symbols.clock(text) {
            return Ok(Number::Clock(clock));
        }
        let (digits, sign) = text
            .strip_prefix('-')
            .map_or((text, 1), |digits| (digits, -1));
        let value = number(digits).map(|number| Number::Known(sign * number));
        value.ok_or_else(|| format!("`{name}` is `{text}`, which is not a number"))
    }

    fn set(&mut self, name: &str, value: Number) -> Result<(), String> {
        if let Some(why) = not_a_number(name).filter(|why| why.contains("not modelled")) {
            return Err(why);
        }
        let text = match value {
            Number::Known(value) => value.to_string(),
            Number::Clock(clock) => self.symbols.text(Symbol::Clock(clock)),
        };
        put(self.shell, self.symbols, self.depth, name, &text);
        Ok(())
    }

    fn clock(&self, character: char) -> Option<Clock> {
        match self.symbols.get(SymbolId::of(character)?)? {
            Symbol::Clock(clock) => Some(*clock),
            _ => None,
        }
    }
}

impl<P: Programs> Runner<'_, P> {
    /// The value of an arithmetic expression; a mistake in it is noted.
    pub fn arithmetic(&mut self, text: &str, shell: &mut Shell) -> Option<Number> {
        let mut variables = Variables {
            shell,
            symbols: &mut self.symbols,
            depth: self.polling,
        };
        match evaluate(text, &mut variables) {
            Ok(value) => Some(value),
            Err(what) => {
                let text = self.symbols.readable(text.trim());
                let what = self.symbols.readable(&what);
                let is_clock = ["a clock", "what date says"]
                    .iter()
                    .any(|clock| what.contains(clock));
                let help = if is_clock {
                    NO_CLOCK
                } else {
                    "only whole numbers that do not depend on a cluster can be worked out"
                };
                self.not_modelled(format!("`{text}`: {what}"), help);
                None
            }
        }
    }

    /// The value of an arithmetic expression where no clock may decide.
    pub fn known_number(&mut self, text: &str, shell: &mut Shell) -> Option<i64> {
        match self.arithmetic(text, shell)? {
            Number::Known(number) => Some(number),
            Number::Clock(_) => {
                let text = self.symbols.readable(text.trim());
                let what = format!("`{text}` depends on a clock, which is not modelled here");
                self.not_modelled(what, NO_CLOCK);
                None
            }
        }
    }

    /// A number as a text.
    pub fn number_text(&mut self, number: Number) -> String {
        match number {
            Number::Known(number) => number.to_string(),
            Number::Clock(clock) => self.symbol(Symbol::Clock(clock)),
        }
    }
}

/// Gives a variable a value. What a clock has said is another value from here on, if the variable
/// is set in a loop.
fn put<V: Clone + Eq + Display>(
    shell: &mut Shell,
    symbols: &mut Symbols<V>,
    depth: usize,
    name: &str,
    value: &str,
) {
    if name == SECONDS {
        shell.seconds_since = depth;
        return;
    }
    let changed = symbols.with_clocks(value, |clock| clock.set_within(depth));
    shell.set(name, changed.as_deref().unwrap_or(value));
}

impl<P: Programs> Runner<'_, P> {
    /// Gives a variable a value.
    pub fn assign(&mut self, name: &str, value: &str, shell: &mut Shell) {
        put(shell, &mut self.symbols, self.polling, name, value);
    }

    /// A text that is kept outside of variables.
    pub fn kept_text(&mut self, text: String) -> String {
        let depth = self.polling;
        let kept = self
            .symbols
            .with_clocks(&text, |clock| clock.set_within(depth));
        kept.unwrap_or(text)
    }

    /// What the shell knows where a round of a loop begins: what clocks have said is what it was.
    pub fn keep_clocks(&mut self, shell: &mut Shell) {
        if !self.symbols.has_clocks() {
            return;
        }
        let symbols = &mut self.symbols;
        let mut all = |texts: &mut [Rc<str>]| {
            for text in texts {
                if let Some(kept) = symbols.with_clocks(text, Clock::kept) {
                    *text = kept.into();
                }
            }
        };
        for items in shell.arrays.values_mut() {
            let mut texts = items.to_vec();
            all(&mut texts);
            *items = texts.into();
        }
        for (value, items) in shell.locals.iter_mut().flat_map(|names| names.values_mut()) {
            all(value.as_mut_slice());
            if let Some(items) = items {
                let mut texts = items.to_vec();
                all(&mut texts);
                *items = texts.into();
            }
        }
        all(&mut shell.arguments);
        all(shell.input.as_mut_slice());
        let texts = shell.variables.values_mut().chain(shell.files.values_mut());
        for text in texts {
            all(std::slice::from_mut(text));
        }
        for text in &mut shell.output {
            if let Some(kept) = self.symbols.with_clocks(text, Clock::kept) {
                *text = kept;
            }
        }
    }
}
