//! A path of stored states as steps. Steps are not stored: each is the first one that leads from
//! one state of the path to the next.

use super::store::{Index, Store};
use super::{Searchable, Trace};

/// The steps along a path of stored states, taken one by one from an initial state. A store may
/// hold states in another form than they were reached in, or fingerprints only; so the path is
/// walked in the model, and the store only says which way.
pub(super) fn follow<M: Searchable>(model: &M, store: &Store, path: &[Index]) -> Trace<M::Action> {
    walk(model, store, path).0
}

/// The state at the end of a path.
pub(super) fn last_of<M: Searchable>(model: &M, store: &Store, path: &[Index]) -> M::State {
    walk(model, store, path).1
}

fn walk<M: Searchable>(model: &M, store: &Store, path: &[Index]) -> (Trace<M::Action>, M::State) {
    let mut row = vec![0; model.words().max(1)];
    let mut is = |index: Index, state: &M::State| {
        store.format.pack(model, state, &mut row);
        store.is(index, &row)
    };
    let mut initial = model.initial_states().into_iter().enumerate();
    let (initial, mut state) = initial
        .find(|(_, state)| is(path[0], state))
        .expect("a path starts at an initial state");
    let mut steps = Vec::with_capacity(path.len());
    let mut faults = 0;
    for &index in &path[1..] {
        let mut found = None;
        model.successors(&state, &mut |action, next| {
            if found.is_none() && is(index, next) {
                found = Some((action, next.clone()));
            }
        });
        let (step, next) = found.expect("each state was found as a successor of the one before");
        faults += u32::from(model.fault_kind(&step).is_some());
        steps.push(step);
        state = next;
    }
    let trace = Trace {
        initial,
        steps,
        faults,
        loop_start: None,
        fair: Vec::new(),
    };
    (trace, state)
}
