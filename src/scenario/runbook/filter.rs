//! `yq` and `jq`: expressions over documents, evaluated by jaq.
//!
//! Only filters that end are let in: no definitions, no recursion, no clock, no environment.

use std::path::PathBuf;
use std::sync::Arc;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};
use serde_json::Value as Json;

use super::run::Runner;
use super::state::{Outcome, State};
use crate::scenario::error::Source;
use crate::scenario::yaml::{self, DuplicateKeys};

/// The most values that one filter may give.
const MAX_VALUES: usize = 10_000;

/// Words of the language that a filter may use.
const WORDS: [&str; 58] = [
    "add",
    "all",
    "and",
    "any",
    "arrays",
    "as",
    "ascii_downcase",
    "ascii_upcase",
    "booleans",
    "contains",
    "del",
    "delpaths",
    "elif",
    "else",
    "empty",
    "end",
    "endswith",
    "false",
    "first",
    "flatten",
    "floor",
    "from_entries",
    "fromjson",
    "getpath",
    "group_by",
    "has",
    "if",
    "in",
    "index",
    "inside",
    "join",
    "keys",
    "last",
    "length",
    "ltrimstr",
    "map",
    "map_values",
    "max",
    "min",
    "not",
    "null",
    "numbers",
    "objects",
    "or",
    "reverse",
    "rtrimstr",
    "select",
    "sort",
    "sort_by",
    "split",
    "startswith",
    "strings",
    "then",
    "to_entries",
    "tojson",
    "tonumber",
    "tostring",
    "true",
];
/// More of them.
const MORE_WORDS: [&str; 8] = [
    "type",
    "unique",
    "values",
    "with_entries",
    "nulls",
    "scalars",
    "iterables",
    "test",
];

/// A call of `yq` or `jq`.
pub fn run(runner: &mut Runner<'_>, name: &str, words: &[&str], state: State) -> Outcome {
    let mut state = state;
    let mut plain = Vec::new();
    let mut in_place = false;
    let mut raw = name == "yq";
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-i" | "--inplace" => in_place = true,
            "-r" | "--raw-output" | "--unwrapScalar" => raw = true,
            "-P" | "--prettyPrint" | "-y" | "-Y" | "-M" | "-c" | "-C" | "-S" | "-e" => (),
            "-o" | "--output-format" | "-p" | "--input-format" => {
                rest.next();
            }
            "eval" | "e" if name == "yq" && plain.is_empty() => (),
            flag if flag.len() > 1
                && flag.starts_with('-')
                && !flag.starts_with("-o=")
                && !flag.starts_with("-oj")
                && !flag.starts_with("-oy") =>
            {
                runner.not_modelled(
                    format!("`{name} {flag}` is not modelled"),
                    "write the values into the expression",
                );
                return Outcome::ok(state);
            }
            flag if flag.starts_with("-o") => (),
            word => plain.push(word),
        }
    }
    let Some((expression, files)) = plain.split_first() else {
        runner.not_modelled(
            format!("`{name}` without an expression is not modelled"),
            "use `cat`",
        );
        return Outcome::ok(state);
    };
    let path = match files {
        [] => "-",
        [path] => path,
        _ => {
            runner.not_modelled(
                format!("`{name}` over several files is not modelled"),
                "call it once for each",
            );
            return Outcome::ok(state);
        }
    };
    let Some(text) = runner.read_file(path, &state) else {
        runner.unknown_file(path);
        return Outcome::ok(state);
    };
    let Some(output) = filtered(runner, name, expression, &text, raw) else {
        return Outcome::ok(state);
    };
    if in_place {
        state.env.files.insert(path.into(), output.as_str().into());
    } else {
        state.env.write(&output);
    }
    Outcome::ok(state)
}

/// What a filter makes of a text.
fn filtered(
    runner: &mut Runner<'_>,
    name: &str,
    expression: &str,
    text: &str,
    raw: bool,
) -> Option<String> {
    let source = Source {
        path: PathBuf::new(),
        text: Arc::from(text),
    };
    let mut problems = Vec::new();
    let documents = yaml::parse(&source, DuplicateKeys::LastWins, &mut problems);
    if let Some(problem) = problems.first() {
        let what = format!("`{name}` cannot read its input: {}", problem.message);
        runner.mistake("runbook::bad-manifest", what, "it must be YAML or JSON");
        return None;
    }
    let mut output = String::new();
    for (number, document) in documents.iter().enumerate() {
        match evaluate(expression, &document.to_json()) {
            Ok(values) => {
                if number > 0 && name == "yq" {
                    output.push_str("---\n");
                }
                for value in values {
                    match value {
                        Json::String(text) if raw => output.push_str(&text),
                        value => output.push_str(&value.to_string()),
                    }
                    output.push('\n');
                }
            }
            Err(what) => {
                runner.not_modelled(
                    format!("`{expression}`: {what}"),
                    "paths, `del`, `select` and assignments are modelled",
                );
                return None;
            }
        }
    }
    Some(output)
}

/// The values that a filter gives for a document.
///
/// # Errors
/// What is wrong, or not modelled, in words.
pub fn evaluate(expression: &str, document: &Json) -> Result<Vec<Json>, String> {
    let words = words_of(expression);
    let is_unknown = |word: &&str| !WORDS.contains(word) && !MORE_WORDS.contains(word);
    if let Some(word) = words.into_iter().find(is_unknown) {
        return Err(format!("`{word}` is not modelled"));
    }
    let mut values = vec![document.clone()];
    for stage in split(expression, '|') {
        let mut next = Vec::new();
        for mut value in values {
            if let Some(paths) = deleted(stage) {
                for path in &paths {
                    delete(&mut value, path);
                }
                next.push(value);
            } else {
                next.extend(run_stage(stage, &value)?);
            }
        }
        values = next;
    }
    Ok(values)
}

