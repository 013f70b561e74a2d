//! What is asked of a model.

use straddle::engine::{Invariant, Question, Searchable};

/// Everything there is to ask of it.
pub fn about<M: Searchable>(model: &M) -> Question<M> {
    Question {
        invariants: model.invariants(),
        recoverable: true,
        completes: false,
        stays_migrated: false,
        ends: false,
        goal: None,
        fail_fast: false,
    }
}

/// The same question, and one more that has no answer before all states have been seen.
pub fn to_the_end<M: Searchable>(question: &Question<M>) -> Question<M> {
    let mut question = question.clone();
    question.recoverable = true;
    question.invariants.push(Invariant {
        name: "searched to the end",
        holds: |_, _| true,
    });
    question
}
