//! One worker's part of a level: states are looked at, and their successors sorted by the
//! partition that will store them.

use super::edges::Notes;
use super::gather::Slots;
use super::goals::Goals;
use super::recent::Recent;
use super::store::{
    BEHIND, Format, Index, Kept, LINE, Lane, NO_PARENT, Note, PARTITIONS, Rank, Store, Turn,
    append, ask_for, fold, partition_of,
};
use super::{Labels, Predicate, Searchable};

/// Successors that are sorted by partition at once.
const BATCH: usize = 64;

/// How many states ahead of the one that is looked at memory is asked for.
const AHEAD: usize = 8;

/// What a worker needs to know, the same for all states of a level.
pub(super) struct Task<'a, M: Searchable> {
    pub model: &'a M,
    pub store: &'a Store,
    /// The invariants that are not violated yet, each with its formula's place in the question.
    pub open: &'a [(usize, Predicate<M>)],
    /// What a state is to be noted for if steps are recorded.
    pub goals: &'a Goals<M>,
    /// Where a path may end, if it is asked where others do.
    pub may_end: Option<Predicate<M>>,
    /// Successors are behind the bound of steps.
    pub too_deep: bool,
    pub turn: Turn,
}

/// States of a level that one worker looks at: their numbers and, if the store keeps
/// fingerprints, their rows.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub indices: &'a [Index],
    pub rows: &'a [u64],
}

/// What a worker has found, and room for it.
pub(super) struct Work {
    /// By partition: successors that may be new.
    pub lanes: Vec<Lane>,
    /// States that break open invariants, and which: bit i is the i-th formula.
    pub broken: Vec<(Index, u64)>,
    pub faults_fired: u64,
    pub labels: Labels,
    /// States without a way on in which no path may end, and the first of them.
    pub dead_ends: u64,
    pub first_dead_end: Option<Index>,
    pub transitions: u64,
    /// Some successor behind the bound of steps is not stored.
    pub cut: bool,
    /// The recorded states.
    pub(super) from: Vec<Index>,
    /// By recorded state: what is special about it.
    pub(super) notes: Vec<Notes>,
    /// By recorded state: one above the number of its last successor in the line of this layer.
    pub(super) ends: Vec<u32>,
    /// How many successors get in the line of this layer, and in that of the next.
    pub(super) numbers: [u32; 2],
    words: usize,
    /// Successors that are not sorted yet: rows with their notes, as in a lane.
    batch: Vec<u64>,
    /// Words of the batch that are in use.
    filled: usize,
    recent: Recent,
    /// Room for `Work::gather`.
    pub(super) slots: Slots,
}

impl Work {
    pub(super) fn new(format: &Format) -> Self {
        let words = format.words;
        Self {
            lanes: (0..PARTITIONS).map(|_| Lane::default()).collect(),
            broken: Vec::new(),
            faults_fired: 0,
            labels: Labels::default(),
            dead_ends: 0,
            first_dead_end: None,
            transitions: 0,
            cut: false,
            from: Vec::new(),
            notes: Vec::new(),
            ends: Vec::new(),
            numbers: [0; 2],
            words,
            batch: vec![0; BATCH * (words + BEHIND)],
            filled: 0,
            recent: Recent::new(format),
            slots: Slots::default(),
        }
    }

    /// Ready for the next part.
    pub(super) fn clear(&mut self) {
        self.lanes.iter_mut().for_each(Lane::clear);
        self.broken.clear();
        self.from.clear();
        self.notes.clear();
        self.ends.clear();
        self.numbers = [0; 2];
        self.faults_fired = 0;
        self.labels = Labels::default();
        self.dead_ends = 0;
        self.first_dead_end = None;
        self.transitions = 0;
        self.cut = false;
    }

    /// Ready for a block when there are so many states.
    pub(super) fn fit(&mut self, format: &Format, states: u64) {
        self.recent.fit(format, states);
    }

    /// Another layer begins: what was reached in the last one may be reached again.
    pub(super) fn forget(&mut self, format: &Format) {
        self.recent.clear(format);
    }

    /// Puts in an initial state as if a step had led to it.
    pub(super) fn put_initial<M: Searchable>(
        &mut self,
        model: &M,
        store: &Store,
        state: &M::State,
    ) {
        let row = &mut self.batch[..self.words];
        store.format.pack(model, state, row);
        self.batch[self.words] = Note::new(NO_PARENT, self.numbers[0]).word();
        self.numbers[0] += 1;
        self.filled = self.words + BEHIND;
        self.sort::<0>(&store.format, false);
        // No step led to it.
        self.transitions = 0;
    }

