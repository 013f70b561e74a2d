//! The programs and builtins that are followed: a function each, and a line in [`PROGRAMS`].

pub mod filter;
mod filter_limits;
mod helm;
mod text;

use crate::runbook::hole::Hole;
use crate::runbook::kubectl;
use crate::runbook::shell::run::{Halt, Runner};
use crate::runbook::shell::{builtins, conditions, lines, trap};
use crate::runbook::state::{Outcome, State};

/// A call of a program in one state.
pub struct Call<'a> {
    /// The name it was called by.
    pub name: &'a str,
    /// Its arguments.
    pub words: &'a [&'a str],
    /// Where the script stands.
    pub state: State,
}

/// What a program does.
enum Program {
    /// The script goes on.
    Always(fn(&mut Runner<'_>, Call<'_>) -> Outcome),
    /// Perhaps the script cannot be followed any further.
    MayHalt(fn(&mut Runner<'_>, Call<'_>) -> Result<Outcome, Halt>),
}

use Program::{Always, MayHalt};

/// Names, and what they do.
const PROGRAMS: &[(&[&str], Program)] = &[
    (
        &["kubectl", "k", "oc"],
        MayHalt(|runner, call| kubectl::run(runner, call.words, call.state)),
    ),
    (
        &["helm"],
        MayHalt(|runner, call| helm::run(runner, call.words, call.state)),
    ),
    (
        &["yq", "jq"],
        Always(|runner, call| filter::run(runner, call.name, call.words, call.state)),
    ),
    (
        &["test", "["],
        MayHalt(|runner, call| conditions::bracket(runner, call.name, call.words, call.state)),
    ),
    (
        &["read"],
        Always(|runner, call| lines::read(runner, call.words, call.state)),
    ),
    (
        &["mapfile", "readarray"],
        Always(|runner, call| lines::mapfile(runner, call.words, call.state)),
    ),
    (
        &["trap"],
        Always(|runner, call| trap::trap(runner, call.words, call.state)),
    ),
    (
        &["export", "readonly", "declare", "typeset", "local"],
        Always(|runner, call| runner.declare(call.name, call.words, call.state)),
    ),
    (&["set"], Always(builtins::set)),
    (&["unset"], Always(builtins::unset)),
    (&["shift"], Always(builtins::shift)),
    (
        &["exit", "return", "break", "continue"],
        Always(builtins::leave),
    ),
    (&["sleep"], Always(builtins::sleep)),
    (&["false"], Always(|_, call| Outcome::failed(call.state))),
    (
        &[
            ":", "true", "mkdir", "cd", "pushd", "popd", "chmod", "touch", "command", "type",
            "which", "hash", "umask", "clear",
        ],
        Always(|_, call| Outcome::ok(call.state)),
    ),
    (&["echo"], Always(text::echo)),
    (&["printf"], MayHalt(text::printf)),
    (&["seq"], Always(text::seq)),
    (&["wc"], Always(text::wc)),
    (&["cat"], MayHalt(text::cat)),
    (&["tee"], Always(text::tee)),
    (&["rm"], Always(text::rm)),
    (&["mktemp"], Always(text::mktemp)),
    (&["basename", "dirname"], Always(text::part_of_path)),
    (
        &["date", "hostname", "whoami", "base64", "openssl"],
        Always(says_something),
    ),
];

/// Runs a program.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(
    runner: &mut Runner<'_>,
    name: &str,
    arguments: &[String],
    state: State,
) -> Result<Outcome, Halt> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let words = &words;
    let call = Call { name, words, state };
    match PROGRAMS.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, Always(program))) => Ok(program(runner, call)),
        Some((_, MayHalt(program))) => program(runner, call),
        None => Ok(unknown(runner, call)),
    }
}

fn unknown(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let name = call.name;
    let help = match name {
        "source" | "." => "put what it has into this script",
        "wait" | "jobs" | "fg" | "bg" | "disown" => {
            "commands in the background are not modelled; let one follow the other"
        }
        _ => "if it cannot change what is checked, take it so with `--assume-harmless`",
    };
    runner.not_modelled(format!("`{name}` is not modelled"), help);
    says_something(runner, call)
}

/// What a program says is not known.
fn says_something(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    let hole = runner.hole(Hole::Other(format!("what {} says", call.name)));
    state.env.write(&hole);
    Outcome::ok(state)
}
