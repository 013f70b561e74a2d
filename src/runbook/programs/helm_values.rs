//! What the values of a release say of the StatefulSet.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::helm_flags::Line;
use crate::runbook::session::{Runner, State};
use crate::world::id::ClusterId;

/// The first ordinal and the replicas, as far as they are given.
pub type Numbers = (Option<i16>, Option<i16>);

/// What the values of a call say of the set.
#[derive(Default)]
pub struct Given {
    replicas: Option<i16>,
    start: Option<i16>,
    /// The keys of all other values.
    pub others: Vec<String>,
}

/// What a key is about.
enum Key {
    Replicas,
    Start,
    Autoscaler,
    Other,
}

fn meaning(key: &str, value: &str) -> Key {
    let key = key.to_lowercase();
    let ends = |end: &&str| key.ends_with(end);
    let is_limit = ["minreplicas", "maxreplicas"].iter().any(ends);
    let scales = [
        "autoscaling.enabled",
        "hpa.enabled",
        "autoscaling.hpa.enabled",
        "keda.enabled",
    ];
    if scales.iter().any(ends) && value != "false" {
        Key::Autoscaler
    } else if is_limit {
        Key::Other
    } else if key.ends_with("ordinals.start") {
        Key::Start
    } else if ["replicas", "replicacount", "cluster.nodes"]
        .iter()
        .any(ends)
    {
        Key::Replicas
    } else {
        Key::Other
    }
}

impl Given {
    /// What a call gives; `None` if it cannot be known, which is noted.
    pub fn of(runner: &mut Runner<'_>, line: &Line<'_>, state: &State) -> Option<Self> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for path in line.all("values").flat_map(|paths| paths.split(',')) {
            let Some(text) = runner.read_file(path, state) else {
                runner.unknown_file(path);
                return None;
            };
            let (documents, problem) = runner.documents(path, &text);
            if let Some(problem) = problem {
                let what = format!("helm cannot read `{path}`: {problem}");
                runner.mistake("runbook::bad-manifest", what, "values are YAML");
                return None;
            }
            for document in &documents {
                flatten("", document, &mut values);
            }
        }
        for text in line.all("set-json") {
            let (key, value) = text.split_once('=').unwrap_or(("", text));
            let value = serde_json::from_str(value).unwrap_or(Json::Null);
            flatten(key, &value, &mut values);
        }
        let literal = line.all("set-literal").chain(line.all("set-file"));
        let sets = line.all("set").chain(line.all("set-string"));
        let sets = sets
            .flat_map(assignments)
            .chain(literal.filter_map(|text| text.split_once('=')));
        for (key, value) in sets {
            values.insert(key.to_owned(), value.to_owned());
        }
        Self::taken(runner, &values)
    }

    fn taken(runner: &mut Runner<'_>, values: &BTreeMap<String, String>) -> Option<Self> {
        let mut given = Self::default();
        for (key, value) in values {
            let number = match meaning(key, value) {
                Key::Autoscaler => {
                    let what = format!(
                        "`{key}` is not modelled: an autoscaler changes `replicas` of the set beside \
                         the script"
                    );
                    let help = "let nothing but the script scale the set while it moves";
                    runner.not_modelled(what, help);
                    return None;
                }
                Key::Other => {
                    given.others.push(key.clone());
                    continue;
                }
                Key::Start => &mut given.start,
                Key::Replicas => &mut given.replicas,
            };
            let parsed = value.parse::<i16>().ok();
            if parsed.is_none() {
                let what = format!("`{key}={value}` is not a number that is known here");
                runner.not_modelled(what, "write the number into the script");
                return None;
            }
            if number.is_some() && *number != parsed {
                let what = format!(
                    "which replicas the set gets is not known: `{key}` is not the only one"
                );
                let help = "give the set a number with `kubectl scale`, or name in `--set` the one \
                            that is the set's";
                runner.not_modelled(what, help);
                return None;
            }
            *number = parsed;
        }
        Some(given)
    }

    /// The first ordinal and the replicas: given, or as the release had them before, or as the
    /// side's manifest has them.
    #[must_use]
    pub fn or_as_made(
        &self,
        runner: &Runner<'_>,
        cluster: ClusterId,
        before: Numbers,
    ) -> (i16, i16) {
        let manifest = &runner.session.surroundings.sides[cluster].set;
        let made = |pointer: &str| {
            let value = manifest.pointer(pointer)?.as_i64()?;
            i16::try_from(value).ok()
        };
        let start = self
            .start
            .or(before.0)
            .or_else(|| made("/spec/ordinals/start"));
        let replicas = self
            .replicas
            .or(before.1)
            .or_else(|| made("/spec/replicas"));
        (start.unwrap_or(0), replicas.unwrap_or(1))
    }
}

/// The values of a document, by the path of each.
fn flatten(path: &str, value: &Json, values: &mut BTreeMap<String, String>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{dot}{key}"), value, values);
            }
        }
        Json::String(text) => {
            values.insert(path.to_owned(), text.clone());
        }
        other => {
            values.insert(path.to_owned(), other.to_string());
        }
    }
}

/// `a=1,b[0].c=2`; a comma after a backslash is text.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    text.split(',')
        .filter_map(|part| part.split_once('='))
        .collect()
}
