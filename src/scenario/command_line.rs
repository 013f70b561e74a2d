//! A scenario of manifests and a script that the command line names.
//!
//! The types of the grammar are filled in. Mistakes are shown in the text of a scenario file that
//! would say the same, so every value notes its place there.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::file::{MigrationFile, ScenarioFile, SideFile};
use super::lower;
use super::reader::{Reader, Spanned};
use super::ready::Scenario;
use super::types::Overrides;
use crate::diagnostic::{Diagnostic, Source, plain_io_error};
use crate::runbook;
use crate::vocabulary::{Assumption, Weight};

/// The files of a check without a scenario file.
#[derive(Clone, Copy, Debug)]
pub struct RunbookFiles<'a> {
    /// The manifest of the source's set.
    pub source: &'a Path,
    /// The manifest of the destination's set.
    pub destination: Option<&'a Path>,
    /// The script.
    pub runbook: &'a Path,
}

impl RunbookFiles<'_> {
    /// Those that cannot be read, said of the flag that names each.
    fn unreadable(&self) -> Vec<Diagnostic> {
        let files = [
            ("--source", Some(self.source)),
            ("--destination", self.destination),
            ("--runbook", Some(self.runbook)),
        ];
        let unreadable = |(flag, file): (&str, Option<&Path>)| {
            let file = file?;
            let reason = plain_io_error(&fs::File::open(file).err()?);
            let message = format!("cannot read `{}`: {reason}", file.display());
            let help = format!("`{flag}` takes a file, relative to the current directory");
            Some(Diagnostic::new("runbook::unreadable-file", message).help(help))
        };
        files.into_iter().filter_map(unreadable).collect()
    }
}

/// A text, and the places of the values in it.
struct Text(String);

impl Text {
    /// Adds a part as it stands.
    fn add(&mut self, part: &str) -> Range<usize> {
        let start = self.0.len();
        self.0.push_str(part);
        start..self.0.len()
    }

    /// Adds a value between quotes.
    fn path(&mut self, path: &Path) -> Spanned<String> {
        let value = path.to_string_lossy().into_owned();
        let span = self.add(&serde_json::Value::from(&*value).to_string());
        Spanned { value, span }
    }

    fn flag(&mut self, value: bool) -> Spanned<bool> {
        let span = self.add(if value { "true" } else { "false" });
        Spanned { value, span }
    }
}

/// The scenario that the files stand for, and its text.
fn scenario(files: &RunbookFiles<'_>, absent: bool) -> (ScenarioFile, String) {
    let mut text = Text(String::new());
    text.add("apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n");
    let head = text.add("source");
    text.add(": {manifest: ");
    let source = SideFile {
        head,
        manifest: Some(text.path(files.source)),
        ..SideFile::default()
    };
    text.add("}\n");
    let destination = destination(&mut text, files.destination, absent);
    let head = text.add("migration");
    text.add(": {runbook: ");
    let migration = MigrationFile {
        head,
        is_whole: true,
        runbook: Some(text.path(files.runbook)),
        ..MigrationFile::default()
    };
    text.add("}\n");
    let file = ScenarioFile {
        source: Some(source),
        destination,
        migration: Some(migration),
        ..ScenarioFile::default()
    };
    (file, text.0)
}

fn destination(text: &mut Text, manifest: Option<&Path>, absent: bool) -> Option<SideFile> {
    if manifest.is_none() && !absent {
        return None;
    }
    let head = text.add("destination");
    text.add(": {");
    let manifest = manifest.map(|path| {
        text.add("manifest: ");
        let path = text.path(path);
        text.add(", ");
        path
    });
    text.add("absent: ");
    let absent = Some(text.flag(absent));
    text.add("}\n");
    Some(SideFile {
        head,
        manifest,
        absent,
        ..SideFile::default()
    })
}

impl Scenario {
    /// A scenario of two manifests and a script, about which nothing else is said. Without a
    /// manifest of the destination, its set is the source's without replicas. If the script
    /// creates that set, there is none at the start.
    ///
    /// # Errors
    /// All mistakes in them.
    pub fn of_runbook(
        files: &RunbookFiles<'_>,
        overrides: &Overrides,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mistakes = files.unreadable();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let lowered = |absent| {
            let (file, text) = scenario(files, absent);
            let source = Source {
                path: Path::new("command line").to_path_buf(),
                text: Arc::from(text),
            };
            let reader = Reader::new(&source, &|path| fs::read(path));
            lower::lower(reader, &file, overrides)
        };
        let scenario = lowered(false);
        let creates = |scenario: &Self| runbook::creates_first(&scenario.setup.program);
        let mut scenario = match scenario {
            Ok(scenario) if creates(&scenario) => {
                let mut scenario = lowered(true)?;
                scenario.assumed.push(Assumption {
                    weight: Weight::Detail,
                    field: "destination".to_owned(),
                    value: "no set yet".to_owned(),
                    text: "the script creates it".to_owned(),
                });
                scenario
            }
            other => other?,
        };
        scenario.path = files.runbook.to_path_buf();
        scenario.name = files
            .runbook
            .file_stem()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(scenario)
    }
}
