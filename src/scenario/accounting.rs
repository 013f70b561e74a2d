//! What the account of the manifests comes to: assumptions, who else writes, and what the user has
//! stated of them.

use super::file::ScenarioFile;
use super::lowering::Lowering;
use super::types::Overrides;
use crate::account::{Account, Line, Object};
use crate::diagnostic::{Diagnostic, help_with};
use crate::vocabulary::{Assumption, OtherWriter, Side, Weight};

/// Notes what is assumed of the manifests' objects, and who else may write the sets.
pub fn lower(lowering: &mut Lowering<'_>, file: &ScenarioFile, overrides: &Overrides) {
    let accounts = std::mem::take(&mut lowering.accounts);
    let suspended = suspended(lowering, file, overrides, &accounts);
    writers(lowering, &accounts, &suspended);
    for (side, line) in lines(&accounts) {
        let weight = if line.weighs {
            Weight::Verdict
        } else {
            Weight::Detail
        };
        lowering.assume_of(
            weight,
            &format!("{side}.manifest"),
            &shortened(&line.about),
            &line.text,
        );
    }
    lowering.accounts = accounts;
}

/// The lines of both sides; what is said of both, once.
fn lines(accounts: &[(Side, Account)]) -> Vec<(&'static str, &Line)> {
    let all = |side: Side| {
        let accounts = accounts.iter().filter(move |(other, _)| *other == side);
        accounts.flat_map(|(_, account)| &account.lines)
    };
    let is_of_both = |line: &Line| all(Side::Destination).any(|other| other == line);
    let source = all(Side::Source).map(|line| {
        let side = if is_of_both(line) { "both" } else { "source" };
        (side, line)
    });
    let destination = all(Side::Destination)
        .filter(|line| !all(Side::Source).any(|other| other == *line))
        .map(|line| ("destination", line));
    source.chain(destination).collect()
}

/// The first few of some names.
pub fn shortened(names: &[String]) -> String {
    const MOST: usize = 5;
    let shown = names
        .iter()
        .take(MOST)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The names of those who are stated to be suspended. One that no manifest shows is a mistake.
fn suspended(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    overrides: &Overrides,
    accounts: &[(Side, Account)],
) -> Vec<String> {
    let found = accounts.iter().flat_map(|(_, account)| &account.writers);
    let mut known: Vec<String> = found.map(crate::account::Writer::called).collect();
    known.sort_unstable();
    known.dedup();
    let names: Vec<&str> = known.iter().map(|name| &**name).collect();
    let unknown = |name: &str| {
        let what = format!("no manifest shows a writer `{name}` beside the move");
        let help = if names.is_empty() {
            "none is found; leave it out".to_owned()
        } else {
            help_with(name, &names)
        };
        Diagnostic::new("scenario::unknown-writer", what).help(help)
    };
    let mut suspended = overrides.assume_suspended.clone();
    for name in &overrides.assume_suspended {
        if !names.contains(&&**name) {
            lowering.reader.problems.push(unknown(name));
        }
    }
    for stated in file.assume.iter().flatten() {
        let writer = &stated.writer;
        if !names.contains(&&*writer.value) {
            let problem = unknown(&writer.value).at(writer.span.clone(), "");
            lowering.reader.report(problem);
        }
        suspended.push(writer.value.clone());
    }
    suspended
}

/// Notes who else may write, each once, whatever shows it.
fn writers(lowering: &mut Lowering<'_>, accounts: &[(Side, Account)], suspended: &[String]) {
    let mut seen: Vec<(Side, String)> = Vec::new();
    for (side, account) in accounts {
        for writer in &account.writers {
            let called = writer.called();
            if seen.contains(&(*side, called.clone())) {
                continue;
            }
            let field = format!("{}.{called}", side.name());
            if suspended.contains(&called) {
                let text = format!("it {} otherwise", writer.does);
                lowering.assume_of(Weight::Stated, &field, "suspended", &text);
            } else {
                let text = format!(
                    "it {}; it is not modelled, so that no property is found to hold; suspend it \
                     during the move, and say so with `--assume-suspended {called}`",
                    writer.does
                );
                lowering.assume_of(Weight::Verdict, &field, "", &text);
                if !lowering.writers.iter().any(|other| other.called == called) {
                    lowering.writers.push(OtherWriter {
                        called: called.clone(),
                        does: writer.does.to_owned(),
                    });
                }
            }
            seen.push((*side, called));
        }
    }
}

/// Assumptions with those that weigh most first, else in their order.
pub fn by_weight(mut assumed: Vec<Assumption>) -> Vec<Assumption> {
    assumed.sort_by_key(|assumption| assumption.weight);
    assumed
}

/// The objects of all manifests.
pub fn objects(accounts: &mut Vec<(Side, Account)>) -> Vec<(Side, Object)> {
    let accounts = std::mem::take(accounts).into_iter();
    let objects = accounts.flat_map(|(side, account)| {
        let objects = account.objects.into_iter();
        objects.map(move |object| (side, object))
    });
    objects.collect()
}
