//! What a run costs. From `/proc`, so only Linux tells CPU time and memory.

use std::fs;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What one run found, and what it cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Distinct states.
    pub unique_states: u64,
    /// Steps between them.
    pub transitions: u64,
    /// Wall-clock time.
    pub seconds: f64,
    /// Time of all cores together, of the user and of the system.
    pub cpu_seconds: f64,
    /// The most bytes at once: for our engine those that the search asked for, for others those
    /// that the whole process had in memory.
    pub peak_bytes: u64,
}

impl Measured {
    /// The cost of what this process has done since then; the counts are still missing.
    pub fn since((started, before): (Instant, Usage), peak_bytes: u64) -> Self {
        Self {
            unique_states: 0,
            transitions: 0,
            seconds: started.elapsed().as_secs_f64(),
            cpu_seconds: Usage::own().cpu_seconds - before.cpu_seconds,
            peak_bytes,
        }
    }
}

/// CPU time and memory of a process so far. Zero where nobody tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Time of all cores together, in steps of a hundredth of a second.
    pub cpu_seconds: f64,
    /// The most bytes that were in memory at once.
    pub peak_bytes: u64,
}

/// Where `/proc/PID/stat` has what, counted from the name of the program on: `utime` and
/// `stime`, and the same of children that have ended (proc(5), fields 14 to 17).
const OWN_TIME: [usize; 2] = [11, 12];
const CHILDREN_TIME: [usize; 2] = [13, 14];

/// Clock ticks of `/proc/PID/stat` in a second: `USER_HZ`, the same on every Linux.
const TICKS: f64 = 100.0;

impl Usage {
    /// Of this process.
    pub fn own() -> Self {
        Self {
            cpu_seconds: cpu_seconds(OWN_TIME),
            peak_bytes: peak_bytes("self"),
        }
    }
}

/// The CPU time of all children that have ended.
pub fn cpu_seconds_of_children() -> f64 {
    cpu_seconds(CHILDREN_TIME)
}

fn cpu_seconds(places: [usize; 2]) -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text
        .rsplit_once(')')
        .map_or_else(Vec::new, |(_, rest)| rest.split_whitespace().collect());
    let ticks = |place: usize| -> f64 {
        let field = fields.get(place).and_then(|field| field.parse().ok());
        field.unwrap_or_default()
    };
    places.into_iter().map(ticks).sum::<f64>() / TICKS
}

/// The most bytes that a process had in memory at once.
pub fn peak_bytes(process: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kibibytes.map_or(0, |kibibytes: u64| kibibytes * 1024)
}
