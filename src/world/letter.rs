//! A [`World`] as a word: one letter for each ordinal, and a frame for the rest.
//!
//! Ordinals are ranks, so a word with letters left out is again a word of the same migration, with
//! fewer ordinals. What a world says of ordinals by number is said by letters instead: a mark of
//! a slice by "I am below it", the ordinal that the driver is at by "I am the one".
//!
//! ```text
//! a slice {1, 2} of 4 ordinals, and the driver at 2
//! world   | row 0 | row 1 | row 2 | row 3 |   slice: start 1, end 3    k: 2
//! word    | row 0 | row 1 | row 2 | row 3 |   frame, without numbers
//! start   |   x   |       |       |       |   } a mark is a prefix of the word: those
//! end     |   x   |   x   |   x   |       |   } before it are below it
//! k       |       |       |   x   |       |   a name is at most one letter
//! ```
//!
//! Without letter 1 this is a word of 3 ordinals with the slice {1} and the driver at 1: nothing
//! has to be renumbered, and that is what lets a proof for every N be made of small pieces of
//! states. It is right if [`join`] undoes [`split`], and refuses letters that fit no world: where
//! a mark is no prefix, or two letters have one name. Counters of faults are in neither part, so a
//! world in which some are counted would come back as another.

use super::World;
use super::cluster::Cluster;
use super::driver::Driver;
use super::id::{ClusterId, Ordinal, PerCluster, Slice};
use super::row::{Counted, Row};
use super::setup::Setup;
use super::stateful_set::Previous;

/// What there is of one ordinal, and what the rest of the world says of it by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Letter {
    /// What there is of it.
    pub row: Row,
    /// The marks of each side that it is below.
    pub below: PerCluster<Below>,
    /// It is one of the application's, `{0..N-1}`.
    pub is_member: bool,
    /// Its names: bit i is that of place i in [`Named`].
    pub names: u8,
}

/// The marks of a side's slices that an ordinal is below.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Below {
    /// The start and the end of the set's slice.
    pub slice: Marks,
    /// Those of the slice that the set had before.
    pub previous: Marks,
}

/// The marks of one slice that an ordinal is below.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Marks {
    /// Its start.
    pub start: bool,
    /// Its end.
    pub end: bool,
}

/// The ordinals that have names, by the bit of each.
pub type Named = [Option<Ordinal>; 4];

/// The bits of names that a world keeps as numbers: the place of each in [`Named`].
pub mod names {
    /// The driver's loop is at it.
    pub const K: usize = 0;
    /// The driver has saved it.
    pub const SAVED: usize = 1;
}

/// What a world has beside its letters. Numbers of ordinals in it are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Frame {
    /// What each cluster has beside what it has of ordinals.
    pub clusters: PerCluster<Cluster>,
    /// The driver.
    pub driver: Driver,
}

impl Letter {
    /// The driver's loop is at it.
    #[must_use]
    pub const fn is_k(&self) -> bool {
        self.names & 1 << names::K != 0
    }

    /// In the slice of a side's set.
    #[must_use]
    pub fn is_in_slice(&self, id: ClusterId) -> bool {
        let Marks { start, end } = self.below[id].slice;
        end && !start
    }

    /// Neither set has it, or the destination's has: if it is the one that a loop is at, a driver
    /// that looks at both sets goes on with it.
    #[must_use]
    pub fn is_to_resume(&self) -> bool {
        !self.is_in_slice(ClusterId::Source)
    }
}

impl Marks {
    const fn of(slice: Slice, ordinal: Ordinal) -> Self {
        Self {
            start: ordinal.0 < slice.start,
            end: ordinal.0 < slice.end,
        }
    }
}

/// Takes a world apart, in which some ordinals have names; its letters are appended to `letters`,
/// ordinal 0 first. The counters of faults are left out: they have to be zero.
pub fn split(setup: &Setup, world: &World, named: &Named, letters: &mut Vec<Letter>) -> Frame {
    assert_eq!(world.faults(), 0, "faults are counted");
    let slices = PerCluster::each(|id| slices(&world.clusters[id]));
    letters.extend(setup.ordinals().map(|ordinal| {
        let bits = (0..).zip(named);
        let own = bits.filter(|(_, name)| **name == Some(ordinal));
        Letter {
            row: world.rows[ordinal],
            below: PerCluster::each(|id| {
                let [slice, previous] = slices[id].map(|slice| Marks::of(slice, ordinal));
                Below { slice, previous }
            }),
            is_member: ordinal.0 < setup.replicas,
            names: own.fold(0, |names, (bit, _)| names | 1 << bit),
        }
    }));
    let mut driver = world.driver;
    driver.k = Ordinal(0);
    driver.saved.1 = Ordinal(0);
    Frame {
        clusters: PerCluster::each(|id| without_numbers(&world.clusters[id])),
        driver,
    }
}

