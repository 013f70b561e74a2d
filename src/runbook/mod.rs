//! Runbooks: a bash script of kubectl and yq commands becomes the driver's program.
//!
//! This is symbolic execution with state merging. In brackets are the words of KLEE, of compilers
//! and of the literature, where ours differ:
//!
//! - The script is followed without the clusters ([`shell`]): variables, arithmetic, functions and
//!   files are worked out (concrete execution), and loops over lists are unrolled.
//! - What only a cluster knows is a [`symbols::Symbol`] (a symbolic value), which stands in a text
//!   as one character. What it stands for is compared by a request, not by a solver: a symbol has
//!   no path condition, since the clusters may answer otherwise the next time.
//! - Each request becomes an instruction with two exits, done and otherwise ([`graph`]: the
//!   control-flow graph). Where the script's way depends on the answer (a refused request, a wait
//!   that expires, `if kubectl get …`), it is followed both ways (a fork). Exits that lead nowhere
//!   yet are a [`graph::PatchList`], and are backpatched when the script comes to what is next.
//! - A [`shell::state::State`] is such a list and what is known there: of the shell, and of the
//!   [`clusters`]. States that know the same are merged, so that a program has about as many
//!   instructions as the script has commands, loops unrolled.
//! - A round of `while` or `until` that begins with what an earlier one began with leads back to
//!   it, so that a polling loop is a loop of the program.
//!
//! What programs mean is in [`kubectl`] and [`programs`]; the shell knows no Kubernetes and calls
//! them through one trait. No part of this knows scenario files.
//!
//! Nothing is skipped silently: what is not modelled is a mistake at its place, or an assumption
//! if the user says so.

mod clock;
mod clusters;
mod copies;
mod deadlines;
mod findings;
mod graph;
mod instructions;
mod kubectl;
mod markers;
mod programs;
mod reduce;
mod session;
mod shell;
mod surroundings;
mod symbols;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Source, position};
use crate::world::id::{ClusterId, PerCluster};
use crate::world::program::{
    AfterCrash, MOST_INSTRUCTIONS, ObjectKind, ObjectRef, Operation, Program,
};
use crate::world::setup::Extra;
use crate::world::volume::ReclaimPolicy;
pub use graph::{Goal, Site};
pub use kubectl::strategic;
pub use programs::may_be_harmless;
use session::{Commands, Runner, Session};
use shell::outside::Outside;
use shell::runner::Halt;
use shell::syntax::{self, Command};
pub use surroundings::{SideFacts, Surroundings};

/// The most mistakes of a script that are shown.
const MOST_SHOWN: usize = 50;

/// The longest script.
pub const MAX_SCRIPT: usize = 256 << 10;

/// A script that has become a program.
#[derive(Clone, Debug)]
pub struct Runbook {
    /// The script.
    pub source: Source,
    /// Where each instruction comes from.
    pub places: Vec<Site>,
    /// The names of the set's claim templates.
    pub claim_templates: Vec<String>,
    /// How the script speaks to each side: the words in front of a verb, and a marker after it.
    pub spellings: PerCluster<Option<(String, String)>>,
}

/// What a script asks of the clusters.
#[derive(Debug)]
pub struct Emitted {
    /// The program.
    pub program: Program,
    /// The commands that its instructions come from, by `Instruction::step`.
    pub steps: Vec<Range<usize>>,
    /// Secrets and ConfigMaps that it creates or deletes.
    pub extras: Vec<Extra>,
    /// The script, and where each instruction comes from.
    pub runbook: Runbook,
}

/// Something that is taken for granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumed {
    /// Where: a line of the script, or a field of the scenario.
    pub field: String,
    /// What.
    pub value: String,
    /// What that means.
    pub text: String,
}

/// What reading a script gives.
#[derive(Debug, Default)]
pub struct Reading {
    /// The program. `None` if the script could not be followed to its end.
    pub emitted: Option<Emitted>,
    /// All mistakes.
    pub problems: Vec<Diagnostic>,
    /// All assumptions.
    pub assumed: Vec<Assumed>,
}

