//! Deadlines of scripts, against what bash does: what it asks while a clock goes on, and its exit
//! status, is a path of the script's program.
//!
//! `kubectl`, `sleep` and `date` are stubs which move one clock on, by as much as a run says. bash
//! itself has to see it, too: before each command a trap of `DEBUG` gives `SECONDS` and
//! `EPOCHSECONDS` their values, and finds out whether the script has set `SECONDS` since.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use straddle::internals::runbook::{Followed, Goal, followed};
use straddle::internals::world::program::Operation;

use super::paths::{executable, is_refused, scripts, words};
use crate::support::cases;

/// How often a script is run.
const RUNS: usize = 6;

/// What each stub does: counts its calls, ends a script that goes on for too long, and moves the
/// clock on.
const STUB: &str = "#!/bin/bash
printf . >> ticks; ticks=$(<ticks)
if (( ${#ticks} > 90 )); then : > killed; kill -9 $TOP $PPID; exit 9; fi
read -r step rest < steps || { step=0; rest=; }
printf '%s\\n' \"$rest\" > steps
printf '%s\\n' $(( $(<clock) + ${step:-1000} )) > clock
";

/// There is no set to be scaled.
const KUBECTL: &str = "shift 2
read -r answer rest < answers || answer=0
printf '%s\\n' \"$rest\" > answers
if [ \"$1\" = scale ]; then answer=1; fi
printf '%s %s\\n' \"${answer:-0}\" \"$*\" >> asked
exit \"${answer:-0}\"
";

/// What bash reads first.
const CLOCK: &str = "unset EPOCHSECONDS
export TOP=$$ BASH_ENV=
FAKE_BASE=0 FAKE_LAST=0
set -T
trap 'read -r FAKE_NOW < clock
if (( SECONDS < FAKE_LAST )); then FAKE_BASE=$FAKE_NOW; fi
FAKE_LAST=$(( FAKE_NOW - FAKE_BASE )) EPOCHSECONDS=$FAKE_NOW SECONDS=$FAKE_LAST' DEBUG
";

/// A folder with the stubs.
fn stubs(name: &str) -> Option<PathBuf> {
    let folder = std::env::temp_dir().join(format!("straddle-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).ok()?;
    for (name, text) in [
        ("kubectl", KUBECTL),
        ("sleep", ""),
        (
            "date",
            "if [ \"$1\" = +%s ]; then echo $(<clock); else echo noon; fi\n",
        ),
    ] {
        let path = folder.join(name);
        fs::write(&path, format!("{STUB}{text}")).ok()?;
        executable(&path)?;
    }
    for program in ["seq", "cat"] {
        let real = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(program));
        let real = real.into_iter().find(|path| path.exists())?;
        let _ = std::os::unix::fs::symlink(real, folder.join(program));
    }
    fs::write(folder.join("env"), CLOCK).ok()?;
    Path::new("/bin/bash").exists().then_some(folder)
}

/// What a run has asked, each with its answer, and the status at its end.
type Run = (Vec<(String, bool)>, i32);

/// A run of bash; `None` if it does not end. Only scripts made here are ever run.
fn bash(folder: &Path, script: &str, answers: &[bool], steps: &[u32]) -> Option<Run> {
    let codes = answers.iter().map(|&done| if done { "0 " } else { "1 " });
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    for (name, text) in [
        ("answers", codes.collect::<String>() + "\n"),
        ("steps", steps.join(" ") + "\n"),
        ("clock", "0\n".to_owned()),
        ("asked", String::new()),
        ("ticks", String::new()),
    ] {
        fs::write(folder.join(name), text).expect("a file");
    }
    let _ = fs::remove_file(folder.join("killed"));
    let status = Command::new("/bin/bash")
        .args(["-c", script])
        .env_clear()
        .env("PATH", folder)
        .env("BASH_ENV", "env")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("bash runs");
    if folder.join("killed").exists() {
        return None;
    }
    let asked = fs::read_to_string(folder.join("asked")).expect("what the stub wrote");
    let asked = asked.lines().filter_map(|line| line.split_once(' '));
    let asked = asked.map(|(answer, words)| (words.to_owned(), answer == "0"));
    Some((asked.collect(), status.code()?))
}

/// The places of a program that a place leads to by looks at the clock alone.
fn behind_clocks(program: &Followed, goals: impl IntoIterator<Item = Option<Goal>>) -> Vec<Goal> {
    let mut found: Vec<Goal> = Vec::new();
    let mut open: Vec<Goal> = goals.into_iter().flatten().collect();
    while let Some(goal) = open.pop() {
        if found.contains(&goal) {
            continue;
        }
        found.push(goal);
        if let Goal::At(position) = goal
            && let (Operation::Clock, done, otherwise) = program.requests[position]
        {
            open.extend([done, otherwise].into_iter().flatten());
        }
    }
    found
}

/// Whether a run is a path of the program.
fn is_path(program: &Followed, (asked, status): &Run) -> bool {
    let mut goals = behind_clocks(program, [program.entry]);
    for (words_asked, answer) in asked {
        let next = goals.iter().filter_map(|goal| {
            let Goal::At(position) = *goal else {
                return None;
            };
            let (operation, done, otherwise) = program.requests[position];
            let is_it = operation != Operation::Clock && words(operation) == *words_asked;
            is_it.then_some(if *answer { done } else { otherwise })
        });
        let next: Vec<Option<Goal>> = next.collect();
        goals = behind_clocks(program, next);
    }
    let is_end = |goal: &Goal| match goal {
        Goal::End(code) | Goal::Failed(code) => i32::from(*code) == *status,
        Goal::At(_) => false,
    };
    goals.iter().any(is_end)
}

/// Scripts of the other test, with deadlines in them.
fn script() -> impl Strategy<Value = String> {
    (scripts::script(), prop::collection::vec(deadline(), 1..3)).prop_map(|(script, deadlines)| {
        let all = deadlines.join("\n");
        // In front of what the script does, or behind.
        let (head, body) = script.split_once("x=\n").unwrap_or((&script, ""));
        if script.len() % 2 == 0 {
            format!("{head}x=\n{all}\n{body}")
        } else {
            format!("{head}x=\n{body}{all}\n")
        }
    })
}

/// A wait of one's own that looks at a clock.
fn deadline() -> impl Strategy<Value = String> {
    let loops = [
        "end=$((SECONDS + 300))\nuntil ASK; do (( SECONDS > end )) && LEAVE; sleep 5; done",
        "end=$((SECONDS+300)); while ! ASK; do if [ $SECONDS -ge $end ]; then LEAVE; fi; sleep 5; done",
        "start=$(date +%s)\nwhile true; do ASK && break; now=$(date +%s)\n\
         if [ $((now - start)) -gt 300 ]; then LEAVE; n=4; break; fi; sleep 5; done",
        "timeout=$(( $(date +%s) + 600 ))\nuntil ASK; do\n\
         [ \"$(date +%s)\" -lt \"$timeout\" ] || { LEAVE; break; }; sleep 5; done",
        "SECONDS=0\nwhile (( SECONDS < 300 )); do ASK && break; sleep 5; done",
        "end=$((EPOCHSECONDS + 60))\nwhile [[ $EPOCHSECONDS -lt end ]]; do ASK || n=2; done",
        "d=$(( $(date +%s) + 60 ))\nwhile [ $(date +%s) -lt $d ]; do sleep 1; done\nASK",
        "for i in 1 2 3; do ASK && break; (( SECONDS > 100 )) && n=7; done",
        "end=$((SECONDS + 9))\nuntil ASK; do left=$(( end - SECONDS )); (( left > 0 )) || break; done",
        "t=$SECONDS\nASK\nif (( SECONDS - t > 30 )); then n=8; fi",
        "(( SECONDS % 2 )) && n=9\nASK",
        "w() { local end=$(( $(date +%s) + $1 ))\nuntil ASK; do\n\
         (( $(date +%s) > end )) && return 1; sleep 5; done; }\nw 300 || LEAVE",
        "while ! ASK; do e=$((SECONDS + 20)); until ASK; do\n\
         if ! (( SECONDS <= e && n < 9 )); then break; fi; done; (( SECONDS > 500 )) && break; done",
        "a=$(date +%s); ASK; b=$(date +%s); [[ $a != $b ]] && ASK",
    ];
    let ask = [
        "kubectl --context source get pod web-0",
        "kubectl --context source wait --for=delete pod/web-1 --timeout=9s",
        "kubectl --context source scale sts web --replicas=1",
        "kubectl --context source get pod web-$n",
    ];
    let leave = ["break", "exit 3", "n=5", "n=6; break"];
    let of = |all: &[&'static str]| prop::sample::select(all.to_vec());
    (of(&loops), of(&ask), of(&leave)).prop_map(|(text, ask, leave)| {
        let leave = if text.starts_with("w()") {
            leave.replace("break", ":")
        } else {
            leave.to_owned()
        };
        text.replace("ASK", ask).replace("LEAVE", &leave)
    })
}

/// How far the clock goes at each call, and the answers.
fn ways() -> impl Strategy<Value = (Vec<bool>, Vec<u32>)> {
    let step = prop::sample::select(vec![0_u32, 0, 1, 3, 7, 40, 250, 1000]);
    (
        prop::collection::vec(any::<bool>(), 0..12),
        prop::collection::vec(step, 0..30),
    )
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn what_bash_does_while_time_passes_is_a_path() {
    let Some(folder) = stubs("clocks") else {
        eprintln!("skipped: there is no bash here");
        return;
    };
    let mut runner = TestRunner::new(cases(60));
    let (mut runs, mut decided) = (0, 0);
    for _ in 0..60 {
        let script = script().new_tree(&mut runner).expect("a script").current();
        let program = followed(&script).unwrap_or_else(|| panic!("no script:\n{script}"));
        if program.problems.iter().any(|problem| is_refused(problem)) {
            continue;
        }
        assert!(
            program.problems.is_empty(),
            "{:?}\n{script}",
            program.problems
        );
        let (answers, _) = ways().new_tree(&mut runner).expect("answers").current();
        let mut ends = BTreeSet::new();
        for _ in 0..RUNS {
            let (_, steps) = ways().new_tree(&mut runner).expect("steps").current();
            let Some(run) = bash(&folder, &script, &answers, &steps) else {
                continue;
            };
            assert!(
                is_path(&program, &run),
                "{run:?} is no path, with {answers:?} and {steps:?}\n{script}"
            );
            runs += 1;
            ends.insert(run);
        }
        decided += usize::from(ends.len() > 1);
    }
    let _ = fs::remove_dir_all(folder);
    assert!(
        runs >= 150 && decided >= 15,
        "{runs} runs, {decided} by a clock"
    );
}
