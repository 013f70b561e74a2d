//! The slow and obvious twin: every set of places is tried as the one that a path visits for
//! ever.

use std::collections::{BTreeMap, BTreeSet};

use straddle::engine::liveness::{Endless, violation};
use straddle::engine::{Predicate, Searchable, Trace, WhyFair};

use super::ask;
use super::explored::Explored;
use super::net::{Arc, Kind, Net, Place};
use crate::asked::Asked;

/// What is asked of endless paths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Property {
    /// They reach the goal.
    Completes,
    /// They keep it.
    Stays,
}

impl Property {
    const ALL: [Self; 2] = [Self::Completes, Self::Stays];

    fn asked(self) -> Endless<Net> {
        match self {
            Self::Completes => Endless::Eventually,
            Self::Stays => Endless::Stabilizes(Predicate::Of(Net::keeps_goal)),
        }
    }
}

/// A place, and whether the goal was visited on the way to it.
type Visit = (Place, bool);

/// Least faults, then least steps, to every place by paths that may break the property.
fn distances(net: &Net, property: Property, clean: bool) -> BTreeMap<Visit, (u8, u32)> {
    let may_pass = |place: Place| {
        let goal_free = property != Property::Completes || !net.is_goal(&place);
        goal_free && (!clean || !net.bad[usize::from(place.0)])
    };
    let start: Place = (0, 0);
    let mut best = BTreeMap::new();
    if may_pass(start) {
        best.insert((start, net.is_goal(&start)), (0, 0));
    }
    loop {
        let mut changed = false;
        for ((place, visited), (faults, steps)) in best.clone() {
            for (_, kind, next) in net.next(place) {
                let candidate = (faults + u8::from(kind == Kind::Fault), steps + 1);
                let visit = (next, visited || net.is_goal(&next));
                if may_pass(next) && best.get(&visit).is_none_or(|&known| candidate < known) {
                    best.insert(visit, candidate);
                    changed = true;
                }
            }
        }
        if !changed {
            return best;
        }
    }
}

/// The classes of the steps from a place.
fn enabled(net: &Net, place: Place) -> BTreeSet<u16> {
    let next = net.next(place).into_iter();
    next.filter_map(|(arc, ..)| net.fairness(&arc)).collect()
}

