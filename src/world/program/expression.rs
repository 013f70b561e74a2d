//! Numbers that a program computes from `k` and `N`.

use crate::world::id::Ordinal;

/// `k`·*a* + `N`·*b* + *c*.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Expression {
    /// How often `k` counts.
    pub k: i16,
    /// How often `N` counts.
    pub n: i16,
    /// The constant.
    pub constant: i16,
}

impl Expression {
    /// The loop's ordinal.
    pub const K: Self = Self {
        k: 1,
        n: 0,
        constant: 0,
    };

    /// A plain number.
    #[must_use]
    pub const fn number(constant: i16) -> Self {
        Self {
            k: 0,
            n: 0,
            constant,
        }
    }

    /// Its value for the loop's ordinal `k` and the number of replicas `n`.
    #[must_use]
    pub fn value(self, k: Ordinal, n: u8) -> i32 {
        i32::from(self.k) * i32::from(k.0)
            + i32::from(self.n) * i32::from(n)
            + i32::from(self.constant)
    }

    /// Whether it names a number other than 0 that does not move with `k` or `N`.
    #[must_use]
    pub const fn is_fixed_number(self) -> bool {
        self.k == 0 && self.n == 0 && self.constant != 0
    }
}

impl std::ops::Add for Expression {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            k: self.k + other.k,
            n: self.n + other.n,
            constant: self.constant + other.constant,
        }
    }
}

impl std::fmt::Display for Expression {
    /// Writes the expression as a scenario file does: `N - k - 1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut empty = true;
        for (count, name) in [(self.n, "N"), (self.k, "k"), (self.constant, "")] {
            for _ in 0..if name.is_empty() {
                1
            } else {
                count.unsigned_abs()
            } {
                if count == 0 {
                    continue;
                }
                let sign = match (empty, count < 0) {
                    (true, false) => "",
                    (true, true) => "-",
                    (false, false) => " + ",
                    (false, true) => " - ",
                };
                f.write_str(sign)?;
                if name.is_empty() {
                    write!(f, "{}", count.unsigned_abs())?;
                } else {
                    f.write_str(name)?;
                }
                empty = false;
            }
        }
        if empty { f.write_str("0") } else { Ok(()) }
    }
}
