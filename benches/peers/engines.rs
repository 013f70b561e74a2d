//! The engines that are compared.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use stateright::{Checker, CheckerBuilder, Model};
use straddle::engine::{
    Bounds, Order, Predicate, Question, Settings, Unobserved, Verdict, exhaustive,
};

use crate::arguments::Size;
use crate::measured::{Measured, Usage};
use crate::protocol::Protocol;
use crate::{spin, tlc};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    /// Our exhaustive search, which compares whole states: all of them, fewest steps first.
    Straddle {
        /// Threads.
        threads: usize,
    },
    /// The same as it is by default: fewest faults first, without states that others cover.
    StraddleDominance {
        /// Threads.
        threads: usize,
    },
    /// stateright's breadth-first checker, on the same code of the protocol.
    StaterightBfs {
        /// Threads.
        threads: usize,
    },
    /// stateright's depth-first checker.
    StaterightDfs {
        /// Threads.
        threads: usize,
    },
    /// SPIN's depth-first search, which compares whole states.
    Spin,
    /// TLC's breadth-first search.
    Tlc {
        /// Threads.
        workers: usize,
    },
}

/// All of them. A new engine, or another way to ask an old one, is a line here and an arm in
/// [`Engine::run`].
pub const ENGINES: [(&str, Engine); 10] = [
    ("straddle-1", Engine::Straddle { threads: 1 }),
    ("straddle-2", Engine::Straddle { threads: 2 }),
    (
        "straddle-dominance-1",
        Engine::StraddleDominance { threads: 1 },
    ),
    (
        "straddle-dominance-2",
        Engine::StraddleDominance { threads: 2 },
    ),
    ("stateright-bfs-1", Engine::StaterightBfs { threads: 1 }),
    ("stateright-bfs-2", Engine::StaterightBfs { threads: 2 }),
    ("stateright-dfs-1", Engine::StaterightDfs { threads: 1 }),
    ("spin", Engine::Spin),
    ("tlc-1", Engine::Tlc { workers: 1 }),
    ("tlc-2", Engine::Tlc { workers: 2 }),
];

impl Engine {
    /// Gets ready what is not to be measured. Done once, before the first run.
    ///
    /// # Errors
    /// Why the engine cannot run here.
    pub fn prepare(self, size: Size) -> Result<(), String> {
        match self {
            Self::Spin => spin::prepare(size),
            Self::Tlc { .. } => tlc::prepare(size),
            _ => Ok(()),
        }
    }

    /// Whether it looks at every state, and so has to find as many as the others.
    pub const fn counts_all(self) -> bool {
        !matches!(self, Self::StraddleDominance { .. })
    }

    /// Searches the whole space.
    ///
    /// # Errors
    /// Why there is nothing to show.
    pub fn run(self, size: Size, timeout: Duration) -> Result<Measured, String> {
        let protocol = Protocol::new(size.replicas, size.evictions, size.crashes);
        match self {
            Self::Straddle { threads } => {
                give_up_after(timeout, || straddle(&protocol, threads, Order::Shortest))
            }
            Self::StraddleDominance { threads } => give_up_after(timeout, || {
                straddle(&protocol, threads, Order::FewestFaults)
            }),
            Self::StaterightBfs { threads } => give_up_after(timeout, || {
                stateright(
                    protocol.checker().threads(threads),
                    CheckerBuilder::spawn_bfs,
                )
            }),
            Self::StaterightDfs { threads } => give_up_after(timeout, || {
                stateright(
                    protocol.checker().threads(threads),
                    CheckerBuilder::spawn_dfs,
                )
            }),
            Self::Spin => spin::run(timeout),
            Self::Tlc { workers } => tlc::run(workers, timeout),
        }
    }
}

/// How a process ends whose time is up.
pub const TIMED_OUT: i32 = 124;

/// Runs a search inside of this process, which ends when the time is up.
fn give_up_after<T>(timeout: Duration, search: impl FnOnce() -> T) -> T {
    std::thread::spawn(move || {
        std::thread::sleep(timeout);
        std::process::exit(TIMED_OUT);
    });
    search()
}

fn straddle(protocol: &Protocol, threads: usize, order: Order) -> Result<Measured, String> {
    let threads = NonZeroUsize::new(threads).expect("a row has threads");
    let question = Question {
        may_end: Some(Predicate::Of(Protocol::is_goal)),
        ..Question::new(Protocol::invariants())
    };
    let settings = Settings {
        threads,
        order,
        ..Settings::default()
    };
    let started = (Instant::now(), Usage::own());
    let outcome = exhaustive::check(
        protocol,
        &question,
        &Bounds::default(),
        settings,
        &Unobserved,
    );
    let measured = Measured {
        unique_states: outcome.statistics.unique_states,
        transitions: outcome.statistics.transitions,
        ..Measured::since(started, outcome.statistics.peak_bytes)
    };
    let mut decisions = outcome.decisions.iter();
    let all_hold = decisions.all(|decision| decision.verdict == Verdict::Holds);
    if !all_hold || !outcome.statistics.complete {
        return Err("an invariant is not known to hold".to_owned());
    }
    if outcome.ends.number > 0 {
        return Err("a path ends before the goal".to_owned());
    }
    Ok(measured)
}

/// The whole process counts: stateright does not say how much memory it holds.
fn stateright<C: Checker<Protocol>>(
    builder: CheckerBuilder<Protocol>,
    spawn: impl FnOnce(CheckerBuilder<Protocol>) -> C,
) -> Result<Measured, String> {
    let started = (Instant::now(), Usage::own());
    let checker = spawn(builder).join();
    let mut measured = Measured::since(started, 0);
    measured.peak_bytes = Usage::own().peak_bytes;
    measured.unique_states = checker.unique_state_count() as u64;
    // It counts the initial state among those that it has generated.
    measured.transitions = checker.state_count() as u64 - 1;
    match checker.discoveries().keys().next() {
        Some(name) => Err(format!("`{name}` is said to be violated")),
        None => Ok(measured),
    }
}
