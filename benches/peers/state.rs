//! A state of the reference protocol in two words.
//!
//! An ordinal has a lane of two bits in each table, so that one instruction looks at a table as
//! a whole.

use std::fmt;

use straddle::engine::Bits;

/// The most ordinals that a state has lanes for.
pub const MOST_REPLICAS: u8 = 10;

/// The lower bit of each lane of a table.
const LANES: u64 = 0x5_5555;

/// The lower bit of each lane of both tables of phases, which are next to each other.
const BOTH: u64 = LANES | LANES << TABLE;

/// Bits from one table to the next: ten lanes.
const TABLE: u32 = 20;

/// Where the attachments start in the first word, behind the phases of both clusters.
pub(super) const ATTACHMENTS: u32 = 2 * TABLE;

/// A number in the second word, behind the table of copied volumes.
const fn field(shift: u32, width: u32) -> Bits {
    Bits {
        word: 1,
        shift,
        width,
    }
}

pub(super) const SOURCE_REPLICAS: Bits = field(TABLE, 4);
pub(super) const DESTINATION_START: Bits = field(TABLE + 4, 4);
pub(super) const DESTINATION_REPLICAS: Bits = field(TABLE + 8, 4);
pub(super) const INSTRUCTION: Bits = field(TABLE + 12, 3);
pub(super) const ORDINAL: Bits = field(TABLE + 15, 4);
pub(super) const EVICTIONS: Bits = field(TABLE + 19, 4);
pub(super) const CRASHES: Bits = field(TABLE + 23, 4);

/// The driver's next instruction.
pub(super) mod instruction {
    pub(crate) const OBSERVE: u64 = 0;
    pub(crate) const SCALE_DOWN: u64 = 1;
    pub(crate) const WAIT_GONE: u64 = 2;
    pub(crate) const COPY: u64 = 3;
    pub(crate) const SCALE_UP: u64 = 4;
    pub(crate) const WAIT_READY: u64 = 5;
    pub(crate) const DONE: u64 = 6;
}

/// What a lane of a table of phases says.
pub(super) mod phase {
    pub(crate) const ABSENT: u64 = 0;
    pub(crate) const PENDING: u64 = 1;
    pub(crate) const READY: u64 = 2;
    pub(crate) const TERMINATING: u64 = 3;
}

/// One of the two clusters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// Where the Pods are at first.
    Source,
    /// Where they are to go.
    Destination,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Source, Self::Destination];

    /// Where its phases start in the first word.
    pub(super) const fn shift(self) -> u32 {
        self as u32 * TABLE
    }

    /// What the lane of a volume says that is attached to it. No side is 0.
    pub(super) const fn attached(self) -> u64 {
        self as u64 + 1
    }
}

/// A state: phases and attachments in the first word, the rest in the second.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct State(pub(super) [u64; 2]);

/// The phases of the Pods of one cluster: one bit of a lane each.
#[derive(Clone, Copy)]
pub(super) struct Phases {
    low: u64,
    high: u64,
}

impl Phases {
    pub(super) const fn present(self) -> u64 {
        self.low | self.high
    }

    pub(super) const fn ready(self) -> u64 {
        self.high & !self.low
    }

    pub(super) const fn terminating(self) -> u64 {
        self.low & self.high
    }

    /// Pods that a controller may delete and that can be evicted.
    pub(super) const fn running(self) -> u64 {
        self.low ^ self.high
    }
}

/// The lanes of the ordinals below `ordinal`.
pub(super) const fn below(ordinal: u64) -> u64 {
    LANES & ((1 << (2 * ordinal)) - 1)
}

/// Calls `visit` with each lane, lowest first.
#[inline(always)]
pub(super) fn each(mut lanes: u64, mut visit: impl FnMut(u64)) {
    while lanes != 0 {
        visit(lanes & lanes.wrapping_neg());
        lanes &= lanes - 1;
    }
}

/// The bits that say that the volumes of these Pods are attached where they run.
#[inline(always)]
const fn attachment(pods: u64) -> u64 {
    let [source, destination] = [pods & LANES, pods >> TABLE];
    (source * Side::Source.attached()) << ATTACHMENTS
        | (destination * Side::Destination.attached()) << ATTACHMENTS
}

/// The ordinal of a lane.
pub(super) const fn ordinal_of(lane: u64) -> u8 {
    (lane.trailing_zeros() / 2) as u8
}

impl State {
    #[inline(always)]
    pub(super) const fn get(self, field: Bits) -> u64 {
        field.of(&self.0)
    }

    #[inline(always)]
    pub(super) const fn with(mut self, field: Bits, value: u64) -> Self {
        let mask = (1 << field.width) - 1;
        self.0[field.word] = self.0[field.word] & !(mask << field.shift) | value << field.shift;
        self
    }

    pub(super) const fn phases(self, side: Side) -> Phases {
        let table = self.0[0] >> side.shift();
        Phases {
            low: table & LANES,
            high: table >> 1 & LANES,
        }
    }

    #[inline(always)]
    const fn with_phase(mut self, side: Side, lane: u64, phase: u64) -> Self {
        let shift = side.shift();
        self.0[0] = self.0[0] & !((lane * 3) << shift) | (lane * phase) << shift;
        self
    }

    /// The Pod of a lane has been created.
    #[inline(always)]
    pub(super) const fn created(self, side: Side, lane: u64) -> Self {
        self.with_phase(side, lane, phase::PENDING)
    }

    /// The Pod of a lane is to end.
    #[inline(always)]
    pub(super) const fn terminated(self, side: Side, lane: u64) -> Self {
        self.with_phase(side, lane, phase::TERMINATING)
    }

