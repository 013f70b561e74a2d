//! Which Pods are the set's: it adopts those that match and have no owner, and lets go those
//! that no longer match.
//!
//! Kubernetes: `ClaimPods` in pkg/controller/controller_ref_manager.go; `getPodsForStatefulSet`
//! and `canAdoptFunc` in pkg/controller/statefulset/stateful_set.go.

use super::request::{Api, Failure, Request};
use super::seen::{Controller, Live, Objects, Pod, Set};
use crate::actors::api_server::Refusal;
use crate::world::id::{Ordinal, OrdinalSet};

/// Claims the Pods; tells whose ordinals' Pods are the set's. One that is gone by then is left out; any other refusal ends the sync, but
/// only once all have been tried.
///
/// # Errors
/// The last refusal, or that the set does not stay and so must not adopt.
pub fn claim_pods(
    set: &Set<'_>,
    objects: &impl Objects,
    api: &mut impl Api,
) -> Result<OrdinalSet, Failure> {
    let mut claimed = OrdinalSet::default();
    let mut failure = None;
    for ordinal in objects.ordinals() {
        let Some(pod) = objects.pod(ordinal) else {
            continue;
        };
        match claim_pod(set, ordinal, pod, api) {
            Ok(true) => claimed.insert(ordinal),
            Ok(false) | Err(Failure::Refused(Refusal::NotFound)) => (),
            Err(other) => failure = Some(other),
        }
    }
    failure.map_or(Ok(claimed), Err)
}

/// Whether the Pod is the set's, which may take a request.
fn claim_pod(
    set: &Set<'_>,
    ordinal: Ordinal,
    pod: Pod,
    api: &mut impl Api,
) -> Result<bool, Failure> {
    match pod.controller {
        Controller::Other => Ok(false),
        Controller::Set if !pod.unselected => Ok(true),
        Controller::Set if set.deleting => Ok(false),
        Controller::Set => {
            api.request(Request::ReleasePod(ordinal))?;
            Ok(false)
        }
        Controller::Nobody if set.deleting || pod.unselected || pod.terminating => Ok(false),
        Controller::Nobody if set.live == Live::Goes => Err(Failure::MayNotAdopt),
        Controller::Nobody => {
            api.request(Request::AdoptPod(ordinal))?;
            Ok(true)
        }
    }
}
