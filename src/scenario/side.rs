//! The two sides: manifests, inline fields over them, and Kubernetes' defaults below both.

use std::ops::Range;

use super::error::{Diagnostic, Source};
use super::file::SideFile;
use super::lower::Lowering;
use super::manifest::{self, ManifestSet};
use super::reader::Spanned;
use super::runbook::SideFacts;
use super::unmodelled;
use super::words::Vocabulary;
use crate::world::id::{MAX_ORDINALS, Slice};
use crate::world::stateful_set::{PodManagementPolicy, RetentionPolicy};

/// The only minor version of Kubernetes that is modelled.
pub const KUBERNETES: &str = "1.31";

/// One side's set, with everything filled in.
#[derive(Clone, Debug)]
pub struct Side {
    /// The set's name, if anything says it.
    pub name: Option<String>,
    /// Its ordinals at the start; `None` if there is no set.
    pub initial: Option<Slice>,
    /// Its policy.
    pub policy: PodManagementPolicy,
    /// The names of its claim templates.
    pub templates: Vec<String>,
    /// Whether a Pod has to stay Ready for a while before it counts as Available.
    pub min_ready: bool,
    /// Which claims go with their Pods or their set.
    pub retention: RetentionPolicy,
    /// Whether the side's Kubernetes version was given.
    pub has_version: bool,
    /// What else the manifest says, for scripts.
    pub manifest: ManifestFacts,
}

/// What a script needs to know of a side's manifest, beside what is modelled.
#[derive(Clone, Debug, Default)]
pub struct ManifestFacts {
    /// The set's namespace.
    pub namespace: Option<String>,
    /// The whole set.
    pub set: serde_json::Value,
    /// Kinds and names of Secrets, ConfigMaps and namespaces.
    pub others: Vec<(String, String)>,
}

impl Side {
    /// What a script needs to know.
    pub fn facts(&self) -> SideFacts {
        SideFacts {
            name: self.name.clone().unwrap_or_else(|| "web".to_owned()),
            namespace: self.manifest.namespace.clone(),
            templates: self.templates.clone(),
            initial: self.initial,
            set: self.manifest.set.clone(),
            others: self.manifest.others.clone(),
        }
    }
}

/// A number that decides a side's ordinals, and where it was said.
#[derive(Clone)]
struct Number {
    value: i64,
    place: Place,
}

/// Where something was said.
#[derive(Clone)]
enum Place {
    Scenario(Range<usize>),
    Manifest(Source, Range<usize>),
}

/// What a side is before the inline fields.
struct Base {
    name: Option<String>,
    start: Number,
    replicas: Number,
    policy: Option<PodManagementPolicy>,
    templates: Option<Vec<String>>,
    min_ready: bool,
    retention: RetentionPolicy,
    facts: ManifestFacts,
}

/// The source's side. `None` if it is too broken to go on with.
pub fn lower_source(lowering: &mut Lowering<'_>, file: &SideFile) -> Option<Side> {
    let found = lowering.reader.problems.len();
    check_fields(lowering, file);
    if let Some(absent) = file.absent.as_ref().filter(|absent| absent.value) {
        lowering.reader.report(
            Diagnostic::new(
                "scenario::source-absent",
                "the source cannot be without a set",
            )
            .at(absent.span.clone(), "")
            .help("a migration begins with the set in source; leave `absent` out"),
        );
    }
    let base = base(lowering, "source", file)?;
    let side = overridden(lowering, "source", file, base.as_ref(), None);
    let (start, replicas) = (side.start.clone(), side.replicas.clone());
    check_source_numbers(lowering, &start, &replicas);
    let side = side.finish(lowering, file, false);
    side.filter(|_| lowering.reader.problems.len() == found)
}

/// The destination's side; without a `destination:`, the source's set with no replicas.
pub fn lower_destination(
    lowering: &mut Lowering<'_>,
    file: Option<&SideFile>,
    source: &Side,
) -> Option<Side> {
    let Some(file) = file else {
        let text = "as in source, with `replicas: 0`";
        lowering.assume("destination", "the source's set", text);
        // The set is there, but nothing else is.
        let manifest = ManifestFacts {
            others: Vec::new(),
            ..source.manifest.clone()
        };
        return Some(Side {
            initial: Some(Slice::EMPTY),
            has_version: false,
            manifest,
            ..source.clone()
        });
    };
    check_fields(lowering, file);
    let absent = file.absent.as_ref().is_some_and(|absent| absent.value);
    if absent {
        check_absent(lowering, file);
    }
    let base = base(lowering, "destination", file)?;
    let side = overridden(lowering, "destination", file, base.as_ref(), Some(source));
    let side = side.finish(lowering, file, absent)?;
    compare(lowering, file, source, &side);
    if side.initial.is_some_and(|slice| slice != Slice::EMPTY) {
        lowering.fix_at(file.head.start);
    }
    Some(side)
}

