//! A side with its inline fields over its manifest, and what is wrong with its numbers.

use super::base::{Base, Number, Origin};
use crate::diagnostic::Diagnostic;
use crate::scenario::file::SideFile;
use crate::scenario::lowering::Lowering;
use crate::scenario::reader::Spanned;
use crate::scenario::types::{ManifestFacts, Side};
use crate::world::id::{MAX_ORDINALS, Slice};
use crate::world::stateful_set::{PodManagementPolicy, RetentionPolicy};

/// A side whose numbers are not checked yet.
pub(super) struct Draft {
    pub(super) side: &'static str,
    pub(super) name: Option<String>,
    pub(super) start: Number,
    pub(super) replicas: Number,
    pub(super) policy: Option<PodManagementPolicy>,
    pub(super) templates: Option<Vec<String>>,
    pub(super) min_ready: bool,
    pub(super) retention: RetentionPolicy,
    pub(super) has_replicas: bool,
    pub(super) facts: ManifestFacts,
}

impl Draft {
    pub(super) fn finish(
        self,
        lowering: &mut Lowering<'_>,
        file: &SideFile,
        absent: bool,
    ) -> Option<Side> {
        let found = lowering.reader.problems.len();
        self.note_defaults(lowering, absent);
        if !absent {
            self.check_range(lowering);
        }
        if lowering.reader.problems.len() > found {
            return None;
        }
        let mark = |number: i64| u8::try_from(number).ok();
        let start = mark(self.start.value);
        let end = mark(self.start.value.saturating_add(self.replicas.value));
        let slice = start.zip(end).map(|(start, end)| Slice { start, end });
        let templates = self.templates.unwrap_or_default();
        // A policy about claims says nothing of a set without any.
        let retention = if templates.is_empty() {
            RetentionPolicy::default()
        } else {
            self.retention
        };
        Some(Side {
            name: self.name,
            initial: slice.filter(|_| !absent),
            policy: self.policy.unwrap_or_default(),
            templates,
            min_ready: self.min_ready,
            retention,
            has_version: file.kubernetes.is_some(),
            manifest: self.facts,
        })
    }

    fn note_defaults(&self, lowering: &mut Lowering<'_>, absent: bool) {
        let side = self.side;
        if !self.has_replicas && !absent {
            let value = self.replicas.value.to_string();
            let text = match side {
                "source" => "Kubernetes' default",
                _ => "nothing runs there yet",
            };
            lowering.assume(&format!("{side}.replicas"), &value, text);
        }
        if self.policy.is_none() {
            let field = format!("{side}.podManagementPolicy");
            lowering.assume(&field, "OrderedReady", "Kubernetes' default");
        }
        if self.templates.is_none() {
            let field = format!("{side}.volumeClaimTemplates");
            lowering.assume(&field, "none", "the Pods have no disks");
        }
    }

    fn check_range(&self, lowering: &mut Lowering<'_>) {
        for (field, number) in [("start", &self.start), ("replicas", &self.replicas)] {
            if number.value < 0 {
                let message = format!("`{field}` is {}, which is less than 0", number.value);
                let problem = Diagnostic::new("scenario::out-of-range", message)
                    .help(format!("Kubernetes rejects a negative `{field}`"));
                number.blame(lowering, problem);
            }
        }
        let end = self.start.value.saturating_add(self.replicas.value);
        let is_too_high = usize::try_from(end).is_ok_and(|end| end > MAX_ORDINALS);
        if is_too_high && self.start.value >= 0 && self.replicas.value >= 0 {
            self.report_too_high(lowering, end);
        }
    }

    fn report_too_high(&self, lowering: &mut Lowering<'_>, end: i64) {
        if self.replicas.value > 16 {
            let message = format!("the set has {} replicas, more than 16", self.replicas.value);
            let problem = Diagnostic::new("scenario::too-many-replicas", message).help(format!(
                "write `replicas: 6` under `{}`; a few replicas show the same errors",
                self.side
            ));
            self.replicas.blame(lowering, problem);
        } else {
            let message = format!("the set reaches ordinal {}, more than 15", end - 1);
            let problem = Diagnostic::new("scenario::too-many-ordinals", message)
                .help("the supported ordinals are 0 to 15");
            self.start.blame(lowering, problem);
        }
    }
}

