//! What a row has of each ordinal, so that ordinals can change places in it.
//!
//! The state that stands for all that are alike to it is the one whose alike ordinals are sorted
//! by what the row has of them. Sorting worlds and packing them again would take longer than the
//! step itself, so it is done in the row: all that is laid out for each ordinal lies in strips of
//! equal parts, and to exchange two ordinals is to exchange their parts of each strip.
//!
//! ```text
//! strip 0  | ordinal 0 | ordinal 1 | ordinal 2 |      exchange 0 and 2:
//! strip 1  | 0 | 1 | 2 |                              | 2 | 1 | 0 | in every strip
//! ```
//!
//! It is right if the strips have *all* of an ordinal, so [`super::builder::Builder`] notes each
//! when it is laid out. Numbers of ordinals, such as where the driver is, are in no strip, and need
//! not be: an ordinal that anything names is not alike to others ([`crate::world::symmetry`]).
//! Sorting exchanges neighbours only, so a set is sorted whatever lies between its ordinals.

use std::cmp::Ordering;

use super::Layout;
use super::row::{get, put};
use crate::world::id::Ordinal;

/// As many bits for each ordinal, those of ordinal 0 first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Strip {
    /// Where it begins.
    pub at: usize,
    /// Bits of one ordinal.
    pub bits: usize,
}

impl Strip {
    /// The bits of an ordinal.
    #[inline(always)]
    pub fn of(self, words: &[u64], ordinal: Ordinal) -> u64 {
        let all = u64::MAX >> (64 - self.bits);
        get(words, self.at + ordinal.index() * self.bits, self.bits) & all
    }

    /// Writes the bits of an ordinal over whatever is there.
    #[inline(always)]
    pub fn put(self, words: &mut [u64], ordinal: Ordinal, value: u64) {
        let at = self.at + ordinal.index() * self.bits;
        put(words, at, self.bits, value);
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
