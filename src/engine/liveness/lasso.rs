//! The loop of a counterexample: short, and with what makes it fair.
//!
//! A round through the whole component would be fair, and nobody could read it. The shortest fair
//! loop is a problem of covering sets, which is hard; so the walk is greedy. It goes to whatever
//! is nearest and serves something that is missing: a state that breaks what is asked, a step of a
//! class that was enabled all the way, or a state that does not enable it. Once nothing is missing
//! it goes back to where it began.
//!
//! It comes to an end, since each stretch leaves one thing less missing, and a component is
//! strongly connected and fair as a whole, so all that is missing is in reach. If it is not, the
//! component is none, and the walk panics rather than telling a loop that no run could follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::component::Bad;
use super::expander::Step;
use super::{Case, Space};
use crate::engine::{Fairness, Searchable, Trace, WhyFair};

/// Goes on from the last state of `trace` and comes back to it, by way of everything that makes
/// the loop fair and lets it break what is asked.
pub(super) fn close<M: Searchable, S: Space>(
    case: &Case<'_, M, S>,
    bad: &Bad,
    start: u32,
    trace: &mut Trace<M::Action>,
) {
    let mut walk = Walk {
        case,
        bad,
        start,
        now: start,
        seen: Vec::new(),
        happens: BTreeMap::new(),
        counts: false,
        length: 0,
    };
    walk.visit(start, trace.steps.len());
    while !walk.is_done() {
        let steps = walk.nearest();
        for (step, target) in steps {
            walk.length += 1;
            trace.steps.push(step.action);
            if let Some(class) = step.class {
                walk.happens.entry(class).or_insert(trace.steps.len());
            }
            walk.visit(target, trace.steps.len());
        }
    }
    trace.fair = walk.reasons();
}

/// A state of the loop: the classes of its steps, and how many steps of the trace lead to it.
struct Seen {
    enabled: BTreeSet<u16>,
    after: usize,
}

struct Walk<'a, 'b, M: Searchable, S: Space> {
    case: &'a Case<'b, M, S>,
    bad: &'a Bad,
    start: u32,
    now: u32,
    seen: Vec<Seen>,
    /// The first step of each class that the loop takes.
    happens: BTreeMap<u16, usize>,
    /// Some state of the loop breaks what is asked.
    counts: bool,
    length: usize,
}

/// Steps one after another, each with the state that it leads to.
type Way<A> = Vec<(Step<A>, u32)>;

impl<M: Searchable, S: Space> Walk<'_, '_, M, S> {
    fn visit(&mut self, state: u32, after: usize) {
        self.now = state;
        self.counts |= self.case.counts(state);
        let enabled = self.enabled(state);
        self.seen.push(Seen { enabled, after });
    }

    fn enabled(&self, state: u32) -> BTreeSet<u16> {
        let steps = self.case.expander.steps(state).into_iter();
        steps.filter_map(|step| step.class).collect()
    }

    /// Classes that were enabled all the way and have not had a step.
    fn waiting(&self) -> BTreeSet<u16> {
        let mut waiting: BTreeSet<u16> = self.seen[0].enabled.clone();
        waiting.retain(|class| {
            let always = self.seen.iter().all(|seen| seen.enabled.contains(class));
            always && !self.happens.contains_key(class)
        });
        waiting
    }

    fn is_done(&self) -> bool {
        self.length > 0 && self.now == self.start && self.counts && self.waiting().is_empty()
    }

    /// The shortest way on: to a state that breaks what is asked, to a step of a class that waits
    /// or to a state that does not enable it; and if nothing waits, back to the start.
    fn nearest(&self) -> Way<M::Action> {
        let waiting = self.waiting();
        let goes_back = waiting.is_empty() && self.counts;
        let serves = |step: &Step<M::Action>, target: u32| {
            if goes_back {
                return target == self.start;
            }
            let happens = step.class.is_some_and(|class| waiting.contains(&class));
            let counts = || !self.counts && self.case.counts(target);
            let frees = || !waiting.is_subset(&self.enabled(target));
            happens || counts() || frees()
        };
        let mut before: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        let mut queue = VecDeque::from([self.now]);
        while let Some(state) = queue.pop_front() {
            for (number, step) in self.case.expander.steps(state).iter().enumerate() {
                let stays = |&target: &u32| !step.is_fault && self.bad.are_together(target, state);
                let Some(target) = step.target.filter(stays) else {
                    continue;
                };
                if serves(step, target) {
                    return self.way(&before, state, number);
                }
                if target != self.now && !before.contains_key(&target) {
                    before.insert(target, (state, number));
                    queue.push_back(target);
                }
            }
        }
        unreachable!("a component is strongly connected, and as a whole it is fair")
    }

    /// The way from the present state to `last`, and one more step.
    fn way(
        &self,
        before: &BTreeMap<u32, (u32, usize)>,
        last: u32,
        number: usize,
    ) -> Way<M::Action> {
        let mut places = vec![(last, number)];
        let mut state = last;
        while let Some(&place) = before.get(&state) {
            places.push(place);
            state = place.0;
        }
        let step = |(state, number): (u32, usize)| {
            let step = self.case.expander.steps(state).swap_remove(number);
            let target = step.target.expect("only searched states are on the way");
            (step, target)
        };
        places.into_iter().rev().map(step).collect()
    }

    /// Why the loop is fair to each class that some of its states enable.
    fn reasons(&self) -> Vec<Fairness> {
        let classes: BTreeSet<u16> = self
            .seen
            .iter()
            .flat_map(|seen| seen.enabled.iter().copied())
            .collect();
        let reason = |class: u16| {
            let rests = || {
                let mut seen = self.seen.iter();
                let rest = seen.find(|seen| !seen.enabled.contains(&class));
                rest.expect("the loop is fair").after
            };
            let why = match self.happens.get(&class) {
                Some(&step) => WhyFair::Happens(step),
                None => WhyFair::NotEnabled(rests()),
            };
            Fairness { class, why }
        };
        classes.into_iter().map(reason).collect()
    }
}
