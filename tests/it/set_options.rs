//! Whole searches of sets that ask for more than usual: claims that go with their Pods, and Pods
//! that have to stay Ready for a while.

use straddle::internals::check::{Unwatched, check};
use straddle::internals::report::{ScenarioResult, Verdict};
use straddle::internals::world::setup::ClusterSetup;

use crate::models::{options, scenario, verdict};
use crate::support;

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

/// A condemned Pod that owns its claim and goes along with its set waits for the claim, which waits
/// for the Pod: the script waits for it for ever.
#[test]
fn a_condemned_pod_is_held_where_its_set_is_deleted_in_the_foreground() {
    let run = |deletes: bool, cascade: &str| {
        let mut scenario = support::scenario(&format!(
            "source:
  name: web
  replicas: 1
  volumeClaimTemplates: [data]
storage: {{backend: permissive, reclaimPolicy: Retain}}
migration:
  steps:
  - copyVolume: {{ordinal: 0}}
  - patch: {{cluster: source, start: 1, replicas: 0}}
  - deleteSet: {{cluster: source, cascade: {cascade}}}
  - wait: {{cluster: source, pod: 0, until: gone}}
  - patch: {{cluster: destination, start: 0, replicas: 1}}
"
        ));
        scenario.setup.clusters.source.retention.delete_when_scaled = deletes;
        scenario.setup.schedules.source = deletes;
        check(&scenario, &options(), &Unwatched)
    };
    let held = run(true, "foreground");
    assert_eq!(verdict(&held, "completes"), Verdict::Violated);
    assert_eq!(verdict(&held, "recoverable"), Verdict::Violated);
    for (deletes, cascade) in [(false, "foreground"), (true, "background")] {
        let result = run(deletes, cascade);
        assert_eq!(
            verdict(&result, "completes"),
            Verdict::Holds,
            "{deletes} {cascade}"
        );
    }
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
