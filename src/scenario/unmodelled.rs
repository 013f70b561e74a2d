//! What manifests ask for and the model does not do. Where that may change a verdict it is a
//! mistake, else an assumption.

use k8s_openapi::api::apps::v1::StatefulSetSpec;

use super::lowering::Lowering;
use super::manifest::ManifestSet;
use crate::diagnostic::Diagnostic;

/// Reports what a side's manifest asks for in vain.
pub fn report(lowering: &mut Lowering<'_>, side: &str, set: &ManifestSet) {
    refuse_no_grace(lowering, set);
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

/// Without a grace period no request to delete a Pod waits for its containers to stop.
fn refuse_no_grace(lowering: &mut Lowering<'_>, set: &ManifestSet) {
    let pod = set.spec.template.spec.as_ref();
    if pod.and_then(|pod| pod.termination_grace_period_seconds) != Some(0) {
        return;
    }
    let path = ["spec", "template", "spec", "terminationGracePeriodSeconds"];
    let message = "a Pod with a grace period of 0 is not modelled: deleting it would remove the \
                   object while its containers still run";
    refuse(
        lowering,
        set,
        &path,
        message,
        "set it to 1 or more, or remove it: Kubernetes' default is 30",
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
