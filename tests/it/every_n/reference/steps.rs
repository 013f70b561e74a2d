//! The steps of the protocol: which there are, and where they lead.

use super::{
    Guard, Instruction, Ordinal, Patience, Phase, Place, Plan, Reference, Side, State, Step, Write,
};

impl Reference {
    /// Calls `visit` with each step that may be taken.
    pub fn for_each_step(&self, state: &State, visit: &mut impl FnMut(Step)) {
        for side in Side::BOTH {
            self.of_controller(state, side, visit);
            for ordinal in self.ordinals() {
                let pod = state.ordinals[usize::from(ordinal)];
                match pod.phase(side) {
                    Phase::Pending if pod.attached.is_none_or(|other| other == side) => {
                        visit(Step::Start(side, ordinal));
                    }
                    Phase::Terminating => visit(Step::Finish(side, ordinal)),
                    Phase::Absent | Phase::Pending | Phase::Ready => (),
                }
                if is_live(pod.phase(side)) && self.may_evict(state, side, ordinal) {
                    visit(Step::Evict(side, ordinal));
                }
            }
        }
        if self.may_drive(state) {
            visit(Step::Driver);
        }
        if matches!(state.place, Place::At(_)) {
            visit(Step::Crash);
        }
        if self.rules.reverts && state.source_end < self.ordinals {
            visit(Step::Revert);
        }
    }

    fn of_controller(&self, state: &State, side: Side, visit: &mut impl FnMut(Step)) {
        if state.plans[side as usize].is_some() {
            visit(Step::Write(side));
            return;
        }
        for ordinal in self.ordinals() {
            let decided = if self.may_create(state, side, ordinal) {
                Write::Create
            } else if self.may_delete(state, side, ordinal) {
                Write::Delete
            } else {
                continue;
            };
            visit(match decided {
                write if self.rules.plans => Step::Decide(side, Plan { write, ordinal }),
                Write::Create => Step::Create(side, ordinal),
                Write::Delete => Step::Delete(side, ordinal),
            });
        }
    }

    fn may_create(&self, state: &State, side: Side, ordinal: u8) -> bool {
        let range = Self::range(state, side);
        let is_ready = |other: u8| phase(state, side, other) == Phase::Ready;
        range.contains(&ordinal)
            && phase(state, side, ordinal) == Phase::Absent
            && (self.rules.parallel || (range.start..ordinal).all(is_ready))
    }

    fn may_delete(&self, state: &State, side: Side, ordinal: u8) -> bool {
        let range = Self::range(state, side);
        let is_settled = |other: u8| match phase(state, side, other) {
            Phase::Ready => range.contains(&other) || other < ordinal,
            Phase::Absent => !range.contains(&other),
            Phase::Pending | Phase::Terminating => false,
        };
        !range.contains(&ordinal)
            && is_live(phase(state, side, ordinal))
            && (self.rules.parallel
                || self
                    .ordinals()
                    .all(|other| other == ordinal || is_settled(other)))
    }

    fn may_evict(&self, state: &State, side: Side, ordinal: u8) -> bool {
        let is_up = |other: u8| !state.ordinals[usize::from(other)].is_down();
        match self.rules.guard {
            Guard::None => true,
            Guard::NoneDown => self.ordinals().all(is_up),
            Guard::Majority => {
                let mut next = *state;
                next.ordinals[usize::from(ordinal)].phases[side as usize] = Phase::Terminating;
                let is_up = |other: &u8| !next.ordinals[usize::from(*other)].is_down();
                2 * self.ordinals().filter(is_up).count() > usize::from(self.ordinals)
            }
        }
    }

    fn may_drive(&self, state: &State) -> bool {
        let pod = |side| state.k.map(|k| phase(state, side, k));
        match self.instruction(state) {
            None => state.place == Place::Observe,
            Some(Instruction::WaitGone) => {
                let gone = pod(Side::Source);
                match self.rules.patience {
                    Patience::None => true,
                    Patience::Terminating => {
                        matches!(gone, Some(Phase::Absent | Phase::Terminating))
                    }
                    Patience::Absent => gone == Some(Phase::Absent),
                    Patience::AbsentAndQuiet => {
                        gone == Some(Phase::Absent) && state.plans[0].is_none()
                    }
                }
            }
            Some(Instruction::WaitReady) => pod(Side::Destination) == Some(Phase::Ready),
            Some(_) => true,
        }
    }

