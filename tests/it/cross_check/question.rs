//! What is asked of a model.

use straddle::engine::{Claim, Formula, Question};

use crate::asked::{Asked, recoverable};

/// All about states, and whether the goal can be reached from everywhere.
pub fn about<M: Asked>(model: &M) -> Question<M> {
    let mut formulas = model.invariants();
    formulas.push(recoverable());
    Question::new(formulas)
}

/// The same question, and one more that has no answer before all states have been seen.
pub fn to_the_end<M: Asked>(question: &Question<M>) -> Question<M> {
    let mut question = question.clone();
    let formulas = &mut question.formulas;
    let about_paths = |formula: &Formula<M>| matches!(formula.claim, Claim::AlwaysReachable(_));
    if !formulas.iter().any(about_paths) {
        formulas.push(recoverable());
    }
    formulas.push(Formula::invariant("searched to the end", |_, _| true));
    question
}
