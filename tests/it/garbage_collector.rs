//! What becomes of a deleted set's Pods and claims, by the cascade of the DELETE.

use straddle::internals::actors::garbage_collector::{self, Action};
use straddle::internals::actors::stateful_set_controller::Action as ControllerAction;
use straddle::internals::actors::{Actor, Step, api_server};
use straddle::internals::world::id::Ordinal;
use straddle::internals::world::pod::Owner;

use crate::support::{ONLY, SIDE, Scene, check_run};

/// Claims stay unless the retention policy has made the set their owner.
#[test]
fn what_a_set_owns_goes_with_it_or_stays() {
    check_run(
        "given set                                | sees                         | when                  | then
         OrderedReady start 0 of 2                | 0 1 ready                    | delete set background | deletes 0, gone 0, deletes 1, gone 1
         OrderedReady start 0 of 2                | 0 1 ready                    | delete set foreground | deletes 0, gone 0, deletes 1, gone 1
         OrderedReady start 0 of 2                | 0 1 ready                    | delete set orphan     | orphans 0 1
         Parallel start 0 of 2                    | 0 pending, 1 failed, 5 ready | delete set background | ready 0, deletes 0, gone 0, deletes 1, gone 1, deletes 5, gone 5
         Parallel start 0 of 2                    | 0 ready, 1 ready orphaned    | delete set background, time passes | deletes 0, gone 0
         OrderedReady start 0 of 1 with claims    | 0 ready                      | delete set background | deletes 0, gone 0
         OrderedReady start 0 of 1 with claims deleted with the set | 0 ready, claim 0 bound of the set | delete set background | deletes 0, gone 0, loses claim 0, releases 0, loses volume 0
         OrderedReady start 0 of 1 with claims deleted with the set | 0 ready, claim 0 bound of the set | delete set foreground | deletes 0, gone 0, loses claim 0, releases 0, loses volume 0",
    );
}

/// Nothing is put back: the controller looks at no set, or at one that is being deleted.
#[test]
fn a_pod_that_goes_meanwhile_is_not_replaced() {
    check_run(
        "given set                                     | sees               | when                            | then
         OrderedReady start 0 of 2                     | 0 1 ready orphaned | delete set foreground, delete 1 | gone 1
         Parallel start 0 of 3 deleting in foreground  | 0 ready            | time passes                     | deletes 0, gone 0
         no set                                        | 0 ready foreign    | time passes                     | deletes 0, gone 0",
    );
}

/// What the collector may do.
fn collects(scene: &Scene) -> Vec<Action> {
    let mut steps = Vec::new();
    Actor::Collector.steps(&scene.setup, &scene.world, &mut steps);
    let action = |step: &Step| match step {
        Step::Collector(step) if step.cluster == SIDE => step.action,
        _ => panic!("{step:?}"),
    };
    steps.iter().map(action).collect()
}

/// The collector takes a step.
fn collect(scene: &mut Scene, action: Action) {
    let step = Step::Collector(garbage_collector::Step {
        cluster: SIDE,
        action,
    });
    step.perform(&scene.setup, &mut scene.world);
}

/// In the background the set is gone before its first Pod is; in the foreground it outlives them.
#[test]
fn the_set_goes_first_or_last() {
    let zero = Ordinal(0);
    let mut scene = Scene::read("Parallel start 0 of 1", "0 ready");
    scene.send("delete set background");
    assert_eq!(scene.set(), "no set");
    let pod = scene.world.rows[zero].sides[SIDE].pod.expect("it is there");
    assert!(pod.owner == Owner::RemovedSet && !pod.terminating);

    let mut scene = Scene::read("Parallel start 0 of 1", "0 ready");
    scene.send("delete set foreground");
    assert_eq!(collects(&scene), [Action::DeletePod(zero)]);
    collect(&mut scene, Action::DeletePod(zero));
    assert_eq!(collects(&scene), [], "the terminating Pod holds the set");
    assert_eq!(scene.set(), "start 0 of 1");
    scene.run("time passes");
    assert_eq!(scene.set(), "no set");
}

