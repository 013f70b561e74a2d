//! The migration's program: what the driver does, one API request or one wait at a time.

use super::id::{ClusterId, Ordinal};
use super::volume::ReclaimPolicy;

/// What the driver runs: `prepare` once, the body once for each ordinal, `finish` once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// All instructions, in the order of the file: `prepare`, then the body, then `finish`.
    pub instructions: Vec<Instruction>,
    /// Where the body begins; equal to the number of instructions of `prepare`.
    pub body_start: usize,
    /// One above the body's last instruction.
    pub body_end: usize,
    /// The order in which the loop visits the ordinals; without a loop the body runs once.
    pub loop_order: Option<LoopOrder>,
    /// What a driver does that starts again after a crash.
    pub after_crash: AfterCrash,
    /// Where each instruction leads. Empty if the program has no branches: then an instruction
    /// leads to the one behind it, and `loop_order` says the rest.
    pub exits: Vec<Exits>,
}

/// Where an instruction of a program with branches leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exits {
    /// After an accepted request, a wait that is over, or a test that holds.
    pub done: Target,
    /// After a refused request, a wait that is given up, or a test that does not hold.
    pub otherwise: Target,
}

/// A place to go on at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// This position; behind the last instruction the program has finished.
    At(u8),
    /// The program ends, unfinished.
    Failed,
}

/// The order in which a loop visits `{0..N-1}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoopOrder {
    /// From 0 up.
    Ascending,
    /// From N-1 down.
    Descending,
}

impl LoopOrder {
    /// The ordinal of the first iteration.
    #[must_use]
    pub const fn first(self, replicas: u8) -> Ordinal {
        match self {
            Self::Ascending => Ordinal(0),
            Self::Descending => Ordinal(replicas.saturating_sub(1)),
        }
    }

    /// The ordinal of the iteration after that of `k`.
    #[must_use]
    pub const fn after(self, k: Ordinal, replicas: u8) -> Option<Ordinal> {
        match self {
            Self::Ascending if k.0 + 1 < replicas => Some(Ordinal(k.0 + 1)),
            Self::Descending if k.0 > 0 => Some(Ordinal(k.0 - 1)),
            _ => None,
        }
    }
}

/// What a driver does that starts again after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AfterCrash {
    /// Begins at the first instruction, as a script does.
    #[default]
    FromTop,
    /// Reads both sets and goes on at the ordinal that neither owns.
    FromObserved,
    /// Goes on at the position it saved last.
    FromSaved,
}

/// One request or wait, and what its refusal means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// What to do.
    pub operation: Operation,
    /// Whether a refused request ends the program.
    pub on_error: OnError,
    /// Which step of the scenario file this belongs to, counted over the whole program.
    /// `copyVolume` is four instructions of one step.
    pub step: u16,
}

/// What a refused request means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnError {
    /// The program ends there, unfinished.
    #[default]
    Fail,
    /// The program goes on with the next step.
    Continue,
}

/// One request of the driver, or one wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// One PATCH of the set's `spec`; what is `None` stays.
    Patch {
        /// Whose set.
        cluster: ClusterId,
        /// The new `spec.ordinals.start`.
        start: Option<Expression>,
        /// The new `spec.replicas`.
        replicas: Option<Expression>,
    },
    /// One PATCH of the set's `/scale`, which has `replicas` only.
    Scale {
        /// Whose set.
        cluster: ClusterId,
        /// The new `spec.replicas`.
        replicas: Expression,
    },
    /// GET of the source's claim: the volume's name is in it.
    GetClaim(Expression),
    /// GET of the source's volume, whose fields the driver will copy.
    GetVolume(Expression),
    /// POST of the copied volume in the destination.
    CreateVolume(Expression, ClaimRefCopy, Copied),
    /// POST of the copied claim in the destination, naming the copied volume.
    CreateClaim(Expression),
    /// A new disk holding what the disk of the source's claim holds now, with its volume and
    /// claim in the destination: a restored backup.
    RestoreDisk(Expression),
    /// PATCH of `spec.persistentVolumeReclaimPolicy` of the volume that the claim is bound to.
    SetReclaimPolicy(ObjectRef, ReclaimPolicy),
    /// DELETE of an object; the driver remembers which incarnation it was.
    Delete(ObjectRef),
    /// DELETE of a Pod with a grace period of zero: the object goes, the container may stay.
    ForceDeletePod(ObjectRef),
    /// DELETE of the set.
    DeleteSet(ClusterId, Cascade),
    /// POST of the set.
    CreateSet {
        /// In which cluster.
        cluster: ClusterId,
        /// `spec.ordinals.start`.
        start: Expression,
        /// `spec.replicas`.
        replicas: Expression,
    },
    /// GET of an object, refused if there is none. What it has is not kept.
    Get(ObjectRef),
    /// A request about a Secret or ConfigMap.
    Extra(ExtraVerb, ExtraRef),
    /// Looks once whether a condition holds, and goes one way or the other.
    Test(Condition),
    /// Waits until the incarnation that the driver looked at, or deleted, is gone: no object
    /// of that name, or one with another uid.
    AwaitGone(ObjectRef, Look, Timeout),
    /// Waits until a condition holds on the store.
    Await(Condition, Timeout),
    /// Saves the position, for [`AfterCrash::FromSaved`].
    Save,
}

