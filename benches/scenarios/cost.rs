//! What one search costs.

use std::time::Instant;

use straddle::engine::{Bounds, Question, Searchable, Settings, Unobserved, exhaustive};

use crate::arguments::Arguments;

/// What a search found, and what it cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Distinct states.
    pub states: u64,
    /// Steps between them.
    pub transitions: u64,
    /// It has seen everything, or has decided all that it was asked.
    pub finished: bool,
    /// Wall-clock time.
    pub seconds: f64,
    /// The most bytes that the search held at once.
    pub peak_bytes: u64,
    /// Threads.
    pub threads: usize,
}

impl Cost {
    /// Bytes held at the peak for each state.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn bytes_per_state(&self) -> f64 {
        self.peak_bytes as f64 / self.states as f64
    }

    /// Transitions of one thread in a second.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn transitions_per_second_and_core(&self) -> f64 {
        self.transitions as f64 / self.seconds / self.threads as f64
    }
}

/// Searches once.
pub fn search<M: Searchable>(
    model: &M,
    question: &Question<M>,
    settings: Settings,
    states: u64,
) -> (Cost, Vec<straddle::engine::Decision<M::Action>>) {
    let bounds = Bounds {
        states: Some(states),
        ..Bounds::default()
    };
    let started = Instant::now();
    let outcome = exhaustive::check(model, question, &bounds, settings, &Unobserved);
    let cost = Cost {
        states: outcome.statistics.unique_states,
        transitions: outcome.statistics.transitions,
        finished: outcome.statistics.stopped.is_none(),
        seconds: started.elapsed().as_secs_f64(),
        peak_bytes: outcome.statistics.peak_bytes,
        threads: settings.threads.get(),
    };
    (cost, outcome.decisions)
}

/// Searches as often as asked for.
///
/// # Errors
/// If it found something else each time.
pub fn searches<M: Searchable>(
    model: &M,
    question: &Question<M>,
    settings: Settings,
    arguments: &Arguments,
) -> Result<Cost, String> {
    let run = |_| search(model, question, settings, arguments.states).0;
    median((0..arguments.rounds.get()).map(run).collect())
}

/// The run of median time. There is at least one.
///
/// # Errors
/// If they did not find the same.
pub fn median(mut runs: Vec<Cost>) -> Result<Cost, String> {
    let counts = |cost: &Cost| (cost.states, cost.transitions);
    if runs.iter().any(|run| counts(run) != counts(&runs[0])) {
        return Err("counted differently from run to run".to_owned());
    }
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    Ok(runs[runs.len() / 2])
}
