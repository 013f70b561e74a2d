//! The driver's steps in words.

use super::conditions::{describe_object, exists};
use super::{Action, instruction, requests};
use crate::actors::api_server::Refusal;
use crate::world::World;
use crate::world::id::describe_slice;
use crate::world::program::{AfterCrash, Operation};
use crate::world::setup::Setup;

/// One step of the driver, as taken in the world `before` it.
pub(super) fn step(setup: &Setup, before: &World, action: Action) -> String {
    let operation = || requests::describe(setup, before, instruction(setup, before).operation);
    match action {
        Action::Restart => restart(setup, before),
        Action::Look => look(setup, before),
        Action::TimeOut if instruction(setup, before).operation == Operation::Clock => {
            "look at the clock: the time is up".to_owned()
        }
        Action::TimeOut => format!("stop waiting until {}", operation()),
        Action::Advance => {
            let refusal = refusal(setup, before);
            let refused =
                refusal.map_or(String::new(), |refusal| format!(": {}", refusal.reason()));
            operation() + &refused
        }
    }
}

/// How the API server would answer the present request.
fn refusal(setup: &Setup, before: &World) -> Option<Refusal> {
    let mut world = *before;
    requests::perform(setup, &mut world, instruction(setup, before).operation).err()
}

fn restart(setup: &Setup, before: &World) -> String {
    match setup.program.after_crash {
        AfterCrash::FromTop => "restart from the top".to_owned(),
        AfterCrash::FromSaved => "restart at its saved position".to_owned(),
        AfterCrash::FromObserved => format!(
            "restart: source has {}, destination has {}",
            describe_slice(before.clusters.source.effective_slice()),
            describe_slice(before.clusters.destination.effective_slice()),
        ),
    }
}

fn look(setup: &Setup, before: &World) -> String {
    let Operation::AwaitGone(object, ..) = instruction(setup, before).operation else {
        return String::new();
    };
    let found = if exists(setup, before, object) {
        "found"
    } else {
        "not found"
    };
    format!(
        "look up {} in {}: {found}",
        describe_object(setup, before, object),
        object.cluster.name()
    )
}
