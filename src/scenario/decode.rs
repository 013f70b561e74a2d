//! Reads a scenario file from its tree.

mod storage;

use super::catalogue;
use super::file::{
    AssumeFile, AtMostFile, AvailabilityFile, CapsFile, ExpectFile, ExpectedFile, FaultName,
    FaultsFile, ForEachFile, GroupFile, MigrationFile, OrdinalsFile, PropertyName, ScenarioFile,
    SideFile,
};
use super::reader::{Decode, Reader, Scalar, Spanned, read_word, words_schema};
use super::words::{
    ApiVersion, DiskKind, FaultCounting, Kind, PodUntil, Prove, Quorum, SetUntil, VolumeUntil,
    WriterState,
};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::vocabulary::Verdict;
use crate::world::id::ClusterId;
use crate::world::program::{
    AfterCrash, Cascade, ClaimRefCopy, LoopOrder, OnError, StatusField, Timeout,
};
use crate::world::stateful_set::PodManagementPolicy;
use crate::world::volume::{Backend, ReclaimPolicy};
use crate::yaml::{self, DuplicateKeys, Entry, Node, Value};

/// Reads words of these types by their vocabularies.
macro_rules! scalar_words {
    ($($word:ty),+ $(,)?) => {$(
        impl Scalar for $word {
            const SCHEMA_NAME: &'static str = stringify!($word);
            fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
                read_word(reader, node)
            }

            fn schema() -> schemars::Schema {
                words_schema::<Self>()
            }
        }
    )+};
}

scalar_words!(
    AfterCrash,
    ApiVersion,
    Backend,
    DiskKind,
    Cascade,
    ClaimRefCopy,
    ClusterId,
    FaultCounting,
    Kind,
    LoopOrder,
    OnError,
    PodManagementPolicy,
    PodUntil,
    Prove,
    Quorum,
    ReclaimPolicy,
    SetUntil,
    StatusField,
    Timeout,
    VolumeUntil,
    WriterState,
);

/// Fields of later versions, with what to do instead.
const LATER: &[(&str, &str)] = &[(
    "nodes",
    "remove it; every Pod is modelled as already scheduled",
)];
const LATER_OF_SIDES: &[(&str, &str)] = &[
    (
        "nodes",
        "remove it; every Pod is modelled as already scheduled",
    ),
    (
        "featureGates",
        "remove it; the defaults of Kubernetes 1.31 are modelled",
    ),
];
const LATER_OF_MIGRATIONS: &[(&str, &str)] = &[
    ("strategy", "write out the strategy's `steps:`"),
    ("rollback", "remove it, or check it as a separate scenario"),
];

/// Reads the one document of a scenario file. What could be read is returned together with the
/// mistakes in the rest.
pub fn read_file(reader: &mut Reader<'_>) -> Option<ScenarioFile> {
    let found = reader.problems.len();
    let documents = yaml::parse(reader.source, DuplicateKeys::Refused, &mut reader.problems);
    let readable = reader.problems[found..]
        .iter()
        .all(|problem| problem.code == "yaml::duplicate-key");
    if !readable {
        return None;
    }
    let documents: Vec<&Node> = documents.iter().filter(|node| !node.is_null()).collect();
    match documents[..] {
        // Whatever comes behind a manifest does not matter either.
        [first, ..] if is_foreign(reader, first) => None,
        [document] => ScenarioFile::decode(reader, document),
        [] => {
            reader.report(
                Diagnostic::new("scenario::empty", "the file is empty")
                    .at(0..0, "")
                    .help("a scenario begins with `apiVersion: straddle.dev/v1alpha1`"),
            );
            None
        }
        [_, second, ..] => {
            let place = reader.source.first_line(&second.span);
            reader.report(
                Diagnostic::new(
                    "scenario::several-documents",
                    "the file has more than one document",
                )
                .at(place, "the second begins here")
                .help("put each scenario in its own file"),
            );
            None
        }
    }
}

/// Whether a document is of another kind altogether, so that nothing else about it matters.
fn is_foreign(reader: &mut Reader<'_>, document: &Node) -> bool {
    let Some(kind) = document.get("kind") else {
        return false;
    };
    let name = kind.text().unwrap_or("Scenario");
    if did_you_mean(name, &["Scenario"]).is_some() {
        return false;
    }
    let message = format!("this is a `{name}`, not a Scenario");
    reader.report(
        Diagnostic::new("scenario::kind", message)
            .at(kind.span.clone(), "")
            .help("write a file of `kind: Scenario` with `source: {manifest: FILE}`"),
    );
    true
}

