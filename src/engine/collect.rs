//! What comes of a part of a level, once all its successors are stored.
//!
//! Each lane knows what has become of its successors, in its own order; what is wanted is the order
//! in which the worker found them. A sort would take more time than storing them. Their numbers are
//! dense, so each is put where its number says, and a set of bits says which numbers are in use:
//!
//! ```text
//! lane 0: 1 4     seats | . 1 2 . 4 .. |   read off from the first on
//! lane 1: 2       taken | 0 1 1 0 1 .. |
//! ```
//!
//! It is right if no two successors have the same number, and every step that was recorded is in
//! some lane. One that is lost would be a state that is never expanded, or a step that no search
//! for loops sees, and the verdict `holds`: so both are counted.

use super::edges::{Block, NO_HELP, NO_STEP};
use super::findings::Findings;
use super::frontier::Frontier;
use super::store::{Found, Index, Lane, PARTITIONS, append};

/// What gets in a line, by its number there. Most numbers are those of successors that are not new.
#[derive(Default)]
pub(super) struct Slots {
    /// Bit by number: the entry is in use.
    taken: Vec<u64>,
    /// The state, if there is one.
    indices: Vec<Index>,
    /// The place of its row in its lane, if rows go along.
    places: Vec<u32>,
}

impl Slots {
    /// What the lanes know, once all is stored, in the order in which the successors were found:
    /// the states that have to get in line, and the steps if they were recorded.
    pub(super) fn collect(&mut self, task: &Collecting, findings: &Findings) -> Collected {
        let Findings {
            lanes, recorded, ..
        } = findings;
        let [now, later] = findings.numbers;
        let mut collected = Collected {
            now: self.line(task, lanes, now, |lane| &lane.now),
            later: self.line(task, lanes, later, |lane| &lane.later),
            edges: Block::default(),
        };
        if task.records {
            let targets = steps(task, lanes, findings.numbers);
            collected.edges = Block::new(&recorded.from, &recorded.notes, &recorded.ends, targets);
        }
        collected
    }

    /// A line in the order of its numbers.
    fn line(
        &mut self,
        task: &Collecting,
        lanes: &[Lane],
        numbers: u32,
        found: impl Fn(&Lane) -> &[Found],
    ) -> Frontier {
        self.seat(task, lanes.iter().flat_map(&found), numbers as usize);
        let mut line = Frontier::default();
        let count = lanes.iter().map(|lane| found(lane).len()).sum();
        line.indices.reserve_exact(count);
        for (&taken, first) in self.taken.iter().zip((0..).step_by(64)) {
            let mut taken = taken;
            while taken != 0 {
                let number = first + taken.trailing_zeros() as usize;
                taken &= taken - 1;
                let index = self.indices[number];
                line.indices.push(index);
                if task.carries_rows {
                    let lane = &lanes[index as usize % PARTITIONS];
                    let place = self.places[number] as usize;
                    append(&mut line.rows, lane.row(place, task.words).0);
                }
            }
        }
        assert_eq!(
            line.indices.len(),
            count,
            "states are lost: some have the same number in line"
        );
        line
    }

    /// Takes in what was found, of so many numbers.
    fn seat<'a>(
        &mut self,
        task: &Collecting,
        found: impl Iterator<Item = &'a Found>,
        numbers: usize,
    ) {
        self.taken.clear();
        self.taken.resize(numbers.div_ceil(64), 0);
        if self.indices.len() < numbers {
            self.indices.resize(numbers, 0);
        }
        if task.carries_rows && self.places.len() < numbers {
            self.places.resize(numbers, 0);
        }
        for found in found {
            let number = found.number as usize;
            self.taken[number / 64] |= 1 << (number % 64);
            self.indices[number] = found.index;
            if task.carries_rows {
                self.places[number] = found.place;
            }
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        let numbers = (self.indices.capacity() + self.places.capacity()) * size_of::<u32>();
        (numbers + self.taken.capacity() * size_of::<u64>()) as u64
    }
}

/// Where the steps lead, by number in the line of this layer; [`NO_STEP`] for faults.
fn steps(task: &Collecting, lanes: &[Lane], [now, later]: [u32; 2]) -> Vec<Index> {
    let recorded: usize = lanes.iter().map(|lane| lane.targets.len()).sum();
    let found = now as usize + later as usize;
    assert_eq!(recorded, found, "not every step that was found is recorded");
    let mut steps = vec![NO_STEP; now as usize];
    for lane in lanes {
        let rows = lane.count(task.words);
        assert_eq!(lane.targets.len(), rows, "a lane's steps are not its rows");
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

/// How to collect.
#[derive(Clone, Copy)]
pub(super) struct Collecting {
    /// Words of a row.
    pub words: usize,
    /// Rows go along: the store keeps none.
    pub carries_rows: bool,
    /// Steps have been recorded.
    pub records: bool,
}

/// What a worker's part has led to.
#[derive(Default)]
pub(super) struct Collected {
    pub now: Frontier,
    pub later: Frontier,
    pub edges: Block,
}
