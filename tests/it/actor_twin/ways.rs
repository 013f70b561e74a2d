//! From which states of a system the goal can be reached.

use std::collections::HashMap;

use stateright::Model;

/// How many states there are, and from how many of them no path leads to the goal.
pub fn count_stuck<M>(model: &M, is_goal: impl Fn(&M::State) -> bool) -> (usize, usize)
where
    M: Model<State: Clone + Eq + std::hash::Hash>,
{
    let mut numbers: HashMap<M::State, usize> = HashMap::new();
    let mut waiting = model.init_states();
    for state in &waiting {
        let number = numbers.len();
        numbers.insert(state.clone(), number);
    }
    // By state: those from which a step leads there.
    let mut backward: Vec<Vec<usize>> = vec![Vec::new(); numbers.len()];
    let mut open = Vec::new();
    while let Some(state) = waiting.pop() {
        let from = numbers[&state];
        if is_goal(&state) {
            open.push(from);
        }
        for next in model.next_states(&state) {
            let new = numbers.len();
            let number = *numbers.entry(next.clone()).or_insert(new);
            if number == new {
                backward.push(Vec::new());
                waiting.push(next);
            }
            backward[number].push(from);
        }
    }
    let mut reaches = vec![false; numbers.len()];
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut reaches[state], true) {
            open.append(&mut backward[state]);
        }
    }
    let stuck = reaches.iter().filter(|reaches| !**reaches).count();
    (numbers.len(), stuck)
}
