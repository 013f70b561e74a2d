//! Strongly connected components, and which of them a fair path may stay in.
//!
//! Fairness is weak, so whole components are enough: a larger part of a component enables fewer
//! classes in all of its states and takes more steps inside, so if any part is fair the whole is.
//! No component has to be searched for a fair part, as strong fairness would require.
//!
//! The components are found by Tarjan's algorithm: one pass over the steps, and it needs only the
//! steps forward, which are what is stored. A path may be millions of states deep, so it keeps
//! its own stack instead of recursing. States that cannot repeat are taken out before, which in
//! most spaces leaves nothing.
//!
//! Two mistakes are possible. States that are no component may be taken for one: then the loop that
//! has to be walked in it does not close, and the walk panics. Or a component may be taken for
//! several: then a loop is not seen, and the verdict is a wrong `holds`. So it is looked at
//! afterwards. Components are complete in an order in which steps lead only backwards:
//!
//! ```text
//!   completed   1 <---- 2 <---- 4
//!                ^--- 3 <------/
//! ```
//!
//! If no step leads from an earlier one to a later one, no loop goes through two of them.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::unfolded::Unfolded;
use super::{Case, LOOK, Space, Stopped};
use crate::engine::Searchable;

/// States in which a path that breaks what is asked may end up.
pub(super) struct Bad {
    /// By state: the number of its component, or [`NONE`].
    components: Vec<u32>,
    /// By state: whether a path may simply stay there.
    ends: Vec<bool>,
    is_empty: bool,
}

const NONE: u32 = u32::MAX;

impl Bad {
    /// All of so many states, which are one component.
    pub(super) fn everywhere(states: u32) -> Self {
        Self {
            components: vec![0; states as usize],
            ends: vec![false; states as usize],
            is_empty: states == 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether a path may end up here.
    pub(super) fn contains(&self, state: u32) -> bool {
        self.components[state as usize] != NONE || self.is_end(state)
    }

    /// Whether a path may simply stay here.
    pub(super) fn is_end(&self, state: u32) -> bool {
        self.ends[state as usize]
    }

    /// Whether a path may go from one to the other and back forever.
    pub(super) fn are_together(&self, one: u32, other: u32) -> bool {
        let component = self.components[one as usize];
        component != NONE && component == self.components[other as usize]
    }
}

/// Every bad end, and every fair component with a state that counts. With `within`, only what is
/// left of those when the states that break an invariant are taken out.
pub(super) fn bad<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    within: Option<&Bad>,
) -> Result<Bad, Stopped> {
    let space = case.expander.space;
    let states = space.states();
    let bytes = u64::from(states) * EACH;
    let may_be = |state: u32| match within {
        None => case.is_inside(state),
        Some(bad) => bad.contains(state) && case.is_clean(&case.expander.state(state)),
    };
    let inside = by_state(space, bytes, may_be)?;
    let is_inside = |state: u32| inside[state as usize];
    let is_end = |state: u32| is_inside(state) && space.may_stay(state) && case.counts(state);
    let ends = by_state(space, bytes, is_end)?;
    let mut numbers = vec![NONE; states as usize];
    let mut count = 0;
    let may_repeat = may_repeat(space);
    let may_be_in_one = |state: u32| is_inside(state) && may_repeat[state as usize];
    components(space, may_be_in_one, |members| {
        let counts = members.iter().any(|&state| case.counts(state));
        if counts && is_fair_for_all(case, members)? {
            for &state in members {
                numbers[state as usize] = count;
            }
            count += 1;
        }
        Ok(())
    })?;
    Ok(Bad {
        is_empty: count == 0 && !ends.contains(&true),
        components: numbers,
        ends,
    })
}

/// Bytes that a state takes in all tables here.
const EACH: u64 = 24;

/// The answer for each state, with a look at the bounds now and then.
fn by_state(
    space: &impl Space,
    bytes: u64,
    answer: impl Fn(u32) -> bool,
) -> Result<Vec<bool>, Stopped> {
    let mut answers = Vec::with_capacity(space.states() as usize);
    for state in 0..space.states() {
        if answers.len().is_multiple_of(LOOK) {
            space.look(bytes)?;
        }
        answers.push(answer(state));
    }
    Ok(answers)
}

/// Whether a path may go round in all that the states of a component stand for. One of them
/// leads to everything that is alike to the others: what is found from it is as strongly
/// connected, and as fair as what is alike to it.
fn is_fair_for_all<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    members: &[u32],
) -> Result<bool, Stopped> {
    if !case.expander.space.is_symmetric() {
        return is_fair(case, members);
    }
    let inside: FxHashSet<u32> = members.iter().copied().collect();
    let start = case.expander.state(members[0]);
    let unfolded = Unfolded::new(case.expander, &start, |state| inside.contains(&state))?;
    let reached = unfolded.places();
    assert_eq!(
        reached,
        members.len(),
        "a component is not strongly connected: from {} only some states are reached",
        members[0]
    );
    let all: Vec<u32> = (0..unfolded.states()).collect();
    case.on(&unfolded, |case| is_fair(case, &all))
}