/// A claim that the set owns holds it, too, as long as it exists.
#[test]
fn a_claim_holds_a_set_in_the_foreground() {
    let cell = "Parallel start 0 of 0 with claims deleted with the set deleting in foreground";
    let mut scene = Scene::read(cell, "claim 0 bound of the set");
    assert_eq!(collects(&scene), [Action::DeleteClaim(Ordinal(0), ONLY)]);
    collect(&mut scene, Action::DeleteClaim(Ordinal(0), ONLY));
    assert_eq!(collects(&scene), []);
    scene.world.rows[Ordinal(0)].sides[SIDE][ONLY].claim = None;
    assert_eq!(collects(&scene), [Action::RemoveSet]);
}

/// A condemned Pod may own its claim. In the foreground it waits for the claim, and if it is on a node,
/// the claim waits for it. What kubectl sends takes the finalizer off, once nothing is left of the
/// grace period, or by force.
#[test]
fn a_claim_holds_the_pod_that_owns_it() {
    let zero = Ordinal(0);
    let set = "Parallel start 0 of 0 with claims deleted when scaled deleting in foreground";
    let held = |state: &str| {
        let mut scene = Scene::read(set, &format!("0 {state}, claim 0 bound of its Pod"));
        assert_eq!(collects(&scene), [Action::DeletePod(zero)]);
        collect(&mut scene, Action::DeletePod(zero));
        assert_eq!(collects(&scene), [Action::DeleteClaim(zero, ONLY)]);
        scene
    };
    for force in [false, true] {
        let mut scene = held("ready");
        collect(&mut scene, Action::DeleteClaim(zero, ONLY));
        let delete = |scene: &mut Scene| {
            let (setup, world) = (&scene.setup, &mut scene.world);
            api_server::delete_pod_in_background(setup, world, SIDE, zero, force)
        };
        if !force {
            assert_eq!(delete(&mut scene), Ok(()));
            scene.run("time passes");
        }
        let column = *scene.world.column(SIDE, zero);
        let (pod, claim) = (column.pod, column[ONLY].claim);
        assert!(pod.is_some_and(|pod| pod.held) && claim.is_some_and(|claim| claim.deleting));
        assert_eq!(scene.set(), "start 0 of 0");
        assert_eq!(delete(&mut scene), Ok(()));
        assert_eq!(scene.world.column(SIDE, zero).pod, None);
        scene.run("time passes");
        assert_eq!(scene.world.column(SIDE, zero)[ONLY].claim, None);
        assert_eq!(scene.set(), "no set");
    }

    let mut scene = held("pending");
    scene.run("time passes");
    let column = scene.world.column(SIDE, zero);
    assert_eq!((column.pod, column[ONLY].claim), (None, None));
    assert_eq!(scene.set(), "no set");
}

/// A DELETE puts its own finalizer in the place of that of an earlier one.
#[test]
fn the_last_delete_says_what_becomes_of_the_pods() {
    for (requests, expected) in [
        (
            "delete set orphan, delete set foreground",
            Action::DeletePod(Ordinal(0)),
        ),
        (
            "delete set foreground, delete set orphan",
            Action::Orphan(Ordinal(0)),
        ),
        (
            "delete set orphan, delete set background",
            Action::DeletePod(Ordinal(0)),
        ),
    ] {
        let mut scene = Scene::read("Parallel start 0 of 1", "0 ready");
        requests.split(", ").for_each(|request| scene.send(request));
        assert_eq!(collects(&scene), [expected], "{requests}");
    }
}

/// What a sync has planned comes after the set is gone: nothing calls it back, and the collector
/// deletes what it makes.
#[test]
fn a_planned_pod_of_a_deleted_set_is_collected() {
    let mut scene = Scene::read("Parallel start 0 of 1", "nothing");
    scene.act(ControllerAction::Sync);
    scene.send("delete set background");
    scene.act(ControllerAction::Write(Ordinal(0), ONLY));
    let pod = scene.world.rows[Ordinal(0)].sides[SIDE]
        .pod
        .expect("it was planned");
    assert_eq!(pod.owner, Owner::RemovedSet);
    assert_eq!(collects(&scene), [Action::DeletePod(Ordinal(0))]);
}

/// A new set of the name does not own the old Pods, and gets their names when they are gone.
#[test]
fn a_new_set_waits_for_the_names() {
    let mut scene = Scene::read("OrderedReady start 0 of 1", "0 ready");
    scene.send("delete set background");
    let events = scene.run("create set 1");
    assert_eq!(
        events,
        "refused 0, deletes 0, refused 0, gone 0, creates 0, ready 0"
    );
}
