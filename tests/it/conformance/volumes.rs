//! The model's persistent volume controller beside the real one: what one sync of a claim, and one of
//! each of its volumes, makes of the objects.
//!
//! Binding is four writes of the real controller and one step of the model, so it is not the writes
//! that are compared but the objects after them, as far as the model has them. Provisioning is what
//! the real controller asks of an external driver. So is reclaiming: it leaves a Released volume of
//! policy Delete as it is, for the driver to delete.

use std::collections::{BTreeMap, HashSet};

use straddle::Migration;
use straddle::internals::actors::Component;
use straddle::internals::actors::persistent_volume_controller::{Action, Step};
use straddle::internals::world::World;
use straddle::internals::world::id::{ClusterId, Ordinal};
use straddle::internals::world::row::Supply;
use straddle::internals::world::setup::Setup;
use straddle::internals::world::volume::{
    Claim, ClaimRef, Disk, ReclaimPolicy, Volume, VolumeName, VolumePhase,
};

use super::known::{Told, assert_counts, assert_row};
use super::recordings;
use crate::models::scenario;
use crate::support::{ONLY, permissive};

const SIDE: ClusterId = ClusterId::Source;
const ORDINAL: Ordinal = Ordinal(0);

/// Inputs that the model cannot have, and why; the number of each. An input counts twice, as each of
/// its volumes may be the static one.
const OMITTED: &[(&str, usize)] = &[
    ("a volume names another claim", 24_448),
    ("a volume's phase is Failed", 5_376),
    ("a volume of policy Delete lacks provisioned-by", 5_504),
    ("no step of the model leads there", 41_178),
    ("the claim is Lost", 2_898),
    ("the claim is between two writes that bind it", 3_864),
    ("the claim names a third volume", 1_536),
    ("the class does not provision", 2_324),
];

/// Where the model does something else, and why; the number of syncs of each.
const KNOWN: &[(&str, usize)] = &[(UNASKED, 54)];

/// Syncs in which both do the same.
const SAME: usize = 6_814;

/// The model's volumes without `claimRef` wait for a claim that names them.
const UNASKED: &str = "the real controller takes a free volume that the claim does not name";

/// Which volume of a recording is which of the model.
type Names = [VolumeName; 2];

/// The words of an input: a class, a claim, volumes.
struct Input<'a> {
    class: &'a str,
    claim: &'a str,
    volumes: [Option<&'a str>; 2],
}

impl<'a> Input<'a> {
    fn read(text: &'a str) -> Self {
        let mut words = text.split(' ');
        let mut next = || words.next().expect("an input has a class and a claim");
        let (class, claim) = (next(), next());
        let mut volumes = [None; 2];
        for word in words {
            let (name, state) = word.split_once(':').expect("a volume has a state");
            volumes[index(name)] = Some(state);
        }
        Self {
            class,
            claim,
            volumes,
        }
    }

    /// What one side has of the ordinal.
    fn supply(&self, names: Names) -> Told<Supply> {
        let mut supply = Supply {
            claim: claim(self.claim, names)?,
            ..Supply::default()
        };
        for (state, name) in self.volumes.iter().zip(names) {
            if let Some(state) = state {
                let volume = volume(state, name, supply.claim.is_some())?;
                *supply.volumes.get_mut(name) = Some(volume);
            }
        }
        let missing = self.claim.contains("=9");
        if missing && supply.volumes.get(VolumeName::Provisioned).is_some() {
            return Err("the claim names a third volume");
        }
        if self.class != "dynamic" && supply.claim.is_some_and(|claim| claim.volume.is_none()) {
            return Err("the class does not provision");
        }
        if !arises(&supply) {
            return Err("no step of the model leads there");
        }
        Ok(supply)
    }
}

