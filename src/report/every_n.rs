//! What is known of a scenario for every number of replicas.

use super::text::{count, grouped, groups};
use super::{Counterexample, Verdict};

/// What is known of a scenario for every number of replicas.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EveryN {
    /// The kinds of fault that may strike any number of times; none if no fault may.
    pub faults: Vec<String>,
    /// The properties, in catalogue order.
    pub properties: Vec<EveryNResult>,
    /// What a proof rests on, each in a sentence.
    pub assumptions: Vec<String>,
    /// What it took.
    pub seconds: f64,
    /// The proofs as files, if they were asked for: a name and a text for each.
    pub certificates: Vec<(String, String)>,
}

/// What is known of one property for every number of replicas.
#[derive(Clone, PartialEq, Debug)]
pub struct EveryNResult {
    /// Its name.
    pub name: String,
    /// `Holds` is proved, `Violated` is shown by a path of the model itself; `NotApplicable` is
    /// beyond this kind of proof.
    pub verdict: Verdict,
    /// What it is that is proved or violated, if it is not the property as it stands.
    pub says: Option<String>,
    /// What a proof covers.
    pub scope: Option<Scope>,
    /// Why there is no proof.
    pub reason: Option<String>,
    /// The fewest replicas with which it breaks, and the faults of that path.
    pub breaks_with: Option<(u32, u32)>,
    /// How it breaks, if the search of the scenario itself has not told that already.
    pub counterexample: Option<Counterexample>,
}

/// What a proof covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Views in the closed set.
    pub views: usize,
    /// Free ordinals of a view.
    pub free: usize,
    /// Steps under which it is closed.
    pub steps: u64,
    /// With so many replicas all views occur: a verdict for so many is one for all.
    pub cutoff: Option<u32>,
}

impl EveryN {
    /// A property that views can keep is neither proved nor broken.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        let mut properties = self.properties.iter();
        properties.any(|property| property.verdict == Verdict::Inconclusive)
    }

    /// Whether there is a proof of a property.
    #[must_use]
    pub fn proves(&self, name: &str) -> bool {
        let mut properties = self.properties.iter();
        properties.any(|property| property.name == name && property.verdict == Verdict::Holds)
    }

    /// `any number of: eviction, driverCrash` or `none`.
    pub(super) fn faults(&self) -> String {
        if self.faults.is_empty() {
            "none".to_owned()
        } else {
            format!("any number of: {}", self.faults.join(", "))
        }
    }

    /// The remarks of a report, each a sentence.
    pub(super) fn remarks(&self) -> Vec<String> {
        let sentence = |property: &EveryNResult| match property.verdict {
            Verdict::Holds => self.proved(property),
            Verdict::Violated => {
                let (replicas, faults) = property.breaks_with.unwrap_or_default();
                let replicas = count(replicas as usize, "replica");
                format!(
                    "violated with {replicas}, {}",
                    count(faults as usize, "fault")
                )
            }
            Verdict::Inconclusive => format!("not proved: {}", property.reason()),
            Verdict::NotApplicable => format!("not covered: {}", property.reason()),
        };
        let properties = self.properties.iter();
        let named = properties.map(|property| (&*property.name, sentence(property)));
        let grouped = groups(named);
        grouped
            .into_iter()
            .map(|(names, text)| format!("{names}: {text}"))
            .collect()
    }

    fn proved(&self, property: &EveryNResult) -> String {
        let says = property
            .says
            .as_ref()
            .map_or_else(String::new, |says| format!(" ({says})"));
        let scope = property.scope.as_ref().map_or_else(String::new, |scope| {
            let views = grouped(scope.views as u64);
            let free = match scope.free {
                1 => "one ordinal".to_owned(),
                free => format!("{free} ordinals"),
            };
            let cutoff = scope.cutoff.map_or_else(String::new, |cutoff| {
                format!("; cutoff {}", count(cutoff as usize, "replica"))
            });
            format!(
                ": {views} views of {free}, closed under {} steps{cutoff}",
                grouped(scope.steps)
            )
        });
        let faults = match self.faults.as_slice() {
            [] => "without faults".to_owned(),
            faults => format!("with any number of {}", faults.join(", ")),
        };
        format!("proved for every number of replicas, {faults}{says}{scope}")
    }
}

impl EveryNResult {
    fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or("unknown reason")
    }
}