/// What must be right whatever else the side has.
fn check_fields(lowering: &mut Lowering<'_>, file: &SideFile) {
    if let (Some(set), None) = (&file.stateful_set, &file.manifest) {
        lowering.reader.report(
            Diagnostic::new(
                "scenario::no-manifest",
                "there is no `manifest:` to choose a set from",
            )
            .at(set.span.clone(), "")
            .help("`name:` is the field for the set's name"),
        );
    }
    if let Some(version) = file.kubernetes.as_ref().filter(|v| v.value != KUBERNETES) {
        let message = format!(
            "only Kubernetes {KUBERNETES} is modelled yet, not {}",
            version.value
        );
        lowering.reader.report(
            Diagnostic::new("scenario::not-supported", message)
                .at(version.span.clone(), "")
                .help(format!(
                    "write `kubernetes: \"{KUBERNETES}\"`, or leave it out"
                )),
        );
    }
}

fn check_absent(lowering: &mut Lowering<'_>, file: &SideFile) {
    for number in [&file.start, &file.replicas].into_iter().flatten() {
        lowering.reader.report(
            Diagnostic::new(
                "scenario::absent-with-set",
                "a set that is absent has no ordinals at the start",
            )
            .at(number.span.clone(), "")
            .help("give `start` and `replicas` to the `createSet` step, or leave `absent` out"),
        );
    }
}

/// The manifest's set, if one is named; the outer `None` if it cannot be read.
#[expect(
    clippy::option_option,
    reason = "not named and not readable are two things"
)]
fn base(lowering: &mut Lowering<'_>, side: &str, file: &SideFile) -> Option<Option<Base>> {
    let Some(manifest) = &file.manifest else {
        return Some(None);
    };
    let set = manifest::read_set(&mut lowering.reader, manifest, file.stateful_set.as_ref())?;
    unmodelled::report(lowering, side, &set);
    let policy = manifest_policy(lowering, &set);
    let number = |value: Option<i32>, default: i64, path: &[&str]| Number {
        value: value.map_or(default, i64::from),
        place: Place::Manifest(set.source.clone(), set.place(path)),
    };
    let ordinals = set
        .spec
        .ordinals
        .as_ref()
        .and_then(|ordinals| ordinals.start);
    let templates = set.spec.volume_claim_templates.iter().flatten();
    Some(Some(Base {
        start: number(ordinals, 0, &["spec", "ordinals", "start"]),
        replicas: number(set.spec.replicas, 1, &["spec", "replicas"]),
        policy,
        templates: Some(
            templates
                .map(|claim| claim.metadata.name.clone().unwrap_or_default())
                .collect(),
        ),
        min_ready: set
            .spec
            .min_ready_seconds
            .is_some_and(|seconds| seconds > 0),
        retention: retention(lowering, &set),
        name: set.name,
        facts: set.facts,
    }))
}

fn manifest_policy(lowering: &mut Lowering<'_>, set: &ManifestSet) -> Option<PodManagementPolicy> {
    let text = set.spec.pod_management_policy.as_deref()?;
    let words = PodManagementPolicy::WORDS;
    let known: Vec<&str> = words.iter().map(|&(word, ..)| word).collect();
    let found = words.iter().find(|(word, ..)| *word == text);
    if found.is_none() {
        let what = PodManagementPolicy::NAME;
        lowering.reader.problems.push(
            super::reader::unknown_word(text, what, "manifest::invalid-field", &known, &[])
                .within(&set.source)
                .at(set.place(&["spec", "podManagementPolicy"]), ""),
        );
    }
    found.map(|&(_, policy, _)| policy)
}

