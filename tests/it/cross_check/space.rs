//! A whole space, searched in the slow and obvious way.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use straddle::engine::{Bits, Claim, Order, Question, Searchable, Trace};

/// Faults and steps of a path, or no faults and steps where faults are not counted.
pub type Cost = (u32, u32);

/// A step from one state to another.
struct Edge {
    target: usize,
    is_fault: bool,
    /// It counts on a way back to the goal.
    helps: bool,
}

/// Every state that can be reached, and every step.
pub struct Space {
    rows: HashMap<Vec<u64>, usize>,
    initial: Vec<usize>,
    edges: Vec<Vec<Edge>>,
    /// By state: the formulas that it breaks, as bits.
    broken: Vec<u32>,
    /// By state: whether the goal can be reached without a fault.
    recovers: Vec<bool>,
    /// By state: least faults, then least steps.
    pub fewest_faults: Vec<Cost>,
    /// By state: least steps.
    pub shortest: Vec<Cost>,
}

impl Space {
    /// Walks through all of it, unless it has more than `most` states.
    pub fn of<M: Searchable>(model: &M, question: &Question<M>, most: usize) -> Option<Self> {
        let mut space = Self {
            rows: HashMap::new(),
            initial: Vec::new(),
            edges: Vec::new(),
            broken: Vec::new(),
            recovers: Vec::new(),
            fewest_faults: Vec::new(),
            shortest: Vec::new(),
        };
        let mut waiting = Vec::new();
        for state in model.initial_states() {
            let number = space.number(model, &state, &mut waiting);
            space.initial.push(number);
        }
        let mut goals = Vec::new();
        while let Some(state) = waiting.pop() {
            if space.rows.len() > most {
                return None;
            }
            let from = space.number(model, &state, &mut waiting);
            let mut edges = Vec::new();
            model.successors(&state, &mut |step, next| {
                let is_fault = model.fault_kind(&step).is_some();
                edges.push(Edge {
                    target: space.number(model, next, &mut waiting),
                    is_fault,
                    helps: !is_fault && model.recovers(&state, &step),
                });
            });
            space.edges[from] = edges;
            for (number, formula) in question.formulas.iter().enumerate() {
                space.broken[from] |= u32::from(!formula.holds(model, &state)) << number;
                if let Claim::AlwaysReachable(goal) = formula.claim
                    && goal.holds(model, &state)
                {
                    goals.push(from);
                }
            }
        }
        space.fewest_faults = space.costs(true);
        space.shortest = space.costs(false);
        space.recovers = space.ways_to(goals);
        Some(space)
    }

    /// The number of a state, which waits to be looked at if it is new.
    fn number<M: Searchable>(
        &mut self,
        model: &M,
        state: &M::State,
        waiting: &mut Vec<M::State>,
    ) -> usize {
        let mut row = vec![0; model.words()];
        model.pack(state, &mut row);
        let next = self.rows.len();
        let number = *self.rows.entry(row).or_insert(next);
        if number == next {
            self.edges.push(Vec::new());
            self.broken.push(0);
            waiting.push(state.clone());
        }
        number
    }

    /// The least cost of each state, by Dijkstra's algorithm.
    fn costs(&self, faults_count: bool) -> Vec<Cost> {
        let mut costs = vec![(u32::MAX, u32::MAX); self.rows.len()];
        let start = self.initial.iter().map(|&state| Reverse(((0, 0), state)));
        let mut waiting: BinaryHeap<_> = start.collect();
        while let Some(Reverse((cost, state))) = waiting.pop() {
            if cost >= costs[state] {
                continue;
            }
            costs[state] = cost;
            for edge in &self.edges[state] {
                let faults = u32::from(edge.is_fault && faults_count);
                waiting.push(Reverse(((cost.0 + faults, cost.1 + 1), edge.target)));
            }
        }
        costs
    }

    /// The states from which one of `goals` can be reached by steps that help.
    fn ways_to(&self, goals: Vec<usize>) -> Vec<bool> {
        let mut backward = vec![Vec::new(); self.rows.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for edge in edges.iter().filter(|edge| edge.helps) {
                backward[edge.target].push(from);
            }
        }
        let mut reaches = vec![false; self.rows.len()];
        let mut waiting = goals;
        while let Some(state) = waiting.pop() {
            if !std::mem::replace(&mut reaches[state], true) {
                waiting.append(&mut backward[state]);
            }
        }
        reaches
    }

