//! `docs/properties.md`, which is made of `src/properties/`.

use straddle::internals::properties;

use super::page::root;
use super::updates;

/// The catalogue of properties, as `docs/properties.md` has it.
fn catalogue() -> String {
    let mut page = String::from(
        "<!-- Written by a test from src/properties/. To renew it:\n     \
         UPDATE_DOCS=1 cargo test --test it docs -->\n\n\
         # Properties\n\n\
         What `straddle check` checks of a migration. The verdict `holds` means that the whole state \
         space was searched,\nor that there is a [proof for every N](every-n.md). The kinds:\n\n\
         - *always*: an invariant. Its predicate is true in every reachable state.\n\
         - *from everywhere*: from every reachable state the goal can still be reached, without a \
         further fault.\n\
         - *eventually* and *eventually always*: about paths that never end, under weak fairness; \
         see [endless paths](model.md#endless-paths).\n\n\
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
    if updates() {
        std::fs::write(&path, &current).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "docs/properties.md is stale; UPDATE_DOCS=1 cargo test --test it docs renews it"
    );
}
