//! The project's own documents: what they say is there is there, and what they show is so.

mod catalogue;
#[cfg(unix)]
mod commands;
mod flags;
mod links;
mod page;
mod reference;

use std::path::Path;

use page::{pages, read, root};
use straddle::internals::scenario::{Overrides, Scenario};

/// Whether the pages are to be written anew rather than compared.
fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The paths below `models/` that a text mentions. `models/NAME` stands for any of them.
fn mentioned(text: &str) -> Vec<&str> {
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    let places = text.match_indices("models/").map(|(place, _)| {
        let rest = &text[place..];
        let end = rest.find(|letter| !is_path(letter)).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', '/'])
    });
    places
        .filter(|path| *path != "models" && !path.starts_with("models/NAME"))
        .collect()
}

#[test]
fn mentioned_scenarios_exist() {
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        for path in mentioned(&text) {
            count += 1;
            assert!(
                root().join(path).exists(),
                "{} mentions {path}, which is not there",
                page.display()
            );
        }
    }
    assert!(count > 10, "only {count} mentions were found");
}

#[test]
fn mentions_are_found() {
    let text =
        "check models/one, `models/two/scenario.yaml`, models/NAME/scenario.yaml and models/.";
    assert_eq!(mentioned(text), ["models/one", "models/two/scenario.yaml"]);
}

/// The page's blocks of YAML that are whole scenarios.
fn scenarios(page: &str) -> Vec<&str> {
    let blocks = page.split("```yaml\n").skip(1);
    let texts = blocks.filter_map(|rest| Some(rest.split_once("```")?.0));
    texts.filter(|text| text.contains("apiVersion: ")).collect()
}

#[test]
fn scenarios_in_the_pages_can_be_read() {
    let manifest = root().join("models/blog-redis-cluster/redis-cluster.yaml");
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        for scenario in scenarios(&text) {
            count += 1;
            let files = |_: &Path| std::fs::read(&manifest);
            let read = Scenario::parse(&page, scenario, &Overrides::default(), &files);
            assert!(read.is_ok(), "{}: {:?}", page.display(), read.err());
        }
    }
    assert!(count >= 2, "only {count} scenarios were found");
}
