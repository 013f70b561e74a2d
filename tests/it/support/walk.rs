//! Walks through a scenario step by step, each step told in words.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use straddle::internals::actors::driver::Action;
use straddle::internals::actors::{Actor, Step, faults};
use straddle::internals::world::World;
use straddle::internals::world::driver::DriverPhase;
use straddle::{Migration, Overrides, Scenario};

/// A scenario from its sections, without the two lines that every file has.
#[track_caller]
pub fn scenario(sections: &str) -> Scenario {
    let text = format!("apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n{sections}");
    let path = Path::new("walk/scenario.yaml");
    let no_files = |_: &Path| Err(io::ErrorKind::NotFound.into());
    match Scenario::parse(path, &text, &Overrides::default(), &no_files) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{problems:?}\n{text}"),
    }
}

/// Steps between `;` as the lines of a list in a scenario file.
pub fn list(steps: &str) -> String {
    let lines = steps
        .split(';')
        .map(|step| format!("  - {}\n", step.trim()));
    lines.collect()
}

/// A migration and where it is.
///
/// A step is `ACTOR SIDE: WHAT`, as in `kubelet source: stop containers of Pod 0`; the driver's
/// have no side, and a fault has its kind in place of an actor.
pub struct Walk {
    model: Migration,
    /// The state.
    pub world: World,
}

impl Walk {
    /// At the start of a scenario, given by its sections.
    #[track_caller]
    pub fn of(sections: &str) -> Self {
        let setup = scenario(sections).setup;
        let world = World::initial(&setup);
        let model = Migration::new(setup);
        Self { model, world }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.model.steps(&self.world, &mut steps);
        steps
    }

    fn name(&self, step: Step) -> String {
        let actor = match step {
            Step::Fault(fault) => faults::kind(fault.kind).name(),
            _ => step.actor().name(),
        };
        let side = step.cluster().map(|side| format!(" {}", side.name()));
        let text = step.describe(self.model.setup(), &self.world);
        format!("{actor}{}: {text}", side.unwrap_or_default())
    }

    /// The names of all steps that may come next and start like this.
    pub fn next(&self, prefix: &str) -> Vec<String> {
        let names = self.steps().into_iter().map(|step| self.name(step));
        names.filter(|name| name.starts_with(prefix)).collect()
    }

    /// Whether a step may come next.
    pub fn may(&self, name: &str) -> bool {
        self.next(name).iter().any(|next| next == name)
    }

    /// Takes steps, one a line; each must be possible.
    #[track_caller]
    pub fn take(&mut self, story: &str) -> &mut Self {
        for name in story.lines().map(str::trim).filter(|name| !name.is_empty()) {
            let steps = self.steps();
            let step = steps.into_iter().find(|&step| self.name(step) == name);
            let Some(step) = step else {
                panic!("cannot happen: {name}\nbut {:#?}", self.next(""));
            };
            self.world = self.model.after(&self.world, step);
        }
        self
    }

    /// Everything but the driver and faults runs until nothing is left to do. A step is not
    /// taken twice from one state, so that a controller that fails for ever lets others act.
    pub fn settle(&mut self) -> &mut Self {
        let is_quiet = |step: &Step| !matches!(step, Step::Driver(_) | Step::Fault(..));
        let mut taken = HashSet::new();
        loop {
            let mut steps = self.steps().into_iter().filter(is_quiet);
            let next = steps.find(|&step| taken.insert((self.world, step)));
            let Some(step) = next else { return self };
            assert!(taken.len() < 1000, "the components never come to rest");
            self.world = self.model.after(&self.world, step);
        }
    }

    /// The driver goes on by itself, without giving up, and everything settles before each of
    /// its steps, until it can do nothing or `stop` has been its step. What it did, in words.
    pub fn run_until(&mut self, stop: &str) -> Vec<String> {
        let mut story = Vec::new();
        while story.last().is_none_or(|last| last != stop) {
            self.settle();
            let own =
                |step: &Step| matches!(step, Step::Driver(action) if *action != Action::TimeOut);
            let Some(step) = self.steps().into_iter().find(own) else {
                break;
            };
            let name = self.name(step);
            story.push(name.trim_start_matches("driver: ").to_owned());
            self.world = self.model.after(&self.world, step);
            assert!(story.len() < 200, "the driver never comes to an end");
        }
        story
    }

    /// [`Self::run_until`] nothing is left to do.
    pub fn run(&mut self) -> Vec<String> {
        self.run_until("")
    }

    /// Nothing may happen that is no fault and not the driver's.
    pub fn is_at_rest(&self) -> bool {
        let mut steps = self.steps().into_iter();
        steps.all(|step| matches!(step, Step::Driver(_) | Step::Fault(..)))
    }

    /// How the driver is: `running`, `crashed`, `finished` or `failed`.
    pub fn driver(&self) -> &'static str {
        match self.world.driver.phase {
            DriverPhase::Running => "running",
            DriverPhase::Crashed => "crashed",
            DriverPhase::Finished => "finished",
            DriverPhase::Failed => "failed",
        }
    }
}

/// All actors have names that differ, or steps could not be told apart.
#[test]
fn actors_have_names_of_their_own() {
    let names: HashSet<&str> = Actor::ALL.iter().map(|actor| actor.name()).collect();
    assert_eq!(names.len(), Actor::ALL.len());
}
