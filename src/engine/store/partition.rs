//! One part of the store: the states whose hash it owns.
//!
//! States are numbered in the order in which they come and never move, so all that is known of
//! one stands in columns side by side, and a search pays for a state's row and one number:
//!
//! ```text
//! local       0        1        2     ..
//! kept     | row    | row    | row    |   `kept_words` words each
//! parents  | Index  | Index  | Index  |   of whichever successor came first
//! ranks    | Rank   | Rank   | Rank   |   } only if the format is ranked
//! seeds    | bit    | bit    | bit    |   }
//! table    hash -> local, a hint: `kept` decides
//! ```
//!
//! A parent is a state with a step to this one; which step that is, the model is asked again. This
//! is right for as long as rows, parents and lanes agree on the place of a state: nothing in a row
//! says which state it is. [`Partition::store`] looks at that once a block.
//!
//! A state with a rank may have been reached by a fault first, in the layer before its turn, and
//! is reached again on a better way. Only such a one, a seed, can change its parent, so only
//! seeds take the slow way through [`Partition::reach_again`].

mod saved;

use super::lane::{BEHIND, Found, Lane, Note};
use super::table::{Probe, Table, prefetch};
use super::width::{Any, Width, by_width};
use super::{Format, Index, MAX_LOCAL, append, fold, join, partition_of};

/// Rows whose places are prefetched at once, while those before them are looked at.
const BATCH: usize = 64;

/// On which way a state was reached: with how many faults, then in how many steps. The lesser
/// one is the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(in crate::engine) struct Rank(u32);

const DEPTH_BITS: u32 = 24;

impl Rank {
    const MOST_DEPTH: u32 = (1 << DEPTH_BITS) - 1;
    const MOST_LAYERS: u32 = (1 << (u32::BITS - DEPTH_BITS)) - 1;

    /// Layer and depth have to fit: [`Turn::check_ranks`].
    pub(in crate::engine) const fn new(layer: u32, depth: u32) -> Self {
        Self(layer << DEPTH_BITS | depth)
    }
}

/// Whose successors are being stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Turn {
    /// Faults on the way to the states that are expanded.
    pub layer: u32,
    /// Steps on the way to them.
    pub depth: u32,
    /// Steps are recorded: where each leads is to be told.
    pub records: bool,
}

impl Turn {
    /// The ranks of all successors are in order: no depth reaches into the bits of the layer.
    fn check_ranks(self) {
        let Self { layer, depth, .. } = self;
        assert!(
            layer < Rank::MOST_LAYERS && depth < Rank::MOST_DEPTH,
            "the rank of a state after {layer} faults and {depth} steps overflows"
        );
    }

    /// The rank of a successor.
    const fn rank(self, format: &Format, note: Note) -> Rank {
        let next_layer = format.ranked && note.is_fault();
        Rank::new(self.layer + next_layer as u32, self.depth + 1)
    }
}

/// How rows are stored, the same for all rows of a block.
#[derive(Clone, Copy)]
struct Storing<'a, W> {
    format: &'a Format,
    turn: Turn,
    width: W,
}

/// What comes to be stored: what is kept of a row, its hash and its note.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    kept: &'a [u64],
    hash: u64,
    note: Note,
}

