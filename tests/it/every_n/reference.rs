//! The reference protocol of `benches/peers` without any budget, and its relatives: any number of
//! evictions and crashes of the driver. Written to be read, not to be fast.

mod steps;

use straddle::engine::{Formula, Searchable};

/// The most ordinals.
pub const MOST: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Phase {
    #[default]
    Absent,
    Pending,
    Ready,
    Terminating,
}

impl Phase {
    pub const ALL: [Self; 4] = [Self::Absent, Self::Pending, Self::Ready, Self::Terminating];
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    Source,
    Destination,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Source, Self::Destination];
}

/// What there is of one ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ordinal {
    /// By side.
    pub phases: [Phase; 2],
    pub attached: Option<Side>,
    pub copied: bool,
    /// It has been evicted since it was Ready. Only with [`Rules::charges`].
    pub is_charged: bool,
}

impl Ordinal {
    pub const fn phase(self, side: Side) -> Phase {
        self.phases[side as usize]
    }

    pub fn is_down(self) -> bool {
        self.phases.iter().all(|phase| *phase != Phase::Ready)
    }
}

/// Where the driver is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    Observe,
    /// At this instruction of its program.
    At(u8),
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instruction {
    ScaleDown,
    WaitGone,
    Copy,
    /// Start and replicas of the destination in one patch.
    ScaleUp,
    /// Two patches instead: the end moves with the start.
    SetStart,
    SetReplicas,
    WaitReady,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Write {
    Create,
    Delete,
}

/// What a controller has decided and not yet done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Plan {
    pub write: Write,
    pub ordinal: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct State {
    /// Those from the number of ordinals on are never looked at.
    pub ordinals: [Ordinal; MOST],
    /// The source has those below.
    pub source_end: u8,
    /// The destination has those from here.
    pub start: u8,
    /// And below this.
    pub end: u8,
    pub place: Place,
    /// The ordinal at hand while the driver is in its program.
    pub k: Option<u8>,
    /// By side. Only with [`Rules::plans`].
    pub plans: [Option<Plan>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Create(Side, u8),
    Delete(Side, u8),
    Decide(Side, Plan),
    Write(Side),
    Start(Side, u8),
    Finish(Side, u8),
    Evict(Side, u8),
    Driver,
    Crash,
    Revert,
}

/// What WaitGone waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// Nothing.
    None,
    /// The Pod is terminating. A planted bug.
    Terminating,
    /// The Pod is absent.
    Absent,
    /// The same, and the source's controller has nothing planned.
    AbsentAndQuiet,
}

/// When a Pod may be evicted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// Always.
    None,
    /// While no ordinal is down: a budget of `maxUnavailable: 1`.
    NoneDown,
    /// If a majority stays Ready. No step that asks for this is in the class of models of which
    /// there are proofs.
    Majority,
}

/// Which relative of the protocol it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    pub program: Vec<Instruction>,
    pub patience: Patience,
    pub guard: Guard,
    /// Controllers decide, and write in a later step.
    pub plans: bool,
    /// Evictions leave a mark until the ordinal is Ready again.
    pub charges: bool,
    /// `Parallel` instead of `OrderedReady`.
    pub parallel: bool,
    /// Somebody sets the source's replicas to what they were.
    pub reverts: bool,
}

impl Default for Rules {
    /// The protocol itself.
    fn default() -> Self {
        Self {
            program: vec![
                Instruction::ScaleDown,
                Instruction::WaitGone,
                Instruction::Copy,
                Instruction::ScaleUp,
                Instruction::WaitReady,
            ],
            patience: Patience::Absent,
            guard: Guard::None,
            plans: false,
            charges: false,
            parallel: false,
            reverts: false,
        }
    }
}

/// The protocol for one number of ordinals.
#[derive(Clone, Debug)]
pub struct Reference {
    pub rules: Rules,
    pub ordinals: u8,
}

impl Reference {
    pub fn ordinals(&self) -> std::ops::Range<u8> {
        0..self.ordinals
    }

    pub const fn range(state: &State, side: Side) -> std::ops::Range<u8> {
        match side {
            Side::Source => 0..state.source_end,
            Side::Destination => state.start..state.end,
        }
    }

    /// The instruction that the driver is at.
    pub fn instruction(&self, state: &State) -> Option<Instruction> {
        match state.place {
            Place::At(number) => Some(self.rules.program[usize::from(number)]),
            Place::Observe | Place::Done => None,
        }
    }

    fn all(&self, state: &State, mut holds: impl FnMut(Ordinal) -> bool) -> bool {
        self.ordinals()
            .all(|ordinal| holds(state.ordinals[usize::from(ordinal)]))
    }

