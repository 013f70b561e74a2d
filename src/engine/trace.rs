//! A path of stored states as steps. Steps are not stored: each is the first one that leads from
//! one state of the path to the next.

use super::store::{Index, Store};
use super::{Searchable, Trace};

/// The steps along a path of stored states.
pub(super) fn trace_along<M: Searchable>(
    model: &M,
    store: &Store,
    path: &[Index],
) -> Trace<M::Action> {
    let mut steps = Vec::with_capacity(path.len());
    let mut faults = 0;
    let mut row = vec![0; model.words().max(1)];
    for pair in path.windows(2) {
        let state = model.unpack(store.row(pair[0]));
        let mut step = None;
        model.successors(&state, &mut |action, next| {
            model.pack(next, &mut row);
            if step.is_none() && row == store.row(pair[1]) {
                step = Some(action);
            }
        });
        let step = step.expect("the second state was found as a successor of the first");
        faults += u32::from(model.fault_kind(&step).is_some());
        steps.push(step);
    }
    let starts_here = |state: &M::State| {
        model.pack(state, &mut row);
        path.first().is_some_and(|&first| row == store.row(first))
    };
    let initial = model
        .init_states()
        .iter()
        .position(starts_here)
        .unwrap_or_default();
    Trace {
        initial,
        steps,
        faults,
        loop_start: None,
        fair: Vec::new(),
    }
}
