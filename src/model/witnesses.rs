//! On how many further ordinals a step depends: the restriction lemma of [`crate::every_n::Sliced`].
//!
//! A proof for every N looks at views, small pieces of states, and has to know which pieces a step
//! can be seen in. If a step from a state of many ordinals depends on itself and `w` further
//! ordinals, its witnesses, then leaving out any of the others gives a step of a smaller state
//! that does the same to what is left. So every view of the next state is found by looking at
//! pieces with at most `w` ordinals more. Leaving out a witness changes the step:
//!
//! ```text
//! OrderedReady sync of 4    0 ready   1 not ready   2 absent   3 absent     waits for 1
//! without 3                 0 ready   1 not ready   2 absent                waits for 1
//! without 1                 0 ready                 2 absent   3 absent     creates 2
//! ```
//!
//! Here ordinal 1 is the one witness. A number that is too high costs time. One that is too low
//! makes a proof look at too little, and it might prove what is false: so whatever is not looked
//! into counts as `BEYOND`, which no proof bears, and tests leave ordinals out of the steps of
//! random states and compare.
//!
//! Most steps are about one ordinal, or about none. What is left:
//! - the driver comes to another ordinal;
//! - it names an ordinal or a mark that is not its own, such as `k - 1`;
//! - it changes a set by ordinals that have no names;
//! - it asks for a count;
//! - a controller's status write is due since some ordinal is counted wrongly;
//! - a refused write ends a sync, and with it the writes for all other ordinals.

mod marks;
mod unseen;

use marks::{leaves_no_room, of_mark, of_marks, of_ordinal, of_patch};

use crate::actors::faults::{self, Reach, Target};
use crate::actors::garbage_collector::Action as Collect;
use crate::actors::stateful_set_controller::{self, Action};
use crate::actors::{Step, driver};
use crate::every_n::Reasons;
use crate::world::World;
use crate::world::cluster::Cluster;
use crate::world::driver::{DriverPhase, Watch};
use crate::world::id::{ClusterId, OrdinalSet};
use crate::world::letter::{Frame, Letter};
use crate::world::pod::{Owner, Pod, PodPhase};
use crate::world::program::{
    AfterCrash, Cascade, Condition, Count, Entry, Expression, Operation, SetEffect, SliceChange,
    Timeout,
};
use crate::world::row::Column;
use crate::world::setup::Setup;
use crate::world::stateful_set::{PodManagementPolicy, StatusWrite, Write};

/// The most further ordinals that a step may depend on.
pub const MOST: usize = 3;

/// More than any proof bears: a step that depends on ordinals in a way of its own.
const BEYOND: usize = usize::MAX / 16;

/// On how many further ordinals the step that leads from `before` to `after` depends.
#[must_use]
pub fn of(setup: &Setup, before: &World, step: Step, after: &World) -> usize {
    match step {
        Step::Driver(action) => of_driver(setup, before, action, after),
        Step::Controller(step) => of_controller(setup, before, step, after),
        Step::Collector(step) => match step.action {
            // What a sync under way still has to write keeps it from being forgotten with the set.
            Collect::RemoveSet => usize::from(after.clusters[step.cluster].controller.set_is_gone),
            _ => 0,
        },
        Step::Fault(fault) => match fault.target {
            Target::Driver => newly_named(setup, before, after),
            Target::Cluster(_) | Target::Pod(..) => 0,
        },
        Step::Kubelet(_)
        | Step::Storage(_)
        | Step::Volumes(_)
        | Step::ClaimProtection(_)
        | Step::Scheduler(_)
        | Step::VolumeProtection(_) => 0,
    }
}

fn of_controller(
    setup: &Setup,
    before: &World,
    step: stateful_set_controller::Step,
    after: &World,
) -> usize {
    let id = step.cluster;
    match step.action {
        Action::Sync => of_sync(setup, before, id, after),
        Action::Write(ordinal, _) => {
            let mut is_dropped = setup.ordinals().filter(|&other| {
                let write = |world: &World| world.column(id, other).planned.write;
                other != ordinal && write(before) != write(after)
            });
            let set_is_gone = before.clusters[id].controller.set_is_gone;
            usize::from(set_is_gone || is_dropped.next().is_some())
        }
        Action::WriteStatus | Action::CatchUp => 0,
    }
}

