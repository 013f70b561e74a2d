//! `kubectl create`, `apply` and `replace`: objects from files, pipes and here-documents.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::arguments::Call;
use super::defaults::bare;
use super::requests::{How, invalid, objects, text_at};
use super::target::{self, Thing, kind_of};
use super::{claims, kinds, metadata, patch, sets, strategic, volumes, whole};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, ExtraVerb, Operation};

/// `kubectl create`, `apply` or `replace`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State, how: How) -> Result<Outcome, Halt> {
    if call.flag("filename").is_none() {
        return named(runner, call, state, how);
    }
    if call.is_dry() {
        let Some(objects) = objects(runner, call, &state) else {
            return Ok(Outcome::ok(state));
        };
        let mut state = state;
        for object in objects {
            state.shell.write(&(object.to_string() + "\n---\n"));
        }
        return Ok(Outcome::ok(state));
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
            let outcome = one(runner, call, object, cluster, how, state)?;
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
        [kind, ..] if kind_of(kind).is_none() => {
            // Of some kinds there are several: `create service clusterip NAME`.
            let name = words.last().copied().unwrap_or_default();
            kinds::created(runner, "create", kind, name);
            return Ok(Outcome::ok(state));
        }
        _ => {
            runner.not_modelled(
                format!(
                    "`kubectl {} {}` is not modelled",
                    call.words[0],
                    words.join(" ")
                ),
                "create objects from files, with `-f`",
            );
            return Ok(Outcome::ok(state));
        }
    };
    if call.is_dry() {
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
    call: &Call,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let text = |pointer: &str| text_at(object, pointer);
    let (kind, name) = (text("/kind"), text("/metadata/name"));
    if kind.is_empty() {
        let what = "kubectl refuses an object that has no `kind`";
        runner.mistake("runbook::bad-manifest", what, "each object needs one");
        return Ok(Outcome::failed(state));
    }
    check_server_side(runner, call, object);
    match kind_of(&kind) {
        Some("statefulset") => {
            if target::thing(runner, &kind, &name, cluster) != Some(Thing::Set) {
                return Ok(Outcome::ok(state));
            }
            set(runner, call, object, cluster, how, state)
        }
        Some("persistentvolumeclaim") => claims::create(runner, object, &name, cluster, how, state),
        Some("persistentvolume") => volumes::create(runner, object, cluster, how, state),
        Some(kind @ ("secret" | "configmap" | "namespace")) => {
            metadata::check(runner, kind, object);
            extra(runner, kind, &name, cluster, how, state)
        }
        _ => {
            let verb = call.words[0].clone();
            kinds::created(runner, &verb, &kind, &name);
            Ok(Outcome::ok(state))
        }
    }
}

/// An object that is created by `--server-side` must not say which one it has been.
fn check_server_side(runner: &mut Runner<'_>, call: &Call, object: &Json) {
    let uid = object.pointer("/metadata/uid");
    if call.is_on("server-side") && !whole::is_empty(uid) {
        let what = "`--server-side` of an object that has a `metadata.uid` is refused by the API \
                    server: no object has this uid";
        let help = "leave what belongs to one cluster out: `del(.metadata.uid, \
                    .metadata.resourceVersion, .metadata.managedFields)`";
        runner.mistake("runbook::bad-manifest", what, help);
    }
}

fn set(
    runner: &mut Runner<'_>,
    call: &Call,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let known = state.known.sets[cluster];
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
            outcome.extend(created_set(runner, call, object, cluster, how, state)?);
        }
    }
    if let Some(state) = existing {
        outcome.extend(update(runner, call, object, cluster, how, state)?);
    }
    Ok(outcome)
}

/// POST of a set.
fn created_set(
    runner: &mut Runner<'_>,
    call: &Call,
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
            "a StatefulSet whose numbers are known only to the cluster is not modelled",
            "give literal numbers for `.spec.replicas` and `.spec.ordinals.start`",
        );
        return Ok(Outcome::ok(state));
    };
    if let Some(refused) = sets::check_created(runner, object, cluster) {
        return Ok(invalid(runner, state, &refused));
    }
    let create = Operation::CreateSet {
        cluster,
        start: Expression::number(start),
        replicas: Expression::number(replicas),
    };
    let mut outcome = Outcome::default();
    let (mut done, refused) = runner.emit(state, create)?;
    let is_applied = how == How::Apply || call.is_on("save-config");
    if is_applied {
        for field in ["replicas", "ordinals"] {
            note_number(runner, cluster, field, Some(&Json::Null), object);
        }
    }
    done.known.applied[cluster] = is_applied.then(|| Rc::new(whole::closed(object)));
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
    Ok(outcome)
}

