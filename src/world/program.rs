//! The migration's program: what the driver does, one API request or one wait at a time.

mod condition;
mod expression;
mod footprint;
mod operation;
mod resumption;

pub use condition::{Condition, StatusField};
pub use expression::Expression;
pub use footprint::{Count, Footprint, SetEffect, SliceChange};
pub use operation::{
    Cascade, ClaimRefCopy, Copied, ExtraRef, ExtraVerb, Look, ObjectKind, ObjectRef, Operation,
    Timeout,
};
pub use resumption::{Entry, Resumption};

use super::id::Ordinal;

/// The most instructions of a program. A state has room for more: the limit keeps spaces small
/// enough to be searched.
pub const MOST_INSTRUCTIONS: usize = 254;

/// What the driver runs: `prepare` once, the body once for each ordinal, `finish` once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// All instructions, in the order of the file: `prepare`, then the body, then `finish`.
    pub instructions: Vec<Instruction>,
    /// Where the body begins; equal to the number of instructions of `prepare`.
    pub body_start: usize,
    /// One above the body's last instruction.
    pub body_end: usize,
    /// The order in which the loop visits the ordinals; without a loop the body runs once.
    pub loop_order: Option<LoopOrder>,
    /// What a driver does that starts again after a crash.
    pub after_crash: AfterCrash,
    /// Where each instruction leads, in the order of the instructions.
    pub exits: Vec<Exits>,
    /// What a driver runs first that looks at both sets after a crash.
    pub resumption: Resumption,
    /// It is that of a script, whose exits may lead anywhere and which keeps what it has read until
    /// it reads something else. The exits of a scenario's steps are those of [`Program::linked`].
    pub is_script: bool,
}

/// Where an instruction leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exits {
    /// After an accepted request, a wait that is over, or a test that holds.
    pub done: Target,
    /// After a refused request, a wait that is given up, or a test that does not hold.
    pub otherwise: Target,
}

/// A place to go on at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// This position; after the last instruction the program has finished.
    At(u16),
    /// The body, for the first ordinal of the loop; after the body if there is none.
    Enter,
    /// This position, where a body begins, for the next ordinal of the loop; after the body if
    /// there is none.
    Next(u16),
    /// The program ends, unfinished.
    Failed,
}

/// The order in which a loop visits `{0..N-1}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoopOrder {
    /// From 0 up.
    Ascending,
    /// From N-1 down.
    Descending,
}

impl LoopOrder {
    /// The ordinal of the first iteration.
    #[must_use]
    pub const fn first(self, replicas: u8) -> Ordinal {
        match self {
            Self::Ascending => Ordinal(0),
            Self::Descending => Ordinal(replicas.saturating_sub(1)),
        }
    }

    /// The ordinal of the iteration after that of `k`.
    #[must_use]
    pub const fn after(self, k: Ordinal, replicas: u8) -> Option<Ordinal> {
        match self {
            Self::Ascending if k.0 + 1 < replicas => Some(Ordinal(k.0 + 1)),
            Self::Descending if k.0 > 0 => Some(Ordinal(k.0 - 1)),
            _ => None,
        }
    }
}

/// What a driver does that starts again after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AfterCrash {
    /// Begins at the first instruction, as a script does.
    #[default]
    FromTop,
    /// Reads both sets and goes on at the ordinal that neither owns.
    FromObserved,
    /// Goes on at the position it saved last.
    FromSaved,
}

/// One request or wait, and what its refusal means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// What to do.
    pub operation: Operation,
    /// Whether a refused request ends the program.
    pub on_error: OnError,
    /// Which step of the scenario file this belongs to, counted over the whole program.
    /// `copyVolume` is four instructions of one step.
    pub step: u16,
}

/// What a refused request means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnError {
    /// The program ends there, unfinished.
    #[default]
    Fail,
    /// The program goes on with the next step.
    Continue,
}

impl Program {
    /// The instructions that belong to the body.
    #[must_use]
    pub fn body(&self) -> std::ops::Range<usize> {
        self.body_start..self.body_end
    }

