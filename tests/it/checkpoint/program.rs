//! The program: `--checkpoint` and `--resume`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

use super::folder;

/// A scenario that is more than a first look sees, and a moment's work.
const MEDIUM: &str = "models/blog-redis-cluster-gated";

fn straddle(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_straddle"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", MEDIUM, "--faults", "1"])
        .args(arguments.split_whitespace())
        .env("TERM", "dumb")
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it runs")
}

/// Runs the program with a folder for its checkpoint.
fn with(flag: &str, folder: &Path, arguments: &str) -> Output {
    run(straddle(arguments).arg(flag).arg(folder))
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).expect("nothing but JSON")
}

/// A report without what depends on the machine, and without notes.
fn lasting(output: &Output) -> Json {
    let mut report = json(output);
    let result = &mut report["results"][0];
    for name in ["seconds", "peakBytes", "bounds"] {
        result["search"][name].take();
    }
    result["notes"].take();
    report
}

fn checkpoint(folder: &Path) -> PathBuf {
    folder.join(straddle::engine::checkpoint::FILE)
}

/// The code of the first error, and its message.
fn error(output: &Output) -> (String, String) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let report = json(output);
    let error = &report["errors"][0];
    let text = |name: &str| error[name].as_str().expect("a text").to_owned();
    assert!(!text("help").is_empty());
    (text("code"), text("message"))
}

#[test]
fn a_bound_leaves_a_checkpoint_and_the_end_none() {
    let folder = folder("bound");
    let whole = run(&mut straddle("-o json"));
    let cut = with("--checkpoint", &folder, "-o json --max-states 5000");
    assert_eq!(cut.status.code(), Some(3));
    let notes = json(&cut)["results"][0]["notes"].to_string();
    assert!(notes.contains("--resume"), "{notes}");
    assert!(checkpoint(&folder).exists());
    let rest = with("--resume", &folder, "-o json");
    assert_eq!(lasting(&rest), lasting(&whole));
    assert_eq!(rest.status.code(), whole.status.code());
    assert!(!checkpoint(&folder).exists());
    let (code, _) = error(&with("--resume", &folder, "-o json"));
    assert_eq!(code, "checkpoint::missing");
}

/// Killed at any moment, the program goes on from the last checkpoint that is complete.
#[test]
#[cfg(unix)]
fn a_killed_program_goes_on() {
    let folder = folder("killed");
    let whole = run(&mut straddle("-o json"));
    let mut kills = 0;
    for milliseconds in [150, 60, 90, 120, 180, 240] {
        let flag = if checkpoint(&folder).exists() {
            "--resume"
        } else {
            "--checkpoint"
        };
        let mut command = straddle("-o json --checkpoint-every 1ms --threads 1");
        let command = command.arg(flag).arg(&folder);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = child.spawn().expect("it runs");
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it has ended");
        kills += u32::from(status.code().is_none());
    }
    assert!(kills > 0, "it was never killed in time");
    let flag = if checkpoint(&folder).exists() {
        "--resume"
    } else {
        "--checkpoint"
    };
    let rest = with(flag, &folder, "-o json");
    assert_eq!(lasting(&rest), lasting(&whole));
}

#[test]
#[cfg(unix)]
fn a_signal_leaves_a_checkpoint() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        leaves_a_checkpoint(signal);
    }
}

#[cfg(unix)]
fn leaves_a_checkpoint(signal: &str) {
    let folder = folder("signal");
    let whole = run(&mut straddle("-o json"));
    // A larger space, so that there is time to interrupt it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_straddle"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "check",
            MEDIUM,
            "--faults",
            "1",
            "-o",
            "json",
            "--checkpoint-every",
            "1ms",
        ])
        .arg("--checkpoint")
        .arg(&folder)
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    while !checkpoint(&folder).exists() {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it ended too soon"
        );
        std::thread::yield_now();
    }
    let interrupt = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(interrupt.expect("there is `kill`").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{signal}");
    if json(&output)["results"][0]["search"]["stopped"] == "interrupted" {
        let rest = with("--resume", &folder, "-o json");
        assert_eq!(lasting(&rest), lasting(&whole));
    }
}

