//! The steps of a search that are not faults, kept for questions about paths.
//!
//! Steps outnumber states by far, so they are kept as in a compressed sparse row: the targets of
//! all states one after another, and for each state where its own end. While a layer is searched
//! they come in blocks, with states by number. A finished layer is put to the others with states
//! by *place*, the order of expansion: numbers have gaps (partitions differ in length, and later
//! layers are among them), and what is asked for loops has a table by state.
//!
//! ```text
//! from     | s0 | s1 | s2 |
//! ends     | 2  | 2  | 5  |         s1 has no step
//! targets  | a b     | c d e |
//! ```
//!
//! A step of a finished layer leads to a state of this layer or of an earlier one, as a step that
//! is no fault takes none from the budget. So each has a place by the time that it is looked up.

mod saved;

use super::store::Index;

/// The steps from some states, in the order in which the states were expanded.
#[derive(Default)]
pub(super) struct Block {
    /// The states.
    pub from: Vec<Index>,
    /// By state: what is special about it.
    pub notes: Vec<Notes>,
    /// By state: one above its last step in `targets`.
    pub ends: Vec<u32>,
    /// Where the steps lead, each with [`NO_HELP`] if it does not count on a way back.
    pub targets: Vec<Index>,
}

/// The step does not count on a way back. Numbers of states have 31 bits.
pub(super) const NO_HELP: Index = 1 << 31;

/// In place of a step that is a fault.
pub(super) const NO_STEP: Index = Index::MAX;

/// What is special about a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Notes(u8);

impl Notes {
    /// Nothing has to happen in it.
    pub(super) const MAY_STAY: Self = Self(1);
    /// It is not expanded: its one step leads to the state that covers it.
    pub(super) const COVERED: Self = Self(2);
    /// The most goals that can be told apart.
    pub(super) const GOALS: usize = 6;

    /// It is the goal of that number.
    pub(super) const fn goal(number: usize) -> Self {
        Self(4 << number)
    }

    pub(super) const fn has(self, note: Self) -> bool {
        self.0 & note.0 != 0
    }

    pub(super) const fn with(self, note: Self, holds: bool) -> Self {
        Self(self.0 | if holds { note.0 } else { 0 })
    }
}

impl Block {
    /// The steps from some states: `targets` up to `ends`, by state, but for those that are
    /// [`NO_STEP`].
    pub(super) fn new(
        from: &[Index],
        notes: &[Notes],
        ends: &[u32],
        mut targets: Vec<Index>,
    ) -> Self {
        assert!(
            from.len() == notes.len()
                && from.len() == ends.len()
                && targets.len() == ends.last().map_or(0, |&end| end as usize),
            "steps are of other states: {} states, {} ends, {} steps",
            from.len(),
            ends.len(),
            targets.len()
        );
        let mut ends = ends.to_vec();
        if targets.contains(&NO_STEP) {
            let mut start = 0;
            let mut left = 0;
            for end in &mut ends {
                let steps = &targets[start as usize..*end as usize];
                left += steps.iter().filter(|&&step| step != NO_STEP).count() as u32;
                start = std::mem::replace(end, left);
            }
            targets.retain(|&step| step != NO_STEP);
            targets.shrink_to_fit();
        }
        Self {
            from: from.to_vec(),
            notes: notes.to_vec(),
            ends,
            targets,
        }
    }