fn run_stage(stage: &str, document: &Json) -> Result<Vec<Json>, String> {
    let input = read::parse_single(document.to_string().as_bytes());
    let input = input.map_err(|error| error.to_string())?;
    let defs = jaq_core::defs().chain(jaq_std::defs());
    let defs = defs.chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs());
    let funs = funs.chain(jaq_json::funs());
    let arena = Arena::default();
    let file = File {
        code: stage,
        path: (),
    };
    let modules = Loader::new(defs).load(&arena, file);
    let modules = modules.map_err(|_| "jq cannot read this expression".to_owned())?;
    let filter = Compiler::default().with_funs(funs).compile(modules);
    let filter = filter.map_err(|_| "jq does not know something in this expression".to_owned())?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut values = Vec::new();
    for value in filter
        .id
        .run((context, input))
        .map(unwrap_valr)
        .take(MAX_VALUES)
    {
        let value = value.map_err(|error| error.to_string())?;
        let json = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
        values.push(json);
    }
    Ok(values)
}

/// The parts of an expression between separators that stand in no text and no bracket.
fn split(expression: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut in_text, mut start) = (0_i32, false, 0);
    let mut letters = expression.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
            }
            '"' => in_text = !in_text,
            _ if in_text => (),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            // `|=` is an assignment.
            letter if letter == separator && depth == 0 => {
                if letters.peek().is_some_and(|&(_, next)| next == '=') {
                    return vec![expression];
                }
                parts.push(expression[start..place].trim());
                start = place + 1;
            }
            _ => (),
        }
    }
    parts.push(expression[start..].trim());
    parts
}

/// The plain paths that `del(…)` names. jq and yq take no offence at what is not there.
fn deleted(stage: &str) -> Option<Vec<Vec<String>>> {
    let inner = stage.strip_prefix("del(")?.strip_suffix(')')?;
    split(inner, ',').into_iter().map(plain_path).collect()
}

/// `.a.b["c"][0]` as its steps.
fn plain_path(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest
            .strip_prefix(".[\"")
            .or_else(|| rest.strip_prefix("[\""))
            .or_else(|| rest.strip_prefix(".\""))
        {
            let end = quoted.find('"')?;
            steps.push(quoted[..end].to_owned());
            let behind = &quoted[end + 1..];
            rest = behind.strip_prefix(']').unwrap_or(behind);
        } else if let Some(index) = rest.strip_prefix('[').or_else(|| rest.strip_prefix(".[")) {
            let end = index.find(']')?;
            index[..end].parse::<usize>().ok()?;
            steps.push(index[..end].to_owned());
            rest = &index[end + 1..];
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name
                .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
                .unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(name[..end].to_owned());
            rest = &name[end..];
        }
    }
    (!steps.is_empty()).then_some(steps)
}

fn delete(value: &mut Json, path: &[String]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let parent = parents.iter().try_fold(value, |value, step| match value {
        Json::Object(fields) => fields.get_mut(step),
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    });
    match parent {
        Some(Json::Object(fields)) => {
            fields.shift_remove(last);
        }
        Some(Json::Array(items)) => {
            if let Some(index) = last
                .parse()
                .ok()
                .filter(|&index: &usize| index < items.len())
            {
                items.remove(index);
            }
        }
        _ => (),
    }
}

/// Bare words of an expression: not in texts, not fields behind a point, not variables.
fn words_of(expression: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut at = 0;
    let bytes = expression.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                at += 1;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let start = at;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                let before = start.checked_sub(1).map(|before| bytes[before]);
                let is_key =
                    bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if !matches!(before, Some(b'.' | b'$' | b'@')) && !is_key {
                    words.push(&expression[start..at]);
                }
            }
            _ => at += 1,
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::evaluate;
    use serde_json::json;

    #[test]
    fn filters_of_runbooks_are_evaluated() {
        let claim = json!({ "metadata": { "uid": "1", "name": "a" }, "spec": { "volumeName": "v" }, "status": {} });
        let one = |filter: &str| evaluate(filter, &claim).expect("it is right");
        assert_eq!(one(".spec.volumeName"), [json!("v")]);
        assert_eq!(
            one("del(.metadata.uid, .status)"),
            [json!({ "metadata": { "name": "a" }, "spec": { "volumeName": "v" } })]
        );
        assert_eq!(
            one(".spec.replicas = 2 | .spec"),
            [json!({ "volumeName": "v", "replicas": 2 })]
        );
        // What is not there need not be deleted.
        assert_eq!(
            one("del(.spec.x.y, .metadata[\"uid\"]) | .metadata"),
            [json!({ "name": "a" })]
        );
        assert_eq!(one("del(.a.b)"), std::slice::from_ref(&claim));
        assert!(one("select(.kind == \"x\")").is_empty());
    }

    #[test]
    fn what_may_never_end_is_refused() {
        for filter in [
            "def f: f; f",
            "repeat(.)",
            "[range(1e9)]",
            "env",
            "now",
            "input",
            "recurse",
            "until(false; .)",
            "limit(3; .)",
        ] {
            assert!(evaluate(filter, &json!(1)).is_err(), "{filter}");
        }
        assert!(evaluate(".a |", &json!(1)).is_err());
    }
}
