//! Fields that are written together: of the whole world, or of an ordinal.
//!
//! Whether a field has bits depends on the setup, so its place in the row would have to be looked
//! up for every field of every step. Instead all fields of a group are first put side by side into
//! a code, at places that the compiler knows, and then the bits that this setup needs are squeezed
//! together, at once:
//!
//! ```text
//! code   | phase . | ready | available | terminating | owner . . |   64 bits at most
//! needed |       x |   x   |           |      x      |           |
//! row    .. | phase ready terminating | ..
//! ```
//!
//! A group has one run of neighbours in most setups, so that is a shift and a mask. A field that
//! does not fit would spill into its neighbour: which bits there are is asserted once for a layout.

use super::exchange::Strip;
use super::pass::{Needs, Reader, Writer};
use super::row::{Needed, get, put};
use crate::world::id::Ordinal;

/// Fields of one kind, once in a row or once for each ordinal.
///
/// A code has room for every field that some setup has. In the row there are only the bits that
/// this setup needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    /// Where the first one begins.
    at: usize,
    needed: Needed,
}

impl Group {
    /// `count` codes, which begin at `end` of the row. Moves `end` past them.
    pub fn new(needs: &Needs, count: usize, end: &mut usize) -> Self {
        let group = Self {
            at: *end,
            needed: Needed::new(needs.mask),
        };
        *end += count * group.bits();
        group
    }

    /// The bits of all of them.
    pub const fn strip(&self) -> Strip {
        Strip {
            at: self.at,
            bits: self.bits(),
        }
    }

    const fn bits(&self) -> usize {
        self.needed.bits as usize
    }

    /// Writes the fields of number `index` over whatever is at their place.
    #[inline(always)]
    pub fn write(&self, words: &mut [u64], index: usize, fields: impl FnOnce(&mut Writer)) {
        if self.bits() == 0 {
            return;
        }
        let mut writer = Writer::default();
        fields(&mut writer);
        let value = self.needed.squeeze(writer.code);
        put(words, self.at + index * self.bits(), self.bits(), value);
    }

    /// Writes the fields of the numbers below `count` over whatever is at their places.
    #[inline(always)]
    pub fn write_each(&self, words: &mut [u64], count: u8, fields: impl Fn(&mut Writer, Ordinal)) {
        if self.bits() == 0 {
            return;
        }
        // They are side by side: as many as a word holds are put into the row at once.
        let (mut at, mut value, mut bits) = (self.at, 0, 0);
        for ordinal in (0..count).map(Ordinal) {
            if bits + self.bits() > 64 {
                put(words, at, bits, value);
                (at, value, bits) = (at + bits, 0, 0);
            }
            let mut writer = Writer::default();
            fields(&mut writer, ordinal);
            value |= self.needed.squeeze(writer.code) << bits;
            bits += self.bits();
        }
        if bits > 0 {
            put(words, at, bits, value);
        }
    }

    /// Reads the fields of the numbers below `count`. What no setup changes is left as it is.
    #[inline(always)]
    pub fn read_each(
        &self,
        words: &[u64],
        count: u8,
        mut fields: impl FnMut(&mut Reader, Ordinal),
    ) {
        if self.bits() == 0 {
            return;
        }
        for ordinal in (0..count).map(Ordinal) {
            self.read(words, ordinal.index(), |pass| fields(pass, ordinal));
        }
    }

    /// Reads the fields of number `index`.
    #[inline(always)]
    pub fn read(&self, words: &[u64], index: usize, fields: impl FnOnce(&mut Reader)) {
        let mut code = 0;
        if self.bits() > 0 {
            let value = get(words, self.at + index * self.bits(), self.bits());
            code = self.needed.widen(value);
        }
        fields(&mut Reader::new(code));
    }
}
