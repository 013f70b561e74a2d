//! `-o jsonpath='{…}'`: the paths that runbooks use.
//!
//! Kubernetes: staging/src/k8s.io/client-go/util/jsonpath. Left out: slices, `..`, unions, and
//! filters other than `==` and `!=`.

use serde_json::Value as Json;

use super::whole::{self, REST};
use crate::runbook::symbols::symbol_in;

/// Makes the text of a field that only the cluster knows, from the field in words.
pub type Unknown<'u> = dyn FnMut(String) -> String + 'u;

/// What a template prints of a document.
///
/// # Errors
/// The part that is not modelled.
pub fn print(template: &str, document: &Json, unknown: &mut Unknown<'_>) -> Result<String, String> {
    let mut printed = String::new();
    let rest = print_part(template, &Found::of(document), unknown, &mut printed)?;
    if rest.is_empty() {
        Ok(printed)
    } else {
        Err("`{end}` without its `{range}`".to_owned())
    }
}

/// Prints up to the end, or to an `{end}`; what stands behind that.
fn print_part<'t>(
    template: &'t str,
    at: &Found,
    unknown: &mut Unknown<'_>,
    printed: &mut String,
) -> Result<&'t str, String> {
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        printed.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let close = closing(inner).ok_or_else(|| format!("`{template}` without its `}}`"))?;
        let path = inner[..close].trim();
        rest = &inner[close + 1..];
        if path == "end" {
            return Ok(rest);
        }
        if let Some(path) = path.strip_prefix("range ") {
            let mut behind = None;
            for item in find_from(path.trim(), at, unknown)? {
                behind = Some(print_part(rest, &item, unknown, printed)?);
            }
            // Without any item the body is passed over.
            let mut nothing = String::new();
            rest = match behind {
                Some(behind) => behind,
                None => print_part(rest, &Found::of(&Json::Null), unknown, &mut nothing)?,
            };
        } else if let Some(text) = quoted(path) {
            printed.push_str(&text.replace("\\n", "\n").replace("\\t", "\t"));
        } else {
            let found = find_from(path, at, unknown)?;
            let texts: Vec<String> = found.iter().map(|found| text(&found.value)).collect();
            printed.push_str(&texts.join(" "));
        }
    }
    printed.push_str(rest);
    Ok("")
}

/// The place of the brace that closes, outside of texts.
fn closing(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (place, letter) in inner.char_indices() {
        match (letter, quote) {
            ('}', None) => return Some(place),
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => (),
        }
    }
    None
}

fn quoted(path: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = path.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    })
}

/// A value, and where it stands in an object of a cluster.
#[derive(Clone)]
struct Found {
    value: Json,
    /// The path and the object, below an open part.
    origin: Option<(String, String)>,
}

impl Found {
    fn of(value: &Json) -> Self {
        Self {
            value: value.clone(),
            origin: whole::origin(value),
        }
    }

    fn below(&self, step: &str, value: &Json) -> Self {
        let origin = self.origin.clone();
        let origin = origin.map(|(path, object)| (path + step, object));
        Self {
            value: value.clone(),
            origin: whole::origin(value).or(origin),
        }
    }

    /// What stands at a place that only the cluster knows; nothing outside of open parts.
    fn missing(&self, step: &str, unknown: &mut Unknown<'_>) -> Option<Self> {
        let is_symbol = matches!(&self.value, Json::String(text) if symbol_in(text).is_some());
        let origin = match &self.origin {
            Some((path, object)) => (format!("{path}{step}"), object.clone()),
            None if is_symbol => (step.to_owned(), "an unknown value".to_owned()),
            None => return None,
        };
        let text = unknown(whole::field(&origin.0, &origin.1));
        Some(Self {
            value: Json::String(text),
            origin: Some(origin),
        })
    }
}

/// The values at a path. A field that is left out is not a value, unless only the cluster knows it.
///
/// # Errors
/// The part that is not modelled.
pub fn find(path: &str, document: &Json, unknown: &mut Unknown<'_>) -> Result<Vec<Json>, String> {
    let found = find_from(path, &Found::of(document), unknown)?;
    Ok(found.into_iter().map(|found| found.value).collect())
}

fn find_from(path: &str, at: &Found, unknown: &mut Unknown<'_>) -> Result<Vec<Found>, String> {
    let path = path.strip_prefix(['$', '@']).unwrap_or(path);
    let path = if path.starts_with(['.', '[']) || path.is_empty() {
        path.to_owned()
    } else {
        format!(".{path}")
    };
    let mut found = vec![at.clone()];
    let mut rest = path.as_str();
    while !rest.is_empty() {
        let (step, behind) = step(rest)?;
        let mut next = Vec::new();
        for value in &found {
            next.extend(take(&step, value, unknown)?);
        }
        found = next;
        rest = behind;
    }
    Ok(found)
}

enum Step {
    Field(String),
    Index(usize),
    All,
    /// Items whose value at a path is a text, or is not.
    Where(String, String, bool),
}

