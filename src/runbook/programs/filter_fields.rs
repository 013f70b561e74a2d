//! The fields that a filter reads of an object in a cluster and that the model's objects do not
//! have: unknown, not null. They are put into the document before jaq runs, so that what a script
//! keeps of them is kept, and what it decides by them is refused.

use serde_json::{Map, Value as Json};

use super::filter_limits::is_short_key;
use crate::runbook::kubectl::whole::{self, REST};

/// Words that decide by the value in front of `|`, or by the value itself.
const DECIDING: [&str; 15] = [
    "ascii_downcase",
    "ascii_upcase",
    "contains",
    "endswith",
    "has",
    "index",
    "inside",
    "keys",
    "length",
    "ltrimstr",
    "rtrimstr",
    "split",
    "startswith",
    "test",
    "tonumber",
];

/// Fields by which parts of a list are told apart, which have no values that only a cluster knows.
const NAMES: [&str; 5] = ["apiVersion", "key", "kind", "name", "type"];

/// Words whose argument is about each part of a value.
const EACH: [&str; 9] = [
    "all",
    "any",
    "from_entries",
    "group_by",
    "map",
    "map_values",
    "sort_by",
    "unique_by",
    "with_entries",
];

/// Makes the text of a field that only the cluster knows, from the field in words.
pub type Unknown<'u> = dyn FnMut(String) -> String + 'u;

/// A plain path in a stage of a filter.
struct Path {
    steps: Vec<String>,
    /// Where it begins and ends in the stage.
    begin: usize,
    end: usize,
    /// It begins at a part of the value: behind a `|`, or inside `map(…)`.
    is_relative: bool,
}

/// Puts the fields that a stage reads and that only the cluster knows into a value, and makes room
/// for those that it assigns.
///
/// # Errors
/// What the stage decides by and only the cluster knows, in words.
pub fn complete(stage: &str, value: &mut Json, unknown: &mut Unknown<'_>) -> Result<(), String> {
    let first = stage.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let decides = first
        .into_iter()
        .next()
        .is_some_and(|word| DECIDING.contains(&word));
    let is_symbol = value.is_string() && whole::is_unknown(value);
    if decides && (whole::is_open(value) || is_symbol) {
        return Err("it asks for what only the cluster knows, which".to_owned());
    }
    for path in paths(stage) {
        if path.is_relative {
            // What it begins at is not known; by names parts of a list are told apart.
            let is_name = NAMES.contains(&path.steps[0].as_str());
            if !is_name && is_decided(stage, &path) {
                let path = path.steps.join(".");
                return Err(format!("it decides by `{path}` of a part, which"));
            }
            continue;
        }
        let assigned = assignment(&stage[path.end..]);
        fill(value, &path.steps, assigned == Some("="), unknown);
        let found = path
            .steps
            .iter()
            .try_fold(&*value, |value, step| at(value, step));
        let is_unknown = found.is_some_and(|found| {
            let is_scalar = !found.is_object() && !found.is_array();
            (is_scalar && whole::is_unknown(found)) || whole::is_open(found)
        });
        if is_unknown && is_decided(stage, &path) {
            let path = path.steps.join(".");
            return Err(format!(
                "it decides by `{path}`, which only the cluster knows, which"
            ));
        }
    }
    Ok(())
}

