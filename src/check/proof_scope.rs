//! What a proof is about, and the model that it is a proof of.

use crate::every_n::Invariant;
use crate::model::sizes::Sizes;
use crate::properties::{Locality, Property};
use crate::scenario;
use crate::world::setup::{Availability, AvailabilityRule, Pool, Setup};

/// What a proof is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProofScope {
    /// The invariants about each ordinal by itself.
    Each,
    /// No more than so many ordinals are down beside those that a fault has hit.
    Down(u8),
}

impl ProofScope {
    /// The least free ordinals that views need.
    #[must_use]
    pub const fn free(self) -> usize {
        match self {
            Self::Each => 1,
            Self::Down(most) => most as usize + 1,
        }
    }
}

/// The migration for each number of replicas, with as many faults as may be. `None` if it reaches
/// ordinals in a way that depends on the number.
#[must_use]
pub fn sizes(setup: &Setup, scope: ProofScope) -> Option<Sizes> {
    let mut setup = setup.clone();
    for pool in &mut setup.budget.pools {
        pool.at_most = pool.at_most.min(1) * Pool::UNLIMITED;
    }
    setup.for_every_n = true;
    setup.availability = match scope {
        ProofScope::Each => None,
        ProofScope::Down(most) => Some(Availability {
            rule: AvailabilityRule::MaxUnavailable(most),
            excused: true,
        }),
    };
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

/// The invariants of a property that views can keep.
pub(super) fn invariant(property: &'static Property, scope: ProofScope) -> Invariant<Sizes> {
    Invariant {
        name: property.name,
        arity: scope.free(),
        holds: Box::new(move |model, world| property.holds(model.setup(), world)),
    }
}

/// What it takes to prove a property that is about states.
pub(super) fn aim_of(setup: &Setup, property: &Property) -> Result<ProofScope, &'static str> {
    match property.locality {
        Locality::Each => Ok(ProofScope::Each),
        Locality::Down(most) => most(setup).map(ProofScope::Down),
    }
}
