//! All integration tests, as one binary.

mod cross_check;
mod engine;
mod models;
mod packing;
mod toys;

#[test]
fn every_file_of_this_folder_is_a_module() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).expect("the folder of this file") {
        let path = entry.expect("an entry of the folder").path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name")
            .to_owned();
        let is_listed = stem == "main" || listed.contains(&format!("mod {stem};"));
        assert!(is_listed, "tests/it/{stem} is not listed in main.rs");
    }
}
