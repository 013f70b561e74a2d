//! The counterexamples of a search as stories: told, explained, and with a fix for each.

use super::smaller::{self, Smaller};
use super::story::{self, Told};
use super::task::Task;
use super::{explain, fix, merge};
use crate::actors::Step;
use crate::engine::{Outcome, Trace, Verdict as Decided};
use crate::model::Migration;
use crate::report::{Cost, Counterexample};

/// A counterexample as a report has it, with what it was told from.
pub(super) struct Story {
    pub name: &'static str,
    pub counterexample: Counterexample,
    trace: Trace<Step>,
    role: merge::Role,
}

/// A counterexample with every state on its way, as it is told.
pub(super) struct Telling<'a> {
    told: Told<'a>,
    role: merge::Role,
    counterexample: Counterexample,
}

impl Telling<'_> {
    /// Another story is told in its place.
    const fn is_merged(&self) -> bool {
        self.role.merged_into.is_some()
    }

    const fn name(&self) -> &'static str {
        self.told.property.name
    }

    /// The same story, if it has been told before.
    fn known<'b>(&self, before: &'b [Story]) -> Option<&'b Story> {
        before.iter().find(|story| {
            story.name == self.name()
                && story.counterexample.replicas == self.counterexample.replicas
                && story.trace == *self.told.trace
                && story.role == self.role
        })
    }
}

/// A property, the path that breaks it, and what it costs with the replicas asked for if that has
/// fewer.
type Violation<'a> = (&'static str, &'a Trace<Step>, Option<Cost>);

/// The counterexamples, each with the fewest replicas that show it; what one story shows is not
/// told twice.
pub(super) fn tell<'a>(
    task: &'a Task<'_>,
    smaller: &'a [Smaller],
    outcome: &'a Outcome<Step>,
) -> Vec<Telling<'a>> {
    let mut own: Vec<Violation<'a>> = Vec::new();
    let mut with_fewer: Vec<Vec<Violation<'a>>> = vec![Vec::new(); smaller.len()];
    for decision in &outcome.decisions {
        let name = decision.name;
        let Decided::Violated(trace) = &decision.verdict else {
            continue;
        };
        match smaller::teller(smaller, &task.model, name, trace) {
            Some((number, story)) => {
                let cost = Cost {
                    steps: trace.steps.len(),
                    faults: trace.faults,
                };
                with_fewer[number].push((name, story, Some(cost)));
            }
            None => own.push((name, trace, None)),
        }
    }
    let models = smaller.iter().map(|small| &small.model);
    let together = models.zip(with_fewer).chain([(&task.model, own)]);
    together
        .flat_map(|(model, violations)| tell_together(task, model, &violations))
        .collect()
}

/// Tells stories that have the same number of replicas.
fn tell_together<'a>(
    task: &'a Task<'_>,
    model: &'a Migration,
    violations: &[Violation<'a>],
) -> Vec<Telling<'a>> {
    let traces: Vec<_> = violations
        .iter()
        .map(|&(name, trace, _)| (name, trace))
        .collect();
    let roles = merge::merge(model, &traces);
    let tell = |(&(name, trace, asked), role): (&Violation<'a>, merge::Role)| {
        let told = Told::new(task.scenario, model, name, trace);
        let mut counterexample = story::counterexample(&told, &role);
        counterexample.shortest = task.options.finds_the_fewest();
        counterexample.asked = asked;
        Telling {
            told,
            role,
            counterexample,
        }
    };
    violations.iter().zip(roles).map(tell).collect()
}

/// Adds why each story is possible. Those that have been told before need no new reasons, and
/// keep their fix: one that was found while more was open is a fix.
pub(super) fn explain<'a>(
    task: &Task<'_>,
    mut tellings: Vec<Telling<'a>>,
    before: &[Story],
) -> Vec<Telling<'a>> {
    for telling in &mut tellings {
        if let Some(story) = telling.known(before) {
            let known = &story.counterexample;
            telling.counterexample.why.clone_from(&known.why);
            telling.counterexample.help.clone_from(&known.help);
        } else if !telling.is_merged() {
            telling.counterexample.why = explain::why(&telling.told, task.options);
        }
    }
    tellings
}

/// Adds what would prevent each story without breaking what is not broken.
pub(super) fn fix(
    task: &Task<'_>,
    tellings: Vec<Telling<'_>>,
    outcome: &Outcome<Step>,
) -> Vec<Story> {
    let decisions = outcome.decisions.iter();
    let unbroken = decisions.filter(|decision| !matches!(decision.verdict, Decided::Violated(_)));
    let unbroken: Vec<&'static str> = unbroken.map(|decision| decision.name).collect();
    let fix = |mut telling: Telling<'_>| {
        if !telling.is_merged() && telling.counterexample.help.is_none() {
            let help = fix::find(&telling.told, &telling.role, &unbroken, task.options);
            telling.counterexample.help = help;
        }
        Story {
            name: telling.name(),
            trace: telling.told.trace.clone(),
            role: telling.role,
            counterexample: telling.counterexample,
        }
    };
    tellings.into_iter().map(fix).collect()
}
