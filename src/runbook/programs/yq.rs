//! `yq` and `jq`.

use serde_json::Value as Json;

use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::values::Value;

/// A call of `yq` or `jq`.
pub fn run(runner: &mut Runner<'_>, name: &str, words: &[&str], state: State) -> Outcome {
    let mut state = state;
    let mut plain = Vec::new();
    let mut in_place = false;
    let mut raw = name == "yq";
    let mut by_value = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-i" | "--inplace" => in_place = true,
            "-r" | "--raw-output" | "--unwrapScalar" => raw = true,
            "-P" | "--prettyPrint" | "-y" | "-Y" | "-M" | "-c" | "-C" | "-S" => (),
            "-e" | "--exit-status" => by_value = true,
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
                    "write the values in the expression",
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
                "call it once per file",
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
        let path = runner.path(path, &state.shell);
        let files = &mut state.shell.files;
        files.insert(path.into(), output.as_str().into());
    } else {
        state.shell.write(&output);
    }
    // With `-e` it fails if what it says last is nothing.
    let last = output.lines().last().unwrap_or("null");
    Outcome::of(state, !(by_value && matches!(last, "null" | "false")))
}

/// What a filter makes of a text.
fn filtered(
    runner: &mut Runner<'_>,
    name: &str,
    expression: &str,
    text: &str,
    raw: bool,
) -> Option<String> {
    let (documents, problem) = runner.documents("", text);
    if let Some(problem) = problem {
        let what = format!("`{name}` cannot read its input: {problem}");
        runner.mistake("runbook::bad-manifest", what, "it must be YAML or JSON");
        return None;
    }
    let mut output = String::new();
    for (number, document) in documents.iter().enumerate() {
        let mut filters = std::mem::take(&mut runner.session.filters);
        let mut unknown = |field: String| runner.value(Value::Unknown(field.into()));
        let values = filters.evaluate(expression, document, &mut unknown);
        let work = std::mem::take(&mut filters.work);
        runner.session.filters = filters;
        runner.spend(work);
        match values {
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
