//! What of a world can differ between two states of one setup.
//!
//! Most features of Kubernetes are not in most migrations. A field whose value never changes needs
//! no bits, and each bit less is a smaller row for all states of a search. What may change is not
//! found by trying, but follows from the setup: from the operations of its program, by their
//! footprints, its policies, and its budget of faults. It may be more than does change, and never
//! less: a field that changes without having bits would be read back as it was at the start, and
//! two states would be one. So a rule that makes something change in a new way belongs here, too.

use crate::world::id::PerCluster;
use crate::world::program::{AfterCrash, Cascade, Operation, SetEffect};
use crate::world::setup::{ClusterSetup, Reads, Setup};
use crate::world::stateful_set::PodManagementPolicy;
use crate::world::volume::{PerTemplate, ReclaimPolicy};

/// What of a world can differ between two states of one setup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Features {
    pub ordinals: u8,
    /// Bits of an ordinal.
    pub ordinal: u32,
    /// Bits of a mark between ordinals.
    pub mark: u32,
    /// Bits of a place in the program.
    pub position: u32,
    /// Whether one sync may plan writes for several ordinals.
    pub many_writes: PerCluster<bool>,
    pub claims: bool,
    /// How many claim templates there are.
    pub templates: u32,
    /// Whether a node may go on having a device mounted that no Pod uses.
    pub staged: bool,
    pub restored: bool,
    pub copies: bool,
    pub deletes_claims: bool,
    /// Whether claims have owners.
    pub claim_owners: bool,
    /// Whether a Pod may be Ready and not Available.
    pub min_ready: bool,
    /// The reclaim policy of the source's volumes at the start, if nothing changes it.
    pub source_policy: PerTemplate<Option<ReclaimPolicy>>,
    pub orphans: bool,
    /// Whether a set may be deleted together with its Pods and stay until they are gone.
    pub foreground: bool,
    /// Whether a Pod may be deleted in the foreground: one that owns its claim, along with its set.
    pub held: bool,
    pub strays: bool,
    pub watches: bool,
    pub faults: bool,
    pub never_ready: bool,
    /// Whether Pods are bound to nodes by a step of its own.
    pub schedules: PerCluster<bool>,
    pub lag: bool,
    pub reads: PerCluster<Reads>,
    pub excused: bool,
    pub saved: bool,
    pub pools: usize,
    /// How many Secrets and ConfigMaps the program creates or deletes.
    pub extras: u32,
}

impl Features {
    pub fn of(setup: &Setup) -> Self {
        let uses = |wanted: fn(Operation) -> bool| {
            let mut instructions = setup.program.instructions.iter();
            instructions.any(|instruction| wanted(instruction.operation))
        };
        let sets = |effect| {
            let mut footprints = setup.program.footprints();
            footprints.any(|footprint| footprint.set == effect)
        };
        let claims = setup.has_claims();
        let orphans = setup.orphans_pods();
        // All orphans are adopted in one sync, and the owners of many claims written; else
        // `OrderedReady` plans one write at most.
        let many_writes = |side: ClusterSetup| {
            // A view may be of two states at once.
            let is_view = setup.for_every_n;
            orphans || is_view || side.owns_claims() || side.policy == PodManagementPolicy::Parallel
        };
        let foreground = sets(SetEffect::Delete(Cascade::Foreground));
        let patches_policy = uses(|operation| matches!(operation, Operation::SetReclaimPolicy(..)));
        Self {
            ordinals: setup.ordinals,
            ordinal: bits_of(usize::from(setup.ordinals).saturating_sub(1)),
            mark: bits_of(usize::from(setup.ordinals)),
            position: bits_of(setup.program.positions() - 1),
            many_writes: PerCluster {
                source: many_writes(setup.clusters.source),
                destination: many_writes(setup.clusters.destination),
            },
            claims,
            templates: setup.storage.len() as u32,
            staged: setup.storage.iter().any(|storage| storage.block),
            restored: claims && uses(|operation| matches!(operation, Operation::RestoreDisk(..))),
            copies: claims && uses(|operation| matches!(operation, Operation::GetClaim(..))),
            deletes_claims: claims && (setup.deletes_claims() || setup.deletes_volumes()),
            claim_owners: claims && setup.owns_claims(),
            min_ready: setup.clusters.source.min_ready || setup.clusters.destination.min_ready,
            source_policy: PerTemplate(std::array::from_fn(|template| {
                let storage = setup.storage.get(template)?;
                (!patches_policy).then_some(storage.reclaim_policy)
            })),
            orphans,
            foreground,
            held: foreground && claims && setup.owns_claims(),
            strays: uses(|operation| matches!(operation, Operation::ForceDeletePod(_))),
            watches: uses(|operation| matches!(operation, Operation::AwaitGone(..))),
            faults: setup.budget.total() > 0,
            never_ready: setup.budget.never_ready,
            schedules: setup.schedules,
            lag: setup.budget.lag_pool.is_some(),
            reads: setup.reads,
            excused: setup.excuses_faults(),
            saved: setup.program.after_crash == AfterCrash::FromSaved,
            pools: setup.budget.pools.len(),
            extras: setup.extras.len() as u32,
        }
    }
}

/// How many bits the numbers from 0 to `most` take.
const fn bits_of(most: usize) -> u32 {
    usize::BITS - most.leading_zeros()
}
