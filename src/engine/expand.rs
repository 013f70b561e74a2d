//! One worker's part of a level: states are looked at, and their successors sorted by the
//! partition that will store them.

use super::edges::{Block, NO_HELP, NO_STEP, Notes};
use super::recent::Recent;
use super::store::{
    Format, Found, Index, Kept, Lane, NO_PARENT, Note, PARTITIONS, Rank, Store, Turn, append, fold,
    partition_of,
};
use super::{Invariant, Labels, Question, Searchable};

/// Successors that are sorted by partition at once.
const BATCH: usize = 64;

/// How many states ahead of the one that is looked at memory is asked for.
const AHEAD: usize = 8;

/// What a worker needs to know, the same for all states of a level.
pub(super) struct Task<'a, M: Searchable> {
    pub model: &'a M,
    pub question: &'a Question<M>,
    pub store: &'a Store,
    /// The always-properties that are not violated yet: bit i is the i-th of the question.
    pub open: u32,
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
    /// States that break open always-properties, and which.
    pub broken: Vec<(Index, u32)>,
    pub faults_fired: u64,
    pub labels: Labels,
    /// States without a way on that are not the goal, and the first of them.
    pub dead_ends: u64,
    pub first_dead_end: Option<Index>,
    pub transitions: u64,
    /// Some successor behind the bound of steps is not stored.
    pub cut: bool,
    /// The recorded states.
    from: Vec<Index>,
    /// By recorded state: what is special about it.
    notes: Vec<Notes>,
    /// By recorded state: one above the number of its last successor in the line of this layer.
    ends: Vec<u32>,
    /// How many successors get in the line of this layer, and in that of the next.
    numbers: [u32; 2],
    words: usize,
    /// Successors that are not sorted yet: rows with their notes, as in a lane.
    batch: Vec<u64>,
    /// Words of the batch that are in use.
    filled: usize,
    recent: Recent,
    /// Room for [`Work::gather`].
    slots: Slots,
}

impl Work {
    pub(super) fn new(words: usize) -> Self {
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
            words: words.max(1),
            batch: vec![0; BATCH * (words.max(1) + 1)],
            filled: 0,
            recent: Recent::new(words.max(1)),
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

    /// Another layer begins: what was reached in the last one may be reached again.
    pub(super) fn forget(&mut self) {
        self.recent.clear();
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
        self.filled = self.words + 1;
        self.sort::<0>(&store.format, Some(store), false);
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
            if task.open != 0 {
                self.judge(task, index, &state);
            }
            if let Some(label) = task.model.mark(&state) {
                self.labels.insert(label);
            }
            let way_on = self.expand::<M, WORDS>(task, index, row, &state);
            self.note_end(task, index, &state, way_on.goes_on);
            if task.turn.records {
                self.from.push(index);
                let notes = Notes::default().with(Notes::GOAL, task.is_goal(&state));
                self.notes
                    .push(notes.with(Notes::MAY_STAY, way_on.may_stay));
                self.ends.push(self.numbers[0]);
            }
        }
        self.sort::<WORDS>(&task.store.format, Some(task.store), task.turn.records);
    }