/// The states of one part of all hashes.
pub(in crate::engine) struct Partition {
    number: usize,
    kept_words: usize,
    kept: Vec<u64>,
    parents: Vec<Index>,
    /// Empty unless the format is ranked.
    ranks: Vec<Rank>,
    /// Bit by state, if the format is ranked: it was first reached by a fault, and may yet be
    /// reached on a better way.
    seeds: Vec<u64>,
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
            seeds: Vec::new(),
            table: Table::for_states(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    pub(in crate::engine) fn kept(&self, local: u32) -> &[u64] {
        nth(&self.kept, local as usize, self.kept_words)
    }

    /// Prefetches what is kept of a state.
    #[inline(always)]
    pub(super) fn prefetch(&self, local: u32) {
        prefetch(&self.kept, local as usize * self.kept_words);
    }

    pub(super) fn parent(&self, local: u32) -> Index {
        self.parents[local as usize]
    }

    pub(in crate::engine) fn rank(&self, local: u32) -> Rank {
        self.ranks.get(local as usize).copied().unwrap_or_default()
    }

    fn is_seed(&self, local: u32) -> bool {
        let word = self.seeds.get(local as usize / 64);
        word.is_some_and(|word| word >> (local % 64) & 1 == 1)
    }

    /// Stores the rows of lanes that are not stored yet, in order.
    pub(in crate::engine) fn store(&mut self, format: &Format, lanes: &mut [Lane], turn: Turn) {
        self.check_shapes(format, lanes, turn);
        // Little code, and most of the time of a search: worth a copy for wider rows, too.
        by_width!(format, [1 2 3 4 5 6], width => {
            let storing = Storing { format, turn, width };
            self.store_lanes(storing, lanes);
        });
    }

    /// Rows are cut out of lanes and columns by arithmetic alone: by another width than they were
    /// written with they would be other states, and a rank that overflows another rank.
    fn check_shapes(&self, format: &Format, lanes: &[Lane], turn: Turn) {
        let (states, each) = (self.len(), self.kept_words);
        assert!(
            each == format.kept_words() && self.kept.len() == states * each,
            "partition {} is corrupt: {} words kept of {states} states of {each} words",
            self.number,
            self.kept.len()
        );
        let ranked = if format.ranked { states } else { 0 };
        assert!(
            self.ranks.len() == ranked && self.seeds.len() == ranked.div_ceil(64),
            "partition {} is corrupt: {} ranks and {} words of seeds of {ranked} ranked states",
            self.number,
            self.ranks.len(),
            self.seeds.len()
        );
        if format.ranked {
            turn.check_ranks();
        }
        for lane in lanes {
            lane.check(format.words);
            let Some(row) = lane.rows.get(..format.words + BEHIND) else {
                continue;
            };
            let hash = row[format.words + 1];
            assert!(
                hash == format.hash(&row[..format.words]) && partition_of(hash) == self.number,
                "a row with hash {hash:x} has come to partition {}, which would not find it again",
                self.number
            );
        }
    }

    /// [`Partition::store`] for rows of a width.
    ///
    /// The memory that a row needs is prefetched long before it is looked at: first its bucket,
    /// one by one while the batch before is looked up, then the state that it is likely to be.
    fn store_lanes<W: Width>(&mut self, storing: Storing<W>, lanes: &mut [Lane]) {
        let words = storing.width.words();
        let batch_words = BATCH * (words + BEHIND);
        let mut lanes = lanes.iter_mut().peekable();
        if let Some(lane) = lanes.peek() {
            self.prefetch_buckets(first_of(&lane.rows, batch_words), words);
        }
        while let Some(lane) = lanes.next() {
            let rows = std::mem::take(&mut lane.rows);
            let mut batches = rows.chunks(batch_words).zip(0..).peekable();
            while let Some((batch, number)) = batches.next() {
                let next = match (batches.peek(), lanes.peek()) {
                    (Some((next, _)), _) => next,
                    (None, Some(lane)) => first_of(&lane.rows, batch_words),
                    (None, None) => &[],
                };
                self.make_room(storing.format, batch.len() / (words + BEHIND));
                self.store_batch(storing, lane, (batch, number), next);
            }
            lane.rows = rows;
        }
    }

    /// Stores the rows of a batch of a lane, and tells the lane what they are. The buckets of the
    /// `next` batch are prefetched.
    #[inline(always)]
    fn store_batch<W: Width>(
        &mut self,
        storing: Storing<W>,
        lane: &mut Lane,
        (batch, number): (&[u64], u32),
        next: &[u64],
    ) {
        let Storing {
            format,
            turn,
            width,
        } = storing;
        let words = width.words();
        let rows = batch.chunks_exact(words + BEHIND);
        let mut next = next.chunks_exact(words + BEHIND);
        let count = rows.len();
        let mut likely = [0; BATCH];
        for (row, likely) in rows.zip(&mut likely) {
            if let Some(next) = next.next() {
                self.table.prefetch(next[words + 1]);
            }
            *likely = self.table.candidate(row[words + 1]);
            self.prefetch(*likely);
            self.table.prefetch_overflow(row[words + 1]);
        }
        next.for_each(|next| self.table.prefetch(next[words + 1]));
        if turn.records {
            let likely = likely[..count].iter();
            lane.targets
                .extend(likely.map(|&local| join(self.number, local)));
        }
        let mut unknown = [0; BATCH];
        let count = self.leave_out_known(storing, batch, &likely, &mut unknown);
        for &place in &unknown[..count] {
            let row = &batch[place as usize * (words + BEHIND)..][..words + BEHIND];
            let (local, is_news) = self.store_row(storing, row);
            let index = join(self.number, local);
            let place = number * BATCH as u32 + place;
            if turn.records {
                lane.targets[place as usize] = index;
            }
            if is_news {
                let note = Note::from_word(row[words]);
                let is_later = format.ranked && note.is_fault();
                let line = if is_later {
                    &mut lane.later
                } else {
                    &mut lane.now
                };
                let number = note.number();
                line.push(Found {
                    number,
                    index,
                    place,
                });
            }
        }
    }

    /// Prefetches the buckets of rows.
    #[inline(always)]
    fn prefetch_buckets(&self, rows: &[u64], words: usize) {
        for row in rows.chunks_exact(words + BEHIND) {
            self.table.prefetch(row[words + 1]);
        }
    }

    /// Writes to the front of `unknown` the places of those rows that are not the state that they
    /// are likely to be, and tells how many there are. It cannot be predicted which, so there is no
    /// branch on it.
    #[inline(always)]
    fn leave_out_known<W: Width>(
        &self,
        storing: Storing<W>,
        batch: &[u64],
        likely: &[u32; BATCH],
        unknown: &mut [u32; BATCH],
    ) -> usize {
        let Storing { format, width, .. } = storing;
        let words = width.words();
        let mut count = 0;
        let rows = batch.chunks_exact(words + BEHIND);
        for ((row, &likely), place) in rows.zip(likely).zip(0..) {
            let start = likely as usize * words;
            let is_known = match self.kept.get(start..start + words) {
                Some(stored) if width.keeps_rows() => {
                    let is_it = covers(width, format, stored, &row[..words]);
                    is_it & !(format.ranked && self.is_seed(likely))
                }
                _ => false,
            };
            unknown[count % BATCH] = place;
            count += usize::from(!is_known);
        }
        count
    }

    /// Stores one row of a lane: see [`Partition::keep`].
    #[inline(always)]
    fn store_row<W: Width>(&mut self, storing: Storing<W>, row: &[u64]) -> (u32, bool) {
        let words = storing.width.words();
        let (note, hash) = (Note::from_word(row[words]), row[words + 1]);
        let row = &row[..words];
        if storing.width.keeps_rows() {
            let kept = row;
            return self.keep(storing, Arrival { kept, hash, note });
        }
        let kept = &fold::fingerprint(row);
        self.keep(storing, Arrival { kept, hash, note })
    }

    /// The number of a state, which is stored unless it is there or covered; and whether it has
    /// to get in line.
    #[inline(always)]
    fn keep<W: Width>(&mut self, storing: Storing<W>, arrival: Arrival) -> (u32, bool) {
        let Storing {
            format,
            turn,
            width,
        } = storing;
        let stored = &self.kept;
        let is_it = |local: u32| {
            let stored = nth(stored, local as usize, width.kept_words());
            covers(width, format, stored, arrival.kept)
        };
        match self.table.search(arrival.hash, is_it) {
            Probe::Of(local) if format.ranked && self.is_seed(local) => {
                (local, self.reach_again(format, turn, local, arrival))
            }
            Probe::Of(local) => (local, false),
            Probe::Free(bucket, place) => {
                let local = self.push(format, turn, arrival);
                self.table.put((bucket, place), local, arrival.hash);
                (local, true)
            }
        }
    }

    #[inline(always)]
    fn push(&mut self, format: &Format, turn: Turn, arrival: Arrival) -> u32 {
        let Arrival { kept, note, .. } = arrival;
        let local = self.parents.len() as u32;
        append(&mut self.kept, kept);
        self.parents.push(note.parent());
        if format.ranked {
            if local.is_multiple_of(64) {
                self.seeds.push(0);
            }
            let word = self.seeds.last_mut().expect("there is one for the state");
            *word |= u64::from(note.is_fault()) << (local % 64);
            self.ranks.push(turn.rank(format, note));
        }
        local
    }

    /// A state that was first reached by a fault: whether it waits on a worse way than this. Then
    /// it is moved forward.
    #[cold]
    fn reach_again(&mut self, format: &Format, turn: Turn, local: u32, arrival: Arrival) -> bool {
        let Arrival { kept, note, .. } = arrival;
        let rank = turn.rank(format, note);
        // A state that only covers this one is not reached by this step.
        if rank >= self.rank(local) || self.kept(local) != kept {
            return false;
        }
        self.ranks[local as usize] = rank;
        self.parents[local as usize] = note.parent();
        true
    }

    /// The states that are there so far are the initial ones, not successors.
    pub(in crate::engine) fn begin(&mut self) {
        self.ranks.fill(Rank::default());
    }

    /// The number of the state with this row, or of one that covers it.
    pub(super) fn find(&self, format: &Format, kept: &[u64], hash: u64) -> Option<Index> {
        let width = Any::of(format);
        self.search(hash, |local| covers(width, format, self.kept(local), kept))
    }

    /// Another state that covers this one.
    pub(in crate::engine) fn covering(&self, format: &Format, local: u32) -> Option<Index> {
        if format.spent.is_empty() {
            return None;
        }
        let kept = self.kept(local);
        let width = Any::of(format);
        let other = |other| other != local && covers(width, format, self.kept(other), kept);
        self.search(fold(kept, &format.key), other)
    }

    /// The first state with this hash that is as wanted.
    fn search(&self, hash: u64, is_wanted: impl Fn(u32) -> bool) -> Option<Index> {
        match self.table.search(hash, is_wanted) {
            Probe::Of(local) => Some(join(self.number, local)),
            Probe::Free(..) => None,
        }
    }

    /// Makes room for so many more states.
    #[inline(always)]
    fn make_room(&mut self, format: &Format, more: usize) {
        let states = self.len() + more;
        assert!(
            states <= MAX_LOCAL,
            "partition {} would number more than {MAX_LOCAL} states: two would share a number",
            self.number
        );
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
            self.table = self.fill(format, states);
        }
    }

