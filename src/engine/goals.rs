//! The goals of a question. Each is a bit of what is noted of a recorded state.

use super::edges::Notes;
use super::{Predicate, Question, Searchable};

/// The goals of all formulas about paths, each once.
pub(super) struct Goals<M: Searchable>(Vec<Predicate<M>>);

impl<M: Searchable> Goals<M> {
    pub(super) fn of(question: &Question<M>) -> Self {
        let mut goals: Vec<Predicate<M>> = Vec::new();
        for goal in question
            .formulas
            .iter()
            .filter_map(|formula| formula.claim.goal())
        {
            if !goals.iter().any(|known| known.is(goal)) {
                goals.push(goal);
            }
        }
        assert!(
            goals.len() <= Notes::GOALS,
            "a question has {} goals, and may have {}",
            goals.len(),
            Notes::GOALS
        );
        Self(goals)
    }

    /// What is noted of the states that are this goal of the question.
    pub(super) fn note(&self, goal: Predicate<M>) -> Notes {
        let number = self.0.iter().position(|known| known.is(goal));
        Notes::goal(number.expect("it is one of the question's goals"))
    }

    /// The goals that a state is.
    #[inline]
    pub(super) fn notes(&self, model: &M, state: &M::State) -> Notes {
        let goals = self.0.iter().enumerate();
        goals.fold(Notes::default(), |notes, (number, goal)| {
            notes.with(Notes::goal(number), goal.holds(model, state))
        })
    }
}