/// A file size that must not be exceeded stands for a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_disk_does_not_end_the_search() {
    let folder = folder("full");
    let whole = run(&mut straddle("-o json"));
    let program = env!("CARGO_BIN_EXE_straddle");
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {program} check {MEDIUM} --faults 1 -o json \
         --checkpoint-every 1ms --checkpoint {}",
        folder.display()
    );
    let mut command = Command::new("sh");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-c", &script]);
    let full = run(&mut command);
    assert_eq!(lasting(&full), lasting(&whole));
    let notes = json(&full)["results"][0]["notes"].to_string();
    assert!(notes.contains("could not be written"), "{notes}");
    assert!(!checkpoint(&folder).exists());
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = folder("refused");
    let arguments = "-o json --max-states 5000";
    let cut = with("--checkpoint", &folder, arguments);
    assert_eq!(cut.status.code(), Some(3));
    let rows = [
        ("--checkpoint", "", "checkpoint::taken"),
        ("--resume", "--order shortest", "checkpoint::other-settings"),
        (
            "--resume",
            "--store fingerprint",
            "checkpoint::other-settings",
        ),
        ("--resume", "--max-depth 400", "checkpoint::other-settings"),
        ("--resume", "--fail-fast", "checkpoint::other-settings"),
        (
            "--resume",
            "--property available",
            "checkpoint::other-settings",
        ),
        ("--resume", "--no-symmetry", "checkpoint::other-settings"),
        ("--resume", "--every-step", "checkpoint::other-model"),
        (
            "--resume",
            "--engine stateright-bfs",
            "checkpoint::other-engine",
        ),
        ("--resume", "models/empty-disk", "checkpoint::several"),
    ];
    for (flag, more, expected) in rows {
        let output = with(flag, &folder, &format!("{arguments} {more}"));
        let (code, message) = error(&output);
        assert_eq!(code, expected, "{flag} {more}: {message}");
    }
    let (_, message) = error(&with("--resume", &folder, "-o json --order shortest"));
    assert!(
        message.ends_with("its order is fewest-faults, here it is shortest"),
        "{message}"
    );
    let file = checkpoint(&folder);
    let whole = fs::read(&file).expect("a checkpoint");
    fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    let (code, _) = error(&with("--resume", &folder, arguments));
    assert_eq!(code, "checkpoint::damaged");
    let (code, _) = error(&with("--checkpoint", &file, arguments));
    assert_eq!(code, "checkpoint::unwritable");
    let (code, _) = error(&run(&mut straddle("-o json --checkpoint-every 5s")));
    assert_eq!(code, "checkpoint::no-folder");
}

#[test]
fn a_folder_in_use_is_refused() {
    let folder = folder("in-use");
    let every = std::time::Duration::ZERO;
    let holder = straddle::engine::checkpoint::Checkpoints::start(&folder, every);
    let holder = holder.expect("a new folder");
    let (code, _) = error(&with("--checkpoint", &folder, "-o json"));
    assert_eq!(code, "checkpoint::in-use");
    drop(holder);
}

#[test]
fn orders_and_stores_can_be_chosen() {
    let exact = run(&mut straddle("-o json"));
    let prints = run(&mut straddle("-o json --store fingerprint"));
    let search = |output: &Output, name: &str| json(output)["results"][0]["search"][name].clone();
    assert_eq!(search(&exact, "store"), "exact");
    assert_eq!(search(&exact, "expectedMissed"), 0.0);
    assert_eq!(search(&prints, "store"), "fingerprint");
    let missed = search(&prints, "expectedMissed")
        .as_f64()
        .expect("a number");
    assert!(missed > 0.0 && missed < 1e-20, "{missed}");
    let verdicts = |output: &Output| -> Vec<String> {
        let report = json(output);
        let properties = report["results"][0]["properties"].as_array().cloned();
        let properties = properties.expect("a list");
        properties
            .iter()
            .map(|one| one["verdict"].to_string())
            .collect()
    };
    assert_eq!(verdicts(&prints), verdicts(&exact));
    let shortest = run(&mut straddle("-o json --order shortest"));
    assert_eq!(verdicts(&shortest), verdicts(&exact));
    let layers = json(&shortest)["results"][0]["properties"][0]["layers"].clone();
    assert_eq!(layers, Json::Array(Vec::new()));
    let told = run(&mut straddle("--store fingerprint"));
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let words: Vec<&str> = told.split_whitespace().collect();
    assert!(words.join(" ").contains(" states missed"), "{told}");
}
