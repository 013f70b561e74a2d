//! Worlds reached by random steps: packing, and what every step has to keep.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use straddle::Migration;
use straddle::engine::{Bits, Searchable};
use straddle::internals::actors::Step;
use straddle::internals::world::World;

use crate::models::{bundled, scenario};
use crate::support::cases;

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

/// The same with a pool for each kind.
fn model_with_caps(name: &str) -> Migration {
    let caps = "eviction=2,pressureEviction=1,containerCrash=2,driverCrash=2,controllerRestart=1,\
                podNeverReady=1,controllerRestartStale=2";
    Migration::new(scenario(name, Some(caps)).setup)
}

/// The row of a world, and the counters of spent faults in it.
fn packed(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = vec![0; model.words()];
    model.pack(world, &mut row);
    row
}

/// The world with one of its counters, given by its place in a row, at zero.
fn without_faults_of(model: &Migration, world: &World, counter: Bits) -> World {
    let mut row = packed(model, world);
    row[counter.word] ^= counter.of(&row) << counter.shift;
    model.unpack(&row)
}

proptest! {
    #![proptest_config(cases(64))]

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

    /// What [`Searchable::spent`] guarantees.
    #[test]
    fn whatever_can_happen_after_some_faults_can_happen_after_fewer(
        number in 0_usize..1000,
        choices in prop::collection::vec(any::<u16>(), 1..120),
    ) {
        let names = bundled();
        let model = model_with_caps(&names[number % names.len()]);
        let counters = model.spent();
        prop_assert_eq!(counters.len(), 6, "all but that of the lagging cache");
        for (world, steps) in walk(&choices, &model) {
            let row = packed(&model, &world);
            let counted: u64 = counters.iter().map(|counter| counter.of(&row)).sum();
            let lag = u64::from(world.spent[usize::from(model.setup().budget.lag_pool.unwrap())]);
            prop_assert_eq!(counted + lag, u64::from(world.faults()));
            for &counter in counters.iter().filter(|counter| counter.of(&row) > 0) {
                let earlier = without_faults_of(&model, &world, counter);
                prop_assert_ne!(&earlier, &world);
                let mut enabled = Vec::new();
                model.steps(&earlier, &mut enabled);
                for &step in &steps {
                    prop_assert!(enabled.contains(&step), "{:?}", step);
                    let [left, right] = [&world, &earlier]
                        .map(|world| without_faults_of(&model, &model.after(world, step), counter));
                    prop_assert_eq!(left, right, "{:?}", step);
                }
            }
        }
    }

    #[test]
    fn a_class_of_fairness_is_one_component_and_one_object(
        number in 0_usize..1000,
        choices in prop::collection::vec(any::<u16>(), 1..120),
    ) {
        let names = bundled();
        let model = model_with_every_fault(&names[number % names.len()]);
        let mut classes: BTreeMap<u16, String> = BTreeMap::new();
        for (_, steps) in walk(&choices, &model) {
            for step in steps {
                let class = model.fairness(&step);
                prop_assert_eq!(class.is_none(), model.fault_kind(&step).is_some());
                let Some(class) = class else { continue };
                let worker = format!("{:?}", step.worker());
                let known = classes.entry(class).or_insert_with(|| worker.clone());
                prop_assert_eq!(&*known, &worker, "{:?}", step);
            }
        }
        let workers: BTreeSet<&String> = classes.values().collect();
        prop_assert_eq!(workers.len(), classes.len(), "{:?}", classes);
        let most = Step::classes(model.setup());
        prop_assert!(classes.keys().all(|&class| class < most));
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
                prop_assert!(!step.describe(model.setup(), &world).is_empty());
            }
        }
    }
}
