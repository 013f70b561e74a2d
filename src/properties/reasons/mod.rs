//! Reasons that several properties give for their violations.

pub(super) mod lost_disk;
pub(super) mod two_pods;
