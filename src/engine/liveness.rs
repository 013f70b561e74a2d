//! What happens in the end: does every fair path reach a goal, and keep it?
//!
//! An infinite path is fair if each class that stays enabled eventually acts: for each class of
//! steps ([`Searchable::fairness`]), either one of them happens again and again, or again and
//! again none of them can. Faults never have to happen, and there are finitely many of them, so
//! every endless path comes to steps that are not faults, inside one strongly connected
//! component. A component as a whole is fair if for each class one of its steps stays inside, or
//! some of its states enables none of its steps; if it is not, no part of it is either. A state
//! in which nothing has to happen is an end, where a path may stay.
//!
//! Everything here works on a finished search, behind [`Space`], and does not depend on how
//! states are numbered. If they stand for others that are alike to them, ends are what they are,
//! and where no component has a step inside there is no loop; a component that has one is
//! judged on the states it stands for (`unfolded`).

mod component;
mod expander;
mod lasso;
mod stem;
mod unfolded;

use super::limits::LOOK;
pub use super::limits::Stopped;
use super::{Claim, Predicate, Question, Searchable, Trace};
use component::Bad;
use expander::Expander;
use unfolded::Unfolded;

/// A searched space: its states by number, from 0 on, and the steps that are not faults.
pub trait Space {
    /// How many states there are.
    fn states(&self) -> u32;

    /// Whether its states stand for all that are alike to them: their rows are those of
    /// [`Searchable::canonicalize`].
    fn is_symmetric(&self) -> bool {
        false
    }

    /// Called now and then, with the bytes that are held: whether it may go on.
    ///
    /// # Errors
    /// A bound is reached, or the observer wants to stop.
    fn look(&self, bytes: u64) -> Result<(), Stopped> {
        let _ = bytes;
        Ok(())
    }

    /// Writes the packed state of that number into `row`.
    fn row(&self, state: u32, row: &mut [u64]);

    /// The state that a row is counted as; `None` unless all its steps are known. It may have spent
    /// fewer faults than the row, and differs in nothing else.
    fn find(&self, row: &[u64]) -> Option<u32>;

    /// Where those steps of a state lead that are not faults, in any order.
    fn targets(&self, state: u32) -> &[u32];

    /// Whether the state is the goal that the question asks for.
    fn is_goal(&self, state: u32) -> bool;

    /// Whether nothing has to happen in the state: all its steps are known, and none of them
    /// has a class of fairness.
    fn may_stay(&self, state: u32) -> bool;
}

/// What is asked of endless paths. The goal is that of the [`Space`].
pub enum Endless<M: Searchable> {
    /// Every fair path reaches the goal.
    Eventually,
    /// Every fair path that reaches the goal stays from some point on where this holds, or at the
    /// goal.
    Stabilizes(Predicate<M>),
}

impl<M: Searchable> Endless<M> {
    /// What a claim asks of them, if anything.
    #[must_use]
    pub const fn of(claim: Claim<M>) -> Option<Self> {
        match claim {
            Claim::Invariant(_) | Claim::AlwaysReachable(_) => None,
            Claim::Eventually(_) => Some(Self::Eventually),
            Claim::Stabilizes { stays, .. } => Some(Self::Stabilizes(stays)),
        }
    }

    /// Whether a path that reaches the goal keeps it.
    const fn is_eventually(&self) -> bool {
        matches!(self, Self::Eventually)
    }
}

impl<M: Searchable> Clone for Endless<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Searchable> Copy for Endless<M> {}

