//! From which states can the goal be reached without a further fault?
//!
//! A step that is no fault stays in its layer, so the question is decided layer by layer, on
//! the layer's own steps: states from which the goal can be reached are marked, starting at
//! the goal, until a pass marks no more.

use std::collections::{BTreeMap, HashSet};

use super::store::{Index, Store};
use super::{Question, Searchable};

/// The steps of one layer that are no faults, by the state they start from.
#[derive(Default)]
pub(super) struct Edges {
    from: Vec<(Index, bool)>,
    starts: Vec<usize>,
    targets: Vec<Index>,
}

impl Edges {
    /// The steps that follow start from this state.
    pub(super) fn begin(&mut self, index: Index, is_goal: bool) {
        self.from.push((index, is_goal));
        self.starts.push(self.targets.len());
    }

    /// A step leads to this state.
    pub(super) fn add(&mut self, target: Index) {
        self.targets.push(target);
    }

    pub(super) fn clear(&mut self) {
        self.from.clear();
        self.starts.clear();
        self.targets.clear();
    }

    pub(super) fn bytes(&self) -> u64 {
        let bytes = self.from.capacity() * size_of::<(Index, bool)>()
            + self.starts.capacity() * size_of::<usize>()
            + self.targets.capacity() * size_of::<Index>();
        bytes as u64
    }

    /// The layer's states from which no path leads to the goal, of `states` in all.
    pub(super) fn stuck(&self, states: usize) -> Stuck {
        let mut reaches = vec![false; states];
        let mut changed = true;
        while changed {
            changed = false;
            // Steps lead mostly to later states: from the last to the first, few passes do.
            for (number, &(index, is_goal)) in self.from.iter().enumerate().rev() {
                if reaches[index as usize] {
                    continue;
                }
                let end = self
                    .starts
                    .get(number + 1)
                    .copied()
                    .unwrap_or(self.targets.len());
                let targets = &self.targets[self.starts[number]..end];
                if is_goal || targets.iter().any(|&target| reaches[target as usize]) {
                    reaches[index as usize] = true;
                    changed = true;
                }
            }
        }
        let stuck = self.from.iter().map(|&(index, _)| index);
        Stuck(stuck.filter(|&index| !reaches[index as usize]).collect())
    }
}

/// States without a way to the goal.
pub(super) struct Stuck(Vec<Index>);

impl Stuck {
    pub(super) fn iter(&self) -> impl Iterator<Item = Index> + '_ {
        self.0.iter().copied()
    }
}

/// A state, and the one before it on its path.
type Arrival = (Index, Option<Index>);

/// The path with the fewest faults, then the fewest steps, that leads to one of the stuck states
/// through states which break no always-property. All of them are stored.
pub(super) fn clean_path<M: Searchable>(
    model: &M,
    question: &Question<M>,
    store: &Store,
    stuck: &Stuck,
) -> Option<Vec<Index>> {
    let goal: HashSet<Index> = stuck.iter().collect();
    let is_clean = |state: &M::State| {
        question
            .invariants
            .iter()
            .all(|invariant| (invariant.holds)(model, state))
    };
    let mut parents: BTreeMap<Index, Option<Index>> = BTreeMap::new();
    // In order of faults, then steps, then discovery.
    let mut queue: BTreeMap<(u32, u32), Vec<Arrival>> = BTreeMap::new();
    let mut row = vec![0; model.words().max(1)];
    for state in model.init_states() {
        model.pack(&state, &mut row);
        let index = store.find(&row)?;
        queue.entry((0, 0)).or_default().push((index, None));
    }
    while let Some(((faults, steps), level)) = queue.pop_first() {
        for (index, parent) in level {
            if parents.contains_key(&index) {
                continue;
            }
            let state = model.unpack(store.row(index));
            if !is_clean(&state) {
                continue;
            }
            parents.insert(index, parent);
            if goal.contains(&index) {
                let before = |&index: &Index| parents[&index];
                let mut path: Vec<Index> = std::iter::successors(Some(index), before).collect();
                path.reverse();
                return Some(path);
            }
            model.successors(&state, &mut |action, next| {
                model.pack(next, &mut row);
                // What is not stored lies in a layer that has not been searched.
                let Some(target) = store.find(&row) else {
                    return;
                };
                let struck = u32::from(model.fault_kind(&action).is_some());
                let place = queue.entry((faults + struck, steps + 1)).or_default();
                place.push((target, Some(index)));
            });
        }
    }
    None
}
