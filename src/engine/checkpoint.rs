//! What a search knows, in a file, so that another run can go on from there.
//!
//! A folder holds at most one checkpoint. It is written under another name, and takes the place of
//! the one before when it is complete: whatever ends the program, a complete one is there. A file
//! that is locked keeps two runs from using one folder.

mod stream;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use stream::{CHECKSUM, is_whole};
pub(super) use stream::{Sink, Source, damaged};

/// The first bytes of a checkpoint.
const MAGIC: [u8; 8] = *b"straddle";

/// Changes with what is written and how. In every format the last eight bytes are the checksum of
/// all the others.
const FORMAT: u64 = 4;

/// The name of the checkpoint in its folder.
pub const FILE: &str = "search.checkpoint";
const PARTIAL: &str = "search.checkpoint.partial";
const LOCK: &str = "lock";

/// Why there is no checkpoint to write to or to go on from.
#[derive(Debug, Error)]
pub enum Error {
    /// The folder cannot be used.
    #[error("cannot use the directory `{}`: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Another run uses the folder.
    #[error("another run is using `{}`", .0.display())]
    InUse(PathBuf),
    /// A new search would take the place of one that can still go on.
    #[error("`{}` holds the checkpoint of an unfinished search", .0.display())]
    Taken(PathBuf),
    /// There is nothing to go on from.
    #[error("there is no checkpoint in `{}`", .0.display())]
    Missing(PathBuf),
    /// The checkpoint is there and cannot be read.
    #[error("cannot read `{}`: {error}", file.display())]
    Unreadable {
        /// The checkpoint.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is not as it was written.
    #[error("`{}` is damaged or incomplete", .0.display())]
    Damaged(PathBuf),
    /// It is written in another way than this program writes.
    #[error("`{}` has format {found}, but this version reads format {FORMAT}", file.display())]
    Format {
        /// The checkpoint.
        file: PathBuf,
        /// Its format.
        found: u64,
    },
    /// It is of another search.
    #[error("`{}` belongs to another search: its {what} is {saved}, here it is {given}", file.display())]
    Differs {
        /// The checkpoint.
        file: PathBuf,
        /// What differs.
        what: String,
        /// What it is in the checkpoint.
        saved: String,
        /// What it is now.
        given: String,
    },
}

/// What a search is about: names and values. Only a search with the same ones goes on from a
/// checkpoint.
pub type About = Vec<(String, String)>;

/// A folder for the checkpoint of a search. It is locked as long as this exists.
#[derive(Debug)]
pub struct Checkpoints {
    /// The least time between two checkpoints.
    pub every: Duration,
    /// What the caller says the search is about, beside the question and the settings.
    pub about: About,
    folder: PathBuf,
    resumes: bool,
    /// Holds the lock.
    _lock: File,
}

impl Checkpoints {
    /// For a new search. Makes the folder if it is not there.
    ///
    /// # Errors
    /// The folder cannot be written to, is in use, or holds a checkpoint.
    pub fn start(folder: &Path, every: Duration) -> Result<Self, Error> {
        let failed = |error| unusable(folder, error);
        fs::create_dir_all(folder).map_err(failed)?;
        let checkpoints = Self::open(folder, every, false)?;
        if checkpoints.file().try_exists().map_err(failed)? {
            return Err(Error::Taken(folder.to_owned()));
        }
        Ok(checkpoints)
    }

    /// For a search that goes on.
    ///
    /// # Errors
    /// The folder is in use, or holds no checkpoint, or one that is not as it was written.
    pub fn resume(folder: &Path, every: Duration) -> Result<Self, Error> {
        let failed = |error| unusable(folder, error);
        if !folder.join(FILE).try_exists().map_err(failed)? {
            return Err(Error::Missing(folder.to_owned()));
        }
        let checkpoints = Self::open(folder, every, true)?;
        let (mut from, length) = checkpoints.read()?;
        match is_whole(&mut from, length) {
            Ok(true) => Ok(checkpoints),
            Ok(false) => Err(Error::Damaged(checkpoints.file())),
            Err(error) => Err(checkpoints.unreadable(error)),
        }
    }

