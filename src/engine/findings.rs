//! What workers find in a level.

use super::Labels;
use super::edges::Notes;
use super::store::{Index, Lane, PARTITIONS};

/// What one worker has found in its part of a level.
pub(super) struct Findings {
    /// By partition: successors that may be new.
    pub lanes: Vec<Lane>,
    /// How many successors get in the line of this layer, and in that of the next.
    pub numbers: [u32; 2],
    pub recorded: Recorded,
    /// States that break open invariants, and which: bit i is the i-th formula.
    pub broken: Vec<(Index, u64)>,
    pub seen: Seen,
}

/// States whose steps are recorded.
#[derive(Default)]
pub(super) struct Recorded {
    /// The states.
    pub from: Vec<Index>,
    /// By state: what is special about it.
    pub notes: Vec<Notes>,
    /// By state: one above the number of its last successor in the line of this layer.
    pub ends: Vec<u32>,
}

/// What adds up over all workers and levels.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    pub transitions: u64,
    /// Bit i: a fault of kind i has struck.
    pub faults_fired: u64,
    pub labels: Labels,
    /// States without a way on in which no path may end, and the first of them.
    pub dead_ends: u64,
    pub first_dead_end: Option<Index>,
    /// Some state beyond the depth bound has been left out.
    pub cut: bool,
}

impl Findings {
    pub(super) fn new() -> Self {
        Self {
            lanes: (0..PARTITIONS).map(|_| Lane::default()).collect(),
            numbers: [0; 2],
            recorded: Recorded::default(),
            broken: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Nothing is found any more, but the room stays.
    pub(super) fn clear(&mut self) {
        self.lanes.iter_mut().for_each(Lane::clear);
        self.numbers = [0; 2];
        self.recorded.from.clear();
        self.recorded.notes.clear();
        self.recorded.ends.clear();
        self.broken.clear();
        self.seen = Seen::default();
    }

    pub(super) fn bytes(&self) -> u64 {
        let lanes: u64 = self.lanes.iter().map(Lane::bytes).sum();
        let recorded = &self.recorded;
        let numbers = (recorded.from.capacity() + recorded.ends.capacity()) * size_of::<u32>();
        lanes + numbers as u64
    }
}

impl Seen {
    /// Adds what has been seen after this.
    pub(super) fn add(&mut self, later: &Self) {
        self.transitions += later.transitions;
        self.faults_fired |= later.faults_fired;
        self.labels.extend(&later.labels);
        self.dead_ends += later.dead_ends;
        self.first_dead_end = self.first_dead_end.or(later.first_dead_end);
        self.cut |= later.cut;
    }
}
