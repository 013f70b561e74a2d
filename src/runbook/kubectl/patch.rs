//! `kubectl patch` and `kubectl scale`.

use serde_json::{Value as Json, json};

use super::arguments::{Call, UNKNOWN_FLAG};
use super::requests::patched;
use super::target::{self, Thing, things};
use super::volumes;
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::world::id::ClusterId;
use crate::world::program::{Expression, Operation};

/// `kubectl patch`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    const FLAGS: [&str; 6] = [
        "patch",
        "patch-file",
        "type",
        "output",
        "subresource",
        "record",
    ];
    let Some((cluster, thing)) = one(runner, call, &state, &FLAGS) else {
        return Ok(Outcome::ok(state));
    };
    let text = match (call.flag("patch"), call.flag("patch-file")) {
        (Some(text), _) => text.to_owned(),
        (None, Some(path)) => {
            if let Some(text) = runner.read_file(path, &state) {
                text.to_string()
            } else {
                runner.unknown_file(path);
                return Ok(Outcome::ok(state));
            }
        }
        (None, None) => {
            runner.mistake(
                "runbook::usage",
                "`kubectl patch` without a patch".to_owned(),
                "give one with `-p`",
            );
            return Ok(Outcome::ok(state));
        }
    };
    let Some(patch) = read(runner, &text) else {
        return Ok(Outcome::failed(state));
    };
    let kind = call.flag("type").unwrap_or("strategic");
    match thing {
        Thing::Set => set(runner, cluster, kind, &patch, state),
        Thing::Volume(ordinal) => volumes::patch(runner, cluster, ordinal, kind, &patch, state),
        Thing::Claim(_) | Thing::Companion(_) if only_metadata(&patch, kind) => {
            runner.findings.assume(
                runner.span.clone(),
                "kubectl patch".to_owned(),
                "metadata is not modelled",
            );
            Ok(Outcome::ok(state))
        }
        _ => {
            runner.not_modelled(
                "this patch is not modelled",
                "only StatefulSets and the reclaim policy of volumes can be patched",
            );
            Ok(Outcome::ok(state))
        }
    }
}

/// The one object of a call whose other flags are understood.
pub fn one(
    runner: &mut Runner<'_>,
    call: &Call,
    state: &State,
    flags: &[&str],
) -> Option<(ClusterId, Thing)> {
    if let Some(flag) = call.unknown_flag(flags) {
        let what = format!("`kubectl {} --{flag}` is not modelled", call.words[0]);
        runner.not_modelled(what, UNKNOWN_FLAG);
        return None;
    }
    let cluster = target::cluster(runner, call, state)?;
    let Some(mut things) = things(runner, &call.words[1..], cluster) else {
        let what = format!("`kubectl {}` without a name is not modelled", call.words[0]);
        runner.not_modelled(what, "name the object");
        return None;
    };
    if things.len() > 1 {
        let what = format!(
            "`kubectl {}` of several objects is not modelled",
            call.words[0]
        );
        runner.not_modelled(what, "write one command for each");
        return None;
    }
    Some((cluster, things.pop()?))
}

/// A patch is JSON or YAML.
fn read(runner: &mut Runner<'_>, text: &str) -> Option<Json> {
    let (mut documents, problem) = runner.documents("", text);
    if documents.len() == 1 && problem.is_none() {
        return documents.pop();
    }
    let why = problem.unwrap_or_else(|| "it is no single document".to_owned());
    runner.mistake(
        "runbook::bad-patch",
        format!("kubectl cannot read the patch `{text}`: {why}"),
        "a patch is JSON or YAML, in single quotes",
    );
    None
}

fn only_metadata(patch: &Json, kind: &str) -> bool {
    kind != "json"
        && patch
            .as_object()
            .is_some_and(|fields| fields.keys().all(|key| key == "metadata"))
        && patch.pointer("/metadata/finalizers").is_none()
        && patch.pointer("/metadata/ownerReferences").is_none()
}

/// What stands in the set for numbers that are not known.
const UNKNOWN: &str = "unknown";

fn set(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    kind: &str,
    patch: &Json,
    state: State,
) -> Result<Outcome, Halt> {
    let before = present(runner, cluster, &state);
    let Some(after) = patched(runner, kind, &before, patch) else {
        return Ok(Outcome::failed(state));
    };
    change(runner, cluster, &before, &after, state)
}

