//! What the sync under way has planned: for each ordinal, or a write for the only one.

use super::Builder;
use super::features::Features;
use super::fields;
use super::group::Group;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::row::{Counted, Planned};
use crate::world::stateful_set::Write;

/// Where a row has what one side's controller has planned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Plans {
    writes: Writes,
    counted: Group,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Writes {
    /// One sync plans writes for several ordinals: a code for each.
    OfEach(Group),
    /// It plans one write at most: an ordinal and a code.
    OfOne(Group),
}

impl Plans {
    pub fn new(has: &Features, id: ClusterId, row: &mut Builder) -> Self {
        let writes = if has.many_writes[id] {
            Writes::OfEach(row.each(|pass| fields::write(pass, has, &mut Planned::default())))
        } else {
            Writes::OfOne(row.one(|pass| {
                fields::only_write(pass, has, &mut Ordinal(0), &mut Planned::default());
            }))
        };
        let counted = row.each(|pass| fields::counted(pass, has, id, &mut Counted::default()));
        Self { writes, counted }
    }

    #[inline(always)]
    pub fn write(&self, words: &mut [u64], has: &Features, id: ClusterId, world: &World) {
        let planned = |ordinal| world.column(id, ordinal).planned;
        match &self.writes {
            Writes::OfEach(group) => group.write_each(words, has.ordinals, |pass, ordinal| {
                fields::write(pass, has, &mut planned(ordinal));
            }),
            Writes::OfOne(group) => {
                let mut ordinals = (0..has.ordinals).map(Ordinal);
                let only = ordinals.find(|&ordinal| planned(ordinal).write != Write::None);
                let mut only = only.unwrap_or_default();
                let mut planned = planned(only);
                group.write(words, 0, |pass| {
                    fields::only_write(pass, has, &mut only, &mut planned);
                });
            }
        }
        self.counted
            .write_each(words, has.ordinals, |pass, ordinal| {
                fields::counted(pass, has, id, &mut planned(ordinal).counted);
            });
    }

    #[inline(always)]
    pub fn read(&self, words: &[u64], has: &Features, id: ClusterId, world: &mut World) {
        match &self.writes {
            Writes::OfEach(group) => group.read_each(words, has.ordinals, |pass, ordinal| {
                let planned = &mut world.column_mut(id, ordinal).planned;
                fields::write(pass, has, planned);
            }),
            Writes::OfOne(group) => {
                let (mut only, mut planned) = (Ordinal(0), Planned::default());
                group.read(words, 0, |pass| {
                    fields::only_write(pass, has, &mut only, &mut planned);
                });
                world.column_mut(id, only).planned = planned;
            }
        }
        self.counted
            .read_each(words, has.ordinals, |pass, ordinal| {
                let planned = &mut world.column_mut(id, ordinal).planned;
                fields::counted(pass, has, id, &mut planned.counted);
            });
    }
}
