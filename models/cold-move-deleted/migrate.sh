#!/usr/bin/env bash
#
# A cold move that deletes the source's set, and takes that for the end of its Pods.

set -euo pipefail

replicas=2

kubectl --context source delete statefulset web

for k in $(seq 0 $((replicas - 1))); do
  volume=$(kubectl --context source get pvc "data-web-$k" -o jsonpath='{.spec.volumeName}')
  kubectl --context source get pv "$volume" -o json \
    | jq 'del(.metadata.uid, .metadata.resourceVersion, .spec.claimRef.uid)' > "/tmp/pv-$k.json"
  kubectl --context destination create -f "/tmp/pv-$k.json"
  kubectl --context source get pvc "data-web-$k" -o json \
    | jq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.annotations)' | kubectl --context destination create -f -
done

kubectl --context destination scale sts web --replicas="$replicas"
