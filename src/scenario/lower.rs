//! Lowers a scenario file, with its manifests, to a [`Setup`] and what reports say about it.

use std::ops::Range;

use super::accounting;
use super::availability;
use super::budget;
use super::copies;
use super::expect;
use super::file::{MigrationFile, ScenarioFile, SideFile};
use super::lowering::{Lowering, ordinals_below};
use super::program;
use super::reach::{self, TooHigh};
use super::reader::{Reader, Spanned};
use super::ready::Scenario;
use super::runbook;
use super::side::{self, KUBERNETES};
use super::storage;
use super::types::{Lowered, Overrides, Side, StepSource};
use crate::diagnostic::{Diagnostic, Source, position};
use crate::runbook::Runbook;
use crate::world::id::{ClusterId, MAX_ORDINALS, PerCluster};
use crate::world::setup::{Budget, ClusterSetup, Reads, Setup};
use crate::world::volume::ReclaimPolicy;

/// The highest ordinal that there is room for.
#[expect(clippy::cast_possible_wrap, reason = "it is a small number")]
const HIGHEST_ORDINAL: i64 = MAX_ORDINALS as i64 - 1;

/// Lowers a file to a scenario.
///
/// # Errors
/// All mistakes, those that the reader has noted already among them.
pub fn lower(
    reader: Reader<'_>,
    file: &ScenarioFile,
    overrides: &Overrides,
) -> Result<Scenario, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(reader, overrides.assume_harmless.clone());
    let scenario = lower_all(&mut lowering, file, overrides);
    match scenario.filter(|_| lowering.reader.problems.is_empty()) {
        Some(scenario) => {
            scenario.setup.check();
            Ok(scenario)
        }
        None => Err(in_order(lowering.reader)),
    }
}

/// Mistakes in the order of the file; those in manifests, and those in no file, come last.
fn in_order(reader: Reader<'_>) -> Vec<Diagnostic> {
    let mut problems = reader.problems;
    problems.sort_by_cached_key(|problem| {
        let is_elsewhere = problem.path.as_ref() != Some(&reader.source.path);
        (
            is_elsewhere,
            problem.path.clone(),
            problem.line(),
            problem.column(),
        )
    });
    problems.dedup();
    problems
}

fn lower_all(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    overrides: &Overrides,
) -> Option<Scenario> {
    let sides = lower_sides(lowering, file);
    accounting::lower(lowering, file, overrides);
    let lowered = lower_setup(lowering, file, overrides, sides.as_ref());
    let properties = expect::properties(lowering, file, overrides);
    let expect = expect::expectations(lowering, file);
    let (source, destination) = sides?;
    let (setup, steps, runbook) = lowered?;
    let Source { path, text } = lowering.reader.source.clone();
    let line = |offset| position(&text, offset).0;
    Some(Scenario {
        name: super::find::name_of(&path),
        description: (file.description.as_ref()).map_or(String::new(), |text| text.value.clone()),
        setup,
        set_name: source.name.unwrap_or_else(|| "web".to_owned()),
        kubernetes: KUBERNETES.to_owned(),
        kubernetes_assumed: !source.has_version && !destination.has_version,
        properties,
        expect,
        fixed_at: lowering
            .fixed_at
            .into_iter()
            .chain(lowering.groups_at)
            .min()
            .map(line),
        prove: file.prove.is_some(),
        program_fixed_at: lowering.fixed_at.map(line),
        assumed: accounting::by_weight(std::mem::take(&mut lowering.assumed)),
        writers: std::mem::take(&mut lowering.writers),
        account: accounting::objects(&mut lowering.accounts),
        steps,
        runbook,
        path,
        text,
    })
}

