//! A scenario's always-properties for every number of replicas.
//!
//! What the search has broken is broken. The rest is looked for in views of one ordinal beside
//! those that the driver names, then of two, then of three. An invariant that some view breaks may
//! still be kept: that is decided by a search with few replicas, and by larger views.

use std::cell::Cell;
use std::time::Instant;

use super::proof_scope::{ProofScope, aim_of, invariant, sizes};
use super::trace::Replay;
use super::verdicts::is_as_expected;
use super::{Task, Watch, certificate, decide, merge, question, story};
use crate::actors::Step;
use crate::actors::faults;
use crate::engine::{Progress, Trace, Verdict as Decided};
use crate::every_n::MOST_FREE;
use crate::every_n::cutoff::cutoff;
use crate::every_n::fixpoint::{Closure, GaveUp, Limits, close};
use crate::model::Migration;
use crate::model::sizes::Sizes;
use crate::properties::{self, Locality, Property};
use crate::report::every_n::Scope;
use crate::report::{EveryN, EveryNResult, PropertyResult, Reason, ScenarioResult, Verdict};
use crate::scenario::{self, Scenario};
use crate::world::setup::{Budget, Setup};

/// The most replicas with which a way to break an invariant is looked for.
const MOST_REPLICAS: u8 = 3;
/// The most faults on it.
const MOST_FAULTS: u8 = 3;
/// States that one such search may take.
const STATES: u64 = 20_000;
/// States that may be looked at to see whether a few replicas show all views.
const CUTOFF_STATES: usize = 20_000;

/// Why there is no proof of liveness.
const ABOUT_PATHS: &str = "it is a property of paths, and views describe states";

/// Proves what can be proved of a scenario that has been searched.
pub(super) fn prove(task: &Task<'_>, searched: &ScenarioResult, watch: &dyn Watch) -> EveryN {
    let start = Instant::now();
    let proving = Proving {
        task,
        watch,
        views: Cell::new(0),
    };
    let scenario = task.scenario;
    let asked = searched.properties.iter();
    let asked = asked.filter_map(|result| Some((result, properties::by_name(&result.name)?)));
    let mut open: Vec<(ProofScope, &'static Property)> = Vec::new();
    let mut every_n = EveryN {
        faults: kinds(&scenario.setup.budget),
        ..EveryN::default()
    };
    for (result, property) in asked {
        if (property.applies)(&scenario.setup).is_err() {
            continue;
        }
        let (known, scope) = proving.at_once(result, property);
        every_n.properties.push(known);
        open.extend(scope.map(|scope| (scope, property)));
    }
    proving.close_all(&open, &mut every_n);
    if every_n
        .properties
        .iter()
        .any(|property| property.scope.is_some())
    {
        every_n.assumptions = assumptions(scenario);
    }
    every_n.seconds = start.elapsed().as_secs_f64();
    every_n
}

/// Adds proofs to what a search has found. What is proved for every number of replicas holds with
/// those of the scenario; what the search has broken later is broken.
pub(super) fn add(task: &Task<'_>, proofs: &EveryN, result: &mut ScenarioResult) {
    let mut proofs = proofs.clone();
    for property in &mut result.properties {
        if property.verdict == Verdict::Inconclusive && proofs.proves(&property.name) {
            property.verdict = Verdict::Holds;
            property.reason = Some(Reason::ProvedForEveryN);
            property.as_expected = is_as_expected(task.scenario, property, task.options);
        }
        let Some(story) = property.counterexample.as_ref() else {
            continue;
        };
        let mut results = proofs.properties.iter_mut();
        if let Some(known) = results.find(|known| known.name == property.name)
            && matches!(known.verdict, Verdict::Holds | Verdict::Inconclusive)
        {
            assert_ne!(known.verdict, Verdict::Holds, "what is proved is broken");
            known.verdict = Verdict::Violated;
            known.reason = None;
            known.breaks_with = Some((story.replicas, story.faults));
        }
    }
    result.every_n = Some(proofs);
    result.sum_up();
}

fn kinds(budget: &Budget) -> Vec<String> {
    let kinds = budget.kinds();
    kinds
        .iter()
        .map(|id| faults::kind(id).name().to_owned())
        .collect()
}

fn assumptions(scenario: &Scenario) -> Vec<String> {
    let mut assumptions = vec![
        "that the model matches Kubernetes".to_owned(),
        "that a step depends on other ordinals only as it declares: on all of them, on some of \
         them, or on a few by name"
            .to_owned(),
    ];
    let mut instructions = scenario.setup.program.instructions.iter();
    let counts = instructions.any(|instruction| match instruction.operation {
        crate::world::program::Operation::Await(condition, _) => {
            condition.footprint().count.is_some()
        }
        _ => false,
    });
    if counts {
        assumptions.push(
            "that a wait for a count may also end because other ordinals make up the number"
                .to_owned(),
        );
    }
    assumptions
}

/// A scenario of which something is to be proved.
struct Proving<'a> {
    task: &'a Task<'a>,
    watch: &'a dyn Watch,
    /// Views of the closures before the present one.
    views: Cell<usize>,
}

