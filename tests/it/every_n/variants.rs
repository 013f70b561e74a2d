//! The relatives of the reference protocol.

use super::reference::{Guard, Instruction, Patience, Rules};

pub fn with_charges(rules: Rules) -> Rules {
    Rules {
        charges: true,
        ..rules
    }
}

/// A driver that takes a Pod that is terminating for one that is gone.
pub fn hasty() -> Rules {
    Rules {
        patience: Patience::Terminating,
        ..Rules::default()
    }
}

/// A driver that does not wait for a Pod to be gone.
pub fn blind() -> Rules {
    Rules {
        patience: Patience::None,
        ..Rules::default()
    }
}

/// Controllers that decide first and write later.
pub fn stale() -> Rules {
    Rules {
        plans: true,
        ..Rules::default()
    }
}

/// The same, and a driver that waits until the source's has nothing left to write.
pub fn synced() -> Rules {
    Rules {
        patience: Patience::AbsentAndQuiet,
        ..stale()
    }
}

/// Two patches of the destination, the one of its start first.
pub fn two_patches() -> Rules {
    Rules {
        program: vec![
            Instruction::ScaleDown,
            Instruction::WaitGone,
            Instruction::Copy,
            Instruction::SetStart,
            Instruction::SetReplicas,
            Instruction::WaitReady,
        ],
        ..Rules::default()
    }
}

/// Somebody sets the source's replicas to what they were.
pub fn reverted() -> Rules {
    Rules {
        reverts: true,
        ..Rules::default()
    }
}

/// No Pod is evicted while an ordinal is down.
pub fn guarded(rules: Rules) -> Rules {
    Rules {
        guard: Guard::NoneDown,
        ..rules
    }
}

pub fn parallel(rules: Rules) -> Rules {
    Rules {
        parallel: true,
        ..rules
    }
}

/// A relative, and up to how many ordinals its reachable states are few.
pub struct Variant {
    pub name: &'static str,
    pub rules: Rules,
    pub ordinals: usize,
}

/// All that have proofs or violations.
pub fn all() -> Vec<Variant> {
    let variant = |name, ordinals, rules| Variant {
        name,
        rules,
        ordinals,
    };
    vec![
        variant("plain", 5, Rules::default()),
        variant("with charges", 4, with_charges(Rules::default())),
        variant("hasty", 3, hasty()),
        variant("blind", 3, blind()),
        variant("stale", 2, stale()),
        variant("synced", 4, synced()),
        variant("two patches", 4, two_patches()),
        variant("two patches with charges", 3, with_charges(two_patches())),
        variant("reverted", 2, reverted()),
        variant("guarded", 4, with_charges(guarded(Rules::default()))),
        variant("guarded and synced", 4, with_charges(guarded(synced()))),
        variant("parallel", 4, parallel(Rules::default())),
        variant("parallel and synced", 4, parallel(synced())),
    ]
}

/// The free ordinals of a view that all their invariants take.
pub fn free(rules: &Rules) -> usize {
    if rules.charges { 2 } else { 1 }
}
