//! Two Pods of one ordinal: what was to keep them apart.

use crate::history::{History, Taken, is_terminating, runs};
use crate::world::id::{ClusterId, Ordinal};

/// Why nothing kept the two Pods of the history's ordinal apart.
pub fn why(history: &History<'_>) -> Vec<String> {
    let Some(ordinal) = history.ordinal else {
        return Vec::new();
    };
    let late = late_writes(history, ordinal);
    if late.is_empty() {
        order_of_changes(history, ordinal)
    } else {
        late
    }
}

/// Whether the two run across sides or within one.
pub fn scope(history: &History<'_>) -> Option<&'static str> {
    let ordinal = history.ordinal?;
    let runs = |side| runs(history.last(), side, ordinal);
    Some(
        match (runs(ClusterId::Source), runs(ClusterId::Destination)) {
            (true, true) => "across sides",
            (true, false) => "within source",
            (false, _) => "within destination",
        },
    )
}

/// The Pods that were created by a write that was planned before the slice lost their ordinal.
pub fn late_writes(history: &History<'_>, ordinal: Ordinal) -> Vec<String> {
    let sides = ClusterId::BOTH.into_iter();
    sides
        .filter_map(|side| late_write(history, side, ordinal))
        .collect()
}

fn late_write(history: &History<'_>, side: ClusterId, ordinal: Ordinal) -> Option<String> {
    let creation = history.creation(side, ordinal)?;
    let slice = creation.before.clusters[side].effective_slice();
    if slice.contains(ordinal) {
        return None;
    }
    let sync = history.sync_before(side, creation.number)?;
    let (planned, created, side_name) = (sync.number, creation.number, side.name());
    if sync.before.clusters[side].controller.lags {
        return Some(format!(
            "Step {planned} saw a stale version of the set in {side_name}, which still owned \
             ordinal {ordinal}; step {created} created the Pod from it."
        ));
    }
    let shrunk = history.loss(side, ordinal)?.number;
    let set = history.last().clusters[side].set;
    let remedy = if set.is_some_and(|set| !set.deleting) {
        "; `status.observedGeneration` shows whether the controller has seen the change."
    } else {
        ", and with the set gone nothing cancels it."
    };
    Some(format!(
        "Step {planned} planned to create Pod {ordinal} in {side_name} while the set still owned \
         it; step {shrunk} took the ordinal away, and step {created} still performed the planned \
         write. Looking up the Pod does not reveal a planned write{remedy}"
    ))
}

/// In which order the two sets came to own the ordinal, and what waits between.
fn order_of_changes(history: &History<'_>, ordinal: Ordinal) -> Vec<String> {
    let created = |&side: &ClusterId| {
        let creation = history.creation(side, ordinal);
        creation.map_or(0, |taken| taken.number)
    };
    let newcomer = ClusterId::BOTH.into_iter().max_by_key(created);
    let newcomer = newcomer.expect("there are two sides");
    let other = newcomer.other();
    let (shrunk, grown) = (
        history.loss(other, ordinal),
        history.gain(newcomer, ordinal),
    );
    let from_the_start = |side| history.owned_from_the_start(side, ordinal);
    match (shrunk, grown) {
        (Some(shrunk), Some(grown)) if shrunk.number < grown.number => {
            let mut sentences = vec![stopping(history, other, ordinal, shrunk)];
            let (from, to) = (shrunk.number, grown.number);
            if !history.waits_until_gone(other, ordinal, from..to) {
                sentences.push(format!(
                    "Nothing between step {from} and step {to} waits until Pod {ordinal} is gone \
                     from {}.",
                    other.name()
                ));
            }
            sentences
        }
        (_, Some(grown)) => vec![format!(
            "Nothing before step {} takes ordinal {ordinal} away from {}.",
            grown.number,
            other.name()
        )],
        _ if ClusterId::BOTH.into_iter().all(from_the_start) => {
            vec![format!("Both sets own ordinal {ordinal} from the start.")]
        }
        _ => Vec::new(),
    }
}

/// How far the side that was to lose the ordinal has come with stopping its Pod.
fn stopping(history: &History<'_>, side: ClusterId, ordinal: Ordinal, shrunk: Taken<'_>) -> String {
    let (does, actor) = match shrunk.after.clusters[side].set {
        None => ("only removes the set".to_owned(), "garbage collector"),
        Some(set) if set.deleting => (
            "only marks the set for deletion".to_owned(),
            "garbage collector",
        ),
        Some(_) => (
            format!("only stores `{}`", stored(shrunk, side)),
            "controller",
        ),
    };
    let (number, side_name) = (shrunk.number, side.name());
    match history.asked_to_stop(side, ordinal) {
        Some(asked) if is_terminating(history.last(), side, ordinal) => format!(
            "Step {number} {does}; step {} marks Pod {ordinal} in {side_name} as terminating, but \
             it exists until the kubelet has stopped its containers.",
            asked.number
        ),
        _ => format!("Step {number} {does}; the {side_name} {actor} has not acted on it yet."),
    }
}

/// What a step stored of a side's slice. A start of 0 goes without saying.
fn stored(taken: Taken<'_>, side: ClusterId) -> String {
    let slice = taken.after.clusters[side].effective_slice();
    let replicas = format!("replicas: {}", slice.replicas());
    if slice.start == 0 {
        replicas
    } else {
        format!("start: {}, {replicas}", slice.start)
    }
}
