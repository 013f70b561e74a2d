//! A counterexample as a file: enough to take the same steps again.
//!
//! Each step stands there twice: in words, for people, and as its place among the steps that
//! could come next. Who replays it checks both.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::{Counterexample, Step, views};
use crate::diagnostic::{Diagnostic, plain_io_error, plain_serde_error};

/// The group and version of the file.
const API_VERSION: &str = super::json::API_VERSION;
/// Its kind.
const KIND: &str = "Trace";

/// A saved counterexample.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedTrace {
    api_version: String,
    kind: String,
    /// Who has written it.
    pub tool: SavedTool,
    /// What it is about.
    pub scenario: SavedScenario,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: String,
    /// What was said in place of the scenario.
    pub overrides: SavedOverrides,
    /// The walk that it was found in; none if a search has found it.
    pub walk: Option<SavedWalk>,
    /// The property that is broken after the last step.
    pub property: String,
    /// Of an endless story: how many steps come before those that repeat forever. If that is all
    /// of them, nothing happens any more.
    pub loop_start: Option<usize>,
    /// The steps, first to last.
    pub steps: Vec<SavedStep>,
}

/// Who has written a trace.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct SavedTool {
    /// The tool's version.
    pub version: String,
}

/// What a trace is about.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct SavedScenario {
    /// The scenario's name.
    pub name: String,
    /// Its file, as it was given to the command that saved the trace.
    pub path: String,
}

/// What was said in place of the scenario.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedOverrides {
    /// `--faults`, as it is typed.
    pub faults: Option<String>,
    /// `--every-step`.
    pub every_step: bool,
    /// The replicas of the story, if they are fewer than the scenario's.
    pub replicas: Option<u32>,
    /// `--assume-harmless`, each time that it is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assume_harmless: Vec<String>,
}

/// The walk that a trace was found in.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct SavedWalk {
    /// Where its random numbers started.
    pub seed: u64,
    /// The number of the run.
    pub run: u64,
}

/// One step.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedStep {
    /// Counted from 1.
    pub number: usize,
    /// Its place among the steps that could come next, counted from 0.
    pub index: usize,
    /// Who takes it.
    pub actor: String,
    /// `source` or `destination`, where it has a side.
    pub cluster: Option<String>,
    /// The ordinal that it touches.
    pub ordinal: Option<u32>,
    /// A short name for what it does.
    pub action: String,
    /// What happens.
    pub text: String,
}

impl From<&Step> for SavedStep {
    fn from(step: &Step) -> Self {
        Self {
            number: step.number,
            index: step.index,
            actor: step.actor.name().to_owned(),
            cluster: step.side.map(|side| side.name().to_owned()),
            ordinal: step.ordinal,
            action: step.action.to_owned(),
            text: step.text.clone(),
        }
    }
}

/// Where a counterexample is from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// Its file.
    pub path: &'a Path,
    /// Its replicas.
    pub replicas: u32,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: &'a str,
    /// `--faults`, as it is typed.
    pub faults: Option<&'a str>,
    /// `--every-step`.
    pub every_step: bool,
    /// `--assume-harmless`, each time that it is given.
    pub assume_harmless: &'a [String],
    /// The walk that it was found in.
    pub walk: Option<SavedWalk>,
}

impl SavedTrace {
    /// A counterexample to `property`, to be saved.
    #[must_use]
    pub fn new(origin: &Origin<'_>, property: &str, counterexample: &Counterexample) -> Self {
        let replicas = counterexample.replicas;
        Self {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            tool: SavedTool {
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            scenario: SavedScenario {
                name: origin.scenario.to_owned(),
                path: origin.path.to_string_lossy().into_owned(),
            },
            model_hash: origin.model_hash.to_owned(),
            overrides: SavedOverrides {
                faults: origin.faults.map(str::to_owned),
                every_step: origin.every_step,
                replicas: (replicas != origin.replicas).then_some(replicas),
                assume_harmless: origin.assume_harmless.to_vec(),
            },
            walk: origin.walk,
            property: property.to_owned(),
            loop_start: counterexample.loop_start,
            steps: counterexample.steps.iter().map(SavedStep::from).collect(),
        }
    }

    /// The name of its file: `SCENARIO-PROPERTY.trace.json`.
    #[must_use]
    pub fn file_name(&self) -> PathBuf {
        format!("{}-{}.trace.json", self.scenario.name, self.property).into()
    }

    /// The text of the file, with a line end after it.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .expect("keys are strings and no type refuses to be written");
        text.push('\n');
        text
    }

