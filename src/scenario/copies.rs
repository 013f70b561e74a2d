//! What the model takes for granted of volumes that a program copies.

use super::lowering::Lowering;
use super::types::Side;
use crate::world::id::ClusterId;
use crate::world::program::{ClaimRefCopy, ObjectKind, Operation};
use crate::world::setup::Setup;

/// Lists what is taken for granted of copied volumes, where it may decide something.
pub fn assume(lowering: &mut Lowering<'_>, setup: &Setup, source: &Side, destination: &Side) {
    let program = &setup.program;
    let operations = program.instructions.iter().map(|one| one.operation);
    let operations: Vec<Operation> = operations.collect();
    let copies = |wanted: fn(ClaimRefCopy) -> bool| {
        let all = operations.iter();
        all.filter(
            |operation| matches!(operation, Operation::CreateVolume(_, _, copy, _) if wanted(*copy)),
        )
        .count()
    };
    let (here, there) = (&source.manifest.namespace, &destination.manifest.namespace);
    if let (Some(here), Some(there)) = (here, there)
        && here != there
        && copies(|copy| copy != ClaimRefCopy::Drop) > 0
    {
        let text = format!(
            "the claimRef of a copied volume is taken to name the claim in this namespace; with \
             `{here}`, as it was read, it would never be bound"
        );
        lowering.assume("destination.namespace", there, &text);
    }
    let free = copies(|copy| copy == ClaimRefCopy::Drop);
    if free > 0 && may_be_taken(setup, free, &operations) {
        let text = "a volume without it is taken to be bound by the claim that names it alone; \
                    Kubernetes gives it to any claim that it fits, such as one that the \
                    destination's controller makes";
        lowering.assume("migration.copyVolume.claimRef", "left out", text);
    }
}

/// Whether the destination may have a claim beside those that are copied with their volumes: of
/// an ordinal that the source does not have, or of one whose claim is deleted or not copied.
fn may_be_taken(setup: &Setup, free: usize, operations: &[Operation]) -> bool {
    let is_claim = |operation: &&Operation| {
        matches!(
            operation,
            Operation::CreateClaim(..) | Operation::CreateLostClaim(..)
        )
    };
    let deletes = operations.iter().any(|operation| match operation {
        Operation::Delete(object) => {
            matches!(object.kind, ObjectKind::Claim(_)) && object.cluster == ClusterId::Destination
        }
        _ => false,
    });
    let claims = operations.iter().filter(is_claim).count();
    setup.ordinals > setup.replicas || deletes || claims < free
}
