//! Where a report goes: each format to standard output or to a file of its own.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::diagnostic::plain_io_error;
use crate::report::terminal::{self, Settings};
use crate::report::{Report, github, json, junit};
use crate::scenario::Diagnostic;

/// How a report can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Pretty,
    Json,
    Junit,
    Github,
}

impl Format {
    const ALL: [(&str, Self); 4] = [
        ("pretty", Self::Pretty),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("github", Self::Github),
    ];

    /// The whole report.
    pub fn render(self, report: &Report, settings: &Settings) -> String {
        match self {
            Self::Pretty => {
                anstream::adapter::strip_str(&terminal::render(report, settings)).to_string()
            }
            Self::Json => json::render(report),
            Self::Junit => junit::render(report, settings),
            Self::Github => github::render(report),
        }
    }

    /// Whether it is a document of its own, which nothing else may stand beside.
    const fn is_document(self) -> bool {
        matches!(self, Self::Json | Self::Junit)
    }
}

/// A format, and the file it goes to; none for standard output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outlet {
    pub format: Format,
    pub file: Option<PathBuf>,
}

impl FromStr for Outlet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("no file is named behind `=`".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let known = Format::ALL.iter().find(|(known, _)| *known == name);
        let Some(&(_, format)) = known else {
            let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "it must be one of {}, or one of them with a file: junit=report.xml",
                names.join(", ")
            ));
        };
        Ok(Self { format, file })
    }
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
                format: Format::Pretty,
                file: None,
            });
        }
        let outlets = Self(all);
        outlets.check_standard_output()?;
        for (number, (_, file)) in outlets.files().enumerate() {
            let is_same = |(_, other): (Format, &Path)| resolved(other) == resolved(file);
            if outlets.files().take(number).any(is_same) {
                let message = format!("two formats would be written to `{}`", file.display());
                return mistake("output::same-file", message, "give each a file of its own");
            }
            probe(file)?;
        }
        Ok(outlets)
    }

    fn check_standard_output(&self) -> Result<(), Box<Diagnostic>> {
        let shown = || self.0.iter().filter(|outlet| outlet.file.is_none());
        let document = shown().find(|outlet| outlet.format.is_document());
        match document {
            Some(document) if shown().count() > 1 => {
                let name = Format::ALL
                    .iter()
                    .find(|(_, format)| *format == document.format);
                let name = name.map_or("", |(name, _)| name);
                let message = format!(
                    "`{name}` is a document, and standard output is to show something else too"
                );
                let help = format!("give it a file: -o {name}=FILE");
                mistake("output::mixed", message, &help)
            }
            _ => Ok(()),
        }
    }

    /// Whether people read standard output.
    pub fn tells(&self) -> bool {
        self.shows(Format::Pretty)
    }

    /// Whether standard output shows a format.
    pub fn shows(&self, format: Format) -> bool {
        let shown = Outlet { format, file: None };
        self.0.contains(&shown)
    }

    /// The formats that go to files.
    pub fn files(&self) -> impl Iterator<Item = (Format, &Path)> {
        let files = self.0.iter();
        files.filter_map(|outlet| Some((outlet.format, outlet.file.as_deref()?)))
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
        .help("name a file in a folder that is there and that you may write to")
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

    fn outlets(asked: &[&str]) -> Result<Outlets, String> {
        let asked: Result<Vec<Outlet>, String> = asked.iter().map(|text| text.parse()).collect();
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
            assert!(asked.parse::<Outlet>().is_err(), "{asked}");
        }
    }
}
