//! Successors that a worker has just passed on.

use super::store::same;

/// Most successors are met several times in a row; whoever is met again need not be stored again.
/// A row is forgotten when another one takes its place, and is never taken for another.
pub(super) struct Recent {
    /// By place: the hash of the row there, or 0 for none.
    hashes: Vec<u64>,
    rows: Vec<u64>,
}

const PLACES: usize = 1 << 11;

impl Recent {
    pub(super) fn new(words: usize) -> Self {
        Self {
            hashes: vec![0; PLACES],
            rows: vec![0; PLACES * words],
        }
    }

    pub(super) fn clear(&mut self) {
        self.hashes.fill(0);
    }

    /// Whether a row has just been passed on. If not, and if it is to be `put`, it has been now.
    #[inline(always)]
    pub(super) fn has(&mut self, hash: u64, row: &[u64], put: bool) -> bool {
        let place = hash as usize % PLACES;
        let start = place * row.len();
        let known = &mut self.rows[start..start + row.len()];
        // A hash of 0 is not remembered.
        if self.hashes[place] == hash && hash != 0 && same(known, row) {
            return true;
        }
        if put {
            self.hashes[place] = hash;
            known.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
        }
        false
    }

    pub(super) fn bytes(&self) -> u64 {
        ((self.rows.capacity() + self.hashes.capacity()) * size_of::<u64>()) as u64
    }
}
