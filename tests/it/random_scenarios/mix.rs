//! Mixes of options: what a family of random scenarios is likely to have.

use super::steps::Kind;

/// How likely a family of scenarios has each of the options, in percent, and which steps.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// Its name, and that of its tests.
    pub name: &'static str,
    /// The most replicas.
    pub replicas: u8,
    /// `Parallel`, on each side.
    pub parallel: u32,
    /// `minReadySeconds`, on each side.
    pub min_ready: u32,
    /// `Delete`, each of the two of a retention policy, on each side.
    pub deletes: u32,
    /// Claim templates.
    pub claims: u32,
    /// A second claim template.
    pub second: u32,
    /// `reclaimPolicy: Retain`.
    pub retain: u32,
    /// Each of the other three properties of the storage.
    pub storage: u32,
    /// Block devices.
    pub block: u32,
    /// A destination without a set at the start.
    pub absent: u32,
    /// A destination with Pods at the start.
    pub started: u32,
    /// A rule of availability.
    pub available: u32,
    /// A step that goes on when it is refused, or a wait that may time out.
    pub continues: u32,
    /// A step of the careful move that the others are put into.
    pub careful: u32,
    /// Faults.
    pub faults: u32,
    /// The most faults of a kind.
    pub most_faults: u8,
    /// The most steps beside those of the careful move, each of `kinds` or, in one of three
    /// cases, of any kind.
    pub steps: usize,
    /// Which steps these are.
    pub kinds: &'static [Kind],
    /// The driver is a script.
    pub script: bool,
    /// What the scenarios must have been seen to have.
    pub reaches: &'static [&'static str],
}

const BASE: Mix = Mix {
    name: "",
    replicas: 3,
    parallel: 75,
    min_ready: 10,
    deletes: 10,
    claims: 85,
    second: 0,
    retain: 40,
    storage: 10,
    block: 0,
    absent: 15,
    started: 15,
    available: 40,
    continues: 35,
    careful: 75,
    faults: 15,
    most_faults: 1,
    steps: 3,
    kinds: &Kind::ALL,
    script: false,
    reaches: &[],
};

/// Policies of both sets, `minReadySeconds`, sets on both sides, availability.
pub const POLICIES: Mix = Mix {
    name: "policies",
    min_ready: 40,
    deletes: 0,
    claims: 60,
    started: 35,
    available: 70,
    faults: 0,
    kinds: &[Kind::Patch, Kind::Scale, Kind::PodWait, Kind::DeletePod],
    reaches: &[
        "Parallel on both sides",
        "OrderedReady and Parallel",
        "OrderedReady on both sides",
        "minReadySeconds",
        "no claims",
        "started destination",
        "absent destination",
        "maxUnavailable",
        "quorum",
        "groups",
        "ascending",
        "descending",
        "no loop",
        "wait ready",
        "wait available",
        "wait gone",
        "force delete",
        "delete Pod",
        "patch",
        "scale",
        "symmetry saves",
        "ordinals added",
    ],
    ..BASE
};

/// Two claim templates, each with storage of its own, and steps about one of them.
pub const TEMPLATES: Mix = Mix {
    name: "templates",
    replicas: 2,
    deletes: 25,
    claims: 100,
    second: 85,
    storage: 25,
    block: 40,
    absent: 10,
    started: 10,
    faults: 10,
    kinds: &[
        Kind::CopyVolume,
        Kind::RestoreDisk,
        Kind::SetReclaimPolicy,
        Kind::DeleteClaim,
        Kind::DeleteVolume,
        Kind::DeletePod,
        Kind::VolumeWait,
    ],
    reaches: &[
        "two templates",
        "block",
        "exclusive",
        "permissive",
        "Retain",
        "Delete",
        "restore",
        "set reclaim policy",
        "delete claim",
        "delete volume",
        "wait detached",
        "wait bound",
        "symmetry saves",
    ],
    ..BASE
};

/// All four retention policies on both sides.
pub const RETENTION: Mix = Mix {
    name: "retention",
    parallel: 75,
    deletes: 60,
    claims: 100,
    faults: 10,
    kinds: &[
        Kind::Patch,
        Kind::Scale,
        Kind::DeletePod,
        Kind::DeleteSet,
        Kind::CreateSet,
        Kind::DeleteClaim,
    ],
    reaches: &[
        "retention source: scaled",
        "retention source: deleted",
        "retention source: always",
        "retention destination: scaled",
        "retention destination: deleted",
        "retention destination: always",
        "Parallel on both sides",
        "OrderedReady on both sides",
        "symmetry saves",
        "delete set background",
        "delete set foreground",
        "delete set orphan",
    ],
    ..BASE
};