/// The request that turns one document of the set into another.
///
/// # Errors
/// The script cannot be followed any further.
pub fn change(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    before: &Json,
    after: &Json,
    state: State,
) -> Result<Outcome, Halt> {
    let field = |document: &Json, pointer: &str, default: i64| match document.pointer(pointer) {
        None | Some(Json::Null) => json!(default),
        Some(value) => value.clone(),
    };
    // A request can give a field the value that it has.
    let [start, replicas] =
        [("/spec/ordinals/start", 0), ("/spec/replicas", 1)].map(|(pointer, default)| {
            let (old, new) = (
                field(before, pointer, default),
                field(after, pointer, default),
            );
            (new != old).then_some(new)
        });
    refuse_other_changes(runner, before, after);
    let number = |runner: &mut Runner<'_>, value: Option<Json>| match value {
        None => Some(None),
        Some(value) => {
            if let Some(number) = value.as_i64().and_then(|number| i16::try_from(number).ok()) {
                Some(Some(number))
            } else {
                let value = super::jsonpath::text(&value);
                let what = format!("`{value}` is no number that is known here");
                runner.not_modelled(what, "write the number into the script");
                None
            }
        }
    };
    let (Some(start), Some(replicas)) = (number(runner, start), number(runner, replicas)) else {
        return Ok(Outcome::ok(state));
    };
    request(runner, cluster, start, replicas, false, state)
}

/// Only the two numbers are modelled; other changes roll Pods or are refused by the API server.
fn refuse_other_changes(runner: &mut Runner<'_>, before: &Json, after: &Json) {
    let without_numbers = |document: &Json| {
        let mut document = document.clone();
        if let Some(fields) = document.as_object_mut() {
            fields.remove("metadata");
            fields.remove("status");
        }
        if let Some(spec) = document.get_mut("spec").and_then(Json::as_object_mut) {
            spec.remove("replicas");
            spec.remove("ordinals");
        }
        document
    };
    let (old, new) = (without_numbers(before), without_numbers(after));
    if old == new {
        return;
    }
    let fields = |document: &Json| {
        document
            .get("spec")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let (old, new) = (fields(&old), fields(&new));
    let changed = old
        .keys()
        .chain(new.keys())
        .find(|key| old.get(*key) != new.get(*key));
    let field = changed.map_or("apiVersion", String::as_str);
    runner.not_modelled(
        format!("a change of `spec.{field}` is not modelled"),
        "only `replicas` and `ordinals.start` are",
    );
}

/// PATCH of the set, or of its `/scale`.
fn request(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    start: Option<i16>,
    replicas: Option<i16>,
    scales: bool,
    state: State,
) -> Result<Outcome, Halt> {
    let known = state.known.sets[cluster];
    let operation = match (scales, replicas) {
        (true, Some(replicas)) => Operation::Scale {
            cluster,
            replicas: Expression::number(replicas),
        },
        _ => Operation::Patch {
            cluster,
            start: start.map(Expression::number),
            replicas: replicas.map(Expression::number),
        },
    };
    let is_valid =
        start.is_none_or(|start| start >= 0) && replicas.is_none_or(|replicas| replicas >= 0);
    let (mut done, refused) = runner.emit(state, operation)?;
    match known {
        Set::Known(old_start, old_replicas) if is_valid => {
            let start = start.map_or(old_start, i32::from);
            let replicas = replicas.map_or(old_replicas, i32::from);
            done.known.sets[cluster] = Set::Known(start, replicas);
            Ok(Outcome::ok(done))
        }
        Set::Known(..) | Set::Absent => Ok(Outcome::failed(refused)),
        Set::Unknown => Ok(Outcome {
            ok: vec![done],
            failed: vec![refused],
            ..Outcome::default()
        }),
    }
}

/// `kubectl scale`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn scale(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    let Some((cluster, thing)) = one(runner, call, &state, &["replicas", "timeout"]) else {
        return Ok(Outcome::ok(state));
    };
    if thing != Thing::Set {
        runner.not_modelled(
            "only the StatefulSet can be scaled",
            "what else runs is not modelled",
        );
        return Ok(Outcome::ok(state));
    }
    let replicas = call.flag("replicas").unwrap_or("");
    let Ok(replicas) = replicas.parse::<i16>() else {
        runner.not_modelled(
            format!("`--replicas={replicas}` is no number that is known here"),
            "write the number into the script",
        );
        return Ok(Outcome::ok(state));
    };
    if replicas < 0 {
        runner.mistake(
            "runbook::usage",
            format!("`--replicas={replicas}` is less than 0"),
            "kubectl refuses it",
        );
        return Ok(Outcome::failed(state));
    }
    request(runner, cluster, None, Some(replicas), true, state)
}

/// The set's document as far as it is known.
pub fn present(runner: &Runner<'_>, cluster: ClusterId, state: &State) -> Json {
    let (start, replicas) = match state.known.sets[cluster] {
        Set::Known(start, replicas) => (json!(start), json!(replicas)),
        _ => (json!(UNKNOWN), json!(UNKNOWN)),
    };
    runner.session.surroundings.sides[cluster].document(&start, &replicas)
}
