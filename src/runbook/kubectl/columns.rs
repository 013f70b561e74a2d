//! `-o custom-columns=…` and `-o go-template=…`, as far as they are paths.
//!
//! Kubernetes: staging/src/k8s.io/kubectl/pkg/cmd/get/customcolumn.go.

use serde_json::Value as Json;

use super::arguments::Call;
use super::documents::unknown;
use super::jsonpath::{self, Unknown, find, text};
use crate::runbook::session::Runner;

/// Lines of columns, with a headline unless `--no-headers` is given.
///
/// # Errors
/// The part that is not modelled.
pub fn print(
    runner: &mut Runner<'_>,
    call: &Call,
    spec: &str,
    documents: &[Json],
) -> Result<String, String> {
    let columns = spec.split(',').map(|column| column.split_once(':'));
    let columns: Option<Vec<(&str, &str)>> = columns.collect();
    let columns = columns.ok_or_else(|| format!("`{spec}`"))?;
    let mut lines = Vec::new();
    if !call.is_on("no-headers") {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        lines.push(names.join("   "));
    }
    for document in documents {
        let mut cells = Vec::new();
        for (_, path) in &columns {
            let path = path.trim_start_matches('{').trim_end_matches('}');
            let found = find(path, document, &mut |field| unknown(runner, field))?;
            let texts: Vec<String> = found.iter().map(text).collect();
            cells.push(if texts.is_empty() {
                "<none>".to_owned()
            } else {
                texts.join(",")
            });
        }
        lines.push(cells.join("   "));
    }
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}

/// `{{.a.b}}` among plain text.
///
/// # Errors
/// The part that is not modelled.
pub fn go_template(
    template: &str,
    document: &Json,
    unknown: &mut Unknown<'_>,
) -> Result<String, String> {
    let mut printed = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        printed.push_str(before);
        let (path, next) = behind.split_once("}}").ok_or("a `{{` without `}}`")?;
        let path = path.trim();
        rest = next;
        if path == "\"\\n\"" {
            printed.push('\n');
            continue;
        }
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        if !path.starts_with('.') || !path.chars().all(is_plain) {
            return Err(format!("`{{{{{path}}}}}`"));
        }
        let found = jsonpath::find(path, document, unknown)?;
        printed.push_str(&found.first().map_or("<no value>".to_owned(), text));
    }
    Ok(printed + rest)
}
