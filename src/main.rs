//! The `straddle` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    straddle::cli::run(std::env::args_os())
}
