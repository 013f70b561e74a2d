//! The arguments, as typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::outlet::{self, Outlet};
use super::values;
use crate::engine::{Order, StoreKind};
use crate::report::ScenarioResult;
use crate::report::replay::Replayed;
use crate::report::simulation::SimulatedScenario;
use crate::scenario::FaultsOverride;
use crate::vocabulary::Engine;

/// Model-checks the migration of a StatefulSet between two Kubernetes clusters
///
/// Straddle explores every interleaving of the two StatefulSet controllers, their kubelets, the
/// shared storage and the migration, with as many faults as you allow, and checks safety and
/// liveness properties. For each that is violated it prints the shortest counterexample.
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
    /// Simulate scenarios by random walks
    ///
    /// Each walk is one run of the migration in which components, the program and faults act in
    /// random order. Walks find what is likely, at any size; they prove nothing. Where they find
    /// nothing, the report gives an upper bound for the probability.
    #[command(after_long_help = SIMULATE_EXIT_CODES)]
    Simulate(Box<SimulateArguments>),
    /// Replay a saved counterexample
    ///
    /// Shows after each step what changes and which property is violated. The trace is rejected
    /// if the scenario has changed since, or if one of its steps is not enabled.
    #[command(after_long_help = REPLAY_EXIT_CODES)]
    Replay(ReplayArguments),
    /// Re-check a saved proof for every number of replicas
    ///
    /// Verifies from the file, without repeating the search, that its views include those of all
    /// initial states, that none violates a property, and that no step of the model leads out of
    /// them.
    #[command(after_long_help = CERTIFY_EXIT_CODES)]
    Certify(CertifyArguments),
    /// Print the JSON Schema of the scenario file
    Schema,
}

const EXIT_CODES: &str = "\
Exit codes, in this precedence:
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP; what is known is reported
    4  internal error
    2  usage error, an input that cannot be read (the others are still checked), a trace that
       cannot be saved, or a checkpoint that cannot be used
    1  some verdict is not the expected one; without `expect`, some property is violated
    3  some property is inconclusive
    0  every verdict is the expected one";

const SIMULATE_EXIT_CODES: &str = "\
Exit codes, in this precedence:
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP; what is known is reported
    4  internal error
    2  usage error, an input that cannot be read, or a trace that cannot be saved
    1  a property is violated, and `--fail-on violated` was given
    0  the walks were done, whatever they found";

const CERTIFY_EXIT_CODES: &str = "\
Exit codes:
    0  the proof is valid
    1  the proof is not valid: a view is missing, altered, or violates a property
    2  usage error, or the file or its scenario cannot be read or is rejected
    4  internal error";

