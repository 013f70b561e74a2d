//! `kubectl`: which cluster, which objects, and what is asked of them.

mod arguments;
mod create;
mod delete;
mod disks;
mod documents;
mod get;
mod jsonpath;
mod patch;
mod requests;
mod selector;
pub mod strategic;
mod target;
mod volumes;
mod wait;

use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use arguments::{Call, UNKNOWN_FLAG};
use requests::{How, opaque};

/// A call of `kubectl`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, arguments: &[&str], state: State) -> Result<Outcome, Halt> {
    let words = ["kubectl"].iter().chain(arguments);
    let words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
    let parsed = Call::parse(&words[1..]);
    runner.session.calls.push(words);
    let call = match parsed {
        Ok(call) => call,
        Err(what) => {
            runner.not_modelled(what, UNKNOWN_FLAG);
            return Ok(Outcome::ok(state));
        }
    };
    let verb = call.words.first().map_or("", String::as_str);
    if call
        .flag("dry-run")
        .is_some_and(|value| value != "none" && value != "false")
        && verb != "create"
    {
        // A request that is only tried changes nothing; what it would print is not known.
        return Ok(Outcome::ok(opaque(runner, state, "what a dry run says")));
    }
    match verb {
        "get" => get::run(runner, &call, state),
        "patch" => patch::run(runner, &call, state),
        "scale" => patch::scale(runner, &call, state),
        "create" => create::run(runner, &call, state, How::Create),
        "apply" => create::run(runner, &call, state, How::Apply),
        "replace" => create::run(runner, &call, state, How::Replace),
        "delete" => delete::run(runner, &call, state),
        "wait" => wait::run(runner, &call, state),
        "rollout" => wait::rollout(runner, &call, state),
        "config" => Ok(config(runner, &call, state)),
        "exec" | "logs" | "describe" | "top" | "events" | "version" | "cluster-info"
        | "explain" | "api-resources" | "auth" | "diff" => {
            let what = format!("kubectl {verb}");
            if verb == "exec" {
                runner.findings.assume(
                    runner.span.clone(),
                    what.clone(),
                    "taken to succeed, and to change nothing that is checked",
                );
            }
            Ok(Outcome::ok(opaque(
                runner,
                state,
                &format!("what {what} says"),
            )))
        }
        "annotate" => {
            let text = "annotations are not modelled";
            runner
                .findings
                .assume(runner.span.clone(), "kubectl annotate".to_owned(), text);
            Ok(Outcome::ok(state))
        }
        _ => {
            let help = match verb {
                "label" => "a label can take a Pod away from its set",
                "edit" => "use `kubectl patch`, which says what it changes",
                "drain" | "cordon" | "taint" => {
                    "nodes are not modelled; evictions are the fault `eviction`"
                }
                _ => "see the commands that docs/runbooks.md lists",
            };
            runner.not_modelled(format!("`kubectl {verb}` is not modelled"), help);
            Ok(Outcome::ok(state))
        }
    }
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
            let name = state.known.context.clone().unwrap_or_else(|| "".into());
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
    let call = Call::parse(flags).ok()?;
    target::cluster(runner, &call, state)
}
