//! What a shell does not know itself.

use std::fmt::{Debug, Display};
use std::rc::Rc;

/// What is outside of a shell, as types: the shell carries them along and never looks into them.
pub trait Outside: Copy + Eq + Debug + 'static {
    /// What the programs have beside the script, and note in a run of it.
    type Session<'a>;
    /// What they know at one place of the script. It outlives subshells.
    type Known: Clone + Eq + Debug + Default;
    /// A value that only they can compare.
    type Value: Clone + Eq + Debug + Display;
    /// What they ask of the world.
    type Request: Copy + Debug;

    /// The most requests of one script.
    const MOST_REQUESTS: usize;

    /// What a file beside the script has.
    fn file(session: &Self::Session<'_>, path: &str) -> Option<Rc<str>>;

    /// The request that looks at a clock: it is done while there is time left.
    fn clock() -> Self::Request;

    /// Whether a request only looks.
    fn only_looks(request: Self::Request) -> bool;

    /// The same value as if it were read at no place of the graph, and where it was read; `None`
    /// if it does not matter where.
    fn without_place(value: &Self::Value) -> Option<(Self::Value, usize)>;

    /// What `${name:-0}` makes of a value, if that is something else.
    fn or_zero(value: &Self::Value) -> Option<Self::Value>;
}
