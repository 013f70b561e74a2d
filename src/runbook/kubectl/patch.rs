//! `kubectl patch` and `kubectl scale`.

use serde_json::{Value as Json, json};

use super::arguments::Call;
use super::requests::{invalid, patched};
use super::target::{self, Thing, things};
use super::{claims, kinds, sets, volumes};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, Operation, StatusField, Timeout};

/// `kubectl patch`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    let Some((cluster, thing)) = one(runner, call, &state) else {
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
    if let Some(subresource) = call.flag("subresource").filter(|name| *name != "scale") {
        let what = format!("`kubectl patch --subresource={subresource}` is not modelled");
        let help = "what stands in `spec` is changed without it, or by `--subresource=scale`";
        runner.not_modelled(what, help);
        return Ok(Outcome::ok(state));
    }
    match &thing {
        Thing::Set if call.flag("subresource").is_some() => {
            scaled(runner, cluster, kind, &patch, state)
        }
        Thing::Set => set(runner, cluster, kind, &patch, state),
        Thing::Volume(_) => volumes::patch(runner, cluster, &thing, kind, &patch, state),
        Thing::Claim(_) => Ok(claims::patch(runner, &thing, cluster, kind, &patch, state)),
        Thing::Pod(ordinal) => {
            runner.not_modelled(
                format!("a patch of Pod {ordinal} is not modelled"),
                "change the StatefulSet: its controller makes the Pods",
            );
            Ok(Outcome::ok(state))
        }
        Thing::Extra(kind, name) => {
            let what = format!("kubectl patch {kind} {name}");
            let text = "what it holds is not modelled: assumed to succeed";
            runner.findings.assume(runner.span.clone(), what, text);
            Ok(Outcome::ok(state))
        }
        Thing::Other(what) => {
            let (kind, name) = what.split_once(' ').unwrap_or((what, ""));
            kinds::created(runner, "patch", kind, name);
            Ok(Outcome::ok(state))
        }
    }
}

/// The one object of a call.
pub fn one(runner: &mut Runner<'_>, call: &Call, state: &State) -> Option<(ClusterId, Thing)> {
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
    let why = problem.unwrap_or_else(|| "it is not a single document".to_owned());
    runner.mistake(
        "runbook::bad-patch",
        format!("kubectl cannot read the patch `{text}`: {why}"),
        "a patch is JSON or YAML, in single quotes",
    );
    None
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

/// A patch of `/scale`, which has `spec.replicas` only.
fn scaled(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    kind: &str,
    patch: &Json,
    state: State,
) -> Result<Outcome, Halt> {
    let replicas = &present(runner, cluster, &state)["spec"]["replicas"];
    let before = json!({ "spec": { "replicas": replicas } });
    let Some(after) = patched(runner, kind, &before, patch) else {
        return Ok(Outcome::failed(state));
    };
    let fields = after["spec"].as_object().map_or(0, serde_json::Map::len);
    let number = after.pointer("/spec/replicas").and_then(Json::as_i64);
    let number = number.and_then(|number| i16::try_from(number).ok());
    let Some(number) = number.filter(|_| fields == 1) else {
        let what = "`/scale` has `spec.replicas` only, a number";
        runner.mistake("runbook::bad-patch", what, "leave the other fields out");
        return Ok(Outcome::ok(state));
    };
    request(runner, cluster, None, Some(number), true, state)
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
    if state.known.sets[cluster] != Set::Absent
        && let Some(refused) = sets::check_updated(runner, before, after)
    {
        return Ok(invalid(runner, state, &refused));
    }
    let number = |runner: &mut Runner<'_>, value: Option<Json>| match value {
        None => Some(None),
        Some(value) => {
            if let Some(number) = value.as_i64().and_then(|number| i16::try_from(number).ok()) {
                Some(Some(number))
            } else {
                let value = super::jsonpath::text(&value);
                let what = format!("`{value}` is not a number that is known here");
                runner.not_modelled(what, "write the number in the script");
                None
            }
        }
    };
    let (Some(start), Some(replicas)) = (number(runner, start), number(runner, replicas)) else {
        return Ok(Outcome::ok(state));
    };
    request(runner, cluster, start, replicas, false, state)
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
    let Some((cluster, thing)) = one(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    if thing != Thing::Set {
        kinds::other_workload(runner, "scale", &thing);
        return Ok(Outcome::ok(state));
    }
    let length = super::wait::seconds(call.flag("timeout").unwrap_or("0"));
    let Some(length) = length.filter(|length| *length >= 0) else {
        let what = format!(
            "`--timeout={}` is not a duration",
            call.flag("timeout").unwrap_or("")
        );
        runner.mistake("runbook::usage", what, "write `--timeout=60s`");
        return Ok(Outcome::ok(state));
    };
    match holds_precondition(runner, call, cluster, &state) {
        Some(true) => (),
        Some(false) => return Ok(Outcome::failed(state)),
        None => return Ok(Outcome::ok(state)),
    }
    let replicas = call.flag("replicas").unwrap_or("");
    let Ok(replicas) = replicas.parse::<i16>() else {
        runner.not_modelled(
            format!("`--replicas={replicas}` is not a number that is known here"),
            "write the number in the script",
        );
        return Ok(Outcome::ok(state));
    };
    if replicas < 0 {
        runner.mistake(
            "runbook::usage",
            format!("`--replicas={replicas}` is less than 0"),
            "kubectl rejects it",
        );
        return Ok(Outcome::failed(state));
    }
    let scaled = request(runner, cluster, None, Some(replicas), true, state)?;
    if length == 0 {
        return Ok(scaled);
    }
    // kubectl: `WaitForScaleHasDesiredReplicas`.
    let number = Expression::number(replicas);
    let reached = Condition::StatusEquals(cluster, StatusField::Replicas, number);
    let mut outcome = Outcome {
        failed: scaled.failed,
        ..Outcome::default()
    };
    for state in scaled.ok {
        let (done, expired) = runner.emit(state, Operation::Await(reached, Timeout::Fail))?;
        outcome.ok.push(done);
        outcome.failed.push(expired);
    }
    Ok(outcome)
}

/// Whether the set has the replicas that `--current-replicas` asks for; what is not known is noted.
fn holds_precondition(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    state: &State,
) -> Option<bool> {
    let Some(wanted) = call
        .flag("current-replicas")
        .filter(|wanted| *wanted != "-1")
    else {
        return Some(true);
    };
    match (wanted.parse::<i32>(), state.known.sets[cluster]) {
        (Ok(wanted), Set::Known(_, replicas)) => Some(wanted == replicas),
        (Ok(_), Set::Absent) => Some(true),
        _ => {
            let what =
                "`--current-replicas` is not modelled where only the cluster knows the number";
            runner.not_modelled(what, "leave it out, or write both numbers into the script");
            None
        }
    }
}

/// The set's document as far as it is known.
pub fn present(runner: &Runner<'_>, cluster: ClusterId, state: &State) -> Json {
    let (start, replicas) = match state.known.sets[cluster] {
        Set::Known(start, replicas) => (json!(start), json!(replicas)),
        _ => (json!(UNKNOWN), json!(UNKNOWN)),
    };
    runner.session.surroundings.sides[cluster].document(&start, &replicas)
}
