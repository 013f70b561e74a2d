//! A step changes nothing but what it names, and rows of bits are worlds one-to-one.

use std::collections::{HashSet, VecDeque};

use straddle::engine::Searchable;
use straddle::internals::actors::Step;
use straddle::internals::world::World;
use straddle::{Migration, Scenario};

fn packed(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = vec![0; model.words()];
    model.pack(world, &mut row);
    row
}

/// Looks at so many worlds of a scenario, near ones and far ones, and at every step of them. How
/// many steps it were.
pub fn check(scenario: &Scenario, most: usize) -> usize {
    let model = Migration::new(scenario.setup.clone());
    let start = World::initial(model.setup());
    let mut known = HashSet::from([packed(&model, &start)]);
    let mut queue = VecDeque::from([start]);
    let mut steps = Vec::new();
    let mut taken = 0;
    while let Some(world) = match taken % 2 {
        0 => queue.pop_front(),
        _ => queue.pop_back(),
    } {
        steps.clear();
        model.steps(&world, &mut steps);
        taken += steps.len();
        let successors = check_world(&model, &world, &steps);
        for (next, row) in successors {
            if known.len() < most && known.insert(row) {
                queue.push_back(next);
            }
        }
    }
    taken
}

/// Takes each step on a copy of the world.
fn check_world(model: &Migration, world: &World, steps: &[Step]) -> Vec<(World, Vec<u64>)> {
    let row = packed(model, world);
    assert_eq!(model.unpack(&row), *world, "it is packed one-to-one");
    let mut successors = Vec::new();
    for step in steps {
        let next = model.after(world, *step);
        let mut restored = next;
        let parts = step.may_change(model.setup(), world);
        restored.copy_parts(world, parts, model.setup().ordinals);
        assert_eq!(restored, *world, "{step:?} changes more than it names");
        successors.push((next, packed(model, &next)));
    }
    let mut listed = steps.iter().zip(&successors);
    let mut written = vec![0; model.words()];
    model.successors(world, &mut |step, next| {
        let (expected, (after, packed)) = listed.next().expect("as many as steps");
        assert_eq!((step, *next), (*expected, *after));
        model.pack_successor(&row, world, &step, next, &mut written);
        assert_eq!(
            written, *packed,
            "{step:?} is written over the row before it"
        );
    });
    assert!(listed.next().is_none(), "as many as steps");
    successors
}
