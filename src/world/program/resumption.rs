//! Where a driver goes on that looks at both sets after a crash: copies of some instructions, which
//! lead elsewhere than the program's own.
//!
//! It comes to one of two places, each with its ordinal already in mind:
//!
//! ```text
//! position   0 .. len-1            len       len+1 ..
//!            the program's own     the end   resumed                   waits
//!            prepare body finish             prepare body              prepare, waits of the body
//! ```
//!
//! The ordinal may be half moved: `resumed` takes for done what exists already, and leads from the
//! end of the body to the program's own. Or it has moved, as far as the sets tell, and only its
//! waits are left: `waits` leads to the body of `resumed`, for the next ordinal.

use super::{AfterCrash, Exits, Instruction, Look, Operation, Program, Target, short};

/// Where a driver goes on after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// At an ordinal that may be half moved: what exists already counts as done.
    Resumed,
    /// After an ordinal that has moved: only the body's waits are repeated.
    WaitsOnly,
}

/// The instructions that only a driver that goes on after a crash comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Resumption {
    copies: Vec<Copy>,
    /// How many of them belong to [`Entry::Resumed`].
    of_resumed: usize,
    /// The body of these, for the next ordinal; where a program without copies never leads.
    next: Option<Target>,
}

/// An instruction that stands at one more position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Copy {
    /// Which one.
    index: usize,
    exits: Exits,
}

impl Resumption {
    /// The copies for a program whose instructions are linked.
    pub(super) fn of(program: &Program) -> Self {
        let resumes = program.after_crash == AfterCrash::FromObserved;
        if !resumes || program.loop_order.is_none() || program.body().is_empty() {
            return Self::default();
        }
        let (prepare, body) = (0..program.body_start, program.body());
        let is_wait = |&index: &usize| program.instructions[index].operation.is_plain_wait();
        let waits = prepare.clone().chain(body.clone().filter(is_wait));
        let (resumed, waits): (Vec<usize>, Vec<usize>) = ((0..body.end).collect(), waits.collect());
        let first = program.instructions.len() + 1;
        let next = Target::Next(short(first + body.start));
        let copies = |indices: &[usize], first, behind| {
            let to = Copied {
                program,
                indices,
                first,
                behind,
            };
            indices
                .iter()
                .map(|&index| to.copy(index))
                .collect::<Vec<Copy>>()
        };
        let own = Target::Next(short(body.start));
        let mut all = copies(&resumed, first, own);
        all.extend(copies(&waits, first + resumed.len(), next));
        Self {
            copies: all,
            of_resumed: resumed.len(),
            next: Some(next),
        }
    }
}

/// Copies of some instructions, in their order.
struct Copied<'a> {
    program: &'a Program,
    indices: &'a [usize],
    /// The position of the first.
    first: usize,
    /// Where the last one leads.
    behind: Target,
}

impl Copied<'_> {
    fn copy(&self, index: usize) -> Copy {
        let exits = self.program.exits[index];
        Copy {
            index,
            exits: Exits {
                done: self.target(exits.done),
                otherwise: self.target(exits.otherwise),
            },
        }
    }

    /// The copy of what a target of the program's own stands for; the loop's ordinal stays what it
    /// is until the body has ended.
    fn target(&self, target: Target) -> Target {
        let index = match target {
            Target::At(index) => usize::from(index),
            Target::Enter => self.program.body_start,
            Target::Next(_) => self.program.body_end,
            Target::Failed => return Target::Failed,
        };
        let rest = self.indices.iter().position(|&copied| copied >= index);
        rest.map_or(self.behind, |number| Target::At(short(self.first + number)))
    }
}

impl Program {
    /// How many positions a driver may be at, the end of the program included.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.instructions.len() + 1 + self.resumption.copies.len()
    }

    /// Which instruction stands at a position; their number for the end of the program.
    #[must_use]
    pub fn index(&self, position: u16) -> usize {
        let position = usize::from(position);
        match position.checked_sub(self.instructions.len() + 1) {
            Some(copy) => self.resumption.copies[copy].index,
            None => position,
        }
    }

    /// The instruction at a position; none at the end of the program.
    #[must_use]
    pub fn at(&self, position: u16) -> Option<Instruction> {
        self.instructions.get(self.index(position)).copied()
    }

    /// Where the instruction at a position leads.
    #[must_use]
    pub fn exits(&self, position: u16) -> Exits {
        let position = usize::from(position);
        match position.checked_sub(self.instructions.len() + 1) {
            Some(copy) => self.resumption.copies[copy].exits,
            None => self.exits[position],
        }
    }

    /// By which entry a driver has come to a position; `None` for the program's own.
    #[must_use]
    pub fn entry(&self, position: u16) -> Option<Entry> {
        let copy = usize::from(position).checked_sub(self.instructions.len() + 1)?;
        Some(if copy < self.resumption.of_resumed {
            Entry::Resumed
        } else {
            Entry::WaitsOnly
        })
    }

    /// Where an entry leads; `None` if no driver goes on that way.
    #[must_use]
    pub fn enters(&self, entry: Entry) -> Option<Target> {
        let Resumption {
            copies,
            of_resumed,
            next,
        } = &self.resumption;
        let next = (*next)?;
        let first = self.instructions.len() + 1;
        Some(match entry {
            Entry::Resumed => Target::At(short(first)),
            Entry::WaitsOnly if *of_resumed < copies.len() => Target::At(short(first + of_resumed)),
            Entry::WaitsOnly => next,
        })
    }
}

impl Operation {
    /// A wait of the file, not the one inside a `kubectl delete`.
    #[must_use]
    pub const fn is_plain_wait(self) -> bool {
        matches!(self, Self::AwaitGone(_, Look::First, _) | Self::Await(..))
    }
}
