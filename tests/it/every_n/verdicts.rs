//! Which invariants are kept for every number of ordinals, and by how many views that is shown.

use std::num::NonZeroUsize;

use straddle::engine::{Bounds, Question, Settings, Unobserved, Verdict, exhaustive};
use straddle::internals::every_n::fixpoint::{GaveUp, Limits, close};

use super::lemma::{closed, occurring, reachable};
use super::reference::{Reference, Rules};
use super::slices::{Slices, invariants};
use super::variants::{
    blind, guarded, hasty, parallel, reverted, stale, synced, two_patches, with_charges,
};

/// For each invariant the steps of the shortest way to break it, if there is one.
pub fn shortest(model: &Reference) -> Vec<Option<usize>> {
    let question = Question::new(model.invariants());
    let settings = Settings::from(NonZeroUsize::MIN);
    let outcome = exhaustive::check(model, &question, &Bounds::default(), settings, &Unobserved);
    let steps = |verdict: &Verdict<_>| match verdict {
        Verdict::Holds => None,
        Verdict::Violated(trace) => Some(trace.steps.len()),
        Verdict::Inconclusive(why) => panic!("{why:?}"),
    };
    let decisions = outcome.decisions.iter();
    decisions.map(|decision| steps(&decision.verdict)).collect()
}

/// Expects that all invariants are kept, as so many views of at most `free` free ordinals show.
fn proves(rules: &Rules, free: usize, views: usize) {
    let slices = Slices::new(rules);
    let closure = closed(&slices, free, &invariants(rules));
    assert_eq!(closure.views.len(), views, "{rules:?}");
    assert!(closure.kept.iter().all(|kept| *kept), "{rules:?}");
    for ordinals in 0..=3 {
        let broken = shortest(slices.of(ordinals));
        assert!(broken.iter().all(Option::is_none), "{rules:?}");
    }
}

/// Expects that one invariant is broken and no other, in the views and in a search: there with so
/// many ordinals or more, and in so many steps.
fn breaks(rules: &Rules, free: usize, invariant: &str, smallest: usize, steps: usize) {
    let slices = Slices::new(rules);
    let closure = closed(&slices, free, &invariants(rules));
    let names = || invariants::<Slices>(rules).into_iter();
    let expected: Vec<bool> = names().map(|other| other.name != invariant).collect();
    assert_eq!(closure.kept, expected, "{rules:?}");
    for ordinals in 0..=smallest {
        let steps = (ordinals == smallest).then_some(steps);
        let is_it = |other: &str| steps.filter(|_| other == invariant);
        let expected: Vec<Option<usize>> = names().map(|other| is_it(other.name)).collect();
        let found = shortest(slices.of(ordinals));
        assert_eq!(found, expected, "{rules:?}, {ordinals} ordinals");
    }
}

#[test]
fn the_protocol_is_safe() {
    proves(&Rules::default(), 1, 316);
    proves(&parallel(Rules::default()), 1, 316);
    proves(&two_patches(), 1, 548);
}

#[test]
fn no_more_ordinals_are_down_than_were_evicted_but_for_one() {
    proves(&with_charges(Rules::default()), 2, 2_560);
    proves(&with_charges(guarded(Rules::default())), 2, 414);
}

#[test]
fn a_driver_that_waits_for_planned_writes_is_safe() {
    proves(&synced(), 1, 3_364);
    proves(&parallel(synced()), 1, 5_912);
    proves(&with_charges(guarded(synced())), 2, 1_017);
    proves(&with_charges(synced()), 2, 16_959);
}

/// Two halves of two runs, glued together at the driver.
#[test]
fn one_free_ordinal_is_too_few_for_a_invariant_about_two() {
    let rules = with_charges(Rules::default());
    let closure = closed(&Slices::new(&rules), 1, &invariants(&rules));
    assert_eq!(closure.kept, [true, true, true, false]);
}

#[test]
fn drivers_that_do_not_wait_are_found() {
    breaks(&hasty(), 1, "at-most-one", 1, 7);
    breaks(&blind(), 1, "at-most-one", 1, 6);
}

#[test]
fn a_late_write_is_found() {
    breaks(&stale(), 1, "at-most-one", 1, 11);
}

#[test]
fn a_reverted_source_is_found() {
    breaks(&reverted(), 1, "at-most-one", 1, 10);
}

/// Between its patches the last ordinal of the destination belongs to nobody.
#[test]
fn two_patches_take_two_ordinals_down() {
    breaks(&with_charges(two_patches()), 2, "at-most-one-down", 2, 11);
}

#[test]
fn limits_are_kept() {
    let gave_up = |limits: Limits, stop: &dyn Fn(usize) -> bool| {
        let slices = Slices::new(&Rules::default());
        close(&slices, 1, &[], limits, stop).err()
    };
    let limits = Limits::default();
    assert_eq!(gave_up(limits, &|_| false), None);
    assert_eq!(
        gave_up(limits, &|view| view == 315),
        Some(GaveUp::Interrupted)
    );
    for (views, why) in [(315, Some(GaveUp::Views)), (316, None)] {
        assert_eq!(gave_up(Limits { views, ..limits }, &|_| false), why);
    }
    for (words, why) in [(1_238, Some(GaveUp::Words)), (1_239, None)] {
        assert_eq!(gave_up(Limits { words, ..limits }, &|_| false), why);
    }
}

/// Three implementations in other languages count the same.
#[test]
fn the_protocol_without_budgets_has_the_known_sizes() {
    let slices = Slices::new(&Rules::default());
    let sizes = [1, 2, 3, 4, 5].map(|ordinals| reachable(&slices, ordinals, 100_000).len());
    assert_eq!(sizes, [40, 350, 2_500, 16_250, 100_000]);
}

/// Expects how many views occur with each number of ordinals, from one on.
fn check_occurring<const N: usize>(rules: &Rules, free: usize, expected: [usize; N]) {
    let slices = Slices::new(rules);
    let found = std::array::from_fn(|before| occurring(&slices, before + 1, free, 100_000).len());
    assert_eq!(found, expected, "{rules:?}");
}

/// If all views occur with some number of ordinals, more of them show nothing new.
#[test]
fn three_ordinals_may_be_as_good_as_any_number() {
    check_occurring(&with_charges(Rules::default()), 2, [55, 535, 2_560, 2_560]);
    check_occurring(
        &with_charges(guarded(Rules::default())),
        2,
        [50, 213, 414, 414],
    );
}

/// Those that occur are not closed, even where more ordinals have no others: 316 and 3,364 are.
#[test]
fn a_proof_may_have_views_that_never_occur() {
    check_occurring(&Rules::default(), 1, [42, 232, 232, 232, 232]);
    check_occurring(&synced(), 1, [59, 460, 1_123, 1_395]);
}
