//! Ordinals that are alike: nothing that can still happen tells them apart by their numbers.
//!
//! With `Parallel` on both sides, what a component does to one ordinal depends on what there is
//! of that ordinal, and on which slices it is in. So two ordinals are alike from some state on if
//! the driver names neither of them any more, and no slice that a set has, or will have, begins
//! or ends between them. If in addition no availability group has one of them and not the other,
//! no property tells them apart either. Exchanging all that there is of them gives a state that
//! behaves in the same way, but for the exchange.
//!
//! What is alike stays alike: a step forward in the program names less, and stores no slice that
//! had not been ahead. A driver that may start again can name everything, until it has finished.
//!
//! ```text
//! ordinals          0   1   2   3   4   5
//! marks                   ^ start         ^ end    of some slice, present or ahead
//! named                               x            the driver waits for 4
//! alike             {0 1}   {2 3     5}            between two marks, without what is named
//! with groups       {0 1}   {2 3} {5}              and no group has some of them only
//! ```
//!
//! So which ordinals are alike depends on the state, and grows on the way: with a fixed group of
//! permutations, as model checkers usually have, a migration that walks through its ordinals has
//! no symmetry at all. It is right since alikeness is kept by steps: from alike states go alike
//! steps to alike states, and every predicate of a search has the same value in both. A name or a
//! mark that is left out here would break that silently; those that are ahead come from the
//! footprints of operations (`lookahead`), those that are present from the world.

use super::World;
use super::driver::DriverPhase;
use super::id::ClusterId;
use super::lookahead::{Lookahead, Names};
use super::setup::{AvailabilityRule, Setup};
use super::stateful_set::{PodManagementPolicy, Previous};

/// Which ordinals of a setup are alike, in any of its states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symmetry {
    lookahead: Lookahead,
    /// A driver that has not come to its end may start again.
    restarts: bool,
    /// All ordinals, as disjoint sets that no availability group divides.
    kinds: Vec<u32>,
    /// Between members and ordinals that are added, and those that are not allowed.
    marks: u32,
}

impl Symmetry {
    /// What is alike in the worlds of `setup`, if anything ever is. `restarts` says whether the
    /// driver may crash.
    #[must_use]
    pub fn of(setup: &Setup, restarts: bool) -> Option<Self> {
        let is_parallel = |side| setup.clusters[side].policy == PodManagementPolicy::Parallel;
        // Sets of ordinals, and the marks between them, are bits of a word.
        assert!(setup.ordinals < 31, "{} ordinals", setup.ordinals);
        if setup.ordinals < 2 || !ClusterId::BOTH.into_iter().all(is_parallel) {
            return None;
        }
        Some(Self {
            lookahead: Lookahead::of(setup),
            restarts,
            kinds: kinds(setup),
            marks: 1 | 1 << setup.replicas | 1 << setup.allowed.min(31) | 1 << setup.ordinals,
        })
    }

    /// Calls `visit` with each set of at least two ordinals, bit by bit, that are alike in `world`.
    #[inline]
    pub fn sets(&self, world: &World, mut visit: impl FnMut(u32)) {
        let names = self.names(world);
        let mut marks = names.marks | self.marks | present(world);
        let mut below = 0_u32;
        while marks != 0 {
            let mark = marks.trailing_zeros();
            let all_below = (1_u32 << mark) - 1;
            let between = all_below & !below & !names.ordinals;
            if between & between.wrapping_sub(1) != 0 {
                for kind in &self.kinds {
                    let set = between & kind;
                    if set & set.wrapping_sub(1) != 0 {
                        visit(set);
                    }
                }
            }
            below = all_below;
            marks &= marks - 1;
        }
    }

    #[inline]
    fn names(&self, world: &World) -> Names {
        let driver = &world.driver;
        match driver.phase {
            DriverPhase::Finished | DriverPhase::Failed => Names::default(),
            DriverPhase::Running | DriverPhase::Crashed if self.restarts => Names::ALL,
            DriverPhase::Running => self.lookahead.names(usize::from(driver.position), driver.k),
            DriverPhase::Crashed => Names::ALL,
        }
    }
}

/// The marks of all slices that a controller sees, or may come to see without the driver.
#[inline]
fn present(world: &World) -> u32 {
    let mut marks = 0;
    for id in ClusterId::BOTH {
        let side = &world.clusters[id];
        if let Some(set) = side.set {
            marks |= Names::marks_of(set.slice);
        }
        if let Previous::Set { slice, .. } = side.controller.previous {
            marks |= Names::marks_of(slice);
        }
    }
    marks
}

/// The ordinals by the groups that they are in.
fn kinds(setup: &Setup) -> Vec<u32> {
    let all = (1_u32 << setup.ordinals) - 1;
    let rule = setup.availability.as_ref().map(|rule| &rule.rule);
    let Some(AvailabilityRule::Groups(groups)) = rule else {
        return vec![all];
    };
    let mut kinds = vec![all];
    for group in groups {
        let inside = u32::from(group.ordinals.0);
        let divided = kinds
            .iter()
            .flat_map(|kind| [kind & inside, kind & !inside]);
        kinds = divided.filter(|&kind| kind != 0).collect();
    }
    let parts = kinds
        .iter()
        .fold((0, 0), |(union, sum), kind| (union | kind, sum + kind));
    assert_eq!(parts, (all, all), "the kinds {kinds:x?} are no partition");
    kinds
}
