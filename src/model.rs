//! [`Migration`]: world, actors and properties joined into one model.

pub mod sizes;
pub mod witnesses;

use std::cell::RefCell;

use stateright::{Model, Property};

use crate::actors::faults::{self, Reach};
use crate::actors::{Actor, Step, driver};
use crate::engine::adapters::{self, Judge};
use crate::engine::{Bits, Claim, Formula, Predicate, Searchable};
use crate::properties::{self, Kind};
use crate::world::World;
use crate::world::packing::Layout;
use crate::world::setup::Setup;
use crate::world::symmetry::Symmetry;

/// A migration as a transition system: states are [`World`]s, actions are [`Step`]s.
///
/// ```
/// use stateright::{Checker, Model};
/// use straddle::{Overrides, Scenario};
///
/// let path = std::path::Path::new("models/blog-redis-cluster-gated/scenario.yaml");
/// let scenario = Scenario::read(path, &Overrides::default()).expect("a bundled scenario");
/// let small = scenario.with_replicas(1).expect("it says nothing about a fixed ordinal");
/// let checker = straddle::Migration::new(small).checker().spawn_bfs().join();
/// checker.assert_properties();
/// ```
#[derive(Clone)]
pub struct Migration {
    setup: Setup,
    layout: Layout,
    /// Which ordinals are interchangeable, if any ever are.
    symmetry: Option<Symmetry>,
    actors: Vec<Actor>,
    /// Whether ordinals that a fault has hit are excused.
    excuses: bool,
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
        let actors = Actor::ALL.iter().copied();
        let actors = actors.filter(|actor| actor.is_needed(&setup)).collect();
        let strikes_driver = |id| faults::kind(id).reach() == Reach::Driver;
        let restarts = setup.budget.kinds().iter().any(strikes_driver);
        Self {
            symmetry: Symmetry::of(&setup, restarts),
            excuses: setup.excuses_faults(),
            setup,
            layout,
            actors,
        }
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

    /// What the properties that say anything about this setup ask of a search, in the order of
    /// reports.
    #[must_use]
    pub fn formulas(&self) -> Vec<Formula<Self>> {
        let properties = properties::ALL.iter().enumerate();
        properties
            .filter(|(_, property)| (property.applies)(&self.setup).is_ok())
            .map(|(number, property)| Formula {
                name: property.name,
                claim: claim(number, property.kind),
            })
            .collect()
    }

    /// Those of them that are about single states.
    #[must_use]
    pub fn invariants(&self) -> Vec<Formula<Self>> {
        let mut formulas = self.formulas();
        formulas.retain(|formula| matches!(formula.claim, Claim::Invariant(_)));
        formulas
    }

    /// Whether the migration is complete.
    #[must_use]
    pub fn is_goal(&self, world: &World) -> bool {
        world.is_goal(&self.setup)
    }

    /// Whether a migration that was complete still is, but for what a lasting fault does by itself.
    #[must_use]
    pub fn keeps_goal(&self, world: &World) -> bool {
        world.is_migrated(&self.setup)
    }

    /// The world after `step`.
    #[must_use]
    pub fn after(&self, world: &World, step: Step) -> World {
        let mut next = *world;
        self.perform(&mut next, step);
        next
    }

    /// Takes a step. Who serves again is no longer excused.
    fn perform(&self, world: &mut World, step: Step) {
        step.perform(&self.setup, world);
        if !self.excuses {
            return;
        }
        for ordinal in self.setup.ordinals() {
            let row = &mut world.rows[ordinal];
            row.excused &= !row.serves();
        }
    }

    /// Every step that is enabled in `world`, in the order of the actors.
    pub fn steps(&self, world: &World, out: &mut Vec<Step>) {
        for actor in &self.actors {
            actor.steps(&self.setup, world, out);
        }
    }
}

impl std::fmt::Debug for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migration")
            .field("setup", &self.setup)
            .field("layout", &self.layout)
            .finish_non_exhaustive()
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
        let properties = properties::ALL.iter().enumerate();
        properties
            .filter(|(_, property)| (property.applies)(&self.setup).is_ok())
            .filter(|(_, property)| !property.kind.is_about_paths())
            .map(|(number, property)| adapters::always(property.name, number))
            .collect()
    }
}

impl Judge for Migration {
    /// Whether the property of that number in [`properties::ALL`] holds.
    #[inline]
    fn judge(&self, number: usize, world: &World) -> bool {
        properties::ALL[number].holds(&self.setup, world)
    }
}

