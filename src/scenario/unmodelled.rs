//! What manifests ask for and the model does not do. Where that may change a verdict it is a
//! mistake, else an assumption.

use k8s_openapi::api::apps::v1::StatefulSetSpec;

use super::lowering::Lowering;
use super::manifest::ManifestSet;
use crate::diagnostic::Diagnostic;

/// Reports what a side's manifest asks for in vain.
pub fn report(lowering: &mut Lowering<'_>, side: &str, set: &ManifestSet) {
    refuse_no_grace(lowering, set);
    refuse_strategy(lowering, set);
    if let Some(strategy) = other_strategy(&set.spec) {
        let text = "nothing is updated, since no step changes a Pod template";
        lowering.assume(&format!("{side}.updateStrategy"), &strategy, text);
    }
}

/// The update strategy, unless it is one that a migration never notices.
fn other_strategy(spec: &StatefulSetSpec) -> Option<String> {
    let strategy = spec.update_strategy.as_ref()?;
    let kind = strategy.type_.as_deref().unwrap_or("RollingUpdate");
    if kind != "RollingUpdate" {
        return Some(kind.to_owned());
    }
    let partition = strategy.rolling_update.as_ref()?.partition?;
    (partition != 0).then(|| format!("partition {partition}"))
}

/// What the API server refuses (`ValidateStatefulSetSpec`): no cluster has such a set.
fn refuse_strategy(lowering: &mut Lowering<'_>, set: &ManifestSet) {
    let strategy = set.spec.update_strategy.as_ref();
    let kind = strategy.and_then(|strategy| strategy.type_.as_deref());
    if matches!(kind, None | Some("" | "RollingUpdate" | "OnDelete")) {
        return;
    }
    let message = format!(
        "`updateStrategy` of a StatefulSet is RollingUpdate or OnDelete, not `{}`",
        kind.unwrap_or_default()
    );
    let problem = Diagnostic::new("manifest::invalid-field", message)
        .within(&set.source)
        .at(set.place(&["spec", "updateStrategy", "type"]), "")
        .help("the API server refuses this manifest; Recreate is for Deployments");
    lowering.reader.problems.push(problem);
}

/// Without a grace period no request to delete a Pod waits for its containers to stop.
fn refuse_no_grace(lowering: &mut Lowering<'_>, set: &ManifestSet) {
    let pod = set.spec.template.spec.as_ref();
    if pod.and_then(|pod| pod.termination_grace_period_seconds) != Some(0) {
        return;
    }
    let path = ["spec", "template", "spec", "terminationGracePeriodSeconds"];
    let message = "a Pod without a grace period is not modelled: deleting it would remove it \
                   while its containers still run";
    refuse(
        lowering,
        set,
        &path,
        message,
        "set it to 1 or more, or leave it out: Kubernetes' default is 30",
    );
}

fn refuse(
    lowering: &mut Lowering<'_>,
    set: &ManifestSet,
    path: &[&str],
    message: &str,
    help: &str,
) {
    let problem = Diagnostic::new("manifest::not-modelled", message)
        .within(&set.source)
        .at(set.place(path), "")
        .help(help);
    lowering.reader.problems.push(problem);
}
