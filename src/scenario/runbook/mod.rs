//! Runbooks: a bash script of kubectl and yq commands becomes the driver's program.
//!
//! A text becomes commands that know their places ([`syntax`]); these are followed without the
//! clusters ([`run`]): variables, arithmetic, loops over lists, functions and files are worked
//! out, and each request becomes an instruction of the [`Program`]. What only a cluster knows is
//! a hole in a text ([`hole`]); where the script's way depends on an answer (a refused request, a
//! wait that expires, `if kubectl get …`) the instruction has two exits, and the script is
//! followed both ways ([`code`], [`state`]). Ways that know the same are joined, so a program has
//! about as many instructions as the script has commands, loops taken apart.
//!
//! Nothing is skipped silently: what is not modelled is a mistake at its place, or an assumption
//! if the user says so.

mod arithmetic;
mod arrays;
mod channels;
mod code;
mod conditions;
mod declare;
mod expand;
mod filter;
mod filter_limits;
mod glob;
mod harmless;
mod helm;
mod hole;
mod kubectl;
mod limits;
mod lines;
mod loops;
mod markers;
mod programs;
mod report;
mod run;
mod shells;
mod simple;
mod state;
pub mod strategic;
mod surroundings;
mod syntax;
#[cfg(test)]
mod tests;
mod word;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::error::{Diagnostic, Source, plain_io_error, position};
use super::lower::{Location, Lowering, StepSource};
use super::program::Lowered;
use super::reader::Spanned;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::program::{AfterCrash, ObjectKind, ObjectRef, Operation, Program};
use crate::world::volume::ReclaimPolicy;
pub use code::Place;
use run::{Halt, Runner};
pub use surroundings::SideFacts;
use surroundings::Surroundings;
use syntax::Command;

/// The most mistakes of a script that are shown.
const MOST_SHOWN: usize = 50;

/// The longest script.
const MAX_SCRIPT: usize = 256 << 10;

/// A script that has become a program.
#[derive(Clone, Debug)]
pub struct Runbook {
    /// The script.
    pub source: Source,
    /// Where each instruction comes from.
    pub places: Vec<Place>,
    /// The name of the claim template that is modelled.
    pub claim_template: String,
    /// How the script speaks to each side: the words in front of a verb, and a marker behind.
    pub spellings: PerCluster<Option<(String, String)>>,
}

/// Reads the script that a scenario names and makes it a program.
pub fn lower(
    lowering: &mut Lowering<'_>,
    named: &Spanned<String>,
    sides: PerCluster<SideFacts>,
    reclaim_policy: ReclaimPolicy,
    crashes: bool,
) -> Option<(Lowered, Runbook)> {
    let source = read(lowering, named)?;
    let script = parsed(lowering, &source)?;
    let folder = source.path.parent().unwrap_or(Path::new("")).to_path_buf();
    let surroundings = Surroundings {
        sides,
        reclaim_policy,
        crashes,
        folder,
        files: lowering.reader.files,
    };
    let (runner, followed) = follow(&surroundings, &source, &script);
    complain_of_markers(lowering, &source, &runner);
    report(lowering, &source, &runner);
    if followed.is_ok() && runner.code.made.is_empty() && runner.findings.problems.is_empty() {
        let what = "this script asks nothing of the clusters";
        let problem = Diagnostic::new("runbook::no-requests", what);
        let problem = problem.within(&source).at(0..0, "");
        lowering
            .reader
            .problems
            .push(problem.help("a runbook calls `kubectl`"));
    }
    followed.ok()?;
    Some(finish(runner, source))
}

fn parsed(lowering: &mut Lowering<'_>, source: &Source) -> Option<Command> {
    syntax::parse(&source.text, 0)
        .map_err(|error| {
            let what = format!("bash cannot read this script: {}", error.message);
            let at = error.at.min(source.text.len());
            let problem = Diagnostic::new("runbook::syntax", what);
            let problem = problem.within(source).at(at..at, "here");
            lowering
                .reader
                .problems
                .push(problem.help("check it with `bash -n`"));
        })
        .ok()
}

