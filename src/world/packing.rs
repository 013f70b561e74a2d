//! A [`World`] as a row of bits and back, one-to-one.
//!
//! What a setup cannot change takes no bits: without claim templates there are no claims, and
//! without a fault that makes a cache lag there is no previous version. The fields come in
//! groups, each at a fixed place, so that a step's changes can be written over the row before it.

mod column;
mod exchange;
mod features;
mod fields;
mod group;
mod pass;
mod row;
mod writes;

use column::Columns;
use exchange::Strip;
use features::Features;
use fields::SPENT;
use group::Group;
use pass::Needs;
use writes::Writes;

use super::World;
use super::id::{ClusterId, Ordinal, PerCluster};
use super::parts::Parts;
use super::setup::Setup;
use super::stateful_set::Controller;

/// How the worlds of one setup are laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Bits of one world.
    pub bits: usize,
    /// What a row is read into.
    empty: World,
    has: Features,
    faults: Group,
    driver: Group,
    sets: PerCluster<Group>,
    writes: PerCluster<Writes>,
    memories: PerCluster<Group>,
    columns: PerCluster<Columns>,
    contents: Group,
    /// What a row has of each ordinal.
    strips: Vec<Strip>,
}

impl Layout {
    /// The layout for the worlds of `setup`.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let has = Features::of(setup);
        let mut bits = 0;
        let mut group = |count: u8, fields: &dyn Fn(&mut Needs, &mut World)| {
            let mut needs = Needs::default();
            fields(&mut needs, &mut World::default());
            Group::new(&needs, usize::from(count), &mut bits)
        };
        // The counters of faults come first: none straddles a word.
        let faults = group(1, &|pass, world| {
            fields::faults(pass, &has, &mut world.spent, &mut world.excused);
        });
        let driver = group(1, &|pass, world| {
            fields::driver(pass, &has, &mut world.driver, &mut [0; 2]);
        });
        let writes = PerCluster {
            source: Writes::new(&has, ClusterId::Source, &mut group),
            destination: Writes::new(&has, ClusterId::Destination, &mut group),
        };
        let mut sides = |count, fields: &dyn Fn(&mut Needs, ClusterId)| {
            let [source, destination] =
                ClusterId::BOTH.map(|id| group(count, &|pass, _| fields(pass, id)));
            PerCluster {
                source,
                destination,
            }
        };
        let sets = sides(1, &|pass, id| {
            fields::stateful_set(pass, &has, id, &mut None);
        });
        let memories = sides(1, &|pass, id| {
            fields::memory(pass, &has, id, &mut Controller::default());
        });
        let contents = group(has.ordinals, &|pass, world| {
            fields::contents(pass, &has, &mut world.storage[Ordinal(0)]);
        });
        let columns = PerCluster {
            source: Columns::new(&has, ClusterId::Source, &mut bits),
            destination: Columns::new(&has, ClusterId::Destination, &mut bits),
        };
        let mut layout = Self {
            faults,
            driver,
            sets,
            writes,
            memories,
            columns,
            contents,
            bits,
            empty: World::default(),
            has,
            strips: Vec::new(),
        };
        layout.strips = exchange::strips(&layout);
        layout
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
            let (mut spent, mut excused) = (world.spent, world.excused);
            self.faults.write(words, 0, |pass| {
                fields::faults(pass, has, &mut spent, &mut excused);
            });
        }
        if parts.contains(Parts::DRIVER) {
            let mut driver = world.driver;
            let mut extras = ClusterId::BOTH.map(|id| world.clusters[id].extras);
            self.driver.write(words, 0, |pass| {
                fields::driver(pass, has, &mut driver, &mut extras);
            });
        }
        self.write_side::<SOURCE>(world, parts, words);
        self.write_side::<DESTINATION>(world, parts, words);
        if let Some(ordinal) = parts.ordinal.filter(|_| parts.contains(Parts::CONTENTS)) {
            let mut storage = world.storage[ordinal];
            self.contents.write(words, ordinal.index(), |pass| {
                fields::contents(pass, has, &mut storage);
            });
        }
    }

    /// One of two functions, so that each is compiled for its side.
    #[inline]
    fn write_side<const ID: bool>(&self, world: &World, parts: Parts, words: &mut [u64]) {
        let has = &self.has;
        let id = const { side(ID) };
        let cluster = &world.clusters[id];
        if parts.contains(Parts::set(id)) {
            let mut set = cluster.set;
            self.sets[id].write(words, 0, |pass| {
                fields::stateful_set(pass, has, id, &mut set);
            });
        }
        if parts.contains(Parts::controller(id)) {
            let mut controller = cluster.controller;
            self.writes[id].write(words, has, &controller.plan.writes);
            self.memories[id].write(words, 0, |pass| {
                fields::memory(pass, has, id, &mut controller);
            });
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
            fields::faults(pass, has, &mut world.spent, &mut world.excused);
        });
        let mut extras = [0; 2];
        self.driver.read(words, 0, |pass| {
            fields::driver(pass, has, &mut world.driver, &mut extras);
        });
        for (id, extras) in ClusterId::BOTH.into_iter().zip(extras) {
            world.clusters[id].extras = extras;
        }
        self.read_side::<SOURCE>(&mut world, words);
        self.read_side::<DESTINATION>(&mut world, words);
        for ordinal in (0..has.ordinals).map(Ordinal) {
            self.contents.read(words, ordinal.index(), |pass| {
                fields::contents(pass, has, &mut world.storage[ordinal]);
            });
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
        self.writes[id].read(words, has, &mut cluster.controller.plan.writes);
        self.memories[id].read(words, 0, |pass| {
            fields::memory(pass, has, id, &mut cluster.controller);
        });
        for ordinal in (0..has.ordinals).map(Ordinal) {
            self.columns[id].read(words, has, id, world, ordinal);
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
