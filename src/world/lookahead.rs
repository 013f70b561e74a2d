//! What lies ahead of a driver in its program: the ordinals and marks that it can still name.

use std::collections::BTreeSet;

use super::id::{ClusterId, Ordinal, PerCluster, Slice};
use super::program::{Expression, Instruction, OnError, SliceChange};
use super::setup::Setup;

/// What the rest of a program can name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Names {
    /// Bit i: ordinal i, as a Pod, claim, volume or disk.
    pub ordinals: u32,
    /// Bit i: the mark below ordinal i, as the start or end of a slice that the driver will store.
    pub marks: u32,
}

impl Names {
    /// Everything.
    pub const ALL: Self = Self {
        ordinals: u32::MAX,
        marks: u32::MAX,
    };

    const fn and(self, other: Self) -> Self {
        Self {
            ordinals: self.ordinals | other.ordinals,
            marks: self.marks | other.marks,
        }
    }

    /// The marks of a slice.
    #[must_use]
    pub const fn marks_of(slice: Slice) -> u32 {
        1 << slice.start | 1 << slice.end
    }
}

/// For each place in a program what a driver there can still name, unless it starts again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lookahead {
    instructions: usize,
    /// By ordinal of the loop, then instruction.
    names: Vec<Names>,
}

impl Lookahead {
    /// What lies ahead in the program of `setup`.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let places = places(setup);
        let instructions = setup.program.instructions.len();
        if setup.program.is_script {
            // It may go back to any place, and so still name everything.
            let names = Vec::new();
            return Self {
                instructions,
                names,
            };
        }
        let mut lookahead = Self {
            instructions,
            names: vec![Names::ALL; instructions * usize::from(setup.ordinals.max(1))],
        };
        let marks = marks(setup, &places);
        let mut names = Names::default();
        for (&(position, k), marks) in places.iter().zip(marks).rev() {
            let operation = setup.program.instructions[position].operation;
            let ordinal = operation.footprint().ordinal;
            let ordinals = ordinal.map_or(0, |ordinal| bit(setup, ordinal, k));
            names = names.and(Names { ordinals, marks });
            let place = lookahead.place(position, k);
            lookahead.names[place] = names;
        }
        lookahead
    }

    const fn place(&self, position: usize, k: Ordinal) -> usize {
        k.index() * self.instructions + position
    }

    /// What a driver that runs and is at `position` in the iteration of `k` can still name.
    #[must_use]
    pub fn names(&self, position: usize, k: Ordinal) -> Names {
        let own = (position < self.instructions).then(|| self.place(position, k));
        let names = own.and_then(|place| self.names.get(place));
        names.copied().unwrap_or(Names::ALL)
    }
}

/// All places of a program, in the order in which a driver comes to them. It may leave some out,
/// and goes back to none.
fn places(setup: &Setup) -> Vec<(usize, Ordinal)> {
    let (program, replicas) = (&setup.program, setup.replicas);
    let first = program.first_position(replicas);
    let mut next = Some((first, program.k_at(first, replicas)));
    let mut places = Vec::new();
    while let Some((position, k)) = next
        && let Some(exits) = program.exits.get(position)
    {
        // A script may go back to where it was.
        if places.contains(&(position, k)) {
            break;
        }
        places.push((position, k));
        next = program.follow(exits.done, k, replicas);
    }
    places
}

/// The bit of an ordinal, if it can exist.
fn bit(setup: &Setup, ordinal: Expression, k: Ordinal) -> u32 {
    let value = ordinal.value(k, setup.replicas);
    let exists = (0..i32::from(setup.ordinals)).contains(&value);
    if exists { 1 << value } else { 0 }
}

/// By place: the marks of each slice that a set may have once the driver has been there.
fn marks(setup: &Setup, places: &[(usize, Ordinal)]) -> Vec<u32> {
    let initial = |side| setup.clusters[side].initial.into_iter();
    let mut slices = PerCluster {
        source: initial(ClusterId::Source).map(key).collect(),
        destination: initial(ClusterId::Destination).map(key).collect(),
    };
    let marks_at = |&(position, k): &(usize, Ordinal)| {
        let instruction = setup.program.instructions[position];
        let Some((side, change)) = instruction.operation.stored() else {
            return 0;
        };
        let before: &mut BTreeSet<(u8, u8)> = &mut slices[side];
        let after = after(setup, before, change, k);
        // A request that the program can do without may be refused.
        if may_be_refused(setup, instruction) {
            before.extend(&after);
        } else {
            before.clone_from(&after);
        }
        after.iter().fold(0, |marks, &(start, end)| {
            marks | Names::marks_of(Slice { start, end })
        })
    };
    places.iter().map(marks_at).collect()
}

const fn key(slice: Slice) -> (u8, u8) {
    (slice.start, slice.end)
}

/// The slices that a set can have after a request that found one of `before`.
fn after(
    setup: &Setup,
    before: &BTreeSet<(u8, u8)>,
    change: SliceChange,
    k: Ordinal,
) -> BTreeSet<(u8, u8)> {
    let slice = |&(start, end): &(u8, u8)| {
        let (start, end) = change.apply(Slice { start, end }, k, setup.replicas)?;
        let (start, end) = (u8::try_from(start).ok()?, u8::try_from(end).ok()?);
        (end <= setup.ordinals).then_some((start, end))
    };
    match (change.start, change.replicas) {
        (Some(_), Some(_)) => slice(&(0, 0)).into_iter().collect(),
        _ => before.iter().filter_map(slice).collect(),
    }
}

/// Whether the program goes on though a request of this step was refused.
fn may_be_refused(setup: &Setup, instruction: Instruction) -> bool {
    let mut instructions = setup.program.instructions.iter();
    instructions.any(|other| other.step == instruction.step && other.on_error == OnError::Continue)
}