    /// The Pod of a lane is ready, and has its volume.
    #[inline(always)]
    pub(super) const fn started(self, side: Side, lane: u64) -> Self {
        let mut next = self.with_phase(side, lane, phase::READY);
        // It was attached to this cluster or to none.
        next.0[0] |= (lane * side.attached()) << ATTACHMENTS;
        next
    }

    /// The Pod of a lane is gone. An attachment to the other cluster stays.
    #[inline(always)]
    pub(super) const fn finished(self, side: Side, lane: u64) -> Self {
        let mut next = self.with_phase(side, lane, phase::ABSENT);
        next.0[0] &= !((lane * side.attached()) << ATTACHMENTS);
        next
    }

    /// Somebody has evicted the Pod of a lane.
    #[inline(always)]
    pub(super) const fn evicted(self, side: Side, lane: u64) -> Self {
        let mut next = self.terminated(side, lane);
        next.0[1] += 1 << EVICTIONS.shift;
        next
    }

    /// Pods in the lanes of both tables of phases that their kubelets can start: their volumes are
    /// not attached to the other cluster.
    #[inline(always)]
    pub(super) const fn startable(self) -> u64 {
        let elsewhere = self.attached(Side::Source) << TABLE | self.attached(Side::Destination);
        self.0[0] & !(self.0[0] >> 1) & BOTH & !elsewhere
    }

    /// Pods of both clusters that are to end.
    #[inline(always)]
    pub(super) const fn terminating(self) -> u64 {
        self.0[0] & self.0[0] >> 1 & BOTH
    }

    /// Pods of both clusters that can be evicted.
    #[inline(always)]
    pub(super) const fn running(self) -> u64 {
        (self.0[0] ^ self.0[0] >> 1) & BOTH
    }

    /// [`State::started`] by the lane in both tables.
    #[inline(always)]
    pub(super) const fn after_start(self, pod: u64) -> Self {
        let [phases, rest] = self.0;
        Self([(phases ^ (pod * 3)) | attachment(pod), rest])
    }

    /// [`State::finished`] by the lane in both tables.
    #[inline(always)]
    pub(super) const fn after_finish(self, pod: u64) -> Self {
        let [phases, rest] = self.0;
        Self([phases & !((pod * 3) | attachment(pod)), rest])
    }

    /// [`State::evicted`] by the lane in both tables.
    #[inline(always)]
    pub(super) const fn after_eviction(self, pod: u64) -> Self {
        let [phases, rest] = self.0;
        Self([phases | (pod * 3), rest + (1 << EVICTIONS.shift)])
    }

    /// The driver starts again.
    #[inline(always)]
    pub(super) const fn crashed(self) -> Self {
        let mut next = self.goes_to(instruction::OBSERVE, 0);
        next.0[1] += 1 << CRASHES.shift;
        next
    }

    /// The volumes that are attached to a cluster.
    pub(super) const fn attached(self, side: Side) -> u64 {
        self.0[0] >> (ATTACHMENTS + side as u32) & LANES
    }

    /// The volumes that have been copied.
    pub(super) const fn copied(self) -> u64 {
        self.0[1] & LANES
    }

    /// The ordinals that a cluster is to run.
    pub(super) const fn range(self, side: Side) -> u64 {
        match side {
            Side::Source => below(self.get(SOURCE_REPLICAS)),
            Side::Destination => {
                let start = self.get(DESTINATION_START);
                below(start + self.get(DESTINATION_REPLICAS)) & !below(start)
            }
        }
    }

    /// The lane of the ordinal that the driver moves.
    pub(super) const fn moved(self) -> u64 {
        1 << (2 * self.get(ORDINAL))
    }

    pub(super) const fn goes_to(self, instruction: u64, ordinal: u64) -> Self {
        self.with(INSTRUCTION, instruction).with(ORDINAL, ordinal)
    }

    pub(super) fn has_at_most_one_pod(self) -> bool {
        let [source, destination] = Side::BOTH.map(|side| self.phases(side).present());
        source & destination == 0
    }

    pub(super) fn is_attached_where_ready(self) -> bool {
        let unattached = |side| self.phases(side).ready() & !self.attached(side);
        unattached(Side::Source) | unattached(Side::Destination) == 0
    }

    pub(super) const fn has_data_where_ready(self) -> bool {
        self.phases(Side::Destination).ready() & !self.copied() == 0
    }

    /// The migration itself takes away one Pod at most, and each eviction another one.
    pub(super) fn is_available(self, replicas: u8) -> bool {
        let [source, destination] = Side::BOTH.map(|side| self.phases(side).ready());
        let ready = u64::from((source | destination).count_ones());
        ready + 1 + self.get(EVICTIONS) >= u64::from(replicas)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = |shift: u32| format!("{:020b}", self.0[0] >> shift & ((1 << TABLE) - 1));
        formatter
            .debug_struct("State")
            .field("source", &table(Side::Source.shift()))
            .field("destination", &table(Side::Destination.shift()))
            .field("attachments", &table(ATTACHMENTS))
            .field("copied", &format!("{:020b}", self.copied()))
            .field("source_replicas", &self.get(SOURCE_REPLICAS))
            .field("destination_start", &self.get(DESTINATION_START))
            .field("destination_replicas", &self.get(DESTINATION_REPLICAS))
            .field("instruction", &self.get(INSTRUCTION))
            .field("ordinal", &self.get(ORDINAL))
            .field("evictions", &self.get(EVICTIONS))
            .field("crashes", &self.get(CRASHES))
            .finish()
    }
}
