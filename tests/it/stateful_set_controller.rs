//! One sync of the StatefulSet controller beyond the facts: whom it adopts, what it leaves alone,
//! which errors end it, and what is left to do after one.

use straddle::internals::actors::stateful_set_controller::Action;
use straddle::internals::world::id::{Ordinal, OrdinalSet, Slice};
use straddle::internals::world::pod::Owner;
use straddle::internals::world::stateful_set::{Previous, StatusWrite};

use crate::support::{ONLY, SIDE, Scene, check, check_run, check_sync};

#[test]
fn ordered_ready() {
    check_sync(
        "given set                   | sees                                | then it
         OrderedReady start 0 of 3   | nothing                             | creates 0
         OrderedReady start 0 of 3   | 0 ready                             | creates 1
         OrderedReady start 0 of 3   | 0 pending                           | waits
         OrderedReady start 0 of 3   | 0 running                           | waits
         OrderedReady start 0 of 3   | 0 stuck                             | waits
         OrderedReady start 0 of 3   | 1 2 ready                           | creates 0
         OrderedReady start 0 of 3   | 0-2 ready                           | waits
         OrderedReady start 0 of 3   | 0 1 ready, 2 running                | waits
         OrderedReady start 0 of 3   | 0 running, 1 failed                 | waits
         OrderedReady start 2 of 2   | 2 3 ready, 0 1 ready                | deletes 1
         OrderedReady start 2 of 2   | 2 3 ready, 0 ready, 5 ready         | deletes 5
         OrderedReady start 2 of 2   | 2 3 ready, 0 ready, 5 terminating   | waits
         OrderedReady start 2 of 2   | 2 3 ready, 0 running, 5 ready       | deletes 5
         OrderedReady start 2 of 2   | 2 3 ready, 0 running, 5 running     | waits
         OrderedReady start 2 of 2   | 2 3 ready, 0 terminating, 5 running | waits
         OrderedReady start 2 of 2   | 2 3 ready, 0 terminating, 5 ready   | deletes 5
         OrderedReady start 2 of 2   | 2 3 ready, 0 ready terminating, 5 running | waits
         OrderedReady start 2 of 2   | 2 3 ready, 5 ready terminating      | waits
         OrderedReady start 2 of 0   | 0 running, 1 running                | waits
         OrderedReady start 2 of 0   | nothing                             | waits",
    );
}

#[test]
fn parallel() {
    check_sync(
        "given set               | sees                                  | then it
         Parallel start 0 of 3   | nothing                               | creates 0 1 2
         Parallel start 0 of 3   | 1 running                             | creates 0 2
         Parallel start 0 of 3   | 0 1 ready, 2 terminating              | waits
         Parallel start 0 of 3   | 0 failed, 1 failed                    | deletes 0 1, creates 2
         Parallel start 2 of 2   | 0 running, 1 terminating, 5 pending   | creates 2 3, deletes 5 0
         Parallel start 2 of 2   | 2 3 stuck, 0 failed, 1 failed         | deletes 1 0
         Parallel start 2 of 0   | 2 3 terminating                       | waits",
    );
}

/// Raising `start` on a full set fills the new range before it takes the old Pods down.
#[test]
fn a_range_that_moves_up() {
    check_run(
        "given set                   | sees      | when    | then
         OrderedReady start 0 of 3   | 0-2 ready | start 2 | creates 3, ready 3, creates 4, ready 4, deletes 1, gone 1, deletes 0, gone 0",
    );
}

/// A second patch that comes in time brings a condemned Pod back into the range, unharmed.
#[test]
fn a_pod_that_comes_back_into_range() {
    check_run(
        "given set                   | sees             | when       | then
         OrderedReady start 3 of 1   | 3 stuck, 4 ready | replicas 2 | waits
         Parallel     start 3 of 1   | 3 stuck, 4 ready | time passes, replicas 2 | deletes 4, gone 4, creates 4, ready 4",
    );
}

