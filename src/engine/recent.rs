//! Successors that a worker has just passed on.

use super::store::{Format, prefetch, same};

/// Most successors are met several times in a row; one that is met again need not be stored again.
/// A row is forgotten when another one takes its place, and is never taken for another.
pub(super) struct Recent {
    /// By place: a row that belongs there. Or, if nothing has been passed on yet, one that belongs
    /// elsewhere.
    rows: Vec<u64>,
    /// One less than the number of places, which is a power of two.
    mask: usize,
    /// Not all rows belong to the same place.
    is_of_use: bool,
}

/// The most words of all rows together: what the processor's nearer caches can hold.
const MOST_WORDS: usize = 1 << 16;

/// Places when there are few states.
const FEW: usize = 1 << 11;

/// States for each place when there are many.
const STATES: u64 = 16;

impl Recent {
    pub(super) fn new(format: &Format) -> Self {
        Self::with_places(format, FEW)
    }

    fn with_places(format: &Format, places: usize) -> Self {
        let mut recent = Self {
            rows: vec![0; places * format.words],
            mask: places - 1,
            is_of_use: true,
        };
        recent.set_apart(format);
        recent
    }

    /// Gets more places if so many states are worth it. Then it starts again with none.
    pub(super) fn fit(&mut self, format: &Format, states: u64) {
        let places = 2 * (self.mask + 1);
        if places * format.words <= MOST_WORDS && places as u64 * STATES <= states {
            *self = Self::with_places(format, places);
        }
    }

    pub(super) fn clear(&mut self, format: &Format) {
        self.rows.fill(0);
        self.set_apart(format);
    }

    /// A row of zeros is out of place anywhere but at its own place, which gets another one.
    fn set_apart(&mut self, format: &Format) {
        let place = |word: u64| self.place(format.hash(&vec![word; format.words]));
        let zeros = place(0);
        let other = (1..=1 << 12).find(|&word| place(word) != zeros);
        self.is_of_use = other.is_some();
        let start = zeros * format.words;
        self.rows[start..start + format.words].fill(other.unwrap_or_default());
    }

    /// Whether rows may be looked for here. They may not if all have the same hash, as when a state
    /// is nothing but counts of faults.
    pub(super) const fn is_of_use(&self) -> bool {
        self.is_of_use
    }

    #[inline(always)]
    const fn place(&self, hash: u64) -> usize {
        hash as usize & self.mask
    }

    /// Prefetches the place of a row that will be looked for soon.
    #[inline(always)]
    pub(super) fn prefetch(&self, hash: u64, words: usize) {
        prefetch(&self.rows, self.place(hash) * words);
    }

    /// Whether a row has just been passed on. If not, and if it is to be `put`, it has been now.
    #[inline(always)]
    pub(super) fn has(&mut self, hash: u64, row: &[u64], put: bool) -> bool {
        let start = self.place(hash) * row.len();
        let known = &mut self.rows[start..start + row.len()];
        let has = same(known, row);
        if put {
            known.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
        }
        has
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.rows.capacity() * size_of::<u64>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Bits;
    use crate::engine::store::Kept;

    fn bits(word: usize, shift: u32, width: u32) -> Bits {
        Bits { word, shift, width }
    }

    /// Expects that a row is found once it has been put, and not before.
    fn check(format: &Format, recent: &mut Recent, row: &[u64]) {
        let hash = format.hash(row);
        assert!(!recent.has(hash, row, false), "{row:?} has not been put");
        assert!(!recent.has(hash, row, true), "{row:?} has not been put");
        assert!(recent.has(hash, row, true), "{row:?} has been put");
    }

    #[test]
    fn no_row_is_there_before_it_is_put() {
        let counts = vec![bits(0, 0, 4)];
        for (kept, spent) in [(Kept::Rows, counts), (Kept::Fingerprints, Vec::new())] {
            let format = Format::new(2, kept, true, spent);
            let mut recent = Recent::new(&format);
            for _ in 0..2 {
                for word in 0..64 {
                    check(&format, &mut recent, &[word, word]);
                    check(&format, &mut recent, &[word, 64]);
                }
                recent.clear(&format);
            }
        }
    }

    #[test]
    fn it_grows_with_the_states() {
        let format = Format::new(4, Kept::Rows, false, Vec::new());
        let mut recent = Recent::new(&format);
        let few = recent.bytes();
        recent.fit(&format, 1 << 10);
        assert_eq!(recent.bytes(), few);
        for _ in 0..64 {
            recent.fit(&format, 1 << 30);
        }
        assert_eq!(recent.bytes(), 8 * MOST_WORDS as u64);
        check(&format, &mut recent, &[0; 4]);
    }

    #[test]
    fn it_is_of_no_use_where_all_rows_belong_to_one_place() {
        let spent = vec![bits(0, 0, 32), bits(0, 32, 32)];
        let format = Format::new(1, Kept::Rows, true, spent);
        assert!(!Recent::new(&format).is_of_use());
    }
}
