//! Numbers that a script works out of a clock: the time, a deadline, how long something has taken.
//!
//! Their values are not known. What matters is how a number moves while a loop goes round, since a
//! comparison with one that rises for ever comes true sooner or later, and stays true. A comparison
//! becomes a look of the driver, which may go either way whenever it is taken.
//!
//! ```text
//! end=$((SECONDS + 300))           read outside of all loops: it stays what it is
//! until kubectl get pod web-0; do
//!   (( SECONDS > end )) && exit 1  SECONDS is read again in each round: SECONDS - end rises
//! done
//! ```

use std::fmt;

/// The seconds since the script has begun, or has set them.
pub const SECONDS: &str = "SECONDS";

/// The clocks of bash's own that count seconds.
pub const CLOCKS: [&str; 2] = [SECONDS, "EPOCHSECONDS"];

/// How a number moves from one round of a loop to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moves {
    /// It rises above any bound.
    Up,
    /// It falls below any bound.
    Down,
    /// It stays what it is.
    Not,
    /// It may do anything.
    Anyhow,
}

/// A number that a script has worked out of a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// How it moves. For a truth: whether it comes true in the end, and stays true, or the opposite.
    pub moves: Moves,
    /// It is 0 or 1, the result of a comparison.
    pub is_truth: bool,
    /// Within how many `while` the part of it was read that stays what it is.
    pub since: usize,
    /// Within how many it was worked out.
    pub made: usize,
}

/// A number of the script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Number {
    /// One that is known.
    Known(i64),
    /// One that a clock decides.
    Clock(Clock),
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what a clock says")
    }
}

impl Moves {
    const fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            same => same,
        }
    }

    const fn with(self, other: Self) -> Self {
        match (self, other) {
            (same, Self::Not) | (Self::Not, same) => same,
            (Self::Up, Self::Up) => Self::Up,
            (Self::Down, Self::Down) => Self::Down,
            _ => Self::Anyhow,
        }
    }
}

impl Clock {
    /// A clock that is read within so many `while`, and has begun to count within `since` of them.
    #[must_use]
    pub const fn read(made: usize, since: usize) -> Self {
        Self {
            moves: Moves::Up,
            is_truth: false,
            since,
            made,
        }
    }

    /// The same value in the rounds of a loop that begins: it stays what it is until it is read
    /// again.
    #[must_use]
    pub fn kept(self) -> Self {
        Self {
            moves: Moves::Not,
            since: self.since.max(self.made),
            ..self
        }
    }

    const fn moving(self, moves: Moves) -> Self {
        Self { moves, ..self }
    }

    const fn turned(self) -> Self {
        self.moving(self.moves.turned())
    }

    /// As a number to reckon with: a truth does not rise above any bound.
    fn counted(self) -> Self {
        let moves = match self.moves {
            Moves::Not => Moves::Not,
            _ if self.is_truth => Moves::Anyhow,
            moves => moves,
        };
        Self {
            moves,
            is_truth: false,
            ..self
        }
    }

    /// Whether it is anything but 0.
    #[must_use]
    pub const fn truth(self) -> Self {
        let moves = match self.moves {
            moves if self.is_truth => moves,
            Moves::Not => Moves::Not,
            _ => Moves::Anyhow,
        };
        Self {
            moves,
            is_truth: true,
            ..self
        }
    }

    /// The same value as a variable has it that is set within so many `while`: what does not move
    /// by itself may be another from now on.
    #[must_use]
    pub fn set_within(self, depth: usize) -> Self {
        let made = match self.moves {
            Moves::Not => self.made.max(depth),
            _ => self.made,
        };
        Self { made, ..self }
    }

    /// Within how many `while` that was set which stays what it is.
    fn fixed_within(self) -> usize {
        match self.moves {
            Moves::Not => self.since.max(self.made),
            _ => self.since,
        }
    }

    fn beside(self, other: Self, moves: Moves) -> Self {
        Self {
            moves,
            is_truth: false,
            since: self.fixed_within().max(other.fixed_within()),
            made: self.made.max(other.made),
        }
    }
}

