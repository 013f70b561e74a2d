//! One block of a level: expanded by the workers, then taken in by the partitions of the store.

use std::sync::Arc;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::super::collect::{Collected, Collecting};
use super::super::expand::{Task, Work};
use super::super::frontier::{Part, parts};
use super::super::store::{Kept, Lane, PARTITIONS, Partition, Turn};
use super::Search;
use crate::engine::Searchable;

/// States that are worth a thread.
const WORTH_A_THREAD: usize = 32;

/// States from which on it takes no time to look at one of them twice.
const WORTH_A_CHECK: usize = 1 << 8;

/// Successors from which on they are stored on all threads. To store a few takes less time than
/// to wake a thread.
const WORTH_ALL_THREADS: u64 = 1 << 13;

/// Parts of a block for each thread, so that none waits long for the slowest.
const PARTS_PER_THREAD: usize = 2;

impl<M: Searchable> Search<'_, M> {
    /// The threads for a level of so many states, if it is worth them. What runs on one of them
    /// is passed on to the others without a pause.
    pub(super) fn pool_for(&mut self, states: usize) -> Option<Arc<ThreadPool>> {
        let threads = self.settings.threads.get();
        if threads == 1 || states < 2 * WORTH_A_THREAD {
            return None;
        }
        if self.pool.is_none() {
            let pool = ThreadPoolBuilder::new().num_threads(threads);
            self.pool = pool.build().ok().map(Arc::new);
        }
        self.pool.clone()
    }

    /// Rows are one-to-one: what is written of the successors of one state is read back. A value
    /// that does not fit its bits would be another state, and the one that was meant would never
    /// be searched. Too slow for all states, so that of one in a large block has to do.
    fn check_rows(&self, block: Part) {
        let Some(&first) = block.indices.first() else {
            return;
        };
        if block.indices.len() < WORTH_A_CHECK {
            return;
        }
        let model = self.model;
        let row = match self.store.format.kept {
            Kept::Rows => self.store.kept(first),
            Kept::Fingerprints => &block.rows[..self.words],
        };
        let state = model.unpack(row);
        let (mut packed, mut whole) = (vec![0; self.words], vec![0; self.words]);
        model.successors(&state, &mut |action, next| {
            model.pack_successor(row, &state, &action, next, &mut packed);
            model.pack(next, &mut whole);
            assert!(
                packed == whole && model.unpack(&packed) == *next,
                "{action:?} leads to {next:?}, and its row is that of {:?}",
                model.unpack(&packed)
            );
        });
    }

    /// Expands a block of states that all have `depth`, on all threads.
    pub(super) fn expand(&mut self, block: Part, depth: u32) {
        self.check_rows(block);
        let threads = self.settings.threads.get();
        let shared = threads > 1 && block.indices.len() >= 2 * WORTH_A_THREAD;
        let workers = if shared {
            (block.indices.len() / WORTH_A_THREAD).min(threads * PARTS_PER_THREAD)
        } else {
            1
        };
        while self.works.len() < workers {
            self.works.push(Work::new(&self.store.format));
        }
        let states = self.store.len();
        for work in &mut self.works[..workers] {
            work.fit(&self.store.format, states);
        }
        let turn = Turn {
            layer: self.layer,
            depth,
            records: self.records(),
        };
        let task = Task {
            model: self.model,
            store: &self.store,
            open: &self.open(),
            goals: &self.goals,
            may_end: self.question.may_end,
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
        self.keep(used, turn, shared);
        self.statistics.depth = self.statistics.depth.max(depth);
    }

    /// Stores what the workers found, and takes note of the rest.
    pub(super) fn keep(&mut self, used: usize, turn: Turn, shared: bool) {
        let works = &self.works[..used];
        let successors: u64 = works
            .iter()
            .map(|work| work.findings.seen.transitions)
            .sum();
        let shared = shared && successors >= WORTH_ALL_THREADS;
        self.store_found(used, turn, shared);
        for mut part in self.collect(used, turn, shared) {
            for (line, found) in [
                (&mut self.waiting, &mut part.now),
                (&mut self.later, &mut part.later),
            ] {
                if !found.indices.is_empty() {
                    line.entry(turn.depth + 1).or_default().append(found);
                }
            }
            if turn.records {
                self.edges.blocks.push(part.edges);
            }
        }
        let mut broken = Vec::new();
        for work in &mut self.works[..used] {
            self.seen.add(&work.findings.seen);
            broken.append(&mut work.findings.broken);
            work.findings.clear();
        }
        for (index, broken) in broken {
            self.note_violations(index, broken);
        }
    }

    /// Each partition takes in what all workers have found for it, in the order of the workers.
    fn store_found(&mut self, used: usize, turn: Turn, shared: bool) {
        let works = &mut self.works[..used];
        let (format, partitions) = self.store.split();
        let of_partition = |number: usize| -> Vec<Lane> {
            let lanes = works
                .iter_mut()
                .map(|work| &mut work.findings.lanes[number]);
            lanes.map(std::mem::take).collect()
        };
        let mut dealt: Vec<Vec<Lane>> = (0..PARTITIONS).map(of_partition).collect();
        let take_in = |(partition, lanes): (&mut Partition, &mut Vec<Lane>)| {
            partition.store(format, lanes, turn);
        };
        match &self.pool {
            Some(pool) if shared => {
                let partitions = partitions.par_iter_mut().zip(&mut dealt);
                pool.install(|| partitions.for_each(take_in));
            }
            _ => partitions.iter_mut().zip(&mut dealt).for_each(take_in),
        }
        for (number, lanes) in dealt.into_iter().enumerate() {
            for (work, lane) in works.iter_mut().zip(lanes) {
                work.findings.lanes[number] = lane;
            }
        }
    }

    /// What each worker's part of the block has led to, once all is stored.
    fn collect(&mut self, used: usize, turn: Turn, shared: bool) -> Vec<Collected> {
        let task = Collecting {
            words: self.words,
            carries_rows: self.store.format.kept == Kept::Fingerprints,
            records: turn.records,
        };
        let works = &mut self.works[..used];
        let collect = |work: &mut Work| work.collect(&task);
        match &self.pool {
            Some(pool) if shared => pool.install(|| works.par_iter_mut().map(collect).collect()),
            _ => works.iter_mut().map(collect).collect(),
        }
    }
}
