//! What becomes of every field of a manifest.

mod corpus;
mod page;
mod types;
mod writers;

use std::path::Path;

/// A file that is written by a test is as the test would write it.
#[track_caller]
fn current(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "{file} is stale; UPDATE_DOCS=1 cargo test --test it account renews it"
    );
}
