//! Faults: steps of an actor of their own, one file per kind, paid from a budget.
//!
//! To add a kind, write its file and put it into [`KINDS`].

mod container_crash;
mod controller_restart;
mod controller_restart_stale;
mod driver_crash;
mod eviction;
mod pod_never_ready;
mod pressure_eviction;

use super::{Component, Scope, stateful_set_controller};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::{Pod, PodPhase};
use crate::world::setup::{Budget, FaultId, Pool, Setup};

/// A kind of fault.
pub trait Fault: Sync {
    /// Its name in scenario files and reports.
    fn name(&self) -> &'static str;

    /// What happens, in a sentence.
    fn summary(&self) -> &'static str;

    /// Whether it is among the kinds that `--faults N` takes.
    fn is_ordinary(&self) -> bool;

    /// Whether it may strike this target in this world. A strike always changes something.
    fn may_strike(&self, world: &World, target: Target) -> bool;

    /// What kind of thing it strikes.
    fn reach(&self) -> Reach;

    /// Strikes.
    fn strike(&self, setup: &Setup, world: &mut World, target: Target);

    /// The strike in words. Reports put the kind's name in capitals before it.
    fn describe(&self, target: Target) -> String;
}

/// All kinds, in the order of their ids.
pub const KINDS: [&dyn Fault; 7] = [
    &eviction::Eviction,
    &pressure_eviction::PressureEviction,
    &container_crash::ContainerCrash,
    &driver_crash::DriverCrash,
    &controller_restart::ControllerRestart,
    &pod_never_ready::PodNeverReady,
    &controller_restart_stale::ControllerRestartStale,
];

/// What kind of thing a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The driver.
    Driver,
    /// A side's controllers.
    Cluster,
    /// One Pod.
    Pod,
}

/// What a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// The driver.
    Driver,
    /// The controllers of a side.
    Cluster(ClusterId),
    /// The Pod of an ordinal on a side.
    Pod(ClusterId, Ordinal),
}

impl Target {
    /// The side that is struck.
    #[must_use]
    pub const fn cluster(self) -> Option<ClusterId> {
        match self {
            Self::Driver => None,
            Self::Cluster(cluster) | Self::Pod(cluster, _) => Some(cluster),
        }
    }

    /// The ordinal that is struck.
    #[must_use]
    pub const fn ordinal(self) -> Option<Ordinal> {
        match self {
            Self::Pod(_, ordinal) => Some(ordinal),
            Self::Driver | Self::Cluster(_) => None,
        }
    }

    /// The Pod that is struck.
    fn pod(self, world: &World) -> Option<Pod> {
        match self {
            Self::Pod(cluster, ordinal) => world.rows[ordinal].sides[cluster].pod,
            Self::Driver | Self::Cluster(_) => None,
        }
    }
}

/// Whether the target is a Pod that runs and is to go on running.
fn runs(world: &World, target: Target) -> bool {
    let Target::Pod(cluster, ordinal) = target else {
        return false;
    };
    let is_running = |pod: Pod| pod.phase == PodPhase::Running && !pod.terminating;
    world.rows[ordinal].sides[cluster].containers.run && target.pod(world).is_some_and(is_running)
}

/// The kind of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<FaultId> {
    let index = KINDS.iter().position(|kind| kind.name() == name)?;
    u8::try_from(index).ok().map(FaultId)
}

/// The kind of that id.
#[must_use]
pub fn kind(id: FaultId) -> &'static dyn Fault {
    KINDS[usize::from(id.0)]
}

/// Whether a budget has a fault that strikes this kind of thing.
#[must_use]
pub fn may_reach(budget: &Budget, reach: Reach) -> bool {
    let kinds = budget.kinds();
    kinds.iter().any(|id| kind(id).reach() == reach)
}

/// A fault of the budget strikes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// Its kind.
    pub kind: FaultId,
    /// What it strikes.
    pub target: Target,
}

impl Component for Step {
    const NAME: &'static str = "fault";

    /// No component waits for a fault.
    const WORKERS: &'static [Scope] = &[];

    fn is_needed(setup: &Setup) -> bool {
        setup.budget.total() > 0
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for (pool, spent) in setup.budget.pools.iter().zip(world.spent) {
            if spent >= pool.at_most {
                continue;
            }
            for id in pool.kinds.iter() {
                let fault = kind(id);
                for_each_target(setup, fault.reach(), |target| {
                    if fault.may_strike(world, target) {
                        visit(Self { kind: id, target });
                    }
                });
            }
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        self.target.cluster()
    }

    fn ordinal(self) -> Option<Ordinal> {
        self.target.ordinal()
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        let Self { kind: id, target } = self;
        let pool = setup
            .budget
            .pool_of(id)
            .expect("only budgeted faults strike");
        if setup.budget.pools[pool].at_most != Pool::UNLIMITED {
            world.spent[pool] += 1;
        }
        kind(id).strike(setup, world, target);
        for cluster in ClusterId::BOTH {
            let controller = &mut world.clusters[cluster].controller;
            stateful_set_controller::forget_previous(setup, &world.spent, controller);
        }
        if let Some(ordinal) = target.ordinal().filter(|_| setup.excuses_faults()) {
            world.rows[ordinal].excused = true;
        }
    }

    /// The last fault of a pool may make the controllers forget what only that fault needs.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let columns = match self.target.cluster() {
            Some(cluster) => Parts::column(cluster).at(self.target.ordinal()),
            None => Parts::NOTHING,
        };
        let [source, destination] = ClusterId::BOTH.map(Parts::controller);
        columns
            .and(source)
            .and(destination)
            .and(Parts::FAULTS)
            .and(Parts::DRIVER)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        kind(self.kind).name()
    }

    fn describe(self, _: &Setup, _: &World) -> String {
        kind(self.kind).describe(self.target)
    }
}

/// Calls `each` with everything that a fault of that reach may strike.
fn for_each_target(setup: &Setup, reach: Reach, mut each: impl FnMut(Target)) {
    match reach {
        Reach::Driver => each(Target::Driver),
        Reach::Cluster => ClusterId::BOTH
            .map(Target::Cluster)
            .into_iter()
            .for_each(each),
        Reach::Pod => {
            for cluster in ClusterId::BOTH {
                for ordinal in setup.ordinals() {
                    each(Target::Pod(cluster, ordinal));
                }
            }
        }
    }
}
