//! `kubectl wait` and `kubectl rollout status`.
//!
//! Kubernetes 1.32: staging/src/k8s.io/kubectl/pkg/cmd/wait/wait.go (`IsDeleted`,
//! `ConditionalWait`), polymorphichelpers/rollout_status.go (`StatefulSetStatusViewer`). A wait for
//! anything but a deletion fails at once if there is no such object.

use super::arguments::Call;
use super::defaults::filled;
use super::kinds::other_workload;
use super::selector;
use super::target::{self, Thing, things};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::runbook::values::{ordinal, template};
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, Look, Operation, StatusField, Timeout};

/// `kubectl wait`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    let length = call.flag("timeout").unwrap_or("30s").to_owned();
    if is_of_clock(runner, &length) {
        return by_clock(runner, call, cluster, &length, state);
    }
    let Some(timeout) = timeout(&length) else {
        let what = format!("`{length}` is not a duration");
        runner.mistake("runbook::usage", what, "use `--timeout=60s`");
        return Ok(Outcome::ok(state));
    };
    for_length(runner, call, cluster, timeout, state)
}

/// Whether a length of time is what a clock says, in a unit.
fn is_of_clock(runner: &Runner<'_>, length: &str) -> bool {
    let number = length.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    number.len() < length.len() && runner.symbols.clock(number).is_some()
}

/// A wait for the time that is left. If none is, the number may be negative, and a negative one is
/// a week.
fn by_clock(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    length: &str,
    state: State,
) -> Result<Outcome, Halt> {
    let what = format!("--timeout={}", runner.symbols.readable(length));
    let text =
        "if the time is up by then it may be negative, which `kubectl wait` takes for a week";
    runner.findings.assume(runner.span.clone(), what, text);
    let (left, up) = runner.emit(state, Operation::Clock)?;
    let mut outcome = for_length(runner, call, cluster, Length::Some, left)?;
    outcome.extend(for_length(runner, call, cluster, Length::Ever, up)?);
    Ok(outcome.merged())
}

fn for_length(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    timeout: Length,
    state: State,
) -> Result<Outcome, Halt> {
    let wanted = call.flag("for").unwrap_or("").to_owned();
    if call.flag("selector").is_some() {
        let Some(pods) = selector::pods(runner, call, cluster, &state) else {
            return Ok(Outcome::ok(state));
        };
        return selected(runner, &wanted, &pods, cluster, timeout, state);
    }
    let Some(things) = things(runner, &call.words[1..], cluster) else {
        runner.not_modelled(
            "`kubectl wait` for all objects of a kind is not modelled",
            "name the objects: `kubectl wait --for=delete pod/web-5`",
        );
        return Ok(Outcome::ok(state));
    };
    waits(runner, &wanted, &things, cluster, timeout, state)
}

/// Waits for those of the Pods that exist at the beginning. Without any there is nothing to be
/// deleted, and for anything else it is an error (`RunWait`).
fn selected(
    runner: &mut Runner<'_>,
    wanted: &str,
    pods: &[Thing],
    cluster: ClusterId,
    length: Length,
    state: State,
) -> Result<Outcome, Halt> {
    if pods.len() > selector::MOST_SELECTED {
        let what = format!(
            "waiting for {} Pods by a selector is not modelled",
            pods.len()
        );
        runner.not_modelled(what, "name them: `kubectl wait --for=delete pod/web-5`");
        return Ok(Outcome::ok(state));
    }
    let found = selector::existing(runner, pods, cluster, state)?;
    let mut outcome = Outcome::default();
    for (state, things) in found {
        if things.is_empty() && !wanted.eq_ignore_ascii_case("delete") {
            outcome.failed.push(state);
        } else {
            outcome.extend(waits(runner, wanted, &things, cluster, length, state)?);
        }
    }
    outcome.ok = merged(outcome.ok);
    outcome.failed = merged(outcome.failed);
    let text = "the Pods that exist at the start are waited for one after the other; each wait is \
                for the Pod that has the name by then";
    let what = format!("kubectl wait --for={wanted} by a selector");
    runner.findings.assume(runner.span.clone(), what, text);
    Ok(outcome)
}

/// Waits for one object after the other.
fn waits(
    runner: &mut Runner<'_>,
    wanted: &str,
    things: &[Thing],
    cluster: ClusterId,
    length: Length,
    state: State,
) -> Result<Outcome, Halt> {
    let mut outcome = Outcome::ok(state);
    for thing in things {
        let (states, ()) = (merged(std::mem::take(&mut outcome.ok)), ());
        for state in states {
            outcome.extend(wait(runner, wanted, thing, cluster, length, state)?);
        }
    }
    outcome.failed = merged(outcome.failed);
    Ok(outcome)
}

