//! What a script knows of the clusters at one place.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::values::ClaimKey;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::volume::ReclaimPolicy;

/// What is known of the clusters, and how `kubectl` is set up to talk to them. It outlives a
/// subshell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Clusters {
    /// The context of `kubectl config use-context`.
    pub context: Option<Rc<str>>,
    /// The namespace of `kubectl config set-context --current --namespace`.
    pub namespace: Option<Rc<str>>,
    /// The claim or volume that the driver has read last.
    pub memory: Memory,
    /// The reclaim policies of the source's volumes that the script has patched.
    pub policies: BTreeMap<ClaimKey, ReclaimPolicy>,
    /// The script may have deleted a claim or a volume of the source.
    pub has_deleted_disks: bool,
    /// What `kubectl apply` has applied last to each set, if it has.
    pub applied: PerCluster<Option<Rc<Json>>>,
    /// The first ordinal and the replicas that `helm` has given each set last, if it has.
    pub released: PerCluster<Option<(Option<i16>, Option<i16>)>>,
    /// The sets, as far as they are known: only the driver changes their `spec`.
    pub sets: PerCluster<Set>,
}

/// A set, as far as the script has seen to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Set {
    /// Not known: after a crash it may be anything.
    #[default]
    Unknown,
    /// There is none.
    Absent,
    /// It has this `start` and these `replicas`.
    Known(i32, i32),
}

/// What the driver has read last of what it copies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Memory {
    /// Nothing.
    #[default]
    Nothing,
    /// A claim of the source.
    Claim(ClaimKey),
    /// The volume of a claim of the source.
    Volume(ClaimKey),
}

/// The side whose name a file or context has.
#[must_use]
pub fn side_named(name: &str) -> Option<ClusterId> {
    ClusterId::BOTH.into_iter().find(|side| side.name() == name)
}
