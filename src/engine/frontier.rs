//! States on their way to a worker.

use super::store::Index;

/// States that wait for their turn.
#[derive(Default)]
pub(super) struct Frontier {
    pub indices: Vec<Index>,
    /// Their rows, if the store keeps fingerprints only.
    pub rows: Vec<u64>,
}

impl Frontier {
    pub(super) fn append(&mut self, other: &mut Self) {
        self.indices.append(&mut other.indices);
        self.rows.append(&mut other.rows);
    }

    pub(super) fn bytes(&self) -> u64 {
        let numbers = self.indices.capacity() * size_of::<Index>();
        (numbers + self.rows.capacity() * size_of::<u64>()) as u64
    }
}

/// States of a level that one worker looks at: their numbers and, if the store keeps
/// fingerprints, their rows.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub indices: &'a [Index],
    pub rows: &'a [u64],
}

/// The parts of a level, for so many workers.
pub(super) fn parts<'a>(
    indices: &'a [Index],
    rows: &'a [u64],
    words: usize,
    workers: usize,
) -> impl Iterator<Item = Part<'a>> {
    let each = indices.len().div_ceil(workers).max(1);
    let chunks = indices.chunks(each).enumerate();
    chunks.map(move |(number, indices)| {
        let rows = if rows.is_empty() {
            rows
        } else {
            let start = number * each * words;
            &rows[start..start + indices.len() * words]
        };
        Part { indices, rows }
    })
}
