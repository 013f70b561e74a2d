//! What is known of a scenario with fewer replicas, in sentences.

use super::search::in_words;
use super::text::groups;
use super::text::{count, list};
use super::{PropertyResult, ScenarioResult, Verdict};
use crate::engine::StopReason;

/// What is known of a scenario with fewer replicas. It is evidence, and proves nothing of more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmallerResult {
    /// How many.
    pub replicas: u32,
    /// All verdicts are decided.
    pub complete: bool,
    /// The bound of the whole search that they are not decided for.
    pub bound: Option<StopReason>,
    /// The verdict of each property that says anything, in catalogue order.
    pub properties: Vec<SmallerVerdict>,
}

/// The verdict of one property with fewer replicas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmallerVerdict {
    /// Its name.
    pub name: String,
    /// With the whole budget of faults.
    pub verdict: Verdict,
}

/// Where verdicts depend on the number of replicas, as far as that was looked at, and where they
/// do not.
pub(super) fn lines(result: &ScenarioResult) -> Vec<String> {
    let complete = result.smaller.iter().filter(|smaller| smaller.complete);
    let complete: Vec<u32> = complete.map(|smaller| smaller.replicas).collect();
    let properties = result.properties.iter();
    let different = properties
        .filter_map(|property| Some((property.name.as_str(), different(result, property)?)));
    let different: Vec<(&str, String)> = different.collect();
    let others = different.len() < result.properties.len();
    let groups = groups(different.into_iter()).into_iter();
    let mut lines: Vec<String> = groups
        .map(|(names, verdicts)| format!("{verdicts} ({names})"))
        .collect();
    let which = if lines.is_empty() {
        "the same verdicts"
    } else {
        "the other verdicts are the same"
    };
    if !complete.is_empty() && others {
        lines.push(format!("{which} with {}", replicas(&complete)));
    }
    for smaller in result.smaller.iter().filter(|smaller| !smaller.complete) {
        let number = count(smaller.replicas as usize, "replica");
        lines.push(match smaller.bound {
            Some(bound) => format!(
                "{number} not decided: {}",
                in_words(bound, &result.search.bounds)
            ),
            None => format!("{number} skipped: too many states"),
        });
    }
    lines
}

/// `holds with 1 replica, violated with 2, 3 and 6`, if not all is the same.
fn different(result: &ScenarioResult, property: &PropertyResult) -> Option<String> {
    let mut verdicts = Vec::new();
    for smaller in &result.smaller {
        let mut decided = smaller.properties.iter();
        let decided = decided.find(|decided| decided.name == property.name)?;
        if decided.verdict != Verdict::Inconclusive {
            verdicts.push((decided.verdict, smaller.replicas));
        }
    }
    verdicts.push((property.verdict, result.headline.replicas));
    let first = verdicts[0].0;
    if verdicts.iter().all(|&(verdict, _)| verdict == first) {
        return None;
    }
    let runs = verdicts.chunk_by(|(before, _), (after, _)| before == after);
    let parts = runs.enumerate().map(|(number, run)| {
        let numbers: Vec<u32> = run.iter().map(|&(_, replicas)| replicas).collect();
        let numbers = if number == 0 {
            replicas(&numbers)
        } else {
            joined(&numbers)
        };
        format!("{} with {numbers}", run[0].0.words())
    });
    Some(parts.collect::<Vec<_>>().join(", "))
}

/// `1 replica`, `2, 3 and 6 replicas`.
fn replicas(numbers: &[u32]) -> String {
    match numbers {
        [number] => count(*number as usize, "replica"),
        numbers => format!("{} replicas", joined(numbers)),
    }
}

fn joined(numbers: &[u32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    list(&numbers)
}