    /// How many states there are.
    pub fn states(&self) -> u64 {
        self.rows.len() as u64
    }

    /// How many steps there are, each from each state once.
    pub fn transitions(&self) -> u64 {
        self.edges.iter().map(|edges| edges.len() as u64).sum()
    }

    /// How many states are left when those are taken away that are like another one, but for
    /// more faults spent.
    pub fn states_without_covered(&self, spent: &[Bits]) -> u64 {
        let mut alike: HashMap<Vec<u64>, Vec<Vec<u64>>> = HashMap::new();
        // The order in which rows come makes no difference: the least of each group are counted.
        let mut rows: Vec<&Vec<u64>> = self.rows.keys().collect();
        rows.sort_unstable();
        for row in rows {
            let counts = spent.iter().map(|bits| bits.of(row)).collect();
            let mut rest = row.clone();
            for bits in spent {
                rest[bits.word] &= !(((1 << bits.width) - 1) << bits.shift);
            }
            alike.entry(rest).or_default().push(counts);
        }
        let covers = |by: &[u64], row: &[u64]| by != row && by.iter().zip(row).all(|(a, b)| a <= b);
        let least = |counts: &Vec<Vec<u64>>| {
            let is_least = |row: &&Vec<u64>| !counts.iter().any(|by| covers(by, row));
            counts.iter().filter(is_least).count() as u64
        };
        alike.into_values().map(|counts| least(&counts)).sum()
    }

    /// The least costs in the sense of an order.
    pub fn costs_in(&self, order: Order) -> &[Cost] {
        match order {
            Order::FewestFaults => &self.fewest_faults,
            Order::Shortest => &self.shortest,
        }
    }

    /// The most states that have the same least faults and steps.
    pub fn widest_level(&self) -> usize {
        let mut costs = self.fewest_faults.clone();
        costs.sort_unstable();
        let levels = costs.chunk_by(|left, right| left == right);
        levels.map(<[Cost]>::len).max().unwrap_or_default()
    }

    /// The most steps to any state.
    pub fn depth(costs: &[Cost]) -> u32 {
        costs.iter().map(|cost| cost.1).max().unwrap_or_default()
    }

    /// The least cost of a state that breaks the always-property of that number, among those no
    /// further away than `depth` steps.
    pub fn least(&self, costs: &[Cost], number: usize, depth: u32) -> Option<Cost> {
        let broken = self.broken.iter().zip(costs);
        broken
            .filter(|&(broken, cost)| broken >> number & 1 == 1 && cost.1 <= depth)
            .map(|(_, &cost)| cost)
            .min()
    }

    /// The least cost of a state from which the goal cannot be reached.
    pub fn least_stuck(&self, costs: &[Cost]) -> Option<Cost> {
        let stuck = self.recovers.iter().zip(costs);
        stuck
            .filter(|&(recovers, _)| !recovers)
            .map(|(_, &cost)| cost)
            .min()
    }

    /// Whether a state breaks the formula of that number.
    pub fn breaks(&self, state: usize, number: usize) -> bool {
        self.broken[state] >> number & 1 == 1
    }

    /// Whether the goal can be reached from a state.
    pub fn recovers(&self, state: usize) -> bool {
        self.recovers[state]
    }

    /// Walks along a trace and returns where it ends. Every step must be enabled.
    pub fn end_of<M: Searchable>(&self, model: &M, trace: &Trace<M::Action>) -> usize {
        let mut state = model.initial_states().swap_remove(trace.initial);
        let mut faults = 0;
        for step in &trace.steps {
            let mut found = None;
            model.successors(&state, &mut |other, next| {
                if other == *step {
                    found = Some(next.clone());
                }
            });
            faults += u32::from(model.fault_kind(step).is_some());
            state = found.unwrap_or_else(|| panic!("{step:?} is not enabled in {state:?}"));
        }
        assert_eq!(faults, trace.faults, "{trace:?}");
        let mut row = vec![0; model.words()];
        model.pack(&state, &mut row);
        self.rows[&row]
    }
}