/// Reads a script. Programs that are not modelled, but are among the `harmless`, are assumptions
/// instead of mistakes where nothing depends on them.
#[must_use]
pub fn read(source: Source, surroundings: &Surroundings<'_>, harmless: &[String]) -> Reading {
    let mut reading = Reading::default();
    let script = match parsed(&source) {
        Ok(script) => script,
        Err(problem) => {
            reading.problems.push(*problem);
            return reading;
        }
    };
    let (runner, followed) = follow(surroundings, &source, &script, harmless);
    reading.complain_of_markers(&source, &runner);
    reading.report(&source, &runner);
    if followed.is_ok() && runner.graph.emitted.is_empty() && runner.findings.problems.is_empty() {
        let what = "this script makes no requests to the clusters";
        let problem = Diagnostic::new("runbook::no-requests", what);
        let problem = problem.within(&source).at(0..0, "");
        let help = "a runbook has to call `kubectl`";
        reading.problems.push(problem.help(help));
    }
    reading.emitted = followed.is_ok().then(|| finish(runner, source));
    reading
}

fn parsed(source: &Source) -> Result<Command, Box<Diagnostic>> {
    if let Some(at) = source.text.find("\r\n") {
        let what = "this script has the line ends of Windows, of which bash takes the first half \
                    for a part of the command";
        let problem = Diagnostic::new("runbook::syntax", what);
        let problem = problem.within(source).at(at..at, "here");
        let help = "convert it: `dos2unix FILE`, or `sed -i 's/\\r$//' FILE`";
        return Err(Box::new(problem.help(help)));
    }
    syntax::parse(&source.text, 0).map_err(|error| {
        let what = format!("bash cannot parse this script: {}", error.message);
        let at = error.at.min(source.text.len());
        let problem = Diagnostic::new("runbook::syntax", what);
        let problem = problem.within(source).at(at..at, "here");
        Box::new(problem.help("check it with `bash -n`"))
    })
}

/// Follows a script: as if disks and policies stayed as they are, and once more if it asks for
/// something else.
fn follow<'a>(
    surroundings: &'a Surroundings<'_>,
    source: &Source,
    script: &Command,
    harmless: &[String],
) -> (Runner<'a>, Result<(), Halt>) {
    let follow = |keeps_disks, keeps_policies| {
        let session = Session {
            keeps_disks,
            keeps_policies,
            harmless: harmless.to_vec(),
            ..Session::new(surroundings, &source.text)
        };
        let mut runner = Runner::new(session, &source.text);
        if let Some(name) = source.path.file_name() {
            runner.script_name = name.to_string_lossy().into_owned();
        }
        let followed = runner.script(script, surroundings.beginning());
        deadlines::settle(
            &mut runner.graph,
            &runner.deadlines,
            &instructions::REQUESTS,
        );
        reduce::reduce(&mut runner.graph, <Commands as Outside>::only_looks);
        let followed = followed.and_then(|()| runner.few_requests());
        kubectl::finish(&mut runner);
        (runner, followed)
    };
    let first = follow(true, true);
    let any = |wanted: fn(Operation) -> bool| {
        let mut emitted = first.0.graph.emitted.iter();
        emitted.any(|emitted| wanted(emitted.request))
    };
    let (deletes, patches) = (any(deletes_disk), any(patches_policy));
    if deletes || patches {
        return follow(!deletes, !patches);
    }
    first
}

