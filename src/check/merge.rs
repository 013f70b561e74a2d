//! Properties that break in one story are told once.

use crate::actors::Step;
use crate::engine::{Searchable, Trace};
use crate::model::Migration;
use crate::properties::PropertyId;
use crate::world::World;

/// The part that one property's counterexample has in the stories told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Role {
    /// The property whose story breaks this one too, and is told in its place.
    pub merged_into: Option<PropertyId>,
    /// The other properties that break in this story, with the step at which each does.
    pub also_broken: Vec<(PropertyId, usize)>,
}

/// Gives each of the counterexamples its role, in their order.
///
/// One is merged into another if the longer story breaks it with its own fewest faults and
/// steps: nothing is lost then. The longest stories are told; among equals the first.
pub(super) fn merge(model: &Migration, traces: &[(PropertyId, &Trace<Step>)]) -> Vec<Role> {
    let mut roles = vec![Role::default(); traces.len()];
    let mut order: Vec<usize> = (0..traces.len()).collect();
    order.sort_by_key(|&place| (std::cmp::Reverse(traces[place].1.steps.len()), place));
    let mut told: Vec<usize> = Vec::new();
    for place in order {
        let &(id, trace) = &traces[place];
        let teller = told
            .iter()
            .copied()
            .find(|&longer| breaks(model, id, traces[longer].1, trace));
        match teller {
            Some(longer) => {
                roles[place].merged_into = Some(traces[longer].0);
                roles[longer].also_broken.push((id, trace.steps.len()));
            }
            None => told.push(place),
        }
    }
    for role in &mut roles {
        role.also_broken.sort_by_key(|&(_, step)| step);
    }
    roles
}

/// Whether `longer` breaks the property after exactly as many steps and faults as `own` takes.
fn breaks(model: &Migration, id: PropertyId, longer: &Trace<Step>, own: &Trace<Step>) -> bool {
    let property = id.property();
    if property.kind.is_about_paths() {
        // One about the whole space is told by a story that goes the same way.
        return !own.steps.is_empty() && longer.steps.starts_with(&own.steps);
    }
    let steps = own.steps.len();
    let Some(prefix) = longer.steps.get(..steps) else {
        return false;
    };
    let faults = prefix
        .iter()
        .filter(|step| model.fault_kind(step).is_some())
        .count();
    let mut world = World::initial(model.setup());
    for &step in prefix {
        world = model.after(&world, step);
    }
    faults == own.faults as usize && !property.holds(model.setup(), &world)
}