/// Whether every place of the set can be reached from every other, in at least one step that is
/// no fault, without leaving it.
fn is_loop(net: &Net, set: &BTreeSet<Place>) -> bool {
    set.iter().all(|&from| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(place) = open.pop() {
            for (_, kind, next) in net.next(place) {
                if kind != Kind::Fault && set.contains(&next) && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen == *set
    })
}

fn is_fair(net: &Net, set: &BTreeSet<Place>) -> bool {
    let happens = |class: u16| {
        set.iter().any(|&place| {
            let mut next = net.next(place).into_iter();
            next.any(|(arc, _, next)| net.fairness(&arc) == Some(class) && set.contains(&next))
        })
    };
    let rests = |class: u16| {
        set.iter()
            .any(|&place| !enabled(net, place).contains(&class))
    };
    (0..4).all(|class| happens(class) || rests(class))
}

/// The least faults and steps to a place from which a path can go on for ever and break the
/// property.
fn nearest(net: &Net, property: Property, clean: bool) -> Option<(u8, u32)> {
    let best = distances(net, property, clean);
    let counts = |place: Place| property == Property::Completes || !net.keeps_goal(&place);
    let wanted = |visited: bool| visited || property == Property::Completes;
    let mut found: Option<(u8, u32)> = None;
    for (&(place, visited), &cost) in &best {
        let ends = enabled(net, place).is_empty() && counts(place);
        if wanted(visited) && (ends || loops(net, property, clean, &counts, place)) {
            found = Some(found.map_or(cost, |known| known.min(cost)));
        }
    }
    found
}

/// Whether some set with this place in it is a fair loop that breaks the property.
fn loops(
    net: &Net,
    property: Property,
    clean: bool,
    counts: &dyn Fn(Place) -> bool,
    place: Place,
) -> bool {
    let nodes = u8::try_from(net.arcs.len()).expect("a small net");
    (0..1_u32 << nodes).any(|bits| {
        let members = (0..nodes).filter(|node| bits >> node & 1 == 1);
        let set: BTreeSet<Place> = members.map(|node| (node, place.1)).collect();
        let may_be = |place: &Place| {
            let goal_free = property != Property::Completes || !net.is_goal(place);
            goal_free && (!clean || !net.bad[usize::from(place.0)])
        };
        set.contains(&place)
            && set.iter().all(may_be)
            && set.iter().any(|&place| counts(place))
            && is_loop(net, &set)
            && is_fair(net, &set)
    })
}

/// Checks that a trace is what it says, and returns whether it breaks no always-property.
fn check_lasso(net: &Net, property: Property, trace: &Trace<Arc>, seed: u64) -> bool {
    let mut places: Vec<Place> = vec![(0, 0)];
    for arc in &trace.steps {
        let place = *places.last().expect("a place");
        let next = net.next(place).into_iter().find(|(other, ..)| other == arc);
        places.push(
            next.unwrap_or_else(|| panic!("seed {seed}: {arc:?} cannot be taken"))
                .2,
        );
    }
    let start = trace.loop_start.expect("it is endless");
    let round = &places[start..];
    assert_eq!(
        round.first(),
        round.last(),
        "seed {seed}: the loop comes back"
    );
    assert_eq!(u32::from(round[0].1), trace.faults, "seed {seed}");
    match property {
        Property::Completes => assert!(
            !places.iter().any(|place| net.is_goal(place)),
            "seed {seed}"
        ),
        Property::Stays => {
            assert!(
                places[..=start].iter().any(|place| net.is_goal(place)),
                "seed {seed}"
            );
            assert!(
                !round.iter().all(|place| net.keeps_goal(place)),
                "seed {seed}"
            );
        }
    }
    let happens: BTreeSet<u16> = trace.steps[start..]
        .iter()
        .filter_map(|arc| net.fairness(arc))
        .collect();
    let open: BTreeSet<u16> = round
        .iter()
        .flat_map(|&place| enabled(net, place))
        .collect();
    for class in &open {
        let rests = round
            .iter()
            .any(|&place| !enabled(net, place).contains(class));
        assert!(
            happens.contains(class) || rests,
            "seed {seed}: unfair to {class}"
        );
    }
    if trace.steps.len() == start {
        assert!(
            open.is_empty() && trace.fair.is_empty(),
            "seed {seed}: no end"
        );
    } else {
        let named: BTreeSet<u16> = trace.fair.iter().map(|fair| fair.class).collect();
        assert_eq!(named, open, "seed {seed}: a reason for each class");
    }
    for fair in &trace.fair {
        match fair.why {
            WhyFair::Happens(step) => {
                assert!(step > start, "seed {seed}");
                assert_eq!(
                    net.fairness(&trace.steps[step - 1]),
                    Some(fair.class),
                    "seed {seed}"
                );
            }
            WhyFair::NotEnabled(after) => {
                assert!(after >= start, "seed {seed}");
                assert!(
                    !enabled(net, places[after]).contains(&fair.class),
                    "seed {seed}"
                );
            }
        }
    }
    !places.iter().any(|place| net.bad[usize::from(place.0)])
}

#[test]
fn random_nets_agree_with_the_twin() {
    let mut violated = [0; 2];
    let mut loops = [0; 2];
    let mut unclean = 0;
    for seed in 0..3_000 {
        let net = Net::random(seed);
        let explored = Explored::of(&net);
        for (number, property) in Property::ALL.into_iter().enumerate() {
            let found = violation(&net, &ask(&net), &explored, property.asked());
            let found = found.expect("room");
            let expected = nearest(&net, property, false);
            let Some(trace) = found else {
                assert_eq!(expected, None, "seed {seed}: {property:?}");
                continue;
            };
            let clean = check_lasso(&net, property, &trace, seed);
            let (faults, steps) = expected.unwrap_or_else(|| panic!("seed {seed}: {trace:?}"));
            let start = trace.loop_start.expect("it is endless");
            assert_eq!(trace.faults, u32::from(faults), "seed {seed}: {property:?}");
            if start != steps as usize {
                assert!(clean, "seed {seed}: longer, and no better");
                let cleanest = nearest(&net, property, true).expect("there is one");
                assert_eq!(start, cleanest.1 as usize, "seed {seed}: {property:?}");
            } else if !clean {
                let better = nearest(&net, property, true).filter(|cost| cost.0 == faults);
                assert_eq!(better, None, "seed {seed}: {property:?}");
                unclean += 1;
            }
            violated[number] += 1;
            loops[number] += u32::from(trace.steps.len() > start);
        }
    }
    assert!(violated.iter().all(|&count| count > 100), "{violated:?}");
    assert!(loops.iter().all(|&count| count > 30), "{loops:?}");
    assert!(unclean > 20, "{unclean}");
}
