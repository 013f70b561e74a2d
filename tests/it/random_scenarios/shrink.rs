//! Makes a draft smaller while it still fails.

use super::draft::{Draft, Program, Set, Start, Storage};

const fn source(draft: &mut Draft) -> &mut Set {
    &mut draft.source
}

const fn destination(draft: &mut Draft) -> &mut Set {
    &mut draft.destination
}

/// The drafts that have one thing less than this one.
fn smaller(draft: &Draft) -> Vec<Draft> {
    let mut found = without_a_step(draft);
    let mut try_with = |change: &dyn Fn(&mut Draft)| {
        let mut other = draft.clone();
        change(&mut other);
        if other != *draft {
            found.push(other);
        }
    };
    try_with(&|draft| draft.faults = None);
    try_with(&|draft| draft.availability = None);
    try_with(&|draft| draft.most = None);
    try_with(&|draft| draft.replicas = draft.replicas.saturating_sub(1).max(1));
    try_with(&|draft| draft.start = Start::Empty);
    try_with(&|draft| draft.destination = Set::default());
    try_with(&|draft| draft.storage = Storage::default());
    try_with(&|draft| draft.second = None);
    try_with(&|draft| draft.second = draft.second.map(|_| Storage::default()));
    try_with(&|draft| draft.storage.exclusive = false);
    try_with(&|draft| draft.storage.retain = false);
    try_with(&|draft| draft.storage.unreachable = false);
    try_with(&|draft| draft.storage.shared = false);
    try_with(&|draft| draft.storage.block = false);
    for side in [source, destination] {
        try_with(&|draft| side(draft).parallel = false);
        try_with(&|draft| side(draft).min_ready = false);
        try_with(&|draft| side(draft).when_scaled = false);
        try_with(&|draft| side(draft).when_deleted = false);
    }
    try_with(&|draft| {
        if let Program::Steps(steps) = &mut draft.program {
            steps.after_crash = None;
        }
    });
    try_with(&|draft| {
        if let Program::Steps(steps) = &mut draft.program {
            steps.order = None;
        }
    });
    found
}

/// The drafts without one of the steps, or without one of the options of a step.
fn without_a_step(draft: &Draft) -> Vec<Draft> {
    let mut found = Vec::new();
    match &draft.program {
        Program::Script(parts) => {
            for number in 0..parts.len() {
                let mut other = parts.clone();
                other.remove(number);
                found.push(Draft {
                    program: Program::Script(other),
                    ..draft.clone()
                });
            }
        }
        Program::Steps(steps) => {
            for list in 0..3 {
                let count = steps.clone().lists()[list].len();
                for number in 0..count {
                    let mut other = steps.clone();
                    other.lists()[list].remove(number);
                    found.push(Draft {
                        program: Program::Steps(other),
                        ..draft.clone()
                    });
                }
            }
        }
    }
    found
}

/// The smallest draft that still fails, as far as leaving out one thing at a time leads there.
pub fn shrink(draft: &Draft, fails: impl Fn(&Draft) -> bool) -> Draft {
    let mut least = draft.clone();
    while let Some(next) = smaller(&least).into_iter().find(|next| fails(next)) {
        least = next;
    }
    least
}