impl Decode for ScenarioFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "a scenario")?.unsupported(LATER);
        let api_version = fields.required(reader, "apiVersion");
        let kind = fields.required(reader, "kind");
        let description = fields.optional(reader, "description");
        let source = fields.required(reader, "source");
        let destination = fields.optional(reader, "destination");
        let storage = fields.optional(reader, "storage");
        let availability = fields.optional(reader, "availability");
        let ordinals = fields.optional(reader, "ordinals");
        let migration = fields.required(reader, "migration");
        let faults = fields.optional(reader, "faults");
        let properties = fields.list(reader, "properties");
        let expect = fields.optional(reader, "expect");
        let assume = fields.list(reader, "assume");
        let prove = fields.optional(reader, "prove");
        fields.finish::<Self>(reader);
        Some(Self {
            api_version,
            kind,
            description,
            source,
            destination,
            storage,
            availability,
            ordinals,
            migration,
            faults,
            properties,
            expect,
            assume,
            prove,
        })
    }
}

impl Decode for SideFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "a side")?.unsupported(LATER_OF_SIDES);
        let manifest = fields.optional(reader, "manifest");
        let stateful_set = fields.optional(reader, "statefulSet");
        let name = fields.optional(reader, "name");
        let start = fields.optional(reader, "start");
        let replicas = fields.optional(reader, "replicas");
        let pod_management_policy = fields.optional(reader, "podManagementPolicy");
        let volume_claim_templates = fields.optional(reader, "volumeClaimTemplates");
        let kubernetes = fields.optional(reader, "kubernetes");
        let absent = fields.optional(reader, "absent");
        fields.finish::<Self>(reader);
        Some(Self {
            head: node.head(),
            manifest,
            stateful_set,
            name,
            start,
            replicas,
            pod_management_policy,
            volume_claim_templates,
            kubernetes,
            absent,
        })
    }
}

impl Decode for AvailabilityFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`availability`")?;
        let max_unavailable = fields.optional(reader, "maxUnavailable");
        let quorum = fields.optional(reader, "quorum");
        let groups = fields.list(reader, "groups");
        let faults = fields.optional(reader, "faults");
        fields.finish::<Self>(reader);
        Some(Self {
            head: node.head(),
            has_rule: ["maxUnavailable", "quorum", "groups"]
                .iter()
                .any(|rule| node.get(rule).is_some()),
            max_unavailable,
            quorum,
            groups,
            faults,
        })
    }
}

impl Decode for GroupFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "a group")?;
        let ordinals = fields.required_list(reader, "ordinals");
        let min = fields.required(reader, "min");
        fields.finish::<Self>(reader);
        Some(Self {
            ordinals: ordinals?,
            min: min?,
        })
    }
}

impl Decode for AssumeFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "an assumption")?;
        let writer = fields.required(reader, "writer");
        let is = fields.required(reader, "is");
        fields.finish::<Self>(reader);
        Some(Self {
            writer: writer?,
            is: is?,
        })
    }
}

impl Decode for OrdinalsFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`ordinals`")?;
        let max = fields.required(reader, "max");
        fields.finish::<Self>(reader);
        Some(Self { max: max? })
    }
}

impl Decode for MigrationFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let found = reader.problems.len();
        let mut fields = reader
            .fields(node, "`migration`")?
            .unsupported(LATER_OF_MIGRATIONS);
        let runbook = fields.optional(reader, "runbook");
        let after_crash = fields.optional(reader, "afterCrash");
        let prepare = fields.optional(reader, "prepare");
        let for_each = fields.optional(reader, "forEach");
        // One that cannot be read is a loop all the same: its steps may say `k`.
        let unread = || {
            node.get("forEach")
                .map(|node| ForEachFile::any(node.head()))
        };
        let for_each = for_each.or_else(unread);
        let steps = fields.optional(reader, "steps");
        let finish = fields.optional(reader, "finish");
        fields.finish::<Self>(reader);
        refuse_beside_runbook(reader, node);
        Some(Self {
            head: node.head(),
            runbook,
            is_whole: reader.problems.len() == found,
            after_crash,
            prepare,
            for_each,
            steps,
            finish,
        })
    }
}

