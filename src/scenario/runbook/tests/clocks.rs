//! Time-outs of a script's own: clocks and deadlines.

use super::{program, read};
use crate::world::program::{Condition, Operation, Timeout};

/// The same wait, as people write it.
const WAITS: [&str; 9] = [
    "end=$((SECONDS+300)); while ! GET; do (( SECONDS > end )) && exit 1; sleep 5; done",
    "end=$((SECONDS+300))\nuntil GET; do\n  if [ \"$SECONDS\" -ge \"$end\" ]; then echo late >&2; exit 1; fi\n  sleep 5\ndone",
    "timeout=$(( $(date +%s) + 600 ))\nuntil GET; do [ $(date +%s) -lt $timeout ] || exit 1; sleep 5; done",
    "start=$(date +%s)\nuntil GET; do\n  [ $(( $(date +%s) - start )) -gt 300 ] && exit 1\n  sleep 5\ndone",
    "start=$(date +%s)\nwhile true; do\n  if GET; then break; fi\n  now=$(date +%s)\n  elapsed=$((now - start))\n  \
     if [[ $elapsed -ge 300 ]]; then echo \"after ${elapsed}s\"; exit 1; fi\n  sleep 5\ndone",
    "SECONDS=0\nuntil GET; do if (( SECONDS > 300 )); then exit 1; fi; sleep 5; done",
    "until GET; do [[ SECONDS -gt 300 ]] && exit 1; sleep 5; done",
    "wait_for() {\n  local deadline=$((EPOCHSECONDS + $1))\n  until GET; do\n    \
     ((EPOCHSECONDS >= deadline)) && return 1\n    sleep 1\n  done\n}\nwait_for 300",
    "left=300; start=$SECONDS; until GET; do left=$(( start + 300 - SECONDS )); (( left > 0 )) || exit 1; \
     echo \"$left s left\"; sleep 5; done",
];

const GET: &str = "kubectl --context source get pod web-0";

#[test]
fn a_loop_with_a_deadline_is_a_wait_with_a_time_out() {
    for wait in WAITS {
        let script = format!("set -e\n{}\n{GET}\n", wait.replace("GET", GET));
        let scenario = read(&script, "").unwrap_or_else(|problems| panic!("{wait}: {problems:?}"));
        let instructions = &scenario.setup.program.instructions;
        let first = instructions[0].operation;
        assert!(
            matches!(first, Operation::Await(Condition::Exists(_), Timeout::Fail)),
            "{wait}: {first:?}"
        );
        assert_eq!(instructions.len(), 2, "{wait}");
    }
}

