//! Ordinals that are alike, in the worlds of migrations.

use proptest::prelude::*;
use straddle::Migration;
use straddle::engine::{Bounds, Searchable, Settings, Unobserved, Verdict, exhaustive};
use straddle::engine::{Order, Outcome};
use straddle::internals::actors::Step;
use straddle::internals::check::question;
use straddle::internals::world::World;
use straddle::internals::world::id::{ClusterId, OrdinalSet, PerCluster};
use straddle::internals::world::setup::{Availability, AvailabilityRule, Group, Reads, Setup};
use straddle::internals::world::stateful_set::PodManagementPolicy;

use super::{PLAIN, SYMMETRIC, check_trace, expect_the_same};
use crate::models::{bundled, scenario};
use crate::support::cases;

/// Everything that may befall a Pod or a controller.
const FAULTS: &str = "2:eviction,pressureEviction,containerCrash,controllerRestart,podNeverReady,\
                      controllerRestartStale";

/// A bundled scenario with `Parallel` on both sides, whatever it says.
fn parallel(name: &str, faults: Option<&str>) -> Setup {
    let mut setup = scenario(name, faults).setup;
    for side in ClusterId::BOTH {
        setup.clusters[side].policy = PodManagementPolicy::Parallel;
    }
    setup
}

/// Variants of a setup that keep more in a state: who is excused, who was counted, who is in a
/// group with whom.
fn variant(mut setup: Setup, number: u8) -> Setup {
    if number & 1 == 1 {
        setup.reads = PerCluster {
            source: Reads::EVERYTHING,
            destination: Reads::EVERYTHING,
        };
    }
    let rule = match number >> 1 & 3 {
        0 => return setup,
        1 => AvailabilityRule::Majority,
        2 => AvailabilityRule::MaxUnavailable(1),
        _ => {
            let odd: OrdinalSet = setup
                .members()
                .filter(|ordinal| ordinal.0 % 2 == 1)
                .collect();
            AvailabilityRule::Groups(vec![Group {
                ordinals: odd,
                min: 1,
            }])
        }
    };
    setup.availability = Some(Availability {
        rule,
        excused: true,
    });
    setup
}

fn packed(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = vec![0; model.words()];
    model.pack(world, &mut row);
    row
}

fn canonical(model: &Migration, world: &World) -> Vec<u64> {
    let mut row = packed(model, world);
    model.canonicalize(world, &mut row);
    row
}

/// A step without names: its kind of fault, whether it recovers, its label, and the canonical row
/// that it leads to.
type Nameless = (Option<u8>, bool, Option<u16>, Vec<u64>);

/// A world's steps, in order.
fn successors(model: &Migration, world: &World) -> Vec<Nameless> {
    let mut found = Vec::new();
    model.successors(world, &mut |step, next| {
        let fault = model.fault_kind(&step);
        let recovers = model.recovers(world, &step);
        let label = model.label(world, &step);
        found.push((fault, recovers, label, canonical(model, next)));
    });
    found.sort();
    found
}

/// A walk of so many steps that hurries the driver on: ordinals have to have moved.
fn walk(model: &Migration, choices: &[u16]) -> Vec<World> {
    let mut world = World::initial(model.setup());
    let mut visited = vec![world];
    for &choice in choices {
        let mut steps: Vec<Step> = Vec::new();
        model.steps(&world, &mut steps);
        let driver = steps.iter().find(|step| matches!(step, Step::Driver(_)));
        let any = steps.get(usize::from(choice / 4) % steps.len().max(1));
        let Some(&step) = driver.filter(|_| choice % 4 < 2).or(any) else {
            break;
        };
        world = model.after(&world, step);
        visited.push(world);
    }
    visited
}

/// Whether the canonical form of a world is another world that behaves in the same way.
fn check_world(model: &Migration, world: &World, told: &str) -> bool {
    let row = canonical(model, world);
    let other = model.unpack(&row);
    assert_eq!(canonical(model, &other), row, "{told}: idempotent");
    for invariant in model.invariants() {
        let holds = [world, &other].map(|world| invariant.holds(model, world));
        assert_eq!(holds[0], holds[1], "{told}: {}", invariant.name);
    }
    assert_eq!(
        model.is_goal(world),
        model.is_goal(&other),
        "{told}: the goal"
    );
    assert_eq!(
        model.keeps_goal(world),
        model.keeps_goal(&other),
        "{told}: as good as the goal"
    );
    assert_eq!(model.mark(world), model.mark(&other), "{told}: the mark");
    assert_eq!(
        successors(model, world),
        successors(model, &other),
        "{told}: steps"
    );
    *world != other
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_world_behaves_as_its_canonical_form(
        choices in proptest::collection::vec(any::<u16>(), 1..90),
        number in 0_u8..8,
    ) {
        for name in bundled() {
            let setup = variant(parallel(&name, Some(FAULTS)), number);
            let model = Migration::new(setup);
            for world in walk(&model, &choices) {
                check_world(&model, &world, &name);
            }
        }
    }
}

