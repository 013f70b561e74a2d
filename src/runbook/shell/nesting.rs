//! How long and how deeply nested a script may be, so that a parser can read it.

/// The deepest nesting of commands; rable and the runs after it recurse.
pub const MAX_NESTING: usize = 40;

/// The most commands of a text, by their ends; rable nests what stands side by side.
const MAX_ENDS: usize = 10_000;

/// The most signs in front of a number; rable recurses.
const MAX_SIGNS: usize = 1_000;

/// The most signs of arithmetic that bind from the right, about; rable recurses.
const MAX_FROM_RIGHT: usize = 4_000;

/// Why a text is not even parsed, if it is not.
#[must_use]
pub fn too_much_to_parse(text: &str) -> Option<&'static str> {
    let ends = text.bytes().filter(|byte| b";&|\n".contains(byte)).count();
    let signs = text.split(|c: char| !"+-!~ \t".contains(c)).map(str::len);
    let arithmetic = text.find("((").zip(text.rfind("))"));
    let arithmetic = arithmetic.and_then(|(first, last)| text.get(first..last));
    let from_right = arithmetic.unwrap_or("").bytes().map(|byte| match byte {
        b'?' => 3,
        b'=' | b'*' => 1,
        _ => 0,
    });
    if ends > MAX_ENDS
        || signs.max() > Some(MAX_SIGNS)
        || from_right.sum::<usize>() > MAX_FROM_RIGHT
    {
        return Some("the script is too long");
    }
    nests_too_deeply(text).then_some("the script is nested too deeply")
}

/// Brackets, and words that open a command, are counted without regard to quotes: a text within
/// the limit cannot make a parser recurse far beyond it.
fn nests_too_deeply(text: &str) -> bool {
    let mut brackets: usize = 0;
    let mut words: usize = 0;
    let mut begins = true;
    for line in text.split_inclusive('\n') {
        let mut repeats: usize = 0;
        for token in line.split_inclusive([' ', '\t', '\n', ';', '(', ')', '{', '}', '`']) {
            let word = token.trim_end_matches([' ', '\t', '\n', ';', '(', ')', '{', '}', '`']);
            match word {
                "if" | "while" | "until" | "for" | "case" | "select" if begins => words += 1,
                "fi" | "done" | "esac" if begins => words = words.saturating_sub(1),
                "!" | "time" | "coproc" | "function" => repeats += 1,
                _ => (),
            }
            begins = matches!(
                word,
                "then"
                    | "do"
                    | "else"
                    | "elif"
                    | "if"
                    | "while"
                    | "until"
                    | "!"
                    | "&&"
                    | "||"
                    | "|"
            ) || (begins && word.is_empty())
                || token.ends_with(['\n', ';', '(', '{', '`']);
            match token.as_bytes().last() {
                Some(b'(' | b'{' | b'`') => brackets += 1,
                Some(b')' | b'}') => brackets = brackets.saturating_sub(1),
                _ => (),
            }
            if brackets > MAX_NESTING || words > MAX_NESTING || repeats > MAX_NESTING {
                return true;
            }
        }
    }
    false
}
