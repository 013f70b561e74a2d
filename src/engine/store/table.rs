//! Where a partition finds its states again: a hash table of 64-bit entries.
//!
//! An entry holds the number of a state and some bits of its hash. Equal bits are a hint only;
//! the partition compares what it has kept.

#![expect(
    unsafe_code,
    reason = "asking for memory ahead of time has no safe name"
)]

/// The most states of one partition.
pub(super) const MAX_LOCAL: usize = (1 << LOCAL_BITS) - 1;

const LOCAL_BITS: u32 = 25;
const LOCAL: u64 = (1 << LOCAL_BITS) - 1;
/// The state was first reached by a fault: it may yet be reached on a better way.
const SEED: u64 = 1 << LOCAL_BITS;
/// Bits of the hash that an entry holds. The bits that choose the partition are none of them.
const TAG: u64 = !(LOCAL | SEED);

/// Entries of a table that holds nothing yet: one line of the processor's cache.
const SMALLEST: usize = 8;

/// One entry: 0 if it is free, else the state's number plus one, and bits of its hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry(u64);

impl Entry {
    pub(super) fn new(local: u32, hash: u64, is_seed: bool) -> Self {
        let seed = if is_seed { SEED } else { 0 };
        Self((u64::from(local) + 1) | tag(hash) | seed)
    }

    pub(super) const fn is_free(self) -> bool {
        self.0 == 0
    }

    /// Whether the state may have this hash.
    pub(super) const fn may_be(self, tag: u64) -> bool {
        self.0 & TAG == tag
    }

    pub(super) const fn local(self) -> u32 {
        (self.0 & LOCAL) as u32 - 1
    }

    pub(super) const fn is_seed(self) -> bool {
        self.0 & SEED != 0
    }
}

/// The bits of a hash that entries hold.
#[inline(always)]
pub(super) const fn tag(hash: u64) -> u64 {
    (hash << 6) & TAG
}

/// More than three places of four would be taken.
const fn is_crowded(places: usize, states: usize) -> bool {
    states * 4 > places * 3
}

/// Entries by hash, each at the first free place from its own on.
pub(super) struct Table {
    entries: Vec<Entry>,
}

impl Table {
    /// A table with room for so many states, and always for a few more: a search for a state that
    /// is not there ends at a free place.
    pub(super) fn for_states(states: usize) -> Self {
        let mut places = SMALLEST;
        while is_crowded(places, states) {
            places *= 2;
        }
        Self {
            entries: vec![Entry(0); places],
        }
    }

    pub(super) fn places(&self) -> usize {
        self.entries.len()
    }

    /// Whether the table should grow before it holds so many states.
    pub(super) fn is_crowded(&self, states: usize) -> bool {
        is_crowded(self.entries.len(), states)
    }

    /// The place at which to look first.
    #[inline(always)]
    pub(super) fn place(&self, hash: u64) -> usize {
        hash as usize & (self.entries.len() - 1)
    }

    /// The place at which to look next.
    #[inline(always)]
    pub(super) fn after(&self, place: usize) -> usize {
        (place + 1) & (self.entries.len() - 1)
    }

    #[inline(always)]
    pub(super) fn entry(&self, place: usize) -> Entry {
        self.entries[place]
    }

    #[inline(always)]
    pub(super) fn set(&mut self, place: usize, entry: Entry) {
        self.entries[place] = entry;
    }

    /// The first state that may have this hash.
    #[inline(always)]
    pub(super) fn candidate(&self, hash: u64) -> Option<u32> {
        let tag = tag(hash);
        let mut place = self.place(hash);
        loop {
            let entry = self.entry(place);
            if entry.is_free() {
                return None;
            }
            if entry.may_be(tag) {
                return Some(entry.local());
            }
            place = self.after(place);
        }
    }

    /// Puts an entry at the first free place from its own on.
    pub(super) fn add(&mut self, entry: Entry, hash: u64) {
        let mut place = self.place(hash);
        while !self.entry(place).is_free() {
            place = self.after(place);
        }
        self.set(place, entry);
    }

    /// Asks for the memory of a place that will be looked at soon.
    #[inline(always)]
    pub(super) fn prefetch(&self, place: usize) {
        ask_for(&self.entries, place);
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.entries.capacity() * size_of::<Entry>()) as u64
    }
}

/// Asks the processor for the memory of an element that will be looked at soon. Where there is
/// no way to ask, nothing happens.
#[inline(always)]
pub(super) fn ask_for<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = slice.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of an element; and a prefetch reads nothing that the
        // program could see, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}
