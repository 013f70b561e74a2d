//! Programs that are not modelled, and which of them may be taken to be harmless.
//!
//! Whoever says so names the program: `--assume-harmless=NAME`, or `# straddle: harmless=NAME` behind
//! the command. It is taken to succeed and to change nothing that is checked, so it must be one whose
//! end decides nothing, and that cannot reach a cluster.

use super::call::Call;
use crate::runbook::findings::NO_EFFECT;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::symbols::Symbol;

/// Programs that talk to a cluster.
const CLUSTER: [&str; 6] = ["kubectl", "k", "oc", "helm", "kustomize", "flux"];

/// Builtins and programs that change the shell, or run what they are given.
const RUNNERS: [&str; 45] = [
    ".", "alias", "ash", "bash", "bg", "bind", "builtin", "caller", "coproc", "dash", "disown",
    "doas", "enable", "env", "eval", "exec", "fg", "find", "getopts", "jobs", "ksh", "logout",
    "nice", "nohup", "parallel", "popd", "pushd", "setsid", "sh", "source", "ssh", "stdbuf", "su",
    "sudo", "suspend", "time", "timeout", "times", "ulimit", "unalias", "wait", "watch", "xargs",
    "zsh", "kill",
];

/// Why a program can never be taken to be harmless, if it cannot.
///
/// # Errors
/// Why, in words.
pub fn may_be_harmless(name: &str) -> Result<(), String> {
    let file = name.rsplit('/').next().unwrap_or(name);
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err("name one program".to_owned());
    }
    if CLUSTER.contains(&file) {
        return Err(format!("`{name}` talks to a cluster"));
    }
    if RUNNERS.contains(&file) {
        return Err(format!(
            "`{name}` changes the shell, or runs other commands"
        ));
    }
    Ok(())
}

/// A program that is not followed: harmless if somebody says so, or else refused.
pub fn unknown(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let name = call.name;
    let refused = refusal(runner, &call);
    let named = runner.session.harmless.iter().any(|other| other == name);
    let is_excused = named || runner.session.markers.is_harmless(&runner.own_span, name);
    match (is_excused, refused) {
        (true, None) => {
            let what = runner.findings.command_at(&runner.span);
            runner.findings.assume(runner.span.clone(), what, NO_EFFECT);
        }
        (true, Some((why, help))) => {
            let what = format!("`{name}` cannot be taken to be harmless here: {why}");
            runner.not_modelled(what, help);
        }
        (false, Some((_, help))) => {
            runner.not_modelled(format!("`{name}` is not modelled"), help);
        }
        (false, None) if runner.is_heard(&call.state) => {
            let help = "what it says is used: write it into the script instead";
            runner.not_modelled(format!("`{name}` is not modelled"), help);
        }
        (false, None) => {
            let help = format!(
                "if it cannot change what is checked, say so: `--assume-harmless={name}`, or \
                 `# straddle: harmless={name}` behind it"
            );
            runner.not_modelled(format!("`{name}` is not modelled"), help);
        }
    }
    says_something(runner, call)
}

/// Why a call cannot be taken to be harmless, and what to do instead.
fn refusal(runner: &Runner<'_>, call: &Call<'_>) -> Option<(String, &'static str)> {
    let name = call.name;
    if matches!(name, "source" | ".") {
        let why = "it runs another file".to_owned();
        return Some((why, "put what it has into this script"));
    }
    if matches!(name, "wait" | "jobs" | "fg" | "bg" | "disown") {
        let why = "it is about commands in the background".to_owned();
        let help = "commands in the background are not modelled; let one follow the other";
        return Some((why, help));
    }
    if let Some(word) = call
        .words
        .iter()
        .find(|word| reaches_cluster(&call.state, word))
    {
        let help = "call it as a command of its own; a wait has its own `--timeout`";
        return Some((format!("it may run `{word}`"), help));
    }
    if let Err(why) = may_be_harmless(name) {
        return Some((
            why,
            "write the commands that it runs as commands of their own",
        ));
    }
    runner.steers.then(|| {
        let why = "how it ends decides what the script does next".to_owned();
        let help = "how it ends decides what the script does: ask a cluster there, as in \
                    `if kubectl get …` or `[ \"$(kubectl get … -o jsonpath=…)\" = … ]`";
        (why, help)
    })
}

/// Whether a word names a program that talks to a cluster, or a function of the script, which may
/// call one.
fn reaches_cluster(state: &State, word: &str) -> bool {
    let is_end = |c: char| !(c == '_' || c == '-' || c.is_ascii_alphanumeric());
    let mut parts = word.split(is_end);
    parts.any(|part| CLUSTER.contains(&part) && part != "k") || state.shell.function(word).is_some()
}

/// What a program says is not known.
pub fn says_something(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    let said = runner.symbol(Symbol::Other(format!("what {} says", call.name)));
    state.shell.write(&said);
    Outcome::ok(state)
}
