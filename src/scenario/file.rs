//! The grammar of a scenario file, as types. Their comments are the descriptions in the JSON
//! schema.

use std::borrow::Cow;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::catalogue;
use super::reader::{Scalar, Spanned};
use super::step::StepFile;
use super::words::{ApiVersion, DiskKind, FaultCounting, Kind, Prove, Quorum, WriterState};
use crate::vocabulary::Verdict;
use crate::world::program::{AfterCrash, LoopOrder};
use crate::world::setup::FaultId;
use crate::world::stateful_set::PodManagementPolicy;
use crate::world::volume::{Backend, ReclaimPolicy};

impl<T: Scalar> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::SCHEMA_NAME.is_empty()
    }

    fn schema_name() -> Cow<'static, str> {
        T::SCHEMA_NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

/// The migration of a StatefulSet from one cluster to another, and the expected verdicts.
#[derive(JsonSchema, Debug, Default)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Scenario")]
pub struct ScenarioFile {
    /// The version of this grammar.
    #[schemars(with = "Spanned<ApiVersion>")]
    #[expect(dead_code, reason = "there is one version; reading it is what matters")]
    pub api_version: Option<Spanned<ApiVersion>>,
    /// Always `Scenario`.
    #[schemars(with = "Spanned<Kind>")]
    #[expect(dead_code, reason = "there is one kind; reading it is what matters")]
    pub kind: Option<Spanned<Kind>>,
    /// What the scenario shows, in words.
    pub description: Option<Spanned<String>>,
    /// The side where the set runs at the start.
    #[schemars(with = "SideFile")]
    pub source: Option<SideFile>,
    /// The side where it is to run. Default: the source's set with `replicas: 0`.
    pub destination: Option<SideFile>,
    /// The storage that both sides use.
    pub storage: Option<StorageFile>,
    /// Which ordinals may be down at a time. Default: availability is not checked.
    pub availability: Option<AvailabilityFile>,
    /// Which ordinals may ever exist. Default: those that the source has at the start.
    pub ordinals: Option<OrdinalsFile>,
    /// What the driver does.
    #[schemars(with = "MigrationFile")]
    pub migration: Option<MigrationFile>,
    /// Which faults may strike. Default: none.
    pub faults: Option<FaultsFile>,
    /// The properties to check. Default: all.
    pub properties: Option<Vec<Spanned<PropertyName>>>,
    /// The verdicts that differ from `holds`.
    pub expect: Option<ExpectFile>,
    /// Other writers of the sets that are suspended during the move.
    pub assume: Option<Vec<AssumeFile>>,
    /// What to prove in addition to the search: `every-n`, the always-properties for every number
    /// of replicas.
    pub prove: Option<Spanned<Prove>>,
}

/// One side: a cluster, a namespace in it, and the StatefulSet there.
#[derive(JsonSchema, Debug, Default)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Side")]
pub struct SideFile {
    /// Its key in the file.
    #[schemars(skip)]
    pub head: Range<usize>,
    /// A file of Kubernetes manifests, relative to this file. The fields below override it.
    pub manifest: Option<Spanned<String>>,
    /// Which StatefulSet of the manifest, if it has several.
    pub stateful_set: Option<Spanned<String>>,
    /// The StatefulSet's name.
    pub name: Option<Spanned<String>>,
    /// `spec.ordinals.start`; the source's must be 0.
    #[schemars(extend("minimum" = 0))]
    pub start: Option<Spanned<i64>>,
    /// `spec.replicas`; at most 16.
    #[schemars(extend("minimum" = 0, "maximum" = 16))]
    pub replicas: Option<Spanned<i64>>,
    /// `spec.podManagementPolicy`.
    pub pod_management_policy: Option<Spanned<PodManagementPolicy>>,
    /// The names of the claim templates; an empty list for a set without disks.
    pub volume_claim_templates: Option<Vec<Spanned<String>>>,
    /// The cluster's minor version, such as `"1.31"`.
    #[schemars(extend("type" = ["string", "number"]))]
    pub kubernetes: Option<Spanned<String>>,
    /// There is no set at the start; a `createSet` step creates it. Only for the destination.
    pub absent: Option<Spanned<bool>>,
}

