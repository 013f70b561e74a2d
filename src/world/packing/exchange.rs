//! What a row has of each ordinal, so that ordinals can change places in it.

use std::cmp::Ordering;

use super::Layout;
use super::row::{get, put};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal, OrdinalSet};
use crate::world::stateful_set::StatefulSet;

/// As many bits for each ordinal, those of ordinal 0 first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Strip {
    /// Where it begins.
    pub at: usize,
    /// Bits of one ordinal.
    pub bits: usize,
}

impl Strip {
    /// The bits of an ordinal.
    #[inline(always)]
    fn of(self, words: &[u64], ordinal: Ordinal) -> u64 {
        let all = u64::MAX >> (64 - self.bits);
        get(words, self.at + ordinal.index() * self.bits, self.bits) & all
    }

    fn put(self, words: &mut [u64], ordinal: Ordinal, value: u64) {
        let at = self.at + ordinal.index() * self.bits;
        put(words, at, self.bits, value);
    }
}

/// All that rows of a layout have of each ordinal, what differs most first.
pub(super) fn strips(layout: &Layout) -> Vec<Strip> {
    let mut strips = vec![
        layout.columns.destination.strip(),
        layout.columns.source.strip(),
        layout.contents.strip(),
    ];
    let writes = ClusterId::BOTH.map(|id| layout.writes[id].strip());
    strips.extend(writes.into_iter().flatten());
    if layout.has.ordinals > 0 {
        strips.extend(written_by_ordinal(layout));
    }
    strips.retain(|strip| strip.bits > 0);
    strips
}

/// What is written beside something else: it is looked for in the row of a world that has it for
/// ordinal 0 only.
fn written_by_ordinal(layout: &Layout) -> Vec<Strip> {
    let has = &layout.has;
    let mut strips = Vec::new();
    let mut look = |is_written: bool, put: &dyn Fn(&mut World)| {
        strips.extend(is_written.then(|| strip_of(layout, put)));
    };
    let first: OrdinalSet = std::iter::once(Ordinal(0)).collect();
    look(has.excused, &|world| world.excused = first);
    for id in ClusterId::BOTH {
        let reads = has.reads[id];
        look(reads.replicas, &|world| {
            world.clusters[id].controller.plan.counted = first;
        });
        look(reads.ready_replicas, &|world| {
            world.clusters[id].controller.plan.counted_ready = first;
        });
        look(reads.replicas, &|world| {
            world.clusters[id].set.get_or_insert_default().counted = first;
        });
        look(reads.ready_replicas, &|world| {
            world.clusters[id].set.get_or_insert_default().counted_ready = first;
        });
    }
    strips
}

/// The bits that differ between two worlds with a set on each side, of which `put` has changed one.
fn strip_of(layout: &Layout, put: &dyn Fn(&mut World)) -> Strip {
    let mut world = World::default();
    for id in ClusterId::BOTH {
        world.clusters[id].set = Some(StatefulSet::default());
    }
    let row = |world: &World| {
        let mut row = vec![0; layout.words()];
        layout.pack(world, &mut row);
        row
    };
    let before = row(&world);
    put(&mut world);
    let differ = |bit: &usize| (row(&world)[bit / 64] ^ before[bit / 64]) >> (bit % 64) & 1 == 1;
    let bits: Vec<usize> = (0..layout.bits).filter(differ).collect();
    Strip {
        at: bits[0],
        bits: bits.len(),
    }
}

impl Layout {
    /// Puts the ordinals of a set, bit by bit, in the order of what a row has of them.
    #[inline]
    pub fn sort(&self, words: &mut [u64], ordinals: u32) {
        let mut rest = ordinals;
        let mut sorted = 0_u32;
        while rest != 0 {
            let next = rest.trailing_zeros();
            self.insert(words, sorted, next);
            sorted |= 1 << next;
            rest &= rest - 1;
        }
    }

    /// Moves an ordinal down to its place among those below it that are sorted already.
    #[inline]
    fn insert(&self, words: &mut [u64], mut sorted: u32, ordinal: u32) {
        let mut above = ordinal;
        while sorted != 0 {
            let below = sorted.ilog2();
            let [one, other] = [below, above].map(|number| Ordinal(number as u8));
            if self.compare(words, one, other) != Ordering::Greater {
                return;
            }
            self.exchange(words, one, other);
            sorted ^= 1 << below;
            above = below;
        }
    }

    #[inline]
    fn compare(&self, words: &[u64], one: Ordinal, other: Ordinal) -> Ordering {
        let mut strips = self.strips.iter();
        let differing = strips.find_map(|strip| {
            let order = strip.of(words, one).cmp(&strip.of(words, other));
            (order != Ordering::Equal).then_some(order)
        });
        differing.unwrap_or(Ordering::Equal)
    }

    /// Exchanges all that a row has of two ordinals.
    pub fn exchange(&self, words: &mut [u64], one: Ordinal, other: Ordinal) {
        for strip in &self.strips {
            let [first, second] = [one, other].map(|ordinal| strip.of(words, ordinal));
            strip.put(words, one, second);
            strip.put(words, other, first);
        }
    }
}
