//! What the API server fills in where a StatefulSet leaves something out.
//!
//! Kubernetes 1.31: `SetDefaults_StatefulSet` in pkg/apis/apps/v1/defaults.go, `SetDefaults_PodSpec`,
//! `SetDefaults_Container` and those beside them in pkg/apis/core/v1/defaults.go. Two documents say
//! the same if they are equal without what is filled in.

use serde_json::{Value as Json, json};

/// A `spec` of a set with the fields filled in that decide what its controller does.
#[must_use]
pub fn filled(spec: &Json) -> Json {
    let mut spec = spec.clone();
    let given = |spec: &Json, field: &str| {
        let value = spec.get(field);
        value.is_some_and(|value| !value.is_null() && value != "")
    };
    for (field, value) in [
        ("podManagementPolicy", json!("OrderedReady")),
        ("replicas", json!(1)),
        ("revisionHistoryLimit", json!(10)),
        ("minReadySeconds", json!(0)),
    ] {
        if !given(&spec, field) {
            spec[field] = value;
        }
    }
    let strategy = &mut spec["updateStrategy"];
    if !strategy.is_object() {
        *strategy = json!({});
    }
    if !given(strategy, "type") {
        strategy["type"] = json!("RollingUpdate");
    }
    if strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"]["partition"].is_null() {
        strategy["rollingUpdate"]["partition"] = json!(0);
    }
    let retention = &mut spec["persistentVolumeClaimRetentionPolicy"];
    if !retention.is_object() {
        *retention = json!({});
    }
    for field in ["whenDeleted", "whenScaled"] {
        if !given(retention, field) {
            retention[field] = json!("Retain");
        }
    }
    spec
}

/// A part of a set without fields that have the value which would be filled in.
#[must_use]
pub fn bare(part: &Json) -> Json {
    match part {
        Json::Object(fields) => {
            let kept = fields.iter().map(|(key, value)| (key, bare(value)));
            let kept = kept.filter(|(key, value)| !is_default(key, value));
            Json::Object(kept.map(|(key, value)| (key.clone(), value)).collect())
        }
        Json::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

fn is_default(key: &str, value: &Json) -> bool {
    let defaults: &[Json] = match key {
        "apiVersion" | "kind" | "status" | "creationTimestamp" | "imagePullPolicy" => return true,
        "restartPolicy" => &[json!("Always")],
        "dnsPolicy" => &[json!("ClusterFirst")],
        "schedulerName" => &[json!("default-scheduler")],
        "terminationGracePeriodSeconds" => &[json!(30)],
        "terminationMessagePath" => &[json!("/dev/termination-log")],
        "terminationMessagePolicy" => &[json!("File")],
        "protocol" => &[json!("TCP")],
        "volumeMode" => &[json!("Filesystem")],
        "defaultMode" => &[json!(420)],
        "scheme" => &[json!("HTTP")],
        "timeoutSeconds" | "successThreshold" => &[json!(1)],
        "periodSeconds" => &[json!(10)],
        "failureThreshold" => &[json!(3)],
        "securityContext" | "resources" => &[json!({})],
        _ => &[],
    };
    value.is_null() || defaults.contains(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_makes_no_difference() {
        let short = json!({ "containers": [{ "name": "a", "image": "i:1" }] });
        let long = json!({
            "containers": [{
                "name": "a", "image": "i:1", "imagePullPolicy": "IfNotPresent", "resources": {},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "securityContext": {},
            "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30,
        });
        assert_eq!(bare(&short), bare(&long));
        let other = json!({ "containers": [{ "name": "a", "image": "i:2" }] });
        assert_ne!(bare(&short), bare(&other));
        let spec = filled(&json!({ "updateStrategy": { "type": "" } }));
        assert_eq!(spec["updateStrategy"]["rollingUpdate"]["partition"], 0);
        assert_eq!(
            spec["persistentVolumeClaimRetentionPolicy"]["whenScaled"],
            "Retain"
        );
    }
}
