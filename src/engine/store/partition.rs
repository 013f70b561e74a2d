//! One part of the store: the states whose hash it owns.

mod saved;

use super::lane::{Lane, News, Origin};
use super::table::{Entry, Table, ask_for, tag};
use super::{Format, Index, Kept, fold, join};

/// Rows whose places are asked for at once, before the first of them is looked at.
const BATCH: usize = 64;

/// On which way a state was reached: with how many faults, then in how many steps. The lesser
/// one is the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(in crate::engine) struct Rank(u32);

const DEPTH_BITS: u32 = 24;

impl Rank {
    pub(in crate::engine) const fn new(layer: u32, depth: u32) -> Self {
        Self(layer << DEPTH_BITS | depth)
    }

    pub(in crate::engine) const fn layer(self) -> u32 {
        self.0 >> DEPTH_BITS
    }
}

/// Whose successors are being stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Turn {
    /// Faults on the way to the states that are expanded.
    pub layer: u32,
    /// Steps on the way to them.
    pub depth: u32,
}

impl Turn {
    /// The rank of a successor.
    const fn rank(self, format: &Format, origin: Origin) -> Rank {
        let next_layer = format.ranked && origin.is_fault();
        Rank::new(self.layer + next_layer as u32, self.depth + 1)
    }
}

/// The states of one part of all hashes.
pub(in crate::engine) struct Partition {
    number: usize,
    kept_words: usize,
    kept: Vec<u64>,
    parents: Vec<Index>,
    /// Empty unless the format is ranked.
    ranks: Vec<Rank>,
    table: Table,
}

