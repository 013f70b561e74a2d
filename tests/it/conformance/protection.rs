//! The model's protection controllers beside the real ones: when a claim or a volume that is being
//! deleted loses the finalizer that protects it, and so goes.
//!
//! The model has no finalizers: an object that a request has deleted goes by a step of its protection
//! controller. So it is whether the object goes that is compared. What newer releases write into a
//! claim's condition `Unused` is no matter of the model.

use std::collections::BTreeMap;

use straddle::internals::actors::{Component, pv_protection_controller, pvc_protection_controller};
use straddle::internals::world::World;
use straddle::internals::world::id::{ClusterId, Ordinal, PerCluster};
use straddle::internals::world::pod::{Pod, PodPhase};
use straddle::internals::world::setup::Setup;
use straddle::internals::world::volume::{
    Claim, ClaimRef, Disk, ReclaimPolicy, Volume, VolumeName, VolumePhase,
};

use super::known::{Told, assert_counts, assert_row};
use super::recordings;
use crate::support::{ONLY, permissive};

const SIDE: ClusterId = ClusterId::Source;

/// What of a recording the model cannot have, and the number of inputs of each kind; what it does
/// otherwise, in the same way; the inputs in which both do the same.
struct Expected {
    omitted: &'static [(&'static str, usize)],
    known: &'static [(&'static str, usize)],
    same: usize,
}

const CLAIMS: Expected = Expected {
    omitted: &[
        ("the claim lacks its finalizer", 1_805),
        ("a finalizer of somebody else holds it", 4_332),
        ("an ephemeral volume", 1_056),
        ("a Pod of another namespace", 528),
        ("the cache shows a Pod that is gone", 9_960),
        ("two Pods of one ordinal", 3_456),
    ],
    known: &[],
    same: 4_523,
};

const VOLUMES: Expected = Expected {
    omitted: &[
        ("the volume lacks its finalizer", 720),
        ("a volume names another claim", 256),
        ("a volume's phase is Failed", 192),
        ("a volume of policy Delete lacks provisioned-by", 128),
        ("its driver takes its finalizer off a retained volume", 128),
        ("its driver has not yet seen the volume Bound", 32),
    ],
    known: &[(UNBOUND, 8)],
    same: 217,
};

/// A driver puts its finalizer on a volume when it makes it, or sees it Bound.
const UNBOUND: &str =
    "nothing holds a Released volume of policy Delete that its driver has not seen";

/// What a deleted claim or volume of an input does.
#[derive(PartialEq, Eq, Debug)]
enum Fate {
    Goes,
    Stays,
}

fn setup() -> Setup {
    Setup {
        ordinals: 2,
        storage: vec![permissive(ReclaimPolicy::Retain)],
        schedules: PerCluster {
            source: true,
            destination: true,
        },
        ..Setup::default()
    }
}

/// What the model does about what is being deleted.
fn steps<S: Component>(world: &World) -> Fate {
    let mut fate = Fate::Stays;
    S::steps(&setup(), world, &mut |step| {
        assert_eq!(
            (step.cluster(), step.ordinal()),
            (Some(SIDE), Some(Ordinal(0)))
        );
        fate = Fate::Goes;
    });
    fate
}

/// The world of a claim of ordinal 0 and of Pods: one of that ordinal, one of the next.
fn world_of_claim(input: &str) -> Told<World> {
    let mut words = input.split(' ');
    let claim = words.next().and_then(|word| word.strip_prefix("pvc:"));
    let mut world = World::default();
    world.column_mut(SIDE, Ordinal(0))[ONLY].claim = read_claim(claim.expect("a claim"))?;
    for word in words {
        let (ordinal, pod) = read_pod(word.strip_prefix("pod:").expect("a Pod"))?;
        let place = &mut world.column_mut(SIDE, ordinal).pod;
        if place.replace(pod).is_some() {
            return Err("two Pods of one ordinal");
        }
    }
    Ok(world)
}

fn read_claim(word: &str) -> Told<Option<Claim>> {
    if word == "-" {
        return Ok(None);
    }
    if word.contains('o') {
        return Err("a finalizer of somebody else holds it");
    }
    if !word.contains('f') {
        return Err("the claim lacks its finalizer");
    }
    let volume = match &word[..1] {
        "P" => None,
        "B" => Some(VolumeName::Static),
        // One that is created Lost.
        _ => Some(VolumeName::Provisioned),
    };
    Ok(Some(Claim {
        volume,
        bound: word.starts_with('B'),
        deleting: word.contains('x'),
        ..Claim::default()
    }))
}

fn read_pod(word: &str) -> Told<(Ordinal, Pod)> {
    if word.ends_with('i') {
        return Err("the cache shows a Pod that is gone");
    }
    let ordinal = match word.trim_end_matches('l').chars().last() {
        Some('c') => Ordinal(0),
        Some('d') => Ordinal(1),
        Some('m') => return Err("a Pod of another namespace"),
        _ => return Err("an ephemeral volume"),
    };
    let phase = match &word[..1] {
        "P" => PodPhase::Pending,
        "R" => PodPhase::Running,
        "S" => PodPhase::Succeeded,
        _ => PodPhase::Failed,
    };
    let pod = Pod {
        phase,
        scheduled: word.contains('n'),
        terminating: word.contains(['x', 'z']),
        ..Pod::default()
    };
    Ok((ordinal, pod))
}

