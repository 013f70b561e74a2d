//! Rounds of a loop that are like the next one are left out of the graph.
//!
//! `for i in $(seq 30); do kubectl get pod web-1 || break; sleep 1; done` has thirty looks. Each
//! but the last leads to the next or out of the loop. There is no clock, so a driver that takes a
//! look may as well take it later, where the next one is: whatever a way through both rounds leads
//! to, a way through the second alone leads there, at the same time. So the first can go. This is
//! true of rounds that only look, and whose ways out are the same; the last round keeps what it
//! does to the script's variables, since that makes its ways out others.
//!
//! A way through the second round alone need not be one through both if a round has several looks:
//! it may be that the first look no longer comes out so when the last one does. Then the graph has
//! more ways than the script, never fewer.

use std::collections::BTreeMap;

use super::graph::{Goal, Graph};

/// The most looks of one round.
const MOST_LOOKS: usize = 12;

/// Leaves out rounds that are like the next. `looks` says whether a request only looks.
pub fn reduce<R: Copy + PartialEq>(graph: &mut Graph<R>, looks: impl Fn(R) -> bool) {
    let mut is_changed = false;
    for first in (0..graph.emitted.len()).rev() {
        if !looks(graph.emitted[first].request) {
            continue;
        }
        if let Some(next) = next_round(graph, first, &looks) {
            // What is said of the looks is said of the first.
            graph.emitted[next].place = graph.emitted[first].place.clone();
            redirect(graph, Goal::At(first), Goal::At(next));
            is_changed = true;
        }
    }
    if is_changed {
        forget_unreachable(graph);
    }
}

/// The same look in the next round, if this one can go.
fn next_round<R: Copy + PartialEq>(
    graph: &Graph<R>,
    first: usize,
    looks: &impl Fn(R) -> bool,
) -> Option<usize> {
    let mut reached = vec![first];
    let mut at = 0;
    while at < reached.len() && reached.len() <= MOST_LOOKS {
        for goal in goals(graph, reached[at]) {
            let Some(Goal::At(position)) = goal else {
                continue;
            };
            if reached.contains(&position) || !looks(graph.emitted[position].request) {
                continue;
            }
            if is_same(graph, first, position) && is_like(graph, first, position, looks) {
                return Some(position);
            }
            reached.push(position);
        }
        at += 1;
    }
    None
}

fn goals<R>(graph: &Graph<R>, position: usize) -> [Option<Goal>; 2] {
    let made = &graph.emitted[position];
    [made.done, made.otherwise]
}

/// Whether two instructions come from the same command, and ask the same.
fn is_same<R: Copy + PartialEq>(graph: &Graph<R>, one: usize, other: usize) -> bool {
    let (one, other) = (&graph.emitted[one], &graph.emitted[other]);
    one.request == other.request && one.place.span == other.place.span
}

/// Whether the looks from `first` on are those from `next` on, and lead out to the same places,
/// until they come to `next`.
fn is_like<R: Copy + PartialEq>(
    graph: &Graph<R>,
    first: usize,
    next: usize,
    looks: &impl Fn(R) -> bool,
) -> bool {
    let mut same = BTreeMap::from([(first, next)]);
    let mut open = vec![(first, next)];
    while let Some((one, other)) = open.pop() {
        for (from, to) in goals(graph, one).into_iter().zip(goals(graph, other)) {
            if from == Some(Goal::At(next)) || from == to {
                continue;
            }
            let (Some(Goal::At(from)), Some(Goal::At(to))) = (from, to) else {
                return false;
            };
            match same.get(&from) {
                Some(known) if *known == to => continue,
                Some(_) => return false,
                None => (),
            }
            if same.len() == MOST_LOOKS
                || !looks(graph.emitted[from].request)
                || !is_same(graph, from, to)
            {
                return false;
            }
            same.insert(from, to);
            open.push((from, to));
        }
    }
    true
}

fn redirect<R>(graph: &mut Graph<R>, from: Goal, to: Goal) {
    let ends = graph.emitted.iter_mut();
    let ends = ends.flat_map(|made| [&mut made.done, &mut made.otherwise]);
    for goal in ends.chain([&mut graph.entry]) {
        if *goal == Some(from) {
            *goal = Some(to);
        }
    }
}

/// Takes out what nothing leads to.
pub fn forget_unreachable<R: Copy>(graph: &mut Graph<R>) {
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut open: Vec<Option<Goal>> = vec![graph.entry];
    while let Some(goal) = open.pop() {
        if let Some(Goal::At(position)) = goal
            && numbers.insert(position, 0).is_none()
        {
            open.extend(goals(graph, position));
        }
    }
    for (number, (_, new)) in numbers.iter_mut().enumerate() {
        *new = number;
    }
    let renumbered = |goal: Option<Goal>| match goal {
        Some(Goal::At(position)) => numbers.get(&position).copied().map(Goal::At),
        other => other,
    };
    let kept = numbers.keys().map(|&position| {
        let mut made = graph.emitted[position].clone();
        (made.done, made.otherwise) = (renumbered(made.done), renumbered(made.otherwise));
        made
    });
    let kept = kept.collect();
    graph.entry = renumbered(graph.entry);
    graph.emitted = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::graph::{PatchList, Site};

    /// A look in round `round` of the loop at byte 0, or a request at byte 1.
    fn place(span: usize) -> Site {
        Site {
            span: span..span + 1,
            bindings: [].into(),
            statements: [].into(),
        }
    }

    /// Rounds of one look (`'?'`), and what `leave` says of the way out of each.
    fn rounds(count: usize, leave: impl Fn(usize) -> Goal) -> Graph<char> {
        let mut graph = Graph::default();
        let mut exits = PatchList::entry();
        for round in 0..count {
            let (again, out) = graph.emit(&exits, '?', place(0));
            graph.backpatch(&out, leave(round));
            exits = again;
        }
        let (done, refused) = graph.emit(&exits, '!', place(1));
        graph.backpatch(&done, Goal::End(0));
        graph.backpatch(&refused, Goal::Failed(1));
        graph
    }

    fn shown(graph: &mut Graph<char>) -> Vec<(char, Option<Goal>, Option<Goal>)> {
        reduce(graph, |request| request == '?');
        assert_eq!(graph.entry, Some(Goal::At(0)));
        let emitted = graph.emitted.iter();
        emitted
            .map(|made| (made.request, made.done, made.otherwise))
            .collect()
    }

    #[test]
    fn rounds_with_the_same_ways_out_are_one() {
        let last = ('!', Some(Goal::End(0)), Some(Goal::Failed(1)));
        let look = |next, out| ('?', Some(Goal::At(next)), Some(out));
        let mut alike = rounds(30, |_| Goal::End(0));
        assert_eq!(shown(&mut alike), [look(1, Goal::End(0)), last]);
        // The last round leads elsewhere: it stays, and so does one of those before it.
        let mut other = rounds(30, |round| Goal::End(u8::from(round == 29)));
        let expected = [look(1, Goal::End(0)), look(2, Goal::End(1)), last];
        assert_eq!(shown(&mut other), expected);
    }

    #[test]
    fn rounds_that_request_something_stay() {
        let mut graph = rounds(3, |_| Goal::End(0));
        graph.emitted[1].request = '!';
        assert_eq!(shown(&mut graph).len(), 4);
    }
}
