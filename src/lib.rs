//! Straddle: a simulator and model checker for moving a StatefulSet between two clusters.

pub mod actors;
pub mod check;
pub mod cli;
pub mod engine;
pub mod model;
pub mod properties;
pub mod report;
pub mod scenario;
pub mod world;

pub use model::Migration;
