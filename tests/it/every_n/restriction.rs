//! The lemma that the proofs rest on, for the protocol and all its relatives, on reachable and
//! on random states; and violations of it, which are noticed.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use straddle::internals::every_n::fixpoint::{GaveUp, Limits, close};
use straddle::internals::every_n::views::Views;
use straddle::internals::every_n::{Reasons, Sliced};

use super::lemma::{closed, coverage, reachable, restriction};
use super::reference::{
    Guard, MOST, Ordinal, Phase, Place, Plan, Reference, Rules, Side, State, Step, Write,
};
use super::slices::{Frame, Letter, Slices, invariants};
use super::variants::{self, Variant};

const MOST_STATES: usize = 200_000;

/// Expects the lemma of all steps of these states.
fn check<'a>(
    name: &str,
    sliced: &impl Sliced<Model = Reference>,
    free: usize,
    states: impl IntoIterator<Item = (usize, &'a State)>,
) {
    for (ordinals, state) in states {
        let model = sliced.model(ordinals).expect("a size that there is");
        let unmatched = restriction(sliced, model, state, free);
        assert_eq!(unmatched, None, "{name}, {ordinals} ordinals");
    }
}

#[test]
fn no_view_of_a_reachable_state_is_missing() {
    for variant in variants::all() {
        let slices = Slices::new(&variant.rules);
        let closure = closed(&slices, variants::free(&variant.rules), &[]);
        for ordinals in 0..=variant.ordinals {
            let missing = coverage(&slices, &closure.views, ordinals, MOST_STATES);
            assert_eq!(missing, 0, "{}, {ordinals} ordinals", variant.name);
        }
    }
}

#[test]
fn every_step_of_a_reachable_state_is_one_of_a_small_part_of_it() {
    for variant in variants::all() {
        let slices = Slices::new(&variant.rules);
        let free = variants::free(&variant.rules);
        for ordinals in 0..=variant.ordinals {
            let states = reachable(&slices, ordinals, MOST_STATES);
            let states = states.iter().map(|state| (ordinals, state));
            check(variant.name, &slices, free, states);
        }
    }
}

/// A state that may well be out of reach, but has a meaning.
pub fn random(model: &Reference, random: &mut Pcg64Mcg) -> State {
    let rules = &model.rules;
    let mark = |random: &mut Pcg64Mcg| random.random_range(0..=model.ordinals);
    let (one, other) = (mark(random), mark(random));
    let mut state = State {
        ordinals: [Ordinal::default(); MOST],
        source_end: mark(random),
        start: one.min(other),
        end: one.max(other),
        place: Place::Observe,
        k: None,
        plans: [None; 2],
    };
    let places = u8::try_from(rules.program.len()).expect("a program is short");
    let place = random.random_range(0..=places);
    if place < places {
        state.place = Place::At(place);
        state.k = Some(random.random_range(model.ordinals()));
    }
    if rules.plans {
        state.plans = state.plans.map(|_| {
            let write = [Write::Create, Write::Delete][random.random_range(0..2)];
            let ordinal = random.random_range(model.ordinals());
            random.random_bool(0.5).then_some(Plan { write, ordinal })
        });
    }
    // Many steps wait until all is quiet, which it hardly ever is by chance.
    let quiet = [0.0, 0.5, 0.9, 1.0][random.random_range(0..4)];
    for number in model.ordinals() {
        let phase = |side: Side, random: &mut Pcg64Mcg| {
            let is_in_range = Reference::range(&state, side).contains(&number);
            match (random.random_bool(quiet), is_in_range) {
                (true, true) => Phase::Ready,
                (true, false) => Phase::Absent,
                (false, _) => Phase::ALL[random.random_range(0..4)],
            }
        };
        let attached = [None, Some(Side::Source), Some(Side::Destination)];
        state.ordinals[usize::from(number)] = Ordinal {
            phases: Side::BOTH.map(|side| phase(side, random)),
            attached: attached[random.random_range(0..3)],
            copied: random.random(),
            is_charged: rules.charges && random.random(),
        };
    }
    state
}

#[test]
fn every_step_of_a_random_state_is_one_of_a_small_part_of_it() {
    let mut generator = Pcg64Mcg::seed_from_u64(1);
    for Variant { name, rules, .. } in variants::all() {
        let slices = Slices::new(&rules);
        for ordinals in [6, 7] {
            let states: Vec<State> = (0..1_500)
                .map(|_| random(slices.of(ordinals), &mut generator))
                .collect();
            let states = states.iter().map(|state| (ordinals, state));
            check(name, &slices, variants::free(&rules), states);
        }
    }
}

/// The protocol with another number of ordinals that a step may depend on at most.
struct Lowered {
    slices: Slices,
    most: usize,
    /// Steps that depend on more do not say so.
    hides: bool,
}