const REPLAY_EXIT_CODES: &str = "\
Exit codes, in this precedence:
    4  internal error
    2  usage error, or the trace or its scenario cannot be read or is rejected
    1  the trace replays but no longer violates the property
    3  the trace replays, and whether it violates the property is inconclusive
    0  the trace replays and violates the property";

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files or directories
    ///
    /// Directories are searched recursively for `scenario.yaml` and `*.scenario.yaml`.
    #[arg(required_unless_present = "runbook", value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Check this bash script of kubectl commands, without a scenario file
    ///
    /// The script is executed symbolically; it is never run, and no cluster is contacted. The
    /// report lists what is assumed in place of a scenario file.
    #[arg(long, value_name = "FILE", requires = "source", conflicts_with_all = ["paths", "checkpoint", "resume", "save"], help_heading = RUNBOOKS)]
    pub runbook: Option<PathBuf>,

    /// The StatefulSet's manifest in the source, as `kubectl get sts NAME -o yaml` prints it
    #[arg(long, value_name = "FILE", requires = "runbook", conflicts_with = "paths", help_heading = RUNBOOKS)]
    pub source: Option<PathBuf>,

    /// The StatefulSet's manifest in the destination [default: the source's, with no replicas]
    #[arg(long, value_name = "FILE", requires = "runbook", conflicts_with = "paths", help_heading = RUNBOOKS)]
    pub destination: Option<PathBuf>,

    /// Assume that this program of a runbook, which is not modelled, is harmless; may be repeated
    ///
    /// Without it, a program that is not modelled is an error. It is assumed to succeed and to change
    /// nothing that is checked, and the report lists it. A program that talks to a cluster, or whose
    /// output or exit status the script uses, cannot be excused.
    #[arg(long, value_name = "NAME", value_parser = values::harmless, require_equals = true, help_heading = RUNBOOKS)]
    pub assume_harmless: Vec<String>,

    /// Assume that this other writer (an autoscaler, an owner, a GitOps tool) is suspended
    ///
    /// As the report names it, such as `HorizontalPodAutoscaler/web`; may be repeated. Without it, no
    /// property is reported to hold while a writer that is not modelled may change the sets.
    #[arg(long, value_name = "KIND/NAME")]
    pub assume_suspended: Vec<String>,

    /// Use this fault budget instead of the scenario's
    ///
    /// `2` is any two of the ordinary kinds, `2:eviction,driverCrash` any two of these,
    /// `eviction=1,driverCrash=1` a cap for each, `none` no faults.
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse, allow_negative_numbers = true)]
    pub faults: Option<Faults>,

    /// Check only this property; may be repeated
    #[arg(long = "property", value_name = "NAME", value_parser = PROPERTIES)]
    pub properties: Vec<String>,

    /// Stop at the first violation; properties not decided by then are inconclusive
    #[arg(long)]
    pub fail_fast: bool,

    /// Stop after this many distinct states
    #[arg(long, value_name = "N", value_parser = values::states, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_states: Option<u64>,

    /// Stop at this depth: steps from the initial state
    #[arg(long, value_name = "N", value_parser = values::depth, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_depth: Option<u32>,

    /// Stop each scenario's search after this time: 30s, 5m, 1h30m, or plain seconds
    ///
    /// Violations found by then are still explained and fixes searched for, which takes a few
    /// more seconds.
    #[arg(long, value_name = "DURATION", value_parser = values::timeout, allow_hyphen_values = true, help_heading = BOUNDS)]
    pub timeout: Option<Duration>,

    /// Stop when a search holds this much memory: 512MiB, 4GiB [default: half of the free memory]
    #[arg(long, value_name = "SIZE", value_parser = values::memory, allow_hyphen_values = true, help_heading = BOUNDS)]
    pub max_memory: Option<u64>,

    /// Threads of the search [default: one per processor]
    ///
    /// Verdicts and counterexamples do not depend on it.
    #[arg(long, value_name = "N", value_parser = values::threads, allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,

    /// Search engine; those of stateright serve as a cross-check
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,

    /// What to minimise first; `shortest` gives no verdicts by number of faults
    #[arg(long, value_enum, default_value_t)]
    pub order: Order,

    /// What to store of each state; fingerprints take less memory but may miss states
    ///
    /// The report gives the expected number of missed states. It is far less than one for any
    /// state space that can be searched.
    #[arg(long, value_enum, default_value_t)]
    pub store: StoreKind,

    /// Keep a checkpoint of the search in this directory, for `--resume`
    ///
    /// It is written at intervals, when a bound stops the search, and on Ctrl-C, and removed when
    /// the search is complete. Only one scenario can be checked.
    #[arg(long, value_name = "DIR", help_heading = CHECKPOINTS)]
    pub checkpoint: Option<PathBuf>,

    /// Resume from the checkpoint in this directory, and keep further ones there
    ///
    /// Give the scenario and the flags of the run that wrote it. `--threads` and bounds may
    /// differ, except `--max-depth`. `--timeout` applies to this run alone.
    #[arg(long, value_name = "DIR", conflicts_with = "checkpoint", help_heading = CHECKPOINTS)]
    pub resume: Option<PathBuf>,

    /// Minimum time between two checkpoints [default: 1m]
    ///
    /// Writing them takes at most a tenth of the time.
    #[arg(long, value_name = "DURATION", value_parser = values::checkpoint_every, allow_hyphen_values = true, help_heading = CHECKPOINTS)]
    pub checkpoint_every: Option<Duration>,

    /// Turn off step reduction: explore steps that no component observes
    ///
    /// By default, status writes that nothing reads and detachments that block nothing are
    /// omitted. They do not change any verdict.
    #[arg(long)]
    pub every_step: bool,

    /// Turn off symmetry reduction: treat interchangeable ordinals as distinct
    ///
    /// By default, with `Parallel` on both sides, states that differ only in a permutation of
    /// ordinals that the program does not name again count once. Verdicts, faults and steps are
    /// the same.
    #[arg(long)]
    pub no_symmetry: bool,

    /// Also prove the always-properties for every number of replicas
    ///
    /// The proof allows any number of faults of the kinds in the budget. If there is no proof, a
    /// counterexample with few replicas is searched for; otherwise the property is inconclusive.
    /// Like `prove: every-n` in a scenario.
    #[arg(long)]
    pub every_n: bool,

    /// Save each counterexample in this directory, for `straddle replay`
    ///
    /// The files are called SCENARIO-PROPERTY.trace.json; existing ones are overwritten. Proofs of
    /// `--every-n` are saved as SCENARIO.views, for `straddle certify`.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<ScenarioResult>, help = outlet::help::<ScenarioResult>(), long_help = outlet::long_help::<ScenarioResult>())]
    pub outputs: Vec<Outlet>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Show every step of every counterexample, also for scenarios that are as expected
    #[arg(long)]
    pub full: bool,

    /// Show only verdicts, and of each counterexample a sentence, the source line and the fix
    #[arg(long, conflicts_with = "full")]
    pub short: bool,

    /// Show what became of every field of the manifests
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Args, Debug)]
pub(super) struct SimulateArguments {
    /// Scenario files or directories
    ///
    /// Directories are searched recursively for `scenario.yaml` and `*.scenario.yaml`.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Number of walks through each scenario
    #[arg(long, value_name = "N", value_parser = values::runs, default_value_t = 1000, allow_negative_numbers = true)]
    pub runs: u64,

