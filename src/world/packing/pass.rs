//! Passing over the fields of a few objects: finding out which bits they need, writing them or
//! reading them.

/// Something that passes over the fields of a few objects. One description of the fields serves
/// all passes, so that they cannot differ.
pub(super) trait Pass {
    /// Whether [`Pass::number`] gives values that the objects do not have yet.
    const READS: bool;

    /// A number of at most `bits` bits. In this setup it never needs more than the lowest `kept`.
    fn number(&mut self, value: u64, bits: u32, kept: u32) -> u64;

    /// Something to look at once for a layout: only the pass that finds the bits does.
    #[inline(always)]
    fn once(&self, look: impl FnOnce()) {
        let _ = look;
    }
}

/// Puts the fields side by side into a code, each at a place that no setup moves: the compiler
/// knows all shifts.
#[derive(Default)]
pub(super) struct Writer {
    pub code: u64,
    at: u32,
}

/// Takes the fields out of a code.
pub(super) struct Reader {
    code: u64,
    at: u32,
}

/// Finds the bits of a code that a setup needs.
#[derive(Default)]
pub(super) struct Needs {
    pub mask: u64,
    /// Bits of a whole code.
    pub at: u32,
}

impl Pass for Writer {
    const READS: bool = false;

    #[inline(always)]
    fn number(&mut self, value: u64, bits: u32, kept: u32) -> u64 {
        debug_assert!(self.at + bits <= 64, "a group has at most 64 bits");
        debug_assert!(
            value < 1 << kept,
            "{value} does not fit {kept} bits, at {}",
            self.at
        );
        self.code |= value << self.at;
        self.at += bits;
        value
    }
}

impl Pass for Reader {
    const READS: bool = true;

    #[inline(always)]
    fn number(&mut self, _: u64, bits: u32, _: u32) -> u64 {
        let value = self.code >> self.at & ((1 << bits) - 1);
        self.at += bits;
        value
    }
}

impl Reader {
    pub const fn new(code: u64) -> Self {
        Self { code, at: 0 }
    }
}

impl Pass for Needs {
    const READS: bool = false;

    fn number(&mut self, value: u64, bits: u32, kept: u32) -> u64 {
        assert!(kept <= bits, "{kept} of {bits} bits");
        assert!(
            self.at + bits <= 64,
            "a group has {} bits, and a code 64",
            self.at + bits
        );
        self.mask |= ((1 << kept) - 1) << self.at;
        self.at += bits;
        value
    }

    fn once(&self, look: impl FnOnce()) {
        look();
    }
}

/// An enum without fields as its number; `variants` lists all in the order of their numbers.
macro_rules! choice {
    ($pass:expr, $place:expr, $bits:expr, $kept:expr, $variants:expr) => {{
        let variants = $variants;
        $pass.once(|| {
            let mut numbered = (0..).zip(variants);
            assert!(
                numbered.all(|(number, variant)| variant as usize == number),
                "the variants {variants:?} are not in order"
            );
        });
        let number = $pass.number($place as u64, $bits, $kept) as usize;
        set($pass, &mut $place, || {
            variants[number.min(variants.len() - 1)]
        });
    }};
}

/// Puts a value into its place if this pass reads.
#[inline(always)]
pub(super) fn set<P: Pass, T>(_: &P, place: &mut T, value: impl FnOnce() -> T) {
    if P::READS {
        *place = value();
    }
}

/// A flag; false if it is not `kept`.
#[inline(always)]
pub(super) fn flag(pass: &mut impl Pass, place: &mut bool, kept: bool) {
    let number = pass.number(u64::from(*place), 1, u32::from(kept));
    set(pass, place, || number == 1);
}

/// A number of at most `bits` bits, at most 8.
#[inline(always)]
pub(super) fn small(pass: &mut impl Pass, place: &mut u8, bits: u32, kept: u32) {
    let number = pass.number(u64::from(*place), bits, kept);
    set(pass, place, || number as u8);
}

/// A value that may be absent: whether it is `there` has been read or is about to be written.
/// Absent ones leave room, and are written as `default`, which is all zeros.
#[inline(always)]
pub(super) fn optional<T: Copy, P: Pass>(
    pass: &mut P,
    place: &mut Option<T>,
    there: bool,
    default: T,
    fields: impl Fn(&mut P, &mut T),
) {
    // Two calls, so that the one for an absent value comes to nothing.
    if there {
        let mut value = place.unwrap_or(default);
        fields(pass, &mut value);
        set(pass, place, || Some(value));
    } else {
        let mut nothing = default;
        fields(pass, &mut nothing);
        set(pass, place, || None);
    }
}

pub(super) use choice;
