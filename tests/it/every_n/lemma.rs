//! What a proof for every number of ordinals rests on, put to the test for any model in slices:
//! the lemma of [`Sliced::witnesses`], and that no reachable state is left out.

use std::collections::HashSet;

use straddle::engine::Searchable;
use straddle::internals::every_n::fixpoint::{Closure, Limits, close};
use straddle::internals::every_n::views::Views;
use straddle::internals::every_n::{Invariant, Reasons, Sliced, StateOf, StepOf};

/// A state in words: its frame and its letters.
type Word<S> = (<S as Sliced>::Frame, Vec<<S as Sliced>::Letter>);

/// The least closed set of views, which is expected to exist.
pub fn closed<S: Sliced>(sliced: &S, free: usize, invariants: &[Invariant<S>]) -> Closure<S> {
    let closure = close(sliced, free, invariants, Limits::default(), &|_| false);
    closure.unwrap_or_else(|why| panic!("no closed set: {why:?}"))
}

fn word<S: Sliced>(sliced: &S, model: &S::Model, state: &StateOf<S>) -> Word<S> {
    let mut letters = Vec::new();
    let frame = sliced.split(model, state, &mut letters);
    (frame, letters)
}

/// The reachable states of so many letters, in the order of their least number of steps.
///
/// # Panics
/// If there are more than `most`.
pub fn reachable<S: Sliced>(sliced: &S, letters: usize, most: usize) -> Vec<StateOf<S>> {
    let model = sliced.model(letters).expect("a size that there is");
    let mut seen = HashSet::new();
    let mut states: Vec<StateOf<S>> = Vec::new();
    let mut found = model.initial_states();
    let mut next = 0;
    loop {
        for state in found.drain(..) {
            let mut row = vec![0; model.words()];
            model.pack(&state, &mut row);
            if seen.insert(row) {
                states.push(state);
            }
        }
        assert!(states.len() <= most, "more than {most} states");
        let Some(state) = states.get(next) else {
            return states;
        };
        model.successors(state, &mut |_, next| found.push(next.clone()));
        next += 1;
    }
}

/// How many views of the reachable states of so many letters are not in the set. None must be.
pub fn coverage<S: Sliced>(sliced: &S, views: &Views<S>, letters: usize, most: usize) -> usize {
    let model = sliced.model(letters).expect("a size that there is");
    let states = reachable(sliced, letters, most);
    let missing = states.iter().map(|state| {
        let (frame, letters) = word(sliced, model, state);
        views.missing(sliced, &frame, &letters)
    });
    missing.sum()
}

/// A description of the first step of a state that is not as [`Sliced::witnesses`] requires, for
/// views of at most `free` free ordinals.
pub fn restriction<S: Sliced>(
    sliced: &S,
    model: &S::Model,
    state: &StateOf<S>,
    free: usize,
) -> Option<String> {
    let parts = Parts {
        sliced,
        before: word(sliced, model, state),
        free,
    };
    let mut unmatched = None;
    model.successors(state, &mut |step, next| {
        if unmatched.is_none() {
            let after = word(sliced, model, next);
            let witnesses = sliced.witnesses(model, state, &step, next);
            let found = parts.unmatched(witnesses, &after);
            unmatched = found.map(|found| {
                format!("{step:?} depends on {witnesses}\nfrom {state:?}\nto   {next:?}\n{found}")
            });
        }
    });
    unmatched
}

/// A set of letters by number.
type Set = u32;

/// The parts of a state.
struct Parts<'a, S: Sliced> {
    sliced: &'a S,
    before: Word<S>,
    free: usize,
}

