//! A world in words: one fact for each object, each component's memory and each disk.
//!
//! Worlds that differ have facts that differ, so that what a step changes can be told.

mod objects;

use std::fmt::Write as _;

use crate::actors::{Step, driver};
use crate::scenario::Scenario;
use crate::world::World;
use crate::world::driver::{DriverPhase, Read, Watch};
use crate::world::id::{ClusterId, Ordinal, OrdinalSet};
use crate::world::program::{AfterCrash, Entry};
use crate::world::setup::Setup;
use crate::world::volume::{Template, VolumeName};

/// What is to be said of one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Fact {
    thing: Thing,
    text: String,
}

/// What a fact is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Thing {
    side: Option<ClusterId>,
    kind: &'static str,
    /// Its claim template, where there are several.
    template: Option<Template>,
    ordinal: Option<Ordinal>,
}

/// Everything about `world`, a line for each thing; alike ordinals share a line.
pub(super) fn all(scenario: &Scenario, setup: &Setup, world: &World) -> Vec<String> {
    lines(setup, &facts(scenario, setup, world))
}

/// What differs between two worlds.
pub(super) fn changes(
    scenario: &Scenario,
    setup: &Setup,
    before: &World,
    after: &World,
) -> Vec<String> {
    let (before, after) = (
        facts(scenario, setup, before),
        facts(scenario, setup, after),
    );
    let has = |facts: &[Fact], thing: Thing| facts.iter().any(|fact| fact.thing == thing);
    let gone = before.iter().filter(|fact| !has(&after, fact.thing));
    let gone = gone.map(|fact| Fact {
        thing: fact.thing,
        text: absence(fact.thing.kind).to_owned(),
    });
    let new = after.iter().filter(|fact| !before.contains(fact));
    lines(setup, &gone.chain(new.cloned()).collect::<Vec<_>>())
}

/// What is to be said of a thing that has no fact.
fn absence(kind: &str) -> &'static str {
    match kind {
        "controller" => "no planned writes",
        "disk" => "none",
        "faults" => "none so far",
        "excused" => "nobody",
        _ => "gone",
    }
}

/// `source Pods 0-2: Running, Ready`.
fn lines(setup: &Setup, facts: &[Fact]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = facts;
    while let Some(first) = rest.first() {
        let alike = |fact: &&Fact| {
            let same = Thing {
                ordinal: first.thing.ordinal,
                ..fact.thing
            };
            same == first.thing && fact.text == first.text
        };
        let count = rest.iter().take_while(alike).count();
        let ordinals: OrdinalSet = rest[..count]
            .iter()
            .filter_map(|fact| fact.thing.ordinal)
            .collect();
        let name = name(setup, first.thing, ordinals);
        lines.push(format!("{name}: {}", first.text));
        rest = &rest[count..];
    }
    lines
}

fn name(setup: &Setup, thing: Thing, ordinals: OrdinalSet) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(thing.side.map(|side| side.name().to_owned()));
    let template = thing.template.map(|template| setup.storage_of(template));
    words.extend(template.map(|storage| storage.name.clone()));
    let plural = if ordinals.len() > 1 { "s" } else { "" };
    words.push(format!("{}{plural}", thing.kind));
    if !ordinals.is_empty() {
        words.push(ranges(ordinals));
    }
    words.join(" ")
}

/// `0-2, 5`.
fn ranges(ordinals: OrdinalSet) -> String {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for Ordinal(ordinal) in ordinals.iter() {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == ordinal => *last = ordinal,
            _ => ranges.push((ordinal, ordinal)),
        }
    }
    let text = ranges.iter().map(|&(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    });
    text.collect::<Vec<_>>().join(", ")
}

/// None, or which ordinals.
fn whom(ordinals: OrdinalSet) -> String {
    if ordinals.is_empty() {
        "nobody".to_owned()
    } else {
        ranges(ordinals)
    }
}

