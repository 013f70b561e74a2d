//! `-o`: formats, and where they go.

use std::fs;

use quick_junit::{Report, TestCaseStatus};
use snapbox::str;

use super::walks::TWICE;
use super::{SMALL, folder, straddle};

fn junit(text: &str) -> Report {
    Report::deserialize_from_str(text).expect("a JUnit document")
}

#[test]
fn several_formats_at_once() {
    let folder = folder("several-formats", &[("small.scenario.yaml", SMALL)]);
    let arguments = ["check", ".", "-o", "pretty", "-o", "github"];
    let files = [
        "-o",
        "junit=out.xml",
        "-o",
        "json=out.json",
        "-o",
        "pretty=out.txt",
    ];
    let command = straddle().current_dir(&folder).args(arguments).args(files);
    let output = command.assert().code(1).stderr_eq("");
    let shown = String::from_utf8(output.get_output().stdout.clone()).expect("text");
    assert!(shown.contains("VIOLATED  recoverable"), "{shown}");
    assert!(
        shown.contains("\n::error file=./small.scenario.yaml,line="),
        "{shown}"
    );
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("the file is written");
    let report = junit(&text("out.xml"));
    assert!(report.failures >= 1 && report.errors == 0, "{report:?}");
    let suite = &report.test_suites[0];
    let failed = |name: &str| {
        let mut cases = suite.test_cases.iter();
        let case = cases.find(|case| case.name.as_str() == name).expect(name);
        matches!(case.status, TestCaseStatus::NonSuccess { .. })
    };
    assert!(failed("recoverable") && !failed("disjoint-slices"));
    let json: serde_json::Value = serde_json::from_str(&text("out.json")).expect("JSON");
    assert_eq!(json["exitCode"], 1);
    assert!(text("out.txt").starts_with("small"), "{}", text("out.txt"));
    let left = fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(left, 4, "nothing unfinished is left");
}

#[test]
fn unreadable_input_is_an_error_of_junit() {
    let folder = folder(
        "junit-unreadable",
        &[("bad.scenario.yaml", "kind: Scenario\nsorce: 1\n")],
    );
    let command = straddle()
        .current_dir(&folder)
        .args(["check", ".", "-o", "junit"]);
    let output = command.assert().code(2).stderr_eq("");
    let text = String::from_utf8(output.get_output().stdout.clone()).expect("text");
    let report = junit(&text);
    assert!(report.errors >= 1, "{text}");
    assert_eq!(report.test_suites[0].name.as_str(), "input");
}

