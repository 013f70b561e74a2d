//! Comments that say which cluster is meant: `# straddle: cluster=source`.
//!
//! On a line of its own a marker is about the lines below it, up to the next one; behind a
//! command it is about that line alone. `# straddle: context=NAME cluster=source` says which side
//! a context, or a file of contexts, stands for, and `# straddle: harmless=NAME` behind a command
//! that the program of this name changes nothing that is checked.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::world::id::ClusterId;

/// All markers of a script.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    /// By the line's first byte, which side the lines from there on are about.
    from: Vec<(usize, ClusterId)>,
    /// Lines that are about one side.
    lines: Vec<(Range<usize>, ClusterId)>,
    /// What contexts and files of contexts stand for.
    pub names: BTreeMap<String, ClusterId>,
    /// Lines with a program that is harmless there.
    harmless: Vec<(Range<usize>, String)>,
    /// Markers that say nothing that is understood, and their place.
    pub unclear: Vec<Range<usize>>,
}

/// What a marker begins with.
const MARK: &str = "# straddle:";

impl Markers {
    /// The markers of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut markers = Self::default();
        let mut start = 0;
        // A line that ends in a backslash goes on in the next.
        let mut first = 0;
        for line in text.split_inclusive('\n') {
            let range = start..start + line.len();
            if let Some(place) = line.find(MARK) {
                let alone = line[..place].trim().is_empty();
                let is_comment = alone || line[..place].ends_with([' ', '\t', ';']);
                if is_comment {
                    markers.read(
                        &line[place + MARK.len()..],
                        first..range.end,
                        alone,
                        start + place,
                    );
                }
            }
            start = range.end;
            if !line.trim_end().ends_with('\\') {
                first = start;
            }
        }
        markers
    }

    fn read(&mut self, text: &str, line: Range<usize>, alone: bool, place: usize) {
        let mut cluster = None;
        let mut names = Vec::new();
        let mut harmless = Vec::new();
        let mut is_clear = true;
        for part in text.split_whitespace() {
            match part.split_once('=') {
                Some(("cluster", name)) => {
                    cluster = super::clusters::side_named(name);
                    is_clear &= cluster.is_some();
                }
                Some(("context" | "kubeconfig", name)) => names.push(name.to_owned()),
                Some(("harmless", name)) if !alone => harmless.push(name.to_owned()),
                _ => is_clear = false,
            }
        }
        let says_harmless = !harmless.is_empty();
        let of_line = |name| (line.clone(), name);
        self.harmless.extend(harmless.into_iter().map(of_line));
        if says_harmless && is_clear && cluster.is_none() && names.is_empty() {
            return;
        }
        let Some(cluster) = cluster.filter(|_| is_clear) else {
            let end = place + MARK.len() + text.trim_end().len();
            return self.unclear.push(place..end);
        };
        if !names.is_empty() {
            self.names
                .extend(names.into_iter().map(|name| (name, cluster)));
        } else if alone {
            self.from.push((line.start, cluster));
        } else {
            self.lines.push((line, cluster));
        }
    }

    /// The side that a marker says a command is about.
    #[must_use]
    pub fn at(&self, span: &Range<usize>) -> Option<ClusterId> {
        let touches = |line: &Range<usize>| {
            line.start < span.end.max(span.start + 1) && span.start < line.end
        };
        let on_line = self.lines.iter().find(|(line, _)| touches(line));
        let above = self.from.iter().rev().find(|(from, _)| *from <= span.start);
        on_line
            .map(|&(_, side)| side)
            .or_else(|| above.map(|&(_, side)| side))
    }

    /// Whether a marker behind a command says that a program of this name is harmless there.
    #[must_use]
    pub fn is_harmless(&self, span: &Range<usize>, name: &str) -> bool {
        let mut lines = self.harmless.iter();
        lines.any(|(line, other)| {
            other == name && line.start < span.end.max(span.start + 1) && span.start < line.end
        })
    }

    /// The side that a context, or a file of contexts, stands for.
    #[must_use]
    pub fn side_of(&self, name: &str) -> Option<ClusterId> {
        if let Some(&side) = self.names.get(name) {
            return Some(side);
        }
        let file = name.rsplit('/').next().unwrap_or(name);
        let stem = file.split('.').next().unwrap_or(file);
        super::clusters::side_named(name).or_else(|| super::clusters::side_named(stem))
    }
}
