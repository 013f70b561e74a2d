//! A [`World`] as a row of bits and back, one-to-one.
//!
//! What a setup cannot change takes no bits: without claim templates there are no claims, and
//! without a fault that makes a cache lag there is no previous version. The fields come in
//! groups, each at a fixed place, so that a step's changes can be written over the row before it.
//!
//! A row is what a search keeps of a state, millions of times, and what it compares and hashes. A
//! `World` has room for sixteen ordinals and whatever can happen to them, a row has a few words:
//!
//! ```text
//! faults | driver | sets | memories | columns | contents | excused | plans | counted
//! once . . . . . . . . . . . . . .  | for each ordinal . . . . . . . . . . . . . . .
//! ```
//!
//! Two states that share a row would be one state to the search, so it must be one-to-one: a value
//! that does not fit its bits would be another value, or spill into the next field. Three things
//! see to that. Writing, reading and finding the bits that are needed are passes over one
//! description of the fields (`pass`, `fields`). Which bits a setup needs follows from its program
//! and its faults (`features`). And a search reads back now and then what it writes.

mod builder;
mod column;
mod exchange;
mod features;
mod fields;
mod group;
mod pass;
mod planned;
mod row;

use builder::Builder;
use column::Columns;
use exchange::Strip;
use features::Features;
use fields::SPENT;
use group::Group;
use planned::Plans;

use super::World;
use super::driver::Driver;
use super::id::{ClusterId, Ordinal, PerCluster};
use super::parts::Parts;
use super::row::Counted;
use super::setup::{MAX_POOLS, Setup};
use super::stateful_set::Controller;
use super::volume::Storage;

/// How the worlds of one setup are laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Bits of one world.
    pub bits: usize,
    /// What a row is read into.
    empty: World,
    has: Features,
    faults: Group,
    excused: Group,
    driver: Group,
    extras: Group,
    sets: PerCluster<Group>,
    counted: PerCluster<Group>,
    plans: PerCluster<Plans>,
    memories: PerCluster<Group>,
    columns: PerCluster<Columns>,
    /// For each claim template what its disks hold.
    contents: Vec<Group>,
    /// What a row has of each ordinal, what differs most first.
    strips: Vec<Strip>,
}

