//! Proofs for every number of replicas: what they say of each bundled scenario, and what they cost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::arguments::Arguments;
use crate::bundled::all;
use crate::program::measure;
use crate::shown::{grouped, table};

/// The program itself, so that the memory is that of a user's command.
const STRADDLE: &str = env!("CARGO_BIN_EXE_straddle");

/// When a command is given up.
const TIMEOUT: Duration = Duration::from_mins(10);

/// What is read of a report.
#[derive(Deserialize)]
struct Report {
    results: Vec<ScenarioReport>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScenarioReport {
    every_n: EveryN,
}

#[derive(Deserialize)]
struct EveryN {
    properties: Vec<Property>,
    seconds: f64,
}

#[derive(Deserialize)]
struct Property {
    verdict: String,
    scope: serde_json::Value,
}

/// A closed set of views.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
struct Scope {
    views: u64,
    j: u64,
    cutoff: Option<u64>,
}

/// One scenario.
struct Row {
    name: String,
    proved: usize,
    broken: usize,
    open: usize,
    /// The sets of views that prove something.
    scopes: Vec<Scope>,
    /// Of the proofs and what they take.
    seconds: f64,
    /// Of the whole command.
    peak_bytes: u64,
    /// Of `straddle certify`, all certificates together.
    certify_seconds: f64,
    certificate_bytes: u64,
}

/// Asks for the proofs of each bundled scenario that is not a script, and looks at them again.
///
/// # Errors
/// If a scenario cannot be read, or a certificate is no proof.
pub fn run(arguments: &Arguments) -> Result<String, String> {
    let mut rows = Vec::new();
    for scenario in all()? {
        if scenario.runbook.is_none() {
            rows.push(row(&scenario.name, &scenario.path, arguments)?);
        }
    }
    Ok(if arguments.json {
        as_json(&rows)
    } else {
        shown(&rows)
    })
}

fn row(name: &str, path: &Path, arguments: &Arguments) -> Result<Row, String> {
    let folder = std::env::temp_dir().join(format!("straddle-proofs-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let runs = (0..arguments.rounds.get()).map(|_| once(name, path, &folder));
    let runs = runs.collect::<Result<Vec<Row>, String>>();
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut runs = runs?;
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    Ok(runs.swap_remove(runs.len() / 2))
}

fn once(name: &str, path: &Path, folder: &Path) -> Result<Row, String> {
    let saved = folder.join("saved");
    let _ = fs::remove_dir_all(&saved);
    let mut check = Command::new(STRADDLE);
    check
        .args(["check", "--every-n", "-o", "json", "--save"])
        .args([&saved, path]);
    let (measured, printed) = measure(&mut check, folder, TIMEOUT)?;
    // What it says of the files comes before or behind.
    let json = &printed[printed.find('{').unwrap_or(0)..];
    let mut reports = serde_json::Deserializer::from_str(json).into_iter::<Report>();
    let report = reports.next().and_then(Result::ok);
    let report = report.and_then(|report| report.results.into_iter().next());
    let every_n = report.ok_or_else(|| format!("{name}: {printed}"))?.every_n;
    let with = |verdict: &str| {
        let properties = every_n.properties.iter();
        properties
            .filter(|property| property.verdict == verdict)
            .count()
    };
    let mut scopes: Vec<Scope> = Vec::new();
    for property in &every_n.properties {
        // That of a broken property is its number of replicas.
        let Ok(scope) = Scope::deserialize(&property.scope) else {
            continue;
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let (certify_seconds, certificate_bytes) = certify(&saved, folder)?;
    Ok(Row {
        name: name.to_owned(),
        proved: with("holds"),
        broken: with("violated"),
        open: with("inconclusive"),
        scopes,
        seconds: every_n.seconds,
        peak_bytes: measured.peak_bytes,
        certify_seconds,
        certificate_bytes,
    })
}

/// Looks at all certificates of a folder again.
fn certify(saved: &Path, folder: &Path) -> Result<(f64, u64), String> {
    let mut seconds = 0.0;
    let mut bytes = 0;
    let mut files: Vec<PathBuf> = fs::read_dir(saved)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "views")
        })
        .collect();
    files.sort();
    for file in files {
        let mut command = Command::new(STRADDLE);
        command.arg("certify").arg(&file);
        let (measured, printed) = measure(&mut command, folder, TIMEOUT)?;
        if !printed.contains("for every number of replicas") {
            return Err(printed);
        }
        seconds += measured.seconds;
        bytes += fs::metadata(&file).map_or(0, |file| file.len());
    }
    Ok((seconds, bytes))
}

fn shown(rows: &[Row]) -> String {
    let mut table = table(&[
        "scenario",
        "proved",
        "broken",
        "open",
        "views (j)",
        "cut-off",
        "s",
        "MiB",
        "certify s",
        "KiB",
    ]);
    for row in rows {
        let views = |scope: &Scope| format!("{} ({})", grouped(scope.views), scope.j);
        let cutoff = |scope: &Scope| {
            scope
                .cutoff
                .map_or("-".to_owned(), |cutoff| cutoff.to_string())
        };
        let listed = |text: &dyn Fn(&Scope) -> String| {
            let texts: Vec<String> = row.scopes.iter().map(text).collect();
            texts.join(" + ")
        };
        table.add_row([
            row.name.clone(),
            row.proved.to_string(),
            row.broken.to_string(),
            row.open.to_string(),
            listed(&views),
            listed(&cutoff),
            format!("{:.2}", row.seconds),
            grouped(row.peak_bytes >> 20),
            format!("{:.2}", row.certify_seconds),
            grouped(row.certificate_bytes >> 10),
        ]);
    }
    table.to_string()
}

fn as_json(rows: &[Row]) -> String {
    let scope =
        |scope: &Scope| json!({ "views": scope.views, "j": scope.j, "cutoff": scope.cutoff });
    let row = |row: &Row| {
        json!({
            "scenario": row.name,
            "proved": row.proved,
            "broken": row.broken,
            "open": row.open,
            "sets": row.scopes.iter().map(scope).collect::<Vec<_>>(),
            "seconds": row.seconds,
            "peakBytes": row.peak_bytes,
            "certifySeconds": row.certify_seconds,
            "certificateBytes": row.certificate_bytes,
        })
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    format!("{:#}", json!(rows))
}
