//! Search. Knows the [`stateright::Model`] trait and nothing of Kubernetes.
//!
//! A model that is to be searched by our own engine implements [`Searchable`] beside
//! `stateright::Model`: that trait is the seam at which one engine replaces another.

pub mod checkpoint;
pub mod cross_check;
mod edges;
pub mod exhaustive;
mod expand;
mod gather;
mod labels;
mod limits;
pub mod liveness;
mod recent;
mod recoverable;
pub mod simulate;
mod space;
mod store;
mod trace;

pub use labels::Labels;

use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::time::Duration;

/// What a search needs to know of a model beyond `stateright::Model`.
///
/// A state is searched as a row of [`Searchable::words`] words. Its rules run on the state itself,
/// so that they exist once; the row is how states are kept, compared and counted.
pub trait Searchable:
    stateright::Model<
        State: Clone + PartialEq + Debug,
        Action: Clone + PartialEq + Debug + Send + Sync,
    > + Sync
{
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

    /// Whether [`Searchable::canonicalize`] ever changes a row.
    fn has_symmetry(&self) -> bool {
        false
    }

    /// Makes of `row`, which is that of `state`, the row of the one state that stands for all that
    /// are alike to it.
    ///
    /// A model promises of alike states: each step of one has a counterpart of the other, which
    /// leads to an alike state and is a fault of the same kind, of no class of fairness, and a
    /// recovery, just as the step is; classes have counterparts that are the same for all steps
    /// from there on; and every predicate of a [`Question`] says the same of both. States whose
    /// counters of [`Searchable::spent`] alone differ are given the same names.
    fn canonicalize(&self, state: &Self::State, row: &mut [u64]) {
        let _ = (state, row);
    }

    /// Calls `visit` with each step that is enabled in `state` and the state it leads to, always
    /// in the same order.
    fn successors(&self, state: &Self::State, visit: &mut impl FnMut(Self::Action, &Self::State));

    /// The kind of fault that a step is, or `None`. Faults are counted and budgeted; no path
    /// that relies on one counts as a recovery.
    fn fault_kind(&self, action: &Self::Action) -> Option<u8>;

    /// Where a row counts the faults spent, one number for each budget that they are spent from.
    /// A model that names them promises that nothing else of a state depends on them: whatever
    /// can happen after some faults can happen after fewer.
    fn spent(&self) -> Vec<Bits> {
        Vec::new()
    }

    /// Whose step it is: the component and the object it works on, as a number. A step of a
    /// component that goes on being able to act on an object happens at last (weak fairness).
    /// `None` for steps that need never happen, as faults do.
    fn fairness(&self, action: &Self::Action) -> Option<u16> {
        self.fault_kind(action).is_none().then_some(0)
    }

    /// Whether a step that is no fault counts on a way back to the goal. All do, unless a model
    /// says that some only help by accident.
    fn recovers(&self, _state: &Self::State, _action: &Self::Action) -> bool {
        true
    }

    /// What a step is counted as in [`Outcome::labels`], less than [`Labels::MOST`]. `None` for
    /// steps of which nobody wants to know whether they happen.
    fn label(&self, _state: &Self::State, _action: &Self::Action) -> Option<u16> {
        None
    }

    /// What a state is counted as in [`Outcome::labels`], among the same numbers.
    fn mark(&self, _state: &Self::State) -> Option<u16> {
        None
    }

    /// Always-properties, in the order in which verdicts are given.
    fn invariants(&self) -> Vec<Invariant<Self>>
    where
        Self: Sized;

    /// Whether a state keeps all of [`Searchable::invariants`], if that is quickly seen of a state
    /// as a whole. One for which the answer is `false` is asked for one after another.
    fn keeps_all(&self, _state: &Self::State) -> bool {
        false
    }

    /// The state that [`Question::recoverable`] and [`Question::completes`] ask for.
    fn is_goal(&self, state: &Self::State) -> bool;

    /// Whether a state is as good as the goal once that has been reached: what a lasting fault
    /// does by itself may be allowed for.
    fn keeps_goal(&self, state: &Self::State) -> bool {
        self.is_goal(state)
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

/// An always-property of a model.
pub struct Invariant<M: stateright::Model> {
    /// Its name in reports.
    pub name: &'static str,
    /// Whether it holds in a state.
    pub holds: fn(&M, &M::State) -> bool,
}

impl<M: stateright::Model> Clone for Invariant<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: stateright::Model> Copy for Invariant<M> {}

/// What a search is asked to decide.
pub struct Question<M: stateright::Model> {
    /// The always-properties. One with the name of one of [`Searchable::invariants`] is that one.
    pub invariants: Vec<Invariant<M>>,
    /// Whether from every reachable state the goal can be reached without a further fault.
    pub recoverable: bool,
    /// Whether every fair path reaches the goal.
    pub completes: bool,
    /// Whether every fair path that reaches the goal keeps it from some point on.
    pub stays_migrated: bool,
    /// Whether states are looked for in which nothing but a fault can happen and that are not the
    /// goal.
    pub ends: bool,
    /// Another goal than the model's own.
    pub goal: Option<fn(&M, &M::State) -> bool>,
    /// Stop at the first property found violated.
    pub fail_fast: bool,
}

impl<M: stateright::Model> Question<M> {
    /// Whether these hold in every reachable state, and nothing else.
    #[must_use]
    pub const fn always(invariants: Vec<Invariant<M>>) -> Self {
        Self {
            invariants,
            recoverable: false,
            completes: false,
            stays_migrated: false,
            ends: false,
            goal: None,
            fail_fast: false,
        }
    }
}

impl<M: stateright::Model> Clone for Question<M> {
    fn clone(&self) -> Self {
        Self {
            invariants: self.invariants.clone(),
            ..*self
        }
    }
}

/// How a search goes about its work. None of it changes a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Threads.
    pub threads: NonZeroUsize,
    /// In which order states are expanded.
    pub order: Order,
    /// What is kept of a state.
    pub store: StoreKind,
    /// Leave out states that others cover: the same but for fewer faults spent. Only when the
    /// fewest faults come first, and with whole states.
    pub dominance: bool,
    /// Let one state stand for all that are alike to it: [`Searchable::canonicalize`].
    pub symmetry: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            order: Order::default(),
            store: StoreKind::default(),
            dominance: true,
            symmetry: false,
        }
    }
}

