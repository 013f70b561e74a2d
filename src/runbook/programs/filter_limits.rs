//! What an expression of `yq` or `jq` may be: something that ends, and soon.
//!
//! jaq has no bound of its own, so the work is estimated before anything is run, and never too
//! low: an expression that goes through a value again and again, or lets it grow, is refused.

use super::filter_parts::stages;
use serde_json::Value as Json;

/// The most that a filter may give, in bytes.
pub const MAX_OUTPUT: usize = 256 << 10;

/// The most that one run of a filter may take, in bytes.
const MAX_COST: usize = 64 << 20;

/// The longest part of an expression between `|`, in bytes.
const MAX_STAGE: usize = 4_000;

/// The most signs outside of texts; jaq's compiler recurses.
const MAX_SIGNS: usize = 300;

/// The longest number that may be multiplied by: a text is repeated so often.
const MAX_FACTOR: usize = 100;

/// Words of the language that go through what they are given.
const THROUGH: [&str; 27] = [
    "add",
    "all",
    "any",
    "arrays",
    "contains",
    "delpaths",
    "flatten",
    "from_entries",
    "group_by",
    "index",
    "inside",
    "join",
    "keys",
    "map",
    "map_values",
    "max",
    "min",
    "reverse",
    "sort",
    "sort_by",
    "split",
    "test",
    "to_entries",
    "tojson",
    "tostring",
    "unique",
    "with_entries",
];

/// The other words of the language that a filter may use.
const WORDS: [&str; 37] = [
    "and",
    "as",
    "ascii_downcase",
    "ascii_upcase",
    "booleans",
    "del",
    "elif",
    "else",
    "empty",
    "end",
    "endswith",
    "false",
    "first",
    "floor",
    "getpath",
    "has",
    "if",
    "in",
    "iterables",
    "last",
    "length",
    "ltrimstr",
    "not",
    "null",
    "nulls",
    "numbers",
    "objects",
    "or",
    "rtrimstr",
    "scalars",
    "select",
    "startswith",
    "strings",
    "then",
    "tonumber",
    "true",
    "type",
];

/// Why an expression is refused, whatever it is given.
pub fn refusal(expression: &str) -> Option<String> {
    let mut stages = stages(expression).into_iter();
    stages.find_map(refused)
}

fn refused(stage: &str) -> Option<String> {
    let code = code_of(stage);
    let known = |word: &&str| THROUGH.contains(word) || WORDS.contains(word) || *word == "values";
    if let Some(word) = words_of(&code).into_iter().find(|word| !known(word)) {
        return Some(format!("`{word}` is not modelled"));
    }
    let is_sign = |byte: &u8| byte.is_ascii_punctuation() && *byte != b'_';
    if stage.len() > MAX_STAGE || code.bytes().filter(is_sign).count() > MAX_SIGNS {
        return Some("an expression this long is not modelled".to_owned());
    }
    multiplies(&code).then(|| "this multiplication is not modelled".to_owned())
}

/// Whether something is multiplied by what may be large. Objects are merged by the same sign.
fn multiplies(code: &str) -> bool {
    let mut parts = code.split('*');
    parts.next();
    let is_small = |behind: &str| {
        let behind = behind.trim_start();
        let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
        let number = behind[..end.unwrap_or(behind.len())].parse::<usize>();
        behind.starts_with('{') || number.is_ok_and(|number| number <= MAX_FACTOR)
    };
    let mut factors = 0;
    for behind in parts {
        factors += usize::from(!behind.trim_start().starts_with('{'));
        if !is_small(behind) {
            return true;
        }
    }
    factors > 1
}

/// What a run of a stage over a value takes at most, in bytes of text.
///
/// # Errors
/// It may be too much.
pub fn cost(stage: &str, value: &Json, length: usize) -> Result<usize, String> {
    let code = code_of(stage);
    let through = words_of(&code)
        .into_iter()
        .filter(|word| THROUGH.contains(word))
        .count()
        + code.matches("[]").count();
    let everywhere = code.matches("..").count();
    // What a value is used for more than once in each part, so that it may grow.
    let uses = code.split('|').map(uses);
    let growth = uses.clone().fold(1_usize, usize::saturating_mul);
    let rounds = u32::try_from(through + everywhere).unwrap_or(u32::MAX);
    let has_names = code.contains('$');
    let cost = if growth == 1 && !has_names {
        // Each part goes through all of the value at most once.
        length.saturating_mul(1 + through + everywhere)
    } else {
        let (widest, all) = size(value);
        let base = if everywhere > 0 { all } else { widest };
        let base = if code.contains("split") {
            base.max(length)
        } else {
            base
        };
        let rounds = if has_names {
            rounds.saturating_mul(2)
        } else {
            rounds
        };
        let times = base.max(2).saturating_pow(rounds);
        length.saturating_mul(growth).saturating_mul(times)
    };
    if cost > MAX_COST {
        return Err("it could take too long, or its output be too large".to_owned());
    }
    Ok(length + cost / 8)
}

