//! What a check is about: a scenario, what is asked of it, and the model to ask.

use super::CheckOptions;
use crate::engine::{Predicate, Question};
use crate::model::Migration;
use crate::report::EveryN;
use crate::scenario::Scenario;

/// A scenario that is being checked.
pub(super) struct Task<'a> {
    pub scenario: &'a Scenario,
    pub options: &'a CheckOptions,
    pub model: Migration,
    pub question: Question<Migration>,
}

impl<'a> Task<'a> {
    pub fn new(scenario: &'a Scenario, options: &'a CheckOptions) -> Self {
        let model = Migration::new(scenario.setup.clone());
        Self {
            scenario,
            options,
            question: question(&model, &scenario.properties, options.fail_fast),
            model,
        }
    }

    /// Proofs for every number of replicas are asked for.
    pub const fn proves(&self) -> bool {
        self.options.proves(self.scenario)
    }

    /// The question without what is proved.
    pub fn open(&self, proofs: Option<&EveryN>) -> Question<Migration> {
        let mut open = self.question.clone();
        if let Some(proofs) = proofs {
            let is_open = |name| !proofs.proves(name);
            open.formulas.retain(|formula| is_open(formula.name));
        }
        open
    }
}

/// The question whether the named properties hold, as far as they say anything of this model.
#[must_use]
pub fn question(
    model: &Migration,
    properties: &[&'static str],
    fail_fast: bool,
) -> Question<Migration> {
    let mut formulas = model.formulas();
    formulas.retain(|formula| properties.contains(&formula.name));
    Question {
        formulas,
        may_end: Some(Predicate::Of(Migration::is_goal)),
        fail_fast,
    }
}
