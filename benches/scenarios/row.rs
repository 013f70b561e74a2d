//! Rows about searches of migrations.

use serde_json::{Value, json};
use straddle::Migration;

use crate::cost::Cost;
use crate::shown::{grouped, rounded, table};

/// One search.
pub struct Row {
    /// What was searched.
    pub name: String,
    /// Bits of a state.
    pub bits: usize,
    /// Words of 64 bits that they take.
    pub words: usize,
    /// What it cost.
    pub cost: Cost,
}

impl Row {
    /// The row of a migration.
    pub fn new(name: impl Into<String>, model: &Migration, cost: Cost) -> Self {
        Self {
            name: name.into(),
            bits: model.layout().bits,
            words: model.layout().words(),
            cost,
        }
    }

    fn cells(&self) -> Vec<String> {
        let cost = &self.cost;
        let more = if cost.finished { "" } else { "> " };
        vec![
            self.name.clone(),
            self.bits.to_string(),
            self.words.to_string(),
            format!("{more}{}", grouped(cost.states)),
            format!("{more}{}", grouped(cost.transitions)),
            format!("{:.1}", cost.bytes_per_state()),
            format!("{:.4}", cost.seconds),
            rounded(cost.transitions_per_second_and_core()),
        ]
    }

    fn json(&self) -> Value {
        let cost = &self.cost;
        json!({
            "name": self.name,
            "bits": self.bits,
            "words": self.words,
            "finished": cost.finished,
            "uniqueStates": cost.states,
            "transitions": cost.transitions,
            "peakBytes": cost.peak_bytes,
            "bytesPerState": cost.bytes_per_state(),
            "threads": cost.threads,
            "seconds": cost.seconds,
            "transitionsPerSecondAndCore": cost.transitions_per_second_and_core(),
        })
    }
}

/// All rows, as a table or as an array. `what` heads the column of names.
pub fn show(what: &str, rows: &[Row], as_json: bool) -> String {
    if as_json {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        return format!("{:#}", Value::from(rows));
    }
    let mut shown = table(&[
        what,
        "bits",
        "words",
        "states",
        "transitions",
        "bytes/state",
        "wall s",
        "transitions/s and core",
    ]);
    for row in rows {
        shown.add_row(row.cells());
    }
    shown.to_string()
}
