//! From which states can a goal be reached without a further fault?
//!
//! A step that is not a fault stays in its layer, or leads to a state of an earlier one that covers
//! where it would have led. So the question is decided layer by layer, on the layer's own steps:
//! states from which the goal can be reached are marked, starting at the goal, until a pass
//! marks no more.
//!
//! The obvious way is a search backwards, which needs the steps turned round: as much memory again
//! as the steps themselves. Passes over the states need none. Steps lead mostly to states that
//! were found later, so a pass goes from the last state to the first, and marks most of what can be
//! marked before it comes to what depends on it:
//!
//! ```text
//!   order of expansion   s0 -> s1 -> s2 -> goal
//!   one pass             <- 3    2     1     marked in this order
//! ```
//!
//! Only a step against the order costs another pass. Marks are only ever added, and only for a
//! state with a step to a marked one, so each is right whenever the passes stop; the *absence* of a
//! mark means something only after a pass that has added none.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::{Edges, NO_HELP, Notes, StateSet};
use super::limits::{LOOK, Limits, Stopped};
use super::store::{Index, Store};
use super::trace::follow;
use super::{Question, Searchable, Trace};

/// Adds to `reaches` the states of the layer under way from which a path leads to the goal; gives
/// the others, nearest first. What it has marked when a bound stops it is right all the same.
pub(super) fn stuck(
    edges: &Edges,
    goal: Notes,
    reaches: &mut StateSet,
    limits: &Limits,
) -> Result<Vec<Index>, Stopped> {
    let blocks = &edges.blocks;
    let mut open: Vec<(u32, u32)> = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let number = u32::try_from(number).expect("a block is large");
        open.extend((0..block.ends.len() as u32).map(|place| (number, place)));
    }
    let from = |&(block, place): &(u32, u32)| blocks[block as usize].from[place as usize];
    loop {
        limits.look((open.capacity() * size_of::<(u32, u32)>()) as u64)?;
        let mut changed = false;
        // Steps lead mostly to later states: from the last to the first, few passes do.
        for state in open.iter().rev() {
            let (block, place) = (&blocks[state.0 as usize], state.1 as usize);
            let leads_there = |&step: &Index| step & NO_HELP == 0 && reaches.contains(step);
            let is_goal = block.notes[place].has(goal);
            if is_goal || block.steps(place).iter().any(leads_there) {
                reaches.insert(from(state));
                changed = true;
            }
        }
        open.retain(|state| !reaches.contains(from(state)));
        if !changed || open.is_empty() {
            let is_covered = |&&(block, place): &&(u32, u32)| {
                blocks[block as usize].notes[place as usize].has(Notes::COVERED)
            };
            let stuck = open.iter().filter(|state| !is_covered(state));
            return Ok(stuck.map(from).collect());
        }
    }
}

/// A state on a path, and the place of the one before it among all such.
struct Arrival<S> {
    state: S,
    index: Index,
    before: Option<usize>,
}

/// The path with the fewest faults, then the fewest steps, that leads to one of the stuck states
/// through states which break no invariant. All of them are stored.
pub(super) fn clean_path<M: Searchable>(
    model: &M,
    question: &Question<M>,
    store: &Store,
    stuck: &[Index],
    limits: &Limits,
) -> Result<Option<Trace<M::Action>>, Stopped> {
    let stuck: BTreeSet<Index> = stuck.iter().copied().collect();
    let each = size_of::<Arrival<M::State>>() as u64 + 32;
    let mut looked = 0_usize;
    let mut row = vec![0; model.words().max(1)];
    let mut arrivals: Vec<Arrival<M::State>> = Vec::new();
    let mut seen = BTreeSet::new();
    // In order of faults, then steps, then discovery.
    let mut queue: BTreeMap<(u32, u32), Vec<Arrival<M::State>>> = BTreeMap::new();
    for state in model.initial_states() {
        store.format.pack(model, &state, &mut row);
        let Some(index) = store.find(&row) else {
            return Ok(None);
        };
        let before = None;
        let start = queue.entry((0, 0)).or_default();
        start.push(Arrival {
            state,
            index,
            before,
        });
    }
    while let Some(((faults, steps), level)) = queue.pop_first() {
        for arrival in level {
            if looked.is_multiple_of(LOOK) {
                limits.look(looked as u64 * each)?;
            }
            looked += 1;
            if !question.is_clean(model, &arrival.state) || !seen.insert(arrival.index) {
                continue;
            }
            let number = arrivals.len();
            let found = stuck.contains(&arrival.index);
            arrivals.push(arrival);
            if found {
                let path = path_to(&arrivals, number);
                return Ok(Some(follow(model, store, &path)));
            }
            model.successors(&arrivals[number].state, &mut |action, next| {
                store.format.pack(model, next, &mut row);
                // What is not stored lies in a layer that has not been searched.
                let Some(index) = store.find(&row) else {
                    return;
                };
                if seen.contains(&index) || !store.is(index, &row) {
                    return;
                }
                let struck = u32::from(model.fault_kind(&action).is_some());
                let place = queue.entry((faults + struck, steps + 1)).or_default();
                let before = Some(number);
                let state = next.clone();
                place.push(Arrival {
                    state,
                    index,
                    before,
                });
            });
        }
    }
    Ok(None)
}

fn path_to<S>(arrivals: &[Arrival<S>], last: usize) -> Vec<Index> {
    let before = |&number: &usize| arrivals[number].before;
    let numbers = std::iter::successors(Some(last), before);
    let mut path: Vec<Index> = numbers.map(|number| arrivals[number].index).collect();
    path.reverse();
    path
}
