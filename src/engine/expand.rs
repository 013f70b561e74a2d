//! One worker's part of a level: states are looked at, and their successors sorted by the
//! partition that will store them.

use super::collect::{Collected, Collecting, Slots};
use super::edges::Notes;
use super::findings::Findings;
use super::frontier::Part;
use super::goals::Goals;
use super::recent::Recent;
use super::store::{
    Any, BEHIND, Format, Index, Kept, LINE, MOST_NUMBERS, NO_PARENT, Note, Rank, Store, Turn,
    Width, append, by_width, fold, partition_of, prefetch,
};
use super::{Predicate, Searchable};

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
    /// Successors are beyond the depth bound.
    pub too_deep: bool,
    pub turn: Turn,
}

/// A worker: what it has found, and room to find more.
pub(super) struct Work {
    pub findings: Findings,
    words: usize,
    /// Successors that are not sorted yet: rows with their notes, as in a lane.
    batch: Vec<u64>,
    /// Words of the batch that are in use.
    filled: usize,
    recent: Recent,
    slots: Slots,
}

impl Work {
    pub(super) fn new(format: &Format) -> Self {
        let words = format.words;
        Self {
            findings: Findings::new(),
            words,
            batch: vec![0; BATCH * (words + BEHIND)],
            filled: 0,
            recent: Recent::new(format),
            slots: Slots::default(),
        }
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
        let number = &mut self.findings.numbers[0];
        self.batch[self.words] = Note::new(NO_PARENT, *number).word();
        *number += 1;
        self.filled = self.words + BEHIND;
        self.sort(Any::of(&store.format), &store.format, false);
        // No step led to it.
        self.findings.seen.transitions = 0;
    }

    /// Looks at states. Changes nothing but `self`.
    pub(super) fn look<M: Searchable>(&mut self, task: &Task<M>, part: Part) {
        // The model's own steps are copied into each of these, and are most of it.
        by_width!(&task.store.format, [1 2 3 4], width => self.look_at(task, width, part));
    }

    /// [`Work::look`] for rows of a width.
    fn look_at<M: Searchable>(&mut self, task: &Task<M>, width: impl Width, part: Part) {
        let words = width.words();
        for (number, &index) in part.indices.iter().enumerate() {
            if let Some(&ahead) = part.indices.get(number + AHEAD) {
                task.store.prefetch(ahead);
            }
            let row = match task.store.format.kept {
                Kept::Rows => task.store.kept(index),
                Kept::Fingerprints => &part.rows[number * words..(number + 1) * words],
            };
            let state = task.model.unpack(row);
            if !task.keeps_all(&state) {
                self.judge(task, index, &state);
            }
            if let Some(label) = task.model.mark(&state) {
                self.findings.seen.labels.insert(label);
            }
            let way_on = self.expand(task, width, (index, row), &state);
            self.note_end(task, index, &state, way_on.goes_on);
            if task.turn.records {
                let Findings {
                    recorded, numbers, ..
                } = &mut self.findings;
                let notes = task.goals.notes(task.model, &state);
                recorded.from.push(index);
                recorded
                    .notes
                    .push(notes.with(Notes::MAY_STAY, way_on.may_stay));
                recorded.ends.push(numbers[0]);
            }
        }
        self.sort(width, &task.store.format, task.turn.records);
        let [now, later] = self.findings.numbers;
        assert!(
            now.max(later) <= MOST_NUMBERS,
            "a worker has found more successors than it has numbers for: {now} and {later}"
        );
    }

    /// A state breaks some open invariant: which?
    #[cold]
    fn judge<M: Searchable>(&mut self, task: &Task<M>, index: Index, state: &M::State) {
        let is_broken = |&(place, invariant): &(usize, Predicate<M>)| {
            u64::from(!invariant.holds(task.model, state)) << place
        };
        let broken = task.open.iter().map(is_broken);
        let broken = broken.fold(0, |all, one| all | one);
        self.findings.broken.push((index, broken));
    }