impl Number {
    /// The number, if it is known.
    #[must_use]
    pub const fn known(self) -> Option<i64> {
        match self {
            Self::Known(number) => Some(number),
            Self::Clock(_) => None,
        }
    }

    /// What an operator makes of two numbers.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn apply(self, operator: &str, right: Self) -> Result<Self, String> {
        let (left, right) = match (self, right) {
            (Self::Known(left), Self::Known(right)) => {
                return apply(operator, left, right).map(Self::Known);
            }
            sides => sides,
        };
        match operator {
            "+" => Ok(left.plus(right)),
            "-" => Ok(left.plus(right.negative())),
            "==" | "!=" => Ok(left.compared(right, |_| Moves::Anyhow)),
            ">" | ">=" => Ok(left.compared(right, |moves| moves)),
            "<" | "<=" => Ok(left.compared(right, Moves::turned)),
            "*" | "/" => left.scaled(operator, right),
            _ => match right {
                Self::Known(0) if operator == "%" => Err("a division by zero".to_owned()),
                Self::Clock(_) if operator == "%" => Err(BY_CLOCK.to_owned()),
                _ => Ok(left.plus(right).anyhow()),
            },
        }
    }

    fn plus(self, right: Self) -> Self {
        match (self, right) {
            (Self::Clock(left), Self::Clock(right)) => {
                let (left, right) = (left.counted(), right.counted());
                Self::Clock(left.beside(right, left.moves.with(right.moves)))
            }
            (Self::Clock(clock), Self::Known(_)) | (Self::Known(_), Self::Clock(clock)) => {
                Self::Clock(clock.counted())
            }
            (Self::Known(left), Self::Known(right)) => Self::Known(left.wrapping_add(right)),
        }
    }

    /// `-`.
    #[must_use]
    pub fn negative(self) -> Self {
        match self {
            Self::Known(number) => Self::Known(number.wrapping_neg()),
            Self::Clock(clock) => Self::Clock(clock.counted().turned()),
        }
    }

    /// `!`.
    #[must_use]
    pub fn not(self) -> Self {
        match self {
            Self::Known(number) => Self::Known(i64::from(number == 0)),
            Self::Clock(clock) => Self::Clock(clock.truth().turned()),
        }
    }

    /// A number of which nothing is known.
    fn anyhow(self) -> Self {
        match self {
            Self::Clock(clock) => Self::Clock(clock.counted().moving(Moves::Anyhow)),
            known @ Self::Known(_) => known,
        }
    }

    fn compared(self, right: Self, truth: impl Fn(Moves) -> Moves) -> Self {
        let Self::Clock(difference) = self.plus(right.negative()) else {
            return self;
        };
        Self::Clock(Clock {
            moves: truth(difference.moves),
            is_truth: true,
            ..difference
        })
    }

    /// A multiple, or a part.
    fn scaled(self, operator: &str, right: Self) -> Result<Self, String> {
        let (clock, factor) = match (self, right) {
            (_, Self::Clock(_)) if operator == "/" => return Err(BY_CLOCK.to_owned()),
            (_, Self::Known(0)) if operator == "/" => return Err("a division by zero".to_owned()),
            (Self::Clock(clock), Self::Known(factor))
            | (Self::Known(factor), Self::Clock(clock)) => (clock.counted(), factor),
            _ => return Ok(self.plus(right).anyhow()),
        };
        Ok(match factor {
            0 => Self::Known(0),
            1.. => Self::Clock(clock),
            _ => Self::Clock(clock.turned()),
        })
    }

    /// What `&&` (`and`) or `||` makes of two truths, of which at least one is not known.
    #[must_use]
    pub fn joined(self, right: Self, and: bool) -> Self {
        match (self, right) {
            (Self::Known(known), other) | (other, Self::Known(known)) => match other {
                Self::Clock(clock) if (known != 0) == and => Self::Clock(clock.truth()),
                _ => Self::Known(i64::from(!and)),
            },
            (Self::Clock(left), Self::Clock(right)) => {
                let (left, right) = (left.truth(), right.truth());
                let moves = if left.moves == right.moves {
                    left.moves
                } else {
                    Moves::Anyhow
                };
                let both = left.beside(right, moves);
                Self::Clock(Clock {
                    is_truth: true,
                    ..both
                })
            }
        }
    }

    /// One of two numbers, and a clock decides which.
    #[must_use]
    pub fn either(self, right: Self, by: Clock) -> Self {
        if self == right {
            return self;
        }
        Self::Clock(by).plus(self).plus(right).anyhow()
    }
}

