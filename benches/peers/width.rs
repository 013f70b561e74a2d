//! What a state costs by the number of its words.

use std::num::NonZeroUsize;

use serde_json::{Value, json};
use straddle::engine::{Bounds, Formula, Question, Searchable, Unobserved, exhaustive};

use crate::shown::{grouped, rounded, table as empty_table};

/// Each counter counts up to here.
const MOST: u16 = 127;

/// Three counters that count up, in rows of so many words.
///
/// The first word has the counters. Each of the others is scrambled from one of them, so that it
/// has many bits but few values, as the parts of a real state do.
struct Counters {
    words: usize,
}

impl Searchable for Counters {
    type State = [u16; 3];
    type Action = u8;

    fn initial_states(&self) -> Vec<[u16; 3]> {
        vec![[0; 3]]
    }

    fn words(&self) -> usize {
        self.words
    }

    fn pack(&self, state: &[u16; 3], words: &mut [u64]) {
        let [low, middle, high] = state.map(u64::from);
        words[0] = low | middle << 16 | high << 32;
        for (place, word) in words.iter_mut().enumerate().skip(1) {
            *word = scrambled(u64::from(state[place % 3]), place as u64);
        }
    }

    fn unpack(&self, words: &[u64]) -> [u16; 3] {
        [0, 16, 32].map(|shift| (words[0] >> shift) as u16)
    }

    fn successors(&self, state: &[u16; 3], visit: &mut impl FnMut(u8, &[u16; 3])) {
        for counter in 0..3 {
            if state[usize::from(counter)] < MOST {
                let mut next = *state;
                next[usize::from(counter)] += 1;
                visit(counter, &next);
            }
        }
    }
}

/// A word that looks like chance, the same for the same numbers: the finalizer of SplitMix64.
fn scrambled(value: u64, place: u64) -> u64 {
    let mut word = (value << 8 | place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

/// Searches the counters with rows of each of these numbers of words.
///
/// # Errors
/// If there are none, or if a search has not found each state once.
pub fn run(widths: &[usize], as_json: bool) -> Result<String, String> {
    let mut rows = Vec::new();
    for &words in widths {
        if words == 0 {
            return Err("a row has at least one word".to_owned());
        }
        rows.push((words, search(&Counters { words })?));
    }
    Ok(if as_json { json(&rows) } else { table(&rows) })
}

/// One width.
struct Cost {
    states: u64,
    seconds: f64,
    peak_bytes: u64,
}

impl Cost {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    fn rates(&self) -> (f64, f64) {
        let states = self.states as f64;
        (states / self.seconds, self.peak_bytes as f64 / states)
    }
}

fn search(model: &Counters) -> Result<Cost, String> {
    // A search with nothing to decide ends at once.
    let bounded = Formula::invariant("bounded", |_, state: &[u16; 3]| {
        state.iter().all(|&counter| counter <= MOST)
    });
    let question = Question::new(vec![bounded]);
    let bounds = Bounds::default();
    let outcome = exhaustive::check(model, &question, &bounds, NonZeroUsize::MIN, &Unobserved);
    let found = outcome.statistics;
    let values = u64::from(MOST) + 1;
    let expected = (values.pow(3), 3 * u64::from(MOST) * values.pow(2));
    let counts = (found.unique_states, found.transitions);
    if counts != expected {
        let width = model.words;
        return Err(format!(
            "{width} words: found {counts:?}, expected {expected:?}"
        ));
    }
    Ok(Cost {
        states: found.unique_states,
        seconds: found.elapsed.as_secs_f64(),
        peak_bytes: found.peak_bytes,
    })
}

fn json(rows: &[(usize, Cost)]) -> String {
    let row = |(words, cost): &(usize, Cost)| {
        let (states_per_second, bytes_per_state) = cost.rates();
        json!({
            "engine": "straddle",
            "words": words,
            "uniqueStates": cost.states,
            "seconds": cost.seconds,
            "statesPerSecond": states_per_second,
            "peakBytes": cost.peak_bytes,
            "bytesPerState": bytes_per_state,
        })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    format!("{:#}", Value::from(rows))
}

fn table(rows: &[(usize, Cost)]) -> String {
    let mut table = empty_table(&["words", "states", "wall s", "states/s", "bytes/state"]);
    for (words, cost) in rows {
        let (states_per_second, bytes_per_state) = cost.rates();
        table.add_row([
            words.to_string(),
            grouped(cost.states),
            format!("{:.3}", cost.seconds),
            rounded(states_per_second),
            format!("{bytes_per_state:.1}"),
        ]);
    }
    table.to_string()
}
