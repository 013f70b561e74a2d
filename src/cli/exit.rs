//! Every exit code.
//!
//! | code | when |
//! |---|---|
//! | 130 | interrupted by Ctrl-C, SIGTERM or SIGHUP; what is known is reported |
//! | 4 | internal error: a bug of ours, or output that could not be written |
//! | 2 | usage error, an input that cannot be read (the others are still checked), a trace that cannot be saved, or a checkpoint that cannot be used |
//! | 1 | some verdict is not the expected one; without `expect`, some property is violated |
//! | 3 | some property is inconclusive |
//! | 0 | every verdict is the expected one |
//!
//! If several apply, the first of this table is taken.

/// Every verdict is the expected one.
pub const AS_EXPECTED: u8 = 0;
/// Some decided verdict is not the expected one.
pub const UNEXPECTED: u8 = 1;
/// Usage, any input unreadable, a trace that cannot be saved, or a checkpoint that cannot be used.
pub const UNREADABLE: u8 = 2;
/// Some property is undecided.
pub const UNDECIDED: u8 = 3;
/// A bug of ours, or output that could not be written.
pub const INTERNAL: u8 = 4;
/// Ended by Ctrl-C, SIGTERM or SIGHUP.
pub const INTERRUPTED: u8 = 130;

/// What can go wrong in a run beside its verdicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Trouble {
    /// It was interrupted.
    pub interrupted: bool,
    /// Something of ours broke.
    pub internal: bool,
    /// Inputs that could not be read.
    pub unreadable: usize,
    /// A counterexample could not be saved.
    pub unsaved: bool,
    /// A checkpoint could not be used.
    pub refused: bool,
}

/// How a result stands beside what was expected. The worse of two is the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// As expected.
    AsExpected,
    /// Something is undecided.
    Undecided,
    /// Something decided is not as expected.
    Unexpected,
}

/// The exit code of a run, from how its results stand and from what went wrong.
#[must_use]
pub fn code(standings: impl Iterator<Item = Standing>, trouble: Trouble) -> u8 {
    if trouble.interrupted {
        return INTERRUPTED;
    }
    if trouble.internal {
        return INTERNAL;
    }
    if trouble.unreadable > 0 || trouble.unsaved || trouble.refused {
        return UNREADABLE;
    }
    match standings.max() {
        Some(Standing::Unexpected) => UNEXPECTED,
        Some(Standing::Undecided) => UNDECIDED,
        Some(Standing::AsExpected) | None => AS_EXPECTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence() {
        check(
            "given                                      | then
             nothing                                    | 0
             expected                                   | 0
             undecided                                  | 3
             expected undecided                         | 3
             unexpected                                 | 1
             unexpected undecided                       | 1
             unreadable                                 | 2
             unreadable unexpected undecided            | 2
             refused                                    | 2
             refused unexpected undecided               | 2
             internal                                   | 4
             internal unreadable unexpected undecided   | 4
             interrupted                                | 130
             interrupted internal unreadable unexpected | 130",
        );
    }

    /// Runs each row of `table` through [`code`].
    fn check(table: &str) {
        for row in table.lines().skip(1) {
            let (given, then) = row.split_once('|').expect("two columns");
            let (mut standings, mut trouble) = (Vec::new(), Trouble::default());
            for word in given.split_whitespace() {
                match word {
                    "nothing" => (),
                    "expected" => standings.push(Standing::AsExpected),
                    "unexpected" => standings.push(Standing::Unexpected),
                    "undecided" => standings.push(Standing::Undecided),
                    "unreadable" => trouble.unreadable = 1,
                    "refused" => trouble.refused = true,
                    "internal" => trouble.internal = true,
                    "interrupted" => trouble.interrupted = true,
                    other => panic!("no such condition: {other}"),
                }
            }
            let then: u8 = then.trim().parse().expect("an exit code");
            assert_eq!(
                code(standings.into_iter(), trouble),
                then,
                "given {}",
                given.trim()
            );
        }
    }
}
