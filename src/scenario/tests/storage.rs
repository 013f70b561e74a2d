//! What a scenario and its manifest say of disks, for each claim template.

use std::io;
use std::path::Path;

use super::super::{Overrides, Scenario};

/// A scenario of a set with these claim templates, read with objects beside it in its manifest.
fn read(templates: &str, storage: &str, step: &str, beside: &str) -> Result<Scenario, String> {
    let set = format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec:\n  replicas: 2\n  \
         serviceName: db\n  selector: {{matchLabels: {{app: db}}}}\n  template: {{metadata: \
         {{labels: {{app: db}}}}}}\n  volumeClaimTemplates: [{templates}]\n{beside}"
    );
    let files = |path: &Path| match path.file_name().and_then(|name| name.to_str()) {
        Some("set.yaml") => Ok(set.clone().into_bytes()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = format!(
        "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {{manifest: set.yaml}}\n\
         storage: {storage}\nmigration:\n  forEach: {{k: descending}}\n  steps:\n  - {step}\n"
    );
    let read = Scenario::parse(Path::new("s.yaml"), &text, &Overrides::default(), &files);
    read.map_err(|problems| {
        let said = problems.iter();
        let said =
            said.map(|one| format!("{}: {}", one.message, one.help.as_deref().unwrap_or("")));
        said.collect::<Vec<_>>().join("\n")
    })
}

fn template(name: &str, more: &str) -> String {
    format!(
        "{{metadata: {{name: {name}}}, spec: {{accessModes: [ReadWriteOnce]{more}, \
         resources: {{requests: {{storage: 1Gi}}}}}}}}"
    )
}

const COPY: &str = "copyVolume: {ordinal: k}";

#[test]
fn a_template_has_what_is_said_of_it_or_of_all() {
    let two = [template("data", ""), template("wal", "")].join(", ");
    let storage = "{backend: exclusive, reclaimPolicy: Retain, templates: \
                   [{name: wal, reclaimPolicy: Delete, volumes: block, shared: true}]}";
    let setup = read(&two, storage, COPY, "")
        .unwrap_or_else(|said| panic!("{said}"))
        .setup;
    let said = setup.storage.iter().map(|one| {
        let policy = format!("{:?} {:?}", one.backend, one.reclaim_policy);
        format!("{}: {policy} {} {}", one.name, one.block, one.shared)
    });
    let said: Vec<String> = said.collect();
    let expected = [
        "data: Exclusive Retain false false",
        "wal: Exclusive Delete true true",
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_is_no_template_of_the_set_is_a_mistake() {
    let two = [template("data", ""), template("wal", "")].join(", ");
    for (storage, step) in [
        ("{templates: [{name: wall}]}", COPY),
        ("{}", "copyVolume: {ordinal: k, template: wall}"),
        (
            "{}",
            "deleteClaim: {cluster: source, ordinal: k, template: wall}",
        ),
        (
            "{}",
            "wait: {cluster: source, volume: k, template: wall, until: bound}",
        ),
    ] {
        let said = read(&two, storage, step, "").err().unwrap_or_default();
        let expected = "the set has no claim template `wall`: did you mean `wal`?";
        assert!(said.contains(expected), "{storage} {step}: {said}");
    }
    let many = ["a", "b", "c", "d", "e"]
        .map(|name| template(name, ""))
        .join(", ");
    let said = read(&many, "{}", COPY, "").err().unwrap_or_default();
    assert!(
        said.contains("the set has 5 claim templates: at most 4"),
        "{said}"
    );
}

/// What the disks are is read from whatever says it: the template, the volumes, the classes.
#[test]
fn block_devices_are_known_by_their_drivers() {
    let class = |provisioner: &str| {
        format!(
            "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: fast}}\n\
             provisioner: {provisioner}\n"
        )
    };
    let volume = |source: &str| {
        format!(
            "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: pv-1}}\nspec: \
             {{claimRef: {{name: data-db-0, namespace: default}}, capacity: {{storage: 1Gi}}, \
             accessModes: [ReadWriteOnce], {source}}}\n"
        )
    };
    let csi = |driver: &str| volume(&format!("csi: {{driver: {driver}, volumeHandle: h}}"));
    let (plain, fast) = (
        template("data", ""),
        template("data", ", storageClassName: fast"),
    );
    let raw = template("data", ", volumeMode: Block");
    for (templates, beside, is_block, by) in [
        (
            &plain,
            String::new(),
            false,
            "nothing says what the disks are",
        ),
        (&fast, class("ebs.csi.aws.com"), true, "StorageClass `fast`"),
        (
            &fast,
            class("efs.csi.aws.com"),
            false,
            "StorageClass `fast`",
        ),
        (&fast, class("example.com/disks"), false, "nothing says"),
        (
            &plain,
            csi("rbd.csi.ceph.com"),
            true,
            "PersistentVolume `pv-1`",
        ),
        (
            &plain,
            csi("cephfs.csi.ceph.com"),
            false,
            "PersistentVolume `pv-1`",
        ),
        (
            &plain,
            volume("iscsi: {targetPortal: p, iqn: i, lun: 0}"),
            true,
            "PersistentVolume",
        ),
        (
            &plain,
            volume("nfs: {server: s, path: /p}"),
            false,
            "PersistentVolume",
        ),
        (
            &raw,
            String::new(),
            true,
            "volumeMode of the claim template",
        ),
    ] {
        let scenario = read(templates, "{}", COPY, &beside).unwrap_or_else(|said| panic!("{said}"));
        assert_eq!(
            scenario.setup.storage[0].block, is_block,
            "{templates} {beside}"
        );
        let assumed = scenario
            .assumed
            .iter()
            .find(|one| one.field == "storage.volumes");
        let text = assumed.map(|one| one.text.clone()).unwrap_or_default();
        assert!(text.contains(by), "{templates} {beside}: {text}");
    }
}
