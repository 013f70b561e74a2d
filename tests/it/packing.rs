//! Worlds reached by random steps: packing, and what every step has to keep.

use proptest::prelude::*;
use straddle::Migration;
use straddle::actors::Step;
use straddle::engine::Searchable;
use straddle::world::World;

use crate::models::{bundled, scenario};

/// A walk of so many steps through one of the bundled scenarios, under faults of every kind.
fn walk(choices: &[u16], model: &Migration) -> Vec<(World, Vec<Step>)> {
    let mut world = World::initial(model.setup());
    let mut visited = Vec::new();
    for &choice in choices {
        let mut steps = Vec::new();
        model.steps(&world, &mut steps);
        visited.push((world, steps.clone()));
        if steps.is_empty() {
            break;
        }
        world = model.after(&world, steps[usize::from(choice) % steps.len()]);
    }
    visited
}

fn model_with_every_fault(name: &str) -> Migration {
    let everything = "7:eviction,pressureEviction,containerCrash,driverCrash,controllerRestart,\
                      podNeverReady,controllerRestartStale";
    Migration::new(scenario(name, Some(everything)).setup)
}

/// The row of a world.
fn packed(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = vec![0; model.words()];
    model.pack(world, &mut row);
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn packing_is_one_to_one(
        number in 0_usize..1000,
        choices in prop::collection::vec(any::<u16>(), 1..200),
    ) {
        let names = bundled();
        let model = model_with_every_fault(&names[number % names.len()]);
        let mut row = vec![0; model.words()];
        for (world, _) in walk(&choices, &model) {
            model.pack(&world, &mut row);
            prop_assert_eq!(model.unpack(&row), world);
        }
    }

    #[test]
    fn a_row_is_changed_where_a_step_changes_the_world(
        number in 0_usize..1000,
        choices in prop::collection::vec(any::<u16>(), 1..120),
    ) {
        let names = bundled();
        let model = model_with_every_fault(&names[number % names.len()]);
        let mut changed = vec![0; model.words()];
        for (world, steps) in walk(&choices, &model) {
            let row = packed(&model, &world);
            let mut listed = steps.iter();
            model.successors(&world, &mut |step, next| {
                assert_eq!(listed.next(), Some(&step));
                assert_eq!(next, &model.after(&world, step), "{step:?}");
                model.pack_successor(&row, &world, &step, next, &mut changed);
                assert_eq!(changed, packed(&model, next), "{step:?}");
            });
            prop_assert_eq!(listed.next(), None);
        }
    }

    #[test]
    fn the_steps_of_a_world_do_not_change(
        number in 0_usize..1000,
        choices in prop::collection::vec(any::<u16>(), 1..120),
    ) {
        let names = bundled();
        let model = model_with_every_fault(&names[number % names.len()]);
        for (world, steps) in walk(&choices, &model) {
            let mut again = Vec::new();
            model.steps(&world, &mut again);
            prop_assert_eq!(&again, &steps);
            let mut unique = steps.clone();
            unique.dedup();
            prop_assert_eq!(unique.len(), steps.len(), "a step is listed twice");
            for step in steps {
                let after = model.after(&world, step);
                prop_assert_ne!(&after, &world, "{:?} changes nothing", step);
                prop_assert!(!step.actor().describe(model.setup(), &world, step).is_empty());
            }
        }
    }
}
