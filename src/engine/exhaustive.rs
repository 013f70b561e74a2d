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

mod block;
mod decide;
mod level;
mod resume;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use super::edges::{Block, Edges, StateSet};
use super::expand::Work;
use super::findings::Seen;
use super::frontier::Frontier;
use super::goals::Goals;
use super::limits::Stopped;
use super::store::{Format, Kept, Rank, Store, Turn};
use super::{
    Bounds, Claim, Decision, Ends, Observer, Order, Outcome, Progress, Question, Searchable,
    Settings, Statistics, StopReason, StoreKind, Verdict,
};

/// The most states that are expanded between two looks at the bounds.
const BLOCK: usize = 1 << 18;

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
    /// Threads, once some level is worth them.
    pool: Option<Arc<ThreadPool>>,
    layer: u32,
    /// One for each formula.
    decisions: Vec<Decision<M::Action>>,
    goals: Goals<M>,
    edges: Edges,
    /// For each [`Claim::AlwaysReachable`], by its formula's place: the states from which the goal
    /// can be reached without a further fault.
    reaches: BTreeMap<usize, StateSet>,
    /// Stored states that others turned out to cover.
    covered: u64,
    seen: Seen,
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
        let formulas = &question.formulas;
        assert!(
            formulas.len() <= Question::<M>::MOST,
            "a question has {} formulas, and may have {}",
            formulas.len(),
            Question::<M>::MOST
        );
        let reachable = |&place: &usize| matches!(formulas[place].claim, Claim::AlwaysReachable(_));
        let reaches = (0..formulas.len()).filter(reachable);
        let format = format(model, settings);
        let statistics = Statistics {
            symmetric: format.symmetric,
            ..Statistics::default()
        };
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
            decisions: formulas.iter().map(Decision::undecided).collect(),
            goals: Goals::of(question),
            edges: Edges::default(),
            reaches: reaches.map(|place| (place, StateSet::default())).collect(),
            covered: 0,
            seen: Seen::default(),
            statistics,
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
                work.forget(&self.store.format);
            }
            if self.waiting.is_empty() {
                self.statistics.complete = !self.seen.cut;
                self.statistics.stopped = self.seen.cut.then_some(StopReason::Depth);
                return;
            }
            self.layer += 1;
        }
    }

    fn store_initial(&mut self) {
        let mut work = Work::new(&self.store.format);
        for state in self.model.initial_states() {
            work.put_initial(self.model, &self.store, &state);
        }
        self.works.push(work);
        let turn = Turn {
            layer: 0,
            depth: 0,
            records: false,
        };
        self.keep(1, turn, false);
        // They were stored as if a step had led to them.
        let (_, partitions) = self.store.split();
        for partition in partitions {
            partition.begin();
        }
        self.waiting = BTreeMap::from([(0, self.waiting.remove(&1).unwrap_or_default())]);
    }

    /// Expands every state of the layer.
    fn finish_layer(&mut self) -> Layer {
        while let Some(level) = self.next_level() {
            let ended = match self.pool_for(level.states.indices.len()) {
                Some(pool) => pool.install(|| self.finish_levels(level)),
                None => self.finish_level(level),
            };
            if let Some(ended) = ended {
                return ended;
            }
        }
        if self.seen.cut {
            // Nothing is known of the whole layer, nor of those behind it; but what they break
            // within the bound is broken.
            self.edges.end_layer(false, 0);
            return Layer::Finished;
        }
        if let Err(Stopped(reason)) = self.decide_about_paths() {
            self.save(&Level::behind_all(self.statistics.depth), true);
            return Layer::Stopped(reason);
        }
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

    /// Expands every state of a level and of all behind it, as [`Search::finish_level`] does. Once
    /// on a thread of the pool, the search stays there: to go back and forth takes time.
    fn finish_levels(&mut self, mut level: Level) -> Option<Layer> {
        loop {
            if let Some(ended) = self.finish_level(level) {
                return Some(ended);
            }
            level = self.next_level()?;
        }
    }

    /// Expands every state of a level. Or not: how the layer ends in the middle of it.
    fn finish_level(&mut self, mut level: Level) -> Option<Layer> {
        while level.done < level.states.indices.len() {
            let total = level.before + level.states.indices.len();
            let stop = self.bound_reached(level.depth, total);
            self.save(&level, stop.is_some());
            if let Some(reason) = stop {
                return Some(Layer::Stopped(reason));
            }
            let block = level.block(self.block());
            level.done = block.end;
            self.expand(level.part(block, self.words), level.depth);
            if self.fails_fast() {
                return Some(Layer::Stopped(StopReason::FailFast));
            }
            if self.is_decided() {
                return Some(Layer::AllDecided);
            }
        }
        None
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

    fn bytes(&self) -> u64 {
        let works: u64 = self.works.iter().map(Work::bytes).sum();
        let lines = self.waiting.values().chain(self.later.values());
        let lines: u64 = lines.map(Frontier::bytes).sum();
        let reaches: u64 = self.reaches.values().map(StateSet::bytes).sum();
        self.store.bytes() + self.edges.bytes() + reaches + works + lines
    }

    /// Bytes held now, which may be the most so far.
    fn note_bytes(&mut self) -> u64 {
        let bytes = self.bytes();
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
        bytes
    }

    fn progress(&self, depth: u32, frontier: usize, bytes: u64) -> Progress {
        Progress {
            unique_states: self.store.len() - self.covered,
            depth,
            faults: self.layer,
            frontier: frontier as u64,
            bytes,
            found_before: self.before.1,
        }
    }

    fn bound_reached(&mut self, depth: u32, frontier: usize) -> Option<StopReason> {
        let bytes = self.note_bytes();
        let progress = self.progress(depth, frontier, bytes);
        let unique_states = progress.unique_states;
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

    fn outcome(mut self) -> Outcome<M::Action> {
        self.note_bytes();
        self.statistics.unique_states = self.store.len() - self.covered;
        self.statistics.transitions = self.seen.transitions;
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
        for (decision, formula) in self.decisions.iter_mut().zip(&self.question.formulas) {
            if let Claim::Stabilizes { goal, .. } = formula.claim {
                let is_reached = self.edges.graph.has(self.goals.note(goal));
                decision.vacuous = decision.verdict == Verdict::Holds && !is_reached;
            }
        }
        let ends = Ends {
            number: self.seen.dead_ends,
            nearest: self.seen.first_dead_end.map(|index| self.trace(index)),
        };
        // To give back hundreds of megabytes takes time, too.
        if let Some(pool) = self.pool {
            pool.install(|| self.store.give_back());
        }
        Outcome {
            decisions: self.decisions,
            faults_fired: self.seen.faults_fired,
            labels: self.seen.labels,
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
    Format {
        symmetric: settings.symmetry && model.has_symmetry(),
        ..Format::new(model.words(), kept, ranked, spent)
    }
}
