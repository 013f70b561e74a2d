//! Our search and stateright's of the same migration.

use std::time::Instant;

use stateright::{Checker, Model};
use straddle::Migration;
use straddle::engine::{Order, Question, Settings, Verdict};

use crate::arguments::Arguments;
use crate::bundled::read;
use crate::cost::{Cost, median, search};
use crate::row::{Row, show};

/// Six replicas, one eviction, one crash of the driver.
const SCENARIO: &str = "kep-3335-ordered";

/// Searches in turns, and says how many times as fast ours is.
///
/// # Errors
/// If they do not find the same states and transitions, or if a property is violated.
pub fn run(arguments: &Arguments) -> Result<String, String> {
    let model = Migration::new(read(SCENARIO)?.setup);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds.get() {
        ours.push(straddle(&model, arguments)?);
        theirs.push(stateright(&model, arguments)?);
    }
    let (ours, theirs) = (median(ours)?, median(theirs)?);
    let counts = |cost: &Cost| (cost.states, cost.transitions);
    if counts(&ours) != counts(&theirs) {
        let (ours, theirs) = (counts(&ours), counts(&theirs));
        return Err(format!("straddle found {ours:?}, stateright {theirs:?}"));
    }
    let rows = [
        Row::new("straddle", &model, ours),
        Row::new("stateright-bfs", &model, theirs),
    ];
    let shown = show("engine", &rows, arguments.json);
    if arguments.json {
        return Ok(shown);
    }
    let ratio = theirs.seconds / ours.seconds;
    Ok(format!(
        "{SCENARIO}, every state, always-properties only. Of stateright no bytes are known.\n\n\
         {shown}\n\nstraddle is {ratio:.1} times as fast."
    ))
}

/// Every state, fewest steps first, as stateright does.
fn straddle(model: &Migration, arguments: &Arguments) -> Result<Cost, String> {
    let question = Question::new(model.invariants());
    let settings = Settings {
        threads: arguments.threads,
        order: Order::Shortest,
        ..Settings::default()
    };
    let (cost, decisions) = search(model, &question, settings, u64::MAX);
    let holds = |verdict: &Verdict<_>| *verdict == Verdict::Holds;
    match decisions.iter().find(|one| !holds(&one.verdict)) {
        Some(broken) => Err(format!("`{}` is not known to hold", broken.name)),
        None => Ok(cost),
    }
}

fn stateright(model: &Migration, arguments: &Arguments) -> Result<Cost, String> {
    let threads = arguments.threads.get();
    let started = Instant::now();
    let checker = model.clone().checker().threads(threads).spawn_bfs().join();
    let seconds = started.elapsed().as_secs_f64();
    match checker.discoveries().keys().next() {
        Some(name) => Err(format!("`{name}` is said to be violated")),
        None => Ok(Cost {
            states: checker.unique_state_count() as u64,
            // It counts the initial state among those that it has generated.
            transitions: checker.state_count() as u64 - 1,
            finished: true,
            seconds,
            peak_bytes: 0,
            threads,
        }),
    }
}