/// The storage that both sides use.
#[derive(JsonSchema, Debug, Default)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Storage")]
pub struct StorageFile {
    /// Whether two clusters may attach one disk at the same time. Default: they may.
    pub backend: Option<Spanned<Backend>>,
    /// The reclaim policy of the source's volumes. Default: `Delete`.
    pub reclaim_policy: Option<Spanned<ReclaimPolicy>>,
    /// The sides that can attach the disks. Default: both.
    pub reachable_from: Option<Vec<Spanned<crate::world::id::ClusterId>>>,
    /// The application does its own locking, so two writers to a disk do no harm.
    pub shared: Option<Spanned<bool>>,
    /// What the disks are to the nodes that mount them. Default: `files`.
    pub volumes: Option<Spanned<DiskKind>>,
    /// Where the disks of one claim template are otherwise.
    pub templates: Option<Vec<TemplateStorageFile>>,
}

/// The storage of one claim template. What is not said is as for the others.
#[derive(JsonSchema, Debug)]
#[schemars(
    rename_all = "camelCase",
    deny_unknown_fields,
    rename = "TemplateStorage"
)]
pub struct TemplateStorageFile {
    /// The name of the claim template.
    pub name: Spanned<String>,
    /// Whether two clusters may attach one of its disks at the same time.
    pub backend: Option<Spanned<Backend>>,
    /// The reclaim policy of its volumes in the source.
    pub reclaim_policy: Option<Spanned<ReclaimPolicy>>,
    /// The sides that can attach its disks.
    pub reachable_from: Option<Vec<Spanned<crate::world::id::ClusterId>>>,
    /// The application does its own locking on its disks.
    pub shared: Option<Spanned<bool>>,
    /// What its disks are to the nodes that mount them.
    pub volumes: Option<Spanned<DiskKind>>,
}

/// Which ordinals may be down at a time: exactly one rule.
#[derive(JsonSchema, Debug, Default)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Availability")]
pub struct AvailabilityFile {
    /// Its key in the file.
    #[schemars(skip)]
    pub head: Range<usize>,
    /// Some rule is there, readable or not.
    #[schemars(skip)]
    pub has_rule: bool,
    /// At most this many ordinals are down.
    #[schemars(extend("minimum" = 0))]
    pub max_unavailable: Option<Spanned<i64>>,
    /// More than half of the ordinals serve.
    pub quorum: Option<Spanned<Quorum>>,
    /// In each group, at least `min` ordinals serve.
    pub groups: Option<Vec<GroupFile>>,
    /// Whether an ordinal that a fault has hit counts as down. Default: it does.
    pub faults: Option<Spanned<FaultCounting>>,
}

/// Ordinals of which some must serve: a shard and its replicas.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Group")]
pub struct GroupFile {
    /// Its ordinals.
    pub ordinals: Vec<Spanned<i64>>,
    /// How many of them must serve.
    #[schemars(extend("minimum" = 1))]
    pub min: Spanned<i64>,
}

/// What is known of somebody who may write the sets, such as an autoscaler.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Assume")]
pub struct AssumeFile {
    /// Who: `KIND/NAME`, as the report calls it.
    pub writer: Spanned<String>,
    /// What it does during the move.
    #[expect(dead_code, reason = "there is one word; reading it is what matters")]
    pub is: Spanned<WriterState>,
}

/// Which ordinals may ever exist.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Ordinals")]
pub struct OrdinalsFile {
    /// The highest ordinal that a set may ever own.
    #[schemars(extend("minimum" = 0))]
    pub max: Spanned<i64>,
}

