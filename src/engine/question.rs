//! What a search is asked: formulas about states and paths, each with a name that the caller
//! gives it.

use super::Searchable;

/// A set of states of a model.
pub enum Predicate<M: Searchable> {
    /// Those of which a plain function says so.
    Of(fn(&M, &M::State) -> bool),
    /// The model's own of this number: [`Searchable::holds`].
    Own(usize),
}

impl<M: Searchable> Predicate<M> {
    /// Whether it holds in a state.
    #[inline(always)]
    #[must_use]
    pub fn holds(self, model: &M, state: &M::State) -> bool {
        match self {
            Self::Of(holds) => holds(model, state),
            Self::Own(number) => model.holds(number, state),
        }
    }

    /// Whether both are surely the same.
    pub(super) fn is(self, other: Self) -> bool {
        match (self, other) {
            // Functions with one address are one, or might as well be.
            (Self::Of(one), Self::Of(other)) => std::ptr::fn_addr_eq(one, other),
            (Self::Own(one), Self::Own(other)) => one == other,
            _ => false,
        }
    }
}

/// What a formula says of a model.
pub enum Claim<M: Searchable> {
    /// The predicate holds in every reachable state: AG p.
    Invariant(Predicate<M>),
    /// From every reachable state the goal can be reached without a further fault: AG EF goal.
    AlwaysReachable(Predicate<M>),
    /// Every fair path reaches the goal: AF goal.
    Eventually(Predicate<M>),
    /// Every fair path that reaches the goal stays there from some point on: AG (goal → AF AG
    /// goal).
    Stabilizes {
        /// What is to be reached.
        goal: Predicate<M>,
        /// What is as good as the goal once that has been reached: what a lasting fault does by
        /// itself may be allowed for.
        stays: Predicate<M>,
    },
}

impl<M: Searchable> Claim<M> {
    /// What is to be reached, if it is about paths.
    #[must_use]
    pub const fn goal(self) -> Option<Predicate<M>> {
        match self {
            Self::Invariant(_) => None,
            Self::AlwaysReachable(goal)
            | Self::Eventually(goal)
            | Self::Stabilizes { goal, .. } => Some(goal),
        }
    }

    /// Whether it is about what happens in the end, which a space says only as a whole.
    #[must_use]
    pub const fn is_about_endless_paths(self) -> bool {
        matches!(self, Self::Eventually(_) | Self::Stabilizes { .. })
    }
}

/// A claim about a model, with a name for reports.
pub struct Formula<M: Searchable> {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub claim: Claim<M>,
}

impl<M: Searchable> Formula<M> {
    /// A predicate that holds in every reachable state.
    #[must_use]
    pub const fn invariant(name: &'static str, holds: fn(&M, &M::State) -> bool) -> Self {
        let claim = Claim::Invariant(Predicate::Of(holds));
        Self { name, claim }
    }

    /// The model's own predicate of that number, which holds in every reachable state.
    #[must_use]
    pub const fn own_invariant(name: &'static str, number: usize) -> Self {
        let claim = Claim::Invariant(Predicate::Own(number));
        Self { name, claim }
    }

    /// A goal that can be reached from every reachable state without a further fault.
    #[must_use]
    pub const fn always_reachable(name: &'static str, goal: fn(&M, &M::State) -> bool) -> Self {
        let claim = Claim::AlwaysReachable(Predicate::Of(goal));
        Self { name, claim }
    }

    /// A goal that every fair path reaches.
    #[must_use]
    pub const fn eventually(name: &'static str, goal: fn(&M, &M::State) -> bool) -> Self {
        let claim = Claim::Eventually(Predicate::Of(goal));
        Self { name, claim }
    }

    /// A goal that every fair path keeps, from some point on, once it has reached it. What
    /// `stays` says is as good then.
    #[must_use]
    pub const fn stabilizes(
        name: &'static str,
        goal: fn(&M, &M::State) -> bool,
        stays: fn(&M, &M::State) -> bool,
    ) -> Self {
        let (goal, stays) = (Predicate::Of(goal), Predicate::Of(stays));
        let claim = Claim::Stabilizes { goal, stays };
        Self { name, claim }
    }

    /// Whether a state keeps it. One about paths asks nothing of a single state.
    #[must_use]
    pub fn holds(&self, model: &M, state: &M::State) -> bool {
        match self.claim {
            Claim::Invariant(predicate) => predicate.holds(model, state),
            _ => true,
        }
    }
}

/// What a search is asked to decide.
pub struct Question<M: Searchable> {
    /// In the order in which verdicts are given; no more than [`Question::MOST`].
    pub formulas: Vec<Formula<M>>,
    /// Where a path may end. States in which nothing but a fault can happen and that are not of
    /// this kind are counted as [`Outcome::ends`](super::Outcome::ends); without it none are.
    pub may_end: Option<Predicate<M>>,
    /// Stop at the first formula found violated.
    pub fail_fast: bool,
}

impl<M: Searchable> Question<M> {
    /// The most formulas of one question.
    pub const MOST: usize = 64;

    /// Whether these hold, and nothing else.
    #[must_use]
    pub const fn new(formulas: Vec<Formula<M>>) -> Self {
        Self {
            formulas,
            may_end: None,
            fail_fast: false,
        }
    }

    /// The predicates of the invariants, each with its formula's place in the list.
    pub(super) fn invariants(&self) -> impl Iterator<Item = (usize, Predicate<M>)> {
        let formulas = self.formulas.iter().enumerate();
        formulas.filter_map(|(place, formula)| match formula.claim {
            Claim::Invariant(predicate) => Some((place, predicate)),
            _ => None,
        })
    }

    /// Whether a state breaks none of the invariants.
    #[must_use]
    pub fn is_clean(&self, model: &M, state: &M::State) -> bool {
        let mut formulas = self.formulas.iter();
        formulas.all(|formula| formula.holds(model, state))
    }
}

// Derived, these would ask the same of the model.

impl<M: Searchable> Clone for Predicate<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Searchable> Copy for Predicate<M> {}

impl<M: Searchable> Clone for Claim<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Searchable> Copy for Claim<M> {}

impl<M: Searchable> Clone for Formula<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Searchable> Copy for Formula<M> {}

impl<M: Searchable> Clone for Question<M> {
    fn clone(&self) -> Self {
        Self {
            formulas: self.formulas.clone(),
            ..*self
        }
    }
}
