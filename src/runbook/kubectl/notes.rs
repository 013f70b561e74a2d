//! `kubectl label`, `annotate` and `run`: what no component of the model looks at.

use super::arguments::Call;
use super::target::{self, Thing, kind_of, things};
use crate::runbook::findings::NO_EFFECT;
use crate::runbook::session::{Outcome, Runner, State};

/// `kubectl label` and `annotate`.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Outcome {
    let verb = call.words[0].clone();
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Outcome::ok(state);
    };
    let is_note = |word: &&String| word.contains('=') || word.ends_with('-');
    let (notes, words): (Vec<&String>, Vec<&String>) =
        call.words[1..].iter().partition(|word| is_note(word));
    let words: Vec<String> = words.into_iter().cloned().collect();
    let kind = words
        .first()
        .map(|word| word.split('/').next().unwrap_or(word));
    let kind = kind.and_then(kind_of);
    let binds = notes.iter().any(|note| note.contains("pv.kubernetes.io/"));
    if verb == "label" && (kind == Some("pod") || call.words.len() < 2) {
        let what =
            "`kubectl label` is not modelled for a Pod: a label can take it away from its set";
        runner.not_modelled(what, "leave it out");
    } else if binds {
        let what = format!(
            "`kubectl {verb}` of `pv.kubernetes.io/…` is not modelled: the binder reads it"
        );
        let help = "create the object with the annotations that it shall have";
        runner.not_modelled(what, help);
    } else {
        // A name that is misspelt is a mistake here, too.
        let has_names = !call.is_on("all") && call.flag("selector").is_none();
        let has_names = has_names && call.flag("filename").is_none();
        let named = words.len() > 1 || words.iter().any(|word| word.contains('/'));
        let known: Vec<Thing> = if has_names && named {
            things(runner, &words, cluster).unwrap_or_default()
        } else {
            Vec::new()
        };
        let what = if known.is_empty() {
            format!("kubectl {verb}")
        } else {
            format!("kubectl {verb} {}", words.join(" "))
        };
        let text = "assumed to succeed; labels and annotations are not modelled";
        runner.findings.assume(runner.span.clone(), what, text);
    }
    Outcome::ok(state)
}

/// `kubectl run`: a Pod beside the set. The label that it gets by itself is no label of the set.
pub fn pod(runner: &mut Runner<'_>, call: &Call, state: State) -> Outcome {
    if target::cluster(runner, call, &state).is_none() {
        return Outcome::ok(state);
    }
    let flags = ["labels", "selector", "overrides"];
    if let Some(flag) = flags.into_iter().find(|flag| call.flag(flag).is_some()) {
        let what = format!(
            "`kubectl run --{flag}` is not modelled: the set adopts a Pod of its name that has its \
             labels"
        );
        runner.not_modelled(what, "leave it out");
    } else {
        let what = "kubectl run".to_owned();
        runner.findings.assume(runner.span.clone(), what, NO_EFFECT);
    }
    Outcome::ok(state)
}
