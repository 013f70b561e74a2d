//! What the migration driver remembers, and would lose in a crash.

use super::id::Ordinal;
use super::setup::Setup;
use super::volume::{Disk, ReclaimPolicy, VolumeName};

/// The driver's memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Driver {
    /// Whether it runs, and if not, why.
    pub phase: DriverPhase,
    /// The next instruction; one above the last once the program has finished.
    pub position: u16,
    /// The loop's ordinal; 0 outside the loop.
    pub k: Ordinal,
    /// How it came to the present iteration.
    pub mode: Mode,
    /// The incarnation it waits for.
    pub watch: Watch,
    /// What it has read for a copy and not yet used.
    pub read: Read,
    /// The position and ordinal it saved last, for `afterCrash: fromSaved`.
    pub saved: (u16, Ordinal),
}

impl Driver {
    /// A driver that starts at the top, with nothing in mind but what it has saved.
    pub fn begin(&mut self, setup: &Setup) {
        let saved = self.saved;
        *self = Self {
            saved,
            ..Self::default()
        };
        let position = setup.program.first_position(setup.replicas);
        self.go_to(
            setup,
            position,
            setup.program.k_at(position, setup.replicas),
        );
    }

    /// Comes to `position` in the iteration of `k`, keeping the mode.
    pub fn go_to(&mut self, setup: &Setup, position: usize, k: Ordinal) {
        self.position = u16::try_from(position).expect("a program has fewer than 255 instructions");
        self.k = k;
        if position == setup.program.instructions.len() {
            self.phase = DriverPhase::Finished;
        }
    }
}

/// Whether the driver runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DriverPhase {
    /// It is at an instruction.
    #[default]
    Running,
    /// It crashed and has not started again.
    Crashed,
    /// It has done its last instruction.
    Finished,
    /// A refused request, or a wait that timed out, has ended it at its instruction.
    Failed,
}

/// How the driver came to the present iteration of its loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mode {
    /// From the iteration before it.
    #[default]
    Normal,
    /// Resumed at an ordinal that may be half moved: what exists already counts as done.
    Resumed,
    /// Resumed after an ordinal that has moved: only the body's waits are repeated.
    WaitsOnly,
}

/// The incarnation that a `gone` wait is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Watch {
    /// None yet.
    #[default]
    Nothing,
    /// It is still there.
    Present,
    /// It is gone, or replaced by another of its name.
    Gone,
}

/// What the driver has read for a copy and not yet used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Read {
    /// Nothing.
    #[default]
    Nothing,
    /// A claim, and the volume that it names.
    Claim(Option<VolumeName>),
    /// A volume.
    Volume {
        /// Its disk.
        disk: Disk,
        /// Its reclaim policy at the time.
        reclaim_policy: ReclaimPolicy,
        /// Whether it had a `claimRef` at the time.
        claim_ref: bool,
    },
}
