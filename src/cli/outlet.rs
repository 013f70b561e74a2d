//! Where a report goes: each format to standard output or to a file of its own.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::diagnostic::plain_io_error;
use crate::report::{FORMATS, Finding, Format};
use crate::scenario::Diagnostic;

/// A format, and the file it goes to; none for standard output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outlet {
    pub format: &'static Format,
    pub file: Option<PathBuf>,
}

/// The formats in which reports of a kind can be written.
fn offered<R: Finding>() -> impl Iterator<Item = &'static Format> {
    let all = FORMATS.into_iter();
    all.filter(|format| R::render(format).is_some())
}

/// `pretty, json, junit or github`.
pub(super) fn names<R: Finding>() -> String {
    let names: Vec<&str> = offered::<R>().map(|format| format.name).collect();
    let (last, others) = names.split_last().expect("people can always read a report");
    format!("{} or {last}", others.join(", "))
}

/// `junit=report.xml`: a format that goes to a file.
fn example<R: Finding>() -> String {
    let document = offered::<R>().filter(|format| format.is_document).last();
    let format = document.unwrap_or(FORMATS[0]);
    format!("{}=report.{}", format.name, format.extension)
}

/// What `-o` does, for reports of a kind.
pub(super) fn help<R: Finding>() -> String {
    let names = names::<R>();
    format!("Format of the report, and optionally a file for it: {names}; may be repeated")
}

/// The same, with what people ask next.
pub(super) fn long_help<R: Finding>() -> String {
    let (help, example) = (help::<R>(), example::<R>());
    let offered = offered::<R>().map(|format| format!("`{}` is {}", format.name, format.about));
    let offered: Vec<String> = offered.collect();
    let offered = offered.join("; ");
    format!(
        "{help}\n\n{offered}.\n\nWith a file (`{example}`) the report is written there, otherwise to \
         standard output. Standard output is `{}` unless another format is sent there.",
        FORMATS[0].name
    )
}

/// Reads `FORMAT` or `FORMAT=FILE`, for reports of a kind.
pub(super) fn parse<R: Finding>(text: &str) -> Result<Outlet, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file name is missing after `=`".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let Some(format) = offered::<R>().find(|format| format.name == name) else {
        let names: Vec<&str> = offered::<R>().map(|format| format.name).collect();
        return Err(format!(
            "it must be one of {}, optionally with a file: {}",
            names.join(", "),
            example::<R>()
        ));
    };
    Ok(Outlet { format, file })
}

/// All outlets of a run.
#[derive(Clone, Debug)]
pub(super) struct Outlets(Vec<Outlet>);

impl Outlets {
    /// Those that were asked for. People read standard output unless a format without a file
    /// takes it.
    ///
    /// # Errors
    /// Two that would get into each other's way, or a file that cannot be written.
    pub fn new(asked: &[Outlet]) -> Result<Self, Box<Diagnostic>> {
        let mut all = asked.to_vec();
        if all.iter().all(|outlet| outlet.file.is_some()) {
            all.push(Outlet {
                format: FORMATS[0],
                file: None,
            });
        }
        let outlets = Self(all);
        outlets.check_standard_output()?;
        for (number, file) in outlets.files().enumerate() {
            let is_same = |other: &Path| resolved(other) == resolved(file);
            if outlets.files().take(number).any(is_same) {
                let message = format!("two formats would be written to `{}`", file.display());
                return mistake("output::same-file", message, "give each its own file");
            }
            probe(file)?;
        }
        Ok(outlets)
    }

    fn check_standard_output(&self) -> Result<(), Box<Diagnostic>> {
        let shown = || self.0.iter().filter(|outlet| outlet.file.is_none());
        let document = shown().find(|outlet| outlet.format.is_document);
        match document {
            Some(document) if shown().count() > 1 => {
                let name = document.format.name;
                let message = format!("`{name}` has to be the only output on standard output");
                let help = format!("send it to a file: -o {name}=FILE");
                mistake("output::mixed", message, &help)
            }
            _ => Ok(()),
        }
    }

    /// Whether people read standard output.
    pub fn tells(&self) -> bool {
        self.0.iter().any(Outlet::tells)
    }

    /// Those that are written as a whole once the run is over.
    pub fn whole(&self) -> impl Iterator<Item = &Outlet> {
        self.0.iter().filter(|outlet| !outlet.tells())
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|outlet| outlet.file.as_deref())
    }
}

impl Outlet {
    /// People read it while it is written.
    fn tells(&self) -> bool {
        self.format == FORMATS[0] && self.file.is_none()
    }
}

fn mistake<T>(code: &'static str, message: String, help: &str) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(Diagnostic::new(code, message).help(help)))
}

