//! The recordings of the real controller, as files.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use xxhash_rust::xxh3::xxh3_64;

/// The folder of all recordings.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/recorded")
}

/// The minors that are recorded, in order. The recordings are in the repository, not in the package.
pub fn minors() -> Vec<String> {
    let entries = read(&folder(), fs::read_dir(folder()));
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("a folder can be read").file_name();
        name.into_string().expect("a minor is plain text")
    };
    let mut minors: Vec<String> = entries.map(name).collect();
    minors.sort();
    minors
}

/// A line of an index.
pub struct Block {
    /// Which file it is in.
    pub file: String,
    /// Its name: a family of inputs and its parameters.
    pub name: String,
    /// How many cases it has.
    pub cases: usize,
    /// The hash of its text.
    pub digest: u64,
}

/// The index of a minor's recordings.
pub fn index(minor: &str) -> Vec<Block> {
    let path = folder().join(minor).join("index.txt");
    let text = read(&path, fs::read_to_string(&path));
    let block = |line: &str| {
        let mut words = line.split(' ');
        let mut next = || words.next().expect("a line of an index has four words");
        Block {
            file: next().to_owned(),
            name: next().to_owned(),
            cases: next().parse().expect("a number of cases"),
            digest: u64::from_str_radix(next(), 16).expect("a hash"),
        }
    };
    text.lines().map(block).collect()
}

/// The files that an index names, in order.
pub fn files(index: &[Block]) -> Vec<String> {
    let mut files: Vec<String> = index.iter().map(|block| block.file.clone()).collect();
    files.dedup();
    files
}

/// The minors of which a file is recorded.
pub fn minors_with(file: &str) -> Vec<String> {
    let mut all = minors();
    all.retain(|minor| files(&index(minor)).iter().any(|name| name == file));
    all
}

/// The text of a file.
pub fn text(minor: &str, file: &str) -> String {
    let path = folder().join(minor).join(format!("{file}.txt.gz"));
    let packed = read(&path, fs::File::open(&path));
    let mut text = String::new();
    read(&path, GzDecoder::new(packed).read_to_string(&mut text));
    text
}

/// What was read, or a panic that names the file.
fn read<T>(path: &Path, result: std::io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a file's text: their names and their own texts.
pub fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let blocks = text.strip_prefix("# ").unwrap_or(text).split("\n# ");
    blocks.map(|block| {
        let (name, cases) = block.split_once('\n').unwrap_or((block, ""));
        (name, cases.trim_end_matches('\n'))
    })
}

/// The hash that an index has of a block.
pub fn digest(cases: &str) -> u64 {
    xxh3_64(format!("{cases}\n").as_bytes())
}
