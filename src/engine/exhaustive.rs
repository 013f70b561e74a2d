//! Exhaustive search: layer by layer of faults, level by level of steps.
//!
//! Plain on purpose. All states with no fault come first, then those with one, and so on; inside
//! a layer, states are expanded in the order of their least number of steps. The first state
//! that breaks a property therefore shows it with the fewest faults, and then the fewest steps.
//! Threads expand parts of a level against a store that nobody changes meanwhile; what they
//! found is then stored in order by one thread. The result does not depend on their number.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;

use super::recoverable::{Edges, Stuck};
use super::store::{Index, NO_PARENT, Store};
use super::trace::trace_along;
use super::{
    Bounds, Decision, Observer, Outcome, Progress, Question, Searchable, Statistics, StopReason,
    Trace, Verdict,
};

/// States that are expanded between two looks at the bounds.
const BLOCK: usize = 1 << 14;

/// States that are worth a thread.
const WORTH_A_THREAD: usize = 256;

/// Decides a question about a model, as far as the bounds allow.
pub fn check<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    threads: NonZeroUsize,
    observer: &dyn Observer<M::Action>,
) -> Outcome<M::Action> {
    let mut search = Search::new(model, question, bounds, threads, observer);
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

/// What one thread found in its part of a block.
#[derive(Default)]
struct Found {
    /// New states, packed, one after another; some of them may be equal.
    rows: Vec<u64>,
    /// All successors of all states of the part, in order.
    successors: Vec<Successor>,
    /// By state of the part: how many successors, which properties it breaks, whether it is
    /// the goal.
    states: Vec<(u32, u32, bool)>,
    faults_fired: u64,
}

/// A successor: a state that was stored before this block, or a row of [`Found::rows`].
#[derive(Clone, Copy)]
struct Successor {
    target: u32,
    is_row: bool,
    is_fault: bool,
    /// The step counts on a way back to the goal.
    recovers: bool,
    /// It is known, and waits for its turn with more steps than this way takes.
    is_shorter: bool,
}

struct Search<'a, M: Searchable> {
    model: &'a M,
    question: &'a Question<M>,
    bounds: &'a Bounds,
    threads: NonZeroUsize,
    observer: &'a dyn Observer<M::Action>,
    started: Instant,
    store: Store,
    /// States of the layer under way that wait for their turn, by depth.
    waiting: BTreeMap<u32, Vec<Index>>,
    /// States of the next layer, by depth.
    next_layer: BTreeMap<u32, Vec<Index>>,
    layer: u32,
    /// Some state behind the bound of steps has been left out.
    cut: bool,
    decisions: Vec<Decision<M::Action>>,
    edges: Edges,
    faults_fired: u64,
    statistics: Statistics,
}

impl<'a, M: Searchable> Search<'a, M> {
    fn new(
        model: &'a M,
        question: &'a Question<M>,
        bounds: &'a Bounds,
        threads: NonZeroUsize,
        observer: &'a dyn Observer<M::Action>,
    ) -> Self {
        let mut names: Vec<&'static str> = question
            .invariants
            .iter()
            .map(|invariant| invariant.name)
            .collect();
        names.extend(question.recoverable.then_some("recoverable"));
        let undecided = |name| Decision {
            name,
            verdict: Verdict::Holds,
            layers: Vec::new(),
        };
        Self {
            model,
            question,
            bounds,
            threads,
            observer,
            started: Instant::now(),
            store: Store::new(model.words()),
            waiting: BTreeMap::new(),
            next_layer: BTreeMap::new(),
            layer: 0,
            cut: false,
            decisions: names.into_iter().map(undecided).collect(),
            edges: Edges::default(),
            faults_fired: 0,
            statistics: Statistics::default(),
        }
    }

    fn run(&mut self) {
        for state in self.model.init_states() {
            let mut row = vec![0; self.model.words().max(1)];
            self.model.pack(&state, &mut row);
            if self.store.find(&row).is_none() {
                let index = self.store.insert(&row, NO_PARENT, 0);
                self.waiting.entry(0).or_default().push(index);
            }
        }
        loop {
            match self.finish_layer() {
                Layer::Finished => (),
                Layer::AllDecided => return,
                Layer::Stopped(reason) => {
                    self.statistics.stopped = Some(reason);
                    return;
                }
            }
            self.waiting = std::mem::take(&mut self.next_layer);
            if self.waiting.is_empty() {
                self.statistics.complete = !self.cut;
                self.statistics.stopped = self.cut.then_some(StopReason::Depth);
                return;
            }
            self.layer += 1;
        }
    }