fn step(rest: &str) -> Result<(Step, &str), String> {
    let not_modelled = || format!("the path `{rest}`");
    if let Some(rest) = rest.strip_prefix('.') {
        if rest.starts_with(['.', '[']) || rest.is_empty() {
            return if rest.starts_with('[') {
                step(rest)
            } else if rest.is_empty() {
                Ok((Step::Field(String::new()), rest))
            } else {
                Err(not_modelled())
            };
        }
        let mut name = String::new();
        let mut letters = rest.char_indices();
        while let Some((place, letter)) = letters.next() {
            match letter {
                '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
                '.' | '[' => return Ok((named(name), &rest[place..])),
                other => name.push(other),
            }
        }
        return Ok((named(name), ""));
    }
    let inner = rest.strip_prefix('[').ok_or_else(not_modelled)?;
    let close = inner.find(']').ok_or_else(not_modelled)?;
    let (inside, behind) = (&inner[..close], &inner[close + 1..]);
    let step = if inside == "*" {
        Step::All
    } else if let Ok(index) = inside.parse() {
        Step::Index(index)
    } else if let Some(name) = quoted(inside) {
        Step::Field(name.replace("\\.", "."))
    } else {
        let filter = inside.strip_prefix("?(");
        let filter = filter.and_then(|filter| filter.strip_suffix(')'));
        let filter = filter.ok_or_else(not_modelled)?;
        let (parts, equal) = match filter.split_once("!=") {
            Some(parts) => (parts, false),
            None => (filter.split_once("==").ok_or_else(not_modelled)?, true),
        };
        let (path, value) = (parts.0.trim(), parts.1.trim());
        let path = path.strip_prefix('@').ok_or_else(not_modelled)?;
        Step::Where(
            path.to_owned(),
            value.trim_matches(['"', '\'']).to_owned(),
            equal,
        )
    };
    Ok((step, behind))
}

fn named(name: String) -> Step {
    if name == "*" {
        Step::All
    } else {
        Step::Field(name)
    }
}

fn take(step: &Step, at: &Found, unknown: &mut Unknown<'_>) -> Result<Vec<Found>, String> {
    let value = &at.value;
    let found = match step {
        Step::Field(name) if name.is_empty() => vec![at.clone()],
        Step::Field(name) => {
            let place = format!(".{name}");
            match value.get(name) {
                Some(inner) => vec![at.below(&place, inner)],
                None => at.missing(&place, unknown).into_iter().collect(),
            }
        }
        Step::Index(index) => {
            let place = format!("[{index}]");
            match value.get(index) {
                Some(inner) => vec![at.below(&place, inner)],
                None => at.missing(&place, unknown).into_iter().collect(),
            }
        }
        Step::All => match value {
            Json::Array(items) => items.iter().map(|item| at.below("[*]", item)).collect(),
            Json::Object(fields) => {
                let known = fields.iter().filter(|(key, _)| *key != REST);
                let known = known.map(|(key, value)| at.below(&format!(".{key}"), value));
                let rest = at.missing(".*", unknown).filter(|_| whole::is_open(value));
                known.chain(rest).collect()
            }
            _ => at.missing("[*]", unknown).into_iter().collect(),
        },
        Step::Where(path, wanted, equal) => return matching(path, wanted, *equal, at, unknown),
    };
    Ok(found)
}

/// The items of a list that a filter lets through. An item whose value only the cluster knows may be
/// any of them.
fn matching(
    path: &str,
    wanted: &str,
    equal: bool,
    at: &Found,
    unknown: &mut Unknown<'_>,
) -> Result<Vec<Found>, String> {
    let place = format!("[?(@{path}=={wanted})]");
    let mut found = Vec::new();
    for item in at.value.as_array().into_iter().flatten() {
        let item = at.below(&place, item);
        let values = find_from(path, &item, unknown)?;
        if values.iter().any(|found| whole::is_unknown(&found.value)) {
            return Ok(item.missing("", unknown).into_iter().collect());
        }
        if values.iter().any(|found| text(&found.value) == wanted) == equal && !values.is_empty() {
            found.push(item);
        }
    }
    if found.is_empty() {
        return Ok(at.missing(&place, unknown).into_iter().collect());
    }
    Ok(found)
}

/// A value as kubectl prints it.
#[must_use]
pub fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => whole::closed(other).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_what_kubectl_prints() {
        let pod = serde_json::json!({
            "metadata": { "name": "web-0", "labels": { "a.b/c": "d" } },
            "status": { "conditions": [{ "type": "Ready", "status": "True" }, { "type": "X", "status": "False" }] },
        });
        let print = |template: &str| super::print(template, &pod, &mut |field| field);
        for (template, expected) in [
            ("{.metadata.name}", "web-0"),
            ("{.metadata.name}{\"\\n\"}", "web-0\n"),
            ("{.status.conditions[?(@.type==\"Ready\")].status}", "True"),
            ("{.status.conditions[?(@.type!='Ready')].status}", "False"),
            ("{.status.conditions[*].type}", "Ready X"),
            ("{.status.conditions[1].status}", "False"),
            ("{.metadata.labels.a\\.b/c}", "d"),
            ("{.metadata.labels['a\\.b/c']}", "d"),
            (
                "{range .status.conditions[*]}{.type}{\"\\n\"}{end}x",
                "Ready\nX\nx",
            ),
            ("{range .spec.nothing[*]}{.type},{end}x", "x"),
            ("{.spec.nothing}", ""),
            ("x", "x"),
        ] {
            assert_eq!(print(template).as_deref(), Ok(expected), "{template}");
        }
        assert!(print("{..x}").is_err());
        assert!(print("{end}x").is_err());
    }

    /// A field of an object in a cluster that the model's objects lack is not empty.
    #[test]
    fn what_only_the_cluster_knows_is_not_empty() {
        let mut claim = serde_json::json!({ "metadata": { "name": "a" }, "spec": {}, "list": [] });
        whole::open(&mut claim, "claim 0");
        let print = |template: &str| super::print(template, &claim, &mut |field| field);
        for (template, expected) in [
            ("{.metadata.name}", "a"),
            (
                "{.spec.storageClassName}",
                "spec.storageClassName of claim 0",
            ),
            ("{.spec.a.b}", "spec.a.b of claim 0"),
            ("{.x.y}", "x.y of claim 0"),
        ] {
            assert_eq!(print(template).as_deref(), Ok(expected), "{template}");
        }
    }
}
