//! `spec` of a StatefulSet that a script creates or changes: what the API server refuses, and what
//! the model's set cannot have.
//!
//! Kubernetes 1.31: `ValidateStatefulSetSpec` and `ValidateStatefulSetUpdate` in
//! pkg/apis/apps/validation/validation.go.

use serde_json::{Value as Json, json};

use super::defaults::{bare, filled};
use super::requests::{differs, text_at};
use super::{metadata, whole};
use crate::runbook::session::Runner;
use crate::runbook::surroundings::references_of;
use crate::world::id::ClusterId;

const KIND: &str = "StatefulSet";

/// The fields of a set's `spec`, beside the two numbers.
const FIELDS: [&str; 9] = [
    "minReadySeconds",
    "persistentVolumeClaimRetentionPolicy",
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "template",
    "updateStrategy",
    "volumeClaimTemplates",
];

/// Those that an update may not change.
const FIXED: [&str; 5] = [
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
];

/// What the API server refuses in a set, created or changed.
#[must_use]
pub fn refused(object: &Json) -> Option<String> {
    let spec = filled(&object["spec"]);
    let words: [(&str, &str, &[&str]); 4] = [
        (
            "updateStrategy.type",
            "/updateStrategy/type",
            &["RollingUpdate", "OnDelete"],
        ),
        (
            "podManagementPolicy",
            "/podManagementPolicy",
            &["OrderedReady", "Parallel"],
        ),
        (
            "persistentVolumeClaimRetentionPolicy.whenDeleted",
            "/persistentVolumeClaimRetentionPolicy/whenDeleted",
            &["Retain", "Delete"],
        ),
        (
            "persistentVolumeClaimRetentionPolicy.whenScaled",
            "/persistentVolumeClaimRetentionPolicy/whenScaled",
            &["Retain", "Delete"],
        ),
    ];
    for (field, pointer, known) in words {
        let text = text_at(&spec, pointer);
        if !known.contains(&text.as_str()) {
            return Some(format!(
                "spec.{field} is `{text}`, and may be {}",
                known.join(" or ")
            ));
        }
    }
    // The two numbers of a set are the model's API server's matter.
    let numbers = [
        ("minReadySeconds", "/minReadySeconds"),
        (
            "updateStrategy.rollingUpdate.partition",
            "/updateStrategy/rollingUpdate/partition",
        ),
    ];
    for (field, pointer) in numbers {
        let number = spec.pointer(pointer).and_then(Json::as_i64);
        if let Some(number) = number.filter(|number| *number < 0) {
            return Some(format!("spec.{field} is {number}, less than 0"));
        }
    }
    let strategy = &spec["updateStrategy"];
    if strategy["type"] == "OnDelete" && !strategy["rollingUpdate"].is_null() {
        return Some("spec.updateStrategy.rollingUpdate is for RollingUpdate only".to_owned());
    }
    let restart = spec.pointer("/template/spec/restartPolicy");
    if restart.is_some_and(|policy| !policy.is_null() && policy != "Always") {
        return Some("spec.template.spec.restartPolicy must be Always".to_owned());
    }
    None
}

/// What the API server refuses in a set that is created, beside that.
fn incomplete(spec: &Json) -> Option<String> {
    if whole::is_open(spec) {
        return None;
    }
    let labels = spec.pointer("/template/metadata/labels");
    if whole::is_empty(labels) {
        return Some("spec.template.metadata.labels is required".to_owned());
    }
    let selector = &spec["selector"];
    if whole::is_empty(Some(selector)) {
        return Some("spec.selector is required".to_owned());
    }
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let mut missing =
        wanted.filter(|(key, value)| labels.and_then(|all| all.get(key)) != Some(value));
    missing.next().map(|(key, _)| {
        format!("spec.selector asks for the label `{key}`, which the template lacks")
    })
}

