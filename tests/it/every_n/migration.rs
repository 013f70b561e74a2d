//! The lemma that the proofs rest on, for the migrations of the bundled scenarios: on reachable
//! states, on states far from the start, and on such as are made of letters of several.

use std::path::Path;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use straddle::engine::Searchable;
use straddle::internals::check::proof_scope::{ProofScope, sizes};
use straddle::internals::every_n::Sliced;
use straddle::internals::every_n::recheck::{Flaw, recheck};
use straddle::internals::every_n::rows::{rows, views};
use straddle::internals::model::sizes::Sizes;
use straddle::internals::scenario::resized;
use straddle::{Migration, Overrides, Scenario, World};

use super::lemma::{closed, coverage, reachable, restriction};

/// Scenarios, each with the most replicas of which all states are looked at.
const SCENARIOS: [(&str, usize); 16] = [
    ("blog-redis-cluster", 2),
    ("blog-redis-cluster-exclusive", 2),
    ("blog-redis-cluster-gated", 4),
    ("blog-redis-cluster-gated-faults", 1),
    ("claim-swapped-late", 1),
    ("cold-backup-restore", 4),
    ("empty-disk", 3),
    ("kep-3335-literal", 4),
    ("kep-3335-ordered", 2),
    ("low-end-first", 2),
    ("naive-double-up", 4),
    ("orphan-by-hand", 1),
    ("reclaim-delete", 3),
    ("stale-controller", 1),
    ("tidied-wrong-side", 2),
    ("two-patches-start-first", 3),
];

/// Scenarios in which at most one ordinal is down beside those that a fault has hit, each with the
/// most replicas of which all states are looked at, for views of two ordinals.
const PAIRED: [(&str, usize); 7] = [
    ("blog-redis-cluster-gated", 4),
    ("empty-disk", 3),
    ("kep-3335-literal", 3),
    ("kep-3335-ordered-fault-free", 4),
    ("naive-double-up", 3),
    ("reclaim-delete", 3),
    ("tidied-wrong-side", 2),
];

const MOST_STATES: usize = 50_000;

fn scenario(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/{name}/scenario.yaml"));
    Scenario::read(&path, &Overrides::default()).expect("a bundled scenario")
}

pub fn sized(name: &str, scope: ProofScope) -> Sizes {
    let setup = scenario(name).setup;
    sizes(&setup, scope).expect("it is the same for every number of replicas")
}

/// Of a scenario whose manifests are all this one.
pub fn sized_text(text: &str, manifest: &str) -> Sizes {
    let files = |_: &Path| Ok(manifest.as_bytes().to_vec());
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, text, &Overrides::default(), &files);
    let setup = scenario.expect("a scenario without mistakes").setup;
    sizes(&setup, ProofScope::Each).expect("it is the same for every number of replicas")
}

/// Expects the lemma of all steps of these states.
#[track_caller]
fn check<'a>(
    name: &str,
    sizes: &Sizes,
    replicas: usize,
    free: usize,
    states: impl IntoIterator<Item = &'a World>,
) {
    let model = sizes.model(replicas).expect("a size that there is");
    for state in states {
        let unmatched = restriction(sizes, model, state, free);
        assert_eq!(unmatched, None, "{name}, {replicas} replicas");
    }
}

#[test]
fn no_view_of_a_reachable_state_is_missing() {
    for (name, most) in SCENARIOS {
        let sizes = sized(name, ProofScope::Each);
        let closure = closed(&sizes, 1, &[]);
        for replicas in 0..=most {
            let missing = coverage(&sizes, &closure.views, replicas, MOST_STATES);
            assert_eq!(missing, 0, "{name}, {replicas} replicas");
        }
    }
}

#[test]
fn every_step_of_a_reachable_state_is_one_of_a_small_part_of_it() {
    for (name, most) in SCENARIOS {
        let sizes = sized(name, ProofScope::Each);
        for replicas in 0..=most {
            let states = reachable(&sizes, replicas, MOST_STATES);
            check(name, &sizes, replicas, 1, &states);
        }
    }
}

#[test]
fn pairs_of_ordinals_are_as_good_as_single_ones() {
    for (name, most) in PAIRED {
        let sizes = sized(name, ProofScope::Down(1));
        let closure = closed(&sizes, 2, &[]);
        for replicas in 0..=most {
            let missing = coverage(&sizes, &closure.views, replicas, MOST_STATES);
            assert_eq!(missing, 0, "{name}, {replicas} replicas");
            let states = reachable(&sizes, replicas, MOST_STATES);
            check(name, &sizes, replicas, 2, states.iter().step_by(7));
        }
    }
}

