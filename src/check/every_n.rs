//! A scenario's promises for every number of replicas.

use crate::every_n::Promise;
use crate::model::sizes::Sizes;
use crate::properties::{self, Kind};
use crate::scenario::{self, Scenario};
use crate::world::setup::{Availability, AvailabilityRule, Pool, Setup};

/// The migration for each number of replicas, with as many faults as may be.
#[must_use]
pub fn sizes(scenario: &Scenario, most_down: u8) -> Option<Sizes> {
    let mut setup = scenario.setup.clone();
    for pool in &mut setup.budget.pools {
        pool.at_most = if pool.at_most > 0 { Pool::UNLIMITED } else { 0 };
    }
    setup.relaxes_counts = true;
    setup.availability = (most_down > 0).then_some(Availability {
        rule: AvailabilityRule::MaxUnavailable(most_down),
        excused: true,
    });
    let resized = |n| scenario::resized(&setup, n);
    let setups: Vec<Setup> = (0..=16).map_while(resized).collect();
    let added = |setup: &Setup| setup.ordinals - setup.replicas;
    let last = added(setups.last()?);
    // A few replicas may reach less far than many do.
    let mut grown = setups.iter().skip_while(|setup| added(setup) < last);
    grown.all(|setup| added(setup) == last).then(|| {
        Sizes::new(setups.into_iter().map(|setup| Setup {
            ordinals: setup.replicas + last,
            ..setup
        }))
    })
}

/// The promises that views can keep.
#[must_use]
pub fn promises(scenario: &Scenario, most_down: u8) -> Vec<Promise<Sizes>> {
    let mut promises: Vec<Promise<Sizes>> = Vec::new();
    for property in properties::ALL {
        if (property.applies)(&scenario.setup).is_err() && property.name != "available" {
            continue;
        }
        let arity = match property.kind {
            Kind::Always { .. } if property.name == "available" => usize::from(most_down) + 1,
            Kind::AlwaysForEach(_) | Kind::Always { .. } => 1,
            _ => continue,
        };
        promises.push(Promise {
            name: property.name,
            arity,
            holds: Box::new(move |model, world| property.holds(model.setup(), world)),
        });
    }
    promises
}
