//! The project's own documents: what they say is there is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use straddle::properties;
use straddle::scenario::{Overrides, Scenario};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages at the top and in `docs/`, by their place.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in [root().to_path_buf(), root().join("docs")] {
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let paths = entries.map(|entry| entry.expect("the entry can be read").path());
        pages.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    pages.sort();
    pages
}

/// The catalogue of properties, as `docs/properties.md` has it.
fn catalogue() -> String {
    let mut page = String::from(
        "<!-- Written by a test from src/properties/. To renew it:\n     \
         UPDATE_DOCS=1 cargo test --test it docs -->\n\n\
         # Properties\n\n\
         What a migration has to satisfy. Each property is checked over the whole state space; the \
         verdict `holds` means\nthat all of it was searched. An *always* property is an invariant: \
         its predicate holds in every reachable state. A\n*from everywhere* property asks what can \
         still be reached from each reachable state. *Eventually* and\n*eventually always* \
         properties are about infinite paths: see [endless paths](model.md#endless-paths).\n\n\
         | property | kind | statement |\n|---|---|---|\n",
    );
    for property in properties::ALL {
        let row = format!(
            "| [`{name}`](#{name}) | {} | {} |\n",
            property.kind.word().name(),
            property.statement,
            name = property.name,
        );
        page += &row;
    }
    for property in properties::ALL {
        let section = format!(
            "\n## {}\n\n*{}.* {}\n\n{}\n\nViolated in [`{violated}`](../models/{violated}/scenario.yaml), \
             holds in [`{holds}`](../models/{holds}/scenario.yaml).\n",
            property.name,
            property.kind.word().name(),
            property.statement,
            property.details,
            violated = property.violated_in,
            holds = property.holds_in,
        );
        page += &section;
    }
    page
}

#[test]
fn the_catalogue_of_properties_is_current() {
    let path = root().join("docs/properties.md");
    let current = catalogue();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &current).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "docs/properties.md is stale; UPDATE_DOCS=1 cargo test --test it docs renews it"
    );
}

/// The lines of a page outside of fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// What the links of a page point to.
fn links(text: &str) -> Vec<&str> {
    let rests = prose(text).flat_map(|line| line.split("](").skip(1));
    rests
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect()
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

fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

/// Why a link from a page leads nowhere, if it does.
fn broken(page: &Path, link: &str, texts: &BTreeMap<PathBuf, String>) -> Option<String> {
    if link.contains("://") {
        return None;
    }
    let (file, wanted) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.parent().expect("a page is in a folder");
    let target = if file.is_empty() {
        page.to_path_buf()
    } else {
        folder.join(file)
    };
    let Ok(target) = target.canonicalize() else {
        return Some(format!("{}: {link}: no such file", page.display()));
    };
    let has_anchor = || {
        let text = texts.get(&target).map(String::as_str);
        anchors(text.unwrap_or_default()).contains(&wanted.to_owned())
    };
    (!wanted.is_empty() && !has_anchor())
        .then(|| format!("{}: {link}: no such heading", page.display()))
}

#[test]
fn relative_links_lead_somewhere() {
    let canonical = |page: &PathBuf| page.canonicalize().expect("the page is there");
    let texts: BTreeMap<_, _> = pages()
        .iter()
        .map(|page| (canonical(page), read(page)))
        .collect();
    let mut wrong = Vec::new();
    let mut relative = 0;
    for (page, text) in &texts {
        for link in links(text) {
            relative += u32::from(!link.contains("://"));
            wrong.extend(broken(page, link, &texts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(relative > 20, "only {relative} links were found");
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
fn links_anchors_and_mentions_are_found() {
    let page =
        "# What it is\n[a](b.md) and [c](#d).\n```\n[not](this)\n# nor this\n```\n## `x` & y\n";
    assert_eq!(links(page), ["b.md", "#d"]);
    assert_eq!(anchors(page), ["what-it-is", "x--y"]);
    let text =
        "check models/one, `models/two/scenario.yaml`, models/NAME/scenario.yaml and models/.";
    assert_eq!(mentioned(text), ["models/one", "models/two/scenario.yaml"]);
    let texts = BTreeMap::new();
    let page = root().join("Cargo.toml");
    assert!(broken(&page, "no-such-page.md", &texts).is_some());
    assert!(broken(&page, "#no-such-heading", &texts).is_some());
    assert!(broken(&page, "src/lib.rs", &texts).is_none());
}

/// The command of the page's first `console` block, and what the block says that it prints.
fn shown(page: &str) -> (Vec<&str>, &str) {
    let start = page.split_once("```console\n$ straddle ");
    let (_, rest) = start.expect("the page shows a run of the tool");
    let (block, _) = rest.split_once("\n```").expect("the block ends");
    let (command, output) = block
        .split_once('\n')
        .expect("the command prints something");
    (command.split_whitespace().collect(), output)
}

/// All but the last figure, which is the time that the run took.
fn untimed(output: &str) -> &str {
    let output = output.trim_end();
    output
        .rsplit_once(", ")
        .map_or(output, |(before, _)| before)
}

#[test]
fn the_readme_shows_what_the_tool_prints() {
    shows_what_the_tool_prints("README.md");
}

#[test]
fn the_page_on_walks_shows_what_the_tool_prints() {
    shows_what_the_tool_prints("docs/simulate-and-replay.md");
}

/// Runs the first command that a page shows.
#[track_caller]
fn shows_what_the_tool_prints(page: &str) {
    let page = read(&root().join(page));
    let (arguments, expected) = shown(&page);
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_straddle"))
        .args(arguments)
        .current_dir(root())
        .env_remove("COLUMNS")
        .output()
        .expect("the tool runs");
    let printed = String::from_utf8(run.stdout).expect("it prints text");
    assert_eq!(untimed(expected), untimed(&printed));
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
