//! What the StatefulSet controller decides by revisions, by what a Pod is Ready for, and by the
//! release of Kubernetes. The cells are in the notation of `tests/conformance`.

use straddle::internals::actors::api_server::{self, Refusal};
use straddle::internals::actors::stateful_set_controller::Action;
use straddle::internals::world::id::Ordinal;

use crate::conformance::writes;
use crate::support::{ONLY, SIDE, Scene, check, check_sync};

/// Checks what one sync writes beside the status: `release | given set | sees | then it writes`.
#[track_caller]
fn check_writes(table: &str) {
    check(table, |given| match *given {
        [release, set, sees] => writes(release, set, sees),
        _ => panic!("a row has a release, a set, what it sees, and what it writes: {given:?}"),
    });
}

#[test]
fn fact_13_a_controller_without_the_gate_counts_from_zero() {
    check_writes(
        "release           | given set            | sees                          | then it writes
         1.28 without gate | O 3+2 roll@0 -- A>A  | 3:aA 4:aA                     | +p0A ok
         1.28 without gate | O 3+2 roll@0 -- A>A  | 0:nA 3:aA 4:aA                | ok
         1.28 without gate | O 3+2 roll@0 -- A>A  | 0:aA 3:aA 4:aA                | +p1A ok
         1.28 without gate | O 3+2 roll@0 -- A>A  | 0:aA 1:aA 3:aA 4:aA           | -p4 ok
         1.28 without gate | O 3+2 roll@0 -- A>A  | 0:aA 1:aA 3:aA 4:axA          | ok
         1.28 without gate | O 3+2 roll@0 -- A>A  | 0:aA 1:aA 3:aA                | -p3 ok
         1.28 without gate | P 3+2 roll@0 -- A>A  | 3:aA 4:aA                     | slots: +p0A / +p1A ; condemned: -p4 / -p3 ; ok
         1.28              | O 3+2 roll@0 -- A>A  | 3:aA 4:aA                     | ok
         1.31              | O 3+2 roll@0 -- A>A  | 3:aA 4:aA                     | ok",
    );
}

#[test]
fn fact_16_a_negative_start_is_refused_and_any_partition_accepted() {
    let mut scene = Scene::read("OrderedReady start 5 of 2", "5 6 ready");
    let answer = api_server::patch_set(&scene.setup, &mut scene.world, SIDE, Some(-1), None);
    assert_eq!(answer, Err(Refusal::Invalid));
    assert_eq!(scene.set(), "start 5 of 2");
    // A partition beyond the end keeps every Pod at its revision.
    check_writes(
        "release | given set               | sees       | then it writes
         1.31    | O 5+2 roll@99 -- AB>B   | 5:aA 6:aA  | ok
         1.31    | O 5+2 roll@99 -- AB>B   | 5:aA       | +p6A ok
         1.31    | O 5+2 roll@0 -- AB>B    | 5:aA 6:aA  | -p6 ok",
    );
}

#[test]
fn fact_18_start_and_replicas_make_no_revision() {
    check_writes(
        "release | given set             | sees                 | then it writes
         1.31    | O 0+3 roll@0 -- A>A   | 0:aA 1:aA 2:aA       | ok
         1.31    | O 0+2 roll@0 -- A>A   | 0:aA 1:aA 2:aA       | -p2 ok
         1.31    | O 1+2 roll@0 -- A>A   | 0:aA 1:aA 2:aA       | -p0 ok
         1.31    | O 1+3 roll@0 -- A>A   | 0:aA 1:aA 2:aA       | +p3A ok
         1.31    | O 0+3 roll@0 -- A>B   | 0:aA 1:aA 2:aA       | +rB -p2 ok",
    );
    let mut scene = Scene::read("OrderedReady start 0 of 3", "0-2 ready");
    scene.reads().observed_generation = true;
    scene.send("start 1 replicas 2");
    let set = scene.world.clusters[SIDE].set.expect("the set stays");
    assert!(!set.observed, "there is a new generation to observe");
}

#[test]
fn fact_19_a_partition_counts_from_the_start_of_the_range() {
    check_writes(
        "release | given set               | sees                                                       | then it writes
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aA 8:aA 9:aA 10:aA              | -p10 ok
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aA 8:aA 9:aA                    | +p10B ok
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aA 8:aA 9:aA 10:aB              | -p9 ok
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aA 8:aB 9:aB 10:aB              | -p7 ok
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aB 8:aB 9:aB 10:aB              | ok
         1.31    | O 2+9 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 7:aB 8:aB 9:aB 10:aB                   | +p6A ok",
    );
}

