//! Views as rows of words, to be kept in a file.

use super::views::Views;
use super::{Sliced, StateOf};
use crate::engine::Searchable;

/// A view as the row of the small state that it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Row {
    /// How many ordinals it has.
    pub letters: usize,
    /// The packed state.
    pub words: Vec<u64>,
}

/// All views of a set, sorted.
#[must_use]
pub fn rows<S: Sliced>(sliced: &S, views: &Views<S>) -> Vec<Row> {
    let row = |number| {
        let (model, state) = views.state(sliced, &views.view(number));
        let mut letters = Vec::new();
        sliced.split(model, &state, &mut letters);
        let mut words = vec![0; model.words().max(1)];
        model.pack(&state, &mut words);
        debug_assert_eq!(model.unpack(&words), state, "rows are one-to-one");
        Row {
            letters: letters.len(),
            words,
        }
    };
    let numbers = 0..u32::try_from(views.len()).expect("fewer than 2^32 views");
    let mut rows: Vec<Row> = numbers.map(row).collect();
    rows.sort_unstable();
    rows
}

/// The state that a row stands for, if it is one of some model.
pub fn state<'s, S: Sliced>(sliced: &'s S, row: &Row) -> Option<(&'s S::Model, StateOf<S>)> {
    let model = sliced.model(row.letters)?;
    if row.words.len() != model.words().max(1) {
        return None;
    }
    let state = model.unpack(&row.words);
    let mut again = vec![0; row.words.len()];
    model.pack(&state, &mut again);
    (again == row.words).then_some((model, state))
}

/// The set of these views. `None` if a row is not a view of so many free ordinals.
#[must_use]
pub fn views<S: Sliced>(sliced: &S, free: usize, rows: &[Row]) -> Option<Views<S>> {
    let mut views = Views::new(free);
    for row in rows {
        let (model, state) = state(sliced, row)?;
        let mut letters = Vec::new();
        let frame = sliced.split(model, &state, &mut letters);
        // What a word does not say, a state must not have.
        let joined = sliced.join(&frame, &letters);
        let is_word = joined.is_some_and(|(_, joined)| joined == state);
        if !is_word || !views.insert_whole(sliced, &frame, &letters) {
            return None;
        }
    }
    Some(views)
}
