//! The programs that are followed: a function each, and a line in [`PROGRAMS`].

mod call;
mod compare;
mod date;
pub mod filter;
mod filter_fields;
mod filter_limits;
mod filter_parts;
mod harmless;
mod helm;
mod helm_flags;
mod helm_values;
mod text;
mod yq;

use call::Call;
pub use harmless::may_be_harmless;
use harmless::says_something;

use crate::runbook::kubectl;
use crate::runbook::session::{Commands, Outcome, Runner, State};
use crate::runbook::shell::programs::{Comparison, Programs};
use crate::runbook::shell::runner::Halt;
use crate::runbook::values::Value;

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
        Always(|runner, call| yq::run(runner, call.name, call.words, call.state)),
    ),
    (
        &["mkdir", "chmod", "clear"],
        Always(|_, call| Outcome::ok(call.state)),
    ),
    (&["touch"], Always(text::touch)),
    (&["which"], Always(text::which)),
    (&["echo"], Always(text::echo)),
    (&["printf"], MayHalt(text::printf)),
    (&["seq"], Always(text::seq)),
    (&["wc"], Always(text::wc)),
    (&["cat"], MayHalt(text::cat)),
    (&["tee"], MayHalt(text::tee)),
    (&["rm"], Always(text::rm)),
    (&["mktemp"], Always(text::mktemp)),
    (&["basename", "dirname"], Always(text::part_of_path)),
    (&["date"], Always(date::run)),
    (
        &["hostname", "whoami", "base64", "openssl", "tput"],
        Always(says_something),
    ),
];

impl Programs for Commands {
    fn run(
        runner: &mut Runner<'_>,
        name: &str,
        words: &[&str],
        state: State,
    ) -> Result<Outcome, Halt> {
        let call = Call { name, words, state };
        match PROGRAMS.iter().find(|(names, _)| names.contains(&name)) {
            Some((_, Always(program))) => Ok(program(runner, call)),
            Some((_, MayHalt(program))) => program(runner, call),
            None => Ok(harmless::unknown(runner, call)),
        }
    }

    fn follows(name: &str) -> bool {
        PROGRAMS.iter().any(|(names, _)| names.contains(&name))
    }

    fn has_text(
        runner: &mut Runner<'_>,
        value: Value,
        text: &str,
        wanted: bool,
        state: State,
    ) -> Result<Outcome, Halt> {
        compare::has_text(runner, value, text, wanted, state)
    }

    fn compare(
        runner: &mut Runner<'_>,
        value: Value,
        comparison: Comparison<'_>,
        state: State,
    ) -> Result<Outcome, Halt> {
        compare::compare(runner, &value, comparison, state)
    }
}
