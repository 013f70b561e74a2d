//! Words: small states all of whose views are in a set, each to be stepped once.

use rustc_hash::FxHashSet;

use super::views::{Place, View, Views};
use super::{Reasons, Sliced};

/// Finds the words that a view completes: those whose other views all come before it.
#[derive(Default)]
pub(super) struct Words {
    /// Those that have been found for the view at hand.
    seen: FxHashSet<Vec<Place>>,
}

/// The view that words are looked for.
struct Last<'a, S: Sliced> {
    sliced: &'a S,
    views: &'a Views<S>,
    stem: u32,
    number: u32,
}

impl Words {
    /// Calls `visit` with the stem and the free letters of each word that the view of this number
    /// completes.
    pub fn completed_by<S: Sliced>(
        &mut self,
        sliced: &S,
        views: &Views<S>,
        number: u32,
        visit: &mut impl FnMut(u32, &[Place]),
    ) {
        let view = views.view(number);
        let stem = view.stem;
        visit(stem, view.free());
        if view.free().len() < views.free {
            return;
        }
        self.seen.clear();
        let last = Last {
            sliced,
            views,
            stem,
            number,
        };
        let mut word = view.free().to_vec();
        let reasons = word.iter().map(|place| last.reasons(*place));
        let reasons = reasons.fold(views.options(stem).named, Reasons::and);
        self.grow(&last, &mut word, 0, reasons, &mut |word| visit(stem, word));
    }

    /// Adds another letter to a word that has `added` more than a view, as long as some step may
    /// depend on all of them.
    fn grow<S: Sliced>(
        &mut self,
        last: &Last<'_, S>,
        word: &mut Vec<Place>,
        added: usize,
        reasons: Reasons,
        visit: &mut impl FnMut(&[Place]),
    ) {
        if added == last.sliced.most_witnesses() {
            return;
        }
        let options = last.views.options(last.stem);
        let letters = if options.room(reasons) > added {
            &options.all
        } else {
            &options.telling
        };
        // The rest came later than the view.
        let earlier = letters.partition_point(|choice| choice.number <= last.number);
        for choice in &letters[..earlier] {
            let (place, reasons) = (choice.place, reasons.and(choice.reasons));
            if options.room(reasons) <= added {
                continue;
            }
            for at in positions(word, place) {
                word.insert(at, place);
                if !self.seen.contains(word) && last.has_views(word, at) {
                    self.seen.insert(word.clone());
                    visit(word);
                    self.grow(last, word, added + 1, reasons, visit);
                }
                word.remove(at);
            }
        }
    }
}

impl<S: Sliced> Last<'_, S> {
    fn reasons(&self, place: Place) -> Reasons {
        let frame = self.views.frame(self.stem);
        self.sliced.reasons(frame, self.views.letter(place))
    }

    /// Whether all views that have the letter at this place come no later.
    fn has_views(&self, word: &[Place], at: usize) -> bool {
        // That of the letter alone does.
        if self.views.free == 1 {
            return true;
        }
        let mut chosen = Vec::with_capacity(self.views.free);
        self.has_views_from(word, at, 0, &mut chosen)
    }

    fn has_views_from(
        &self,
        word: &[Place],
        at: usize,
        from: usize,
        chosen: &mut Vec<Place>,
    ) -> bool {
        if from > at {
            let found = self.views.number(&View::new(self.stem, chosen));
            if found.is_none_or(|number| number > self.number) {
                return false;
            }
        }
        // Room for the letter itself has to stay.
        let room = self.views.free - usize::from(from <= at);
        for next in from..word.len() {
            let is_choice = next == at || chosen.len() < room;
            if is_choice {
                chosen.push(word[next]);
                let has_views = self.has_views_from(word, at, next + 1, chosen);
                chosen.pop();
                if !has_views {
                    return false;
                }
            }
            if next == at {
                break;
            }
        }
        true
    }
}

/// Where a letter may be put into a word: among those behind as many named ones.
fn positions(word: &[Place], place: Place) -> std::ops::RangeInclusive<usize> {
    let first = word.partition_point(|other| other.slot() < place.slot());
    let last = word.partition_point(|other| other.slot() <= place.slot());
    first..=last
}