/// Why a step of the driver, or one of a controller, may depend on further ordinals: an ordinal
/// with this letter is one of them, or is the driver's own and not the one at which it would go on
/// after a crash.
#[must_use]
pub fn reasons(setup: &Setup, frame: &Frame, letter: &Letter) -> Reasons {
    let driver = &frame.driver;
    let operation = match driver.phase {
        DriverPhase::Running => setup.program.at(driver.position).map(|now| now.operation),
        _ => None,
    };
    if letter.names != 0 {
        let is_unseen = |operation| {
            letter.is_k()
                && unseen::may_be(setup, frame, operation)
                && !unseen::sees(setup, letter, operation)
        };
        let of_change = operation.is_some_and(is_unseen);
        let moves = may_move(setup, frame) && own_wait_is_over(setup, frame, letter);
        let refuses = ClusterId::BOTH
            .into_iter()
            .any(|id| is_on_its_way_out(&letter.row.sides[id]));
        let of_crash = !letter.is_to_resume();
        let of_driver = u8::from(moves) + u8::from(of_change);
        return Reasons([of_driver, u8::from(refuses), u8::from(of_crash)]);
    }
    let is_reason = |id| {
        let (cluster, column) = (&frame.clusters[id], &letter.row.sides[id]);
        let controller = &cluster.controller;
        if column.planned.write == Write::None {
            let is_idle = controller.status == StatusWrite::None && !controller.set_is_gone;
            is_idle && may_be_of_sync(setup, id, cluster, letter)
        } else {
            let set_goes = cluster.set.is_some_and(|set| set.deleting);
            set_goes || controller.set_is_gone || may_be_refused(column)
        }
    };
    let of_controllers = ClusterId::BOTH.into_iter().any(is_reason);
    let of_driver = operation.map_or(0, |operation| by_letter(operation, letter));
    Reasons([of_driver, u8::from(of_controllers), 0])
}

/// The most that [`of`] says of a step from a world with this frame, by the reasons of its letters.
#[must_use]
pub fn most_with(setup: &Setup, frame: &Frame, Reasons(reasons): Reasons) -> usize {
    let [of_driver, of_controllers, of_crash] = reasons.map(usize::from);
    let crashes = frame.driver.phase == DriverPhase::Running
        && setup.program.after_crash == AfterCrash::FromObserved
        && faults::may_reach(&setup.budget, Reach::Driver);
    // A driver outside its loop has no ordinal of its own.
    let of_crash = crashes && (of_crash > 0 || !setup.program.is_in_loop(frame.driver.position));
    (of_any(setup, frame) + of_driver)
        .max(of_controllers.min(most_of_controller(setup)))
        .max(usize::from(of_crash))
}

/// The most that a step of a controller depends on: one ordinal that keeps it from others, and if
/// anybody reads counts, one that is counted wrongly.
fn most_of_controller(setup: &Setup) -> usize {
    let counts = |id| setup.reads[id].replicas || setup.reads[id].ready_replicas;
    1 + usize::from(ClusterId::BOTH.into_iter().any(counts))
}

/// How many ordinals of any kind a step of the driver may depend on.
fn of_any(setup: &Setup, frame: &Frame) -> usize {
    let (driver, program) = (&frame.driver, &setup.program);
    match driver.phase {
        DriverPhase::Finished | DriverPhase::Failed => 0,
        DriverPhase::Crashed if program.loop_order.is_none() => 0,
        DriverPhase::Crashed => match program.after_crash {
            AfterCrash::FromSaved => 0,
            AfterCrash::FromTop => 1,
            AfterCrash::FromObserved => usize::from(!waits_in_body(setup)),
        },
        DriverPhase::Running => {
            let operation = program.instructions[program.index(driver.position)].operation;
            let moves = may_move(setup, frame) && own_wait(operation).is_none();
            // In a loop, the letter of k says more.
            let is_in_loop = program.is_in_loop(driver.position);
            let of_change = !is_in_loop && unseen::may_be(setup, frame, operation);
            usize::from(moves) + beside_any(operation) + usize::from(of_change)
        }
    }
}

/// Whether the write that is planned for an ordinal may be refused.
fn may_be_refused(column: &Column) -> bool {
    let planned = column.planned;
    if !planned.creates.is_empty() {
        // The last of them may be the one that ends the sync.
        let has_claim = |template| column[template].claim.is_some();
        return planned.write == Write::RefuseClaim || planned.creates.iter().any(has_claim);
    }
    match planned.write {
        Write::None | Write::CreateClaimThenPod | Write::CreateClaim => false,
        Write::Adopt | Write::RefuseClaim => true,
        Write::CreatePod | Write::CreatePodThenOwnClaim => column.pod.is_some(),
        Write::DeleteFailed | Write::DeleteCondemned => column.pod.is_none(),
        Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
            let misses = |template| column[template].claim.is_none();
            planned.owns.iter().any(misses)
        }
    }
}