impl Partition {
    pub(super) fn new(number: usize, format: &Format) -> Self {
        Self {
            number,
            kept_words: format.kept_words(),
            kept: Vec::new(),
            parents: Vec::new(),
            ranks: Vec::new(),
            table: Table::for_states(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    pub(in crate::engine) fn kept(&self, local: u32) -> &[u64] {
        let start = local as usize * self.kept_words;
        &self.kept[start..start + self.kept_words]
    }

    pub(super) fn parent(&self, local: u32) -> Index {
        self.parents[local as usize]
    }

    pub(in crate::engine) fn rank(&self, local: u32) -> Rank {
        self.ranks.get(local as usize).copied().unwrap_or_default()
    }

    /// Stores the rows of a lane that are not stored yet, in order.
    pub(in crate::engine) fn store(&mut self, format: &Format, lane: &mut Lane, turn: Turn) {
        match (format.kept, format.words) {
            (Kept::Rows, 1) => self.store_rows::<1>(format, lane, turn),
            (Kept::Rows, 2) => self.store_rows::<2>(format, lane, turn),
            (Kept::Rows, 3) => self.store_rows::<3>(format, lane, turn),
            (Kept::Rows, 4) => self.store_rows::<4>(format, lane, turn),
            (Kept::Rows, 5) => self.store_rows::<5>(format, lane, turn),
            (Kept::Rows, 6) => self.store_rows::<6>(format, lane, turn),
            _ => self.store_rows::<0>(format, lane, turn),
        }
    }

    /// [`Partition::store`] for kept rows of `WORDS` words; 0 for any other kind.
    fn store_rows<const WORDS: usize>(&mut self, format: &Format, lane: &mut Lane, turn: Turn) {
        let count = lane.origins.len();
        let key = if WORDS > 0 {
            &format.key[..WORDS]
        } else {
            &format.key
        };
        let mut hashes = [0; BATCH];
        let mut fingerprints = [[0; fold::FINGERPRINT]; BATCH];
        for start in (0..count).step_by(BATCH) {
            let batch = start..(start + BATCH).min(count);
            self.make_room(format, batch.len());
            for (number, row) in batch.clone().enumerate() {
                let row = nth(&lane.rows, row, format.words);
                if format.kept == Kept::Fingerprints {
                    fingerprints[number] = fold::fingerprint(row);
                }
                let kept = kept_of::<WORDS>(format, row, &fingerprints[number]);
                hashes[number] = fold(kept, key);
                self.table.prefetch(self.table.place(hashes[number]));
            }
            for &hash in &hashes[..batch.len()] {
                if let Some(local) = self.table.candidate(hash) {
                    ask_for(&self.kept, local as usize * self.kept_words);
                }
            }
            for (number, place) in batch.enumerate() {
                let row = nth(&lane.rows, place, format.words);
                let kept = kept_of::<WORDS>(format, row, &fingerprints[number]);
                let origin = lane.origins[place];
                let (local, news) = self.keep::<WORDS>(format, kept, hashes[number], origin, turn);
                lane.targets.push(join(self.number, local));
                lane.news.push(news);
            }
        }
    }

    /// The number of a state, which is stored unless it is there or covered; and whether it has
    /// to get in line.
    #[inline(always)]
    fn keep<const WORDS: usize>(
        &mut self,
        format: &Format,
        kept: &[u64],
        hash: u64,
        origin: Origin,
        turn: Turn,
    ) -> (u32, News) {
        let mut place = self.table.place(hash);
        loop {
            let entry = self.table.entry(place);
            if entry.is_free() {
                break;
            }
            if entry.may_be(tag(hash)) {
                let local = entry.local();
                if covers::<WORDS>(format, self.kept(local), kept) {
                    let news = if entry.is_seed() {
                        self.reach_again(format, local, kept, origin, turn)
                    } else {
                        News::None
                    };
                    return (local, news);
                }
            }
            place = self.table.after(place);
        }
        let local = self.push(kept, origin.parent());
        let rank = turn.rank(format, origin);
        let is_seed = rank.layer() > turn.layer;
        self.table.set(place, Entry::new(local, hash, is_seed));
        if format.ranked {
            self.ranks.push(rank);
        }
        (local, News::of(is_seed))
    }

    fn push(&mut self, kept: &[u64], parent: Index) -> u32 {
        let local = u32::try_from(self.parents.len()).expect("checked by `Store::is_full`");
        self.kept.extend_from_slice(kept);
        self.parents.push(parent);
        local
    }

    /// A state that was first reached by a fault: if it waits on a worse way than this, it is
    /// moved forward.
    #[cold]
    fn reach_again(
        &mut self,
        format: &Format,
        local: u32,
        kept: &[u64],
        origin: Origin,
        turn: Turn,
    ) -> News {
        let rank = turn.rank(format, origin);
        // A state that only covers this one is not reached by this step.
        if rank >= self.rank(local) || self.kept(local) != kept {
            return News::None;
        }
        self.ranks[local as usize] = rank;
        self.parents[local as usize] = origin.parent();
        News::of(rank.layer() > turn.layer)
    }

    /// The states that are there so far are the initial ones, not successors.
    pub(in crate::engine) fn begin(&mut self) {
        self.ranks.fill(Rank::default());
    }

    /// The number of the state with this row, or of one that covers it.
    pub(super) fn find(&self, format: &Format, kept: &[u64], hash: u64) -> Option<Index> {
        self.search(hash, |local| covers::<0>(format, self.kept(local), kept))
            .map(|local| join(self.number, local))
    }

    /// Another state that covers this one.
    pub(in crate::engine) fn covering(&self, format: &Format, local: u32) -> Option<Index> {
        if format.spent.is_empty() {
            return None;
        }
        let kept = self.kept(local);
        let other = |other| other != local && covers::<0>(format, self.kept(other), kept);
        self.search(fold(kept, &format.key), other)
            .map(|local| join(self.number, local))
    }

    /// The first state with this hash that is as wanted.
    fn search(&self, hash: u64, is_wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let mut place = self.table.place(hash);
        loop {
            let entry = self.table.entry(place);
            if entry.is_free() {
                return None;
            }
            if entry.may_be(tag(hash)) && is_wanted(entry.local()) {
                return Some(entry.local());
            }
            place = self.table.after(place);
        }
    }

    /// Makes the columns and the table large enough for so many more states.
    fn make_room(&mut self, format: &Format, more: usize) {
        let states = self.len() + more;
        if self.parents.capacity() < states {
            // In small steps: what is asked for in vain is held in vain.
            let room = (self.len() / 4).max(more);
            self.parents.reserve_exact(room);
            self.kept.reserve_exact(room * self.kept_words);
            if format.ranked {
                self.ranks.reserve_exact(room);
            }
        }
        if self.table.is_crowded(states) {
            self.grow(format, states);
        }
    }

    /// Makes the table large enough for `states`.
    fn grow(&mut self, format: &Format, states: usize) {
        let mut seeds = vec![];
        if format.ranked {
            seeds = self.seeds();
        }
        self.table = self.fill(format, states, &seeds);
    }

    /// A table with room for `states`, and in it the states that are there.
    fn fill(&self, format: &Format, states: usize, seeds: &[bool]) -> Table {
        let mut table = Table::for_states(states);
        for local in 0..self.parents.len() {
            let hash = fold(nth(&self.kept, local, self.kept_words), &format.key);
            let is_seed = seeds.get(local).copied().unwrap_or(false);
            let local = u32::try_from(local).expect("numbers of states are `u32`");
            table.add(Entry::new(local, hash, is_seed), hash);
        }
        table
    }

    /// By state: whether it was first reached by a fault.
    fn seeds(&self) -> Vec<bool> {
        let mut seeds = vec![false; self.parents.len()];
        for place in 0..self.table.places() {
            let entry = self.table.entry(place);
            if !entry.is_free() {
                seeds[entry.local() as usize] = entry.is_seed();
            }
        }
        seeds
    }

    pub(super) fn bytes(&self) -> u64 {
        let columns = self.kept.capacity() * size_of::<u64>()
            + self.parents.capacity() * size_of::<Index>()
            + self.ranks.capacity() * size_of::<Rank>();
        columns as u64 + self.table.bytes()
    }
}

/// Row number `number` of rows of `words` words.
#[inline(always)]
pub(in crate::engine) fn nth(rows: &[u64], number: usize, words: usize) -> &[u64] {
    &rows[number * words..(number + 1) * words]
}

/// What is kept of a row.
#[inline(always)]
fn kept_of<'a, const WORDS: usize>(
    format: &Format,
    row: &'a [u64],
    fingerprint: &'a [u64; fold::FINGERPRINT],
) -> &'a [u64] {
    if WORDS > 0 {
        return &row[..WORDS];
    }
    match format.kept {
        Kept::Rows => row,
        Kept::Fingerprints => fingerprint,
    }
}

/// Whether a stored state is the other one, or the same but for fewer faults spent.
#[inline(always)]
fn covers<const WORDS: usize>(format: &Format, stored: &[u64], other: &[u64]) -> bool {
    if format.spent.is_empty() {
        return if WORDS > 0 {
            stored.first_chunk::<WORDS>() == other.first_chunk::<WORDS>()
        } else {
            stored == other
        };
    }
    let words = stored.iter().zip(other).zip(&format.key);
    let mut differences = words.map(|((stored, other), key)| (stored ^ other) & key);
    differences.all(|difference| difference == 0)
        && format
            .spent
            .iter()
            .all(|bits| bits.of(stored) <= bits.of(other))
}
