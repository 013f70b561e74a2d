//! The controller's steps in words.

use super::{claim_owner, plan};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal, describe_slice};
use crate::world::setup::Setup;
use crate::world::stateful_set::Write;
use crate::world::volume::{ClaimOwner, Template};

pub(super) fn owner(
    setup: &Setup,
    world: &World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> String {
    let label = setup.label(template, ordinal);
    match claim_owner(setup, world, cluster, ordinal) {
        ClaimOwner::Nobody => format!("clear the owner of claim {label}"),
        ClaimOwner::Set | ClaimOwner::RemovedSet => {
            format!("make the set the owner of claim {label}")
        }
        ClaimOwner::Pod | ClaimOwner::RemovedPod => {
            format!("make its Pod the owner of claim {label}")
        }
    }
}

/// The claim of an ordinal that is being deleted; the first of several.
pub(super) fn deleting(
    setup: &Setup,
    world: &World,
    cluster: ClusterId,
    ordinal: Ordinal,
) -> String {
    let is_deleting = |template: &_| {
        let claim = world.column(cluster, ordinal)[*template].claim;
        claim.is_some_and(|claim| claim.deleting)
    };
    let template = setup.templates().find(is_deleting).unwrap_or_default();
    format!("claim {}", setup.label(template, ordinal))
}

/// Picks some of the writes of a plan.
type Picks = fn(Write) -> bool;

/// `sees {3..5}, plans create 3`: the range, and the writes.
pub(super) fn sync(setup: &Setup, world: &World, cluster: ClusterId) -> String {
    let side = world.side(cluster);
    let plan = plan(setup, world, cluster);
    let Some(view) = side.set_view() else {
        return "sees no set".to_owned();
    };
    let mut text = format!("sees {}", describe_slice(view.slice));
    if view.older {
        text += " (stale)";
    }
    let verbs: [(&str, Picks); 6] = [
        ("adopt", |write| write == Write::Adopt),
        ("create", |write| {
            matches!(
                write,
                Write::CreateClaimThenPod | Write::CreatePod | Write::CreatePodThenOwnClaim
            )
        }),
        ("create claim", |write| write == Write::CreateClaim),
        ("replace failed", |write| write == Write::DeleteFailed),
        ("set the owner of claim", |write| {
            matches!(
                write,
                Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete
            )
        }),
        ("delete", |write| {
            matches!(
                write,
                Write::DeleteCondemned | Write::OwnCondemnedClaimThenDelete
            )
        }),
    ];
    let mut plans = Vec::new();
    for (verb, is) in verbs {
        let ordinals: Vec<String> = setup
            .ordinals()
            .filter(|&ordinal| is(plan.rows[ordinal].write))
            .map(|ordinal| ordinal.to_string())
            .collect();
        if !ordinals.is_empty() {
            plans.push(format!("{verb} {}", ordinals.join(" ")));
        }
    }
    if plans.is_empty() {
        text + ", plans a status write"
    } else {
        format!("{text}, plans {}", plans.join(", "))
    }
}