/// What a sync does to an ordinal depends on that one alone, but for this: that some ordinal is
/// counted wrongly makes a status write due; with `OrderedReady` an ordinal may keep the sync from
/// others; and a claim that is being deleted matters if there is anything else to write.
fn of_sync(setup: &Setup, before: &World, id: ClusterId, after: &World) -> usize {
    let (side, plan) = (before.side(id), after.plan(id));
    let refuses = || {
        plan.writes()
            && setup
                .ordinals()
                .any(|ordinal| is_on_its_way_out(&side[ordinal]))
    };
    if plan.status == StatusWrite::None && !plan.set_is_gone {
        return usize::from(refuses());
    }
    let counts_wrongly = side.set.is_some_and(|set| set.observed);
    let is_ordered = setup.clusters[id].policy == PodManagementPolicy::OrderedReady;
    usize::from(counts_wrongly) + usize::from(is_ordered || plan.set_is_gone || refuses())
}

/// Whether an ordinal may be a reason of that kind.
fn may_be_of_sync(setup: &Setup, id: ClusterId, cluster: &Cluster, letter: &Letter) -> bool {
    let reads = setup.reads[id];
    let Some(set) = cluster.set.filter(|_| !cluster.controller.lags) else {
        return cluster.controller.lags;
    };
    let column = &letter.row.sides[id];
    let is_healthy = column.pod.is_some_and(Pod::is_healthy);
    let may_stop = setup.clusters[id].policy == PodManagementPolicy::OrderedReady
        && if letter.is_in_slice(id) {
            !is_healthy
        } else {
            column.pod.is_some()
        };
    let is_ready = column
        .pod
        .is_some_and(|pod| pod.ready && pod.phase == PodPhase::Running);
    let is_its_own = column
        .pod
        .is_none_or(|pod| pod.owner == Owner::Set && pod.is_live());
    let is_counted_wrongly = reads.replicas && column.counted.replicas != column.pod.is_some()
        || reads.ready_replicas && column.counted.ready != is_ready
        || (reads.replicas || reads.ready_replicas) && !is_its_own;
    let status = reads.status() && (may_stop || set.observed && is_counted_wrongly);
    status || is_on_its_way_out(column)
}

/// Whether a claim is on its way out. It ends a sync, or is left out of it where there is nothing
/// else to write.
fn is_on_its_way_out(column: &Column) -> bool {
    let mut claims = column.supplies.0.iter().filter_map(|supply| supply.claim);
    claims.any(|claim| claim.deleting)
}

fn of_driver(setup: &Setup, before: &World, action: driver::Action, after: &World) -> usize {
    let named = newly_named(setup, before, after);
    match action {
        driver::Action::Restart => named + usize::from(!waits_in_body(setup)),
        driver::Action::Advance | driver::Action::Look | driver::Action::TimeOut => {
            let operation = driver::instruction(setup, before).operation;
            if leaves_no_room(setup, before, operation) {
                return BEYOND;
            }
            named
                + beside(before, operation, setup.replicas)
                + of_count(setup, before, operation)
                + unseen::of(setup, before, operation, after)
        }
    }
}

/// How many ordinals have names after a step that had none.
fn newly_named(setup: &Setup, before: &World, after: &World) -> usize {
    let set = |world| {
        driver::named(setup, world)
            .into_iter()
            .flatten()
            .collect::<OrdinalSet>()
    };
    let (before, after) = (set(before), set(after));
    OrdinalSet(after.0 & !before.0).len() as usize
}

/// How many ordinals it takes to see that a count may be the one that is waited for.
fn of_count(setup: &Setup, world: &World, operation: Operation) -> usize {
    match operation {
        Operation::Await(condition, _) | Operation::Test(condition)
            if condition.footprint().count.is_some() =>
        {
            driver::count_witnesses(setup, world, condition)
        }
        _ => 0,
    }
}

/// Whether a driver that resumes behind the last ordinal that has moved stays at that one first.
fn waits_in_body(setup: &Setup) -> bool {
    let body = &setup.program.instructions[setup.program.body()];
    let mut operations = body.iter().map(|instruction| instruction.operation);
    setup.program.after_crash != AfterCrash::FromObserved
        || operations.any(Operation::is_plain_wait)
}

