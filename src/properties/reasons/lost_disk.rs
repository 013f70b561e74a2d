//! Why a disk with data was destroyed.

use crate::history::History;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::volume::Template;

/// How the disk behind the static volume of a claim was destroyed; nothing if it was not.
pub fn why(history: &History<'_>, place: (Ordinal, Template)) -> Vec<String> {
    let Some(reclaiming) = history.reclaiming(place) else {
        return Vec::new();
    };
    let side = reclaiming.step.cluster();
    let deleted = side.and_then(|side| history.claim_deletion(side, place));
    let cause = deleted.map_or_else(
        || "The volume names a claim that does not exist there".to_owned(),
        |taken| {
            let (number, side) = (taken.number, reclaiming.side_name());
            format!("Step {number} deletes the claim in {side}")
        },
    );
    let mut sentences = vec![format!(
        "{cause}, and its volume has the reclaim policy Delete: step {} destroys the disk.",
        reclaiming.number
    )];
    let (ordinal, template) = place;
    let supply = |side: ClusterId| history.last().column(side, ordinal)[template];
    let has_volume = |side| supply(side).volumes.fixed.is_some();
    if side.is_some_and(|side| has_volume(side.other())) {
        let text = "The controller there does not know about the other cluster's volume for the same disk.";
        sentences.push(text.to_owned());
    }
    sentences
}
