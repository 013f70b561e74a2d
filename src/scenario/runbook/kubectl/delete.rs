//! `kubectl delete`, with the wait inside it.

use super::arguments::Call;
use super::patch;
use super::target::{self, Thing};
use crate::scenario::runbook::run::{Halt, Runner};
use crate::scenario::runbook::state::{Outcome, Set, State};
use crate::world::program::{ExtraVerb, Look, Operation, Timeout};

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
    let mut state = state;
    let operation = match thing {
        Thing::Set => {
            if call.flag("cascade") != Some("orphan") && call.flag("cascade") != Some("false") {
                runner.not_modelled(
                    "deleting the StatefulSet together with its Pods is not modelled",
                    "scale it to 0, or use `--cascade=orphan`",
                );
                return Ok(Outcome::ok(state));
            }
            state.env.sets[cluster] = Set::Unknown;
            Operation::DeleteSetOrphan(cluster)
        }
        Thing::Pod(_) if is_forced => Operation::ForceDeletePod(object),
        _ => Operation::Delete(object),
    };
    let (done, refused) = runner.emit(state, operation)?;
    let mut outcome = answered(call, done, refused);
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