/// A wait for a count may end earlier in a proof, and never later.
#[test]
fn whatever_a_count_lets_happen_happens_in_a_proof() {
    for name in ["cold-backup-restore", "naive-double-up"] {
        let setup = scenario(name).setup;
        let relaxed = sizes(&setup, ProofScope::Each).expect("it is the same for every number");
        let exact = Sizes::new((0..=3).map_while(|replicas| resized(&setup, replicas)));
        for letters in (0..=3).filter(|&letters| exact.model(letters).is_some()) {
            let of = |sizes: &Sizes, world: &World| {
                let mut steps = Vec::new();
                let model = sizes.model(letters).expect("a size that there is");
                model.successors(world, &mut |step, next| steps.push((step, *next)));
                steps
            };
            for world in reachable(&exact, letters, MOST_STATES) {
                let possible = of(&relaxed, &world);
                let mut lost = of(&exact, &world).into_iter();
                let lost = lost.find(|step| !possible.contains(step));
                assert_eq!(lost, None, "{name}, {letters} ordinals, {world:?}");
            }
        }
    }
}

/// The states of some random walks.
pub fn walked(model: &Migration, random: &mut Pcg64Mcg) -> Vec<World> {
    let mut states = Vec::new();
    for _ in 0..3 {
        let mut world = World::initial(model.setup());
        for _ in 0..120 {
            let mut found = Vec::new();
            model.successors(&world, &mut |_, next| found.push(*next));
            let Some(next) = found.choose(random) else {
                break;
            };
            world = *next;
            states.push(world);
        }
    }
    states
}

/// States with the frame of one and letters of others that have the same.
pub fn mixed(
    sizes: &Sizes,
    replicas: usize,
    states: &[World],
    random: &mut Pcg64Mcg,
) -> Vec<World> {
    let model = sizes.model(replicas).expect("a size that there is");
    let words = states.iter().map(|world| {
        let mut letters = Vec::new();
        let frame = sizes.split(model, world, &mut letters);
        (frame, letters)
    });
    let words: Vec<_> = words.collect();
    let mut mixed = Vec::new();
    for (frame, letters) in &words {
        let same: Vec<_> = words.iter().filter(|(other, _)| other == frame).collect();
        let mut letters = letters.clone();
        for letter in letters.iter_mut().filter(|letter| !sizes.is_named(letter)) {
            let (_, others) = same.choose(random).expect("the word itself");
            let other = others[random.random_range(0..others.len())];
            if !sizes.is_named(&other) {
                *letter = other;
            }
        }
        mixed.extend(sizes.join(frame, &letters).map(|(_, world)| world));
    }
    mixed
}

#[test]
fn every_step_far_from_the_start_is_one_of_a_small_part_of_the_state() {
    let mut random = Pcg64Mcg::seed_from_u64(3335);
    for (name, _) in SCENARIOS {
        let sizes = sized(name, ProofScope::Each);
        for replicas in [4, 6] {
            let model = sizes.model(replicas).expect("a size that there is");
            let walked = walked(model, &mut random);
            check(name, &sizes, replicas, 1, &walked);
            let mixed = mixed(&sizes, replicas, &walked, &mut random);
            check(name, &sizes, replicas, 1, &mixed);
        }
    }
}

#[test]
fn a_proof_without_any_one_of_its_views_is_none() {
    let sizes = sized("kep-3335-ordered-fault-free", ProofScope::Each);
    let closure = closed(&sizes, 1, &[]);
    let all = rows(&sizes, &closure.views);
    let whole = views(&sizes, 1, &all).expect("they were written");
    let looked = recheck(&sizes, &whole, &[]).expect("it is closed");
    assert_eq!((looked.words, looked.steps), (closure.words, closure.steps));
    for missing in 0..all.len() {
        let mut rest = all.clone();
        rest.remove(missing);
        let rest = views(&sizes, 1, &rest).expect("they were written");
        let flaw = recheck(&sizes, &rest, &[]).expect_err("one is missing");
        let is_missing = matches!(flaw, Flaw::Initial | Flaw::Part | Flaw::Step);
        assert!(is_missing, "without view {missing}: {flaw:?}");
    }
}
