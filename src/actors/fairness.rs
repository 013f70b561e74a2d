//! Whose step a step is: what has to be fair to whom.

use super::{Actor, Step};
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;
use crate::world::volume::Template;

/// What there is one worker for each of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The whole migration.
    World,
    /// A side: it works on the set.
    Side,
    /// An ordinal of a side: it works on what there is of that, or of that for one claim template.
    Ordinal,
}

/// One part of a component, as far as it works on one object. If it goes on being able to act, it
/// does eventually.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Worker {
    /// The component.
    pub actor: Actor,
    /// Its place in [`Component::WORKERS`](super::Component::WORKERS).
    number: usize,
    /// The side that it works on; none if there is one for all.
    pub cluster: Option<ClusterId>,
    /// The ordinal that it works on, if it works on one.
    pub ordinal: Option<Ordinal>,
    /// The claim template that it works on, if it works on one.
    pub template: Option<Template>,
}

/// The most workers that a component has for one object or set.
const MOST: usize = 3;

/// The workers of each component, numbered from 0 in each scope, in the order of the components.
const RANKS: [[u16; MOST]; Actor::ALL.len()] = numbered().0;

/// How many workers each scope has.
const COUNTS: [u16; 3] = numbered().1;

const fn numbered() -> ([[u16; MOST]; Actor::ALL.len()], [u16; 3]) {
    let mut ranks = [[0; MOST]; Actor::ALL.len()];
    let mut counts = [0; 3];
    let mut actor = 0;
    while actor < ranks.len() {
        let workers = Actor::ALL[actor].workers();
        let mut worker = 0;
        while worker < workers.len() {
            let count = &mut counts[workers[worker] as usize];
            ranks[actor][worker] = *count;
            *count += 1;
            worker += 1;
        }
        actor += 1;
    }
    (ranks, counts)
}

impl Step {
    /// Who takes the step; none if it is a fault.
    #[must_use]
    pub fn worker(self) -> Option<Worker> {
        let (actor, number) = (self.actor(), self.number_of_worker());
        let scope = *actor.workers().get(number)?;
        Some(Worker {
            actor,
            number,
            cluster: self.cluster().filter(|_| scope != Scope::World),
            ordinal: self.ordinal().filter(|_| scope == Scope::Ordinal),
            template: self.template().filter(|_| scope == Scope::Ordinal),
        })
    }

    /// The class of steps that this one belongs to, as far as fairness goes: a number for each
    /// [`Worker`], without gaps for the ordinals of `setup`. `None` for faults.
    #[must_use]
    pub fn fairness(self, setup: &Setup) -> Option<u16> {
        let worker = self.worker()?;
        let rank = RANKS[worker.actor as usize][worker.number];
        let [worlds, sides, _] = COUNTS;
        Some(match (worker.cluster, worker.ordinal) {
            (Some(cluster), Some(ordinal)) => {
                let column = 2 * rank + cluster as u16;
                let place = column * u16::from(setup.ordinals) + u16::from(ordinal.0);
                let template = worker.template.map_or(0, |template| u16::from(template.0));
                worlds + 2 * sides + place * templates(setup) + template
            }
            (Some(cluster), None) => worlds + 2 * rank + cluster as u16,
            (None, _) => rank,
        })
    }

    /// How many classes of fairness there are.
    #[must_use]
    pub fn classes(setup: &Setup) -> u16 {
        let [worlds, sides, ordinals] = COUNTS;
        let columns = u16::from(setup.ordinals) * templates(setup);
        worlds + 2 * (sides + ordinals * columns)
    }
}

/// How many workers there are for an ordinal of a side, where one works on each claim template.
fn templates(setup: &Setup) -> u16 {
    setup.storage.len().max(1) as u16
}
