//! The migration driver: walks the program of the scenario, one request or wait per step.
//!
//! It is whoever runs the migration: a person at a shell, a script, an operator. It knows what
//! it has read, forgets it in a crash, and starts again as the scenario says.

mod counts;
mod describe;
mod names;
mod place;

pub use counts::witnesses as count_witnesses;
pub use names::named;
pub use place::is_plain_wait;
use place::{go_on, leave_otherwise, restart};

use super::api_server::{self, Answer, Refusal};
use super::storage::contents_of_copy;
use super::{Component, Scope};
use crate::world::World;
use crate::world::driver::{Driver, DriverPhase, Mode, Read, Watch};
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::program::{
    Cascade, ClaimRefCopy, Condition, Copied, Expression, Instruction, ObjectKind, ObjectRef,
    Operation, SetEffect, Timeout,
};
use crate::world::setup::Setup;
use crate::world::volume::{ClaimRef, Disk, ReclaimPolicy, Volume, VolumeName, VolumePhase};

/// What the driver does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Performs the instruction it is at, or ends the wait it is at.
    Advance,
    /// Looks for the incarnation that it will wait for.
    Look,
    /// Gives up the wait it is at.
    TimeOut,
    /// Starts again after a crash.
    Restart,
}

impl Component for Action {
    const NAME: &'static str = "driver";
    const WORKERS: &'static [Scope] = &[Scope::World];

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        match world.driver.phase {
            DriverPhase::Running => (),
            DriverPhase::Crashed => return visit(Action::Restart),
            DriverPhase::Finished | DriverPhase::Failed => return,
        }
        let (action, timeout) = possible(setup, world);
        if let Some(action) = action {
            visit(action);
        }
        if timeout != Timeout::Never {
            visit(Action::TimeOut);
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        None
    }

    fn ordinal(self) -> Option<Ordinal> {
        None
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        match self {
            Action::Restart => restart(setup, world),
            Action::Look => look(setup, world),
            Action::TimeOut => leave_otherwise(setup, world),
            Action::Advance => advance(setup, world),
        }
    }

    /// Requests are about a set, or about what both sides have of one ordinal. A set that is removed
    /// at once leaves Pods and claims behind whose owner is gone.
    fn touches(self, setup: &Setup, before: &World) -> Parts {
        if self != Self::Advance {
            return Parts::DRIVER;
        }
        let footprint = instruction(setup, before).operation.footprint();
        let set = |side| {
            let set = Parts::set(side).and(Parts::controller(side));
            set.and(Parts::DRIVER)
        };
        match (footprint.cluster, footprint.set) {
            (Some(side), SetEffect::Delete(Cascade::Background)) => {
                set(side).and(Parts::columns(side))
            }
            (Some(side), SetEffect::Patch(_) | SetEffect::Create(_) | SetEffect::Delete(_)) => {
                set(side)
            }
            _ => match ordinal_of(setup, before) {
                Some(ordinal) if footprint.is_change => {
                    Parts::of_ordinal(ordinal).and(Parts::DRIVER)
                }
                _ => Parts::DRIVER,
            },
        }
    }

    fn name(self, setup: &Setup, before: &World) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Look => "look",
            Self::TimeOut => "timeOut",
            Self::Advance => instruction(setup, before).operation.footprint().name,
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        describe::step(setup, before, self)
    }
}

/// What a running driver can do at its instruction, and whether it may give up instead.
fn possible(setup: &Setup, world: &World) -> (Option<Action>, Timeout) {
    match instruction(setup, world).operation {
        Operation::AwaitGone(_, _, timeout) => match world.driver.watch {
            Watch::Nothing => (Some(Action::Look), Timeout::Never),
            Watch::Present => (None, timeout),
            Watch::Gone => (Some(Action::Advance), Timeout::Never),
        },
        Operation::Await(condition, timeout) if holds(setup, world, condition) => {
            // A count that may differ may as well not be the one that is waited for.
            let may_differ = setup.for_every_n && condition.footprint().count.is_some();
            let timeout = if may_differ { timeout } else { Timeout::Never };
            (Some(Action::Advance), timeout)
        }
        Operation::Await(_, timeout) => (None, timeout),
        _ => (Some(Action::Advance), Timeout::Never),
    }
}

