//! Looks whether a set of views is closed, without looking for one.
//!
//! The words are built in another way than by the fixpoint: of each frame and its named letters all
//! choices of free ones, those that are reasons of some step first, in every order. The steps,
//! and what a step depends on, are those of the model here as there.

use super::views::{Choice, Place, Views, for_each_choice};
use super::{Invariant, Reasons, Sliced};
use crate::engine::Searchable;

/// What keeps a set of views from being a proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// A view of an initial state is not in the set.
    Initial,
    /// A part of one of its views is not in the set.
    Part,
    /// A step leads out of the set.
    Step,
    /// A step depends on more ordinals than any proof bears.
    OutOfClass,
    /// It takes larger views to see whether this invariant is kept.
    TooSmall(&'static str),
    /// A view breaks this invariant.
    Broken(&'static str),
}

/// What it took to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Looked {
    /// Words stepped.
    pub words: u64,
    /// Steps taken.
    pub steps: u64,
}

/// Looks whether `views` has the views of all initial states, is closed under the steps of the
/// model, and keeps the invariants.
///
/// # Errors
/// The first flaw.
pub fn recheck<S: Sliced>(
    sliced: &S,
    views: &Views<S>,
    invariants: &[Invariant<S>],
) -> Result<Looked, Flaw> {
    let mut larger = invariants
        .iter()
        .filter(|invariant| invariant.arity > views.free);
    if let Some(invariant) = larger.next() {
        return Err(Flaw::TooSmall(invariant.name));
    }
    let mut word = Vec::new();
    for model in sliced.models() {
        for state in model.initial_states() {
            word.clear();
            let frame = sliced.split(model, &state, &mut word);
            if views.missing(sliced, &frame, &word) > 0 {
                return Err(Flaw::Initial);
            }
        }
    }
    for number in 0..u32::try_from(views.len()).expect("fewer than 2^32 views") {
        let view = views.view(number);
        let (model, state) = views.state(sliced, &view);
        word.clear();
        let frame = sliced.split(model, &state, &mut word);
        if views.missing(sliced, &frame, &word) > 0 {
            return Err(Flaw::Part);
        }
        let broken = invariants
            .iter()
            .find(|invariant| !(invariant.holds)(model, &state));
        if let Some(invariant) = broken {
            return Err(Flaw::Broken(invariant.name));
        }
    }
    let mut looking = Looking {
        sliced,
        views,
        looked: Looked::default(),
    };
    for stem in 0..views.stems() {
        looking.look(stem)?;
    }
    Ok(looking.looked)
}

struct Looking<'a, S: Sliced> {
    sliced: &'a S,
    views: &'a Views<S>,
    looked: Looked,
}

/// A choice of free letters of one stem.
struct Chosen<'a> {
    stem: u32,
    all: &'a [Choice],
    letters: Vec<Place>,
}

impl<S: Sliced> Looking<'_, S> {
    /// Every word of a stem.
    fn look(&mut self, stem: u32) -> Result<(), Flaw> {
        let options = self.views.options(stem);
        let (telling, silent): (Vec<_>, Vec<_>) = options
            .all
            .iter()
            .copied()
            .partition(|choice| !choice.reasons.is_empty());
        let all = [telling.as_slice(), silent.as_slice()].concat();
        let mut choice = Chosen {
            stem,
            all: &all,
            letters: Vec::new(),
        };
        let reasons = options.named;
        self.choose(&mut choice, 0, reasons)
    }

    /// Chooses further letters, from that of place `from` on: those with reasons come first.
    fn choose(
        &mut self,
        choice: &mut Chosen<'_>,
        from: usize,
        reasons: Reasons,
    ) -> Result<(), Flaw> {
        let beside = choice.letters.len().saturating_sub(self.views.free);
        let most = self.sliced.most_witnesses();
        let room = self.views.options(choice.stem).room(reasons);
        if beside <= room {
            self.arrange(choice.stem, &choice.letters.clone())?;
        }
        if beside == most {
            return Ok(());
        }
        for (at, letter) in choice.all.iter().enumerate().skip(from) {
            // Behind those with reasons no more room is made.
            if letter.reasons.is_empty()
                && beside >= room
                && choice.letters.len() >= self.views.free
            {
                break;
            }
            choice.letters.push(letter.place);
            let result = self.choose(choice, at, reasons.and(letter.reasons));
            choice.letters.pop();
            result?;
        }
        Ok(())
    }

    /// The chosen letters in every order of their ordinals.
    fn arrange(&mut self, stem: u32, chosen: &[Place]) -> Result<(), Flaw> {
        let mut sorted = chosen.to_vec();
        sorted.sort_unstable();
        loop {
            if sorted.is_sorted_by_key(|place| place.slot()) && self.has_views(stem, &sorted) {
                self.step(stem, &sorted)?;
            }
            if !next_permutation(&mut sorted) {
                return Ok(());
            }
        }
    }

    fn has_views(&self, stem: u32, word: &[Place]) -> bool {
        let mut has_all = true;
        for_each_choice(word, self.views.free, &mut |places| {
            has_all &= self.views.has(stem, places);
        });
        has_all
    }

    fn step(&mut self, stem: u32, free: &[Place]) -> Result<(), Flaw> {
        let (sliced, views) = (self.sliced, self.views);
        let mut word = Vec::new();
        views.spell(stem, free, &mut word);
        let Some((model, state)) = sliced.join(views.frame(stem), &word) else {
            return Ok(());
        };
        let beside = free.len().saturating_sub(views.free);
        let mut result = Ok(());
        let mut letters = Vec::new();
        let mut steps = 0;
        model.successors(&state, &mut |step, next| {
            let witnesses = sliced.witnesses(model, &state, &step, next);
            if witnesses > sliced.most_witnesses() {
                result = Err(Flaw::OutOfClass);
            } else if witnesses >= beside {
                steps += 1;
                letters.clear();
                let frame = sliced.split(model, next, &mut letters);
                if views.missing(sliced, &frame, &letters) > 0 {
                    result = Err(Flaw::Step);
                }
            }
        });
        self.looked.words += 1;
        self.looked.steps += steps;
        result
    }
}

/// The next order of a sequence, if there is one.
fn next_permutation(places: &mut [Place]) -> bool {
    let Some(pivot) = places.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let last = places.iter().rposition(|place| *place > places[pivot]);
    places.swap(pivot, last.expect("the one behind it is larger"));
    places[pivot + 1..].reverse();
    true
}
