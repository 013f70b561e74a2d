//! Migrations whose controllers write all they have planned in one step.
//!
//! Nobody can act between a look and its writes, nor between two writes. Kubernetes guarantees
//! neither; many models of it do.

use straddle::Migration;
use straddle::engine::{Claim, Formula, Predicate, Searchable};
use straddle::internals::actors::Step;
use straddle::internals::actors::stateful_set_controller::Action;
use straddle::internals::world::World;
use straddle::internals::world::id::ClusterId;

/// A migration with controllers like that.
pub struct AtOnce(pub Migration);

impl AtOnce {
    /// Those of the migration.
    pub fn invariants(&self) -> Vec<Formula<Self>> {
        let own = |formula: Formula<Migration>| match formula.claim {
            Claim::Invariant(Predicate::Own(number)) => {
                Some(Formula::own_invariant(formula.name, number))
            }
            _ => None,
        };
        let invariants = self.0.invariants().into_iter();
        invariants.filter_map(own).collect()
    }

    /// The world after the rest of what the controller of a side has planned, in the order in
    /// which its steps are listed.
    fn written(&self, mut world: World, side: ClusterId) -> World {
        let mut steps = Vec::new();
        loop {
            steps.clear();
            self.0.steps(&world, &mut steps);
            let is_write = |step: &&Step| match step {
                Step::Controller(step) => {
                    let writes = matches!(step.action, Action::Write(..) | Action::WriteStatus);
                    writes && step.cluster == side
                }
                _ => false,
            };
            match steps.iter().find(is_write) {
                Some(&write) => world = self.0.after(&world, write),
                None => return world,
            }
        }
    }
}

impl Searchable for AtOnce {
    type State = World;
    type Action = Step;

    fn initial_states(&self) -> Vec<World> {
        self.0.initial_states()
    }

    fn successor(&self, world: &World, step: &Step) -> Option<World> {
        let next = self.0.after(world, *step);
        Some(match step {
            Step::Controller(step) if step.action == Action::Sync => {
                self.written(next, step.cluster)
            }
            _ => next,
        })
    }

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
            if let Some(next) = self.successor(world, &step) {
                visit(step, &next);
            }
        }
    }

    fn fault_kind(&self, step: &Step) -> Option<u8> {
        self.0.fault_kind(step)
    }

    fn holds(&self, number: usize, world: &World) -> bool {
        self.0.holds(number, world)
    }
}
