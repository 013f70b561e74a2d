//! The rules of the reference protocol once more, slow and plain: a field for each number, an
//! entry for each Pod, and a loop wherever the protocol says "each" or "lowest".

use super::protocol::{Pod, Side, Step};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Phase {
    Absent,
    Pending,
    Ready,
    Terminating,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Instruction {
    Observe,
    ScaleDown,
    WaitGone,
    Copy,
    ScaleUp,
    WaitReady,
    Done,
}

/// A state, with the faults that are left rather than those that were spent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Twin {
    source: Vec<Phase>,
    destination: Vec<Phase>,
    volumes: Vec<Option<Side>>,
    copied: Vec<bool>,
    source_replicas: u8,
    start: u8,
    destination_replicas: u8,
    instruction: Instruction,
    ordinal: u8,
    evictions: u8,
    crashes: u8,
    evictions_at_first: u8,
    hasty: bool,
}

impl Twin {
    /// The initial state.
    pub fn new((replicas, evictions, crashes): (u8, u8, u8), hasty: bool) -> Self {
        let count = usize::from(replicas);
        Self {
            source: vec![Phase::Ready; count],
            destination: vec![Phase::Absent; count],
            volumes: vec![Some(Side::Source); count],
            copied: vec![false; count],
            source_replicas: replicas,
            start: replicas,
            destination_replicas: 0,
            instruction: Instruction::Observe,
            ordinal: 0,
            evictions,
            crashes,
            evictions_at_first: evictions,
            hasty,
        }
    }

    fn replicas(&self) -> u8 {
        u8::try_from(self.source.len()).expect("ten at most")
    }

    fn phase(&self, side: Side, ordinal: u8) -> Phase {
        match side {
            Side::Source => self.source[usize::from(ordinal)],
            Side::Destination => self.destination[usize::from(ordinal)],
        }
    }

    fn set_phase(&mut self, side: Side, ordinal: u8, phase: Phase) {
        match side {
            Side::Source => self.source[usize::from(ordinal)] = phase,
            Side::Destination => self.destination[usize::from(ordinal)] = phase,
        }
    }

    fn is_asked_for(&self, side: Side, ordinal: u8) -> bool {
        match side {
            Side::Source => ordinal < self.source_replicas,
            Side::Destination => {
                ordinal >= self.start && ordinal < self.start + self.destination_replicas
            }
        }
    }

