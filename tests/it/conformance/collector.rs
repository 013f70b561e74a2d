//! The model's garbage collector beside the real one: what each deletes, orphans and lets go, of a
//! set, a Pod and a claim and their owners.

use std::collections::{BTreeMap, BTreeSet};

use straddle::internals::actors::Component;
use straddle::internals::actors::garbage_collector::{Action, Step};
use straddle::internals::world::World;
use straddle::internals::world::id::{ClusterId, Ordinal};
use straddle::internals::world::pod::{Owner, Pod, PodPhase};
use straddle::internals::world::row::Column;
use straddle::internals::world::setup::Setup;
use straddle::internals::world::stateful_set::StatefulSet;
use straddle::internals::world::volume::{Claim, ClaimOwner, ReclaimPolicy};

use super::known::{Told, assert_counts, assert_row};
use super::recordings;
use crate::support::{ONLY, permissive};

const SIDE: ClusterId = ClusterId::Source;
const ORDINAL: Ordinal = Ordinal(0);

/// Inputs that the model cannot have, and why; the number of each.
const OMITTED: &[(&str, usize)] = &[
    ("a claim has a finalizer of the collector", 8),
    ("a Pod is being orphaned", 1_200),
    ("a finalizer of somebody else holds the set", 6_400),
    ("a reference does not block", 4_968),
    ("the owner is another set", 1_304),
    ("two owners", 17_440),
];

/// Inputs in which both do the same.
const SAME: usize = 680;

/// The world of an input, if there can be one.
fn world(input: &str) -> Told<World> {
    let words: Vec<&str> = input
        .split(' ')
        .map(|word| word.split_once(':').expect("a name and a state").1)
        .collect();
    let [set, pod, claim] = words[..] else {
        panic!("a set, a Pod and a claim: {input}");
    };
    let mut world = World::default();
    let deleting = |foreground| StatefulSet {
        deleting: true,
        foreground,
        ..StatefulSet::default()
    };
    world.clusters[SIDE].set = match set {
        "-" => None,
        "p" => Some(StatefulSet::default()),
        "f" => Some(deleting(true)),
        "o" => Some(deleting(false)),
        _ => return Err("a finalizer of somebody else holds the set"),
    };
    let has_set = set != "-";
    let mut column = Column {
        pod: read_pod(pod, has_set)?,
        ..Column::default()
    };
    column[ONLY].claim = read_claim(claim, has_set)?;
    *world.column_mut(SIDE, ORDINAL) = column;
    Ok(world)
}

/// The state of an object and its owner; `None` if it is not there.
fn object(word: &str) -> Told<Option<(&str, Option<char>)>> {
    let (state, owners) = word.split_once(':').unwrap_or((word, ""));
    if state == "-" {
        return Ok(None);
    }
    if owners.contains('\'') {
        return Err("a reference does not block");
    }
    let mut owners = owners.chars();
    let owner = owners.next();
    if owners.next().is_some() {
        return Err("two owners");
    }
    if owner == Some('F') {
        return Err("the owner is another set");
    }
    Ok(Some((state, owner)))
}

fn read_pod(word: &str, has_set: bool) -> Told<Option<Pod>> {
    let Some((state, owner)) = object(word)? else {
        return Ok(None);
    };
    if state == "o" {
        return Err("a Pod is being orphaned");
    }
    Ok(Some(Pod {
        phase: PodPhase::Running,
        scheduled: true,
        ready: true,
        available: true,
        terminating: state != "p",
        owner: match owner {
            None => Owner::Nobody,
            Some('S') if has_set => Owner::Set,
            Some(_) => Owner::RemovedSet,
        },
        never_ready: false,
        held: state == "f",
    }))
}

fn read_claim(word: &str, has_set: bool) -> Told<Option<Claim>> {
    let Some((state, owner)) = object(word)? else {
        return Ok(None);
    };
    if ["f", "o"].contains(&state) {
        return Err("a claim has a finalizer of the collector");
    }
    Ok(Some(Claim {
        owner: match owner {
            None => ClaimOwner::Nobody,
            Some('S') if has_set => ClaimOwner::Set,
            Some('P') => ClaimOwner::Pod,
            Some('p') => ClaimOwner::RemovedPod,
            Some(_) => ClaimOwner::RemovedSet,
        },
        deleting: state == "x",
        ..Claim::default()
    }))
}

/// What the model does, in the words of a recording. The real collector orphans what a set owns and
/// lets the set go in one run; between two of the model's steps others may act.
fn modelled(world: &World) -> BTreeSet<&'static str> {
    let setup = setup();
    let mut words = BTreeSet::new();
    Step::steps(&setup, world, &mut |step| {
        if step.cluster == SIDE {
            words.insert(match step.action {
                Action::Orphan(_) => "/pod:S",
                Action::OrphanClaim(..) => "/claim:S",
                Action::DeletePod(_) => in_either_way(world),
                Action::ReleasePod(_) => "/pod:-finalizer",
                Action::DeleteClaim(..) => "-claim/Background",
                Action::RemoveSet => "/set:-finalizer",
            });
        }
    });
    if words.contains("/pod:S") || words.contains("/claim:S") {
        words.insert("/set:-finalizer");
    }
    words
}

/// How the Pod is deleted: in the foreground it is held.
fn setup() -> Setup {
    Setup {
        ordinals: 1,
        storage: vec![permissive(ReclaimPolicy::Retain)],
        ..Setup::default()
    }
}

fn in_either_way(world: &World) -> &'static str {
    let mut after = *world;
    let step = Step {
        cluster: SIDE,
        action: Action::DeletePod(ORDINAL),
    };
    step.perform(&setup(), &mut after);
    match after.column(SIDE, ORDINAL).pod {
        Some(pod) if pod.held => "-pod/Foreground",
        _ => "-pod/Background",
    }
}

/// Fails unless both do the same.
fn compare(input: &str, output: &str, world: &World) {
    let recorded: BTreeSet<&str> = output
        .split(' ')
        .filter(|word| *word != "nothing")
        .collect();
    assert_eq!(recorded, modelled(world), "{input} => {output}");
}

#[test]
fn the_model_collects_as_the_real_collector_does() {
    for minor in recordings::minors_with("collector") {
        let text = recordings::text(&minor, "collector");
        let (mut same, mut omitted) = (0, BTreeMap::new());
        for (_, cases) in recordings::blocks(&text) {
            for line in cases.lines() {
                let (input, output) = line.split_once(" => ").expect("a case has an arrow");
                match world(input).map(|world| compare(input, output, &world)) {
                    Err(told) => *omitted.entry(told).or_default() += 1,
                    Ok(()) => same += 1,
                }
            }
        }
        assert_counts(&minor, "OMITTED", &omitted, OMITTED);
        assert_eq!(same, SAME, "{minor}: inputs in which both do the same");
        assert_row(&minor, "collector", SAME, &[], OMITTED);
    }
}
