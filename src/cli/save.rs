//! Writes counterexamples into a folder.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::outlet;
use crate::diagnostic::plain_io_error;
use crate::report::saved::SavedTrace;
use crate::report::{count, plain};
use crate::scenario::Diagnostic;

/// The folder that counterexamples go to.
pub(super) struct Saver {
    folder: PathBuf,
    /// What this run has written there.
    written: BTreeSet<PathBuf>,
}

impl Saver {
    /// Makes the folder if it is not there, and tries to write to it.
    ///
    /// # Errors
    /// Why there can be no such folder.
    pub fn new(folder: &Path) -> Result<Self, Box<Diagnostic>> {
        let failed = |error| Box::new(unwritable(folder, &error));
        std::fs::create_dir_all(folder).map_err(failed)?;
        outlet::try_in(&folder.join("trace")).map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            written: BTreeSet::new(),
        })
    }

    /// Writes each trace to a file of its own. Returns what to say of those that were written,
    /// and why the others were not.
    pub fn save(&mut self, traces: impl Iterator<Item = SavedTrace>) -> (String, Vec<Diagnostic>) {
        let (mut saved, mut mistakes) = (Vec::new(), Vec::new());
        for trace in traces {
            match self.save_one(&trace) {
                Ok(path) => saved.push(path),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        (said(&saved, "trace", "replay"), mistakes)
    }

    /// Writes each proof, which has a name and a text, to a file of its own.
    pub fn save_proofs(&mut self, proofs: &[(String, String)]) -> (String, Vec<Diagnostic>) {
        let (mut saved, mut mistakes) = (Vec::new(), Vec::new());
        for (name, text) in proofs {
            let scenario = name.trim_end_matches(".views");
            match self.write(Path::new(name), scenario, text) {
                Ok(path) => saved.push(path),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        (said(&saved, "proof", "certify"), mistakes)
    }

    fn save_one(&mut self, trace: &SavedTrace) -> Result<PathBuf, Box<Diagnostic>> {
        self.write(&trace.file_name(), &trace.scenario.name, &trace.render())
    }

    fn write(&mut self, file: &Path, name: &str, text: &str) -> Result<PathBuf, Box<Diagnostic>> {
        let path = self.folder.join(file);
        if !self.written.insert(path.clone()) {
            let message = format!("two scenarios are called `{name}`; the second was not saved");
            let diagnostic = Diagnostic::new("save::same-name", message).about(&path);
            let help = "run them one at a time, each with its own directory";
            return Err(Box::new(diagnostic.help(help)));
        }
        match outlet::write(&path, text) {
            Ok(()) => Ok(path),
            Err(error) => Err(Box::new(unwritable(&path, &error))),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    let reason = plain_io_error(error);
    let message = format!("cannot write `{}`: {reason}", path.display());
    Diagnostic::new("save::unwritable", message)
        .about(path)
        .help("give `--save` a writable directory with free space")
}

/// Which files were written, and an empty line.
fn said(saved: &[PathBuf], what: &str, command: &str) -> String {
    if saved.is_empty() {
        return String::new();
    }
    let number = count(saved.len(), what);
    let paths = saved.iter();
    let paths: Vec<String> = paths
        .map(|path| format!("  {}", plain(&path.to_string_lossy())))
        .collect();
    format!(
        "saved {number} for `straddle {command}`:\n{}\n\n",
        paths.join("\n")
    )
}
