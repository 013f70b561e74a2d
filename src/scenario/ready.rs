//! A scenario that has been read.

use std::path::PathBuf;
use std::sync::Arc;

use super::expect::Expectation;
use super::reach;
use super::types::StepSource;
use crate::account::Object;
use crate::runbook::Runbook;
use crate::vocabulary::{Assumption, Location, OtherWriter, Side};
use crate::world::id::Slice;
use crate::world::setup::Setup;

/// A scenario, ready to be checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The folder of a `scenario.yaml`, else the file's name without its ending.
    pub name: String,
    /// The file, as it was given.
    pub path: PathBuf,
    /// What the scenario shows, in words; may be empty.
    pub description: String,
    /// The file's text.
    pub text: Arc<str>,
    /// What is to be checked.
    pub setup: Setup,
    /// The source's StatefulSet; its Pods are called `NAME-ORDINAL`.
    pub set_name: String,
    /// The minor version of Kubernetes, on both sides.
    pub kubernetes: String,
    /// Not both sides say their version.
    pub kubernetes_assumed: bool,
    /// The properties that are asked for, in the order of the catalogue.
    pub properties: Vec<&'static str>,
    /// What is expected of them, in the order of the catalogue.
    pub expect: Vec<Expectation>,
    /// What the scenario leaves open, by weight.
    pub assumed: Vec<Assumption>,
    /// Who else may write the sets; no property holds for certain while they do.
    pub writers: Vec<OtherWriter>,
    /// What became of the objects in the manifests, by side.
    pub account: Vec<(Side, Object)>,
    /// Where the program's steps stand, by `Instruction::step`.
    pub steps: Vec<StepSource>,
    /// The line of the first thing that ties the scenario to its number of replicas.
    pub fixed_at: Option<usize>,
    /// The same, availability groups left out.
    pub program_fixed_at: Option<usize>,
    /// A proof for every number of replicas is asked for.
    pub prove: bool,
    /// The script that the program comes from, if it does.
    pub runbook: Option<Runbook>,
}

impl Scenario {
    /// The text that a place is in: the scenario's, or its runbook's.
    #[must_use]
    pub fn text_of(&self, location: &Location) -> &str {
        match &self.runbook {
            Some(runbook) if runbook.source.path == location.file => &runbook.source.text,
            _ => &self.text,
        }
    }

    /// The same migration with `n` replicas. `None` if that is more than the scenario has, or
    /// none, or if something ties the scenario to its number.
    #[must_use]
    pub fn with_replicas(&self, n: u8) -> Option<Setup> {
        if n == self.setup.replicas {
            return Some(self.setup.clone());
        }
        let is_fewer = 0 < n && n < self.setup.replicas && self.fixed_at.is_none();
        is_fewer.then(|| resized(&self.setup, n)).flatten()
    }
}

/// The same migration with `n` replicas, if there is room for the ordinals that it reaches.
/// Nothing in it may be tied to its number of replicas.
#[must_use]
pub fn resized(setup: &Setup, n: u8) -> Option<Setup> {
    let mut setup = setup.clone();
    setup.replicas = n;
    setup.allowed = n;
    setup.clusters.source.initial = Some(Slice { start: 0, end: n });
    setup.ordinals = reach::highest_end(&setup).ok()?;
    Some(setup)
}
