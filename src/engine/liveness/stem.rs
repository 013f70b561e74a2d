//! The way into a loop: fewest faults, then fewest steps.
//!
//! The parents that the store keeps do not lead there: they are a shortest way to a state, but that
//! may go through the goal, where the path has to avoid it, or avoid it where it has to go through,
//! or break an invariant that another way keeps. So the way is searched once more, with the goal
//! visited or not as a part of the place, in a queue by faults and then steps.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::component::Bad;
use super::expander::Expander;
use super::{Case, LOOK, Space, Stopped};
use crate::engine::{Searchable, Trace};

/// A way from an initial state.
pub(super) struct Stem<A> {
    pub trace: Trace<A>,
    /// The state that it leads to.
    pub last: u32,
}

/// A packed state, and whether the goal has been visited on the way to it. The row as it is, not
/// the number of the state it counts as: that one may have spent fewer faults.
type Node = (Box<[u64]>, bool);

/// Where a place was reached from, by which step; or the number of the initial state.
type Origin<A> = Result<(Node, A), usize>;

/// A place on its way, with the number of its state.
struct Arrival<A> {
    place: Node,
    state: u32,
    from: Origin<A>,
}

/// Arrivals by faults, then steps, then discovery.
type Queue<A> = BTreeMap<(u32, u32), Vec<Arrival<A>>>;

/// Whether some path on from the goal leads to a bad state. It is worth this look only if a goal
/// is to be kept: little happens after the goal, compared with what happens before it.
pub(super) fn may_reach<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    bad: &Bad,
) -> Result<bool, Stopped> {
    if case.asked.is_eventually() {
        return Ok(true);
    }
    let space = case.expander.space;
    let mut open: Vec<u32> = (0..space.states())
        .filter(|&state| space.is_goal(state))
        .collect();
    let mut seen: FxHashSet<u32> = open.iter().copied().collect();
    let mut looked = 0_usize;
    while let Some(state) = open.pop() {
        if looked.is_multiple_of(LOOK) {
            space.look(seen.capacity() as u64 * size_of::<u64>() as u64)?;
        }
        looked += 1;
        if bad.contains(state) {
            return Ok(true);
        }
        for step in case.expander.steps(state) {
            open.extend(step.target.filter(|&target| seen.insert(target)));
        }
    }
    Ok(false)
}

/// The shortest way to a bad state with at most so many faults: goal-free or by way of the goal,
/// as the question has it; with `clean`, through states that break no invariant.
pub(super) fn shortest<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    bad: &Bad,
    clean: bool,
    most_faults: u32,
) -> Result<Option<Stem<M::Action>>, Stopped> {
    let expander = case.expander;
    let each = EACH + 16 * expander.model.words() as u64;
    let mut arrivals = 0;
    let mut known: FxHashMap<Node, Origin<M::Action>> = FxHashMap::default();
    let mut queue: Queue<M::Action> = BTreeMap::new();
    for (number, state) in expander.model.initial_states().iter().enumerate() {
        let arrival = arrive(case, state, false, Err(number));
        queue.entry((0, 0)).or_default().extend(arrival);
    }
    while let Some(((faults, steps), level)) = queue.pop_first() {
        for Arrival { place, state, from } in level {
            if arrivals % LOOK as u64 == 0 {
                expander.space.look(arrivals * each)?;
            }
            arrivals += 1;
            if known.contains_key(&place) || !case.is_inside(state) {
                continue;
            }
            let world = expander.model.unpack(&place.0);
            if clean && !case.is_clean(&world) {
                continue;
            }
            known.insert(place.clone(), from);
            let is_wanted = place.1 || case.asked.is_eventually();
            if is_wanted && bad.contains(state) {
                let trace = trace(expander, &mut known, place, faults);
                return Ok(Some(Stem { trace, last: state }));
            }
            expander.model.successors(&world, &mut |action, next| {
                let is_fault = expander.model.fault_kind(&action).is_some();
                let faults = faults + u32::from(is_fault);
                if faults <= most_faults {
                    let arrival = arrive(case, next, place.1, Ok((place.clone(), action)));
                    let level = queue.entry((faults, steps + 1)).or_default();
                    level.extend(arrival);
                }
            });
        }
    }
    Ok(None)
}

/// Bytes that a place takes besides its row, more or less: in a queue, then among the known.
const EACH: u64 = 160;

/// The state as a place, unless it has not been searched.
fn arrive<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    world: &M::State,
    visited: bool,
    from: Origin<M::Action>,
) -> Option<Arrival<M::Action>> {
    let row = case.expander.row(world);
    let state = case.expander.space.find(&row)?;
    let visited = visited || case.expander.space.is_goal(state);
    let place = (row.into_boxed_slice(), visited);
    Some(Arrival { place, state, from })
}

/// The steps that led to a place.
fn trace<M: Searchable, S: Space>(
    expander: &Expander<'_, M, S>,
    known: &mut FxHashMap<Node, Origin<M::Action>>,
    last: Node,
    faults: u32,
) -> Trace<M::Action> {
    let mut way = Vec::new();
    let mut place = last;
    let initial = loop {
        match known.remove(&place).expect("each place was arrived at") {
            Ok((before, action)) => {
                way.push((action, place));
                place = before;
            }
            Err(initial) => break initial,
        }
    };
    way.reverse();
    Trace {
        initial,
        steps: real_steps(expander, initial, way),
        faults,
        loop_start: None,
        fair: Vec::new(),
    }
}

/// The steps of a way through places. Where those stand for all that are alike to them, it may
/// go on from a state that is only alike to the one it came to: then the steps are the
/// counterparts that the real states have.
fn real_steps<M: Searchable, S: Space>(
    expander: &Expander<'_, M, S>,
    initial: usize,
    way: Vec<(M::Action, Node)>,
) -> Vec<M::Action> {
    if !expander.space.is_symmetric() {
        return way.into_iter().map(|(action, _)| action).collect();
    }
    let model = expander.model;
    let mut state = model.initial_states().swap_remove(initial);
    let mut steps = Vec::with_capacity(way.len());
    for (like, (row, _)) in way {
        let is_fault = |action: &M::Action| model.fault_kind(action).is_some();
        let mut found = None;
        model.successors(&state, &mut |action, next| {
            let may_be = found.is_none() && is_fault(&action) == is_fault(&like);
            if may_be && *expander.row(next) == *row {
                found = Some((action, next.clone()));
            }
        });
        let (step, next) = found.expect("alike states have steps to alike states");
        steps.push(step);
        state = next;
    }
    steps
}
