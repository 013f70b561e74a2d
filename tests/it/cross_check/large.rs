//! A space so large that its levels are searched in several blocks, by many threads.

use straddle::engine::Settings;

use super::question::{about, to_the_end};
use super::space::Space;
use super::{Case, UNBOUNDED, deep, dominates, many, search, search_alike, ways};
use crate::toys::Web;

/// A level of it has more than 80,000 states.
const WEB: Web = Web {
    nodes: 200_003,
    budget: 1,
    first_bad: 150_000,
};

/// The web, and all that there is of it.
fn case() -> Case<'static, Web> {
    let question = to_the_end(&about(&WEB));
    let space = Space::of(&WEB, &question, usize::MAX).expect("no bound");
    Case {
        model: &WEB,
        question,
        space,
        name: "web",
    }
}

#[test]
fn levels_of_several_blocks() {
    let case = case();
    assert!(case.space.widest_level() > 80_000);
    for way in ways() {
        let outcome = search_alike(&WEB, &case.question, &UNBOUNDED, way, &[2, 4]);
        case.check(way, &outcome);
        if way.dominance == dominates(&WEB, way) {
            case.check_cut(way, &deep(9));
            case.check_cut(way, &many(100_000));
        }
    }
}

/// Many more threads than cores, so that they get in each other's way.
#[test]
fn many_threads_find_the_same_every_time() {
    let question = to_the_end(&about(&WEB));
    for way in ways().filter(|way| way.dominance == dominates(&WEB, *way)) {
        search_alike(&WEB, &question, &UNBOUNDED, way, &[8, 8, 8]);
    }
    let way = Settings::default();
    let twice = [3, 16].map(|threads| search(&WEB, &question, &many(150_000), way, threads));
    let [left, right] = twice.map(|outcome| super::essence(&outcome));
    assert_eq!(left, right);
}
