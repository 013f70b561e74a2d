//! [`Migration`]: world, actors and properties joined into one `stateright::Model`.

use std::cell::RefCell;

use stateright::{Model, Property};

use crate::actors::faults::{self, Target};
use crate::actors::stateful_set_controller::Action;
use crate::actors::{ACTORS, Step, kubelet};
use crate::engine::{Invariant, Searchable};
use crate::properties;
use crate::world::World;
use crate::world::packing::Layout;
use crate::world::setup::Setup;

/// A migration as a transition system: states are [`World`]s, actions are [`Step`]s.
///
/// ```
/// use stateright::{Checker, Model};
/// use straddle::scenario::{Overrides, Scenario};
///
/// let path = std::path::Path::new("models/blog-redis-cluster-gated/scenario.yaml");
/// let scenario = Scenario::read(path, &Overrides::default()).expect("a bundled scenario");
/// let small = scenario.with_replicas(1).expect("it says nothing about a fixed ordinal");
/// let checker = straddle::Migration::new(small).checker().spawn_bfs().join();
/// checker.assert_properties();
/// ```
#[derive(Clone, Debug)]
pub struct Migration {
    setup: Setup,
    layout: Layout,
}

impl Migration {
    /// The migration of a setup.
    ///
    /// # Panics
    /// If the setup does not fit the checker's tables.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        setup.check();
        let layout = Layout::of(&setup);
        Self { setup, layout }
    }

    /// What never changes.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How states are packed.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The world after `step`.
    #[must_use]
    pub fn after(&self, world: &World, step: Step) -> World {
        let mut next = *world;
        step.actor().perform(&self.setup, &mut next, step);
        for ordinal in next.excused.iter() {
            if next.serves(ordinal) {
                next.excused.remove(ordinal);
            }
        }
        next
    }

    /// Every step that is enabled in `world`, in the order of the actors.
    pub fn steps(&self, world: &World, out: &mut Vec<Step>) {
        for actor in ACTORS {
            actor.steps(&self.setup, world, out);
        }
    }
}

impl Model for Migration {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::initial(&self.setup)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Step>) {
        self.steps(world, actions);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        Some(self.after(world, step))
    }

    /// The always-properties that say anything about this setup. Those about paths are missing:
    /// this trait has no words for them.
    fn properties(&self) -> Vec<Property<Self>> {
        let invariants = self.invariants().into_iter();
        invariants
            .map(|invariant| Property::always(invariant.name, invariant.holds))
            .collect()
    }
}

impl Searchable for Migration {
    fn words(&self) -> usize {
        self.layout.words()
    }

    fn pack(&self, world: &World, words: &mut [u64]) {
        self.layout.pack(&self.setup, world, words);
    }

    fn unpack(&self, words: &[u64]) -> World {
        self.layout.unpack(&self.setup, words)
    }

    fn successors(&self, world: &World, visit: &mut impl FnMut(Step, &World)) {
        thread_local! {
            static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
        }
        let mut steps = STEPS.take();
        steps.clear();
        self.steps(world, &mut steps);
        for &step in &steps {
            visit(step, &self.after(world, step));
        }
        STEPS.replace(steps);
    }

    fn fault_kind(&self, step: &Step) -> Option<u8> {
        match step {
            Step::Fault(id, _) => Some(id.0),
            _ => None,
        }
    }

    /// A controller that acts on an older cache is no help to rely on.
    fn recovers(&self, world: &World, step: &Step) -> bool {
        match *step {
            Step::Controller(side, Action::Sync | Action::Write(_)) => {
                !world.clusters[side].controller.lags
            }
            _ => true,
        }
    }

    fn invariants(&self) -> Vec<Invariant<Self>> {
        let all = properties::ALL.iter().zip(HOLDS);
        let applying = all.filter(|(property, _)| (property.applies)(&self.setup).is_ok());
        applying
            .filter(|(property, _)| !property.kind.is_about_paths())
            .map(|(property, holds)| Invariant {
                name: property.name,
                holds,
            })
            .collect()
    }

    fn is_goal(&self, world: &World) -> bool {
        world.is_goal(&self.setup)
    }

    fn keeps_goal(&self, world: &World) -> bool {
        world.is_migrated(&self.setup)
    }

    /// One class for each component, side and object. A cache that catches up is nobody's
    /// decision, so it is a class of its own.
    fn fairness(&self, step: &Step) -> Option<u16> {
        let component = match *step {
            Step::Driver(_) => 0,
            Step::Controller(_, Action::CatchUp) => 1,
            Step::Controller(..) => 2,
            Step::Kubelet(_, _, kubelet::Action::StopStray) => 3,
            Step::Kubelet(..) => 4,
            Step::Attach(..) => 5,
            Step::Detach(..) => 6,
            Step::Volumes(..) => 7,
            Step::RemoveClaim(..) => 8,
            Step::RemoveVolume(..) => 9,
            Step::Collect(..) => 10,
            Step::Fault(..) => return None,
        };
        let side = step.cluster().map_or(0, |cluster| cluster as u16);
        let object = match step {
            Step::Controller(..) => None,
            _ => step.ordinal(),
        };
        let object = object.map_or(0, |ordinal| u16::from(ordinal.0) + 1);
        Some((component * 2 + side) * 32 + object)
    }
}

/// The property of number `I` as a predicate of the model: a plain function, as
/// `stateright::Property` wants one.
fn holds<const I: usize>(model: &Migration, world: &World) -> bool {
    let property = properties::ALL.get(I);
    property.is_none_or(|property| property.holds(&model.setup, world))
}

/// [`holds`] for every number that a property may have.
const HOLDS: [fn(&Migration, &World) -> bool; 16] = [
    holds::<0>,
    holds::<1>,
    holds::<2>,
    holds::<3>,
    holds::<4>,
    holds::<5>,
    holds::<6>,
    holds::<7>,
    holds::<8>,
    holds::<9>,
    holds::<10>,
    holds::<11>,
    holds::<12>,
    holds::<13>,
    holds::<14>,
    holds::<15>,
];

/// The name of the fault that a step is, and what it strikes.
#[must_use]
pub fn fault_of(step: Step) -> Option<(&'static str, Target)> {
    match step {
        Step::Fault(id, target) => Some((faults::kind(id).name(), target)),
        _ => None,
    }
}
