//! `kubectl`: which cluster, which objects, and what is asked of them.

mod arguments;
mod claims;
mod columns;
mod copies;
mod create;
mod defaults;
mod delete;
mod disks;
mod documents;
mod flags;
mod get;
mod jsonpath;
mod kinds;
mod metadata;
mod notes;
mod patch;
mod requests;
mod selector;
mod sets;
pub mod strategic;
mod target;
mod volumes;
mod wait;
pub mod whole;

use crate::runbook::findings::NO_EFFECT;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use arguments::Call;
use requests::{How, opaque};

/// A call of `kubectl`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, arguments: &[&str], state: State) -> Result<Outcome, Halt> {
    let words = ["kubectl"].iter().chain(arguments);
    let words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
    let call = Call::parse(&words[1..]);
    runner.session.calls.push(words);
    let verb = call.words.first().map_or("", String::as_str);
    if let Some(&(_, what, help)) = REFUSED.iter().find(|(verbs, ..)| verbs.contains(&verb)) {
        runner.not_modelled(format!("`kubectl {verb}` is not modelled: {what}"), help);
        return Ok(Outcome::ok(state));
    }
    if !flags::check(runner, &call) {
        return Ok(Outcome::ok(state));
    }
    if call.is_dry() && verb != "create" && verb != "apply" {
        // A request that is only tried changes nothing; what it would print is not known.
        let text = "only tried: it changes nothing, and is assumed to succeed";
        let command = runner.findings.command_at(&runner.span);
        runner.findings.assume(runner.span.clone(), command, text);
        return Ok(Outcome::ok(opaque(runner, state, "what a dry run says")));
    }
    let outcome = match verb {
        "get" => return get::run(runner, &call, state),
        "config" => return Ok(config(runner, &call, state)),
        "create" if call.is_dry() => return create::run(runner, &call, state, How::Create),
        "apply" if call.is_dry() => return create::run(runner, &call, state, How::Apply),
        "patch" => patch::run(runner, &call, state),
        "scale" => patch::scale(runner, &call, state),
        "create" => create::run(runner, &call, state, How::Create),
        "apply" => create::run(runner, &call, state, How::Apply),
        "replace" => create::run(runner, &call, state, How::Replace),
        "delete" => delete::run(runner, &call, state),
        "wait" => wait::run(runner, &call, state),
        "rollout" => wait::rollout(runner, &call, state),
        "label" | "annotate" => Ok(notes::run(runner, &call, state)),
        "run" => Ok(notes::pod(runner, &call, state)),
        _ => return Ok(other(runner, verb, state)),
    };
    outcome.map(|outcome| said(runner, verb, outcome))
}

/// Commands that are refused whatever they are given: what they can do to a move, and what to do
/// instead.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (
        &["edit"],
        "a person changes the object",
        "use `kubectl patch`, which says what it changes",
    ),
    (
        &["drain"],
        "it evicts the Pods of a node, and nodes are not modelled",
        "evictions are the fault `eviction`",
    ),
    (
        &["cordon", "taint"],
        "it keeps Pods from a node, and nodes are not modelled",
        "do it before the set moves",
    ),
    (
        &["autoscale"],
        "an autoscaler changes `replicas` of the set beside the script",
        "let nothing but the script scale the set while it moves",
    ),
    (
        &["set"],
        "it changes a Pod template, and the controller would replace the Pods one after the other",
        "leave the template as it is while the set moves",
    ),
    (
        &["debug"],
        "it changes a Pod, or makes a copy of it",
        "look with `kubectl exec`, `logs` or `describe`",
    ),
    (
        &["attach", "proxy", "port-forward"],
        "it stays until it is stopped",
        "take it out of the script",
    ),
];

/// Commands that ask for nothing that the model has.
fn other(runner: &mut Runner<'_>, verb: &str, state: State) -> Outcome {
    let what = format!("kubectl {verb}");
    match verb {
        "exec" | "cp" | "expose" | "uncordon" => {
            let findings = &mut runner.findings;
            findings.assume(runner.span.clone(), what.clone(), NO_EFFECT);
        }
        "logs" | "describe" | "top" | "events" | "version" | "cluster-info" | "explain"
        | "api-resources" | "api-versions" | "auth" | "diff" | "completion" | "options"
        | "help" | "plugin" => (),
        _ => {
            runner.not_modelled(
                format!("`{what}` is not modelled"),
                "see the commands that docs/runbooks.md lists",
            );
        }
    }
    Outcome::ok(opaque(runner, state, &format!("what {what} says")))
}

/// What a command prints that is done, where somebody reads it.
fn said(runner: &mut Runner<'_>, verb: &str, outcome: Outcome) -> Outcome {
    let says = |state: State, runner: &mut Runner<'_>| {
        if state.shell.output.is_empty() {
            return state;
        }
        let text = documents::unknown(runner, format!("what kubectl {verb} says"));
        let mut state = state;
        state.shell.write(&(text + "\n"));
        state
    };
    let ok = outcome.ok.into_iter().map(|state| says(state, runner));
    Outcome {
        ok: ok.collect(),
        ..outcome
    }
}

/// Notes what only the whole script shows.
pub fn finish(runner: &mut Runner<'_>) {
    create::check_reruns(runner);
}

fn config(runner: &mut Runner<'_>, call: &Call, state: State) -> Outcome {
    let mut state = state;
    let words: Vec<&str> = call.words.iter().skip(1).map(String::as_str).collect();
    match words[..] {
        ["use-context" | "use", name] => state.known.context = Some(name.into()),
        ["set-context", ..] if call.is_on("current") => {
            state.known.namespace = call.flag("namespace").map(Into::into);
        }
        ["current-context"] => {
            let name = match &state.known.context {
                Some(name) => name.to_string(),
                None => documents::unknown(runner, "the present context".to_owned()),
            };
            state.shell.write(&format!("{name}\n"));
        }
        ["get-contexts" | "view" | "get-clusters", ..] => {
            return Outcome::ok(opaque(runner, state, "the contexts"));
        }
        _ => runner.not_modelled(
            format!("`kubectl config {}` is not modelled", words.join(" ")),
            "use `--context`",
        ),
    }
    Outcome::ok(state)
}

/// The side that other programs talk to with these flags of kubectl; what is not known is noted.
pub fn side(
    runner: &mut Runner<'_>,
    flags: &[String],
    state: &State,
) -> Option<crate::world::id::ClusterId> {
    target::cluster(runner, &Call::parse(flags), state)
}
