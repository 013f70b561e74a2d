//! Reads the notation of tables, and writes events in it.

use crate::support::ONLY;
use straddle::internals::world::World;
use straddle::internals::world::cluster::Side;
use straddle::internals::world::id::{ClusterId, Ordinal, Slice};
use straddle::internals::world::pod::{Containers, Owner, Pod, PodPhase};
use straddle::internals::world::stateful_set::{PodManagementPolicy, RetentionPolicy};
use straddle::internals::world::volume::{
    Claim, ClaimOwner, ClaimRef, Disk, ReclaimPolicy, Volume, VolumeName, VolumePhase,
};

/// The cell of a set.
pub struct Set {
    /// `spec.podManagementPolicy`.
    pub policy: PodManagementPolicy,
    /// Its ordinals, if there is a set.
    pub slice: Option<Slice>,
    /// Whether it has a claim template.
    pub claims: bool,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether it is being deleted together with its Pods.
    pub foreground: bool,
    /// Whether a Pod is not Available at once.
    pub min_ready: bool,
    /// Which claims go with their owners.
    pub retention: RetentionPolicy,
}

impl Set {
    /// Reads `OrderedReady start 3 of 2 with claims deleted when scaled deleting`, or `no set`.
    pub fn read(cell: &str) -> Self {
        let words: Vec<&str> = cell.split_whitespace().collect();
        let policy = match words[0] {
            "Parallel" => PodManagementPolicy::Parallel,
            "OrderedReady" | "no" => PodManagementPolicy::OrderedReady,
            other => panic!("no policy: {other}"),
        };
        let slice = match words[1..] {
            ["start", start, "of", replicas, ..] => {
                let start = number(start);
                Some(Slice::from(start..start + number(replicas)))
            }
            ["set", ..] => None,
            _ => panic!("not a set: {cell}"),
        };
        Self {
            policy,
            slice,
            claims: cell.contains("with claims"),
            deleting: cell.ends_with("deleting") || cell.ends_with("deleting in foreground"),
            foreground: cell.ends_with("deleting in foreground"),
            min_ready: cell.contains("minReadySeconds"),
            retention: RetentionPolicy {
                delete_when_scaled: cell.contains("deleted when scaled")
                    || cell.contains("deleted always"),
                delete_when_deleted: cell.contains("deleted with the set")
                    || cell.contains("deleted always"),
            },
        }
    }
}

/// Writes a set as its cell has it, without the policy.
pub fn describe_set(slice: Slice) -> String {
    format!("start {} of {}", slice.start, slice.replicas())
}

/// Reads a number from a cell.
pub fn number(word: &str) -> u8 {
    word.parse()
        .unwrap_or_else(|_| panic!("not a number: {word}"))
}

/// Puts one item of a scene into a cluster: Pods, claims or volumes. A Pod of a set with claims
/// comes with a bound claim.
pub fn place(world: &mut World, side: ClusterId, item: &str, set: &Set) {
    let words: Vec<&str> = item.split_whitespace().collect();
    let (kind, words) = match words[0] {
        kind @ ("claim" | "volume") => (kind, &words[1..]),
        _ => ("Pod", &words[..]),
    };
    let is_state = |word: &&str| word.starts_with(char::is_alphabetic);
    let states = words.iter().position(is_state).expect("an item has states");
    for ordinal in words[..states].iter().flat_map(|word| ordinals(word)) {
        let column = world.column_mut(side, ordinal);
        match kind {
            "claim" => column[ONLY].claim = claim(&words[states..]),
            "volume" => column[ONLY].volumes.fixed = Some(volume(&words[states..])),
            _ => {
                let (mut pod, containers) = pod(&words[states..]);
                pod.available &= set.min_ready;
                column.pod = Some(pod);
                column.containers = containers;
                if set.claims {
                    column[ONLY].claim = claim(&["bound"]);
                    column[ONLY].volumes.fixed = Some(volume(&["bound"]));
                }
            }
        }
    }
}

/// `3`, or `0-2`.
fn ordinals(word: &str) -> impl Iterator<Item = Ordinal> + use<> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    (number(first)..=number(last)).map(Ordinal)
}

fn pod(words: &[&str]) -> (Pod, Containers) {
    let phase = match words[0] {
        "pending" => PodPhase::Pending,
        "failed" => PodPhase::Failed,
        "running" | "ready" | "fresh" | "stuck" | "terminating" => PodPhase::Running,
        "succeeded" => PodPhase::Succeeded,
        other => panic!("no state of a Pod: {other}"),
    };
    let owner = match words {
        [_, .., "orphaned"] => Owner::Nobody,
        [_, .., "foreign"] => Owner::RemovedSet,
        _ => Owner::Set,
    };
    let terminating = words.contains(&"terminating");
    let pod = Pod {
        phase,
        ready: matches!(words[0], "ready" | "fresh"),
        available: words[0] == "ready" && !terminating,
        terminating,
        owner,
        scheduled: phase != PodPhase::Pending,
        never_ready: words[0] == "stuck",
        held: false,
    };
    let containers = Containers {
        run: phase == PodPhase::Running,
        ..Containers::default()
    };
    (pod, containers)
}

