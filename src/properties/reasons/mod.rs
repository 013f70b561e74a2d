//! Reasons that several properties give for their violations.

pub(super) mod lost_disk;
pub(super) mod two_pods;

use crate::world::setup::Setup;
use crate::world::volume::Template;

/// ` of wal`, behind a claim or a disk of one of several claim templates.
pub(super) fn of_template(setup: &Setup, template: Template) -> String {
    if setup.storage.len() < 2 {
        return String::new();
    }
    format!(" of {}", setup.storage_of(template).name)
}
