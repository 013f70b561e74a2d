//! Which ordinals a program can make the sets own.
//!
//! Follows the program alone: every wait passes, every request on a set that exists is accepted
//! unless a value is negative. What the search of the model reaches is contained in this.

use std::collections::BTreeSet;

use super::budget;
use crate::world::id::{ClusterId, MAX_ORDINALS, Ordinal, Slice};
use crate::world::program::{AfterCrash, Cascade, Operation, Program, SetEffect, SliceChange};
use crate::world::setup::Setup;

/// A step that can make a set own an ordinal that the checker has no room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooHigh {
    /// The step.
    pub step: u16,
    /// One above the highest ordinal.
    pub end: i32,
}

/// A set, as far as its ordinals are concerned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Set {
    /// There is none.
    Absent,
    /// It has these marks.
    Stored(u8, u8),
    /// It has these marks, and may vanish at any time.
    Deleting(u8, u8),
}

/// Where the driver is, and the sets of source and destination.
type State = (usize, u8, [Set; 2]);

/// One above the highest ordinal that some set can own.
///
/// # Errors
/// The first step found that goes beyond [`MAX_ORDINALS`].
pub fn highest_end(setup: &Setup) -> Result<u8, TooHigh> {
    let (program, replicas) = (&setup.program, setup.replicas);
    let crashes = budget::crashes(&setup.budget);
    let sets = ClusterId::BOTH.map(|cluster| match setup.clusters[cluster].initial {
        Some(slice) => Set::Stored(slice.start, slice.end),
        None => Set::Absent,
    });
    let mut search = Search {
        program,
        replicas,
        restarts: restarts(program, replicas, crashes),
        restarted: BTreeSet::new(),
        seen: BTreeSet::new(),
        open: Vec::new(),
        highest: replicas,
    };
    let first = program.first_position(replicas);
    search.visit(first, program.k_at(first, replicas), sets);
    while let Some(state) = search.open.pop() {
        search.expand(state)?;
    }
    Ok(search.highest)
}

/// Where a driver may be after a crash.
fn restarts(program: &Program, replicas: u8, crashes: bool) -> Vec<(usize, Ordinal)> {
    if !crashes {
        return Vec::new();
    }
    if program.after_crash == AfterCrash::FromTop {
        let first = program.first_position(replicas);
        return vec![(first, program.k_at(first, replicas))];
    }
    let ordinals = |position| match program.loop_order {
        Some(_) if program.body().contains(&position) => 0..replicas,
        _ => 0..1,
    };
    (0..program.instructions.len())
        .flat_map(|position| ordinals(position).map(move |k| (position, Ordinal(k))))
        .collect()
}

struct Search<'a> {
    program: &'a Program,
    replicas: u8,
    restarts: Vec<(usize, Ordinal)>,
    restarted: BTreeSet<[Set; 2]>,
    seen: BTreeSet<State>,
    open: Vec<State>,
    highest: u8,
}

impl Search<'_> {
    fn visit(&mut self, position: usize, k: Ordinal, sets: [Set; 2]) {
        for set in sets {
            if let Set::Stored(_, end) | Set::Deleting(_, end) = set {
                self.highest = self.highest.max(end);
            }
        }
        if self.seen.insert((position, k.0, sets)) {
            self.open.push((position, k.0, sets));
        }
    }

    fn expand(&mut self, (position, k, sets): State) -> Result<(), TooHigh> {
        // Where a crash leads depends on the sets alone.
        if self.restarted.insert(sets) {
            for index in 0..self.restarts.len() {
                let (position, k) = self.restarts[index];
                self.visit(position, k, sets);
            }
        }
        for side in 0..sets.len() {
            if matches!(sets[side], Set::Deleting(..)) {
                let mut later = sets;
                later[side] = Set::Absent;
                self.visit(position, Ordinal(k), later);
            }
        }
        let Some(instruction) = self.program.instructions.get(position) else {
            return Ok(());
        };
        let k = Ordinal(k);
        let mut after = sets;
        let accepted = self
            .perform(instruction.operation, k, &mut after)
            .map_err(|end| TooHigh {
                step: instruction.step,
                end,
            })?;
        // What a request about anything but a set answers is not followed.
        let is_of_set = instruction.operation.footprint().set != SetEffect::None;
        let exits = self.program.exits[position];
        let ways = [
            (exits.done, accepted, after),
            (exits.otherwise, !accepted || !is_of_set, sets),
        ];
        for (target, _, sets) in ways.into_iter().filter(|(_, is_open, _)| *is_open) {
            if let Some((position, k)) = self.program.follow(target, k, self.replicas) {
                self.visit(position, k, sets);
            }
        }
        Ok(())
    }

    /// Performs the request on the sets; says whether it is accepted.
    fn perform(&self, operation: Operation, k: Ordinal, sets: &mut [Set; 2]) -> Result<bool, i32> {
        let footprint = operation.footprint();
        let Some(cluster) = footprint.cluster else {
            return Ok(true);
        };
        let set = &mut sets[side(cluster)];
        let stored = |change: SliceChange, slice: Slice| {
            let marks = change.apply(slice, k, self.replicas);
            marks.map(in_bounds).transpose()
        };
        let after = match (footprint.set, *set) {
            (SetEffect::None, _) => return Ok(true),
            (SetEffect::Patch(change), Set::Stored(start, end)) => {
                let slice = stored(change, Slice { start, end })?;
                slice.map(|(start, end)| Set::Stored(start, end))
            }
            (SetEffect::Patch(change), Set::Deleting(start, end)) => {
                let slice = stored(change, Slice { start, end })?;
                slice.map(|(start, end)| Set::Deleting(start, end))
            }
            (SetEffect::Create(change), Set::Absent) => {
                let slice = stored(change, Slice::EMPTY)?;
                slice.map(|(start, end)| Set::Stored(start, end))
            }
            (SetEffect::Delete(Cascade::Background), Set::Stored(..) | Set::Deleting(..)) => {
                Some(Set::Absent)
            }
            (SetEffect::Delete(_), Set::Stored(start, end) | Set::Deleting(start, end)) => {
                Some(Set::Deleting(start, end))
            }
            (SetEffect::Patch(_) | SetEffect::Delete(_), Set::Absent)
            | (SetEffect::Create(_), Set::Stored(..) | Set::Deleting(..)) => None,
        };
        Ok(after.map(|after| *set = after).is_some())
    }
}

