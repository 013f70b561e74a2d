//! Straddle: a simulator and model checker for moving a StatefulSet between two clusters.

pub mod scenario;
pub mod world;
