//! The reference protocol: a small migration that several checkers run, to be compared by it.
//!
//! Two clusters share the volumes of a StatefulSet. A driver moves one ordinal after another,
//! highest first: it scales the source down, waits until the Pod is gone, copies the data,
//! extends the range of the destination to the ordinal, and waits until the Pod is ready there.
//! Controllers create and delete in order, as `OrderedReady` does. Pods are evicted and the
//! driver crashes, each as often as a budget allows.
//!
//! `R.pml` and `R.tla` in this folder say the same in Promela and TLA+. All of them have the
//! same states and the same transitions.

use std::fmt;

use stateright::{Model, Property};
use straddle::engine::adapters::{self, Judge};
use straddle::engine::{Bits, Formula, Searchable};

#[path = "state.rs"]
mod state;

use state::{
    ATTACHMENTS, CRASHES, DESTINATION_REPLICAS, DESTINATION_START, EVICTIONS, INSTRUCTION,
    MOST_REPLICAS, ORDINAL, Phases, SOURCE_REPLICAS, below, each, instruction, ordinal_of, phase,
};
pub use state::{Side, State};

/// A Pod: its cluster and its ordinal in one byte, so that a step fits into registers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pod(u8);

impl Pod {
    /// The Pod of an ordinal.
    pub const fn new(side: Side, ordinal: u8) -> Self {
        Self((side as u8) << 4 | ordinal)
    }

    #[inline(always)]
    const fn of_lane(side: Side, lane: u64) -> Self {
        Self::new(side, ordinal_of(lane))
    }

    /// The Pod of a lane of both tables of phases.
    #[inline(always)]
    const fn of_both(lane: u64) -> Self {
        let ordinal = ordinal_of(lane);
        if ordinal < MOST_REPLICAS {
            Self::new(Side::Source, ordinal)
        } else {
            Self::new(Side::Destination, ordinal - MOST_REPLICAS)
        }
    }

    /// Its cluster.
    pub const fn side(self) -> Side {
        Side::BOTH[(self.0 >> 4) as usize]
    }

    /// Its ordinal.
    pub const fn ordinal(self) -> u8 {
        self.0 & 15
    }

    const fn lane(self) -> u64 {
        1 << (2 * self.ordinal())
    }
}

impl fmt::Debug for Pod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}, {}", self.side(), self.ordinal())
    }
}

/// A step of one component.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// The controller creates the Pod.
    Create(Pod),
    /// The controller deletes the Pod.
    Delete(Pod),
    /// The kubelet attaches the volume, and the Pod is ready.
    Start(Pod),
    /// The kubelet ends the Pod and detaches its volume.
    Finish(Pod),
    /// A fault: somebody evicts the Pod.
    Evict(Pod),
    /// The driver's next instruction.
    Drive,
    /// A fault: the driver starts again from what it observes.
    Crash,
}

/// The protocol at one size.
#[derive(Clone, Debug)]
pub struct Protocol {
    replicas: u8,
    evictions: u8,
    crashes: u8,
    /// The driver takes a Pod that is terminating for one that is gone. A mistake, to see that
    /// it is found.
    pub hasty: bool,
}

impl Protocol {
    /// The protocol for so many ordinals, evictions and crashes.
    ///
    /// # Panics
    /// If a state has no room for them.
    pub fn new(replicas: u8, evictions: u8, crashes: u8) -> Self {
        assert!(
            (1..=MOST_REPLICAS).contains(&replicas),
            "{replicas} ordinals"
        );
        assert!(evictions < 16, "{evictions} evictions");
        assert!(crashes < 16, "{crashes} crashes");
        Self {
            replicas,
            evictions,
            crashes,
            hasty: false,
        }
    }

    fn initial(&self) -> State {
        let all = below(self.replicas.into());
        let source = all * phase::READY;
        let attachments = all * Side::Source.attached();
        State([source | attachments << ATTACHMENTS, 0])
            .with(SOURCE_REPLICAS, self.replicas.into())
            .with(DESTINATION_START, self.replicas.into())
            .goes_to(instruction::OBSERVE, 0)
    }

