//! What there is of an ordinal on one side.
//!
//! Most of a row is columns, and most steps change one. Each object in it has few values: what
//! the description of its fields says of them is kept in tables. A column is as many words as its
//! objects take; none lies across two of them:
//!
//! ```text
//! row     | frame | words 0 of the columns of ordinals 0, 1, .. | words 1 .. | other groups
//! word 0  | Pod | containers | claim | volumes | attachments | claim of another template | ..
//! ```

use super::builder::Builder;
use super::exchange::Strip;
use super::features::Features;
use super::fields;
use super::pass::{Needs, Reader, Writer};
use super::row::Needed;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::{Containers, Pod};
use crate::world::row::{Column, Supply};
use crate::world::volume::{Claim, DiskSet, Template, Volume, Volumes};

/// The columns of one side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    /// Where each word of them is; one that is not needed has no bits.
    strips: [Strip; WORDS],
    pods: Object<Option<Pod>>,
    containers: Object<Containers>,
    /// For each claim template what there is.
    supplies: Vec<Supplies>,
}

/// What there is of a claim template.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Supplies {
    claims: Object<Option<Claim>>,
    fixed: Object<Option<Volume>>,
    provisioned: Object<Option<Volume>>,
    attached: Object<DiskSet>,
    staged: Object<DiskSet>,
}

/// The most words that a column takes.
const WORDS: usize = 3;

/// The bits of each word of a column that are taken.
#[derive(Clone, Copy, Default)]
struct Room([u32; WORDS]);

impl Room {
    /// The word and the bit at which an object of so many bits begins.
    fn take(&mut self, bits: u32) -> (usize, u32) {
        // One that takes no bits needs a place to be shifted to all the same.
        let mut words = self.0.iter();
        let word = words.position(|taken| taken + bits.max(1) <= u64::BITS);
        let word = word.expect("a column fits its words");
        let shift = self.0[word];
        self.0[word] += bits;
        (word, shift)
    }
}

/// One object of a column: its values and their bits.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Object<T> {
    /// In which word of the column it is.
    word: usize,
    /// Where in that word.
    shift: u32,
    /// A one for each of its bits.
    mask: u64,
    /// By its code: its bits, moved to where they are in the column.
    bits: Vec<u64>,
    /// By its bits: its value.
    values: Vec<T>,
}

impl<T: Copy + Default> Object<T> {
    /// An object that takes its bits of `room`.
    fn new(
        room: &mut Room,
        needs: impl Fn(&mut Needs),
        read: impl Fn(&mut Reader, &mut T),
    ) -> Self {
        let mut found = Needs::default();
        needs(&mut found);
        let needed = Needed::new(found.mask);
        let (word, shift) = room.take(needed.bits);
        let value = |bits: u64| {
            let mut value = T::default();
            read(&mut Reader::new(needed.widen(bits)), &mut value);
            value
        };
        Self {
            word,
            shift,
            mask: (1 << needed.bits) - 1,
            bits: (0..1 << found.at)
                .map(|code| needed.squeeze(code) << shift)
                .collect(),
            values: (0..1 << needed.bits).map(value).collect(),
        }
    }

    #[inline(always)]
    fn write<const WIDE: bool>(&self, column: &mut [u64; WORDS], fields: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::default();
        fields(&mut writer);
        let word = if WIDE { self.word } else { 0 };
        column[word] |= self.bits[writer.code as usize];
    }

    #[inline(always)]
    fn read<const WIDE: bool>(&self, column: [u64; WORDS]) -> T {
        let word = if WIDE { self.word } else { 0 };
        self.values[(column[word] >> self.shift & self.mask) as usize]
    }
}

/// An object that takes its bits of a room, by the one description of its fields.
macro_rules! object {
    ($room:expr, $fields:ident, $($given:expr),+) => {
        Object::new(
            $room,
            |pass| fields::$fields(pass, $($given),+, &mut Default::default()),
            |pass, value| fields::$fields(pass, $($given),+, value),
        )
    };
}

impl Columns {
    /// The columns of a side, at the end of the row as far as it is laid out.
    pub fn new(has: &Features, id: ClusterId, row: &mut Builder) -> Self {
        Self::within(Room::default(), has, id, row)
    }

    /// The same, where some bits of each column are taken.
    fn within(mut room: Room, has: &Features, id: ClusterId, row: &mut Builder) -> Self {
        let bits = &mut room;
        let mut columns = Self {
            strips: [Strip::default(); WORDS],
            pods: object!(bits, pod, has, id),
            containers: object!(bits, containers, has),
            supplies: (0..has.templates as u8)
                .map(|template| Supplies::new(bits, has, (id, Template(template))))
                .collect(),
        };
        columns.strips = room.0.map(|bits| row.strip(bits as usize));
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
        let [first, second, _] = self.strips;
        if second.bits == 0 {
            let [column, ..] = self.code::<false>(has, id, from);
            return first.put(words, ordinal, column);
        }
        let column = self.wide_code(has, id, from);
        for (strip, word) in self.strips.iter().zip(column) {
            if strip.bits > 0 {
                strip.put(words, ordinal, word);
            }
        }
    }

