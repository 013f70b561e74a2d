//! Waits for a program of steps: at the loop's ordinal, as a scenario file spells them.

use std::collections::BTreeMap;

use super::Proposal;
use crate::scenario::{Scenario, StepSource};
use crate::world::id::ClusterId;
use crate::world::program::{
    Condition, Expression, Look, ObjectKind, ObjectRef, Operation, Program, Timeout,
};
use crate::world::setup::Setup;
use crate::world::volume::Template;

/// A wait, as the model has it and as a scenario file spells it.
struct Candidate {
    operation: Operation,
    yaml: String,
}

/// A place in the program for one more instruction.
#[derive(Clone, Copy)]
struct Gap {
    /// Before this instruction.
    position: usize,
    /// Belongs to the body even if it is at its end.
    at_end: bool,
}

/// Every wait at every place of the loop, those nearest to the guilty step first.
pub(super) fn proposals(scenario: &Scenario, guilty: &StepSource) -> Vec<Proposal> {
    let program = &scenario.setup.program;
    if program.loop_order.is_none() {
        return Vec::new();
    }
    let mut proposals = Vec::new();
    for gap in gaps(scenario, program, guilty) {
        for candidate in candidates(&scenario.setup) {
            proposals.push(Proposal {
                waits: BTreeMap::from([(gap.position, candidate.operation)]),
                text: text(scenario, program, gap, &candidate),
            });
        }
    }
    proposals
}

/// A condition of a claim or a disk.
type OfVolume = fn(ClusterId, Expression, Template) -> Condition;

/// Every wait at the loop's ordinal, on both sides.
fn candidates(setup: &Setup) -> Vec<Candidate> {
    let k = Expression::K;
    let mut candidates = Vec::new();
    let templates: Vec<Template> = match setup.storage.len() {
        0 => vec![Template(0)],
        _ => setup.templates().collect(),
    };
    let named = |template| match setup.storage.len() {
        0 | 1 => String::new(),
        _ => format!("template: {}, ", setup.storage_of(template).name),
    };
    for cluster in ClusterId::BOTH {
        let name = cluster.name();
        let pod = ObjectRef {
            kind: ObjectKind::Pod,
            cluster,
            ordinal: k,
        };
        let never = Timeout::Never;
        let mut add = |operation, rest: &str| {
            candidates.push(Candidate {
                operation,
                yaml: format!("- wait: {{cluster: {name}, {rest}}}"),
            });
        };
        let until = |condition| Operation::Await(condition, never);
        add(
            Operation::AwaitGone(pod, Look::First, never),
            "pod: k, until: gone",
        );
        add(
            until(Condition::PodReady(cluster, k)),
            "pod: k, until: ready",
        );
        add(
            until(Condition::PodAvailable(cluster, k)),
            "pod: k, until: available",
        );
        for (condition, word) in [
            (Condition::VolumeDetached as OfVolume, "detached"),
            (Condition::VolumeBound, "bound"),
        ] {
            for &template in &templates {
                let rest = format!("volume: k, {}until: {word}", named(template));
                add(until(condition(cluster, k, template)), &rest);
            }
        }
        add(
            until(Condition::SetObserved(cluster)),
            "set: true, until: observed",
        );
    }
    candidates
}

/// Places in the body: before the guilty step, then before those in front of it, then at the
/// end of the iteration and backwards from there.
fn gaps(scenario: &Scenario, program: &Program, guilty: &StepSource) -> Vec<Gap> {
    let is_first = |&position: &usize| {
        position == program.body_start
            || program.instructions[position].step != program.instructions[position - 1].step
    };
    let starts: Vec<usize> = program.body().filter(is_first).collect();
    let is_guilty = |&&position: &&usize| {
        let step = usize::from(program.instructions[position].step);
        scenario
            .steps
            .get(step)
            .is_some_and(|source| source.location == guilty.location)
    };
    let Some(&guilty) = starts.iter().find(is_guilty) else {
        return Vec::new();
    };
    let (before, after): (Vec<usize>, Vec<usize>) =
        starts.into_iter().partition(|&position| position <= guilty);
    let gap = |position| Gap {
        position,
        at_end: false,
    };
    let end = Gap {
        position: program.body_end,
        at_end: true,
    };
    let before = before.into_iter().rev().map(gap);
    before
        .chain([end])
        .chain(after.into_iter().rev().map(gap))
        .collect()
}

/// Where to write the wait, and the wait.
fn text(scenario: &Scenario, program: &Program, gap: Gap, candidate: &Candidate) -> String {
    let neighbour = if gap.at_end {
        gap.position - 1
    } else {
        gap.position
    };
    let step = usize::from(program.instructions[neighbour].step);
    let line = scenario
        .steps
        .get(step)
        .map_or(0, |source| source.location.line);
    let place = if gap.at_end { "after" } else { "before" };
    format!("{place} line {line}\n{}", candidate.yaml)
}
