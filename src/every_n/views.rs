//! Views: a frame, the letters that it names, and a few free ones.

use super::intern::Interner;
use super::{MOST_FREE, Reasons, Sliced, StateOf};

/// A free letter, and behind how many of the named ones it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Place(u32);

impl Place {
    const NONE: Self = Self(u32::MAX);
    /// Bits of the number of a letter.
    const LETTER: u32 = 28;

    const fn new(slot: usize, letter: u32) -> Self {
        Self((slot as u32) << Self::LETTER | letter)
    }

    pub const fn slot(self) -> usize {
        (self.0 >> Self::LETTER) as usize
    }

    pub const fn letter(self) -> u32 {
        self.0 & ((1 << Self::LETTER) - 1)
    }
}

/// A view by numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct View {
    /// The frame and its named letters.
    pub stem: u32,
    free: [Place; MOST_FREE],
}

impl View {
    /// # Panics
    /// If there are more than [`MOST_FREE`] free letters.
    pub fn new(stem: u32, places: &[Place]) -> Self {
        let mut free = [Place::NONE; MOST_FREE];
        free[..places.len()].copy_from_slice(places);
        Self { stem, free }
    }

    /// Its free letters, in the order of their ordinals.
    pub fn free(&self) -> &[Place] {
        let count = self
            .free
            .iter()
            .take_while(|place| **place != Place::NONE)
            .count();
        &self.free[..count]
    }
}

/// A frame and the letters that it names, in the order of their ordinals.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Stem {
    frame: u32,
    named: Vec<u32>,
}

/// A view of one free letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The letter.
    pub place: Place,
    /// Why steps may depend on it.
    pub reasons: Reasons,
    /// The number of the view.
    pub number: u32,
}

/// What is known of a stem: the free letters that its views have, and what steps may depend on.
pub(super) struct Options {
    /// All of them, in the order in which they were put in.
    pub all: Vec<Choice>,
    /// Those that are reasons of some step.
    pub telling: Vec<Choice>,
    /// The reasons of the named letters.
    pub named: Reasons,
    /// The most further ordinals that a step may depend on, by reasons up to [`MOST_TOLD`] each.
    room: [u8; ROOMS],
}

/// More reasons of a kind than so many make no difference.
const MOST_TOLD: usize = 3;
const ROOMS: usize = (MOST_TOLD + 1).pow(3);

impl Options {
    /// Those of a stem without free letters yet.
    fn new<S: Sliced>(sliced: &S, frame: &S::Frame, named: Reasons) -> Self {
        let most = sliced.most_witnesses();
        assert!(most <= MOST_TOLD, "{most} further ordinals");
        let mut room = [0; ROOMS];
        for (index, room) in room.iter_mut().enumerate() {
            let told = MOST_TOLD + 1;
            let reasons = [index % told, index / told % told, index / told / told];
            let reasons = Reasons(reasons.map(|count| count as u8));
            *room = sliced.most_with(frame, reasons).min(most) as u8;
        }
        Self {
            all: Vec::new(),
            telling: Vec::new(),
            named,
            room,
        }
    }

    /// The most further ordinals that a step of a word of this stem may depend on.
    pub fn room(&self, Reasons(reasons): Reasons) -> usize {
        let [one, two, three] = reasons.map(|count| usize::from(count).min(MOST_TOLD));
        let told = MOST_TOLD + 1;
        usize::from(self.room[one + told * (two + told * three)])
    }
}

/// A set of views, each with a number.
pub struct Views<S: Sliced> {
    /// The most free ordinals of one of them.
    pub free: usize,
    frames: Interner<S::Frame>,
    letters: Interner<S::Letter>,
    stems: Interner<Stem>,
    set: Interner<View>,
    /// By stem: its views of one free letter.
    options: Vec<Options>,
}

