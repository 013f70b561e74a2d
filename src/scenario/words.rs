//! The words that certain fields take, with what each means.

use crate::vocabulary::Verdict;
use crate::world::id::ClusterId;
use crate::world::program::{
    AfterCrash, Cascade, ClaimRefCopy, LoopOrder, OnError, StatusField, Timeout,
};
use crate::world::stateful_set::PodManagementPolicy;
use crate::world::volume::{Backend, ReclaimPolicy};

/// A type whose values have names in scenario files.
pub trait Vocabulary: Copy + 'static {
    /// What a value is called, such as `side`.
    const NAME: &'static str;
    /// The words, their values and what they mean, in the order of the documentation.
    const WORDS: &'static [(&'static str, Self, &'static str)];
    /// The code of a mistake about a word that is none of these.
    const CODE: &'static str = "scenario::unknown-value";
    /// Words that Kubernetes has and this version does not support.
    const UNSUPPORTED: &'static [&'static str] = &[];
}

impl Vocabulary for ClusterId {
    const NAME: &'static str = "side";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("source", Self::Source, "Where the set runs at the start."),
        ("destination", Self::Destination, "Where the set is to run."),
    ];
}

impl Vocabulary for PodManagementPolicy {
    const NAME: &'static str = "Pod management policy";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("OrderedReady", Self::OrderedReady, "One Pod after another."),
        ("Parallel", Self::Parallel, "All Pods at once."),
    ];
}

/// What disks are to the nodes that mount them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskKind {
    /// Files of a server, which any number of nodes may mount.
    Files,
    /// Block devices, with a file system that one node mounts.
    Block,
}

impl DiskKind {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Block => "block",
        }
    }
}

impl Vocabulary for DiskKind {
    const NAME: &'static str = "kind of volumes";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "files",
            Self::Files,
            "Files of a server, which any number of nodes may mount: NFS, CephFS, EFS.",
        ),
        (
            "block",
            Self::Block,
            "Block devices, each with a file system that one node at a time may mount: EBS, RBD, iSCSI.",
        ),
    ];
}

impl Vocabulary for Backend {
    const NAME: &'static str = "storage backend";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "permissive",
            Self::Permissive,
            "Both clusters may attach one disk at the same time.",
        ),
        (
            "exclusive",
            Self::Exclusive,
            "At most one attachment at a time across all clusters.",
        ),
    ];
}

impl Vocabulary for ReclaimPolicy {
    const NAME: &'static str = "reclaim policy";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("Retain", Self::Retain, "A released volume keeps its disk."),
        (
            "Delete",
            Self::Delete,
            "The disk of a released volume is destroyed.",
        ),
    ];
    const UNSUPPORTED: &'static [&'static str] = &["Recycle"];
}

/// What somebody who may write the sets does during the move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriterState {
    /// Nothing.
    Suspended,
}

impl Vocabulary for WriterState {
    const NAME: &'static str = "state of a writer";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[(
        "suspended",
        Self::Suspended,
        "It writes nothing during the move.",
    )];
}

impl Vocabulary for LoopOrder {
    const NAME: &'static str = "order";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("descending", Self::Descending, "From N-1 down to 0."),
        ("ascending", Self::Ascending, "From 0 up to N-1."),
    ];
}

impl Vocabulary for AfterCrash {
    const NAME: &'static str = "restart behaviour";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "fromTop",
            Self::FromTop,
            "Restarts at the first step, as a script does.",
        ),
        (
            "fromObserved",
            Self::FromObserved,
            "Reads both sets and continues at the ordinal that neither owns.",
        ),
        (
            "fromSaved",
            Self::FromSaved,
            "Continues after the last step that it saved as done.",
        ),
    ];
}

impl Vocabulary for ClaimRefCopy {
    const NAME: &'static str = "treatment of `claimRef`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("drop", Self::Drop, "The copied volume has no claimRef."),
        (
            "dropUid",
            Self::DropUid,
            "The claimRef keeps namespace and name, not the uid.",
        ),
        ("keep", Self::Keep, "The claimRef is copied as it is."),
    ];
}

impl Vocabulary for OnError {
    const NAME: &'static str = "reaction to a refusal";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[(
        "continue",
        Self::Continue,
        "A refused request does not end the migration.",
    )];
}

impl Vocabulary for Timeout {
    const NAME: &'static str = "end of a wait";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "fail",
            Self::Fail,
            "The wait may time out, which ends the migration.",
        ),
        (
            "continue",
            Self::Continue,
            "The wait may time out, and the migration continues.",
        ),
    ];
}

