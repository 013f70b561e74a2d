//! What one sync of the controller sees: its caches of the set, the Pods, the claims and the
//! revisions, and what the live look before an adoption finds.

use crate::world::id::{Ordinal, Slice};
use crate::world::pod::PodPhase;
use crate::world::stateful_set::{PodManagementPolicy, RetentionPolicy};
use crate::world::volume::Template as ClaimTemplate;

use super::rules::Rules;

/// A Pod template and the ControllerRevision that stands for it: Kubernetes names it by a hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Template(pub u8);

/// What one sync sees of its set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Set<'a> {
    /// How this release decides where releases differ.
    pub rules: Rules,
    /// `spec.ordinals.start` and `spec.replicas`.
    pub slice: Slice,
    /// `spec.podManagementPolicy`.
    pub policy: PodManagementPolicy,
    /// `spec.updateStrategy`.
    pub strategy: UpdateStrategy,
    /// `spec.persistentVolumeClaimRetentionPolicy`.
    pub retention: RetentionPolicy,
    /// How many `spec.volumeClaimTemplates` there are.
    pub claim_templates: u8,
    /// `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// `spec.template`.
    pub template: Template,
    /// `spec.revisionHistoryLimit`.
    pub history_limit: usize,
    /// The stored revisions that the selector matches, by rising number.
    pub revisions: &'a [Revision],
    /// `status.currentRevision`, if it names one.
    pub current_revision: Option<Template>,
    /// `status.currentReplicas`.
    pub current_replicas: i32,
    /// What a live look at the set finds.
    pub live: Live,
}

impl Set<'_> {
    /// The range of the set: `getStartOrdinal` and `getEndOrdinal`.
    #[must_use]
    pub const fn range(&self) -> Slice {
        if self.rules.start_ordinal {
            return self.slice;
        }
        Slice {
            start: 0,
            end: self.slice.replicas(),
        }
    }

    /// The claim templates, in order.
    pub fn claim_templates(&self) -> impl Iterator<Item = ClaimTemplate> + use<> {
        (0..self.claim_templates).map(ClaimTemplate)
    }

    /// Whether the Pods are taken one after another: the opposite of `allowsBurst`.
    #[must_use]
    pub fn is_monotonic(&self) -> bool {
        self.policy == PodManagementPolicy::OrderedReady
    }
}

/// `spec.updateStrategy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateStrategy {
    /// A Pod of an old revision stays until it is deleted.
    OnDelete,
    /// The controller deletes Pods of an old revision, the highest first.
    RollingUpdate(Option<RollingUpdate>),
}

/// `spec.updateStrategy.rollingUpdate`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RollingUpdate {
    /// How many Pods, counted from the start of the range, keep the current revision: an offset,
    /// not an ordinal.
    pub partition: u32,
    /// How many Pods may be unavailable at a time; 1 if absent.
    pub max_unavailable: Option<MaxUnavailable>,
}

/// `spec.updateStrategy.rollingUpdate.maxUnavailable`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MaxUnavailable {
    /// So many Pods.
    Pods(u32),
    /// So many Pods in a hundred, rounded down, but at least one.
    Percent(u32),
}

impl Default for UpdateStrategy {
    /// What the API server fills in.
    fn default() -> Self {
        Self::RollingUpdate(Some(RollingUpdate::default()))
    }
}

/// A stored ControllerRevision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revision {
    /// What it holds.
    pub template: Template,
    /// It has no owner.
    pub orphan: bool,
}

/// What a live look at the set finds. The controller adopts only for a set that stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Live {
    /// The set of the cache, which is not being deleted.
    #[default]
    Stays,
    /// That set being deleted, another one, or none.
    Goes,
}

/// What one sync sees beside its set.
pub trait Objects {
    /// The Pod of that ordinal's name.
    fn pod(&self, ordinal: Ordinal) -> Option<Pod>;

    /// The claim of the name that an ordinal has with a claim template.
    fn claim(&self, ordinal: Ordinal, template: ClaimTemplate) -> Option<Claim>;

    /// Every ordinal that there may be a Pod of, lowest first.
    fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone;
}

/// A Pod as the controller's cache has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pod {
    /// `status.phase`.
    pub phase: PodPhase,
    /// Condition `Ready` is true.
    pub ready: bool,
    /// Ready for at least `minReadySeconds`.
    pub available: bool,
    /// `metadata.deletionTimestamp` is set.
    pub terminating: bool,
    /// The label `controller-revision-hash`.
    pub revision: Template,
    /// The controller in `metadata.ownerReferences`.
    pub controller: Controller,
    /// The set's selector does not match its labels.
    pub unselected: bool,
    /// The label `statefulset.kubernetes.io/pod-name` is missing or wrong.
    pub misnamed: bool,
    /// A volume for a claim template is missing or names another claim.
    pub misses_volume: bool,
}

/// The controller of a Pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Controller {
    /// The set.
    #[default]
    Set,
    /// None.
    Nobody,
    /// Another object, which may be a set of the same name that is gone.
    Other,
}

/// A claim as the controller's cache has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Claim {
    /// `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// `metadata.ownerReferences`.
    pub owners: Owners,
}

/// The owner references of a claim, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Owners {
    refs: [OwnerRef; Self::MOST],
    len: u8,
}

impl Owners {
    /// The most references that a claim may have here.
    pub const MOST: usize = 6;

    /// A claim that one object owns.
    #[must_use]
    pub fn of(owner: Owner) -> Self {
        let mut owners = Self::default();
        owners.push(OwnerRef {
            owner,
            controller: true,
        });
        owners
    }

    /// Adds a reference at the end.
    ///
    /// # Panics
    /// If there are [`Owners::MOST`] already.
    pub fn push(&mut self, reference: OwnerRef) {
        self.refs[usize::from(self.len)] = reference;
        self.len += 1;
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The references, in order.
    pub fn iter(&self) -> impl Iterator<Item = OwnerRef> + '_ {
        self.refs[..usize::from(self.len)].iter().copied()
    }

    /// Those references that are `kept`, in order.
    #[must_use]
    pub fn filtered(&self, kept: impl Fn(OwnerRef) -> bool) -> Self {
        let mut owners = Self::default();
        for reference in self.iter().filter(|&reference| kept(reference)) {
            owners.push(reference);
        }
        owners
    }
}

/// One owner reference of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OwnerRef {
    /// What it names.
    pub owner: Owner,
    /// `controller: true`.
    pub controller: bool,
}

/// What an owner reference of a claim names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Owner {
    /// The set.
    Set,
    /// A set of that name with another uid.
    OldSet,
    /// The Pod of the claim's ordinal, by the uid that the cache has.
    Pod,
    /// A Pod of that name with another uid.
    OldPod,
    /// A Pod that has no uid yet: the controller has only just made it up.
    NewPod,
    /// Something else.
    #[default]
    Other,
}
