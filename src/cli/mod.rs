//! The command line. Only this module reads the environment or prints.

mod args;
mod certify;
mod check;
mod errors;
pub mod exit;
mod memory;
mod outlet;
mod progress;
mod replay;
mod run;
mod save;
mod schema;
mod simulate;
mod terminal;
mod values;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};

use crate::scenario::Diagnostic;

/// Does what `args`, the program's name first, ask for.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let program = program(args.first());
    let code = catch_unwind(AssertUnwindSafe(|| dispatch(&args, program)));
    ExitCode::from(code.unwrap_or(exit::INTERNAL))
}

/// What to call the program in its own words: kubectl runs its plugins as `kubectl-NAME`.
fn program(first: Option<&OsString>) -> &'static str {
    let name = first.and_then(|path| Path::new(path).file_name());
    let name = name.unwrap_or_default().to_string_lossy();
    if name.starts_with("kubectl-") {
        "kubectl straddle"
    } else {
        "straddle"
    }
}

fn dispatch(args: &[OsString], program: &'static str) -> u8 {
    let command = Arguments::command().bin_name(program);
    let matches = command.try_get_matches_from(args);
    match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => match arguments.command {
            Command::Check(check) => check::run(&check, program),
            Command::Simulate(simulate) => simulate::run(&simulate, program),
            Command::Replay(replay) => replay::run(&replay, program),
            Command::Certify(certify) => certify::run(&certify),
            Command::Schema => schema::run(),
        },
        // Also `--help` and `--version`, which go to standard output and succeed.
        Err(error) => {
            let written = error.print();
            let usage = u8::try_from(error.exit_code()).unwrap_or(exit::UNREADABLE);
            written.map_or_else(|error| unwritable(&error).unwrap_or(usage), |()| usage)
        }
    }
}

/// A diagnostic about ourselves.
fn ours(code: &'static str, message: String, path: Option<&Path>) -> Diagnostic {
    Diagnostic {
        path: path.map(Path::to_owned),
        ..Diagnostic::new(code, message)
    }
}

/// Writes to standard output. A reader that has seen enough (`| head`) is not an error.
///
/// # Errors
/// The exit code for output that is lost for another reason.
fn print(out: &mut dyn Write, text: &str) -> Result<(), u8> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Ok(()) => Ok(()),
        Err(error) => unwritable(&error).map_or(Ok(()), Err),
    }
}

/// The exit code for an error of writing; none if the reader has just gone away.
fn unwritable(error: &io::Error) -> Option<u8> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return None;
    }
    errors::say(&format!("cannot write the output: {error}"));
    Some(exit::INTERNAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_of_kubectl_says_so() {
        let cases = [
            ("/usr/bin/straddle", "straddle"),
            ("kubectl-straddle", "kubectl straddle"),
            ("/home/me/.krew/bin/kubectl-straddle", "kubectl straddle"),
            ("/kubectl-plugins/straddle", "straddle"),
        ];
        for (given, then) in cases {
            assert_eq!(program(Some(&OsString::from(given))), then, "given {given}");
        }
        assert_eq!(program(None), "straddle");
    }

    #[test]
    fn usage_names_the_program() {
        let mut command = Arguments::command().bin_name("kubectl straddle");
        let error = command.try_get_matches_from_mut(["kubectl-straddle", "check"]);
        let text = error.unwrap_err().to_string();
        assert!(text.contains("Usage: kubectl straddle check"), "{text}");
    }

    #[test]
    fn a_bound_of_nothing_is_a_usage_error() {
        for (flag, least) in [
            ("--max-states", "1"),
            ("--max-depth", "1"),
            ("--timeout", "1"),
            ("--max-memory", "4MiB"),
            ("--threads", "1"),
        ] {
            let arguments = ["straddle", "check", "models", flag, "0"];
            let error = Arguments::command().try_get_matches_from(arguments);
            let error = error.expect_err(flag);
            assert_eq!(error.exit_code(), i32::from(exit::UNREADABLE), "{flag}");
            let text = error.to_string();
            let told = format!("it must be {least} or more");
            assert!(text.contains(&told), "{flag}: {text}");
        }
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Arguments::command().debug_assert();
    }
}