/// Follows a script: as if disks and policies stayed as they are, and once more if it asks for
/// something else.
fn follow<'a>(
    surroundings: &'a Surroundings<'a>,
    source: &Source,
    script: &Command,
) -> (Runner<'a>, Result<(), Halt>) {
    let follow = |keeps_disks, keeps_policies| {
        let mut runner = Runner::new(surroundings, &source.text);
        runner.findings.text = source.text.to_string();
        runner.keeps_disks = keeps_disks;
        runner.keeps_policies = keeps_policies;
        let followed = runner.script(script);
        (runner, followed)
    };
    let first = follow(true, true);
    let any = |wanted: fn(Operation) -> bool| {
        let mut made = first.0.code.made.iter();
        made.any(|made| wanted(made.operation))
    };
    let (deletes, patches) = (any(deletes_disk), any(patches_policy));
    if deletes || patches {
        return follow(!deletes, !patches);
    }
    first
}

fn complain_of_markers(lowering: &mut Lowering<'_>, source: &Source, runner: &Runner<'_>) {
    let help = "write `# straddle: cluster=source` or `# straddle: context=NAME cluster=source`";
    for place in &runner.markers.unclear {
        let problem = Diagnostic::new("runbook::bad-marker", "this marker is not understood");
        let problem = problem.within(source).at(place.clone(), "");
        lowering.reader.problems.push(problem.help(help));
    }
}

/// Whether a request deletes a claim or volume of the source.
const fn deletes_disk(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Delete(ObjectRef {
            kind: ObjectKind::Claim | ObjectKind::Volume,
            cluster: ClusterId::Source,
            ..
        })
    )
}

/// Whether a request changes the reclaim policy of a volume of the source.
const fn patches_policy(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::SetReclaimPolicy(
            ObjectRef {
                cluster: ClusterId::Source,
                ..
            },
            _
        )
    )
}

fn read(lowering: &mut Lowering<'_>, named: &Spanned<String>) -> Option<Source> {
    let folder = lowering
        .reader
        .source
        .path
        .parent()
        .unwrap_or(Path::new(""));
    let path = folder.join(&named.value);
    let problem = match (lowering.reader.files)(&path).map(String::from_utf8) {
        Ok(Ok(text)) if text.len() <= MAX_SCRIPT => {
            return Some(Source {
                path,
                text: Arc::from(text),
            });
        }
        Ok(Ok(_)) => "it is too long".to_owned(),
        Ok(Err(_)) => "it is not UTF-8 text".to_owned(),
        Err(error) => plain_io_error(&error),
    };
    lowering.reader.report(
        Diagnostic::new(
            "scenario::missing-runbook",
            format!("cannot read the runbook `{}`: {problem}", named.value),
        )
        .at(named.span.clone(), "")
        .help("the path is relative to the scenario file"),
    );
    None
}

/// Hands over what was found: mistakes, and what is taken for granted.
fn report(lowering: &mut Lowering<'_>, source: &Source, runner: &Runner<'_>) {
    let mut assumed = runner.findings.assumed.clone();
    let mut shown = 0;
    for finding in &runner.findings.problems {
        if finding.code == report::NOT_MODELLED && lowering.assume_harmless {
            let text =
                "taken to succeed and to change nothing that is checked, as asked".to_owned();
            assumed.push((finding.span.clone(), finding.what.clone(), text));
            continue;
        }
        shown += 1;
        if shown > MOST_SHOWN {
            continue;
        }
        let problem = Diagnostic::new(finding.code, finding.what.clone()).within(source);
        let problem = problem
            .at(source.first_line(&finding.span), "")
            .help(finding.help.clone());
        lowering.reader.problems.push(problem);
    }
    if shown > MOST_SHOWN {
        let end = source.text.trim_end().len();
        let what = format!("this script has {} more mistakes", shown - MOST_SHOWN);
        let problem = Diagnostic::new("runbook::too-long", what).within(source);
        let help = "they are shown when those above are mended";
        lowering
            .reader
            .problems
            .push(problem.at(end..end, "").help(help));
    }
    assumed.sort_by_key(|(span, ..)| span.start);
    let name = source
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for (span, what, text) in assumed {
        let (line, _) = position(&source.text, span.start);
        lowering.assume(&format!("{name}:{line}"), &what, &text);
    }
    for (field, value, text) in left_open(runner) {
        lowering.assume(&field, &value, text);
    }
}

