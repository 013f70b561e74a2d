//! Straddle: a simulator and model checker for moving a StatefulSet between two clusters.

pub mod check;
pub mod cli;
pub mod report;
pub mod scenario;
pub mod world;
