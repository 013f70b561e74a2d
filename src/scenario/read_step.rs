//! Reads the steps of a migration.

use super::reader::{Decode, Reader, Spanned};
use super::step::{
    CopyVolumeStep, CreateSetStep, DeletePodStep, DeleteSetStep, DeleteStep, FieldWait, PatchStep,
    PodWait, RestoreDiskStep, ScaleStep, SetReclaimPolicyStep, SetWait, Step, StepFile, VolumeWait,
    WaitStep,
};
use crate::diagnostic::{Diagnostic, help_with, listed};
use crate::yaml::{Entry, Node, Value};

type ReadStep = fn(&mut Reader<'_>, &Node) -> Option<Step>;

/// The kinds of step and how their values are read.
const KINDS: [(&str, ReadStep); 12] = [
    ("patch", |reader, node| {
        PatchStep::decode(reader, node).map(Step::Patch)
    }),
    ("scale", |reader, node| {
        ScaleStep::decode(reader, node).map(Step::Scale)
    }),
    ("copyVolume", |reader, node| {
        CopyVolumeStep::decode(reader, node).map(Step::CopyVolume)
    }),
    ("restoreDisk", |reader, node| {
        RestoreDiskStep::decode(reader, node).map(Step::RestoreDisk)
    }),
    ("setReclaimPolicy", |reader, node| {
        SetReclaimPolicyStep::decode(reader, node).map(Step::SetReclaimPolicy)
    }),
    ("deleteClaim", |reader, node| {
        read_delete(reader, node, "`deleteClaim`").map(Step::DeleteClaim)
    }),
    ("deleteVolume", |reader, node| {
        read_delete(reader, node, "`deleteVolume`").map(Step::DeleteVolume)
    }),
    ("deletePod", |reader, node| {
        DeletePodStep::decode(reader, node).map(Step::DeletePod)
    }),
    ("deleteSet", |reader, node| {
        DeleteSetStep::decode(reader, node).map(Step::DeleteSet)
    }),
    ("createSet", |reader, node| {
        CreateSetStep::decode(reader, node).map(Step::CreateSet)
    }),
    ("wait", |reader, node| {
        WaitStep::decode(reader, node).map(Step::Wait)
    }),
    ("sleep", |reader, node| {
        Spanned::decode(reader, node).map(Step::Sleep)
    }),
];

impl Decode for StepFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type(
                node,
                "a step such as `patch: {cluster: source, replicas: k}`",
            );
            return None;
        };
        let [entry] = &**entries else {
            report_many_keys(reader, node, entries);
            return None;
        };
        let Some(&(kind, read)) = KINDS.iter().find(|(kind, _)| *kind == &*entry.name) else {
            reader.report(unknown_step(entry));
            return None;
        };
        let step = read(reader, &entry.value)?;
        Some(Self {
            kind,
            key: entry.span.clone(),
            step,
        })
    }
}

fn unknown_step(entry: &Entry) -> Diagnostic {
    let kinds = KINDS.map(|(kind, _)| kind);
    Diagnostic::new(
        "scenario::unknown-step",
        format!("`{}` is not a step", entry.name),
    )
    .at(entry.span.clone(), "")
    .help(help_with(&entry.name, &kinds))
}

fn report_many_keys(reader: &mut Reader<'_>, node: &Node, entries: &[Entry]) {
    let message = if entries.is_empty() {
        "a step is a map with one key, but this one is empty".to_owned()
    } else {
        let names = listed(entries.iter().map(|entry| &entry.name));
        format!("a step is a map with one key, but this one has: {names}")
    };
    let is_option = |entry: &&Entry| ["onError", "timeout", "wait"].contains(&&*entry.name);
    let help = match entries.iter().skip(1).find(is_option) {
        Some(option) if &*option.name != "wait" => {
            format!("`{}` is inside the step's value", option.name)
        }
        _ => "start each step with its own `-`".to_owned(),
    };
    let place = match entries.get(1) {
        Some(second) => second.span.clone(),
        None => node.span.clone(),
    };
    reader.report(
        Diagnostic::new("scenario::step-keys", message)
            .at(place, "")
            .help(help),
    );
}

impl Decode for PatchStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`patch`")?;
        let cluster = fields.required(reader, "cluster");
        let start = fields.optional(reader, "start");
        let replicas = fields.optional(reader, "replicas");
        let on_error = fields.optional(reader, "onError");
        if node.get("start").is_none() && node.get("replicas").is_none() {
            reader.report(
                Diagnostic::new("scenario::missing-field", "this patch changes nothing")
                    .at(node.head(), "`start` or `replicas` belongs here")
                    .help("add `start:`, `replicas:` or both"),
            );
        }
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            start,
            replicas,
            on_error,
        })
    }
}

impl Decode for ScaleStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`scale`")?;
        let cluster = fields.required(reader, "cluster");
        let replicas = fields.required(reader, "replicas");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            replicas: replicas?,
            on_error,
        })
    }
}

impl Decode for CopyVolumeStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`copyVolume`")?;
        let ordinal = fields.required(reader, "ordinal");
        let template = fields.optional(reader, "template");
        let claim_ref = fields.optional(reader, "claimRef");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            ordinal: ordinal?,
            template,
            claim_ref,
            on_error,
        })
    }
}

