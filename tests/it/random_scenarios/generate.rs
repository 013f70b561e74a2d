//! Random drafts in the way of a mix.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::draft::{Draft, Program, Set, Start, Storage};
use super::mix::{MIXES, Mix};
use super::script;
use super::steps::Chance;

/// The kinds of fault.
pub const FAULTS: [&str; 7] = [
    "eviction",
    "pressureEviction",
    "containerCrash",
    "driverCrash",
    "controllerRestart",
    "podNeverReady",
    "controllerRestartStale",
];

/// The draft of a number, always the same.
pub fn draft(mix: &Mix, number: u64) -> Draft {
    let family = MIXES.iter().position(|other| other.name == mix.name);
    let family = family.expect("all mixes are listed") as u64;
    let generator = Pcg64Mcg::seed_from_u64(family << 32 | number);
    let mut chance = Chance { generator, mix };
    let mut draft = options(&mut chance);
    draft.program = if mix.script {
        Program::Script(script::parts(&mut chance, &draft))
    } else {
        Program::Steps(chance.program(&draft))
    };
    draft
}

fn storage(chance: &mut Chance<'_>) -> Storage {
    let mix = chance.mix;
    Storage {
        exclusive: chance.percent(mix.storage),
        retain: chance.percent(mix.retain),
        unreachable: chance.percent(mix.storage / 2),
        shared: chance.percent(mix.storage / 2),
        block: mix.block > 0 && chance.percent(mix.block),
    }
}

fn options(chance: &mut Chance<'_>) -> Draft {
    let mix = chance.mix;
    let sizes: Vec<u8> = [1, 2, 2, 2, 3, 3, 4]
        .into_iter()
        .filter(|&size| size <= mix.replicas || size == 4 && mix.replicas == 3)
        .collect();
    let replicas = chance.one(&sizes);
    let claims = chance.percent(mix.claims);
    let source = set(chance, claims);
    let destination = if chance.percent(50) {
        source
    } else {
        set(chance, claims)
    };
    let start = if chance.percent(mix.absent) {
        Start::Absent
    } else if chance.percent(mix.started) {
        let start = chance.up_to(replicas.into()) as u8;
        Start::Set(start, 1 + chance.up_to(1) as u8)
    } else {
        Start::Empty
    };
    let storage = storage(chance);
    // Other mixes draw nothing here, so that their drafts stay what they were.
    let has_second = mix.second > 0 && chance.percent(mix.second);
    let second = has_second.then(|| self::storage(chance));
    Draft {
        replicas,
        claims,
        source,
        destination,
        start,
        storage,
        second,
        availability: chance
            .percent(mix.available)
            .then(|| availability(chance, replicas)),
        most: (chance.percent(15)).then_some(replicas),
        faults: chance.percent(mix.faults).then(|| faults(chance)),
        program: Program::Script(Vec::new()),
    }
}

fn set(chance: &mut Chance<'_>, claims: bool) -> Set {
    let mix = chance.mix;
    Set {
        parallel: chance.percent(mix.parallel),
        min_ready: chance.percent(mix.min_ready),
        when_scaled: claims && chance.percent(mix.deletes),
        when_deleted: claims && chance.percent(mix.deletes),
    }
}

fn availability(chance: &mut Chance<'_>, replicas: u8) -> String {
    let rule = match chance.up_to(2) {
        0 => format!("maxUnavailable: {}", chance.up_to(1)),
        1 => "quorum: majority".to_owned(),
        _ => {
            let first = chance.up_to(usize::from(replicas) - 1);
            let ordinals = match chance.up_to(1) {
                0 => first.to_string(),
                _ => (0..=first)
                    .map(|ordinal| ordinal.to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            format!("groups: [{{ordinals: [{ordinals}], min: 1}}]")
        }
    };
    let counting = chance.one(&["", ", faults: excused", ", faults: counted"]);
    format!("{{{rule}{counting}}}")
}

fn faults(chance: &mut Chance<'_>) -> String {
    let most = chance.mix.most_faults;
    let mut kinds: Vec<&str> = (0..=chance.up_to(2)).map(|_| chance.one(&FAULTS)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let number = |chance: &mut Chance<'_>| 1 + chance.up_to(usize::from(most) - 1);
    if chance.up_to(1) == 0 {
        return format!("{{atMost: {}, of: [{}]}}", number(chance), kinds.join(", "));
    }
    let caps = kinds
        .iter()
        .map(|kind| format!("{kind}: {}", number(chance)));
    format!("{{{}}}", caps.collect::<Vec<_>>().join(", "))
}
