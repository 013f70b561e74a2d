//! Waits for a script: a line of kubectl before a statement of it, in every round of its loops.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Proposal;
use crate::check::trace::Replay;
use crate::diagnostic::position;
use crate::runbook::{Runbook, Site};
use crate::world::id::ClusterId;
use crate::world::program::{
    Condition, Expression, Look, ObjectKind, ObjectRef, Operation, Timeout,
};
use crate::world::volume::Template;

/// The most places that are tried.
const MOST_PLACES: usize = 12;

/// A statement that stands at the beginning of a line, and the first instruction of each time the
/// script comes to it.
struct Gap {
    line: usize,
    indent: String,
    firsts: Vec<usize>,
}

/// A wait as the model has it for an ordinal, and as the script spells it.
struct Candidate {
    operation: fn(ClusterId, Expression, Template) -> Operation,
    cluster: ClusterId,
    /// Of a wait for a claim, that of its template.
    template: Template,
    spell: fn(kubectl: &str, set: &str, claim: &str, ordinal: &str) -> String,
}

/// Every wait before every statement, those nearest to the guilty instruction first.
pub(super) fn proposals(replay: &Replay<'_>, runbook: &Runbook, number: usize) -> Vec<Proposal> {
    let guilty = usize::from(replay.history.worlds[number - 1].driver.position);
    let Some(place) = runbook.places.get(guilty) else {
        return Vec::new();
    };
    let mut proposals = Vec::new();
    for gap in gaps(runbook, place.span.start)
        .into_iter()
        .take(MOST_PLACES)
    {
        for candidate in &candidates(runbook.claim_templates.len()) {
            for name in ordinals_at(runbook, &gap, replay) {
                proposals.extend(proposal(replay, runbook, &gap, candidate, &name));
            }
        }
    }
    proposals
}

/// How an ordinal can be spelled at a place: by a variable, or else as the number that the story
/// is about.
fn ordinals_at(runbook: &Runbook, gap: &Gap, replay: &Replay<'_>) -> Vec<String> {
    let names = |&position: &usize| -> Vec<String> {
        let bindings = runbook.places[position].bindings.iter();
        bindings.map(|(name, _)| name.clone()).collect()
    };
    let mut names = gap.firsts.iter().map(names);
    let mut common = names.next().unwrap_or_default();
    for names in names {
        common.retain(|name| names.contains(name));
    }
    let variables = common.into_iter().map(|name| format!("${name}"));
    let mut all: Vec<String> = variables.take(2).collect();
    if gap.firsts.len() == 1 {
        all.extend(replay.history.ordinal.map(|ordinal| ordinal.to_string()));
    }
    all
}

fn proposal(
    replay: &Replay<'_>,
    runbook: &Runbook,
    gap: &Gap,
    candidate: &Candidate,
    ordinal: &str,
) -> Option<Proposal> {
    let value = |place: &Site| match ordinal.strip_prefix('$') {
        Some(name) => {
            let mut bindings = place.bindings.iter();
            bindings
                .find(|(other, _)| other == name)
                .map(|&(_, value)| value)
        }
        None => ordinal.parse().ok(),
    };
    let mut waits = BTreeMap::new();
    for &first in &gap.firsts {
        let value = i16::try_from(value(&runbook.places[first])?).ok()?;
        let value = Expression::number(value);
        let operation = (candidate.operation)(candidate.cluster, value, candidate.template);
        waits.insert(first, operation);
    }
    let (kubectl, marker) = runbook.spellings[candidate.cluster].clone()?;
    let set = &replay.scenario.set_name;
    let claim = runbook
        .claim_templates
        .get(usize::from(candidate.template.0));
    let claim = claim.map_or("", String::as_str);
    let line = (candidate.spell)(&kubectl, set, claim, ordinal);
    Some(Proposal {
        waits,
        text: format!("before line {}\n{}{line}{marker}", gap.line, gap.indent),
    })
}

/// The statements from the guilty one upwards, then those below it, from the last one upwards.
fn gaps(runbook: &Runbook, guilty: usize) -> Vec<Gap> {
    let text = &runbook.source.text;
    let starts_line = |span: &Range<usize>| {
        let line = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
        text[line..span.start].trim().is_empty()
    };
    let statements = runbook
        .places
        .iter()
        .flat_map(|place| place.statements.iter());
    let spans: BTreeSet<(usize, usize)> = statements
        .map(|(span, _)| (span.start, span.end))
        .filter(|&(start, end)| starts_line(&(start..end)))
        .collect();
    let (above, below): (Vec<_>, Vec<_>) =
        spans.into_iter().partition(|&(start, _)| start <= guilty);
    let ordered = above.into_iter().rev().chain(below.into_iter().rev());
    ordered
        .map(|(start, end)| gap(runbook, start..end))
        .collect()
}

fn gap(runbook: &Runbook, span: Range<usize>) -> Gap {
    let mut rounds = BTreeSet::new();
    let mut firsts = Vec::new();
    for (position, place) in runbook.places.iter().enumerate() {
        let found = place.statements.iter().find(|(other, _)| *other == span);
        if let Some(&(_, round)) = found
            && rounds.insert(round)
        {
            firsts.push(position);
        }
    }
    let text = &runbook.source.text;
    let start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    Gap {
        line: position(text, span.start).0,
        indent: text[start..span.start].to_owned(),
        firsts,
    }
}

const fn pod(cluster: ClusterId, ordinal: Expression) -> ObjectRef {
    ObjectRef {
        kind: ObjectKind::Pod,
        cluster,
        ordinal,
    }
}

/// Every wait, on both sides. A wait for anything but a deletion fails at once if there is no such
/// object, so it is asked for again.
fn candidates(templates: usize) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for cluster in ClusterId::BOTH {
        let first = Template(0);
        candidates.push(Candidate {
            cluster,
            template: first,
            operation: |cluster, ordinal, _| {
                Operation::AwaitGone(pod(cluster, ordinal), Look::First, Timeout::Never)
            },
            spell: |kubectl, set, _, ordinal| {
                format!("{kubectl} wait --for=delete \"pod/{set}-{ordinal}\" --timeout=-1s")
            },
        });
        candidates.push(Candidate {
            cluster,
            template: first,
            operation: |cluster, ordinal, _| {
                Operation::Await(Condition::PodReady(cluster, ordinal), Timeout::Never)
            },
            spell: |kubectl, set, _, ordinal| {
                format!(
                    "until {kubectl} wait --for=condition=Ready \"pod/{set}-{ordinal}\"; do sleep 1; done"
                )
            },
        });
        candidates.push(Candidate {
            cluster,
            template: first,
            operation: |cluster, _, _| {
                Operation::Await(Condition::RolledOut(cluster), Timeout::Never)
            },
            spell: |kubectl, set, _, _| format!("{kubectl} rollout status sts/{set}"),
        });
        for template in (0..templates.max(1) as u8).map(Template) {
            candidates.push(Candidate {
                cluster,
                template,
                operation: |cluster, ordinal, template| {
                    let bound = Condition::VolumeBound(cluster, ordinal, template);
                    Operation::Await(bound, Timeout::Never)
                },
                spell: |kubectl, set, claim, ordinal| {
                    format!(
                        "until {kubectl} wait --for=jsonpath='{{.status.phase}}'=Bound \"pvc/{claim}-{set}-{ordinal}\"; do sleep 1; done"
                    )
                },
            });
        }
    }
    candidates
}
