//! `certify`: what is no proof, or one of something else.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use snapbox::str;
use xxhash_rust::xxh3::xxh3_128;

use super::every_n::{certified, proved};
use super::straddle;

/// Alters the proof `gated.views`, and makes its checksum that of its lines.
fn alter(folder: &Path, alter: impl FnOnce(&mut Json, &mut Vec<String>)) {
    let path = folder.join("gated.views");
    let text = fs::read_to_string(&path).expect("a proof");
    let (head, lines) = text.split_once('\n').expect("a head and lines");
    let mut head: Json = serde_json::from_str(head).expect("a head");
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    alter(&mut head, &mut lines);
    let mut lines = lines.join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    head["views"] = json!(lines.lines().count());
    head["checksum"] = json!(format!("{:032x}", xxh3_128(lines.as_bytes())));
    fs::write(folder.join("altered.views"), format!("{head}\n{lines}")).expect("a file");
}

/// What `certify` says of a file that it refuses.
#[track_caller]
fn said(folder: &Path, arguments: &str, code: i32) -> String {
    let command = straddle().current_dir(folder).arg("certify");
    let assert = command.args(arguments.split(' ')).assert();
    let assert = assert.code(code).stdout_eq("");
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

/// Expects that `altered.views` can be looked at, and has a flaw.
#[track_caller]
fn flawed(folder: &Path, reason: &str) {
    let expected = format!(
        "error[certify::flaw]: `altered.views` is not a valid proof: {reason}
--> altered.views
 = help: do not rely on it; `straddle check --every-n --save DIR` writes a new one\n\n"
    );
    assert_eq!(said(folder, "altered.views", 1), expected);
}

/// Expects that a file cannot be looked at: with this code, and for this reason.
#[track_caller]
fn refused(folder: &Path, arguments: &str, code: &str, reason: &str) {
    let said = said(folder, arguments, 2);
    let lines: Vec<&str> = said.lines().collect();
    let [first, place, help, ""] = lines[..] else {
        panic!("{said}");
    };
    assert_eq!(first, format!("error[{code}]: {reason}"));
    assert!(
        place.starts_with("--> ") && help.len() > " = help: ".len(),
        "{said}"
    );
}

#[test]
fn a_view_removed_is_noticed() {
    let folder = proved("every-n-removed");
    alter(&folder, |_, lines| drop(lines.remove(0)));
    flawed(&folder, "a view of the initial state is missing");
    alter(&folder, |_, lines| drop(lines.pop()));
    flawed(&folder, "a step leads to a view that is missing");
    alter(&folder, |_, lines| lines.truncate(1));
    flawed(&folder, "a view of the initial state is missing");
    alter(&folder, |_, lines| lines.clear());
    flawed(&folder, "a view of the initial state is missing");
}

#[test]
fn a_digit_altered_is_noticed() {
    let folder = proved("every-n-digit");
    for line in (0..244).step_by(7) {
        alter(&folder, |_, lines| {
            let before = lines[line].clone();
            let digits = before.char_indices().filter(|(_, digit)| *digit != ' ');
            let digits: Vec<(usize, char)> = digits.collect();
            let (place, digit) = digits[line * 5 % digits.len()];
            let other = if digit == '1' { "2" } else { "1" };
            lines[line].replace_range(place..=place, other);
        });
        let said = said(&folder, "altered.views", 1);
        let start = "error[certify::flaw]: `altered.views` is not a valid proof: a ";
        assert!(said.starts_with(start), "line {line}: {said}");
    }
}

#[test]
fn the_order_of_views_does_not_matter_and_what_else_is_said_does() {
    let folder = proved("every-n-lines");
    let changes: [fn(&mut Vec<String>); 2] =
        [|lines| lines.reverse(), |lines| lines.extend(lines.clone())];
    for change in changes {
        alter(&folder, |_, lines| change(lines));
        certified(
            &folder,
            "altered.views",
            str![[r#"
gated: at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss, disjoint-slices, self-healing hold for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
        );
    }
    alter(&folder, |_, lines| lines.push("99 0 0".to_owned()));
    flawed(&folder, "a line is not a view of this scenario");
    let ones = "1 ffffffffffffffff ffffffffffffffff";
    alter(&folder, |_, lines| lines.push(ones.to_owned()));
    flawed(&folder, "a line is not a view of this scenario");
    let not_views = |reason: &str| {
        let reason = format!("`altered.views` is not a readable proof: {reason}");
        refused(&folder, "altered.views", "certify::not-views", &reason);
    };
    alter(&folder, |_, lines| lines.push("1 nothing".to_owned()));
    not_views("a line is not a view");
    let text = fs::read_to_string(folder.join("gated.views")).expect("a proof");
    let without = text.trim_end().rsplit_once('\n').expect("lines").0;
    fs::write(folder.join("altered.views"), format!("{without}\n")).expect("a file");
    not_views("its checksum does not match its lines");
}

#[test]
fn a_head_that_says_something_else_is_noticed() {
    let folder = proved("every-n-head");
    let other = "`altered.views` is not a valid proof: `gated.yaml` or Straddle has changed since the proof was \
         written";
    for (field, value) in [
        ("modelHash", json!("00000000000000000000000000000000")),
        ("everyStep", json!(true)),
        ("faults", json!("eviction=1")),
    ] {
        alter(&folder, |head, _| head[field] = value);
        refused(&folder, "altered.views", "certify::other-model", other);
    }
    for (field, value, reason) in [
        (
            "faults",
            "fire",
            " valid proof: `fire` is not a number of faults from 1 to 15; write, for example, `2`, \
             `2:eviction,driverCrash`, `eviction=1` or `none`",
        ),
        (
            "kind",
            "Report",
            " readable proof: it is a `Report` of `straddle.dev/v1alpha1`",
        ),
        (
            "apiVersion",
            "straddle.dev/v9",
            " readable proof: it is a `Views` of `straddle.dev/v9`",
        ),
    ] {
        alter(&folder, |head, _| head[field] = json!(value));
        let reason = format!("`altered.views` is not a{reason}");
        refused(&folder, "altered.views", "certify::not-views", &reason);
    }
    for (free, reason) in [
        (0, "views have 1 to 3 free ordinals, not 0"),
        (2, "a view of the initial state is missing"),
        (
            4_000_000_000_u32,
            "views have 1 to 3 free ordinals, not 4000000000",
        ),
    ] {
        alter(&folder, |head, _| head["free"] = json!(free));
        flawed(&folder, reason);
    }
    // What it is about is said by the scenario.
    alter(&folder, |head, _| head["scenario"] = json!("another"));
    certified(
        &folder,
        "altered.views",
        str![[r#"
gated: at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss, disjoint-slices, self-healing hold for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
    );
}

#[test]
fn properties_that_views_do_not_show_are_noticed() {
    let folder = proved("every-n-properties");
    let say = |properties: &[&str], most_down: Option<u8>| {
        alter(&folder, |head, _| {
            head["properties"] = json!(properties);
            head["mostDown"] = json!(most_down);
        });
    };
    say(&["right-disk"], None);
    certified(
        &folder,
        "altered.views",
        str![[r#"
gated: right-disk holds for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
    );
    let is_of_available = "`mostDown` applies to `available` and to no other property";
    // Every state keeps a property about paths, and one of a rule that is not given.
    for (properties, most_down, reason) in [
        (
            vec!["right-disk", "completes"],
            None,
            "`completes` is a property of paths, and views describe states",
        ),
        (vec!["right-disk", "available"], None, is_of_available),
        (vec!["right-disk"], Some(0), is_of_available),
        (vec![], None, "it names no property"),
        (vec!["no-fire"], None, "there is no property `no-fire`"),
        (vec!["available"], Some(0), "a view violates `available`"),
        (
            vec!["available"],
            Some(1),
            "its views are too small for `available`",
        ),
        (
            vec!["available"],
            Some(255),
            "its views are too small for `available`",
        ),
    ] {
        say(&properties, most_down);
        flawed(&folder, reason);
    }
}

#[test]
fn what_is_no_proof_is_refused() {
    let folder = proved("every-n-none");
    let text = fs::read(folder.join("gated.views")).expect("a proof");
    let no_head = " readable proof: its first line is not a header: ";
    let changed = " readable proof: its checksum does not match its lines";
    for (bytes, reason) in [
        (&b""[..], " valid proof: it is empty".to_owned()),
        (
            &[0, 159, 146, 150, 10],
            " valid proof: it is not text".to_owned(),
        ),
        (
            b"hello\n",
            format!("{no_head}expected value at line 1 column 1"),
        ),
        (
            &text[..100],
            format!("{no_head}EOF while parsing a string at line 1 column 100"),
        ),
        (&text[..2_000], changed.to_owned()),
        (&text[..text.len() - 1], changed.to_owned()),
    ] {
        fs::write(folder.join("none.views"), bytes).expect("a file");
        let reason = format!("`none.views` is not a{reason}");
        refused(&folder, "none.views", "certify::not-views", &reason);
    }
    let unreadable = "certify::unreadable";
    let reason = "cannot read `nowhere`: no such file or directory";
    refused(&folder, "nowhere", unreadable, reason);
    refused(
        &folder,
        ".",
        unreadable,
        "cannot read `.`: it is a directory",
    );
}

#[test]
fn a_proof_is_of_the_scenario_as_it_was() {
    let folder = proved("every-n-changed");
    let text = fs::read_to_string(folder.join("gated.yaml")).expect("the scenario");
    let lines = text.lines().filter(|line| !line.contains("until: ready"));
    let changed: Vec<&str> = lines.collect();
    fs::write(folder.join("changed.yaml"), changed.join("\n")).expect("a file");
    let arguments = "gated.views --scenario changed.yaml";
    let other = "`gated.views` is not a valid proof: `changed.yaml` or Straddle has changed since the proof was \
         written";
    refused(&folder, arguments, "certify::other-model", other);
    let arguments = "gated.views --scenario nowhere.yaml";
    let gone = "cannot read `nowhere.yaml`: no such file or directory";
    refused(&folder, arguments, "scenario::unreadable", gone);
    fs::rename(folder.join("gated.yaml"), folder.join("moved.yaml")).expect("a file");
    let moved = "the proof's scenario was not found at `gated.yaml`";
    refused(&folder, "gated.views", "certify::no-scenario", moved);
    certified(
        &folder,
        "gated.views --scenario moved.yaml",
        str![[r#"
moved: at-most-one-pod, at-most-one-running, single-writer, right-disk, no-data-loss, disjoint-slices, self-healing hold for every number of replicas: 244 views, 247 words, closed under 425 steps

"#]],
    );
    fs::write(folder.join("gated.yaml"), "kind: Scenario\n").expect("a file");
    let said = said(&folder, "gated.views", 2);
    let start = "error[scenario::missing-field]: ";
    assert!(
        said.starts_with(start) && said.contains("gated.yaml"),
        "{said}"
    );
}
