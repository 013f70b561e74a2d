//! `kubectl delete`, with the wait inside it.
//!
//! Kubernetes 1.32: `DeleteResult` in staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go: all
//! objects are deleted, then all are waited for. What a selector finds may be gone by then.

use super::arguments::Call;
use super::requests::{objects, text_at};
use super::selector;
use super::target::{self, Thing, things};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::world::id::ClusterId;
use crate::world::program::{Cascade, ExtraVerb, Look, ObjectKind, ObjectRef, Operation, Timeout};

/// `kubectl delete`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    if !check_flags(runner, call) {
        return Ok(Outcome::ok(state));
    }
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    match named(runner, call, cluster, &state).as_deref() {
        None => Ok(Outcome::ok(state)),
        // kubectl: `error: no objects passed to delete`.
        Some([]) => Ok(Outcome::failed(state)),
        Some([thing]) => {
            let (outcome, object) = request(runner, call, cluster, thing, state)?;
            match object {
                Some(object) => awaited(runner, call, cluster, object, outcome),
                None => Ok(outcome),
            }
        }
        Some(things) => several(runner, call, cluster, things, state),
    }
}

/// Flags that kubectl itself refuses together (`Validate` in delete.go).
fn check_flags(runner: &mut Runner<'_>, call: &Call) -> bool {
    let period = grace_period(call);
    let timeout = call.flag("timeout").map(super::wait::seconds);
    let problem = if call.is_on("now") && call.flag("grace-period").is_some() {
        "`--now` and `--grace-period` are refused together"
    } else if call.is_on("force") && period.is_some_and(|period| period > 0) {
        "`--force` is refused together with a grace period of more than 0"
    } else if call.flag("grace-period").is_some() && period.is_none() {
        "`--grace-period` is a number of seconds"
    } else if timeout.is_some_and(|timeout| timeout.is_none_or(|timeout| timeout < 0)) {
        "`--timeout` is a duration, such as `60s`; 0 waits forever"
    } else {
        return true;
    };
    runner.mistake("runbook::usage", problem, "see `kubectl delete --help`");
    false
}

/// The grace period that is asked for, in seconds: `--now` is 1.
fn grace_period(call: &Call) -> Option<i64> {
    if call.is_on("now") {
        return Some(1);
    }
    call.flag("grace-period")?.parse().ok()
}

/// What a call deletes; what is not known is noted.
fn named(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    state: &State,
) -> Option<Vec<Thing>> {
    if call.flag("selector").is_some() {
        return selector::pods(runner, call, cluster, state);
    }
    if call.flag("filename").is_some() {
        let objects = objects(runner, call, state)?;
        let things = objects.iter().map(|object| {
            let (kind, name) = (text_at(object, "/kind"), text_at(object, "/metadata/name"));
            target::thing(runner, &kind, &name, cluster)
        });
        return things.collect();
    }
    let things = things(runner, &call.words[1..], cluster);
    if things.is_none() {
        let help = "name the object: `kubectl delete pod web-5`";
        runner.not_modelled("`kubectl delete` without a name is not modelled", help);
    }
    things
}

/// Several objects: all requests, then all waits. It continues after a refused one, and fails at
/// the end.
fn several(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    things: &[Thing],
    state: State,
) -> Result<Outcome, Halt> {
    check_waits(runner, call, cluster, things, &state);
    let mut ways = vec![(state, true)];
    let mut objects = Vec::new();
    for thing in things {
        let mut next = Vec::new();
        for (state, sound) in ways {
            let (outcome, object) = request(runner, call, cluster, thing, state)?;
            if let Some(object) = object.filter(|object| !objects.contains(object)) {
                objects.push(object);
            }
            let (states, _) = outcome.going_on();
            next.extend(states.into_iter().map(|(state, ok)| (state, sound && ok)));
        }
        ways = merged_ways(next);
    }
    let mut outcome = Outcome::default();
    for (state, sound) in ways {
        let mut states = Outcome::ok(state);
        for &object in objects.iter().filter(|_| waits(call)) {
            let mut next = Outcome::default();
            for state in merged(states.ok) {
                next.extend(wait(runner, call, object, Look::First, state)?);
            }
            next.failed.append(&mut states.failed);
            states = next;
        }
        outcome.failed.append(&mut states.failed);
        if sound {
            &mut outcome.ok
        } else {
            &mut outcome.failed
        }
        .extend(states.ok);
    }
    outcome.ok = merged(outcome.ok);
    outcome.failed = merged(outcome.failed);
    Ok(outcome)
}

/// Ways that know the same, and were refused something or not, are one.
fn merged_ways(ways: Vec<(State, bool)>) -> Vec<(State, bool)> {
    let (sound, refused): (Vec<_>, Vec<_>) = ways.into_iter().partition(|(_, sound)| *sound);
    let states =
        |ways: Vec<(State, bool)>| merged(ways.into_iter().map(|(state, _)| state).collect());
    let sound = states(sound).into_iter().map(|state| (state, true));
    let refused = states(refused).into_iter().map(|state| (state, false));
    sound.chain(refused).collect()
}

/// kubectl waits for what it has deleted; a driver that deletes several objects first looks for
/// what is there by then, and must not find a Pod that has been made again.
fn check_waits(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    things: &[Thing],
    state: &State,
) {
    let makes_none = match state.known.sets[cluster] {
        Set::Absent => true,
        Set::Known(_, replicas) => replicas == 0,
        Set::Unknown => false,
    };
    let has_pods = things.iter().any(|thing| matches!(thing, Thing::Pod(_)));
    if waits(call) && has_pods && !makes_none {
        runner.not_modelled(
            "waiting for the deletion of several Pods that their set recreates is not modelled",
            "delete them one at a time, or use `--wait=false`",
        );
    }
}

