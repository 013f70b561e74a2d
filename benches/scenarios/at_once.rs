//! Migrations whose controllers write all they have planned in one step.
//!
//! Nobody can act between a look and its writes, nor between two writes. Kubernetes promises
//! neither; many models of it do.

use stateright::Model;
use straddle::Migration;
use straddle::actors::Step;
use straddle::actors::stateful_set_controller::Action;
use straddle::engine::{Invariant, Searchable};
use straddle::properties;
use straddle::world::World;
use straddle::world::id::ClusterId;

/// A migration with controllers like that.
pub struct AtOnce(pub Migration);

impl AtOnce {
    /// The world after the rest of what the controller of a side has planned, in the order in
    /// which its steps are listed.
    fn written(&self, mut world: World, side: ClusterId) -> World {
        let mut steps = Vec::new();
        loop {
            steps.clear();
            self.0.steps(&world, &mut steps);
            let is_write = |step: &&Step| match **step {
                Step::Controller(of, Action::Write(_) | Action::WriteStatus) => of == side,
                _ => false,
            };
            match steps.iter().find(is_write) {
                Some(&write) => world = self.0.after(&world, write),
                None => return world,
            }
        }
    }
}

impl Model for AtOnce {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        self.0.init_states()
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        self.0.steps(world, steps);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let next = self.0.after(world, step);
        Some(match step {
            Step::Controller(side, Action::Sync) => self.written(next, side),
            _ => next,
        })
    }
}

impl Searchable for AtOnce {
    fn words(&self) -> usize {
        self.0.words()
    }

    fn pack(&self, world: &World, words: &mut [u64]) {
        self.0.pack(world, words);
    }

    fn unpack(&self, words: &[u64]) -> World {
        self.0.unpack(words)
    }

    fn successors(&self, world: &World, visit: &mut impl FnMut(Step, &World)) {
        let mut steps = Vec::new();
        self.0.steps(world, &mut steps);
        for step in steps {
            if let Some(next) = self.next_state(world, step) {
                visit(step, &next);
            }
        }
    }

    fn fault_kind(&self, step: &Step) -> Option<u8> {
        self.0.fault_kind(step)
    }

    /// Those of the migration, in its order.
    fn invariants(&self) -> Vec<Invariant<Self>> {
        let named = properties::ALL.iter().zip(HOLDS);
        let all: Vec<_> = named
            .map(|(property, holds)| (property.name, holds))
            .collect();
        let of_name = |name| all.iter().find(|(known, _)| *known == name);
        let invariants = self.0.invariants().into_iter();
        invariants
            .filter_map(|invariant| of_name(invariant.name))
            .map(|&(name, holds)| Invariant { name, holds })
            .collect()
    }

    fn is_goal(&self, world: &World) -> bool {
        self.0.is_goal(world)
    }
}

/// The property of number `I`: an invariant is a plain function.
fn holds<const I: usize>(model: &AtOnce, world: &World) -> bool {
    properties::ALL[I].holds(model.0.setup(), world)
}

const HOLDS: [fn(&AtOnce, &World) -> bool; properties::ALL.len()] = [
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
];
