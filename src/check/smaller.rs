//! The same migration with fewer replicas. That costs little, and tells most stories sooner.

use super::task::Task;
use super::verdicts::plain;
use super::{Engine, Watch, question};
use crate::actors::Step;
use crate::engine::{
    Bounds, Observer, Outcome, Progress, StopReason, Trace, Verdict as Decided, exhaustive,
};
use crate::model::Migration;
use crate::report::{SmallerResult, SmallerVerdict};

/// The most replicas that are looked at before those asked for.
const MOST_REPLICAS: u8 = 3;

/// States that one number of replicas may take.
const STATES: u64 = 20_000;

/// The same for those next to the ones asked for.
const STATES_NEXT: u64 = 1_000_000;

/// What is known with fewer replicas than asked for.
pub(super) struct Smaller {
    pub model: Migration,
    pub outcome: Outcome<Step>,
    /// The bound that was asked for, if that and no tighter one has cut it short.
    bound: Option<StopReason>,
}

/// An observer that can stop a search and is not shown what it finds.
struct Stopping<'a>(&'a dyn Watch);

impl<A> Observer<A> for Stopping<'_> {
    fn progress(&self, progress: &Progress) -> bool {
        self.0.progress(progress)
    }
    fn violated(&self, _: &'static str, _: &Trace<A>) {}
}

/// Searches the scenario with one replica, two and three, as far as these are fewer than asked
/// for. Where a verdict for every number is asked for, also with one and two fewer: where there is
/// no proof, that verdicts do not change any more is evidence. What does not finish has larger
/// ones behind it: they are left out.
pub(super) fn search(task: &Task<'_>, watch: &dyn Watch) -> Vec<Smaller> {
    let (scenario, options) = (task.scenario, task.options);
    let mut found = Vec::new();
    if options.engine != Engine::Exhaustive {
        return found;
    }
    let asked_for = scenario.setup.replicas;
    let next = if task.proves() {
        asked_for.saturating_sub(2).max(MOST_REPLICAS + 1)..asked_for
    } else {
        0..0
    };
    for replicas in (1..asked_for.min(MOST_REPLICAS + 1)).chain(next) {
        let most = if replicas > MOST_REPLICAS {
            STATES_NEXT
        } else {
            STATES
        };
        let bounds = Bounds {
            states: Some(
                options
                    .bounds
                    .states
                    .map_or(most, |states| states.min(most)),
            ),
            ..options.bounds.clone()
        };
        let Some(setup) = scenario.with_replicas(replicas) else {
            break;
        };
        let model = Migration::new(setup);
        let asked = question(&model, &scenario.properties, false);
        let watched = Stopping(watch);
        let outcome = exhaustive::check(&model, &asked, &bounds, options.threads, &watched);
        let stopped = outcome.statistics.stopped;
        // What stops for another reason stops elsewhere the next time.
        if matches!(stopped, None | Some(StopReason::States | StopReason::Depth)) {
            let asked_for = |stop: &StopReason| {
                *stop == StopReason::Depth || bounds.states == options.bounds.states
            };
            let bound = stopped.filter(asked_for);
            found.push(Smaller {
                model,
                outcome,
                bound,
            });
        }
        if stopped.is_some() {
            break;
        }
    }
    found
}

impl Smaller {
    /// How the property breaks, if it does.
    fn violation(&self, name: &str) -> Option<&Trace<Step>> {
        let mut decisions = self.outcome.decisions.iter();
        let decision = decisions.find(|decision| decision.name == name)?;
        match &decision.verdict {
            Decided::Violated(trace) => Some(trace),
            Decided::Holds | Decided::Inconclusive(_) => None,
        }
    }

    /// For the report.
    pub fn result(&self) -> SmallerResult {
        let verdicts = self.outcome.decisions.iter();
        let verdicts = verdicts.map(|decision| SmallerVerdict {
            name: decision.name.to_owned(),
            verdict: plain(&decision.verdict),
        });
        SmallerResult {
            replicas: u32::from(self.model.setup().replicas),
            complete: self.outcome.statistics.stopped.is_none(),
            bound: self.bound,
            properties: verdicts.collect(),
        }
    }
}

/// How a property breaks with the fewest replicas, and the place of that in `smaller`, if it takes
/// no more faults than `own`, which is how it breaks with those asked for. Fewer faults count more
/// than fewer replicas.
pub(super) fn teller<'a>(
    smaller: &'a [Smaller],
    model: &Migration,
    name: &str,
    own: &Trace<Step>,
) -> Option<(usize, &'a Trace<Step>)> {
    let is_invariant = model.invariants().iter().any(|one| one.name == name);
    // What nothing else has led to is the better witness.
    let as_clean = |small: &Smaller, trace: &Trace<Step>| {
        is_invariant || is_clean(&small.model, trace) || !is_clean(model, own)
    };
    let violations = smaller.iter().enumerate();
    let violations =
        violations.filter_map(|(number, small)| Some((number, small.violation(name)?)));
    violations
        .filter(|&(number, trace)| trace.faults <= own.faults && as_clean(&smaller[number], trace))
        .min_by_key(|(_, trace)| trace.faults)
}

/// Whether no state of a path breaks an always-property.
fn is_clean(model: &Migration, trace: &Trace<Step>) -> bool {
    let states = trace.states(model);
    let mut invariants = model.invariants().into_iter();
    invariants.all(|invariant| states.iter().all(|world| invariant.holds(model, world)))
}
