//! A plain search that keeps every step, so that endless paths can be judged.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroUsize;
use std::time::Instant;

use hashbrown::HashTable;

use super::{Promise, Space, violation};
use crate::engine::{
    Bounds, Decision, Observer, Outcome, Progress, Question, Searchable, Statistics, StopReason,
    Unobserved, Verdict, exhaustive,
};

/// States that are expanded between two looks at the bounds.
const BLOCK: usize = 1 << 13;

/// The states of a model and their steps, searched one layer of faults after another.
pub struct Explored {
    words: usize,
    rows: Vec<u64>,
    index: HashTable<u32>,
    depths: Vec<u32>,
    /// By state: its place in the columns below, or [`UNEXPANDED`].
    places: Vec<u32>,
    /// `starts[place]`: where its targets start.
    starts: Vec<u64>,
    targets: Vec<u32>,
    goal: Vec<bool>,
    may_stay: Vec<bool>,
    /// States that wait for their turn in this layer, by depth.
    waiting: BTreeMap<u32, Vec<u32>>,
    /// States of the next layer.
    next_layer: BTreeMap<u32, Vec<u32>>,
    layer: u32,
    faults_fired: u64,
    statistics: Statistics,
}

const UNEXPANDED: u32 = u32::MAX;

impl Space for Explored {
    fn states(&self) -> u32 {
        u32::try_from(self.places.len()).expect("checked when a state is stored")
    }

    fn row(&self, state: u32, row: &mut [u64]) {
        row.copy_from_slice(self.stored(state));
    }

    fn find(&self, row: &[u64]) -> Option<u32> {
        self.number(row)
            .filter(|&state| self.place(state).is_some())
    }

    fn targets(&self, state: u32) -> &[u32] {
        let Some(place) = self.place(state) else {
            return &[];
        };
        let at = |place: usize| {
            let start = self.starts.get(place).map(|&start| start as usize);
            start.unwrap_or(self.targets.len())
        };
        &self.targets[at(place)..at(place + 1)]
    }

    fn is_goal(&self, state: u32) -> bool {
        self.place(state).is_some_and(|place| self.goal[place])
    }

    fn may_stay(&self, state: u32) -> bool {
        self.place(state).is_some_and(|place| self.may_stay[place])
    }
}

impl Explored {
    /// Every reachable state of a model and all their steps.
    pub fn of<M: Searchable>(model: &M, question: &Question<M>) -> Self {
        let mut explored = Self::begin(model);
        let watch = Watch {
            bounds: &Bounds::default(),
            observer: &Unobserved,
            started: Instant::now(),
        };
        while explored.has_more() {
            let whole = explored.finish_layer(model, question, &watch);
            assert!(whole.is_ok(), "nothing stops a search without bounds");
        }
        explored
    }

    /// The initial states, none of them expanded.
    fn begin<M: Searchable>(model: &M) -> Self {
        let mut explored = Self {
            words: model.words().max(1),
            rows: Vec::new(),
            index: HashTable::new(),
            depths: Vec::new(),
            places: Vec::new(),
            starts: Vec::new(),
            targets: Vec::new(),
            goal: Vec::new(),
            may_stay: Vec::new(),
            waiting: BTreeMap::new(),
            next_layer: BTreeMap::new(),
            layer: 0,
            faults_fired: 0,
            statistics: Statistics::default(),
        };
        let mut row = vec![0; explored.words];
        for state in model.init_states() {
            model.pack(&state, &mut row);
            explored.reach(&row, 0, false);
        }
        explored
    }

    fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn place(&self, state: u32) -> Option<usize> {
        let place = self.places[state as usize];
        (place != UNEXPANDED).then_some(place as usize)
    }

    fn stored(&self, state: u32) -> &[u64] {
        let start = state as usize * self.words;
        &self.rows[start..start + self.words]
    }

    fn number(&self, row: &[u64]) -> Option<u32> {
        let is_it = |&state: &u32| self.stored(state) == row;
        self.index.find(hash(row), is_it).copied()
    }

