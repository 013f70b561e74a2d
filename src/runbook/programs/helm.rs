//! `helm`: what `install` and `upgrade` set on the StatefulSet, and `uninstall`.
//!
//! helm 3.16: cmd/helm/upgrade.go, pkg/action/upgrade.go (`reuseValues`), pkg/kube/ready.go
//! (`statefulSetReady`). Charts are not rendered: the side's manifest is taken as what `helm
//! template` makes of one.

use super::helm_flags::Line;
use super::helm_values::Given;
use crate::runbook::clusters::Set;
use crate::runbook::findings::NO_EFFECT;
use crate::runbook::kubectl;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::runbook::symbols::Symbol;
use crate::world::id::ClusterId;
use crate::world::program::{
    Condition, Expression, ObjectKind, ObjectRef, Operation, StatusField, Timeout,
};

/// Commands that change nothing in a cluster.
const LOOKS: [&str; 17] = [
    "completion",
    "dependency",
    "env",
    "get",
    "help",
    "history",
    "lint",
    "list",
    "ls",
    "pull",
    "repo",
    "search",
    "show",
    "status",
    "verify",
    "version",
    "inspect",
];

/// A call of `helm`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, words: &[&str], state: State) -> Result<Outcome, Halt> {
    let line = Line::parse(words);
    let verb = line.words.first().copied().unwrap_or("help");
    if LOOKS.contains(&verb) {
        let said = runner.symbol(Symbol::Other(format!("what helm {verb} says")));
        let mut state = state;
        state.shell.write(&said);
        return Ok(Outcome::ok(state));
    }
    if let Some(problem) = line.problem {
        let help = "see `helm --help`; docs/runbooks.md lists what is modelled";
        runner.not_modelled(format!("`helm {verb}`: {problem}"), help);
        return Ok(Outcome::ok(state));
    }
    match verb {
        "install" | "upgrade" if !refuses(runner, verb, &line) => {
            release(runner, verb, &line, state)
        }
        "install" | "upgrade" => Ok(Outcome::ok(state)),
        "uninstall" | "delete" | "un" | "del" => uninstall(runner, &line, state),
        _ => {
            let help = match verb {
                "rollback" => {
                    "it gives the set what an earlier release had: write `helm upgrade` with the \
                     replicas that it shall have"
                }
                "template" => {
                    "render the chart before the move, and let the script apply the file: `helm \
                     template … > set.yaml`"
                }
                _ => {
                    "`helm install`, `upgrade` and `uninstall` are, for what they do to the StatefulSet"
                }
            };
            runner.not_modelled(format!("`helm {verb}` is not modelled"), help);
            Ok(Outcome::ok(state))
        }
    }
}

/// Flags that do more to the set than a request.
const REFUSED: [(&str, &str, &str); 6] = [
    (
        "atomic",
        "if Pods are not Ready in time it rolls the release back, and the set gets the replicas that \
         it had before",
        "leave it out, and decide in the script what is done then",
    ),
    (
        "rollback-on-failure",
        "if Pods are not Ready in time it rolls the release back, and the set gets the replicas that \
         it had before",
        "leave it out, and decide in the script what is done then",
    ),
    (
        "force",
        "it replaces objects, and deletes those that cannot be changed",
        "leave it out",
    ),
    (
        "recreate-pods",
        "it deletes the Pods one after the other",
        "leave it out",
    ),
    (
        "post-renderer",
        "another program changes what the chart makes",
        "give the manifest that comes of it",
    ),
    (
        "kube-apiserver",
        "which cluster that is is not known",
        "name the cluster with `--kube-context`",
    ),
];

fn refuses(runner: &mut Runner<'_>, verb: &str, line: &Line<'_>) -> bool {
    let refused = REFUSED.iter().find(|(flag, ..)| line.is_on(flag));
    let Some((flag, what, help)) = refused else {
        return false;
    };
    runner.not_modelled(
        format!("`helm {verb} --{flag}` is not modelled: {what}"),
        *help,
    );
    true
}

/// The side that a call talks to; what is not known is noted.
fn side(runner: &mut Runner<'_>, line: &Line<'_>, state: &State) -> Option<ClusterId> {
    kubectl::side(runner, &line.of_kubectl(), state)
}

/// Whether a call is about another release than the one that the set belongs to.
fn is_other(runner: &Runner<'_>, name: &str, cluster: ClusterId) -> bool {
    let set = &runner.session.surroundings.sides[cluster].set;
    let release = ["/metadata/annotations/meta.helm.sh~1release-name"]
        .into_iter()
        .chain(["/metadata/labels/app.kubernetes.io~1instance"])
        .find_map(|pointer| set.pointer(pointer)?.as_str());
    release.is_some_and(|release| release != name)
}

