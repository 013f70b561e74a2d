//! Scripts that nobody means: whatever is read, nothing panics and nothing hangs.

use std::io;
use std::path::Path;

use proptest::prelude::*;
use straddle::scenario::{Overrides, Scenario};

use crate::support::cases;

const FIXTURES: [&str; 5] = [
    include_str!("../../../models/blog-runbook/migrate.sh"),
    include_str!("../../../models/blog-runbook-gated/migrate.sh"),
    include_str!("../../../models/cold-move-runbook/migrate.sh"),
    include_str!("../../../models/cold-move-deleted/migrate.sh"),
    include_str!("../../../models/polling-runbook/migrate.sh"),
];

/// Reads a script to whatever end; what is wrong with it.
fn refused(script: &[u8]) -> Vec<String> {
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {name: web, replicas: 3, volumeClaimTemplates: [data]}\nmigration: {runbook: migrate.sh}\n";
    let path = Path::new("scenario.yaml");
    match Scenario::parse(path, text, &Overrides::default(), &files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// Reads a script to whatever end.
fn read(script: &[u8]) {
    let _ = refused(script);
}

/// A piece of script that opens something, repeats, or does not belong.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "$(",
        "names=(",
        "\"${names[@]}\"",
        "${names[",
        "trap 'kubectl ",
        "read x\n",
        "kubectl --context source delete pod -l 'a in (b",
        "`",
        "\"",
        "'",
        "${",
        "$((",
        "))",
        "}",
        "done",
        "fi",
        "<<E\n",
        "| yq '.[]'",
        "&&",
        "while :; do ",
        "{1..9999}",
        "\u{F0000}",
        "é",
        "\0",
        "x=$x$x$x$x\n",
        "!",
        "[[",
        "case x in",
        "for k in $(seq 100000); do ",
        "f() { f; }; f\n",
        "--for=",
        "-p '{'",
        "\\\n",
    ];
    prop_oneof![
        prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        ".{0,6}",
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn mutated_scripts_are_read_or_refused(fixture in 0..FIXTURES.len(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, piece()), 1..5)) {
        let mut script = FIXTURES[fixture].to_owned();
        for (place, length, piece) in cuts {
            let start = script.floor_char_boundary(place.index(script.len() + 1).min(script.len()));
            let end = script.floor_char_boundary((start + length).min(script.len())).max(start);
            script.replace_range(start..end, &piece);
        }
        read(script.as_bytes());
    }
}

#[test]
fn deep_nesting_and_long_texts_are_refused() {
    for (open, close) in [
        ("$(", ")"),
        ("(", ")"),
        ("{ ", ";}"),
        ("if true; then ", "; fi"),
        ("! ", ""),
        ("\"$(", ")\""),
        ("$((", "))"),
        ("${a:-", "}"),
    ] {
        for depth in [30, 500, 20_000] {
            read(format!("{}echo x{}", open.repeat(depth), close.repeat(depth)).as_bytes());
        }
    }
    read("x=aaaaaaaaaaaaaaaa\nfor i in $(seq 100); do x=$x$x; done\n".as_bytes());
    read("x=$(seq 20000); x=$x$x$x; for i in $(seq 9999); do y=$x; done\n".as_bytes());
    read("a\n".repeat(400_000).as_bytes());
    read("for i in $(seq 9999); do for j in $(seq 9999); do x=$i$j; done; done\n".as_bytes());
}

#[test]
fn commands_of_many_words_are_refused() {
    for command in [
        "kubectl --context source get pod web-{1..9999} -o yaml",
        "kubectl --context source get secret $(seq 9999) x -o yaml",
        "helm upgrade web ./chart --set x{1..9999}=y",
        "echo \"$k\"{1..9999}{a,b}",
    ] {
        let script = format!("for k in {{5..0}}; do\n  {command} | yq .\ndone\n");
        let problems = refused(script.as_bytes());
        assert!(
            problems.iter().any(|problem| problem.contains("words")),
            "{command}: {problems:?}"
        );
    }
}
