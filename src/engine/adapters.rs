//! Our models for stateright's checkers, and stateright's models for our engine.

use std::fmt::Debug;

use stateright::{Expectation, Model, Property};

use super::{Claim, Formula, Predicate, Question, Searchable};

/// One of our models, and the invariants of a question as stateright's properties. What else is
/// asked stateright has no words for.
pub struct ToStateright<M: Searchable> {
    /// The model.
    pub model: M,
    /// What is asked of it.
    pub question: Question<M>,
}

impl<M: Searchable> Model for ToStateright<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<Self::State> {
        self.model.initial_states()
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        self.model.enabled(state, actions);
    }

    fn next_state(&self, state: &Self::State, action: Self::Action) -> Option<Self::State> {
        self.model.successor(state, &action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let invariants = self.question.invariants();
        invariants
            .map(|(place, _)| always(self.question.formulas[place].name, place))
            .collect()
    }
}

impl<M: Searchable> Judge for ToStateright<M> {
    fn judge(&self, number: usize, state: &Self::State) -> bool {
        self.question.formulas[number].holds(&self.model, state)
    }
}

/// A model of stateright's that numbers its conditions.
pub trait Judge: Model + Sized {
    /// Whether the condition of that number holds in a state.
    fn judge(&self, number: usize, state: &Self::State) -> bool;
}

/// An always-property: the condition of that number.
///
/// # Panics
/// If the number is not below [`MOST_CONDITIONS`].
#[must_use]
pub fn always<M: Judge>(name: &'static str, number: usize) -> Property<M> {
    Property::always(name, condition(number))
}

/// The condition of that number as a function, in which the number is a constant: what follows
/// from it alone is worked out by the compiler.
///
/// # Panics
/// If the number is not below [`MOST_CONDITIONS`].
#[inline]
#[must_use]
pub fn condition<M: Judge>(number: usize) -> fn(&M, &M::State) -> bool {
    assert!(
        number < MOST_CONDITIONS,
        "condition {number} is one too many: there can be {MOST_CONDITIONS}"
    );
    Conditions::ALL[number]
}

/// The most conditions of a model.
pub const MOST_CONDITIONS: usize = 32;

struct Conditions<M>(M);

macro_rules! by_number {
    ($($number:literal)*) => { [$(|model, state| model.judge($number, state)),*] };
}

impl<M: Judge> Conditions<M> {
    const ALL: [fn(&M, &M::State) -> bool; MOST_CONDITIONS] = by_number![
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    ];
}

/// One of stateright's models, whose states can be told by so many words each.
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use stateright::{Model, Property};
/// use straddle::engine::adapters::FromStateright;
/// use straddle::engine::{Bounds, Question, Unobserved, Verdict, exhaustive};
///
/// /// A clock that can be turned back by an hour or forward by five.
/// struct Clock;
///
/// impl Model for Clock {
///     type State = [u64; 1];
///     type Action = u64;
///
///     fn init_states(&self) -> Vec<[u64; 1]> {
///         vec![[0]]
///     }
///
///     fn actions(&self, _: &[u64; 1], hours: &mut Vec<u64>) {
///         hours.extend([11, 5]);
///     }
///
///     fn next_state(&self, &[hour]: &[u64; 1], hours: u64) -> Option<[u64; 1]> {
///         Some([(hour + hours) % 12])
///     }
///
///     fn properties(&self) -> Vec<Property<Self>> {
///         vec![Property::always("not three", |_, hour| *hour != [3])]
///     }
/// }
///
/// let clock = FromStateright::new(Clock);
/// let question = Question::new(clock.formulas());
/// let (bounds, threads) = (Bounds::default(), NonZeroUsize::MIN);
/// let outcome = exhaustive::check(&clock, &question, &bounds, threads, &Unobserved);
/// let Verdict::Violated(trace) = &outcome.decisions[0].verdict else {
///     panic!("three o'clock can be reached");
/// };
/// assert_eq!(trace.steps, [11, 11, 5]);
/// ```
pub struct FromStateright<M: Model, const WORDS: usize> {
    model: M,
    properties: Vec<Property<M>>,
}

impl<M: Model, const WORDS: usize> FromStateright<M, WORDS>
where
    Self: Searchable,
{
    /// The model for our engine.
    #[must_use]
    pub fn new(model: M) -> Self {
        let properties = model.properties();
        Self { model, properties }
    }

    /// The properties of the model: always as an invariant, eventually as what it says. Here an
    /// endless path may break it, too, which stateright does not look for. Those of the kind
    /// `sometimes` are left out.
    #[must_use]
    pub fn formulas(&self) -> Vec<Formula<Self>> {
        let properties = self.properties.iter().enumerate();
        let formula = |(number, property): (usize, &Property<M>)| {
            let claim = match property.expectation {
                Expectation::Always => Claim::Invariant(Predicate::Own(number)),
                Expectation::Eventually => Claim::Eventually(Predicate::Own(number)),
                Expectation::Sometimes => return None,
            };
            let name = property.name;
            Some(Formula { name, claim })
        };
        properties.filter_map(formula).collect()
    }
}

impl<M, const WORDS: usize> Searchable for FromStateright<M, WORDS>
where
    M: Model + Sync,
    M::State: Clone + PartialEq + Debug + Into<[u64; WORDS]> + From<[u64; WORDS]>,
    M::Action: Clone + PartialEq + Debug + Send + Sync,
{
    type State = M::State;
    type Action = M::Action;

    fn initial_states(&self) -> Vec<M::State> {
        self.model.init_states()
    }

    fn successors(&self, state: &M::State, visit: &mut impl FnMut(M::Action, &M::State)) {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        for action in actions {
            if let Some(next) = self.successor(state, &action) {
                visit(action, &next);
            }
        }
    }

    fn successor(&self, state: &M::State, action: &M::Action) -> Option<M::State> {
        let next = self.model.next_state(state, action.clone())?;
        self.model.within_boundary(&next).then_some(next)
    }

    fn words(&self) -> usize {
        WORDS
    }

    fn pack(&self, state: &M::State, words: &mut [u64]) {
        words.copy_from_slice(&state.clone().into());
    }

    fn unpack(&self, words: &[u64]) -> M::State {
        let words: [u64; WORDS] = words.try_into().expect("a row has so many words");
        words.into()
    }

    fn holds(&self, number: usize, state: &M::State) -> bool {
        (self.properties[number].condition)(&self.model, state)
    }
}