/// Whether a request deletes a claim or volume of the source.
const fn deletes_disk(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Delete(ObjectRef {
            kind: ObjectKind::Claim(_) | ObjectKind::Volume(_),
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

impl Reading {
    fn complain_of_markers(&mut self, source: &Source, runner: &Runner<'_>) {
        let help = "write `# straddle: cluster=source` or `# straddle: context=NAME cluster=source`, or \
             after a command `# straddle: harmless=NAME`";
        for place in &runner.session.markers.unclear {
            let problem = Diagnostic::new("runbook::bad-marker", "this marker is not valid");
            let problem = problem.within(source).at(place.clone(), "");
            self.problems.push(problem.help(help));
        }
    }

    /// Takes over what the run has found: mistakes, and what is taken for granted.
    fn report(&mut self, source: &Source, runner: &Runner<'_>) {
        let mut assumed = runner.findings.assumed.clone();
        let mut shown = 0;
        for finding in &runner.findings.problems {
            shown += 1;
            if shown > MOST_SHOWN {
                continue;
            }
            let problem = Diagnostic::new(finding.code, finding.what.clone()).within(source);
            let problem = problem
                .at(source.first_line(&finding.span), "")
                .help(finding.help.clone());
            self.problems.push(problem);
        }
        if shown > MOST_SHOWN {
            let end = source.text.trim_end().len();
            let what = format!("this script has {} more errors", shown - MOST_SHOWN);
            let problem = Diagnostic::new("runbook::too-long", what).within(source);
            let help = "they are shown once those above are fixed";
            self.problems.push(problem.at(end..end, "").help(help));
        }
        assumed.sort_by_key(|(span, ..)| span.start);
        let name = source.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        for (span, value, text) in assumed {
            let (line, _) = position(&source.text, span.start);
            let field = format!("{name}:{line}");
            self.assumed.push(Assumed { field, value, text });
        }
        for (field, value, text) in left_open(runner) {
            let text = text.to_owned();
            self.assumed.push(Assumed { field, value, text });
        }
    }
}

/// What no command of the script says, and the model takes for granted: where, what, and how.
fn left_open(runner: &Runner<'_>) -> Vec<(String, String, &'static str)> {
    let surroundings = &runner.session.surroundings;
    let references = surroundings.sides.destination.references().into_iter();
    let missing = references.filter(|(kind, name)| {
        let extra = surroundings.extra(kind, name);
        let named = runner
            .session
            .extras
            .iter()
            .any(|other| other.name == extra.name);
        !extra.exists.destination && !named
    });
    let existing = missing.map(|(kind, name)| {
        (
            format!("destination.{kind}"),
            name,
            "Pods need it, no manifest has it and the script does not name it: assumed to exist",
        )
    });
    existing.collect()
}

fn finish(runner: Runner<'_>, source: Source) -> Emitted {
    let mut steps: Vec<Range<usize>> = Vec::new();
    let mut numbers: BTreeMap<(usize, usize), u16> = BTreeMap::new();
    for made in &runner.graph.emitted {
        let span = &made.place.span;
        numbers.entry((span.start, span.end)).or_insert_with(|| {
            steps.push(span.clone());
            u16::try_from(steps.len() - 1).unwrap_or(u16::MAX)
        });
    }
    let places = runner.graph.emitted.iter().map(|made| made.place.clone());
    let places = places.collect();
    let number = |span: &Range<usize>| numbers.get(&(span.start, span.end)).copied().unwrap_or(0);
    let templates = &runner.session.surroundings.sides.source.templates;
    let (instructions, exits) = instructions::finish(runner.graph, number);
    let program = Program {
        instructions,
        exits,
        is_script: true,
        after_crash: AfterCrash::FromTop,
        ..Program::default()
    };
    Emitted {
        program,
        steps,
        extras: runner.session.extras,
        runbook: Runbook {
            source,
            places,
            claim_templates: templates.clone(),
            spellings: runner.session.spellings,
        },
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
    with_run(text, |runner, _| runner.session.calls)
}

/// What a script asks, with every round of its loops, for tests against bash.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Where it begins; `None` if no way leads on.
    pub entry: Option<Goal>,
    /// The requests, and where each leads if it is done and otherwise.
    pub requests: Vec<(Operation, Option<Goal>, Option<Goal>)>,
    /// What was said of the script.
    pub problems: Vec<String>,
}

/// Follows a script round by round, for tests against bash.
#[must_use]
pub fn followed(text: &str) -> Option<Followed> {
    with_run(text, |runner, _| {
        let emitted = runner.graph.emitted.iter();
        let problems = runner.findings.problems.iter();
        Followed {
            entry: runner.graph.entry,
            requests: emitted
                .map(|made| (made.request, made.done, made.otherwise))
                .collect(),
            problems: problems.map(|problem| problem.what.clone()).collect(),
        }
    })
}

/// The run of a script about the set `web`, without files beside it.
fn with_run<T>(text: &str, result: impl FnOnce(Runner<'_>, Result<(), Halt>) -> T) -> Option<T> {
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
        reclaim_policies: vec![ReclaimPolicy::default()],
        crashes: false,
        folder: std::path::PathBuf::new(),
        files: &no_files,
    };
    let mut runner = Runner::new(Session::new(&surroundings, text), text);
    runner.follows_all = true;
    runner.most_requests = MOST_INSTRUCTIONS;
    let followed = runner.script(&script, surroundings.beginning());
    Some(result(runner, followed))
}
