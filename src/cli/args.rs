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
    /// Take many random walks through scenarios
    ///
    /// Each walk is one run of the migration, in which components, the program and faults take
    /// their turns by chance. Walks find what is likely, at any size; they prove nothing. Where
    /// they find nothing, the report says how rare it may still be.
    #[command(after_long_help = SIMULATE_EXIT_CODES)]
    Simulate(Box<SimulateArguments>),
    /// Take the steps of a saved counterexample again
    ///
    /// Tells after each step what has changed and which promise is broken. The trace is refused
    /// if the scenario has changed since, or if a step of it is not possible.
    #[command(after_long_help = REPLAY_EXIT_CODES)]
    Replay(ReplayArguments),
    /// Look at a saved proof for every number of replicas again
    ///
    /// The views in the file are those of all initial states, none breaks a promise, and no step
    /// of the model leads out of them: that is looked at anew, without looking for them.
    #[command(after_long_help = CERTIFY_EXIT_CODES)]
    Certify(CertifyArguments),
    /// Print the JSON Schema of the scenario file
    Schema,
}

const EXIT_CODES: &str = "\
Exit codes, in this precedence:
  130  interrupted, by Ctrl-C, SIGTERM or SIGHUP; what is known is reported
    4  internal error
    2  usage, any input unreadable (the others are still checked), a trace that cannot be saved,
       or a checkpoint that cannot be used
    1  some decided verdict is not the expected one; without `expect`, any violation
    3  some property undecided
    0  every verdict is the expected one";

const SIMULATE_EXIT_CODES: &str = "\
Exit codes, in this precedence:
  130  interrupted, by Ctrl-C, SIGTERM or SIGHUP; what is known is reported
    4  internal error
    2  usage, or any input unreadable, or a trace that cannot be saved
    1  a promise is broken, and `--fail-on violated` was given
    0  the walks were taken, whatever they have shown";

const CERTIFY_EXIT_CODES: &str = "\
Exit codes:
    0  the file is a proof
    1  it is none: a view is missing, altered, or breaks a promise
    2  usage, or the file or its scenario is unreadable or refused
    4  internal error";