/// Refuses a set that is created and is not the side's; what the API server refuses comes back.
pub fn check_created(runner: &mut Runner<'_>, object: &Json, cluster: ClusterId) -> Option<String> {
    metadata::check(runner, KIND, object);
    let side = runner.session.surroundings.sides[cluster].clone();
    let refused = refused(object).or_else(|| {
        let spec = &object["spec"];
        incomplete(spec).filter(|_| side.has_manifest)
    });
    if refused.is_some() {
        return refused;
    }
    let spec = filled(&whole::closed(&object["spec"]));
    let own = filled(&side.set["spec"]);
    unknown_fields(runner, &spec);
    for field in [
        "podManagementPolicy",
        "persistentVolumeClaimRetentionPolicy",
    ] {
        if spec[field] != own[field] {
            other(runner, cluster, field, &spec[field], &own[field]);
        }
    }
    let is_min = |spec: &Json| spec["minReadySeconds"].as_i64().unwrap_or(0) > 0;
    if is_min(&spec) != is_min(&own) {
        let field = "minReadySeconds";
        other(runner, cluster, field, &spec[field], &own[field]);
    }
    let (kind, own_kind) = (
        &spec["updateStrategy"]["type"],
        &own["updateStrategy"]["type"],
    );
    if kind != own_kind {
        other(runner, cluster, "updateStrategy.type", kind, own_kind);
    }
    check_templates(runner, &spec, &side.templates);
    if side.has_manifest {
        check_pods(runner, &spec, &own, cluster);
    }
    None
}

/// The claims are those of the first template, by their name.
fn check_templates(runner: &mut Runner<'_>, spec: &Json, own: &[String]) {
    let templates = spec["volumeClaimTemplates"].as_array();
    let names = templates.into_iter().flatten();
    let names: Vec<String> = names.map(|one| text_at(one, "/metadata/name")).collect();
    // A set that is written down in short is that of the scenario.
    let is_short = names.is_empty() && spec["template"].is_null();
    if names != own && !is_short {
        let value = json!(names.join(", "));
        let effect = format!(
            "the claims that the Pods mount are not those of the set's templates ({})",
            own.join(", ")
        );
        let help = "give the set the claim templates of the set in source, or its manifest to \
                    `destination`";
        let field = "spec.volumeClaimTemplates";
        differs(runner, KIND, field, Some(&value), &effect, help);
    }
}

/// What the model keeps of a Pod template is the side's; what it does not keep may differ.
fn check_pods(runner: &mut Runner<'_>, spec: &Json, own: &Json, cluster: ClusterId) {
    let pod = "/template/spec";
    let claims = |spec: &Json| {
        let volumes = spec.pointer(pod).and_then(|pod| pod["volumes"].as_array());
        let volumes = volumes.into_iter().flatten();
        volumes
            .map(|volume| volume["persistentVolumeClaim"]["claimName"].clone())
            .filter(|claim| !claim.is_null())
            .collect::<Json>()
    };
    let grace = |spec: &Json| {
        let grace = spec
            .pointer(pod)
            .map(|pod| pod["terminationGracePeriodSeconds"].clone());
        grace.filter(|grace| !grace.is_null()).unwrap_or(json!(30))
    };
    let labels = |spec: &Json| spec["template"]["metadata"]["labels"].clone();
    let references = |spec: &Json| {
        let mut names: Vec<String> = references_of(&json!({ "spec": spec }))
            .into_iter()
            .map(|(kind, name)| format!("{kind} {name}"))
            .collect();
        names.sort();
        json!(names)
    };
    for (field, given, wanted) in [
        (
            "serviceName",
            spec["serviceName"].clone(),
            own["serviceName"].clone(),
        ),
        ("template.metadata.labels", labels(spec), labels(own)),
        (
            "template.spec.volumes (claims by name)",
            claims(spec),
            claims(own),
        ),
        (
            "template.spec.terminationGracePeriodSeconds",
            grace(spec),
            grace(own),
        ),
        (
            "template.spec (Secrets and ConfigMaps)",
            references(spec),
            references(own),
        ),
    ] {
        if given != wanted {
            other(runner, cluster, field, &given, &wanted);
        }
    }
    if bare(&spec["template"]) != bare(&own["template"]) {
        let what = format!("the Pod template of the set in {}", cluster.name());
        let text = "it is not that of the side's manifest: its Pods are assumed to become Ready as those do";
        runner.findings.assume(runner.span.clone(), what, text);
    }
}

