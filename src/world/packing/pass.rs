//! Passing over the fields of a world: counting, writing or reading their bits.

/// Something that passes over the fields of a world: counts, writes or reads their bits. One
/// description of the layout serves all three, so that they cannot differ.
pub(super) trait Pass {
    /// Whether [`Pass::number`] gives values that the world does not have yet.
    const READS: bool;

    /// What passes over a few fields at once, of 64 bits at most.
    type Group: Pass;

    /// A number of `bits` bits.
    fn number(&mut self, value: u64, bits: u32) -> u64;

    /// Passes over the fields of one small object. They are put together in a register.
    fn group(&mut self, fields: impl FnOnce(&mut Self::Group));
}

#[derive(Default)]
pub(super) struct Counter {
    pub bits: usize,
}

pub(super) struct Writer<'a> {
    words: std::slice::IterMut<'a, u64>,
    /// Bits that do not fill a word yet.
    pending: u64,
    filled: u32,
}

pub(super) struct Reader<'a> {
    words: &'a [u64],
    at: usize,
}

/// A few fields on their way into a row, or out of one.
#[derive(Default)]
pub(super) struct Group<const READS: bool> {
    value: u64,
    bits: u32,
}

impl Pass for Counter {
    const READS: bool = false;
    type Group = Self;

    fn number(&mut self, value: u64, bits: u32) -> u64 {
        self.bits += bits as usize;
        value
    }

    fn group(&mut self, fields: impl FnOnce(&mut Self)) {
        fields(self);
    }
}

impl Pass for Writer<'_> {
    const READS: bool = false;
    type Group = Group<false>;

    #[inline(always)]
    fn number(&mut self, value: u64, bits: u32) -> u64 {
        debug_assert!(value < 1 << bits, "{value} does not fit {bits} bits");
        self.pending |= value << self.filled;
        self.filled += bits;
        if self.filled >= 64 {
            self.flush();
            self.filled -= 64;
            self.pending = if self.filled == 0 {
                0
            } else {
                value >> (bits - self.filled)
            };
        }
        value
    }

    #[inline(always)]
    fn group(&mut self, fields: impl FnOnce(&mut Group<false>)) {
        let mut group = Group::default();
        fields(&mut group);
        self.number(group.value, group.bits);
    }
}

impl<'a> Writer<'a> {
    pub fn new(words: &'a mut [u64]) -> Self {
        Self {
            words: words.iter_mut(),
            pending: 0,
            filled: 0,
        }
    }

    /// Writes the last word, if it is not full.
    pub fn finish(mut self) {
        if self.filled > 0 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        *self.words.next().expect("the layout counted these bits") = self.pending;
    }
}

impl Pass for Reader<'_> {
    const READS: bool = true;
    type Group = Group<true>;

    #[inline(always)]
    fn number(&mut self, _: u64, bits: u32) -> u64 {
        let value = self.peek() & ((1 << bits) - 1);
        self.at += bits as usize;
        value
    }

    #[inline(always)]
    fn group(&mut self, fields: impl FnOnce(&mut Group<true>)) {
        let mut group = Group {
            value: self.peek(),
            bits: 0,
        };
        fields(&mut group);
        self.at += group.bits as usize;
    }
}

impl<'a> Reader<'a> {
    pub const fn new(words: &'a [u64]) -> Self {
        Self { words, at: 0 }
    }

    /// The next 64 bits; behind the last word zeros.
    #[inline(always)]
    fn peek(&self) -> u64 {
        let (word, shift) = (self.at / 64, self.at % 64);
        let low = self.words.get(word).map_or(0, |low| low >> shift);
        let high = self.words.get(word + 1).copied().unwrap_or(0);
        if shift == 0 {
            low
        } else {
            low | high << (64 - shift)
        }
    }
}

impl<const READS: bool> Pass for Group<READS> {
    const READS: bool = READS;
    type Group = Self;

    #[inline(always)]
    fn number(&mut self, value: u64, bits: u32) -> u64 {
        debug_assert!(self.bits + bits < 64, "a group has at most 63 bits");
        if READS {
            let value = self.value >> self.bits & ((1 << bits) - 1);
            self.bits += bits;
            return value;
        }
        debug_assert!(value < 1 << bits, "{value} does not fit {bits} bits");
        self.value |= value << self.bits;
        self.bits += bits;
        value
    }

    #[inline(always)]
    fn group(&mut self, fields: impl FnOnce(&mut Self)) {
        fields(self);
    }
}

/// An enum without fields as its number; `variants` lists all in the order of their numbers.
macro_rules! choice {
    ($pass:expr, $place:expr, $bits:expr, $variants:expr) => {{
        let variants = $variants;
        debug_assert!(
            variants[$place as usize] == $place,
            "the variants are not in order"
        );
        let number = $pass.number($place as u64, $bits) as usize;
        set($pass, &mut $place, || variants[number]);
    }};
}

/// Puts a value into its place if this pass reads.
#[inline(always)]
pub(super) fn set<P: Pass, T>(_: &P, place: &mut T, value: impl FnOnce() -> T) {
    if P::READS {
        *place = value();
    }
}

#[inline(always)]
pub(super) fn flag(pass: &mut impl Pass, place: &mut bool) {
    let number = pass.number(u64::from(*place), 1);
    set(pass, place, || number == 1);
}

/// A number of at most `bits` bits.
#[inline(always)]
pub(super) fn small(pass: &mut impl Pass, place: &mut u8, bits: u32) {
    let number = pass.number(u64::from(*place), bits);
    set(pass, place, || {
        u8::try_from(number).expect("at most 8 bits")
    });
}

/// A value that may be absent: a bit, and the value if it is there. Absent ones leave room.
#[inline(always)]
pub(super) fn optional<T: Copy, P: Pass>(
    pass: &mut P,
    place: &mut Option<T>,
    default: T,
    fields: impl Fn(&mut P, &mut T),
) {
    let mut there = place.is_some();
    flag(pass, &mut there);
    let mut value = place.unwrap_or(default);
    fields(pass, &mut value);
    set(pass, place, || there.then_some(value));
}

pub(super) use choice;