impl<S: Sliced> Parts<'_, S> {
    /// The first choice of letters for which a step to `after` has no match.
    fn unmatched(&self, witnesses: usize, after: &Word<S>) -> Option<String> {
        let count = self.before.1.len();
        assert_eq!(count, after.1.len(), "a step keeps all ordinals");
        if witnesses > self.sliced.most_witnesses() {
            let is_seen = self.is_seen_out_of_class();
            return (!is_seen).then(|| "no small part of it says that it is out of class".into());
        }
        let named = self.named(&after.1);
        choices(all(count) & !named, self.free)
            .map(|viewed| viewed | named)
            .find(|&kept| !self.is_matched(witnesses, after, kept))
            .map(|kept| format!("unmatched for the ordinals {:?}", numbers(kept)))
    }

    fn named(&self, letters: &[S::Letter]) -> Set {
        let named = (0..letters.len()).filter(|&at| self.sliced.is_named(&letters[at]));
        named.fold(0, |set, at| set | 1 << at)
    }

    /// Whether the step to `after` is none to the letters `kept`, or a part of the state with at
    /// most so many further ones has one that is the same to them.
    fn is_matched(&self, witnesses: usize, after: &Word<S>, kept: Set) -> bool {
        let (frame, letters) = &self.before;
        let named = self.named(letters);
        let is_same = |at: usize| letters[at] == after.1[at];
        if named & !kept == 0 && *frame == after.0 && numbers(kept).into_iter().all(is_same) {
            return true;
        }
        let part = kept | named;
        choices(all(letters.len()) & !part, witnesses)
            .any(|further| self.has_step(part | further, kept, after))
    }

    /// Whether a part of the state has a step that is to the letters `kept` what the step to
    /// `after` is, and whether that part is one that is looked at.
    fn has_step(&self, part: Set, kept: Set, after: &Word<S>) -> bool {
        let (frame, letters) = &self.before;
        let own = numbers(part);
        let word: Vec<S::Letter> = own.iter().map(|&at| letters[at].clone()).collect();
        let Some((model, state)) = self.sliced.join(frame, &word) else {
            return false;
        };
        let further = self.further(&word);
        if !self.is_grown(&word, further) {
            return false;
        }
        let is_kept = |at: usize| kept >> own[at] & 1 == 1;
        let mut has_step = false;
        let mut found = Vec::new();
        model.successors(&state, &mut |step, next| {
            if has_step {
                return;
            }
            found.clear();
            let frame = self.sliced.split(model, next, &mut found);
            let is_same = |at: usize| {
                if is_kept(at) {
                    found[at] == after.1[own[at]]
                } else {
                    !self.sliced.is_named(&found[at])
                }
            };
            has_step = frame == after.0
                && (0..own.len()).all(is_same)
                && self.sliced.witnesses(model, &state, &step, next) >= further;
        });
        has_step
    }

    /// How many free letters a word has beyond those of a view.
    fn further(&self, word: &[S::Letter]) -> usize {
        let free = word.iter().filter(|letter| !self.sliced.is_named(letter));
        free.count().saturating_sub(self.free)
    }

    /// Whether a word is found from each of its views, letter by letter in some order.
    fn is_grown(&self, word: &[S::Letter], further: usize) -> bool {
        if further == 0 {
            return true;
        }
        let free = all(word.len()) & !self.named(word);
        let views = choices(free, self.free).filter(|view| view.count_ones() as usize == self.free);
        let named = all(word.len()) & !free;
        let mut views = views.map(|view| view | named);
        views.all(|view| self.grows(word, view, 0))
    }

    fn grows(&self, word: &[S::Letter], part: Set, added: usize) -> bool {
        if part == all(word.len()) {
            return true;
        }
        let frame = &self.before.0;
        let rest = numbers(all(word.len()) & !part);
        added < self.sliced.most_witnesses()
            && rest.into_iter().any(|at| {
                let part = part | 1 << at;
                let letters = numbers(part).into_iter().map(|at| &word[at]);
                let reasons = letters.map(|letter| self.sliced.reasons(frame, letter));
                let reasons = reasons.fold(Reasons::default(), Reasons::and);
                self.sliced.most_with(frame, reasons) > added && self.grows(word, part, added + 1)
            })
    }

    /// Whether some part of the state that is looked at has a step that depends on more than any
    /// may. Then there is no proof, and nothing needs a match.
    fn is_seen_out_of_class(&self) -> bool {
        let (frame, letters) = &self.before;
        let (named, most) = (self.named(letters), self.sliced.most_witnesses());
        choices(all(letters.len()) & !named, self.free + most).any(|free| {
            let own = numbers(free | named);
            let word: Vec<S::Letter> = own.iter().map(|&at| letters[at].clone()).collect();
            let further = self.further(&word);
            let joined = self.sliced.join(frame, &word);
            joined.is_some_and(|(model, state)| {
                self.is_grown(&word, further) && exceeds(self.sliced, model, &state)
            })
        })
    }
}

/// Whether some step of a state depends on more ordinals than any may.
fn exceeds<S: Sliced>(sliced: &S, model: &S::Model, state: &StateOf<S>) -> bool {
    let mut exceeds = false;
    model.successors(state, &mut |step: StepOf<S>, next| {
        exceeds |= sliced.witnesses(model, state, &step, next) > sliced.most_witnesses();
    });
    exceeds
}

const fn all(count: usize) -> Set {
    (1 << count) - 1
}

fn numbers(set: Set) -> Vec<usize> {
    (0..32).filter(|at| set >> at & 1 == 1).collect()
}

/// The subsets of at most so many, small ones first.
fn choices(set: Set, most: usize) -> impl Iterator<Item = Set> {
    let most = most.min(set.count_ones() as usize);
    (0..=most).flat_map(move |size| {
        // The subsets of a set count up through its bits.
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let subset: Set = next?;
            let following = subset.wrapping_sub(set) & set;
            next = (following != 0).then_some(following);
            Some(subset)
        })
        .filter(move |subset| subset.count_ones() as usize == size)
    })
}

/// The different views of the reachable states of so many letters.
pub fn occurring<S: Sliced>(
    sliced: &S,
    letters: usize,
    free: usize,
    most: usize,
) -> HashSet<Word<S>> {
    let model = sliced.model(letters).expect("a size that there is");
    let mut views = HashSet::new();
    for state in reachable(sliced, letters, most) {
        let (frame, letters) = word(sliced, model, &state);
        let named = (0..letters.len()).filter(|&at| sliced.is_named(&letters[at]));
        let named = named.fold(0, |set: Set, at| set | 1 << at);
        for chosen in choices(all(letters.len()) & !named, free) {
            let view = numbers(chosen | named).into_iter();
            views.insert((frame.clone(), view.map(|at| letters[at].clone()).collect()));
        }
    }
    views
}