    /// The number of a state that is reached in `depth` steps; it gets one if it is new.
    fn reach(&mut self, row: &[u64], depth: u32, by_fault: bool) -> u32 {
        let state = match self.number(row) {
            Some(state) if self.depths[state as usize] <= depth => return state,
            Some(state) if self.place(state).is_some() => return state,
            Some(state) => state,
            None => self.store(row),
        };
        self.depths[state as usize] = depth;
        let queue = if by_fault {
            &mut self.next_layer
        } else {
            &mut self.waiting
        };
        queue.entry(depth).or_default().push(state);
        state
    }

    fn store(&mut self, row: &[u64]) -> u32 {
        let state = u32::try_from(self.places.len()).expect("as many states as fit in memory");
        self.rows.extend_from_slice(row);
        self.depths.push(u32::MAX);
        self.places.push(UNEXPANDED);
        let (rows, words) = (&self.rows, self.words);
        let hash_of = |&state: &u32| hash(&rows[state as usize * words..][..words]);
        self.index.insert_unique(hash(row), state, hash_of);
        state
    }

    /// Expands every state that can be reached with as many faults as the layer has, and goes on
    /// to the next layer.
    fn finish_layer<M: Searchable>(
        &mut self,
        model: &M,
        question: &Question<M>,
        watch: &Watch<'_, M::Action>,
    ) -> Result<(), StopReason> {
        let mut left_out = false;
        while let Some((depth, level)) = self.waiting.pop_first() {
            for (number, &state) in level.iter().enumerate() {
                if number % BLOCK == 0 {
                    self.look(watch, depth, level.len())?;
                }
                // A state may have been reached in fewer steps since it was put here.
                if self.depths[state as usize] != depth || self.place(state).is_some() {
                    continue;
                }
                if watch.bounds.depth.is_some_and(|bound| depth > bound) {
                    left_out = true;
                } else {
                    self.expand(model, question, state, depth);
                }
            }
        }
        self.waiting = std::mem::take(&mut self.next_layer);
        self.layer += 1;
        self.statistics.complete = self.waiting.is_empty();
        if left_out {
            return Err(StopReason::Depth);
        }
        Ok(())
    }

    fn look<A>(
        &mut self,
        watch: &Watch<'_, A>,
        depth: u32,
        frontier: usize,
    ) -> Result<(), StopReason> {
        let bytes = self.bytes();
        let unique_states = self.places.len() as u64;
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
        let progress = Progress {
            unique_states,
            depth,
            faults: self.layer,
            frontier: frontier as u64,
            bytes,
        };
        let bounds = watch.bounds;
        let over = |bound: Option<u64>, value: u64| bound.is_some_and(|bound| value > bound);
        let late = |bound| watch.started.elapsed() > bound;
        if watch.observer.progress(&progress) {
            Err(StopReason::Interrupted)
        } else if over(bounds.states, unique_states) {
            Err(StopReason::States)
        } else if over(bounds.memory, bytes) || unique_states + MARGIN > u64::from(UNEXPANDED) {
            Err(StopReason::Memory)
        } else if bounds.time.is_some_and(late) {
            Err(StopReason::Time)
        } else {
            Ok(())
        }
    }

    fn expand<M: Searchable>(&mut self, model: &M, question: &Question<M>, state: u32, depth: u32) {
        let world = model.unpack(self.stored(state));
        let mut row = vec![0; self.words];
        let mut rows = Vec::new();
        let mut by_fault = Vec::new();
        let mut may_stay = true;
        model.successors(&world, &mut |action, next| {
            model.pack(next, &mut row);
            rows.extend_from_slice(&row);
            let kind = model.fault_kind(&action);
            self.faults_fired |= kind.map_or(0, |kind| 1 << kind);
            by_fault.push(kind.is_some());
            may_stay &= kind.is_some() || model.fairness(&action).is_none();
        });
        self.places[state as usize] = u32::try_from(self.starts.len()).expect("fewer than states");
        self.starts.push(self.targets.len() as u64);
        self.may_stay.push(may_stay);
        self.goal.push(match question.goal {
            Some(goal) => goal(model, &world),
            None => model.is_goal(&world),
        });
        self.statistics.depth = self.statistics.depth.max(depth);
        self.statistics.transitions += by_fault.len() as u64;
        for (row, by_fault) in rows.chunks(self.words).zip(by_fault) {
            let target = self.reach(row, depth + 1, by_fault);
            if !by_fault {
                self.targets.push(target);
            }
        }
    }

