//! `at-most-one-running`: an identity runs once.

use super::{Kind, Locality, Property, SIDES, Story, Worse, always_applies, reasons};
use crate::history::{History, is_terminating, runs};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "at-most-one-running",
    kind: Kind::AlwaysForEach(holds),
    statement: "At most one incarnation per ordinal runs, across all nodes of both sides.",
    details: "Counts containers on nodes, not Pod objects: after a force delete the object is gone \
              while its containers may still run. Two incarnations on one side count as running on \
              two nodes. This is the at-most-one semantics of a Kubernetes StatefulSet, across \
              clusters (KEP-3335).",
    violated_in: "blog-redis-cluster",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story {
        sentence,
        why: reasons::two_pods::why,
        scope: reasons::two_pods::scope,
        worse,
    },
};

/// Whether the property holds for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    let running = SIDES
        .into_iter()
        .map(|cluster| world.rows[ordinal].sides[cluster].running());
    running.sum::<u8>() <= 1
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let (pod, world) = (history.pod_name(ordinal), history.last());
    let newcomer = history.last_side();
    if !SIDES.into_iter().all(|side| runs(world, side, ordinal)) {
        let side = newcomer.name();
        return Some(format!("{pod} ran twice in {side}, on two nodes."));
    }
    let on = |template| {
        let mut mounts = SIDES
            .into_iter()
            .flat_map(|side| world.column(side, ordinal).mounts(template));
        match (mounts.next().flatten(), mounts.next().flatten()) {
            (None, _) | (_, None) => "",
            (first, second) if first == second => ", on the same disk",
            _ => ", on another disk",
        }
    };
    let mut templates = history.setup.templates();
    let first = templates.next().map_or("", on);
    let on = if templates.all(|template| on(template) == first) {
        first
    } else {
        ", in part on the same disks"
    };
    let (other, newcomer) = (newcomer.other().name(), newcomer.name());
    Some(format!(
        "{pod} was still running in {other} when {newcomer} started it{on}."
    ))
}

/// That the Pod in the source is already terminating does not help, if it is not so anyway.
fn worse(history: &History<'_>) -> Option<Worse> {
    let ordinal = history.ordinal?;
    let is_other_story = !reasons::two_pods::late_writes(history, ordinal).is_empty();
    let is_so = is_terminating(history.last(), ClusterId::Source, ordinal);
    (!is_other_story && !is_so).then_some(Worse::WhileTerminating)
}
