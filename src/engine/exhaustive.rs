//! Exhaustive search: layer by layer of faults, level by level of steps.
//!
//! All states with no fault come first, then those with one, and so on; inside a layer, states
//! are expanded in the order of their least number of steps. The first state that breaks a
//! property therefore shows it with the fewest faults, and then the fewest steps.
//!
//! A level is searched in blocks, a block in two strides: workers expand its parts and sort what
//! they find by partition of the store; then each partition takes in what was found for it, in
//! the order in which one worker alone would have found it. No two threads ever write to the
//! same place, and the result does not depend on their number.

mod level;
mod resume;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::edges::{Block, Edges, StateSet};
use super::expand::{Frontier, Gathered, Gathering, Part, Task, Work, parts};
use super::liveness::{self, Promise};
use super::space::Searched;
use super::store::{Format, Index, Kept, Rank, Store, Turn};
use super::trace::follow;
use super::{
    Bounds, Decision, Ends, Labels, Observer, Order, Outcome, Progress, Question, Searchable,
    Settings, Statistics, StopReason, StoreKind, Trace, Verdict, recoverable,
};

/// The most states that are expanded between two looks at the bounds.
const BLOCK: usize = 1 << 16;

/// States that are worth a thread.
const WORTH_A_THREAD: usize = 128;

/// Parts of a block for each thread, so that none waits long for the slowest.
const PARTS_PER_THREAD: usize = 4;

use level::Level;
pub use resume::{Saved, check_with, may_resume};

/// Decides a question about a model, as far as the bounds allow.
pub fn check<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    settings: impl Into<Settings>,
    observer: &dyn Observer<M::Action>,
) -> Outcome<M::Action> {
    let mut search = Search::new(model, question, bounds, settings.into(), observer);
    search.store_initial();
    search.run();
    search.outcome()
}

/// The name of the property that the goal can be reached from everywhere.
const RECOVERABLE: &str = "recoverable";

/// How a layer ended.
enum Layer {
    /// All its states are expanded.
    Finished,
    /// Nothing is left to decide.
    AllDecided,
    /// A bound was reached, or one violation was enough.
    Stopped(StopReason),
}

struct Search<'a, M: Searchable> {
    model: &'a M,
    question: &'a Question<M>,
    bounds: &'a Bounds,
    settings: Settings,
    observer: &'a dyn Observer<M::Action>,
    started: Instant,
    /// The time that earlier runs took, and the states that they found.
    before: (Duration, u64),
    saver: Option<resume::Saver<'a>>,
    words: usize,
    store: Store,
    /// What an earlier run has left of its last level.
    rest: Option<Level>,
    /// States of the layer under way that wait for their turn, by depth.
    waiting: BTreeMap<u32, Frontier>,
    /// States of the next layer, by depth.
    later: BTreeMap<u32, Frontier>,
    works: Vec<Work>,
    pool: Option<rayon::ThreadPool>,
    layer: u32,
    /// Some state behind the bound of steps has been left out.
    cut: bool,
    decisions: Vec<Decision<M::Action>>,
    edges: Edges,
    /// States from which the goal can be reached without a further fault.
    reaches: StateSet,
    /// Stored states that others turned out to cover.
    covered: u64,
    faults_fired: u64,
    labels: Labels,
    /// States without a way on, as [`Question::ends`] asks for them, and the first of them.
    dead_ends: u64,
    first_dead_end: Option<Index>,
    statistics: Statistics,
}

