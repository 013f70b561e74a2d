//! What is known of each property, beside what the scenario expects.

use super::CheckOptions;
use super::summary::layers;
use super::tell::Story;
use crate::actors::Step;
use crate::engine::{Outcome, Verdict as Decided};
use crate::properties::{self, Property};
use crate::report::{PropertyResult, Reason, Verdict};
use crate::scenario::Scenario;
use crate::vocabulary::Expected;

/// What is known of each property that the scenario asks for, in the order of the catalogue.
pub fn results(
    scenario: &Scenario,
    options: &CheckOptions,
    outcome: &Outcome<Step>,
    stories: &[Story],
) -> Vec<PropertyResult> {
    let asked = scenario
        .properties
        .iter()
        .filter_map(|&name| properties::by_name(name));
    asked
        .map(|property| {
            let decision = outcome
                .decisions
                .iter()
                .find(|decision| decision.name == property.name);
            let mut result = PropertyResult {
                name: property.name.to_owned(),
                kind: property.kind.word(),
                verdict: Verdict::NotApplicable,
                expected: expected(scenario, property),
                as_expected: true,
                reason: (property.applies)(&scenario.setup)
                    .err()
                    .map(Reason::DoesNotApply),
                layers: Vec::new(),
                counterexample: None,
            };
            if let Some(decision) = decision {
                result.verdict = plain(&decision.verdict);
                result.reason = match decision.verdict {
                    Decided::Holds | Decided::Violated(_) => None,
                    Decided::Inconclusive(stop) => Some(Reason::Stopped(stop)),
                };
                result.layers = layers(&decision.layers);
                let story = stories.iter().find(|story| story.property == property.id());
                result.counterexample = story.map(|story| story.counterexample.clone());
            }
            result.as_expected = is_as_expected(scenario, &result, options);
            result
        })
        .collect()
}

/// A search's verdict without what comes with it.
pub const fn plain(verdict: &Decided<Step>) -> Verdict {
    match verdict {
        Decided::Holds => Verdict::Holds,
        Decided::Violated(_) => Verdict::Violated,
        Decided::Inconclusive(_) => Verdict::Inconclusive,
    }
}

/// What the scenario expects of a property: that it holds, unless it says otherwise.
fn expected(scenario: &Scenario, property: &Property) -> Expected {
    let said = scenario
        .expect
        .iter()
        .find(|expectation| expectation.property == property.name);
    said.map_or(Verdict::Holds.into(), |said| said.expected)
}

/// A property that says nothing of the scenario is as expected, unless the scenario names it.
/// Steps and faults are compared only if the search finds the fewest.
pub fn is_as_expected(
    scenario: &Scenario,
    result: &PropertyResult,
    options: &CheckOptions,
) -> bool {
    let named = scenario
        .expect
        .iter()
        .any(|expectation| expectation.property == result.name);
    if result.verdict == Verdict::NotApplicable && !named {
        return true;
    }
    let same_cost = result.cost().is_none_or(|cost| {
        let steps = result
            .expected
            .steps
            .is_none_or(|steps| steps as usize == cost.steps);
        let faults = result
            .expected
            .faults
            .is_none_or(|faults| faults == cost.faults);
        !options.finds_the_fewest() || steps && faults
    });
    result.verdict == result.expected.verdict && same_cost
}
