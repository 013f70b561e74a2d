//! What never changes in a run: how many ordinals, which storage, which program, which faults.

use std::fmt::Display;

use super::id::{ClusterId, MAX_ORDINALS, Ordinal, OrdinalSet, PerCluster, Slice};
use super::program::{Expression, MOST_INSTRUCTIONS, ObjectKind, Operation, Program, SetEffect};
use super::stateful_set::{PodManagementPolicy, RetentionPolicy};
use super::volume::{Backend, MAX_TEMPLATES, ReclaimPolicy, Template};

/// Everything about a migration that no step changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Setup {
    /// N: the source's `replicas` at the start.
    pub replicas: u8,
    /// M: ordinals `{0..M-1}` can occur. At least N, at most [`MAX_ORDINALS`].
    pub ordinals: u8,
    /// `{0..allowed-1}` may be owned: N, or `ordinals.max` + 1.
    pub allowed: u8,
    /// The two sides.
    pub clusters: PerCluster<ClusterSetup>,
    /// The storage that both sides share, for each of `volumeClaimTemplates`, at most
    /// [`MAX_TEMPLATES`].
    pub storage: Vec<StorageSetup>,
    /// Which ordinals may be down at a time; `None` if nothing was asked for.
    pub availability: Option<Availability>,
    /// What the driver does.
    pub program: Program,
    /// Which faults may strike, and how often.
    pub budget: Budget,
    /// What the program reads of each side, from [`Reads::of`].
    pub reads: PerCluster<Reads>,
    /// Where it matters when a Pod is bound to a node, from [`ClusterSetup::schedules`].
    pub schedules: PerCluster<bool>,
    /// Secrets and ConfigMaps that the program creates or deletes.
    pub extras: Vec<Extra>,
    /// For proofs about every N, whose worlds are small parts of others. A wait for a count also
    /// passes if ordinals that are counted and should not be might make up for others: that says
    /// the same of any of the ordinals, as a count does not, and lets more happen. And a slice that
    /// no reachable world has is cut off at the last ordinal.
    pub for_every_n: bool,
}

/// The most Secrets and ConfigMaps that a program may create or delete.
pub const MAX_EXTRAS: usize = 8;

/// A Secret or ConfigMap that the program creates or deletes, and who needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extra {
    /// Its kind and name, such as `secret redis`.
    pub name: String,
    /// Whether it exists at the start.
    pub exists: PerCluster<bool>,
    /// Whether the Pods of the set there cannot start without it.
    pub needed: PerCluster<bool>,
}

/// What of a side is read besides by its controllers. What nothing reads is not kept in the
/// state, and a step that changes nothing else is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reads {
    /// `status.observedGeneration` of the set.
    pub observed_generation: bool,
    /// `status.replicas` of the set.
    pub replicas: bool,
    /// `status.readyReplicas` of the set.
    pub ready_replicas: bool,
    /// The condition Ready of a Pod, which may be terminating.
    pub pod_ready: bool,
    /// Which disks are attached.
    pub attachments: bool,
}

impl Reads {
    /// As if everything were read: every step of every component is taken. The verdicts are
    /// the same, the spaces larger.
    pub const EVERYTHING: Self = Self {
        observed_generation: true,
        replicas: true,
        ready_replicas: true,
        pod_ready: true,
        attachments: true,
    };

    /// Nothing.
    pub const NOTHING: Self = Self {
        observed_generation: false,
        replicas: false,
        ready_replicas: false,
        pod_ready: false,
        attachments: false,
    };
    /// `status.observedGeneration` alone.
    pub const OBSERVED: Self = Self {
        observed_generation: true,
        ..Self::NOTHING
    };
    /// `status.replicas` alone.
    pub const REPLICAS: Self = Self {
        replicas: true,
        ..Self::NOTHING
    };
    /// `status.readyReplicas` alone.
    pub const READY_REPLICAS: Self = Self {
        ready_replicas: true,
        ..Self::NOTHING
    };
    /// The condition Ready of a Pod alone.
    pub const POD_READY: Self = Self {
        pod_ready: true,
        ..Self::NOTHING
    };
    /// Attachments alone.
    pub const ATTACHMENTS: Self = Self {
        attachments: true,
        ..Self::NOTHING
    };

