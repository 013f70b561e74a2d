//! The words that a model, a scenario and a report share, as plain values.
//!
//! The ground floor: nothing here depends on anything of ours. A value is put into words where a
//! report is written, and nowhere before.

use std::path::PathBuf;

/// One of the two sides of a migration: a cluster and a namespace in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// Where the StatefulSet runs before the migration.
    Source,
    /// Where it shall run afterwards.
    Destination,
}

impl Side {
    /// Both sides, source first.
    pub const BOTH: [Self; 2] = [Self::Source, Self::Destination];

    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Source => Self::Destination,
            Self::Destination => Self::Source,
        }
    }

    /// `source` or `destination`, as scenario files spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// Who takes a step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    /// The migration driver, which runs the program.
    Driver,
    /// A component of Kubernetes, or the storage.
    Component(Component),
    /// None: a fault strikes.
    Fault,
}

impl Actor {
    /// Its name in reports and saved traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Component(component) => component.name,
            Self::Fault => "fault",
        }
    }
}

/// A component of Kubernetes, or the storage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Component {
    /// Its name, as Kubernetes spells it: `persistent-volume-controller`.
    pub name: &'static str,
    /// The same for a narrow column: `pv controller`.
    pub short_name: &'static str,
}

/// What is known of a property, or of a scenario. The worse of two is the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// The scenario has nothing that it could be about.
    NotApplicable,
    /// In the whole space.
    Holds,
    /// Nothing is known.
    Inconclusive,
    /// With a counterexample.
    Violated,
}

impl Verdict {
    /// The worst of `verdicts`.
    #[must_use]
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let worst = verdicts.into_iter().max();
        worst.unwrap_or(Self::NotApplicable)
    }

    /// As one word, for programs and in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "notApplicable",
            Self::Holds => "holds",
            Self::Inconclusive => "inconclusive",
            Self::Violated => "violated",
        }
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            other => other.name(),
        }
    }
}

/// What a scenario expects of a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The verdict.
    pub verdict: Verdict,
    /// The steps of the shortest counterexample, if the scenario gives them.
    pub steps: Option<u32>,
    /// Its faults, if the scenario gives them.
    pub faults: Option<u32>,
}

impl From<Verdict> for Expected {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            steps: None,
            faults: None,
        }
    }
}

/// What a property asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyKind {
    /// In every reachable state.
    Always,
    /// From every reachable state some path leads there.
    FromEverywhere,
    /// Every fair path leads there.
    Eventually,
    /// Every fair path that leads there stays.
    EventuallyAlways,
}

impl PropertyKind {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::FromEverywhere => "from everywhere",
            Self::Eventually => "eventually",
            Self::EventuallyAlways => "eventually always",
        }
    }
}

/// A search engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Engine {
    /// Our own.
    #[default]
    Exhaustive,
    /// stateright's, breadth first.
    StaterightBfs,
    /// stateright's, depth first.
    StaterightDfs,
}

impl Engine {
    /// As it is typed and reported.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exhaustive => "exhaustive",
            Self::StaterightBfs => "stateright-bfs",
            Self::StaterightDfs => "stateright-dfs",
        }
    }
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Something a scenario leaves open, and how it was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumption {
    /// The field: `storage.backend`.
    pub field: String,
    /// Its value, as the file would have it; empty if there is none.
    pub value: String,
    /// What that means.
    pub text: String,
    /// How much it matters.
    pub weight: Weight,
}

/// How much it matters to a reader that something is assumed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Weight {
    /// The user has stated it.
    Stated,
    /// If it is wrong, so are the verdicts.
    Verdict,
    /// One of many things that a scenario leaves open.
    #[default]
    Detail,
}

impl Weight {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Verdict => "verdict",
            Self::Detail => "detail",
        }
    }
}

/// Somebody who may write what a move is about, and is not modelled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtherWriter {
    /// `KIND/NAME`.
    pub called: String,
    /// What it does.
    pub does: String,
}
