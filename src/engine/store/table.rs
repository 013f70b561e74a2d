//! Where a partition finds its states again: a hash table of the numbers of states.
//!
//! Beside each number stand some bits of its state's hash. Equal bits are a hint only; the
//! partition compares what it has kept. Twelve states are one line of the processor's cache, whose
//! hints are compared all at once; where it is full, the next one follows.

#![expect(
    unsafe_code,
    reason = "comparing sixteen bytes at once and asking for memory ahead of time have no safe names"
)]

/// Words of a line of the processor's cache.
pub(in crate::engine) const LINE: usize = 8;

/// States of a bucket.
const BUCKET: usize = 12;

/// One line of the processor's cache: states from the first place on, then free places.
#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
struct Bucket {
    /// By place: bits of the state's hash, never 0; 0 if the place is free. The last four stand
    /// for no places and stay 0.
    tags: [u8; 16],
    /// By place: the state's number.
    states: [u32; BUCKET],
}

/// The bits of a hash that stand in a bucket. Those that choose the partition or the bucket are
/// none of them.
#[inline(always)]
fn tag(hash: u64) -> u8 {
    ((hash >> 50) as u8).max(1)
}

impl Bucket {
    /// The places with this tag: bit i is place i.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn places(&self, tag: u8) -> u32 {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_load_si128, _mm_movemask_epi8, _mm_set1_epi8};
        let tags = std::ptr::from_ref(&self.tags);
        // SAFETY: the address is that of sixteen bytes, and aligned as a bucket is, which they
        // are the first of. All processors of this architecture have these instructions.
        let same = unsafe {
            let tags = _mm_load_si128(tags.cast());
            _mm_movemask_epi8(_mm_cmpeq_epi8(tags, _mm_set1_epi8(tag.cast_signed())))
        };
        same.cast_unsigned()
    }

    /// The places with this tag: bit i is place i.
    #[cfg(not(target_arch = "x86_64"))]
    fn places(&self, tag: u8) -> u32 {
        let same = |places, (place, &other)| places | u32::from(other == tag) << place;
        self.tags
            .iter()
            .zip(0..)
            .map(|(tag, place)| (place, tag))
            .fold(0, same)
    }

    /// The state at the first of some places; at the last place, if there are none.
    #[inline(always)]
    fn first(&self, places: u32) -> u32 {
        self.states[(places.trailing_zeros() as usize).min(BUCKET - 1)]
    }

    #[inline(always)]
    const fn is_full(&self) -> bool {
        self.tags[BUCKET - 1] != 0
    }

    /// How many places are taken.
    #[inline(always)]
    fn taken(&self) -> usize {
        self.places(0).trailing_zeros() as usize
    }
}

/// Entries by hash, each in the first bucket from its own on that has a free place.
pub(super) struct Table {
    buckets: Vec<Bucket>,
}

/// What a look into a table has come to.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The state is there.
    Of(u32),
    /// It is not; it belongs into this bucket, at this place.
    Free(usize, usize),
}

impl Table {
    /// A table with room for so many states, and always for a few more: a search for a state that
    /// is not there ends at a free place.
    pub(super) fn for_states(states: usize) -> Self {
        let mut buckets = 1;
        while is_crowded(buckets, states) {
            buckets *= 2;
        }
        Self {
            buckets: vec![Bucket::default(); buckets],
        }
    }

    /// Whether the table should grow before it holds so many states.
    pub(super) fn is_crowded(&self, states: usize) -> bool {
        is_crowded(self.buckets.len(), states)
    }

    #[inline(always)]
    fn bucket(&self, hash: u64) -> usize {
        hash as usize & (self.buckets.len() - 1)
    }

    /// The bucket that takes what does not fit into another one.
    #[inline(always)]
    const fn after(&self, bucket: usize) -> usize {
        (bucket + 1) & (self.buckets.len() - 1)
    }

    /// The first state that may have this hash, unless its bucket was full when it came. Without
    /// one, some number; nobody can foresee which it is, so there is no branch on it.
    #[inline(always)]
    pub(super) fn candidate(&self, hash: u64) -> u32 {
        let bucket = &self.buckets[self.bucket(hash)];
        let places = bucket.places(tag(hash));
        let candidate = bucket.first(places);
        std::hint::select_unpredictable(places == 0, 0, candidate)
    }

    /// The first state with this hash that is as wanted, or the place for one.
    #[inline(always)]
    pub(super) fn search(&self, hash: u64, mut is_wanted: impl FnMut(u32) -> bool) -> Place {
        let mut number = self.bucket(hash);
        loop {
            let bucket = &self.buckets[number];
            let mut places = bucket.places(tag(hash));
            while places != 0 {
                let state = bucket.first(places);
                if is_wanted(state) {
                    return Place::Of(state);
                }
                places &= places - 1;
            }
            let taken = bucket.taken();
            if taken < BUCKET {
                return Place::Free(number, taken);
            }
            number = self.after(number);
        }
    }

    /// Puts a state at a free place.
    #[inline(always)]
    pub(super) fn put(&mut self, (bucket, place): (usize, usize), state: u32, hash: u64) {
        let bucket = &mut self.buckets[bucket];
        bucket.tags[place] = tag(hash);
        bucket.states[place] = state;
    }

    /// Puts in a state that is not there.
    #[inline(always)]
    pub(super) fn add(&mut self, state: u32, hash: u64) {
        let mut number = self.bucket(hash);
        while self.buckets[number].is_full() {
            number = self.after(number);
        }
        let place = self.buckets[number].taken();
        self.put((number, place), state, hash);
    }

    /// Asks for the memory in which a state with this hash would be found.
    #[inline(always)]
    pub(super) fn prefetch(&self, hash: u64) {
        ask_for(&self.buckets, self.bucket(hash));
    }

    /// Asks for the next bucket if a state with this hash would have to be looked for there: its
    /// own has no candidate, and no place either.
    #[inline(always)]
    pub(super) fn ask_for_overflow(&self, hash: u64) {
        let number = self.bucket(hash);
        let bucket = &self.buckets[number];
        if bucket.is_full() && bucket.places(tag(hash)) == 0 {
            ask_for(&self.buckets, self.after(number));
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.buckets.capacity() * size_of::<Bucket>()) as u64
    }
}

/// More than four places of five would be taken.
const fn is_crowded(buckets: usize, states: usize) -> bool {
    states * 5 > buckets * BUCKET * 4
}

/// Asks the processor for the memory of an element that will be looked at soon. Where there is
/// no way to ask, nothing happens.
#[inline(always)]
pub(in crate::engine) fn ask_for<T>(slice: &[T], index: usize) {
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