    /// Reads the file `path`.
    ///
    /// # Errors
    /// Why it is not a trace that can be replayed.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let unreadable = |reason: String| {
            let message = format!("cannot read `{}`: {reason}", path.display());
            let diagnostic = Diagnostic::new("replay::unreadable", message).about(path);
            Box::new(diagnostic.help("check the path and its permissions"))
        };
        let bytes = contents(path).map_err(unreadable)?;
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(path, &text),
            Err(_) => Err(Box::new(not_a_trace(path, "it is not UTF-8 text"))),
        }
    }

    /// Reads the text of the file `path`.
    ///
    /// # Errors
    /// Why it is not a trace that can be replayed.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Box<Diagnostic>> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mistake = |error: &serde_json::Error| {
            let mut diagnostic = not_a_trace(path, &sentence(error));
            if error.line() > 0 {
                let place = offset(text, error.line(), error.column());
                diagnostic.source = Some(Arc::from(text));
                diagnostic = diagnostic.at(place..place + 1, "here");
            }
            Box::new(diagnostic)
        };
        // Not all of our documents end after their first value.
        let mut first = serde_json::Deserializer::from_str(text);
        let head = Head::deserialize(&mut first).map_err(|error| mistake(&error))?;
        head.check(path)?;
        serde_json::from_str(text).map_err(|error| mistake(&error))
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What every one of our documents begins with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: Option<String>,
    kind: Option<String>,
}

impl Head {
    /// Whether the rest can be read as a trace.
    fn check(self, path: &Path) -> Result<(), Box<Diagnostic>> {
        if self.kind.as_deref() != Some(KIND) {
            let reason = match &self.kind {
                Some(kind) => format!("its kind is `{kind}`, not `{KIND}`"),
                None => format!("it has no `kind`; a trace has `kind: {KIND}`"),
            };
            let refused = not_a_trace(path, &reason);
            return Err(Box::new(match self.kind.as_deref() {
                Some(views::KIND) => {
                    refused.help("it is a proof; check it with `straddle certify`")
                }
                _ => refused,
            }));
        }
        if self.api_version.as_deref() != Some(API_VERSION) {
            let message = match self.api_version {
                Some(found) => format!("`{found}` is not a known version of traces"),
                None => "the trace has no `apiVersion`".to_owned(),
            };
            let help = format!("this is Straddle {VERSION}, which reads `{API_VERSION}`");
            let diagnostic = Diagnostic::new("replay::other-version", message).about(path);
            return Err(Box::new(diagnostic.help(help)));
        }
        Ok(())
    }
}

/// What some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The most bytes that are read. A step takes some 250.
const MOST_BYTES: u64 = 64 << 20;

/// What is in the file `path`, which may be a pipe, or a device that never comes to its end.
fn contents(path: &Path) -> Result<Vec<u8>, String> {
    let plain = |error: std::io::Error| plain_io_error(&error);
    let file = File::open(path).map_err(plain)?;
    let mut bytes = Vec::new();
    let read = file.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    if read.map_err(plain)? as u64 > MOST_BYTES {
        return Err("it is larger than 64 MiB, and no trace is that long".to_owned());
    }
    Ok(bytes)
}

fn not_a_trace(path: &Path, reason: &str) -> Diagnostic {
    let message = format!("`{}` is not a saved trace: {reason}", path.display());
    Diagnostic::new("replay::not-a-trace", message)
        .about(path)
        .help(
            "traces are written by `straddle check --save DIR` and `straddle simulate --save DIR`",
        )
}

/// What an error says, in plain words and without the place, which is shown.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    let text = &text[..end];
    match error.classify() {
        Category::Eof => "it is truncated".to_owned(),
        Category::Syntax => format!("it is not JSON ({text})"),
        Category::Data | Category::Io => plain_serde_error(text),
    }
}

