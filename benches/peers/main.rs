//! One protocol through Straddle's engine and through other model checkers.
//!
//! `cargo bench --bench peers -- --size 7,6,3`. Each run is a process of its own, so that its
//! memory and its CPU time are its own too; the engines take turns. A bench that finds two
//! engines of different opinions fails.

mod arguments;
mod engines;
#[path = "../common/measured.rs"]
mod measured;
#[path = "../common/program.rs"]
mod program;
mod protocol;
mod rows;
#[path = "../common/shown.rs"]
mod shown;
mod spin;
mod tlc;
mod width;

use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::{CommandFactory, Parser};

use arguments::Arguments;
use engines::{Engine, TIMED_OUT};
use measured::Measured;
use rows::Row;
use shown::{complain, print};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = match &arguments.measure {
        Some(name) => measure(&arguments, name),
        None if !arguments.width.is_empty() => width::run(&arguments.width, arguments.json),
        None => compare(&arguments),
    };
    match answer {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            complain(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Runs one engine here. What comes of it is for the process that called this one.
fn measure(arguments: &Arguments, name: &str) -> Result<String, String> {
    let engine = engines::ENGINES.iter().find(|(known, _)| *known == name);
    let (_, engine) = engine.ok_or("no such engine")?;
    let timeout = Duration::from_secs(arguments.timeout);
    let answer = engine.run(arguments.size, timeout);
    serde_json::to_string(&answer).map_err(|error| error.to_string())
}

/// Runs all engines in turn, and lays their rows out.
fn compare(arguments: &Arguments) -> Result<String, String> {
    let chosen = arguments
        .chosen()
        .unwrap_or_else(|sentence| usage_error(sentence));
    let ready = |(name, engine): &(&'static str, Engine)| {
        let is_ready = engine.prepare(arguments.size);
        (*name, is_ready.map(|()| Vec::new()))
    };
    let mut runs: Vec<(&'static str, Result<Vec<Measured>, String>)> =
        chosen.iter().map(ready).collect();
    for round in 1..=arguments.rounds {
        for (name, measured) in &mut runs {
            let Ok(so_far) = measured else {
                continue;
            };
            complain(&format!("round {round} of {}: {name}", arguments.rounds));
            match elsewhere(arguments, name) {
                Ok(run) => so_far.push(run),
                Err(sentence) => *measured = Err(sentence),
            }
        }
    }
    let rows: Vec<Row> = runs
        .into_iter()
        .zip(&chosen)
        .map(|((name, runs), (_, engine))| Row::new(name, engine.counts_all(), runs))
        .collect();
    let text = if arguments.json {
        rows::json(&rows)
    } else {
        rows::table(arguments, &rows)
    };
    match rows::disagreement(&rows) {
        Some(sentence) => {
            print(&text);
            Err(sentence)
        }
        None => Ok(text),
    }
}

fn usage_error(sentence: String) -> ! {
    let kind = clap::error::ErrorKind::InvalidValue;
    Arguments::command().error(kind, sentence).exit()
}

/// Runs one engine in a process of its own.
fn elsewhere(arguments: &Arguments, name: &str) -> Result<Measured, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(this)
        .args(["--measure", name])
        .args(["--size", &arguments.size.to_string()])
        .args(["--timeout", &arguments.timeout.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.code() == Some(TIMED_OUT) {
        return Err("timed out".to_owned());
    }
    let answer: Result<Result<Measured, String>, _> = serde_json::from_slice(&output.stdout);
    answer.unwrap_or_else(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("ended without an answer. {complaint}"))
    })
}
