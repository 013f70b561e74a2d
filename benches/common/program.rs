//! Other people's checkers, as programs that are run and measured from outside.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::measured::{Measured, cpu_seconds_of_children, peak_bytes};

/// An empty folder for the files of one engine, inside of Cargo's.
pub fn folder(engine: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("peers")
        .join(engine)
}

/// Empties the folder of an engine.
///
/// # Errors
/// That of the file system, as a sentence.
pub fn empty_folder(engine: &str) -> Result<PathBuf, String> {
    let folder = folder(engine);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(folder)
}

/// Writes a file of an engine.
///
/// # Errors
/// That of the file system, as a sentence.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}

/// The first folder of `PATH` that has a file of this name, with the name.
pub fn find(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut paths = std::env::split_paths(&folders).map(|folder| folder.join(name));
    paths.find(|path| path.is_file())
}

/// Runs a tool whose cost does not count.
///
/// # Errors
/// What it printed, if it fails.
pub fn call(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let [told, complained] = [&output.stdout, &output.stderr];
    let told = [told, complained].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Err(told.concat())
}

/// Runs a program to its end and measures it; the counts are for the caller to read from what
/// it printed.
///
/// The peak of memory is looked up again and again while it runs, as it is gone with the
/// process. It never sinks, so only what was added after the last look is missed.
///
/// # Errors
/// Why there is nothing to read.
pub fn measure(
    command: &mut Command,
    folder: &Path,
    timeout: Duration,
) -> Result<(Measured, String), String> {
    let path = folder.join("printed");
    let sentence = |error: std::io::Error| error.to_string();
    let file = File::create(&path).map_err(sentence)?;
    let complaints = file.try_clone().map_err(sentence)?;
    let (cpu_before, started) = (cpu_seconds_of_children(), Instant::now());
    let mut child = command
        .current_dir(folder)
        .stdout(file)
        .stderr(complaints)
        .spawn()
        .map_err(sentence)?;
    let process = child.id().to_string();
    let mut most = 0;
    while child.try_wait().map_err(sentence)?.is_none() {
        most = most.max(peak_bytes(&process));
        let elapsed = started.elapsed();
        if elapsed > timeout {
            child.kill().map_err(sentence)?;
            child.wait().map_err(sentence)?;
            return Err("timed out".to_owned());
        }
        sleep((elapsed / 100).clamp(Duration::from_millis(1), Duration::from_millis(20)));
    }
    let measured = Measured {
        unique_states: 0,
        transitions: 0,
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: cpu_seconds_of_children() - cpu_before,
        peak_bytes: most,
    };
    let printed = fs::read_to_string(&path).map_err(sentence)?;
    Ok((measured, printed))
}

/// The number in front of `words` in what a program printed. Digits may be grouped by commas.
pub fn number_before(printed: &str, words: &str) -> Option<u64> {
    let (before, _) = printed.split_once(words)?;
    let number = before.split_whitespace().next_back()?;
    number.replace(',', "").parse().ok()
}
