//! The arguments, as typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::values;
use crate::scenario::FaultsOverride;

/// Checks a StatefulSet's move between two Kubernetes clusters before anything is touched
///
/// Straddle tries all orders in which two StatefulSet controllers, their kubelets, the shared
/// storage and the migration can act, with as many faults as you allow, and tells for each
/// promise whether it is kept, and if not, the shortest way to break it.
#[derive(Parser, Debug)]
#[command(name = "straddle", version, propagate_version = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Check scenarios exhaustively
    #[command(after_long_help = EXIT_CODES)]
    Check(Box<CheckArguments>),
    /// Print the JSON Schema of the scenario file
    Schema,
}

const EXIT_CODES: &str = "\
Exit codes, in this precedence:
    4  internal error
    2  usage, or any input unreadable (the others are still checked)
    1  some decided verdict is not the expected one; without `expect`, any violation
    3  some property undecided
    0  every verdict is the expected one
  130  interrupted; what is known is reported";

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files, or folders of them
    ///
    /// In folders, and in folders in them, `scenario.yaml` and `*.scenario.yaml` are read.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Check under these faults rather than the scenario's own
    ///
    /// `2` is any two of the ordinary kinds, `2:eviction,driverCrash` any two of these,
    /// `eviction=1,driverCrash=1` a cap for each, `none` no faults.
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse, allow_negative_numbers = true)]
    pub faults: Option<Faults>,

    /// Check only this property; may be repeated
    #[arg(long = "property", value_name = "NAME", value_parser = PROPERTIES)]
    pub properties: Vec<String>,

    /// Stop at the first violation; what is not decided by then is inconclusive
    #[arg(long)]
    pub fail_fast: bool,

    /// Stop after so many distinct states
    #[arg(long, value_name = "N", value_parser = values::positive, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_states: Option<u64>,

    /// Stop so many steps from the start
    #[arg(long, value_name = "N", value_parser = values::depth, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_depth: Option<u32>,

    /// Stop each scenario's search after this time: 30s, 5m, 1h30m, or plain seconds
    #[arg(long, value_name = "DURATION", value_parser = values::duration, help_heading = BOUNDS)]
    pub timeout: Option<Duration>,

    /// Stop when a search holds so much memory: 512MiB, 4GiB [default: half of what is free]
    #[arg(long, value_name = "SIZE", value_parser = values::size, help_heading = BOUNDS)]
    pub max_memory: Option<u64>,

    /// Threads of the search [default: one for each processor]
    ///
    /// Verdicts and counterexamples do not depend on it.
    #[arg(long, value_name = "N", value_parser = values::threads, allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,

    /// Which search; stateright's serve as a cross-check
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,

    /// Take every step apart, even where nobody can tell the difference
    ///
    /// Status writes that nothing reads, and detachments that keep nobody out, change no verdict
    /// and are left out otherwise.
    #[arg(long)]
    pub every_step: bool,

    /// How to write the report
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Output,

    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Tell everything: every step of every story, and scenarios that are as expected too
    #[arg(long)]
    pub full: bool,
}

const BOUNDS: &str = "Bounds";

/// A property of another name is a mistake in the usage, whatever the scenarios are.
const PROPERTIES: [&str; crate::properties::NAMES.len()] = crate::properties::NAMES;

/// A fault budget, as typed and as meant.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    pub text: String,
    pub meaning: FaultsOverride,
}

impl Faults {
    fn parse(text: &str) -> Result<Self, String> {
        let meaning = FaultsOverride::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            meaning,
        })
    }
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Engine {
    /// Straddle's own: fewest faults first, then fewest steps
    #[default]
    #[value(alias = "ours")]
    Exhaustive,
    /// stateright's breadth-first checker
    StaterightBfs,
    /// stateright's depth-first checker
    StaterightDfs,
}

impl Engine {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exhaustive => "exhaustive",
            Self::StaterightBfs => "stateright-bfs",
            Self::StaterightDfs => "stateright-dfs",
        }
    }
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Output {
    /// For people
    #[default]
    Pretty,
    /// One JSON document
    Json,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR`)
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