impl<'a, M: Searchable> Search<'a, M> {
    fn new(
        model: &'a M,
        question: &'a Question<M>,
        bounds: &'a Bounds,
        settings: Settings,
        observer: &'a dyn Observer<M::Action>,
    ) -> Self {
        let mut names: Vec<&'static str> = question
            .invariants
            .iter()
            .map(|invariant| invariant.name)
            .collect();
        names.extend(question.recoverable.then_some(RECOVERABLE));
        let asked = Promise::ALL
            .into_iter()
            .filter(|promise| promise.is_asked(question));
        names.extend(asked.map(Promise::name));
        let undecided = |name| Decision {
            name,
            verdict: Verdict::Holds,
            layers: Vec::new(),
        };
        let format = format(model, settings);
        Self {
            model,
            question,
            bounds,
            settings,
            observer,
            started: Instant::now(),
            before: (Duration::ZERO, 0),
            saver: None,
            words: format.words,
            store: Store::new(format),
            rest: None,
            waiting: BTreeMap::new(),
            later: BTreeMap::new(),
            works: Vec::new(),
            pool: None,
            layer: 0,
            cut: false,
            decisions: names.into_iter().map(undecided).collect(),
            edges: Edges::default(),
            reaches: StateSet::default(),
            covered: 0,
            faults_fired: 0,
            labels: Labels::default(),
            dead_ends: 0,
            first_dead_end: None,
            statistics: Statistics::default(),
        }
    }

    fn run(&mut self) {
        loop {
            match self.finish_layer() {
                Layer::Finished => (),
                Layer::AllDecided => return,
                Layer::Stopped(reason) => {
                    self.statistics.stopped = Some(reason);
                    return;
                }
            }
            self.waiting = std::mem::take(&mut self.later);
            for work in &mut self.works {
                work.forget();
            }
            if self.waiting.is_empty() {
                self.statistics.complete = !self.cut;
                self.statistics.stopped = self.cut.then_some(StopReason::Depth);
                return;
            }
            self.layer += 1;
        }
    }

    fn store_initial(&mut self) {
        let mut work = Work::new(self.words);
        for state in self.model.init_states() {
            work.put_initial(self.model, &self.store, &state);
        }
        self.works.push(work);
        self.keep(1, false, Turn { layer: 0, depth: 0 }, false);
        // They were stored as if a step had led to them.
        let (_, partitions) = self.store.split();
        for partition in partitions {
            partition.begin();
        }
        self.waiting = BTreeMap::from([(0, self.waiting.remove(&1).unwrap_or_default())]);
    }

    /// Expands every state of the layer.
    fn finish_layer(&mut self) -> Layer {
        while let Some(mut level) = self.next_level() {
            while level.done < level.states.indices.len() {
                let total = level.before + level.states.indices.len();
                let stop = self.bound_reached(level.depth, total);
                self.save(&level, stop.is_some());
                if let Some(reason) = stop {
                    return Layer::Stopped(reason);
                }
                let block = level.block(self.block());
                level.done = block.end;
                self.expand(level.part(block, self.words), level.depth);
                if self.fails_fast() {
                    return Layer::Stopped(StopReason::FailFast);
                }
                if self.is_decided() {
                    return Layer::AllDecided;
                }
            }
        }
        if self.cut {
            // Nothing is known of the whole layer, nor of those behind it; but what they break
            // within the bound is broken.
            self.edges.end_layer(false, 0);
            return Layer::Finished;
        }
        self.decide_recoverable();
        let keeps = self.asks_about_endless_paths();
        self.edges.end_layer(keeps, self.store.end());
        self.decide_endless();
        if self.settings.order == Order::FewestFaults {
            for decision in &mut self.decisions {
                if decision.verdict == Verdict::Holds {
                    decision.layers.push(true);
                }
            }
        }
        if self.fails_fast() {
            return Layer::Stopped(StopReason::FailFast);
        }
        if self.is_decided() {
            return Layer::AllDecided;
        }
        Layer::Finished
    }

    /// The states of the layer that come next: what an earlier run has left, then by depth.
    fn next_level(&mut self) -> Option<Level> {
        if let Some(rest) = self.rest.take() {
            return Some(rest);
        }
        let (depth, frontier) = self.waiting.pop_first()?;
        Some(Level {
            depth,
            states: self.on_turn(frontier, depth),
            done: 0,
            before: 0,
        })
    }

