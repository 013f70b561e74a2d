//! Straddle: a simulator and model checker for moving a StatefulSet between two Kubernetes clusters.
//!
//! With start ordinals (KEP-3335), two sets in two clusters can share the ordinals of one
//! application, and a program can move them one by one, with their disks. Both sets' controllers,
//! the kubelets, the storage and the driver that runs the program are actors. The search explores
//! every interleaving of their steps, and every point at which a fault can strike. For each
//! property it reports that the property holds, or the shortest counterexample.
//!
//! # Checking a scenario
//!
//! ```
//! use std::path::Path;
//! use straddle::{CheckOptions, Overrides, Scenario, Unwatched, Verdict, check};
//!
//! let path = Path::new("models/blog-redis-cluster-6/scenario.yaml");
//! let scenario = Scenario::read(path, &Overrides::default()).expect("a bundled scenario");
//! let result = check(&scenario, &CheckOptions::default(), &Unwatched);
//!
//! let mut properties = result.properties.iter();
//! let violated = properties.find(|property| property.name == "at-most-one-running").unwrap();
//! assert_eq!(violated.verdict, Verdict::Violated);
//! assert_eq!(violated.counterexample.as_ref().unwrap().steps.len(), 11);
//! ```
//!
//! # A setup in code, and a property of one's own
//!
//! A scenario is lowered to a [`Setup`], which can be written down as well. [`Migration`] is the
//! transition system of a setup; [`engine`] searches it, as it does any other.
//!
//! ```
//! use straddle::engine::{Bounds, Formula, Question, Settings, Unobserved, Verdict, exhaustive};
//! use straddle::{
//!     ClusterId, ClusterSetup, Expression, Instruction, Migration, OnError, Operation, PerCluster,
//!     Program, Setup, Slice, World,
//! };
//!
//! let side = |slice| ClusterSetup { initial: Some(slice), ..ClusterSetup::default() };
//! let scale = |cluster, replicas| Instruction {
//!     operation: Operation::Scale { cluster, replicas: Expression::number(replicas) },
//!     on_error: OnError::Fail,
//!     step: 0,
//! };
//! // Two replicas without disks, started over there before they have stopped here.
//! let setup = Setup {
//!     replicas: 2,
//!     ordinals: 2,
//!     allowed: 2,
//!     clusters: PerCluster { source: side(Slice::from(0..2)), destination: side(Slice::EMPTY) },
//!     program: Program {
//!         instructions: vec![scale(ClusterId::Destination, 2), scale(ClusterId::Source, 0)],
//!         ..Program::default()
//!     }
//!     .linked(),
//!     ..Setup::default()
//! };
//! let model = Migration::new(setup);
//!
//! let mut formulas = model.formulas();
//! formulas.push(Formula::invariant("somebody serves", |_: &Migration, world: &World| {
//!     world.rows.values().any(|row| row.serves())
//! }));
//! let question = Question::new(formulas);
//! let (bounds, settings) = (Bounds::default(), Settings::default());
//! let outcome = exhaustive::check(&model, &question, &bounds, settings, &Unobserved);
//!
//! let verdict = |name: &str| {
//!     let mut decisions = outcome.decisions.iter();
//!     &decisions.find(|decision| decision.name == name).expect("it was asked").verdict
//! };
//! assert!(matches!(verdict("at-most-one-pod"), Verdict::Violated(_)));
//! assert!(matches!(verdict("somebody serves"), Verdict::Violated(_)));
//! assert_eq!(*verdict("completes"), Verdict::Holds);
//! ```
//!
//! The engine knows nothing of Kubernetes: [its own page](engine) solves a puzzle.

mod account;
mod actors;
mod check;
mod cli;
mod diagnostic;
pub mod engine;
mod every_n;
mod history;
mod model;
mod properties;
mod report;
mod runbook;
mod scenario;
mod vocabulary;
mod world;
mod yaml;

pub use check::{CheckOptions, Unwatched, Watch, check, check_scenario};
pub use diagnostic::Diagnostic;
pub use model::Migration;
pub use report::{Counterexample, PropertyResult, Report, ScenarioResult};
pub use scenario::{Overrides, Scenario};
pub use vocabulary::Verdict;
pub use world::World;
pub use world::id::{ClusterId, Ordinal, PerCluster, Slice};
pub use world::program::{Expression, Instruction, OnError, Operation, Program};
pub use world::setup::{ClusterSetup, Setup, StorageSetup};

/// Everything, for the binary, the tests and the benches. None of it is stable.
#[doc(hidden)]
pub mod internals {
    /// Makes a module of this name whose items are those of the layer.
    macro_rules! layers {
        ($($layer:ident)*) => {
            $(
                #[allow(missing_docs)]
                pub mod $layer {
                    pub use crate::$layer::*;
                }
            )*
        };
    }

    layers! {
        account actors check cli diagnostic every_n history model properties report runbook
        scenario vocabulary world yaml
    }

    pub use crate::engine;
}
