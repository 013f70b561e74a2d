//! Where a partition finds its states again: a hash table of the numbers of states.
//!
//! A look-up in a table of millions of states costs what its misses in the processor's cache
//! cost. A general hash map has one for its control bytes and one for its entries, and then the
//! row itself has to be looked at. Here both are in one line:
//!
//! ```text
//! bytes  | 0 .. 11       12 .. 15 | 16 .. 63                  |
//!        | tags of 12    always 0 | numbers of 12 states      |
//! ```
//!
//! Beside each number stand eight bits of its state's hash, its tag. Equal tags are a hint only;
//! the partition compares what it has kept. All tags of a bucket are compared at once; where it
//! is full, the next bucket follows.
//!
//! Two things make a search right. Nothing is ever taken out, so the states of a bucket stand at
//! its first places, and a free place ends the search: whatever was added with this hash is
//! before it. And there always is a free place, since a table grows before it is crowded.
//!
//! The bits of a hash have three uses, which must not overlap, or the tags of a bucket would be
//! all alike:
//!
//! ```text
//! bit    | 63 .. 59     58   57 .. 50   49 .. 0                        |
//!        | partition    -    tag        bucket: as many of the lowest  |
//! ```

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
pub(super) enum Probe {
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
    /// one, some number; it cannot be predicted which, so there is no branch on it.
    #[inline(always)]
    pub(super) fn candidate(&self, hash: u64) -> u32 {
        let bucket = &self.buckets[self.bucket(hash)];
        let places = bucket.places(tag(hash));
        let candidate = bucket.first(places);
        std::hint::select_unpredictable(places == 0, 0, candidate)
    }

    /// The first state with this hash that is as wanted, or the place for one.
    #[inline(always)]
    pub(super) fn search(&self, hash: u64, mut is_wanted: impl FnMut(u32) -> bool) -> Probe {
        let mut number = self.bucket(hash);
        loop {
            let bucket = &self.buckets[number];
            let mut places = bucket.places(tag(hash));
            while places != 0 {
                let state = bucket.first(places);
                if is_wanted(state) {
                    return Probe::Of(state);
                }
                places &= places - 1;
            }
            let taken = bucket.taken();
            if taken < BUCKET {
                return Probe::Free(number, taken);
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

    /// Prefetches the memory in which a state with this hash would be found.
    #[inline(always)]
    pub(super) fn prefetch(&self, hash: u64) {
        prefetch(&self.buckets, self.bucket(hash));
    }

    /// Prefetches the next bucket if a state with this hash would have to be looked for there: its
    /// own has no candidate, and no place either.
    #[inline(always)]
    pub(super) fn prefetch_overflow(&self, hash: u64) {
        let number = self.bucket(hash);
        let bucket = &self.buckets[number];
        if bucket.is_full() && bucket.places(tag(hash)) == 0 {
            prefetch(&self.buckets, self.after(number));
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

/// Has the processor fetch the memory of an element that will be looked at soon. Where there is no
/// way to ask it to, nothing happens.
#[inline(always)]
pub(in crate::engine) fn prefetch<T>(slice: &[T], index: usize) {
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

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    /// A bucket with states at the first places.
    fn bucket(tags: &[u8]) -> Bucket {
        let mut bucket = Bucket::default();
        bucket.tags[..tags.len()].copy_from_slice(tags);
        for (state, number) in bucket.states.iter_mut().zip(100..) {
            *state = number;
        }
        bucket
    }

    #[test]
    fn all_tags_of_a_bucket_are_compared_at_once() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        for taken in 0..=BUCKET {
            for _ in 0..20 {
                let tags: Vec<u8> = (0..taken).map(|_| random.random_range(1..4)).collect();
                let bucket = bucket(&tags);
                for tag in 1..5 {
                    let same = |place: &usize| tags[*place] == tag;
                    let places = (0..taken).filter(same);
                    let expected = places.fold(0, |all, place| all | 1 << place);
                    assert_eq!(bucket.places(tag), expected, "{tag} in {tags:?}");
                }
                assert_eq!(bucket.taken(), taken);
                assert_eq!(bucket.is_full(), taken == BUCKET);
            }
        }
    }

    #[test]
    fn the_first_of_some_places_is_one_of_the_bucket() {
        let bucket = bucket(&[7; BUCKET]);
        for place in 0..BUCKET {
            let state = 100 + u32::try_from(place).expect("it is small");
            assert_eq!(bucket.first(!0 << place), state);
        }
        assert_eq!(bucket.first(0), bucket.states[BUCKET - 1]);
        assert_eq!(bucket.first(!0 << BUCKET), bucket.states[BUCKET - 1]);
    }

    /// Puts in states whose hashes differ in a few bits only, so that buckets overflow.
    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let mut random = Pcg64Mcg::seed_from_u64(2);
        let mut table = Table::for_states(100);
        let mut hashes = Vec::new();
        while !table.is_crowded(hashes.len() + 1) {
            let hash = u64::from(random.random_range(0..4_u8)) | (random.random::<u64>() & !7);
            let state = u32::try_from(hashes.len()).expect("there are few");
            let is_it = |other: u32| hashes[other as usize] == hash;
            let Probe::Free(bucket, place) = table.search(hash, is_it) else {
                continue;
            };
            table.put((bucket, place), state, hash);
            hashes.push(hash);
        }
        let mut overflows = 0;
        for (state, &hash) in (0..).zip(&hashes) {
            table.prefetch(hash);
            table.prefetch_overflow(hash);
            let found = table.search(hash, |other| other == state);
            assert!(matches!(found, Probe::Of(found) if found == state));
            assert!((table.candidate(hash) as usize) < hashes.len());
            let own = &table.buckets[table.bucket(hash)];
            overflows += usize::from(!own.states.contains(&state));
        }
        assert!(overflows > 0, "some bucket is full");
        assert!(matches!(table.search(0, |_| false), Probe::Free(..)));
    }

    #[test]
    fn memory_is_asked_for_at_any_place() {
        let numbers = [1_u64, 2, 3];
        for index in [0, 2, 3, usize::MAX] {
            prefetch(&numbers, index);
        }
        prefetch::<u64>(&[], 0);
        assert_eq!(numbers, [1, 2, 3]);
    }
}
