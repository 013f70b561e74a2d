//! Loops that give themselves a time: they do not go round for ever.
//!
//! A look at a clock goes either way, so that a loop with a deadline might go round for ever in the
//! graph, which time does not allow: a deadline is not reached finitely often. Where a loop only
//! looks, that can be said in the graph itself. A way round such a loop which comes to an
//! instruction a second time is as good as one that takes its time before the first: the driver may
//! be slow. So it is enough that each deadline is not reached once. This holds for loops that only
//! look; in one that changes something, each round counts, and the graph has a way round it that
//! never ends.
//!
//! ```text
//! until LOOK; do                       LOOK   done -> behind   otherwise -> CLOCK
//!   (( SECONDS > end )) && exit 1      CLOCK  left -> LOOK     up -> exit
//! done                       becomes   LOOK   done -> behind   otherwise -> exit
//! ```
//!
//! Otherwise the loop is copied: a deadline that is not reached leads to the next copy, and in the
//! last one the time is up.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Goal, Graph};
use super::reduce::forget_unreachable;

/// The most instructions that are added for one loop.
const MOST_COPIED: usize = 60;

/// What is to be known of requests.
pub struct Requests<R> {
    /// Whether one looks at a clock.
    pub is_clock: fn(R) -> bool,
    /// Whether one only looks.
    pub looks: fn(R) -> bool,
    /// The wait that a look becomes which is repeated until the time is up, and whether its exits
    /// change places; `true` if it is repeated when it is done.
    pub wait: fn(R, bool) -> Option<(R, bool)>,
}

/// Says in a graph that time passes. `deadlines` are the looks at a clock that are about a time
/// which is fixed while the loops around go round.
pub fn settle<R: Copy>(
    graph: &mut Graph<R>,
    deadlines: &BTreeMap<usize, usize>,
    requests: &Requests<R>,
) {
    let has_clocks = graph
        .emitted
        .iter()
        .any(|made| (requests.is_clock)(made.request));
    if !has_clocks {
        return;
    }
    pass_over(graph, requests);
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for &clock in deadlines.keys() {
        if told.contains(&clock) {
            continue;
        }
        let around = cycle(graph, clock);
        let looks = |&at: &usize| (requests.looks)(graph.emitted[at].request);
        if around.is_empty() || !around.iter().all(looks) {
            continue;
        }
        let known = |at: &&usize| deadlines.contains_key(at);
        let clocks: Vec<usize> = around.iter().filter(known).copied().collect();
        told.extend(&clocks);
        if clocks == [clock] && begins_there(graph, &around, clock) {
            ends_at(graph, &around, clock, requests);
        } else if clocks.len() * around.len() <= MOST_COPIED {
            copy(graph, &around, &clocks);
        }
        pass_over(graph, requests);
    }
    forget_unreachable(graph);
}

fn goals<R>(graph: &Graph<R>, position: usize) -> [Option<Goal>; 2] {
    let made = &graph.emitted[position];
    [made.done, made.otherwise]
}

/// The instructions to which a goal of one of these leads.
fn targets<R>(graph: &Graph<R>, position: usize) -> impl Iterator<Item = usize> {
    goals(graph, position).into_iter().filter_map(place)
}

const fn place(goal: Option<Goal>) -> Option<usize> {
    match goal {
        Some(Goal::At(position)) => Some(position),
        _ => None,
    }
}

/// Leaves out looks at a clock after which the script does the same in any case.
fn pass_over<R: Copy>(graph: &mut Graph<R>, requests: &Requests<R>) {
    loop {
        let idle = (0..graph.emitted.len()).find_map(|position| {
            let [done, otherwise] = goals(graph, position);
            let is_idle = (requests.is_clock)(graph.emitted[position].request)
                && done == otherwise
                && place(done) != Some(position)
                && is_reached(graph, position);
            Some((position, done.filter(|_| is_idle)?))
        });
        let Some((position, goal)) = idle else {
            return;
        };
        for_each_goal(graph, |other| {
            if *other == Some(Goal::At(position)) {
                *other = Some(goal);
            }
        });
    }
}

