//! Generated drivers: every sequence of different instructions.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::lemma::{closed, coverage, restriction};
use super::reference::{Instruction, Rules};
use super::restriction::random;
use super::slices::{Slices, invariants};
use super::verdicts::shortest;

/// Every sequence of different instructions, of one at least.
fn programs() -> Vec<Vec<Instruction>> {
    let instructions = Rules::default().program;
    let mut programs = vec![Vec::new()];
    let mut next = 0;
    while next < programs.len() {
        for instruction in &instructions {
            if !programs[next].contains(instruction) {
                let mut longer = programs[next].clone();
                longer.push(*instruction);
                programs.push(longer);
            }
        }
        next += 1;
    }
    programs.remove(0);
    programs
}

/// The most ordinals with which they are searched.
const MOST_SEARCHED: usize = 3;

/// Whether each of the invariants is kept: the proof and the searches have to agree.
fn kept(rules: &Rules) -> Vec<bool> {
    let slices = Slices::new(rules);
    let proof = closed(&slices, 1, &invariants(rules));
    let mut kept = vec![true; proof.kept.len()];
    for ordinals in 1..=MOST_SEARCHED {
        for (kept, steps) in kept.iter_mut().zip(shortest(slices.of(ordinals))) {
            *kept = *kept && steps.is_none();
        }
    }
    assert_eq!(proof.kept, kept, "{rules:?}");
    let missing = coverage(&slices, &proof.views, 2, 100_000);
    assert_eq!(missing, 0, "{rules:?}");
    kept
}

/// How many programs break each of the invariants.
fn broken(programs: &[Vec<Instruction>]) -> [usize; 3] {
    let mut count = [0; 3];
    for program in programs {
        let program = program.clone();
        let kept = kept(&Rules {
            program,
            ..Rules::default()
        });
        for (count, kept) in count.iter_mut().zip(kept) {
            *count += usize::from(!kept);
        }
    }
    count
}

#[test]
fn a_proof_says_of_every_program_what_searches_say() {
    let programs = programs();
    assert_eq!(programs.len(), 325);
    let (some, others) = programs.split_at(programs.len() / 2);
    let counts = std::thread::scope(|scope| {
        let some = scope.spawn(|| broken(some));
        let others = broken(others);
        [some.join().expect("it does not panic"), others]
    });
    let sum = |invariant: usize| counts[0][invariant] + counts[1][invariant];
    assert_eq!([sum(0), sum(1), sum(2)], [104, 0, 119]);
}

#[test]
fn every_step_of_every_program_is_one_of_a_small_part_of_a_state() {
    let mut generator = Pcg64Mcg::seed_from_u64(2);
    for program in programs() {
        let slices = Slices::new(&Rules {
            program,
            ..Rules::default()
        });
        let model = slices.of(6);
        for _ in 0..20 {
            let state = random(model, &mut generator);
            let unmatched = restriction(&slices, model, &state, 1);
            assert_eq!(unmatched, None, "{:?}", model.rules);
        }
    }
}
