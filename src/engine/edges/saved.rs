//! Recorded steps in a checkpoint.

use std::io;

use super::{Block, Edges, Graph, Notes, StateSet};
use crate::engine::checkpoint::{Sink, Source, damaged};

impl Edges {
    pub(in crate::engine) fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.number(self.blocks.len() as u64)?;
        for block in &self.blocks {
            block.write(out)?;
        }
        self.graph.write(out)
    }

    pub(in crate::engine) fn read(from: &mut Source) -> io::Result<Self> {
        let count = from.number()?;
        let blocks = (0..count).map(|_| Block::read(from));
        Ok(Self {
            blocks: blocks.collect::<Result<_, _>>()?,
            graph: Graph::read(from)?,
        })
    }
}

impl Block {
    fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.numbers(self.from.iter().copied())?;
        out.numbers(self.notes.iter().map(|notes| u32::from(notes.0)))?;
        out.numbers(self.ends.iter().copied())?;
        out.numbers(self.targets.iter().copied())
    }

    fn read(from: &mut Source) -> io::Result<Self> {
        let block = Self {
            from: from.numbers()?,
            notes: notes(from)?,
            ends: from.numbers()?,
            targets: from.numbers()?,
        };
        let targets = block.ends.last().map_or(0, |&end| end as usize);
        let states = block.from.len();
        let fits = states == block.ends.len() && states == block.notes.len();
        let is_whole = fits && targets == block.targets.len() && block.ends.is_sorted();
        if is_whole { Ok(block) } else { Err(damaged()) }
    }
}

impl Graph {
    fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.numbers(self.states.iter().copied())?;
        out.numbers(self.notes.iter().map(|notes| u32::from(notes.0)))?;
        out.words(&self.ends)?;
        out.numbers(self.targets.iter().copied())?;
        out.numbers(self.places.iter().copied())
    }

    fn read(from: &mut Source) -> io::Result<Self> {
        let graph = Self {
            states: from.numbers()?,
            notes: notes(from)?,
            ends: from.words()?,
            targets: from.numbers()?,
            places: from.numbers()?,
        };
        let targets = graph.ends.last().map_or(0, |&end| end);
        let states = graph.states.len();
        let fits = states == graph.ends.len() && states == graph.notes.len();
        let is_whole = fits && targets == graph.targets.len() as u64 && graph.ends.is_sorted();
        if is_whole { Ok(graph) } else { Err(damaged()) }
    }
}

impl StateSet {
    pub(in crate::engine) fn write(&self, out: &mut Sink) -> io::Result<()> {
        out.words(&self.0)
    }

    pub(in crate::engine) fn read(from: &mut Source) -> io::Result<Self> {
        from.words().map(Self)
    }
}

fn notes(from: &mut Source) -> io::Result<Vec<Notes>> {
    let numbers = from.numbers()?;
    let note = |number: u32| u8::try_from(number).map(Notes).map_err(|_| damaged());
    numbers.into_iter().map(note).collect()
}
