//! Proofs for every number of replicas as files: written, and looked at again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::proof_scope::{ProofScope, invariant, sizes};
use super::summary::model_hash;
use super::{Task, read};
use crate::every_n::fixpoint::Closure;
use crate::every_n::recheck::{Flaw, Looked, recheck};
use crate::every_n::rows::{self, Row};
use crate::every_n::{Invariant, MOST_FREE};
use crate::model::sizes::Sizes;
use crate::properties::{self, Locality, Property};
use crate::report::views::{SavedViews, ViewsHead, ViewsOrigin, render};
use crate::scenario::{Diagnostic, FaultsOverride, Overrides};

/// The name and the text of the file of a proof.
pub(super) fn write(
    task: &Task<'_>,
    scope: ProofScope,
    sizes: &Sizes,
    closure: &Closure<Sizes>,
    names: &[&str],
) -> (String, String) {
    let (scenario, options) = (task.scenario, task.options);
    let rows = rows::rows(sizes, &closure.views).into_iter();
    let rows: Vec<_> = rows.map(|row| (row.letters, row.words)).collect();
    let faults = options.overrides.faults.as_ref();
    let origin = ViewsOrigin {
        scenario: &scenario.name,
        path: &scenario.path,
        model_hash: model_hash(scenario),
        faults: faults.map(ToString::to_string),
        every_step: options.every_step,
        properties: names,
        most_down: match scope {
            ProofScope::Each => None,
            ProofScope::Down(most) => Some(most),
        },
        free: closure.views.free,
    };
    let suffix = match (scope, closure.views.free) {
        (ProofScope::Each, 1) => String::new(),
        (ProofScope::Each, free) => format!("-{free}"),
        (ProofScope::Down(_), _) => "-available".to_owned(),
    };
    let name = format!("{}{suffix}.views", scenario.name);
    (name, render(&origin, &rows))
}

/// What a file proves, once it has been looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct Certified {
    /// The scenario's name.
    pub scenario: String,
    /// The invariants that are kept for every number of replicas.
    pub properties: Vec<String>,
    /// Of `available`: how many may be down beside those that a fault has hit.
    pub most_down: Option<u8>,
    /// The views.
    pub views: usize,
    /// What it took to look at them.
    pub looked: Looked,
}

/// Why a file was not certified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotCertified {
    /// It is not a proof.
    Flaw(Box<Diagnostic>),
    /// It cannot be looked at.
    Unreadable(Vec<Diagnostic>),
}

impl From<Vec<Diagnostic>> for NotCertified {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self::Unreadable(mistakes)
    }
}

/// Looks whether the file `path` is a proof. `scenario` is where its scenario is, if not where it
/// was.
///
/// # Errors
/// Why it is none, or cannot be looked at.
pub fn certify(path: &Path, scenario: Option<&Path>) -> Result<Certified, NotCertified> {
    let saved = saved(path).map_err(|refused| vec![*refused])?;
    let head = &saved.head;
    let refused = |code, reason: String, help: &str| vec![no_proof(path, code, &reason).help(help)];
    let flawed = |reason: String| {
        let flaw = no_proof(path, "certify::flaw", &reason).help(HELP);
        NotCertified::Flaw(Box::new(flaw))
    };
    let faults = head
        .faults
        .as_deref()
        .map(FaultsOverride::parse)
        .transpose();
    let faults = faults.map_err(|reason| refused("certify::not-views", reason, HELP))?;
    let overrides = Overrides {
        faults,
        ..Overrides::default()
    };
    let place = scenario.unwrap_or(Path::new(&head.path));
    if scenario.is_none() && !place.exists() {
        return Err(vec![no_scenario(path, place)].into());
    }
    let scenario = read(place, &overrides, head.every_step)?;
    if model_hash(&scenario) != head.model_hash {
        let place = place.display();
        let reason = format!("`{place}` or Straddle has changed since the proof was written");
        let help = "prove it again with `straddle check --every-n --save DIR`";
        return Err(refused("certify::other-model", reason, help).into());
    }
    let scope = head.most_down.map_or(ProofScope::Each, ProofScope::Down);
    let named = named(head).map_err(flawed)?;
    let rows = saved.rows.into_iter();
    let rows: Vec<Row> = rows
        .map(|(letters, words)| Row { letters, words })
        .collect();
    // Words that were never packed may be no state at all.
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let sizes = sizes(&scenario.setup, scope)?;
        let views = rows::views(&sizes, head.free, &rows)?;
        let invariants = named.iter().map(|property| invariant(property, scope));
        let invariants: Vec<Invariant<Sizes>> = invariants.collect();
        let looked = recheck(&sizes, &views, &invariants);
        Some(looked.map(|looked| (views.len(), looked)))
    }));
    match looked {
        Ok(Some(Ok((views, looked)))) => Ok(Certified {
            scenario: scenario.name,
            properties: head.properties.clone(),
            most_down: head.most_down,
            views,
            looked,
        }),
        Ok(Some(Err(flaw))) => Err(flawed(said(flaw))),
        Ok(None) | Err(_) => Err(flawed("a line is not a view of this scenario".to_owned())),
    }
}

