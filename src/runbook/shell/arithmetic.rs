//! `$(( … ))`: whole numbers, names, and the operators of C.

use crate::runbook::clock::{Clock, Number};

/// The deepest nesting of brackets.
const MAX_DEPTH: usize = 50;

/// The value of an expression. `names` looks names up, and changes them.
///
/// # Errors
/// What is wrong, or not modelled, in words.
pub fn evaluate(text: &str, names: &mut dyn Names) -> Result<Number, String> {
    let mut parser = Parser {
        rest: text.trim(),
        names,
        depth: 0,
        skips: false,
        by_clock: false,
    };
    if parser.rest.is_empty() {
        return Ok(Number::Known(0));
    }
    let value = parser.assignment()?;
    match parser.rest.trim_start() {
        "" => Ok(value),
        rest => Err(format!("`{rest}` in an arithmetic expression")),
    }
}

/// The variables of an expression.
pub trait Names {
    /// The value of a name.
    ///
    /// # Errors
    /// It is not a number, or is not known.
    fn get(&mut self, name: &str) -> Result<Number, String>;
    /// Gives a name another value.
    ///
    /// # Errors
    /// It may not be given one.
    fn set(&mut self, name: &str, value: Number) -> Result<(), String>;
    /// The number that a symbol stands for.
    fn clock(&self, character: char) -> Option<Clock>;
}

struct Parser<'a> {
    rest: &'a str,
    names: &'a mut dyn Names,
    depth: usize,
    /// What is read now is not worked out: `&&`, `||` or `?` passes it over.
    skips: bool,
    /// A clock decides whether what is read now is worked out.
    by_clock: bool,
}

/// Binary operators, those that bind least first.
const LEVELS: [&[&str]; 7] = [
    &["||"],
    &["&&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/", "%"],
    &["**"],
];