/// A wait that only the ordinal that the loop is at can end.
const fn own_wait(operation: Operation) -> Option<Condition> {
    match operation {
        Operation::Await(condition, Timeout::Never) => match condition {
            Condition::PodReady(_, Expression::K)
            | Condition::PodAvailable(_, Expression::K)
            | Condition::VolumeBound(_, Expression::K, _) => Some(condition),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a letter is that of the ordinal that the loop is at, and may end the wait for it.
fn own_wait_is_over(setup: &Setup, frame: &Frame, letter: &Letter) -> bool {
    let index = setup.program.index(frame.driver.position);
    let instruction = setup.program.instructions[index];
    let ends = match own_wait(instruction.operation) {
        Some(Condition::PodReady(id, _) | Condition::PodAvailable(id, _)) => {
            letter.row.sides[id].pod.is_some_and(|pod| pod.ready)
        }
        Some(Condition::VolumeBound(id, _, template)) => {
            let claim = letter.row.sides[id][template].claim;
            claim.is_some_and(|claim| claim.bound)
        }
        _ => false,
    };
    ends && letter.is_k()
}

/// Whether the driver's next step may lead it to another ordinal, as far as the frame says.
fn may_move(setup: &Setup, frame: &Frame) -> bool {
    let (driver, program) = (&frame.driver, &setup.program);
    let index = program.index(driver.position);
    let body = program.body();
    if driver.phase != DriverPhase::Running || program.loop_order.is_none() {
        return false;
    }
    match program.instructions[index].operation {
        Operation::AwaitGone(_, _, Timeout::Never) if driver.watch == Watch::Present => {
            return false;
        }
        _ => (),
    }
    if !body.contains(&index) {
        return index < body.start;
    }
    // A refused step may be left out as a whole.
    let step = program.instructions[index].step;
    let rest = &program.instructions[index + 1..body.end];
    program.entry(driver.position) == Some(Entry::WaitsOnly)
        || rest.iter().all(|other| other.step == step)
}

/// How many ordinals of any kind an operation may be about beside `k`.
fn beside_any(operation: Operation) -> usize {
    let footprint = operation.footprint();
    match (footprint.set, footprint.count) {
        (SetEffect::Patch(change), _) => match (change.start, change.replicas) {
            (Some(start), Some(replicas)) => of_marks(start, replicas),
            (Some(_), None) => MOST,
            (None, Some(replicas)) if replicas.k < 0 => MOST,
            (None, Some(replicas)) => of_mark(replicas),
            (None, None) => 0,
        },
        (_, Some(Count::Of(_, expected))) if expected.k != 0 => 2,
        // What is left depends on nothing but the program.
        _ => beside(&World::default(), operation, 0),
    }
}

/// The same, for ordinals that a letter is enough to know.
fn by_letter(operation: Operation, letter: &Letter) -> u8 {
    let footprint = operation.footprint();
    let Some(cluster) = footprint.cluster else {
        return 0;
    };
    let counted = letter.row.sides[cluster].counted;
    match (footprint.set, footprint.count) {
        // Those below the start are there twice: as many are missing at the end.
        (SetEffect::Patch(SliceChange { start: None, .. }), _) => {
            2 * u8::from(letter.below[cluster].slice.start)
        }
        (_, Some(Count::OfSpec)) => u8::from(counted.ready != letter.is_in_slice(cluster)),
        (_, Some(Count::Of(field, expected))) => {
            u8::from(counted.in_field(field) != (expected.n > 0 && letter.is_member))
        }
        _ => 0,
    }
}

/// How many ordinals beside those that the driver has named an operation is about. Those for a
/// count are counted by `of_count`.
fn beside(world: &World, operation: Operation, members: u8) -> usize {
    let footprint = operation.footprint();
    match (footprint.set, footprint.cluster) {
        (SetEffect::Patch(change), Some(cluster)) => of_patch(world, cluster, change, members),
        (SetEffect::Create(change), _) => {
            let number = Option::unwrap_or_default;
            of_marks(number(change.start), number(change.replicas))
        }
        // What becomes of the Pods is not looked into: a set that is removed gives up all of them
        // in one step.
        (SetEffect::Delete(Cascade::Background | Cascade::Foreground), _) => BEYOND,
        (SetEffect::Delete(Cascade::Orphan), _) => 0,
        _ => footprint.ordinal.map_or(0, of_ordinal),
    }
}