/// The setup and where its steps stand. Each section is looked at whatever is wrong with the
/// others.
fn lower_setup(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    overrides: &Overrides,
    sides: Option<&(Side, Side)>,
) -> Option<(Setup, Vec<StepSource>, Option<Runbook>)> {
    let source = sides.map(|(source, _)| source);
    let storage = storage::lower(lowering, file.storage.as_ref(), source);
    let replicas = source.map(|source| source.initial.map_or(0, |slice| slice.end));
    let allowed = lower_allowed(lowering, file, replicas);
    let availability = availability::lower(lowering, file.availability.as_ref(), replicas);
    let budget = lower_budget(lowering, file, overrides);
    let policies = storage.iter().map(|storage| storage.reclaim_policy);
    let policies: Vec<ReclaimPolicy> = policies.collect();
    let lowered = lower_migration(lowering, file, &budget, &policies, sides);
    let ((source, destination), (lowered, runbook)) = (sides?, lowered?);
    if source.templates.is_empty() {
        report_no_disk(lowering, &lowered.need_disk);
    }
    let clusters = PerCluster {
        source: cluster(source),
        destination: cluster(destination),
    };
    let schedules = |id: ClusterId| clusters[id].schedules(id, &lowered.program);
    let mut setup = Setup {
        replicas: replicas?,
        ordinals: 0,
        allowed: allowed?,
        clusters,
        schedules: PerCluster::each(|id| !storage.is_empty() && schedules(id)),
        storage,
        availability,
        reads: Reads::of(&lowered.program),
        program: lowered.program,
        budget,
        extras: lowered.extras,
        for_every_n: false,
    };
    setup.ordinals = reach::highest_end(&setup)
        .map_err(|too_high| report_too_high(lowering, &lowered.steps, too_high))
        .ok()?;
    check_ordinals(lowering, &lowered.ordinals, setup.ordinals);
    copies::assume(lowering, &setup, source, destination);
    Some((setup, lowered.steps, runbook))
}

const fn cluster(side: &Side) -> ClusterSetup {
    ClusterSetup {
        policy: side.policy,
        initial: side.initial,
        min_ready: side.min_ready,
        retention: side.retention,
    }
}

fn lower_sides(lowering: &mut Lowering<'_>, file: &ScenarioFile) -> Option<(Side, Side)> {
    let given =
        |side: &Option<SideFile>| side.as_ref().is_some_and(|side| side.kubernetes.is_some());
    if !(given(&file.source) || given(&file.destination)) {
        lowering.assume("kubernetes", KUBERNETES, "on both sides");
    } else if !given(&file.source) {
        lowering.assume("source.kubernetes", KUBERNETES, "as in destination");
    } else if !given(&file.destination) {
        lowering.assume("destination.kubernetes", KUBERNETES, "as in source");
    }
    let source = side::lower_source(lowering, file.source.as_ref()?)?;
    assume_start(lowering);
    let destination = side::lower_destination(lowering, file.destination.as_ref(), &source)?;
    Some((source, destination))
}

/// What every verdict rests on, unless the manifest says it.
fn assume_start(lowering: &mut Lowering<'_>) {
    let mut accounts = lowering.accounts.iter();
    if !accounts.any(|(_, account)| account.is_observed) {
        let text = "every Pod at the start; one that is not may hold up the move";
        lowering.assume("source.status", "Ready", text);
    }
    let text = "none fails for want of an answer, which may end a program half-way";
    lowering.assume("requests", "answered", text);
}

/// How many ordinals may be owned: those of the source, or `ordinals.max` and all below it.
fn lower_allowed(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    replicas: Option<u8>,
) -> Option<u8> {
    let Some(ordinals) = &file.ordinals else {
        return replicas;
    };
    lowering.fix_at(ordinals.max.span.start);
    let max = ordinals.max.value;
    let highest = HIGHEST_ORDINAL;
    let lowest = replicas.map_or(0, |replicas| i64::from(replicas) - 1);
    let (message, help) = if max < lowest {
        (
            format!("`max` is {max}, but the source's set owns ordinal {lowest}"),
            format!("`max` is {lowest} or more; without `ordinals` it is {lowest}"),
        )
    } else if max > highest {
        (
            format!("`max` is {max}, more than {highest}"),
            format!("the supported ordinals are 0 to {highest}"),
        )
    } else {
        return u8::try_from(max + 1).ok();
    };
    lowering.reader.report(
        Diagnostic::new("scenario::out-of-range", message)
            .at(ordinals.max.span.clone(), "")
            .help(help),
    );
    None
}

fn lower_budget(lowering: &mut Lowering<'_>, file: &ScenarioFile, overrides: &Overrides) -> Budget {
    let of_file = file.faults.as_ref();
    let of_file = of_file.map(|faults| budget::lower(&mut lowering.reader, faults));
    let budget = match &overrides.faults {
        Some(faults) => faults.budget(),
        None => of_file.unwrap_or_default(),
    };
    if budget.pools.is_empty() && overrides.faults.is_none() {
        lowering.assume(
            "faults",
            "none",
            "fault-free runs only; add faults with `--faults 2`",
        );
    }
    budget
}

