//! Which Pods the StatefulSet controller creates and deletes, and in which order.

use crate::support::{check_run, check_sync};

#[test]
fn fact_01_scaling_down_by_one_deletes_the_highest_only() {
    check_sync(
        "given set                   | sees      | then it
         OrderedReady start 0 of 4   | 0-4 ready | deletes 4
         OrderedReady start 0 of 5   | 0-4 ready | waits
         OrderedReady start 3 of 4   | 3-7 ready | deletes 7",
    );
}

#[test]
fn fact_02_an_unready_pod_in_range_holds_up_scaling_down() {
    check_sync(
        "given set                   | sees                             | then it
         OrderedReady start 0 of 4   | 0 1 ready, 2 running, 3 4 ready  | waits
         OrderedReady start 0 of 4   | 0 1 ready, 2 pending, 3 4 ready  | waits
         OrderedReady start 0 of 4   | 0-4 ready                        | deletes 4
         Parallel     start 0 of 4   | 0 1 ready, 2 running, 3 4 ready  | deletes 4
         Parallel     start 0 of 4   | 0 1 ready, 2 pending, 3 4 ready  | deletes 4",
    );
}

#[test]
fn fact_03_a_missing_pod_in_range_comes_before_scaling_down() {
    check_run(
        "given set                   | sees                 | when       | then
         OrderedReady start 0 of 5   | 0 1 ready, 3 4 ready | replicas 4 | creates 2, ready 2, deletes 4, gone 4",
    );
}

#[test]
fn fact_04_scaling_down_waits_until_each_pod_is_gone() {
    check_run(
        "given set                   | sees      | when       | then
         OrderedReady start 0 of 5   | 0-4 ready | replicas 2 | deletes 4, gone 4, deletes 3, gone 3, deletes 2, gone 2",
    );
    check_sync(
        "given set                   | sees                     | then it
         OrderedReady start 0 of 2   | 0-3 ready, 4 terminating | waits
         OrderedReady start 0 of 2   | 0-3 ready                | deletes 3",
    );
}

#[test]
fn fact_05_the_first_unhealthy_condemned_pod_may_be_deleted() {
    check_sync(
        "given set                   | sees                 | then it
         OrderedReady start 0 of 3   | 0-3 ready, 4 running | deletes 4
         OrderedReady start 0 of 3   | 0-3 ready, 4 pending | deletes 4",
    );
}

#[test]
fn fact_06_two_unhealthy_condemned_pods_hold_each_other_up() {
    check_sync(
        "given set                   | sees                            | then it
         OrderedReady start 0 of 3   | 0-2 ready, 3 4 running          | waits
         OrderedReady start 0 of 3   | 0-2 ready, 3 ready, 4 running   | deletes 4
         OrderedReady start 0 of 3   | 0-2 ready, 4 running            | deletes 4
         OrderedReady start 0 of 3   | 0-2 ready, 3 running, 4 ready   | deletes 4",
    );
}

#[test]
fn fact_07_parallel_deletes_all_condemned_pods_in_one_sync() {
    check_sync(
        "given set                   | sees                           | then it
         Parallel start 0 of 3       | 0-4 ready                      | deletes 4 3
         Parallel start 0 of 3       | 0 ready, 1-3 running, 4 failed | deletes 4 3
         Parallel start 0 of 3       | 0-2 pending, 3 4 pending       | deletes 4 3
         Parallel start 0 of 3       | 0-3 ready, 4 terminating       | deletes 3",
    );
}

#[test]
fn fact_08_a_range_is_filled_from_its_start_upwards() {
    check_run(
        "given set                   | sees    | when        | then
         OrderedReady start 3 of 2   | nothing | time passes | creates 3, ready 3, creates 4, ready 4",
    );
    check_sync(
        "given set                   | sees      | then it
         OrderedReady start 3 of 2   | 3 pending | waits
         OrderedReady start 3 of 2   | 3 running | waits
         OrderedReady start 3 of 2   | 3 ready   | creates 4",
    );
}

#[test]
fn fact_09_one_patch_of_start_and_replicas_adds_a_pod_below() {
    check_run(
        "given set                   | sees    | when               | then
         OrderedReady start 4 of 1   | 4 ready | start 3 replicas 2 | creates 3, ready 3
         Parallel     start 4 of 1   | 4 ready | start 3 replicas 2 | creates 3, ready 3",
    );
}

#[test]
fn fact_10_an_unready_pod_below_keeps_a_lost_pod_from_coming_back() {
    check_run(
        "given set                   | sees             | when     | then
         OrderedReady start 3 of 2   | 3 stuck, 4 ready | delete 4 | gone 4
         OrderedReady start 3 of 2   | 3 ready, 4 ready | delete 4 | gone 4, creates 4, ready 4
         Parallel     start 3 of 2   | 3 stuck, 4 ready | delete 4 | gone 4, creates 4, ready 4",
    );
}