impl Vocabulary for StatusField {
    const NAME: &'static str = "field of the status";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "status.replicas",
            Self::Replicas,
            "Pods that exist, including terminating ones.",
        ),
        (
            "status.readyReplicas",
            Self::ReadyReplicas,
            "Pods that are Ready, including terminating ones.",
        ),
    ];
    const UNSUPPORTED: &'static [&'static str] = &[
        "status.availableReplicas",
        "status.currentReplicas",
        "status.updatedReplicas",
        "status.observedGeneration",
        "status.currentRevision",
        "status.updateRevision",
    ];
}

/// What a wait for a Pod waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PodUntil {
    /// The incarnation that was there is gone.
    Gone,
    /// Ready.
    Ready,
    /// Ready for long enough.
    Available,
}

impl Vocabulary for PodUntil {
    const NAME: &'static str = "condition of a Pod";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "gone",
            Self::Gone,
            "No Pod of that name, or one with another uid.",
        ),
        ("ready", Self::Ready, "The Pod is Ready."),
        (
            "available",
            Self::Available,
            "The Pod has been Ready for minReadySeconds.",
        ),
    ];
}

/// What a wait for a volume waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VolumeUntil {
    /// Not attached.
    Detached,
    /// Its claim is Bound.
    Bound,
}

impl Vocabulary for VolumeUntil {
    const NAME: &'static str = "condition of a volume";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "detached",
            Self::Detached,
            "The disk has no attachment in the cluster.",
        ),
        ("bound", Self::Bound, "The claim is Bound to its volume."),
    ];
}

/// What a wait for a set waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetUntil {
    /// The controller has seen the present spec.
    Observed,
}

impl Vocabulary for SetUntil {
    const NAME: &'static str = "condition of a set";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[(
        "observed",
        Self::Observed,
        "status.observedGeneration has reached metadata.generation.",
    )];
}

impl Vocabulary for Cascade {
    const NAME: &'static str = "cascade";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "background",
            Self::Background,
            "The set is removed at once; its Pods are deleted afterwards.",
        ),
        (
            "foreground",
            Self::Foreground,
            "Its Pods are deleted; the set is removed once they are gone.",
        ),
        ("orphan", Self::Orphan, "The Pods are kept."),
    ];
}

/// A share of the ordinals that must serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quorum {
    /// More than half.
    Majority,
}

impl Vocabulary for Quorum {
    const NAME: &'static str = "quorum";
    const WORDS: &'static [(&'static str, Self, &'static str)] =
        &[("majority", Self::Majority, "More than half serve.")];
}

/// What is to be proved beside the search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prove {
    /// The always-properties for every number of replicas.
    EveryN,
}

impl Vocabulary for Prove {
    const NAME: &'static str = "proof";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[(
        "every-n",
        Self::EveryN,
        "The always-properties for every number of replicas, with any number of faults of the kinds that may strike.",
    )];
}

/// Whether an ordinal counts as down that a fault has hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultCounting {
    /// It does.
    Counted,
    /// It does not, until it next serves.
    Excused,
}

impl Vocabulary for FaultCounting {
    const NAME: &'static str = "way to count faults";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "counted",
            Self::Counted,
            "An ordinal counts as down whatever the cause.",
        ),
        (
            "excused",
            Self::Excused,
            "An ordinal hit by a fault does not count as down until it has served again.",
        ),
    ];
}

/// The verdicts that a scenario can expect of a property.
impl Vocabulary for Verdict {
    const NAME: &'static str = "verdict";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("holds", Self::Holds, "The property holds in every run."),
        (
            "violated",
            Self::Violated,
            "Some run violates the property.",
        ),
        (
            "notApplicable",
            Self::NotApplicable,
            "The property does not apply to this scenario.",
        ),
    ];
}

/// The `apiVersion` of scenario files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ApiVersion;

impl Vocabulary for ApiVersion {
    const NAME: &'static str = "API version of scenarios";
    const CODE: &'static str = "scenario::api-version";
    const WORDS: &'static [(&'static str, Self, &'static str)] =
        &[("straddle.dev/v1alpha1", Self, "The only version.")];
}

/// The `kind` of scenario files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind;

impl Vocabulary for Kind {
    const NAME: &'static str = "kind of file";
    const CODE: &'static str = "scenario::kind";
    const WORDS: &'static [(&'static str, Self, &'static str)] =
        &[("Scenario", Self, "A migration to be checked.")];
}
