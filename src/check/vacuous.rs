//! What a search has never seen: steps that do not happen, waits that guard nothing. And what it
//! has seen where everything stands still.

use super::{CheckOptions, Engine, end};
use crate::actors::Step;
use crate::actors::driver::{self, Event};
use crate::engine::{Outcome, Trace};
use crate::model::Migration;
use crate::report::{DeadEnds, Vacuous};
use crate::scenario::{Scenario, StepSource};
use crate::world::World;
use crate::world::driver::DriverPhase;
use crate::world::program::{Instruction, Look, Operation, Timeout};

/// Steps of the program that never happen, and waits that never wait or never end. Nothing, if
/// the space was not searched to its end.
pub(super) fn vacuous(
    scenario: &Scenario,
    options: &CheckOptions,
    outcome: &Outcome<Step>,
) -> Vec<Vacuous> {
    if !outcome.statistics.complete || options.engine != Engine::Exhaustive {
        return Vec::new();
    }
    let program = &scenario.setup.program;
    let mut found = Vec::new();
    for (number, source) in scenario.steps.iter().enumerate() {
        let instructions = program.instructions.iter().enumerate();
        let of_step: Vec<(usize, &Instruction)> = instructions
            .filter(|(_, instruction)| usize::from(instruction.step) == number)
            .collect();
        if let Some(text) = of_one(&of_step, outcome) {
            found.push(Vacuous {
                line: source.location.line,
                text: format!("`{}` {text}", words(source)),
            });
        }
    }
    found
}

/// What is to be said of properties that hold and never mattered.
pub(super) fn notes(outcome: &Outcome<Step>) -> Vec<String> {
    let never_mattered = outcome.decisions.iter().filter(|decision| decision.vacuous);
    never_mattered
        .map(|decision| {
            let name = decision.name;
            format!("{name} holds vacuously: no path reaches the goal")
        })
        .collect()
}

/// The step as it stands in the file.
fn words(source: &StepSource) -> &str {
    source.text.strip_prefix("- ").unwrap_or(&source.text)
}

/// What is to be said of one step, given its instructions.
fn of_one(step: &[(usize, &Instruction)], outcome: &Outcome<Step>) -> Option<String> {
    let seen = |position: usize, event: Event| outcome.labels.contains(event.label(position));
    let events = [Event::Done, Event::TimedOut, Event::Waiting];
    let happens = |&(position, _): &(usize, _)| events.iter().any(|&event| seen(position, event));
    if step.is_empty() {
        return None;
    }
    if !step.iter().any(happens) {
        return Some("is never executed: the driver does not get there".to_owned());
    }
    let wait = |&(position, instruction): &(usize, &Instruction)| match instruction.operation {
        // The wait behind a DELETE belongs to it.
        Operation::AwaitGone(_, Look::First, timeout) | Operation::Await(_, timeout) => {
            Some((position, timeout))
        }
        _ => None,
    };
    // A loop of a script repeats its steps: whatever one of the waits does counts.
    let waits: Vec<(usize, Timeout)> = step.iter().filter_map(wait).collect();
    let &(_, timeout) = waits.first()?;
    let event = |event| waits.iter().any(|&(position, _)| seen(position, event));
    if !event(Event::Waiting) {
        let given_up = match timeout {
            Timeout::Never => "",
            Timeout::Fail | Timeout::Continue => ", and it never times out",
        };
        return Some(format!(
            "never blocks: its condition already holds whenever the driver gets there, so it \
             guards nothing here{given_up}"
        ));
    }
    if event(Event::Done) {
        return None;
    }
    Some(match timeout {
        Timeout::Never => "never completes: its condition never becomes true".to_owned(),
        Timeout::Fail | Timeout::Continue => {
            "only ever times out: its condition never becomes true".to_owned()
        }
    })
}

/// The states in which nothing can happen and that are not the goal; nothing, if there are none,
/// or if the space was not searched to its end.
pub(super) fn dead_ends(
    scenario: &Scenario,
    model: &Migration,
    outcome: &Outcome<Step>,
) -> Option<DeadEnds> {
    let nearest = outcome.ends.nearest.as_ref();
    let nearest = nearest.filter(|_| outcome.statistics.complete)?;
    let (line, text) = stands_still(scenario, model, nearest);
    Some(DeadEnds {
        states: outcome.ends.number,
        steps: nearest.steps.len(),
        faults: nearest.faults,
        line,
        text,
    })
}

/// How a path ends after which nothing happens, and the line of the program that it is about.
fn stands_still(
    scenario: &Scenario,
    model: &Migration,
    trace: &Trace<Step>,
) -> (Option<usize>, String) {
    let setup = model.setup();
    let worlds = trace.states(model);
    let last = worlds.last().expect("the initial state");
    let line = |position: u16| {
        let instruction = setup.program.at(position)?;
        let source = scenario.steps.get(usize::from(instruction.step));
        source.map(|source| source.location.line)
    };
    let advance = Step::Driver(driver::Action::Advance);
    match last.driver.phase {
        DriverPhase::Running => {
            let waits_for = advance.describe(setup, last);
            let text = format!("the driver waits forever: \"{waits_for}\" never becomes true");
            (line(last.driver.position), text)
        }
        DriverPhase::Finished => {
            let missing = end::missing(setup, last);
            (None, format!("the program has finished, but {missing}"))
        }
        DriverPhase::Failed | DriverPhase::Crashed => {
            let is_failed = |pair: &[World]| {
                pair[0].driver.phase == DriverPhase::Running
                    && pair[1].driver.phase == DriverPhase::Failed
            };
            let Some(number) = worlds.windows(2).position(is_failed) else {
                return (None, "the driver is not running".to_owned());
            };
            let (before, step) = (&worlds[number], trace.steps[number]);
            let text = step.describe(setup, before);
            let text = format!("the program has stopped at \"{text}\"");
            (line(before.driver.position), text)
        }
    }
}
