//! `$(( … ))`: whole numbers, names, and the operators of C.

use super::programs::Programs;
use super::runner::Runner;
use super::special::{NO_CLOCK, not_a_number};
use super::state::Shell;

/// The deepest nesting of brackets.
const MAX_DEPTH: usize = 50;

/// The value of an expression. `get` looks a name up, and `set` changes it.
///
/// # Errors
/// What is wrong, or not modelled, in words.
pub fn evaluate(text: &str, names: &mut dyn Names) -> Result<i64, String> {
    let mut parser = Parser {
        rest: text.trim(),
        names,
        depth: 0,
    };
    if parser.rest.is_empty() {
        return Ok(0);
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
    fn get(&mut self, name: &str) -> Result<i64, String>;
    /// Gives a name another value.
    ///
    /// # Errors
    /// It may not be given one.
    fn set(&mut self, name: &str, value: i64) -> Result<(), String>;
}

struct Parser<'a> {
    rest: &'a str,
    names: &'a mut dyn Names,
    depth: usize,
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

    fn assignment(&mut self) -> Result<i64, String> {
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
                    Some(operator) => apply(operator, self.names.get(&name)?, value)?,
                };
                self.names.set(&name, value)?;
                return Ok(value);
            }
            self.rest = before;
        }
        self.choice()
    }

    fn choice(&mut self) -> Result<i64, String> {
        let condition = self.binary(0)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let then = self.assignment()?;
        if !self.take(":") {
            return Err("a `?` without its `:`".to_owned());
        }
        let otherwise = self.assignment()?;
        Ok(if condition == 0 { otherwise } else { then })
    }

    fn binary(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut value = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.binary(level + 1)?;
            value = apply(operator, value, right)?;
        }
        Ok(value)
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

    fn unary(&mut self) -> Result<i64, String> {
        for (token, change) in [("++", 1), ("--", -1)] {
            if self.take(token) {
                let name = self
                    .name()
                    .ok_or("`++` before something that is not a name")?;
                let value = self.names.get(&name)?.wrapping_add(change);
                self.names.set(&name, value)?;
                return Ok(value);
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("an arithmetic expression that is nested too deeply".to_owned());
        }
        let value = if self.take("-") {
            self.unary()?.wrapping_neg()
        } else if self.take("+") {
            self.unary()?
        } else if self.take("!") {
            i64::from(self.unary()? == 0)
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Result<i64, String> {
        if self.take("(") {
            let value = self.assignment()?;
            return if self.take(")") {
                Ok(value)
            } else {
                Err("a `(` without its `)`".to_owned())
            };
        }
        if let Some(name) = self.name() {
            let value = self.names.get(&name)?;
            for (token, change) in [("++", 1), ("--", -1)] {
                if self.take(token) {
                    self.names.set(&name, value.wrapping_add(change))?;
                    break;
                }
            }
            return Ok(value);
        }
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        let value =
            number(digits).ok_or_else(|| format!("`{text}` in an arithmetic expression"))?;
        self.rest = rest;
        Ok(value)
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

fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let division = || "a division by zero".to_owned();
    Ok(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right).ok_or_else(division)?,
        "%" => left.checked_rem(right).ok_or_else(division)?,
        "**" => {
            let power = u32::try_from(right).map_err(|_| "a negative power".to_owned())?;
            left.checked_pow(power).ok_or("a power that is too large")?
        }
        _ => return Err(format!("the operator `{operator}`")),
    })
}

impl<P: Programs> Runner<'_, P> {
    /// The value of an arithmetic expression; a mistake in it is noted.
    pub fn arithmetic(&mut self, text: &str, env: &mut Shell) -> Option<i64> {
        struct Variables<'e>(&'e mut Shell);
        impl Names for Variables<'_> {
            fn get(&mut self, name: &str) -> Result<i64, String> {
                let place = name.parse::<usize>().ok().filter(|&place| place > 0);
                if place.is_some() && self.0.arguments_are_open {
                    return Err(format!("`${name}` is an argument of the script"));
                }
                let is_known =
                    |why: &String| self.0.get(name).is_none() || why.contains("not modelled");
                if let Some(why) = not_a_number(name).filter(is_known) {
                    return Err(why);
                }
                let value = match place {
                    Some(place) => self.0.arguments.get(place - 1),
                    None => self.0.get(name),
                };
                let text = value.map_or("", |value| value.trim());
                if text.is_empty() {
                    return Ok(0);
                }
                let (digits, sign) = text
                    .strip_prefix('-')
                    .map_or((text, 1), |digits| (digits, -1));
                let value = number(digits).map(|number| sign * number);
                value.ok_or_else(|| format!("`{name}` is `{text}`, which is not a number"))
            }
            fn set(&mut self, name: &str, value: i64) -> Result<(), String> {
                if let Some(why) = not_a_number(name).filter(|why| why.contains("not modelled")) {
                    return Err(why);
                }
                self.0.set(name, &value.to_string());
                Ok(())
            }
        }
        match evaluate(text, &mut Variables(env)) {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    struct Table(BTreeMap<String, i64>);

    impl Names for Table {
        fn get(&mut self, name: &str) -> Result<i64, String> {
            Ok(self.0.get(name).copied().unwrap_or(0))
        }
        fn set(&mut self, name: &str, value: i64) -> Result<(), String> {
            self.0.insert(name.to_owned(), value);
            Ok(())
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
            ("(1 + 2) * -3", -9),
            ("k++ + k", 11),
            ("k < 9 ? 7 : 8", 7),
            ("n = k - 1", 4),
            ("0x10 + 010", 24),
        ];
        for (text, expected) in rows {
            let mut table = Table(BTreeMap::from([("k".to_owned(), 5)]));
            assert_eq!(evaluate(text, &mut table), Ok(expected), "{text}");
        }
        for text in ["1 +", "(", "1 / 0", "a b"] {
            assert!(
                evaluate(text, &mut Table(BTreeMap::new())).is_err(),
                "{text}"
            );
        }
    }
}
