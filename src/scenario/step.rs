//! The steps of a migration, as types. Their comments are the descriptions in the JSON schema.

use std::ops::Range;

use schemars::JsonSchema;

use super::reader::{Reader, Scalar, Spanned};
use super::words::{PodUntil, SetUntil, VolumeUntil};
use crate::world::id::ClusterId;
use crate::world::program::{Cascade, ClaimRefCopy, Expression, OnError, StatusField, Timeout};
use crate::world::volume::ReclaimPolicy;
use crate::yaml::Node;

/// A step and its place.
#[derive(Debug)]
pub struct StepFile {
    /// The kind of step, as it is written.
    pub kind: &'static str,
    /// The place of the kind.
    pub key: Range<usize>,
    /// The step.
    pub step: Step,
}

/// One step: a map with one key, the kind of step.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase")]
pub enum Step {
    /// Changes `start`, `replicas` or both of a set in one request.
    Patch(PatchStep),
    /// Changes `replicas` through the set's `/scale`.
    Scale(ScaleStep),
    /// Copies an ordinal's claim and volume to the destination; both sides then name one disk.
    CopyVolume(CopyVolumeStep),
    /// Restores backups of the ordinal's disks in the destination.
    RestoreDisk(RestoreDiskStep),
    /// Changes the reclaim policy of an ordinal's volumes.
    SetReclaimPolicy(SetReclaimPolicyStep),
    /// Deletes the claim of an ordinal.
    DeleteClaim(DeleteStep),
    /// Deletes the volume of an ordinal.
    DeleteVolume(DeleteStep),
    /// Deletes the Pod of an ordinal.
    DeletePod(DeletePodStep),
    /// Deletes a set.
    DeleteSet(DeleteSetStep),
    /// Creates a set.
    CreateSet(CreateSetStep),
    /// Waits for a condition.
    Wait(WaitStep),
    /// Waits for some time. It guards nothing, since anything may take longer.
    Sleep(Spanned<Duration>),
}

/// Changes `start`, `replicas` or both of a set in one request.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Patch")]
pub struct PatchStep {
    /// Whose set.
    pub cluster: Spanned<ClusterId>,
    /// The new `spec.ordinals.start`.
    pub start: Option<Spanned<Expression>>,
    /// The new `spec.replicas`.
    pub replicas: Option<Spanned<Expression>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Changes `replicas` through the set's `/scale`.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Scale")]
pub struct ScaleStep {
    /// Whose set.
    pub cluster: Spanned<ClusterId>,
    /// The new `spec.replicas`.
    pub replicas: Spanned<Expression>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Copies an ordinal's claims and volumes to the destination.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CopyVolume")]
pub struct CopyVolumeStep {
    /// The ordinal.
    pub ordinal: Spanned<Expression>,
    /// The claim template. Default: all of the set's, one after another.
    pub template: Option<Spanned<String>>,
    /// What happens to the volume's claimRef. Default: `drop`.
    pub claim_ref: Option<Spanned<ClaimRefCopy>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Restores backups of the ordinal's disks in the destination.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "RestoreDisk")]
pub struct RestoreDiskStep {
    /// The ordinal.
    pub ordinal: Spanned<Expression>,
    /// The claim template. Default: all of the set's, one after another.
    pub template: Option<Spanned<String>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Changes the reclaim policy of an ordinal's volumes.
#[derive(JsonSchema, Debug)]
#[schemars(
    rename_all = "camelCase",
    deny_unknown_fields,
    rename = "SetReclaimPolicy"
)]
pub struct SetReclaimPolicyStep {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The ordinal.
    pub ordinal: Spanned<Expression>,
    /// The claim template. Default: all of the set's, one after another.
    pub template: Option<Spanned<String>>,
    /// The new policy.
    pub policy: Spanned<ReclaimPolicy>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Deletes the claims or the volumes of an ordinal.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "Delete")]
pub struct DeleteStep {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The ordinal.
    pub ordinal: Spanned<Expression>,
    /// The claim template. Default: all of the set's, one after another.
    pub template: Option<Spanned<String>>,
    /// Whether to wait until it is gone. Default: `true`, as in `kubectl`.
    pub wait: Option<Spanned<bool>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Deletes the Pod of an ordinal.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "DeletePod")]
pub struct DeletePodStep {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The Pod's ordinal.
    pub pod: Spanned<Expression>,
    /// Without a grace period: the object is removed at once, its containers may still run.
    pub force: Option<Spanned<bool>>,
    /// Whether to wait until it is gone. Default: `true`, as in `kubectl`.
    pub wait: Option<Spanned<bool>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Deletes a set.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "DeleteSet")]
pub struct DeleteSetStep {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// What happens to its Pods.
    pub cascade: Spanned<Cascade>,
    /// Whether to wait until it is gone. Default: `true`, as in `kubectl`.
    pub wait: Option<Spanned<bool>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Creates a set.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CreateSet")]
pub struct CreateSetStep {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// Its `spec.ordinals.start`. Default: 0.
    pub start: Option<Spanned<Expression>>,
    /// Its `spec.replicas`. Default: 1.
    pub replicas: Option<Spanned<Expression>>,
    /// What to do if the request is refused. Default: the migration ends.
    pub on_error: Option<Spanned<OnError>>,
}

/// Waits for a condition: of a Pod, a volume, a set, or a field of a set's status.
#[derive(JsonSchema, Debug)]
#[schemars(untagged, rename = "Wait")]
pub enum WaitStep {
    /// Waits for a Pod.
    Pod(PodWait),
    /// Waits for a volume.
    Volume(VolumeWait),
    /// Waits for a set.
    Set(SetWait),
    /// Waits for a value in a set's status.
    Field(FieldWait),
}

/// Waits for a Pod.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodWait {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The Pod's ordinal.
    pub pod: Spanned<Expression>,
    /// What to wait for.
    pub until: Spanned<PodUntil>,
    /// What a time-out does. Default: the wait has no time-out.
    pub timeout: Option<Spanned<Timeout>>,
}

/// Waits for a volume.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeWait {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The volume's ordinal.
    pub volume: Spanned<Expression>,
    /// The claim template. Default: all of the set's, one after another.
    pub template: Option<Spanned<String>>,
    /// What to wait for.
    pub until: Spanned<VolumeUntil>,
    /// What a time-out does. Default: the wait has no time-out.
    pub timeout: Option<Spanned<Timeout>>,
}

/// Waits for a set.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetWait {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// Always `true`.
    #[schemars(extend("const" = true))]
    pub set: Spanned<bool>,
    /// What to wait for.
    pub until: Spanned<SetUntil>,
    /// What a time-out does. Default: the wait has no time-out.
    pub timeout: Option<Spanned<Timeout>>,
}

/// Waits for a value in a set's status.
#[derive(JsonSchema, Debug)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldWait {
    /// In which cluster.
    pub cluster: Spanned<ClusterId>,
    /// The field.
    pub field: Spanned<StatusField>,
    /// The value to wait for.
    pub equals: Spanned<Expression>,
    /// What a time-out does. Default: the wait has no time-out.
    pub timeout: Option<Spanned<Timeout>>,
}

/// A length of time, which the model does not have.
#[derive(Debug)]
pub struct Duration(pub String);

impl Scalar for Duration {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        String::read(reader, node).map(Self)
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}