    /// Puts the successors of a state into the batch; tells what ways on there are.
    #[inline(always)]
    fn expand<M: Searchable>(
        &mut self,
        task: &Task<M>,
        width: impl Width,
        (index, row): (Index, &[u64]),
        state: &M::State,
    ) -> WayOn {
        let mut way_on = WayOn {
            goes_on: false,
            may_stay: true,
        };
        let ranked = task.store.format.ranked;
        let symmetric = task.store.format.symmetric;
        let records = task.turn.records;
        task.model.successors(state, &mut |action, next| {
            let words = width.words();
            if self.filled == self.batch.len() {
                self.sort(width, &task.store.format, records);
            }
            let successor = &mut self.batch[self.filled..][..words + BEHIND];
            task.model
                .pack_successor(row, state, &action, next, &mut successor[..words]);
            if symmetric {
                task.model.canonicalize(next, &mut successor[..words]);
            }
            let kind = task.model.fault_kind(&action);
            if let Some(kind) = kind {
                self.findings.seen.faults_fired |= 1 << kind;
            }
            let is_fault = kind.is_some();
            way_on.goes_on |= !is_fault;
            if let Some(label) = task.model.label(state, &action) {
                self.findings.seen.labels.insert(label);
            }
            if task.too_deep && !task.is_known_better(&successor[..words], is_fault) {
                self.findings.seen.cut = true;
                self.findings.seen.transitions += 1;
                return;
            }
            let line = usize::from(ranked && is_fault);
            let number = &mut self.findings.numbers[line];
            let mut note = Note::new(index, *number).by_fault(is_fault);
            *number += 1;
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
    fn sort(&mut self, width: impl Width, format: &Format, records: bool) {
        let words = width.words();
        let rows = self.batch[..self.filled].chunks_exact_mut(words + BEHIND);
        let count = rows.len();
        for row in rows {
            row[words + 1] = if width.keeps_rows() {
                fold(&row[..words], &format.key[..words])
            } else {
                format.hash(&row[..words])
            };
            self.recent.prefetch(row[words + 1], words);
        }
        self.findings.seen.transitions += count as u64;
        let mut places = std::array::from_fn(|place| place as u32);
        // Of a step that is recorded it is to be known where it leads.
        let count = if records || !self.recent.is_of_use() {
            count
        } else {
            self.leave_out_recent(width, format, &mut places)
        };
        for &place in &places[..count] {
            let row = &self.batch[place as usize * (words + BEHIND)..][..words + BEHIND];
            let rows = &mut self.findings.lanes[partition_of(row[words + 1])].rows;
            append(rows, row);
            prefetch(rows.spare_capacity_mut(), LINE);
        }
        self.filled = 0;
    }

    /// Leaves out of the batch whatever has just been passed on: writes the places of the others
    /// to the front of `places`, and tells how many there are. They cannot be predicted,
    /// so there is no branch on it.
    #[inline(always)]
    fn leave_out_recent(
        &mut self,
        width: impl Width,
        format: &Format,
        places: &mut [u32; BATCH],
    ) -> usize {
        let words = width.words();
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
            let seen = &mut self.findings.seen;
            seen.dead_ends += 1;
            seen.first_dead_end.get_or_insert(index);
        }
    }

    /// What the part has led to, once all that was found is stored.
    pub(super) fn collect(&mut self, task: &Collecting) -> Collected {
        self.slots.collect(task, &self.findings)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.findings.bytes() + self.slots.bytes() + self.recent.bytes()
    }
}

impl<M: Searchable> Task<'_, M> {
    /// Whether a state breaks no open invariant.
    #[inline(always)]
    fn keeps_all(&self, state: &M::State) -> bool {
        let mut open = self.open.iter();
        open.all(|(_, invariant)| invariant.holds(self.model, state))
    }

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
