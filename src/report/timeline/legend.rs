//! What the signs of a table mean.

use crate::report::text::{FAINT, paint, width};
use crate::report::{Counterexample, Lanes};

use super::{NUMBER, has_disk};

/// What each character of a lane says.
const GLYPHS: [(char, &str); 7] = [
    ('#', "Ready"),
    ('o', "running, not Ready"),
    ('+', "Pending"),
    ('v', "terminating"),
    ('z', "running without a Pod object"),
    ('x', "Failed"),
    ('.', "none"),
];

/// What each letter of the disk column says.
const LETTERS: [(char, &str); 7] = [
    ('S', "mounted in source"),
    ('D', "mounted in destination"),
    ('s', "attached to source only"),
    ('d', "attached to destination only"),
    ('*', "new, empty disk"),
    ('^', "restored copy"),
    ('=', "device mounted on a node, without a Pod"),
];

/// The signs of a counterexample, those in steps that are left out too. No glyph is a letter.
pub(super) fn signs(counterexample: &Counterexample) -> Vec<char> {
    let steps = counterexample.steps.iter().map(|step| &step.lanes);
    let all: Vec<&Lanes> = steps.chain([&counterexample.initial]).collect();
    let in_lanes = |glyph: char| {
        let has =
            |lanes: &&Lanes| lanes.source.contains(glyph) || lanes.destination.contains(glyph);
        all.iter().any(has)
    };
    let in_disk = |letter: char| {
        let mut disks = all.iter().flat_map(|lanes| &lanes.disks);
        disks.any(|disk| disk.text.contains(letter))
    };
    let glyphs = GLYPHS.iter().map(|(glyph, _)| *glyph);
    let letters = LETTERS.iter().map(|(letter, _)| *letter);
    let glyphs = glyphs.filter(|&glyph| in_lanes(glyph));
    glyphs
        .chain(letters.filter(|&letter| in_disk(letter)))
        .collect()
}

/// What the signs mean that are not `known` already.
pub(super) fn lines(page: usize, counterexample: &Counterexample, known: &[char]) -> Vec<String> {
    let shown = signs(counterexample);
    let is_new = |sign: char| shown.contains(&sign) && !known.contains(&sign);
    let entry = |(sign, meaning): &(char, &str)| format!("{sign} {meaning}");
    let glyphs = GLYPHS.iter().filter(|(glyph, _)| is_new(*glyph));
    let mut lines = lines_of(page, &glyphs.map(entry).collect::<Vec<_>>());
    let letters = LETTERS.iter().filter(|(letter, _)| is_new(*letter));
    let disk: Vec<String> = letters.map(entry).collect();
    if has_disk(counterexample) && !disk.is_empty() {
        lines.extend(lines_of(
            page,
            &[&["disk:".to_owned()], disk.as_slice()].concat(),
        ));
    }
    lines
}

/// Entries two blanks apart, in as few lines as hold them.
fn lines_of(page: usize, entries: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for entry in entries {
        match lines.last_mut() {
            Some(line) if width(line) + 2 + width(entry) <= page => {
                line.push_str("  ");
                line.push_str(entry);
            }
            _ => lines.push(format!("{:NUMBER$}{entry}", "")),
        }
    }
    lines.iter().map(|line| paint(FAINT, line)).collect()
}
