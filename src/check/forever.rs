//! How an endless counterexample goes on, and why it is fair.

use super::trace::Replay;
use crate::actors::{Step, faults};
use crate::engine::{Searchable, WhyFair};

/// What repeats forever, and why that is fair; nothing for a finite counterexample.
pub(super) fn fairness(replay: &Replay<'_>) -> Vec<String> {
    let Some(start) = replay.history.loop_start else {
        return Vec::new();
    };
    let repeats = replay.history.repeats();
    if repeats.is_empty() {
        return vec![stays(replay)];
    }
    let (first, last) = (start + 1, replay.trace.steps.len());
    let which = match last - first {
        0 => format!("Step {first} repeats forever."),
        1 => format!("Steps {first} and {last} repeat forever."),
        _ => format!("Steps {first} to {last} repeat forever."),
    };
    let mut acting = Vec::new();
    let mut resting = Vec::new();
    for fair in &replay.trace.fair {
        let name = name_of_class(replay, fair.class);
        match fair.why {
            WhyFair::Happens(_) => acting.push(name),
            WhyFair::NotEnabled(after) => resting.push((name, after)),
        }
    }
    let resting = resting
        .into_iter()
        .map(|(name, after)| format!("{name} is disabled after step {after} in every round"));
    let reasons: Vec<String> = act(&acting).into_iter().chain(resting).collect();
    let mut sentences = vec![which];
    if !reasons.is_empty() {
        sentences.push(format!("The loop is fair: {}.", reasons.join("; ")));
    }
    sentences
}

/// A component that takes a step in the loop is not starved.
fn act(names: &[String]) -> Option<String> {
    let (last, rest) = names.split_last()?;
    Some(if rest.is_empty() {
        format!("{last} acts in every round")
    } else {
        format!("{} and {last} act in every round", rest.join(", "))
    })
}

/// Nothing is left to happen, but perhaps faults.
fn stays(replay: &Replay<'_>) -> String {
    let mut steps = Vec::new();
    replay.model.steps(replay.history.last(), &mut steps);
    let mut names: Vec<&str> = Vec::new();
    for step in steps {
        if let Step::Fault(fault) = step
            && !names.contains(&faults::kind(fault.kind).name())
        {
            names.push(faults::kind(fault.kind).name());
        }
    }
    if names.is_empty() {
        "Deadlock: no component has anything left to do.".to_owned()
    } else {
        format!(
            "Deadlock: only faults could still happen, and none has to ({}).",
            names.join(", ")
        )
    }
}

/// Who a class of fairness is, from one of its steps in the loop.
fn name_of_class(replay: &Replay<'_>, class: u16) -> String {
    let mut steps = Vec::new();
    let start = replay.history.loop_start.unwrap_or_default();
    for world in &replay.history.worlds[start..] {
        replay.model.steps(world, &mut steps);
    }
    let is_it = |step: &&Step| replay.model.fairness(step) == Some(class);
    let step = steps.iter().find(is_it).copied();
    let step = step.expect("some state of the loop enables the class");
    let actor = step.actor().name();
    let side = step.cluster().map(|side| format!(" of {}", side.name()));
    let ordinal = step
        .ordinal()
        .filter(|_| !matches!(step, Step::Controller(..)));
    let object = ordinal.map(|ordinal| format!(" for ordinal {ordinal}"));
    format!(
        "the {actor}{}{}",
        side.unwrap_or_default(),
        object.unwrap_or_default()
    )
}