#[test]
fn orphans_are_adopted_before_anything_else() {
    check_sync(
        "given set                            | sees                                  | then it
         OrderedReady start 3 of 2            | 0-4 ready orphaned                    | adopts 0 1 2 3 4
         OrderedReady start 3 of 2            | 3 ready, 4 pending orphaned           | adopts 4
         OrderedReady start 3 of 2            | 4 failed orphaned                     | adopts 4
         OrderedReady start 3 of 2            | 3 terminating orphaned                | creates 3
         OrderedReady start 3 of 2            | 3 ready foreign                       | creates 3
         OrderedReady start 3 of 1            | 3 ready, 4 ready foreign              | waits
         OrderedReady start 3 of 2 deleting   | 3 4 ready orphaned                    | waits
         Parallel     start 3 of 2            | 0 ready orphaned, 5 ready             | adopts 0
         no set                               | 0 ready orphaned                      | waits",
    );
    check_run(
        "given set                   | sees               | when        | then
         OrderedReady start 3 of 2   | 0-4 ready orphaned | time passes | adopts 0 1 2 3 4, deletes 2, gone 2, deletes 1, gone 1, deletes 0, gone 0",
    );
}

/// A live look at the set comes before the first adoption, whatever the cache said. If the set is
/// being deleted by then, the sync ends there.
#[test]
fn an_adoption_that_comes_too_late_is_refused() {
    let mut scene = Scene::read("Parallel start 0 of 3", "0 1 ready orphaned");
    scene.act(Action::Sync);
    assert_eq!(scene.left(), "adopts 0 1");
    let set = scene.world.clusters[SIDE].set.as_mut();
    set.expect("there is a set").deleting = true;
    scene.act(Action::Write(Ordinal(0), ONLY));
    assert_eq!(scene.left(), "waits");
    for ordinal in [Ordinal(0), Ordinal(1)] {
        let pod = scene.world.rows[ordinal].sides[SIDE].pod;
        assert_eq!(pod.map(|pod| pod.owner), Some(Owner::Nobody));
    }
}

/// While a set is being deleted, its controller creates and deletes nothing.
#[test]
fn a_set_that_is_being_deleted_is_left_alone() {
    check_sync(
        "given set                            | sees                         | then it
         OrderedReady start 0 of 3 deleting   | 0 ready                      | waits
         OrderedReady start 0 of 3 deleting   | 0-4 ready                    | waits
         OrderedReady start 0 of 3 deleting   | 0 failed                     | waits
         Parallel     start 0 of 3 deleting   | 0 failed, 1 pending, 5 ready | waits
         no set                               | 0-4 ready                    | waits",
    );
    check_run(
        "given set                            | sees      | when     | then
         OrderedReady start 0 of 2 deleting   | 0 1 ready | delete 1 | gone 1, orphans 0",
    );
}

#[test]
fn claims_come_before_their_pods() {
    check_sync(
        "given set                               | sees                                 | then it
         OrderedReady start 0 of 2 with claims   | nothing                              | creates claim 0, creates 0
         OrderedReady start 0 of 2 with claims   | claim 0 bound                        | creates 0
         OrderedReady start 0 of 2 with claims   | claim 0 naming                       | creates 0
         OrderedReady start 0 of 2 with claims   | 0 pending, claim 0 missing           | creates claim 0
         OrderedReady start 0 of 2 with claims   | 0 pending terminating, claim 0 missing | creates claim 0
         OrderedReady start 0 of 2 with claims   | 0 1 ready, claim 0 missing           | waits
         Parallel     start 0 of 2 with claims   | 0 pending, claim 0 missing           | creates claim 0 1, creates 1",
    );
}

/// A claim that is being deleted is neither used nor replaced: the sync fails at it.
#[test]
fn a_claim_that_is_being_deleted_ends_the_sync() {
    check_sync(
        "given set                               | sees                                             | then it
         OrderedReady start 0 of 2 with claims   | claim 0 deleting                                 | waits
         OrderedReady start 0 of 2 with claims   | 0 pending, claim 0 deleting                      | waits
         OrderedReady start 0 of 2 with claims   | 0 1 ready, claim 0 deleting, 5 ready             | deletes 5
         Parallel     start 0 of 2 with claims   | 0 ready, claim 1 deleting, 5 ready               | waits
         Parallel     start 0 of 2 with claims   | 0 ready, 1 pending, claim 1 deleting, 5 ready    | waits
         Parallel     start 0 of 2 with claims   | claim 0 bound, claim 1 deleting, 5 ready         | creates 0, fails at claim 1
         Parallel     start 0 of 2 with claims   | 0 1 ready, claim 1 deleting, 5 ready             | deletes 5",
    );
}

