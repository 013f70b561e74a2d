//! `kubectl create`, `apply` and `replace`: objects from files, pipes and here-documents.

use serde_json::Value as Json;

use super::arguments::{Call, UNKNOWN_FLAG};
use super::requests::{How, created, objects, text_at};
use super::target::{self, Thing, kind_of};
use super::{jsonpath, patch, volumes};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::runbook::values::Value;
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, ExtraVerb, Operation};

/// `kubectl create`, `apply` or `replace`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State, how: How) -> Result<Outcome, Halt> {
    const FLAGS: [&str; 14] = [
        "filename",
        "output",
        "save-config",
        "validate",
        "server-side",
        "force-conflicts",
        "record",
        "from-literal",
        "from-file",
        "from-env-file",
        "type",
        "dry-run",
        "overwrite",
        "recursive",
    ];
    if let Some(flag) = call.unknown_flag(&FLAGS) {
        let what = format!("`kubectl {} --{flag}` is not modelled", call.words[0]);
        runner.not_modelled(what, UNKNOWN_FLAG);
        return Ok(Outcome::ok(state));
    }
    if call.flag("filename").is_none() {
        return named(runner, call, state, how);
    }
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    let Some(objects) = objects(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    if objects.is_empty() {
        // kubectl: `error: no objects passed to create`.
        return Ok(Outcome::failed(state));
    }
    // kubectl goes on behind a refused object, and fails at the end.
    let mut states = vec![(state, true)];
    for object in &objects {
        let mut next = Vec::new();
        for (state, sound) in states {
            let outcome = one(runner, object, cluster, how, state)?;
            let (ways, _) = outcome.going_on();
            next.extend(ways.into_iter().map(|(state, ok)| (state, sound && ok)));
        }
        states = next;
    }
    let (ok, failed): (Vec<_>, Vec<_>) = states.into_iter().partition(|(_, sound)| *sound);
    let states =
        |ways: Vec<(State, bool)>| merged(ways.into_iter().map(|(state, _)| state).collect());
    Ok(Outcome {
        ok: states(ok),
        failed: states(failed),
        ..Outcome::default()
    })
}

/// `kubectl create secret generic NAME …`, `kubectl create namespace NAME`.
fn named(runner: &mut Runner<'_>, call: &Call, state: State, how: How) -> Result<Outcome, Halt> {
    let words: Vec<&str> = call.words[1..].iter().map(String::as_str).collect();
    let (kind, name) = match words[..] {
        ["secret", "generic" | "tls" | "docker-registry", name] => ("secret", name),
        ["configmap" | "cm", name] => ("configmap", name),
        ["namespace" | "ns", name] => ("namespace", name),
        _ => {
            runner.not_modelled(
                format!(
                    "`kubectl {} {}` is not modelled",
                    call.words[0],
                    words.join(" ")
                ),
                "create objects from files: `-f`",
            );
            return Ok(Outcome::ok(state));
        }
    };
    if call.flag("dry-run").is_some_and(|value| value != "none") {
        let object =
            serde_json::json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } });
        let mut state = state;
        state.shell.write(&(object.to_string() + "\n"));
        return Ok(Outcome::ok(state));
    }
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    extra(runner, kind, name, cluster, how, state)
}

fn extra(
    runner: &mut Runner<'_>,
    kind: &str,
    name: &str,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let Some(extra) = target::extra(runner, kind, name, cluster) else {
        return Ok(Outcome::ok(state));
    };
    let verb = match how {
        How::Create => ExtraVerb::Create,
        How::Apply => ExtraVerb::Apply,
        How::Replace => ExtraVerb::Get,
    };
    let (done, refused) = runner.emit(state, Operation::Extra(verb, extra))?;
    let failed = if how == How::Apply {
        Vec::new()
    } else {
        vec![refused]
    };
    Ok(Outcome {
        ok: vec![done],
        failed,
        ..Outcome::default()
    })
}

/// One object.
fn one(
    runner: &mut Runner<'_>,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let text = |pointer: &str| text_at(object, pointer);
    let (kind, name) = (text("/kind"), text("/metadata/name"));
    match (kind_of(&kind), kind.as_str()) {
        (Some("statefulset"), _) => {
            if target::thing(runner, &kind, &name, cluster) != Some(Thing::Set) {
                return Ok(Outcome::ok(state));
            }
            set(runner, object, cluster, how, state)
        }
        (Some("persistentvolumeclaim"), _) => claim(runner, object, &name, cluster, how, state),
        (Some("persistentvolume"), _) => volumes::create(runner, object, cluster, how, state),
        (Some(kind @ ("secret" | "configmap" | "namespace")), _) => {
            extra(runner, kind, &name, cluster, how, state)
        }
        (_, "Pod" | "Deployment" | "ReplicaSet" | "Job" | "DaemonSet" | "CronJob") => {
            runner.not_modelled(
                format!("a {kind} beside the StatefulSet is not modelled"),
                "what else runs in the clusters is not checked",
            );
            Ok(Outcome::ok(state))
        }
        (_, "") => {
            let what = "kubectl refuses an object that has no `kind`";
            runner.mistake("runbook::bad-manifest", what, "each object needs one");
            Ok(Outcome::failed(state))
        }
        _ => {
            let verb = if how == How::Apply { "apply" } else { "create" };
            let what = format!("kubectl {verb}: {kind} {name}");
            runner.findings.assume(
                runner.span.clone(),
                what,
                "taken to succeed, and to change nothing that is checked",
            );
            Ok(Outcome::ok(state))
        }
    }
}

