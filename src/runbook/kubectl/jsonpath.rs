//! `-o jsonpath='{…}'`: the paths that runbooks use.
//!
//! Kubernetes: staging/src/k8s.io/client-go/util/jsonpath. Left out: `range`, slices, functions.

use serde_json::Value as Json;

/// What a template prints of a document.
///
/// # Errors
/// The part that is not modelled.
pub fn print(template: &str, document: &Json) -> Result<String, String> {
    let mut printed = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        printed.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let close = inner
            .find('}')
            .ok_or_else(|| format!("`{template}` without its `}}`"))?;
        let path = inner[..close].trim();
        if let Some(text) = path
            .strip_prefix('"')
            .and_then(|path| path.strip_suffix('"'))
        {
            printed.push_str(&text.replace("\\n", "\n").replace("\\t", "\t"));
        } else {
            let found = find(path, document)?;
            let texts: Vec<String> = found.iter().map(|value| text(value)).collect();
            printed.push_str(&texts.join(" "));
        }
        rest = &inner[close + 1..];
    }
    printed.push_str(rest);
    Ok(printed)
}

/// The values at a path; a field that is left out is not a value.
///
/// # Errors
/// The part that is not modelled.
pub fn find<'d>(path: &str, document: &'d Json) -> Result<Vec<&'d Json>, String> {
    let path = path.strip_prefix('$').unwrap_or(path);
    let path = if path.starts_with(['.', '[']) || path.is_empty() {
        path.to_owned()
    } else {
        format!(".{path}")
    };
    let mut found = vec![document];
    let mut rest = path.as_str();
    while !rest.is_empty() {
        let (step, behind) = step(rest)?;
        found = found
            .into_iter()
            .flat_map(|value| take(&step, value))
            .collect();
        rest = behind;
    }
    Ok(found)
}

enum Step {
    Field(String),
    Index(usize),
    All,
    /// Items whose field has a value.
    Where(String, String),
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
    } else if let Some(name) = inside
        .strip_prefix('\'')
        .and_then(|name| name.strip_suffix('\''))
    {
        Step::Field(name.to_owned())
    } else {
        let filter = inside
            .strip_prefix("?(@.")
            .and_then(|filter| filter.strip_suffix(')'));
        let (field, value) = filter
            .and_then(|filter| filter.split_once("=="))
            .ok_or_else(not_modelled)?;
        let value = value.trim().trim_matches(['"', '\'']);
        Step::Where(field.trim().to_owned(), value.to_owned())
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

fn take<'d>(step: &Step, value: &'d Json) -> Vec<&'d Json> {
    match step {
        Step::Field(name) if name.is_empty() => vec![value],
        Step::Field(name) => value.get(name).into_iter().collect(),
        Step::Index(index) => value.get(index).into_iter().collect(),
        Step::All => match value {
            Json::Array(items) => items.iter().collect(),
            Json::Object(fields) => fields.values().collect(),
            _ => Vec::new(),
        },
        Step::Where(field, wanted) => {
            let items = value.as_array().into_iter().flatten();
            items
                .filter(|item| item.get(field).is_some_and(|value| text(value) == *wanted))
                .collect()
        }
    }
}

/// A value as kubectl prints it.
#[must_use]
pub fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
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
        for (template, expected) in [
            ("{.metadata.name}", "web-0"),
            ("{.metadata.name}{\"\\n\"}", "web-0\n"),
            ("{.status.conditions[?(@.type==\"Ready\")].status}", "True"),
            ("{.status.conditions[*].type}", "Ready X"),
            ("{.status.conditions[1].status}", "False"),
            ("{.metadata.labels.a\\.b/c}", "d"),
            ("{.spec.nothing}", ""),
            ("x", "x"),
        ] {
            assert_eq!(print(template, &pod).as_deref(), Ok(expected), "{template}");
        }
        assert!(print("{range .items[*]}{end}", &pod).is_err() || print("{..x}", &pod).is_err());
    }
}