    pub fn is_at_most_one(&self, state: &State) -> bool {
        self.all(state, |ordinal| ordinal.phases.contains(&Phase::Absent))
    }

    pub fn is_ready_attached(&self, state: &State) -> bool {
        self.all(state, |ordinal| {
            let mut ready = Side::BOTH.into_iter();
            ready.all(|side| ordinal.phase(side) != Phase::Ready || ordinal.attached == Some(side))
        })
    }

    pub fn is_copied_before_ready(&self, state: &State) -> bool {
        self.all(state, |ordinal| {
            ordinal.copied || ordinal.phase(Side::Destination) != Phase::Ready
        })
    }

    /// With charges, so many more than one are down at most as there were evictions.
    pub fn is_at_most_one_down_uncharged(&self, state: &State) -> bool {
        let ordinals = &state.ordinals[..usize::from(self.ordinals)];
        let mut down = ordinals.iter();
        let mut is_next = || down.any(|ordinal| ordinal.is_down() && !ordinal.is_charged);
        !(is_next() && is_next())
    }
}

impl Searchable for Reference {
    type State = State;
    type Action = Step;

    fn initial_states(&self) -> Vec<State> {
        let moved_none = Ordinal {
            phases: [Phase::Ready, Phase::Absent],
            attached: Some(Side::Source),
            ..Ordinal::default()
        };
        let mut ordinals = [Ordinal::default(); MOST];
        ordinals[..usize::from(self.ordinals)].fill(moved_none);
        vec![State {
            ordinals,
            source_end: self.ordinals,
            start: self.ordinals,
            end: self.ordinals,
            place: Place::Observe,
            k: None,
            plans: [None; 2],
        }]
    }

    fn successors(&self, state: &State, visit: &mut impl FnMut(Step, &State)) {
        self.for_each_step(state, &mut |step| visit(step, &self.after(state, step)));
    }

    fn words(&self) -> usize {
        2
    }

    fn pack(&self, state: &State, words: &mut [u64]) {
        let mut bytes = [0; MOST];
        for (byte, ordinal) in bytes.iter_mut().zip(&state.ordinals) {
            let [source, destination] = ordinal.phases.map(|phase| phase as u8);
            let attached = ordinal.attached.map_or(0, |side| 1 + side as u8);
            let flags = u8::from(ordinal.copied) | u8::from(ordinal.is_charged) << 1;
            *byte = source | destination << 2 | attached << 4 | flags << 6;
        }
        let place = match state.place {
            Place::Observe => 0,
            Place::Done => 1,
            Place::At(number) => 2 + number,
        };
        let plans = state.plans.map(|plan| match plan {
            None => 0,
            Some(plan) => 1 + 2 * plan.ordinal + u8::from(plan.write == Write::Delete),
        });
        let [source, destination] = plans;
        let k = state.k.map_or(0, |k| 1 + k);
        let rest = [
            state.source_end,
            state.start,
            state.end,
            place,
            k,
            source,
            destination,
            0,
        ];
        words[0] = u64::from_le_bytes(bytes);
        words[1] = u64::from_le_bytes(rest);
    }

    fn unpack(&self, words: &[u64]) -> State {
        let side = |number| match number {
            0 => None,
            1 => Some(Side::Source),
            _ => Some(Side::Destination),
        };
        let ordinals = words[0].to_le_bytes().map(|byte| Ordinal {
            phases: [byte & 3, byte >> 2 & 3].map(|phase| Phase::ALL[usize::from(phase)]),
            attached: side(byte >> 4 & 3),
            copied: byte >> 6 & 1 == 1,
            is_charged: byte >> 7 == 1,
        });
        let [source_end, start, end, place, k, source, destination, _] = words[1].to_le_bytes();
        let plan = |number: u8| {
            let number = number.checked_sub(1)?;
            let write = [Write::Create, Write::Delete][usize::from(number % 2)];
            let ordinal = number / 2;
            Some(Plan { write, ordinal })
        };
        State {
            ordinals,
            source_end,
            start,
            end,
            place: match place {
                0 => Place::Observe,
                1 => Place::Done,
                _ => Place::At(place - 2),
            },
            k: k.checked_sub(1),
            plans: [plan(source), plan(destination)],
        }
    }
}

impl Reference {
    /// What the rules guarantee of every state.
    pub fn invariants(&self) -> Vec<Formula<Self>> {
        let mut invariants = vec![
            Formula::invariant("at-most-one", Self::is_at_most_one),
            Formula::invariant("ready-is-attached", Self::is_ready_attached),
            Formula::invariant("copied-before-ready", Self::is_copied_before_ready),
        ];
        if self.rules.charges {
            let is_kept = Self::is_at_most_one_down_uncharged;
            invariants.push(Formula::invariant("at-most-one-down", is_kept));
        }
        invariants
    }
}
