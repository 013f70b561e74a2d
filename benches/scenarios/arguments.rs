//! What the bench is asked to do.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Parser;

/// What searches of migrations cost. Without a question: each bundled scenario.
#[derive(Parser, Clone, Debug)]
#[command(name = "scenarios")]
pub struct Arguments {
    /// Growth with the number of replicas, and with the budget of each kind of fault.
    #[arg(long, group = "question")]
    pub growth: bool,

    /// Straddle's search and stateright's of the same `Migration`, in turns.
    #[arg(long, group = "question")]
    pub stateright: bool,

    /// What it costs that a controller makes its writes one by one, and what the steps cost that
    /// the model leaves out.
    #[arg(long, group = "question")]
    pub plans: bool,

    /// Proofs for every number of replicas.
    #[arg(long, group = "question")]
    pub every_n: bool,

    /// Where to draw the growth with the number of replicas.
    #[arg(long, value_name = "FILE", requires = "growth")]
    pub chart: Option<PathBuf>,

    /// How often each search runs. Medians are shown.
    #[arg(long, default_value = "3", value_name = "COUNT")]
    pub rounds: NonZeroUsize,

    /// Threads of each search.
    #[arg(long, default_value = "1", value_name = "COUNT")]
    pub threads: NonZeroUsize,

    /// States after which a search is given up, and said to have been.
    #[arg(long, default_value_t = 50_000_000, value_name = "COUNT")]
    pub states: u64,

    /// Print an array of rows instead of a table.
    #[arg(long)]
    pub json: bool,

    /// Cargo says so.
    #[arg(long, hide = true)]
    pub bench: bool,
}