    /// Looks at states. Changes nothing but `self`.
    pub(super) fn look<M: Searchable>(&mut self, task: &Task<M>, part: Part) {
        // Rows of a length that the compiler knows are handled in registers.
        match (task.store.format.kept, self.words) {
            (Kept::Rows, 1) => self.look_at::<M, 1>(task, part),
            (Kept::Rows, 2) => self.look_at::<M, 2>(task, part),
            (Kept::Rows, 3) => self.look_at::<M, 3>(task, part),
            (Kept::Rows, 4) => self.look_at::<M, 4>(task, part),
            _ => self.look_at::<M, 0>(task, part),
        }
    }

    /// [`Work::look`] for kept rows of `WORDS` words; 0 for any other kind.
    fn look_at<M: Searchable, const WORDS: usize>(&mut self, task: &Task<M>, part: Part) {
        let words = self.words;
        for (number, &index) in part.indices.iter().enumerate() {
            if let Some(&ahead) = part.indices.get(number + AHEAD) {
                task.store.ask_for(ahead);
            }
            let row = match task.store.format.kept {
                Kept::Rows => task.store.kept(index),
                Kept::Fingerprints => &part.rows[number * words..(number + 1) * words],
            };
            let state = task.model.unpack(row);
            self.judge(task, index, &state);
            if let Some(label) = task.model.mark(&state) {
                self.labels.insert(label);
            }
            let way_on = self.expand::<M, WORDS>(task, index, row, &state);
            self.note_end(task, index, &state, way_on.goes_on);
            if task.turn.records {
                self.from.push(index);
                let notes = task.goals.notes(task.model, &state);
                self.notes
                    .push(notes.with(Notes::MAY_STAY, way_on.may_stay));
                self.ends.push(self.numbers[0]);
            }
        }
        self.sort::<WORDS>(&task.store.format, task.turn.records);
    }

    #[inline]
    fn judge<M: Searchable>(&mut self, task: &Task<M>, index: Index, state: &M::State) {
        let is_broken = |&(place, invariant): &(usize, Predicate<M>)| {
            u64::from(!invariant.holds(task.model, state)) << place
        };
        let broken = task.open.iter().map(is_broken);
        let broken = broken.fold(0, |all, one| all | one);
        if broken != 0 {
            self.broken.push((index, broken));
        }
    }

    /// Puts the successors of a state into the batch; tells what ways on there are.
    #[inline(always)]
    fn expand<M: Searchable, const WORDS: usize>(
        &mut self,
        task: &Task<M>,
        index: Index,
        row: &[u64],
        state: &M::State,
    ) -> WayOn {
        let mut way_on = WayOn {
            goes_on: false,
            may_stay: true,
        };
        let all_words = self.words;
        let ranked = task.store.format.ranked;
        let symmetric = task.store.format.symmetric;
        let records = task.turn.records;
        task.model.successors(state, &mut |action, next| {
            let words = if WORDS > 0 { WORDS } else { all_words };
            if self.filled == self.batch.len() {
                self.sort::<WORDS>(&task.store.format, records);
            }
            let successor = &mut self.batch[self.filled..][..words + BEHIND];
            task.model
                .pack_successor(row, state, &action, next, &mut successor[..words]);
            if symmetric {
                task.model.canonicalize(next, &mut successor[..words]);
            }
            let kind = task.model.fault_kind(&action);
            if let Some(kind) = kind {
                self.faults_fired |= 1 << kind;
            }
            let is_fault = kind.is_some();
            way_on.goes_on |= !is_fault;
            if let Some(label) = task.model.label(state, &action) {
                self.labels.insert(label);
            }
            if task.too_deep && !task.is_known_better(&successor[..words], is_fault) {
                self.cut = true;
                self.transitions += 1;
                return;
            }
            let line = usize::from(ranked && is_fault);
            let mut note = Note::new(index, self.numbers[line]).by_fault(is_fault);
            self.numbers[line] += 1;
            if records && !is_fault {
                way_on.may_stay &= task.model.fairness(&action).is_none();
                note = note.idle(!task.model.recovers(state, &action));
            }
            successor[words] = note.word();
            self.filled += words + BEHIND;
        });
        way_on
    }