    /// The states whose turn it is. Those that have been reached on a better way since they got
    /// in line, or that another state covers, are left out.
    fn on_turn(&mut self, frontier: Frontier, depth: u32) -> Frontier {
        if !self.store.format.ranked {
            return frontier;
        }
        let rank = Rank::new(self.layer, depth);
        let records = self.records();
        let mut level = Frontier::default();
        let mut covered = Block::default();
        for (place, &index) in frontier.indices.iter().enumerate() {
            if self.store.rank(index) != rank {
                continue;
            }
            if let Some(by) = self.store.covering(index) {
                self.covered += 1;
                if records {
                    covered.cover(index, by);
                }
                continue;
            }
            level.indices.push(index);
            if !frontier.rows.is_empty() {
                let start = place * self.words;
                level
                    .rows
                    .extend_from_slice(&frontier.rows[start..start + self.words]);
            }
        }
        if !covered.from.is_empty() {
            self.edges.blocks.push(covered);
        }
        level
    }

    /// States to expand before the bounds are looked at again: fewer when a bound is near.
    fn block(&self) -> usize {
        let room = match self.bounds.states {
            Some(states) => states.saturating_sub(self.store.len()) / 8,
            None => u64::MAX,
        };
        usize::try_from(room).unwrap_or(usize::MAX).clamp(64, BLOCK)
    }

    fn bytes(&mut self) -> u64 {
        let works: u64 = self.works.iter_mut().map(Work::bytes).sum();
        let lines = self.waiting.values().chain(self.later.values());
        let lines: u64 = lines.map(Frontier::bytes).sum();
        self.store.bytes() + self.edges.bytes() + self.reaches.bytes() + works + lines
    }

    fn bound_reached(&mut self, depth: u32, frontier: usize) -> Option<StopReason> {
        let bytes = self.bytes();
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
        let unique_states = self.store.len() - self.covered;
        let progress = Progress {
            unique_states,
            depth,
            faults: self.layer,
            frontier: frontier as u64,
            bytes,
            found_before: self.before.1,
        };
        let over = |bound: Option<u64>, value: u64| bound.is_some_and(|bound| value > bound);
        if self.observer.progress(&progress) {
            Some(StopReason::Interrupted)
        } else if over(self.bounds.states, unique_states) {
            Some(StopReason::States)
        } else if over(self.bounds.memory, bytes) || self.store.is_full() {
            Some(StopReason::Memory)
        } else if self
            .bounds
            .time
            .is_some_and(|bound| self.started.elapsed() > bound)
        {
            Some(StopReason::Time)
        } else {
            None
        }
    }

    /// The property's number, if it is asked for and not violated yet.
    fn undecided(&self, name: &str) -> Option<usize> {
        let mut decisions = self.decisions.iter();
        let is_open = |decision: &Decision<M::Action>| {
            decision.name == name && decision.verdict == Verdict::Holds
        };
        decisions.position(is_open)
    }

    fn asks_about_endless_paths(&self) -> bool {
        let mut promises = Promise::ALL.into_iter();
        promises.any(|promise| self.undecided(promise.name()).is_some())
    }

    /// Whether some open property is about paths, so that steps are to be recorded.
    fn records(&self) -> bool {
        self.undecided(RECOVERABLE).is_some() || self.asks_about_endless_paths()
    }

    fn is_decided(&self) -> bool {
        self.decisions
            .iter()
            .all(|decision| decision.verdict != Verdict::Holds)
    }

    fn fails_fast(&self) -> bool {
        self.question.fail_fast
            && self
                .decisions
                .iter()
                .any(|decision| matches!(decision.verdict, Verdict::Violated(_)))
    }