impl Layout {
    /// The layout for the worlds of `setup`.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let has = Features::of(setup);
        let mut row = Builder {
            ordinals: has.ordinals,
            ..Builder::default()
        };
        // The counters of faults come first: none straddles a word.
        let faults = row.one(|pass| fields::faults(pass, &has, &mut [0; MAX_POOLS]));
        let driver = row.one(|pass| {
            fields::driver(pass, &has, &mut Driver::default());
        });
        let extras = row.one(|pass| fields::extras(pass, &has, &mut [0; 2]));
        let sets =
            PerCluster::each(|id| row.one(|pass| fields::stateful_set(pass, &has, id, &mut None)));
        let memories = PerCluster::each(|id| {
            row.one(|pass| fields::memory(pass, &has, id, &mut Controller::default()))
        });
        // The columns of the destination differ most, and are compared first.
        let destination = Columns::new(&has, ClusterId::Destination, &mut row);
        let source = Columns::new(&has, ClusterId::Source, &mut row);
        let contents = (0..has.templates)
            .map(|_| row.each(|pass| fields::contents(pass, &has, &mut Storage::default())))
            .collect();
        let excused = row.each(|pass| fields::excused(pass, &has, &mut false));
        let plans = PerCluster::each(|id| Plans::new(&has, id, &mut row));
        let counted = PerCluster::each(|id| {
            row.each(|pass| fields::counted(pass, &has, id, &mut Counted::default()))
        });
        // Searches look for the counters by these places: [`Layout::spent`].
        let counters = has.pools * SPENT as usize;
        assert!(
            faults.strip().at == 0 && faults.strip().bits == counters && counters <= 64,
            "the counters of {} pools are not at the start of the row",
            has.pools
        );
        Self {
            faults,
            excused,
            driver,
            extras,
            sets,
            counted,
            plans,
            memories,
            columns: PerCluster {
                source,
                destination,
            },
            contents,
            bits: row.bits,
            strips: row.strips,
            empty: World::default(),
            has,
        }
    }

    /// Words of 64 bits that one world takes.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.bits.div_ceil(64)
    }

    /// The first bit of each pool's counter of faults, all in the first word, and its width.
    pub fn spent(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..self.has.pools as u32).map(|pool| (pool * SPENT, SPENT))
    }

    /// Writes `world` into `words`, which has [`Layout::words`] elements.
    pub fn pack(&self, world: &World, words: &mut [u64]) {
        words.fill(0);
        self.write(world, Parts::ALL, words);
        for ordinal in (0..self.has.ordinals).map(Ordinal) {
            self.write(world, Parts::of_ordinal(ordinal), words);
        }
    }

    /// Writes parts of `world` over a row whose other parts are written already.
    #[inline]
    pub fn write(&self, world: &World, parts: Parts, words: &mut [u64]) {
        let has = &self.has;
        if parts.contains(Parts::FAULTS) {
            let mut spent = world.spent;
            self.faults
                .write(words, 0, |pass| fields::faults(pass, has, &mut spent));
            self.excused
                .write_each(words, has.ordinals, |pass, ordinal| {
                    fields::excused(pass, has, &mut world.rows[ordinal].excused.clone());
                });
        }
        if parts.contains(Parts::DRIVER) {
            let mut driver = world.driver;
            let mut extras = ClusterId::BOTH.map(|id| world.clusters[id].extras);
            self.driver.write(words, 0, |pass| {
                fields::driver(pass, has, &mut driver);
            });
            self.extras.write(words, 0, |pass| {
                fields::extras(pass, has, &mut extras);
            });
        }
        self.write_side::<SOURCE>(world, parts, words);
        self.write_side::<DESTINATION>(world, parts, words);
        if let Some(ordinal) = parts.ordinal.filter(|_| parts.contains(Parts::CONTENTS)) {
            let storages = &world.rows[ordinal].storage.0;
            for (contents, mut storage) in self.contents.iter().zip(*storages) {
                contents.write(words, ordinal.index(), |pass| {
                    fields::contents(pass, has, &mut storage);
                });
            }
        }
    }

    /// One of two functions, so that each is compiled for its side.
    #[inline]
    fn write_side<const ID: bool>(&self, world: &World, parts: Parts, words: &mut [u64]) {
        let has = &self.has;
        let id = const { side(ID) };
        if parts.contains(Parts::set(id)) {
            let mut set = world.clusters[id].set;
            self.sets[id].write(words, 0, |pass| {
                fields::stateful_set(pass, has, id, &mut set);
            });
            self.counted[id].write_each(words, has.ordinals, |pass, ordinal| {
                let mut counted = world.column(id, ordinal).counted;
                fields::counted(pass, has, id, &mut counted);
            });
        }
        if parts.contains(Parts::controller(id)) {
            let mut controller = world.clusters[id].controller;
            self.memories[id].write(words, 0, |pass| {
                fields::memory(pass, has, id, &mut controller);
            });
            self.plans[id].write(words, has, id, world);
        }
        if parts.contains(Parts::columns(id)) {
            for ordinal in (0..has.ordinals).map(Ordinal) {
                self.columns[id].write(words, has, id, world, ordinal);
            }
        }
        if let Some(ordinal) = parts.ordinal.filter(|_| parts.contains(Parts::column(id))) {
            self.columns[id].write(words, has, id, world, ordinal);
        }
    }

    /// Reads back what [`Layout::pack`] wrote.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> World {
        let has = &self.has;
        let mut world = self.empty;
        self.faults.read(words, 0, |pass| {
            fields::faults(pass, has, &mut world.spent);
        });
        self.excused
            .read_each(words, has.ordinals, |pass, ordinal| {
                fields::excused(pass, has, &mut world.rows[ordinal].excused);
            });
        let mut extras = [0; 2];
        self.driver.read(words, 0, |pass| {
            fields::driver(pass, has, &mut world.driver);
        });
        self.extras.read(words, 0, |pass| {
            fields::extras(pass, has, &mut extras);
        });
        for (id, extras) in ClusterId::BOTH.into_iter().zip(extras) {
            world.clusters[id].extras = extras;
        }
        self.read_side::<SOURCE>(&mut world, words);
        self.read_side::<DESTINATION>(&mut world, words);
        for ordinal in (0..has.ordinals).map(Ordinal) {
            let storages = &mut world.rows[ordinal].storage.0;
            for (contents, storage) in self.contents.iter().zip(storages) {
                contents.read(words, ordinal.index(), |pass| {
                    fields::contents(pass, has, storage);
                });
            }
        }
        world
    }

    fn read_side<const ID: bool>(&self, world: &mut World, words: &[u64]) {
        let has = &self.has;
        let id = const { side(ID) };
        let cluster = &mut world.clusters[id];
        self.sets[id].read(words, 0, |pass| {
            fields::stateful_set(pass, has, id, &mut cluster.set);
        });
        self.memories[id].read(words, 0, |pass| {
            fields::memory(pass, has, id, &mut cluster.controller);
        });
        self.counted[id].read_each(words, has.ordinals, |pass, ordinal| {
            let counted = &mut world.column_mut(id, ordinal).counted;
            fields::counted(pass, has, id, counted);
        });
        self.plans[id].read(words, has, id, world);
        for ordinal in (0..has.ordinals).map(Ordinal) {
            self.columns[id].read(words, id, world, ordinal);
        }
    }
}

const SOURCE: bool = false;
const DESTINATION: bool = true;

const fn side(id: bool) -> ClusterId {
    if id == SOURCE {
        ClusterId::Source
    } else {
        ClusterId::Destination
    }
}
