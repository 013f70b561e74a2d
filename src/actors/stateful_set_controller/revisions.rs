//! The revisions of a set: which one a Pod should have, and which are kept.
//!
//! Kubernetes: `getStatefulSetRevisions`, `truncateHistory` and `AdoptOrphanRevisions` in
//! pkg/controller/statefulset/stateful_set_control.go; `newVersionedStatefulSetPod` in
//! stateful_set_utils.go; pkg/controller/history/controller_history.go.
//! Left out: two templates with the same hash.

use super::request::{Api, Failure, Request, retry_on_conflict};
use super::seen::{Live, Set, Template, UpdateStrategy};
use crate::actors::api_server::Refusal;
use crate::world::id::Ordinal;

/// How often a number is written that meets conflicts: `retry.DefaultBackoff`.
const NUMBERINGS: u32 = 4;

/// The two revisions that the Pods of a set may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revisions {
    /// What the Pods had before the last change of the template.
    pub current: Template,
    /// What they shall have: the template as it is now.
    pub update: Template,
}

/// Adopts the revisions that have no owner, after a live look at the set.
///
/// # Errors
/// The first refusal, or that the set does not stay.
pub fn adopt_orphans(set: &Set<'_>, api: &mut impl Api) -> Result<(), Failure> {
    for revision in set.revisions.iter().filter(|revision| revision.orphan) {
        if set.live == Live::Goes {
            return Err(Failure::MayNotAdopt);
        }
        api.request(Request::AdoptRevision(revision.template))?;
    }
    Ok(())
}

/// The current and the update revision. A new template gets a revision; one that was there
/// before gets the highest number again.
///
/// # Errors
/// A refusal.
pub fn revisions(set: &Set<'_>, api: &mut impl Api) -> Result<Revisions, Failure> {
    let stored = set.revisions;
    let update = set.template;
    match stored.iter().rposition(|stored| stored.template == update) {
        // One of that name is there already: a look at it finds the same template.
        None => match api.request(Request::CreateRevision(update)) {
            Ok(()) | Err(Refusal::AlreadyExists) => (),
            Err(refusal) => return Err(refusal.into()),
        },
        Some(place) if place + 1 < stored.len() => {
            let number = Request::NumberRevision(update, stored.len() + 1);
            retry_on_conflict(NUMBERINGS, || Ok(api.request(number)?))?;
        }
        Some(_) => (),
    }
    let named = |template: &Template| stored.iter().any(|stored| stored.template == *template);
    let current = set.current_revision.filter(named);
    Ok(Revisions {
        current: current.unwrap_or(update),
        update,
    })
}

/// Deletes the oldest revisions that no Pod has, those above the limit.
///
/// # Errors
/// The first refusal.
pub fn truncate_history(
    set: &Set<'_>,
    is_live: impl Fn(Template) -> bool,
    api: &mut impl Api,
) -> Result<(), Failure> {
    let old = set.revisions.iter().map(|revision| revision.template);
    let old = old.filter(|&template| !is_live(template));
    let surplus = old.clone().count().saturating_sub(set.history_limit);
    for template in old.take(surplus) {
        api.request(Request::DeleteRevision(template))?;
    }
    Ok(())
}

impl Revisions {
    /// The revision of a Pod that is made for an ordinal of the range. `partition` counts from
    /// the start of the range.
    #[must_use]
    pub fn of_new_pod(self, set: &Set<'_>, ordinal: Ordinal) -> Template {
        let keeps = match set.strategy {
            UpdateStrategy::OnDelete => 0,
            UpdateStrategy::RollingUpdate(None) => i64::from(set.current_replicas),
            UpdateStrategy::RollingUpdate(Some(rolling)) => i64::from(rolling.partition),
        };
        if i64::from(ordinal.0 - set.range().start) < keeps {
            self.current
        } else {
            self.update
        }
    }
}
