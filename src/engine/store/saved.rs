//! The store in a checkpoint.

use std::io;

use super::{Index, NO_PARENT, PARTITIONS, Partition, Store, part};
use crate::engine::checkpoint::{Sink, Source};

impl Store {
    pub(in crate::engine) fn write(&self, out: &mut Sink) -> io::Result<()> {
        let mut partitions = self.partitions.iter();
        partitions.try_for_each(|partition| partition.write(out))
    }

    /// Takes in the states that were written, in place of its own.
    pub(in crate::engine) fn read(&mut self, from: &mut Source) -> io::Result<()> {
        let partition = |number| Partition::read(number, &self.format, from);
        self.partitions = (0..PARTITIONS).map(partition).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Whether there is a state of that number.
    pub(in crate::engine) fn holds(&self, index: Index) -> bool {
        let (partition, local) = part(index);
        self.partitions[partition].holds(local)
    }

    /// Whether this row is stored as that of a state without a parent.
    pub(in crate::engine) fn starts_with(&self, row: &[u64]) -> bool {
        self.find(row).is_some_and(|index| {
            let (partition, local) = part(index);
            self.partitions[partition].parent(local) == NO_PARENT
        })
    }
}