impl From<NonZeroUsize> for Settings {
    fn from(threads: NonZeroUsize) -> Self {
        Self {
            threads,
            ..Self::default()
        }
    }
}

/// In which order states are expanded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Fewest faults first, then fewest steps. Each number of faults is a layer with a verdict of
    /// its own.
    #[default]
    FewestFaults,
    /// Fewest steps first, whatever the faults.
    Shortest,
}

/// What is kept of a state that has been found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StoreKind {
    /// All of it.
    #[default]
    Exact,
    /// A fingerprint of 128 bits. Two states that share one are taken for one.
    Fingerprint,
}

/// Where a search stops before it has finished.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Unique states.
    pub states: Option<u64>,
    /// Steps from the initial state.
    pub depth: Option<u32>,
    /// Wall-clock time.
    pub time: Option<Duration>,
    /// Bytes that the search itself holds.
    pub memory: Option<u64>,
}

/// Why a search stopped before it had finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// `Bounds::states`.
    States,
    /// `Bounds::depth`.
    Depth,
    /// `Bounds::time`.
    Time,
    /// `Bounds::memory`.
    Memory,
    /// Somebody asked it to.
    Interrupted,
    /// Another property was violated, and one was enough.
    FailFast,
    /// This engine cannot decide properties of this kind.
    NotDecidedByThisEngine,
}

/// What is known of one property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict<A> {
    /// The whole space was searched.
    Holds,
    /// With the path that shows it: fewest faults, then fewest steps.
    Violated(Trace<A>),
    /// Nothing is known.
    Inconclusive(StopReason),
}

/// A path from an initial state; with a loop, an endless one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace<A> {
    /// Which of the model's initial states it starts from.
    pub initial: usize,
    /// The steps, first to last.
    pub steps: Vec<A>,
    /// How many of them are faults.
    pub faults: u32,
    /// Of an endless path: the steps from this place on, counted from 0, repeat for ever; if
    /// none are left, nothing happens any more.
    pub loop_start: Option<usize>,
    /// Why the loop is fair to each class of steps that some state of it enables.
    pub fair: Vec<Fairness>,
}