/// The walks above would show nothing if no two ordinals were alike on them.
#[test]
fn walks_come_to_worlds_with_ordinals_that_are_alike() {
    let mut changed = Vec::new();
    for name in bundled() {
        let model = Migration::new(parallel(&name, Some(FAULTS)));
        let choices: Vec<u16> = (0..400_u16)
            .map(|number| number.wrapping_mul(40_503))
            .collect();
        let worlds = walk(&model, &choices);
        let is_changed = |world: &&World| check_world(&model, world, &name);
        if worlds.iter().filter(is_changed).count() > 0 {
            changed.push(name);
        }
    }
    assert!(changed.len() >= 6, "only in {changed:?}");
}

/// A driver that may start again can name every ordinal; so can one whose loop is still to come to
/// it; and without `Parallel` the number of an ordinal always matters.
#[test]
fn what_the_program_may_name_is_not_alike() {
    let model = |setup| Migration::new(setup);
    let ordered = scenario("kep-3335-ordered", None).setup;
    assert!(!model(ordered).has_symmetry());
    let restarts = model(scenario("blog-redis-cluster-gated-faults", None).setup);
    assert!(restarts.has_symmetry());
    let choices: Vec<u16> = (0..60_u16)
        .map(|number| number.wrapping_mul(40_503))
        .collect();
    for world in walk(&restarts, &choices) {
        let is_over = world.driver.position as usize == restarts.setup().program.instructions.len();
        assert!(is_over || canonical(&restarts, &world) == packed(&restarts, &world));
    }
    let blog = model(scenario("blog-redis-cluster", None).setup);
    let start = World::initial(blog.setup());
    let mut exchanged = start;
    let first = straddle::internals::world::id::Ordinal(0);
    exchanged.rows[first].sides.source.containers.run = false;
    assert_eq!(canonical(&blog, &exchanged), packed(&blog, &exchanged));
}

fn search(model: &Migration, settings: Settings, properties: &[&'static str]) -> Outcome<Step> {
    let question = question(model, properties, false);
    let bounds = Bounds {
        states: Some(150_000),
        ..Bounds::default()
    };
    exhaustive::check(model, &question, &bounds, settings, &Unobserved)
}

/// Compares both searches of a setup, if it is small enough. Gives the states of both.
fn compare(setup: Setup, properties: &[&'static str], told: &str) -> Option<(u64, u64)> {
    let model = Migration::new(setup);
    if !model.has_symmetry() {
        return None;
    }
    let plain = search(&model, PLAIN, properties);
    if plain.statistics.stopped.is_some() {
        return None;
    }
    let symmetric = search(&model, SYMMETRIC, properties);
    expect_the_same(&plain, &symmetric, Order::FewestFaults, told);
    for decision in &symmetric.decisions {
        if let Verdict::Violated(trace) = &decision.verdict {
            check_trace(&model, trace, told);
        }
    }
    let [plain, symmetric] = [plain, symmetric].map(|found| found.statistics.unique_states);
    Some((plain, symmetric))
}

/// Every bundled scenario as it is and with `Parallel` on both sides, without faults and with
/// one of any kind, as far as its space is small: verdicts, faults and steps.
#[test]
fn bundled_scenarios_have_the_same_verdicts_and_costs() {
    let (mut compared, mut saved) = (0, 0);
    for name in bundled() {
        for faults in [
            None,
            Some("1:eviction,containerCrash,controllerRestart,driverCrash"),
        ] {
            let scenario = scenario(&name, faults);
            for replicas in [2, 3] {
                let Some(mut setup) = scenario.with_replicas(replicas) else {
                    continue;
                };
                for forced in [false, true] {
                    if forced {
                        setup.clusters.source.policy = PodManagementPolicy::Parallel;
                        setup.clusters.destination.policy = PodManagementPolicy::Parallel;
                    }
                    let told = format!("{name}, N = {replicas}, {faults:?}, forced {forced}");
                    let found = compare(setup.clone(), &scenario.properties, &told);
                    if let Some((plain, symmetric)) = found {
                        compared += 1;
                        saved += usize::from(symmetric < plain);
                    }
                }
            }
        }
    }
    assert!(compared >= 40, "only {compared} compared");
    assert!(saved >= 20, "only {saved} of {compared} have fewer states");
}