impl Decode for RestoreDiskStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`restoreDisk`")?;
        let ordinal = fields.required(reader, "ordinal");
        let template = fields.optional(reader, "template");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            ordinal: ordinal?,
            template,
            on_error,
        })
    }
}

impl Decode for SetReclaimPolicyStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`setReclaimPolicy`")?;
        let cluster = fields.required(reader, "cluster");
        let ordinal = fields.required(reader, "ordinal");
        let template = fields.optional(reader, "template");
        let policy = fields.required(reader, "policy");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            ordinal: ordinal?,
            template,
            policy: policy?,
            on_error,
        })
    }
}

fn read_delete(reader: &mut Reader<'_>, node: &Node, name: &'static str) -> Option<DeleteStep> {
    let mut fields = reader.fields(node, name)?;
    let cluster = fields.required(reader, "cluster");
    let ordinal = fields.required(reader, "ordinal");
    let template = fields.optional(reader, "template");
    let wait = fields.optional(reader, "wait");
    let on_error = fields.optional(reader, "onError");
    fields.finish::<DeleteStep>(reader);
    Some(DeleteStep {
        cluster: cluster?,
        ordinal: ordinal?,
        template,
        wait,
        on_error,
    })
}

impl Decode for DeletePodStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`deletePod`")?;
        let cluster = fields.required(reader, "cluster");
        let pod = fields.required(reader, "pod");
        let force = fields.optional(reader, "force");
        let wait = fields.optional(reader, "wait");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            pod: pod?,
            force,
            wait,
            on_error,
        })
    }
}

impl Decode for DeleteSetStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`deleteSet`")?;
        let cluster = fields.required(reader, "cluster");
        let cascade = fields.required(reader, "cascade");
        let wait = fields.optional(reader, "wait");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            cascade: cascade?,
            wait,
            on_error,
        })
    }
}

impl Decode for CreateSetStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`createSet`")?;
        let cluster = fields.required(reader, "cluster");
        let start = fields.optional(reader, "start");
        let replicas = fields.optional(reader, "replicas");
        let on_error = fields.optional(reader, "onError");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            start,
            replicas,
            on_error,
        })
    }
}

/// What a wait may be about: exactly one of these fields.
const SUBJECTS: [&str; 4] = ["pod", "volume", "set", "field"];

impl Decode for WaitStep {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            reader.no_map(node, "`wait`");
            return None;
        };
        let subjects: Vec<&Entry> = entries
            .iter()
            .filter(|entry| SUBJECTS.contains(&&*entry.name))
            .collect();
        let [subject] = subjects[..] else {
            reader.report(unclear_subject(node, &subjects));
            return None;
        };
        match &*subject.name {
            "pod" => PodWait::decode(reader, node).map(Self::Pod),
            "volume" => VolumeWait::decode(reader, node).map(Self::Volume),
            "set" => SetWait::decode(reader, node).map(Self::Set),
            _ => FieldWait::decode(reader, node).map(Self::Field),
        }
    }
}

fn unclear_subject(node: &Node, subjects: &[&Entry]) -> Diagnostic {
    let help = "give one of: `pod`, `volume`, `set: true`, `field`";
    match subjects {
        [first, second, ..] => Diagnostic::new(
            "scenario::wait-subject",
            format!(
                "a wait is for one thing, not for `{}` and `{}`",
                first.name, second.name
            ),
        )
        .at(second.span.clone(), "")
        .beside(first.span.clone(), "")
        .help(help),
        _ => Diagnostic::new(
            "scenario::wait-subject",
            "the wait does not say what it waits for",
        )
        .at(node.head(), "")
        .help(help),
    }
}

impl Decode for PodWait {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`wait`")?;
        let cluster = fields.required(reader, "cluster");
        let pod = fields.required(reader, "pod");
        let until = fields.required(reader, "until");
        let timeout = fields.optional(reader, "timeout");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            pod: pod?,
            until: until?,
            timeout,
        })
    }
}

impl Decode for VolumeWait {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`wait`")?;
        let cluster = fields.required(reader, "cluster");
        let volume = fields.required(reader, "volume");
        let template = fields.optional(reader, "template");
        let until = fields.required(reader, "until");
        let timeout = fields.optional(reader, "timeout");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            volume: volume?,
            template,
            until: until?,
            timeout,
        })
    }
}

impl Decode for SetWait {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`wait`")?;
        let cluster = fields.required(reader, "cluster");
        let set = fields.required(reader, "set");
        let until = fields.required(reader, "until");
        let timeout = fields.optional(reader, "timeout");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            set: set?,
            until: until?,
            timeout,
        })
    }
}

impl Decode for FieldWait {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "`wait`")?;
        let cluster = fields.required(reader, "cluster");
        let field = fields.required(reader, "field");
        let equals = fields.required(reader, "equals");
        let timeout = fields.optional(reader, "timeout");
        fields.finish::<Self>(reader);
        Some(Self {
            cluster: cluster?,
            field: field?,
            equals: equals?,
            timeout,
        })
    }
}