    /// Expands a block of states that all have `depth`, on all threads.
    fn expand(&mut self, block: Part, depth: u32) {
        let threads = self.settings.threads.get();
        let shared = threads > 1 && block.indices.len() >= 2 * WORTH_A_THREAD;
        let workers = if shared {
            threads * PARTS_PER_THREAD
        } else {
            1
        };
        while self.works.len() < workers {
            self.works.push(Work::new(self.words));
        }
        if shared && self.pool.is_none() {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            self.pool = pool.build().ok();
        }
        let records = self.records();
        let turn = Turn {
            layer: self.layer,
            depth,
        };
        let task = Task {
            model: self.model,
            question: self.question,
            store: &self.store,
            open: self.open(),
            records,
            too_deep: self.bounds.depth.is_some_and(|bound| depth >= bound),
            turn,
        };
        let parts = parts(block.indices, block.rows, self.words, workers);
        let mut jobs: Vec<(&mut Work, Part)> = self.works.iter_mut().zip(parts).collect();
        let used = jobs.len();
        let look = |(work, part): &mut (&mut Work, Part)| work.look(&task, *part);
        match &self.pool {
            Some(pool) if shared => pool.install(|| jobs.par_iter_mut().for_each(look)),
            _ => jobs.iter_mut().for_each(look),
        }
        self.keep(used, records, turn, shared);
        self.statistics.depth = self.statistics.depth.max(depth);
    }

    /// The always-properties that are not violated yet: bit i is the i-th of the question.
    fn open(&self) -> u32 {
        let invariants = self.decisions.iter().take(self.question.invariants.len());
        let open = invariants
            .enumerate()
            .map(|(number, decision)| u32::from(decision.verdict == Verdict::Holds) << number);
        open.fold(0, |all, one| all | one)
    }

    /// Stores what the workers found, and takes note of the rest.
    fn keep(&mut self, used: usize, records: bool, turn: Turn, shared: bool) {
        let works = &mut self.works[..used];
        let (format, partitions) = self.store.split();
        let lanes = &*works;
        let take_in = |(number, partition): (usize, &mut super::store::Partition)| {
            for work in lanes {
                let lane = work.lanes[number].lock();
                let mut lane = lane.unwrap_or_else(std::sync::PoisonError::into_inner);
                partition.store(format, &mut lane, turn);
            }
        };
        match &self.pool {
            Some(pool) if shared => {
                let partitions = partitions.par_iter_mut().enumerate();
                pool.install(|| partitions.for_each(take_in));
            }
            _ => partitions.iter_mut().enumerate().for_each(take_in),
        }
        let task = Gathering {
            words: self.words,
            carries_rows: self.store.format.kept == Kept::Fingerprints,
            records,
        };
        let gather = |work: &mut Work| work.gather(&task);
        let gathered: Vec<Gathered> = match &self.pool {
            Some(pool) if shared => pool.install(|| works.par_iter_mut().map(gather).collect()),
            _ => works.iter_mut().map(gather).collect(),
        };
        for mut part in gathered {
            for (line, found) in [
                (&mut self.waiting, &mut part.now),
                (&mut self.later, &mut part.later),
            ] {
                if !found.indices.is_empty() {
                    line.entry(turn.depth + 1).or_default().append(found);
                }
            }
            if records {
                self.edges.blocks.push(part.edges);
            }
        }
        let mut broken = Vec::new();
        for work in works {
            self.statistics.transitions += work.transitions;
            self.faults_fired |= work.faults_fired;
            self.labels.extend(&work.labels);
            self.dead_ends += work.dead_ends;
            self.first_dead_end = self.first_dead_end.or(work.first_dead_end);
            self.cut |= work.cut;
            broken.append(&mut work.broken);
            work.clear();
        }
        for (index, broken) in broken {
            self.note_violations(index, broken);
        }
    }

    fn note_violations(&mut self, index: Index, broken: u32) {
        for number in 0..self.question.invariants.len() {
            if broken >> number & 1 == 1 && self.decisions[number].verdict == Verdict::Holds {
                let trace = self.trace(index);
                self.violate(number, trace);
            }
        }
    }