    /// What `program` reads of each side.
    #[must_use]
    pub fn of(program: &Program) -> PerCluster<Self> {
        let mut reads = PerCluster::<Self>::default();
        for footprint in program.footprints() {
            if let Some(cluster) = footprint.cluster {
                reads[cluster] = reads[cluster].and(footprint.reads);
            }
        }
        reads
    }

    /// What either reads.
    const fn and(self, other: Self) -> Self {
        Self {
            observed_generation: self.observed_generation || other.observed_generation,
            replicas: self.replicas || other.replicas,
            ready_replicas: self.ready_replicas || other.ready_replicas,
            pod_ready: self.pod_ready || other.pod_ready,
            attachments: self.attachments || other.attachments,
        }
    }

    /// Whether everything is kept that `other` needs.
    fn covers(self, other: Self) -> bool {
        self.and(other) == self
    }

    /// Whether a terminating Pod's condition Ready is kept.
    #[must_use]
    pub const fn keeps_ready_of_terminating(self) -> bool {
        self.pod_ready || self.ready_replicas
    }

    /// Whether anything reads a set's status. If not, no status write is a step.
    #[must_use]
    pub const fn status(self) -> bool {
        self.observed_generation || self.replicas || self.ready_replicas
    }
}

/// One side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClusterSetup {
    /// `spec.podManagementPolicy`.
    pub policy: PodManagementPolicy,
    /// The set's ordinals at the start; `None` if there is no set at the start.
    pub initial: Option<Slice>,
    /// `spec.minReadySeconds` is more than 0.
    pub min_ready: bool,
    /// `spec.persistentVolumeClaimRetentionPolicy`; `Retain` without claim templates.
    pub retention: RetentionPolicy,
}

impl ClusterSetup {
    /// Whether the set's controller ever writes the owner of a claim.
    #[must_use]
    pub const fn owns_claims(&self) -> bool {
        self.retention.delete_when_scaled || self.retention.delete_when_deleted
    }

    /// Whether it matters when a Pod of this side, which is `id`, is bound to a node: a claim that is
    /// being deleted is held by Pods on nodes only, and keeps others from getting there.
    #[must_use]
    pub fn schedules(&self, id: ClusterId, program: &Program) -> bool {
        let deletes = |operation| {
            matches!(operation, Operation::Delete(object)
                if matches!(object.kind, ObjectKind::Claim(_)) && object.cluster == id)
        };
        let mut instructions = program.instructions.iter();
        self.owns_claims() || instructions.any(|instruction| deletes(instruction.operation))
    }
}

/// The shared storage of one claim template.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StorageSetup {
    /// The template's name.
    pub name: String,
    /// Whether two clusters may attach one disk.
    pub backend: Backend,
    /// The reclaim policy of the source's volumes at the start.
    pub reclaim_policy: ReclaimPolicy,
    /// Whether each side can attach the disks of the other at all.
    pub reachable: PerCluster<bool>,
    /// The application locks by itself, so that two writers are no harm.
    pub shared: bool,
    /// The disks are block devices, which a node goes on having mounted for a while when no Pod
    /// uses them any more.
    pub block: bool,
}

/// Which ordinals may be down at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Availability {
    /// The rule.
    pub rule: AvailabilityRule,
    /// An ordinal hit by a fault is left out until it next serves.
    pub excused: bool,
}

/// A rule about the ordinals that do not serve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AvailabilityRule {
    /// At most so many are down.
    MaxUnavailable(u8),
    /// More than half serve. Not local: it compares a count with N.
    Majority,
    /// Of each group at least so many serve.
    Groups(Vec<Group>),
}

