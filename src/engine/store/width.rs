//! How many words a row has. Rows of a width that the compiler knows are handled in registers.
//!
//! A row mostly has one to six words, and the width is the same for a whole search. With a
//! width in a variable each comparison of two rows is a loop, or a call of `memcmp`, which take
//! longer than the comparison. So the inner loops are compiled once for each common width, as
//! [`Known`], and once more for all others, as [`Any`]; [`by_width`] chooses, once a block.
//!
//! [`Known`] trusts that the rows it is given have its width: a shorter one has no first chunk,
//! and two without one would be the same. All of them are cut by [`Width::words`], and the width
//! is chosen by [`Format::words`]; [`super::Partition::store`] looks once a block whether what it
//! is given has that, too.

use super::{Format, Kept};

/// The width of rows, and whether they are kept as they are.
pub(in crate::engine) trait Width: Copy {
    /// Words of a row.
    fn words(self) -> usize;

    /// Words that are kept of it.
    fn kept_words(self) -> usize;

    /// Whether rows are kept as they are.
    fn keeps_rows(self) -> bool;

    /// Whether what is kept of two rows is the same.
    fn same(self, left: &[u64], right: &[u64]) -> bool;
}

/// Kept rows of so many words.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Known<const WORDS: usize>;

impl<const WORDS: usize> Width for Known<WORDS> {
    #[inline(always)]
    fn words(self) -> usize {
        WORDS
    }

    #[inline(always)]
    fn kept_words(self) -> usize {
        WORDS
    }

    #[inline(always)]
    fn keeps_rows(self) -> bool {
        true
    }

    #[inline(always)]
    fn same(self, left: &[u64], right: &[u64]) -> bool {
        left.first_chunk::<WORDS>() == right.first_chunk::<WORDS>()
    }
}

/// Rows of any number of words, and what is kept of them.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Any {
    words: usize,
    kept_words: usize,
    kept: Kept,
}

impl Any {
    pub(in crate::engine) const fn of(format: &Format) -> Self {
        Self {
            words: format.words,
            kept_words: format.kept_words(),
            kept: format.kept,
        }
    }
}

impl Width for Any {
    #[inline(always)]
    fn words(self) -> usize {
        self.words
    }

    #[inline(always)]
    fn kept_words(self) -> usize {
        self.kept_words
    }

    #[inline(always)]
    fn keeps_rows(self) -> bool {
        matches!(self.kept, Kept::Rows)
    }

    #[inline(always)]
    fn same(self, left: &[u64], right: &[u64]) -> bool {
        left == right
    }
}

/// Evaluates `$do` with the [`Width`] of a format as `$width`: one of those in brackets, which the
/// compiler knows, or any other. Each costs another copy of the code.
macro_rules! by_width {
    ($format:expr, [$($words:literal)*], $width:ident => $do:expr) => {
        match ($format.kept, $format.words) {
            $(($crate::engine::store::Kept::Rows, $words) => {
                let $width = $crate::engine::store::Known::<$words>;
                $do
            })*
            _ => {
                let $width = $crate::engine::store::Any::of($format);
                $do
            }
        }
    };
}

pub(in crate::engine) use by_width;