/// What can be said of an instruction once a space has been searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// It was performed, or its wait was over.
    Done,
    /// Its wait was given up.
    TimedOut,
    /// Its wait was not over.
    Waiting,
}

impl Event {
    /// A number for each event of each instruction; the instructions have fewer than 255
    /// positions.
    #[must_use]
    pub fn label(self, position: usize) -> u16 {
        let position = u16::try_from(position).expect("a program is short");
        position * 3 + self as u16
    }
}

/// What a driver's step means for its instruction. The look that finds what is to go means that
/// the wait begins.
#[must_use]
pub fn event(setup: &Setup, before: &World, action: Action) -> Option<Event> {
    match action {
        Action::Restart => None,
        Action::TimeOut => Some(Event::TimedOut),
        Action::Advance => Some(Event::Done),
        Action::Look => match instruction(setup, before).operation {
            Operation::AwaitGone(object, ..) if exists(setup, before, object) => None,
            _ => Some(Event::Done),
        },
    }
}

/// Whether the driver stands before a wait that is not over.
#[must_use]
pub fn is_waiting(setup: &Setup, world: &World) -> bool {
    world.driver.phase == DriverPhase::Running && possible(setup, world).0.is_none()
}

/// The instruction that a running driver is at.
#[must_use]
pub fn instruction(setup: &Setup, world: &World) -> Instruction {
    setup.program.instructions[usize::from(world.driver.position)]
}

/// The ordinal that an instruction is about in the present iteration.
#[must_use]
pub fn ordinal_of(setup: &Setup, world: &World) -> Option<Ordinal> {
    let footprint = instruction(setup, world).operation.footprint();
    setup.existing(world.driver.k, footprint.ordinal?)
}

/// Performs the request of the present instruction, or ends its wait, and goes on.
fn advance(setup: &Setup, world: &mut World) {
    let now = instruction(setup, world);
    let resumed = world.driver.mode != Mode::Normal;
    if let Operation::Test(condition) = now.operation
        && !holds(setup, world, condition)
    {
        return leave_otherwise(setup, world);
    }
    match request(setup, world, now.operation) {
        Ok(()) => go_on(setup, world),
        Err(Refusal::AlreadyExists) if resumed => go_on(setup, world),
        Err(_) => leave_otherwise(setup, world),
    }
}

/// One request, for the present `k`. A wait that is over, and a save, always succeed.
fn request(setup: &Setup, world: &mut World, operation: Operation) -> Answer {
    let k = world.driver.k;
    let value = |expression: Expression| expression.value(k, setup.replicas);
    let find = |expression: Expression| setup.existing(k, expression).ok_or(Refusal::NotFound);
    match operation {
        Operation::Patch {
            cluster,
            start,
            replicas,
        } => api_server::patch_set(setup, world, cluster, start.map(value), replicas.map(value)),
        Operation::Scale { cluster, replicas } => {
            api_server::patch_set(setup, world, cluster, None, Some(value(replicas)))
        }
        Operation::CreateSet {
            cluster,
            start,
            replicas,
        } => api_server::create_set(setup, world, cluster, value(start), value(replicas)),
        Operation::DeleteSet(cluster, cascade) => {
            api_server::delete_set(setup, world, cluster, cascade)
        }
        Operation::GetClaim(ordinal) => get_claim(world, find(ordinal)?),
        Operation::GetVolume(ordinal) => get_volume(world, find(ordinal)?),
        Operation::CreateVolume(ordinal, copy, copied) => {
            create_volume(world, find(ordinal)?, copy, copied)
        }
        Operation::CreateClaim(ordinal) => {
            let ordinal = find(ordinal)?;
            api_server::create_claim(
                world,
                ClusterId::Destination,
                ordinal,
                Some(VolumeName::Static),
            )
        }
        Operation::RestoreDisk(ordinal) => restore_disk(world, find(ordinal)?),
        Operation::SetReclaimPolicy(object, policy) => {
            api_server::set_reclaim_policy(world, object.cluster, find(object.ordinal)?, policy)
        }
        Operation::Delete(object) => delete(setup, world, object, find(object.ordinal), false),
        Operation::ForceDeletePod(object) => {
            delete(setup, world, object, find(object.ordinal), true)
        }
        Operation::Get(object) if exists(setup, world, object) => Ok(()),
        Operation::Get(_) => Err(Refusal::NotFound),
        Operation::Extra(verb, extra) => api_server::extra(world, verb, extra),
        Operation::AwaitGone(..) | Operation::Await(..) | Operation::Test(_) | Operation::Save => {
            Ok(())
        }
    }
}