/// Finds out before a search that may take long whether a file can be written.
fn probe(file: &Path) -> Result<(), Box<Diagnostic>> {
    let failed = |error| Box::new(unwritable(file, &error));
    if file.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    // A pipe must not be opened twice.
    if is_stream(file) {
        return Ok(());
    }
    try_in(&resolved(file)).map_err(failed)
}

/// Tries whether a file can be made where `file` will be.
pub(super) fn try_in(file: &Path) -> io::Result<()> {
    let unfinished = unfinished(file);
    std::fs::write(&unfinished, "")?;
    std::fs::remove_file(&unfinished)
}

/// That a report cannot be written there.
pub(super) fn unwritable(file: &Path, error: &io::Error) -> Diagnostic {
    let reason = plain_io_error(error);
    let message = format!("cannot write `{}`: {reason}", file.display());
    Diagnostic::new("output::unwritable", message)
        .about(file)
        .help("name a file in a directory that exists and is writable")
}

/// Writes a file as a whole or not at all: under another name first. A file that is there keeps
/// its permissions; a link stays one. What is written to a device or a pipe goes there.
pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    if is_stream(file) {
        let mut stream = std::fs::OpenOptions::new().write(true).open(file)?;
        return stream.write_all(text.as_bytes());
    }
    let file = &resolved(file);
    let unfinished = unfinished(file);
    let written = std::fs::write(&unfinished, text);
    let moved = written
        .and_then(|()| match std::fs::metadata(file) {
            Ok(old) => std::fs::set_permissions(&unfinished, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&unfinished, file));
    if moved.is_err() {
        // What is left of it is of no use; that it cannot be removed adds nothing to say.
        let _ = std::fs::remove_file(&unfinished);
    }
    moved
}

/// Whether a file is there that has nothing in it to replace: a device, a pipe, a descriptor of
/// this process.
fn is_stream(file: &Path) -> bool {
    let is_of_system = ["/dev", "/proc"].iter().any(|root| file.starts_with(root));
    std::fs::metadata(file).is_ok_and(|there| is_of_system || !there.is_file())
}

/// The file that a path leads to, by links and from this folder.
fn resolved(file: &Path) -> PathBuf {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let by_folder = || Some(folder.canonicalize().ok()?.join(file.file_name()?));
    let canonical = file.canonicalize().ok();
    canonical
        .or_else(by_folder)
        .unwrap_or_else(|| file.to_owned())
}

fn unfinished(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ScenarioResult;
    use crate::report::replay::Replayed;
    use crate::report::simulation::SimulatedScenario;

    fn outlets(asked: &[&str]) -> Result<Outlets, String> {
        let asked: Result<Vec<Outlet>, String> = asked
            .iter()
            .map(|text| parse::<ScenarioResult>(text))
            .collect();
        Outlets::new(&asked?).map_err(|mistake| mistake.code.to_owned())
    }

    #[test]
    fn people_read_standard_output_unless_it_is_taken() {
        let tells = |asked: &[&str]| outlets(asked).map(|outlets| outlets.tells());
        let folder = std::env::temp_dir();
        let file = format!("junit={}", folder.join("straddle-outlet.xml").display());
        assert_eq!(tells(&[]), Ok(true));
        assert_eq!(tells(&["json"]), Ok(false));
        assert_eq!(tells(&["github"]), Ok(false));
        assert_eq!(tells(&["github", "pretty"]), Ok(true));
        assert_eq!(tells(&[&file]), Ok(true));
        assert_eq!(tells(&[&file, "github"]), Ok(false));
    }

    #[test]
    fn a_document_stands_alone() {
        for asked in [["json", "pretty"], ["github", "junit"], ["json", "junit"]] {
            assert_eq!(outlets(&asked).unwrap_err(), "output::mixed", "{asked:?}");
        }
    }

    #[test]
    fn one_file_has_many_names() {
        let folder = std::env::temp_dir();
        let asked = [
            format!("json={}", folder.join("straddle-same").display()),
            format!("junit={}", folder.join("./straddle-same").display()),
        ];
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        assert_eq!(outlets(&asked).unwrap_err(), "output::same-file");
    }

    #[test]
    fn a_format_that_is_none_is_refused() {
        for asked in ["xml", "junit=", "=out.xml", ""] {
            assert!(parse::<ScenarioResult>(asked).is_err(), "{asked}");
        }
    }

    #[test]
    fn walks_have_no_verdicts_to_write() {
        assert_eq!(names::<ScenarioResult>(), "pretty, json, junit or github");
        assert_eq!(names::<SimulatedScenario>(), "pretty or json");
        assert_eq!(names::<Replayed>(), "pretty, json, junit or github");
        let refused = parse::<SimulatedScenario>("junit").unwrap_err();
        assert!(
            refused.starts_with("it must be one of pretty, json,"),
            "{refused}"
        );
    }
}