/// What is there is written to, not replaced by a file.
#[test]
#[cfg(unix)]
fn links_and_pipes_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder("outputs-links", &[("small.scenario.yaml", SMALL)]);
    let real = folder.join("real.json");
    fs::write(&real, "").expect("a file");
    let only_ours = fs::Permissions::from_mode(0o600);
    fs::set_permissions(&real, only_ours.clone()).expect("ours");
    let link = folder.join("link.json");
    let _ = fs::remove_file(&link);
    symlink("real.json", &link).expect("a link");
    let command = straddle().current_dir(&folder).args(["check", "."]).args([
        "-o",
        "json=link.json",
        "-o",
        "junit=/dev/stdout",
        "-o",
        "github",
    ]);
    let shown = command.assert().code(1).get_output().stdout.clone();
    let shown = String::from_utf8(shown).expect("text");
    assert!(shown.contains("<testsuites"), "{shown}");
    assert!(link.is_symlink());
    let written = fs::read_to_string(&real).expect("the report");
    assert!(written.contains("\"exitCode\": 1"), "{written}");
    let mode = fs::metadata(&real).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, only_ours.mode() & 0o777);
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_the_search() {
    let folder = folder("outputs-refused", &[("small.scenario.yaml", SMALL)]);
    let refused = |outputs: &[&str], expected: snapbox::data::Inline| {
        let command = straddle()
            .current_dir(&folder)
            .args(["check", "."])
            .args(outputs);
        command.assert().code(2).stdout_eq("").stderr_eq(expected);
    };
    refused(
        &["-o", "junit=nowhere/out.xml"],
        str![[r#"
error[output::unwritable]: cannot write `nowhere/out.xml`: no such file or directory
--> nowhere/out.xml
 = help: name a file in a directory that exists and is writable


"#]],
    );
    refused(
        &["-o", "json=same", "-o", "junit=same"],
        str![[r#"
error[output::same-file]: two formats would be written to `same`
 |
 = help: give each its own file


"#]],
    );
    refused(
        &["-o", "json", "-o", "github"],
        str![[r#"
error[output::mixed]: `json` has to be the only output on standard output
 |
 = help: send it to a file: -o json=FILE


"#]],
    );
    refused(
        &["-o", "xml"],
        str![[r#"
error: invalid value 'xml' for '--output <FORMAT[=FILE]>': it must be one of pretty, json, junit, github, optionally with a file: junit=report.xml

For more information, try '--help'.

"#]],
    );
    // What was there is still there.
    fs::write(folder.join("out.xml"), "before").expect("a file");
    let command = straddle()
        .current_dir(&folder)
        .args(["check", "nowhere", "-o", "junit=out.xml"]);
    command.assert().code(2);
    assert!(junit(&fs::read_to_string(folder.join("out.xml")).expect("a file")).errors >= 1);
}

#[test]
fn walks_go_to_files() {
    let folder = folder("walks-to-files", &[("twice.yaml", TWICE)]);
    let arguments = "simulate twice.yaml --runs 20 -o json=walks.json -o pretty=walks.txt";
    let command = straddle().current_dir(&folder).args(arguments.split(' '));
    let output = command.assert().code(0).stderr_eq("");
    let shown = String::from_utf8(output.get_output().stdout.clone()).expect("text");
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("the file is written");
    assert_eq!(shown, text("walks.txt"));
    let json: serde_json::Value = serde_json::from_str(&text("walks.json")).expect("JSON");
    assert_eq!(json["kind"], "Simulation");
    let command = straddle().current_dir(&folder);
    let command = command.args(["simulate", "twice.yaml", "-o", "junit"]);
    command.assert().code(2).stderr_eq(str![[r#"
error: invalid value 'junit' for '--output <FORMAT[=FILE]>': it must be one of pretty, json, optionally with a file: json=report.json

For more information, try '--help'.

"#]]);
}

/// A trace is a test: it is to break its property still.
#[test]
fn a_replay_has_a_verdict_in_each_format() {
    let folder = folder("replay-formats", &[("twice.yaml", TWICE)]);
    let arguments = "simulate twice.yaml --runs 20 --property at-most-one-pod --save . -o json";
    let command = straddle().current_dir(&folder).args(arguments.split(' '));
    command.assert().code(0);
    let broken = "twice-at-most-one-pod.trace.json";
    let trace = fs::read_to_string(folder.join(broken)).expect("it was saved");
    let kept = trace.replace("\"at-most-one-pod\"", "\"disjoint-slices\"");
    fs::write(folder.join("kept.trace.json"), kept).expect("the folder is there");
    for (trace, code) in [(broken, 0), ("kept.trace.json", 1)] {
        let arguments = "-o github -o junit=out.xml -o json=out.json -o pretty=out.txt";
        let command = straddle().current_dir(&folder).args(["replay", trace]);
        let output = command.args(arguments.split(' ')).assert().code(code);
        let shown = String::from_utf8(output.get_output().stdout.clone()).expect("text");
        let annotations = shown
            .lines()
            .filter(|line| line.starts_with("::error file="));
        assert_eq!(
            annotations.count(),
            usize::try_from(code).expect("0 or 1"),
            "{shown}"
        );
        let text = |name: &str| fs::read_to_string(folder.join(name)).expect("it is written");
        let report = junit(&text("out.xml"));
        let failures = usize::try_from(code).expect("0 or 1");
        assert_eq!((report.tests, report.failures), (1, failures), "{report:?}");
        let json: serde_json::Value = serde_json::from_str(&text("out.json")).expect("JSON");
        assert_eq!(json["exitCode"], code);
        let outcome = if code == 0 {
            "\nVIOLATED"
        } else {
            "\nNOT VIOLATED"
        };
        assert!(text("out.txt").contains(outcome), "{}", text("out.txt"));
    }
}
