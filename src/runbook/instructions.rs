//! The finished graph as instructions of the driver.

use std::ops::Range;

use super::deadlines::Requests;
use super::graph::{Goal, Graph};
use super::session::Commands;
use super::shell::outside::Outside;
use crate::world::program::{
    Condition, Exits, Expression, Instruction, ObjectKind, ObjectRef, OnError, Operation, Target,
    Timeout,
};

/// What time does to the requests of a loop.
pub const REQUESTS: Requests<Operation> = Requests {
    is_clock: |operation| matches!(operation, Operation::Clock),
    looks: <Commands as Outside>::only_looks,
    wait: for_a_time,
};

/// The wait that a look becomes which is repeated until the time is up.
const fn for_a_time(look: Operation, while_done: bool) -> Option<(Operation, bool)> {
    let condition = match (look, while_done) {
        (Operation::Test(condition), false) => Some(condition),
        (Operation::Test(condition), true) => negated(condition),
        (Operation::Get(object), false) => Some(Condition::Exists(object)),
        (Operation::Get(object), true) => Some(Condition::Absent(object)),
        _ => None,
    };
    match condition {
        Some(condition) => Some((Operation::Await(condition, Timeout::Fail), while_done)),
        None => None,
    }
}

/// The instructions of a graph and where they lead. What leads nowhere cannot happen.
#[must_use]
pub fn finish(
    mut graph: Graph<Operation>,
    step: impl Fn(&Range<usize>) -> u16,
) -> (Vec<Instruction>, Vec<Exits>) {
    for position in 0..graph.emitted.len() {
        settle(&mut graph, position);
    }
    let target = |goal: Option<Goal>, length: usize| match goal {
        Some(Goal::At(position)) => at(position),
        Some(Goal::End(_)) => at(length),
        Some(Goal::Failed(_)) | None => Target::Failed,
    };
    let length = graph.emitted.len();
    let exits = graph.emitted.iter().map(|made| Exits {
        done: target(made.done, length),
        otherwise: target(made.otherwise, length),
    });
    let exits = exits.collect();
    let instructions = graph.emitted.iter().map(|made| Instruction {
        operation: made.request,
        on_error: OnError::Fail,
        step: step(&made.place.span),
    });
    (instructions.collect(), exits)
}

/// A loop that only looks again and again is a wait.
fn settle(graph: &mut Graph<Operation>, position: usize) {
    let here = Some(Goal::At(position));
    let made = &graph.emitted[position];
    let wait = match made.request {
        Operation::Test(condition) if made.otherwise == here => Some((condition, made.done)),
        Operation::Test(condition) if made.done == here => {
            negated(condition).map(|condition| (condition, made.otherwise))
        }
        Operation::Get(object) if made.otherwise == here => {
            Some(ready_wait(graph, position, object))
        }
        Operation::Get(object) if made.done == here => {
            Some((Condition::Absent(object), made.otherwise))
        }
        Operation::AwaitGone(object, look, _) if made.otherwise == here => {
            let made = &mut graph.emitted[position];
            made.request = Operation::AwaitGone(object, look, Timeout::Never);
            return;
        }
        _ => None,
    };
    if let Some((condition, done)) = wait {
        let made = &mut graph.emitted[position];
        made.request = Operation::Await(condition, Timeout::Never);
        (made.done, made.otherwise) = (done, None);
    }
}

/// `until kubectl wait --for=condition=Ready …; do sleep 1; done` looks for the Pod, waits, and
/// begins again: it waits until the Pod is Ready.
fn ready_wait(
    graph: &Graph<Operation>,
    position: usize,
    object: ObjectRef,
) -> (Condition, Option<Goal>) {
    let found = graph.emitted[position].done;
    if let Some(Goal::At(next)) = found
        && let Operation::Await(condition, _) = graph.emitted[next].request
        && subject(condition) == Some(object)
        && graph.emitted[next].otherwise == Some(Goal::At(position))
    {
        return (condition, graph.emitted[next].done);
    }
    (Condition::Exists(object), found)
}

/// The object that must exist for a condition to hold.
const fn subject(condition: Condition) -> Option<ObjectRef> {
    let (kind, cluster, ordinal) = match condition {
        Condition::PodReady(cluster, ordinal) => (ObjectKind::Pod, cluster, ordinal),
        Condition::VolumeBound(cluster, ordinal, template) => {
            (ObjectKind::Claim(template), cluster, ordinal)
        }
        Condition::RolledOut(cluster) | Condition::StatusEquals(cluster, ..) => {
            (ObjectKind::StatefulSet, cluster, Expression::number(0))
        }
        _ => return None,
    };
    Some(ObjectRef {
        kind,
        cluster,
        ordinal,
    })
}

fn at(position: usize) -> Target {
    Target::At(u16::try_from(position).expect("longer programs are refused"))
}

const fn negated(condition: Condition) -> Option<Condition> {
    match condition {
        Condition::Exists(object) => Some(Condition::Absent(object)),
        Condition::Absent(object) => Some(Condition::Exists(object)),
        _ => None,
    }
}
