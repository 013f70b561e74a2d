//! A row as it is laid out: groups one after another.

use super::exchange::Strip;
use super::group::Group;
use super::pass::Needs;

/// A row as it is laid out.
#[derive(Default)]
pub(super) struct Builder {
    /// How many ordinals there are.
    pub ordinals: u8,
    /// Bits that are laid out.
    pub bits: usize,
    /// The bits that each ordinal has: whatever is laid out for each ordinal is among them.
    pub strips: Vec<Strip>,
}

impl Builder {
    /// A group of fields that a row has once.
    pub fn one(&mut self, fields: impl Fn(&mut Needs)) -> Group {
        let mut needs = Needs::default();
        fields(&mut needs);
        Group::new(&needs, 1, &mut self.bits)
    }

    /// A group of fields that a row has for each ordinal.
    pub fn each(&mut self, fields: impl Fn(&mut Needs)) -> Group {
        let mut needs = Needs::default();
        fields(&mut needs);
        let group = Group::new(&needs, usize::from(self.ordinals), &mut self.bits);
        self.has_strip(group.strip());
        group
    }

    /// Lays out so many bits for each ordinal.
    pub fn strip(&mut self, bits: usize) -> Strip {
        let strip = Strip {
            at: self.bits,
            bits,
        };
        self.bits += usize::from(self.ordinals) * bits;
        self.has_strip(strip);
        strip
    }

    fn has_strip(&mut self, strip: Strip) {
        if strip.bits > 0 {
            self.strips.push(strip);
        }
    }
}
