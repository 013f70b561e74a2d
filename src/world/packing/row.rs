//! Numbers at any place of a row of words.

/// Writes a number of `bits` bits, from 1 to 64, at bit `at`, over whatever is there.
#[inline(always)]
pub(super) fn put(words: &mut [u64], at: usize, bits: usize, value: u64) {
    let all = u64::MAX >> (64 - bits);
    let (word, shift) = (at / 64, at % 64);
    words[word] = words[word] & !(all << shift) | value << shift;
    if shift + bits > 64 {
        let above = 64 - shift;
        words[word + 1] = words[word + 1] & !(all >> above) | value >> above;
    }
}

/// Reads a number of `bits` bits at bit `at`. Bits above it may be set.
#[inline(always)]
pub(super) fn get(words: &[u64], at: usize, bits: usize) -> u64 {
    let (word, shift) = (at / 64, at % 64);
    let value = words[word] >> shift;
    if shift + bits > 64 {
        value | words[word + 1] << (64 - shift)
    } else {
        value
    }
}

/// The bits of a code that are needed, as runs of neighbours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Needed {
    runs: Vec<Run>,
    /// How many bits there are.
    pub bits: u32,
}

/// Neighbouring bits of a code that stay neighbours in the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    /// The bits in the code.
    mask: u64,
    /// How far down they move.
    down: u32,
}

impl Needed {
    /// The bits in `mask`.
    pub fn new(mask: u64) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut bits = 0;
        let mut rest = mask;
        while rest != 0 {
            let low = rest.trailing_zeros();
            let length = (rest >> low).trailing_ones();
            let mask = (u64::MAX >> (64 - length)) << low;
            runs.push(Run {
                mask,
                down: low - bits,
            });
            bits += length;
            rest &= !mask;
        }
        Self { runs, bits }
    }

    /// The needed bits of a code, side by side.
    #[inline(always)]
    pub fn squeeze(&self, code: u64) -> u64 {
        let narrow = |narrow, run: &Run| narrow | (code & run.mask) >> run.down;
        self.runs.iter().fold(0, narrow)
    }

    /// The code again. Bits above the needed ones are left out.
    #[inline(always)]
    pub fn widen(&self, squeezed: u64) -> u64 {
        let widen = |code, run: &Run| code | squeezed << run.down & run.mask;
        self.runs.iter().fold(0, widen)
    }
}