/// Not only the condemned Pods are dropped, but whatever of the slots is still to come.
#[test]
fn the_failure_at_a_claim_drops_what_is_left_of_the_slots() {
    let mut scene = Scene::read(
        "Parallel start 0 of 4 with claims",
        "0 ready, claim 1 bound, claim 2 deleting, claim 3 bound",
    );
    scene.act(Action::Sync);
    assert_eq!(scene.left(), "creates 1, fails at claim 2, creates 3");
    scene.act(Action::Write(Ordinal(1), ONLY));
    scene.act(Action::Write(Ordinal(2), ONLY));
    assert_eq!(scene.left(), "waits");
    let side = scene.world.side(SIDE);
    assert!(side[Ordinal(1)].pod.is_some());
    assert!(side[Ordinal(3)].pod.is_none());
}

/// A claim that comes into being between the look and the write is an error, though the next
/// sync will use it: its Pod is not created this time.
#[test]
fn a_claim_that_exists_already_ends_the_sync() {
    let mut scene = Scene::read("Parallel start 0 of 2 with claims", "nothing");
    scene.act(Action::Sync);
    assert_eq!(
        scene.left(),
        "creates claim 0, creates 0, creates claim 1, creates 1"
    );
    let other = Scene::read("no set with claims", "claim 0 naming");
    for ordinal in scene.setup.ordinals() {
        let claim = other.world.column(SIDE, ordinal)[ONLY].claim;
        scene.world.column_mut(SIDE, ordinal)[ONLY].claim = claim;
    }
    scene.act(Action::Write(Ordinal(0), ONLY));
    assert_eq!(scene.left(), "waits");
    assert_eq!(scene.world.rows[Ordinal(0)].sides[SIDE].pod, None);
    assert_eq!(scene.planned(), "creates 0, creates claim 1, creates 1");
}

#[test]
fn a_pod_is_made_again_once_its_claim_is_gone() {
    check_run(
        "given set                               | sees      | when                     | then
         OrderedReady start 0 of 2 with claims   | 0 1 ready | delete claim 1, delete 1 | gone 1, loses claim 1, creates claim 1, creates 1, provisions 1, binds 1, ready 1, releases 1, loses volume 1",
    );
}

/// A delete that finds nothing ends the sync as any error does.
#[test]
fn deleting_a_pod_that_is_gone_drops_the_rest() {
    let mut scene = Scene::read("Parallel start 0 of 1", "0 ready, 3-5 ready");
    scene.act(Action::Sync);
    assert_eq!(scene.left(), "deletes 5 4 3");
    scene.world.rows[Ordinal(5)].sides[SIDE].pod = None;
    scene.act(Action::Write(Ordinal(5), ONLY));
    assert_eq!(scene.left(), "waits");
    assert_eq!(scene.planned(), "deletes 4 3");
}

/// Deletes go by name: the Pod that is there now is deleted, not the one that was seen.
#[test]
fn a_delete_strikes_a_newer_pod_of_the_same_name() {
    let mut scene = Scene::read("OrderedReady start 0 of 1", "0 failed");
    scene.act(Action::Sync);
    let newer = Scene::read("OrderedReady start 0 of 1", "0 ready");
    for ordinal in scene.setup.ordinals() {
        let pod = newer.world.column(SIDE, ordinal).pod;
        scene.world.column_mut(SIDE, ordinal).pod = pod;
    }
    scene.act(Action::Write(Ordinal(0), ONLY));
    let pod = scene.world.rows[Ordinal(0)].sides[SIDE].pod;
    assert!(pod.is_some_and(|pod| pod.terminating));
}

/// Slots come before condemned Pods, and in `Parallel` each in any order.
#[test]
fn the_order_of_a_parallel_plan() {
    let mut scene = Scene::read("Parallel start 0 of 2", "3 4 ready");
    scene.act(Action::Sync);
    assert_eq!(
        scene.enabled(),
        [
            Action::Write(Ordinal(0), ONLY),
            Action::Write(Ordinal(1), ONLY)
        ]
    );
    scene.act(Action::Write(Ordinal(1), ONLY));
    assert_eq!(scene.enabled(), [Action::Write(Ordinal(0), ONLY)]);
    scene.act(Action::Write(Ordinal(0), ONLY));
    assert_eq!(
        scene.enabled(),
        [
            Action::Write(Ordinal(3), ONLY),
            Action::Write(Ordinal(4), ONLY)
        ]
    );
}

