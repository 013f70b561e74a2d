//! One worker's part of a level: states are looked at, and their successors sorted by the
//! partition that will store them.

use std::sync::{Mutex, PoisonError};

use super::edges::{Block, NO_HELP, Notes};
use super::store::{
    Index, Kept, Lane, NO_PARENT, News, Origin, PARTITIONS, Rank, Store, Turn, append, fold,
    partition_of, same,
};
use super::{Invariant, Labels, Question, Searchable};

/// What a worker needs to know, the same for all states of a level.
pub(super) struct Task<'a, M: Searchable> {
    pub model: &'a M,
    pub question: &'a Question<M>,
    pub store: &'a Store,
    /// The always-properties that are not violated yet: bit i is the i-th of the question.
    pub open: u32,
    /// Steps are to be recorded.
    pub records: bool,
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
    pub lanes: Vec<Mutex<Lane>>,
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
    /// By recorded state: one above its last successor in `routes`.
    ends: Vec<u32>,
    /// By successor: its partition, and what kind of step leads to it.
    routes: Vec<u8>,
    row: Vec<u64>,
    recent: Recent,
}

/// In [`Work::routes`]: the step is a fault.
const FAULT: u8 = 1 << 7;
/// In [`Work::routes`]: the step is no help on a way back.
const IDLE: u8 = 1 << 6;

impl Work {
    pub(super) fn new(words: usize) -> Self {
        Self {
            lanes: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
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
            routes: Vec::new(),
            row: vec![0; words.max(1)],
            recent: Recent::new(words.max(1)),
        }
    }