/// `while` looks at the clock first.
#[test]
fn a_loop_may_find_that_the_time_is_up_before_it_looks() {
    let script = format!(
        "end=$((SECONDS+60))\nwhile [ $SECONDS -lt $end ]; do\n  {GET} && exit 0\n  sleep 1\ndone\nexit 1\n"
    );
    insta::assert_snapshot!(program(&script), @r"
    0 Clock line 2 -> 1 else fail
    1 Await line 3 -> end else fail
    ");
}

/// A loop that changes something is repeated, and each round counts.
#[test]
fn a_request_is_repeated_until_the_time_is_up() {
    let script = "end=$((SECONDS+60))\nuntil kubectl --context source delete pod web-0 --wait=false; do\n  \
                  (( SECONDS > end )) && exit 1\n  sleep 1\ndone\n";
    insta::assert_snapshot!(program(script), @r"
    0 Delete line 2 -> end else 1
    1 Clock line 3 -> 0 else fail
    ");
}

/// A deadline that is moved, or a clock that is not read again, ends no loop.
#[test]
fn a_loop_goes_on_for_ever_if_its_deadline_moves() {
    for (before, within) in [
        ("", "end=$((SECONDS+60)); (( SECONDS > end )) && exit 1"),
        (
            "end=$((SECONDS+60))",
            "end=$((end+60)); (( SECONDS > end )) && exit 1",
        ),
        (
            "now=$(date +%s); end=$((now + 5))",
            "[ $now -gt $end ] && exit 1",
        ),
        ("", "[ $((SECONDS % 7)) -eq 0 ] && exit 1"),
    ] {
        let script = format!("{before}\nuntil {GET}; do {within}; sleep 1; done\n");
        let told = program(&script);
        assert!(
            told.starts_with("0 Get line 2 -> end else 1\n1 Clock"),
            "{script}{told}"
        );
    }
}

#[test]
fn what_a_clock_says_may_be_printed() {
    let script = format!(
        "log() {{ echo \"[$(date +%s)] ${{SECONDS}}s $EPOCHREALTIME $*\" >> log; printf '%02d:%02d\\n' $((SECONDS/60)) $((SECONDS%60)); }}\n\
         start=$(date +%s)\nlog begin\n{GET}\nuntil {GET}; do log waiting; sleep 1; done\n\
         echo \"took $(( $(date +%s) - start )) s\" | tee -a log\n"
    );
    insta::assert_snapshot!(program(&script), @r"
    0 Get line 4 -> 1 else 1
    1 Await line 5 -> end else fail
    ");
}

/// A clock that only says something from time to time decides nothing.
#[test]
fn a_message_from_time_to_time_decides_nothing() {
    let script =
        format!("until {GET}; do (( SECONDS % 30 == 0 )) && echo waiting; sleep 1; done\n");
    insta::assert_snapshot!(program(&script), @"0 Await line 1 -> end else fail");
}

/// Some that cannot be followed, and what is said of each.
#[test]
fn what_is_not_followed_of_a_clock_is_told() {
    for (script, expected) in [
        (
            "if [[ $(date +%H) -lt 6 ]]; then GET; fi",
            "is not modelled",
        ),
        ("case $SECONDS in 0) GET;; esac", "a `case` on"),
        ("[ \"${SECONDS}s\" = 0s ] && GET", "is not modelled"),
        (
            "for ((i = 0; SECONDS < 9; i++)); do GET; done",
            "depends on a clock",
        ),
        ("local SECONDS=3; GET", "another value in this way"),
        (
            "(( SECONDS > 3 && n++ )); GET",
            "a clock decides whether `n`",
        ),
        ("x=$((100 / SECONDS)); GET", "which may be zero"),
    ] {
        let script = script.replace("GET", GET);
        let problems = read(&script, "").expect_err("it is refused").join("\n");
        assert!(problems.contains(expected), "{script}: {problems}");
    }
}

/// `kubectl wait` takes a negative time for a week.
#[test]
fn the_time_that_is_left_may_be_negative() {
    let script = "end=$((SECONDS+60))\nkubectl --context source wait --for=delete pod/web-0 --timeout=$((end - SECONDS))s || exit 1\n";
    insta::assert_snapshot!(program(script), @r"
    0 Clock line 2 -> 1 else 2
    1 AwaitGone line 2 -> end else fail
    2 AwaitGone line 2 -> end else fail
    ");
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    let told = format!("{:?}", scenario.assumed);
    assert!(told.contains("for a week"), "{told}");
}

/// What a loop says on its standard output, into a pipe or a file, does not keep it from being
/// followed; nor do variables that it sets anew in each round.
#[test]
fn a_loop_may_say_that_it_waits() {
    for around in [
        "{ @; } | tee log",
        "x=$(@; echo done)",
        "{ @; } >> log 2>&1",
        "{ @; } 2>&1 | while read -r l; do :; done",
    ] {
        let wait =
            format!("until {GET}; do echo waiting; echo more >> /tmp/log; x=1; sleep 5; done");
        let script = format!("set -euo pipefail\n{}\n{GET}\n", around.replace('@', &wait));
        if around.contains("read") {
            // How often it was said is not known.
            assert!(read(&script, "").is_err(), "{script}");
            continue;
        }
        let expected = "0 Await line 2 -> 1 else fail\n1 Get line 3 -> end else fail";
        assert_eq!(program(&script), expected, "{script}");
    }
}

/// A loop that goes round while its looks find something is followed once, not for ever.
#[test]
fn a_loop_of_several_looks_may_go_round_while_they_are_done() {
    let script = format!("while {GET} && {GET}; do (( SECONDS % 2 )) || {GET}; done\n{GET}\n");
    let scenario = read(&script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    let _ = crate::world::lookahead::Lookahead::of(&scenario.setup);
}

/// A person may not answer in time.
#[test]
fn a_question_may_time_out() {
    let script = format!("{GET}\nif read -rt 5 -p 'ok? ' x; then {GET}; else exit $?; fi\n");
    insta::assert_snapshot!(program(&script), @r"
    0 Get line 1 -> 1 else 1
    1 Clock line 2 -> 2 else fail
    2 Get line 2 -> end else end
    ");
}

/// How often a loop has asked may be counted without an end.
#[test]
fn a_loop_may_count_how_often_it_has_asked() {
    let script = format!(
        "n=0\nuntil {GET}; do n=$((n+1)); echo \"attempt $n\"; sleep 5; done\n\
         for i in $(seq 3); do {GET} && break; done\n"
    );
    let told = program(&script);
    assert!(told.contains("Await line 2 -> "), "{told}");
}
