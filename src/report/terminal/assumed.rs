//! What is assumed: what weighs most first, and everything once in a report.
//!
//! Most scenarios leave the same things open. Of those of the least weight that an earlier scenario
//! of the report has named, only the names are repeated. What the verdicts rest on, and what the
//! user has stated, is said in full of every scenario.

use crate::report::text::{FAINT, labelled};
use crate::vocabulary::{Assumption, Weight};

/// How texts begin that name a default of Kubernetes as the reason.
const DEFAULT: &str = "Kubernetes' default";

/// What was assumed, each reason on a line of its own. `earlier` is what has been shown of other
/// scenarios.
pub(super) fn lines<'a>(
    page: usize,
    assumed: impl IntoIterator<Item = &'a Assumption>,
    earlier: &[&[Assumption]],
) -> Vec<String> {
    let is_known = |one: &&Assumption| {
        one.weight == Weight::Detail && earlier.iter().any(|shown| shown.contains(one))
    };
    let (known, new): (Vec<_>, Vec<_>) = assumed.into_iter().partition(is_known);
    let mut texts: Vec<(Weight, String)> = groups(new).iter().map(|group| text(group)).collect();
    if !known.is_empty() {
        let names: Vec<String> = known.into_iter().map(name).collect();
        texts.push((Weight::Detail, format!("as above: {}", names.join("; "))));
    }
    let mut lines = Vec::new();
    let mut last = None;
    for (weight, text) in texts {
        let label = match weight {
            weight if last == Some(weight) => "",
            Weight::Stated => "stated",
            Weight::Verdict => "rests on",
            Weight::Detail => "assumed",
        };
        last = Some(weight);
        lines.extend(labelled(page, label, 9, FAINT, &text));
    }
    lines
}

/// What has the same weight for the same reason, in the order of the first of each.
fn groups(assumed: Vec<&Assumption>) -> Vec<Vec<&Assumption>> {
    let mut groups: Vec<Vec<&Assumption>> = Vec::new();
    for one in assumed {
        let mut others = groups.iter_mut();
        match others.find(|group| group[0].weight == one.weight && reason(group[0]) == reason(one))
        {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// Why it was taken so.
fn reason(one: &Assumption) -> &str {
    one.text
        .strip_prefix(DEFAULT)
        .map_or(&one.text, |_| DEFAULT)
}

/// A group in words, and its weight. A field is named once for all of its values that follow.
fn text(group: &[&Assumption]) -> (Weight, String) {
    let first = group[0];
    if let [only] = group {
        return (only.weight, format!("{}: {}", name(only), only.text));
    }
    let mut names: Vec<String> = Vec::new();
    let mut field = "";
    for one in group {
        let repeats = !one.value.is_empty() && one.field == field;
        let mut name = if repeats {
            one.value.clone()
        } else {
            name(one)
        };
        let rest = one.text.strip_prefix(reason(one)).unwrap_or_default();
        if !rest.is_empty() {
            name = format!("{name} ({})", rest.trim());
        }
        names.push(name);
        field = &one.field;
    }
    let names = names.join(", ");
    let plural = if reason(first) == DEFAULT { "s" } else { "" };
    (first.weight, format!("{names}: {}{plural}", reason(first)))
}

/// What is assumed, without the reason.
fn name(one: &Assumption) -> String {
    if one.value.is_empty() {
        one.field.clone()
    } else {
        format!("{} {}", one.field, one.value)
    }
}
