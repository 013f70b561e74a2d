//! Fields that are written together: of the whole world, or of an ordinal.

use super::exchange::Strip;
use super::pass::{Needs, Reader, Writer};
use super::row::{Needed, get, put};

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
    /// `count` codes, which begin at `end` of the row. Moves `end` behind them.
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