/// Whether a supply is as the model's steps leave it: they write a binding as a whole, patch no
/// `claimRef`, and delete and patch no provisioned volume.
fn arises(supply: &Supply) -> bool {
    let bound_to = supply
        .claim
        .filter(|claim| claim.bound)
        .map(|claim| claim.volume);
    let is_unbound = supply.claim.is_some_and(|claim| !claim.bound);
    let named = supply.claim.and_then(|claim| claim.volume);
    let volumes = supply.volumes;
    let fixed_arises = volumes.fixed.is_none_or(|volume| match volume.claim_ref {
        ClaimRef::None | ClaimRef::NameOnly => volume.phase == VolumePhase::Available,
        ClaimRef::Claim => volume.phase == VolumePhase::Bound,
        ClaimRef::DeadUid => true,
    });
    let provisioned_arises = volumes.provisioned.is_none_or(|volume| {
        let plain = volume.reclaim_policy == ReclaimPolicy::Delete && !volume.deleting;
        plain
            && match volume.claim_ref {
                ClaimRef::None | ClaimRef::NameOnly => false,
                ClaimRef::Claim if is_unbound => {
                    volume.phase == VolumePhase::Available && named.is_none()
                }
                ClaimRef::Claim | ClaimRef::DeadUid => true,
            }
    });
    let is_bound = |name| {
        let volume = volumes.get(name);
        volume.is_some_and(|volume| {
            (volume.claim_ref, volume.phase) == (ClaimRef::Claim, VolumePhase::Bound)
        })
    };
    let bound_both_ways = [VolumeName::Static, VolumeName::Provisioned]
        .into_iter()
        .all(|name| is_bound(name) == (bound_to == Some(Some(name))));
    fixed_arises && provisioned_arises && bound_both_ways
}

/// Of `v0` and `v1`.
fn index(name: &str) -> usize {
    usize::from(name.ends_with('1'))
}

fn claim(word: &str, names: Names) -> Told<Option<Claim>> {
    let state = word.strip_prefix('c').expect("a claim");
    if state == "-" {
        return Ok(None);
    }
    let volume = state.split_once('=').map(|(_, named)| match &named[..1] {
        "0" => names[0],
        "1" => names[1],
        _ => VolumeName::Provisioned,
    });
    let completed = state.contains('b');
    let bound = match (&state[..1], completed, volume) {
        ("P", false, _) => false,
        ("B", true, Some(_)) => true,
        ("L", ..) => return Err("the claim is Lost"),
        _ => return Err("the claim is between two writes that bind it"),
    };
    Ok(Some(Claim {
        volume,
        bound,
        deleting: state.contains('x'),
        ..Claim::default()
    }))
}

fn volume(state: &str, name: VolumeName, has_claim: bool) -> Told<Volume> {
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
        "u" if has_claim => ClaimRef::Claim,
        "u" | "s" => ClaimRef::DeadUid,
        _ => return Err("a volume names another claim"),
    };
    let reclaim_policy = match &state[2..3] {
        "R" => ReclaimPolicy::Retain,
        _ if state.contains('d') => ReclaimPolicy::Delete,
        _ => return Err("a volume of policy Delete lacks provisioned-by"),
    };
    Ok(Volume {
        disk: match name {
            VolumeName::Static => Disk::Original,
            VolumeName::Provisioned => Disk::SourceFresh,
        },
        phase,
        claim_ref,
        reclaim_policy,
        deleting: state.contains('x'),
    })
}

/// What the real controller makes of a supply in one sync; whether it asks for a volume.
fn real(words: &str, mut supply: Supply, names: Names) -> Told<(Supply, bool)> {
    let mut provisions = false;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        provisions |= word == "*ExternalProvisioning";
        let Some(object) = word.strip_prefix(['~', '=']) else {
            continue;
        };
        match object.split_once(':') {
            Some((name, state)) => {
                let name = names[index(name)];
                let has_claim = supply.claim.is_some();
                *supply.volumes.get_mut(name) = Some(volume(state, name, has_claim)?);
            }
            // What is in between is written over.
            None => {
                if let Ok(after) = claim(object, names) {
                    supply.claim = after;
                } else if object.contains('L') {
                    return Err("the claim gets Lost");
                }
            }
        }
    }
    Ok((supply, provisions))
}

fn world(supply: Supply) -> (Setup, World) {
    let setup = Setup {
        ordinals: 1,
        storage: vec![permissive(ReclaimPolicy::Retain)],
        ..Setup::default()
    };
    let mut world = World::default();
    world.column_mut(SIDE, ORDINAL)[ONLY] = supply;
    (setup, world)
}

/// The steps about the claim, or about a volume.
fn steps(setup: &Setup, world: &World, about: Option<VolumeName>) -> Vec<Action> {
    let mut found = Vec::new();
    Step::steps(setup, world, &mut |step| {
        let subject = match step.action {
            Action::Bind(_) | Action::Provision => None,
            Action::Release(name) | Action::Reclaim(name) => Some(name),
        };
        if step.cluster == SIDE && subject == about {
            found.push(step.action);
        }
    });
    found
}