    /// All steps that are enabled, in an order of its own.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for ordinal in 0..self.replicas() {
            for side in [Side::Destination, Side::Source] {
                let pod = Pod::new(side, ordinal);
                let of_pod = [
                    Step::Create(pod),
                    Step::Delete(pod),
                    Step::Start(pod),
                    Step::Finish(pod),
                    Step::Evict(pod),
                ];
                steps.extend(of_pod.into_iter().filter(|&step| self.is_enabled(step)));
            }
        }
        let others = [Step::Crash, Step::Drive].into_iter();
        steps.extend(others.filter(|&step| self.is_enabled(step)));
        steps
    }

    fn is_enabled(&self, step: Step) -> bool {
        match step {
            Step::Create(pod) => self.may_create(pod.side(), pod.ordinal()),
            Step::Delete(pod) => self.may_delete(pod.side(), pod.ordinal()),
            Step::Start(pod) => {
                let (side, ordinal) = (pod.side(), pod.ordinal());
                let volume = self.volumes[usize::from(ordinal)];
                self.phase(side, ordinal) == Phase::Pending
                    && (volume.is_none() || volume == Some(side))
            }
            Step::Finish(pod) => self.phase(pod.side(), pod.ordinal()) == Phase::Terminating,
            Step::Evict(pod) => self.evictions > 0 && self.runs(pod.side(), pod.ordinal()),
            Step::Drive => self.may_drive(),
            Step::Crash => {
                let idle = [Instruction::Observe, Instruction::Done];
                self.crashes > 0 && !idle.contains(&self.instruction)
            }
        }
    }

    fn runs(&self, side: Side, ordinal: u8) -> bool {
        [Phase::Pending, Phase::Ready].contains(&self.phase(side, ordinal))
    }

    fn may_create(&self, side: Side, ordinal: u8) -> bool {
        self.is_asked_for(side, ordinal)
            && self.phase(side, ordinal) == Phase::Absent
            && (0..ordinal)
                .filter(|&lower| self.is_asked_for(side, lower))
                .all(|lower| self.phase(side, lower) == Phase::Ready)
    }

    fn may_delete(&self, side: Side, ordinal: u8) -> bool {
        let is_condemned = |ordinal| {
            !self.is_asked_for(side, ordinal) && self.phase(side, ordinal) != Phase::Absent
        };
        let is_healthy = |ordinal| {
            self.phase(side, ordinal) == Phase::Ready
                || (self.phase(side, ordinal) == Phase::Absent && !self.is_asked_for(side, ordinal))
        };
        let highest = (0..self.replicas())
            .rev()
            .find(|&other| is_condemned(other));
        let mut others = (0..self.replicas()).filter(|&other| other != ordinal);
        highest == Some(ordinal) && self.runs(side, ordinal) && others.all(is_healthy)
    }

    fn may_drive(&self) -> bool {
        match self.instruction {
            Instruction::WaitGone => {
                let phase = self.phase(Side::Source, self.ordinal);
                phase == Phase::Absent || (self.hasty && phase == Phase::Terminating)
            }
            Instruction::WaitReady => self.phase(Side::Destination, self.ordinal) == Phase::Ready,
            Instruction::Done => false,
            _ => true,
        }
    }

    /// The state after a step.
    pub fn after(&self, step: Step) -> Self {
        let mut next = self.clone();
        match step {
            Step::Create(pod) => next.set_phase(pod.side(), pod.ordinal(), Phase::Pending),
            Step::Delete(pod) => next.set_phase(pod.side(), pod.ordinal(), Phase::Terminating),
            Step::Start(pod) => {
                let (side, ordinal) = (pod.side(), pod.ordinal());
                next.set_phase(side, ordinal, Phase::Ready);
                next.volumes[usize::from(ordinal)] = Some(side);
            }
            Step::Finish(pod) => {
                let (side, ordinal) = (pod.side(), pod.ordinal());
                next.set_phase(side, ordinal, Phase::Absent);
                let volume = &mut next.volumes[usize::from(ordinal)];
                *volume = volume.filter(|&attached| attached != side);
            }
            Step::Evict(pod) => {
                let (side, ordinal) = (pod.side(), pod.ordinal());
                next.set_phase(side, ordinal, Phase::Terminating);
                next.evictions -= 1;
            }
            Step::Drive => next.drive(),
            Step::Crash => {
                (next.instruction, next.ordinal) = (Instruction::Observe, 0);
                next.crashes -= 1;
            }
        }
        next
    }

    fn drive(&mut self) {
        self.instruction = match self.instruction {
            Instruction::Observe => return self.observe(),
            Instruction::ScaleDown => {
                self.source_replicas = self.ordinal;
                Instruction::WaitGone
            }
            Instruction::WaitGone => Instruction::Copy,
            Instruction::Copy => {
                self.copied[usize::from(self.ordinal)] = true;
                Instruction::ScaleUp
            }
            Instruction::ScaleUp => {
                self.start = self.ordinal;
                self.destination_replicas = self.replicas() - self.ordinal;
                Instruction::WaitReady
            }
            Instruction::WaitReady | Instruction::Done => {
                self.ordinal = 0;
                Instruction::Observe
            }
        };
    }

    fn observe(&mut self) {
        let all_ready = (0..self.replicas())
            .filter(|&ordinal| self.is_asked_for(Side::Destination, ordinal))
            .all(|ordinal| self.phase(Side::Destination, ordinal) == Phase::Ready);
        (self.instruction, self.ordinal) = if self.start > self.source_replicas {
            (Instruction::WaitGone, self.start - 1)
        } else if !all_ready {
            (Instruction::WaitReady, self.start)
        } else if self.source_replicas == 0 {
            (Instruction::Done, 0)
        } else {
            (Instruction::ScaleDown, self.source_replicas - 1)
        };
    }

    /// Whether each of the four invariants holds, in the order of the model.
    pub fn invariants(&self) -> [bool; 4] {
        let all = |holds: &dyn Fn(u8) -> bool| (0..self.replicas()).all(holds);
        let is_ready = |side, ordinal| self.phase(side, ordinal) == Phase::Ready;
        let ready = (0..self.replicas()).filter(|&ordinal| {
            is_ready(Side::Source, ordinal) || is_ready(Side::Destination, ordinal)
        });
        let spent = usize::from(self.evictions_at_first - self.evictions);
        [
            all(&|ordinal| {
                self.phase(Side::Source, ordinal) == Phase::Absent
                    || self.phase(Side::Destination, ordinal) == Phase::Absent
            }),
            all(&|ordinal| {
                [Side::Source, Side::Destination].into_iter().all(|side| {
                    !is_ready(side, ordinal) || self.volumes[usize::from(ordinal)] == Some(side)
                })
            }),
            all(&|ordinal| {
                !is_ready(Side::Destination, ordinal) || self.copied[usize::from(ordinal)]
            }),
            ready.count() + 1 + spent >= usize::from(self.replicas()),
        ]
    }

    /// Whether everything has been moved and the driver knows it.
    pub fn is_goal(&self) -> bool {
        self.instruction == Instruction::Done
            && self.source.iter().all(|&phase| phase == Phase::Absent)
            && self.destination.iter().all(|&phase| phase == Phase::Ready)
    }

    /// The faults spent so far: evictions, and crashes out of so many.
    pub fn spent(&self, crashes: u8) -> [u64; 2] {
        let evictions = self.evictions_at_first - self.evictions;
        [evictions.into(), (crashes - self.crashes).into()]
    }
}