    /// Sorts the batch by partition. Not a part of what is done for each successor, which is to be
    /// small enough to be done where the model finds it.
    #[inline(never)]
    fn sort<const WORDS: usize>(&mut self, format: &Format, records: bool) {
        let words = if WORDS > 0 { WORDS } else { self.words };
        let rows = self.batch[..self.filled].chunks_exact_mut(words + BEHIND);
        let count = rows.len();
        for row in rows {
            row[words + 1] = match format.kept {
                Kept::Fingerprints if WORDS == 0 => format.hash(&row[..words]),
                _ => fold(&row[..words], &format.key[..words]),
            };
            self.recent.ask_for(row[words + 1], words);
        }
        self.transitions += count as u64;
        let mut places = std::array::from_fn(|place| place as u32);
        // Of a step that is recorded it is to be known where it leads.
        let count = if records || !self.recent.is_of_use() {
            count
        } else {
            self.leave_out_recent::<WORDS>(format, &mut places)
        };
        for &place in &places[..count] {
            let row = &self.batch[place as usize * (words + BEHIND)..][..words + BEHIND];
            let rows = &mut self.lanes[partition_of(row[words + 1])].rows;
            append(rows, row);
            ask_for(rows.spare_capacity_mut(), LINE);
        }
        self.filled = 0;
    }

    /// Leaves out of the batch whatever has just been passed on: writes the places of the others
    /// to the front of `places`, and tells how many there are. Nobody can foresee which they are,
    /// so there is no branch on it.
    #[inline(always)]
    fn leave_out_recent<const WORDS: usize>(
        &mut self,
        format: &Format,
        places: &mut [u32; BATCH],
    ) -> usize {
        let words = if WORDS > 0 { WORDS } else { self.words };
        let mut count = 0;
        let rows = self.batch[..self.filled].chunks_exact(words + BEHIND);
        for (row, place) in rows.zip(0..) {
            // By a fault a state may be reached in a worse way than it will be.
            let puts = !(format.ranked && Note::from_word(row[words]).is_fault());
            let is_known = self.recent.has(row[words + 1], &row[..words], puts);
            places[count] = place;
            count += usize::from(!is_known);
        }
        count
    }

    fn note_end<M: Searchable>(
        &mut self,
        task: &Task<M>,
        index: Index,
        state: &M::State,
        goes_on: bool,
    ) {
        let may_end = |may_end: Predicate<M>| may_end.holds(task.model, state);
        if !goes_on && !task.may_end.is_none_or(may_end) {
            self.dead_ends += 1;
            self.first_dead_end.get_or_insert(index);
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        let lanes: u64 = self.lanes.iter().map(Lane::bytes).sum();
        let numbers = (self.from.capacity() + self.ends.capacity()) * size_of::<u32>();
        lanes + numbers as u64 + self.slots.bytes() + self.recent.bytes()
    }
}

impl<M: Searchable> Task<'_, M> {
    /// Whether a state has been reached on a better way than by a step that leads behind the
    /// bound.
    #[cold]
    #[inline(never)]
    fn is_known_better(&self, successor: &[u64], is_fault: bool) -> bool {
        let layer = self.turn.layer + u32::from(is_fault);
        let rank = Rank::new(layer, self.turn.depth + 1);
        let known = self.store.find(successor);
        known.is_some_and(|known| self.store.rank(known) < rank)
    }
}

/// What can happen in a state.
#[derive(Clone, Copy)]
struct WayOn {
    /// A step other than a fault is enabled.
    goes_on: bool,
    /// Nothing has to happen. Known only if steps are recorded.
    may_stay: bool,
}

/// States that wait for their turn.
#[derive(Default)]
pub(super) struct Frontier {
    pub indices: Vec<Index>,
    /// Their rows, if the store keeps fingerprints only.
    pub rows: Vec<u64>,
}

impl Frontier {
    pub(super) fn append(&mut self, other: &mut Self) {
        self.indices.append(&mut other.indices);
        self.rows.append(&mut other.rows);
    }

    pub(super) fn bytes(&self) -> u64 {
        let numbers = self.indices.capacity() * size_of::<Index>();
        (numbers + self.rows.capacity() * size_of::<u64>()) as u64
    }
}

/// The parts of a level, for so many workers.
pub(super) fn parts<'a>(
    indices: &'a [Index],
    rows: &'a [u64],
    words: usize,
    workers: usize,
) -> impl Iterator<Item = Part<'a>> {
    let each = indices.len().div_ceil(workers).max(1);
    let chunks = indices.chunks(each).enumerate();
    chunks.map(move |(number, indices)| {
        let rows = if rows.is_empty() {
            rows
        } else {
            let start = number * each * words;
            &rows[start..start + indices.len() * words]
        };
        Part { indices, rows }
    })
}