/// What the driver does: `prepare` once, `steps` once for each ordinal, `finish` once.
#[derive(JsonSchema, Debug, Default)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Migration")]
pub struct MigrationFile {
    /// Its key in the file.
    #[schemars(skip)]
    pub head: Range<usize>,
    /// Every step of it could be read.
    #[schemars(skip)]
    pub is_whole: bool,
    /// A bash script of kubectl commands, relative to this file. It replaces the steps.
    pub runbook: Option<Spanned<String>>,
    /// How the driver restarts after a crash. Default: `fromTop`.
    pub after_crash: Option<Spanned<AfterCrash>>,
    /// Steps before the loop.
    #[schemars(with = "Option<Vec<super::step::Step>>")]
    pub prepare: Option<Vec<StepFile>>,
    /// The loop over the ordinals. Default: `steps` runs once.
    pub for_each: Option<ForEachFile>,
    /// The steps of one iteration.
    #[schemars(with = "Option<Vec<super::step::Step>>")]
    pub steps: Option<Vec<StepFile>>,
    /// Steps after the loop.
    #[schemars(with = "Option<Vec<super::step::Step>>")]
    pub finish: Option<Vec<StepFile>>,
}

/// The loop over the ordinals.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "ForEach")]
pub struct ForEachFile {
    /// The order in which `k` takes the ordinals 0 to N-1.
    pub k: Spanned<LoopOrder>,
}

impl ForEachFile {
    /// Some loop, in place of one that cannot be read.
    pub const fn any(span: Range<usize>) -> Self {
        let value = LoopOrder::Descending;
        let k = Spanned { value, span };
        Self { k }
    }
}

/// Which faults may strike: a total number, or a cap for each kind.
#[derive(JsonSchema, Debug)]
#[schemars(untagged, rename = "Faults")]
pub enum FaultsFile {
    /// Any of some kinds, up to a total number.
    AtMost(AtMostFile),
    /// A cap for each kind.
    Caps(CapsFile),
}

/// Any of some kinds of fault, up to a total number.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "AtMost")]
pub struct AtMostFile {
    /// The most faults in one run.
    #[schemars(extend("minimum" = 1, "maximum" = 15))]
    pub at_most: Spanned<i64>,
    /// The kinds. Default: the ordinary ones.
    pub of: Option<Vec<Spanned<FaultName>>>,
}

/// How many faults of each kind may strike in one run.
#[derive(Debug)]
pub struct CapsFile(pub Vec<(FaultId, Spanned<i64>)>);

impl JsonSchema for CapsFile {
    fn schema_name() -> Cow<'static, str> {
        "Caps".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let cap = serde_json::json!({ "type": "integer", "minimum": 1, "maximum": 15 });
        json_schema!({
            "description": "How many faults of each kind may strike in one run.",
            "type": "object",
            "properties": by_name(catalogue::fault_names(), &cap),
            "minProperties": 1,
            "additionalProperties": false
        })
    }
}

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultName(pub FaultId);

/// A property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PropertyName(pub &'static str);

/// The verdicts that differ from `holds`, by property.
#[derive(Debug, Default)]
pub struct ExpectFile(pub Vec<(Spanned<PropertyName>, ExpectedFile)>);

impl JsonSchema for ExpectFile {
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let expected = serde_json::json!({
            "anyOf": [
                generator.subschema_for::<Spanned<Verdict>>(),
                generator.subschema_for::<ExpectedFile>()
            ]
        });
        json_schema!({
            "description": "The verdicts that differ from `holds`, by property.",
            "type": "object",
            "properties": by_name(catalogue::property_names(), &expected),
            "additionalProperties": false
        })
    }
}

/// What is expected of a property.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Expected")]
pub struct ExpectedFile {
    /// The verdict.
    pub verdict: Spanned<Verdict>,
    /// The steps of the shortest counterexample.
    #[schemars(extend("minimum" = 0))]
    pub steps: Option<Spanned<i64>>,
    /// The fewest faults of a counterexample.
    #[schemars(extend("minimum" = 0))]
    pub faults: Option<Spanned<i64>>,
}

fn by_name(names: &[&str], schema: &serde_json::Value) -> serde_json::Value {
    names
        .iter()
        .map(|&name| (name.to_owned(), schema.clone()))
        .collect()
}

/// The JSON schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn schema() -> serde_json::Value {
    SchemaGenerator::default()
        .into_root_schema_for::<ScenarioFile>()
        .to_value()
}
