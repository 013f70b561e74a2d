//! A scenario that names a script: the script's program takes the place of the steps.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::lowering::Lowering;
use super::reader::Spanned;
use super::types::{Lowered, StepSource};
use crate::diagnostic::{Diagnostic, Source, plain_io_error};
use crate::runbook::{self, MAX_SCRIPT, Runbook, SideFacts, Surroundings};
use crate::world::id::PerCluster;
use crate::world::volume::ReclaimPolicy;

/// Reads the script that a scenario names and makes it a program.
pub fn lower(
    lowering: &mut Lowering<'_>,
    named: &Spanned<String>,
    sides: PerCluster<SideFacts>,
    reclaim_policies: &[ReclaimPolicy],
    crashes: bool,
) -> Option<(Lowered, Runbook)> {
    let source = read(lowering, named)?;
    let folder = source.path.parent().unwrap_or(Path::new("")).to_path_buf();
    let surroundings = Surroundings {
        sides,
        reclaim_policies: reclaim_policies.to_vec(),
        crashes,
        folder,
        files: lowering.reader.files,
    };
    let reading = runbook::read(source, &surroundings, &lowering.assume_harmless);
    lowering.reader.problems.extend(reading.problems);
    for assumed in reading.assumed {
        lowering.assume(&assumed.field, &assumed.value, &assumed.text);
    }
    let emitted = reading.emitted?;
    let source = &emitted.runbook.source;
    let steps = emitted.steps.iter().map(|span| step_source(source, span));
    let lowered = Lowered {
        program: emitted.program,
        steps: steps.collect(),
        ordinals: Vec::new(),
        need_disk: Vec::new(),
        extras: emitted.extras,
    };
    Some((lowered, emitted.runbook))
}

fn read(lowering: &mut Lowering<'_>, named: &Spanned<String>) -> Option<Source> {
    let folder = lowering
        .reader
        .source
        .path
        .parent()
        .unwrap_or(Path::new(""));
    let path = folder.join(&named.value);
    let problem = match (lowering.reader.files)(&path).map(String::from_utf8) {
        Ok(Ok(text)) if text.len() <= MAX_SCRIPT => {
            return Some(Source {
                path,
                text: Arc::from(text),
            });
        }
        Ok(Ok(_)) => "it is too long".to_owned(),
        Ok(Err(_)) => "it is not UTF-8 text".to_owned(),
        Err(error) => plain_io_error(&error),
    };
    lowering.reader.report(
        Diagnostic::new(
            "scenario::missing-runbook",
            format!("cannot read the runbook `{}`: {problem}", named.value),
        )
        .at(named.span.clone(), "")
        .help("the path is relative to the scenario file"),
    );
    None
}

/// The place of a command.
fn step_source(source: &Source, span: &Range<usize>) -> StepSource {
    let shown = source.text.get(source.first_line(span)).unwrap_or("");
    let shown = shown.trim_end_matches(['\\', ' ']);
    let kind = shown.split(' ').take(2).collect::<Vec<_>>().join(" ");
    StepSource::at(source, span, kind, shown.chars().count())
}
