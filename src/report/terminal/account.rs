//! What became of every field of the manifests.

use crate::account::Object;
use crate::report::text::{FAINT, STRONG, labelled, paint, plain, width};
use crate::report::{ScenarioResult, Settings};

/// A block for each object, if that was asked for: its fields, those with one reason together.
pub(super) fn lines(result: &ScenarioResult, settings: &Settings) -> Vec<String> {
    if !settings.account {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (side, object) in &result.account {
        let name = plain(&format!("{} {}", side.name(), object.called));
        lines.push(format!("{}  {}", paint(STRONG, name), object.relation));
        lines.extend(fields(object, settings.width));
        lines.push(String::new());
    }
    lines
}

fn fields(object: &Object, page: usize) -> Vec<String> {
    let mut groups: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for field in &object.fields {
        let path = if field.path.is_empty() {
            "all of it"
        } else {
            &field.path
        };
        let same = |group: &&mut (&str, &str, Vec<&str>)| {
            group.0 == field.treatment && group.1 == field.reason
        };
        match groups.iter_mut().find(same) {
            Some((.., paths)) => paths.push(path),
            None => groups.push((field.treatment, &field.reason, vec![path])),
        }
    }
    let columns = 2 + width("irrelevant") + 2;
    let lines = groups.iter().flat_map(|(treatment, reason, paths)| {
        let text = format!("{}: {reason}", paths.join(", "));
        labelled(page, &format!("  {treatment}"), columns, FAINT, &text)
    });
    lines.collect()
}