    /// Reads the column of an ordinal into `world`.
    #[inline(always)]
    pub fn read(&self, words: &[u64], id: ClusterId, world: &mut World, ordinal: Ordinal) {
        let into = world.column_mut(id, ordinal);
        let [first, second, _] = self.strips;
        if second.bits == 0 {
            let column = first.of(words, ordinal);
            self.decode::<false>([column, 0, 0], into);
        } else {
            let word = |strip: &Strip| match strip.bits {
                0 => 0,
                _ => strip.of(words, ordinal),
            };
            self.decode_wide(self.strips.each_ref().map(word), into);
        }
    }

    /// The words of a column. Only one that is `WIDE` has anything in another than the first: the
    /// usual case then needs no look at where each object is.
    #[inline(always)]
    fn code<const WIDE: bool>(&self, has: &Features, id: ClusterId, from: &Column) -> [u64; WORDS] {
        let mut column = [0; WORDS];
        let mut pod = from.pod;
        self.pods
            .write::<WIDE>(&mut column, |pass| fields::pod(pass, has, id, &mut pod));
        let mut containers = from.containers;
        self.containers.write::<WIDE>(&mut column, |pass| {
            fields::containers(pass, has, &mut containers);
        });
        for (template, supplies) in (0..).map(Template).zip(&self.supplies) {
            supplies.write::<WIDE>(&mut column, has, (id, template), &from[template]);
        }
        column
    }

    #[inline(never)]
    fn wide_code(&self, has: &Features, id: ClusterId, from: &Column) -> [u64; WORDS] {
        self.code::<true>(has, id, from)
    }

    #[inline(always)]
    fn decode<const WIDE: bool>(&self, column: [u64; WORDS], into: &mut Column) {
        into.pod = self.pods.read::<WIDE>(column);
        into.containers = self.containers.read::<WIDE>(column);
        for (template, supplies) in (0..).map(Template).zip(&self.supplies) {
            into[template] = supplies.read::<WIDE>(column);
        }
    }

    #[inline(never)]
    fn decode_wide(&self, column: [u64; WORDS], into: &mut Column) {
        self.decode::<true>(column, into);
    }
}

impl Supplies {
    fn new(room: &mut Room, has: &Features, at: (ClusterId, Template)) -> Self {
        let id = at.0;
        Self {
            claims: object!(room, claim, has),
            fixed: object!(room, fixed_volume, has, at),
            provisioned: object!(room, provisioned_volume, has, id),
            attached: object!(room, attached, has, id),
            staged: object!(room, staged, has, id),
        }
    }

    #[inline(always)]
    fn write<const WIDE: bool>(
        &self,
        column: &mut [u64; WORDS],
        has: &Features,
        at: (ClusterId, Template),
        from: &Supply,
    ) {
        let (mut claim, mut volumes, mut attached) = (from.claim, from.volumes, from.attached);
        self.claims
            .write::<WIDE>(column, |pass| fields::claim(pass, has, &mut claim));
        self.fixed.write::<WIDE>(column, |pass| {
            fields::fixed_volume(pass, has, at, &mut volumes.fixed);
        });
        self.provisioned.write::<WIDE>(column, |pass| {
            fields::provisioned_volume(pass, has, at.0, &mut volumes.provisioned);
        });
        self.attached.write::<WIDE>(column, |pass| {
            fields::attached(pass, has, at.0, &mut attached);
        });
        if has.staged {
            let mut staged = from.staged;
            self.staged.write::<WIDE>(column, |pass| {
                fields::staged(pass, has, at.0, &mut staged);
            });
        }
    }

    #[inline(always)]
    fn read<const WIDE: bool>(&self, column: [u64; WORDS]) -> Supply {
        Supply {
            claim: self.claims.read::<WIDE>(column),
            volumes: Volumes {
                fixed: self.fixed.read::<WIDE>(column),
                provisioned: self.provisioned.read::<WIDE>(column),
            },
            attached: self.attached.read::<WIDE>(column),
            staged: self.staged.read::<WIDE>(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::pod::PodPhase;
    use crate::world::setup::Setup;

    /// Whatever is taken of the first word, every object is read back from where it is.
    #[test]
    fn a_column_of_two_words_is_read_back() {
        let mut pod = Pod {
            phase: PodPhase::Running,
            ready: true,
            ..Pod::default()
        };
        for taken in [0, 54, 58, 62, 63] {
            let has = Features::of(&Setup {
                ordinals: 3,
                ..Setup::default()
            });
            let mut row = Builder {
                ordinals: has.ordinals,
                ..Builder::default()
            };
            let room = Room([taken, 0, 0]);
            let columns = Columns::within(room, &has, ClusterId::Source, &mut row);
            let mut words = vec![0; row.bits.div_ceil(64)];
            let mut world = World::default();
            for ordinal in (0..3).map(Ordinal) {
                pod.terminating = ordinal.0 == 1;
                let column = world.column_mut(ClusterId::Source, ordinal);
                column.pod = Some(pod);
                column.containers.run = ordinal.0 != 2;
                columns.write(&mut words, &has, ClusterId::Source, &world, ordinal);
            }
            let mut read = World::default();
            for ordinal in (0..3).map(Ordinal) {
                columns.read(&words, ClusterId::Source, &mut read, ordinal);
            }
            assert_eq!(read, world, "{taken} bits taken");
        }
    }
}
