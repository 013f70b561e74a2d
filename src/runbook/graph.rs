//! The control-flow graph in the making: requests whose exits are backpatched as the script is
//! followed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Where an exit leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// To an instruction.
    At(usize),
    /// The script is over, with this status.
    End(u8),
    /// The script has failed, with this status.
    Failed(u8),
}

/// Exits that lead nowhere yet. Without any, the place cannot be reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PatchList(Vec<(usize, Exit)>);

/// One of the two exits of an instruction, or the way into the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Exit {
    Entry,
    Done,
    Otherwise,
}

impl PatchList {
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
pub struct Site {
    /// The place of its command.
    pub span: Range<usize>,
    /// What the variables that may hold an ordinal have at that time; those of loops first.
    pub bindings: Arc<[(String, i64)]>,
    /// The statements around it, outermost first. The number tells one round of a loop from
    /// another.
    pub statements: Arc<[(Range<usize>, usize)]>,
}

/// A request that is part of the graph.
#[derive(Clone, Debug)]
pub struct Emitted<R> {
    /// What is asked.
    pub request: R,
    /// Where it comes from.
    pub place: Site,
    /// Where it leads if it is done; `None` if nothing was patched in yet.
    pub done: Option<Goal>,
    /// Where it leads otherwise.
    pub otherwise: Option<Goal>,
}

/// All requests so far.
#[derive(Clone, Debug)]
pub struct Graph<R> {
    /// Where the script begins; `None` if nothing was patched in yet.
    pub entry: Option<Goal>,
    /// In the order in which the script reaches them.
    pub emitted: Vec<Emitted<R>>,
}

impl<R> Default for Graph<R> {
    fn default() -> Self {
        Self {
            entry: None,
            emitted: Vec::new(),
        }
    }
}

impl<R> Graph<R> {
    /// Adds an instruction after `exits`. What comes after it, if it is done and otherwise.
    pub fn emit(&mut self, exits: &PatchList, request: R, place: Site) -> (PatchList, PatchList) {
        let position = self.emitted.len();
        self.backpatch(exits, Goal::At(position));
        self.emitted.push(Emitted {
            request,
            place,
            done: None,
            otherwise: None,
        });
        (
            PatchList(vec![(position, Exit::Done)]),
            PatchList(vec![(position, Exit::Otherwise)]),
        )
    }

    /// Lets exits lead somewhere.
    pub fn backpatch(&mut self, exits: &PatchList, goal: Goal) {
        for &(position, exit) in &exits.0 {
            match exit {
                Exit::Entry => self.entry = Some(goal),
                Exit::Done => self.emitted[position].done = Some(goal),
                Exit::Otherwise => self.emitted[position].otherwise = Some(goal),
            }
        }
    }
}