const REPLAY_EXIT_CODES: &str = "\
Exit codes, in this precedence:
    4  internal error
    2  usage, or the trace or its scenario is unreadable or refused
    1  the trace replays, and the promise is kept all the same
    3  the trace replays, and whether the promise is broken is undecided
    0  the trace replays, and the promise is broken as it says";

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files, or folders of them
    ///
    /// In folders, and in folders in them, `scenario.yaml` and `*.scenario.yaml` are read.
    #[arg(required_unless_present = "runbook", value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Check this bash script of kubectl commands, without a scenario file
    ///
    /// It is followed without the clusters, and never run. Everything that a scenario can say is
    /// left open then, and the report lists what is assumed.
    #[arg(long, value_name = "FILE", requires = "source", conflicts_with_all = ["paths", "checkpoint", "resume", "save"], help_heading = RUNBOOKS)]
    pub runbook: Option<PathBuf>,

    /// The manifest of the set where it runs now, as `kubectl get sts NAME -o yaml` prints it
    #[arg(long, value_name = "FILE", requires = "runbook", conflicts_with = "paths", help_heading = RUNBOOKS)]
    pub source: Option<PathBuf>,

    /// The manifest of the set where it shall run [default: the source's, with no replicas]
    #[arg(long, value_name = "FILE", requires = "runbook", conflicts_with = "paths", help_heading = RUNBOOKS)]
    pub destination: Option<PathBuf>,

    /// Take a program of a runbook that is not modelled to be harmless, and list it; may be repeated
    ///
    /// Without it, a program that is not modelled is a mistake. It is taken to succeed and to change
    /// nothing that is checked. What talks to a cluster, and what decides what the script does,
    /// cannot be taken so.
    #[arg(long, value_name = "NAME", value_parser = values::harmless, require_equals = true, help_heading = RUNBOOKS)]
    pub assume_harmless: Vec<String>,

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
    #[arg(long, value_name = "N", value_parser = values::states, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_states: Option<u64>,

    /// Stop so many steps from the start
    #[arg(long, value_name = "N", value_parser = values::depth, allow_negative_numbers = true, help_heading = BOUNDS)]
    pub max_depth: Option<u32>,

    /// Stop each scenario's search after this time: 30s, 5m, 1h30m, or plain seconds
    ///
    /// What was found by then is still explained, and a fix looked for: a few more seconds.
    #[arg(long, value_name = "DURATION", value_parser = values::timeout, allow_hyphen_values = true, help_heading = BOUNDS)]
    pub timeout: Option<Duration>,

    /// Stop when a search holds so much memory: 512MiB, 4GiB [default: half of what is free]
    #[arg(long, value_name = "SIZE", value_parser = values::memory, allow_hyphen_values = true, help_heading = BOUNDS)]
    pub max_memory: Option<u64>,

    /// Threads of the search [default: one for each processor]
    ///
    /// Verdicts and counterexamples do not depend on it.
    #[arg(long, value_name = "N", value_parser = values::threads, allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,

    /// Which search; stateright's serve as a cross-check
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,

    /// What comes first; with `shortest`, nothing is said of layers of faults
    #[arg(long, value_enum, default_value_t)]
    pub order: Order,

    /// What is kept of a state; a fingerprint takes less memory, and may miss states
    ///
    /// How many are missed, to be expected, is in the report. It is far less than one for any
    /// space that can be searched.
    #[arg(long, value_enum, default_value_t)]
    pub store: StoreKind,

    /// Keep a checkpoint of the search in this folder, for `--resume`
    ///
    /// One is written from time to time, when a bound stops the search, and on Ctrl-C. Only for
    /// one scenario. The checkpoint of a search that has come to its end is removed.
    #[arg(long, value_name = "DIR", help_heading = CHECKPOINTS)]
    pub checkpoint: Option<PathBuf>,

    /// Go on from the checkpoint in this folder, and keep the next ones there
    ///
    /// Give the scenario and the flags of the run that wrote it; bounds may differ, except
    /// `--max-depth`, and so may `--threads`. `--timeout` is that of this run alone.
    #[arg(long, value_name = "DIR", conflicts_with = "checkpoint", help_heading = CHECKPOINTS)]
    pub resume: Option<PathBuf>,

    /// The least time between two checkpoints [default: 1m]
    ///
    /// Writing them takes a tenth of the time at most.
    #[arg(long, value_name = "DURATION", value_parser = values::checkpoint_every, allow_hyphen_values = true, help_heading = CHECKPOINTS)]
    pub checkpoint_every: Option<Duration>,

    /// Take every step apart, even where nobody can tell the difference
    ///
    /// Status writes that nothing reads, and detachments that keep nobody out, change no verdict
    /// and are left out otherwise.
    #[arg(long)]
    pub every_step: bool,

    /// Tell ordinals apart even where they are alike
    ///
    /// With `Parallel` on both sides, states that differ only in which of some ordinals is which,
    /// none of which the program will name again, count once otherwise. Verdicts, faults and
    /// steps are the same.
    #[arg(long)]
    pub no_symmetry: bool,

    /// Prove the promises about states for every number of replicas, too
    ///
    /// With any number of faults of the kinds that may strike. What cannot be proved is looked for
    /// with few replicas, and undecided if it is not found. Like `prove: every-n` in a scenario.
    #[arg(long)]
    pub every_n: bool,

    /// Save each counterexample in this folder, for `straddle replay`
    ///
    /// They are called SCENARIO-PROPERTY.trace.json, and take the place of older ones. Proofs of
    /// `--every-n` are saved, too, as SCENARIO.views, for `straddle certify`.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<ScenarioResult>, help = outlet::help::<ScenarioResult>(), long_help = outlet::long_help::<ScenarioResult>())]
    pub outputs: Vec<Outlet>,

    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Tell everything: every step of every story, and scenarios that are as expected too
    #[arg(long)]
    pub full: bool,
}