impl Searchable for Migration {
    type State = World;
    type Action = Step;

    fn initial_states(&self) -> Vec<World> {
        self.init_states()
    }

    fn enabled(&self, world: &World, steps: &mut Vec<Step>) {
        self.steps(world, steps);
    }

    fn successor(&self, world: &World, step: &Step) -> Option<World> {
        Some(self.after(world, *step))
    }

    /// What [`Judge::judge`] says, by a function of each property's own.
    #[inline]
    fn holds(&self, number: usize, world: &World) -> bool {
        adapters::condition(number)(self, world)
    }

    fn words(&self) -> usize {
        self.layout.words()
    }

    fn pack(&self, world: &World, words: &mut [u64]) {
        self.layout.pack(world, words);
    }

    fn unpack(&self, words: &[u64]) -> World {
        self.layout.unpack(words)
    }

    fn successors(&self, world: &World, visit: &mut impl FnMut(Step, &World)) {
        thread_local! {
            static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
        }
        let mut steps = STEPS.take();
        steps.clear();
        self.steps(world, &mut steps);
        // One world serves all steps: what a step has changed is put back.
        let mut next = *world;
        for &step in &steps {
            self.perform(&mut next, step);
            visit(step, &next);
            let parts = step.may_change(&self.setup, world);
            next.copy_parts(world, parts, self.setup.ordinals);
            debug_assert_eq!(next, *world, "{step:?} changes more than it says");
        }
        STEPS.replace(steps);
    }

    fn pack_successor(
        &self,
        row: &[u64],
        world: &World,
        step: &Step,
        next: &World,
        words: &mut [u64],
    ) {
        words.copy_from_slice(row);
        let parts = step.may_change(&self.setup, world);
        self.layout.write(next, parts, words);
    }

    fn has_symmetry(&self) -> bool {
        self.symmetry.is_some()
    }

    /// Ordinals that are alike are put in the order of what there is of them.
    #[inline]
    fn canonicalize(&self, world: &World, row: &mut [u64]) {
        if let Some(symmetry) = &self.symmetry {
            symmetry.sets(world, |ordinals| self.layout.sort(row, ordinals));
        }
    }

    fn fault_kind(&self, step: &Step) -> Option<u8> {
        match step {
            Step::Fault(fault) => Some(fault.kind.0),
            _ => None,
        }
    }

    /// The counters of all pools but the one that a lagging cache is paid from. With faults of
    /// that pool left, a controller's previous version is kept, and after the last it is
    /// forgotten: that part of a state does depend on the counter. Nothing else reads a counter,
    /// except to see whether another fault may strike.
    fn spent(&self) -> Vec<Bits> {
        let lag_pool = self.setup.budget.lag_pool.map(usize::from);
        let pools = self.layout.spent().enumerate();
        pools
            .filter(|&(pool, _)| Some(pool) != lag_pool)
            .map(|(_, (shift, width))| Bits {
                word: 0,
                shift,
                width,
            })
            .collect()
    }

    fn fairness(&self, step: &Step) -> Option<u16> {
        step.fairness(&self.setup)
    }

    fn recovers(&self, world: &World, step: &Step) -> bool {
        step.recovers(world)
    }

    /// The events of the program's instructions.
    fn label(&self, world: &World, step: &Step) -> Option<u16> {
        let Step::Driver(action) = *step else {
            return None;
        };
        let event = driver::event(&self.setup, world, action)?;
        Some(event.label(self.setup.program.index(world.driver.position)))
    }

    fn mark(&self, world: &World) -> Option<u16> {
        let index = self.setup.program.index(world.driver.position);
        driver::is_waiting(&self.setup, world).then(|| driver::Event::Waiting.label(index))
    }
}

/// What the property of that number in [`properties::ALL`] says of a search.
fn claim(number: usize, kind: Kind) -> Claim<Migration> {
    let goal = Predicate::Of(Migration::is_goal);
    let stays = Predicate::Of(Migration::keeps_goal);
    match kind {
        Kind::AlwaysForEach(_) | Kind::Always { .. } => Claim::Invariant(Predicate::Own(number)),
        Kind::FromEverywhere => Claim::AlwaysReachable(goal),
        Kind::Eventually => Claim::Eventually(goal),
        Kind::EventuallyAlways => Claim::Stabilizes { goal, stays },
    }
}
