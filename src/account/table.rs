//! Finds the rule for a field in the tables of a kind.

use super::Rule;
use super::kinds::Kind;
use super::path::{Step, covers};
use crate::yaml::{Node, Value};

/// The rule for a field, which is the last of `nodes`, and how much of the path it covers.
pub fn rule(
    kind: &'static Kind,
    path: &[Step<'_>],
    nodes: &[&Node],
) -> Option<(&'static Rule, usize)> {
    let mut best: Option<(&Rule, usize)> = None;
    for (base, rules) in kind.tables {
        let Some(start) = covers(base, path) else {
            continue;
        };
        for rule in *rules {
            let Some(length) = covers(rule.path, &path[start..]) else {
                continue;
            };
            let depth = start + length;
            let is_its = rule.values.is_empty() || has_value(nodes[depth], rule.values);
            if is_its && best.is_none_or(|(_, other)| depth > other) {
                best = Some((rule, depth));
            }
        }
    }
    best
}

/// Whether a scalar is one of some values, as `kubectl` reads it: an unquoted `no` is `false`.
fn has_value(node: &Node, values: &[&str]) -> bool {
    let value = match &node.value {
        Value::Scalar(..) if node.is_null() => return false,
        Value::Scalar(..) => node.to_json(),
        Value::List(_) | Value::Map(_) => return false,
    };
    let text = match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    values.contains(&&*text)
}