    /// The steps of the state at a place.
    pub(super) fn steps(&self, place: usize) -> &[Index] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        &self.targets[start..self.ends[place] as usize]
    }

    /// A state that is covered by another.
    pub(super) fn cover(&mut self, index: Index, by: Index) {
        self.from.push(index);
        self.notes.push(Notes::COVERED);
        self.targets.push(by);
        self.ends.push(self.targets.len() as u32);
    }

    fn bytes(&self) -> u64 {
        let numbers = self.from.capacity() + self.ends.capacity() + self.targets.capacity();
        (numbers * size_of::<Index>() + self.notes.capacity()) as u64
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Edges {
    /// Of the layer under way, in the order of depth.
    pub blocks: Vec<Block>,
    /// Of finished layers.
    pub graph: Graph,
}

impl Edges {
    pub(super) fn bytes(&self) -> u64 {
        self.blocks.iter().map(Block::bytes).sum::<u64>() + self.graph.bytes()
    }

    /// The layer is over. Its steps are put to the others, or dropped if no formula asks for them.
    pub(super) fn end_layer(&mut self, keeps: bool, end: usize) {
        if keeps {
            self.graph.add(&mut self.blocks, end);
        }
        self.blocks.clear();
    }
}

/// The steps of finished layers, by the place of a state in the order of expansion.
#[derive(Default)]
pub(super) struct Graph {
    /// By place: the state.
    pub states: Vec<Index>,
    /// By place: what is special about the state.
    pub notes: Vec<Notes>,
    /// By place: one above its last step in `targets`.
    ends: Vec<u64>,
    /// The places that the steps lead to.
    targets: Vec<u32>,
    /// By state: its place, or [`NOWHERE`].
    places: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Graph {
    /// Puts in the steps of a layer. They lead to states of this layer or of earlier ones.
    fn add(&mut self, blocks: &mut [Block], end: usize) {
        self.places.resize(end, NOWHERE);
        let states = blocks.iter().map(|block| block.from.len()).sum::<usize>();
        let first = self.targets.len();
        assert!(
            self.states.len() + states < NOWHERE as usize,
            "there are more states than places"
        );
        for block in &mut *blocks {
            for &index in &block.from {
                self.places[index as usize] = self.states.len() as u32;
                self.states.push(index);
            }
            self.notes.append(&mut block.notes);
        }
        for block in blocks {
            let start = self.targets.len() as u64;
            let ends = block.ends.iter().map(|&end| start + u64::from(end));
            self.ends.extend(ends);
            let place = |&target: &Index| self.places[(target & !NO_HELP) as usize];
            self.targets.extend(block.targets.iter().map(place));
            *block = Block::default();
        }
        assert!(
            self.ends.len() == self.states.len() && self.notes.len() == self.states.len(),
            "steps are of other states: {} states, {} ends",
            self.states.len(),
            self.ends.len()
        );
        let leads_nowhere = self.targets[first..].contains(&NOWHERE);
        assert!(!leads_nowhere, "a step leads out of the finished layers");
    }

    /// The place of a state, if it is expanded.
    pub(super) fn place(&self, index: Index) -> Option<u32> {
        let place = self.places[index as usize];
        (place != NOWHERE).then_some(place)
    }

    /// Whether something is noted of any state.
    pub(super) fn has(&self, note: Notes) -> bool {
        self.notes.iter().any(|notes| notes.has(note))
    }

    /// The places that the steps of a state lead to.
    pub(super) fn targets(&self, place: u32) -> &[u32] {
        let place = place as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.targets[start as usize..self.ends[place] as usize]
    }

    fn bytes(&self) -> u64 {
        let numbers = self.states.capacity() + self.targets.capacity() + self.places.capacity();
        let ends = self.ends.capacity() * size_of::<u64>();
        (numbers * size_of::<u32>() + ends + self.notes.capacity()) as u64
    }
}

/// A set of states.
#[derive(Clone, Default)]
pub(super) struct StateSet(Vec<u64>);

impl StateSet {
    /// Makes room for states below `end`.
    pub(super) fn grow(&mut self, end: usize) {
        let words = end.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    pub(super) fn contains(&self, index: Index) -> bool {
        self.0[index as usize / 64] >> (index % 64) & 1 == 1
    }

    pub(super) fn insert(&mut self, index: Index) {
        self.0[index as usize / 64] |= 1 << (index % 64);
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.0.capacity() * size_of::<u64>()) as u64
    }
}
