//! The `straddle` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    straddle::internals::cli::run(std::env::args_os())
}