#[test]
fn fact_11_lowering_start_alone_moves_the_range() {
    check_run(
        "given set                   | sees    | when    | then
         OrderedReady start 4 of 1   | 4 ready | start 3 | creates 3, ready 3, deletes 4, gone 4",
    );
    check_sync(
        "given set                   | sees               | then it
         OrderedReady start 3 of 1   | 3 running, 4 ready | waits
         Parallel     start 3 of 1   | 4 ready            | creates 3, deletes 4",
    );
}

#[test]
fn fact_12_raising_replicas_alone_makes_a_new_highest_ordinal() {
    check_sync(
        "given set                               | sees      | then it
         OrderedReady start 4 of 2 with claims   | 4 ready   | creates claim 5, creates 5
         OrderedReady start 4 of 2 with claims   | 4 running | waits
         Parallel     start 4 of 2 with claims   | 4 running | creates claim 5, creates 5",
    );
}

#[test]
fn fact_21_without_replicas_every_pod_is_condemned() {
    check_run(
        "given set                   | sees      | when               | then
         OrderedReady start 0 of 3   | 0-2 ready | replicas 0         | deletes 2, gone 2, deletes 1, gone 1, deletes 0, gone 0
         OrderedReady start 0 of 3   | 0-2 ready | start 7 replicas 0 | deletes 2, gone 2, deletes 1, gone 1, deletes 0, gone 0
         OrderedReady start 4 of 2   | 4 5 ready | start 5 replicas 0 | deletes 5, gone 5, deletes 4, gone 4",
    );
    check_sync(
        "given set                   | sees                           | then it
         Parallel start 7 of 0       | 0 ready, 1 pending, 2 failed   | deletes 2 1 0",
    );
}

#[test]
fn fact_22_a_terminating_pod_in_range_holds_up_what_comes_after_it() {
    check_sync(
        "given set                   | sees                              | then it
         OrderedReady start 0 of 3   | 1 terminating                     | creates 0
         OrderedReady start 0 of 3   | 0 failed, 1 terminating           | deletes 0
         OrderedReady start 0 of 3   | 0 ready, 1 terminating            | waits
         OrderedReady start 0 of 3   | 0 ready, 1 ready terminating      | waits
         OrderedReady start 0 of 3   | 0 ready, 1 terminating, 2 failed  | waits
         OrderedReady start 0 of 2   | 0 ready, 1 terminating, 2 3 ready | waits",
    );
    check_run(
        "given set                   | sees                            | when        | then
         OrderedReady start 0 of 3   | 0 ready, 1 terminating, 3 ready | time passes | gone 1, creates 1, ready 1, creates 2, ready 2, deletes 3, gone 3",
    );
}

#[test]
fn fact_23_a_failed_pod_in_range_is_deleted_and_made_again_by_a_later_sync() {
    check_sync(
        "given set                   | sees                       | then it
         OrderedReady start 0 of 3   | 0 ready, 1 failed, 2 ready | deletes 1
         OrderedReady start 0 of 3   | 0 failed                   | deletes 0
         Parallel     start 0 of 3   | 0 failed, 2 ready          | deletes 0, creates 1",
    );
    check_run(
        "given set                   | sees                       | when        | then
         OrderedReady start 0 of 3   | 0 ready, 1 failed, 2 ready | time passes | deletes 1, gone 1, creates 1, ready 1",
    );
}

#[test]
fn fact_56_lower_slots_come_first_whatever_the_state_of_higher_ones() {
    check_sync(
        "given set                   | sees          | then it
         OrderedReady start 3 of 2   | 4 running     | creates 3
         OrderedReady start 3 of 2   | 4 pending     | creates 3
         OrderedReady start 3 of 2   | 4 terminating | creates 3
         OrderedReady start 3 of 2   | 4 failed      | creates 3",
    );
    check_run(
        "given set                   | sees    | when               | then
         OrderedReady start 4 of 1   | 4 stuck | start 3 replicas 2 | creates 3, ready 3",
    );
}

#[test]
fn fact_57_a_failed_condemned_pod_is_deleted_and_not_made_again() {
    check_run(
        "given set                   | sees                | when        | then
         OrderedReady start 0 of 2   | 0 1 ready, 2 failed | time passes | deletes 2, gone 2",
    );
    check_sync(
        "given set                   | sees                           | then it
         OrderedReady start 0 of 2   | 0 1 ready, 2 running, 3 failed | waits
         OrderedReady start 0 of 2   | 0 1 ready, 2 ready, 3 failed   | deletes 3",
    );
}