impl Operation {
    /// The set that a request writes to, with the `start` and `replicas` that it stores there; what
    /// is `None` stays.
    #[must_use]
    pub const fn stored(self) -> Option<(ClusterId, Option<Expression>, Option<Expression>)> {
        match self {
            Self::Patch {
                cluster,
                start,
                replicas,
            } => Some((cluster, start, replicas)),
            Self::Scale { cluster, replicas } => Some((cluster, None, Some(replicas))),
            Self::CreateSet {
                cluster,
                start,
                replicas,
            } => Some((cluster, Some(start), Some(replicas))),
            _ => None,
        }
    }
}

/// What becomes of what a deleted set owns: `propagationPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cascade {
    /// The set goes at once, and the garbage collector deletes afterwards what it owned.
    Background,
    /// The garbage collector deletes what the set owns, and the set goes once that is gone.
    Foreground,
    /// The garbage collector takes the set out of the owners of everything, and then the set goes.
    Orphan,
}

/// A Secret or ConfigMap of a side, by its place in [`super::setup::Setup::extras`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExtraRef {
    /// In which cluster.
    pub cluster: ClusterId,
    /// Its place in the list.
    pub number: u8,
}

/// What is asked about a Secret or ConfigMap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtraVerb {
    /// GET.
    Get,
    /// POST, refused if it exists.
    Create,
    /// GET, then POST or PATCH: it exists afterwards.
    Apply,
    /// DELETE, refused if there is none.
    Delete,
}

/// An object that the driver names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// In which cluster.
    pub cluster: ClusterId,
    /// Of which ordinal; a set has none and this is not read.
    pub ordinal: Expression,
}

/// The kinds of object that the driver deletes or waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    /// The Pod of an ordinal.
    Pod,
    /// The PersistentVolumeClaim of an ordinal.
    Claim,
    /// The PersistentVolume that carries the disk of an ordinal.
    Volume,
    /// The StatefulSet.
    StatefulSet,
}

/// Whether a wait looks first, or goes by what a DELETE just answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// `kubectl wait --for=delete`: a first look finds the incarnation to wait for, or nothing.
    First,
    /// The wait inside `kubectl delete`: for the incarnation that was deleted.
    AfterDelete,
}

/// A condition on the stores of the API servers, or on the storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// The Pod exists and its condition Ready is true.
    PodReady(ClusterId, Expression),
    /// The Pod is Ready for at least `minReadySeconds`.
    PodAvailable(ClusterId, Expression),
    /// The disk of the ordinal has no attachment in the cluster.
    VolumeDetached(ClusterId, Expression),
    /// The claim of the ordinal is Bound in the cluster.
    VolumeBound(ClusterId, Expression),
    /// The set's `status.observedGeneration` is its `generation`.
    SetObserved(ClusterId),
    /// An object of that name exists, being deleted or not.
    Exists(ObjectRef),
    /// No object of that name exists.
    Absent(ObjectRef),
    /// What `kubectl rollout status` waits for: the set's status tells of its present `spec`, and
    /// at least `spec.replicas` Pods are Ready.
    RolledOut(ClusterId),
    /// A field of the set's status has this value. Not local to an ordinal: it counts.
    StatusEquals(ClusterId, StatusField, Expression),
}

impl Condition {
    /// Whether it compares how many Pods a status counts with a number.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::RolledOut(_) | Self::StatusEquals(..))
    }
}

/// The fields of a StatefulSet's status that count Pods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusField {
    /// `status.replicas`: Pods that exist, condemned and terminating ones too.
    Replicas,
    /// `status.readyReplicas`: Pods that are Ready, terminating ones too.
    ReadyReplicas,
}

/// How a wait ends whose condition does not come true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Timeout {
    /// Never.
    #[default]
    Never,
    /// It may time out and end the program.
    Fail,
    /// It may time out and the program goes on.
    Continue,
}