    fn open(folder: &Path, every: Duration, resumes: bool) -> Result<Self, Error> {
        let failed = |error| unusable(folder, error);
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true);
        let lock = options.open(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                every,
                about: About::new(),
                folder: folder.to_owned(),
                resumes,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a search is to go on from the checkpoint that is there.
    #[must_use]
    pub const fn resumes(&self) -> bool {
        self.resumes
    }

    /// Takes the checkpoint away.
    ///
    /// # Errors
    /// It is still there.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// The checkpoint and its length.
    fn read(&self) -> Result<(BufReader<File>, u64), Error> {
        let open = || {
            let file = File::open(self.file())?;
            let length = file.metadata()?.len();
            Ok((BufReader::with_capacity(1 << 20, file), length))
        };
        open().map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: io::Error) -> Error {
        let file = self.file();
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Error::Damaged(file),
            _ => Error::Unreadable { file, error },
        }
    }

    /// Whether the checkpoint is of a search like this one.
    pub(super) fn verify(&self, about: &About) -> Result<(), Error> {
        self.load(about, |_| Ok(()))
    }

    /// Reads the checkpoint of a search like this one. `read` has to take all there is, or
    /// nothing.
    pub(super) fn load(
        &self,
        about: &About,
        read: impl FnOnce(&mut Source) -> io::Result<()>,
    ) -> Result<(), Error> {
        let (mut from, length) = self.read()?;
        let length = length.checked_sub(CHECKSUM);
        let length = length.ok_or_else(|| Error::Damaged(self.file()))?;
        let mut source = Source::new(&mut from, length);
        let format = head(&mut source).map_err(|error| self.unreadable(error))?;
        if format != FORMAT {
            return Err(Error::Format {
                file: self.file(),
                found: format,
            });
        }
        let saved = texts(&mut source).map_err(|error| self.unreadable(error))?;
        if let Some((what, saved, given)) = difference(&saved, about) {
            return Err(Error::Differs {
                file: self.file(),
                what,
                saved,
                given,
            });
        }
        read(&mut source).map_err(|error| self.unreadable(error))
    }

    /// Writes a checkpoint of a search, which takes the place of the one before.
    pub(super) fn save(
        &self,
        about: &About,
        write: impl FnOnce(&mut Sink) -> io::Result<()>,
    ) -> io::Result<()> {
        let partial = self.folder.join(PARTIAL);
        let replaced = File::create(&partial).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 20, file);
            fill(&mut out, about, write)?;
            out.into_inner()?.sync_all()?;
            fs::rename(&partial, self.file())?;
            sync_folder(&self.folder)
        });
        if replaced.is_err() {
            // What is left of it is of no use; that it cannot be removed adds nothing to say.
            let _ = fs::remove_file(&partial);
        }
        replaced
    }
}

fn unusable(folder: &Path, error: io::Error) -> Error {
    Error::Folder {
        folder: folder.to_owned(),
        error,
    }
}

/// A whole checkpoint.
fn fill(
    out: &mut dyn Write,
    about: &About,
    write: impl FnOnce(&mut Sink) -> io::Result<()>,
) -> io::Result<()> {
    let mut sink = Sink::new(out);
    sink.bytes(&MAGIC)?;
    sink.number(FORMAT)?;
    sink.number(about.len() as u64)?;
    for (name, value) in about {
        sink.text(name)?;
        sink.text(value)?;
    }
    write(&mut sink)?;
    sink.finish()
}

/// The format of a checkpoint.
fn head(source: &mut Source) -> io::Result<u64> {
    if source.bytes()? != MAGIC {
        return Err(damaged());
    }
    source.number()
}

fn texts(source: &mut Source) -> io::Result<About> {
    let count = source.number()?;
    (0..count)
        .map(|_| Ok((source.text()?, source.text()?)))
        .collect()
}

/// The first thing that differs, as it was and as it is.
fn difference(saved: &About, given: &About) -> Option<(String, String, String)> {
    let value = |about: &About, name: &str| {
        let found = about.iter().find(|(other, _)| other == name);
        found.map_or_else(|| "not known".to_owned(), |(_, value)| value.clone())
    };
    let names = given.iter().chain(saved).map(|(name, _)| name);
    let mut both = names.map(|name| (name.clone(), value(saved, name), value(given, name)));
    both.find(|(_, saved, given)| saved != given)
}

/// Makes sure that the new name of a file lasts.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Not every file system can do that.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