fn set(
    runner: &mut Runner<'_>,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let known = state.known.sets[cluster];
    let number = |pointer: &str, default: i16| match object.pointer(pointer) {
        None | Some(Json::Null) => Some(default),
        Some(value) => value.as_i64().and_then(|number| i16::try_from(number).ok()),
    };
    let (Some(start), Some(replicas)) = (
        number("/spec/ordinals/start", 0),
        number("/spec/replicas", 1),
    ) else {
        runner.not_modelled(
            "a StatefulSet whose numbers only the cluster knows is not modelled",
            "give `.spec.replicas` and `.spec.ordinals.start` numbers of your own",
        );
        return Ok(Outcome::ok(state));
    };
    let create = Operation::CreateSet {
        cluster,
        start: Expression::number(start),
        replicas: Expression::number(replicas),
    };
    let mut outcome = Outcome::default();
    let (missing, existing) = match (how, known) {
        (How::Create, _) | (_, Set::Absent) => (Some(state), None),
        (_, Set::Known(..)) => (None, Some(state)),
        (_, Set::Unknown) => {
            let Some(set) = Thing::Set.object(cluster) else {
                return Ok(outcome);
            };
            let (existing, missing) =
                runner.emit(state, Operation::Test(Condition::Exists(set)))?;
            (Some(missing), Some(existing))
        }
    };
    if let Some(state) = missing {
        if how == How::Replace {
            outcome.failed.push(state);
        } else {
            let (mut done, refused) = runner.emit(state, create)?;
            let is_valid = start >= 0 && replicas >= 0;
            if known == Set::Absent && is_valid {
                done.known.sets[cluster] = Set::Known(i32::from(start), i32::from(replicas));
                outcome.ok.push(done);
            } else if let Set::Known(..) = known {
                outcome.failed.push(refused);
            } else {
                outcome.ok.push(done);
                outcome.failed.push(refused);
            }
        }
    }
    if let Some(state) = existing {
        outcome.extend(update(runner, object, cluster, how, state)?);
    }
    Ok(outcome)
}

/// The request that changes a set which exists. `apply` leaves alone what the file leaves out.
fn update(
    runner: &mut Runner<'_>,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let before = patch::present(runner, cluster, &state);
    let mut after = before.clone();
    let fields = [
        ("/spec/replicas", "replicas", Json::from(1)),
        (
            "/spec/ordinals",
            "ordinals",
            serde_json::json!({ "start": 0 }),
        ),
    ];
    for (pointer, field, default) in fields {
        match object.pointer(pointer).filter(|value| !value.is_null()) {
            Some(value) => after["spec"][field] = value.clone(),
            None if how == How::Replace => after["spec"][field] = default,
            None => {
                let what = format!("kubectl apply: no spec.{field}");
                runner.findings.assume(
                    runner.span.clone(),
                    what,
                    "the file leaves it out, so the set keeps what it has",
                );
            }
        }
    }
    patch::change(runner, cluster, &before, &after, state)
}

/// A claim that names the volume of the source's claim.
fn claim(
    runner: &mut Runner<'_>,
    object: &Json,
    name: &str,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    // A claim of another template goes along.
    let Some(Thing::Claim(ordinal)) = target::thing(runner, "pvc", name, cluster) else {
        return Ok(Outcome::ok(state));
    };
    let volume = object
        .pointer("/spec/volumeName")
        .map(jsonpath::text)
        .unwrap_or_default();
    let names_own = matches!(runner.symbols.value(&volume), Some(&Value::VolumeName(_, other)) if other == ordinal);
    if !names_own || cluster != ClusterId::Destination {
        runner.not_modelled(
            "a claim that does not name the volume of the same ordinal's claim in source is not modelled",
            "copy the claim from source, with its `.spec.volumeName`, and create it in destination",
        );
        return Ok(Outcome::ok(state));
    }
    created(
        runner,
        Operation::CreateClaim(Expression::number(i16::from(ordinal))),
        &Thing::Claim(ordinal),
        cluster,
        how,
        state,
    )
}
