//! How an endless counterexample goes on, and why nobody may stop it.

use super::story::Told;
use crate::actors::{Step, faults};
use crate::engine::{Searchable, WhyFair};
use crate::properties::completes;
use crate::report::count;
use crate::world::driver::DriverPhase;

/// The story in one sentence.
pub(super) fn story(told: &Told<'_>) -> String {
    let repeats = told.repeats();
    if told.property.name != completes::PROPERTY.name {
        let goal = goal(told).unwrap_or_default();
        return if repeats.is_empty() {
            format!("The migration is over after step {goal}, and does not stay so.")
        } else {
            format!("The migration is over after step {goal}, and then again and again is not.")
        };
    }
    if !repeats.is_empty() {
        let steps = count(repeats.len(), "step");
        return format!("The migration need never come to its goal: {steps} repeat for ever.");
    }
    let text = match told.last().driver.phase {
        DriverPhase::Failed => "The program ends before its last step.",
        DriverPhase::Finished => "The program finishes, and the goal is not reached.",
        DriverPhase::Running | DriverPhase::Crashed => "The migration stops half way.",
    };
    text.to_owned()
}

/// The step after which the goal was there for the first time.
fn goal(told: &Told<'_>) -> Option<usize> {
    let setup = told.setup();
    told.worlds.iter().position(|world| world.is_goal(setup))
}

/// What goes on for ever, and why nothing has to end it; nothing for a story that just ends.
pub(super) fn fairness(told: &Told<'_>) -> Vec<String> {
    let Some(start) = told.trace.loop_start else {
        return Vec::new();
    };
    let repeats = told.repeats();
    if repeats.is_empty() {
        return vec![stays(told)];
    }
    let (first, last) = (start + 1, told.trace.steps.len());
    let which = match last - first {
        0 => format!("Step {first} repeats for ever."),
        1 => format!("Steps {first} and {last} repeat for ever."),
        _ => format!("Steps {first} to {last} repeat for ever."),
    };
    let mut acting = Vec::new();
    let mut resting = Vec::new();
    for fair in &told.trace.fair {
        let name = told.name_of_class(fair.class);
        match fair.why {
            WhyFair::Happens(_) => acting.push(name),
            WhyFair::NotEnabled(after) => resting.push((name, after)),
        }
    }
    let mut sentences = vec![which];
    sentences.extend(act(&acting));
    sentences.extend(resting.into_iter().map(|(name, after)| {
        format!("Nothing makes {name} act: after step {after} it cannot, each time round.")
    }));
    sentences
}

/// Whoever has a step in the loop is not kept from acting.
fn act(names: &[String]) -> Option<String> {
    let (last, rest) = names.split_last()?;
    Some(if rest.is_empty() {
        format!("Nobody is kept from acting for ever: {last} acts in each round.")
    } else {
        format!(
            "Nobody is kept from acting for ever: {} and {last} act in each round.",
            rest.join(", ")
        )
    })
}

/// Nothing is left to happen, but perhaps faults.
fn stays(told: &Told<'_>) -> String {
    let mut steps = Vec::new();
    told.model.steps(told.last(), &mut steps);
    let mut names: Vec<&str> = Vec::new();
    for step in steps {
        if let Step::Fault(fault) = step
            && !names.contains(&faults::kind(fault.kind).name())
        {
            names.push(faults::kind(fault.kind).name());
        }
    }
    if names.is_empty() {
        "It stays so for ever: nothing is left to happen.".to_owned()
    } else {
        format!(
            "It stays so for ever: nothing is left to happen but faults, which need not strike \
             ({}).",
            names.join(", ")
        )
    }
}

impl Told<'_> {
    /// The steps that repeat for ever.
    pub fn repeats(&self) -> &[Step] {
        let start = self.trace.loop_start.unwrap_or(self.trace.steps.len());
        self.trace.steps.get(start..).unwrap_or_default()
    }

    /// Who a class of fairness is, from one of its steps in the loop.
    fn name_of_class(&self, class: u16) -> String {
        let mut steps = Vec::new();
        let start = self.trace.loop_start.unwrap_or_default();
        for world in &self.worlds[start..] {
            self.model.steps(world, &mut steps);
        }
        let is_it = |step: &&Step| self.model.fairness(step) == Some(class);
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
}