/// A script has steps of its own, and is started again from its first line.
fn refuse_beside_runbook(reader: &mut Reader<'_>, node: &Node) {
    if node.get("runbook").is_none() {
        return;
    }
    let others = ["prepare", "forEach", "steps", "finish", "afterCrash"];
    let Some((name, other)) = others
        .into_iter()
        .find_map(|name| Some((name, node.get(name)?)))
    else {
        return;
    };
    if name == "afterCrash" && other.text() == Some("fromTop") {
        return;
    }
    reader.report(
        Diagnostic::new(
            "scenario::runbook-and-steps",
            format!("`{name}` cannot be combined with `runbook`"),
        )
        .at(other.head(), "")
        .help("the script defines the steps; after a crash it restarts at its first line"),
    );
}

impl Decode for ForEachFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`forEach`")?;
        let k = fields.required(reader, "k");
        fields.finish::<Self>(reader);
        Some(Self { k: k? })
    }
}

impl Decode for FaultsFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        if node.get("atMost").is_some() || node.get("of").is_some() {
            return AtMostFile::decode(reader, node).map(Self::AtMost);
        }
        CapsFile::decode(reader, node).map(Self::Caps)
    }
}

impl Decode for AtMostFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`faults`")?;
        let at_most = fields.required(reader, "atMost");
        let of = fields.list(reader, "of");
        fields.finish::<Self>(reader);
        Some(Self {
            at_most: at_most?,
            of,
        })
    }
}

impl Decode for CapsFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type(node, "a map such as `{atMost: 2}` or `{eviction: 1}`");
            return None;
        };
        reader.refuse_empty(node, entries.len());
        let mut caps = Vec::new();
        for entry in &**entries {
            let kind = FaultName::read(reader, &key_of(entry));
            let cap = Spanned::decode(reader, &entry.value);
            if let (Some(kind), Some(cap)) = (kind, cap) {
                caps.push((kind.0, cap));
            }
        }
        Some(Self(caps))
    }
}

impl Decode for ExpectFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type(node, "a map from properties to verdicts");
            return None;
        };
        let mut expected = Vec::new();
        for entry in &**entries {
            let property = Spanned::decode(reader, &key_of(entry));
            let verdict = ExpectedFile::decode(reader, &entry.value);
            if let (Some(property), Some(verdict)) = (property, verdict) {
                expected.push((property, verdict));
            }
        }
        Some(Self(expected))
    }
}

/// The key of an entry as a node of its own.
fn key_of(entry: &Entry) -> Node {
    Node {
        span: entry.span.clone(),
        key: None,
        value: Value::Scalar(entry.name.clone(), false),
    }
}

impl Decode for ExpectedFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            return Some(Self {
                verdict: Spanned::decode(reader, node)?,
                steps: None,
                faults: None,
            });
        }
        let mut fields = reader.fields(node, "an expectation")?;
        let verdict = fields.required(reader, "verdict");
        let steps = fields.optional(reader, "steps");
        let faults = fields.optional(reader, "faults");
        fields.finish::<Self>(reader);
        Some(Self {
            verdict: verdict?,
            steps,
            faults,
        })
    }
}

impl Scalar for Verdict {
    const SCHEMA_NAME: &'static str = "Verdict";
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        if node.text() == Some("inconclusive") {
            reader.report(
                Diagnostic::new(
                    "scenario::unknown-value",
                    "`inconclusive` cannot be expected: it means that nothing is known",
                )
                .at(node.span.clone(), "")
                .help("omit the property from `properties`, or raise the bounds of the search"),
            );
            return None;
        }
        read_word(reader, node)
    }

    fn schema() -> schemars::Schema {
        words_schema::<Self>()
    }
}

impl Scalar for FaultName {
    const SCHEMA_NAME: &'static str = "Fault";
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let place = reader.word(
            node,
            "kind of fault",
            "scenario::unknown-fault",
            catalogue::fault_names(),
            catalogue::UNSUPPORTED_FAULTS,
        )?;
        catalogue::fault(catalogue::fault_names()[place]).map(Self)
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "enum": catalogue::fault_names() })
    }
}

impl Scalar for PropertyName {
    const SCHEMA_NAME: &'static str = "Property";
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let place = reader.word(
            node,
            "property",
            "scenario::unknown-property",
            catalogue::property_names(),
            catalogue::UNSUPPORTED_PROPERTIES,
        )?;
        Some(Self(catalogue::property_names()[place]))
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "enum": catalogue::property_names() })
    }
}
