//! What becomes of claims: those that are being deleted, and those that go with their Pods.

use crate::support::{check_run, check_sync};

#[test]
fn fact_31_a_claim_that_is_being_deleted_keeps_its_pod_from_coming_back() {
    check_sync(
        "given set                               | sees                        | then it
         OrderedReady start 3 of 1 with claims   | claim 3 deleting            | waits
         OrderedReady start 3 of 1 with claims   | claim 3 bound               | creates 3
         Parallel     start 3 of 2 with claims   | claim 3 deleting            | fails at claim 3, creates claim 4, creates 4",
    );
    check_run(
        "given set                               | sees                          | when        | then
         OrderedReady start 3 of 1 with claims   | claim 3 deleting, volume 3 bound retain | time passes | loses claim 3, creates claim 3, creates 3, provisions 3, binds 3, ready 3, releases 3",
    );
}

#[test]
fn fact_32_a_claim_goes_with_a_pod_that_is_scaled_away() {
    check_sync(
        "given set                                                   | sees      | then it
         OrderedReady start 0 of 4 with claims deleted when scaled   | 0-4 ready | owns claim 4, deletes 4
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-4 ready | waits
         OrderedReady start 0 of 4 with claims                       | 0-4 ready | deletes 4
         Parallel     start 0 of 3 with claims deleted when scaled   | 0-4 ready | owns claim 4 3, deletes 4 3
         OrderedReady start 0 of 2 with claims deleted with the set  | 0 1 ready | owns claim 0 1
         OrderedReady start 0 of 2 with claims deleted always        | 0 1 ready | owns claim 0 1",
    );
    check_run(
        "given set                                                   | sees      | when       | then
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-4 ready | replicas 4 | owns claim 4, deletes 4, gone 4, loses claim 4, releases 4, loses volume 4
         OrderedReady start 0 of 5 with claims                       | 0-4 ready | replicas 4 | deletes 4, gone 4",
    );
}

#[test]
fn fact_33_a_pod_that_is_on_its_way_out_takes_its_claim_along() {
    check_sync(
        "given set                                                   | sees                                                    | then it
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-3 ready, 4 terminating, claim 4 bound of its Pod      | waits
         Parallel     start 0 of 5 with claims deleted when scaled   | 0-3 ready, 4 terminating, claim 4 bound of its Pod      | owns claim 4
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-3 ready, claim 4 bound of an older Pod                | waits
         Parallel     start 0 of 5 with claims deleted when scaled   | 0-3 ready, claim 4 bound of an older Pod                | waits
         OrderedReady start 0 of 5 with claims                       | 0-3 ready, claim 4 bound of an older Pod                | creates 4",
    );
    check_run(
        "given set                                                   | sees                                               | when        | then
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-3 ready, 4 terminating, claim 4 bound of its Pod | time passes | gone 4, loses claim 4, creates claim 4, creates 4, provisions 4, binds 4, ready 4, releases 4, loses volume 4
         Parallel     start 0 of 5 with claims deleted when scaled   | 0-3 ready, 4 terminating, claim 4 bound of its Pod | time passes | owns claim 4, gone 4, creates 4, ready 4",
    );
}

#[test]
fn fact_34_the_claim_of_a_pod_that_is_gone_already_stays() {
    check_run(
        "given set                                                   | sees                     | when       | then
         OrderedReady start 0 of 5 with claims deleted when scaled   | 0-3 ready, claim 4 bound | replicas 4 | waits",
    );
    check_sync(
        "given set                                                   | sees                     | then it
         OrderedReady start 0 of 4 with claims deleted when scaled   | 0-3 ready, claim 4 bound | waits
         Parallel     start 0 of 4 with claims deleted when scaled   | 0-3 ready, claim 4 bound | waits",
    );
}

#[test]
fn fact_35_a_set_that_is_being_deleted_makes_no_pods() {
    check_sync(
        "given set                            | sees                | then it
         OrderedReady start 0 of 3 deleting   | 0 1 ready           | waits
         Parallel     start 0 of 3 deleting   | 0 ready, 1 failed   | waits",
    );
    check_run(
        "given set                            | sees      | when     | then
         OrderedReady start 0 of 2 deleting   | 0 1 ready | delete 1 | gone 1, orphans 0",
    );
}

#[test]
fn fact_36_a_new_set_adopts_the_pods_and_deletes_those_outside_its_range() {
    check_run(
        "given set                   | sees               | when        | then
         OrderedReady start 3 of 2   | 0-4 ready orphaned | time passes | adopts 0 1 2 3 4, deletes 2, gone 2, deletes 1, gone 1, deletes 0, gone 0",
    );
    check_sync(
        "given set                   | sees                                 | then it
         OrderedReady start 3 of 2   | 0-2 ready, 3 running, 4 ready        | waits
         OrderedReady start 3 of 2   | 0-4 ready                            | deletes 2",
    );
}
