//! Whole scripts as people write them: accepted, with the requests that they make.

use super::objects::{operations, refusal};
use crate::world::program::{ClaimRefCopy, Operation};

const BY_COPIES: &str = r#"#!/usr/bin/env bash
set -euo pipefail
SRC="kubectl --context source -n shop"
DST="kubectl --context destination -n shop"
$DST create namespace shop --dry-run=client -o yaml | $DST apply -f -
for i in 1 0; do
  $SRC scale statefulset web --replicas=$i --timeout=5m
  $SRC wait --for=delete pod/web-$i --timeout=300s
  pv=$($SRC get pvc data-web-$i -o jsonpath='{.spec.volumeName}')
  $SRC patch pv "$pv" --type merge -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'
  $SRC get pv "$pv" -o json \
    | jq '{apiVersion, kind, metadata: {name: .metadata.name}, spec: (.spec | del(.claimRef.uid, .claimRef.resourceVersion))}' \
    | $DST apply -f -
  $SRC get pvc data-web-$i -o json \
    | jq '.metadata |= {name, namespace, labels} | del(.status)' \
    | $DST apply -f -
  $DST wait --for=jsonpath='{.status.phase}'=Bound pvc/data-web-$i --timeout=60s
  $DST patch statefulset web -p "{\"spec\":{\"ordinals\":{\"start\":$i},\"replicas\":$((2-i))}}"
  $DST rollout status statefulset/web --timeout=10m
done
$DST get pods -o wide
$SRC get sts web -o custom-columns=NAME:.metadata.name,READY:.status.readyReplicas
"#;

const BY_HAND: &str = r#"#!/usr/bin/env bash
set -euo pipefail
src() { kubectl --context source -n shop "$@"; }
dst() { kubectl --context destination -n shop "$@"; }
src scale sts/web --replicas=0
src wait --for=delete pod -l app=web --timeout=-1s
for i in 0 1; do
  pv=$(src get pvc "data-web-$i" -o jsonpath='{.spec.volumeName}')
  handle=$(src get pv "$pv" -o jsonpath='{.spec.csi.volumeHandle}')
  size=$(src get pv "$pv" -o jsonpath='{.spec.capacity.storage}')
  class=$(src get pv "$pv" -o jsonpath='{.spec.storageClassName}')
  cat <<Y | dst apply -f -
apiVersion: v1
kind: PersistentVolume
metadata: {name: $pv}
spec:
  capacity: {storage: $size}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: $class
  csi: {driver: ebs.csi.aws.com, volumeHandle: $handle, fsType: ext4}
  claimRef: {namespace: shop, name: data-web-$i}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-web-$i, namespace: shop}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: $class
  volumeName: $pv
  resources: {requests: {storage: $size}}
Y
done
src get sts web -o yaml | yq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.generation, .metadata.creationTimestamp, .status)' | yq '.spec.replicas = 2' | dst apply -f -
dst rollout status sts/web
"#;

#[test]
fn whole_scripts_are_followed() {
    for script in [BY_COPIES, BY_HAND] {
        assert_eq!(refusal(script), "");
        let mut copied: Vec<(i16, ClaimRefCopy)> = Vec::new();
        let mut claims = 0;
        for operation in operations(script) {
            match operation {
                Operation::CreateVolume(ordinal, _, claim_ref, _) => {
                    copied.push((ordinal.constant, claim_ref));
                }
                Operation::CreateClaim(..) => claims += 1,
                Operation::CreateLostClaim(..) => panic!("its annotations are gone"),
                _ => (),
            }
        }
        copied.sort_by_key(|(ordinal, _)| *ordinal);
        copied.dedup();
        let kept = [(0, ClaimRefCopy::DropUid), (1, ClaimRefCopy::DropUid)];
        assert_eq!(copied, kept);
        assert!(claims >= 2, "{claims}");
    }
}

#[test]
fn one_mistake_is_told_once_for_each_name() {
    let script = "kubectl --context blue get pod web-0\nkubectl --context green get pod web-0\n\
                  kubectl --context blue get pod web-1\nkubectl --context source -n other get pod web-0\n\
                  kubectl --context source -n other get pod web-1\n";
    let said = refusal(script);
    assert_eq!(said.matches("error[").count(), 3, "{said}");
}