/// Ordinals of which so many must serve: a shard and its replicas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its members.
    pub ordinals: OrdinalSet,
    /// How many of them must serve.
    pub min: u8,
}

/// A kind of fault, by its place in the list of all kinds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FaultId(pub u8);

/// A set of kinds of fault: bit i is kind i.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct FaultSet(pub u32);

impl FaultSet {
    /// Whether the set holds `fault`.
    #[must_use]
    pub const fn contains(self, fault: FaultId) -> bool {
        self.0 >> fault.0 & 1 == 1
    }

    /// Puts `fault` into the set.
    pub const fn insert(&mut self, fault: FaultId) {
        self.0 |= 1 << fault.0;
    }

    /// The set's kinds, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = FaultId> {
        (0..32)
            .map(FaultId)
            .filter(move |&fault| self.contains(fault))
    }
}

impl FromIterator<FaultId> for FaultSet {
    fn from_iter<I: IntoIterator<Item = FaultId>>(faults: I) -> Self {
        let mut set = Self::default();
        faults.into_iter().for_each(|fault| set.insert(fault));
        set
    }
}

/// The most pools a budget may have: one for each kind.
pub const MAX_POOLS: usize = 8;

/// How many faults may strike in one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Budget {
    /// Each pool is spent by some kinds. `atMost: 2` is one pool; a cap per kind is a pool for
    /// each. No kind is in two pools.
    pub pools: Vec<Pool>,
    /// The pool that a restart with an older cache is paid from, if it may happen.
    pub lag_pool: Option<u8>,
    /// Some fault makes a Pod that never becomes Ready.
    pub never_ready: bool,
}

/// A number of faults of some kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pool {
    /// The kinds that spend it.
    pub kinds: FaultSet,
    /// How many faults in all, or [`Pool::UNLIMITED`].
    pub at_most: u8,
}

impl Pool {
    /// As many as may be. They are not counted.
    pub const UNLIMITED: u8 = u8::MAX;
}

impl Budget {
    /// The pool that a kind of fault is paid from.
    #[must_use]
    pub fn pool_of(&self, fault: FaultId) -> Option<usize> {
        self.pools
            .iter()
            .position(|pool| pool.kinds.contains(fault) && pool.at_most > 0)
    }

    /// All kinds that may strike.
    #[must_use]
    pub fn kinds(&self) -> FaultSet {
        FaultSet(
            self.pools
                .iter()
                .filter(|pool| pool.at_most > 0)
                .fold(0, |kinds, pool| kinds | pool.kinds.0),
        )
    }

    /// The most faults in one run.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.pools.iter().map(|pool| u32::from(pool.at_most)).sum()
    }
}