#[test]
fn fact_20_lowering_start_moves_the_partition_down() {
    check_writes(
        "release | given set                | sees                                                          | then it writes
         1.31    | O 1+10 roll@5 -- AB>B    | 2:aA 3:aA 4:aA 5:aA 6:aA 7:aB 8:aB 9:aB 10:aB                 | +p1A ok
         1.31    | O 1+10 roll@5 -- AB>B    | 1:aA 2:aA 3:aA 4:aA 5:aA 6:aA 7:aB 8:aB 9:aB 10:aB            | -p6 ok
         1.31    | O 1+10 roll@5 -- AB>B    | 1:aA 2:aA 3:aA 4:aA 5:aA 7:aB 8:aB 9:aB 10:aB                 | +p6B ok
         1.31    | O 1+10 roll@5 -- AB>B    | 1:aA 2:aA 3:aA 4:aA 5:aA 6:aB 7:aB 8:aB 9:aB 10:aB            | ok",
    );
}

#[test]
fn fact_24_an_old_controller_never_replaces_a_succeeded_pod() {
    check_writes(
        "release | given set             | sees                 | then it writes
         1.28    | O 0+3 roll@0 -- A>A   | 0:aA 1:sA            | ok
         1.28    | O 0+1 roll@0 -- A>A   | 0:sA 1:aA            | ok
         1.31    | O 0+3 roll@0 -- A>A   | 0:aA 1:sA            | -p1 ok
         1.31    | O 0+3 roll@0 -- A>A   | 0:aA 1:sxA           | ok
         1.37    | O 0+3 roll@0 -- A>A   | 0:aA 1:sA            | -p1 ok",
    );
    check_sync(
        "given set                   | sees                 | then it
         OrderedReady start 0 of 3   | 0 ready, 1 succeeded | deletes 1",
    );
}

#[test]
fn fact_25_a_delete_strikes_a_newer_pod_of_the_name() {
    let mut scene = Scene::read("OrderedReady start 3 of 1", "3 failed");
    scene.act(Action::Sync);
    let newer = Scene::read("OrderedReady start 3 of 1", "3 ready");
    for ordinal in scene.setup.ordinals() {
        let pod = newer.world.column(SIDE, ordinal).pod;
        scene.world.column_mut(SIDE, ordinal).pod = pod;
    }
    scene.act(Action::Write(Ordinal(3), ONLY));
    let pod = scene.world.rows[Ordinal(3)].sides[SIDE].pod;
    assert!(pod.is_some_and(|pod| pod.terminating));
}

#[test]
fn fact_52_a_pod_that_is_ready_but_not_yet_available_waits_to_be_deleted() {
    check_writes(
        "release | given set               | sees                           | then it writes
         1.28    | O 0+2 roll@0 -- m A>A   | 0:aA 1:aA 2:rA                 | ok
         1.31    | O 0+2 roll@0 -- m A>A   | 0:aA 1:aA 2:rA                 | ok
         1.31    | O 0+2 roll@0 -- m A>A   | 0:aA 1:aA 2:aA                 | -p2 ok
         1.37    | O 0+2 roll@0 -- m A>A   | 0:aA 1:aA 2:rA                 | -p2 ok
         1.37    | O 0+2 roll@0 -- m A>A   | 0:aA 1:rA 2:aA                 | ok",
    );
    check_sync(
        "given set                                        | sees               | then it
         OrderedReady start 0 of 2 with minReadySeconds   | 0 1 ready, 2 fresh | waits
         OrderedReady start 0 of 2 with minReadySeconds   | 0-2 ready          | deletes 2
         OrderedReady start 0 of 3 with minReadySeconds   | 0 ready, 1 fresh   | waits
         OrderedReady start 0 of 3 with minReadySeconds   | 0 1 ready          | creates 2
         Parallel     start 0 of 3 with minReadySeconds   | 0 ready, 1 fresh   | creates 2",
    );
}

#[test]
fn fact_60_with_on_delete_a_new_pod_has_the_update_revision() {
    check_writes(
        "release | given set                | sees                 | then it writes
         1.31    | O 0+3 ondelete -- AB>B   | 0:aA 1:aA 2:aA       | ok
         1.31    | O 0+3 ondelete -- AB>B   | 0:aA 2:aA            | +p1B ok
         1.31    | O 0+3 ondelete -- AB>B   | 1:aA 2:aA            | +p0B ok
         1.31    | O 0+3 roll@2 -- AB>B     | 0:aA 2:aB            | +p1A ok",
    );
}
