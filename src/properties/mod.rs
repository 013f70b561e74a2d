//! What a migration has to satisfy, one property per file: the predicate, and the story of a
//! violation.
//!
//! To add a property, write its file and put it into [`ALL`].

pub mod at_most_one_pod;
pub mod at_most_one_running;
pub mod available;
pub mod completes;
pub mod disjoint_slices;
pub mod exclusive_device;
pub mod no_data_loss;
mod reasons;
pub mod recoverable;
pub mod right_disk;
pub mod self_healing;
pub mod single_writer;
pub mod stays_migrated;

use crate::history::History;
use crate::vocabulary::PropertyKind;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;

/// Which property it is: its place in [`ALL`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PropertyId(usize);

impl PropertyId {
    /// All of them, in the order of reports.
    #[must_use]
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..ALL.len()).map(Self)
    }

    /// The property of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|id| id.name() == name)
    }

    /// The property of a name that the list is known to have.
    ///
    /// # Panics
    /// If it has no such name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self::by_name(name).expect("only properties of the list have verdicts")
    }

    /// The property itself.
    #[must_use]
    pub const fn property(self) -> &'static Property {
        &ALL[self.0]
    }

    /// Its name in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.property().name
    }
}

/// A property that a search can decide.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name in files and reports. Part of the contract.
    pub name: &'static str,
    /// What it says of the state space.
    pub kind: Kind,
    /// The property in a sentence.
    pub statement: &'static str,
    /// What the sentence leaves open: exact terms, and where the property comes from.
    pub details: &'static str,
    /// A bundled scenario that violates it.
    pub violated_in: &'static str,
    /// A bundled scenario in which it holds.
    pub holds_in: &'static str,
    /// Whether it says anything about a setup; the reason if it does not.
    pub applies: fn(&Setup) -> Result<(), &'static str>,
    /// How many ordinals a proof for every number of replicas has to look at.
    pub locality: Locality,
    /// How a violation is told.
    pub story: Story,
}