/// `helm uninstall`: the objects of the release are deleted, its claims stay.
fn uninstall(runner: &mut Runner<'_>, line: &Line<'_>, state: State) -> Result<Outcome, Halt> {
    if line.is_dry() {
        return Ok(Outcome::ok(state));
    }
    let Some(cluster) = side(runner, line, &state) else {
        return Ok(Outcome::ok(state));
    };
    let names = line.words.get(1..).unwrap_or_default();
    let command = runner.findings.command_at(&runner.span);
    if !names.is_empty() && names.iter().all(|name| is_other(runner, name, cluster)) {
        runner
            .findings
            .assume(runner.span.clone(), command, NO_EFFECT);
        return Ok(Outcome::ok(state));
    }
    let text = "the chart is assumed to have the set, and nothing that the Pods of the other side \
                need; claims stay";
    runner.findings.assume(runner.span.clone(), command, text);
    let name = runner.session.surroundings.sides[cluster].name.clone();
    let cascade = line.flag("cascade").unwrap_or("background");
    let mut words: Vec<String> = ["delete", "statefulset", &name].map(str::to_owned).into();
    words.push(format!("--cascade={cascade}"));
    words.push(format!("--wait={}", line.is_on("wait")));
    if line.is_on("ignore-not-found") {
        words.push("--ignore-not-found".to_owned());
    }
    words.extend(line.of_kubectl());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    kubectl::run(runner, &words, state)
}

/// A call that makes the set, changes it, or either.
fn release(
    runner: &mut Runner<'_>,
    verb: &str,
    line: &Line<'_>,
    state: State,
) -> Result<Outcome, Halt> {
    let (updates, installs) = (
        verb == "upgrade",
        verb == "install" || line.is_on("install"),
    );
    if line.is_dry() {
        return Ok(Outcome::ok(state));
    }
    let Some(cluster) = side(runner, line, &state) else {
        return Ok(Outcome::ok(state));
    };
    let name = line.words.get(1).copied().unwrap_or_default();
    if is_other(runner, name, cluster) {
        let command = runner.findings.command_at(&runner.span);
        runner
            .findings
            .assume(runner.span.clone(), command, NO_EFFECT);
        return Ok(Outcome::ok(state));
    }
    let Some(given) = Given::of(runner, line, &state) else {
        return Ok(Outcome::ok(state));
    };
    let keeps = line.keeps_values();
    let before = state.known.released[cluster]
        .filter(|_| keeps)
        .unwrap_or_default();
    let (start, replicas) = given.or_as_made(runner, cluster, before);
    note(runner, verb, cluster, &given);
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
        done.known.released[cluster] = Some((Some(start), Some(replicas)));
        if is_known {
            done.known.sets[cluster] = known;
        } else {
            outcome.failed.push(refused);
        }
        outcome.ok.push(done);
    }
    if line.is_on("wait") {
        return ready(runner, cluster, count, outcome);
    }
    Ok(outcome)
}

fn note(runner: &mut Runner<'_>, verb: &str, cluster: ClusterId, given: &Given) {
    let what = format!("helm {verb} in {}", cluster.name());
    let text = "the chart is assumed to create what the side's manifest has, with the replicas \
                given here";
    runner.findings.assume(runner.span.clone(), what, text);
    if verb == "upgrade" && !given.others.is_empty() {
        let what = format!("helm upgrade: {}", given.others.join(", "));
        let text = "assumed to leave the set's Pod template as it is: else its Pods are replaced";
        runner.findings.assume(runner.span.clone(), what, text);
    }
}

/// `--wait`, up to its time-out: the set's status tells of its present spec, and as many Pods are
/// Ready as that has.
fn ready(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    count: Expression,
    outcome: Outcome,
) -> Result<Outcome, Halt> {
    let ready = Condition::StatusEquals(cluster, StatusField::ReadyReplicas, count);
    let mut failed = outcome.failed;
    let mut ok = outcome.ok;
    for condition in [Condition::RolledOut(cluster), ready] {
        let mut next = Vec::new();
        for state in merged(ok) {
            let wait = Operation::Await(condition, Timeout::Fail);
            let (done, expired) = runner.emit(state, wait)?;
            next.push(done);
            failed.push(expired);
        }
        ok = next;
    }
    Ok(Outcome {
        ok,
        failed: merged(failed),
        ..Outcome::default()
    })
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
