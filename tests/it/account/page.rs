//! The table of all fields, as `docs/account.md` has it; and that it has all.

use std::fmt::Write as _;

use straddle::internals::account::elsewhere;
use straddle::internals::account::kinds::{KINDS, Kind, WHOLE};
use straddle::internals::account::types::{self, Shape};
use straddle::internals::account::{Rule, Treatment};

const HEAD: &str = "<!-- Written by a test from src/account/. To renew it:\n     \
    UPDATE_DOCS=1 cargo test --test it account -->\n\n\
    # What becomes of every field\n\n\
    Every field of every object in a manifest is *modelled*, *irrelevant* to a move, *assumed* to be as the\n\
    model has it, or *refused*. `straddle check -v` prints what became of the fields of an input, and `-o json`\n\
    has it as `account`. What is not in these tables is refused at its place.\n\n\
    - A path covers what is below it, unless a longer one does. `[]` is any item of a list, `[TEXT]` a key.\n\
    - A field that is empty or `null` is as if it were left out.\n\
    - A field that Kubernetes' types do not have is refused wherever it stands.\n\
    - An object is accounted for field by field if it has to do with the set: if the set, its Pods, claims or\n  \
    volumes name it, or it names, selects, targets or owns them. Any other is listed as not related.\n\
    - A custom resource that owns or names the set, one of its Pods or one of its claims may write them. So may an\n  \
    autoscaler that targets the set, an owner that controls it, a tool whose label it has or whose release it is a\n  \
    part of, and a workload that uses its claims, selects its Pods or has the name of one. None of these is modelled: what holds without them is reported as\n  \
    inconclusive, unless the scenario states that they are suspended:\n  \
    `assume: [{writer: HorizontalPodAutoscaler/web, is: suspended}]`, or `--assume-suspended` on the command line.\n";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row(base: &str, rule: &Rule) -> String {
    let dot = if base.is_empty() || rule.path.is_empty() {
        ""
    } else {
        "."
    };
    let mut path = format!("`{base}{dot}{}`", rule.path);
    if !rule.values.is_empty() {
        let values: Vec<String> = rule
            .values
            .iter()
            .map(|value| format!("`{value:?}`"))
            .collect();
        path.extend([" of ", &values.join(", ").replace('"', "")]);
    }
    let mut reason = cell(rule.treatment.reason());
    if let Treatment::Refused(_, help) = rule.treatment {
        reason.extend(["; ", &cell(help)]);
    }
    if let Some(kind) = rule.writer {
        reason = format!("{kind} {reason}");
    }
    format!(
        "| {} | {} | {reason} |\n",
        cell(&path),
        rule.treatment.name()
    )
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in KINDS {
        let _ = write!(page, "\n## {}\n\n| field | | |\n|---|---|---|\n", kind.name);
        let mut seen = Vec::new();
        for (base, rules) in kind.tables {
            for rule in *rules {
                let place = (*base, rule.path, rule.values);
                if !seen.contains(&place) {
                    seen.push(place);
                    page += &row(base, rule);
                }
            }
        }
    }
    page += "\n## Other kinds\n\nOf these, the whole object is treated alike. `*` is any kind of a group.\n\n| kind | | |\n|---|---|---|\n";
    for (group, name, treatment) in WHOLE.iter().chain(elsewhere::WHOLE) {
        let slash = if group.is_empty() { "" } else { "/" };
        let _ = writeln!(
            page,
            "| `{group}{slash}{name}` | {} | {} |",
            treatment.name(),
            cell(treatment.reason())
        );
    }
    page
}

#[test]
fn the_table_of_fields_is_current() {
    super::current("docs/account.md", &page());
}

/// The paths of all fields of a kind; of a type within itself, once.
fn paths(shape: Shape, here: &str, open: &mut Vec<&'static str>, found: &mut Vec<String>) {
    let Shape::Struct(name) = shape else {
        let is_many = matches!(shape, Shape::List(_) | Shape::Map(_));
        if let (true, inside @ Shape::Struct(_)) = (is_many, shape.inside()) {
            return paths(inside, &format!("{here}[]"), open, found);
        }
        found.push(here.to_owned());
        return;
    };
    if open.contains(&name) {
        return;
    }
    open.push(name);
    let fields = types::fields(name).expect("the type is recorded");
    for field in fields.keys() {
        let dot = if here.is_empty() { "" } else { "." };
        let below = types::field(fields, field).expect("the field is recorded");
        paths(below, &format!("{here}{dot}{field}"), open, found);
    }
    open.pop();
}

/// A rule for any value of a field, or of one above it.
fn is_covered(kind: &Kind, path: &str) -> bool {
    let under = |above: &str| {
        let rest = path.strip_prefix(above);
        above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    kind.tables.iter().any(|(base, rules)| {
        rules.iter().any(|rule| {
            let dot = if base.is_empty() { "" } else { "." };
            rule.values.is_empty()
                && !rule.path.is_empty()
                && under(&format!("{base}{dot}{}", rule.path))
        })
    })
}

#[test]
fn every_field_that_kubernetes_has_is_in_a_table() {
    let mut missing = Vec::new();
    let mut count = 0;
    for kind in KINDS {
        let versions = ["v1", "v2"].map(|version| match kind.group {
            "" => version.to_owned(),
            group => format!("{group}/{version}"),
        });
        for shape in versions
            .iter()
            .filter_map(|version| types::kind(version, kind.name))
        {
            let mut found = Vec::new();
            paths(shape, "", &mut Vec::new(), &mut found);
            count += found.len();
            let uncovered = found.iter().filter(|path| !is_covered(kind, path));
            missing.extend(uncovered.map(|path| format!("{} {path}", kind.name)));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(count > 2_000, "only {count} fields");
}