fn lower_migration(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    budget: &Budget,
    policies: &[ReclaimPolicy],
    sides: Option<&(Side, Side)>,
) -> Option<(Lowered, Option<Runbook>)> {
    let migration = file.migration.as_ref()?;
    let found = lowering.reader.problems.len();
    let crashes = budget::crashes(budget);
    if let Some(named) = &migration.runbook {
        return lower_runbook(lowering, migration, named, policies, crashes, sides?);
    }
    let templates = sides.map_or(&[][..], |(source, _)| source.templates.as_slice());
    let lowered = program::lower(lowering, migration, templates, crashes);
    if crashes && migration.after_crash.is_none() {
        let text = "a crashed driver restarts from the top, as a script does";
        lowering.assume("migration.afterCrash", "fromTop", text);
    }
    if let Some((_, destination)) = sides {
        assume_needs(lowering, destination);
    }
    for sleep in std::mem::take(&mut lowering.sleeps) {
        let text = "guards nothing: what it waits for may take longer";
        lowering.assume("migration.sleep", &sleep, text);
    }
    let is_sound = migration.is_whole && lowering.reader.problems.len() == found;
    is_sound.then_some((lowered, None))
}

/// Steps make neither Secrets nor ConfigMaps: what the Pods need has to be there.
fn assume_needs(lowering: &mut Lowering<'_>, destination: &Side) {
    let facts = destination.facts();
    let is_there = |(kind, name): &(&str, String)| {
        let mut others = facts.others.iter();
        others.any(|(other, same)| other == kind && same == name)
    };
    let missing = facts.references().into_iter();
    let missing = missing.filter(|need| !is_there(need));
    let names: Vec<String> = missing
        .map(|(kind, name)| format!("{kind} {name}"))
        .collect();
    if !names.is_empty() {
        let text = "the Pods need it, and nothing shows it there: assumed to exist";
        lowering.assume("destination.needs", &accounting::shortened(&names), text);
    }
}

/// The program of a script.
fn lower_runbook(
    lowering: &mut Lowering<'_>,
    migration: &MigrationFile,
    named: &Spanned<String>,
    policies: &[ReclaimPolicy],
    crashes: bool,
    (source, destination): &(Side, Side),
) -> Option<(Lowered, Option<Runbook>)> {
    let found = lowering.reader.problems.len();
    lowering.fix_at(named.span.start);
    let sides = PerCluster {
        source: source.facts(),
        destination: destination.facts(),
    };
    if crashes && migration.after_crash.is_none() {
        let text = "a crashed script is restarted from its first line";
        lowering.assume("migration.afterCrash", "fromTop", text);
    }
    let (lowered, runbook) = runbook::lower(lowering, named, sides, policies, crashes)?;
    let is_sound = migration.is_whole && lowering.reader.problems.len() == found;
    is_sound.then_some((lowered, Some(runbook)))
}

fn report_no_disk(lowering: &mut Lowering<'_>, need_disk: &[(&str, Range<usize>)]) {
    let Some(((step, key), others)) = need_disk.split_first() else {
        return;
    };
    let message = format!("`{step}` needs a disk, but the set has no claim templates");
    let mut problem = Diagnostic::new("scenario::no-disk", message)
        .at(key.clone(), "")
        .help("give `volumeClaimTemplates: [data]` to the source, or remove the step");
    for (_, key) in others {
        problem = problem.beside(key.clone(), "this too");
    }
    lowering.reader.report(problem);
}

fn report_too_high(lowering: &mut Lowering<'_>, steps: &[StepSource], too_high: TooHigh) {
    let mut problem = Diagnostic::new(
        "scenario::too-many-ordinals",
        format!(
            "this step can make a set reach ordinal {}, but at most {} is supported",
            too_high.end - 1,
            MAX_ORDINALS - 1
        ),
    )
    .help("use fewer replicas, or give `start` and `replicas` in one `patch`");
    if let Some(step) = steps.get(usize::from(too_high.step)) {
        problem = problem.at(step.offset.clone(), "");
    }
    lowering.reader.report(problem);
}

/// Ordinals that are written as plain numbers must exist.
fn check_ordinals(lowering: &mut Lowering<'_>, named: &[Spanned<i16>], ordinals: u8) {
    for ordinal in named {
        if (0..i16::from(ordinals)).contains(&ordinal.value) {
            continue;
        }
        let message = format!(
            "ordinal {} does not exist; the set has {}",
            ordinal.value,
            ordinals_below(ordinals)
        );
        lowering.reader.report(
            Diagnostic::new("scenario::no-such-ordinal", message)
                .at(ordinal.span.clone(), "")
                .help("name an ordinal that the set has at some point, or use `k`"),
        );
    }
}