/// Which claims the manifest lets go with their Pods or their set.
fn retention(lowering: &mut Lowering<'_>, set: &ManifestSet) -> RetentionPolicy {
    let policy = set.spec.persistent_volume_claim_retention_policy.as_ref();
    let mut deletes = |field: &str, value: Option<&String>| match value.map(String::as_str) {
        None | Some("Retain") => false,
        Some("Delete") => true,
        Some(other) => {
            let (what, known) = ("claim retention policy", ["Retain", "Delete"]);
            let path = ["spec", "persistentVolumeClaimRetentionPolicy", field];
            lowering.reader.problems.push(
                super::reader::unknown_word(other, what, "manifest::invalid-field", &known, &[])
                    .within(&set.source)
                    .at(set.place(&path), ""),
            );
            false
        }
    };
    let when_scaled = policy.and_then(|policy| policy.when_scaled.as_ref());
    let when_deleted = policy.and_then(|policy| policy.when_deleted.as_ref());
    RetentionPolicy {
        delete_when_scaled: deletes("whenScaled", when_scaled),
        delete_when_deleted: deletes("whenDeleted", when_deleted),
    }
}

/// The inline fields over the base, over the other side or Kubernetes' defaults.
fn overridden(
    lowering: &mut Lowering<'_>,
    side: &'static str,
    file: &SideFile,
    base: Option<&Base>,
    other: Option<&Side>,
) -> Draft {
    note_overrides(lowering, side, file, base);
    let default = |value| Number {
        value,
        place: Place::Scenario(file.head.clone()),
    };
    let number = |given: &Option<Spanned<i64>>, base: Option<&Number>, fallback| match given {
        Some(given) => Number {
            value: given.value,
            place: Place::Scenario(given.span.clone()),
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
            let text = format!("given here, over the manifest's {manifest}");
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

fn check_source_numbers(lowering: &mut Lowering<'_>, start: &Number, replicas: &Number) {
    if start.value > 0 {
        let message = format!("the source's set starts at {}, not at 0", start.value);
        let problem = Diagnostic::new("scenario::source-start", message)
            .help("a migration begins with ordinals 0 to N-1 in source; set `start: 0` there");
        start.blame(lowering, problem);
    }
    if replicas.value == 0 {
        let problem = Diagnostic::new("scenario::no-replicas", "the source's set has no replicas")
            .help("give the number that the set has before the migration, such as `replicas: 3`");
        replicas.blame(lowering, problem);
    }
}

/// A side whose numbers are not checked yet.
struct Draft {
    side: &'static str,
    name: Option<String>,
    start: Number,
    replicas: Number,
    policy: Option<PodManagementPolicy>,
    templates: Option<Vec<String>>,
    min_ready: bool,
    retention: RetentionPolicy,
    has_replicas: bool,
    facts: ManifestFacts,
}

impl Draft {
    fn finish(self, lowering: &mut Lowering<'_>, file: &SideFile, absent: bool) -> Option<Side> {
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
                    .help(format!("Kubernetes refuses a negative `{field}`"));
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
                "write `replicas: 6` under `{}`; a few replicas show the same mistakes",
                self.side
            ));
            self.replicas.blame(lowering, problem);
        } else {
            let message = format!("the set reaches ordinal {}, more than 15", end - 1);
            let problem = Diagnostic::new("scenario::too-many-ordinals", message)
                .help("there is room for the ordinals 0 to 15");
            self.start.blame(lowering, problem);
        }
    }
}

impl Number {
    /// Reports a mistake where the number was said.
    fn blame(&self, lowering: &mut Lowering<'_>, problem: Diagnostic) {
        let problem = match &self.place {
            Place::Scenario(range) => problem.within(lowering.reader.source).at(range.clone(), ""),
            Place::Manifest(source, range) => problem.within(source).at(range.clone(), ""),
        };
        lowering.reader.problems.push(problem);
    }
}

/// What the two sides must have in common, and what is only taken to be.
fn compare(lowering: &mut Lowering<'_>, file: &SideFile, source: &Side, destination: &Side) {
    if source.templates.is_empty() != destination.templates.is_empty() {
        let message = if source.templates.is_empty() {
            "the destination's set has claim templates, the source's has none"
        } else {
            "the source's set has claim templates, the destination's has none"
        };
        lowering.reader.report(
            Diagnostic::new("scenario::sides-differ", message)
                .at(file.head.clone(), "")
                .help("give both sides the same `volumeClaimTemplates`"),
        );
    } else if source.templates != destination.templates {
        let templates = destination.templates.join(", ");
        let text = "unlike the source's; disks are matched by ordinal alone";
        lowering.assume("destination.volumeClaimTemplates", &templates, text);
    }
    let name = destination.name.as_deref().unwrap_or_default();
    if source.name.as_deref().unwrap_or_default() != name {
        let text = "unlike the source's; Pods are matched by ordinal alone";
        lowering.assume("destination.name", name, text);
    }
}
