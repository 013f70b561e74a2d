//! What is known for every number of replicas, in JSON.

use serde::Serialize;

use super::CounterexampleJson;
use crate::report::{EveryN, EveryNResult};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EveryNJson<'a> {
    properties: Vec<EveryNResultJson<'a>>,
    assumptions: &'a [String],
    seconds: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EveryNResultJson<'a> {
    name: &'a str,
    verdict: &'static str,
    says: Option<&'a str>,
    scope: Option<ScopeJson>,
    reason: Option<&'a str>,
    counterexample: Option<CounterexampleJson<'a>>,
}

#[derive(Serialize)]
struct ScopeJson {
    /// `N >= 1`, or the number of replicas with which the property breaks.
    replicas: String,
    faults: String,
    views: Option<usize>,
    j: Option<usize>,
    steps: Option<u64>,
    cutoff: Option<u32>,
}

impl<'a> From<&'a EveryN> for EveryNJson<'a> {
    fn from(every_n: &'a EveryN) -> Self {
        let scope = |property: &EveryNResult| match (&property.scope, property.breaks_with) {
            (Some(scope), _) => Some(ScopeJson {
                replicas: "N >= 1".to_owned(),
                faults: every_n.faults(),
                views: Some(scope.views),
                j: Some(scope.free),
                steps: Some(scope.steps),
                cutoff: scope.cutoff,
            }),
            (None, Some((replicas, faults))) => Some(ScopeJson {
                replicas: format!("N = {replicas}"),
                faults: faults.to_string(),
                views: None,
                j: None,
                steps: None,
                cutoff: None,
            }),
            (None, None) => None,
        };
        let result = |property: &'a EveryNResult| EveryNResultJson {
            name: &property.name,
            verdict: property.verdict.name(),
            says: property.says.as_deref(),
            scope: scope(property),
            reason: property.reason.as_deref(),
            counterexample: property
                .counterexample
                .as_ref()
                .map(CounterexampleJson::from),
        };
        Self {
            properties: every_n.properties.iter().map(result).collect(),
            assumptions: &every_n.assumptions,
            seconds: every_n.seconds,
        }
    }
}
