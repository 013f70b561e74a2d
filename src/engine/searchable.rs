//! What the engine needs to know of a model.

use std::fmt::Debug;

/// A model that the engine can search: states, steps between them, and how a state is kept.
///
/// A state is kept as a row of [`Searchable::words`] words. Its rules run on the state itself,
/// so that they exist once; the row is how states are stored, compared and counted.
///
/// The methods without a body are all that a small model needs; see the example of
/// [this module](super).
pub trait Searchable: Sync {
    /// A state. All that the future depends on is in it.
    type State: Clone + PartialEq + Debug;
    /// What leads from one state to the next.
    type Action: Clone + PartialEq + Debug + Send + Sync;

    /// Where paths start.
    fn initial_states(&self) -> Vec<Self::State>;

    /// Calls `visit` with each step that is enabled in `state` and the state it leads to, always
    /// in the same order.
    fn successors(&self, state: &Self::State, visit: &mut impl FnMut(Self::Action, &Self::State));

    /// Appends the steps that are enabled in `state` to `steps`, in the order of
    /// [`Searchable::successors`]. A model may have a way that does not take them.
    fn enabled(&self, state: &Self::State, steps: &mut Vec<Self::Action>) {
        self.successors(state, &mut |step, _| steps.push(step));
    }

    /// Where `step` leads from `state`; `None` if it is not enabled. A model may have a way that
    /// does not take the other steps.
    fn successor(&self, state: &Self::State, step: &Self::Action) -> Option<Self::State> {
        let mut found = None;
        self.successors(state, &mut |other, next| {
            if found.is_none() && other == *step {
                found = Some(next.clone());
            }
        });
        found
    }

    /// Words of 64 bits that one packed state takes.
    fn words(&self) -> usize;

    /// Writes `state` into `words`. States with equal rows count as one.
    fn pack(&self, state: &Self::State, words: &mut [u64]);

    /// Writes into `words` what [`Searchable::pack`] would for `next`, the state that `action`
    /// leads to from `state`, whose row is `row`. A model may change only what differs.
    fn pack_successor(
        &self,
        row: &[u64],
        state: &Self::State,
        action: &Self::Action,
        next: &Self::State,
        words: &mut [u64],
    ) {
        let _ = (row, state, action);
        self.pack(next, words);
    }

    /// A state with this row.
    fn unpack(&self, words: &[u64]) -> Self::State;

    /// Whether the model's own predicate of that number holds in a state:
    /// [`Predicate::Own`](super::Predicate::Own).
    ///
    /// # Panics
    /// If the model has no such predicate.
    fn holds(&self, number: usize, state: &Self::State) -> bool {
        unreachable!("the model has no predicate of number {number}, asked of {state:?}");
    }

    /// Whether [`Searchable::canonicalize`] ever changes a row.
    fn has_symmetry(&self) -> bool {
        false
    }

    /// Makes of `row`, which is that of `state`, the row of the one state that stands for all that
    /// are alike to it.
    ///
    /// A model guarantees of alike states: each step of one has a counterpart of the other, which
    /// leads to an alike state and is a fault of the same kind, of no class of fairness, and a
    /// recovery, just as the step is; classes have counterparts that are the same for all steps
    /// from there on; and every predicate of a [`Question`](super::Question) says the same of both.
    /// States whose counters of [`Searchable::spent`] alone differ are given the same names.
    fn canonicalize(&self, state: &Self::State, row: &mut [u64]) {
        let _ = (state, row);
    }

    /// The kind of fault that a step is, or `None`. Faults are counted and budgeted; no path
    /// that relies on one counts as a recovery.
    fn fault_kind(&self, _action: &Self::Action) -> Option<u8> {
        None
    }

    /// Where a row counts the faults spent, one number for each budget that they are spent from.
    /// A model that names them guarantees that nothing else of a state depends on them: whatever
    /// can happen after some faults can happen after fewer.
    fn spent(&self) -> Vec<Bits> {
        Vec::new()
    }

    /// Whose step it is: the component and the object it works on, as a number. A step of a
    /// component that stays enabled on an object is eventually taken (weak fairness).
    /// `None` for steps that need never happen, as faults do.
    fn fairness(&self, action: &Self::Action) -> Option<u16> {
        self.fault_kind(action).is_none().then_some(0)
    }

    /// Whether a step that is not a fault counts on a way back to a goal. All do, unless a model
    /// says that some only help by accident.
    fn recovers(&self, _state: &Self::State, _action: &Self::Action) -> bool {
        true
    }

    /// What a step is counted as in [`Outcome::labels`](super::Outcome::labels), less than
    /// [`Labels::MOST`](super::Labels::MOST). `None` for steps of which it does not matter whether
    /// they happen.
    fn label(&self, _state: &Self::State, _action: &Self::Action) -> Option<u16> {
        None
    }

    /// What a state is counted as in [`Outcome::labels`](super::Outcome::labels), among the same numbers.
    fn mark(&self, _state: &Self::State) -> Option<u16> {
        None
    }
}

/// A number in a row: `width` bits of word `word`, from bit `shift` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bits {
    /// Which word.
    pub word: usize,
    /// Bits below it in the word.
    pub shift: u32,
    /// How many bits it has, less than 64.
    pub width: u32,
}

impl Bits {
    /// The number in a row.
    #[must_use]
    pub const fn of(self, row: &[u64]) -> u64 {
        row[self.word] >> self.shift & ((1 << self.width) - 1)
    }
}
