//! `helm install` and `helm upgrade`: what their `--set` sets on the StatefulSet.
//!
//! Charts are not rendered: the side's manifest is taken as what `helm template` makes of one.

use crate::runbook::clusters::Set;
use crate::runbook::kubectl;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, ObjectKind, ObjectRef, Operation};

/// A call of `helm`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, words: &[&str], state: State) -> Result<Outcome, Halt> {
    match words.first().copied().unwrap_or("") {
        "repo" | "version" | "list" | "ls" | "status" | "search" | "dependency" | "pull"
        | "history" => Ok(Outcome::ok(state)),
        verb @ ("install" | "upgrade") => {
            let installs =
                verb == "install" || words.iter().any(|word| matches!(*word, "--install" | "-i"));
            release(runner, words, verb == "upgrade", installs, state)
        }
        verb => {
            runner.not_modelled(
                format!("`helm {verb}` is not modelled"),
                "only `helm install` and `helm upgrade` are, and only for what they set on the \
                 StatefulSet",
            );
            Ok(Outcome::ok(state))
        }
    }
}

/// What the flags of a call say of the set.
#[derive(Default)]
struct Given {
    replicas: Option<i16>,
    start: Option<i16>,
    /// The flags of kubectl that name the same cluster.
    cluster: Vec<String>,
    namespace: Option<String>,
}

impl Given {
    fn of(words: &[&str]) -> Self {
        const VALUES: [&str; 11] = [
            "--set",
            "--set-string",
            "--kube-context",
            "--kubeconfig",
            "-n",
            "--namespace",
            "-f",
            "--values",
            "--version",
            "--timeout",
            "--repo",
        ];
        let mut given = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let joined = word.split_once('=').filter(|_| word.starts_with("--"));
            let (flag, value) = joined.map_or((*word, None), |(flag, value)| (flag, Some(value)));
            if !VALUES.contains(&flag) {
                continue;
            }
            let Some(value) = value.or_else(|| rest.next().copied()) else {
                continue;
            };
            given.take(flag, value);
        }
        given
    }

    /// The first ordinal and the replicas, given or as the side's manifest has them.
    fn or_as_made(&self, runner: &Runner<'_>, cluster: ClusterId) -> (i16, i16) {
        let manifest = &runner.session.surroundings.sides[cluster].set;
        let made = |pointer: &str| {
            let value = manifest.pointer(pointer)?.as_i64()?;
            i16::try_from(value).ok()
        };
        let start = self.start.or_else(|| made("/spec/ordinals/start"));
        let replicas = self.replicas.or_else(|| made("/spec/replicas"));
        (start.unwrap_or(0), replicas.unwrap_or(1))
    }

    fn take(&mut self, flag: &str, value: &str) {
        match flag {
            "--set" | "--set-string" => {
                for (key, value) in assignments(value) {
                    let key = key.to_lowercase();
                    let ends = |end: &str| key.ends_with(end);
                    if key.ends_with("ordinals.start") {
                        self.start = value.parse().ok();
                    } else if ["replicas", "replicacount", "cluster.nodes"]
                        .into_iter()
                        .any(ends)
                    {
                        self.replicas = value.parse().ok();
                    }
                }
            }
            "--kube-context" => self.cluster = vec!["--context".to_owned(), value.to_owned()],
            "--kubeconfig" => self.cluster = vec!["--kubeconfig".to_owned(), value.to_owned()],
            "-n" | "--namespace" => self.namespace = Some(value.to_owned()),
            _ => (),
        }
    }
}

/// A call that makes the set, changes it, or either.
fn release(
    runner: &mut Runner<'_>,
    words: &[&str],
    updates: bool,
    installs: bool,
    state: State,
) -> Result<Outcome, Halt> {
    let is_dry = |word: &&str| word.starts_with("--dry-run") && !word.ends_with("=none");
    if words.iter().any(is_dry) {
        return Ok(Outcome::ok(state));
    }
    let given = Given::of(words);
    let namespace = given.namespace.iter();
    let namespace = namespace.flat_map(|name| ["--namespace".to_owned(), name.clone()]);
    let flags: Vec<String> = given.cluster.iter().cloned().chain(namespace).collect();
    let Some(cluster) = kubectl::side(runner, &flags, &state) else {
        return Ok(Outcome::ok(state));
    };
    let (start, replicas) = given.or_as_made(runner, cluster);
    let what = format!("helm {} in {}", words[0], cluster.name());
    let text = "the chart is assumed to create what the side's manifest has, with the replicas \
                given here";
    runner.findings.assume(runner.span.clone(), what, text);
    let [first, count] = [start, replicas].map(Expression::number);
    let create = Operation::CreateSet {
        cluster,
        start: first,
        replicas: count,
    };
    let patch = Operation::Patch {
        cluster,
        start: Some(first),
        replicas: Some(count),
    };
    let known = Set::Known(i32::from(start), i32::from(replicas));
    let mut outcome = Outcome::default();
    for (state, is_there) in looked_up(runner, cluster, state)? {
        let request = match (is_there, updates, installs) {
            (false, _, true) => Some(create),
            (true, true, _) => Some(patch),
            // helm: `cannot re-use a name that is still in use`, and `has no deployed releases`.
            _ => None,
        };
        let Some(request) = request else {
            let refused = if is_there { create } else { patch };
            outcome.failed.push(runner.emit(state, refused)?.1);
            continue;
        };
        let is_known = state.known.sets[cluster] != Set::Unknown;
        let (mut done, refused) = runner.emit(state, request)?;
        if is_known {
            done.known.sets[cluster] = known;
        } else {
            outcome.failed.push(refused);
        }
        outcome.ok.push(done);
    }
    Ok(outcome)
}

/// Whether the set is there. Where that is not known, a look tells: first without one.
fn looked_up(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    state: State,
) -> Result<Vec<(State, bool)>, Halt> {
    match state.known.sets[cluster] {
        Set::Absent => Ok(vec![(state, false)]),
        Set::Known(..) => Ok(vec![(state, true)]),
        Set::Unknown => {
            let set = ObjectRef {
                kind: ObjectKind::StatefulSet,
                cluster,
                ordinal: Expression::default(),
            };
            let (existing, missing) =
                runner.emit(state, Operation::Test(Condition::Exists(set)))?;
            Ok(vec![(missing, false), (existing, true)])
        }
    }
}

/// `a=1,b[0].c=2`; a comma after a backslash is text.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    text.split(',')
        .filter_map(|part| part.split_once('='))
        .collect()
}