fn facts(scenario: &Scenario, setup: &Setup, world: &World) -> Vec<Fact> {
    let mut facts = Vec::new();
    let named = |template| (setup.storage.len() > 1).then_some(template);
    let mut add = |side, kind, template, ordinal, text: Option<String>| {
        let thing = Thing {
            side,
            kind,
            template,
            ordinal,
        };
        facts.extend(text.map(|text| Fact { thing, text }));
    };
    add(
        None,
        "driver",
        None,
        None,
        Some(driver_fact(scenario, setup, world)),
    );
    for id in ClusterId::BOTH {
        let (side, cluster) = (Some(id), world.side(id));
        add(
            side,
            "set",
            None,
            None,
            Some(objects::set(setup, id, cluster)),
        );
        add(side, "controller", None, None, objects::controller(cluster));
        for ordinal in setup.ordinals() {
            let pod = objects::pod(setup, &cluster[ordinal], ordinal);
            add(side, "Pod", None, Some(ordinal), pod);
        }
        for (template, ordinal) in places(setup) {
            let claim = cluster[ordinal][template].claim.map(objects::claim);
            add(side, "claim", named(template), Some(ordinal), claim);
        }
        for (name, kind) in [
            (VolumeName::Static, "volume"),
            (VolumeName::Provisioned, "provisioned volume"),
        ] {
            for (template, ordinal) in places(setup) {
                let label = setup.label(template, ordinal);
                let volume = cluster[ordinal][template].volumes.get(name);
                let text = volume.map(|volume| objects::volume(volume, &label));
                add(side, kind, named(template), Some(ordinal), text);
            }
        }
    }
    for (template, ordinal) in places(setup) {
        let text = objects::disk(&world.rows[ordinal], template);
        add(None, "disk", named(template), Some(ordinal), text);
    }
    add(None, "faults", None, None, faults(setup, world));
    let excused = world.excused();
    let excused = (!excused.is_empty()).then(|| whom(excused));
    add(None, "excused", None, None, excused);
    facts
}

/// Every claim that there may be, by its template and its ordinal.
fn places(setup: &Setup) -> impl Iterator<Item = (Template, Ordinal)> {
    let ordinals = setup.ordinals();
    setup
        .templates()
        .flat_map(move |template| ordinals.clone().map(move |ordinal| (template, ordinal)))
}

fn driver_fact(scenario: &Scenario, setup: &Setup, world: &World) -> String {
    let driver = world.driver;
    let mut text = match driver.phase {
        DriverPhase::Running => place(scenario, setup, world),
        DriverPhase::Crashed => "crashed".to_owned(),
        DriverPhase::Finished => "finished".to_owned(),
        DriverPhase::Failed => format!("stopped at {}", place(scenario, setup, world)),
    };
    match setup.program.entry(driver.position) {
        None => (),
        Some(Entry::Resumed) => text += ", resumed",
        Some(Entry::WaitsOnly) => text += ", repeats waits only",
    }
    match driver.watch {
        Watch::Nothing => (),
        Watch::Present => text += ", has seen it",
        Watch::Gone => text += ", what it saw is gone",
    }
    match driver.read {
        Read::Nothing => (),
        Read::Claim(None) => text += ", has read a claim without a volume",
        Read::Claim(Some(VolumeName::Static)) => text += ", has read the claim",
        Read::Claim(Some(VolumeName::Provisioned)) => {
            text += ", has read the claim of the provisioned volume";
        }
        Read::Volume {
            disk,
            reclaim_policy,
            claim_ref,
        } => {
            let claim_ref = if claim_ref { "claimRef" } else { "no claimRef" };
            let disk = objects::named_disk(disk, &driver.k.to_string());
            let _ = write!(
                text,
                ", has read the volume of {disk} ({reclaim_policy:?}, {claim_ref})"
            );
        }
    }
    if setup.program.after_crash == AfterCrash::FromSaved {
        let (position, k) = driver.saved;
        let _ = write!(text, ", saved instruction {position} and k {k}");
    }
    text
}

/// Where the program is, and what comes next.
fn place(scenario: &Scenario, setup: &Setup, world: &World) -> String {
    let advance = Step::Driver(driver::Action::Advance);
    let next = advance.describe(setup, world);
    let step = driver::instruction(setup, world).step;
    let line = scenario
        .steps
        .get(usize::from(step))
        .map_or_else(String::new, |source| {
            format!("line {}, ", source.location.line)
        });
    let index = setup.program.index(world.driver.position);
    let k = if setup.program.body().contains(&index) {
        format!(", k {}", world.driver.k)
    } else {
        String::new()
    };
    // Instructions of one line may ask the same thing.
    let instruction = if setup.program.is_script {
        format!(", instruction {}", world.driver.position + 1)
    } else {
        String::new()
    };
    format!("{line}\"{next}\"{k}{instruction}")
}

