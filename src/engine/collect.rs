//! What comes of a part of a level, once all its successors are stored.

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
            let targets = steps(task, lanes, now as usize);
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

/// Where the steps lead, by number; [`NO_STEP`] for faults.
fn steps(task: &Collecting, lanes: &[Lane], numbers: usize) -> Vec<Index> {
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
