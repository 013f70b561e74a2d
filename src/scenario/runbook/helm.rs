//! `helm install` and `helm upgrade`: what their `--set` sets on the StatefulSet.
//!
//! Charts are not rendered: the side's manifest is taken as what `helm template` makes of one.

use super::kubectl;
use super::run::{Halt, Runner};
use super::state::{Outcome, Set, State};
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
                "only `helm install` and `helm upgrade` are, for what they set on the StatefulSet",
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
            _ => (),
        }
    }
}

fn release(
    runner: &mut Runner<'_>,
    words: &[&str],
    updates: bool,
    installs: bool,
    state: State,
) -> Result<Outcome, Halt> {
    let given = Given::of(words);
    let (start, replicas) = (given.start, given.replicas);
    let Some(cluster) = kubectl::side(runner, &given.cluster, &state) else {
        return Ok(Outcome::ok(state));
    };
    let manifest = &runner.surroundings.sides[cluster].set;
    let number = |pointer: &str, default: i16| {
        let value = manifest
            .pointer(pointer)
            .and_then(serde_json::Value::as_i64);
        value
            .and_then(|value| i16::try_from(value).ok())
            .unwrap_or(default)
    };
    let (given_start, given_replicas) = (
        start.unwrap_or_else(|| number("/spec/ordinals/start", 0)),
        replicas.unwrap_or_else(|| number("/spec/replicas", 1)),
    );
    let text = "the chart makes what the side's manifest has, with the replicas given here";
    runner.findings.assume(
        runner.span.clone(),
        format!("helm {} in {}", words[0], cluster.name()),
        text,
    );
    let create = Operation::CreateSet {
        cluster,
        start: Expression::number(given_start),
        replicas: Expression::number(given_replicas),
    };
    let patch = Operation::Patch {
        cluster,
        start: Some(Expression::number(given_start)),
        replicas: Some(Expression::number(given_replicas)),
    };
    let known = Set::Known(i32::from(given_start), i32::from(given_replicas));
    let mut outcome = Outcome::default();
    let (missing, existing) = match state.env.sets[cluster] {
        Set::Absent => (Some(state), None),
        Set::Known(..) => (None, Some(state)),
        Set::Unknown => {
            let set = ObjectRef {
                kind: ObjectKind::StatefulSet,
                cluster,
                ordinal: Expression::default(),
            };
            let (existing, missing) =
                runner.emit(state, Operation::Test(Condition::Exists(set)))?;
            (Some(missing), Some(existing))
        }
    };
    for (state, is_there) in [(missing, false), (existing, true)] {
        let Some(state) = state else { continue };
        let is_known = state.env.sets[cluster] != Set::Unknown;
        match (is_there, updates, installs) {
            (false, _, true) => {
                let (mut done, refused) = runner.emit(state, create)?;
                if is_known {
                    done.env.sets[cluster] = known;
                } else {
                    outcome.failed.push(refused);
                }
                outcome.ok.push(done);
            }
            (true, true, _) => {
                let (mut done, refused) = runner.emit(state, patch)?;
                if is_known {
                    done.env.sets[cluster] = known;
                } else {
                    outcome.failed.push(refused);
                }
                outcome.ok.push(done);
            }
            // helm: `cannot re-use a name that is still in use`, and `has no deployed releases`.
            _ => {
                let (_, refused) = runner.emit(state, if is_there { create } else { patch })?;
                outcome.failed.push(refused);
            }
        }
    }
    Ok(outcome)
}

/// `a=1,b[0].c=2`; a comma behind a backslash is text.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    text.split(',')
        .filter_map(|part| part.split_once('='))
        .collect()
}