/// An error drops the other writes; the status is written all the same.
#[test]
fn the_status_is_written_after_an_error_too() {
    for policy in ["OrderedReady", "Parallel"] {
        let mut scene = Scene::read(
            &format!("{policy} start 0 of 2"),
            "0 ready, 1 ready foreign",
        );
        scene.reads().replicas = true;
        scene.act(Action::Sync);
        scene.act(Action::Write(Ordinal(1), ONLY));
        assert_eq!(scene.enabled(), [Action::WriteStatus], "{policy}");
        scene.act(Action::WriteStatus);
        let side = scene.world.side(SIDE);
        let counted = side.ordinals(|column| column.counted.replicas);
        assert_eq!(counted, OrdinalSet::from_iter([Ordinal(0)]), "{policy}");
        assert_eq!(scene.left(), "waits");
    }
}

/// `status.replicas` counts condemned and terminating Pods, and none of another owner.
#[test]
fn what_a_status_counts() {
    check(
        "given set                   | sees                                               | replicas
         OrderedReady start 0 of 2   | 0 ready, 1 pending, 2 ready, 3 terminating         | 0 1 2 3
         OrderedReady start 0 of 2   | 0 ready, 1 failed                                  | 0 1
         OrderedReady start 0 of 2   | 0 ready, 1 ready foreign, 2 terminating orphaned   | 0",
        |given| {
            let mut scene = Scene::read(given[0], given[1]);
            scene.reads().replicas = true;
            scene.act(Action::Sync);
            let side = scene.world.side(SIDE);
            let counted = side.ordinals(|column| column.planned.counted.replicas);
            let counted: Vec<String> = counted.iter().map(|ordinal| ordinal.to_string()).collect();
            counted.join(" ")
        },
    );
}

/// A status says which generation its sync saw, even if the spec has changed meanwhile.
#[test]
fn a_status_observes_only_the_generation_it_saw() {
    let mut scene = Scene::read("OrderedReady start 0 of 2", "0 1 ready");
    scene.reads().observed_generation = true;
    let observed = |scene: &Scene| {
        scene.world.clusters[SIDE]
            .set
            .is_some_and(|set| set.observed)
    };
    scene.send("replicas 1");
    assert!(!observed(&scene));
    scene.act(Action::Sync);
    scene.act(Action::Write(Ordinal(1), ONLY));
    scene.send("replicas 0");
    let plan = scene.world.plan(SIDE);
    assert_eq!(plan.status, StatusWrite::Older);
    scene.act(Action::WriteStatus);
    assert!(!observed(&scene));
    scene.act(Action::Sync);
    scene.act(Action::WriteStatus);
    assert!(observed(&scene));
}

/// A patch that changes nothing makes no new generation.
#[test]
fn a_patch_that_changes_nothing_is_observed_already() {
    let mut scene = Scene::read("OrderedReady start 1 of 2", "1 2 ready");
    scene.reads().observed_generation = true;
    scene.send("start 1 replicas 2");
    assert!(scene.is_at_rest());
    scene.send("start 1 replicas 1");
    assert!(!scene.is_at_rest());
}

/// A restarted controller with an older set makes what the older set asks for, sees the present
/// Pods, and writes no status; once its cache has caught up, it takes that back.
#[test]
fn an_older_view_of_the_set() {
    let mut scene = Scene::read("OrderedReady start 0 of 1", "0 ready");
    scene.reads().replicas = true;
    let controller = &mut scene.world.clusters[SIDE].controller;
    controller.lags = true;
    controller.previous = Previous::Set {
        slice: Slice::from(0..2),
        deleting: false,
    };
    assert_eq!(scene.enabled(), [Action::CatchUp, Action::Sync]);
    scene.act(Action::Sync);
    assert_eq!(scene.left(), "creates 1");
    let plan = scene.world.plan(SIDE);
    assert_eq!(plan.status, StatusWrite::None);
    scene.act(Action::Write(Ordinal(1), ONLY));
    scene.act(Action::CatchUp);
    assert_eq!(scene.planned(), "deletes 1");
}

/// What a sync creates after its set is gone belongs to nobody who looks after it.
#[test]
fn a_sync_outlives_its_set() {
    let mut scene = Scene::read("Parallel start 0 of 2", "nothing");
    scene.act(Action::Sync);
    straddle::internals::actors::api_server::remove_set(&scene.setup, &mut scene.world, SIDE);
    scene.act(Action::Write(Ordinal(0), ONLY));
    let pod = scene.world.rows[Ordinal(0)].sides[SIDE].pod;
    assert_eq!(pod.map(|pod| pod.owner), Some(Owner::RemovedSet));
    assert_eq!(
        scene.run("time passes"),
        "creates 1, ready 0 1, deletes 0, gone 0, deletes 1, gone 1"
    );
}