/// How long a wait lasts, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// One look.
    Once,
    /// Some time, then it is given up.
    Some,
    /// For a week, which is forever.
    Ever,
}

fn timeout(text: &str) -> Option<Length> {
    Some(match seconds(text)? {
        0 => Length::Once,
        seconds if seconds < 0 => Length::Ever,
        _ => Length::Some,
    })
}

/// A length of time as Go writes it: `60s`, `1m30s`, `-1s`, `0`.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let (text, sign) = text.strip_prefix('-').map_or((text, 1), |text| (text, -1));
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(0);
    }
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |place| end + place);
        let unit = match &rest[end..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += (number * unit).ceil().min(1e9) as i64;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(sign * total)
}

fn wait(
    runner: &mut Runner<'_>,
    wanted: &str,
    thing: &Thing,
    cluster: ClusterId,
    length: Length,
    state: State,
) -> Result<Outcome, Halt> {
    let Some(object) = thing.object(cluster) else {
        not_awaited(runner, thing);
        return Ok(Outcome::ok(state));
    };
    if wanted.eq_ignore_ascii_case("delete") {
        let operation = match length {
            Length::Once => Operation::Test(Condition::Absent(object)),
            Length::Some => Operation::AwaitGone(object, Look::First, Timeout::Fail),
            Length::Ever => Operation::AwaitGone(object, Look::First, Timeout::Never),
        };
        return ended(runner, operation, length, state);
    }
    if wanted.eq_ignore_ascii_case("create") {
        return ended(
            runner,
            awaited(Condition::Exists(object), length),
            length,
            state,
        );
    }
    let Some(condition) = condition(runner, wanted, thing, cluster) else {
        return Ok(Outcome::ok(state));
    };
    let mut outcome = Outcome::default();
    let mut state = state;
    let is_there = *thing == Thing::Set && matches!(state.known.sets[cluster], Set::Known(..));
    if !is_there {
        let (found, missing) = runner.emit(state, Operation::Get(object))?;
        outcome.failed.push(missing);
        state = found;
    }
    outcome.extend(ended(runner, awaited(condition, length), length, state)?);
    outcome.failed = merged(outcome.failed);
    Ok(outcome)
}

/// A wait for what the model does not have is passed over where it guards nothing.
fn not_awaited(runner: &mut Runner<'_>, thing: &Thing) {
    match thing {
        Thing::Other(_) => other_workload(runner, "wait", thing),
        _ => runner.not_modelled(
            "a wait for this object is not modelled",
            "wait for Pods, claims, volumes or the set",
        ),
    }
}

const fn awaited(condition: Condition, length: Length) -> Operation {
    match length {
        Length::Once => Operation::Test(condition),
        Length::Some => Operation::Await(condition, Timeout::Fail),
        Length::Ever => Operation::Await(condition, Timeout::Never),
    }
}

fn ended(
    runner: &mut Runner<'_>,
    operation: Operation,
    length: Length,
    state: State,
) -> Result<Outcome, Halt> {
    let (done, expired) = runner.emit(state, operation)?;
    let failed = if length == Length::Ever {
        Vec::new()
    } else {
        vec![expired]
    };
    Ok(Outcome {
        ok: vec![done],
        failed,
        ..Outcome::default()
    })
}

/// The condition that `--for` names.
fn condition(
    runner: &mut Runner<'_>,
    wanted: &str,
    thing: &Thing,
    cluster: ClusterId,
) -> Option<Condition> {
    let (kind, rest) = wanted.split_once('=').unwrap_or((wanted, ""));
    let lower = rest.to_lowercase();
    let mut never = None;
    let found = match (kind, thing) {
        ("condition", Thing::Pod(ordinal)) if lower == "ready" || lower == "ready=true" => Some(
            Condition::PodReady(cluster, Expression::number(i16::from(*ordinal))),
        ),
        ("condition", Thing::Set | Thing::Claim(_) | Thing::Volume(_)) => {
            never = Some("such an object never has this condition");
            None
        }
        ("jsonpath", _) => {
            let (path, value) = rest
                .rsplit_once("}=")
                .or_else(|| rest.split_once('=').filter(|_| !rest.contains('{')))
                .unwrap_or((rest, ""));
            let path = path
                .trim_start_matches('{')
                .trim_end_matches('}')
                .trim_start_matches('.');
            let value = value.trim_matches(['"', '\'']);
            if (thing, path, value) == (&Thing::Set, "status.readyReplicas", "0") {
                never = Some("`readyReplicas` is left out at 0, so it never equals `0`");
            }
            by_path(thing, cluster, path, value)
        }
        _ => None,
    };
    if let Some(why) = never {
        let help = "wait for the Pods, `--for=delete pod/NAME`, for `{.status.replicas}=0` of the \
                    set, for `{.status.phase}=Bound` of a claim, or with `kubectl rollout status`";
        let what = format!("`--for={wanted}` never comes true: {why}");
        runner.mistake("runbook::never-true", what, help);
        return None;
    }
    if found.is_none() {
        runner.not_modelled(
            format!("`--for={wanted}` is not modelled here"),
            "wait for `delete`, `create`, `condition=Ready` of a Pod, `jsonpath={.status.phase}=Bound` of a claim, or `jsonpath={.status.readyReplicas}=N` of the set",
        );
    }
    found
}

