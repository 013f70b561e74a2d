//! Small worlds from a line of text, and tables of them.
//!
//! A row of a table is cells between `|`. The cells of a scene:
//!
//! - the set: `OrderedReady start 3 of 2`, or `Parallel …`, then optionally `with claims`, which may be
//!   `deleted when scaled`, `deleted with the set` or `deleted always`, `with minReadySeconds`, and
//!   `deleting` or `deleting in foreground`; or `no set`;
//! - what there is beside it, comma by comma, or `nothing`:
//!   - Pods: `0-2 ready`, `3 4 pending`, `2 failed`, `2 succeeded`, `5 running` (not Ready), `3 stuck`
//!     (never Ready), `4 fresh` (Ready, but not yet for `minReadySeconds`), `1 terminating` (runs, no
//!     longer Ready); all but the last may add `terminating`,
//!     and all may add `orphaned` or `foreign` (owned by a set that is gone);
//!   - claims: `claim 3 bound`, `deleting`, `naming` (a volume, not yet bound) or `missing`, the first
//!     two perhaps `of the set`, `of its Pod` or `of an older Pod`;
//!   - volumes: `volume 3 claimless`, `named` (the claim's name without a uid), `bound` or
//!     `foreign` (another cluster's uid), each to be deleted when released, unless `retain`.
//!
//! What happens is told in the same way: `creates 3, ready 3, deletes 5 4`, or `waits`.

mod notation;
mod scene;
mod walk;

pub use scene::{SIDE, Scene};
pub use walk::{Walk, list, scenario};

use proptest::test_runner::{Config, RngSeed};
use straddle::internals::world::id::PerCluster;
use straddle::internals::world::setup::{Reads, StorageSetup};
use straddle::internals::world::volume::{Backend, ReclaimPolicy, Template};

/// The claim template of a set that has one.
pub const ONLY: Template = Template(0);

/// Storage that both sides reach and may attach at once.
pub fn permissive(reclaim_policy: ReclaimPolicy) -> StorageSetup {
    StorageSetup {
        name: "data".to_owned(),
        backend: Backend::Permissive,
        reclaim_policy,
        reachable: PerCluster {
            source: true,
            destination: true,
        },
        shared: false,
        block: false,
    }
}

/// So many cases of a property, the same ones whenever the tests run.
pub fn cases(count: u32) -> Config {
    Config {
        cases: count,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    }
}

/// Checks every row of a table: `actual` makes the last cell from the cells before it.
///
/// The first line names the columns. All failing rows are shown, not only the first.
#[track_caller]
pub fn check(table: &str, actual: impl Fn(&[&str]) -> String) {
    let mut failures = Vec::new();
    let rows: Vec<&str> = table.lines().map(str::trim).collect();
    assert!(rows.len() > 1, "a table has a line of names and then rows");
    for row in &rows[1..] {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (expected, given) = cells.split_last().expect("split gives at least one cell");
        let actual = actual(given);
        if actual != *expected {
            failures.push(format!("row     {row}\n  but it  {actual}"));
        }
    }
    let count = failures.len();
    assert!(
        count == 0,
        "{count} rows fail:\n\n  {}\n",
        failures.join("\n\n  ")
    );
}

/// Checks what one sync plans: `given set | sees | then it`.
#[track_caller]
pub fn check_sync(table: &str) {
    check(table, |given| match *given {
        [set, sees] => Scene::read(set, sees).planned(),
        _ => panic!("a row has a set, what it sees, and what it plans: {given:?}"),
    });
}

/// Checks what comes of requests: `given set | sees | when | then`. After each request all
/// components run until nothing is left to do, the controller before all others. What somebody
/// reads beside the components must make no difference.
#[track_caller]
pub fn check_run(table: &str) {
    check(table, |given| match *given {
        [set, sees, when] => {
            let events = Scene::read(set, sees).run(when);
            let mut read = Scene::read(set, sees);
            *read.reads() = Reads::EVERYTHING;
            assert_eq!(
                read.run(when),
                events,
                "when everything is read: {set} | {sees}"
            );
            events
        }
        _ => panic!("a row has a set, what it sees, requests, and events: {given:?}"),
    });
}
