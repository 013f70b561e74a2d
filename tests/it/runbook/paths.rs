//! Every path of a script's program, against what bash does: the same requests in the same order,
//! and the same exit status.
//!
//! bash itself runs the scripts that are made here, with a stub `kubectl` that answers as a path of
//! the program takes it: a request is done, or it is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use straddle::internals::runbook::{Followed, Goal, followed};
use straddle::internals::world::program::{Expression, ObjectRef, Operation};

use crate::support::cases;

pub mod scripts;

/// The most paths of a script that bash is asked about.
const MOST_PATHS: usize = 6;

/// The most paths that are made to choose from.
const MOST_FOUND: usize = 400;

/// The most differences that are shown, the shortest ones.
const SHOWN: usize = 4;

/// One path of a program: its requests, each with its answer, and the status at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Trail {
    requests: Vec<(String, bool)>,
    status: u8,
}

/// The paths that take no edge more than twice.
fn trails(program: &Followed) -> Vec<Trail> {
    let mut found = Vec::new();
    let mut taken = vec![[0_u8; 2]; program.requests.len()];
    walk(
        program,
        program.entry,
        &mut taken,
        &mut Vec::new(),
        &mut found,
    );
    let step = found.len().div_ceil(MOST_PATHS).max(1);
    found.into_iter().step_by(step).collect()
}

fn walk(
    program: &Followed,
    goal: Option<Goal>,
    taken: &mut [[u8; 2]],
    requests: &mut Vec<(String, bool)>,
    found: &mut Vec<Trail>,
) {
    let position = match goal {
        _ if found.len() >= MOST_FOUND => return,
        Some(Goal::At(position)) => position,
        Some(Goal::End(status) | Goal::Failed(status)) => {
            let requests = requests.clone();
            return found.push(Trail { requests, status });
        }
        None => return,
    };
    let (operation, done, otherwise) = program.requests[position];
    for (goal, answer) in [(done, true), (otherwise, false)] {
        let count = taken[position][usize::from(answer)];
        if count == 2 {
            continue;
        }
        taken[position][usize::from(answer)] += 1;
        requests.push((words(operation), answer));
        walk(program, goal, taken, requests, found);
        requests.pop();
        taken[position][usize::from(answer)] -= 1;
    }
}

/// The words with which scripts ask for an operation.
pub(super) fn words(operation: Operation) -> String {
    let number = |expression: Expression| {
        let number = (0..=255).find(|&number| expression == Expression::number(number));
        number.expect("scripts name ordinals by number")
    };
    match operation {
        Operation::Get(ObjectRef { ordinal, .. }) => format!("get pod web-{}", number(ordinal)),
        Operation::Scale { replicas, .. } => {
            format!("scale sts web --replicas={}", number(replicas))
        }
        Operation::AwaitGone(ObjectRef { ordinal, .. }, ..) => {
            format!("wait --for=delete pod/web-{} --timeout=9s", number(ordinal))
        }
        other => panic!("no script asks for {other:?}"),
    }
}

/// A folder with a stub `kubectl`, and programs that scripts use beside it.
fn stub() -> Option<PathBuf> {
    let folder = std::env::temp_dir().join(format!("straddle-paths-{}", std::process::id()));
    fs::create_dir_all(&folder).ok()?;
    let kubectl = "#!/bin/sh\nshift 2\nread -r answer rest < answers || answer=0\n\
        printf '%s\\n' \"$rest\" > answers\nprintf '%s\\n' \"$*\" >> asked\nexit \"$answer\"\n";
    for (name, text) in [("kubectl", kubectl), ("sleep", "#!/bin/sh\n")] {
        let path = folder.join(name);
        fs::write(&path, text).ok()?;
        executable(&path)?;
    }
    for program in ["seq", "cat"] {
        let real = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(program));
        let real = real.into_iter().find(|path| path.exists())?;
        let _ = std::os::unix::fs::symlink(real, folder.join(program));
    }
    Path::new("/bin/bash").exists().then_some(folder)
}

pub(super) fn executable(path: &Path) -> Option<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).ok()
}

/// What bash asks when it gets these answers, and its status. Only scripts made here are ever run.
fn bash(folder: &Path, script: &str, answers: &[bool]) -> (Vec<String>, Option<i32>) {
    let codes = answers.iter().map(|&done| if done { "0 " } else { "1 " });
    fs::write(folder.join("answers"), codes.collect::<String>() + "\n").expect("a file");
    fs::write(folder.join("asked"), "").expect("a file");
    let status = Command::new("/bin/bash")
        .args(["-c", script])
        .env_clear()
        .env("PATH", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("bash runs");
    let asked = fs::read_to_string(folder.join("asked")).expect("what the stub wrote");
    (asked.lines().map(str::to_owned).collect(), status.code())
}

/// Compares every path of a script with what bash does there; how many there were.
fn compare(folder: &Path, script: &str) -> Result<usize, TestCaseError> {
    let program = followed(script);
    let program = program.ok_or_else(|| TestCaseError::fail(format!("no script:\n{script}")))?;
    if program.problems.iter().any(|problem| is_refused(problem)) {
        return Ok(0);
    }
    prop_assert!(
        program.problems.is_empty(),
        "{:?}\n{script}",
        program.problems
    );
    let trails = trails(&program);
    for trail in &trails {
        let answers: Vec<bool> = trail.requests.iter().map(|(_, answer)| *answer).collect();
        let expected: Vec<_> = trail
            .requests
            .iter()
            .map(|(words, _)| words.clone())
            .collect();
        let (asked, status) = bash(folder, script, &answers);
        prop_assert_eq!(
            (asked, status),
            (expected, Some(i32::from(trail.status))),
            "answers {:?}\n{}",
            answers,
            script
        );
    }
    Ok(trails.len())
}

/// Whether a script is refused for what it is, not for what it has: it goes round without an end.
pub(super) fn is_refused(problem: &str) -> bool {
    [
        "more than",
        "never ends",
        "outside of a loop",
        "is not a Pod",
    ]
    .iter()
    .any(|why| problem.contains(why))
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn compare_many(count: u32, paths: usize) {
    let Some(folder) = stub() else {
        eprintln!("skipped: there is no bash here");
        return;
    };
    let mut runner = TestRunner::new(cases(count));
    let mut compared = 0;
    let mut differences: Vec<String> = Vec::new();
    for _ in 0..count {
        let script = scripts::script().new_tree(&mut runner);
        let script = script.expect("every script is one").current();
        match compare(&folder, &script) {
            Ok(paths) => compared += paths,
            Err(difference) => differences.push(difference.to_string()),
        }
    }
    differences.sort_by_key(String::len);
    let shown = differences.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    assert!(
        differences.is_empty(),
        "{} of {count} scripts differ, these among them:\n{}",
        differences.len(),
        shown.join("\n----\n")
    );
    let _ = fs::remove_dir_all(folder);
    assert!(compared >= paths, "only {compared} paths");
}

#[test]
fn programs_take_the_paths_of_bash() {
    compare_many(300, 600);
}

#[test]
#[ignore = "it takes minutes"]
fn many_programs_take_the_paths_of_bash() {
    compare_many(6000, 12_000);
}
