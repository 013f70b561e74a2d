//! Which disk a new Pod finds behind its claim.

use straddle::internals::world::id::Ordinal;
use straddle::internals::world::volume::{Contents, Disk};

use crate::support::{ONLY, SIDE, Scene, check};

/// Lets everything run, and tells what happens, which disk ordinal 3 has in the end, and
/// whether its original disk still exists.
#[track_caller]
fn check_disk(table: &str) {
    check(table, |given| {
        let [set, sees] = *given else {
            panic!("a row has a set, what it sees, and what comes of it: {given:?}")
        };
        let mut scene = Scene::read(set, sees);
        let events = scene.run("time passes");
        let storage = scene.world.rows[Ordinal(3)].storage[ONLY];
        let has = match scene.world.rows[Ordinal(3)].sides[SIDE][ONLY].bound_disk() {
            Some(disk) if storage.is_current(disk) => "has its data",
            Some(Disk::Original) => "has an old copy",
            Some(_) => "has an empty disk",
            None => "has no disk",
        };
        let original = match storage.contents(Disk::Original) {
            Contents::NoDisk => "destroyed",
            _ => "kept",
        };
        format!("{events}; {has}, the original is {original}")
    });
}

#[test]
fn fact_27_a_missing_claim_gets_a_new_empty_disk() {
    check_disk(
        "given set                             | sees    | then
         OrderedReady start 3 of 1 with claims | nothing | creates claim 3, creates 3, provisions 3, binds 3, ready 3; has an empty disk, the original is kept",
    );
}

#[test]
fn fact_28_a_volume_that_names_the_claim_is_bound_to_it() {
    check_disk(
        "given set                             | sees                           | then
         OrderedReady start 3 of 1 with claims | volume 3 named                 | creates claim 3, creates 3, binds 3, ready 3; has its data, the original is kept
         OrderedReady start 3 of 1 with claims | volume 3 named, claim 3 naming | creates 3, binds 3, ready 3; has its data, the original is kept",
    );
}

#[test]
fn fact_29_a_volume_with_a_foreign_uid_is_released() {
    check_disk(
        "given set                             | sees                                    | then
         OrderedReady start 3 of 1 with claims | volume 3 foreign                        | creates claim 3, creates 3, provisions 3, binds 3, ready 3, releases 3, loses volume 3; has an empty disk, the original is destroyed
         OrderedReady start 3 of 1 with claims | volume 3 foreign retain                 | creates claim 3, creates 3, provisions 3, binds 3, ready 3, releases 3; has an empty disk, the original is kept
         OrderedReady start 3 of 1 with claims | volume 3 foreign, claim 3 naming        | creates 3, releases 3, loses volume 3; has no disk, the original is destroyed
         OrderedReady start 3 of 1 with claims | volume 3 foreign retain, claim 3 naming | creates 3, releases 3; has no disk, the original is kept",
    );
}