    /// Whether the instruction at a position belongs to the body of a loop.
    #[must_use]
    pub fn is_in_loop(&self, position: u16) -> bool {
        self.loop_order.is_some() && self.body().contains(&self.index(position))
    }

    /// Where a program over `replicas` ordinals begins.
    #[must_use]
    pub fn first_position(&self, replicas: u8) -> usize {
        self.enter(0, replicas)
    }

    /// The loop's ordinal when the program comes to `position` from outside the loop.
    #[must_use]
    pub fn k_at(&self, position: usize, replicas: u8) -> Ordinal {
        match self.loop_order {
            Some(order) if self.body().contains(&position) => order.first(replicas),
            _ => Ordinal(0),
        }
    }

    /// The position and ordinal that a target stands for in the iteration of `k`; `None` if the
    /// program ends there, unfinished.
    #[must_use]
    pub fn follow(&self, target: Target, k: Ordinal, replicas: u8) -> Option<(usize, Ordinal)> {
        match target {
            Target::At(position) => Some((usize::from(position), k)),
            Target::Enter => {
                let position = self.enter(self.body_start, replicas);
                Some((position, self.k_at(position, replicas)))
            }
            Target::Next(body) => Some(self.next_iteration(usize::from(body), k, replicas)),
            Target::Failed => None,
        }
    }

    /// The same program, each instruction of which leads where a scenario's steps say: to the one
    /// behind it, or on in the loop; after a refusal that does not matter, to the next step.
    #[must_use]
    pub fn linked(mut self) -> Self {
        let done: Vec<Target> = (0..self.instructions.len())
            .map(|position| self.behind(position))
            .collect();
        let otherwise = |position| self.unless_done(position, &done);
        self.exits = (0..done.len())
            .map(|position| Exits {
                done: done[position],
                otherwise: otherwise(position),
            })
            .collect();
        self.resumption = Resumption::of(&self);
        self
    }

    fn behind(&self, position: usize) -> Target {
        let next = position + 1;
        if self.body().contains(&position) && next == self.body_end {
            Target::Next(short(self.body_start))
        } else if next == self.body_start {
            Target::Enter
        } else {
            Target::At(short(next))
        }
    }

    /// A volume that could not be created does not keep the claim from being created. What is done
    /// is saved even if it was refused.
    fn unless_done(&self, position: usize, done: &[Target]) -> Target {
        let Instruction {
            operation,
            on_error,
            step,
        } = self.instructions[position];
        match operation {
            Operation::AwaitGone(_, _, timeout) | Operation::Await(_, timeout) => {
                if timeout == Timeout::Continue {
                    done[position]
                } else {
                    Target::Failed
                }
            }
            _ if on_error == OnError::Fail => Target::Failed,
            Operation::CreateVolume(..) => done[position],
            _ => {
                let is_rest =
                    |other: &&Instruction| other.step == step && other.operation != Operation::Save;
                let rest = self.instructions[position + 1..].iter();
                done[position + rest.take_while(is_rest).count()]
            }
        }
    }

    /// Where the program is after the iteration of `k`, if the next one begins at `body`.
    fn next_iteration(&self, body: usize, k: Ordinal, replicas: u8) -> (usize, Ordinal) {
        match self.loop_order.and_then(|order| order.after(k, replicas)) {
            Some(k) => (body, k),
            None => (self.body_end, Ordinal(0)),
        }
    }

    /// What its operations are about, in the order of the file.
    pub fn footprints(&self) -> impl Iterator<Item = Footprint> {
        let instructions = self.instructions.iter();
        instructions.map(|instruction| instruction.operation.footprint())
    }

    /// Skips a body that has no iteration.
    const fn enter(&self, position: usize, replicas: u8) -> usize {
        let skip = self.loop_order.is_some() && replicas == 0;
        if skip && position == self.body_start {
            self.body_end
        } else {
            position
        }
    }
}

/// A position as a target has it. Longer programs are refused before they run.
fn short(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}
