//! Straddle: a simulator and model checker for moving a StatefulSet between two clusters.
//!
//! Start ordinals (KEP-3335) let a set of N replicas straddle two clusters while it moves: the
//! source owns `{0..k-1}`, the destination `{k..N-1}`, and a driver moves k down to 0 while
//! shared storage follows. Straddle models both StatefulSet controllers, the kubelets, the
//! storage and the driver as actors, explores every interleaving, with a budget of faults, and
//! says which promises hold and which break, with the shortest story.
//!
//! ```
//! use std::path::Path;
//! use straddle::check::{CheckOptions, Unwatched, check};
//! use straddle::report::Verdict;
//! use straddle::scenario::{Overrides, Scenario};
//!
//! let path = Path::new("models/blog-redis-cluster-6/scenario.yaml");
//! let scenario = Scenario::read(path, &Overrides::default()).expect("a bundled scenario");
//! let result = check(&scenario, &CheckOptions::default(), &Unwatched);
//!
//! let promise = "at-most-one-running";
//! let broken = result.properties.iter().find(|property| property.name == promise).unwrap();
//! assert_eq!(broken.verdict, Verdict::Violated);
//! assert_eq!(broken.counterexample.as_ref().unwrap().steps.len(), 11);
//! ```
//!
//! # Layers
//!
//! Each depends only on those before it.
//!
//! - [`world`]: the state, as plain data.
//! - [`actors`]: the components of Kubernetes, the storage, the driver and the faults, each with
//!   its own steps.
//! - [`properties`]: what a migration promises.
//! - [`engine`]: search; knows models, and nothing of Kubernetes.
//! - [`model`]: all of these as one [`stateright::Model`].
//! - [`scenario`]: YAML and manifests to a setup, and mistakes to their place in the text.
//! - [`report`]: what a check found, as data, as JSON and for a terminal.
//! - [`check`]: a scenario from its file to its report.
//! - [`cli`]: the binary.

pub mod actors;
pub mod check;
pub mod cli;
pub mod engine;
pub mod model;
pub mod properties;
pub mod report;
pub mod scenario;
pub mod world;

pub use check::{CheckOptions, check, check_scenario};
pub use engine::{Bounds, Searchable};
pub use model::Migration;
pub use properties::Property;
pub use report::{Report, ScenarioResult, Verdict};
pub use scenario::{Diagnostic, Overrides, Scenario};
pub use world::World;
pub use world::setup::Setup;