fn claim(words: &[&str]) -> Option<Claim> {
    let volume = Some(VolumeName::Static);
    let owner = match words[1..] {
        [] => ClaimOwner::Nobody,
        ["of", "the", "set"] => ClaimOwner::Set,
        ["of", "its", "Pod"] => ClaimOwner::Pod,
        ["of", "an", "older", "Pod"] => ClaimOwner::RemovedPod,
        _ => panic!("no owner of a claim: {words:?}"),
    };
    match words[0] {
        "missing" => None,
        "naming" => Some(Claim {
            volume,
            owner,
            ..Claim::default()
        }),
        "bound" | "deleting" => Some(Claim {
            volume,
            bound: true,
            owner,
            deleting: words[0] == "deleting",
        }),
        other => panic!("no state of a claim: {other}"),
    }
}

fn volume(words: &[&str]) -> Volume {
    let claim_ref = match words[0] {
        "claimless" => ClaimRef::None,
        "named" => ClaimRef::NameOnly,
        "bound" => ClaimRef::Claim,
        "foreign" => ClaimRef::DeadUid,
        other => panic!("no state of a volume: {other}"),
    };
    Volume {
        disk: Disk::Original,
        phase: match claim_ref {
            ClaimRef::Claim => VolumePhase::Bound,
            _ => VolumePhase::Available,
        },
        claim_ref,
        reclaim_policy: match words.last() {
            Some(&"retain") => ReclaimPolicy::Retain,
            _ => ReclaimPolicy::Delete,
        },
        deleting: false,
    }
}

/// Events in order, each a verb and an ordinal.
#[derive(Default)]
pub struct Events(Vec<(&'static str, Ordinal)>);

impl Events {
    /// Adds an event, unless it is the last one again.
    pub fn push(&mut self, verb: &'static str, ordinal: Ordinal) {
        if self.0.last() != Some(&(verb, ordinal)) {
            self.0.push((verb, ordinal));
        }
    }

    /// Adds what a step has changed on a side.
    pub fn note(&mut self, before: Side<'_>, after: Side<'_>, ordinal: Ordinal) {
        self.note_claim(before, after, ordinal);
        match (before[ordinal].pod, after[ordinal].pod) {
            (None, Some(_)) => self.push("creates", ordinal),
            (Some(pod), None) => {
                if !pod.terminating {
                    self.push("deletes", ordinal);
                }
                self.push("gone", ordinal);
            }
            (Some(old), Some(new)) => {
                let changes = [
                    ("adopts", old.owner != Owner::Set && new.owner == Owner::Set),
                    (
                        "orphans",
                        old.owner == Owner::Set && new.owner != Owner::Set,
                    ),
                    ("deletes", !old.terminating && new.terminating),
                    ("ready", !old.ready && new.ready),
                ];
                for (verb, _) in changes.into_iter().filter(|(_, happens)| *happens) {
                    self.push(verb, ordinal);
                }
            }
            (None, None) => (),
        }
    }

    fn note_claim(&mut self, before: Side<'_>, after: Side<'_>, ordinal: Ordinal) {
        let released = |side: Side<'_>| {
            let volume = side[ordinal][ONLY].volumes.fixed;
            volume.is_some_and(|volume| volume.phase == VolumePhase::Released)
        };
        let provisioned = |side: Side<'_>| side[ordinal][ONLY].volumes.provisioned.is_some();
        let exists = |side: Side<'_>| side[ordinal][ONLY].claim.is_some();
        let bound = |side: Side<'_>| side[ordinal][ONLY].claim.is_some_and(|claim| claim.bound);
        let fixed = |side: Side<'_>| side[ordinal][ONLY].volumes.fixed.is_some();
        let mut changes = |verb, was: bool, is: bool| {
            if is && !was {
                self.push(verb, ordinal);
            }
        };
        let owner = |side: Side<'_>| side[ordinal][ONLY].claim.map(|claim| claim.owner);
        let is_written = exists(before)
            && owner(before) != owner(after)
            && owner(after).is_some_and(|owner| owner != ClaimOwner::RemovedPod);
        changes("owns claim", false, is_written);
        changes("creates claim", exists(before), exists(after));
        changes("provisions", provisioned(before), provisioned(after));
        changes("binds", bound(before), bound(after));
        changes("releases", released(before), released(after));
        changes("loses claim", exists(after), exists(before));
        changes("loses volume", fixed(after), fixed(before));
    }
}

impl std::fmt::Display for Events {
    /// Writes `creates 3, deletes 5 4`, or `waits` for no event.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("waits");
        }
        let mut last = None;
        for &(verb, ordinal) in &self.0 {
            match last {
                Some(other) if other == verb => write!(f, " {ordinal}")?,
                Some(_) => write!(f, ", {verb} {ordinal}")?,
                None => write!(f, "{verb} {ordinal}")?,
            }
            last = Some(verb);
        }
        Ok(())
    }
}
