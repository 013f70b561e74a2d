//! Values that only the clusters know, while a script is followed without them.
//!
//! In a text such a value is one character of a private plane of Unicode, so that quoting,
//! splitting, files and filters treat it as what it is: a part of a text. Whoever needs to know
//! it asks here what it stands for.

use crate::world::id::ClusterId;
use crate::world::program::Condition;
use crate::world::volume::ReclaimPolicy;

/// The first character that stands for a hole.
const FIRST: u32 = 0xF_0000;
/// One above the last.
const END: u32 = 0xF_FFFE;

/// A hole, by its place in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HoleId(u32);

impl HoleId {
    /// The hole that a character stands for.
    #[must_use]
    pub fn of(character: char) -> Option<Self> {
        let code = u32::from(character);
        (FIRST..END).contains(&code).then(|| Self(code - FIRST))
    }

    /// The character that stands for it.
    #[must_use]
    pub fn character(self) -> char {
        char::from_u32(FIRST + self.0).unwrap_or('\u{F0000}')
    }
}

/// What a number is as a text if it is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zero {
    /// `0`.
    Printed,
    /// Nothing.
    LeftOut,
}

/// What a hole stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hole {
    /// The name of the volume that a claim is bound to, as it was read.
    VolumeName(ClusterId, u8),
    /// The disk behind the volume that was read for an ordinal.
    Disk(u8),
    /// The reclaim policy of the volume that was read for an ordinal, and what it was at that time
    /// if the script knows.
    Policy(u8, Option<ReclaimPolicy>),
    /// The uid of the claim that the volume of an ordinal names.
    ClaimUid(u8),
    /// A number in a set's status, at one place of the program.
    Status(ClusterId, crate::world::program::StatusField, usize, Zero),
    /// The text `value` if a condition holds, at one place of the program.
    If(Condition, &'static str, usize),
    /// What a person types who is asked, at one place of the script.
    Answer(usize),
    /// Something that no request of a migration depends on; in words.
    Other(String),
}

/// A text of the user's own can have such a character, too.
static UNKNOWN: Hole = Hole::Other(String::new());

/// All holes of a script.
#[derive(Clone, Debug, Default)]
pub struct Holes(Vec<Hole>);

impl Holes {
    /// The text that stands for a hole; the same text for the same hole.
    pub fn text(&mut self, hole: Hole) -> String {
        let place = self.0.iter().position(|known| *known == hole);
        let place = place.unwrap_or_else(|| {
            self.0.push(hole);
            self.0.len() - 1
        });
        HoleId(u32::try_from(place).unwrap_or(0))
            .character()
            .to_string()
    }

    /// What a hole stands for.
    #[must_use]
    pub fn get(&self, id: HoleId) -> &Hole {
        self.0.get(id.0 as usize).unwrap_or(&UNKNOWN)
    }

    /// The hole that is all of a text.
    #[must_use]
    pub fn whole(&self, text: &str) -> Option<&Hole> {
        let mut characters = text.chars();
        let id = HoleId::of(characters.next()?)?;
        characters.next().is_none().then(|| self.get(id))
    }

    /// What `${name:-0}` makes of a value.
    pub fn with_zero(&mut self, text: String) -> String {
        match self.whole(&text).cloned() {
            Some(Hole::Status(cluster, field, at, Zero::LeftOut)) => {
                self.text(Hole::Status(cluster, field, at, Zero::Printed))
            }
            _ => text,
        }
    }

    /// A text in words that people can read.
    #[must_use]
    pub fn readable(&self, text: &str) -> String {
        let mut readable = String::new();
        for character in text.chars() {
            match HoleId::of(character) {
                Some(id) => readable.push_str(&self.describe(id)),
                None => readable.push(character),
            }
        }
        readable
    }

    /// What a hole stands for, in words.
    #[must_use]
    pub fn describe(&self, id: HoleId) -> String {
        match self.get(id) {
            Hole::VolumeName(_, ordinal) => format!("<the volume of claim {ordinal}>"),
            Hole::Disk(ordinal) => format!("<disk {ordinal}>"),
            Hole::Policy(ordinal, _) => format!("<the reclaim policy of volume {ordinal}>"),
            Hole::ClaimUid(ordinal) => format!("<the uid of claim {ordinal}>"),
            Hole::Status(side, ..) => format!("<a number of the status in {}>", side.name()),
            Hole::If(..) => "<a condition>".to_owned(),
            Hole::Answer(_) => "<what a person types>".to_owned(),
            Hole::Other(what) => format!("<{what}>"),
        }
    }
}