    /// Ready for the next part.
    pub(super) fn clear(&mut self) {
        for lane in &mut self.lanes {
            lane.get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
        self.broken.clear();
        self.from.clear();
        self.notes.clear();
        self.ends.clear();
        self.routes.clear();
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
        model.pack(state, &mut self.row);
        let partition = partition_of(store.hash(&self.row));
        self.routes.push(partition as u8);
        let lane = self.lanes[partition].get_mut();
        let lane = lane.unwrap_or_else(PoisonError::into_inner);
        append(&mut lane.rows, &self.row);
        lane.origins.push(Origin::new(NO_PARENT, false));
    }

    /// Looks at states. Changes nothing but `self`.
    pub(super) fn look<M: Searchable>(&mut self, task: &Task<M>, part: Part) {
        // Rows of a length that the compiler knows are handled in registers.
        match self.row.len() {
            1 => self.look_at::<M, 1>(task, part),
            2 => self.look_at::<M, 2>(task, part),
            3 => self.look_at::<M, 3>(task, part),
            4 => self.look_at::<M, 4>(task, part),
            _ => self.look_at::<M, 0>(task, part),
        }
    }

    /// [`Work::look`] for rows of `WORDS` words; 0 for any other number.
    fn look_at<M: Searchable, const WORDS: usize>(&mut self, task: &Task<M>, part: Part) {
        let words = self.row.len();
        for (number, &index) in part.indices.iter().enumerate() {
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
            if task.records {
                self.from.push(index);
                let notes = Notes::default().with(Notes::GOAL, task.is_goal(&state));
                self.notes
                    .push(notes.with(Notes::MAY_STAY, way_on.may_stay));
                let end = u32::try_from(self.routes.len()).expect("a part is small");
                self.ends.push(end);
            }
        }
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

    /// Sorts the successors of a state; tells what ways on there are.
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
        let format = &task.store.format;
        let key = fixed::<WORDS>(&format.key);
        task.model.successors(state, &mut |action, next| {
            let successor = &mut self.row;
            task.model
                .pack_successor(row, state, &action, next, successor);
            let successor = fixed::<WORDS>(successor);
            let kind = task.model.fault_kind(&action);
            if let Some(kind) = kind {
                self.faults_fired |= 1 << kind;
            }
            self.transitions += 1;
            let is_fault = kind.is_some();
            way_on.goes_on |= !is_fault;
            if let Some(label) = task.model.label(state, &action) {
                self.labels.insert(label);
            }
            if task.too_deep && !task.is_known_better(successor, is_fault) {
                self.cut = true;
                return;
            }
            let hash = match format.kept {
                Kept::Rows => fold(successor, key),
                Kept::Fingerprints => task.store.hash(successor),
            };
            let partition = partition_of(hash);
            let mut route = partition as u8;
            if task.records {
                if is_fault {
                    route |= FAULT;
                } else {
                    way_on.may_stay &= task.model.fairness(&action).is_none();
                }
                if !is_fault && !task.model.recovers(state, &action) {
                    route |= IDLE;
                }
            } else if self.recent.has(hash, successor) {
                return;
            } else if !is_fault || !format.ranked {
                self.recent.put(hash, successor);
            }
            self.routes.push(route);
            let lane = self.lanes[partition].get_mut();
            let lane = lane.unwrap_or_else(PoisonError::into_inner);
            append(&mut lane.rows, successor);
            lane.origins.push(Origin::new(index, is_fault));
        });
        way_on
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
        let lanes: Vec<&Lane> = self
            .lanes
            .iter_mut()
            .map(|lane| &*lane.get_mut().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let mut taken = [0_usize; PARTITIONS];
        let mut gathered = Gathered::default();
        let mut states = self.ends.iter().peekable();
        for (number, &route) in self.routes.iter().enumerate() {
            let partition = usize::from(route) % PARTITIONS;
            let place = taken[partition];
            taken[partition] += 1;
            let lane = lanes[partition];
            let line = match lane.news[place] {
                News::None => None,
                News::Now => Some(&mut gathered.now),
                News::Later => Some(&mut gathered.later),
            };
            if let Some(line) = line {
                line.indices.push(lane.targets[place]);
                if task.carries_rows {
                    let start = place * task.words;
                    append(&mut line.rows, &lane.rows[start..start + task.words]);
                }
            }
            if task.records {
                while states.next_if(|&&end| end as usize <= number).is_some() {
                    gathered
                        .edges
                        .ends
                        .push(gathered.edges.targets.len() as u32);
                }
                if route & FAULT == 0 {
                    let mark = if route & IDLE == 0 { 0 } else { NO_HELP };
                    gathered.edges.targets.push(lane.targets[place] | mark);
                }
            }
        }
        if task.records {
            let end = gathered.edges.targets.len() as u32;
            gathered.edges.ends.extend(states.map(|_| end));
            gathered.edges.from.clone_from(&self.from);
            gathered.edges.notes.clone_from(&self.notes);
            gathered.edges.targets.shrink_to_fit();
        }
        gathered
    }

    pub(super) fn bytes(&mut self) -> u64 {
        let lanes = self.lanes.iter_mut().map(Mutex::get_mut);
        let lanes = lanes.map(|lane| lane.unwrap_or_else(PoisonError::into_inner).bytes());
        let numbers = (self.from.capacity() + self.ends.capacity()) * size_of::<u32>();
        lanes.sum::<u64>() + (numbers + self.routes.capacity()) as u64 + self.recent.bytes()
    }
}

impl<M: Searchable> Task<'_, M> {
    /// Whether a state has been reached on a better way than by a step that leads behind the
    /// bound.
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

/// A row of a length that the compiler knows, unless `WORDS` is 0.
#[inline(always)]
fn fixed<const WORDS: usize>(row: &[u64]) -> &[u64] {
    if WORDS == 0 { row } else { &row[..WORDS] }
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

/// Successors that this worker has just passed on. Most successors are met several times in a
/// row; whoever is met again need not be stored again. A row is forgotten when another one takes
/// its place, and is never taken for another.
struct Recent {
    /// By place: the hash of the row there, or 0 for none.
    hashes: Vec<u64>,
    rows: Vec<u64>,
}

const RECENT: usize = 1 << 12;

impl Recent {
    fn new(words: usize) -> Self {
        Self {
            hashes: vec![0; RECENT],
            rows: vec![0; RECENT * words],
        }
    }

    fn clear(&mut self) {
        self.hashes.fill(0);
    }

    #[inline(always)]
    fn has(&self, hash: u64, row: &[u64]) -> bool {
        let place = hash as usize % RECENT;
        let start = place * row.len();
        hash != 0 && self.hashes[place] == hash && same(&self.rows[start..start + row.len()], row)
    }

    #[inline(always)]
    fn put(&mut self, hash: u64, row: &[u64]) {
        let place = hash as usize % RECENT;
        // A hash of 0 is not remembered.
        self.hashes[place] = hash;
        let start = place * row.len();
        let rows = self.rows[start..start + row.len()].iter_mut();
        rows.zip(row).for_each(|(to, from)| *to = *from);
    }

    fn bytes(&self) -> u64 {
        ((self.rows.capacity() + self.hashes.capacity()) * size_of::<u64>()) as u64
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