    /// Calls `visit` with each enabled step and the state after it, always in the same order.
    #[inline(always)]
    fn expand(&self, state: State, mut visit: impl FnMut(Step, State)) {
        let all = below(self.replicas.into());
        for side in Side::BOTH {
            let pods = state.phases(side);
            let range = state.range(side);
            let created = to_create(pods, range);
            if created != 0 {
                let step = Step::Create(Pod::of_lane(side, created));
                visit(step, state.created(side, created));
            }
            let deleted = to_delete(pods, range, all & !range);
            if deleted != 0 {
                let step = Step::Delete(Pod::of_lane(side, deleted));
                visit(step, state.terminated(side, deleted));
            }
        }
        each(state.startable(), |pod| {
            visit(Step::Start(Pod::of_both(pod)), state.after_start(pod));
        });
        each(state.terminating(), |pod| {
            visit(Step::Finish(Pod::of_both(pod)), state.after_finish(pod));
        });
        if state.get(EVICTIONS) < u64::from(self.evictions) {
            each(state.running(), |pod| {
                visit(Step::Evict(Pod::of_both(pod)), state.after_eviction(pod));
            });
        }
        let at = state.get(INSTRUCTION);
        if self.may_drive(state, at) {
            visit(Step::Drive, self.drive(state));
        }
        let under_way = at != instruction::OBSERVE && at != instruction::DONE;
        if under_way && state.get(CRASHES) < u64::from(self.crashes) {
            visit(Step::Crash, state.crashed());
        }
    }

    /// Whether the driver's next instruction can be carried out.
    const fn may_drive(&self, state: State, at: u64) -> bool {
        match at {
            instruction::WAIT_GONE => {
                let pods = state.phases(Side::Source);
                let gone = !pods.present() | if self.hasty { pods.terminating() } else { 0 };
                gone & state.moved() != 0
            }
            instruction::WAIT_READY => state.phases(Side::Destination).ready() & state.moved() != 0,
            _ => at != instruction::DONE,
        }
    }

    /// The state after an enabled step.
    fn perform(&self, state: State, step: Step) -> State {
        match step {
            Step::Create(pod) => state.created(pod.side(), pod.lane()),
            Step::Delete(pod) => state.terminated(pod.side(), pod.lane()),
            Step::Start(pod) => state.started(pod.side(), pod.lane()),
            Step::Finish(pod) => state.finished(pod.side(), pod.lane()),
            Step::Evict(pod) => state.evicted(pod.side(), pod.lane()),
            Step::Drive => self.drive(state),
            Step::Crash => state.crashed(),
        }
    }

    /// Carries out the driver's next instruction.
    const fn drive(&self, state: State) -> State {
        let ordinal = state.get(ORDINAL);
        match state.get(INSTRUCTION) {
            instruction::OBSERVE => Self::observe(state),
            instruction::SCALE_DOWN => state
                .with(SOURCE_REPLICAS, ordinal)
                .with(INSTRUCTION, instruction::WAIT_GONE),
            instruction::WAIT_GONE => state.with(INSTRUCTION, instruction::COPY),
            instruction::COPY => {
                let mut next = state.with(INSTRUCTION, instruction::SCALE_UP);
                next.0[1] |= state.moved();
                next
            }
            instruction::SCALE_UP => state
                .with(DESTINATION_START, ordinal)
                .with(DESTINATION_REPLICAS, self.replicas as u64 - ordinal)
                .with(INSTRUCTION, instruction::WAIT_READY),
            _ => state.goes_to(instruction::OBSERVE, 0),
        }
    }

    /// The driver finds out from the clusters where it stands.
    const fn observe(state: State) -> State {
        let replicas = state.get(SOURCE_REPLICAS);
        let start = state.get(DESTINATION_START);
        let ready = state.phases(Side::Destination).ready();
        if start > replicas {
            state.goes_to(instruction::WAIT_GONE, start - 1)
        } else if state.range(Side::Destination) & !ready != 0 {
            state.goes_to(instruction::WAIT_READY, start)
        } else if replicas == 0 {
            state.goes_to(instruction::DONE, 0)
        } else {
            state.goes_to(instruction::SCALE_DOWN, replicas - 1)
        }
    }
}