fn is_reached<R>(graph: &Graph<R>, position: usize) -> bool {
    let here = Some(Goal::At(position));
    let mut others = 0..graph.emitted.len();
    graph.entry == here
        || others.any(|other| other != position && goals(graph, other).contains(&here))
}

fn for_each_goal<R>(graph: &mut Graph<R>, change: impl Fn(&mut Option<Goal>)) {
    let ends = graph.emitted.iter_mut();
    let ends = ends.flat_map(|made| [&mut made.done, &mut made.otherwise]);
    ends.chain([&mut graph.entry]).for_each(change);
}

/// The instructions that an instruction leads to and that lead to it: the loops around it. None if
/// there is no loop.
fn cycle<R>(graph: &Graph<R>, from: usize) -> BTreeSet<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); graph.emitted.len()];
    for position in 0..graph.emitted.len() {
        for target in targets(graph, position) {
            before[target].push(position);
        }
    }
    let reached = |next: &dyn Fn(usize) -> Vec<usize>| {
        let mut found = BTreeSet::new();
        let mut open = next(from);
        while let Some(position) = open.pop() {
            if found.insert(position) {
                open.extend(next(position));
            }
        }
        found
    };
    let behind = reached(&|position| targets(graph, position).collect());
    let ahead = reached(&|position| before[position].clone());
    behind.intersection(&ahead).copied().collect()
}

/// Whether a loop is entered only at the look at its clock, or where that leads while there is time
/// left.
fn begins_there<R>(graph: &Graph<R>, around: &BTreeSet<usize>, clock: usize) -> bool {
    let outside = (0..graph.emitted.len()).filter(|position| !around.contains(position));
    let entries = outside.flat_map(|position| targets(graph, position));
    let first = place(graph.entry);
    let mut entries = entries
        .chain(first)
        .filter(|target| around.contains(target));
    let next = place(graph.emitted[clock].done);
    entries.all(|target| target == clock || Some(target) == next)
}

/// One round is enough: if it comes to the clock, the time is up.
fn ends_at<R: Copy>(
    graph: &mut Graph<R>,
    around: &BTreeSet<usize>,
    clock: usize,
    requests: &Requests<R>,
) {
    let (here, up) = (Some(Goal::At(clock)), graph.emitted[clock].otherwise);
    let looks: Vec<usize> = around.iter().copied().filter(|at| *at != clock).collect();
    for &look in &looks {
        let again = goals(graph, look).map(|goal| goal == here);
        let made = &mut graph.emitted[look];
        for (goal, again) in [&mut made.done, &mut made.otherwise].into_iter().zip(again) {
            if again {
                *goal = up;
            }
        }
        let is_poll = looks.len() == 1 && again[0] != again[1];
        if let Some((wait, swaps)) = (requests.wait)(made.request, again[0]).filter(|_| is_poll) {
            made.request = wait;
            if swaps {
                std::mem::swap(&mut made.done, &mut made.otherwise);
            }
        }
    }
    if graph.emitted[clock].done == here {
        graph.emitted[clock].done = up;
    }
}

