//! What it costs that a controller makes its writes one by one, and what the steps cost that the
//! model leaves out.

use serde_json::{Value, json};
use straddle::Migration;
use straddle::engine::{Formula, Order, Question, Searchable, Settings, Verdict};
use straddle::internals::scenario::Scenario;
use straddle::internals::world::id::PerCluster;
use straddle::internals::world::setup::Reads;

use crate::arguments::Arguments;
use crate::at_once::AtOnce;
use crate::bundled::read;
use crate::cost::{Cost, search};
use crate::shown::{grouped, table};

/// Scenarios, and with how many replicas.
const SCENARIOS: [(&str, u8); 6] = [
    ("kep-3335-ordered", 6),
    ("blog-redis-cluster-gated-faults", 6),
    ("stale-controller", 6),
    ("low-end-first", 6),
    ("blog-redis-cluster", 2),
    ("blog-redis-cluster", 3),
];

/// One scenario in three ways.
struct Row {
    name: String,
    at_once: Cost,
    planned: Cost,
    every_step: Cost,
    /// Properties that are violated only if somebody can act between a look and its writes.
    found: Vec<&'static str>,
}

/// Searches the whole space of each scenario, fewest steps first.
///
/// # Errors
/// If a scenario cannot be read, or if a verdict changes that must not.
pub fn run(arguments: &Arguments) -> Result<String, String> {
    let mut rows = Vec::new();
    for (name, replicas) in SCENARIOS {
        let scenario = read(name)?;
        let replicas = replicas.min(scenario.setup.replicas);
        rows.push(compare(name, &scenario, replicas, arguments)?);
    }
    Ok(if arguments.json {
        json(&rows)
    } else {
        shown(&rows)
    })
}

fn compare(
    name: &str,
    scenario: &Scenario,
    replicas: u8,
    arguments: &Arguments,
) -> Result<Row, String> {
    let setup = scenario.with_replicas(replicas);
    let mut setup = setup.ok_or_else(|| format!("`{name}` names an ordinal"))?;
    let migration = Migration::new(setup.clone());
    let (planned, violated) = whole(&migration, migration.invariants(), arguments);
    let at_once = AtOnce(migration);
    let (at_once, violated_at_once) = whole(&at_once, at_once.invariants(), arguments);
    setup.reads = PerCluster {
        source: Reads::EVERYTHING,
        destination: Reads::EVERYTHING,
    };
    let apart = Migration::new(setup);
    let (every_step, violated_with_every_step) = whole(&apart, apart.invariants(), arguments);
    if every_step.finished && violated_with_every_step != violated {
        return Err(format!("{name}: the steps left out change a verdict"));
    }
    let only_planned = violated.into_iter();
    let found = only_planned.filter(|property| !violated_at_once.contains(property));
    Ok(Row {
        name: format!("{name}, N = {replicas}"),
        at_once,
        planned,
        every_step,
        found: found.collect(),
    })
}

/// All states, and the invariants that are violated.
fn whole<M: Searchable>(
    model: &M,
    mut formulas: Vec<Formula<M>>,
    arguments: &Arguments,
) -> (Cost, Vec<&'static str>) {
    // A search ends when all is decided.
    formulas.push(Formula::invariant("searched to the end", |_, _| true));
    let question = Question::new(formulas);
    let settings = Settings {
        threads: arguments.threads,
        order: Order::Shortest,
        ..Settings::default()
    };
    let (cost, decisions) = search(model, &question, settings, arguments.states);
    let is_violated = |verdict: &Verdict<_>| matches!(verdict, Verdict::Violated(_));
    let violated = decisions.iter().filter(|one| is_violated(&one.verdict));
    (cost, violated.map(|one| one.name).collect())
}

fn shown(rows: &[Row]) -> String {
    let mut table = table(&[
        "scenario",
        "at once",
        "as modelled",
        "every step",
        "plans cost",
        "steps left out",
        "found by plans alone",
    ]);
    for row in rows {
        table.add_row([
            row.name.clone(),
            states(&row.at_once),
            states(&row.planned),
            states(&row.every_step),
            times(&row.planned, &row.at_once),
            times(&row.every_step, &row.planned),
            row.found.join(", "),
        ]);
    }
    table.to_string()
}

fn states(cost: &Cost) -> String {
    let more = if cost.finished { "" } else { "> " };
    format!("{more}{}", grouped(cost.states))
}

/// How many times as many states.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn times(larger: &Cost, smaller: &Cost) -> String {
    let more = if larger.finished { "" } else { "> " };
    format!("{more}{:.1}x", larger.states as f64 / smaller.states as f64)
}

fn json(rows: &[Row]) -> String {
    let cost = |cost: &Cost| {
        json!({
            "finished": cost.finished,
            "uniqueStates": cost.states,
            "transitions": cost.transitions,
            "seconds": cost.seconds,
        })
    };
    let row = |row: &Row| {
        json!({
            "name": row.name,
            "atOnce": cost(&row.at_once),
            "asModelled": cost(&row.planned),
            "everyStep": cost(&row.every_step),
            "foundByPlansAlone": row.found,
        })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    format!("{:#}", Value::from(rows))
}
