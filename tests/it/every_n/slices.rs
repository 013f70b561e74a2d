//! The reference protocol as words: a letter for each ordinal.

use straddle::engine::Formula;
use straddle::internals::every_n::{Invariant, Reasons, Sliced};

use super::reference::{
    Guard, Instruction, MOST, Ordinal, Phase, Place, Plan, Reference, Rules, Side, State, Step,
    Write,
};

/// The protocol for each number of ordinals.
pub struct Slices {
    /// By number of ordinals.
    pub models: Vec<Reference>,
}

/// Which names there are, and where the driver is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    place: Place,
    has_k: bool,
    plans: [Option<Write>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Letter {
    ordinal: Ordinal,
    is_below_source_end: bool,
    is_below_start: bool,
    is_below_end: bool,
    is_k: bool,
    /// By side.
    is_planned: [bool; 2],
}

impl Slices {
    pub fn new(rules: &Rules) -> Self {
        let model = |ordinals| Reference {
            rules: rules.clone(),
            ordinals,
        };
        let most = u8::try_from(MOST).expect("they are few");
        Self {
            models: (0..=most).map(model).collect(),
        }
    }

    pub fn of(&self, ordinals: usize) -> &Reference {
        &self.models[ordinals]
    }

    fn instruction(&self, place: Place) -> Option<Instruction> {
        match place {
            Place::At(number) => Some(self.models[0].rules.program[usize::from(number)]),
            Place::Observe | Place::Done => None,
        }
    }
}

/// What a model of these rules guarantees, in the order of its invariants.
pub fn invariants<S: Sliced<Model = Reference>>(rules: &Rules) -> Vec<Invariant<S>> {
    let local = |arity, formula: Formula<Reference>| Invariant {
        name: formula.name,
        arity,
        holds: Box::new(move |model, state| formula.holds(model, state)),
    };
    let model = Reference {
        rules: rules.clone(),
        ordinals: 0,
    };
    let arities = [1, 1, 1, 2].into_iter();
    arities
        .zip(model.invariants())
        .map(|(arity, formula)| local(arity, formula))
        .collect()
}

impl Sliced for Slices {
    type Model = Reference;
    type Frame = Frame;
    type Letter = Letter;

    fn model(&self, letters: usize) -> Option<&Reference> {
        self.models.get(letters)
    }

    fn split(&self, model: &Reference, state: &State, letters: &mut Vec<Letter>) -> Frame {
        letters.extend(model.ordinals().map(|number| {
            Letter {
                ordinal: state.ordinals[usize::from(number)],
                is_below_source_end: number < state.source_end,
                is_below_start: number < state.start,
                is_below_end: number < state.end,
                is_k: state.k == Some(number),
                is_planned: state
                    .plans
                    .map(|plan| plan.is_some_and(|plan| plan.ordinal == number)),
            }
        }));
        Frame {
            place: state.place,
            has_k: state.k.is_some(),
            plans: state.plans.map(|plan| plan.map(|plan| plan.write)),
        }
    }

    fn join(&self, frame: &Frame, letters: &[Letter]) -> Option<(&Reference, State)> {
        let model = self.model(letters.len())?;
        let mut ordinals = [Ordinal::default(); MOST];
        for (ordinal, letter) in ordinals.iter_mut().zip(letters) {
            *ordinal = letter.ordinal;
        }
        let (source_end, start, end) = (
            mark(letters, |letter| letter.is_below_source_end)?,
            mark(letters, |letter| letter.is_below_start)?,
            mark(letters, |letter| letter.is_below_end)?,
        );
        let k = name(letters, frame.has_k, |letter| letter.is_k)?;
        let mut plans = [None; 2];
        for side in Side::BOTH.map(|side| side as usize) {
            let write = frame.plans[side];
            let ordinal = name(letters, write.is_some(), |letter| letter.is_planned[side])?;
            let plan = write.zip(ordinal);
            plans[side] = plan.map(|(write, ordinal)| Plan { write, ordinal });
        }
        let state = State {
            ordinals,
            source_end,
            start,
            end,
            place: frame.place,
            k,
            plans,
        };
        (start <= end).then_some((model, state))
    }

    fn is_named(&self, letter: &Letter) -> bool {
        letter.is_k || letter.is_planned.contains(&true)
    }

    fn witnesses(&self, model: &Reference, state: &State, step: &Step, next: &State) -> usize {
        let named = newly_named(state, next);
        if matches!(step, Step::Evict(..)) && model.rules.guard == Guard::Majority {
            // No number is enough.
            return self.most_witnesses();
        }
        if *step != Step::Driver {
            return named;
        }
        match model.instruction(state) {
            // One that is not Ready, unless k is that one itself.
            None => {
                let waits = state.start <= state.source_end && Reference::has_unready(state);
                let is_ready =
                    |k: u8| state.ordinals[usize::from(k)].phase(Side::Destination) == Phase::Ready;
                named + usize::from(waits && next.k.is_some_and(is_ready))
            }
            Some(Instruction::SetStart) => named + passed(state, next),
            Some(_) => named,
        }
    }

    /// What an observing driver may see of the destination makes it go to another place.
    fn reasons(&self, frame: &Frame, letter: &Letter) -> Reasons {
        let is_in_range = letter.is_below_end && !letter.is_below_start;
        let is_ready = letter.ordinal.phase(Side::Destination) == Phase::Ready;
        let observes = frame.place == Place::Observe;
        Reasons([u8::from(observes && is_in_range && !is_ready), 0, 0])
    }

    fn most_with(&self, frame: &Frame, Reasons([unready, ..]): Reasons) -> usize {
        let of_driver = match frame.place {
            Place::Observe => 1 + usize::from(unready.min(1)),
            Place::At(_) if self.instruction(frame.place) == Some(Instruction::SetStart) => 2,
            Place::At(_) | Place::Done => 0,
        };
        let rules = &self.models[0].rules;
        if rules.guard == Guard::Majority {
            return self.most_witnesses();
        }
        let decides = rules.plans && frame.plans.contains(&None);
        of_driver.max(usize::from(decides))
    }

    fn most_witnesses(&self) -> usize {
        2
    }
}

/// How many have names that had none.
fn newly_named(state: &State, next: &State) -> usize {
    let before = names(state);
    let mut after: Vec<u8> = names(next);
    after.retain(|name| !before.contains(name));
    after.sort_unstable();
    after.dedup();
    after.len()
}

fn names(state: &State) -> Vec<u8> {
    let plans = state.plans.iter().flatten();
    let planned = plans.map(|plan| plan.ordinal);
    state.k.into_iter().chain(planned).collect()
}

/// How many the slice's start and end have passed on their way. That is how far they have moved,
/// but for k, which is in every part of the state.
fn passed(state: &State, next: &State) -> usize {
    let is_between = |a: u8, b: u8, number: u8| (a.min(b)..a.max(b)).contains(&number);
    let k = state.k;
    (0..8)
        .filter(|&number| k != Some(number))
        .filter(|&number| {
            is_between(state.start, next.start, number) || is_between(state.end, next.end, number)
        })
        .count()
}

/// How many letters are below a mark, if those are the first ones.
fn mark(letters: &[Letter], is_below: impl Fn(&Letter) -> bool) -> Option<u8> {
    let count = letters.iter().take_while(|letter| is_below(letter)).count();
    let is_mark = !letters[count..].iter().any(is_below);
    is_mark.then(|| u8::try_from(count).expect("they are few"))
}

/// Which letter has a name, if one and only one has it just when there is such a name.
#[expect(clippy::option_option, reason = "a word may be none, and a name too")]
fn name(
    letters: &[Letter],
    is_there: bool,
    has_name: impl Fn(&Letter) -> bool,
) -> Option<Option<u8>> {
    let mut named = (0..).zip(letters).filter(|(_, letter)| has_name(letter));
    let first = named.next().map(|(number, _)| number);
    (named.next().is_none() && first.is_some() == is_there).then_some(first)
}
