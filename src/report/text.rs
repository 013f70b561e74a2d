//! Words, numbers, wrapping and colour for the terminal.

use std::fmt::Display;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

/// The columns that a line of a report takes where no terminal says otherwise.
pub const WIDTH: usize = 100;

/// The columns that a line takes on a terminal: the terminal's, between 80 and 160.
#[must_use]
pub fn width_on(terminal: Option<usize>) -> usize {
    terminal.map_or(WIDTH, |columns| columns.clamp(80, 160))
}

/// `VIOLATED`, and what broke.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// `HOLDS`.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Faults, and what is not decided.
pub(super) const CARE: Style = AnsiColor::Yellow.on_default();
/// Labels and names.
pub(super) const STRONG: Style = Style::new().bold();
/// What can be skipped.
pub(super) const FAINT: Style = Style::new().dimmed();

/// `text` in a style. The style is decoration: nothing is said by it alone.
pub(super) fn paint(style: Style, text: impl Display) -> String {
    let text = text.to_string();
    if text.is_empty() {
        return text;
    }
    format!("{style}{text}{style:#}")
}

/// `text` without control characters, which could repaint the screen.
pub(crate) fn plain(text: &str) -> String {
    let visible = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    text.chars().map(visible).collect()
}

/// How many columns `text`, which has no colours in it, takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// `text` followed by blanks up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text:<columns$}")
}

/// `text`, cut to `columns` with an ellipsis.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(columns.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The words of `text` in lines of at most `columns`. Only a word that is longer than a line is
/// broken. At least one line.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in plain(text).split_whitespace() {
        for piece in pieces(word, columns.max(1)) {
            let line = lines.last_mut().expect("there is always a line");
            if line.is_empty() {
                *line = piece;
            } else if width(line) + 1 + width(&piece) <= columns {
                line.push(' ');
                line.push_str(&piece);
            } else {
                lines.push(piece);
            }
        }
    }
    lines
}

/// A word in pieces of at most `columns` characters.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    let pieces = characters.chunks(columns);
    pieces.map(|piece| piece.iter().collect()).collect()
}

/// `text` after a label, wrapped to the width of the `page`, with its further lines under its
/// first. `columns` is the width of the label's column.
pub(super) fn labelled(
    page: usize,
    label: &str,
    columns: usize,
    style: Style,
    text: &str,
) -> Vec<String> {
    let mut lines = wrap(text, page.saturating_sub(columns).max(20));
    for (index, line) in lines.iter_mut().enumerate() {
        *line = if index == 0 {
            let gap = columns.saturating_sub(width(label));
            format!("{}{:gap$}{line}", paint(style, label), "")
        } else {
            format!("{:columns$}{line}", "")
        };
    }
    lines
}

/// `123456` as `123,456`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 step`, `12 steps`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    count_of(number as u64, noun)
}

/// `1 state`, `1,000 states`: the same where no memory bounds the number.
pub(crate) fn count_of(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `0.8 s`, `2 min 5 s`.
pub(super) fn seconds(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    match whole.as_secs() {
        0..100 => format!("{:.1} s", whole.as_secs_f64()),
        long => format!("{} min {} s", grouped(long / 60), long % 60),
    }
}

/// A small number in words.
pub(super) fn number_word(number: usize) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    WORDS
        .get(number)
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// Each text with the names of all that have it, in the order in which the texts first come.
pub(super) fn groups<'a>(named: impl Iterator<Item = (&'a str, String)>) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for (name, text) in named {
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => {
                names.push_str(", ");
                names.push_str(name);
            }
            None => groups.push((name.to_owned(), text)),
        }
    }
    groups
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `text` as one word of a POSIX shell.
pub(crate) fn shell_word(text: &str) -> String {
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_@%+=:,./-".contains(character);
    if !text.is_empty() && text.chars().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_as_wide_as_the_terminal_within_reason() {
        let rows = [
            (None, 100),
            (Some(20), 80),
            (Some(120), 120),
            (Some(400), 160),
        ];
        for (given, then) in rows {
            assert_eq!(width_on(given), then, "given {given:?}");
        }
    }

    #[test]
    fn shell_words() {
        let cases = [
            ("models/a/scenario.yaml", "models/a/scenario.yaml"),
            ("my models/a.yaml", "'my models/a.yaml'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("a$b", "'a$b'"),
            ("größe", "'größe'"),
        ];
        for (given, then) in cases {
            assert_eq!(shell_word(given), then, "given {given:?}");
        }
    }

    #[test]
    fn wraps_at_words_and_breaks_only_what_is_too_long() {
        let cases: [(&str, &[&str]); 5] = [
            ("", &[""]),
            ("one two", &["one two"]),
            ("one two three", &["one two", "three"]),
            ("abcdefghijkl m", &["abcdefgh", "ijkl m"]),
            ("tab\tand\nline", &["tab and", "line"]),
        ];
        for (given, then) in cases {
            assert_eq!(wrap(given, 8), then, "given {given:?}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "step"), "1 step");
        assert_eq!(count(0, "fault"), "0 faults");
        assert_eq!(seconds(0.04), "0.0 s");
        assert_eq!(seconds(99.94), "99.9 s");
        assert_eq!(seconds(125.9), "2 min 5 s");
        assert_eq!(seconds(f64::NAN), "0.0 s");
    }
}
