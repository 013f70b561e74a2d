//! One side of a migration, and the components that act on it.

use std::collections::HashSet;

use straddle::internals::actors::stateful_set_controller::{self, Action};
use straddle::internals::actors::{Actor, Step, api_server};
use straddle::internals::world::World;
use straddle::internals::world::cluster::Side;
use straddle::internals::world::id::{ClusterId, Ordinal, PerCluster};
use straddle::internals::world::program::{Cascade, Program};
use straddle::internals::world::setup::{Budget, ClusterSetup, Reads, Setup};
use straddle::internals::world::stateful_set::{Plan, StatefulSet, Write};
use straddle::internals::world::volume::{Contents, Disk, ReclaimPolicy};

use super::notation::{Events, Set, describe_set, number, place};
use super::{ONLY, permissive};

/// The side that scenes play on. No rule of a component tells the sides apart.
pub const SIDE: ClusterId = ClusterId::Destination;

/// One side, and what never changes about it. The other side is empty.
pub struct Scene {
    /// What never changes.
    pub setup: Setup,
    /// The state.
    pub world: World,
}

impl Scene {
    /// Reads the cells of a set and of what there is beside it.
    pub fn read(set: &str, sees: &str) -> Self {
        let set = Set::read(set);
        let mut world = World::default();
        world.clusters[SIDE].set = set.slice.map(|slice| StatefulSet {
            slice,
            deleting: set.deleting,
            foreground: set.foreground,
            observed: true,
        });
        for item in sees.split(", ").filter(|item| *item != "nothing") {
            place(&mut world, SIDE, item, &set);
        }
        let setup = setup(&set);
        for ordinal in setup.ordinals().filter(|_| set.claims) {
            world.rows[ordinal].storage[ONLY].original = Contents::Current;
            let column = world.column_mut(SIDE, ordinal);
            if column.containers.run {
                column[ONLY].attached.insert(Disk::Original);
            }
        }
        Self { setup, world }
    }

    /// What somebody reads of the side beside its components.
    pub fn reads(&mut self) -> &mut Reads {
        &mut self.setup.reads[SIDE]
    }

    /// What one sync would write, in its order.
    pub fn planned(&self) -> String {
        let plan = stateful_set_controller::plan(&self.setup, &self.world, SIDE);
        self.describe(&plan)
    }

    /// What the running sync still has to write, in its order.
    pub fn left(&self) -> String {
        self.describe(&self.world.plan(SIDE))
    }

    /// Whether a sync would write nothing, not even a status.
    pub fn is_at_rest(&self) -> bool {
        stateful_set_controller::plan(&self.setup, &self.world, SIDE).is_empty()
    }

    /// The controller takes a step, which must be enabled.
    pub fn act(&mut self, action: Action) {
        let enabled = self.enabled();
        assert!(
            enabled.contains(&action),
            "{action:?} is none of {enabled:?}"
        );
        let step = Step::Controller(stateful_set_controller::Step {
            cluster: SIDE,
            action,
        });
        step.perform(&self.setup, &mut self.world);
    }

    /// What the controller may do next.
    pub fn enabled(&self) -> Vec<Action> {
        let mut steps = Vec::new();
        Actor::Controller.steps(&self.setup, &self.world, &mut steps);
        let action = |step| match step {
            Step::Controller(step) if step.cluster == SIDE => step.action,
            other => panic!("not a step of the controller here: {other:?}"),
        };
        steps.into_iter().map(action).collect()
    }

    /// The set as its cell has it, without the policy.
    pub fn set(&self) -> String {
        let set = self.world.clusters[SIDE].set;
        set.map_or_else(|| "no set".to_owned(), |set| describe_set(set.slice))
    }

    /// Makes requests, lets everything run after each, and tells what happens.
    pub fn run(&mut self, when: &str) -> String {
        let mut events = Events::default();
        for request in when.split(", ") {
            self.send(request);
            self.settle(&mut events);
        }
        events.to_string()
    }

