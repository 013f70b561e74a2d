#!/usr/bin/env bash
#
# A cold move: everything stops in the source, then everything starts in the destination.

set -euo pipefail

replicas=3

kubectl --context source scale sts web --replicas=0
for k in $(seq 0 $((replicas - 1))); do
  kubectl --context source wait --for=delete "pod/web-$k" --timeout=-1s
done

for k in $(seq 0 $((replicas - 1))); do
  volume=$(kubectl --context source get pvc "data-web-$k" -o jsonpath='{.spec.volumeName}')
  kubectl --context source get pv "$volume" -o json \
    | jq 'del(.metadata.uid, .metadata.resourceVersion, .spec.claimRef.uid)' > "/tmp/pv-$k.json"
  kubectl --context destination create -f "/tmp/pv-$k.json"
  cat <<YAML | kubectl --context destination create -f -
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-web-$k}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
  volumeName: $volume
YAML
done

kubectl --context destination scale sts web --replicas="$replicas"
