//! Arguments that are wrong, and the help.

use snapbox::{IntoData, str};

use super::{SMALL, folder, straddle};

/// The one line that says what is wrong with the arguments.
#[track_caller]
fn refused(arguments: &str, expected: impl IntoData) {
    let folder = folder("usage", &[("small.yaml", SMALL)]);
    let command = straddle().current_dir(folder).args(arguments.split(' '));
    command.assert().code(2).stdout_eq("").stderr_eq(expected);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn arguments_that_are_wrong() {
    refused(
        "check small.yaml --max-states 0",
        str![[r#"
error: invalid value '0' for '--max-states <N>': it must be 1 or more; omit the flag for no bound

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --max-states -1",
        str![[r#"
error: invalid value '-1' for '--max-states <N>': it must be a whole number of at least 1

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --faults bogus",
        str![[r#"
error: invalid value 'bogus' for '--faults <SPEC>': `bogus` is not a number of faults from 1 to 15; write, for example, `2`, `2:eviction,driverCrash`, `eviction=1` or `none`

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --faults evicton",
        str![[r#"
error: invalid value 'evicton' for '--faults <SPEC>': `evicton` is not a fault budget; did you mean `eviction=1`?

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --faults eviction",
        str![[r#"
error: invalid value 'eviction' for '--faults <SPEC>': `eviction` has no cap; write `eviction=1` for one fault of this kind

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --faults 2:evicton",
        str![[r#"
error: invalid value '2:evicton' for '--faults <SPEC>': `evicton` is not a kind of fault; did you mean `eviction`?

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --faults -1",
        str![[r#"
error: invalid value '-1' for '--faults <SPEC>': `-1` is not a number of faults from 1 to 15; write, for example, `2`, `2:eviction,driverCrash`, `eviction=1` or `none`

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --property nope",
        str![[r#"
error: invalid value 'nope' for '--property <NAME>'
  [possible values: at-most-one-pod, at-most-one-running, single-writer, exclusive-device, right-disk, no-data-loss, disjoint-slices, available, self-healing, recoverable, completes, stays-migrated]

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --property availble",
        str![[r#"
error: invalid value 'availble' for '--property <NAME>'
  [possible values: at-most-one-pod, at-most-one-running, single-writer, exclusive-device, right-disk, no-data-loss, disjoint-slices, available, self-healing, recoverable, completes, stays-migrated]

  tip: a similar value exists: 'available'

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --timeout 5x",
        str![[r#"
error: invalid value '5x' for '--timeout <DURATION>': `x` is not a unit of time; use ms, s, m or h

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml --propertys available",
        str![[r#"
error: unexpected argument '--propertys' found

  tip: a similar argument exists: '--property'

Usage: straddle check --property <NAME> <PATH>...

For more information, try '--help'.

"#]],
    );
    refused(
        "check small.yaml -o yaml",
        str![[r#"
error: invalid value 'yaml' for '--output <FORMAT[=FILE]>': it must be one of pretty, json, junit, github, optionally with a file: junit=report.xml

For more information, try '--help'.

"#]],
    );
    refused(
        "check",
        str![[r#"
error: the following required arguments were not provided:
  <PATH>...

Usage: straddle check <PATH>...

For more information, try '--help'.

"#]],
    );
    refused(
        "chekc small.yaml",
        str![[r#"
error: unrecognized subcommand 'chekc'

  tip: some similar subcommands exist: 'schema', 'check'

Usage: straddle <COMMAND>

For more information, try '--help'.

"#]],
    );
}

/// What is said of the value of a flag. `command` ends with both.
#[track_caller]
fn refused_value(command: &str, flag: &str, reason: &str) {
    let (_, value) = command.rsplit_once(' ').expect("a flag and its value");
    let expected = format!(
        "error: invalid value '{value}' for '{flag}': {reason}\n\n\
         For more information, try '--help'.\n"
    );
    refused(command, expected);
}

/// Whether a flag that is left out means no bound depends on the flag.
#[test]
fn zeros() {
    let refused = |command, flag, left_out: &str| {
        let reason = format!("it must be 1 or more; omit the flag for {left_out}");
        refused_value(command, flag, &reason);
    };
    let none = "no bound";
    refused("check small.yaml --max-depth 0", "--max-depth <N>", none);
    refused("check small.yaml --timeout 0", "--timeout <DURATION>", none);
    let cores = "one per processor";
    refused("check small.yaml --threads 0", "--threads <N>", cores);
    refused("simulate small.yaml --threads 0", "--threads <N>", cores);
    refused("simulate small.yaml --runs 0", "--runs <N>", "1000 walks");
    refused(
        "simulate small.yaml --max-steps 0",
        "--max-steps <N>",
        "10000 steps",
    );
    refused(
        "check small.yaml --checkpoint kept --checkpoint-every 0",
        "--checkpoint-every <DURATION>",
        "one per minute",
    );
    refused_value(
        "check small.yaml --max-memory 0",
        "--max-memory <SIZE>",
        "it must be 4MiB or more, which a search needs to start; omit the flag for half of the \
         free memory",
    );
}

#[test]
fn numbers_below_zero_and_broken_ones() {
    let count = "it must be a whole number of at least 1";
    for value in ["-1", "abc", "1.5"] {
        let command = |flag| format!("check small.yaml {flag} {value}");
        refused_value(&command("--max-states"), "--max-states <N>", count);
        refused_value(&command("--max-depth"), "--max-depth <N>", count);
        refused_value(&command("--threads"), "--threads <N>", count);
    }
    let duration = "it must be a duration such as 30s, 5m or 1h30m";
    for value in ["-1", "-5s", "soon"] {
        let command = format!("check small.yaml --timeout {value}");
        refused_value(&command, "--timeout <DURATION>", duration);
    }
    refused_value(
        "check small.yaml --timeout 1.5s",
        "--timeout <DURATION>",
        "write whole numbers: 1500ms for 1.5s",
    );
    let size = "it must be a size such as 512MiB, 4GiB or 4G";
    for value in ["-1", "-1G", "much"] {
        let command = format!("check small.yaml --max-memory {value}");
        refused_value(&command, "--max-memory <SIZE>", size);
    }
    let seed = "it must be a whole number from 0 to 18446744073709551615";
    for value in ["-1", "abc", "18446744073709551616"] {
        let command = format!("simulate small.yaml --seed {value}");
        refused_value(&command, "--seed <S>", seed);
    }
}

#[test]
fn the_help_tells_the_exit_codes() {
    let help = |arguments: &str| {
        let output = straddle().args(arguments.split(' ')).assert().code(0);
        let output = output.stderr_eq("");
        String::from_utf8_lossy(&output.get_output().stdout).into_owned()
    };
    let text = help("check --help");
    assert!(text.contains("Exit codes, in this precedence:"), "{text}");
    for code in [0, 1, 2, 3, 4, 130] {
        let line = format!("  {code:>3}  ");
        assert!(text.contains(&line), "no {code} in:\n{text}");
    }
    assert!(help("check -h").contains("--max-states <N>"));
    for (command, codes) in [
        ("simulate --help", &[0, 1, 2, 4, 130][..]),
        ("replay --help", &[0, 1, 2, 3, 4]),
    ] {
        let text = help(command);
        for code in codes {
            let line = format!("  {code:>3}  ");
            assert!(text.contains(&line), "{command}: no {code} in:\n{text}");
        }
    }
    assert!(help("--help").contains("check     Check scenarios"));
    let version = format!("straddle {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(help("--version"), version);
}
