#!/usr/bin/env bash
#
# Moves a Redis Cluster of six replicas from one Kubernetes cluster to another, one replica at a
# time. The requests and their order are those of steps 4 to 9 in Peter Schuurman's post
# "Kubernetes 1.27: StatefulSet Start Ordinal Simplifies Migration" (kubernetes.io, 28 April
# 2023); the loop is what its step 9 describes.
#
# Straddle reads this script and never runs it: `straddle check models/blog-runbook`.

set -euo pipefail

set_name=redis-redis-cluster

# Step 4: the set without replicas.
# straddle: cluster=destination
helm install redis bitnami/redis-cluster --namespace kep-3335 \
  --set persistence.size=1Gi \
  --set cluster.nodes=0 \
  --set redis.extraEnvVars\[0\].name=REDIS_NODES,redis.extraEnvVars\[0\].value="$set_name-headless.kep-3335.svc.cluster.local" \
  --set existingSecret="$set_name"

for k in $(seq 5 -1 0); do
  claim="redis-data-$set_name-$k"

  # Step 5: one replica less in the source.
  # straddle: cluster=source
  kubectl patch sts "$set_name" -p "{\"spec\": {\"replicas\": $k}}"

  # Step 6: what the replica needs, taken from the source and created in the destination.
  kubectl get pvc "$claim" -o yaml | yq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.annotations, .metadata.finalizers, .status)' > "/tmp/pvc-$claim.yaml"
  kubectl get pv "$(yq '.spec.volumeName' "/tmp/pvc-$claim.yaml")" -o yaml | yq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.annotations, .metadata.finalizers, .spec.claimRef, .status)' > "/tmp/pv-$claim.yaml"
  kubectl get secret "$set_name" -o yaml | yq 'del(.metadata.uid, .metadata.resourceVersion)' > "/tmp/secret-$set_name.yaml"

  # straddle: cluster=destination
  kubectl create -f "/tmp/pv-$claim.yaml"
  kubectl create -f "/tmp/pvc-$claim.yaml"
  kubectl create -f "/tmp/secret-$set_name.yaml"

  # Step 7: one replica more in the destination.
  kubectl patch sts "$set_name" -p "{\"spec\": {\"ordinals\": {\"start\": $k}, \"replicas\": $((6 - k))}}"

  # Step 8: a look at the Redis cluster; step 9 repeats steps 5 to 7 only.
  if [ "$k" -eq 5 ]; then
    kubectl exec -it "$set_name-$k" -- /bin/bash -c \
      "redis-cli -c -h $set_name -a $(kubectl get secret "$set_name" -o jsonpath="{.data.redis-password}" | base64 -d) CLUSTER NODES;"
  fi
done
