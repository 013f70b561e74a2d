#!/usr/bin/env bash
#
# The move of models/blog-runbook with the two waits that it needs, and the Secret created once.

set -euo pipefail

set_name=redis-redis-cluster
in_source="kubectl --context source --namespace kep-3335"
in_destination="kubectl --context destination --namespace kep-3335"

# What kubectl adds to an object, and what belongs to one cluster only.
clean='del(.metadata.uid, .metadata.resourceVersion, .metadata.annotations, .metadata.finalizers, .spec.claimRef, .status)'

copy_disk() {
  local claim=$1
  $in_source get pvc "$claim" -o yaml | yq "$clean" > "/tmp/$claim.pvc.yaml"
  $in_source get pv "$(yq '.spec.volumeName' "/tmp/$claim.pvc.yaml")" -o yaml | yq "$clean" > "/tmp/$claim.pv.yaml"
  $in_destination create -f "/tmp/$claim.pv.yaml"
  $in_destination create -f "/tmp/$claim.pvc.yaml"
}

if ! $in_destination get secret "$set_name"; then
  $in_source get secret "$set_name" -o yaml | yq "$clean" | $in_destination create -f -
fi

for k in {5..0}; do
  $in_source patch sts "$set_name" -p "{\"spec\": {\"replicas\": $k}}"
  copy_disk "redis-data-$set_name-$k"

  # The Pod's object goes only after its containers have stopped.
  $in_source wait --for=delete "pod/$set_name-$k" --timeout=-1s
  $in_destination patch sts "$set_name" -p "{\"spec\": {\"ordinals\": {\"start\": $k}, \"replicas\": $((6 - k))}}"

  # One replica is down at a time.
  until $in_destination wait --for=condition=Ready "pod/$set_name-$k" --timeout=60s; do
    sleep 1
  done
done
