//! What is shown of the runs.

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::measured::Measured;
use crate::shown::{grouped, rounded, table as empty_table};

/// One engine, with the medians of its runs.
pub struct Row {
    engine: &'static str,
    /// Whether it looks at every state.
    counts_all: bool,
    /// Or why there are no numbers.
    measured: Result<Measured, String>,
}

impl Row {
    /// The row of an engine that has run so often.
    pub fn new(
        engine: &'static str,
        counts_all: bool,
        runs: Result<Vec<Measured>, String>,
    ) -> Self {
        Self {
            engine,
            counts_all,
            measured: runs.and_then(|runs| medians(&runs)),
        }
    }

    fn is_ours(&self) -> bool {
        self.engine.starts_with("straddle")
    }
}

/// The median of each number. Counts must be the same in all runs.
fn medians(runs: &[Measured]) -> Result<Measured, String> {
    let first = runs.first().ok_or("has not run")?;
    let counts = |run: &Measured| (run.unique_states, run.transitions);
    if runs.iter().any(|run| counts(run) != counts(first)) {
        return Err("counted differently from run to run".to_owned());
    }
    let median = |number: fn(&Measured) -> f64| {
        let mut numbers: Vec<f64> = runs.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        let middle = numbers.len() / 2;
        f64::midpoint(numbers[(numbers.len() - 1) / 2], numbers[middle])
    };
    let mut peaks: Vec<u64> = runs.iter().map(|run| run.peak_bytes).collect();
    peaks.sort_unstable();
    Ok(Measured {
        seconds: median(|run| run.seconds),
        cpu_seconds: median(|run| run.cpu_seconds),
        peak_bytes: peaks[peaks.len() / 2],
        ..*first
    })
}

/// The first two engines that look at every state and do not agree on the number of states and
/// transitions.
pub fn disagreement(rows: &[Row]) -> Option<String> {
    let mut counted = rows
        .iter()
        .filter(|row| row.counts_all)
        .filter_map(|row| Some((row.engine, row.measured.as_ref().ok()?)));
    let (first, expected) = counted.next()?;
    let counts = |run: &Measured| (run.unique_states, run.transitions);
    let (other, found) = counted.find(|(_, found)| counts(found) != counts(expected))?;
    let (states, transitions) = counts(expected);
    let (other_states, other_transitions) = counts(found);
    Some(format!(
        "{first} found {states} states and {transitions} transitions, \
         {other} {other_states} and {other_transitions}"
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn rates(run: &Measured) -> (f64, f64) {
    let states = run.unique_states as f64;
    (states / run.seconds, run.peak_bytes as f64 / states)
}

/// An array of objects, one for each engine. All have the same fields: an engine that has no
/// numbers has `null` for each.
pub fn json(rows: &[Row]) -> String {
    let row = |row: &Row| match &row.measured {
        Ok(run) => {
            let (states_per_second, bytes_per_state) = rates(run);
            json!({
                "engine": row.engine,
                "available": true,
                "reason": null,
                "countsAll": row.counts_all,
                "uniqueStates": run.unique_states,
                "transitions": run.transitions,
                "seconds": run.seconds,
                "cpuSeconds": run.cpu_seconds,
                "statesPerSecond": states_per_second,
                "peakBytes": run.peak_bytes,
                "bytesPerState": bytes_per_state,
            })
        }
        Err(reason) => json!({
            "engine": row.engine,
            "available": false,
            "reason": reason,
            "countsAll": row.counts_all,
            "uniqueStates": null,
            "transitions": null,
            "seconds": null,
            "cpuSeconds": null,
            "statesPerSecond": null,
            "peakBytes": null,
            "bytesPerState": null,
        }),
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    format!("{:#}", Value::from(rows))
}

/// A table with a line for each engine.
pub fn table(arguments: &Arguments, rows: &[Row]) -> String {
    let ours = rows.iter().filter(|row| row.is_ours() && row.counts_all);
    let times = ours.filter_map(|row| Some(row.measured.as_ref().ok()?.seconds));
    let best = times.min_by(f64::total_cmp);
    let mut table = empty_table(&[
        "engine",
        "states",
        "transitions",
        "wall s",
        "CPU s",
        "states/s",
        "bytes/state",
        "wall, straddle = 1",
    ]);
    for row in rows {
        table.add_row(cells(row, best));
    }
    format!(
        "Protocol of size {}, {} round(s). Bytes per state: of straddle what the search asked for \
         at its peak,\nof the others the peak of the whole process. 1 is the fastest row of \
         straddle\nthat looks at every state.\n\n{table}",
        arguments.size, arguments.rounds
    )
}

fn cells(row: &Row, best: Option<f64>) -> Vec<String> {
    let run = match &row.measured {
        Ok(run) => run,
        Err(reason) => return vec![row.engine.to_owned(), first_line(reason)],
    };
    let (states_per_second, bytes_per_state) = rates(run);
    let ratio = best.map_or_else(String::new, |best| format!("{:.2}", run.seconds / best));
    vec![
        row.engine.to_owned(),
        grouped(run.unique_states),
        grouped(run.transitions),
        format!("{:.3}", run.seconds),
        format!("{:.2}", run.cpu_seconds),
        rounded(states_per_second),
        format!("{bytes_per_state:.1}"),
        ratio,
    ]
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
