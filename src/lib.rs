//! Straddle: a simulator and model checker for moving a StatefulSet between two clusters.
//!
//! With start ordinals (KEP-3335) two sets in two clusters can share the ordinals of one
//! application, and a program can move them over one by one, with their disks. Here both sets'
//! controllers, the kubelets, the storage and that program are actors; the search tries all
//! orders in which they can act, and all places where a fault can strike, and tells for each
//! property whether it is always kept, or the shortest way to break it.
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
//! let property = "at-most-one-running";
//! let broken = result.properties.iter().find(|property| property.name == property).unwrap();
//! assert_eq!(broken.verdict, Verdict::Violated);
//! assert_eq!(broken.counterexample.as_ref().unwrap().steps.len(), 11);
//! ```
//!
//! # Layers
//!
//! Each depends only on those before it.
//!
//! - [`diagnostic`]: mistakes in the input, and their place in the text.
//! - [`yaml`]: YAML as a tree in which every node knows its place.
//! - [`vocabulary`]: the words that all the others share, as plain values.
//! - [`account`]: what becomes of every field of a manifest.
//! - [`world`]: the state, as plain data.
//! - [`actors`]: the components of Kubernetes, the storage, the driver and the faults, each with
//!   its own steps.
//! - [`history`]: a path with every state on it, and questions about it.
//! - [`properties`]: what a migration properties, and how a violation is explained.
//! - [`engine`]: search; knows models, and nothing of Kubernetes.
//! - [`every_n`]: proofs for every number of ordinals; knows models, too.
//! - [`model`]: all of these as one model, for our engine and for stateright's.
//! - [`runbook`]: a bash script as a program: symbolic execution of its shell.
//! - [`scenario`]: YAML and manifests to a setup, and mistakes to their place in the text.
//! - [`report`]: what a check found, as data, as JSON and for a terminal.
//! - [`check`]: a scenario from its file to its report.
//! - [`cli`]: the binary.

pub mod account;
pub mod actors;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod every_n;
pub mod history;
pub mod model;
pub mod properties;
pub mod report;
pub mod runbook;
pub mod scenario;
pub mod vocabulary;
pub mod world;
pub mod yaml;

pub use check::{CheckOptions, check, check_scenario};
pub use diagnostic::Diagnostic;
pub use engine::{Bounds, Searchable};
pub use model::Migration;
pub use properties::Property;
pub use report::{Report, ScenarioResult};
pub use scenario::{Overrides, Scenario};
pub use vocabulary::Verdict;
pub use world::World;
pub use world::setup::Setup;
