//! What is asked of the models of these tests.

use straddle::Migration;
use straddle::engine::{Formula, Predicate, Question, Searchable};
use straddle::internals::world::World;

/// A model with invariants of its own and a goal.
pub trait Asked: Searchable + Sized {
    /// What should hold in every state.
    fn invariants(&self) -> Vec<Formula<Self>>;

    /// Where paths should lead.
    fn is_goal(&self, state: &Self::State) -> bool;

    /// Where they may be after that.
    fn keeps_goal(&self, state: &Self::State) -> bool {
        self.is_goal(state)
    }
}

impl Asked for Migration {
    fn invariants(&self) -> Vec<Formula<Self>> {
        self.invariants()
    }

    fn is_goal(&self, world: &World) -> bool {
        self.is_goal(world)
    }

    fn keeps_goal(&self, world: &World) -> bool {
        self.keeps_goal(world)
    }
}

/// The goal can be reached from everywhere.
pub fn recoverable<M: Asked>() -> Formula<M> {
    Formula::always_reachable("recoverable", M::is_goal)
}

/// Every fair path reaches the goal.
pub fn completes<M: Asked>() -> Formula<M> {
    Formula::eventually("completes", M::is_goal)
}

/// Every fair path that reaches the goal keeps it.
pub fn stays<M: Asked>() -> Formula<M> {
    Formula::stabilizes("stays-migrated", M::is_goal, M::keeps_goal)
}

/// All there is to ask: the invariants, what is said of paths, and where they end elsewhere.
pub fn everything<M: Asked>(model: &M) -> Question<M> {
    let mut formulas = model.invariants();
    formulas.extend([recoverable(), completes(), stays()]);
    Question {
        may_end: Some(Predicate::Of(M::is_goal)),
        ..Question::new(formulas)
    }
}
