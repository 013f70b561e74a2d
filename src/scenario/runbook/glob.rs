//! The patterns of `case`, `[[ … == … ]]` and `${name%…}`.

/// Whether all of `text` is as the pattern says. A backslash takes a character as it is.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // What of the pattern has been used, for each length of text: no way back is tried twice.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let (unit, length) = unit(&pattern[at..]);
        let mut next = vec![false; text.len() + 1];
        for place in 0..=text.len() {
            if !reached[place] {
                continue;
            }
            match &unit {
                Unit::Any => (place..=text.len()).for_each(|place| next[place] = true),
                unit if place < text.len() && unit.takes(text[place]) => next[place + 1] = true,
                _ => (),
            }
        }
        reached = next;
        at += length;
    }
    reached[text.len()]
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
    let mut cuts: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    cuts.push(text.len());
    if at_end != longest {
        cuts.reverse();
    }
    let fits = |&&cut: &&usize| {
        let part = if at_end { &text[cut..] } else { &text[..cut] };
        matches(pattern, part)
    };
    match cuts.iter().find(fits) {
        Some(&cut) if at_end => &text[..cut],
        Some(&cut) => &text[cut..],
        None => text,
    }
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