/// The byte that a line and column, counted from 1, stand for.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    text.floor_char_boundary((before + column.saturating_sub(1)).min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn saved(texts: &[String], index: usize, walk: Option<(u64, u64)>) -> SavedTrace {
        let mut story = samples::story();
        for (step, text) in story.steps.iter_mut().zip(texts) {
            (step.text, step.index) = (text.clone(), index);
        }
        let origin = Origin {
            scenario: "blog",
            path: Path::new("models/größe/scenario.yaml"),
            replicas: 3,
            model_hash: "00",
            faults: texts.first().map(String::as_str),
            every_step: index.is_multiple_of(2),
            assume_harmless: texts.get(1..).unwrap_or_default(),
            walk: walk.map(|(seed, run)| SavedWalk { seed, run }),
        };
        SavedTrace::new(&origin, "at-most-one-running", &story)
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_is_written_is_read(
            texts in proptest::collection::vec(any::<String>(), 0..8),
            index in any::<usize>(),
            walk in any::<Option<(u64, u64)>>(),
        ) {
            let trace = saved(&texts, index, walk);
            let read = SavedTrace::parse(Path::new("a.trace.json"), &trace.render());
            prop_assert_eq!(read.as_ref().ok(), Some(&trace));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".*") {
            let read = SavedTrace::parse(Path::new("a.trace.json"), &text);
            prop_assert!(read.is_err());
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let good = saved(&[], 0, None);
        let text = format!("\u{feff}{}", good.render());
        let read = SavedTrace::parse(Path::new("a.trace.json"), &text);
        assert_eq!(read.as_ref().ok(), Some(&good));
        let twice = SavedTrace::parse(Path::new("a.trace.json"), &format!("\u{feff}{text}"));
        assert!(twice.is_err());
    }

    #[test]
    fn mistakes_are_in_plain_words() {
        let good = saved(&[], 0, None).render();
        let rows = [
            ("[]".to_owned(), "expected a map, found a list"),
            ("3".to_owned(), "expected a map, found `3`"),
            ("{\"kind\": ".to_owned(), "it is truncated"),
            ("kind: Trace".to_owned(), "it is not JSON (expected value)"),
            (
                good.replace("\"index\": 0", "\"index\": -1"),
                "expected a whole number, found `-1`",
            ),
            (
                good.replace("\"replicas\": 6", "\"replicas\": 4294967296"),
                "expected a whole number of 32 bits, found `4294967296`",
            ),
            (
                good.replace("\"everyStep\": true", "\"everyStep\": \"x, expected y\""),
                "expected `true` or `false`, found \"x, expected y\"",
            ),
            (
                good.replace("\"loopStart\": null", "\"loopStart\": []"),
                "expected a whole number, found a list",
            ),
        ];
        for (text, words) in rows {
            let refused = SavedTrace::parse(Path::new("a.trace.json"), &text);
            let refused = refused.expect_err(&text);
            let expected = format!("`a.trace.json` is not a saved trace: {words}");
            assert_eq!(refused.message, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        let good = saved(&[], 0, None).render();
        let rows = [
            ("", "replay::not-a-trace", None),
            ("[]", "replay::not-a-trace", Some(1)),
            ("{}", "replay::not-a-trace", None),
            (r#"{"kind": "Report"}"#, "replay::not-a-trace", None),
            (r#"{"kind": "Trace"}"#, "replay::other-version", None),
            (
                &good.replace("v1alpha1", "v2"),
                "replay::other-version",
                None,
            ),
            (
                &good.replace("\"steps\"", "\"stepps\""),
                "replay::not-a-trace",
                None,
            ),
            (
                &good.replace("\"index\": 0", "\"index\": -1"),
                "replay::not-a-trace",
                None,
            ),
            (&good[..good.len() / 2], "replay::not-a-trace", None),
        ];
        for (text, code, line) in rows {
            let refused = SavedTrace::parse(Path::new("a.trace.json"), text);
            let refused = refused.expect_err(text);
            assert_eq!(refused.code, code, "{text}");
            if line.is_some() {
                assert_eq!(refused.line(), line, "{text}");
            }
        }
    }
}