/// How often a part of an expression may use what it is given.
fn uses(part: &str) -> usize {
    // A text in a text is longer by its escapes.
    let mut uses = 1 + part.matches("tojson").count() + part.matches('@').count();
    let mut brackets = Vec::new();
    let bytes = part.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| bytes[at]);
        match byte {
            b'(' | b'[' | b'{' => brackets.push(*byte),
            b')' | b']' | b'}' => {
                brackets.pop();
            }
            // Values between round brackets are combined with all others.
            b',' if matches!(brackets.last(), None | Some(b'(')) => uses *= 2,
            b',' | b'+' => uses += 1,
            b'=' if !matches!(before, Some(b'=' | b'!' | b'<' | b'>'))
                && bytes.get(at + 1) != Some(&b'=')
                && part[at..].contains(['.', '$']) =>
            {
                uses += 1;
            }
            _ => (),
        }
        uses = uses.min(usize::MAX / 4);
    }
    uses
}

/// The most items side by side in a value, and how many values it has altogether.
fn size(value: &Json) -> (usize, usize) {
    let children: Vec<&Json> = match value {
        Json::Array(items) => items.iter().collect(),
        Json::Object(fields) => fields.values().collect(),
        _ => return (1, 1),
    };
    let sizes = children.iter().map(|child| size(child));
    sizes.fold((children.len(), 1), |(widest, all), (wide, more)| {
        (widest.max(wide), all + more)
    })
}

/// An expression without its texts and comments. What is interpolated into a text is code, added
/// to what stands beside it.
fn code_of(expression: &str) -> String {
    let mut code = String::new();
    // How many brackets are open in each `\\(` around; outside of all of them, and in a text.
    let mut open: Vec<usize> = Vec::new();
    let mut in_text = false;
    let mut letters = expression.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_text => {
                if letters.next() == Some('(') {
                    open.push(0);
                    in_text = false;
                    code.push_str("+(");
                }
            }
            '"' => {
                in_text = !in_text;
                code.push('"');
            }
            _ if in_text => (),
            '#' => {
                let _ = letters.by_ref().take_while(|&next| next != '\n').count();
                code.push('\n');
            }
            ')' if open.last() == Some(&0) => {
                open.pop();
                in_text = true;
                code.push(')');
            }
            letter => {
                match (letter, open.last_mut()) {
                    ('(', Some(open)) => *open += 1,
                    (')', Some(open)) => *open -= 1,
                    _ => (),
                }
                code.push(letter);
            }
        }
    }
    code
}

/// Whether a key of an object begins here whose value is the field of its name: `{name, kind}`.
pub fn is_short_key(code: &str, at: usize) -> bool {
    let bytes = code.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if !bytes[at].is_ascii_alphabetic() || !code[..at].trim_end().ends_with(['{', ',']) {
        return false;
    }
    let behind = bytes[at..]
        .iter()
        .find(|byte| !is_word(byte) && !byte.is_ascii_whitespace());
    let mut open = 0_usize;
    let around = code[..at].bytes().rev().find(|byte| match byte {
        b')' | b']' | b'}' => {
            open += 1;
            false
        }
        b'(' | b'[' | b'{' if open > 0 => {
            open -= 1;
            false
        }
        byte => matches!(byte, b'(' | b'[' | b'{'),
    });
    around == Some(b'{') && matches!(behind, Some(b',' | b'}'))
}

/// Bare words of code: not fields behind a point, not variables, not keys.
fn words_of(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut at = 0;
    let bytes = code.as_bytes();
    while at < bytes.len() {
        if is_short_key(code, at) {
            let rest = &code[at..];
            at += rest.find([',', '}']).unwrap_or(rest.len());
            continue;
        }
        if !(bytes[at].is_ascii_alphabetic() || bytes[at] == b'_') {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            at += 1;
        }
        let before = start.checked_sub(1).map(|before| bytes[before]);
        let behind = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(before, Some(b'.' | b'$' | b'@')) && behind != Some(&b':') {
            words.push(&code[start..at]);
        }
    }
    words
}
