//! What all our JSON documents have in common.

use serde::Serialize;

use super::ErrorJson;
use crate::report::Report;

/// The group and version of all our documents.
pub(in crate::report) const API_VERSION: &str = "straddle.dev/v1alpha1";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a, R, S> {
    api_version: &'static str,
    kind: &'static str,
    tool: Tool<'a>,
    exit_code: u8,
    results: Vec<R>,
    errors: Vec<ErrorJson<'a>>,
    summary: S,
}

#[derive(Serialize)]
struct Tool<'a> {
    version: &'a str,
}

/// A report as one document of a kind, with a line end after it: each result as `result` has it,
/// and a summary.
pub(super) fn document<'a, R, J: Serialize, S: Serialize>(
    kind: &'static str,
    report: &'a Report<R>,
    result: impl Fn(&'a R) -> J,
    summary: S,
) -> String {
    let document = Document {
        api_version: API_VERSION,
        kind,
        tool: Tool {
            version: &report.version,
        },
        exit_code: report.exit_code,
        results: report.results.iter().map(result).collect(),
        errors: report.errors.iter().map(ErrorJson::from).collect(),
        summary,
    };
    let mut text = serde_json::to_string_pretty(&document)
        .expect("keys are strings and no type refuses to be written");
    text.push('\n');
    text
}