    fn bytes(&self) -> u64 {
        let words = self.rows.capacity() + self.starts.capacity();
        let numbers = self.depths.capacity() + self.places.capacity() + self.targets.capacity();
        let flags = self.goal.capacity() + self.may_stay.capacity();
        (8 * words + 4 * numbers + flags + self.index.allocation_size()) as u64
    }
}

/// States that one block may add before the next look at the bounds.
const MARGIN: u64 = 1 << 24;

/// What may stop a search.
struct Watch<'a, A> {
    bounds: &'a Bounds,
    observer: &'a dyn Observer<A>,
    started: Instant,
}

fn hash(row: &[u64]) -> u64 {
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    for &word in row {
        hasher.write_u64(word);
    }
    hasher.finish()
}

/// Decides a question about a model: what the exhaustive search decides, and then what happens
/// in the end.
pub fn check<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    threads: NonZeroUsize,
    observer: &dyn Observer<M::Action>,
) -> Outcome<M::Action> {
    let started = Instant::now();
    let mut outcome = exhaustive::check(model, question, bounds, threads, observer);
    let promises = Promise::ALL.into_iter();
    let asked: Vec<Promise> = promises
        .filter(|promise| promise.is_asked(question))
        .collect();
    if asked.is_empty() {
        return outcome;
    }
    let mut decisions: Vec<_> = asked.iter().map(|promise| undecided(*promise)).collect();
    let stopped = outcome.statistics.stopped.map_or_else(
        || {
            let watch = Watch {
                bounds,
                observer,
                started,
            };
            let mut explored = Explored::begin(model);
            let stopped = layers(model, question, &mut explored, &watch, &mut decisions);
            add(&mut outcome, &explored);
            stopped
        },
        Some,
    );
    for decision in &mut decisions {
        if let (Verdict::Holds, Some(reason)) = (&decision.verdict, stopped) {
            decision.verdict = Verdict::Inconclusive(reason);
        }
    }
    outcome.decisions.extend(decisions);
    outcome.statistics.stopped = stopped;
    outcome.statistics.complete &= stopped.is_none();
    outcome.statistics.elapsed = started.elapsed();
    outcome
}

const fn undecided<A>(promise: Promise) -> Decision<A> {
    Decision {
        name: promise.name(),
        verdict: Verdict::Holds,
        layers: Vec::new(),
    }
}

/// Explores layer by layer until every promise is decided; the reason if it stops before.
fn layers<M: Searchable>(
    model: &M,
    question: &Question<M>,
    explored: &mut Explored,
    watch: &Watch<'_, M::Action>,
    decisions: &mut [Decision<M::Action>],
) -> Option<StopReason> {
    while explored.has_more() {
        if let Err(reason) = explored.finish_layer(model, question, watch) {
            return Some(reason);
        }
        for decision in decisions.iter_mut() {
            let promise = Promise::ALL
                .into_iter()
                .find(|promise| promise.name() == decision.name);
            let open = promise.filter(|_| decision.verdict == Verdict::Holds);
            let Some(promise) = open else { continue };
            let trace = violation(model, question, &*explored, promise);
            decision.layers.push(trace.is_none());
            if let Some(trace) = trace {
                watch.observer.violated(decision.name, &trace);
                decision.verdict = Verdict::Violated(trace);
            }
        }
        let is_violated = |decision: &Decision<_>| decision.verdict != Verdict::Holds;
        if decisions.iter().all(is_violated) {
            return None;
        }
        if question.fail_fast && decisions.iter().any(is_violated) {
            return Some(StopReason::FailFast);
        }
    }
    None
}

/// What the second search found out about the space.
fn add<A>(outcome: &mut Outcome<A>, explored: &Explored) {
    let (all, more) = (&mut outcome.statistics, &explored.statistics);
    outcome.faults_fired |= explored.faults_fired;
    all.unique_states = all.unique_states.max(explored.places.len() as u64);
    all.transitions = all.transitions.max(more.transitions);
    all.depth = all.depth.max(more.depth);
    all.peak_bytes = all.peak_bytes.max(more.peak_bytes).max(explored.bytes());
    all.complete |= more.complete;
}
