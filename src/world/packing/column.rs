//! What there is of an ordinal on one side.
//!
//! Most of a row is columns, and most steps change one. Each object in it has few values: what
//! the description of its fields says of them is kept in tables.

use super::builder::Builder;
use super::exchange::Strip;
use super::features::Features;
use super::fields;
use super::pass::{Needs, Reader, Writer};
use super::row::Needed;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::{Containers, Pod};
use crate::world::volume::{Claim, DiskSet, Volume, Volumes};

/// The columns of one side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    /// Where they are.
    strip: Strip,
    pods: Object<Option<Pod>>,
    containers: Object<Containers>,
    claims: Object<Option<Claim>>,
    fixed: Object<Option<Volume>>,
    provisioned: Object<Option<Volume>>,
    attached: Object<DiskSet>,
}

/// One object of a column: its values and their bits.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Object<T> {
    /// Where it is in the column.
    shift: u32,
    /// A one for each of its bits.
    mask: u64,
    /// By its code: its bits, moved to where they are in the column.
    bits: Vec<u64>,
    /// By its bits: its value.
    values: Vec<T>,
}

impl<T: Copy + Default> Object<T> {
    /// An object whose bits begin at `end` of the column. Moves `end` behind them.
    fn new(end: &mut u32, needs: impl Fn(&mut Needs), read: impl Fn(&mut Reader, &mut T)) -> Self {
        let mut found = Needs::default();
        needs(&mut found);
        let needed = Needed::new(found.mask);
        let shift = *end;
        *end += needed.bits;
        let value = |bits: u64| {
            let mut value = T::default();
            read(&mut Reader::new(needed.widen(bits)), &mut value);
            value
        };
        Self {
            shift,
            mask: (1 << needed.bits) - 1,
            bits: (0..1 << found.at)
                .map(|code| needed.squeeze(code) << shift)
                .collect(),
            values: (0..1 << needed.bits).map(value).collect(),
        }
    }

    #[inline(always)]
    fn write(&self, column: &mut u64, fields: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::default();
        fields(&mut writer);
        *column |= self.bits[writer.code as usize];
    }

    #[inline(always)]
    fn read(&self, column: u64) -> T {
        self.values[(column >> self.shift & self.mask) as usize]
    }
}

/// An object whose bits begin at `end`, by the one description of its fields.
macro_rules! object {
    ($end:expr, $fields:ident, $($given:expr),+) => {
        Object::new(
            $end,
            |pass| fields::$fields(pass, $($given),+, &mut Default::default()),
            |pass, value| fields::$fields(pass, $($given),+, value),
        )
    };
}

impl Columns {
    /// The columns of a side, at the end of the row as far as it is laid out.
    pub fn new(has: &Features, id: ClusterId, row: &mut Builder) -> Self {
        let bits = &mut 0;
        let mut columns = Self {
            strip: Strip { at: 0, bits: 0 },
            pods: object!(bits, pod, has),
            containers: object!(bits, containers, has),
            claims: object!(bits, claim, has),
            fixed: object!(bits, fixed_volume, has, id),
            provisioned: object!(bits, provisioned_volume, has, id),
            attached: object!(bits, attached, has, id),
        };
        columns.strip = row.strip(*bits as usize);
        columns
    }

    /// Writes the column of an ordinal over whatever is at its place.
    #[inline(always)]
    pub fn write(
        &self,
        words: &mut [u64],
        has: &Features,
        id: ClusterId,
        world: &World,
        ordinal: Ordinal,
    ) {
        let from = world.column(id, ordinal);
        let mut column = 0;
        let mut pod = from.pod;
        self.pods
            .write(&mut column, |pass| fields::pod(pass, has, &mut pod));
        let mut containers = from.containers;
        self.containers.write(&mut column, |pass| {
            fields::containers(pass, has, &mut containers);
        });
        if has.claims {
            let mut claim = from.claim;
            self.claims
                .write(&mut column, |pass| fields::claim(pass, has, &mut claim));
            let mut volumes = from.volumes;
            self.fixed.write(&mut column, |pass| {
                fields::fixed_volume(pass, has, id, &mut volumes.fixed);
            });
            self.provisioned.write(&mut column, |pass| {
                fields::provisioned_volume(pass, has, id, &mut volumes.provisioned);
            });
            let mut attached = from.attached;
            self.attached.write(&mut column, |pass| {
                fields::attached(pass, has, id, &mut attached);
            });
        }
        self.strip.put(words, ordinal, column);
    }

    /// Reads the column of an ordinal into `world`.
    #[inline(always)]
    pub fn read(
        &self,
        words: &[u64],
        has: &Features,
        id: ClusterId,
        world: &mut World,
        ordinal: Ordinal,
    ) {
        let column = self.strip.of(words, ordinal);
        let into = world.column_mut(id, ordinal);
        into.pod = self.pods.read(column);
        into.containers = self.containers.read(column);
        if has.claims {
            into.claim = self.claims.read(column);
            into.volumes = Volumes {
                fixed: self.fixed.read(column),
                provisioned: self.provisioned.read(column),
            };
            into.attached = self.attached.read(column);
        }
    }
}
