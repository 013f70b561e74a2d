//! What the programs of a runbook share: what they have beside the script, and what they note.

use std::rc::Rc;

use super::clusters::Clusters;
use super::markers::Markers;
use super::programs::filter::Filters;
use super::shell::outside::Outside;
use super::shell::{runner, state};
use super::surroundings::Surroundings;
use super::values::Value;
use crate::world::id::PerCluster;
use crate::world::program::{MOST_INSTRUCTIONS, Operation};
use crate::world::setup::Extra;

/// The programs of a runbook: `kubectl` and those around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commands;

/// The run of a runbook.
pub type Runner<'a> = runner::Runner<'a, Commands>;

/// A place in a runbook, and what is known there.
pub type State = state::State<Commands>;

/// How a command of a runbook may end.
pub type Outcome = state::Outcome<Commands>;

/// What the programs have and note.
pub struct Session<'a> {
    /// What is known of both sides.
    pub surroundings: &'a Surroundings<'a>,
    /// The comments that say which cluster is meant.
    pub markers: Markers,
    /// The script never deletes a claim or volume of the source, so those of its ordinals exist.
    pub keeps_disks: bool,
    /// The script never changes the reclaim policy of a volume of the source.
    pub keeps_policies: bool,
    /// Secrets and ConfigMaps that the script creates or deletes, by kind and name.
    pub extras: Vec<Extra>,
    /// How the script speaks to each side: the words in front of a verb, and a marker behind.
    pub spellings: PerCluster<Option<(String, String)>>,
    /// Programs that are not modelled and that somebody says are harmless.
    pub harmless: Vec<String>,
    /// The words of each `kubectl` that the run comes to.
    pub calls: Vec<Vec<String>>,
    /// The filters of `jq` and `yq` that are compiled already.
    pub filters: Filters,
}

impl<'a> Session<'a> {
    /// The session of a script that keeps disks and policies as they are.
    #[must_use]
    pub fn new(surroundings: &'a Surroundings<'a>, text: &str) -> Self {
        Self {
            surroundings,
            markers: Markers::of(text),
            keeps_disks: true,
            keeps_policies: true,
            extras: Vec::new(),
            spellings: PerCluster::default(),
            harmless: Vec::new(),
            calls: Vec::new(),
            filters: Filters::default(),
        }
    }
}

impl Outside for Commands {
    type Session<'a> = Session<'a>;
    type Known = Clusters;
    type Value = Value;
    type Request = Operation;

    const MOST_REQUESTS: usize = MOST_INSTRUCTIONS;

    fn file(session: &Session<'_>, path: &str) -> Option<Rc<str>> {
        session.surroundings.read(path)
    }

    fn only_looks(request: Operation) -> bool {
        matches!(
            request,
            Operation::Test(_)
                | Operation::Get(_)
                | Operation::Await(..)
                | Operation::AwaitGone(..)
        )
    }

    fn without_place(value: &Value) -> Option<(Value, usize)> {
        value.without_place()
    }

    fn or_zero(value: &Value) -> Option<Value> {
        value.or_zero()
    }
}
