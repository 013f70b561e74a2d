//! Why a disk with data was destroyed.

use crate::history::History;
use crate::world::id::{ClusterId, Ordinal};

/// How the disk behind an ordinal's static volume was destroyed; nothing if it was not.
pub fn why(history: &History<'_>, ordinal: Ordinal) -> Vec<String> {
    let Some(reclaiming) = history.reclaiming(ordinal) else {
        return Vec::new();
    };
    let side = reclaiming.step.cluster();
    let deleted = side.and_then(|side| history.claim_deletion(side, ordinal));
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
    let volumes = |side: ClusterId| history.last().column(side, ordinal).volumes;
    let has_volume = |side| volumes(side).fixed.is_some();
    if side.is_some_and(|side| has_volume(side.other())) {
        let text = "The controller there does not know about the other cluster's volume for the same disk.";
        sentences.push(text.to_owned());
    }
    sentences
}