    fn violate(&mut self, number: usize, trace: Trace<M::Action>) {
        let decision = &mut self.decisions[number];
        self.observer.violated(decision.name, &trace);
        decision.verdict = Verdict::Violated(trace);
        // A layer behind one that was cut short has no place in the list.
        let is_next = decision.layers.len() == self.layer as usize;
        if self.settings.order == Order::FewestFaults && is_next {
            decision.layers.push(false);
        }
    }

    fn trace(&self, index: Index) -> Trace<M::Action> {
        follow(self.model, &self.store, &self.store.path(index))
    }

    /// All states of the layer are expanded: are there some without a way to the goal?
    fn decide_recoverable(&mut self) {
        let Some(number) = self.undecided(RECOVERABLE) else {
            return;
        };
        self.reaches.grow(self.store.end());
        let stuck = recoverable::stuck(&self.edges, &mut self.reaches);
        self.note_bytes();
        if let Some(trace) = self.way_into(&stuck) {
            self.violate(number, trace);
        }
    }

    /// All states of the layer are expanded: what may happen in the end?
    fn decide_endless(&mut self) {
        if !self.asks_about_endless_paths() {
            return;
        }
        self.note_bytes();
        for promise in Promise::ALL {
            let Some(number) = self.undecided(promise.name()) else {
                continue;
            };
            let space = Searched::new(self.model, &self.store, &self.edges.graph);
            let found = liveness::violation(self.model, self.question, &space, promise);
            if let Some(trace) = found {
                self.violate(number, trace);
            }
        }
    }

    fn note_bytes(&mut self) {
        let bytes = self.bytes();
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
    }

    /// The shortest way to a state without a way to the goal: one that breaks no
    /// always-property, if there is one.
    fn way_into(&self, stuck: &[Index]) -> Option<Trace<M::Action>> {
        let nearest = self.trace(*stuck.first()?);
        if self.is_clean(&nearest) {
            return Some(nearest);
        }
        let clean = recoverable::clean_path(self.model, self.question, &self.store, stuck);
        clean.or(Some(nearest))
    }

    /// Whether no state of a path breaks an always-property.
    fn is_clean(&self, trace: &Trace<M::Action>) -> bool {
        let mut invariants = self.question.invariants.iter();
        let states = trace.states(self.model);
        invariants.all(|invariant| {
            let holds = |state: &M::State| (invariant.holds)(self.model, state);
            states.iter().all(holds)
        })
    }

    fn outcome(mut self) -> Outcome<M::Action> {
        self.note_bytes();
        self.statistics.unique_states = self.store.len() - self.covered;
        self.statistics.elapsed = self.before.0 + self.started.elapsed();
        if self.settings.store == StoreKind::Fingerprint {
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let states = self.statistics.unique_states as f64;
            self.statistics.expected_missed = states * states / 2.0 / 2_f64.powi(128);
        }
        if let Some(reason) = self.statistics.stopped {
            for decision in &mut self.decisions {
                if decision.verdict == Verdict::Holds {
                    decision.verdict = Verdict::Inconclusive(reason);
                }
            }
        }
        let ends = Ends {
            number: self.dead_ends,
            nearest: self.first_dead_end.map(|index| self.trace(index)),
        };
        Outcome {
            decisions: self.decisions,
            faults_fired: self.faults_fired,
            labels: self.labels,
            ends,
            statistics: self.statistics,
        }
    }
}

/// How states are kept under these settings.
fn format<M: Searchable>(model: &M, settings: Settings) -> Format {
    let ranked = settings.order == Order::FewestFaults;
    let kept = match settings.store {
        StoreKind::Exact => Kept::Rows,
        StoreKind::Fingerprint => Kept::Fingerprints,
    };
    // Whether a state covers another is seen on whole rows only.
    let covers = ranked && kept == Kept::Rows && settings.dominance;
    let spent = if covers { model.spent() } else { Vec::new() };
    Format::new(model.words(), kept, ranked, spent)
}
