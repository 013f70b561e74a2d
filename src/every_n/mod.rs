//! Proofs for every number of ordinals. Knows the [`Sliced`] trait and nothing of Kubernetes.
//!
//! A state with some of its ordinals left out is again a state of the same model, with fewer
//! ordinals. So what a state says of any few of its ordinals, a *view* of it, is a small state.
//! The [`closure`](fixpoint::close) is the least set of views that has those of the initial states
//! and is closed under the model's own steps, taken from every small state whose views are all in
//! the set. It has every view of every reachable state, for any number of ordinals, and an
//! invariant that holds in all of its views holds always. This is view abstraction: Abdulla, Haziza and
//! Holík, "All for the Price of Few", VMCAI 2013.
//!
//! It rests on one assumption about the model, [`Sliced::witnesses`].

pub mod cutoff;
pub mod fixpoint;
mod intern;
pub mod recheck;
pub mod rows;
pub mod views;
mod words;

use std::fmt::Debug;
use std::hash::Hash;

use crate::engine::Searchable;

/// The state of a sliced model.
pub type StateOf<S> = <<S as Sliced>::Model as Searchable>::State;

/// The step of a sliced model.
pub type StepOf<S> = <<S as Sliced>::Model as Searchable>::Action;

/// A model for each number of ordinals, whose states are words: a letter for each ordinal, and a
/// frame for the rest.
pub trait Sliced: Sync {
    /// The model of one number of ordinals.
    type Model: Searchable;
    /// What a state has beside its letters.
    type Frame: Clone + Eq + Hash + Debug + Send + Sync;
    /// What a state has of one ordinal. What it says of ordinals by number, its letters say.
    type Letter: Clone + Eq + Hash + Debug + Send + Sync;

    /// The model whose states have so many letters, if there is one.
    fn model(&self, letters: usize) -> Option<&Self::Model>;

    /// The models of all numbers of ordinals that there are.
    fn models(&self) -> impl Iterator<Item = &Self::Model> {
        (0..=MOST_LETTERS).filter_map(|letters| self.model(letters))
    }

    /// Takes a state of `model` apart; its letters are appended to `letters`, lowest first.
    fn split(
        &self,
        model: &Self::Model,
        state: &StateOf<Self>,
        letters: &mut Vec<Self::Letter>,
    ) -> Self::Frame;

    /// The state that a word stands for, and its model. `None` if it stands for none.
    fn join(
        &self,
        frame: &Self::Frame,
        letters: &[Self::Letter],
    ) -> Option<(&Self::Model, StateOf<Self>)>;

    /// Whether a letter is one that the frame names. Every view has those.
    fn is_named(&self, letter: &Self::Letter) -> bool;

    /// How many further ordinals a step depends on.
    ///
    /// A model has to satisfy the *restriction lemma*: let `step` lead from a state s to a state t,
    /// and let W be some ordinals of t, those that t names among them. Then the step either changes
    /// nothing that W can tell, or there are at most so many ordinals X such that s without all
    /// but W, X, and what s names, has a step to some state that is t to W. The number is the
    /// same in s and in that part of it.
    fn witnesses(
        &self,
        model: &Self::Model,
        state: &StateOf<Self>,
        step: &StepOf<Self>,
        next: &StateOf<Self>,
    ) -> usize;

    /// Why a step from a state with this frame may depend on an ordinal with this letter.
    fn reasons(&self, frame: &Self::Frame, letter: &Self::Letter) -> Reasons;

    /// The most X that a step from a state with this frame may have, by the reasons of X, W and
    /// what the state names together. More reasons never make it less, and so many of one kind as
    /// [`Sliced::most_witnesses`] are as good as any more.
    fn most_with(&self, frame: &Self::Frame, reasons: Reasons) -> usize;

    /// The most that [`Sliced::witnesses`] says. A state in which it says more is out of reach of
    /// this proof.
    fn most_witnesses(&self) -> usize;
}

/// Why steps of three kinds depend on further ordinals, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reasons(pub [u8; 3]);

impl Reasons {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut both = self;
        for (own, further) in both.0.iter_mut().zip(other.0) {
            *own = own.saturating_add(further);
        }
        both
    }
}

/// An invariant that holds in every state if it holds in every view of so many free ordinals.
pub struct Invariant<S: Sliced> {
    /// Its name.
    pub name: &'static str,
    /// How many ordinals, beside those that the state names, it takes to violate it.
    pub arity: usize,
    /// Whether it holds in a state.
    #[expect(
        clippy::type_complexity,
        reason = "a predicate of a model and its state"
    )]
    pub holds: Box<dyn Fn(&S::Model, &StateOf<S>) -> bool + Sync>,
}

/// The most letters of any state.
const MOST_LETTERS: usize = 16;

/// The most free ordinals of a view.
pub const MOST_FREE: usize = 3;