/// How many ordinals together can violate a property of states.
#[derive(Clone, Copy, Debug)]
pub enum Locality {
    /// Each by itself, or none.
    Each,
    /// Those that are down, together: how many may be beside those that a fault has hit, or why no
    /// number is enough.
    Down(fn(&Setup) -> Result<u8, &'static str>),
}

/// How a violation of a property is told.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// What happened, in a sentence. Without one the property's own sentence has to do.
    pub sentence: fn(&History<'_>) -> Option<String>,
    /// Why it is possible, in sentences; none if there is nothing to add.
    pub why: fn(&History<'_>) -> Vec<String>,
    /// `across sides` or `within source`, where a property can be violated in either way.
    pub scope: fn(&History<'_>) -> Option<&'static str>,
    /// A worse violation that a search looks for, to say how near it is.
    pub worse: fn(&History<'_>) -> Option<Worse>,
}

impl Story {
    /// A story in one sentence.
    #[must_use]
    pub const fn of(sentence: fn(&History<'_>) -> Option<String>) -> Self {
        Self {
            sentence,
            why: |_| Vec::new(),
            scope: |_| None,
            worse: |_| None,
        }
    }
}

/// A violation that is worse than the one that is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worse {
    /// An ordinal runs on both sides while its Pod in the source is already terminating.
    WhileTerminating,
}

impl Property {
    /// Which one it is.
    ///
    /// # Panics
    /// If it is missing in [`ALL`].
    #[must_use]
    pub fn id(&self) -> PropertyId {
        PropertyId::by_name(self.name).expect("all properties are in the list")
    }

    /// What happened in a history that violates it, in a sentence.
    #[must_use]
    pub fn sentence(&self, history: &History<'_>) -> String {
        (self.story.sentence)(history).unwrap_or_else(|| self.statement.to_owned())
    }

    /// Whether the property holds in a state. One about paths asks nothing of a state.
    #[must_use]
    pub fn holds(&self, setup: &Setup, world: &World) -> bool {
        match self.kind {
            Kind::AlwaysForEach(holds) => {
                setup.ordinals().all(|ordinal| holds(setup, world, ordinal))
            }
            Kind::Always { holds, .. } => holds(setup, world),
            Kind::FromEverywhere | Kind::Eventually | Kind::EventuallyAlways => true,
        }
    }

    /// The ordinal that a violating state is about, to name it in a report.
    #[must_use]
    pub fn culprit(&self, setup: &Setup, world: &World) -> Option<Ordinal> {
        match self.kind {
            Kind::AlwaysForEach(holds) => setup
                .ordinals()
                .find(|&ordinal| !holds(setup, world, ordinal)),
            Kind::Always { culprit, .. } => culprit(setup, world),
            Kind::FromEverywhere | Kind::Eventually | Kind::EventuallyAlways => None,
        }
    }
}

/// What a property says of the state space.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// In every reachable state the predicate holds for each ordinal by itself.
    AlwaysForEach(fn(&Setup, &World, Ordinal) -> bool),
    /// The predicate holds in every reachable state.
    Always {
        /// The predicate.
        holds: fn(&Setup, &World) -> bool,
        /// The ordinal that a violating state is about, if it is about one.
        culprit: fn(&Setup, &World) -> Option<Ordinal>,
    },
    /// From every reachable state the goal can be reached.
    FromEverywhere,
    /// Every fair path reaches the goal.
    Eventually,
    /// Every fair path that reaches the goal keeps it from some point on.
    EventuallyAlways,
}

impl Kind {
    /// Whether it asks nothing of a single state.
    #[must_use]
    pub const fn is_about_paths(self) -> bool {
        matches!(
            self,
            Self::FromEverywhere | Self::Eventually | Self::EventuallyAlways
        )
    }

    /// Whether it is about paths that go on forever.
    #[must_use]
    pub const fn is_about_endless_paths(self) -> bool {
        matches!(self, Self::Eventually | Self::EventuallyAlways)
    }

    /// The kind without its predicates, for a report.
    #[must_use]
    pub const fn word(self) -> PropertyKind {
        match self {
            Self::AlwaysForEach(_) | Self::Always { .. } => PropertyKind::Always,
            Self::FromEverywhere => PropertyKind::FromEverywhere,
            Self::Eventually => PropertyKind::Eventually,
            Self::EventuallyAlways => PropertyKind::EventuallyAlways,
        }
    }
}

/// All properties, in the order of reports.
pub const ALL: &[Property] = &[
    at_most_one_pod::PROPERTY,
    at_most_one_running::PROPERTY,
    single_writer::PROPERTY,
    exclusive_device::PROPERTY,
    right_disk::PROPERTY,
    no_data_loss::PROPERTY,
    disjoint_slices::PROPERTY,
    available::PROPERTY,
    self_healing::PROPERTY,
    recoverable::PROPERTY,
    completes::PROPERTY,
    stays_migrated::PROPERTY,
];

/// The names of all properties, in the same order.
pub const NAMES: [&str; ALL.len()] = {
    let mut names = [""; ALL.len()];
    let mut number = 0;
    while number < ALL.len() {
        names[number] = ALL[number].name;
        number += 1;
    }
    names
};

/// The property of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Property> {
    ALL.iter().find(|property| property.name == name)
}

/// Applies to every setup.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is one of several that may say no"
)]
const fn always_applies(_: &Setup) -> Result<(), &'static str> {
    Ok(())
}

/// Applies if the sets have claim templates.
fn needs_disks(setup: &Setup) -> Result<(), &'static str> {
    if setup.has_claims() {
        Ok(())
    } else {
        Err("the sets have no volumeClaimTemplates")
    }
}

/// Both sides.
const SIDES: [ClusterId; 2] = ClusterId::BOTH;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_a_property_of_the_list() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/properties");
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let paths = entries.map(|entry| entry.expect("an entry can be read").path());
        let names = paths.filter(|path| path.is_file()).map(|path| {
            let stem = path.file_stem().expect("a file has a name");
            stem.to_string_lossy().replace('_', "-")
        });
        let mut files: Vec<String> = names.filter(|name| name != "mod").collect();
        files.sort();
        let mut listed = NAMES.to_vec();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn an_id_is_that_of_its_property() {
        let ids: Vec<PropertyId> = ALL.iter().map(Property::id).collect();
        assert_eq!(ids, PropertyId::all().collect::<Vec<_>>());
        for (id, property) in PropertyId::all().zip(ALL) {
            assert_eq!(id.name(), property.name);
            assert_eq!(by_name(id.name()).map(Property::id), Some(id));
        }
        assert_eq!(PropertyId::by_name("at-most-two-pods"), None);
    }
}
