//! How far a script is followed: whatever it does, reading it takes a bounded time.

use std::ops::Range;

use super::run::{Halt, Runner};
use crate::runbook::state::Env;

/// The most commands that one script may come to, loops taken apart.
const MAX_COMMANDS: usize = 20_000;

/// The deepest calls of functions and substitutions.
pub const MAX_DEPTH: usize = 24;

/// The deepest nesting of commands; rable and the runs after it recurse.
pub const MAX_NESTING: usize = 40;

/// The most commands of a text, by their ends; rable nests what stands side by side.
const MAX_ENDS: usize = 10_000;

/// The most signs in front of a number; rable recurses.
const MAX_SIGNS: usize = 1_000;

/// The most signs of arithmetic that bind from the right, about; rable recurses.
const MAX_FROM_RIGHT: usize = 4_000;

/// The longest text that a script may make, in bytes.
const MAX_TEXT: usize = 256 << 10;

/// The most that one script may make and look through altogether, in bytes or what takes as long.
const MAX_WORK: usize = 24 << 20;

/// The most words that one command may have.
const MAX_ARGUMENTS: usize = 500;

/// What a variable, file or function counts for whenever what the script knows is copied.
const ENTRY: usize = 16;

/// What has been followed so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Commands, loops taken apart.
    pub commands: usize,
    work: usize,
}

impl Runner<'_> {
    /// Counts a command, and what it takes to keep in mind what the script knows there.
    ///
    /// # Errors
    /// There are too many, or they make and look through too much.
    pub fn one_more_command(&mut self, span: &Range<usize>, env: &Env) -> Result<(), Halt> {
        self.spent.commands += 1;
        self.spend(ENTRY * env.entries() + env.output.iter().map(String::len).sum::<usize>());
        if self.spent.commands > MAX_COMMANDS {
            self.span = span.clone();
            let what = format!("the script runs more than {MAX_COMMANDS} commands");
            self.mistake("runbook::too-long", what, "a loop here may have no end");
            return Err(Halt);
        }
        if self.spent.work > MAX_WORK {
            self.span = span.clone();
            let what = "the script has made and looked through too much text before this command";
            self.mistake("runbook::too-long", what, "shorten its texts and loops");
            return Err(Halt);
        }
        Ok(())
    }

    /// Counts work, in bytes or what takes as long. Whether it is too much is looked at before the
    /// next command.
    pub const fn spend(&mut self, work: usize) {
        self.spent.work = self.spent.work.saturating_add(work);
    }

    /// Counts a text that the script makes.
    ///
    /// # Errors
    /// It is too long, or all texts together are.
    pub fn made_text(&mut self, length: usize) -> Result<(), Halt> {
        self.spend(length);
        if length <= MAX_TEXT && self.spent.work <= MAX_WORK {
            return Ok(());
        }
        let what = "the script makes a text that is too long";
        self.mistake("runbook::too-long", what, "shorten it");
        Err(Halt)
    }

    /// Looks whether a command has few enough words to be followed.
    ///
    /// # Errors
    /// It has too many.
    pub fn few_words(&mut self, arguments: &[String]) -> Result<(), Halt> {
        if arguments.len() <= MAX_ARGUMENTS {
            return Ok(());
        }
        let what = format!("this command has more than {MAX_ARGUMENTS} words");
        let help = "go through them in a loop, one command each";
        self.mistake("runbook::too-long", what, help);
        Err(Halt)
    }
}

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
