//! What becomes of every field of every object that a user hands over.
//!
//! Each field of a manifest is [modelled](Treatment::Modelled), of no consequence for a stated
//! [reason](Treatment::Irrelevant), [assumed](Treatment::Assumed) to be as the model has it, or
//! [refused](Treatment::Refused). What no table has is refused: nothing is dropped in silence.
//!
//! A table is plain data, one file for a kind of object: a [`Rule`] for each path, which covers what
//! is below it unless a longer one does. [`kinds::KINDS`] lists the kinds, [`types`] has the fields
//! of Kubernetes' own types, so that a misspelt field is found wherever it stands.
//! [`take`](taking::take) goes through the objects of a manifest; nothing here knows scenarios, so
//! that whatever else hands over objects can be taken account of in the same way.

mod access;
mod autoscaler;
mod content;
pub mod drivers;
pub mod elsewhere;
mod health;
pub mod kinds;
mod limits;
mod metadata;
mod network;
mod node;
mod path;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod relation;
mod stateful_set;
mod storage_class;
pub mod subject;
mod table;
pub mod taking;
pub mod types;
mod writers;

pub use subject::Subject;
pub use taking::{Account, INVALID_FIELD, take};
pub use writers::Writer;

/// An object and what becomes of its fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// `KIND/NAME`.
    pub called: String,
    /// What it has to do with the set.
    pub relation: String,
    /// Its fields, as far as they are accounted for one by one.
    pub fields: Vec<Field>,
}

/// A field and what becomes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its path; empty for the whole object.
    pub path: String,
    /// The [name](Treatment::name) of its treatment.
    pub treatment: &'static str,
    /// By what, why, or what is assumed.
    pub reason: String,
}

/// Something that is assumed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What it is about: the set's fields, or objects.
    pub about: Vec<String>,
    /// What is assumed, and what would break otherwise.
    pub text: String,
    /// It weighs more than the verdict.
    pub weighs: bool,
    /// It comes from an object beside the set.
    pub beside: bool,
}

/// What becomes of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Treatment {
    /// The model has it: as what.
    Modelled(&'static str),
    /// It makes no difference to a move: why.
    Irrelevant(&'static str),
    /// The model goes by something that may not be so: what, and what would break otherwise.
    Assumed(&'static str),
    /// A verdict that leaves it out could be wrong: why, and what to do.
    Refused(&'static str, &'static str),
}

impl Treatment {
    /// As one word, for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modelled(_) => "modelled",
            Self::Irrelevant(_) => "irrelevant",
            Self::Assumed(_) => "assumed",
            Self::Refused(..) => "refused",
        }
    }

    /// By what, why, or what is assumed.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Modelled(text)
            | Self::Irrelevant(text)
            | Self::Assumed(text)
            | Self::Refused(text, _) => text,
        }
    }
}

/// What becomes of a field and of all below it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The field: `spec.template.spec.containers[].image`, where `[]` is any item of a list and
    /// `[TEXT]` a key of a map; a `*` ends a key that may go on.
    pub path: &'static str,
    /// The values that it is about; none for all.
    pub values: &'static [&'static str],
    /// What becomes of it.
    pub treatment: Treatment,
    /// It weighs more than the verdict and is said before it.
    pub weighs: bool,
    /// The kind of who else writes the set if the field is there, and is named by it.
    pub writer: Option<&'static str>,
}

impl Rule {
    const fn new(path: &'static str, treatment: Treatment) -> Self {
        Self {
            path,
            values: &[],
            treatment,
            weighs: false,
            writer: None,
        }
    }

    /// The same for these values only.
    const fn of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// The same, said before the verdict.
    const fn first(mut self) -> Self {
        self.weighs = true;
        self
    }
}

const fn modelled(path: &'static str, by: &'static str) -> Rule {
    Rule::new(path, Treatment::Modelled(by))
}

const fn irrelevant(path: &'static str, because: &'static str) -> Rule {
    Rule::new(path, Treatment::Irrelevant(because))
}

const fn assumed(path: &'static str, text: &'static str) -> Rule {
    Rule::new(path, Treatment::Assumed(text))
}

const fn refused(path: &'static str, why: &'static str, help: &'static str) -> Rule {
    Rule::new(path, Treatment::Refused(why, help))
}

/// A field that a tool leaves on what it keeps as it is elsewhere written down.
const fn kept_by(path: &'static str, kind: &'static str) -> Rule {
    written_by(path, kind, writers::KEPT)
}

/// A field that makes somebody write the set, and what that does.
const fn written_by(path: &'static str, kind: &'static str, does: &'static str) -> Rule {
    let mut rule = Rule::new(path, Treatment::Assumed(does));
    rule.writer = Some(kind);
    rule
}