/// The world of a volume, which is the static one.
fn world_of_volume(input: &str) -> Told<World> {
    let state = input.strip_prefix("pv:").expect("a volume");
    let mut world = World::default();
    if state != "-" {
        world.column_mut(SIDE, Ordinal(0))[ONLY].volumes.fixed = Some(read_volume(state)?);
    }
    Ok(world)
}

fn read_volume(state: &str) -> Told<Volume> {
    if !state.contains('p') {
        return Err("the volume lacks its finalizer");
    }
    let phase = match &state[..1] {
        // Available is what a new volume becomes.
        "P" | "A" => VolumePhase::Available,
        "B" => VolumePhase::Bound,
        "R" => VolumePhase::Released,
        _ => return Err("a volume's phase is Failed"),
    };
    let claim_ref = match &state[1..2] {
        "-" => ClaimRef::None,
        "n" => ClaimRef::NameOnly,
        "u" => ClaimRef::Claim,
        "s" => ClaimRef::DeadUid,
        _ => return Err("a volume names another claim"),
    };
    let reclaim_policy = match &state[2..3] {
        "R" => ReclaimPolicy::Retain,
        _ if state.contains('d') => ReclaimPolicy::Delete,
        _ => return Err("a volume of policy Delete lacks provisioned-by"),
    };
    if state.contains('f') && reclaim_policy == ReclaimPolicy::Retain {
        return Err("its driver takes its finalizer off a retained volume");
    }
    if state.contains('f') && phase == VolumePhase::Available {
        return Err("its driver has not yet seen the volume Bound");
    }
    Ok(Volume {
        disk: Disk::Original,
        phase,
        claim_ref,
        reclaim_policy,
        deleting: state.ends_with('x'),
    })
}

/// What the real controller lets become of the object: it goes with its last finalizer.
fn recorded(output: &str, own: char, other: char) -> Fate {
    let mut writes = output.split(' ').filter_map(|word| word.strip_prefix('~'));
    let write = writes.next();
    assert_eq!(writes.next(), None, "{output}");
    match write {
        Some(after) => {
            let flags = after.split_once(':').expect("a name and a state").1;
            assert!(
                !flags.contains(own),
                "a finalizer that was there is put on: {output}"
            );
            if flags.contains(other) {
                Fate::Stays
            } else {
                Fate::Goes
            }
        }
        None => Fate::Stays,
    }
}

/// Compares all inputs of a file.
fn compare(
    file: &str,
    expected: &Expected,
    compared: impl Fn(&str, &str) -> Told<Result<(), &'static str>>,
) {
    let minors = recordings::minors_with(file);
    assert_eq!(minors.len(), 3, "{file} is recorded of {minors:?}");
    for minor in minors {
        let text = recordings::text(&minor, file);
        let (mut same, mut omitted, mut known) = (0, BTreeMap::new(), BTreeMap::new());
        for (_, cases) in recordings::blocks(&text) {
            for line in cases.lines() {
                let (input, output) = line.split_once(" => ").expect("a case has an arrow");
                match compared(input, output) {
                    Err(told) => *omitted.entry(told).or_default() += 1,
                    Ok(Err(told)) => *known.entry(told).or_default() += 1,
                    Ok(Ok(())) => same += 1,
                }
            }
        }
        assert_counts(&minor, "omitted", &omitted, expected.omitted);
        assert_counts(&minor, "known", &known, expected.known);
        assert_eq!(
            same, expected.same,
            "{minor}: inputs in which both do the same"
        );
        assert_row(
            &minor,
            file,
            expected.same,
            expected.known,
            expected.omitted,
        );
    }
}

#[test]
fn a_claim_goes_when_the_real_controller_lets_it() {
    compare("pvcprotection", &CLAIMS, |input, output| {
        let world = world_of_claim(input)?;
        let modelled = steps::<pvc_protection_controller::Step>(&world);
        assert_eq!(modelled, recorded(output, 'f', 'o'), "{input} => {output}");
        Ok(Ok(()))
    });
}

/// Where the driver's finalizer holds a volume, its disk is destroyed first: that is a step of the
/// persistent volume controller.
#[test]
fn a_volume_goes_when_the_real_controller_lets_it() {
    compare("pvprotection", &VOLUMES, |input, output| {
        let world = world_of_volume(input)?;
        let modelled = steps::<pv_protection_controller::Step>(&world);
        let recorded = recorded(output, 'p', 'f');
        if modelled == recorded {
            return Ok(Ok(()));
        }
        let volume = world.column(SIDE, Ordinal(0))[ONLY].volumes.fixed;
        let awaits_reclaim = volume.is_some_and(|volume| {
            volume.phase == VolumePhase::Released && volume.reclaim_policy == ReclaimPolicy::Delete
        });
        assert!(
            awaits_reclaim && !input.contains('f'),
            "{input} => {output}"
        );
        Ok(Err(UNBOUND))
    });
}
