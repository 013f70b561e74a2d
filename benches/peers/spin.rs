//! SPIN: the protocol as Promela, translated to C, compiled, run.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::arguments::Size;
use crate::measured::Measured;
use crate::program::{call, empty_folder, find, folder, measure, number_before, write};

const NAME: &str = "spin";

/// Deep enough for the protocol: a search that needs more says so, and is not shown.
const DEPTH: &str = "-m100000";

/// Translates and compiles the protocol.
pub fn prepare(size: Size) -> Result<(), String> {
    let (Some(spin), Some(compiler)) = (find("spin"), find("gcc").or_else(|| find("cc"))) else {
        return Err("not installed".to_owned());
    };
    let folder = empty_folder(NAME)?;
    write(&folder, "R.pml", include_str!("R.pml"))?;
    let sizes = [
        format!("-DN={}", size.replicas),
        format!("-DE={}", size.evictions),
        format!("-DC={}", size.crashes),
    ];
    let mut translate = Command::new(spin);
    call(
        translate
            .arg("-a")
            .args(sizes)
            .arg("R.pml")
            .current_dir(&folder),
    )?;
    compile(&compiler, &folder)
}

/// Whole states in an ordinary hash table. Partial-order reduction finds nothing in one process,
/// and without it a state is smaller.
fn compile(compiler: &Path, folder: &Path) -> Result<(), String> {
    let options = ["-O3", "-march=native", "-w", "-DSAFETY", "-DNOREDUCE"];
    let mut compile = Command::new(compiler);
    compile.args(options).arg("-DMEMLIM=1000000");
    call(compile.args(["-o", "pan", "pan.c"]).current_dir(folder))
}

/// Runs the compiled search.
pub fn run(timeout: Duration) -> Result<Measured, String> {
    let folder = folder(NAME);
    let mut search = Command::new(folder.join("pan"));
    let (measured, printed) = measure(search.arg(DEPTH), &folder, timeout)?;
    read(measured, &printed).ok_or_else(|| format!("unexpected:\n{printed}"))
}

/// The counts of a search that has seen everything and has found no error.
fn read(measured: Measured, printed: &str) -> Option<Measured> {
    let complete = printed.contains("errors: 0") && !printed.contains("max search depth too small");
    complete.then_some(())?;
    Some(Measured {
        unique_states: number_before(printed, " states, stored")?,
        // The start of the process is one more.
        transitions: number_before(printed, " transitions (=")? - 1,
        ..measured
    })
}
