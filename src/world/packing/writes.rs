//! What the sync under way still has to write: for each ordinal, or for the only one.

use super::exchange::Strip;
use super::features::Features;
use super::fields;
use super::group::Group;
use super::pass::Needs;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal, Table};
use crate::world::stateful_set::Write;

/// Where a row has the writes that one side's controller has planned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Writes {
    /// One sync plans writes for several ordinals: a code for each.
    OfEach(Group),
    /// It plans one write at most: an ordinal and a code.
    OfOne(Group),
}

impl Writes {
    /// The writes of a side, in a group that `group` lays out.
    pub fn new(
        has: &Features,
        id: ClusterId,
        group: &mut impl FnMut(u8, &dyn Fn(&mut Needs, &mut World)) -> Group,
    ) -> Self {
        if has.many_writes[id] {
            Self::OfEach(group(has.ordinals, &|pass, _| {
                fields::write(pass, has, &mut Write::default());
            }))
        } else {
            Self::OfOne(group(1, &|pass, _| {
                fields::only_write(pass, has, &mut Table::default());
            }))
        }
    }

    /// The bits of all ordinals, if each has its own.
    pub const fn strip(&self) -> Option<Strip> {
        match self {
            Self::OfEach(group) => Some(group.strip()),
            Self::OfOne(_) => None,
        }
    }

    #[inline(always)]
    pub fn write(&self, words: &mut [u64], has: &Features, writes: &Table<Write>) {
        match self {
            Self::OfEach(group) => {
                for ordinal in (0..has.ordinals).map(Ordinal) {
                    let mut write = writes[ordinal];
                    group.write(words, ordinal.index(), |pass| {
                        fields::write(pass, has, &mut write);
                    });
                }
            }
            Self::OfOne(group) => {
                let mut writes = *writes;
                group.write(words, 0, |pass| fields::only_write(pass, has, &mut writes));
            }
        }
    }

    #[inline(always)]
    pub fn read(&self, words: &[u64], has: &Features, writes: &mut Table<Write>) {
        match self {
            Self::OfEach(group) => {
                for ordinal in (0..has.ordinals).map(Ordinal) {
                    let write = &mut writes[ordinal];
                    group.read(words, ordinal.index(), |pass| {
                        fields::write(pass, has, write);
                    });
                }
            }
            Self::OfOne(group) => {
                group.read(words, 0, |pass| fields::only_write(pass, has, writes));
            }
        }
    }
}