fn delete(
    setup: &Setup,
    world: &mut World,
    object: ObjectRef,
    ordinal: Result<Ordinal, Refusal>,
    force: bool,
) -> Answer {
    match object.kind {
        ObjectKind::Pod => api_server::delete_pod(setup, world, object.cluster, ordinal?, force),
        ObjectKind::Claim => api_server::delete_claim(world, object.cluster, ordinal?),
        ObjectKind::Volume => api_server::delete_volume(world, object.cluster, ordinal?),
        ObjectKind::StatefulSet => {
            api_server::delete_set(setup, world, object.cluster, Cascade::Orphan)
        }
    }
}

fn get_claim(world: &mut World, ordinal: Ordinal) -> Answer {
    let claim = world.rows[ordinal]
        .sides
        .source
        .claim
        .ok_or(Refusal::NotFound)?;
    world.driver.read = Read::Claim(claim.volume);
    Ok(())
}

fn get_volume(world: &mut World, ordinal: Ordinal) -> Answer {
    let Read::Claim(Some(name)) = world.driver.read else {
        return Err(Refusal::NotFound);
    };
    let volume = world.rows[ordinal]
        .sides
        .source
        .volumes
        .get(name)
        .ok_or(Refusal::NotFound)?;
    world.driver.read = Read::Volume {
        disk: volume.disk,
        reclaim_policy: volume.reclaim_policy,
        claim_ref: volume.claim_ref != ClaimRef::None,
    };
    Ok(())
}

/// The fields are those at the GET. A uid of the source means nothing in the destination.
fn create_volume(
    world: &mut World,
    ordinal: Ordinal,
    copy: ClaimRefCopy,
    copied: Copied,
) -> Answer {
    let (disk, reclaim_policy, has_claim_ref) = fields(world, ordinal, copied)?;
    let claim_ref = match copy {
        _ if !has_claim_ref => ClaimRef::None,
        ClaimRefCopy::Drop => ClaimRef::None,
        ClaimRefCopy::DropUid => ClaimRef::NameOnly,
        ClaimRefCopy::Keep => ClaimRef::DeadUid,
    };
    let phase = VolumePhase::Available;
    let volume = Volume {
        disk,
        phase,
        claim_ref,
        reclaim_policy,
        deleting: false,
    };
    api_server::create_volume(world, ClusterId::Destination, ordinal, volume)
}

/// The disk and the reclaim policy of a copy, and whether the volume that was read had a `claimRef`.
fn fields(
    world: &mut World,
    ordinal: Ordinal,
    copied: Copied,
) -> Result<(Disk, ReclaimPolicy, bool), Refusal> {
    match copied {
        Copied::Kept(policy) => {
            let volume = world.rows[ordinal].sides.source.volumes.fixed;
            let volume = volume.ok_or(Refusal::NotFound)?;
            Ok((volume.disk, policy, volume.claim_ref != ClaimRef::None))
        }
        Copied::Read(policy) => match std::mem::take(&mut world.driver.read) {
            Read::Volume {
                disk,
                reclaim_policy,
                claim_ref,
            } => Ok((disk, policy.unwrap_or(reclaim_policy), claim_ref)),
            _ => Err(Refusal::NotFound),
        },
    }
}

