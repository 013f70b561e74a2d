//! A line about the search under way, while a person is looking.

use std::io::{IsTerminal, Write as _, stderr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::check::{Progress, Watch};
use crate::report::{ScenarioResult, count, count_of, plain};

/// Set by the first Ctrl-C, SIGTERM or SIGHUP of a run.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the run was interrupted.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// From now on the first Ctrl-C (or SIGTERM, or SIGHUP) ends searches, and the second one the
/// program.
pub(super) fn listen() {
    INTERRUPTED.store(false, Ordering::Relaxed);
    // It fails if somebody else in this process already listens; then they decide.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(super::exit::INTERRUPTED));
        }
        // A report may take its time; who is impatient should know what that costs. If nobody can
        // be told, nothing is lost.
        let _ = writeln!(
            stderr(),
            "interrupted: reporting what is known; interrupt again to exit at once"
        );
    });
}

/// Watches the check of one scenario.
pub(super) struct Watcher<'a> {
    show: &'a (dyn Fn(&ScenarioResult) + Sync),
    name: String,
    bar: Option<ProgressBar>,
    started: Instant,
}

impl<'a> Watcher<'a> {
    /// Shows something if standard error is a terminal and this is not CI. Stories go to `show`
    /// as soon as they are known.
    pub fn new(path: &Path, show: &'a (dyn Fn(&ScenarioResult) + Sync)) -> Self {
        let name = plain(&path.to_string_lossy());
        Self {
            show,
            bar: is_watched().then(|| spinner(&name)),
            name,
            started: Instant::now(),
        }
    }

    /// Takes the line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Watcher<'_> {
    fn progress(&self, progress: &Progress) -> bool {
        if let Some(bar) = &self.bar {
            bar.set_message(line(progress, self.started.elapsed()));
        }
        interrupted()
    }

    fn stories(&self, result: &ScenarioResult) {
        match &self.bar {
            Some(bar) => bar.suspend(|| (self.show)(result)),
            None => (self.show)(result),
        }
    }

    fn violated(&self, property: &str, steps: usize, faults: u32) {
        if let Some(bar) = &self.bar {
            let (steps, faults) = (count(steps, "step"), count(faults as usize, "fault"));
            let name = &self.name;
            bar.println(format!("{name}: {property} violated, {steps}, {faults}"));
        }
    }
}

/// Watches the walks through one scenario.
pub(super) struct WalkWatcher {
    bar: Option<ProgressBar>,
    asked: u64,
}

impl WalkWatcher {
    /// Shows something if standard error is a terminal and this is not CI.
    pub fn new(path: &Path, asked: u64) -> Self {
        let name = plain(&path.to_string_lossy());
        Self {
            bar: is_watched().then(|| spinner(&name)),
            asked,
        }
    }

    /// So many walks are over. The others are not begun if the answer is `true`.
    pub fn progress(&self, runs: u64) -> bool {
        if let Some(bar) = &self.bar {
            let (runs, asked) = (HumanCount(runs), HumanCount(self.asked));
            bar.set_message(format!("{runs} of {asked} walks"));
        }
        interrupted()
    }

    /// Takes the line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Whether a person is looking.
fn is_watched() -> bool {
    stderr().is_terminal() && std::env::var_os("CI").is_none()
}

fn spinner(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}");
    bar.set_style(style.expect("the template is well formed"));
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// States, rate, depth, faults, frontier, memory.
fn line(progress: &Progress, elapsed: Duration) -> String {
    let milliseconds = elapsed.as_millis().max(1);
    let found = progress.unique_states.saturating_sub(progress.found_before);
    let rate = u128::from(found) * 1000 / milliseconds;
    format!(
        "{}, {}/s, depth {}, faults {}, frontier {}, {}",
        count_of(progress.unique_states, "state"),
        HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)),
        progress.depth,
        progress.faults,
        HumanCount(progress.frontier),
        HumanBytes(progress.bytes),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an earlier run has found says nothing of how fast this one is.
    #[test]
    fn the_rate_is_that_of_this_run() {
        let progress = Progress {
            unique_states: 3_000,
            depth: 4,
            faults: 0,
            frontier: 5,
            bytes: 1 << 20,
            found_before: 1_000,
        };
        let line = line(&progress, Duration::from_secs(2));
        assert!(line.starts_with("3,000 states, 1,000/s, "), "{line}");
    }

    #[test]
    fn says_how_far_it_is() {
        let progress = Progress {
            unique_states: 1_234_567,
            depth: 21,
            faults: 1,
            frontier: 4_321,
            bytes: 64 << 20,
            found_before: 0,
        };
        insta::assert_snapshot!(
            line(&progress, Duration::from_secs(2)),
            @"1,234,567 states, 617,283/s, depth 21, faults 1, frontier 4,321, 64.00 MiB"
        );
    }
}
