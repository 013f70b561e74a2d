//! What is asked of a check, beside the scenario.

use std::num::NonZeroUsize;

use crate::engine::{Bounds, Order, Settings, StoreKind};
use crate::scenario::{Overrides, Scenario};
use crate::vocabulary::Engine;

/// What is asked of a check, beside the scenario.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// Threads of the search.
    pub threads: NonZeroUsize,
    /// What the command line says in place of the scenario.
    pub overrides: Overrides,
    /// Stop at the first violation.
    pub fail_fast: bool,
    /// Where to stop before the search has finished.
    pub bounds: Bounds,
    /// Which search.
    pub engine: Engine,
    /// In which order our own search goes. With the fewest steps first, a counterexample may have
    /// more faults than it needs, and nothing is said of layers.
    pub order: Order,
    /// What our own search keeps of a state.
    pub store: StoreKind,
    /// Take every step apart, even those that no component observes. Same verdicts, larger spaces.
    pub every_step: bool,
    /// Let one state stand for all that differ only in which of some alike ordinals is which.
    pub symmetry: bool,
    /// Prove the always-properties for every number of replicas, too.
    pub every_n: bool,
    /// Keep the proofs as files.
    pub certificates: bool,
}

impl Default for CheckOptions {
    /// One thread, no bounds, nothing in place of the scenario.
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            overrides: Overrides::default(),
            fail_fast: false,
            bounds: Bounds::default(),
            engine: Engine::default(),
            order: Order::default(),
            store: StoreKind::default(),
            every_step: false,
            symmetry: true,
            every_n: false,
            certificates: false,
        }
    }
}

impl CheckOptions {
    /// How our own engine is to search.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            threads: self.threads,
            order: self.order,
            store: self.store,
            dominance: self.order == Order::FewestFaults,
            symmetry: self.symmetry,
        }
    }

    /// Proofs for every number of replicas are asked for, here or in the scenario.
    pub(super) const fn proves(&self, scenario: &Scenario) -> bool {
        self.every_n || scenario.prove
    }

    /// No counterexample has fewer faults, and of those none has fewer steps.
    pub(super) fn finds_the_fewest(&self) -> bool {
        self.engine == Engine::Exhaustive && self.order == Order::FewestFaults
    }
}
