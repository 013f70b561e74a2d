//! TLC: the protocol as TLA+, run by Java.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::arguments::Size;
use crate::measured::Measured;
use crate::program::{empty_folder, find, folder, measure, number_before, write};

const NAME: &str = "tlc";

/// What names the archive with TLC in it.
const JAR: &str = "TLA2TOOLS_JAR";

/// The archive: where the environment says, or in a folder of `PATH`.
fn jar() -> Option<PathBuf> {
    let named = env::var_os(JAR).map(PathBuf::from);
    named
        .filter(|path| path.is_file())
        .or_else(|| find("tla2tools.jar"))
}

/// Writes the protocol and its size.
pub fn prepare(size: Size) -> Result<(), String> {
    if find("java").is_none() || jar().is_none() {
        return Err("not installed".to_owned());
    }
    let folder = empty_folder(NAME)?;
    write(&folder, "R.tla", include_str!("R.tla"))?;
    let mut lines = Vec::new();
    for line in include_str!("R.cfg").lines() {
        lines.push(if line.starts_with("CONSTANTS") {
            let (n, e, c) = (size.replicas, size.evictions, size.crashes);
            format!("CONSTANTS N = {n} E = {e} C = {c}")
        } else {
            line.to_owned()
        });
    }
    write(&folder, "R.cfg", &lines.join("\n"))
}

/// Runs TLC; the start of Java is part of its time.
pub fn run(workers: usize, timeout: Duration) -> Result<Measured, String> {
    let folder = folder(NAME);
    let jar = jar().ok_or("not installed")?;
    let mut search = Command::new("java");
    search
        .args(["-XX:+UseParallelGC", "-Djava.io.tmpdir=."])
        .arg("-cp")
        .arg(std::path::absolute(jar).map_err(|error| error.to_string())?)
        .args(["tlc2.TLC", "-deadlock", "-cleanup", "-workers"])
        .arg(workers.to_string())
        .args(["-config", "R.cfg", "R.tla"]);
    let (measured, printed) = measure(&mut search, &folder, timeout)?;
    read(measured, &printed).ok_or_else(|| format!("unexpected:\n{printed}"))
}

/// The counts of a search that has seen everything and has found no error.
fn read(measured: Measured, printed: &str) -> Option<Measured> {
    let (progress, end) = printed.split_once("Model checking completed. No error")?;
    debug_assert!(!progress.contains("Error:"));
    Some(Measured {
        unique_states: number_before(end, " distinct states found")?,
        // The initial state is one of them.
        transitions: number_before(end, " states generated")? - 1,
        ..measured
    })
}
