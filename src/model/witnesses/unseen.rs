//! Changes of a set that only ordinals without names can tell: a mark passes those, and no others.
//!
//! The change is one of the whole set, too: it has a new generation, and a sync under way has seen
//! an older one; and a cache that may lag keeps the set as it was, whose marks may then pass others.
//! It takes one of the ordinals to see that there is a change.

use crate::actors::driver;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal, OrdinalSet, Slice};
use crate::world::letter::{self, Frame, Letter};
use crate::world::program::{Expression, Operation, SetEffect, SliceChange};
use crate::world::setup::Setup;
use crate::world::stateful_set::StatusWrite;

/// How many ordinals it takes to see that there is a change.
pub(super) fn of(setup: &Setup, before: &World, operation: Operation, after: &World) -> usize {
    let Some((cluster, ..)) = request(operation) else {
        return 0;
    };
    let frames = [before, after].map(|world| letter::without_numbers(&world.clusters[cluster]));
    let slices = [before, after].map(|world| letter::slices(&world.clusters[cluster]));
    let [set, previous] = [0, 1].map(|which| passed(slices[0][which], slices[1][which]));
    let names = |world| driver::named(setup, world).into_iter().flatten();
    let is_seen = names(before)
        .chain(names(after))
        .any(|ordinal| set.contains(ordinal));
    let shows_elsewhere = frames[0] != frames[1] || previous.0 & !set.0 != 0;
    usize::from(shows_elsewhere && !set.is_empty() && !is_seen)
}

/// The ordinals that the marks of a set pass as it changes.
fn passed(old: Slice, new: Slice) -> OrdinalSet {
    let between = |a: u8, b: u8| (a.min(b)..a.max(b)).map(Ordinal);
    let starts = between(old.start, new.start);
    starts.chain(between(old.end, new.end)).collect()
}

/// Whether an operation may change more of a set than the sets of ordinals that it has.
pub(super) fn may_be(setup: &Setup, frame: &Frame, operation: Operation) -> bool {
    request(operation).is_some_and(|(cluster, ..)| {
        let side = &frame.clusters[cluster];
        side.set.is_some_and(|set| set.observed) && setup.reads[cluster].observed_generation
            || side.controller.status == StatusWrite::Equal
            || setup.budget.lag_pool.is_some()
    })
}

/// Whether a mark surely passes the ordinal of the driver's loop.
pub(super) fn sees(setup: &Setup, k: &Letter, operation: Operation) -> bool {
    let Some((cluster, change)) = request(operation) else {
        return false;
    };
    let below = k.below[cluster].slice;
    let is_other = |is_below: bool, mark| will_be_below(mark).is_some_and(|will| will != is_below);
    match (change.start, change.replicas) {
        (Some(start), Some(replicas)) => {
            let end = start + replicas;
            is_other(below.start, start) || is_other(below.end, end)
        }
        (Some(start), None) => is_other(below.start, start),
        (None, Some(end)) => starts_at_zero(setup, cluster) && is_other(below.end, end),
        (None, None) => false,
    }
}

/// What an operation stores in a set that is there already.
const fn request(operation: Operation) -> Option<(ClusterId, SliceChange)> {
    match operation.footprint().set {
        SetEffect::Patch(_) => operation.stored(),
        _ => None,
    }
}

/// Whether k will be below a mark, if that is certain.
const fn will_be_below(mark: Expression) -> Option<bool> {
    match (mark.k, mark.n, mark.constant) {
        (1, 0, constant) => Some(constant > 0),
        (0, 1, 0) => Some(true),
        (0, 0, 0) => Some(false),
        _ => None,
    }
}

/// Whether a set has no other start than 0.
fn starts_at_zero(setup: &Setup, cluster: ClusterId) -> bool {
    let mut footprints = setup.program.footprints();
    cluster == ClusterId::Source
        && footprints.all(|footprint| {
            footprint.cluster != Some(cluster)
                || match footprint.set {
                    SetEffect::Patch(change) => change.start.is_none(),
                    SetEffect::Create(_) => false,
                    SetEffect::None | SetEffect::Delete(_) => true,
                }
        })
}