fn faults(setup: &Setup, world: &World) -> Option<String> {
    let pools = setup.budget.pools.iter().zip(world.spent);
    let spent: Vec<String> = pools
        .map(|(pool, spent)| format!("{spent} of {}", pool.at_most))
        .collect();
    (world.faults() > 0).then(|| spent.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::num::NonZeroUsize;
    use std::path::Path;

    use crate::engine::simulate::{self, Walks};
    use crate::model::Migration;
    use crate::scenario::{FaultsOverride, Overrides};
    use crate::world::id::PerCluster;
    use crate::world::setup::Reads;

    /// Walks through every bundled scenario, with every kind of fault: different worlds are told
    /// in different words, and every step changes some of them.
    #[test]
    fn what_differs_is_told() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let (paths, _) = crate::scenario::find(&[models]);
        let kinds = "5:eviction,pressureEviction,containerCrash,driverCrash,controllerRestart,\
                     podNeverReady,controllerRestartStale";
        let overrides = Overrides {
            faults: Some(FaultsOverride::parse(kinds).expect("a budget")),
            properties: Vec::new(),
            ..Overrides::default()
        };
        let mut told = 0;
        for path in &paths {
            let mut scenario = Scenario::read(path, &overrides).expect("a bundled scenario");
            told += told_apart(&scenario);
            scenario.setup.reads = PerCluster {
                source: Reads::EVERYTHING,
                destination: Reads::EVERYTHING,
            };
            told += told_apart(&scenario);
        }
        assert!(told > 10_000, "only {told} worlds were told");
    }

    /// Some walks through a scenario. Returns how many worlds they come to.
    fn told_apart(scenario: &Scenario) -> usize {
        let model = Migration::new(scenario.setup.clone());
        let mut known: BTreeMap<Vec<String>, World> = BTreeMap::new();
        for run in 0..8 {
            let mut before: Option<World> = None;
            let visit = &mut |world: &World| {
                let setup = model.setup();
                let facts = all(scenario, setup, world);
                let same = known.entry(facts).or_insert(*world);
                assert_eq!(same, world, "{}: told alike", scenario.name);
                let changes = before.map(|before| changes(scenario, setup, &before, world));
                assert_ne!(changes, Some(Vec::new()), "{}: no change", scenario.name);
                before = Some(*world);
                false
            };
            simulate::path(&model, &walks(), run, visit);
        }
        known.len()
    }

    fn walks() -> Walks {
        Walks {
            runs: 8,
            seed: 0,
            threads: NonZeroUsize::MIN,
            max_steps: 400,
            faults: 5,
        }
    }

    #[test]
    fn ordinals_are_told_as_ranges() {
        let rows = [(0b0, ""), (0b1, "0"), (0b1011, "0-1, 3"), (0xffff, "0-15")];
        for (bits, then) in rows {
            assert_eq!(ranges(OrdinalSet(bits)), then);
        }
    }

    #[test]
    fn alike_ordinals_share_a_line() {
        let fact = |side, ordinal, text: &str| Fact {
            thing: Thing {
                side: Some(side),
                kind: "Pod",
                template: None,
                ordinal: Some(Ordinal(ordinal)),
            },
            text: text.to_owned(),
        };
        let facts = [
            fact(ClusterId::Source, 0, "Pending"),
            fact(ClusterId::Source, 1, "Pending"),
            fact(ClusterId::Source, 3, "Pending"),
            fact(ClusterId::Source, 4, "Failed"),
            fact(ClusterId::Destination, 5, "Failed"),
        ];
        let expected = [
            "source Pods 0-1, 3: Pending",
            "source Pod 4: Failed",
            "destination Pod 5: Failed",
        ];
        assert_eq!(lines(&Setup::default(), &facts), expected);
    }
}
