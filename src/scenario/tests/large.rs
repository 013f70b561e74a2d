//! Large manifests: those of whole clusters are read, those that are too large are refused.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::scenario::{Overrides, Scenario};

/// A scenario whose source has this manifest, or what is wrong with it.
fn with_manifest(manifest: &str) -> Result<Scenario, String> {
    let files = |path: &Path| match path.file_name().and_then(|name| name.to_str()) {
        Some("all.yaml") => Ok(manifest.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
                source: {manifest: all.yaml}\nmigration:\n  forEach: {k: descending}\n  steps:\n  \
                - scale: {cluster: source, replicas: k}\n";
    let overrides = Overrides::default();
    let scenario = Scenario::parse(Path::new("scenario.yaml"), text, &overrides, &files);
    scenario.map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("\n")
    })
}

/// `kubectl get … -o yaml` of a cluster: 20,000 objects of a kilobyte each, and the set last.
#[test]
fn a_list_of_a_whole_cluster_is_read() {
    let mut list = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    for number in 0..20_000 {
        let _ = write!(
            list,
            "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: map-{number}\n    namespace: shop\n"
        );
        let _ = write!(
            list,
            "    labels:\n      app.kubernetes.io/name: map\n      app.kubernetes.io/instance: map-{number}\n  data:\n"
        );
        for key in 0..25 {
            let _ = writeln!(list, "    key-{key}: some-value-of-a-map-{number}");
        }
    }
    list += "- apiVersion: apps/v1\n  kind: StatefulSet\n  metadata: {name: web}\n  spec: {replicas: 2, serviceName: web, selector: {}, template: {}}\n";
    assert!(list.len() > 18 << 20, "{} bytes", list.len());
    let scenario = with_manifest(&list).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(
        (scenario.set_name.as_str(), scenario.setup.replicas),
        ("web", 2)
    );
}

#[test]
fn values_without_number_are_refused() {
    let keys: String = (0..200_000).fold(String::new(), |mut keys, number| {
        let _ = writeln!(keys, "key-{number}: a");
        keys
    });
    let nested = format!("- [{}a]\n", "a, ".repeat(1_000));
    for (text, expected) in [
        ("- a\n".repeat(3_000_000), "the file has too many values"),
        (
            format!("[{}a]", "a,".repeat(2_000_000)),
            "the file has too many values",
        ),
        (nested.repeat(2_000), "the file has too many values"),
        (
            "- abcdefghijklmnop\n".repeat(200_000),
            "the file has too many items in one list",
        ),
        (keys, "the file has too many keys in one map"),
    ] {
        let problems = with_manifest(&text).expect_err("nobody has such a manifest");
        let start = text.get(..20).unwrap_or("");
        assert!(problems.contains("yaml::too-large"), "{start}: {problems}");
        assert!(problems.contains(expected), "{start}: {problems}");
    }
}
