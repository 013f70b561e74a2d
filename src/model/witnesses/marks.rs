//! On how many ordinals a request depends that names an ordinal, or a mark of a slice, by a number.

use super::BEYOND;
use crate::world::World;
use crate::world::id::{ClusterId, Slice};
use crate::world::program::{Expression, Operation, SliceChange};
use crate::world::setup::Setup;

/// Whether a request gives a set more ordinals than there are. No reachable state has one.
pub fn leaves_no_room(setup: &Setup, world: &World, operation: Operation) -> bool {
    let Some((cluster, change)) = operation.stored() else {
        return false;
    };
    let slice = world.clusters[cluster]
        .set
        .map_or(Slice::EMPTY, |set| set.slice);
    let marks = change.apply(slice, world.driver.k, setup.replicas);
    marks.is_some_and(|(_, end)| end > i32::from(setup.ordinals))
}

/// How many ordinals beside `k` it takes to tell which one an expression names: those between it
/// and `k`, the first, or the last.
pub fn of_ordinal(expression: Expression) -> usize {
    let Expression { k, n, constant } = expression;
    match (k, n) {
        (1, 0) => usize::from(constant.unsigned_abs()),
        (0, 1) => usize::from(constant.min(0).unsigned_abs()),
        (0, 0) => usize::from(constant.max(-1).unsigned_abs()) + 1,
        _ => BEYOND,
    }
}

/// The same for a mark between ordinals. Those below and above `k` are there with `k`.
pub fn of_mark(expression: Expression) -> usize {
    let Expression { k, n, constant } = expression;
    match (k, n) {
        (1, 0) if constant > 0 => usize::from(constant.unsigned_abs()) - 1,
        (1 | 0, 0) => usize::from(constant.unsigned_abs()),
        (0, 1) => usize::from(constant.min(0).unsigned_abs()),
        _ => BEYOND,
    }
}

/// The same for a slice.
pub fn of_marks(start: Expression, replicas: Expression) -> usize {
    of_mark(start) + of_mark(start + replicas)
}

/// The same for a request that may leave one of both numbers as it is, so that the end moves by
/// as much as the start, or stays as far from it as it was.
pub fn of_patch(world: &World, cluster: ClusterId, change: SliceChange, members: u8) -> usize {
    let Some(set) = world.clusters[cluster].set else {
        return 0;
    };
    let k = world.driver.k;
    let old = i32::from(set.slice.start);
    match (change.start, change.replicas) {
        (None, None) => 0,
        (Some(start), Some(replicas)) => of_marks(start, replicas),
        (Some(start), None) => {
            // An empty set has no end of its own.
            let new = start.value(k, members);
            let moved = if set.slice.is_empty() {
                0
            } else {
                distance(old, new)
            };
            of_mark(start) + 2 * moved
        }
        (None, Some(replicas)) => {
            let Expression {
                k: of_k,
                n,
                constant,
            } = replicas;
            // Where the set starts if the end is meant to be a mark beside k, or the last one.
            let meant = match (of_k, n) {
                (-1, 1) => i32::from(k.0),
                (1, 0) | (0, 1) => 0,
                (0, 0) if constant == 0 => return 0,
                _ => return BEYOND,
            };
            let end = Expression {
                k: of_k.max(0),
                n,
                constant,
            };
            of_mark(end) + 2 * distance(old, meant)
        }
    }
}

const fn distance(a: i32, b: i32) -> usize {
    a.abs_diff(b) as usize
}
