//! Scripts that nobody means: whatever is read, nothing panics and nothing hangs.

use std::io;
use std::path::Path;

use proptest::prelude::*;
use straddle::internals::scenario::{Overrides, Scenario};

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

/// Whether a script is refused with these words.
fn check_refused(script: &str, words: &str) {
    let problems = refused(script.as_bytes());
    let shown: String = script.chars().take(200).collect();
    assert!(
        problems.iter().any(|problem| problem.contains(words)),
        "{shown}: {problems:?}"
    );
}

/// Lines that differ by their numbers.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().concat()
}

/// A text of 20,000 letters in `$x`.
const LONG: &str = "x=aaaaaaaaaaaaaaaaaaaa\nx=$x$x$x$x$x$x$x$x$x$x\nx=$x$x$x$x$x$x$x$x$x$x\n\
                    x=$x$x$x$x$x$x$x$x$x$x\n";

/// Whatever takes long by itself, or again and again, ends in time: without a bound each of these
/// would take from several seconds to for ever, or all memory.
#[test]
fn what_would_take_too_long_is_refused() {
    let many = |body: &str| format!("{LONG}for i in $(seq 6000); do {body}; done\n");
    for script in [
        many("printf \"$x%s\" {1..400}"),
        many("echo a > /tmp/f; cat /tmp/f /tmp/f >> /tmp/f; seq 9999 >> /tmp/f"),
        many("echo \"$x\" >> /tmp/f"),
        many("echo \"$x\" | tee /tmp/{1..400} > /tmp/f"),
        many("seq 9999"),
        many("[[ $x == *a*a*a*b ]]"),
        many("case $x in *a*b) ;; esac"),
        many("y=${x%%*a*b}"),
        many("y=${x//a/bbbbbbbb}"),
        many("ys=($(seq 9999))"),
        format!("{LONG}y=${{x//a/{}}}\n", "b".repeat(100_000)),
        format!(
            "for i in {{1..1000}}; do {} true; done\n",
            "a=1 ".repeat(400)
        ),
        lines(6_000, |i| format!("a{i}=1\n")) + "i=0\nwhile [ $i -lt 9999 ]; do i=$((i+1)); done\n",
    ] {
        check_refused(&script, "too");
    }
}

/// The parser recurses for what stands side by side, too.
#[test]
fn what_would_overflow_the_stack_is_refused() {
    for script in [
        "a;".repeat(80_000),
        format!("f() {{\n{}}}\n", "a\n".repeat(80_000)),
        format!(": $(({}1))\n", "-".repeat(60_000)),
        format!(": $(({}1))\n", "!-".repeat(30_000)),
        format!(": $(({}1))\n", "a=".repeat(60_000)),
        format!(": $(({}1))\n", "2**".repeat(60_000)),
        format!(": $(({}1))\n", "1?1:".repeat(60_000)),
        format!("echo 1 | jq '1{}'\n", "+1".repeat(50_000)),
        "echo 1 | jq '\"[[[[\" | . + . | fromjson'\n".to_owned(),
    ] {
        assert!(!refused(script.as_bytes()).is_empty());
    }
}

#[test]
fn documents_that_grow_are_refused() {
    let aliases = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                   c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                   e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let apply = format!("kubectl --context destination apply -f - <<E\n{aliases}E\n");
    check_refused(&apply, "too many values");
    let patch = |kind: &str, patch: &str| {
        format!("kubectl --context source patch sts web --type={kind} -p '{patch}'\n")
    };
    let copies: Vec<String> = (0..40)
        .map(|i| format!("{{\"op\":\"copy\",\"from\":\"/spec\",\"path\":\"/spec/x{i}\"}}"))
        .collect();
    check_refused(
        &patch("json", &format!("[{}]", copies.join(","))),
        "too large",
    );
    let operations = "{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":3},".repeat(200);
    let operations = format!("[{}]", operations.trim_end_matches(','));
    check_refused(&patch("json", &operations), "operations");
    let names: Vec<String> = (0..2_000)
        .map(|i| format!("{{\"name\":\"a{i}\"}}"))
        .collect();
    let containers = format!("{{\"spec\":{{\"containers\":[{}]}}}}", names.join(","));
    check_refused(&patch("strategic", &containers), "items");
}

#[test]
fn only_the_first_of_very_many_mistakes_are_shown() {
    let script = lines(2_000, |i| format!("foo{i}\n"));
    let problems = refused(script.as_bytes());
    assert!(problems.len() < 100, "{}", problems.len());
    let last = problems.last().map_or("", String::as_str);
    assert!(last.contains("1950 more errors"), "{last}");
}

/// Functions that call themselves are followed as deep as they go, up to a bound.
#[test]
fn recursion_is_followed_up_to_a_bound() {
    let script = |depth: usize, around: &str| {
        let call = around.replace('@', "f $(( $1 - 1 ))");
        format!(
            "f() {{\nif [ $1 -gt 0 ]; then {call}; else kubectl --context source get pod web-0; fi\n}}\nf {depth}\n"
        )
    };
    assert_eq!(refused(script(10, "@").as_bytes()), [""; 0]);
    check_refused(&script(1_000, "@"), "deep");
    let nested = format!("{}@{}", "{ ( ".repeat(15), " ); }".repeat(15));
    check_refused(&script(1_000, &nested), "nested more than");
}
