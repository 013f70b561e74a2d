//! One scenario, from its file to everything a report says of it.
//!
//! A check goes through these stages:
//!
//! | stage | in | takes | gives |
//! |---|---|---|---|
//! | fewer replicas | [`smaller::search`] | [`Task`] | [`Smaller`] for each number |
//! | first look | [`search::first_look`] | [`Task`] | [`Found`] |
//! | stories | [`tell::tell`] | [`Found`], [`Smaller`] | [`tell::Telling`] |
//! | reasons | [`tell::explain`] | [`tell::Telling`] | [`tell::Telling`] |
//! | fixes | [`tell::fix`] | [`tell::Telling`] | [`Story`] |
//! | report | [`summary::result`] | [`Found`], [`Story`], [`Smaller`] | [`ScenarioResult`] |
//! | proofs | [`every_n::prove`] | [`ScenarioResult`] | [`EveryN`] |
//! | search | [`search::whole`] | [`Task`], [`EveryN`] | [`Found`] |
//!
//! At the end, what holds is [withheld](withhold::withhold) if somebody may write the sets who is not
//! modelled.
//!
//! What the search has found goes through stories, reasons, fixes and the report again: a first
//! look shows early what breaks near the beginning.

pub mod certificate;
pub mod checkpoint;
mod end;
pub mod every_n;
mod explain;
mod facts;
mod fix;
mod forever;
mod merge;
mod options;
pub mod proof_scope;
pub mod replay;
mod search;
pub mod simulate;
mod smaller;
mod story;
mod summary;
mod task;
mod tell;
mod trace;
mod vacuous;
mod verdicts;
mod withhold;

use std::path::Path;

use crate::report::{EveryN, PropertyResult, ScenarioResult, Stop, Verdict};
use crate::scenario::{Diagnostic, Overrides, Scenario};
use crate::world::id::PerCluster;
use crate::world::setup::Reads;
use checkpoint::Keeper;
use search::{Found, decide};
use smaller::Smaller;
use task::Task;
use tell::Story;

pub use crate::engine::{Bounds, Progress};
pub use crate::vocabulary::Engine;
pub use options::CheckOptions;
pub use task::question;

/// An observer of a check.
pub trait Watch: Sync {
    /// From time to time. The search stops if the answer is `true`.
    fn progress(&self, progress: &Progress) -> bool;

    /// A property has just been found violated, in so many steps with so many faults.
    fn violated(&self, property: &str, steps: usize, faults: u32);

    /// The stories that were found at a first look; the verdicts of the rest are still open.
    fn stories(&self, _result: &ScenarioResult) {}
}

/// No observer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: &Progress) -> bool {
        false
    }
    fn violated(&self, _: &str, _: usize, _: u32) {}
}

/// Checks the scenario in the file `path`.
///
/// # Errors
/// Every mistake in the file.
pub fn check_scenario(
    path: &Path,
    options: &CheckOptions,
    watch: &dyn Watch,
) -> Result<ScenarioResult, Vec<Diagnostic>> {
    let scenario = read(path, &options.overrides, options.every_step)?;
    Ok(check(&scenario, options, watch))
}

/// Reads the scenario in the file `path`, perhaps with every step taken apart.
fn read(path: &Path, overrides: &Overrides, every_step: bool) -> Result<Scenario, Vec<Diagnostic>> {
    let mut scenario = Scenario::read(path, overrides)?;
    take_apart(&mut scenario, every_step);
    Ok(scenario)
}

/// Takes every step of a scenario apart, if that was asked for.
pub fn take_apart(scenario: &mut Scenario, every_step: bool) {
    if every_step {
        scenario.setup.reads = PerCluster {
            source: Reads::EVERYTHING,
            destination: Reads::EVERYTHING,
        };
    }
}

/// Checks a scenario.
#[must_use]
pub fn check(scenario: &Scenario, options: &CheckOptions, watch: &dyn Watch) -> ScenarioResult {
    let result = stages(&Task::new(scenario, options), None, watch);
    result.expect("without a checkpoint nothing is refused")
}

/// The stages of a check, first to last.
///
/// # Errors
/// The checkpoint cannot be used.
fn stages(
    task: &Task<'_>,
    keeper: Option<&mut Keeper>,
    watch: &dyn Watch,
) -> Result<ScenarioResult, Box<Diagnostic>> {
    let smaller = smaller::search(task, watch);
    let first = search::first_look(task, keeper.as_deref(), watch);
    let first = first.map(|found| Known::after(None, task, &smaller, found));
    if let Some(first) = &first {
        first.show(watch);
    }
    let proofs = first.as_ref();
    let proofs = proofs.and_then(|first| prove(task, &first.result, watch));
    let known = match first {
        Some(first) if first.is_enough(proofs.as_ref()) => first,
        first => {
            let found = search::whole(task, proofs.as_ref(), keeper, watch)?;
            Known::after(first.as_ref(), task, &smaller, found)
        }
    };
    let proofs = proofs.or_else(|| prove(task, &known.result, watch));
    let mut result = known.with(task, proofs.as_ref());
    withhold::withhold(task, &mut result);
    Ok(result)
}

/// What is known of a scenario after a search.
struct Known {
    found: Found,
    stories: Vec<Story>,
    result: ScenarioResult,
}

impl Known {
    /// Makes a report of what a search has found, after what is known from an earlier look.
    fn after(earlier: Option<&Self>, task: &Task<'_>, smaller: &[Smaller], found: Found) -> Self {
        let found = found.after(earlier.map(|earlier| &earlier.found));
        let before = earlier.map_or(&[][..], |earlier| &earlier.stories);
        let told = tell::tell(task, smaller, &found.outcome);
        let explained = tell::explain(task, told, before);
        let stories = tell::fix(task, explained, &found.outcome);
        let result = summary::result(task, smaller, &found, &stories);
        Self {
            found,
            stories,
            result,
        }
    }

    /// Shows the stories of a look that was not the last.
    fn show(&self, watch: &dyn Watch) {
        if !self.found.is_all && !self.stories.is_empty() {
            watch.stories(&self.result);
        }
    }

    /// Whether a further search would find nothing that is not known, here or from proofs.
    fn is_enough(&self, proofs: Option<&EveryN>) -> bool {
        let proved = |name: &str| proofs.is_some_and(|proofs| proofs.proves(name));
        let mut properties = self.result.properties.iter();
        let is_known = |property: &PropertyResult| {
            property.verdict != Verdict::Inconclusive || proved(&property.name)
        };
        self.found.is_all || properties.all(is_known)
    }

    /// The report, with the proofs.
    fn with(self, task: &Task<'_>, proofs: Option<&EveryN>) -> ScenarioResult {
        let mut result = self.result;
        if let Some(proofs) = proofs {
            every_n::add(task, proofs, &mut result);
        }
        if !self.found.is_all {
            result.search.stopped = Some(Stop::AllKnown);
        }
        result
    }
}

/// What can be said for every number of replicas of a scenario that was searched, if that is
/// asked for.
fn prove(task: &Task<'_>, searched: &ScenarioResult, watch: &dyn Watch) -> Option<EveryN> {
    task.proves().then(|| every_n::prove(task, searched, watch))
}