    /// Expands every state of the layer.
    fn finish_layer(&mut self) -> Layer {
        while let Some((depth, level)) = self.waiting.pop_first() {
            // A state may have been reached in fewer steps since it was put here.
            let store = &self.store;
            let level: Vec<Index> = level
                .into_iter()
                .filter(|&index| store.depth(index) == depth)
                .collect();
            for block in level.chunks(BLOCK) {
                if let Some(reason) = self.bound_reached(depth, level.len()) {
                    return Layer::Stopped(reason);
                }
                self.expand(block, depth);
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
            self.edges.clear();
            return Layer::Finished;
        }
        self.decide_recoverable();
        for decision in &mut self.decisions {
            if decision.verdict == Verdict::Holds {
                decision.layers.push(true);
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

    fn bound_reached(&mut self, depth: u32, frontier: usize) -> Option<StopReason> {
        let bytes = self.store.bytes() + self.edges.bytes();
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
        let unique_states = self.store.len() as u64;
        let progress = Progress {
            unique_states,
            depth,
            faults: self.layer,
            frontier: frontier as u64,
            bytes,
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

    /// Whether `recoverable` is asked for and not violated yet.
    fn asks_for_recovery(&self) -> bool {
        let last = self.decisions.last();
        self.question.recoverable && last.is_some_and(|last| last.verdict == Verdict::Holds)
    }

    fn is_goal(&self, state: &M::State) -> bool {
        match self.question.goal {
            Some(goal) => goal(self.model, state),
            None => self.model.is_goal(state),
        }
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
    fn expand(&mut self, block: &[Index], depth: u32) {
        let threads = self
            .threads
            .get()
            .min(block.len().div_ceil(WORTH_A_THREAD))
            .max(1);
        let part = block.len().div_ceil(threads);
        let too_deep = self.bounds.depth.is_some_and(|bound| depth >= bound);
        let found: Vec<Found> = if threads == 1 {
            vec![self.look(block, depth, too_deep)]
        } else {
            let this = &*self;
            std::thread::scope(|scope| {
                let parts = block.chunks(part);
                let workers: Vec<_> = parts
                    .map(|part| scope.spawn(move || this.look(part, depth, too_deep)))
                    .collect();
                let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .map(|found| found.expect("a model does not panic"))
                    .collect()
            })
        };
        for (part, found) in block.chunks(part).zip(found) {
            self.keep(part, &found, depth, too_deep);
        }
    }

    /// Evaluates states and lists their successors. Changes nothing.
    fn look(&self, part: &[Index], depth: u32, too_deep: bool) -> Found {
        let mut found = Found::default();
        let mut row = vec![0; self.model.words().max(1)];
        for &index in part {
            let state = self.model.unpack(self.store.row(index));
            let broken = self.broken(&state);
            let is_goal = self.asks_for_recovery() && self.is_goal(&state);
            let before = found.successors.len();
            self.model.successors(&state, &mut |action, next| {
                self.model.pack(next, &mut row);
                let kind = self.model.fault_kind(&action);
                if let Some(kind) = kind {
                    found.faults_fired |= 1 << kind;
                }
                let known = self.store.find(&row);
                if known.is_none() && !too_deep {
                    found.rows.extend_from_slice(&row);
                }
                let rows = found.rows.len() / row.len();
                found.successors.push(Successor {
                    target: known.unwrap_or(rows.saturating_sub(1) as u32),
                    is_row: known.is_none(),
                    is_fault: kind.is_some(),
                    recovers: kind.is_none() && self.model.recovers(&state, &action),
                    is_shorter: known.is_some_and(|known| self.store.depth(known) > depth + 1),
                });
            });
            let successors = (found.successors.len() - before) as u32;
            found.states.push((successors, broken, is_goal));
        }
        found
    }

    /// The open always-properties that a state breaks: bit i is the i-th of the question.
    fn broken(&self, state: &M::State) -> u32 {
        let mut broken = 0;
        for (number, invariant) in self.question.invariants.iter().enumerate() {
            let open = self.decisions[number].verdict == Verdict::Holds;
            if open && !(invariant.holds)(self.model, state) {
                broken |= 1 << number;
            }
        }
        broken
    }

    /// Stores what a thread found, in order.
    fn keep(&mut self, part: &[Index], found: &Found, depth: u32, too_deep: bool) {
        self.faults_fired |= found.faults_fired;
        let words = self.model.words().max(1);
        let mut successors = found.successors.iter();
        for (&index, &(count, broken, is_goal)) in part.iter().zip(&found.states) {
            self.statistics.depth = self.statistics.depth.max(depth);
            if broken != 0 {
                self.note_violations(index, broken);
            }
            let records = self.asks_for_recovery();
            if records {
                self.edges.begin(index, is_goal);
            }
            for &successor in successors.by_ref().take(count as usize) {
                if too_deep {
                    self.cut |= successor.is_row;
                    continue;
                }
                self.statistics.transitions += 1;
                let target = if successor.is_row {
                    let start = successor.target as usize * words;
                    self.keep_row(
                        &found.rows[start..start + words],
                        index,
                        depth + 1,
                        successor,
                    )
                } else if successor.is_shorter {
                    self.reach_again(successor, index, depth + 1)
                } else {
                    successor.target
                };
                if records && successor.recovers {
                    self.edges.add(target);
                }
            }
        }
    }

    /// Stores a state that was not known before this block, unless the block has found it twice.
    fn keep_row(&mut self, row: &[u64], parent: Index, depth: u32, successor: Successor) -> Index {
        if let Some(target) = self.store.find(row) {
            return self.reach_again(
                Successor {
                    target,
                    ..successor
                },
                parent,
                depth,
            );
        }
        let target = self.store.insert(row, parent, depth);
        self.queue(target, depth, successor.is_fault);
        target
    }

    /// A known state: if it waits for its turn with more steps, it is moved forward.
    fn reach_again(&mut self, successor: Successor, parent: Index, depth: u32) -> Index {
        if self.store.depth(successor.target) > depth {
            self.store.shorten(successor.target, parent, depth);
            self.queue(successor.target, depth, successor.is_fault);
        }
        successor.target
    }

    fn queue(&mut self, index: Index, depth: u32, is_fault: bool) {
        let queue = if is_fault {
            &mut self.next_layer
        } else {
            &mut self.waiting
        };
        queue.entry(depth).or_default().push(index);
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
        decision.layers.push(false);
    }

    /// The steps to a state. They are not stored: each is the first that leads from one state
    /// of the path to the next.
    fn trace(&self, index: Index) -> Trace<M::Action> {
        trace_along(self.model, &self.store, &self.store.path(index))
    }

    /// All states of the layer are expanded: are there some without a way to the goal?
    fn decide_recoverable(&mut self) {
        let Some(number) = self.question.recoverable.then(|| self.decisions.len() - 1) else {
            return;
        };
        if !self.asks_for_recovery() {
            return;
        }
        let stuck = self.edges.stuck(self.store.len());
        self.edges.clear();
        if let Some(trace) = self.way_into(&stuck) {
            self.violate(number, trace);
        }
    }

    /// The shortest way to a state without a way to the goal: one that breaks no
    /// always-property, if there is one.
    fn way_into(&self, stuck: &Stuck) -> Option<Trace<M::Action>> {
        let key = |&index: &Index| (self.store.depth(index), index);
        let nearest = stuck.iter().min_by_key(key)?;
        let path = self.store.path(nearest);
        let clean = |&index: &Index| {
            let state = self.model.unpack(self.store.row(index));
            self.question
                .invariants
                .iter()
                .all(|invariant| (invariant.holds)(self.model, &state))
        };
        if path.iter().all(clean) {
            return Some(self.trace(nearest));
        }
        super::recoverable::clean_path(self.model, self.question, &self.store, stuck)
            .map(|path| trace_along(self.model, &self.store, &path))
            .or_else(|| Some(self.trace(nearest)))
    }

    fn outcome(mut self) -> Outcome<M::Action> {
        self.statistics.unique_states = self.store.len() as u64;
        self.statistics.elapsed = self.started.elapsed();
        let bytes = self.store.bytes() + self.edges.bytes();
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(bytes);
        if let Some(reason) = self.statistics.stopped {
            for decision in &mut self.decisions {
                if decision.verdict == Verdict::Holds {
                    decision.verdict = Verdict::Inconclusive(reason);
                }
            }
        }
        Outcome {
            decisions: self.decisions,
            faults_fired: self.faults_fired,
            statistics: self.statistics,
        }
    }
}
