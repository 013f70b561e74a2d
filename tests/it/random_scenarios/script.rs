//! Random scripts.

use super::draft::{Draft, Start};
use super::steps::Chance;

/// What kubectl adds to an object, and what belongs to one cluster only: owners are of the source,
/// and would have a copied claim deleted.
const CLEAN: &str = "del(.metadata.uid, .metadata.resourceVersion, .metadata.ownerReferences, .spec.claimRef, .status)";

/// The parts of a script: a careful move with parts left out, and others put in.
pub fn parts(chance: &mut Chance<'_>, draft: &Draft) -> Vec<String> {
    let mut parts = careful_move(draft);
    if !chance.percent(25) {
        let careful = chance.mix.careful;
        parts.retain(|_| chance.percent(careful));
    }
    for _ in 0..chance.up_to(chance.mix.steps) {
        let part = part(chance, draft);
        let place = chance.up_to(parts.len());
        parts.insert(place, part);
    }
    if draft.start == Start::Absent {
        let create = "kubectl --context destination apply -f destination.yaml\n".to_owned();
        parts.insert(0, create);
    }
    if chance.percent(60) {
        parts.insert(0, "set -e\n".to_owned());
    }
    parts
}

fn careful_move(draft: &Draft) -> Vec<String> {
    let mut parts = Vec::new();
    for k in (0..draft.replicas).rev() {
        parts.push(format!(
            "kubectl --context source scale sts web --replicas={k}\n"
        ));
        parts.push(format!(
            "kubectl --context source wait --for=delete pod/web-{k} --timeout=-1s\n"
        ));
        if draft.claims {
            parts.push(copy(k));
        }
        let slice = format!(
            "{{ordinals: {{start: {k}}}, replicas: {}}}",
            draft.replicas - k
        );
        parts.push(format!(
            "kubectl --context destination patch sts web --type merge -p 'spec: {slice}'\n"
        ));
        parts.push(format!(
            "until kubectl --context destination wait --for=condition=Ready pod/web-{k}; \
             do sleep 1; done\n"
        ));
    }
    parts
}

/// Claim and volume of an ordinal, copied.
fn copy(k: u8) -> String {
    let claim = format!("data-web-{k}");
    format!(
        "kubectl --context source get pvc {claim} -o yaml | yq '{CLEAN}' > pvc-{k}.yaml\n\
         kubectl --context source get pv \"$(yq .spec.volumeName pvc-{k}.yaml)\" -o yaml \
         | yq '{CLEAN}' > pv-{k}.yaml\n\
         kubectl --context destination create -f pv-{k}.yaml\n\
         kubectl --context destination create -f pvc-{k}.yaml\n"
    )
}

/// Something that a careful move does not need.
fn part(chance: &mut Chance<'_>, draft: &Draft) -> String {
    let context = chance.one(&["source", "destination"]);
    let kubectl = format!("kubectl --context {context}");
    let k = chance.up_to(usize::from(draft.replicas) - 1);
    let count = 1 + chance.up_to(usize::from(draft.replicas) - 1);
    let request = request(chance, &kubectl, k, draft.claims);
    match chance.up_to(8) {
        0 => format!("{request} || true\n"),
        1 => format!("if {kubectl} get pod web-{k}; then\n  {request}\nfi\n"),
        2 => format!("if ! {kubectl} get pod web-{k}; then\n  {request}\nelse\n  exit 1\nfi\n"),
        3 => format!(
            "if [ \"$({kubectl} get sts web -o jsonpath='{{.status.readyReplicas}}')\" = {count} \
             ]; then\n  {request}\nfi\n"
        ),
        4 => format!("until ! {kubectl} get pod web-{k}; do sleep 1; done\n"),
        5 => format!(
            "while [ \"$({kubectl} get sts web -o jsonpath='{{.status.readyReplicas}}')\" \
             != {count} ]; do sleep 1; done\n"
        ),
        6 => format!(
            "if ! {kubectl} get secret web; then\n  \
             {kubectl} create secret generic web --from-literal=a=b\nfi\n"
        ),
        7 => format!("{kubectl} rollout status sts/web\n"),
        _ => format!("{request}\n"),
    }
}

fn request(chance: &mut Chance<'_>, kubectl: &str, k: usize, claims: bool) -> String {
    let no_wait = chance.one(&["", " --wait=false", " --ignore-not-found"]);
    let most = if claims { 9 } else { 8 };
    match chance.up_to(most) {
        0 => format!("{kubectl} scale sts web --replicas={k}"),
        1 => format!("{kubectl} delete pod web-{k}{no_wait}"),
        2 => format!("{kubectl} delete pod web-{k} --force --grace-period=0"),
        3 => {
            let cascade = chance.one(&["background", "foreground", "orphan"]);
            format!("{kubectl} delete sts web --cascade={cascade}{no_wait}")
        }
        4 => format!("{kubectl} create secret generic web --from-literal=a=b"),
        5 => format!("{kubectl} delete secret web{no_wait}"),
        6 => format!("{kubectl} wait --for=condition=Ready pod/web-{k} --timeout=60s"),
        7 => format!("{kubectl} get secret web"),
        8 => format!("{kubectl} wait --for=delete pod/web-{k}"),
        _ => format!("{kubectl} delete pvc data-web-{k}{no_wait}"),
    }
}
