//! The program in the making: instructions whose exits are tied up as the script is followed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::world::program::{
    Condition, Exits, Expression, Instruction, ObjectKind, ObjectRef, OnError, Operation, Target,
    Timeout,
};

/// The most instructions; positions are kept in a byte.
pub const MOST_INSTRUCTIONS: usize = 254;

/// Where an exit leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// To an instruction.
    At(usize),
    /// The script is over.
    End,
    /// The script has failed.
    Failed,
}

/// Exits that lead nowhere yet. Without any, the place cannot be reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Joint(Vec<(usize, Exit)>);

/// One of the two exits of an instruction, or the way into the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Exit {
    Entry,
    Done,
    Otherwise,
}

impl Joint {
    /// The way into the program.
    #[must_use]
    pub fn entry() -> Self {
        Self(vec![(0, Exit::Entry)])
    }

    /// Whether nothing leads here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether only the exit of the instruction in front of `position`, done, leads here.
    #[must_use]
    pub fn is_right_behind(&self, position: usize) -> bool {
        let before = position.checked_sub(1);
        before.is_some_and(|before| self.0 == [(before, Exit::Done)])
    }

    /// The instructions that lead here when they are not done: `None` for whatever else leads here.
    pub fn failures(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        let exits = self.0.iter();
        exits.map(|&(position, exit)| (exit == Exit::Otherwise).then_some(position))
    }

    /// Both.
    pub fn join(&mut self, other: Self) {
        let known: BTreeSet<_> = self.0.iter().copied().collect();
        self.0
            .extend(other.0.into_iter().filter(|exit| !known.contains(exit)));
    }
}

/// Where in the script an instruction comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The place of its command.
    pub span: Range<usize>,
    /// What the variables that may hold an ordinal have at that time; those of loops first.
    pub bindings: Arc<[(String, i64)]>,
    /// The statements around it, outermost first. The number tells one round of a loop from
    /// another.
    pub statements: Arc<[(Range<usize>, usize)]>,
}

/// An instruction in the making.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it does.
    pub operation: Operation,
    /// Where it comes from.
    pub place: Place,
    done: Option<Goal>,
    otherwise: Option<Goal>,
}

/// All instructions so far.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// In the order in which the script comes to them.
    pub made: Vec<Made>,
}

impl Code {
    /// Adds an instruction behind `joint`. What is behind it, if it is done and otherwise.
    pub fn emit(&mut self, joint: &Joint, operation: Operation, place: Place) -> (Joint, Joint) {
        let position = self.made.len();
        self.tie(joint, Goal::At(position));
        self.made.push(Made {
            operation,
            place,
            done: None,
            otherwise: None,
        });
        (
            Joint(vec![(position, Exit::Done)]),
            Joint(vec![(position, Exit::Otherwise)]),
        )
    }

    /// Lets exits lead somewhere.
    pub fn tie(&mut self, joint: &Joint, goal: Goal) {
        for &(position, exit) in &joint.0 {
            match exit {
                Exit::Entry => (),
                Exit::Done => self.made[position].done = Some(goal),
                Exit::Otherwise => self.made[position].otherwise = Some(goal),
            }
        }
    }

    /// The instructions and where they lead. What leads nowhere cannot happen.
    #[must_use]
    pub fn finish(mut self, step: impl Fn(&Range<usize>) -> u16) -> (Vec<Instruction>, Vec<Exits>) {
        for position in 0..self.made.len() {
            self.settle(position);
        }
        let target = |goal: Option<Goal>, length: usize| match goal {
            Some(Goal::At(position)) => at(position),
            Some(Goal::End) => at(length),
            Some(Goal::Failed) | None => Target::Failed,
        };
        let length = self.made.len();
        let exits = self.made.iter().map(|made| Exits {
            done: target(made.done, length),
            otherwise: target(made.otherwise, length),
        });
        let exits = exits.collect();
        let instructions = self.made.iter().map(|made| Instruction {
            operation: made.operation,
            on_error: OnError::Fail,
            step: step(&made.place.span),
        });
        (instructions.collect(), exits)
    }

    /// A loop that only looks again and again is a wait.
    fn settle(&mut self, position: usize) {
        let here = Some(Goal::At(position));
        let made = &self.made[position];
        let wait = match made.operation {
            Operation::Test(condition) if made.otherwise == here => Some((condition, made.done)),
            Operation::Test(condition) if made.done == here => {
                negated(condition).map(|condition| (condition, made.otherwise))
            }
            Operation::Get(object) if made.otherwise == here => {
                Some(self.ready_wait(position, object))
            }
            Operation::Get(object) if made.done == here => {
                Some((Condition::Absent(object), made.otherwise))
            }
            Operation::AwaitGone(object, look, _) if made.otherwise == here => {
                let made = &mut self.made[position];
                made.operation = Operation::AwaitGone(object, look, Timeout::Never);
                return;
            }
            _ => None,
        };
        if let Some((condition, done)) = wait {
            let made = &mut self.made[position];
            made.operation = Operation::Await(condition, Timeout::Never);
            (made.done, made.otherwise) = (done, None);
        }
    }

    /// `until kubectl wait --for=condition=Ready …; do sleep 1; done` looks for the Pod, waits, and
    /// begins again: it waits until the Pod is Ready.
    fn ready_wait(&self, position: usize, object: ObjectRef) -> (Condition, Option<Goal>) {
        let found = self.made[position].done;
        if let Some(Goal::At(next)) = found
            && let Operation::Await(condition, _) = self.made[next].operation
            && subject(condition) == Some(object)
            && self.made[next].otherwise == Some(Goal::At(position))
        {
            return (condition, self.made[next].done);
        }
        (Condition::Exists(object), found)
    }
}

/// The object that must exist for a condition to hold.
const fn subject(condition: Condition) -> Option<ObjectRef> {
    let (kind, cluster, ordinal) = match condition {
        Condition::PodReady(cluster, ordinal) => (ObjectKind::Pod, cluster, ordinal),
        Condition::VolumeBound(cluster, ordinal) => (ObjectKind::Claim, cluster, ordinal),
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
