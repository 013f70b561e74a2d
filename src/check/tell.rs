//! The counterexamples of a search as stories: told, explained, and with a fix for each.

use super::smaller::{self, Smaller};
use super::task::Task;
use super::trace::Replay;
use super::{explain, fix, merge, story};
use crate::actors::Step;
use crate::engine::{Outcome, Trace, Verdict as Decided};
use crate::model::Migration;
use crate::properties::PropertyId;
use crate::report::{Cost, Counterexample};

/// A counterexample as a report has it, with what it was told from.
pub(super) struct Story {
    pub property: PropertyId,
    pub counterexample: Counterexample,
    trace: Trace<Step>,
    role: merge::Role,
}

/// A counterexample with every state on its way, as it is told.
pub(super) struct Telling<'a> {
    replay: Replay<'a>,
    role: merge::Role,
    counterexample: Counterexample,
}

impl Telling<'_> {
    /// Another story is told in its place.
    const fn is_merged(&self) -> bool {
        self.role.merged_into.is_some()
    }

    fn property(&self) -> PropertyId {
        self.replay.property.id()
    }

    /// The same story, if it has been told before.
    fn known<'b>(&self, before: &'b [Story]) -> Option<&'b Story> {
        before.iter().find(|story| {
            story.property == self.property()
                && story.counterexample.replicas == self.counterexample.replicas
                && story.trace == *self.replay.trace
                && story.role == self.role
        })
    }
}

/// A property, the path that breaks it, and what it costs with the replicas asked for if that has
/// fewer.
type Violation<'a> = (PropertyId, &'a Trace<Step>, Option<Cost>);

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
        let Decided::Violated(trace) = &decision.verdict else {
            continue;
        };
        let property = PropertyId::of(decision.name);
        match smaller::teller(smaller, &task.model, decision.name, trace) {
            Some((number, story)) => {
                let cost = Cost {
                    steps: trace.steps.len(),
                    faults: trace.faults,
                };
                with_fewer[number].push((property, story, Some(cost)));
            }
            None => own.push((property, trace, None)),
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
        .map(|&(property, trace, _)| (property, trace))
        .collect();
    let roles = merge::merge(model, &traces);
    let tell = |(&(property, trace, asked), role): (&Violation<'a>, merge::Role)| {
        let replay = Replay::new(task.scenario, model, property, trace);
        let mut counterexample = story::counterexample(&replay, &role);
        counterexample.shortest = task.options.finds_the_fewest();
        counterexample.asked = asked;
        Telling {
            replay,
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
            telling.counterexample.why = explain::why(&telling.replay, task.options);
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
            let help = fix::find(&telling.replay, &telling.role, &unbroken, task.options);
            telling.counterexample.help = help;
        }
        Story {
            property: telling.property(),
            trace: telling.replay.trace.clone(),
            role: telling.role,
            counterexample: telling.counterexample,
        }
    };
    tellings.into_iter().map(fix).collect()
}
