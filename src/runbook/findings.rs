//! What is to be said of a script: mistakes, what is not modelled, what is taken for granted.

use std::collections::BTreeSet;
use std::ops::Range;

/// A mistake, or something that is not modelled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Where.
    pub span: Range<usize>,
    /// Its code, which never changes its meaning.
    pub code: &'static str,
    /// What.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// The code of what is not modelled.
pub const NOT_MODELLED: &str = "runbook::not-modelled";

/// What is assumed of a command that does nothing to what the model has.
pub const NO_EFFECT: &str = "assumed to succeed, and to change nothing that is checked";

/// Findings are reported once for each place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct FindingKey(usize, usize, String);

/// All that is to be said of a script.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Mistakes and what is not modelled, in the order in which they were met.
    pub problems: Vec<Finding>,
    /// What is taken for granted: the place, what, and what that means.
    pub assumed: Vec<(Range<usize>, String, String)>,
    /// The script's text, for names that it reads.
    pub text: String,
    reported: BTreeSet<FindingKey>,
}

impl Findings {
    /// Nothing yet of a script with this text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }

    fn is_new(&mut self, span: &Range<usize>, what: &str) -> bool {
        self.reported
            .insert(FindingKey(span.start, span.end, what.to_owned()))
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, code: &'static str, span: Range<usize>, what: String, help: String) {
        // A loop would say the same again with other numbers.
        if self.is_new(&span, code) {
            self.problems.push(Finding {
                span,
                code,
                what,
                help,
            });
        }
    }

    /// Notes what is not modelled.
    pub fn not_modelled(&mut self, span: Range<usize>, what: String, help: String) {
        self.mistake(NOT_MODELLED, span, what, help);
    }

    /// Notes what is taken for granted.
    pub fn assume(&mut self, span: Range<usize>, what: String, text: &str) {
        if self.is_new(&span, &format!("{what} {text}")) {
            self.assumed.push((span, what, text.to_owned()));
        }
    }

    /// The first line of the command at a place.
    #[must_use]
    pub fn command_at(&self, span: &Range<usize>) -> String {
        let text = self.text.get(span.clone()).unwrap_or("");
        let line = text.lines().next().unwrap_or("");
        line.trim_end_matches(['\\', ' ']).to_owned()
    }

    /// Whether the script may ask for a variable.
    #[must_use]
    pub fn reads(&self, name: &str) -> bool {
        let ends = |rest: &str| {
            !rest.starts_with(|next: char| next == '_' || next.is_ascii_alphanumeric())
        };
        let begins = |before: &str| {
            !before.ends_with(|last: char| last == '_' || last.is_ascii_alphanumeric())
        };
        let uses = self.text.match_indices(name).filter(|(place, _)| {
            ends(&self.text[place + name.len()..]) && begins(&self.text[..*place])
        });
        // In `for NAME in` it is not read.
        uses.filter(|(place, _)| !self.text[..*place].trim_end().ends_with("for"))
            .count()
            > 0
    }
}
