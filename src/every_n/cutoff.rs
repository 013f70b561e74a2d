//! Whether a few ordinals show all views there are.

use rustc_hash::FxHashSet;

use super::views::Views;
use super::{Sliced, StateOf};
use crate::engine::Searchable;

/// The fewest letters with which every view of a closed set occurs: what is about so few ordinals
/// as a view has is decided by that many for all. `None` if there are more, or if more than
/// `states` states would have to be looked at.
pub fn cutoff<S>(sliced: &S, views: &Views<S>, states: usize) -> Option<usize>
where
    S: Sliced,
    StateOf<S>: Clone + Eq + std::hash::Hash,
{
    let mut seen = vec![false; views.len()];
    let mut left = views.len();
    let mut word = Vec::new();
    for model in sliced.models() {
        for state in &reachable(model, states)? {
            word.clear();
            let frame = sliced.split(model, state, &mut word);
            views.each(sliced, &frame, &word, &mut |number| {
                if let Some(number) = number {
                    let seen = &mut seen[number as usize];
                    left -= usize::from(!*seen);
                    *seen = true;
                }
            });
        }
        if left == 0 {
            return Some(word.len());
        }
    }
    None
}

/// All states of a model, if they are no more than `most`.
fn reachable<M>(model: &M, most: usize) -> Option<Vec<M::State>>
where
    M: Searchable,
    M::State: Clone + Eq + std::hash::Hash,
{
    let mut seen: FxHashSet<M::State> = model.initial_states().into_iter().collect();
    let mut states: Vec<M::State> = model.initial_states();
    let mut next = 0;
    while next < states.len() {
        if states.len() > most {
            return None;
        }
        let state = states[next].clone();
        model.successors(&state, &mut |_, successor| {
            if !seen.contains(successor) {
                seen.insert(successor.clone());
                states.push(successor.clone());
            }
        });
        next += 1;
    }
    Some(states)
}