/// Puts a world together, and says which of its ordinals have names. `None` if there is no such
/// world of `setup`: a mark that is not one, a name that two ordinals have.
#[must_use]
pub fn join(setup: &Setup, frame: &Frame, letters: &[Letter]) -> Option<(World, Named)> {
    let members = letters.iter().filter(|letter| letter.is_member).count();
    if letters.len() != usize::from(setup.ordinals)
        || prefix(letters, |letter| letter.is_member)? != setup.replicas
        || members != usize::from(setup.replicas)
    {
        return None;
    }
    let mut world = World {
        driver: frame.driver,
        clusters: frame.clusters,
        ..World::default()
    };
    for (ordinal, letter) in setup.ordinals().zip(letters) {
        world.rows[ordinal] = letter.row;
    }
    for id in ClusterId::BOTH {
        join_slices(&mut world.clusters[id], id, letters)?;
    }
    let mut named = Named::default();
    for (bit, name) in named.iter_mut().enumerate() {
        *name = only(letters, 1 << bit)?;
    }
    world.driver.k = named[names::K].unwrap_or_default();
    world.driver.saved.1 = named[names::SAVED].unwrap_or_default();
    Some((world, named))
}

/// The slice of a cluster's set, and the one that it had before.
#[must_use]
pub fn slices(cluster: &Cluster) -> [Slice; 2] {
    let previous = match cluster.controller.previous {
        Previous::Set { slice, .. } => slice,
        Previous::NoSet | Previous::Unknown => Slice::EMPTY,
    };
    [cluster.set.map_or(Slice::EMPTY, |set| set.slice), previous]
}

/// A cluster as it is in a frame.
#[must_use]
pub const fn without_numbers(cluster: &Cluster) -> Cluster {
    let mut cluster = *cluster;
    if let Some(set) = &mut cluster.set {
        set.slice = Slice::EMPTY;
    }
    if let Previous::Set { slice, .. } = &mut cluster.controller.previous {
        *slice = Slice::EMPTY;
    }
    cluster
}

/// Puts the marks of a cluster's slices where its letters say that they are, and looks whether no
/// letter is counted by a status that is not there.
fn join_slices(cluster: &mut Cluster, id: ClusterId, letters: &[Letter]) -> Option<()> {
    let slice = |marks: fn(&Below) -> Marks| {
        Some(Slice {
            start: prefix(letters, |letter| marks(&letter.below[id]).start)?,
            end: prefix(letters, |letter| marks(&letter.below[id]).end)?,
        })
    };
    let stored = slice(|below| below.slice)?;
    match &mut cluster.set {
        Some(set) => set.slice = stored,
        None if stored != Slice::EMPTY => return None,
        None => (),
    }
    let before = slice(|below| below.previous)?;
    match &mut cluster.controller.previous {
        Previous::Set { slice, .. } => *slice = before,
        _ if before != Slice::EMPTY => return None,
        _ => (),
    }
    let mut counted = letters.iter().map(|letter| letter.row.sides[id].counted);
    let is_world = cluster.set.is_some() || counted.all(|counted| counted == Counted::default());
    is_world.then_some(())
}

/// How many letters there are of which something holds, if they are the first ones.
fn prefix(letters: &[Letter], holds: impl Fn(&Letter) -> bool) -> Option<u8> {
    let mark = letters.iter().take_while(|letter| holds(letter)).count();
    let rest = &letters[mark..];
    let is_mark = !rest.iter().any(holds);
    is_mark.then_some(u8::try_from(mark).ok()?)
}

/// The one ordinal of that name, if there is one. `None` if there are several.
#[expect(clippy::option_option, reason = "there may rightly be none")]
fn only(letters: &[Letter], name: u8) -> Option<Option<Ordinal>> {
    let mut named = (0_u8..)
        .zip(letters)
        .filter(|(_, letter)| letter.names & name != 0);
    let first = named.next().map(|(number, _)| Ordinal(number));
    named.next().is_none().then_some(first)
}
