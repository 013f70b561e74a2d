//! Whole searches of sets that ask for more than usual: claims that go with their Pods, and Pods
//! that have to stay Ready for a while.

use straddle::internals::check::{Unwatched, check};
use straddle::internals::report::{ScenarioResult, Verdict};
use straddle::internals::world::setup::ClusterSetup;

use crate::models::{options, scenario, verdict};

/// A bundled scenario whose sets, both or the source's alone, are asked for something.
fn with(name: &str, change: impl Fn(&mut ClusterSetup), both: bool) -> ScenarioResult {
    let mut scenario = scenario(name, None);
    change(&mut scenario.setup.clusters.source);
    if both {
        change(&mut scenario.setup.clusters.destination);
    }
    check(&scenario, &options(), &Unwatched)
}

/// `whenScaled: Delete` takes the source's claim along, and with a reclaim policy of `Delete` the
/// disk: the careful move loses its data.
#[test]
fn claims_that_go_with_their_pods_take_the_disks_along() {
    let name = "kep-3335-ordered-fault-free";
    let kept = with(name, |_| (), false);
    assert_eq!(verdict(&kept, "no-data-loss"), Verdict::Holds);
    let deleted = with(name, |set| set.retention.delete_when_scaled = true, false);
    assert_eq!(verdict(&deleted, "no-data-loss"), Verdict::Violated);
}

/// With the policy `Retain` first the disks stay; but the claim that the driver wants to copy may
/// be gone by then.
#[test]
fn disks_that_are_retained_outlive_their_claims() {
    let deletes = |set: &mut ClusterSetup| set.retention.delete_when_scaled = true;
    let result = with("reclaim-delete-fixed", deletes, false);
    assert_eq!(verdict(&result, "no-data-loss"), Verdict::Holds);
    assert_eq!(verdict(&result, "recoverable"), Verdict::Violated);
}

/// Owners that nothing acts on change no verdict: a set is never deleted here.
#[test]
fn claims_that_go_with_the_set_change_nothing_while_it_stays() {
    let name = "kep-3335-ordered-fault-free";
    let kept = with(name, |_| (), true);
    let owned = with(name, |set| set.retention.delete_when_deleted = true, true);
    for (kept, owned) in kept.properties.iter().zip(&owned.properties) {
        assert_eq!(kept.verdict, owned.verdict, "{}", kept.name);
    }
    assert!(owned.search.unique_states > kept.search.unique_states);
}

/// `OrderedReady` waits for Available Pods, and so takes longer, but comes to the same end.
#[test]
fn pods_that_have_to_stay_ready_change_no_verdict_of_a_careful_move() {
    let name = "kep-3335-ordered-fault-free";
    let at_once = with(name, |_| (), true);
    let later = with(name, |set| set.min_ready = true, true);
    for (at_once, later) in at_once.properties.iter().zip(&later.properties) {
        assert_eq!(at_once.verdict, later.verdict, "{}", at_once.name);
    }
    assert!(later.search.unique_states > at_once.search.unique_states);
}