impl Sliced for Lowered {
    type Model = Reference;
    type Frame = Frame;
    type Letter = Letter;

    fn model(&self, letters: usize) -> Option<&Reference> {
        self.slices.model(letters)
    }

    fn split(&self, model: &Reference, state: &State, letters: &mut Vec<Letter>) -> Frame {
        self.slices.split(model, state, letters)
    }

    fn join(&self, frame: &Frame, letters: &[Letter]) -> Option<(&Reference, State)> {
        self.slices.join(frame, letters)
    }

    fn is_named(&self, letter: &Letter) -> bool {
        self.slices.is_named(letter)
    }

    fn witnesses(&self, model: &Reference, state: &State, step: &Step, next: &State) -> usize {
        let witnesses = self.slices.witnesses(model, state, step, next);
        if self.hides {
            witnesses.min(self.most)
        } else {
            witnesses
        }
    }

    fn reasons(&self, frame: &Frame, letter: &Letter) -> Reasons {
        self.slices.reasons(frame, letter)
    }

    fn most_with(&self, frame: &Frame, reasons: Reasons) -> usize {
        self.slices.most_with(frame, reasons).min(self.most)
    }

    fn most_witnesses(&self) -> usize {
        self.most
    }
}

/// How many reachable states have a step that is unmatched, by number of ordinals from one on.
fn unmatched<const N: usize>(sliced: &impl Sliced<Model = Reference>, free: usize) -> [usize; N] {
    std::array::from_fn(|ordinals| {
        let ordinals = ordinals + 1;
        let model = sliced.model(ordinals).expect("a size that there is");
        let states = reachable(sliced, ordinals, MOST_STATES);
        let unmatched = |state: &&State| restriction(sliced, model, state, free).is_some();
        states.iter().filter(unmatched).count()
    })
}

/// How many views of reachable states are missing, by number of ordinals from one on.
fn missing<S: Sliced, const N: usize>(sliced: &S, views: &Views<S>) -> [usize; N] {
    std::array::from_fn(|ordinals| coverage(sliced, views, ordinals + 1, MOST_STATES))
}

/// Expects what comes of witnesses of which but so many are told, by number of ordinals: how many
/// states have an unmatched step, and how many views are missing.
fn check_lowered<const N: usize>(rules: &Rules, told: usize, expected: [[usize; N]; 2]) {
    let free = variants::free(rules);
    let lowered = Lowered {
        slices: Slices::new(rules),
        most: told,
        hides: true,
    };
    let closure = closed(&lowered, free, &invariants(rules));
    // What is left out is no violation that one could see.
    assert!(closure.kept.iter().all(|kept| *kept), "{rules:?}");
    let found = [unmatched(&lowered, free), missing(&lowered, &closure.views)];
    assert_eq!(found, expected, "{rules:?}, {told} told");
}

/// One more ordinal than the part that is looked at has is enough to see it. The views may be the
/// right ones by luck.
#[test]
fn a_witness_that_is_left_out_is_missed() {
    check_lowered(&Rules::default(), 1, [[0, 0, 28], [0; 3]]);
    check_lowered(&variants::synced(), 1, [[0, 0, 28], [0; 3]]);
    let charged = variants::with_charges(Rules::default());
    check_lowered(&charged, 1, [[0, 0, 0, 152], [0; 4]]);
}

#[test]
fn a_witness_that_is_one_too_many_is_told() {
    let rules = Rules::default();
    let lowered = Lowered {
        slices: Slices::new(&rules),
        most: 1,
        hides: false,
    };
    let closure = close(&lowered, 1, &[], Limits::default(), &|_| false);
    assert_eq!(closure.err(), Some(GaveUp::OutOfClass));
    // Of states, too, a part of which tells it.
    assert_eq!(unmatched(&lowered, 1), [0; 4]);
}

#[test]
fn witnesses_that_are_left_out_are_missed() {
    check_lowered(&Rules::default(), 0, [[0, 134, 949], [0, 190, 2_850]]);
    let charged = variants::with_charges(Rules::default());
    check_lowered(&charged, 0, [[0, 4, 1_324], [0, 0, 2_025]]);
}

/// Whatever number is told, as many ordinals and some more show that it is not enough.
#[test]
fn a_step_that_asks_for_a_majority_is_noticed() {
    let rules = Rules {
        guard: Guard::Majority,
        ..Rules::default()
    };
    let slices = Slices::new(&rules);
    let closure = closed(&slices, 1, &[]);
    assert_eq!(unmatched(&slices, 1), [0, 0, 0, 0, 750]);
    assert_eq!(missing(&slices, &closure.views), [0, 0, 0, 0, 160]);
}