/// Whether a path may go round in all of a component forever: each class that is enabled in all
/// of its states has a step that stays inside.
fn is_fair<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    members: &[u32],
) -> Result<bool, Stopped> {
    let members_in_order: BTreeSet<u32> = members.iter().copied().collect();
    let mut always: Option<BTreeSet<u16>> = None;
    let mut inside: BTreeSet<u16> = BTreeSet::new();
    for (number, &state) in members.iter().enumerate() {
        if number % LOOK == LOOK - 1 {
            case.expander.space.look(members.len() as u64 * EACH)?;
        }
        let mut enabled = BTreeSet::new();
        for step in case.expander.steps(state) {
            let Some(class) = step.class else { continue };
            enabled.insert(class);
            if step
                .target
                .is_some_and(|target| members_in_order.contains(&target))
            {
                inside.insert(class);
            }
        }
        always = Some(match always {
            None => enabled,
            Some(before) => before.intersection(&enabled).copied().collect(),
        });
        if always.iter().flatten().all(|class| inside.contains(class)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The most passes of [`may_repeat`]. What it has not ruled out by then is left to the search for
/// components.
const PASSES: usize = 16;

/// By state: whether steps may lead to a state that repeats. Most spaces hardly have any: in a few
/// passes from the last states to the first those are ruled out whose steps all lead to states
/// that are ruled out.
fn may_repeat(space: &impl Space) -> Vec<bool> {
    let mut may = vec![true; space.states() as usize];
    let mut open: Vec<u32> = (0..space.states()).collect();
    for _ in 0..PASSES {
        let before = open.len();
        for &state in open.iter().rev() {
            let mut targets = space.targets(state).iter();
            may[state as usize] = targets.any(|&target| may[target as usize]);
        }
        open.retain(|&state| may[state as usize]);
        if open.len() == before || open.is_empty() {
            break;
        }
    }
    may
}

/// Calls `visit` with each component that has a step inside: Tarjan's algorithm, without
/// recursion. Only states and steps between states that are `inside` count.
fn components(
    space: &impl Space,
    inside: impl Fn(u32) -> bool,
    mut visit: impl FnMut(&[u32]) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    assert!(space.states() < CLOSED, "a state has no number of its own");
    let mut search = Tarjan {
        order: vec![0; space.states() as usize],
        low: vec![0; space.states() as usize],
        open: Vec::new(),
        path: Vec::new(),
        count: 0,
        left: 0,
        complete: 0,
    };
    for root in 0..space.states() {
        if inside(root) && search.order[root as usize] == 0 {
            search.enter(root);
            search.run(space, &inside, &mut visit)?;
        }
    }
    search.check(space, &inside)
}

/// The state of Tarjan's algorithm.
struct Tarjan {
    /// When a state was first seen, from 1 on; 0 if it was not; [`CLOSED`] once its component is
    /// complete.
    order: Vec<u32>,
    /// The earliest open state that a state is known to lead back to; the number of its component,
    /// in the order of completion, once that is complete.
    low: Vec<u32>,
    /// States whose component is not complete yet.
    open: Vec<u32>,
    /// The states that the search is inside of, each with the number of its next step.
    path: Vec<(u32, usize)>,
    count: u32,
    /// How many states the search is done with.
    left: usize,
    /// How many components are complete.
    complete: u32,
}

const CLOSED: u32 = u32::MAX;

impl Tarjan {
    fn enter(&mut self, state: u32) {
        self.count += 1;
        self.order[state as usize] = self.count;
        self.low[state as usize] = self.count;
        self.open.push(state);
        self.path.push((state, 0));
    }

    /// Until the path is empty.
    fn run(
        &mut self,
        space: &impl Space,
        inside: &impl Fn(u32) -> bool,
        visit: &mut impl FnMut(&[u32]) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        while let Some((state, step)) = self.path.last_mut() {
            let (state, number) = (*state, *step);
            *step += 1;
            match space.targets(state).get(number) {
                Some(&target) if !inside(target) => (),
                Some(&target) if self.order[target as usize] == 0 => self.enter(target),
                Some(&target) => self.lower(state, self.order[target as usize]),
                None => self.leave(state, space, visit)?,
            }
        }
        Ok(())
    }

    /// A state leads back to one that was seen at that time.
    fn lower(&mut self, state: u32, order: u32) {
        let low = &mut self.low[state as usize];
        *low = order.min(*low);
    }

    fn leave(
        &mut self,
        state: u32,
        space: &impl Space,
        visit: &mut impl FnMut(&[u32]) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        self.left += 1;
        if self.left.is_multiple_of(LOOK) {
            space.look(u64::from(space.states()) * EACH)?;
        }
        self.path.pop();
        let low = self.low[state as usize];
        if let Some(&(before, _)) = self.path.last() {
            self.lower(before, low);
        }
        if low != self.order[state as usize] {
            return Ok(());
        }
        let is_first = |&other: &u32| other == state;
        let start = self.open.iter().rposition(is_first);
        let start = start.expect("a state is open until its component is complete");
        for &member in &self.open[start..] {
            self.order[member as usize] = CLOSED;
            self.low[member as usize] = self.complete;
        }
        self.complete += 1;
        let members = &self.open[start..];
        if members.len() > 1 || space.targets(state).contains(&state) {
            visit(members)?;
        }
        self.open.truncate(start);
        Ok(())
    }
    /// Every state is in a component, and no step leads to one that was completed later: no loop
    /// goes through two components.
    fn check(&self, space: &impl Space, inside: &impl Fn(u32) -> bool) -> Result<(), Stopped> {
        assert!(
            self.open.is_empty() && self.left == self.count as usize,
            "{} of {} states are in no component",
            self.open.len(),
            self.count
        );
        for state in (0..space.states()).filter(|&state| inside(state)) {
            if (state as usize).is_multiple_of(LOOK) {
                space.look(u64::from(space.states()) * EACH)?;
            }
            let own = self.low[state as usize];
            let mut targets = space.targets(state).iter();
            let is_later = |&&target: &&u32| inside(target) && self.low[target as usize] > own;
            let later = targets.find(is_later);
            assert!(
                later.is_none(),
                "a component is not whole: {state} leads to {later:?}, which was completed later"
            );
        }
        Ok(())
    }
}