/// The lowest ordinal of the range that is not ready, if it has no Pod. Otherwise no lane.
#[inline(always)]
const fn to_create(pods: Phases, range: u64) -> u64 {
    let behind = range & !pods.ready();
    behind & behind.wrapping_neg() & !pods.present()
}

/// The highest Pod outside of the range, if it runs and all other ordinals are healthy: ready, or
/// outside of the range and absent. Otherwise no lane.
#[inline(always)]
const fn to_delete(pods: Phases, range: u64, outside: u64) -> u64 {
    let condemned = outside & pods.present();
    if condemned == 0 {
        return 0;
    }
    let highest = 1 << condemned.ilog2();
    let unhealthy = (range | condemned) & !pods.ready() & !highest;
    if unhealthy == 0 {
        highest & pods.running()
    } else {
        0
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![self.initial()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        self.expand(*state, |step, _| actions.push(step));
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        Some(self.perform(*state, step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let named = INVARIANTS.into_iter().zip(0..);
        named
            .map(|(name, number)| adapters::always(name, number))
            .collect()
    }
}

impl Judge for Protocol {
    fn judge(&self, number: usize, state: &State) -> bool {
        self.holds(number, state)
    }
}

/// The names of the invariants, by their numbers.
const INVARIANTS: [&str; 4] = [
    "at-most-one-pod",
    "ready-is-attached",
    "data-is-there",
    "available",
];

impl Protocol {
    /// What holds in every state.
    pub fn invariants() -> Vec<Formula<Self>> {
        let named = INVARIANTS.into_iter().zip(0..);
        named
            .map(|(name, number)| Formula::own_invariant(name, number))
            .collect()
    }

    /// Whether all Pods have moved and the driver is done.
    pub fn is_goal(&self, state: &State) -> bool {
        let [source, destination] = Side::BOTH.map(|side| state.phases(side));
        state.get(INSTRUCTION) == instruction::DONE
            && source.present() == 0
            && destination.ready() == below(self.replicas.into())
    }
}

impl Searchable for Protocol {
    type State = State;
    type Action = Step;

    fn initial_states(&self) -> Vec<State> {
        vec![self.initial()]
    }

    #[inline(always)]
    fn holds(&self, number: usize, state: &State) -> bool {
        match number {
            0 => state.has_at_most_one_pod(),
            1 => state.is_attached_where_ready(),
            2 => state.has_data_where_ready(),
            _ => state.is_available(self.replicas),
        }
    }

    fn words(&self) -> usize {
        2
    }

    #[inline(always)]
    fn pack(&self, state: &State, words: &mut [u64]) {
        // One by one: what has just been written in halves is slow to read as a whole.
        let State([first, second]) = *state;
        words[0] = first;
        words[1] = second;
    }

    #[inline(always)]
    fn unpack(&self, words: &[u64]) -> State {
        State([words[0], words[1]])
    }

    #[inline(always)]
    fn successors(&self, state: &State, visit: &mut impl FnMut(Step, &State)) {
        self.expand(*state, |step, next| visit(step, &next));
    }

    fn fault_kind(&self, step: &Step) -> Option<u8> {
        match step {
            Step::Evict(..) => Some(0),
            Step::Crash => Some(1),
            _ => None,
        }
    }

    fn spent(&self) -> Vec<Bits> {
        vec![EVICTIONS, CRASHES]
    }

    fn fairness(&self, step: &Step) -> Option<u16> {
        match *step {
            Step::Drive => Some(0),
            Step::Create(pod) | Step::Delete(pod) => Some(1 + pod.side() as u16),
            Step::Start(pod) | Step::Finish(pod) => Some(3 + u16::from(pod.0)),
            Step::Evict(..) | Step::Crash => None,
        }
    }
}
