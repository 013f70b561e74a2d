//! A plain search that keeps every state and every step: the slow and obvious space.

use std::collections::HashMap;

use straddle::engine::Searchable;
use straddle::engine::liveness::Space;

use crate::asked::Asked;

/// The states of a model and their steps, in the order of discovery.
#[derive(Default)]
pub struct Explored {
    rows: Vec<Vec<u64>>,
    numbers: HashMap<Vec<u64>, u32>,
    targets: Vec<Vec<u32>>,
    goal: Vec<bool>,
    may_stay: Vec<bool>,
}

impl Explored {
    /// Every reachable state of a model.
    pub fn of<M: Asked>(model: &M) -> Self {
        let mut explored = Self::default();
        for state in model.initial_states() {
            explored.number(model, &state);
        }
        let mut next = 0;
        while next < explored.rows.len() {
            explored.expand(model, next);
            next += 1;
        }
        explored
    }

    fn number<M: Searchable>(&mut self, model: &M, state: &M::State) -> u32 {
        let mut row = vec![0; model.words().max(1)];
        model.pack(state, &mut row);
        let count = u32::try_from(self.rows.len()).expect("small spaces only");
        let number = *self.numbers.entry(row.clone()).or_insert(count);
        if number == count {
            self.rows.push(row);
        }
        number
    }

    fn expand<M: Asked>(&mut self, model: &M, number: usize) {
        let state = model.unpack(&self.rows[number]);
        let mut targets = Vec::new();
        let mut may_stay = true;
        model.successors(&state, &mut |action, next| {
            let target = self.number(model, next);
            if model.fault_kind(&action).is_none() {
                targets.push(target);
                may_stay &= model.fairness(&action).is_none();
            }
        });
        self.targets.push(targets);
        self.goal.push(model.is_goal(&state));
        self.may_stay.push(may_stay);
    }
}

impl Space for Explored {
    fn states(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("small spaces only")
    }

    fn row(&self, state: u32, row: &mut [u64]) {
        row.copy_from_slice(&self.rows[state as usize]);
    }

    fn find(&self, row: &[u64]) -> Option<u32> {
        self.numbers.get(row).copied()
    }

    fn targets(&self, state: u32) -> &[u32] {
        &self.targets[state as usize]
    }

    fn is_goal(&self, state: u32) -> bool {
        self.goal[state as usize]
    }

    fn may_stay(&self, state: u32) -> bool {
        self.may_stay[state as usize]
    }
}