/// A fair path that breaks what is asked: a way in, and a loop or an end. It has the fewest
/// faults, then the fewest steps up to its loop; one that breaks no invariant of the question is
/// preferred among those with as few faults.
///
/// # Errors
/// [`Space::look`] has stopped it.
pub fn violation<M: Searchable>(
    model: &M,
    question: &Question<M>,
    space: &impl Space,
    asked: Endless<M>,
) -> Result<Option<Trace<M::Action>>, Stopped> {
    let expander = Expander::new(model, space);
    let case = Case {
        expander: &expander,
        question,
        asked,
    };
    if !asked.is_eventually() && !(0..space.states()).any(|state| space.is_goal(state)) {
        return Ok(None);
    }
    let all = component::bad(&case, None)?;
    if all.is_empty() || !stem::may_reach(&case, &all)? {
        return Ok(None);
    }
    let Some(first) = case.lasso(&all, false, u32::MAX)? else {
        return Ok(None);
    };
    if case.is_clean_along(&first) {
        return Ok(Some(first));
    }
    let clean = component::bad(&case, Some(&all))?;
    let clean = case.lasso(&clean, true, first.faults)?;
    Ok(clean.or(Some(first)))
}

/// What is asked of one space.
struct Case<'a, M: Searchable, S: Space> {
    expander: &'a Expander<'a, M, S>,
    question: &'a Question<M>,
    asked: Endless<M>,
}

impl<M: Searchable, S: Space> Case<'_, M, S> {
    /// Whether a path that breaks what is asked may go through the state, now and in the end.
    fn is_inside(&self, state: u32) -> bool {
        !self.asked.is_eventually() || !self.expander.space.is_goal(state)
    }

    /// Whether a path breaks what is asked by coming here again and again.
    fn counts(&self, state: u32) -> bool {
        match self.asked {
            Endless::Eventually => true,
            Endless::Stabilizes(_) if self.expander.space.is_goal(state) => false,
            Endless::Stabilizes(stays) => {
                !stays.holds(self.expander.model, &self.expander.state(state))
            }
        }
    }

    /// Whether a state breaks no invariant of the question.
    fn is_clean(&self, state: &M::State) -> bool {
        self.question.is_clean(self.expander.model, state)
    }

    fn is_clean_along(&self, trace: &Trace<M::Action>) -> bool {
        let states = trace.states(self.expander.model);
        states.iter().all(|state| self.is_clean(state))
    }

    /// The nearest of the bad ends and loops, and the way there.
    fn lasso(
        &self,
        bad: &Bad,
        clean: bool,
        faults: u32,
    ) -> Result<Option<Trace<M::Action>>, Stopped> {
        let Some(stem) = stem::shortest(self, bad, clean, faults)? else {
            return Ok(None);
        };
        let mut trace = stem.trace;
        trace.loop_start = Some(trace.steps.len());
        if bad.is_end(stem.last) {
            self.check_forever(&trace);
            return Ok(Some(trace));
        }
        if self.expander.space.is_symmetric() {
            let inside = |state| bad.are_together(state, stem.last);
            let start = trace.states(self.expander.model).pop();
            let start = start.expect("a trace has an initial state");
            let unfolded = Unfolded::new(self.expander, &start, inside)?;
            let bad = Bad::everywhere(unfolded.states());
            self.on(&unfolded, |case| lasso::close(case, &bad, 0, &mut trace));
        } else {
            lasso::close(self, bad, stem.last, &mut trace);
        }
        self.check_forever(&trace);
        Ok(Some(trace))
    }

    /// The path can go on as it says: the model's own states come back to where the loop begins, or
    /// there is no loop and nothing has to happen.
    fn check_forever(&self, trace: &Trace<M::Action>) {
        let model = self.expander.model;
        let mut states = trace.states(model);
        let last = states.pop().expect("a trace has an initial state");
        match trace.loop_start.and_then(|start| states.get(start)) {
            Some(first) => assert!(
                last == *first,
                "a loop does not close: it begins at {first:?} and ends at {last:?}"
            ),
            None => model.successors(&last, &mut |action, _| {
                assert!(
                    model.fault_kind(&action).is_some() || model.fairness(&action).is_none(),
                    "a path does not end in {last:?}: {action:?} has to happen"
                );
            }),
        }
    }

    /// Asks the same of another space.
    fn on<T: Space, R>(&self, space: &T, ask: impl FnOnce(&Case<'_, M, T>) -> R) -> R {
        ask(&Case {
            expander: &Expander::new(self.expander.model, space),
            question: self.question,
            asked: self.asked,
        })
    }
}