/// The request that changes a set which exists. `apply` leaves alone what the file leaves out,
/// unless it was applied before.
fn update(
    runner: &mut Runner<'_>,
    call: &Call,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    if call.is_on("server-side") && !call.is_on("force-conflicts") {
        let what = "`kubectl apply --server-side` of a set that exists is not modelled: whether \
                    its fields belong to another manager decides whether it is refused (409)";
        runner.not_modelled(
            what,
            "add `--force-conflicts`, or leave `--server-side` out",
        );
    }
    let object = whole::closed(object);
    let before = patch::present(runner, cluster, &state);
    let applied = state.known.applied[cluster].clone();
    let after = match how {
        How::Replace => replacement(&before, &object),
        _ => applied_to(runner, cluster, &before, applied.as_deref(), &object),
    };
    let after = not_compared(runner, cluster, &before, after);
    if !whole::is_empty(object.pointer("/metadata/resourceVersion")) {
        let what = format!("kubectl {}: metadata.resourceVersion", call.words[0]);
        let text = "the set is taken not to have changed since it was read; else the request is \
                    refused (409)";
        runner.findings.assume(runner.span.clone(), what, text);
    }
    let mut outcome = patch::change(runner, cluster, &before, &after, state)?;
    let is_applied = how == How::Apply || call.is_on("save-config");
    for state in &mut outcome.ok {
        state.known.applied[cluster] = is_applied.then(|| Rc::new(object.clone()));
    }
    Ok(outcome)
}

/// What a set becomes by `replace`: what the file leaves out gets its default.
fn replacement(before: &Json, object: &Json) -> Json {
    let mut after = object.clone();
    // What the API server keeps of its own.
    for field in ["uid", "resourceVersion", "creationTimestamp"] {
        after["metadata"][field] = before["metadata"][field].clone();
    }
    after
}

/// What a set becomes by `apply`: what was applied before and is left out now goes.
fn applied_to(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    before: &Json,
    applied: Option<&Json>,
    object: &Json,
) -> Json {
    let mut after = before.clone();
    if let Some(applied) = applied {
        let gone = removed(applied, object);
        let _ = strategic::merge(&mut after, &gone);
    }
    for field in ["replicas", "ordinals"] {
        note_number(runner, cluster, field, applied, object);
        let is_left_out =
            |object: &Json| whole::is_empty(object.pointer(&format!("/spec/{field}")));
        if is_left_out(object) && applied.is_none_or(is_left_out) {
            let what = format!("kubectl apply: no spec.{field}");
            let text = "the file leaves it out, so the set keeps what it has, unless it was applied \
                        with it before the script";
            runner.findings.assume(runner.span.clone(), what, text);
        }
    }
    let mut given = object.clone();
    if let Some(fields) = given.as_object_mut() {
        fields.remove("status");
    }
    let _ = strategic::merge(&mut after, &given);
    // Items of lists go too, which only a comparison with what was applied shows.
    let template = |object: &Json| bare(&object["spec"]["template"]);
    if applied.is_some_and(|applied| template(applied) != template(object)) {
        after["spec"]["template"] = object["spec"]["template"].clone();
    }
    after
}

/// Remembers which numbers are applied, and which are left out by a run that does not know what
/// the one before a crash has applied.
fn note_number(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    field: &'static str,
    applied: Option<&Json>,
    object: &Json,
) {
    let side = cluster.name();
    if !whole::is_empty(object.pointer(&format!("/spec/{field}"))) {
        runner.session.applied.insert((side, field));
    } else if applied.is_none() && runner.session.surroundings.crashes {
        let span = runner.span.clone();
        runner.session.left_out.push((side, field, span));
    }
}

/// Refuses what depends on the run before a crash: whether it has applied what is left out.
pub fn check_reruns(runner: &mut Runner<'_>) {
    let left_out = std::mem::take(&mut runner.session.left_out);
    for (side, field, span) in left_out {
        if !runner.session.applied.contains(&(side, field)) {
            continue;
        }
        let what = format!(
            "this file leaves out `spec.{field}`, which another `kubectl apply` gives: after a \
             crash it depends on the run before whether that takes it away"
        );
        let help = "write the number into both files".to_owned();
        runner.findings.not_modelled(span, what, help);
    }
}

/// A patch that takes away the fields which one object has and another does not.
fn removed(old: &Json, new: &Json) -> Json {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return Json::Object(Map::new());
    };
    let mut patch = Map::new();
    for (key, value) in old {
        match new.get(key) {
            None => {
                patch.insert(key.clone(), Json::Null);
            }
            Some(other) if value.is_object() && other.is_object() => {
                patch.insert(key.clone(), removed(value, other));
            }
            Some(_) => (),
        }
    }
    Json::Object(patch)
}

/// Without a manifest nothing says what Pods the set has: they are taken to be those of the file.
fn not_compared(runner: &mut Runner<'_>, cluster: ClusterId, before: &Json, after: Json) -> Json {
    if runner.session.surroundings.sides[cluster].has_manifest {
        return after;
    }
    let mut after = after;
    let mut differs = false;
    for field in [
        "template",
        "selector",
        "serviceName",
        "volumeClaimTemplates",
    ] {
        differs |= !after["spec"][field].is_null() && after["spec"][field] != before["spec"][field];
        after["spec"][field] = before["spec"][field].clone();
    }
    if differs {
        let what = format!("the Pod template of the set in {}", cluster.name());
        let text = "no manifest says it: assumed to be as the file has it";
        runner.findings.assume(runner.span.clone(), what, text);
    }
    after
}
