#!/usr/bin/env bash
#
# One replica at a time, with loops that ask again and again in place of `kubectl wait`.

set -euo pipefail

replicas=3
clean='del(.metadata.uid, .metadata.resourceVersion, .spec.claimRef, .status)'

source_() { kubectl --kubeconfig /etc/kube/source.yaml "$@"; }
destination_() { kubectl --kubeconfig /etc/kube/destination.yaml "$@"; }

for ((k = replicas - 1; k >= 0; k--)); do
  source_ patch statefulset web --type merge -p "spec: {replicas: $k}"

  source_ get pvc "data-web-$k" -o yaml | yq "$clean" > pvc.yaml
  source_ get pv "$(yq .spec.volumeName pvc.yaml)" -o yaml | yq "$clean" > pv.yaml
  destination_ create -f pv.yaml
  destination_ create -f pvc.yaml

  until ! source_ get pod "web-$k"; do
    sleep 1
  done

  destination_ patch statefulset web --type merge \
    -p "spec: {ordinals: {start: $k}, replicas: $((replicas - k))}"

  while true; do
    ready=$(destination_ get statefulset web -o jsonpath='{.status.readyReplicas}')
    if [ "$ready" = "$((replicas - k))" ]; then
      break
    fi
    sleep 5
  done
done
