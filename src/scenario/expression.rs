//! Expressions such as `N - k - 1`, read from text.

use std::ops::Range;

use crate::world::program::Expression;

/// What is wrong with an expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Bytes of the expression's text.
    pub range: Range<usize>,
    /// A short sentence.
    pub message: String,
}

/// Reads a sum of integers, `k` and `N`.
///
/// # Errors
/// Anything else, with its place in `text`.
pub fn parse(text: &str) -> Result<Expression, Mistake> {
    let mut sum = Expression::default();
    let mut at = 0;
    let mut is_first = true;
    while let Some((place, next)) = next_visible(text, at) {
        let sign = match next {
            '+' | '-' => {
                at = place + 1;
                if next == '-' { -1 } else { 1 }
            }
            _ if is_first => 1,
            _ => return Err(no_sign(text, place)),
        };
        at = add_term(&mut sum, text, at, sign)?;
        is_first = false;
    }
    if is_first {
        return Err(mistake(0..text.len(), "the expression is empty"));
    }
    Ok(sum)
}

/// The next character that is not a space, and its place.
fn next_visible(text: &str, at: usize) -> Option<(usize, char)> {
    text[at..]
        .char_indices()
        .find(|(_, c)| !c.is_whitespace())
        .map(|(offset, c)| (at + offset, c))
}

/// Adds the term at or after `at`; returns where it ends.
fn add_term(sum: &mut Expression, text: &str, at: usize, sign: i16) -> Result<usize, Mistake> {
    let Some((start, first)) = next_visible(text, at) else {
        return Err(mistake(
            0..text.len(),
            "something is missing after the sign",
        ));
    };
    let end = start + term_length(&text[start..]);
    if start == end {
        let message = match first {
            '+' | '-' => "two signs in a row".to_owned(),
            _ => format!("`{first}` is not allowed here"),
        };
        return Err(mistake(start..start + first.len_utf8(), message));
    }
    add(sum, &text[start..end], sign, &(start..end))?;
    Ok(end)
}

/// The length of the number or name at the beginning of `text`.
fn term_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

fn add(sum: &mut Expression, term: &str, sign: i16, range: &Range<usize>) -> Result<(), Mistake> {
    let (place, amount) = match term {
        "k" => (&mut sum.k, 1),
        "N" => (&mut sum.n, 1),
        _ => (&mut sum.constant, number(term, range)?),
    };
    *place = place
        .checked_add(sign * amount)
        .filter(|sum| sum.unsigned_abs() <= 1000)
        .ok_or_else(|| mistake(range.clone(), "the number is too large"))?;
    Ok(())
}

fn number(term: &str, range: &Range<usize>) -> Result<i16, Mistake> {
    if term.bytes().all(|byte| byte.is_ascii_digit()) {
        return term
            .parse()
            .ok()
            .filter(|&number| number <= 1000)
            .ok_or_else(|| mistake(range.clone(), "the number is too large"));
    }
    Err(mistake(
        range.clone(),
        format!("`{term}` is not `k`, `N` or an integer"),
    ))
}

fn no_sign(text: &str, at: usize) -> Mistake {
    let rest = &text[at..];
    let length = term_length(rest);
    if length > 0 {
        let message = format!("`+` or `-` is missing before `{}`", &rest[..length]);
        return mistake(at..at + length, message);
    }
    let first = rest.chars().next().unwrap_or(' ');
    mistake(
        at..at + first.len_utf8(),
        format!("`{first}` is not allowed here"),
    )
}

fn mistake(range: Range<usize>, message: impl Into<String>) -> Mistake {
    Mistake {
        range,
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_k_and_n_are_read() {
        let rows = [
            ("5", (0, 0, 5)),
            ("-1", (0, 0, -1)),
            ("k", (1, 0, 0)),
            ("N - k", (-1, 1, 0)),
            ("N-k-1", (-1, 1, -1)),
            (" N + 2 - 1 ", (0, 1, 1)),
        ];
        for (text, (k, n, constant)) in rows {
            assert_eq!(parse(text), Ok(Expression { k, n, constant }), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_at_its_place() {
        let rows = [
            ("N*2", 1..2, "`*` is not allowed here"),
            ("2N", 0..2, "`2N` is not `k`, `N` or an integer"),
            ("N k", 2..3, "`+` or `-` is missing before `k`"),
            ("N - - k", 4..5, "two signs in a row"),
            ("N -", 0..3, "something is missing after the sign"),
            ("", 0..0, "the expression is empty"),
            ("99999", 0..5, "the number is too large"),
            ("n - 1", 0..1, "`n` is not `k`, `N` or an integer"),
            ("ü", 0..2, "`ü` is not `k`, `N` or an integer"),
        ];
        for (text, range, message) in rows {
            let expected = Mistake {
                range,
                message: message.to_owned(),
            };
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }
}