impl Proving<'_> {
    /// What is known of a property without a proof, and what is to be proved if nothing is.
    fn at_once(
        &self,
        result: &PropertyResult,
        property: &Property,
    ) -> (EveryNResult, Option<ProofScope>) {
        let scenario = self.task.scenario;
        let blank = EveryNResult {
            name: result.name.clone(),
            verdict: Verdict::NotApplicable,
            says: None,
            scope: None,
            reason: None,
            breaks_with: None,
            counterexample: None,
        };
        let not_covered = |reason| EveryNResult {
            reason: Some(reason),
            ..blank.clone()
        };
        if property.kind.is_about_paths() {
            return (not_covered(ABOUT_PATHS.to_owned()), None);
        }
        if let Some(story) = result.counterexample.as_ref() {
            let known = EveryNResult {
                verdict: Verdict::Violated,
                breaks_with: Some((story.replicas, story.faults)),
                ..blank
            };
            return (known, None);
        }
        if scenario.runbook.is_some() {
            return (
                not_covered("the script names ordinals by number".to_owned()),
                None,
            );
        }
        if let Some(line) = scenario.program_fixed_at {
            let reason = format!("line {line} names an ordinal by number");
            return (not_covered(reason), None);
        }
        match aim_of(&scenario.setup, property) {
            Ok(scope) => (blank, Some(scope)),
            Err(reason) => (not_covered(reason.to_owned()), None),
        }
    }

    /// Proves what is open, all that has the same scope together.
    fn close_all(&self, open: &[(ProofScope, &'static Property)], every_n: &mut EveryN) {
        let mut aims: Vec<ProofScope> = Vec::new();
        for (scope, _) in open {
            if !aims.contains(scope) {
                aims.push(*scope);
            }
        }
        for scope in aims {
            let same = open.iter().filter(|(other, _)| *other == scope);
            let mut left: Vec<&'static Property> = same.map(|(_, property)| *property).collect();
            if matches!(scope, ProofScope::Down(_)) {
                // The faults are the scenario's own: that is soon decided.
                left.retain(|property| !self.refute(property, every_n));
            }
            // Fewer are down than may be, in most migrations: that is the stronger invariant.
            if let ProofScope::Down(most) = scope {
                for fewer in 1..most {
                    let scope = ProofScope::Down(fewer);
                    self.close_one(scope, scope.free(), &mut left, every_n);
                }
            }
            let goes_on = self.close_one(scope, scope.free(), &mut left, every_n);
            left.retain(|property| !self.refute(property, every_n));
            for free in scope.free() + 1..=MOST_FREE {
                if goes_on && !left.is_empty() && !self.close_one(scope, free, &mut left, every_n) {
                    break;
                }
            }
        }
    }

    /// Looks for a proof with views of so many free ordinals. Whether larger ones might help.
    fn close_one(
        &self,
        scope: ProofScope,
        free: usize,
        left: &mut Vec<&'static Property>,
        every_n: &mut EveryN,
    ) -> bool {
        if left.is_empty() || free > MOST_FREE {
            return false;
        }
        let Some(sizes) = sizes(&self.task.scenario.setup, scope) else {
            let reason = "how far it reaches depends on the number of replicas";
            note(every_n, left, reason);
            return false;
        };
        let invariants: Vec<_> = left
            .iter()
            .map(|property| invariant(property, scope))
            .collect();
        let stop = |view: usize| view.is_multiple_of(1024) && self.stops(view);
        match close(&sizes, free, &invariants, Limits::default(), &stop) {
            Ok(closure) => {
                self.keep(scope, &sizes, &closure, left, every_n);
                let reason = "some view violates it, and no counterexample was found with up to 3 \
                              replicas";
                note(every_n, left, reason);
                true
            }
            Err(reason) => {
                note(every_n, left, gave_up(reason));
                false
            }
        }
    }

    fn stops(&self, view: usize) -> bool {
        self.watch.progress(&Progress {
            unique_states: (self.views.get() + view) as u64,
            depth: 0,
            faults: 0,
            frontier: 0,
            bytes: 0,
            found_before: 0,
        })
    }

    /// Notes what a closure proves.
    fn keep(
        &self,
        scope: ProofScope,
        sizes: &Sizes,
        closure: &Closure<Sizes>,
        left: &mut Vec<&'static Property>,
        every_n: &mut EveryN,
    ) {
        self.views.set(self.views.get() + closure.views.len());
        if !closure.kept.iter().any(|kept| *kept) {
            return;
        }
        let covered = Scope {
            views: closure.views.len(),
            free: closure.views.free,
            steps: closure.steps,
            cutoff: cutoff(sizes, &closure.views, CUTOFF_STATES)
                .and_then(|letters| u32::try_from(sizes.replicas(letters)).ok()),
        };
        let mut kept = closure.kept.iter();
        let mut proved = Vec::new();
        left.retain(|property| {
            let is_kept = *kept.next().expect("one for each invariant");
            if is_kept {
                proved.push(*property);
            }
            !is_kept
        });
        for property in &proved {
            let result = result_of(every_n, property);
            result.verdict = Verdict::Holds;
            result.reason = None;
            result.scope = Some(covered.clone());
            result.says = says(&self.task.scenario.setup, scope);
        }
        if self.task.options.certificates {
            let names: Vec<&str> = proved.iter().map(|property| property.name).collect();
            let file = certificate::write(self.task, scope, sizes, closure, &names);
            every_n.certificates.push(file);
        }
    }

    /// Looks for a way to break a property with few replicas and few faults. Groups are of the
    /// ordinals that the scenario has.
    fn refute(&self, property: &'static Property, every_n: &mut EveryN) -> bool {
        let scenario = self.task.scenario;
        if scenario.fixed_at.is_some() {
            return false;
        }
        for replicas in 1..=MOST_REPLICAS {
            let Some(mut setup) = scenario::resized(&scenario.setup, replicas) else {
                continue;
            };
            for pool in &mut setup.budget.pools {
                pool.at_most = pool.at_most.min(1) * MOST_FAULTS;
            }
            if matches!(property.locality, Locality::Down(_)) {
                // More faults than the scenario has may well take down more.
                setup.budget.clone_from(&scenario.setup.budget);
            }
            let model = Migration::new(setup.clone());
            let question = question(&model, &[property.name], true);
            let outcome = decide(&setup, &question, STATES, self.task.options.threads);
            let decision = outcome.decisions.first();
            if let Some(Decided::Violated(trace)) = decision.map(|decision| &decision.verdict) {
                self.tell(&model, property, trace, every_n);
                return true;
            }
        }
        false
    }

    fn tell(
        &self,
        model: &Migration,
        property: &'static Property,
        trace: &Trace<Step>,
        every_n: &mut EveryN,
    ) {
        let replay = Replay::new(self.task.scenario, model, property.id(), trace);
        let counterexample = story::counterexample(&replay, &merge::Role::default());
        let result = result_of(every_n, property);
        result.verdict = Verdict::Violated;
        result.reason = None;
        result.breaks_with = Some((u32::from(model.setup().replicas), trace.faults));
        result.counterexample = Some(counterexample);
    }
}

fn result_of<'a>(every_n: &'a mut EveryN, property: &Property) -> &'a mut EveryNResult {
    let mut results = every_n.properties.iter_mut();
    let found = results.find(|result| result.name == property.name);
    found.expect("there is one for each property that is open")
}

/// Notes why nothing is known of those that are left.
fn note(every_n: &mut EveryN, left: &[&'static Property], reason: &str) {
    for property in left {
        let result = result_of(every_n, property);
        result.verdict = Verdict::Inconclusive;
        result.reason = Some(reason.to_owned());
    }
}

const fn gave_up(reason: GaveUp) -> &'static str {
    match reason {
        GaveUp::Views => "too many views",
        GaveUp::Words => "too many combinations of views",
        GaveUp::OutOfClass => {
            "a step moves the bound of a slice by a distance that depends on the number of replicas"
        }
        GaveUp::Interrupted => "interrupted",
    }
}

/// What has been proved in place of the rule.
fn says(setup: &Setup, scope: ProofScope) -> Option<String> {
    let ProofScope::Down(most) = scope else {
        return None;
    };
    let down = format!("at most {most} down");
    Some(if setup.budget.total() == 0 {
        down
    } else {
        format!("{down}, not counting ordinals that a fault has hit and that have not served since")
    })
}
