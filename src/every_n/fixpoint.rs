//! The least set of views that is closed under the steps of a model.

use super::views::{Place, Views};
use super::words::Words;
use super::{Invariant, Sliced};
use crate::engine::Searchable;

/// When to give up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Views.
    pub views: usize,
    /// Words.
    pub words: u64,
}

impl Default for Limits {
    /// Some seconds, and a few hundred megabytes.
    fn default() -> Self {
        Self {
            views: 1_000_000,
            words: 8_000_000,
        }
    }
}

/// Why there is no closed set of views.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GaveUp {
    /// `Limits::views`.
    Views,
    /// `Limits::words`.
    Words,
    /// A step depends on more ordinals than [`Sliced::most_witnesses`].
    OutOfClass,
    /// It was asked to stop.
    Interrupted,
}

/// A set of views that is closed, and what is kept in all of them.
pub struct Closure<S: Sliced> {
    /// The views.
    pub views: Views<S>,
    /// How many words were stepped.
    pub words: u64,
    /// How many steps they have.
    pub steps: u64,
    /// For each invariant whether it is kept in all views, and they have room for what breaks it.
    pub kept: Vec<bool>,
}

/// Finds the least closed set of views of at most `free` free ordinals. `stop` is asked between
/// two views.
///
/// # Errors
/// Why it was given up.
pub fn close<S: Sliced>(
    sliced: &S,
    free: usize,
    invariants: &[Invariant<S>],
    limits: Limits,
    stop: &dyn Fn(usize) -> bool,
) -> Result<Closure<S>, GaveUp> {
    let mut closing = Closing {
        sliced,
        closure: Closure {
            views: initial(sliced, free),
            words: 0,
            steps: 0,
            // Smaller views than an invariant is about say nothing of it.
            kept: invariants
                .iter()
                .map(|invariant| invariant.arity <= free)
                .collect(),
        },
        scratch: Scratch::default(),
    };
    let mut words = Words::default();
    let mut found = Vec::new();
    let mut number = 0;
    while number < closing.closure.views.len() {
        if stop(number) {
            return Err(GaveUp::Interrupted);
        }
        let view = u32::try_from(number).expect("fewer than 2^32 views");
        closing.keep(view, invariants);
        words.completed_by(sliced, &closing.closure.views, view, &mut |stem, word| {
            found.push((stem, word.to_vec()));
        });
        for (stem, word) in found.drain(..) {
            closing.step(stem, &word)?;
        }
        if closing.closure.views.len() > limits.views {
            return Err(GaveUp::Views);
        }
        if closing.closure.words > limits.words {
            return Err(GaveUp::Words);
        }
        number += 1;
    }
    Ok(closing.closure)
}

/// The views of the initial states. One of many ordinals has no view that one of few has not.
fn initial<S: Sliced>(sliced: &S, free: usize) -> Views<S> {
    let mut views = Views::new(free);
    let mut word = Vec::new();
    for model in sliced.models() {
        for state in model.initial_states() {
            word.clear();
            let frame = sliced.split(model, &state, &mut word);
            views.insert_all(sliced, &frame, &word);
        }
    }
    views
}

struct Closing<'a, S: Sliced> {
    sliced: &'a S,
    closure: Closure<S>,
    scratch: Scratch<S>,
}

struct Scratch<S: Sliced> {
    word: Vec<S::Letter>,
    /// The successors of a word: each a frame, and where its letters begin.
    frames: Vec<(S::Frame, usize)>,
    letters: Vec<S::Letter>,
}

impl<S: Sliced> Default for Scratch<S> {
    fn default() -> Self {
        Self {
            word: Vec::new(),
            frames: Vec::new(),
            letters: Vec::new(),
        }
    }
}

impl<S: Sliced> Closing<'_, S> {
    /// Notes the invariants that a view breaks.
    fn keep(&mut self, view: u32, invariants: &[Invariant<S>]) {
        let views = &self.closure.views;
        let (model, state) = views.state(self.sliced, &views.view(view));
        for (kept, invariant) in self.closure.kept.iter_mut().zip(invariants) {
            *kept = *kept && (invariant.holds)(model, &state);
        }
    }

    /// Takes every step of a word that depends on all of it.
    fn step(&mut self, stem: u32, free: &[Place]) -> Result<(), GaveUp> {
        let (sliced, views) = (self.sliced, &mut self.closure.views);
        let Scratch {
            word,
            frames,
            letters,
        } = &mut self.scratch;
        views.spell(stem, free, word);
        let Some((model, state)) = sliced.join(views.frame(stem), word) else {
            return Ok(());
        };
        self.closure.words += 1;
        let beside = free.len().saturating_sub(views.free);
        let mut is_in_class = true;
        frames.clear();
        letters.clear();
        model.successors(&state, &mut |step, next| {
            let witnesses = sliced.witnesses(model, &state, &step, next);
            is_in_class &= witnesses <= sliced.most_witnesses();
            if witnesses >= beside {
                self.closure.steps += 1;
                let start = letters.len();
                frames.push((sliced.split(model, next, letters), start));
            }
        });
        let ends = frames.iter().skip(1).map(|(_, start)| *start);
        let ends = ends.chain([letters.len()]);
        for ((frame, start), end) in frames.iter().zip(ends.collect::<Vec<_>>()) {
            views.insert_all(sliced, frame, &letters[*start..end]);
        }
        if is_in_class {
            Ok(())
        } else {
            Err(GaveUp::OutOfClass)
        }
    }
}
