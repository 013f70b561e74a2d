//! The patterns of `case`, `[[ … == … ]]` and `${name%…}`.

/// The longest pattern that has more than plain characters, in bytes.
const MAX_PATTERN: usize = 200;

/// Whether all of `text` is as the pattern says. A backslash takes a character as it is.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    if let Some(plain) = plain(pattern) {
        return plain == text;
    }
    let text: Vec<char> = text.chars().collect();
    reached(&units(pattern), &text)[text.len()]
}

/// A text as a pattern that nothing but it matches.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for next in text.chars() {
        if matches!(next, '*' | '?' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(next);
    }
    escaped
}

/// Whether a pattern is short enough to be tried.
#[must_use]
pub fn is_short(pattern: &str) -> bool {
    pattern.len() <= MAX_PATTERN || plain(pattern).is_some()
}

/// What it takes to match, in bytes or what takes as long.
#[must_use]
pub fn work(pattern: &str, text: &str) -> usize {
    match plain(pattern) {
        Some(plain) => plain.len(),
        None => text.len().saturating_mul(pattern.len()) / 2,
    }
}

/// The text that a pattern of plain characters stands for.
fn plain(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        match next {
            '*' | '?' | '[' => return None,
            '\\' => text.push(rest.next().unwrap_or('\\')),
            next => text.push(next),
        }
    }
    Some(text)
}

/// How many characters from the beginning of a text the units can take: all lengths, since no way
/// back is tried.
fn reached(units: &[Unit], text: &[char]) -> Vec<bool> {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for unit in units {
        let mut next = vec![false; text.len() + 1];
        if matches!(unit, Unit::Any) {
            let first = reached.iter().position(|&reached| reached);
            next[first.unwrap_or(text.len() + 1)..].fill(true);
        } else {
            for (place, &character) in text.iter().enumerate() {
                next[place + 1] = reached[place] && unit.takes(character);
            }
        }
        if !next.contains(&true) {
            return next;
        }
        reached = next;
    }
    reached
}

fn units(pattern: &str) -> Vec<Unit> {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut units = Vec::new();
    let mut at = 0;
    while at < pattern.len() {
        let (unit, length) = unit(&pattern[at..]);
        units.push(unit);
        at += length;
    }
    units
}

enum Unit {
    Any,
    One,
    Character(char),
    Set(bool, Vec<(char, char)>),
}

impl Unit {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Character(same) => *same == character,
            Self::Set(negated, ranges) => {
                let within = |&(first, last): &(char, char)| (first..=last).contains(&character);
                ranges.iter().any(within) != *negated
            }
        }
    }
}

fn unit(pattern: &[char]) -> (Unit, usize) {
    match pattern {
        ['*', ..] | [] => (Unit::Any, 1),
        ['?', ..] => (Unit::One, 1),
        ['\\', next, ..] => (Unit::Character(*next), 2),
        ['[', rest @ ..] => set(rest).map_or((Unit::Character('['), 1), |(unit, length)| {
            (unit, length + 1)
        }),
        [next, ..] => (Unit::Character(*next), 1),
    }
}

fn set(rest: &[char]) -> Option<(Unit, usize)> {
    let negated = matches!(rest.first(), Some('!' | '^'));
    let from = usize::from(negated);
    let end = from + 1 + rest.get(from + 1..)?.iter().position(|&next| next == ']')?;
    let mut ranges = Vec::new();
    let mut at = from;
    while at < end {
        if at + 2 < end && rest[at + 1] == '-' {
            ranges.push((rest[at], rest[at + 2]));
            at += 3;
        } else {
            ranges.push((rest[at], rest[at]));
            at += 1;
        }
    }
    Some((Unit::Set(negated, ranges), end + 1))
}

/// The text without the part at its beginning, or at its end, that the pattern matches.
#[must_use]
pub fn trimmed<'t>(text: &'t str, pattern: &str, at_end: bool, longest: bool) -> &'t str {
    if let Some(plain) = plain(pattern) {
        let rest = if at_end {
            text.strip_suffix(&plain)
        } else {
            text.strip_prefix(&plain)
        };
        return rest.unwrap_or(text);
    }
    let mut characters: Vec<char> = text.chars().collect();
    let mut units = units(pattern);
    if at_end {
        characters.reverse();
        units.reverse();
    }
    let reached = reached(&units, &characters);
    let length = if longest {
        reached.iter().rposition(|&reached| reached)
    } else {
        reached.iter().position(|&reached| reached)
    };
    let length = length.unwrap_or(0);
    let kept = if at_end {
        characters.len() - length
    } else {
        length
    };
    let cut = text.char_indices().nth(kept);
    let cut = cut.map_or(text.len(), |(place, _)| place);
    if at_end { &text[..cut] } else { &text[cut..] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_bash() {
        for (pattern, text, expected) in [
            ("web-*", "web-5", true),
            ("*", "", true),
            ("?", "", false),
            ("[0-9]", "7", true),
            ("[!0-9]", "7", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("[", "[", true),
            ("*a*b*", "xaxbx", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(trimmed("a.b.c", ".*", true, false), "a.b");
        assert_eq!(trimmed("a.b.c", ".*", true, true), "a");
        assert_eq!(trimmed("a.b.c", "*.", false, false), "b.c");
        assert_eq!(trimmed("a.b.c", "*.", false, true), "c");
    }
}