#[derive(Args, Debug)]
pub(super) struct SimulateArguments {
    /// Scenario files, or folders of them
    ///
    /// In folders, and in folders in them, `scenario.yaml` and `*.scenario.yaml` are read.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How many walks through each scenario
    #[arg(long, value_name = "N", value_parser = values::runs, default_value_t = 1000, allow_negative_numbers = true)]
    pub runs: u64,

    /// Where the random numbers start; the same seed gives the same walks
    ///
    /// On any machine, and with any number of threads. Walk 7 is the same of ten walks and of a
    /// thousand.
    #[arg(
        long,
        value_name = "S",
        value_parser = values::seed,
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub seed: u64,

    /// Under these faults rather than the scenario's own
    ///
    /// `2` is any two of the ordinary kinds, `2:eviction,driverCrash` any two of these,
    /// `eviction=1,driverCrash=1` a cap for each, `none` no faults. Each walk draws how many
    /// strike, from none to all.
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse, allow_negative_numbers = true)]
    pub faults: Option<Faults>,

    /// Watch only this property; may be repeated
    #[arg(long = "property", value_name = "NAME", value_parser = PROPERTIES)]
    pub properties: Vec<String>,

    /// Take a program of a runbook that is not modelled to be harmless, and list it; may be repeated
    #[arg(long, value_name = "NAME", value_parser = values::harmless, require_equals = true)]
    pub assume_harmless: Vec<String>,

    /// Cut each walk off after so many steps
    #[arg(long, value_name = "N", value_parser = values::walk, default_value_t = MAX_STEPS, allow_negative_numbers = true)]
    pub max_steps: u32,

    /// Exit with 1 if this was seen
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,

    /// Threads that take the walks [default: one for each processor]
    ///
    /// No result depends on it.
    #[arg(long, value_name = "N", value_parser = values::threads, allow_negative_numbers = true)]
    pub threads: Option<NonZeroUsize>,

    /// Take every step apart, even where nobody can tell the difference
    ///
    /// Status writes that nothing reads, and detachments that keep nobody out, are left out
    /// otherwise.
    #[arg(long)]
    pub every_step: bool,

    /// Save the first walk that breaks each promise in this folder, for `straddle replay`
    ///
    /// They are called SCENARIO-PROPERTY.trace.json, and take the place of older ones.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<SimulatedScenario>, help = outlet::help::<SimulatedScenario>(), long_help = outlet::long_help::<SimulatedScenario>())]
    pub outputs: Vec<Outlet>,

    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Tell every step of every story
    #[arg(long)]
    pub full: bool,
}

/// Where a walk is cut off if nobody says.
pub(super) const MAX_STEPS: u32 = 10_000;

/// What makes a simulation fail.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FailOn {
    /// A walk that breaks a promise
    Violated,
}

#[derive(Args, Debug)]
pub(super) struct ReplayArguments {
    /// The trace, as `straddle check --save` or `straddle simulate --save` has written it
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,

    /// The scenario, if it is not where it was when the trace was saved
    ///
    /// The trace names it as it was given then, so a relative path starts in the present folder.
    #[arg(long, value_name = "PATH")]
    pub scenario: Option<PathBuf>,

    /// Go on although the scenario or Straddle has changed, if every step is still possible
    #[arg(long)]
    pub anyway: bool,

    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = outlet::parse::<Replayed>, help = outlet::help::<Replayed>(), long_help = outlet::long_help::<Replayed>())]
    pub outputs: Vec<Outlet>,

    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Tell the whole world after each step, rather than what the step changes
    #[arg(long)]
    pub full: bool,
}

#[derive(Args, Debug)]
pub(super) struct CertifyArguments {
    /// The proof, as `straddle check --every-n --save` has written it
    #[arg(value_name = "VIEWS")]
    pub views: PathBuf,

    /// The scenario, if it is not where it was when the proof was saved
    #[arg(long, value_name = "PATH")]
    pub scenario: Option<PathBuf>,

    /// Whether to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
}

const BOUNDS: &str = "Bounds";
const RUNBOOKS: &str = "Runbooks";
const CHECKPOINTS: &str = "Checkpoints";

/// The time between two checkpoints if nobody says.
pub(super) const CHECKPOINT_EVERY: Duration = Duration::from_mins(1);

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
