//! Witnesses that are left out on purpose. For each kind of step of the model that has any, the
//! lemma is then seen to be violated.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use straddle::internals::actors::faults::Target;
use straddle::internals::actors::garbage_collector::Action as Collect;
use straddle::internals::actors::stateful_set_controller::Action;
use straddle::internals::actors::{Step, driver};
use straddle::internals::check::proof_scope::ProofScope;
use straddle::internals::every_n::{Reasons, Sliced};
use straddle::internals::model::sizes::Sizes;
use straddle::internals::world::letter::{Frame, Letter};
use straddle::{Migration, World};

use super::lemma::restriction;
use super::migration::{mixed, sized, sized_text, walked};

/// The migrations of a scenario, with one witness fewer for each step of a kind.
struct Fewer {
    sizes: Sizes,
    is_kind: fn(&Step) -> bool,
}

impl Sliced for Fewer {
    type Model = Migration;
    type Frame = Frame;
    type Letter = Letter;

    fn model(&self, letters: usize) -> Option<&Migration> {
        self.sizes.model(letters)
    }

    fn split(&self, model: &Migration, world: &World, letters: &mut Vec<Letter>) -> Frame {
        self.sizes.split(model, world, letters)
    }

    fn join(&self, frame: &Frame, letters: &[Letter]) -> Option<(&Migration, World)> {
        self.sizes.join(frame, letters)
    }

    fn is_named(&self, letter: &Letter) -> bool {
        self.sizes.is_named(letter)
    }

    fn witnesses(&self, model: &Migration, before: &World, step: &Step, after: &World) -> usize {
        let witnesses = self.sizes.witnesses(model, before, step, after);
        witnesses.saturating_sub(usize::from((self.is_kind)(step)))
    }

    fn reasons(&self, frame: &Frame, letter: &Letter) -> Reasons {
        self.sizes.reasons(frame, letter)
    }

    fn most_with(&self, frame: &Frame, reasons: Reasons) -> usize {
        self.sizes.most_with(frame, reasons)
    }

    fn most_witnesses(&self) -> usize {
        self.sizes.most_witnesses()
    }
}

/// A migration whose last step is given, with a driver that may crash.
fn crashing(after_crash: &str, last: &str) -> Sizes {
    let text = format!(
        "apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {{name: web, replicas: 3, podManagementPolicy: OrderedReady}}
migration:
  afterCrash: {after_crash}
  forEach: {{k: descending}}
  steps:
  - patch: {{cluster: destination, start: k, replicas: N - k}}
  - {last}
faults: {{atMost: 2, of: [eviction, driverCrash]}}
"
    );
    sized_text(&text, "")
}

/// The first step of so many walks, or of a state that is mixed from several, that the lemma is not
/// kept for.
fn broken(sizes: Sizes, walks: u64, is_kind: fn(&Step) -> bool) -> Option<String> {
    let fewer = Fewer { sizes, is_kind };
    let model = fewer.model(4).expect("a size that there is");
    (1..=walks).find_map(|seed| {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut states = walked(model, &mut random);
        states.extend(mixed(&fewer.sizes, 4, &states, &mut random));
        let mut states = states.iter();
        states.find_map(|state| restriction(&fewer, model, state, 1))
    })
}

/// Expects the lemma of a model, and that it is broken by one witness fewer for these steps.
#[track_caller]
fn check(model: impl Fn() -> Sizes, is_kind: fn(&Step) -> bool) {
    assert_eq!(broken(model(), 2, |_| false), None);
    assert!(
        broken(model(), 100, is_kind).is_some(),
        "nobody has noticed"
    );
}

#[test]
fn the_driver_goes_on_to_an_ordinal() {
    let advances: fn(&Step) -> bool = |step| matches!(step, Step::Driver(driver::Action::Advance));
    check(|| sized("kep-3335-literal", ProofScope::Each), advances);
    let gone = "wait: {cluster: source, pod: k, until: gone}";
    check(
        || crashing("fromTop", gone),
        |step| matches!(step, Step::Driver(driver::Action::Look)),
    );
}

#[test]
fn the_driver_waits_for_a_count() {
    // Its last wait is for a count.
    check(
        || sized("cold-backup-restore", ProofScope::Each),
        |step| matches!(step, Step::Driver(driver::Action::Advance)),
    );
}

#[test]
fn the_driver_crashes_and_starts_again() {
    let observed = "wait: {cluster: source, set: true, until: observed}";
    check(
        || crashing("fromTop", observed),
        |step| matches!(step, Step::Driver(driver::Action::Restart)),
    );
    check(
        || crashing("fromObserved", observed),
        |step| matches!(step, Step::Fault(fault) if fault.target == Target::Driver),
    );
}

#[test]
fn a_sync_depends_on_another_ordinal() {
    let syncs: fn(&Step) -> bool =
        |step| matches!(step, Step::Controller(step) if step.action == Action::Sync);
    for name in ["kep-3335-ordered", "low-end-first", "claim-swapped-late"] {
        check(|| sized(name, ProofScope::Each), syncs);
    }
}

#[test]
fn a_refused_write_ends_those_for_others() {
    check(
        || sized("claim-swapped-late", ProofScope::Each),
        |step| matches!(step, Step::Controller(step) if matches!(step.action, Action::Write(..))),
    );
}

#[test]
fn a_planned_write_outlives_its_set() {
    let delete = "deleteSet: {cluster: source, cascade: orphan}";
    check(
        || crashing("fromTop", delete),
        |step| matches!(step, Step::Collector(step) if step.action == Collect::RemoveSet),
    );
}
