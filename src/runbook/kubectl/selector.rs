//! Label selectors: which of the set's Pods a call means.
//!
//! Kubernetes 1.32: `Parse` in staging/src/k8s.io/apimachinery/pkg/labels/selector.go. A Pod has the
//! labels of the set's template and two of its own (`initIdentity` in
//! pkg/controller/statefulset/stateful_set_utils.go).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::arguments::Call;
use super::target::{Thing, kind_of};
use crate::runbook::clusters::Set;
use crate::runbook::session::{Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::surroundings::SideFacts;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::program::{Condition, Operation};

/// One condition of a selector.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Requirement {
    /// `key in (a,b)`, `key=a`: the label has one of these values.
    In(String, Vec<String>),
    /// `key notin (a,b)`, `key!=a`: it has none of them, or there is no such label.
    NotIn(String, Vec<String>),
    /// `key`.
    Exists(String),
    /// `!key`.
    Absent(String),
}

impl Requirement {
    fn key(&self) -> &str {
        match self {
            Self::In(key, _) | Self::NotIn(key, _) | Self::Exists(key) | Self::Absent(key) => key,
        }
    }

    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(self.key());
        match self {
            Self::In(_, values) => value.is_some_and(|value| values.contains(value)),
            Self::NotIn(_, values) => value.is_none_or(|value| !values.contains(value)),
            Self::Exists(_) => value.is_some(),
            Self::Absent(_) => value.is_none(),
        }
    }
}

/// Reads a selector; `None` if it is none.
fn parse(text: &str) -> Option<Vec<Requirement>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, next) in text.char_indices() {
        match next {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => (),
        }
    }
    parts.push(&text[start..]);
    parts.into_iter().map(requirement).collect()
}

fn requirement(part: &str) -> Option<Requirement> {
    let part = part.trim();
    let is_key = |key: &&str| {
        let mut characters = key.chars();
        !key.is_empty() && characters.all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
    };
    let key = |key: &str| Some(key.trim()).filter(is_key).map(str::to_owned);
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((name, value)) = part.split_once("!=") {
        return Some(Requirement::NotIn(key(name)?, one(value)));
    }
    if let Some((name, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Some(Requirement::In(key(name)?, one(value)));
    }
    if let Some((front, values)) = part.split_once('(') {
        let values = values.trim_end().strip_suffix(')')?.split(',');
        let values = values.map(|value| value.trim().to_owned()).collect();
        return match front.split_whitespace().collect::<Vec<_>>()[..] {
            [name, "in"] => Some(Requirement::In(key(name)?, values)),
            [name, "notin"] => Some(Requirement::NotIn(key(name)?, values)),
            _ => None,
        };
    }
    match part.strip_prefix('!') {
        Some(name) => Some(Requirement::Absent(key(name)?)),
        None => Some(Requirement::Exists(key(part)?)),
    }
}

/// The labels of the Pods of a set, without those of each; `None` if no manifest says them.
fn template_labels(side: &SideFacts) -> Option<BTreeMap<String, String>> {
    let labels = side.set.pointer("/spec/template/metadata/labels")?;
    let text = |(key, value): (&String, &Json)| Some((key.clone(), value.as_str()?.to_owned()));
    labels.as_object()?.iter().map(text).collect()
}

/// The Pods that the call's selector means, whether they exist or not; what is not known is noted.
pub fn pods(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    state: &State,
) -> Option<Vec<Thing>> {
    let text = call.flag("selector").unwrap_or("").to_owned();
    let [kind] = &call.words[1..] else {
        let what = "a call takes either names or a selector";
        runner.mistake("runbook::usage", what, "remove one of the two");
        return None;
    };
    if kind_of(kind) != Some("pod") {
        let what = format!("a selector of `{kind}` is not modelled");
        runner.not_modelled(
            what,
            "name the objects; Pods can be selected by their labels",
        );
        return None;
    }
    let Some(requirements) = parse(&text) else {
        let what = format!("`{text}` is not a label selector");
        runner.mistake("runbook::usage", what, "write `-l app=web`");
        return None;
    };
    let side = &runner.session.surroundings.sides[cluster];
    let name = side.name.clone();
    let revision = "controller-revision-hash";
    let Some(labels) = template_labels(side) else {
        let what = "the Pods' labels are not known: no manifest gives them";
        runner.not_modelled(what, "name the Pods, or provide the set's manifest");
        return None;
    };
    if requirements.iter().any(|one| one.key() == revision) {
        let what = format!("`{revision}` is not modelled");
        runner.not_modelled(what, "select by the labels in the manifest");
        return None;
    }
    let means = |ordinal: &u8| {
        let mut labels = labels.clone();
        let pod = format!("{name}-{ordinal}");
        labels.insert("statefulset.kubernetes.io/pod-name".to_owned(), pod);
        labels.insert(
            "apps.kubernetes.io/pod-index".to_owned(),
            ordinal.to_string(),
        );
        requirements.iter().all(|one| one.holds(&labels))
    };
    let ordinals = (0..end(&runner.session.surroundings.sides, state)).filter(means);
    let pods: Vec<Thing> = ordinals.map(Thing::Pod).collect();
    if pods.is_empty() {
        let known: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let what = format!("`{text}` selects no Pod of the set in {}", cluster.name());
        let help = format!("its Pods have the labels {}", known.join(", "));
        runner.mistake("runbook::unknown-object", what, help);
        return None;
    }
    Some(pods)
}

/// The most Pods that a selector may mean: any of them may exist when kubectl looks, or not.
pub const MOST_SELECTED: usize = 4;

/// The ways in which the Pods may exist or not, which are looked at one after the other.
///
/// # Errors
/// The program is too long.
pub fn existing(
    runner: &mut Runner<'_>,
    pods: &[Thing],
    cluster: ClusterId,
    state: State,
) -> Result<Vec<(State, Vec<Thing>)>, Halt> {
    let mut found = vec![(state, Vec::new())];
    for pod in pods {
        let Some(object) = pod.object(cluster) else {
            continue;
        };
        let mut next = Vec::new();
        for (state, things) in found {
            let exists = Operation::Test(Condition::Exists(object));
            let (there, missing) = runner.emit(state, exists)?;
            let with = [things.clone(), vec![pod.clone()]].concat();
            next.extend([(there, with), (missing, things)]);
        }
        found = next;
    }
    Ok(found)
}

/// One above the highest ordinal that a Pod may have by now.
fn end(sides: &PerCluster<SideFacts>, state: &State) -> u8 {
    ClusterId::BOTH
        .into_iter()
        .map(|cluster| {
            let initial = sides[cluster].initial.map_or(0, |slice| slice.end);
            let known = match state.known.sets[cluster] {
                Set::Known(start, replicas) => u8::try_from(start + replicas).unwrap_or(0),
                Set::Unknown | Set::Absent => 0,
            };
            initial.max(known)
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_select_as_in_kubernetes() {
        let labels = [("app", "web"), ("tier", "db")];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let labels = BTreeMap::from(labels);
        for (selector, expected) in [
            ("app=web", Some(true)),
            ("app==web,tier=db", Some(true)),
            ("app=web, tier!=db", Some(false)),
            ("zone!=a", Some(true)),
            ("app in (web, api),tier", Some(true)),
            ("app notin (web)", Some(false)),
            ("!zone", Some(true)),
            ("!app", Some(false)),
            ("app in web", None),
            ("", None),
            ("app=web)", None),
        ] {
            let holds = parse(selector).map(|all| all.iter().all(|one| one.holds(&labels)));
            assert_eq!(holds, expected, "{selector}");
        }
    }
}