/// Marks that the tables hold.
///
/// # Errors
/// The end of a slice that they do not.
fn in_bounds((start, end): (i32, i32)) -> Result<(u8, u8), i32> {
    match (u8::try_from(start), u8::try_from(end)) {
        (Ok(start), Ok(end)) if usize::from(end) <= MAX_ORDINALS => Ok((start, end)),
        _ => Err(end),
    }
}

const fn side(cluster: ClusterId) -> usize {
    match cluster {
        ClusterId::Source => 0,
        ClusterId::Destination => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use crate::scenario::{Overrides, Scenario};

    /// The highest end of a program of three replicas.
    #[track_caller]
    fn end(migration: &str) -> u8 {
        let text = format!(
            "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {{replicas: 3}}\n{migration}"
        );
        let path = Path::new("scenario.yaml");
        let no_files = |_: &Path| Err(io::ErrorKind::NotFound.into());
        let scenario = Scenario::parse(path, &text, &Overrides::default(), &no_files);
        scenario
            .map_err(|problems| problems[0].to_string())
            .expect("it is right")
            .setup
            .ordinals
    }

    #[test]
    fn programs_reach_as_far_as_their_patches() {
        let rows = [
            ("- scale: {cluster: source, replicas: 2}", 3),
            ("- scale: {cluster: source, replicas: N + 2}", 5),
            ("- patch: {cluster: source, start: 4}", 7),
            // A negative value is refused, which ends the program.
            (
                "- scale: {cluster: source, replicas: 1 - N}\n  - scale: {cluster: source, replicas: 9}",
                3,
            ),
            (
                "- scale: {cluster: source, replicas: 1 - N, onError: continue}\n  - scale: {cluster: source, replicas: 9}",
                9,
            ),
            // A set that is there cannot be created.
            ("- createSet: {cluster: source, replicas: 9}", 3),
            (
                "- deleteSet: {cluster: source, cascade: orphan}\n  - createSet: {cluster: source, replicas: 9}",
                9,
            ),
            // It takes patches until it is gone.
            (
                "- deleteSet: {cluster: source, cascade: orphan, wait: false}\n  - scale: {cluster: source, replicas: 7}",
                7,
            ),
        ];
        for (steps, expected) in rows {
            assert_eq!(
                end(&format!("migration:\n  steps:\n  {steps}\n")),
                expected,
                "{steps}"
            );
        }
    }

    #[test]
    fn a_driver_that_crashes_reaches_what_its_memory_allows() {
        let steps = "forEach: {k: descending}\n  steps:\n  \
                     - patch: {cluster: destination, start: k}\n  \
                     - scale: {cluster: destination, replicas: N - k}\n";
        let after = |crash: &str, faults: &str| {
            end(&format!(
                "migration:\n  afterCrash: {crash}\n  {steps}faults: {faults}\n"
            ))
        };
        assert_eq!(after("fromTop", "{eviction: 1}"), 3);
        assert_eq!(after("fromTop", "{driverCrash: 1}"), 5);
        assert_eq!(after("fromSaved", "{driverCrash: 1}"), 5);
        assert_eq!(after("fromObserved", "{driverCrash: 1}"), 5);
    }
}