/// All plain paths outside of texts, such as `.spec.claimRef` or `.metadata["name"]`.
fn paths(stage: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    let bytes = stage.as_bytes();
    let mut place = 0;
    let mut in_text = false;
    let mut is_relative = false;
    let mut around = Vec::new();
    while place < bytes.len() {
        match bytes[place] {
            b'\\' if in_text => place += 1,
            b'"' => in_text = !in_text,
            b'.' if !in_text && begins(bytes, place) => {
                let (steps, end) = steps(stage, place);
                if !steps.is_empty() {
                    paths.push(Path {
                        steps,
                        begin: place,
                        end,
                        is_relative,
                    });
                }
                place = end.max(place + 1);
                continue;
            }
            first if !in_text && first.is_ascii_alphabetic() && is_short_key(stage, place) => {
                let end = stage[place..]
                    .find([',', '}', ' '])
                    .map_or(stage.len(), |end| place + end);
                paths.push(Path {
                    steps: vec![stage[place..end].to_owned()],
                    begin: place,
                    end,
                    is_relative,
                });
                place = end;
                continue;
            }
            b'|' if !in_text => is_relative = true,
            b'(' | b'[' | b'{' if !in_text => {
                around.push(is_relative);
                let before = stage[..place].trim_end();
                let word = before.rsplit(|c: char| c != '_' && !c.is_ascii_alphanumeric());
                is_relative |= word
                    .into_iter()
                    .next()
                    .is_some_and(|word| EACH.contains(&word));
            }
            b')' | b']' | b'}' if !in_text => is_relative = around.pop().unwrap_or(is_relative),
            _ => (),
        }
        place += 1;
    }
    paths
}

/// Whether a dot begins a path, and goes not on with one.
fn begins(bytes: &[u8], place: usize) -> bool {
    place.checked_sub(1).is_none_or(|before| {
        let before = bytes[before];
        !before.is_ascii_alphanumeric() && !b"_)]\".".contains(&before)
    })
}

/// The steps of the path that begins at a place, and where it ends.
fn steps(stage: &str, place: usize) -> (Vec<String>, usize) {
    let mut steps = Vec::new();
    let mut rest = &stage[place..];
    loop {
        let bare = rest.strip_prefix('.').unwrap_or(rest);
        let quoted = bare.strip_prefix("[\"").map(|inner| (inner, "\"]"));
        let quoted = quoted.or_else(|| {
            let inner = rest.strip_prefix(".\"");
            inner.map(|inner| (inner, "\""))
        });
        if let Some((inner, close)) = quoted {
            let Some(end) = inner.find(close) else { break };
            steps.push(inner[..end].to_owned());
            rest = &inner[end + close.len()..];
            continue;
        }
        let Some(name) = rest.strip_prefix('.') else {
            break;
        };
        let length = name.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let length = length.unwrap_or(name.len());
        if length == 0 || name.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        steps.push(name[..length].to_owned());
        rest = &name[length..];
    }
    (steps, stage.len() - rest.len())
}

/// The assignment that a path stands to the left of.
fn assignment(behind: &str) -> Option<&'static str> {
    let behind = behind.trim_start();
    if behind.starts_with('=') && !behind.starts_with("==") {
        return Some("=");
    }
    ["|=", "+=", "-=", "*=", "/=", "//="]
        .into_iter()
        .find(|sign| behind.starts_with(sign))
}

fn at<'v>(value: &'v Json, step: &str) -> Option<&'v Json> {
    value.as_object()?.get(step)
}

/// Puts what a path names into a value, if only the cluster knows it. Of what is assigned only the
/// parts around are made.
fn fill(value: &mut Json, path: &[String], is_assigned: bool, unknown: &mut Unknown<'_>) {
    let mut origin = None;
    let mut here = value;
    for (number, step) in path.iter().enumerate() {
        let is_last = number + 1 == path.len();
        origin = whole::origin(here).or(origin);
        let place = |origin: &Option<(String, String)>| {
            origin
                .as_ref()
                .map(|(path, object)| (format!("{path}.{step}"), object.clone()))
        };
        if here.is_string() && whole::is_unknown(here) {
            let mut part = Map::new();
            part.insert(
                REST.to_owned(),
                Json::String(format!("|{}", "an unknown value")),
            );
            origin = origin.or_else(|| Some((String::new(), "an unknown value".to_owned())));
            *here = Json::Object(part);
        }
        if here.is_null() && is_assigned {
            *here = Json::Object(Map::new());
        }
        let below = place(&origin);
        let Some(fields) = here.as_object_mut() else {
            return;
        };
        if !fields.contains_key(step) {
            match &below {
                Some((path, object)) if is_last && !is_assigned => {
                    let text = unknown(whole::field(path, object));
                    fields.insert(step.clone(), Json::String(text));
                }
                Some((path, object)) if !is_last => {
                    let mut part = Json::Object(Map::new());
                    whole::mark(&mut part, path.trim_start_matches('.'), object);
                    fields.insert(step.clone(), part);
                }
                None if is_assigned && !is_last => {
                    fields.insert(step.clone(), Json::Object(Map::new()));
                }
                _ => return,
            }
        }
        origin = below;
        let Some(next) = fields.get_mut(step) else {
            return;
        };
        here = next;
    }
}