impl<S: Sliced> Views<S> {
    /// No views, of at most so many free ordinals.
    #[must_use]
    pub fn new(free: usize) -> Self {
        assert!(free <= MOST_FREE, "{free} free ordinals");
        Self {
            free,
            frames: Interner::default(),
            letters: Interner::default(),
            stems: Interner::default(),
            set: Interner::default(),
            options: Vec::new(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn view(&self, number: u32) -> View {
        *self.set.value(number)
    }

    pub(super) fn number(&self, view: &View) -> Option<u32> {
        self.set.find(view)
    }

    /// The free letters that views of this stem have.
    pub(super) fn options(&self, stem: u32) -> &Options {
        &self.options[stem as usize]
    }

    pub(super) fn frame(&self, stem: u32) -> &S::Frame {
        self.frames.value(self.stems.value(stem).frame)
    }

    pub(super) fn letter(&self, place: Place) -> &S::Letter {
        self.letters.value(place.letter())
    }

    /// Writes the letters of a word of this stem: the named ones, and these free ones between
    /// them.
    pub(super) fn spell(&self, stem: u32, free: &[Place], word: &mut Vec<S::Letter>) {
        word.clear();
        let mut free = free.iter().peekable();
        let named = &self.stems.value(stem).named;
        for slot in 0..=named.len() {
            while let Some(place) = free.next_if(|place| place.slot() == slot) {
                word.push(self.letters.value(place.letter()).clone());
            }
            if let Some(&letter) = named.get(slot) {
                word.push(self.letters.value(letter).clone());
            }
        }
    }

    /// The state that a view stands for.
    pub(super) fn state<'s>(&self, sliced: &'s S, view: &View) -> (&'s S::Model, StateOf<S>) {
        let mut word = Vec::new();
        self.spell(view.stem, view.free(), &mut word);
        let joined = sliced.join(self.frame(view.stem), &word);
        joined.expect("a view is part of a state")
    }

    /// How many stems there are.
    pub(super) fn stems(&self) -> u32 {
        u32::try_from(self.stems.len()).expect("fewer than 2^32 stems")
    }

    /// Whether a view of a stem is in the set.
    pub(super) fn has(&self, stem: u32, places: &[Place]) -> bool {
        self.number(&View::new(stem, places)).is_some()
    }

    /// Puts in the view that is a whole word, and none of its parts. Whether it is one.
    pub(super) fn insert_whole(
        &mut self,
        sliced: &S,
        frame: &S::Frame,
        word: &[S::Letter],
    ) -> bool {
        let (stem, free) = self.numbers(sliced, frame, word);
        let is_view = free.len() <= self.free;
        if is_view {
            self.insert(sliced, stem, &free);
        }
        is_view
    }

    /// Puts in all views of a word.
    pub(super) fn insert_all(&mut self, sliced: &S, frame: &S::Frame, word: &[S::Letter]) {
        let (stem, free) = self.numbers(sliced, frame, word);
        let most = self.free;
        for_each_choice(&free, most, &mut |places| self.insert(sliced, stem, places));
    }

    /// The stem of a word, and its free letters.
    fn numbers(&mut self, sliced: &S, frame: &S::Frame, word: &[S::Letter]) -> (u32, Vec<Place>) {
        let (frame, _) = self.frames.number(frame);
        let mut named = Vec::new();
        let mut free = Vec::new();
        for letter in word {
            let (number, _) = self.letters.number(letter);
            if sliced.is_named(letter) {
                named.push(number);
            } else {
                free.push(Place::new(named.len(), number));
            }
        }
        let (stem, is_new) = self.stems.number(&Stem { frame, named });
        if is_new {
            let named = word.iter().filter(|letter| sliced.is_named(letter));
            let reasons = named.map(|letter| sliced.reasons(self.frames.value(frame), letter));
            let named = reasons.fold(Reasons::default(), Reasons::and);
            let options = Options::new(sliced, self.frames.value(frame), named);
            self.options.push(options);
        }
        (stem, free)
    }

    fn insert(&mut self, sliced: &S, stem: u32, places: &[Place]) {
        let (number, is_new) = self.set.number(&View::new(stem, places));
        if let [place] = places
            && is_new
        {
            let reasons = sliced.reasons(self.frame(stem), self.letter(*place));
            let options = &mut self.options[stem as usize];
            let choice = Choice {
                place: *place,
                reasons,
                number,
            };
            options.all.push(choice);
            if !reasons.is_empty() {
                options.telling.push(choice);
            }
        }
    }

    /// How many views of a word are not in the set.
    pub fn missing(&self, sliced: &S, frame: &S::Frame, word: &[S::Letter]) -> usize {
        let mut missing = 0;
        self.each(sliced, frame, word, &mut |number| {
            missing += usize::from(number.is_none());
        });
        missing
    }

    /// Calls `visit` for each view of a word, with its number if it is in the set.
    pub(super) fn each(
        &self,
        sliced: &S,
        frame: &S::Frame,
        word: &[S::Letter],
        visit: &mut impl FnMut(Option<u32>),
    ) {
        let mut named = Vec::new();
        let mut free = Vec::new();
        for letter in word {
            let number = self.letters.find(letter);
            if sliced.is_named(letter) {
                named.push(number);
            } else {
                free.push(number.map_or(Place::NONE, |number| Place::new(named.len(), number)));
            }
        }
        let stem = self.frames.find(frame).and_then(|frame| {
            let named = named.into_iter().collect::<Option<Vec<u32>>>()?;
            self.stems.find(&Stem { frame, named })
        });
        for_each_choice(&free, self.free, &mut |places| {
            let stem = stem.filter(|_| !places.contains(&Place::NONE));
            visit(stem.and_then(|stem| self.number(&View::new(stem, places))));
        });
    }
}

/// Calls `visit` with each choice of at most `most` of the places, in their order.
pub(super) fn for_each_choice(places: &[Place], most: usize, visit: &mut impl FnMut(&[Place])) {
    fn choose(
        places: &[Place],
        most: usize,
        chosen: &mut Vec<Place>,
        visit: &mut impl FnMut(&[Place]),
    ) {
        visit(chosen);
        if chosen.len() == most {
            return;
        }
        for (number, place) in places.iter().enumerate() {
            chosen.push(*place);
            choose(&places[number + 1..], most, chosen, visit);
            chosen.pop();
        }
    }
    choose(places, most, &mut Vec::with_capacity(most), visit);
}
