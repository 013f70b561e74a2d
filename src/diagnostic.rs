//! Mistakes in the input, as data: what is wrong, where, and what to do about it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's path, as it was given.
    pub path: PathBuf,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// The part of a span that is on its first line.
    #[must_use]
    pub fn first_line(&self, span: &Range<usize>) -> Range<usize> {
        let text = self.text.get(span.clone()).unwrap_or("");
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        span.start..span.start + length
    }
}

/// One mistake in the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// A name that never changes its meaning, such as `scenario::unknown-field`.
    pub code: &'static str,
    /// One short sentence.
    pub message: String,
    /// The file, unless the mistake is in no file.
    pub path: Option<PathBuf>,
    /// The file's text, unless it could not be read.
    pub source: Option<Arc<str>>,
    /// The places that the mistake is about.
    pub labels: Vec<Label>,
    /// What can be done about it.
    pub help: Option<String>,
}

/// A place in the text, and what is to be said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Bytes of the text; on character boundaries.
    pub range: Range<usize>,
    /// A few words; may be empty.
    pub text: String,
    /// Whether this is the place of the mistake itself.
    pub primary: bool,
}

impl Diagnostic {
    /// A mistake without a place yet.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: None,
            source: None,
            labels: Vec::new(),
            help: None,
        }
    }

    /// Says in which text the mistake is.
    #[must_use]
    pub fn within(mut self, source: &Source) -> Self {
        self.path = Some(source.path.clone());
        self.source = Some(Arc::clone(&source.text));
        self
    }

    /// Says which file the mistake is about, when there is no text to show.
    #[must_use]
    pub fn about(mut self, path: &Path) -> Self {
        self.path = Some(path.to_path_buf());
        self
    }

    /// Underlines the place of the mistake.
    #[must_use]
    pub fn at(self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text, true)
    }

    /// Underlines a place that explains the mistake.
    #[must_use]
    pub fn beside(self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text, false)
    }

    fn label(mut self, range: Range<usize>, text: impl Into<String>, primary: bool) -> Self {
        self.labels.push(Label {
            range,
            text: text.into(),
            primary,
        });
        self
    }

    /// Says what can be done.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The line of the mistake, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.position().map(|(line, _)| line)
    }

    /// The column of the mistake in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.position().map(|(_, column)| column)
    }

    fn position(&self) -> Option<(usize, usize)> {
        let label = self.labels.iter().find(|label| label.primary)?;
        Some(position(self.source.as_ref()?, label.range.start))
    }
}

impl fmt::Display for Diagnostic {
    /// One line for each part: `scenario.yaml:5:3: message`, then the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", path.display())?;
            if let Some((line, column)) = self.position() {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "error[{}]: {}", self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// The line and the column, counted from 1, of a byte offset; columns count characters.
#[must_use]
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// What went wrong with a file, without the operating system's number for it.
#[must_use]
pub fn plain_io_error(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        kind => kind.to_string(),
    }
}

/// An error of serde in the words of the other mistakes: `expected an integer, found a list`.
#[must_use]
pub fn plain_serde_error(error: &str) -> String {
    let parts = ["invalid type: ", "invalid value: ", "invalid length "];
    let mut parts = parts.iter().filter_map(|start| error.strip_prefix(start));
    let parts = parts
        .next()
        .and_then(|parts| parts.rsplit_once(", expected "));
    let Some((found, expected)) = parts else {
        return error.to_owned();
    };
    let found = match found.split_once(' ') {
        Some(("string", text)) => text,
        Some(("integer" | "boolean", value)) => value,
        _ if found.starts_with("floating point ") => &found["floating point ".len()..],
        // Only a list can be too short for what is read.
        _ if found == "sequence" || error.starts_with("invalid length") => "a list",
        _ if found == "map" => "a map",
        _ if found == "null" => "nothing",
        _ => found,
    };
    let expected = match expected {
        "i32" if error.starts_with("invalid value") => "an integer of 32 bits",
        "u32" if error.starts_with("invalid value") => "a whole number of 32 bits",
        "i32" | "i64" => "an integer",
        "u32" | "u64" | "usize" => "a whole number",
        "a boolean" => "`true` or `false`",
        "a string" => "text",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "a map",
        other => other,
    };
    format!("expected {expected}, found {found}")
}

/// The candidate that was probably meant by `word`, if one is near enough.
#[must_use]
pub fn did_you_mean<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let folded = word.to_lowercase();
    candidates
        .iter()
        .map(|&candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance, candidate)
        })
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, candidate)| distance <= candidate.chars().count().max(3) / 3)
        .map(|(_, candidate)| candidate)
}

/// Names in back quotes, with commas between them.
#[must_use]
pub fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = names
        .into_iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    quoted.join(", ")
}

/// Help for a word that is none of the candidates: the one that was meant, or all of them.
#[must_use]
pub fn help_with(word: &str, candidates: &[&str]) -> String {
    match did_you_mean(word, candidates) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.len() == 1 => format!("write {}", listed(candidates)),
        None => format!("allowed here: {}", listed(candidates)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("a\nwäre: 1", 9), (2, 7));
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab", 99), (1, 3));
    }

    #[test]
    fn near_words_are_suggested() {
        let words = ["source", "destination"];
        assert_eq!(did_you_mean("sorce", &words), Some("source"));
        assert_eq!(did_you_mean("SOURCE", &words), Some("source"));
        assert_eq!(did_you_mean("elsewhere", &words), None);
    }
}
