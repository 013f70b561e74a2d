//! A proof for every number of replicas as a file: a closed set of views, one to a line.
//!
//! The first line says what it proves, of which scenario. Each other line is a view: how many
//! ordinals it has, and the packed state in hexadecimal words.

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::diagnostic::{Diagnostic, plain_io_error};

/// The group and version of the file.
const API_VERSION: &str = super::json::API_VERSION;
/// Its kind.
pub(super) const KIND: &str = "Views";
/// This tool's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a file of views says of itself.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewsHead {
    api_version: String,
    kind: String,
    /// The version of the tool that has written it.
    pub tool: String,
    /// The scenario's name.
    pub scenario: String,
    /// Its file, as it was given then.
    pub path: String,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: String,
    /// `--faults`, as it was typed.
    pub faults: Option<String>,
    /// `--every-step`.
    pub every_step: bool,
    /// The properties that all views keep.
    pub properties: Vec<String>,
    /// Of `available`: how many may be down beside those that a fault has hit.
    pub most_down: Option<u8>,
    /// The most free ordinals of a view.
    pub free: usize,
    /// How many views there are.
    pub views: usize,
    /// A hash of their lines.
    pub checksum: String,
}

/// A proof as a file has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedViews {
    /// What it says of itself.
    pub head: ViewsHead,
    /// The views: how many ordinals, and the words.
    pub rows: Vec<(usize, Vec<u64>)>,
}

/// What a new file says of itself, beside what can be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewsOrigin<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// Its file.
    pub path: &'a Path,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: String,
    /// `--faults`, as it is typed.
    pub faults: Option<String>,
    /// `--every-step`.
    pub every_step: bool,
    /// The properties that all views keep.
    pub properties: &'a [&'a str],
    /// Of `available`: how many may be down beside those that a fault has hit.
    pub most_down: Option<u8>,
    /// The most free ordinals of a view.
    pub free: usize,
}

/// The text of a file, with a line end after it.
#[must_use]
pub fn render(origin: &ViewsOrigin<'_>, rows: &[(usize, Vec<u64>)]) -> String {
    let mut lines = String::new();
    for (letters, words) in rows {
        write!(lines, "{letters}").expect("a string takes everything");
        for word in words {
            write!(lines, " {word:x}").expect("a string takes everything");
        }
        lines.push('\n');
    }
    let head = ViewsHead {
        api_version: API_VERSION.to_owned(),
        kind: KIND.to_owned(),
        tool: VERSION.to_owned(),
        scenario: origin.scenario.to_owned(),
        path: origin.path.to_string_lossy().into_owned(),
        model_hash: origin.model_hash.clone(),
        faults: origin.faults.clone(),
        every_step: origin.every_step,
        properties: origin
            .properties
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        most_down: origin.most_down,
        free: origin.free,
        views: rows.len(),
        checksum: checksum(&lines),
    };
    let head = serde_json::to_string(&head).expect("keys are strings");
    format!("{head}\n{lines}")
}

fn checksum(lines: &str) -> String {
    format!("{:032x}", xxh3_128(lines.as_bytes()))
}

impl SavedViews {
    /// Reads the file `path`.
    ///
    /// # Errors
    /// Why it is not a readable proof.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let reason = plain_io_error(&error);
            let message = format!("cannot read `{}`: {reason}", path.display());
            let diagnostic = Diagnostic::new("certify::unreadable", message).about(path);
            Box::new(diagnostic.help("check the path and its permissions"))
        })?;
        Self::parse(path, &text)
    }

    /// Reads the text of the file `path`.
    ///
    /// # Errors
    /// Why it is not a readable proof.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Box<Diagnostic>> {
        let (first, lines) = text.split_once('\n').unwrap_or((text, ""));
        let head: ViewsHead = serde_json::from_str(first).map_err(|error| {
            Box::new(refused(
                path,
                &format!("its first line is not a header: {error}"),
            ))
        })?;
        if head.kind != KIND || head.api_version != API_VERSION {
            let reason = format!("it is a `{}` of `{}`", head.kind, head.api_version);
            return Err(Box::new(refused(path, &reason)));
        }
        if checksum(lines) != head.checksum {
            let reason = "its checksum does not match its lines";
            return Err(Box::new(refused(path, reason)));
        }
        let rows: Option<Vec<(usize, Vec<u64>)>> = lines.lines().map(row).collect();
        match rows {
            Some(rows) if rows.len() == head.views => Ok(Self { head, rows }),
            Some(rows) => {
                let reason = format!(
                    "it has {} views, but its header says {}",
                    rows.len(),
                    head.views
                );
                Err(Box::new(refused(path, &reason)))
            }
            None => Err(Box::new(refused(path, "a line is not a view"))),
        }
    }
}

fn row(line: &str) -> Option<(usize, Vec<u64>)> {
    let mut words = line.split(' ');
    let letters = words.next()?.parse().ok()?;
    let words = words.map(|word| u64::from_str_radix(word, 16).ok());
    Some((letters, words.collect::<Option<_>>()?))
}

fn refused(path: &Path, reason: &str) -> Diagnostic {
    let message = format!("`{}` is not a readable proof: {reason}", path.display());
    let diagnostic = Diagnostic::new("certify::not-views", message).about(path);
    diagnostic.help("proofs are written by `straddle check --every-n --save DIR`")
}