/// Why an endless path is fair to a class of steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fairness {
    /// The class: [`Searchable::fairness`].
    pub class: u16,
    /// Why.
    pub why: WhyFair,
}

/// Why an endless path is fair to a class of steps. Steps count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyFair {
    /// This step, which happens again and again, is one of them.
    Happens(usize),
    /// After so many steps none of them is enabled, again and again.
    NotEnabled(usize),
}

impl<A: Clone> Trace<A> {
    /// The states along the path, the initial one first.
    ///
    /// # Panics
    /// If a step is not enabled in the model.
    #[must_use]
    pub fn states<M>(&self, model: &M) -> Vec<M::State>
    where
        M: stateright::Model<Action = A, State: Clone>,
    {
        let mut states = vec![model.init_states().swap_remove(self.initial)];
        for step in &self.steps {
            let state = states.last().expect("there is an initial one");
            let next = model.next_state(state, step.clone());
            states.push(next.expect("the steps of a trace are enabled"));
        }
        states
    }
}

/// One property's verdict, and that of each finished layer of faults.
#[derive(Clone, Debug)]
pub struct Decision<A> {
    /// The property's name.
    pub name: &'static str,
    /// For all layers together.
    pub verdict: Verdict<A>,
    /// `layers[f]`: whether the property holds with at most `f` faults. Unfinished layers are
    /// absent.
    pub layers: Vec<bool>,
}

/// What a search found, and what it cost.
#[derive(Clone, Debug)]
pub struct Outcome<A> {
    /// One for each property asked for, in the order of the question: always-properties, then
    /// `recoverable`, `completes`, `stays-migrated`.
    pub decisions: Vec<Decision<A>>,
    /// The kinds of fault that struck somewhere in the space: bit i is kind i.
    pub faults_fired: u64,
    /// The labels of all states and steps that were looked at.
    pub labels: Labels,
    /// What [`Question::ends`] asks for.
    pub ends: Ends<A>,
    /// Whether some state is the goal. Known where [`Question::stays_migrated`] holds of a whole
    /// space; else it may be missed.
    pub reaches_goal: bool,
    /// What the search cost.
    pub statistics: Statistics,
}

/// States in which nothing but a fault can happen, other than the goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends<A> {
    /// How many.
    pub number: u64,
    /// The way to one with the fewest faults, then the fewest steps.
    pub nearest: Option<Trace<A>>,
}

impl<A> Default for Ends<A> {
    fn default() -> Self {
        Self {
            number: 0,
            nearest: None,
        }
    }
}

/// What a search cost.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Statistics {
    /// Distinct states.
    pub unique_states: u64,
    /// Steps between them, each (state, step) once.
    pub transitions: u64,
    /// The most steps from the initial state.
    pub depth: u32,
    /// One state stood for all that are alike to it.
    pub symmetric: bool,
    /// Every reachable state has been expanded.
    pub complete: bool,
    /// Why not.
    pub stopped: Option<StopReason>,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// The most bytes that the search held at once.
    pub peak_bytes: u64,
    /// How many states have been missed, to be expected, because two shared a fingerprint.
    pub expected_missed: f64,
}

/// A look at a search that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Distinct states so far.
    pub unique_states: u64,
    /// Steps from the initial state of the level under way.
    pub depth: u32,
    /// Faults of the layer under way.
    pub faults: u32,
    /// States of the level under way; 0 while questions about paths are decided.
    pub frontier: u64,
    /// Bytes held.
    pub bytes: u64,
    /// Of the distinct states, those that an earlier run has found.
    pub found_before: u64,
}

/// Somebody who watches a search.
pub trait Observer<A>: Sync {
    /// Between two parts of a level, and now and then while questions about paths are decided. The
    /// search stops if the answer is `true`.
    fn progress(&self, progress: &Progress) -> bool;

    /// A property has just been found violated.
    fn violated(&self, name: &'static str, trace: &Trace<A>);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl<A> Observer<A> for Unobserved {
    fn progress(&self, _: &Progress) -> bool {
        false
    }
    fn violated(&self, _: &'static str, _: &Trace<A>) {}
}
