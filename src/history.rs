//! What happened on a path through a migration, as something to ask questions about.
//!
//! All that is said of a counterexample is read here: which step created a Pod, since when an
//! ordinal has been down, what the driver asked for last.

use std::ops::Range;

use crate::actors::{Step, driver, persistent_volume_controller, stateful_set_controller};
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::program::Operation;
use crate::world::setup::Setup;
use crate::world::volume::{Disk, Template, VolumeName};

/// A path through a migration with every state on it.
#[derive(Clone, Debug)]
pub struct History<'a> {
    /// What never changes on it.
    pub setup: &'a Setup,
    /// The name of the StatefulSet.
    pub set_name: &'a str,
    /// Its steps, first to last.
    pub steps: &'a [Step],
    /// `worlds[i]` is the state after `i` steps.
    pub worlds: Vec<World>,
    /// Of an endless path: how many steps come before those that repeat forever. If that is all
    /// of them, nothing happens any more.
    pub loop_start: Option<usize>,
    /// The ordinal that it is about, if it is about one.
    pub ordinal: Option<Ordinal>,
}

/// One step of a history.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'h> {
    /// Its number, counted from 1.
    pub number: usize,
    /// What it is.
    pub step: Step,
    /// The state before it.
    pub before: &'h World,
    /// The state after it.
    pub after: &'h World,
}

impl Taken<'_> {
    /// What the step does, in words.
    #[must_use]
    pub fn describe(&self, setup: &Setup) -> String {
        self.step.describe(setup, self.before)
    }

    /// The name of the side that the step is on; empty if it is on none.
    #[must_use]
    pub fn side_name(&self) -> &'static str {
        self.step.cluster().map_or("", ClusterId::name)
    }

    /// Whether it is a fault.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        matches!(self.step, Step::Fault(..))
    }
}

/// Its states and steps.
impl History<'_> {
    /// The state that it ends in.
    ///
    /// # Panics
    /// If it has no state at all, not even the initial one.
    #[must_use]
    pub fn last(&self) -> &World {
        self.worlds.last().expect("the initial state")
    }

    /// The name of an ordinal's Pod.
    #[must_use]
    pub fn pod_name(&self, ordinal: Ordinal) -> String {
        format!("{}-{ordinal}", self.set_name)
    }

    /// Its steps, each with the states before and after it.
    #[must_use]
    pub fn taken(&self) -> impl DoubleEndedIterator<Item = Taken<'_>> {
        let pairs = self.worlds.windows(2);
        let steps = self.steps.iter().zip(pairs).enumerate();
        steps.map(|(place, (&step, pair))| Taken {
            number: place + 1,
            step,
            before: &pair[0],
            after: &pair[1],
        })
    }

    /// The steps with which something becomes true.
    pub fn turns<'h>(
        &'h self,
        is: impl Fn(&World) -> bool + 'h,
    ) -> impl DoubleEndedIterator<Item = Taken<'h>> {
        self.taken()
            .filter(move |taken| !is(taken.before) && is(taken.after))
    }

    /// The steps that repeat forever.
    #[must_use]
    pub fn repeats(&self) -> &[Step] {
        let start = self.loop_start.unwrap_or(self.steps.len());
        self.steps.get(start..).unwrap_or_default()
    }

    /// The side of the last step.
    #[must_use]
    pub fn last_side(&self) -> ClusterId {
        let last = self.steps.last().and_then(|step| step.cluster());
        last.unwrap_or(ClusterId::Destination)
    }

    /// After how many steps the goal was there for the first time.
    #[must_use]
    pub fn goal(&self) -> Option<usize> {
        self.worlds
            .iter()
            .position(|world| world.is_goal(self.setup))
    }
}

/// Pods and the slices that own them.
impl History<'_> {
    /// The last step that created the Pod of an ordinal on a side; none if it was there from the
    /// start.
    #[must_use]
    pub fn creation(&self, side: ClusterId, ordinal: Ordinal) -> Option<Taken<'_>> {
        let exists = move |world: &World| world.column(side, ordinal).pod.is_some();
        self.turns(exists).next_back()
    }

    /// The last step that asked the Pod of an ordinal on a side to stop.
    #[must_use]
    pub fn asked_to_stop(&self, side: ClusterId, ordinal: Ordinal) -> Option<Taken<'_>> {
        self.turns(move |world| is_terminating(world, side, ordinal))
            .next_back()
    }

    /// The last step that gave an ordinal to a side's set.
    #[must_use]
    pub fn gain(&self, side: ClusterId, ordinal: Ordinal) -> Option<Taken<'_>> {
        self.turns(move |world| owns(world, side, ordinal))
            .next_back()
    }

    /// The last step that took an ordinal away from a side's set.
    #[must_use]
    pub fn loss(&self, side: ClusterId, ordinal: Ordinal) -> Option<Taken<'_>> {
        self.turns(move |world| !owns(world, side, ordinal))
            .next_back()
    }

    /// Whether a side's set owned an ordinal from the start.
    #[must_use]
    pub fn owned_from_the_start(&self, side: ClusterId, ordinal: Ordinal) -> bool {
        owns(&self.worlds[0], side, ordinal)
    }

    /// The last sync of a side's controller before a step.
    #[must_use]
    pub fn sync_before(&self, side: ClusterId, number: usize) -> Option<Taken<'_>> {
        let sync = Step::Controller(stateful_set_controller::Step {
            cluster: side,
            action: stateful_set_controller::Action::Sync,
        });
        self.taken()
            .rfind(|taken| taken.step == sync && taken.number < number)
    }

    /// The last step with which an ordinal stopped serving.
    #[must_use]
    pub fn went_down(&self, ordinal: Ordinal) -> Option<Taken<'_>> {
        self.turns(move |world| !world.rows[ordinal].serves())
            .next_back()
    }
}

