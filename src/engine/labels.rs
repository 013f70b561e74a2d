//! What a model wants to know to happen.

/// A set of small numbers, each for something that a model wants to know to happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Labels([u64; 16]);

impl Labels {
    /// One above the highest label.
    pub const MOST: u16 = 1024;

    /// Puts a label in.
    ///
    /// # Panics
    /// If there is no such label.
    pub const fn insert(&mut self, label: u16) {
        self.0[label as usize / 64] |= 1 << (label % 64);
    }

    /// Whether a label is in the set.
    #[must_use]
    pub const fn contains(&self, label: u16) -> bool {
        label < Self::MOST && self.0[label as usize / 64] >> (label % 64) & 1 == 1
    }

    /// The set as bits: bit i of word w is label 64 w + i.
    pub(crate) const fn words(&self) -> &[u64] {
        &self.0
    }

    /// The set of these bits, if there are as many words as a set has.
    pub(crate) fn from_words(words: &[u64]) -> Option<Self> {
        words.try_into().ok().map(Self)
    }

    /// Puts in all that `other` has.
    pub fn extend(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
    }
}
