//! How far a script is followed: whatever it does, reading it takes a bounded time.

use std::ops::Range;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::Shell;

/// The most commands that one script may come to, loops unrolled.
const MAX_COMMANDS: usize = 20_000;

/// The deepest calls of functions and substitutions.
pub const MAX_DEPTH: usize = 24;

/// The deepest nesting of commands, those of functions and substitutions that are run included;
/// the run recurses.
const MAX_COMMANDS_DEEP: usize = 150;

/// The longest text that a script may make, in bytes.
const MAX_TEXT: usize = 256 << 10;

/// The most that one script may make and look through altogether, in bytes or what takes as long.
const MAX_WORK: usize = 24 << 20;

/// The most words that one command may have.
const MAX_ARGUMENTS: usize = 500;

/// What a variable, file or function counts for whenever what the script knows is copied.
const ENTRY: usize = 16;

impl<P: Programs> Runner<'_, P> {
    /// Counts a command, and what it takes to keep in mind what the script knows there.
    ///
    /// # Errors
    /// There are too many, or they make and look through too much.
    pub fn one_more_command(&mut self, span: &Range<usize>, env: &Shell) -> Result<(), Halt> {
        self.spent.commands += 1;
        self.spend(ENTRY * env.entries() + env.output.iter().map(String::len).sum::<usize>());
        if self.nesting > MAX_COMMANDS_DEEP {
            self.span = span.clone();
            let what = format!("commands and calls are nested more than {MAX_COMMANDS_DEEP} deep");
            self.mistake(
                "runbook::too-deep",
                what,
                "take the script apart, or write a loop",
            );
            return Err(Halt);
        }
        if self.spent.commands > MAX_COMMANDS {
            self.span = span.clone();
            let what = format!("the script runs more than {MAX_COMMANDS} commands");
            self.mistake("runbook::too-long", what, "a loop here may be infinite");
            return Err(Halt);
        }
        if self.spent.work > MAX_WORK {
            self.span = span.clone();
            let what = "the script has produced and searched too much text before this command";
            self.mistake("runbook::too-long", what, "shorten its strings and loops");
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
        let what = "the script produces a string that is too long";
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
        let help = "use a loop with one command for each";
        self.mistake("runbook::too-long", what, help);
        Err(Halt)
    }
}