/// Reads the file `path`.
fn saved(path: &Path) -> Result<SavedViews, Box<Diagnostic>> {
    let not_views = |reason| {
        let diagnostic = no_proof(path, "certify::not-views", reason);
        Box::new(diagnostic.help("proofs are written by `straddle check --every-n --save DIR`"))
    };
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) if text.is_empty() => Err(not_views("it is empty")),
        Ok(Ok(text)) => SavedViews::parse(path, &text),
        Ok(Err(_)) => Err(not_views("it is not text")),
        // Says why.
        Err(_) => SavedViews::read(path),
    }
}

/// The invariants that a file names. Of those that ask nothing of a state views are not a proof.
fn named(head: &ViewsHead) -> Result<Vec<&'static Property>, String> {
    if !(1..=MOST_FREE).contains(&head.free) {
        let free = head.free;
        return Err(format!(
            "views have 1 to {MOST_FREE} free ordinals, not {free}"
        ));
    }
    if head.properties.is_empty() {
        return Err("it names no property".to_owned());
    }
    let named = |name: &String| {
        let Some(property) = properties::by_name(name) else {
            return Err(format!("there is no property `{name}`"));
        };
        if property.kind.is_about_paths() {
            return Err(format!(
                "`{name}` is a property of paths, and views describe states"
            ));
        }
        let counts = matches!(property.locality, Locality::Down(_));
        if counts != head.most_down.is_some() {
            return Err("`mostDown` applies to `available` and to no other property".to_owned());
        }
        Ok(property)
    };
    head.properties.iter().map(named).collect()
}

fn no_proof(path: &Path, code: &'static str, reason: &str) -> Diagnostic {
    let message = format!("`{}` is not a valid proof: {reason}", path.display());
    Diagnostic::new(code, message).about(path)
}

fn no_scenario(path: &Path, place: &Path) -> Diagnostic {
    let message = format!(
        "the proof's scenario was not found at `{}`",
        place.display()
    );
    Diagnostic::new("certify::no-scenario", message)
        .about(path)
        .help(
            "give its path with `--scenario PATH`; a relative path starts in the current \
               directory",
        )
}

/// What to do with a file that proves nothing.
const HELP: &str = "do not rely on it; `straddle check --every-n --save DIR` writes a new one";

fn said(flaw: Flaw) -> String {
    match flaw {
        Flaw::Initial => "a view of the initial state is missing".to_owned(),
        Flaw::Part => "a part of a view is missing".to_owned(),
        Flaw::Step => "a step leads to a view that is missing".to_owned(),
        Flaw::OutOfClass => "a step depends on more ordinals than a view describes".to_owned(),
        Flaw::TooSmall(invariant) => format!("its views are too small for `{invariant}`"),
        Flaw::Broken(invariant) => format!("a view violates `{invariant}`"),
    }
}