/// What becomes of `spec.claimRef` in a copied volume.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ClaimRefCopy {
    /// Left out, as in the Kubernetes blog's demo.
    #[default]
    Drop,
    /// Namespace and name stay, the uid goes.
    DropUid,
    /// Everything stays, the source claim's uid too.
    Keep,
}

/// Whose fields a copied volume has, beside `spec.claimRef`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copied {
    /// Those of the volume that the driver has read last; the reclaim policy perhaps another.
    Read(Option<ReclaimPolicy>),
    /// Those of the source's volume, which has not changed since it was read before others; it
    /// had, or is given, this reclaim policy.
    Kept(ReclaimPolicy),
}

/// `k`·*a* + `N`·*b* + *c*.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Expression {
    /// How often `k` counts.
    pub k: i16,
    /// How often `N` counts.
    pub n: i16,
    /// The constant.
    pub constant: i16,
}

impl Expression {
    /// The loop's ordinal.
    pub const K: Self = Self {
        k: 1,
        n: 0,
        constant: 0,
    };

    /// A plain number.
    #[must_use]
    pub const fn number(constant: i16) -> Self {
        Self {
            k: 0,
            n: 0,
            constant,
        }
    }

    /// Its value for the loop's ordinal `k` and the number of replicas `n`.
    #[must_use]
    pub fn value(self, k: Ordinal, n: u8) -> i32 {
        i32::from(self.k) * i32::from(k.0)
            + i32::from(self.n) * i32::from(n)
            + i32::from(self.constant)
    }

    /// Whether it names a number other than 0 that does not move with `k` or `N`.
    #[must_use]
    pub const fn is_fixed_number(self) -> bool {
        self.k == 0 && self.n == 0 && self.constant != 0
    }
}

impl std::ops::Add for Expression {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            k: self.k + other.k,
            n: self.n + other.n,
            constant: self.constant + other.constant,
        }
    }
}

impl std::fmt::Display for Expression {
    /// Writes the expression as a scenario file does: `N - k - 1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut empty = true;
        for (count, name) in [(self.n, "N"), (self.k, "k"), (self.constant, "")] {
            for _ in 0..if name.is_empty() {
                1
            } else {
                count.unsigned_abs()
            } {
                if count == 0 {
                    continue;
                }
                let sign = match (empty, count < 0) {
                    (true, false) => "",
                    (true, true) => "-",
                    (false, false) => " + ",
                    (false, true) => " - ",
                };
                f.write_str(sign)?;
                if name.is_empty() {
                    write!(f, "{}", count.unsigned_abs())?;
                } else {
                    f.write_str(name)?;
                }
                empty = false;
            }
        }
        if empty { f.write_str("0") } else { Ok(()) }
    }
}

impl Program {
    /// The instructions' positions that belong to the body.
    #[must_use]
    pub fn body(&self) -> std::ops::Range<usize> {
        self.body_start..self.body_end
    }

    /// Where a program over `replicas` ordinals begins.
    #[must_use]
    pub fn first_position(&self, replicas: u8) -> usize {
        self.enter(0, replicas)
    }

    /// The loop's ordinal when the program comes to `position` from outside the loop.
    #[must_use]
    pub fn k_at(&self, position: usize, replicas: u8) -> Ordinal {
        match self.loop_order {
            Some(order) if self.body().contains(&position) => order.first(replicas),
            _ => Ordinal(0),
        }
    }

    /// The position and ordinal after the instruction at `position` in the iteration of `k`.
    #[must_use]
    pub fn next(&self, position: usize, k: Ordinal, replicas: u8) -> (usize, Ordinal) {
        let next = position + 1;
        if self.body().contains(&position) && next < self.body_end {
            return (next, k);
        }
        if self.body().contains(&position) {
            return self.next_iteration(k, replicas);
        }
        let next = self.enter(next, replicas);
        (next, self.k_at(next, replicas))
    }

    /// Where the instruction at `position` of a program with branches leads.
    #[must_use]
    pub fn exits(&self, position: usize) -> Option<Exits> {
        self.exits.get(position).copied()
    }

    /// Where the program is after the iteration of `k`.
    #[must_use]
    pub fn next_iteration(&self, k: Ordinal, replicas: u8) -> (usize, Ordinal) {
        match self.loop_order.and_then(|order| order.after(k, replicas)) {
            Some(k) => (self.body_start, k),
            None => (self.body_end, Ordinal(0)),
        }
    }

    /// Skips a body that has no iteration.
    const fn enter(&self, position: usize, replicas: u8) -> usize {
        let skip = self.loop_order.is_some() && replicas == 0;
        if skip && position == self.body_start {
            self.body_end
        } else {
            position
        }
    }
}