    /// Seed of the random numbers; the same seed gives the same walks
    ///
    /// This holds on any machine and for any number of threads. Walk 7 is the same among ten
    /// walks and among a thousand.
    #[arg(
        long,
        value_name = "S",
        value_parser = values::seed,
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub seed: u64,

    /// Use this fault budget instead of the scenario's
    ///
    /// `2` is any two of the ordinary kinds, `2:eviction,driverCrash` any two of these,
    /// `eviction=1,driverCrash=1` a cap for each, `none` no faults. Each walk draws how many
    /// strike, from none to all.
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse, allow_negative_numbers = true)]
    pub faults: Option<Faults>,

    /// Check only this property; may be repeated
    #[arg(long = "property", value_name = "NAME", value_parser = PROPERTIES)]
    pub properties: Vec<String>,

    /// Assume that this program of a runbook, which is not modelled, is harmless; may be repeated
    #[arg(long, value_name = "NAME", value_parser = values::harmless, require_equals = true)]
    pub assume_harmless: Vec<String>,

    /// Assume that this other writer is suspended during the move; may be repeated
    #[arg(long, value_name = "KIND/NAME")]
    pub assume_suspended: Vec<String>,

    /// Cut off each walk after this many steps
    #[arg(long, value_name = "N", value_parser = values::walk, default_value_t = MAX_STEPS, allow_negative_numbers = true)]
    pub max_steps: u32,

    /// Exit with code 1 if this was found
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,

    /// Threads of the simulation [default: one per processor]
    ///
    /// Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = values::threads, allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,

    /// Turn off step reduction: take steps that no component observes
    ///
    /// By default, status writes that nothing reads and detachments that block nothing are
    /// omitted.
    #[arg(long)]
    pub every_step: bool,

    /// Save the first walk that violates each property in this directory, for `straddle replay`
    ///
    /// The files are called SCENARIO-PROPERTY.trace.json; existing ones are overwritten.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<SimulatedScenario>, help = outlet::help::<SimulatedScenario>(), long_help = outlet::long_help::<SimulatedScenario>())]
    pub outputs: Vec<Outlet>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Show every step of every counterexample
    #[arg(long)]
    pub full: bool,
}

/// Where a walk is cut off by default.
pub(super) const MAX_STEPS: u32 = 10_000;

/// What makes a simulation fail.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FailOn {
    /// A walk that violates a property
    Violated,
}

#[derive(Args, Debug)]
pub(super) struct ReplayArguments {
    /// The trace, written by `straddle check --save` or `straddle simulate --save`
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,

    /// The scenario, if it has moved since the trace was saved
    ///
    /// The trace names it as it was given then, so a relative path starts in the current
    /// directory.
    #[arg(long, value_name = "PATH")]
    pub scenario: Option<PathBuf>,

    /// Replay even if the scenario or Straddle has changed, as long as every step is enabled
    #[arg(long)]
    pub anyway: bool,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<Replayed>, help = outlet::help::<Replayed>(), long_help = outlet::long_help::<Replayed>())]
    pub outputs: Vec<Outlet>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Show the whole state after each step, not only what the step changes
    #[arg(long)]
    pub full: bool,
}

#[derive(Args, Debug)]
pub(super) struct CertifyArguments {
    /// The proof, written by `straddle check --every-n --save`
    #[arg(value_name = "VIEWS")]
    pub views: PathBuf,

    /// The scenario, if it has moved since the proof was saved
    #[arg(long, value_name = "PATH")]
    pub scenario: Option<PathBuf>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
}

const BOUNDS: &str = "Bounds";
const RUNBOOKS: &str = "Runbooks";
const CHECKPOINTS: &str = "Checkpoints";

/// The time between two checkpoints by default.
pub(super) const CHECKPOINT_EVERY: Duration = Duration::from_mins(1);

/// Any other name of a property is a usage error, whatever the scenarios are.
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
