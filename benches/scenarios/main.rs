//! What searches of migrations cost.
//!
//! `cargo bench --bench scenarios`, and with `--growth`, `--stateright`, `--plans` or
//! `--every-n` other questions; `docs/performance.md` has the figures of one run.

mod arguments;
mod at_once;
mod bundled;
mod chart;
mod cost;
mod growth;
#[path = "../common/measured.rs"]
#[allow(dead_code, reason = "other benches need the rest")]
mod measured;
mod peer;
mod plans;
#[path = "../common/program.rs"]
#[allow(dead_code, reason = "other benches need the rest")]
mod program;
mod proofs;
mod row;
#[path = "../common/shown.rs"]
mod shown;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use shown::{complain, print};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = if arguments.growth {
        growth::run(&arguments)
    } else if arguments.stateright {
        peer::run(&arguments)
    } else if arguments.plans {
        plans::run(&arguments)
    } else if arguments.every_n {
        proofs::run(&arguments)
    } else {
        bundled::run(&arguments)
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
