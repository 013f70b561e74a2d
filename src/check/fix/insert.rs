//! Waits put into a program.
//!
//! All exits that lead to an instruction lead to the wait in front of it afterwards: whoever comes
//! there has to wait, from wherever it comes.
//!
//! ```text
//! before   0 apply    1 delete    2 apply          exits 0: At(1)   1: At(2)
//! after    0 apply    1 WAIT    2 delete    3 apply    0: At(1)   1: At(2)   2: At(3)
//! ```
//!
//! What a search then finds is said of the file with one line more. If an exit led elsewhere, it
//! would be said of a program that nobody has, so the result is compared with what there was.

use std::collections::BTreeMap;

use crate::world::program::{
    Exits, Instruction, MOST_INSTRUCTIONS, OnError, Operation, Program, Target,
};

/// The step of the file that an inserted wait belongs to: none of those there are, so that
/// skipping a refused step does not skip it.
pub(super) const STEP: u16 = u16::MAX;

/// A program with one more instruction in front of each of some; none if it would be too long, or has
/// no such place. One at the end of a loop's body belongs to the body.
pub(super) fn with_waits(program: &Program, waits: &BTreeMap<usize, Operation>) -> Option<Program> {
    let length = program.instructions.len();
    let is_beyond = waits.keys().any(|&position| position > length);
    if is_beyond || length + waits.len() > MOST_INSTRUCTIONS {
        return None;
    }
    let before = |position: usize| waits.range(..position).count();
    let target = |target: Target| match target {
        Target::At(old) => at(usize::from(old) + before(usize::from(old))),
        other => other,
    };
    let mut changed = Program {
        instructions: Vec::new(),
        exits: Vec::new(),
        body_start: program.body_start + before(program.body_start),
        body_end: program.body_end + before(program.body_end + 1),
        ..program.clone()
    };
    for position in 0..=length {
        if let Some(&operation) = waits.get(&position) {
            changed.instructions.push(Instruction {
                operation,
                on_error: OnError::Fail,
                step: STEP,
            });
            changed.exits.push(Exits {
                done: at(changed.instructions.len()),
                otherwise: Target::Failed,
            });
        }
        changed
            .instructions
            .extend(program.instructions.get(position));
        changed
            .exits
            .extend(program.exits.get(position).map(|exits| Exits {
                done: target(exits.done),
                otherwise: target(exits.otherwise),
            }));
    }
    if !program.is_script {
        changed = changed.linked();
    }
    check(program, &changed, waits);
    Some(changed)
}

fn at(position: usize) -> Target {
    Target::At(u16::try_from(position).expect("programs are short"))
}

/// Nothing has changed but for the waits: the other instructions are those there were, each wait
/// is in front of its own, and the exits of a script lead to the same instructions, or to the
/// waits in front of them. Those of a scenario's steps follow from its instructions.
fn check(program: &Program, changed: &Program, waits: &BTreeMap<usize, Operation>) {
    let is_old = |position: &usize| changed.instructions[*position].step != STEP;
    let mut places: Vec<usize> = (0..changed.instructions.len()).filter(is_old).collect();
    let old = places.iter().map(|&place| changed.instructions[place]);
    assert!(
        old.eq(program.instructions.iter().copied()),
        "waits have changed other instructions than their own: {waits:?}"
    );
    places.push(changed.instructions.len());
    for (&position, &wait) in waits {
        let place = places.get(position).and_then(|place| place.checked_sub(1));
        let found = place.map(|place| changed.instructions[place]);
        assert!(
            found.is_some_and(|found| found.step == STEP && found.operation == wait),
            "{wait:?} is not in front of instruction {position}, but {found:?}"
        );
    }
    assert_eq!(
        changed.instructions.len(),
        program.instructions.len() + waits.len(),
        "there are other waits than {waits:?}"
    );
    if program.is_script {
        let comes_to = |new: Target, old: Target| match (new, old) {
            (Target::At(new), Target::At(old)) => {
                let (new, old) = (usize::from(new), usize::from(old));
                places[old] == new + usize::from(waits.contains_key(&old))
            }
            (Target::Failed, Target::Failed) => true,
            // A script has no loop of the program's own.
            _ => false,
        };
        for (&place, old) in places.iter().zip(&program.exits) {
            let new = changed.exits[place];
            assert!(
                comes_to(new.done, old.done) && comes_to(new.otherwise, old.otherwise),
                "an exit was {old:?} and leads elsewhere with waits: {new:?}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::id::ClusterId;
    use crate::world::program::{Condition, Timeout};

    const WAIT: Operation = Operation::Await(
        Condition::SetObserved(ClusterId::Destination),
        Timeout::Never,
    );

    /// A script of so many instructions, each of which leads to the next and back to the first.
    fn script(length: usize) -> Program {
        let instruction = |step| Instruction {
            operation: Operation::Save,
            on_error: OnError::Fail,
            step: u16::try_from(step).expect("it is small"),
        };
        let exits = |position| Exits {
            done: at(position + 1),
            otherwise: at(0),
        };
        Program {
            instructions: (0..length).map(instruction).collect(),
            exits: (0..length).map(exits).collect(),
            is_script: true,
            ..Program::default()
        }
    }

    #[test]
    fn who_comes_to_an_instruction_has_to_wait_before_it() {
        let waits = BTreeMap::from([(0, WAIT), (2, WAIT), (3, WAIT)]);
        let changed = with_waits(&script(3), &waits).expect("it is short");
        let steps = changed.instructions.iter().map(|one| one.step);
        assert_eq!(steps.collect::<Vec<_>>(), [STEP, 0, 1, STEP, 2, STEP]);
        let done: Vec<Target> = changed.exits.iter().map(|exits| exits.done).collect();
        assert_eq!(done, [1, 2, 3, 4, 5, 6].map(at));
        let otherwise = changed.exits.iter().map(|exits| exits.otherwise);
        let failed = Target::Failed;
        let expected = [failed, at(0), at(0), failed, at(0), failed];
        assert_eq!(otherwise.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_program_has_room_for_waits_or_gets_none() {
        let waits = BTreeMap::from([(0, WAIT), (1, WAIT)]);
        let longest = MOST_INSTRUCTIONS - waits.len();
        assert!(with_waits(&script(longest), &waits).is_some());
        assert!(with_waits(&script(longest + 1), &waits).is_none());
    }

    #[test]
    fn a_wait_behind_the_end_is_no_wait() {
        assert!(with_waits(&script(3), &BTreeMap::from([(4, WAIT)])).is_none());
    }
}