/// Claims, volumes and what becomes of them.
pub const RECLAIM: Mix = Mix {
    name: "reclaim",
    claims: 100,
    retain: 50,
    kinds: &[
        Kind::CopyVolume,
        Kind::RestoreDisk,
        Kind::SetReclaimPolicy,
        Kind::DeleteClaim,
        Kind::DeleteVolume,
        Kind::VolumeWait,
    ],
    reaches: &[
        "Retain",
        "Delete",
        "claimRef drop",
        "claimRef dropUid",
        "claimRef keep",
        "restore",
        "set reclaim policy",
        "delete claim",
        "delete volume",
        "wait bound",
        "wait detached",
        "symmetry saves",
    ],
    ..BASE
};

/// Backends, reachability, locks of the application.
pub const STORAGE: Mix = Mix {
    name: "storage",
    claims: 100,
    storage: 50,
    kinds: &[
        Kind::VolumeWait,
        Kind::DeletePod,
        Kind::PodWait,
        Kind::CopyVolume,
    ],
    reaches: &[
        "exclusive",
        "permissive",
        "unreachable",
        "shared",
        "wait detached",
        "force delete",
        "symmetry saves",
    ],
    ..BASE
};

/// Sets that are deleted and created.
pub const CASCADES: Mix = Mix {
    name: "cascades",
    deletes: 30,
    absent: 35,
    faults: 10,
    kinds: &[Kind::DeleteSet, Kind::CreateSet, Kind::PodWait],
    reaches: &[
        "delete set background",
        "delete set foreground",
        "delete set orphan",
        "create set",
        "absent destination",
        "started destination",
        "symmetry saves",
    ],
    ..BASE
};

/// Waits on a set's status.
pub const COUNTS: Mix = Mix {
    name: "counts",
    available: 20,
    deletes: 15,
    faults: 20,
    kinds: &[Kind::FieldWait, Kind::SetWait, Kind::Patch, Kind::Scale],
    reaches: &[
        "wait replicas",
        "wait readyReplicas",
        "wait observed",
        "may time out and go on",
        "may time out and fail",
        "minReadySeconds",
        "symmetry saves",
    ],
    ..BASE
};

/// Every kind of fault, in one pool and in several.
pub const FAULTS: Mix = Mix {
    name: "faults",
    replicas: 2,
    faults: 100,
    most_faults: 2,
    available: 60,
    steps: 2,
    reaches: &[
        "one pool",
        "several pools",
        "fires eviction",
        "fires pressureEviction",
        "fires containerCrash",
        "fires driverCrash",
        "fires controllerRestart",
        "fires podNeverReady",
        "fires controllerRestartStale",
        "excused",
        "afterCrash fromTop",
        "afterCrash fromObserved",
        "afterCrash fromSaved",
        "symmetry saves",
    ],
    ..BASE
};

/// Scripts: programs with branches, Secrets, looks that are no waits.
pub const SCRIPTS: Mix = Mix {
    name: "scripts",
    replicas: 2,
    script: true,
    faults: 20,
    deletes: 15,
    steps: 4,
    reaches: &[
        "script",
        "secret",
        "get",
        "test",
        "rollout",
        "wait ready",
        "wait readyReplicas",
        "symmetry saves",
    ],
    ..BASE
};

/// Everything at once.
pub const EVERYTHING: Mix = Mix {
    name: "everything",
    min_ready: 25,
    deletes: 35,
    storage: 25,
    faults: 40,
    reaches: &[
        "retention source: scaled",
        "retention destination: deleted",
        "exclusive",
        "excused",
        "one pool",
        "several pools",
        "create set",
        "delete set foreground",
        "symmetry saves",
    ],
    ..BASE
};

/// All of them.
pub const MIXES: [Mix; 10] = [
    POLICIES, RETENTION, RECLAIM, STORAGE, CASCADES, COUNTS, FAULTS, SCRIPTS, EVERYTHING, TEMPLATES,
];