/// Why a quotient is not modelled.
const BY_CLOCK: &str = "a division by what a clock says, which may be zero";

/// What an operator makes of two numbers that are known.
fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let division = || "a division by zero".to_owned();
    Ok(match operator {
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right).ok_or_else(division)?,
        "%" => left.checked_rem(right).ok_or_else(division)?,
        "**" => {
            let power = u32::try_from(right).map_err(|_| "a negative power".to_owned())?;
            left.checked_pow(power).ok_or("a power that is too large")?
        }
        _ => return Err(format!("the operator `{operator}`")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Number = Number::Clock(Clock::read(1, 0));

    fn earlier() -> Number {
        let Number::Clock(clock) = NOW else {
            unreachable!("it is a clock")
        };
        Number::Clock(Clock { made: 0, ..clock }.kept())
    }

    fn moves(number: &Result<Number, String>) -> Option<Moves> {
        match number {
            Ok(Number::Clock(clock)) => Some(clock.moves),
            _ => None,
        }
    }

    /// A deadline that is moved in each round of the loop is one of that round.
    #[test]
    fn what_is_set_in_a_loop_may_be_another_in_each_round() {
        let Number::Clock(start) = earlier() else {
            unreachable!("it is a clock")
        };
        for (deadline, expected) in [(start, 0), (start.set_within(1), 1)] {
            let late = NOW.apply(">", Number::Clock(deadline));
            let Ok(Number::Clock(late)) = late else {
                unreachable!("it is a truth")
            };
            assert_eq!((late.moves, late.since), (Moves::Up, expected));
        }
    }

    #[test]
    fn a_comparison_comes_true_if_the_difference_rises() {
        let start = earlier();
        let elapsed = NOW.apply("-", start).expect("a number");
        let left = start.apply("-", NOW).expect("a number");
        let known = Number::Known;
        for (number, expected) in [
            (elapsed.apply(">", known(300)), Moves::Up),
            (elapsed.apply("<", known(300)), Moves::Down),
            (left.apply(">", known(0)), Moves::Down),
            (NOW.apply(">=", start), Moves::Up),
            (start.apply("<=", NOW), Moves::Up),
            (elapsed.apply("==", known(300)), Moves::Anyhow),
            (elapsed.apply("%", known(30)), Moves::Anyhow),
            (elapsed.apply("/", known(60)), Moves::Up),
            (elapsed.apply("*", known(-1)), Moves::Down),
            (NOW.apply("-", NOW), Moves::Anyhow),
            (start.apply(">", known(3)), Moves::Not),
        ] {
            assert_eq!(moves(&number), Some(expected), "{number:?}");
        }
        let (late, early) = (elapsed.apply(">", known(3)), elapsed.apply("<", known(3)));
        let (late, early) = (late.expect("a truth"), early.expect("a truth"));
        assert_eq!(moves(&Ok(early.not())), Some(Moves::Up));
        assert_eq!(moves(&Ok(late.joined(early, true))), Some(Moves::Anyhow));
        assert_eq!(moves(&Ok(late.joined(late, false))), Some(Moves::Up));
        assert_eq!(late.joined(known(1), false), known(1));
        assert_eq!(late.joined(known(0), false), late);
        // A sum of truths does not rise above any bound.
        assert_eq!(moves(&late.apply("+", known(1))), Some(Moves::Anyhow));
    }
}