/// Disks, and who ran on them.
impl History<'_> {
    /// The first step that created a claim of an ordinal on a side.
    #[must_use]
    pub fn claim_creation(
        &self,
        side: ClusterId,
        (ordinal, template): (Ordinal, Template),
    ) -> Option<Taken<'_>> {
        self.turns(move |world| world.column(side, ordinal)[template].claim.is_some())
            .next()
    }

    /// The first step that deleted a claim of an ordinal on a side, though it may still be held.
    #[must_use]
    pub fn claim_deletion(
        &self,
        side: ClusterId,
        (ordinal, template): (Ordinal, Template),
    ) -> Option<Taken<'_>> {
        let deleting = move |world: &World| {
            let claim = world.column(side, ordinal)[template].claim;
            claim.is_some_and(|claim| claim.deleting)
        };
        self.turns(deleting).next()
    }

    /// The last step that provisioned a new volume for a claim of an ordinal.
    #[must_use]
    pub fn provisioning(&self, place: (Ordinal, Template)) -> Option<Taken<'_>> {
        let provision = persistent_volume_controller::Action::Provision;
        self.taken()
            .rfind(|taken| is_volume_step(taken.step, place, provision))
    }

    /// The first step that destroyed the disk behind the static volume of a claim of an ordinal.
    #[must_use]
    pub fn reclaiming(&self, place: (Ordinal, Template)) -> Option<Taken<'_>> {
        let reclaim = persistent_volume_controller::Action::Reclaim(VolumeName::Static);
        self.taken()
            .find(|taken| is_volume_step(taken.step, place, reclaim))
    }

    /// The first step since which a copy of the data of an ordinal's claim misses what a Pod has
    /// written to the other one.
    #[must_use]
    pub fn first_stale_copy(&self, (ordinal, template): (Ordinal, Template)) -> Option<Taken<'_>> {
        let current = |world: &World, disk| world.rows[ordinal].storage[template].is_current(disk);
        self.taken().find(|taken| {
            let loses = |disk| current(taken.before, disk) && !current(taken.after, disk);
            [Disk::Original, Disk::Restored].into_iter().any(loses)
        })
    }
}

/// What the driver did.
impl History<'_> {
    /// The driver's last request that changed something, or that it gave up on.
    #[must_use]
    pub fn last_request(&self) -> Option<Taken<'_>> {
        self.taken().rfind(|taken| {
            let gives_up = taken.step == Step::Driver(driver::Action::TimeOut);
            let advances = taken.step == Step::Driver(driver::Action::Advance);
            let refused = taken.after.driver.phase == DriverPhase::Failed;
            // Only a driver that takes a step is at an instruction.
            let changes = || is_change(self.setup, taken.before) && changes_objects(taken);
            gives_up || advances && (refused || changes())
        })
    }

    /// The step that ended the program before its last instruction.
    #[must_use]
    pub fn program_end(&self) -> Option<Taken<'_>> {
        self.taken()
            .find(|taken| taken.after.driver.phase == DriverPhase::Failed)
    }

    /// Whether the driver looked for a Pod to be gone, in a step between these two.
    #[must_use]
    pub fn waits_until_gone(
        &self,
        side: ClusterId,
        ordinal: Ordinal,
        between: Range<usize>,
    ) -> bool {
        self.taken().any(|taken| {
            let waits = matches!(
                taken.step,
                Step::Driver(driver::Action::Look | driver::Action::Advance)
            ) && matches!(
                driver::instruction(self.setup, taken.before).operation,
                Operation::AwaitGone(object, ..) if object.cluster == side
            );
            waits
                && between.start < taken.number
                && taken.number < between.end
                && driver::ordinal_of(self.setup, taken.before) == Some(ordinal)
        })
    }
}

/// Whether the Pod of an ordinal on a side is terminating.
#[must_use]
pub fn is_terminating(world: &World, side: ClusterId, ordinal: Ordinal) -> bool {
    let pod = world.column(side, ordinal).pod;
    pod.is_some_and(|pod| pod.terminating)
}

/// Whether containers of an ordinal run on a side.
#[must_use]
pub fn runs(world: &World, side: ClusterId, ordinal: Ordinal) -> bool {
    world.column(side, ordinal).running() > 0
}

fn owns(world: &World, side: ClusterId, ordinal: Ordinal) -> bool {
    world.clusters[side].effective_slice().contains(ordinal)
}

fn is_volume_step(
    step: Step,
    place: (Ordinal, Template),
    wanted: persistent_volume_controller::Action,
) -> bool {
    matches!(step, Step::Volumes(step)
        if (step.ordinal, step.template) == place && step.action == wanted)
}

/// Whether the instruction that the driver is at changes anything.
fn is_change(setup: &Setup, before: &World) -> bool {
    let operation = driver::instruction(setup, before).operation;
    operation.footprint().is_change
}

fn changes_objects(taken: &Taken<'_>) -> bool {
    taken.before.clusters != taken.after.clusters || taken.before.rows != taken.after.rows
}