/// Refuses a field that is not as the side's set has it.
fn other(runner: &mut Runner<'_>, cluster: ClusterId, field: &str, value: &Json, own: &Json) {
    let effect = format!(
        "the set in {} is checked with `{}`",
        cluster.name(),
        super::jsonpath::text(own)
    );
    let help = format!(
        "write the same, or give this set's manifest to `{}`",
        cluster.name()
    );
    let field = format!("spec.{field}");
    differs(runner, KIND, &field, Some(value), &effect, &help);
}

fn unknown_fields(runner: &mut Runner<'_>, spec: &Json) {
    let fields = spec.as_object().into_iter().flatten();
    let known = fields.filter(|(_, value)| !whole::is_unknown(value));
    let unknown = known.map(|(field, _)| field.as_str()).find(|field| {
        !FIELDS.contains(field) && !matches!(*field, "replicas" | "ordinals" | whole::REST)
    });
    if let Some(field) = unknown {
        let what = format!("a StatefulSet has no field `spec.{field}`");
        runner.mistake(
            "runbook::bad-manifest",
            what,
            "kubectl refuses it: leave it out",
        );
    }
}

/// Notes what an update changes beside the two numbers; what the API server refuses comes back.
pub fn check_updated(runner: &mut Runner<'_>, before: &Json, after: &Json) -> Option<String> {
    let (before, after) = (whole::closed(before), whole::closed(after));
    check_metadata(runner, &before, &after);
    unknown_fields(runner, &after["spec"]);
    if let Some(refused) = refused(&after) {
        return Some(refused);
    }
    let (old, new) = (filled(&before["spec"]), filled(&after["spec"]));
    let changed = FIELDS
        .into_iter()
        .filter(|field| bare(&old[*field]) != bare(&new[*field]));
    let changed: Vec<&str> = changed.collect();
    if let Some(field) = changed.iter().find(|field| FIXED.contains(field)) {
        return Some(format!("spec.{field} of a set cannot be changed"));
    }
    for field in changed {
        match field {
            "template" => runner.not_modelled(
                "a change of `spec.template` is not modelled: the controller would replace the \
                 Pods one after the other",
                "leave the template as it is while the set moves: only `replicas` and \
                 `ordinals.start` are changed in the model",
            ),
            "updateStrategy" if old[field]["type"] == new[field]["type"] => {
                let what = "a change of `spec.updateStrategy`".to_owned();
                let text = "nothing is updated, since no command changes a Pod template";
                runner.findings.assume(runner.span.clone(), what, text);
            }
            "minReadySeconds" if (old[field] == 0) == (new[field] == 0) => (),
            _ => {
                let effect = "a change of this field of a set is not modelled";
                let help = "give the set in the manifest the value that it shall have";
                let field_path = format!("spec.{field}");
                differs(runner, KIND, &field_path, Some(&new[field]), effect, help);
            }
        }
    }
    None
}

/// Labels and annotations of a set are nothing to its controller.
fn check_metadata(runner: &mut Runner<'_>, before: &Json, after: &Json) {
    for field in ["finalizers", "ownerReferences", "namespace", "name"] {
        let (old, new) = (&before["metadata"][field], &after["metadata"][field]);
        let is_own_place = field == "namespace"
            && metadata::is_own_namespace(runner, new.as_str().unwrap_or_default());
        if old == new || is_own_place || (whole::is_empty(Some(old)) && whole::is_empty(Some(new)))
        {
            continue;
        }
        let path = format!("metadata.{field}");
        let effect = "a change of this field of a set is not modelled";
        let help = "leave it as it is";
        differs(runner, KIND, &path, Some(new), effect, help);
    }
}