impl Setup {
    /// U: the ordinals of the application, `{0..N-1}`.
    pub fn members(&self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone + use<> {
        (0..self.replicas).map(Ordinal)
    }

    /// Every ordinal that can occur, `{0..M-1}`.
    pub fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone + use<> {
        (0..self.ordinals).map(Ordinal)
    }

    /// The ordinal that an expression names in the iteration of `k`, if it is one that can exist.
    #[must_use]
    pub fn existing(&self, k: Ordinal, expression: Expression) -> Option<Ordinal> {
        let value = u8::try_from(expression.value(k, self.replicas)).ok()?;
        (value < self.ordinals).then_some(Ordinal(value))
    }

    /// Whether the sets have claim templates, and so each ordinal disks.
    #[must_use]
    pub fn has_claims(&self) -> bool {
        !self.storage.is_empty()
    }

    /// The claim templates of the sets.
    pub fn templates(&self) -> impl Iterator<Item = Template> + Clone + use<> {
        (0..self.storage.len() as u8).map(Template)
    }

    /// The storage of a claim template.
    #[must_use]
    pub fn storage_of(&self, template: Template) -> &StorageSetup {
        &self.storage[usize::from(template.0)]
    }

    /// The number of an ordinal, as a claim, a volume or a disk is called by it: `3`, or where
    /// sets have several claim templates `wal-3`.
    #[must_use]
    pub fn label(&self, template: Template, ordinal: impl Display) -> String {
        if self.storage.len() < 2 {
            return ordinal.to_string();
        }
        format!("{}-{ordinal}", self.storage_of(template).name)
    }

    /// Whether the controller of some side ever writes the owner of a claim.
    #[must_use]
    pub const fn owns_claims(&self) -> bool {
        self.clusters.source.owns_claims() || self.clusters.destination.owns_claims()
    }

    /// Whether a claim can come to be deleted: by the program, or by the garbage collector.
    #[must_use]
    pub fn deletes_claims(&self) -> bool {
        self.deletes(|kind| matches!(kind, ObjectKind::Claim(_))) || self.owns_claims()
    }

    /// Whether the program deletes volumes.
    #[must_use]
    pub fn deletes_volumes(&self) -> bool {
        self.deletes(|kind| matches!(kind, ObjectKind::Volume(_)))
    }

    /// The Secrets and ConfigMaps of a side that `wanted` picks, as a set of bits.
    #[must_use]
    pub fn extras(&self, wanted: impl Fn(&Extra) -> bool) -> u8 {
        let extras = self.extras.iter().enumerate();
        extras
            .filter(|(_, extra)| wanted(extra))
            .fold(0, |bits, (number, _)| bits | 1 << number)
    }

    /// Whether the program deletes objects of such a kind.
    fn deletes(&self, wanted: impl Fn(ObjectKind) -> bool) -> bool {
        let mut instructions = self.program.instructions.iter();
        instructions.any(|instruction| {
            matches!(instruction.operation, Operation::Delete(object) if wanted(object.kind))
        })
    }

    /// Whether a Pod can come to have no owner, or one that is gone: sets are deleted, or created
    /// beside Pods that are there already.
    #[must_use]
    pub fn orphans_pods(&self) -> bool {
        let makes_or_deletes = |set| matches!(set, SetEffect::Create(_) | SetEffect::Delete(_));
        let mut footprints = self.program.footprints();
        self.deletes(|kind| kind == ObjectKind::StatefulSet)
            || footprints.any(|footprint| makes_or_deletes(footprint.set))
    }

    /// Whether the state remembers which ordinals a fault has hit.
    #[must_use]
    pub fn excuses_faults(&self) -> bool {
        self.availability
            .as_ref()
            .is_some_and(|availability| availability.excused)
            && self.budget.total() > 0
    }

    /// Panics unless the setup fits the tables and says the same thing everywhere.
    pub fn check(&self) {
        assert!(
            usize::from(self.ordinals) <= MAX_ORDINALS,
            "{} ordinals",
            self.ordinals
        );
        assert!(
            self.replicas <= self.ordinals,
            "ordinals of the application are missing"
        );
        assert!(
            self.replicas <= self.allowed,
            "ordinals of the application are not allowed"
        );
        assert!(
            self.budget.pools.len() <= MAX_POOLS,
            "{} pools",
            self.budget.pools.len()
        );
        let fits = |pool: &Pool| pool.at_most < 16 || pool.at_most == Pool::UNLIMITED;
        assert!(self.budget.pools.iter().all(fits), "a pool has four bits");
        assert!(
            self.program.instructions.len() <= MOST_INSTRUCTIONS,
            "the program is too long"
        );
        assert!(
            self.extras.len() <= MAX_EXTRAS,
            "{} Secrets and ConfigMaps",
            self.extras.len()
        );
        assert!(
            self.storage.len() <= MAX_TEMPLATES,
            "{} claim templates",
            self.storage.len()
        );
        let exits = self.program.exits.len();
        assert!(exits == self.program.instructions.len(), "{exits} exits");
        let read = Reads::of(&self.program);
        for side in ClusterId::BOTH {
            assert!(
                self.reads[side].covers(read[side]),
                "the program reads more of {side:?}"
            );
        }
    }
}