impl Parser<'_> {
    fn take(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        let text = text.strip_prefix('$').unwrap_or(text);
        let (text, braces) = match text.strip_prefix('{') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
        if end == 0 || (text.starts_with(|c: char| c.is_ascii_digit()) && !braces) {
            return None;
        }
        let rest = &text[end..];
        self.rest = if braces {
            rest.strip_prefix('}')?
        } else {
            rest
        };
        Some(text[..end].to_owned())
    }

    fn get(&mut self, name: &str) -> Result<Number, String> {
        if self.skips {
            return Ok(Number::Known(0));
        }
        self.names.get(name)
    }

    fn set(&mut self, name: &str, value: Number) -> Result<(), String> {
        if self.skips {
            return Ok(());
        }
        if self.by_clock {
            return Err(format!(
                "a clock decides whether `{name}` gets another value"
            ));
        }
        self.names.set(name, value)
    }

    fn applied(&self, operator: &str, left: Number, right: Number) -> Result<Number, String> {
        if self.skips {
            return Ok(Number::Known(0));
        }
        left.apply(operator, right)
    }

    /// One more bracket, operator in front, or part of a chain.
    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("an arithmetic expression that is nested too deeply".to_owned());
        }
        Ok(())
    }

    fn assignment(&mut self) -> Result<Number, String> {
        self.deeper()?;
        let value = self.assigned()?;
        self.depth -= 1;
        Ok(value)
    }

    fn assigned(&mut self) -> Result<Number, String> {
        let before = self.rest;
        if let Some(name) = self.name() {
            for operator in ["=", "+=", "-=", "*=", "/=", "%="] {
                let text = self.rest.trim_start();
                let is_equality = operator == "=" && text.starts_with("==");
                if is_equality || !text.starts_with(operator) {
                    continue;
                }
                self.take(operator);
                let value = self.assignment()?;
                let value = match operator.strip_suffix('=') {
                    Some("") | None => value,
                    Some(operator) => {
                        let before = self.get(&name)?;
                        self.applied(operator, before, value)?
                    }
                };
                self.set(&name, value)?;
                return Ok(value);
            }
            self.rest = before;
        }
        self.choice()
    }

    /// Reads a part that is worked out only if `condition`, or a clock, says so.
    fn only_if(
        &mut self,
        condition: Option<bool>,
        part: impl FnOnce(&mut Self) -> Result<Number, String>,
    ) -> Result<Number, String> {
        let before = (self.skips, self.by_clock);
        self.skips |= condition == Some(false);
        self.by_clock |= condition.is_none();
        let value = part(self);
        (self.skips, self.by_clock) = before;
        value
    }

    fn choice(&mut self) -> Result<Number, String> {
        let condition = self.binary(0)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let truth = condition.known().map(|number| number != 0);
        let then = self.only_if(truth, Self::assignment)?;
        if !self.take(":") {
            return Err("a `?` without its `:`".to_owned());
        }
        let otherwise = self.only_if(truth.map(|truth| !truth), Self::assignment)?;
        Ok(match condition {
            Number::Known(0) => otherwise,
            Number::Known(_) => then,
            Number::Clock(clock) => then.either(otherwise, clock),
        })
    }

    fn binary(&mut self, level: usize) -> Result<Number, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut value = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            value = match operator {
                "&&" | "||" => self.joined(operator == "&&", value, level)?,
                "**" => {
                    // From the right: 2 ** 3 ** 2 is 2 ** 9.
                    self.deeper()?;
                    let right = self.binary(level)?;
                    self.depth -= 1;
                    self.applied(operator, value, right)?
                }
                _ => {
                    let right = self.binary(level + 1)?;
                    self.applied(operator, value, right)?
                }
            };
        }
        Ok(value)
    }

    /// `left && …` or `left || …`, whose right side is passed over if the left one decides.
    fn joined(&mut self, and: bool, left: Number, level: usize) -> Result<Number, String> {
        let goes_on = left.known().map(|number| (number != 0) == and);
        let right = self.only_if(goes_on, |parser| parser.binary(level + 1))?;
        Ok(match (left, right) {
            (Number::Known(_), _) if goes_on == Some(false) => Number::Known(i64::from(!and)),
            (Number::Known(_), Number::Known(right)) => Number::Known(i64::from(right != 0)),
            _ => left.joined(right, and),
        })
    }

    fn operator<'o>(&mut self, operators: &[&'o str]) -> Option<&'o str> {
        let text = self.rest.trim_start();
        let found = operators
            .iter()
            .find(|operator| text.starts_with(**operator))?;
        let behind = &text[found.len()..];
        let is_longer = (*found == "*" && behind.starts_with('*'))
            || (matches!(*found, "<" | ">") && behind.starts_with(['<', '>']))
            || (!matches!(*found, "==" | "!=" | "<=" | ">=") && behind.starts_with('='));
        if is_longer {
            return None;
        }
        self.rest = behind;
        Some(found)
    }

    fn unary(&mut self) -> Result<Number, String> {
        for (token, operator) in [("++", "+"), ("--", "-")] {
            if self.take(token) {
                let name = self
                    .name()
                    .ok_or("`++` before something that is not a name")?;
                let before = self.get(&name)?;
                let value = self.applied(operator, before, Number::Known(1))?;
                self.set(&name, value)?;
                return Ok(value);
            }
        }
        self.deeper()?;
        let value = if self.take("-") {
            self.unary()?.negative()
        } else if self.take("+") {
            self.unary()?
        } else if self.take("!") {
            self.unary()?.not()
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Result<Number, String> {
        if self.take("(") {
            let value = self.assignment()?;
            return if self.take(")") {
                Ok(value)
            } else {
                Err("a `(` without its `)`".to_owned())
            };
        }
        if let Some(name) = self.name() {
            let value = self.get(&name)?;
            for (token, operator) in [("++", "+"), ("--", "-")] {
                if self.take(token) {
                    let next = self.applied(operator, value, Number::Known(1))?;
                    self.set(&name, next)?;
                    break;
                }
            }
            return Ok(value);
        }
        let text = self.rest.trim_start();
        let first = text.chars().next();
        if let Some((character, clock)) =
            first.and_then(|first| Some((first, self.names.clock(first)?)))
        {
            self.rest = &text[character.len_utf8()..];
            return Ok(Number::Clock(clock));
        }
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        let value =
            number(digits).ok_or_else(|| format!("`{text}` in an arithmetic expression"))?;
        self.rest = rest;
        Ok(Number::Known(value))
    }
}

/// A number as bash reads it: with `0` in front it is octal.
#[must_use]
pub fn number(digits: &str) -> Option<i64> {
    if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        return i64::from_str_radix(hex, 16).ok();
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return i64::from_str_radix(digits, 8).ok();
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    struct Table(BTreeMap<String, i64>);

    impl Names for Table {
        fn get(&mut self, name: &str) -> Result<Number, String> {
            if name == "now" {
                return Ok(Number::Clock(Clock::read(0, 0)));
            }
            Ok(Number::Known(self.0.get(name).copied().unwrap_or(0)))
        }
        fn set(&mut self, name: &str, value: Number) -> Result<(), String> {
            let value = value.known().ok_or("a clock")?;
            self.0.insert(name.to_owned(), value);
            Ok(())
        }
        fn clock(&self, _: char) -> Option<Clock> {
            None
        }
    }

    #[test]
    fn expressions_have_the_values_of_bash() {
        let rows = [
            ("6 - k", 1),
            ("$k * 2 + 1", 11),
            ("${k} % 3", 2),
            ("k == 5 && k > 4", 1),
            ("2 ** 3", 8),
            ("2 ** 3 ** 2", 512),
            ("k > 9 && (k = 1) || k", 1),
            ("0 && 1 / 0", 0),
            ("k > 9 ? (n = 1) : k", 5),
            ("(1 + 2) * -3", -9),
            ("k++ + k", 11),
            ("k < 9 ? 7 : 8", 7),
            ("n = k - 1", 4),
            ("0x10 + 010", 24),
        ];
        for (text, expected) in rows {
            let mut table = Table(BTreeMap::from([("k".to_owned(), 5)]));
            let value = evaluate(text, &mut table);
            assert_eq!(value, Ok(Number::Known(expected)), "{text}");
        }
        for text in ["1 +", "(", "1 / 0", "a b", "now > 3 && k++", "k / now"] {
            assert!(
                evaluate(text, &mut Table(BTreeMap::new())).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_passed_over_has_no_effect() {
        for (text, expected) in [
            ("k > 9 && k++", 5),
            ("k < 9 || k++", 5),
            ("k < 9 && k++", 6),
            ("0 ? (k = 1) : (k = 2)", 2),
        ] {
            let mut table = Table(BTreeMap::from([("k".to_owned(), 5)]));
            assert!(evaluate(text, &mut table).is_ok(), "{text}");
            assert_eq!(table.0.get("k"), Some(&expected), "{text}");
        }
    }
}