/// A new disk with the contents of the one behind the source's claim, its volume and its claim.
fn restore_disk(world: &mut World, ordinal: Ordinal) -> Answer {
    let original = world
        .column(ClusterId::Source, ordinal)
        .bound_disk()
        .ok_or(Refusal::NotFound)?;
    let destination = world.side(ClusterId::Destination);
    if destination[ordinal].claim.is_some() || destination[ordinal].volumes.fixed.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    world.rows[ordinal].storage.restored = contents_of_copy(world, ordinal, original);
    let volume = Volume {
        disk: Disk::Restored,
        phase: VolumePhase::Available,
        claim_ref: ClaimRef::NameOnly,
        reclaim_policy: ReclaimPolicy::Delete,
        deleting: false,
    };
    api_server::create_volume(world, ClusterId::Destination, ordinal, volume)?;
    api_server::create_claim(
        world,
        ClusterId::Destination,
        ordinal,
        Some(VolumeName::Static),
    )
}

/// Whether a condition holds on the live stores. Of what does not exist nothing but `detached`
/// holds.
fn holds(setup: &Setup, world: &World, condition: Condition) -> bool {
    let k = world.driver.k;
    let find = |expression| setup.existing(k, expression);
    let side = world.side(condition.cluster());
    match condition {
        Condition::PodAvailable(cluster, ordinal) if setup.clusters[cluster].min_ready => {
            find(ordinal)
                .and_then(|ordinal| side[ordinal].pod)
                .is_some_and(|pod| pod.available)
        }
        Condition::PodReady(_, ordinal) | Condition::PodAvailable(_, ordinal) => find(ordinal)
            .and_then(|ordinal| side[ordinal].pod)
            .is_some_and(|pod| pod.ready),
        Condition::VolumeDetached(cluster, ordinal) => find(ordinal).is_none_or(|ordinal| {
            let volume = side[ordinal].volumes.fixed;
            let disk = volume.map_or(Disk::Original, |volume| volume.disk);
            !world.rows[ordinal].sides[cluster].attached.contains(disk)
        }),
        Condition::VolumeBound(_, ordinal) => find(ordinal)
            .and_then(|ordinal| side[ordinal].claim)
            .is_some_and(|claim| claim.bound),
        Condition::SetObserved(_) => side.set.is_some_and(|set| set.observed),
        Condition::Exists(object) => exists(setup, world, object),
        Condition::Absent(object) => !exists(setup, world, object),
        Condition::RolledOut(_) | Condition::StatusEquals(..) => {
            counts::hold(setup, world, condition)
        }
    }
}

/// The first look of a `gone` wait: nothing there means that it is over.
fn look(setup: &Setup, world: &mut World) {
    let Operation::AwaitGone(object, ..) = instruction(setup, world).operation else {
        unreachable!("only a wait looks");
    };
    if exists(setup, world, object) {
        world.driver.watch = Watch::Present;
    } else {
        go_on(setup, world);
    }
}

fn exists(setup: &Setup, world: &World, object: ObjectRef) -> bool {
    let side = world.side(object.cluster);
    let ordinal = setup.existing(world.driver.k, object.ordinal);
    match object.kind {
        ObjectKind::StatefulSet => side.set.is_some(),
        ObjectKind::Pod => ordinal.is_some_and(|ordinal| side[ordinal].pod.is_some()),
        ObjectKind::Claim => ordinal.is_some_and(|ordinal| side[ordinal].claim.is_some()),
        ObjectKind::Volume => ordinal.is_some_and(|ordinal| side[ordinal].volumes.fixed.is_some()),
    }
}

/// A refused request ends the program. What it knew does not matter any more.
fn fail(world: &mut World) {
    world.driver = Driver {
        phase: DriverPhase::Failed,
        ..Driver::default()
    };
}
