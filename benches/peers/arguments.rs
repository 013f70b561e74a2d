//! What the bench is asked to do.

use std::str::FromStr;

use clap::Parser;

use crate::engines::{ENGINES, Engine};

/// Runs one protocol through Straddle's engine and through other model checkers.
#[derive(Parser, Clone, Debug)]
#[command(name = "peers")]
pub struct Arguments {
    /// The size: ordinals, evictions, crashes.
    #[arg(long, default_value = "6,5,2", value_name = "N,E,C")]
    pub size: Size,

    /// The engines to run, by name or by the start of a name. Default: all.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub engines: Vec<String>,

    /// How often each engine runs. They take turns, and medians are shown.
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    pub rounds: u32,

    /// Seconds after which a run is given up.
    #[arg(long, default_value_t = 600, value_name = "SECONDS")]
    pub timeout: u64,

    /// Print an array of rows instead of a table.
    #[arg(long)]
    pub json: bool,

    /// Bytes per state of our engine, for rows of so many words, instead of the comparison.
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub width: Vec<usize>,

    /// Run one engine in this process and print what it cost. The bench calls itself so.
    #[arg(long, hide = true)]
    pub measure: Option<String>,

    /// Cargo says so.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Arguments {
    /// The engines that are asked for, in the order of the table.
    ///
    /// # Errors
    /// The first name that none has.
    pub fn chosen(&self) -> Result<Vec<(&'static str, Engine)>, String> {
        let unknown = |asked: &&String| !ENGINES.iter().any(|(name, _)| name.starts_with(*asked));
        if let Some(name) = self.engines.iter().find(unknown) {
            let names = ENGINES.map(|(name, _)| name).join(", ");
            return Err(format!("no engine is named `{name}`; there are {names}"));
        }
        let is_chosen = |name: &str| {
            self.engines.is_empty() || self.engines.iter().any(|asked| name.starts_with(asked))
        };
        let chosen = ENGINES.into_iter().filter(|(name, _)| is_chosen(name));
        Ok(chosen.collect())
    }
}

/// The size of the protocol.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Ordinals.
    pub replicas: u8,
    /// Evictions at most.
    pub evictions: u8,
    /// Crashes of the driver at most.
    pub crashes: u8,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u8>, _> = text.split(',').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[replicas @ 1..=10, evictions @ 0..=15, crashes @ 0..=15]) => Ok(Self {
                replicas,
                evictions,
                crashes,
            }),
            _ => Err("three numbers, as in 6,5,2; at most 10,15,15".to_owned()),
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            replicas,
            evictions,
            crashes,
        } = self;
        write!(formatter, "{replicas},{evictions},{crashes}")
    }
}