fn waits(call: &Call) -> bool {
    !call.is_off("wait")
}

/// The request about one object, and the object that is waited for then.
fn request(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    thing: &Thing,
    state: State,
) -> Result<(Outcome, Option<ObjectRef>), Halt> {
    match thing {
        Thing::Extra(kind @ ("secret" | "configmap"), name) => {
            let Some(extra) = target::extra(runner, kind, name, cluster) else {
                return Ok((Outcome::ok(state), None));
            };
            let delete = Operation::Extra(ExtraVerb::Delete, extra);
            let (done, refused) = runner.emit(state, delete)?;
            return Ok((answered(call, done, refused), None));
        }
        Thing::Extra(..) => {
            runner.not_modelled(
                "deleting a namespace is not modelled",
                "it deletes everything in it; delete the objects you mean",
            );
            return Ok((Outcome::ok(state), None));
        }
        Thing::Other(what) => {
            let (kind, name) = what.split_once(' ').unwrap_or((what, ""));
            super::kinds::deleted(runner, kind, name);
            return Ok((Outcome::ok(state), None));
        }
        _ => (),
    }
    let Some(object) = thing.object(cluster) else {
        return Ok((Outcome::ok(state), None));
    };
    if *thing == Thing::Set {
        return set(runner, call, cluster, object, state);
    }
    if matches!(thing, Thing::Pod(_)) && !is_in_background(runner, call) {
        return Ok((Outcome::ok(state), None));
    }
    let is_forced = call.is_on("force") && grace_period(call).is_none_or(|period| period <= 0);
    let operation = match thing {
        Thing::Pod(_) if is_forced => Operation::ForceDeletePod(object),
        _ => Operation::Delete(object),
    };
    let mut state = state;
    let is_disk = matches!(thing, Thing::Claim(_) | Thing::Volume(_));
    state.known.has_deleted_disks |= is_disk && cluster == ClusterId::Source;
    let (done, refused) = runner.emit(state, operation)?;
    Ok((answered(call, done, refused), Some(object)))
}

/// Whether a Pod is deleted by itself; what else is asked for is noted. A Pod may own its claim, which
/// would hold it, or stay.
fn is_in_background(runner: &mut Runner<'_>, call: &Call) -> bool {
    let cascade = cascade(runner, call);
    if matches!(cascade, Some(Cascade::Foreground | Cascade::Orphan)) {
        runner.not_modelled(
            "`kubectl delete pod` with another `--cascade` than `background` is not modelled",
            "leave the flag out; it is about what the Pod owns, such as its claim under \
             `whenScaled: Delete`",
        );
    }
    cascade == Some(Cascade::Background)
}

/// How a set is deleted; `background` unless something else is said. `true` and `false` are what
/// older releases say.
fn cascade(runner: &mut Runner<'_>, call: &Call) -> Option<Cascade> {
    match call.flag("cascade").unwrap_or("background") {
        "background" | "true" => Some(Cascade::Background),
        "foreground" => Some(Cascade::Foreground),
        "orphan" | "false" => Some(Cascade::Orphan),
        other => {
            let what = format!("`{other}` is not a cascade policy");
            let help = "use `--cascade=background`, `foreground` or `orphan`";
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
    object: ObjectRef,
    state: State,
) -> Result<(Outcome, Option<ObjectRef>), Halt> {
    let Some(cascade) = cascade(runner, call) else {
        return Ok((Outcome::ok(state), None));
    };
    let (mut done, mut refused) = runner.emit(state, Operation::DeleteSet(cluster, cascade))?;
    refused.known.sets[cluster] = Set::Absent;
    let goes_at_once = cascade == Cascade::Background;
    done.known.sets[cluster] = if goes_at_once {
        Set::Absent
    } else {
        Set::Unknown
    };
    let outcome = answered(call, done, refused);
    Ok((outcome, Some(object).filter(|_| !goes_at_once)))
}

/// The wait inside, unless it is turned off, after the request; not where there was nothing to
/// delete.
fn awaited(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    object: ObjectRef,
    outcome: Outcome,
) -> Result<Outcome, Halt> {
    let mut outcome = outcome;
    if !waits(call) {
        return Ok(outcome);
    }
    let deleted = outcome.ok.remove(0);
    let mut waited = wait(runner, call, object, Look::AfterDelete, deleted)?;
    if object.kind == ObjectKind::StatefulSet {
        for gone in &mut waited.ok {
            gone.known.sets[cluster] = Set::Absent;
        }
    }
    waited.ok.append(&mut outcome.ok);
    waited.failed.splice(0..0, outcome.failed);
    Ok(waited)
}

fn wait(
    runner: &mut Runner<'_>,
    call: &Call,
    object: ObjectRef,
    look: Look,
    state: State,
) -> Result<Outcome, Halt> {
    let timeout = match super::wait::seconds(call.flag("timeout").unwrap_or("0")) {
        Some(0) | None => Timeout::Never,
        Some(_) => Timeout::Fail,
    };
    let (gone, expired) = runner.emit(state, Operation::AwaitGone(object, look, timeout))?;
    let mut outcome = Outcome::ok(gone);
    if timeout != Timeout::Never {
        outcome.failed.push(expired);
    }
    Ok(outcome)
}

/// What a selector has found and is gone by then is not a mistake.
fn answered(call: &Call, done: State, refused: State) -> Outcome {
    let mut outcome = Outcome::ok(done);
    if call.is_on("ignore-not-found") || call.flag("selector").is_some() {
        outcome.ok.push(refused);
    } else {
        outcome.failed.push(refused);
    }
    outcome
}
