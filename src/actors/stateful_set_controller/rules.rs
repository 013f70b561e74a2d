//! What the StatefulSet controller does otherwise in one minor version of Kubernetes than in
//! another: each difference is a rule with a name.

/// How the controller of one release decides where releases differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// `spec.ordinals.start` counts: gate `StatefulSetStartOrdinal`.
    pub start_ordinal: bool,
    /// Claims have the owners that the retention policy asks for: gate `StatefulSetAutoDeletePVC`.
    pub owns_claims: bool,
    /// A Failed Pod of the range is deleted and made again in one sync, and a Succeeded one is
    /// left alone. Otherwise either is deleted, and made again by a later sync.
    pub remakes_failed: bool,
    /// Claims get their owners as controllers, and claims of other controllers are left alone.
    pub controls_claims: bool,
    /// A Pod that is Ready for less than `minReadySeconds` counts as a terminating one does:
    /// `isUnavailable` in place of `isHealthy`.
    pub counts_available: bool,
    /// Deleting a Pod that is gone already is a success.
    pub tolerates_gone: bool,
    /// `rollingUpdate.maxUnavailable` counts: gate `MaxUnavailableStatefulSet`.
    pub max_unavailable: bool,
    /// With `Parallel` and `maxUnavailable`, outdated Pods that are unavailable anyway go first,
    /// and cost nothing.
    pub spares_available: bool,
    /// A rolling update is complete when all Pods of `spec.replicas` are updated; before, when
    /// all Pods that there are were.
    pub completes_by_spec: bool,
    /// Only a rolling update completes; later, an update by `OnDelete` does too.
    pub completes_rolling_only: bool,
}

impl Rules {
    /// Kubernetes 1.28.0.
    pub const V1_28: Self = Self {
        start_ordinal: true,
        owns_claims: true,
        remakes_failed: true,
        controls_claims: false,
        counts_available: false,
        tolerates_gone: false,
        max_unavailable: false,
        spares_available: false,
        completes_by_spec: false,
        completes_rolling_only: true,
    };

    /// Kubernetes 1.31, which scenarios are about.
    pub const V1_31: Self = Self {
        remakes_failed: false,
        controls_claims: true,
        completes_by_spec: true,
        ..Self::V1_28
    };

    /// Kubernetes 1.37.
    pub const V1_37: Self = Self {
        counts_available: true,
        tolerates_gone: true,
        max_unavailable: true,
        spares_available: true,
        completes_rolling_only: false,
        ..Self::V1_31
    };
}