    /// The state that a step leads to.
    pub fn after(&self, state: &State, step: Step) -> State {
        let mut next = *state;
        match step {
            Step::Create(side, ordinal) => *pod(&mut next, side, ordinal) = Phase::Pending,
            Step::Delete(side, ordinal) => *pod(&mut next, side, ordinal) = Phase::Terminating,
            Step::Decide(side, plan) => next.plans[side as usize] = Some(plan),
            Step::Write(side) => {
                let plan = next.plans[side as usize].take().expect("it has a plan");
                let pod = pod(&mut next, side, plan.ordinal);
                // It asks for the Pod alone, not for what has happened to the set since.
                match plan.write {
                    Write::Create if *pod == Phase::Absent => *pod = Phase::Pending,
                    Write::Delete if is_live(*pod) => *pod = Phase::Terminating,
                    Write::Create | Write::Delete => (),
                }
            }
            Step::Start(side, ordinal) => {
                *pod(&mut next, side, ordinal) = Phase::Ready;
                let ordinal = &mut next.ordinals[usize::from(ordinal)];
                ordinal.attached = Some(side);
                ordinal.is_charged = false;
            }
            Step::Finish(side, ordinal) => {
                *pod(&mut next, side, ordinal) = Phase::Absent;
                let Ordinal { attached, .. } = &mut next.ordinals[usize::from(ordinal)];
                *attached = attached.filter(|other| *other != side);
            }
            Step::Evict(side, ordinal) => {
                *pod(&mut next, side, ordinal) = Phase::Terminating;
                next.ordinals[usize::from(ordinal)].is_charged = self.rules.charges;
            }
            Step::Driver => self.drive(&mut next),
            Step::Crash => (next.place, next.k) = (Place::Observe, None),
            Step::Revert => next.source_end = self.ordinals,
        }
        next
    }

    fn drive(&self, state: &mut State) {
        let Some(instruction) = self.instruction(state) else {
            (state.place, state.k) = self.observed(state);
            return;
        };
        let k = state.k.expect("it is in its program");
        match instruction {
            Instruction::ScaleDown => state.source_end = k,
            Instruction::Copy => state.ordinals[usize::from(k)].copied = true,
            Instruction::ScaleUp => (state.start, state.end) = (k, self.ordinals),
            Instruction::SetStart => {
                let replicas = state.end - state.start;
                // Ordinals beyond those of the application are left out.
                (state.start, state.end) = (k, self.ordinals.min(k + replicas));
            }
            Instruction::SetReplicas => state.end = self.ordinals.max(state.start),
            Instruction::WaitGone | Instruction::WaitReady => (),
        }
        (state.place, state.k) = match state.place {
            Place::At(number) if usize::from(number) + 1 < self.rules.program.len() => {
                (Place::At(number + 1), Some(k))
            }
            _ => (Place::Observe, None),
        };
    }

    /// Where the driver goes on, by what it sees.
    fn observed(&self, state: &State) -> (Place, Option<u8>) {
        if state.start > state.source_end {
            (self.place(Instruction::WaitGone), Some(state.start - 1))
        } else if Self::has_unready(state) {
            (self.place(Instruction::WaitReady), Some(state.start))
        } else if state.source_end == 0 {
            (Place::Done, None)
        } else {
            let k = state.source_end - 1;
            (self.place(Instruction::ScaleDown), Some(k))
        }
    }

    /// Whether an ordinal of the destination is not Ready there.
    pub fn has_unready(state: &State) -> bool {
        let mut range = Self::range(state, Side::Destination);
        range.any(|ordinal| phase(state, Side::Destination, ordinal) != Phase::Ready)
    }

    /// Where in the program an instruction is. One that is left out is looked for at the start.
    fn place(&self, instruction: Instruction) -> Place {
        let program = &self.rules.program;
        let number = program.iter().position(|other| *other == instruction);
        Place::At(u8::try_from(number.unwrap_or(0)).expect("a program is short"))
    }
}

const fn is_live(phase: Phase) -> bool {
    matches!(phase, Phase::Pending | Phase::Ready)
}

fn phase(state: &State, side: Side, ordinal: u8) -> Phase {
    state.ordinals[usize::from(ordinal)].phase(side)
}

fn pod(state: &mut State, side: Side, ordinal: u8) -> &mut Phase {
    &mut state.ordinals[usize::from(ordinal)].phases[side as usize]
}
