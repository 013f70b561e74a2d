//! What a cluster has beside what it has of ordinals: its set, and its controller's memory.

use std::ops::{Deref, Index};

use super::id::{ClusterId, Ordinal, OrdinalSet, Slice, Table};
use super::pod::{Owner, Pod};
use super::row::{Column, Row};
use super::stateful_set::{Controller, Previous, StatefulSet};

/// One cluster, but for what it has of ordinals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Cluster {
    /// The StatefulSet, if there is one.
    pub set: Option<StatefulSet>,
    /// The memory of the StatefulSet controller.
    pub controller: Controller,
    /// Which Secrets and ConfigMaps of [`super::setup::Setup::extras`] exist: bit i is number i.
    /// Only the driver changes them.
    pub extras: u8,
}

/// The set as its controller's cache has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetView {
    /// Its ordinals.
    pub slice: Slice,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether this is an older version than the stored one.
    pub older: bool,
}

/// One side of a world, to be read: its cluster, and its column of each ordinal.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Which one.
    pub id: ClusterId,
    cluster: &'a Cluster,
    rows: &'a Table<Row>,
}

impl<'a> Side<'a> {
    /// A side of the world that has these parts.
    pub(super) const fn new(id: ClusterId, cluster: &'a Cluster, rows: &'a Table<Row>) -> Self {
        Self { id, cluster, rows }
    }
}

impl Side<'_> {
    /// The ordinals of which something holds here.
    #[must_use]
    pub fn ordinals(&self, holds: impl Fn(&Column) -> bool) -> OrdinalSet {
        let rows = (0..).map(Ordinal).zip(self.rows.values());
        rows.filter(|(_, row)| holds(&row.sides[self.id]))
            .map(|(ordinal, _)| ordinal)
            .collect()
    }
}

impl Deref for Side<'_> {
    type Target = Cluster;
    fn deref(&self) -> &Cluster {
        self.cluster
    }
}

impl Index<Ordinal> for Side<'_> {
    type Output = Column;
    fn index(&self, ordinal: Ordinal) -> &Column {
        &self.rows[ordinal].sides[self.id]
    }
}

impl Cluster {
    /// The StatefulSet controller's view of the set: the store itself unless its cache lags.
    #[must_use]
    pub fn set_view(&self) -> Option<SetView> {
        if !self.controller.lags {
            let set = self.set?;
            return Some(SetView {
                slice: set.slice,
                deleting: set.deleting,
                older: false,
            });
        }
        match self.controller.previous {
            Previous::Set { slice, deleting } => Some(SetView {
                slice,
                deleting,
                older: true,
            }),
            Previous::NoSet | Previous::Unknown => None,
        }
    }

    /// The ordinals that the side's controller computes from the set as stored now; empty
    /// without a set, or when it is being deleted.
    #[must_use]
    pub fn effective_slice(&self) -> Slice {
        self.set
            .filter(|set| !set.deleting)
            .map_or(Slice::EMPTY, |set| set.slice)
    }

    /// Whether the garbage collector will delete the Pod: the set that owns it is gone, or goes
    /// together with its Pods.
    #[must_use]
    pub fn collects(&self, pod: Pod) -> bool {
        let goes_along = self.set.is_some_and(|set| set.deleting && set.foreground);
        match pod.owner {
            Owner::Set => goes_along,
            Owner::RemovedSet => true,
            Owner::Nobody => false,
        }
    }

    /// Whether the side's set owns the Pod or will adopt it.
    #[must_use]
    pub fn looks_after(&self, pod: Pod) -> bool {
        let set_stays = self.set.is_some_and(|set| !set.deleting);
        set_stays && pod.owner != Owner::RemovedSet
    }
}