    /// A table with room for `states`, and in it the states that are there.
    fn fill(&self, format: &Format, states: usize) -> Table {
        let mut table = Table::for_states(states);
        let mut hashes = [0; BATCH];
        let mut local = 0;
        for rows in self.kept.chunks(BATCH * self.kept_words) {
            let rows = rows.chunks_exact(self.kept_words);
            let count = rows.len();
            for (row, hash) in rows.zip(&mut hashes) {
                *hash = fold(row, &format.key);
                table.prefetch(*hash);
            }
            for &hash in &hashes[..count] {
                table.add(local, hash);
                local += 1;
            }
        }
        table
    }

    pub(super) fn bytes(&self) -> u64 {
        let columns = (self.kept.capacity() + self.seeds.capacity()) * size_of::<u64>()
            + self.parents.capacity() * size_of::<Index>()
            + self.ranks.capacity() * size_of::<Rank>();
        columns as u64 + self.table.bytes()
    }
}

/// The first words of some.
fn first_of(rows: &[u64], words: usize) -> &[u64] {
    &rows[..rows.len().min(words)]
}

/// Row number `number` of rows of `words` words.
#[inline(always)]
pub(in crate::engine) fn nth(rows: &[u64], number: usize, words: usize) -> &[u64] {
    &rows[number * words..(number + 1) * words]
}

/// Whether a stored state is the other one, or the same but for fewer faults spent.
#[inline(always)]
fn covers(width: impl Width, format: &Format, stored: &[u64], other: &[u64]) -> bool {
    if format.spent.is_empty() {
        return width.same(stored, other);
    }
    let words = stored.iter().zip(other).zip(&format.key);
    let mut differences = words.map(|((stored, other), key)| (stored ^ other) & key);
    differences.all(|difference| difference == 0)
        && format
            .spent
            .iter()
            .all(|bits| bits.of(stored) <= bits.of(other))
}