/// Compares a sync of the claim or of a volume; says why the model does something else if that is
/// known.
fn compare(
    supply: Supply,
    words: &str,
    about: Option<VolumeName>,
    names: Names,
) -> Result<Option<&'static str>, String> {
    let (setup, world) = world(supply);
    let actions = steps(&setup, &world, about);
    let (after, provisions) = real(words, supply, names)?;
    let subject = about.and_then(|name| after.volumes.get(name));
    let awaits_driver = subject.is_some_and(|volume| {
        volume.phase == VolumePhase::Released && volume.reclaim_policy == ReclaimPolicy::Delete
    });
    let is_same = |&action: &Action| match action {
        Action::Provision => provisions && after == supply,
        Action::Reclaim(_) => awaits_driver && after == supply,
        _ => {
            let step = Step {
                cluster: SIDE,
                ordinal: ORDINAL,
                template: ONLY,
                action,
            };
            let mut world = world;
            step.perform(&setup, &mut world);
            after == world.column(SIDE, ORDINAL)[ONLY]
        }
    };
    let rests = after == supply && !provisions && !awaits_driver;
    if actions.iter().any(is_same) || (actions.is_empty() && rests) {
        return Ok(None);
    }
    let claim = supply.claim.filter(|_| about.is_none());
    let takes_free = [VolumeName::Static, VolumeName::Provisioned]
        .into_iter()
        .filter(|name| after.claim.is_some_and(|claim| claim.volume == Some(*name)))
        .any(|name| {
            let volume = supply.volumes.get(name);
            volume.is_some_and(|volume| volume.claim_ref == ClaimRef::None)
        });
    match claim {
        Some(claim) if claim.volume.is_none() && takes_free && actions == [Action::Provision] => {
            Ok(Some(UNASKED))
        }
        _ => Err(format!("the model's steps: {actions:?}")),
    }
}

/// What came of comparing the recordings of a minor.
#[derive(Default)]
struct Compared {
    same: usize,
    omitted: BTreeMap<&'static str, usize>,
    known: BTreeMap<&'static str, usize>,
}

impl Compared {
    /// Compares the syncs of a case. One of its volumes is the static one.
    fn case(&mut self, line: &str, names: Names) {
        let (input, output) = line.split_once(" => ").expect("a case has an arrow");
        let supply = match Input::read(input).supply(names) {
            Ok(supply) => supply,
            Err(told) => {
                *self.omitted.entry(told).or_default() += 1;
                return;
            }
        };
        for sync in output.split(" ; ").filter(|sync| *sync != "nothing") {
            let (subject, words) = sync.split_once(':').expect("a sync is of an object");
            let about = (subject != "claim").then(|| names[index(subject)]);
            match compare(supply, words.trim(), about, names) {
                Ok(None) => self.same += 1,
                Ok(Some(told)) => *self.known.entry(told).or_default() += 1,
                Err(told) => panic!("{subject} of {line}\n{supply:?}\n{told}"),
            }
        }
    }
}

#[test]
fn the_model_binds_and_releases_as_the_real_controller_does() {
    let minors = recordings::minors_with("volumes");
    for minor in &minors {
        let text = recordings::text(minor, "volumes");
        let mut compared = Compared::default();
        for (_, cases) in recordings::blocks(&text) {
            for line in cases.lines() {
                compared.case(line, [VolumeName::Static, VolumeName::Provisioned]);
                compared.case(line, [VolumeName::Provisioned, VolumeName::Static]);
            }
        }
        assert_counts(minor, "OMITTED", &compared.omitted, OMITTED);
        assert_counts(minor, "KNOWN", &compared.known, KNOWN);
        assert_eq!(
            compared.same, SAME,
            "{minor}: syncs in which both do the same"
        );
        assert_row(minor, "volumes", SAME, KNOWN, OMITTED);
    }
}

/// The inputs that no step leads to are left out for good reason.
#[test]
fn every_reachable_column_is_compared() {
    let mut columns = HashSet::new();
    for name in [
        "claim-swapped-late",
        "cold-backup-restore",
        "cold-move-deleted",
        "empty-disk",
        "low-end-first",
        "reclaim-delete",
        "tidied-wrong-side",
    ] {
        let model = Migration::new(scenario(name, None).setup);
        let mut seen = HashSet::new();
        let mut frontier = vec![World::initial(model.setup())];
        while let Some(world) = frontier.pop() {
            if !seen.insert(world) {
                continue;
            }
            for row in world.rows.values() {
                for side in ClusterId::BOTH {
                    let supply = row.sides[side][ONLY];
                    assert!(arises(&supply), "{name}: {supply:?}");
                    columns.insert((supply.claim, supply.volumes));
                }
            }
            let mut steps = Vec::new();
            model.steps(&world, &mut steps);
            frontier.extend(steps.into_iter().map(|step| model.after(&world, step)));
        }
    }
    assert!(columns.len() > 10, "only {} columns", columns.len());
}
