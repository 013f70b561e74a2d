//! The words that braces make of one: `a{b,c}` and `{5..0}`.

use super::syntax::Word;

/// The most words that braces may make of one.
const MAX_WORDS: usize = 10_000;

/// The words that the braces of a word make.
#[must_use]
pub fn braced(word: &Word) -> Vec<Word> {
    let texts = braces(&word.text);
    if texts.len() == 1 && texts[0] == word.text {
        return vec![word.clone()];
    }
    texts
        .into_iter()
        .map(|text| Word { text, start: None })
        .collect()
}

/// The words that braces make of a word: `a{b,c}` and `{5..0}`. Quotes and `${…}` are left alone.
/// None at all if there are too many.
#[must_use]
fn braces(text: &str) -> Vec<String> {
    let Some((open, close, commas)) = first_braces(text) else {
        return vec![text.to_owned()];
    };
    let (before, inner, after) = (&text[..open], &text[open + 1..close], &text[close + 1..]);
    let choices = if commas.is_empty() {
        if let Some(sequence) = sequence(inner) {
            sequence
        } else {
            let rest = braces(&text[close..]);
            let joined = |rest: &String| format!("{}{rest}", &text[..close]);
            return rest.iter().map(joined).collect();
        }
    } else {
        let mut ends = commas.clone();
        ends.push(close);
        let mut start = open + 1;
        let mut choices = Vec::new();
        for end in ends {
            choices.extend(braces(&text[start..end]));
            start = end + 1;
        }
        choices
    };
    let tails = braces(after);
    if choices.is_empty() || tails.is_empty() {
        return Vec::new();
    }
    if choices.len().saturating_mul(tails.len()) > MAX_WORDS {
        return Vec::new();
    }
    let mut words = Vec::new();
    for choice in &choices {
        words.extend(tails.iter().map(|tail| format!("{before}{choice}{tail}")));
    }
    words
}

/// The first braces that may be expanded, and the commas between them.
fn first_braces(text: &str) -> Option<(usize, usize, Vec<usize>)> {
    let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    let mut parameters = 0;
    while let Some((at, next)) = chars.next() {
        match (next, quote) {
            ('\\', None | Some('"')) => {
                chars.next();
            }
            (_, Some(end)) if next == end => quote = None,
            (_, Some(_)) => (),
            ('\'' | '"' | '`', None) => quote = Some(next),
            ('$', None) if matches!(chars.peek(), Some((_, '{' | '('))) => {
                chars.next();
                parameters += 1;
            }
            ('}' | ')', None) if parameters > 0 => parameters -= 1,
            _ if parameters > 0 => (),
            ('{', None) => open.push((at, Vec::new())),
            (',', None) => {
                if let Some((_, commas)) = open.last_mut() {
                    commas.push(at);
                }
            }
            ('}', None) => {
                let (start, commas) = open.pop()?;
                if open.is_empty() {
                    return Some((start, at, commas));
                }
            }
            _ => (),
        }
    }
    None
}

/// `5..0`, `0..9..3`, `08..12` or `a..e`. None if that is no sequence; without words if it has too
/// many.
fn sequence(inner: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = inner.split("..").collect();
    let (first, last, step) = match parts[..] {
        [first, last] => (first, last, 1),
        [first, last, step] => (first, last, step.parse::<i64>().ok()?),
        _ => return None,
    };
    let step = i64::try_from(step.unsigned_abs()).ok()?.max(1);
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        let letters = values(first, last, step)?;
        let letters = letters.map(|code| u8::try_from(code).map(char::from));
        return Some(letters.flatten().map(String::from).collect());
    }
    // With a zero in front of one of them, all are as wide as the wider one.
    let digits = |text: &str| text.strip_prefix('-').unwrap_or(text).to_owned();
    let is_padded = |text: &&str| digits(text).len() > 1 && digits(text).starts_with('0');
    let width = if [first, last].iter().any(is_padded) {
        first.len().max(last.len())
    } else {
        0
    };
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    let Some(values) = values(first, last, step) else {
        return Some(Vec::new());
    };
    Some(values.map(|value| format!("{value:0width$}")).collect())
}

/// The code of a letter.
fn letter(text: &str) -> Option<i64> {
    let is_letter = text.len() == 1 && text.starts_with(|c: char| c.is_ascii_alphabetic());
    is_letter.then(|| i64::from(text.as_bytes()[0]))
}

/// The numbers from one to another; None if there are too many.
fn values(first: i64, last: i64, step: i64) -> Option<impl Iterator<Item = i64>> {
    let count = first.abs_diff(last) / step.unsigned_abs();
    let count = usize::try_from(count)
        .ok()
        .filter(|&count| count < MAX_WORDS)?;
    let step = if first <= last { step } else { -step };
    let values = std::iter::successors(Some(first), move |value| value.checked_add(step));
    Some(values.take(count + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand_as_in_bash() {
        let rows: [(&str, &[&str]); 17] = [
            ("{5..3}", &["5", "4", "3"]),
            ("a{b,c}d", &["abd", "acd"]),
            ("{a,b}{1..2}", &["a1", "a2", "b1", "b2"]),
            ("'{a,b}'", &["'{a,b}'"]),
            ("${x}", &["${x}"]),
            ("{.status}", &["{.status}"]),
            ("x{a,{b,c}}", &["xa", "xb", "xc"]),
            ("{", &["{"]),
            ("{08..10}", &["08", "09", "10"]),
            ("{-05..3..4}", &["-05", "-01", "003"]),
            ("{1..5..-2}", &["1", "3", "5"]),
            ("{2..1..0}", &["2", "1"]),
            ("{a..e..2}", &["a", "c", "e"]),
            ("{b..A..31}", &["b", "C"]),
            ("{a..1}", &["{a..1}"]),
            ("{1..3..x}", &["{1..3..x}"]),
            ("x{1..99999}", &[]),
        ];
        for (word, expected) in rows {
            assert_eq!(braces(word), expected, "{word}");
        }
    }
}
