//! The components as actors: each looks at the world and lists the steps it may take next.
//!
//! Actors share the API servers' stores, as the components of Kubernetes do, instead of
//! sending each other messages. Deciding and performing are apart: between the two, anybody
//! else may act.
//!
//! To add a component, write its file, with a [`Component`], and put it into the list below.

pub mod api_server;
mod component;
pub mod driver;
mod fairness;
pub mod faults;
pub mod garbage_collector;
pub mod kubelet;
pub mod persistent_volume_controller;
pub mod pv_protection_controller;
pub mod pvc_protection_controller;
pub mod scheduler;
pub mod stateful_set_controller;
pub mod storage;

pub use component::Component;
pub use fairness::{Scope, Worker};

use crate::vocabulary;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::setup::Setup;
use crate::world::volume::Template;

/// Makes `Actor` and `Step` out of the list of the components.
macro_rules! components {
    ($($(#[$doc:meta])* $component:ident: $step:ty,)*) => {
        /// A component of the world, by its name.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Actor {
            $($(#[$doc])* $component,)*
        }

        impl Actor {
            /// All of them, in the order in which their steps are listed.
            pub const ALL: &'static [Self] = &[$(Self::$component,)*];

            /// The component's name, as Kubernetes spells it and reports print it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$component => <$step>::NAME,)* }
            }

            /// The name for a narrow column.
            #[must_use]
            pub const fn short_name(self) -> &'static str {
                match self { $(Self::$component => <$step>::SHORT_NAME,)* }
            }

            /// Whether the component ever has anything to do in this setup.
            #[must_use]
            pub fn is_needed(self, setup: &Setup) -> bool {
                match self { $(Self::$component => <$step>::is_needed(setup),)* }
            }

            /// Appends every step that the component may take in `world`, always in the same order.
            pub fn steps(self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
                match self {
                    $(Self::$component => <$step>::steps(setup, world, &mut |step| {
                        out.push(Step::$component(step));
                    }),)*
                }
            }

            /// The parts of the component that act independently.
            const fn workers(self) -> &'static [Scope] {
                match self { $(Self::$component => <$step>::WORKERS,)* }
            }
        }

        /// One step of one component.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Step {
            $($(#[$doc])* $component($step),)*
        }

        impl Step {
            /// The component whose step this is.
            #[must_use]
            pub const fn actor(self) -> Actor {
                match self { $(Self::$component(_) => Actor::$component,)* }
            }

            /// The side that the step is about. The driver's steps have the one in their
            /// instruction.
            #[must_use]
            pub fn cluster(self) -> Option<ClusterId> {
                match self { $(Self::$component(step) => step.cluster(),)* }
            }

            /// The ordinal that the step is about, if it is about one.
            #[must_use]
            pub fn ordinal(self) -> Option<Ordinal> {
                match self { $(Self::$component(step) => step.ordinal(),)* }
            }

            /// The claim template that the step is about, if it is about one.
            #[must_use]
            pub fn template(self) -> Option<Template> {
                match self { $(Self::$component(step) => step.template(),)* }
            }

            /// The number of its worker among those of the component.
            fn number_of_worker(self) -> usize {
                match self { $(Self::$component(step) => step.worker(),)* }
            }

            /// Whether the step is one to rely on in a way back to the goal.
            #[must_use]
            pub fn recovers(self, before: &World) -> bool {
                match self { $(Self::$component(step) => step.recovers(before),)* }
            }

            /// Takes the step.
            pub fn perform(self, setup: &Setup, world: &mut World) {
                match self { $(Self::$component(step) => step.perform(setup, world),)* }
            }

            /// The parts that the step may change in the world `before` it. All others are after it
            /// what they were.
            #[must_use]
            pub fn may_change(self, setup: &Setup, before: &World) -> Parts {
                match self { $(Self::$component(step) => step.may_change(setup, before),)* }
            }

            /// A short name for what the step does, which does not change between releases.
            #[must_use]
            pub fn name(self, setup: &Setup, before: &World) -> &'static str {
                match self { $(Self::$component(step) => step.name(setup, before),)* }
            }

            /// The step in words, as taken in the world `before` it.
            #[must_use]
            pub fn describe(self, setup: &Setup, before: &World) -> String {
                match self { $(Self::$component(step) => step.describe(setup, before),)* }
            }
        }
    };
}

components! {
    /// The migration driver.
    Driver: driver::Action,
    /// The StatefulSet controller.
    Controller: stateful_set_controller::Step,
    /// The scheduler.
    Scheduler: scheduler::Step,
    /// The kubelet that a Pod is bound to.
    Kubelet: kubelet::Step,
    /// The shared storage.
    Storage: storage::Step,
    /// The persistent volume controller.
    Volumes: persistent_volume_controller::Step,
    /// The protection controller of claims.
    ClaimProtection: pvc_protection_controller::Step,
    /// The protection controller of volumes.
    VolumeProtection: pv_protection_controller::Step,
    /// The garbage collector.
    Collector: garbage_collector::Step,
    /// The faults.
    Fault: faults::Step,
}

impl Actor {
    /// The component as a report names it.
    #[must_use]
    pub const fn who(self) -> vocabulary::Actor {
        match self {
            Self::Driver => vocabulary::Actor::Driver,
            Self::Fault => vocabulary::Actor::Fault,
            _ => vocabulary::Actor::Component(vocabulary::Component {
                name: self.name(),
                short_name: self.short_name(),
            }),
        }
    }
}
