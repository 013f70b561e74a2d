//! Links of the pages lead somewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::page::{anchors, links, name, pages, read, root};

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
        return Some(format!("{}: {link}: no such file", name(page)));
    };
    let has_anchor = || {
        let text = texts.get(&target).map(String::as_str);
        anchors(text.unwrap_or_default()).contains(&wanted.to_owned())
    };
    (!wanted.is_empty() && !has_anchor())
        .then(|| format!("{}: {link}: no such heading", name(page)))
}

fn texts() -> BTreeMap<PathBuf, String> {
    let canonical = |page: &PathBuf| page.canonicalize().expect("the page is there");
    let pages = pages();
    pages
        .iter()
        .map(|page| (canonical(page), read(page)))
        .collect()
}

#[test]
fn relative_links_lead_somewhere() {
    let texts = texts();
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

#[test]
fn the_index_has_every_page() {
    let index = root().join("docs/README.md");
    let text = read(&index);
    let listed = links(&text);
    for page in pages() {
        let Ok(path) = page.strip_prefix(root().join("docs")) else {
            continue;
        };
        let path = path.to_str().expect("a page has a plain name");
        let is_listed = listed
            .iter()
            .any(|link| link.split('#').next() == Some(path));
        assert!(is_listed || page == index, "docs/README.md lacks {path}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let texts = BTreeMap::new();
    let page = root().join("Cargo.toml");
    assert!(broken(&page, "no-such-page.md", &texts).is_some());
    assert!(broken(&page, "#no-such-heading", &texts).is_some());
    assert!(broken(&page, "src/lib.rs", &texts).is_none());
}