    /// Makes one request: `start 3`, `replicas 2`, `start 3 replicas 2`, `delete 4`, `delete claim 4`,
    /// `delete set background` (or `foreground`, `orphan`), `create set 3`, or `time passes`.
    pub fn send(&mut self, request: &str) {
        let (setup, world) = (&self.setup, &mut self.world);
        let words: Vec<&str> = request.split_whitespace().collect();
        let value = |word: &str| Some(i32::from(number(word)));
        let answer = match words[..] {
            ["start", start] => api_server::patch_set(setup, world, SIDE, value(start), None),
            ["replicas", replicas] => {
                api_server::patch_set(setup, world, SIDE, None, value(replicas))
            }
            ["start", start, "replicas", replicas] => {
                api_server::patch_set(setup, world, SIDE, value(start), value(replicas))
            }
            ["delete", pod] => {
                api_server::delete_pod(setup, world, SIDE, Ordinal(number(pod)), false)
            }
            ["delete", "claim", claim] => {
                api_server::delete_claim(world, SIDE, (Ordinal(number(claim)), ONLY))
            }
            ["delete", "set", cascade] => {
                let cascade = match cascade {
                    "background" => Cascade::Background,
                    "foreground" => Cascade::Foreground,
                    "orphan" => Cascade::Orphan,
                    other => panic!("no cascade: {other}"),
                };
                api_server::delete_set(setup, world, SIDE, cascade)
            }
            ["create", "set", replicas] => {
                api_server::create_set(setup, world, SIDE, 0, i32::from(number(replicas)))
            }
            ["time", "passes"] => Ok(()),
            _ => panic!("no request: {request}"),
        };
        assert_eq!(answer, Ok(()), "{request}");
    }

    /// Takes the first step of the first component that has one, until none is left. A step is
    /// not taken twice from one state, so that a component that fails for ever lets others act.
    fn settle(&mut self, events: &mut Events) {
        let mut taken = HashSet::new();
        let mut steps = Vec::new();
        loop {
            steps.clear();
            let is_component = |actor: &&Actor| !matches!(actor, Actor::Driver | Actor::Fault);
            for component in Actor::ALL.iter().filter(is_component) {
                component.steps(&self.setup, &self.world, &mut steps);
            }
            let next = steps.iter().find(|&&step| taken.insert((self.world, step)));
            let Some(&step) = next else { return };
            assert!(taken.len() < 1000, "the components never come to rest");
            self.take(step, events);
        }
    }

    fn take(&mut self, step: Step, events: &mut Events) {
        let world = self.world;
        step.perform(&self.setup, &mut self.world);
        let (before, after) = (world.side(SIDE), self.world.side(SIDE));
        for ordinal in self.setup.ordinals() {
            events.note(before, after, ordinal);
        }
        let objects = |side: Side<'_>, ordinal| (side[ordinal].pod, side[ordinal][ONLY].claim);
        let mut ordinals = self.setup.ordinals();
        let unchanged = ordinals.all(|ordinal| objects(before, ordinal) == objects(after, ordinal));
        if let Step::Controller(step) = step
            && let Action::Write(ordinal, _) = step.action
            && unchanged
        {
            events.push("refused", ordinal);
        }
    }

    /// A plan in words: adoptions, slots upwards, condemned Pods downwards.
    fn describe(&self, plan: &Plan) -> String {
        let mut events = Events::default();
        let upwards = self.setup.ordinals();
        for ordinal in upwards.clone() {
            match plan.rows[ordinal].write {
                Write::Adopt => events.push("adopts", ordinal),
                Write::CreateClaimThenPod => {
                    events.push("creates claim", ordinal);
                    events.push("creates", ordinal);
                }
                Write::CreateClaim => events.push("creates claim", ordinal),
                Write::CreatePod => events.push("creates", ordinal),
                Write::RefuseClaim => events.push("fails at claim", ordinal),
                Write::DeleteFailed => events.push("deletes", ordinal),
                Write::CreatePodThenOwnClaim => {
                    events.push("creates", ordinal);
                    events.push("owns claim", ordinal);
                }
                Write::OwnClaim => events.push("owns claim", ordinal),
                Write::None
                | Write::OwnCondemnedClaim
                | Write::OwnCondemnedClaimThenDelete
                | Write::DeleteCondemned => (),
            }
        }
        let condemned: [(_, &[Write]); 2] = [
            (
                "owns claim",
                &[Write::OwnCondemnedClaim, Write::OwnCondemnedClaimThenDelete],
            ),
            (
                "deletes",
                &[Write::OwnCondemnedClaimThenDelete, Write::DeleteCondemned],
            ),
        ];
        for (verb, writes) in condemned {
            for ordinal in upwards.clone().rev() {
                if writes.contains(&plan.rows[ordinal].write) {
                    events.push(verb, ordinal);
                }
            }
        }
        events.to_string()
    }
}

fn setup(set: &Set) -> Setup {
    let destination = ClusterSetup {
        policy: set.policy,
        initial: set.slice,
        min_ready: set.min_ready,
        retention: set.retention,
    };
    Setup {
        replicas: 8,
        ordinals: 16,
        allowed: 16,
        clusters: PerCluster {
            source: ClusterSetup::default(),
            destination,
        },
        storage: Vec::from_iter(set.claims.then(|| permissive(ReclaimPolicy::Delete))),
        availability: None,
        program: Program::default(),
        budget: Budget::default(),
        reads: PerCluster::default(),
        schedules: PerCluster {
            source: false,
            destination: set.claims && destination.owns_claims(),
        },
        extras: Vec::new(),
        for_every_n: false,
    }
}