    fn judge<M: Searchable>(&mut self, task: &Task<M>, index: Index, state: &M::State) {
        let is_broken = |(number, invariant): (usize, &Invariant<M>)| {
            let open = task.open >> number & 1 == 1;
            let broken = open && !(invariant.holds)(task.model, state);
            u32::from(broken) << number
        };
        let invariants = task.question.invariants.iter().enumerate();
        let broken = invariants.map(is_broken).fold(0, |all, one| all | one);
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
                self.sort::<WORDS>(&task.store.format, Some(task.store), records);
            }
            let successor = &mut self.batch[self.filled..][..=words];
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
            self.filled += words + 1;
        });
        way_on
    }

    /// Sorts the batch by partition. Not a part of what is done for each successor, which is to be
    /// small enough to be done where the model finds it.
    #[inline(never)]
    fn sort<const WORDS: usize>(&mut self, format: &Format, store: Option<&Store>, records: bool) {
        let words = if WORDS > 0 { WORDS } else { self.words };
        let mut hashes = [0; BATCH];
        let rows = self.batch[..self.filled].chunks_exact(words + 1);
        self.transitions += rows.len() as u64;
        for (row, hash) in rows.clone().zip(&mut hashes) {
            *hash = match store {
                Some(store) if WORDS == 0 => store.hash(&row[..words]),
                _ => fold(&row[..words], &format.key[..words]),
            };
        }
        for (row, hash) in rows.zip(hashes) {
            if !records {
                let note = Note::from_word(row[words]);
                // By a fault a state may be reached in a worse way than it will be.
                let puts = !(format.ranked && note.is_fault());
                if self.recent.has(hash, &row[..words], puts) {
                    continue;
                }
            }
            append(&mut self.lanes[partition_of(hash)].rows, row);
        }
        self.filled = 0;
    }

    fn note_end<M: Searchable>(
        &mut self,
        task: &Task<M>,
        index: Index,
        state: &M::State,
        goes_on: bool,
    ) {
        if task.question.ends && !goes_on && !task.is_goal(state) {
            self.dead_ends += 1;
            self.first_dead_end.get_or_insert(index);
        }
    }

    /// What the lanes know, once all is stored, in the order in which the successors were found:
    /// the states that have to get in line, and the steps if they were recorded.
    pub(super) fn gather(&mut self, task: &Gathering) -> Gathered {
        let lanes = &self.lanes;
        let [now, later] = self.numbers;
        let mut gathered = Gathered {
            now: self.slots.line(task, lanes, now, |lane| &lane.now),
            later: self.slots.line(task, lanes, later, |lane| &lane.later),
            edges: Block::default(),
        };
        if task.records {
            let targets = steps(task, lanes, now as usize);
            gathered.edges = Block::new(&self.from, &self.notes, &self.ends, targets);
        }
        gathered
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

    fn is_goal(&self, state: &M::State) -> bool {
        match self.question.goal {
            Some(goal) => goal(self.model, state),
            None => self.model.is_goal(state),
        }
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

/// What gets in a line, by its number there.
#[derive(Default)]
struct Slots {
    /// The state, or [`NOBODY`].
    indices: Vec<Index>,
    /// The place of its row in its lane, if rows go along.
    places: Vec<u32>,
}

const NOBODY: Index = Index::MAX;

impl Slots {
    /// A line in the order of its numbers.
    fn line(
        &mut self,
        task: &Gathering,
        lanes: &[Lane],
        numbers: u32,
        found: impl Fn(&Lane) -> &[Found],
    ) -> Frontier {
        self.indices.clear();
        self.indices.resize(numbers as usize, NOBODY);
        if task.carries_rows {
            self.places.resize(numbers as usize, 0);
        }
        for found in lanes.iter().flat_map(&found) {
            self.indices[found.number as usize] = found.index;
            if task.carries_rows {
                self.places[found.number as usize] = found.place;
            }
        }
        let mut line = Frontier::default();
        let count = lanes.iter().map(|lane| found(lane).len()).sum();
        line.indices.reserve_exact(count);
        for (number, &index) in self.indices.iter().enumerate() {
            if index == NOBODY {
                continue;
            }
            line.indices.push(index);
            if task.carries_rows {
                let lane = &lanes[index as usize % PARTITIONS];
                let place = self.places[number] as usize;
                append(&mut line.rows, lane.row(place, task.words).0);
            }
        }
        line
    }

    fn bytes(&self) -> u64 {
        ((self.indices.capacity() + self.places.capacity()) * size_of::<u32>()) as u64
    }
}

/// Where the steps lead, by number; [`NO_STEP`] for faults.
fn steps(task: &Gathering, lanes: &[Lane], numbers: usize) -> Vec<Index> {
    let mut steps = vec![NO_STEP; numbers];
    for lane in lanes {
        for (place, &target) in lane.targets.iter().enumerate() {
            let (_, note) = lane.row(place, task.words);
            if !note.is_fault() {
                let mark = if note.is_idle() { NO_HELP } else { 0 };
                steps[note.number() as usize] = target | mark;
            }
        }
    }
    steps
}

/// How to gather.
#[derive(Clone, Copy)]
pub(super) struct Gathering {
    /// Words of a row.
    pub words: usize,
    /// Rows go along: the store keeps none.
    pub carries_rows: bool,
    /// Steps have been recorded.
    pub records: bool,
}

/// What a worker's part has led to.
#[derive(Default)]
pub(super) struct Gathered {
    pub now: Frontier,
    pub later: Frontier,
    pub edges: Block,
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
