//! How a space grows with the number of replicas, and with the budget of each kind of fault.

use straddle::internals::scenario::catalogue::fault_names;

use crate::arguments::Arguments;
use crate::bundled::{grown, row};
use crate::chart::{Line, draw};
use crate::row::show;

/// Numbers of replicas.
const REPLICAS: std::ops::RangeInclusive<u8> = 3..=8;

/// A scenario of each policy that waits where it has to, and budgets.
const GROWING: [(&str, &[&str]); 2] = [
    (
        "kep-3335-ordered",
        &[
            "none",
            "driverCrash=1",
            "eviction=1",
            "eviction=1,driverCrash=1",
        ],
    ),
    (
        "blog-redis-cluster-gated-faults",
        &[
            "none",
            "eviction=1,driverCrash=1",
            "eviction=2,driverCrash=2",
        ],
    ),
];

/// What each kind of fault is looked at with, and with how many replicas.
const FAULTY: (&str, u8) = ("blog-redis-cluster-gated-faults", 4);

/// Budgets of one kind.
const AT_MOST: [u8; 2] = [1, 2];

/// Searches, and draws the growth with the number of replicas if that is asked for.
///
/// # Errors
/// If a scenario cannot be read, or if the chart cannot be written.
pub fn run(arguments: &Arguments) -> Result<String, String> {
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (name, budgets) in GROWING {
        for faults in budgets {
            let mut points = Vec::new();
            for replicas in REPLICAS {
                let scenario = grown(name, replicas, faults)?;
                let told = format!("{name}, N = {replicas}, {faults}");
                let found = row(&told, &scenario, arguments)?;
                if found.cost.finished {
                    points.push((u32::from(replicas), found.cost.states));
                }
                rows.push(found);
            }
            let name = format!("{name}, {}", faults.replace(',', ", "));
            lines.push(Line { name, points });
        }
    }
    let (name, replicas) = FAULTY;
    let mut budgets = vec!["none".to_owned()];
    for kind in fault_names() {
        budgets.extend(AT_MOST.map(|at_most| format!("{kind}={at_most}")));
    }
    for faults in budgets {
        let scenario = grown(name, replicas, &faults)?;
        let told = format!("{name}, N = {replicas}, {faults}");
        rows.push(row(&told, &scenario, arguments)?);
    }
    if let Some(path) = &arguments.chart {
        draw(path, &lines).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(show("scenario, replicas, faults", &rows, arguments.json))
}
