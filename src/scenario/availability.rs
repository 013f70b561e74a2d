//! Lowers the rule about ordinals that are down.

use super::file::{AvailabilityFile, GroupFile};
use super::lowering::{Lowering, ordinals_below};
use super::words::FaultCounting;
use crate::diagnostic::{Diagnostic, listed};
use crate::world::id::{Ordinal, OrdinalSet};
use crate::world::setup::{Availability, AvailabilityRule, Group};

/// The rule, if one was asked for. `replicas` is how many the source's set has, if that is known.
pub fn lower(
    lowering: &mut Lowering<'_>,
    file: Option<&AvailabilityFile>,
    replicas: Option<u8>,
) -> Option<Availability> {
    let Some(file) = file else {
        let text = "downtime is not checked; add `availability: {maxUnavailable: 1}` to check it";
        lowering.assume("availability", "none", text);
        return None;
    };
    let counting = file.faults.as_ref().map(|word| word.value);
    Some(Availability {
        rule: rule(lowering, file, replicas)?,
        excused: counting == Some(FaultCounting::Excused),
    })
}

fn rule(
    lowering: &mut Lowering<'_>,
    file: &AvailabilityFile,
    replicas: Option<u8>,
) -> Option<AvailabilityRule> {
    match (&file.max_unavailable, &file.quorum, &file.groups) {
        (Some(max), None, None) => {
            let found = u8::try_from(max.value).ok();
            if found.is_none() {
                let message = format!("{} is not a number of ordinals", max.value);
                lowering.reader.report(
                    Diagnostic::new("scenario::out-of-range", message)
                        .at(max.span.clone(), "")
                        .help("give how many ordinals may be down at a time, such as 1"),
                );
            }
            found.map(AvailabilityRule::MaxUnavailable)
        }
        (None, Some(_), None) => Some(AvailabilityRule::Majority),
        (None, None, Some(groups)) => {
            lowering.fix_groups_at(file.head.start);
            let groups = groups
                .iter()
                .map(|group| lower_group(lowering, group, replicas));
            let groups: Vec<Option<Group>> = groups.collect();
            Some(AvailabilityRule::Groups(
                groups.into_iter().flatten().collect(),
            ))
        }
        _ => {
            report_rules(lowering, file);
            None
        }
    }
}

fn report_rules(lowering: &mut Lowering<'_>, file: &AvailabilityFile) {
    let rules = [
        ("maxUnavailable", file.max_unavailable.is_some()),
        ("quorum", file.quorum.is_some()),
        ("groups", file.groups.is_some()),
    ];
    let given = rules.iter().filter(|(_, given)| *given);
    let given: Vec<&str> = given.map(|(rule, _)| *rule).collect();
    // A rule that could not be read is no rule here, and has been reported.
    if given.is_empty() && file.has_rule {
        return;
    }
    let message = if given.is_empty() {
        "`availability` has no rule".to_owned()
    } else {
        format!("`availability` has more than one rule: {}", listed(given))
    };
    lowering.reader.report(
        Diagnostic::new("scenario::availability-rule", message)
            .at(file.head.clone(), "")
            .help("give exactly one of `maxUnavailable`, `quorum` and `groups`"),
    );
}

fn lower_group(
    lowering: &mut Lowering<'_>,
    file: &GroupFile,
    replicas: Option<u8>,
) -> Option<Group> {
    let mut ordinals = OrdinalSet::default();
    for ordinal in &file.ordinals {
        let served = replicas.unwrap_or(16);
        let known = u8::try_from(ordinal.value).ok().filter(|&o| o < served);
        let problem = match known.map(Ordinal) {
            Some(known) if !ordinals.contains(known) => {
                ordinals.insert(known);
                continue;
            }
            Some(_) => Diagnostic::new(
                "scenario::repeated",
                format!("ordinal {} is in the group twice", ordinal.value),
            )
            .help("name each ordinal once"),
            None => not_served(ordinal.value, served),
        };
        lowering.reader.report(problem.at(ordinal.span.clone(), ""));
    }
    let min = u8::try_from(file.min.value)
        .ok()
        .filter(|&min| min > 0 && usize::from(min) <= file.ordinals.len());
    if min.is_none() {
        let message = format!(
            "a minimum of {} out of {} is not possible",
            file.min.value,
            file.ordinals.len()
        );
        lowering.reader.report(
            Diagnostic::new("scenario::out-of-range", message)
                .at(file.min.span.clone(), "")
                .help("`min` is from 1 to the number of ordinals in the group"),
        );
    }
    Some(Group {
        ordinals,
        min: min?,
    })
}

fn not_served(ordinal: i64, replicas: u8) -> Diagnostic {
    let message = format!(
        "ordinal {ordinal} is not among those that serve at the start, {}",
        ordinals_below(replicas)
    );
    Diagnostic::new("scenario::no-such-ordinal", message)
        .help("a group consists of ordinals that the source's set owns at the start")
}
