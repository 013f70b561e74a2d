//! A page of Markdown: its fenced blocks, what stands outside of them, and where its links lead.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages at the top, in `docs/` and in folders of it, and those of the benches and the
/// recordings, sorted.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = vec![
        root().join("benches/README.md"),
        root().join("tests/conformance/README.md"),
    ];
    pages.extend(entries(root()).filter(|path| is_page(path)));
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if is_page(&path) {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    entries.map(|entry| entry.expect("the entry can be read").path())
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "md")
}

/// A page's path as people name it: from the project's folder.
pub fn name(page: &Path) -> String {
    let path = page.strip_prefix(root()).unwrap_or(page);
    path.display().to_string()
}

/// A fenced block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block<'a> {
    /// The language: what follows the fence, up to a blank.
    pub language: &'a str,
    /// `title=` after the language: the file that the block is.
    pub title: Option<&'a str>,
    /// The lines between the fences, counted from 0.
    pub lines: Range<usize>,
}

/// The fenced blocks of a page.
pub fn blocks<'a>(lines: &[&'a str]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&'a str, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        match open.take() {
            None => open = Some((info, number + 1)),
            Some((info, start)) => {
                let mut words = info.split_whitespace();
                blocks.push(Block {
                    language: words.next().unwrap_or_default(),
                    title: words.find_map(|word| word.strip_prefix("title=")),
                    lines: start..number,
                });
            }
        }
    }
    blocks
}

/// The lines of a page outside of fenced blocks.
pub fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// The code between single backticks in a page's prose.
pub fn code_spans(text: &str) -> Vec<String> {
    // A span may go on in the next line, and never does past an empty one.
    let lines: Vec<&str> = prose(text).map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty());
    let mut spans = Vec::new();
    for paragraph in paragraphs {
        let text = paragraph.join(" ");
        spans.extend(text.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    spans
}

/// What the links of a page point to.
pub fn links(text: &str) -> Vec<&str> {
    let rests = prose(text).flat_map(|line| line.split("](").skip(1));
    rests
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect()
}

/// The anchors of a page's headings; GitHub numbers those that occur again.
pub fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let plain = anchor(line.trim_start_matches('#'));
        let mut unique = plain.clone();
        let mut count = 0;
        while anchors.contains(&unique) {
            count += 1;
            unique = format!("{plain}-{count}");
        }
        anchors.push(unique);
    }
    anchors
}

/// A heading as an anchor: lower case, blanks as hyphens, without punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        _ => letter.is_alphanumeric().then_some(letter),
    });
    kept.collect()
}

#[test]
fn the_parts_of_a_page_are_found() {
    let page = "# What it is\n[a](b.md) and [c](#d), `one\ntwo` or `three`.\n\n```sh title=x/y.sh\n\
                [not](this)\n# nor this\n```\n## `x` & y\n## What it is\n";
    assert_eq!(links(page), ["b.md", "#d"]);
    assert_eq!(anchors(page), ["what-it-is", "x--y", "what-it-is-1"]);
    assert_eq!(code_spans(page), ["one two", "three", "x"]);
    let lines: Vec<&str> = page.lines().collect();
    let block = Block {
        language: "sh",
        title: Some("x/y.sh"),
        lines: 5..7,
    };
    assert_eq!(blocks(&lines), [block]);
}
