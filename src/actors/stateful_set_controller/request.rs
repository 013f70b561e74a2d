//! What the controller asks of the API server, and how it is answered.

use super::seen::{Owners, Template};
use super::status::Status;
use crate::actors::api_server::Refusal;
use crate::world::id::Ordinal;
use crate::world::volume::Template as ClaimTemplate;

/// One request. Every write names an object, and no write but the updates has a precondition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// PATCH a revision's owner: adopt it.
    AdoptRevision(Template),
    /// POST a revision.
    CreateRevision(Template),
    /// PUT a revision's number.
    NumberRevision(Template, usize),
    /// DELETE a revision.
    DeleteRevision(Template),
    /// PATCH a Pod's owner: adopt it.
    AdoptPod(Ordinal),
    /// PATCH a Pod's owner: release it.
    ReleasePod(Ordinal),
    /// POST a claim.
    CreateClaim(Ordinal, ClaimTemplate),
    /// PUT a claim's owners.
    UpdateClaim(Ordinal, ClaimTemplate, Owners),
    /// POST a Pod.
    CreatePod(Ordinal, Template),
    /// PUT a Pod: its label, its volumes, or nothing that differs.
    UpdatePod(Ordinal),
    /// DELETE a Pod, by its name alone.
    DeletePod(Ordinal, Reason),
    /// PUT the status.
    WriteStatus(Status),
}

/// Why a Pod is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It has ended, and belongs to the range.
    Ended,
    /// It is outside the range.
    Condemned,
    /// Its revision is old.
    Outdated,
}

/// The loops of a sync, each over Pods. With `Parallel` the writes of one phase are made in
/// batches, those of one batch at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Over the range, upwards.
    Slots,
    /// Over the claims of condemned Pods, downwards.
    ClaimsOfCondemned,
    /// Over condemned Pods, downwards.
    Condemned,
}

/// Why a sync has ended with an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The API server has refused a request.
    Refused(Refusal),
    /// A claim is being deleted, so that it can neither be used nor made.
    ClaimIsDeleting,
    /// A live look has found that the set does not stay, so that it must not adopt.
    MayNotAdopt,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Failure {
    /// Whether the request may be tried again at once with a newer object.
    #[must_use]
    pub fn is_conflict(self) -> bool {
        self == Self::Refused(Refusal::Conflict)
    }
}

/// Who answers a sync's requests.
pub trait Api {
    /// Makes one request.
    ///
    /// # Errors
    /// The API server's refusal.
    fn request(&mut self, request: Request) -> Result<(), Refusal>;

    /// How many Pods the first batch of a `Parallel` phase has; each later one has twice as many.
    fn first_batch(&self) -> usize {
        1
    }

    /// A batch of a `Parallel` phase begins.
    fn begin_batch(&mut self, phase: Phase) {
        let _ = phase;
    }

    /// The last batch of a phase has ended.
    fn end_phase(&mut self) {}

    /// A claim of an ordinal is being deleted, which ends the sync once its others are made.
    fn give_up(&mut self, ordinal: Ordinal) {
        let _ = ordinal;
    }
}

/// Makes a request again, as often as `retry.RetryOnConflict` does, while it meets a conflict.
///
/// # Errors
/// The last one.
pub fn retry_on_conflict(
    attempts: u32,
    mut attempt: impl FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    for _ in 1..attempts {
        match attempt() {
            Err(failure) if failure.is_conflict() => (),
            other => return other,
        }
    }
    attempt()
}
