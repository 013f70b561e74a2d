//! Which flags each command understands, and what those do that it does not.

use super::arguments::Call;
use crate::runbook::session::Runner;

/// Flags that only say how something is printed.
const PRINTING: &[&str] = &[
    "allow-missing-template-keys",
    "chunk-size",
    "output",
    "server-print",
    "show-events",
    "show-kind",
    "show-labels",
    "show-managed-fields",
    "template",
];

/// Commands that are modelled, and their flags that are, beside those of printing.
const VERBS: &[(&str, &[&str])] = &[
    (
        "get",
        &[
            "all",
            "all-namespaces",
            "field-selector",
            "filename",
            "ignore-not-found",
            "label-columns",
            "no-headers",
            "selector",
            "sort-by",
        ],
    ),
    (
        "patch",
        &["dry-run", "patch", "patch-file", "subresource", "type"],
    ),
    (
        "scale",
        &["current-replicas", "dry-run", "replicas", "timeout"],
    ),
    ("create", CREATE),
    ("apply", CREATE),
    ("replace", CREATE),
    (
        "delete",
        &[
            "cascade",
            "dry-run",
            "filename",
            "force",
            "grace-period",
            "ignore-not-found",
            "now",
            "recursive",
            "selector",
            "timeout",
            "wait",
        ],
    ),
    ("wait", &["for", "selector", "timeout"]),
    ("rollout", &["timeout", "watch"]),
];

/// Those of `create`, `apply` and `replace`.
const CREATE: &[&str] = &[
    "append-hash",
    "cert",
    "docker-email",
    "docker-password",
    "docker-server",
    "docker-username",
    "dry-run",
    "filename",
    "force-conflicts",
    "from-env-file",
    "from-file",
    "from-literal",
    "key",
    "openapi-patch",
    "overwrite",
    "recursive",
    "save-config",
    "server-side",
    "timeout",
    "type",
    "validate",
    "wait",
    "windows-line-endings",
];

/// Notes the first flag of a call that its command does not understand. Whether there is none.
pub fn check(runner: &mut Runner<'_>, call: &Call) -> bool {
    if let Some(problem) = &call.problem {
        let help = "see `kubectl COMMAND --help`, or leave it out";
        runner.not_modelled(format!("`kubectl`: {problem}"), help);
        return false;
    }
    let verb = call.words.first().map_or("", String::as_str);
    let Some((_, known)) = VERBS.iter().find(|(known, _)| *known == verb) else {
        return true;
    };
    let known: Vec<&str> = known.iter().chain(PRINTING).copied().collect();
    let flag = call.unknown_flag(&known).map(str::to_owned);
    let flag = flag.or_else(|| {
        let is_off = verb == "apply" && call.is_off("overwrite");
        is_off.then(|| "overwrite".to_owned())
    });
    if let Some(flag) = &flag {
        let what = format!("`kubectl {verb} --{flag}` is not modelled");
        runner.not_modelled(what, instead(verb, flag));
    }
    flag.is_none()
}

/// What to do where a flag is not modelled.
fn instead(verb: &str, flag: &str) -> &'static str {
    match (verb, flag) {
        ("delete", "all") => {
            "it deletes every object of the kind in the namespace: name those that are meant"
        }
        ("wait", "all") => "name the objects: `kubectl wait --for=delete pod/web-5`",
        ("apply", "prune" | "prune-allowlist" | "all" | "selector") => {
            "it deletes what is in none of the files: delete by name what shall go"
        }
        ("apply" | "replace", "force" | "cascade" | "grace-period") => {
            "it deletes the object and creates it anew: write `kubectl delete`, then `kubectl \
             create`"
        }
        ("get", "watch" | "watch-only") => "look once; a loop can look again",
        (_, "field-selector" | "selector" | "all-namespaces") => "name the objects",
        (_, "kustomize") => "render it first: `kubectl kustomize FOLDER > FILE`, then `-f FILE`",
        (_, "edit") => "write what is edited into the file",
        ("scale", "all") => "it scales every set of the namespace: name the one that is meant",
        ("scale", "resource-version") => {
            "only the cluster knows it: ask for the present number with `--current-replicas`"
        }
        ("rollout", "revision") => "wait for the present revision: leave it out",
        (_, "local") => "it asks nothing of the cluster: leave the command out",
        (_, "raw") => "name the object in place of its path",
        _ => "see the flags that docs/runbooks.md lists",
    }
}
