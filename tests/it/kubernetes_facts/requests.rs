//! What single requests do, and what a sync does with an answer that it did not expect.

use straddle::internals::actors::stateful_set_controller::Action;
use straddle::internals::actors::{Actor, Step, api_server, driver, kubelet};
use straddle::internals::world::id::{Ordinal, OrdinalSet};
use straddle::internals::world::pod::{Pod, PodPhase};
use straddle::internals::world::program::{Expression, Instruction, OnError, Operation};

use crate::support::{ONLY, SIDE, Scene, check, check_run};

#[test]
fn fact_17_a_write_of_scale_leaves_start_alone() {
    check(
        "given set                   | request            | then
         OrderedReady start 3 of 2   | scale 5            | start 3 of 5
         OrderedReady start 3 of 2   | scale 0            | start 3 of 0
         OrderedReady start 3 of 2   | patch replicas 5   | start 3 of 5
         OrderedReady start 3 of 2   | patch start 1      | start 1 of 2",
        |given| {
            let mut scene = Scene::read(given[0], "nothing");
            let (request, value) = given[1].rsplit_once(' ').expect("a request has a value");
            let value = Expression::number(value.parse().expect("a number"));
            let (start, replicas) = match request {
                "patch start" => (Some(value), None),
                _ => (None, Some(value)),
            };
            let operation = if request == "scale" {
                Operation::Scale {
                    cluster: SIDE,
                    replicas: value,
                }
            } else {
                Operation::Patch {
                    cluster: SIDE,
                    start,
                    replicas,
                }
            };
            send(&mut scene, operation);
            scene.set()
        },
    );
}

/// The driver makes one request.
fn send(scene: &mut Scene, operation: Operation) {
    scene.setup.program.instructions = vec![Instruction {
        operation,
        on_error: OnError::Fail,
        step: 0,
    }];
    scene.setup.program.body_end = 1;
    scene.setup.program = scene.setup.program.clone().linked();
    scene.world.driver.begin(&scene.setup);
    let step = Step::Driver(driver::Action::Advance);
    step.perform(&scene.setup, &mut scene.world);
}

#[test]
fn fact_26_creating_a_pod_that_exists_is_an_error_that_ends_the_sync() {
    // The Pod comes into being between the look and the write.
    let mut scene = Scene::read("OrderedReady start 3 of 2", "nothing");
    scene.act(Action::Sync);
    let other = Pod::default();
    scene.world.rows[Ordinal(3)].sides[SIDE].pod = Some(other);
    scene.act(Action::Write(Ordinal(3), ONLY));
    assert_eq!(scene.left(), "waits");
    assert_eq!(scene.world.rows[Ordinal(3)].sides[SIDE].pod, Some(other));
    assert_eq!(scene.world.rows[Ordinal(4)].sides[SIDE].pod, None);
    // The set does not see the Pod that has its name: it tries again until the name is free.
    check_run(
        "given set                   | sees                   | when        | then
         OrderedReady start 3 of 2   | 3 terminating orphaned | time passes | refused 3, gone 3, creates 3, ready 3, creates 4, ready 4",
    );
}

#[test]
fn fact_37_a_deleted_pod_stays_until_its_kubelet_confirms() {
    let mut scene = Scene::read("no set", "0 ready");
    let pod = |scene: &Scene| scene.world.rows[Ordinal(0)].sides[SIDE].pod;
    let answer = api_server::delete_pod(&scene.setup, &mut scene.world, SIDE, Ordinal(0), false);
    assert_eq!(answer, Ok(()));
    assert!(pod(&scene).is_some_and(|pod| pod.terminating));
    for action in [kubelet::Action::Stop, kubelet::Action::ConfirmDeletion] {
        assert!(pod(&scene).is_some());
        assert_eq!(kubelet_steps(&scene), [action]);
        kubelet_acts(&mut scene, Ordinal(0), action);
    }
    assert_eq!(pod(&scene), None);
    // The confirmation is for one uid: a Pod of the same name that came later stays.
    let scene = Scene::read("no set", "0 ready");
    assert_eq!(kubelet_steps(&scene), []);
}