fn by_path(thing: &Thing, cluster: ClusterId, path: &str, value: &str) -> Option<Condition> {
    let number = || value.parse::<i16>().ok().map(Expression::number);
    match (thing, path) {
        (Thing::Claim(key), "status.phase") if value == "Bound" => Some(Condition::VolumeBound(
            cluster,
            ordinal(*key),
            template(*key),
        )),
        (Thing::Set, "status.readyReplicas") => Some(Condition::StatusEquals(
            cluster,
            StatusField::ReadyReplicas,
            number()?,
        )),
        (Thing::Set, "status.replicas") => Some(Condition::StatusEquals(
            cluster,
            StatusField::Replicas,
            number()?,
        )),
        _ => None,
    }
}

/// `kubectl rollout status`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn rollout(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    let verb = call.words.get(1).map_or("", String::as_str);
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    let named = things(runner, call.words.get(2..).unwrap_or_default(), cluster);
    match (verb, named.as_deref()) {
        ("status", Some([Thing::Set])) => (),
        (_, Some([thing @ Thing::Other(_)])) => {
            other_workload(runner, "rollout", thing);
            return Ok(Outcome::ok(state));
        }
        ("history", _) => return Ok(Outcome::ok(state)),
        ("status", _) => {
            runner.not_modelled(
                "`kubectl rollout status` is modelled for the StatefulSet only",
                "name it: `kubectl rollout status sts/NAME`",
            );
            return Ok(Outcome::ok(state));
        }
        _ => {
            let help = "it makes new Pods, which is not modelled; only `kubectl rollout status` is";
            runner.not_modelled(format!("`kubectl rollout {verb}` is not modelled"), help);
            return Ok(Outcome::ok(state));
        }
    }
    if !is_rolling(runner, cluster) {
        return Ok(Outcome::failed(state));
    }
    status(runner, call, cluster, state)
}

/// `StatefulSetStatusViewer.Status`: the command fails at once for any strategy but RollingUpdate.
fn is_rolling(runner: &mut Runner<'_>, cluster: ClusterId) -> bool {
    let set = &runner.session.surroundings.sides[cluster].set;
    let strategy = filled(&set["spec"])["updateStrategy"]["type"].clone();
    if strategy == "RollingUpdate" {
        return true;
    }
    let command = runner.findings.command_at(&runner.span);
    let text = format!(
        "it fails at once: `rollout status` is for RollingUpdate only, and the set in {} has {}",
        cluster.name(),
        super::jsonpath::text(&strategy)
    );
    runner.findings.assume(runner.span.clone(), command, &text);
    false
}

/// `kubectl rollout status` of the set.
fn status(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    state: State,
) -> Result<Outcome, Halt> {
    let given = call.flag("timeout").unwrap_or("0");
    let length = match (call.is_off("watch"), timeout(given)) {
        (_, None | Some(Length::Ever)) => {
            let what = format!("`--timeout={given}` is not a duration that it takes");
            runner.mistake(
                "runbook::usage",
                what,
                "write `--timeout=60s`; 0 is for ever",
            );
            return Ok(Outcome::ok(state));
        }
        (true, _) => Length::Once,
        (_, Some(Length::Some)) => Length::Some,
        (_, Some(Length::Once)) => Length::Ever,
    };
    let mut outcome = Outcome::default();
    let mut state = state;
    if !matches!(state.known.sets[cluster], Set::Known(..))
        && let Some(set) = Thing::Set.object(cluster)
    {
        let (found, missing) = runner.emit(state, Operation::Get(set))?;
        outcome.failed.push(missing);
        state = found;
    }
    let condition = Condition::RolledOut(cluster);
    let (done, expired) = runner.emit(state, awaited(condition, length))?;
    match length {
        // With `--watch=false` it says how far things are, and succeeds.
        Length::Once => outcome.ok = merged(vec![done, expired]),
        Length::Some => {
            outcome.ok.push(done);
            outcome.failed.push(expired);
        }
        Length::Ever => outcome.ok.push(done),
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn lengths_are_those_of_go() {
        for (text, expected) in [
            ("60s", Some(60)),
            ("1m30s", Some(90)),
            ("-1s", Some(-1)),
            ("0", Some(0)),
            ("5", None),
            ("+1.5h", Some(5400)),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
