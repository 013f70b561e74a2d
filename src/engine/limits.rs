//! The bounds of a search while it does something else than expand states.

use std::cell::Cell;
use std::time::Instant;

use super::{Bounds, StopReason};

/// How many states are gone through between two looks at the bounds.
pub(super) const LOOK: usize = 1 << 10;

/// A bound was reached, or the observer wanted to stop, before anything was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped(pub StopReason);

/// What may end a question about paths.
pub(super) struct Limits<'a> {
    pub bounds: &'a Bounds,
    /// When this run began.
    pub started: Instant,
    /// Whether the observer wants to stop.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// Bytes that the search holds meanwhile.
    pub held: u64,
    /// The most bytes that were held at once.
    pub peak: Cell<u64>,
}

impl Limits<'_> {
    /// Looks at the bounds, with so many bytes held beside those of the search.
    pub(super) fn look(&self, bytes: u64) -> Result<(), Stopped> {
        let bytes = self.held.saturating_add(bytes);
        self.peak.set(self.peak.get().max(bytes));
        let is_late = |bound| self.started.elapsed() > bound;
        if (self.is_interrupted)() {
            Err(Stopped(StopReason::Interrupted))
        } else if self.bounds.memory.is_some_and(|bound| bytes > bound) {
            Err(Stopped(StopReason::Memory))
        } else if self.bounds.time.is_some_and(is_late) {
            Err(Stopped(StopReason::Time))
        } else {
            Ok(())
        }
    }
}