/// Whether the stage goes one way or another by what the path names.
fn is_decided(stage: &str, path: &Path) -> bool {
    let (before, behind) = (
        stage[..path.begin].trim_end(),
        stage[path.end..].trim_start(),
    );
    let compares = |text: &str, ends: bool| {
        ["==", "!=", "<=", ">=", "<", ">"].into_iter().any(|sign| {
            if ends {
                text.ends_with(sign)
            } else {
                text.starts_with(sign)
            }
        })
    };
    let next = behind
        .strip_prefix('|')
        .filter(|rest| !rest.starts_with('='));
    let next = next.unwrap_or("").trim_start();
    let pipes = DECIDING.iter().any(|word| next.starts_with(word));
    let is_condition = ["select(", "if", "elif", "and", "or"]
        .into_iter()
        .any(|word| before.ends_with(word));
    let is_condition = is_condition
        && (behind.is_empty()
            || [")", "then", "and", "or"]
                .into_iter()
                .any(|word| behind.starts_with(word)));
    compares(before, true) || compares(behind, false) || pipes || is_condition
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::runbook::kubectl::whole;
    use serde_json::json;

    fn claim() -> serde_json::Value {
        let mut claim = json!({ "kind": "Claim", "metadata": { "name": "a" }, "spec": {} });
        whole::open(&mut claim, "claim 0");
        claim
    }

    #[test]
    fn fields_that_are_read_are_put_in() {
        for (stage, pointer, expected) in [
            (
                ".spec.storageClassName",
                "/spec/storageClassName",
                Some("\u{F0000}spec.storageClassName of claim 0"),
            ),
            (
                ".spec[\"a\"].b",
                "/spec/a/b",
                Some("\u{F0000}spec.a.b of claim 0"),
            ),
            (".spec.a.b = 1", "/spec/a/b", None),
            (
                ".spec.a |= .x",
                "/spec/a",
                Some("\u{F0000}spec.a of claim 0"),
            ),
            (".metadata.name", "/metadata/name", Some("a")),
            ("\".spec.x\"", "/spec/x", None),
            (
                ".metadata |= with_entries(select(.key != \"uid\"))",
                "/key",
                None,
            ),
            ("(.spec.list[] | .size) = 1", "/size", None),
        ] {
            let mut claim = claim();
            complete(stage, &mut claim, &mut |field| format!("\u{F0000}{field}")).expect(stage);
            let found = claim.pointer(pointer).and_then(|value| value.as_str());
            assert_eq!(found, expected, "{stage}");
        }
    }

    #[test]
    fn what_decides_by_them_is_refused() {
        for stage in [
            "select(.spec.storageClassName == \"fast\")",
            "select(.spec.a)",
            "if .spec.a then 1 else 2 end",
            "(.spec.a | test(\"x\"))",
            "has(\"spec\")",
            "keys",
            "(.spec | select(.size == 1))",
        ] {
            let answer = complete(stage, &mut claim(), &mut |field| {
                format!("\u{F0000}{field}")
            });
            assert!(answer.is_err(), "{stage}");
        }
        for stage in [
            "select(.kind == \"Claim\")",
            ".spec.a // \"x\"",
            "del(.status)",
            "(.spec.list[] | select(.name == \"a\"))",
        ] {
            let answer = complete(stage, &mut claim(), &mut |field| {
                format!("\u{F0000}{field}")
            });
            assert!(answer.is_ok(), "{stage}");
        }
    }
}
