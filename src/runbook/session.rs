//! What the programs of a runbook share: what they have beside the script, and what they note.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::clusters::Clusters;
use super::copies::Copies;
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
    /// How the script speaks to each side: the words in front of a verb, and a marker after it.
    pub spellings: PerCluster<Option<(String, String)>>,
    /// Programs that are not modelled and that somebody says are harmless.
    pub harmless: Vec<String>,
    /// The words of each `kubectl` that the run comes to.
    pub calls: Vec<Vec<String>>,
    /// The namespace of both sets: a manifest says it, else the first call that names one.
    pub namespace: Option<String>,
    /// Contexts, files and namespaces that are no side's, which are told once each.
    pub unknown_names: BTreeSet<String>,
    /// What the script creates of an ordinal's claim and volume, by template and ordinal.
    pub copies: BTreeMap<(usize, u8), Copies>,
    /// The numbers of sets that some `apply` gives, by side and field.
    pub applied: BTreeSet<(&'static str, &'static str)>,
    /// Those that some `apply` leaves out where an earlier run may have applied them, and where.
    pub left_out: Vec<(&'static str, &'static str, Range<usize>)>,
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
            namespace: namespace_of(surroundings),
            unknown_names: BTreeSet::new(),
            applied: BTreeSet::new(),
            left_out: Vec::new(),
            copies: BTreeMap::new(),
            filters: Filters::default(),
        }
    }
}

/// The namespace that a manifest says.
fn namespace_of(surroundings: &Surroundings<'_>) -> Option<String> {
    let sides = &surroundings.sides;
    let namespace = sides.source.namespace.clone();
    namespace.or_else(|| sides.destination.namespace.clone())
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

    fn clock() -> Operation {
        Operation::Clock
    }

    fn only_looks(request: Operation) -> bool {
        matches!(
            request,
            Operation::Clock
                | Operation::Test(_)
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