/// What no command of the script says, and the model takes for granted: where, what, and how.
fn left_open(runner: &Runner<'_>) -> Vec<(String, String, &'static str)> {
    let surroundings = &runner.surroundings;
    let templates = surroundings.sides.source.templates.iter().skip(1);
    let claims = templates.map(|template| {
        (
            "source.volumeClaimTemplates".to_owned(),
            template.clone(),
            "its claims are taken to move with those of the first template: whether the script \
             copies them is not checked",
        )
    });
    let references = surroundings.sides.destination.references().into_iter();
    let missing = references.filter(|(kind, name)| {
        let extra = surroundings.extra(kind, name);
        let named = runner.extras.iter().any(|other| other.name == extra.name);
        !extra.exists.destination && !named
    });
    let existing = missing.map(|(kind, name)| {
        (
            format!("destination.{kind}"),
            name,
            "Pods need it, no manifest has it and the script does not name it: taken to exist",
        )
    });
    claims.chain(existing).collect()
}

fn finish(runner: Runner<'_>, source: Source) -> (Lowered, Runbook) {
    let mut steps: Vec<StepSource> = Vec::new();
    let mut numbers: BTreeMap<(usize, usize), u16> = BTreeMap::new();
    for made in &runner.code.made {
        numbers
            .entry((made.place.span.start, made.place.span.end))
            .or_insert_with(|| {
                steps.push(step_source(&source, &made.place.span));
                u16::try_from(steps.len() - 1).unwrap_or(u16::MAX)
            });
    }
    let places = runner
        .code
        .made
        .iter()
        .map(|made| made.place.clone())
        .collect();
    let number = |span: &Range<usize>| numbers.get(&(span.start, span.end)).copied().unwrap_or(0);
    let spellings = runner.spellings.clone();
    let templates = &runner.surroundings.sides.source.templates;
    let claim_template = templates.first().cloned().unwrap_or_default();
    let (instructions, exits) = runner.code.finish(number);
    let program = Program {
        instructions,
        exits,
        after_crash: AfterCrash::FromTop,
        ..Program::default()
    };
    let lowered = Lowered {
        program,
        steps,
        ordinals: Vec::new(),
        need_disk: Vec::new(),
        extras: runner.extras,
    };
    (
        lowered,
        Runbook {
            source,
            places,
            claim_template,
            spellings,
        },
    )
}

/// The place of a command.
fn step_source(source: &Source, span: &Range<usize>) -> StepSource {
    let (line, column) = position(&source.text, span.start);
    let raw = source.text.lines().nth(line - 1).unwrap_or("");
    let first = source.first_line(span);
    let shown = source
        .text
        .get(first)
        .unwrap_or("")
        .trim_end_matches(['\\', ' ']);
    StepSource {
        location: Location {
            file: source.path.clone(),
            line,
            column,
            end_column: column + shown.chars().count(),
            offset: span.clone(),
        },
        kind: shown.split(' ').take(2).collect::<Vec<_>>().join(" "),
        text: raw.trim().to_owned(),
        indent: raw.len() - raw.trim_start().len(),
    }
}

/// Whether the first request about the destination's set creates it.
#[must_use]
pub fn creates_first(program: &Program) -> bool {
    let of_set = |operation: Operation| match operation {
        Operation::CreateSet {
            cluster: ClusterId::Destination,
            ..
        } => Some(true),
        Operation::Patch {
            cluster: ClusterId::Destination,
            ..
        }
        | Operation::Scale {
            cluster: ClusterId::Destination,
            ..
        }
        | Operation::DeleteSet(ClusterId::Destination, _) => Some(false),
        _ => None,
    };
    let mut instructions = program.instructions.iter();
    instructions
        .find_map(|instruction| of_set(instruction.operation))
        .unwrap_or(false)
}

/// Words of each call of kubectl that a script comes to, for tests against bash.
#[must_use]
pub fn calls(text: &str) -> Option<Vec<Vec<String>>> {
    let script = syntax::parse(text, 0).ok()?;
    let no_files = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let side = SideFacts {
        name: "web".to_owned(),
        ..SideFacts::default()
    };
    let surroundings = Surroundings {
        sides: PerCluster {
            source: side.clone(),
            destination: side,
        },
        reclaim_policy: ReclaimPolicy::default(),
        crashes: false,
        folder: std::path::PathBuf::new(),
        files: &no_files,
    };
    let mut runner = Runner::new(&surroundings, text);
    text.clone_into(&mut runner.findings.text);
    let _ = runner.script(&script);
    Some(runner.calls)
}
