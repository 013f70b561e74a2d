//! Whose step a step is: what has to be fair to whom.

use super::{Step, garbage_collector, kubelet, stateful_set_controller};
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;

/// One component of one side, as far as it works on one object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Worker {
    /// The migration driver, whatever it does: restarting after a crash and giving up too.
    Driver,
    /// A component of a side that works on the set.
    OfSide(ForSet, ClusterId),
    /// A component of a side that works on what there is of an ordinal.
    OfOrdinal(ForOrdinal, ClusterId, Ordinal),
}

/// What works on a side's set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ForSet {
    /// The StatefulSet controller's syncs and writes.
    Controller,
    /// Its cache of the set, which catches up whether or not the controller syncs.
    Cache,
    /// The garbage collector, for the set itself.
    Collector,
}

/// What works on an ordinal of a side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ForOrdinal {
    /// The kubelet of the present Pod.
    Kubelet,
    /// The kubelet that runs containers without a Pod, which may be another.
    KubeletOfStray,
    /// The storage, as it attaches.
    Attacher,
    /// The storage, as it detaches.
    Detacher,
    /// The persistent volume controller.
    Binder,
    /// The protection controller of claims.
    ClaimProtection,
    /// The protection controller of volumes.
    VolumeProtection,
    /// The garbage collector, for the Pod.
    Collector,
    /// The garbage collector, for the claim.
    ClaimCollector,
}

const SET_WORKERS: u16 = ForSet::Collector as u16 + 1;

impl Step {
    /// The class of steps that this one belongs to, as far as fairness goes: a number for each
    /// component and object, without gaps for the ordinals of `setup`. `None` for faults.
    ///
    /// A component that goes on being able to take a step of a class takes one at last. The
    /// classes are: the driver; for each side the StatefulSet controller, its cache, and the
    /// garbage collector for the set; for each side and ordinal the kubelet of the Pod, that of
    /// containers without a Pod, attaching, detaching, the persistent volume controller, the two
    /// protection controllers, and the garbage collector for the Pod and for the claim.
    #[must_use]
    pub fn fairness(self, setup: &Setup) -> Option<u16> {
        let ordinals = u16::from(setup.ordinals);
        let class = match worker(self)? {
            Worker::Driver => 0,
            Worker::OfSide(worker, side) => 1 + 2 * worker as u16 + side as u16,
            Worker::OfOrdinal(worker, side, ordinal) => {
                let column = 2 * worker as u16 + side as u16;
                1 + 2 * SET_WORKERS + column * ordinals + u16::from(ordinal.0)
            }
        };
        Some(class)
    }

    /// The component of [`Step::fairness`] in words: `the destination kubelet of Pod 2`.
    #[must_use]
    pub fn component(self) -> String {
        match worker(self) {
            None => "a fault".to_owned(),
            Some(Worker::Driver) => "the driver".to_owned(),
            Some(Worker::OfSide(worker, side)) => {
                let side = side.name();
                match worker {
                    ForSet::Controller => format!("the {side} StatefulSet controller"),
                    ForSet::Cache => format!("the cache of the {side} StatefulSet controller"),
                    ForSet::Collector => format!("the {side} garbage collector of the set"),
                }
            }
            Some(Worker::OfOrdinal(worker, side, ordinal)) => {
                let (side, work) = (side.name(), in_words(worker));
                format!("the {side} {work} {ordinal}")
            }
        }
    }
}

const fn in_words(worker: ForOrdinal) -> &'static str {
    match worker {
        ForOrdinal::Kubelet => "kubelet of Pod",
        ForOrdinal::KubeletOfStray => "kubelet of containers without Pod",
        ForOrdinal::Attacher => "storage, attaching disk",
        ForOrdinal::Detacher => "storage, detaching disk",
        ForOrdinal::Binder => "persistent volume controller, for claim",
        ForOrdinal::ClaimProtection => "protection controller of claim",
        ForOrdinal::VolumeProtection => "protection controller of the volume of disk",
        ForOrdinal::Collector => "garbage collector of Pod",
        ForOrdinal::ClaimCollector => "garbage collector of claim",
    }
}

fn worker(step: Step) -> Option<Worker> {
    let of = |worker, side, ordinal| Some(Worker::OfOrdinal(worker, side, ordinal));
    match step {
        Step::Driver(_) => Some(Worker::Driver),
        Step::Controller(side, stateful_set_controller::Action::CatchUp) => {
            Some(Worker::OfSide(ForSet::Cache, side))
        }
        Step::Controller(side, _) => Some(Worker::OfSide(ForSet::Controller, side)),
        Step::Kubelet(side, ordinal, kubelet::Action::StopStray) => {
            of(ForOrdinal::KubeletOfStray, side, ordinal)
        }
        Step::Kubelet(side, ordinal, _) => of(ForOrdinal::Kubelet, side, ordinal),
        Step::Attach(side, ordinal, _) => of(ForOrdinal::Attacher, side, ordinal),
        Step::Detach(side, ordinal, _) => of(ForOrdinal::Detacher, side, ordinal),
        Step::Volumes(side, ordinal, _) => of(ForOrdinal::Binder, side, ordinal),
        Step::RemoveClaim(side, ordinal) => of(ForOrdinal::ClaimProtection, side, ordinal),
        Step::RemoveVolume(side, ordinal, _) => of(ForOrdinal::VolumeProtection, side, ordinal),
        Step::Collect(
            side,
            garbage_collector::Action::Orphan(ordinal)
            | garbage_collector::Action::DeletePod(ordinal),
        ) => of(ForOrdinal::Collector, side, ordinal),
        Step::Collect(
            side,
            garbage_collector::Action::OrphanClaim(ordinal)
            | garbage_collector::Action::DeleteClaim(ordinal),
        ) => of(ForOrdinal::ClaimCollector, side, ordinal),
        Step::Collect(side, garbage_collector::Action::RemoveSet) => {
            Some(Worker::OfSide(ForSet::Collector, side))
        }
        Step::Fault(..) => None,
    }
}