/// The inline fields over the base, over the other side or Kubernetes' defaults.
pub(super) fn overridden(
    lowering: &mut Lowering<'_>,
    side: &'static str,
    file: &SideFile,
    base: Option<&Base>,
    other: Option<&Side>,
) -> Draft {
    note_overrides(lowering, side, file, base);
    let default = |value| Number {
        value,
        place: Origin::Scenario(file.head.clone()),
    };
    let number = |given: &Option<Spanned<i64>>, base: Option<&Number>, fallback| match given {
        Some(given) => Number {
            value: given.value,
            place: Origin::Scenario(given.span.clone()),
        },
        None => base.cloned().unwrap_or_else(|| default(fallback)),
    };
    let inline = |names: &Vec<Spanned<String>>| names.iter().map(|n| n.value.clone()).collect();
    Draft {
        side,
        name: (file.name.as_ref().map(|name| name.value.clone()))
            .or_else(|| base?.name.clone())
            .or_else(|| other?.name.clone()),
        start: number(&file.start, base.map(|base| &base.start), 0),
        replicas: number(
            &file.replicas,
            base.map(|base| &base.replicas),
            i64::from(other.is_none()),
        ),
        policy: (file
            .pod_management_policy
            .as_ref()
            .map(|policy| policy.value))
        .or_else(|| base?.policy)
        .or_else(|| other.filter(|_| base.is_none()).map(|other| other.policy)),
        templates: (file.volume_claim_templates.as_ref().map(inline))
            .or_else(|| base?.templates.clone())
            .or_else(|| Some(other?.templates.clone())),
        min_ready: base.map_or_else(
            || other.is_some_and(|other| other.min_ready),
            |base| base.min_ready,
        ),
        retention: base.map_or_else(
            || other.map(|other| other.retention).unwrap_or_default(),
            |base| base.retention,
        ),
        has_replicas: file.replicas.is_some() || base.is_some(),
        facts: match (base, other) {
            (Some(base), _) => base.facts.clone(),
            (None, Some(other)) => ManifestFacts {
                others: Vec::new(),
                ..other.manifest.clone()
            },
            (None, None) => ManifestFacts::default(),
        },
    }
}

fn note_overrides(lowering: &mut Lowering<'_>, side: &str, file: &SideFile, base: Option<&Base>) {
    let Some(base) = base else {
        return;
    };
    let mut note = |field: &str, given: Option<String>, manifest: String| {
        if let Some(given) = given.filter(|given| *given != manifest) {
            let text = format!("given here, overriding the manifest's {manifest}");
            lowering.assume(&format!("{side}.{field}"), &given, &text);
        }
    };
    let number = |number: &Option<Spanned<i64>>| number.as_ref().map(|n| n.value.to_string());
    let name = file.name.as_ref().map(|name| name.value.clone());
    note("name", name, base.name.clone().unwrap_or_default());
    note("start", number(&file.start), base.start.value.to_string());
    note(
        "replicas",
        number(&file.replicas),
        base.replicas.value.to_string(),
    );
    let policy = file.pod_management_policy.as_ref();
    note(
        "podManagementPolicy",
        policy.map(|policy| format!("{:?}", policy.value)),
        format!("{:?}", base.policy.unwrap_or_default()),
    );
    let templates = file.volume_claim_templates.as_ref();
    let of_file = |names: &Vec<Spanned<String>>| {
        let names: Vec<&str> = names.iter().map(|name| &*name.value).collect();
        named(&names)
    };
    let templates = templates.map(of_file);
    let of_manifest = base.templates.iter().flatten();
    let of_manifest: Vec<&str> = of_manifest.map(|name| &**name).collect();
    note("volumeClaimTemplates", templates, named(&of_manifest));
}

fn named(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