/// What the kubelets may do for the Pod 0.
fn kubelet_steps(scene: &Scene) -> Vec<kubelet::Action> {
    let mut steps = Vec::new();
    Actor::Kubelet.steps(&scene.setup, &scene.world, &mut steps);
    let action = |step: &Step| match step {
        Step::Kubelet(step) if step.ordinal == Ordinal(0) => step.action,
        _ => panic!("{step:?}"),
    };
    steps.iter().map(action).collect()
}

/// A kubelet takes a step.
fn kubelet_acts(scene: &mut Scene, ordinal: Ordinal, action: kubelet::Action) {
    let step = Step::Kubelet(kubelet::Step {
        cluster: SIDE,
        ordinal,
        action,
    });
    step.perform(&scene.setup, &mut scene.world);
}

#[test]
fn fact_38_a_pod_that_no_kubelet_runs_is_deleted_at_once() {
    check(
        "grace   | node | phase   | then the object
         default | yes  | Pending | stays
         default | yes  | Running | stays
         default | yes  | Failed  | goes
         default | no   | Pending | goes
         zero    | yes  | Running | goes",
        |given| {
            let phase = match given[2] {
                "Pending" => PodPhase::Pending,
                "Running" => PodPhase::Running,
                _ => PodPhase::Failed,
            };
            let at_once =
                api_server::deletes_pod_at_once(given[0] == "zero", given[1] == "yes", phase);
            if at_once { "goes" } else { "stays" }.to_owned()
        },
    );
    let mut scene = Scene::read("no set", "0 failed");
    let answer = api_server::delete_pod(&scene.setup, &mut scene.world, SIDE, Ordinal(0), false);
    assert_eq!(answer, Ok(()));
    assert_eq!(scene.world.rows[Ordinal(0)].sides[SIDE].pod, None);
}

#[test]
fn fact_53_ready_replicas_counts_a_terminating_pod_that_is_still_ready() {
    let mut scene = Scene::read("OrderedReady start 0 of 4", "0-4 ready");
    scene.reads().ready_replicas = true;
    let all: OrdinalSet = (0..5).map(Ordinal).collect();
    for action in [
        Action::Sync,
        Action::Write(Ordinal(4), ONLY),
        Action::WriteStatus,
    ] {
        scene.act(action);
    }
    let status = |scene: &Scene| {
        let side = scene.world.side(SIDE);
        side.ordinals(|column| column.counted.ready)
    };
    assert_eq!(status(&scene), all);
    // Now Pod 4 is terminating, and a sync finds nothing to change in the status.
    assert!(
        scene.world.rows[Ordinal(4)].sides[SIDE]
            .pod
            .is_some_and(|pod| pod.terminating)
    );
    assert!(scene.is_at_rest());
    kubelet_acts(&mut scene, Ordinal(4), kubelet::Action::Stop);
    for action in [Action::Sync, Action::WriteStatus] {
        scene.act(action);
    }
    assert_eq!(status(&scene), (0..4).map(Ordinal).collect());
}

#[test]
fn fact_58_in_parallel_an_error_in_a_slot_skips_the_condemned_pods() {
    let mut scene = Scene::read("Parallel start 0 of 3", "1 ready foreign, 5 ready");
    scene.act(Action::Sync);
    assert_eq!(scene.left(), "creates 0 1 2, deletes 5");
    scene.act(Action::Write(Ordinal(0), ONLY));
    scene.act(Action::Write(Ordinal(1), ONLY));
    assert_eq!(scene.left(), "waits");
    let side = scene.world.side(SIDE);
    assert!(side[Ordinal(0)].pod.is_some());
    assert!(side[Ordinal(2)].pod.is_none());
    assert!(side[Ordinal(5)].pod.is_some_and(|pod| !pod.terminating));
    // The next sync tries again.
    assert_eq!(scene.planned(), "creates 1 2, deletes 5");
}