/// Copies a loop as often as it has deadlines: one that is not reached leads to the next copy, and
/// in the last one all are.
fn copy<R: Copy>(graph: &mut Graph<R>, around: &BTreeSet<usize>, clocks: &[usize]) {
    let first = graph.emitted.len();
    let numbers: BTreeMap<usize, usize> =
        around.iter().enumerate().map(|(n, &at)| (at, n)).collect();
    let in_copy =
        |goal: Option<Goal>, copy: usize| match place(goal).and_then(|at| numbers.get(&at)) {
            Some(number) if copy > 0 => Some(Goal::At(first + (copy - 1) * numbers.len() + number)),
            _ => goal,
        };
    for copy in 1..=clocks.len() {
        for &at in around {
            let mut made = graph.emitted[at].clone();
            let (done, otherwise) = (made.done, made.otherwise);
            let is_clock = clocks.contains(&at);
            made.otherwise = in_copy(otherwise, copy);
            made.done = match is_clock {
                true if copy == clocks.len() => made.otherwise,
                true => in_copy(done, copy + 1),
                false => in_copy(done, copy),
            };
            graph.emitted.push(made);
        }
    }
    for &clock in clocks {
        let done = graph.emitted[clock].done;
        graph.emitted[clock].done = in_copy(done, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::graph::{PatchList, Site};

    const REQUESTS: Requests<char> = Requests {
        is_clock: |request| request == 'c',
        looks: |request| request != '!',
        wait: |request, is_done| (request == '?').then_some(('w', is_done)),
    };

    /// A graph of requests, each with where it leads: the number of another, or a letter for an end.
    fn graph(rows: &[(char, char, char)]) -> Graph<char> {
        let mut graph = Graph::default();
        let site = || Site {
            span: 0..1,
            bindings: [].into(),
            statements: [].into(),
        };
        graph.backpatch(&PatchList::entry(), Goal::At(0));
        for &(request, done, otherwise) in rows {
            graph.emit(&PatchList::default(), request, site());
            let goal = |name: char| match name.to_digit(10) {
                Some(number) => Goal::At(number as usize),
                None => Goal::End(name as u8),
            };
            let last = graph.emitted.last_mut().expect("one was added");
            (last.done, last.otherwise) = (Some(goal(done)), Some(goal(otherwise)));
        }
        graph
    }

    fn settled(rows: &[(char, char, char)]) -> Vec<(char, char, char)> {
        let mut graph = graph(rows);
        let is_clock = |position: &usize| graph.emitted[*position].request == 'c';
        let deadlines = (0..rows.len()).filter(is_clock).map(|at| (at, 0));
        let deadlines = deadlines.collect();
        settle(&mut graph, &deadlines, &REQUESTS);
        assert_eq!(graph.entry, Some(Goal::At(0)));
        let name = |goal: Option<Goal>| match goal {
            Some(Goal::At(position)) => char::from_digit(position as u32, 36).unwrap_or('+'),
            Some(Goal::End(status)) => status as char,
            _ => '-',
        };
        let emitted = graph.emitted.iter();
        emitted
            .map(|made| (made.request, name(made.done), name(made.otherwise)))
            .collect()
    }

    #[test]
    fn a_look_that_is_repeated_for_a_time_is_a_wait() {
        // `until ?; do c && exit; done`, and the other way round.
        assert_eq!(
            settled(&[('?', 'X', '1'), ('c', '0', 'Y')]),
            [('w', 'X', 'Y')]
        );
        assert_eq!(
            settled(&[('?', '1', 'X'), ('c', '0', 'Y')]),
            [('w', 'X', 'Y')]
        );
        // `while c; do ? && break; done` may find that the time is up before it looks.
        let first = [('c', '1', 'Y'), ('?', 'X', '0')];
        assert_eq!(settled(&first), [('c', '1', 'Y'), ('w', 'X', 'Y')]);
    }

    #[test]
    fn a_round_of_several_looks_is_one() {
        let rows = [('?', '1', '2'), ('?', 'X', '2'), ('c', '0', 'Y')];
        assert_eq!(settled(&rows), [('?', '1', 'Y'), ('?', 'X', 'Y')]);
        // Sleeping until a time comes to nothing.
        assert_eq!(
            settled(&[('?', '1', 'X'), ('c', '1', 'Y')]),
            [('?', 'Y', 'X')]
        );
    }

    /// A look behind the clock: the round after it comes to the clock again.
    #[test]
    fn a_loop_with_looks_on_both_sides_is_copied() {
        let rows = [('a', 'X', '1'), ('c', '2', 'Y'), ('b', 'Z', '0')];
        let expected = [
            ('a', 'X', '1'),
            ('c', '3', 'Y'),
            ('a', 'X', 'Y'),
            ('b', 'Z', '2'),
        ];
        assert_eq!(settled(&rows), expected);
    }

    #[test]
    fn rounds_that_change_something_stay() {
        let rows = [('!', 'X', '1'), ('c', '0', 'Y')];
        assert_eq!(settled(&rows), rows);
    }

    #[test]
    fn a_clock_that_decides_nothing_goes() {
        let rows = [('?', 'X', '1'), ('c', '0', '0')];
        assert_eq!(settled(&rows), [('?', 'X', '0')]);
    }
}
