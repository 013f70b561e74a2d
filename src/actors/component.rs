//! What a component is: all that is known of its steps, in one place.

use std::fmt::Debug;
use std::hash::Hash;

use super::fairness::Scope;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::setup::Setup;
use crate::world::volume::Template;

/// A component of the world, on every side where it exists. The type is that of its steps: each is
/// one API request, or one thing that a node or the storage does.
pub trait Component: Copy + Eq + Hash + Debug {
    /// The component's name, as Kubernetes spells it and reports print it.
    const NAME: &'static str;

    /// The name for a narrow column.
    const SHORT_NAME: &'static str = Self::NAME;

    /// The parts of the component that act independently, each by the objects that it acts on. The
    /// steps of a component without any are faults.
    const WORKERS: &'static [Scope];

    /// Whether the component ever has anything to do in this setup.
    #[must_use]
    fn is_needed(setup: &Setup) -> bool {
        let _ = setup;
        true
    }

    /// Visits every step that the component may take in `world`, always in the same order.
    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self));

    /// The side that the step is about. The driver's steps have the one in their instruction.
    fn cluster(self) -> Option<ClusterId>;

    /// The ordinal that the step is about, if it is about one.
    fn ordinal(self) -> Option<Ordinal>;

    /// The claim template whose claim, volumes or disks the step is about, if it is about one.
    fn template(self) -> Option<Template> {
        None
    }

    /// Which of [`Self::WORKERS`] takes the step.
    fn worker(self) -> usize {
        0
    }

    /// Whether the step is one to rely on in a way back to the goal.
    fn recovers(self, before: &World) -> bool {
        let _ = before;
        true
    }

    /// Takes the step.
    fn perform(self, setup: &Setup, world: &mut World);

    /// The parts that the step may change in the world `before` it. All others are after it what
    /// they were.
    fn may_change(self, setup: &Setup, before: &World) -> Parts;

    /// A short name for what the step does, which does not change between releases.
    fn name(self, setup: &Setup, before: &World) -> &'static str;

    /// The step in words, as taken in the world `before` it.
    fn describe(self, setup: &Setup, before: &World) -> String;
}
