//! The same migration for every number of replicas, as [`Sliced`] wants it.

use super::Migration;
use super::witnesses;
use crate::actors::{Step, driver};
use crate::every_n::{Reasons, Sliced};
use crate::world::World;
use crate::world::letter::{self, Frame, Letter};
use crate::world::setup::Setup;

/// A migration for each number of replicas that there is room for, from none on.
pub struct Sizes {
    /// By number of replicas.
    models: Vec<Migration>,
    /// Ordinals beyond those of the application, the same for each number.
    added: usize,
}

impl Sizes {
    /// The migrations of these setups, which are for no replicas, one, two and so on.
    ///
    /// # Panics
    /// If there are none, or one of them has more further ordinals than another.
    #[must_use]
    pub fn new(setups: impl IntoIterator<Item = Setup>) -> Self {
        let models: Vec<Migration> = setups.into_iter().map(Migration::new).collect();
        let added = |setup: &Setup| usize::from(setup.ordinals - setup.replicas);
        let first = added(models.first().expect("there is a setup").setup());
        for (replicas, model) in models.iter().enumerate() {
            let setup = model.setup();
            assert_eq!(usize::from(setup.replicas), replicas);
            assert_eq!(added(setup), first, "{replicas} replicas");
        }
        Self {
            models,
            added: first,
        }
    }
}

impl Sizes {
    /// How many replicas a state of so many letters has.
    #[must_use]
    pub const fn replicas(&self, letters: usize) -> usize {
        letters.saturating_sub(self.added)
    }
}

impl Sliced for Sizes {
    type Model = Migration;
    type Frame = Frame;
    type Letter = Letter;

    fn model(&self, letters: usize) -> Option<&Migration> {
        self.models.get(letters.checked_sub(self.added)?)
    }

    fn split(&self, model: &Migration, world: &World, letters: &mut Vec<Letter>) -> Frame {
        let named = driver::named(model.setup(), world);
        letter::split(model.setup(), world, &named, letters)
    }

    fn join(&self, frame: &Frame, letters: &[Letter]) -> Option<(&Migration, World)> {
        let model = self.model(letters.len())?;
        let (world, named) = letter::join(model.setup(), frame, letters)?;
        (driver::named(model.setup(), &world) == named).then_some((model, world))
    }

    /// Ordinals beyond the application's are few, and each has a place of its own.
    fn is_named(&self, letter: &Letter) -> bool {
        letter.names != 0 || !letter.is_member
    }

    fn witnesses(&self, model: &Migration, before: &World, step: &Step, after: &World) -> usize {
        witnesses::of(model.setup(), before, *step, after)
    }

    fn reasons(&self, frame: &Frame, letter: &Letter) -> Reasons {
        witnesses::reasons(self.models[0].setup(), frame, letter)
    }

    fn most_with(&self, frame: &Frame, reasons: Reasons) -> usize {
        witnesses::most_with(self.models[0].setup(), frame, reasons)
    }

    fn most_witnesses(&self) -> usize {
        witnesses::MOST
    }
}
