//! `kubectl delete`, with the wait inside it.

use super::arguments::Call;
use super::patch;
use super::target::{self, Thing};
use crate::scenario::runbook::run::{Halt, Runner};
use crate::scenario::runbook::state::{Outcome, Set, State};
use crate::world::id::ClusterId;
use crate::world::program::{Cascade, ExtraVerb, Look, ObjectRef, Operation, Timeout};

/// `kubectl delete`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    const FLAGS: [&str; 9] = [
        "cascade",
        "force",
        "grace-period",
        "ignore-not-found",
        "now",
        "timeout",
        "wait",
        "output",
        "filename",
    ];
    if call.flag("filename").is_some() {
        runner.not_modelled(
            "`kubectl delete -f` is not modelled",
            "name the object: `kubectl delete pod web-5`",
        );
        return Ok(Outcome::ok(state));
    }
    let Some((cluster, thing)) = patch::one(runner, call, &state, &FLAGS) else {
        return Ok(Outcome::ok(state));
    };
    let object = match &thing {
        Thing::Extra(kind @ ("secret" | "configmap"), name) => {
            let Some(extra) = target::extra(runner, kind, name, cluster) else {
                return Ok(Outcome::ok(state));
            };
            let (done, refused) = runner.emit(state, Operation::Extra(ExtraVerb::Delete, extra))?;
            return Ok(answered(call, done, refused));
        }
        Thing::Extra(..) => {
            runner.not_modelled(
                "deleting a namespace is not modelled",
                "it takes everything in it away; delete what you mean",
            );
            return Ok(Outcome::ok(state));
        }
        Thing::Companion(_) => return Ok(Outcome::ok(state)),
        Thing::Other(what) => {
            runner.findings.assume(
                runner.span.clone(),
                format!("kubectl delete {what}"),
                "taken to succeed, and to change nothing that is checked",
            );
            return Ok(Outcome::ok(state));
        }
        thing => match thing.object(cluster) {
            Some(object) => object,
            None => return Ok(Outcome::ok(state)),
        },
    };
    let is_forced =
        call.is_on("force") && call.flag("grace-period").is_none_or(|period| period == "0");
    let operation = match thing {
        Thing::Set => {
            let Some(cascade) = cascade(runner, call) else {
                return Ok(Outcome::ok(state));
            };
            return set(runner, call, cluster, cascade, state);
        }
        Thing::Pod(_) if is_forced => Operation::ForceDeletePod(object),
        _ => Operation::Delete(object),
    };
    let (done, refused) = runner.emit(state, operation)?;
    let outcome = answered(call, done, refused);
    awaited(runner, call, object, outcome)
}

/// How a set is deleted; `background` unless something else is said. `true` and `false` are what
/// older releases say.
fn cascade(runner: &mut Runner<'_>, call: &Call) -> Option<Cascade> {
    match call.flag("cascade").unwrap_or("background") {
        "background" | "true" => Some(Cascade::Background),
        "foreground" => Some(Cascade::Foreground),
        "orphan" | "false" => Some(Cascade::Orphan),
        other => {
            let what = format!("`{other}` is no cascade");
            let help = "write `--cascade=background`, `foreground` or `orphan`";
            runner.mistake("runbook::usage", what, help);
            None
        }
    }
}

/// A set is gone at once when it is deleted in the background; its Pods are not.
fn set(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    cascade: Cascade,
    state: State,
) -> Result<Outcome, Halt> {
    let (mut done, mut refused) = runner.emit(state, Operation::DeleteSet(cluster, cascade))?;
    refused.env.sets[cluster] = Set::Absent;
    if cascade == Cascade::Background {
        done.env.sets[cluster] = Set::Absent;
        return Ok(answered(call, done, refused));
    }
    done.env.sets[cluster] = Set::Unknown;
    let Some(object) = Thing::Set.object(cluster) else {
        return Ok(answered(call, done, refused));
    };
    let mut outcome = awaited(runner, call, object, answered(call, done, refused))?;
    if call.flag("wait") != Some("false")
        && let Some(gone) = outcome.ok.first_mut()
    {
        gone.env.sets[cluster] = Set::Absent;
    }
    Ok(outcome)
}

/// The wait inside, unless it is turned off.
fn awaited(
    runner: &mut Runner<'_>,
    call: &Call,
    object: ObjectRef,
    outcome: Outcome,
) -> Result<Outcome, Halt> {
    let mut outcome = outcome;
    if call.flag("wait") == Some("false") {
        return Ok(outcome);
    }
    let timeout = match super::wait::seconds(call.flag("timeout").unwrap_or("0")) {
        Some(0) | None => Timeout::Never,
        Some(_) => Timeout::Fail,
    };
    // The states behind the request, without those in which there was nothing to delete.
    let deleted = outcome.ok.remove(0);
    let (gone, expired) = runner.emit(
        deleted,
        Operation::AwaitGone(object, Look::AfterDelete, timeout),
    )?;
    outcome.ok.insert(0, gone);
    if timeout != Timeout::Never {
        outcome.failed.push(expired);
    }
    Ok(outcome)
}

fn answered(call: &Call, done: State, refused: State) -> Outcome {
    let mut outcome = Outcome::ok(done);
    if call.is_on("ignore-not-found") {
        outcome.ok.push(refused);
    } else {
        outcome.failed.push(refused);
    }
    outcome
}
