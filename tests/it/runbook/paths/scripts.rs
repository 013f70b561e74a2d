//! Scripts of the supported subset: loops that count, handlers, functions, what masks `set -e`,
//! pipes, subshells and substitutions.

use proptest::prelude::*;

const ASK: &str = "kubectl --context source";

/// A request, whose ordinal may be what the script has counted.
fn request() -> impl Strategy<Value = String> {
    let ordinal = prop::sample::select(vec!["0", "1", "$n", "$i", "$?", "$((n + 1))"]);
    let kind = prop::sample::select(vec!["get", "get", "wait", "scale"]);
    (kind, ordinal).prop_map(|(kind, ordinal)| match kind {
        "get" => format!("{ASK} get pod web-{ordinal}"),
        "wait" => format!("{ASK} wait --for=delete pod/web-{ordinal} --timeout=9s"),
        _ => format!("{ASK} scale sts web --replicas={ordinal}"),
    })
}

fn simple() -> impl Strategy<Value = String> {
    let fixed = [
        "true",
        "false",
        ":",
        "echo x",
        "sleep 1",
        "n=$((n + 1))",
        "(( n++ ))",
        "(( n > 1 ))",
        "[ $n -gt 1 ]",
        "[[ $n == 2 ]]",
        "n=$?",
        "i=7",
        "(exit 3)",
        "exit",
        "exit 4",
        "f",
        "g",
        "h 1",
        "set -e",
        "set +e",
        "unset x",
    ];
    prop_oneof![
        3 => request(),
        2 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned),
    ]
}

/// A statement, with others in it.
fn statement() -> impl Strategy<Value = String> {
    simple().prop_recursive(3, 14, 3, |inner| {
        let block = prop::collection::vec(inner.clone(), 1..4).prop_map(|all| all.join("\n"));
        let leave = prop::sample::select(vec!["break", "continue", ":", "exit 5"]);
        let wrapped = [
            "( @\n)",
            "{ @\n}",
            "! { @\n}",
            "{ @\n} | cat",
            "{ @\n} 2>&1 | cat > log",
            "echo l | while read -r l; do\n@\ndone",
            "{ echo o; echo e >&2; } 2>&1 | while read -r l; do\n@\ndone",
            "{ @\necho l; } | while read -r l; do n=3; done",
            "x=$( @\n)",
            "x=$( @\n) || n=4",
            "echo \"$( @\n)\"",
            "if x=$( @\n); then n=5; fi",
            "for i in 1 2 3; do\n@\ndone",
            "for i in; do\n@\ndone",
            "for ((i = 0; i < 2; i++)); do\n@\ndone",
            "while read -r l; do\n@\ndone < <(seq 2)",
            "m=0\nwhile [ $m -lt 2 ]; do\nm=$((m + 1))\n@\ndone",
            "m=0\nuntil (( m >= 2 )); do\n(( ++m ))\n@\ndone",
            "case $? in 0) @ ;; *) n=6 ;; esac",
            "case $n in [0-2]) : ;; *) @ ;; esac",
            "(\ntrap 'kubectl --context source get pod web-8' EXIT\n@\n)",
            "for i in $(seq 2); do\n@\ndone",
        ];
        let wrapped = prop::sample::select(wrapped.to_vec());
        prop_oneof![
            4 => (wrapped, block.clone()).prop_map(|(around, body)| around.replace('@', &body)),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} && {b}")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} || {b}")),
            1 => inner.clone().prop_map(|a| format!("! {a}")),
            2 => (inner.clone(), block.clone()).prop_map(|(a, b)| format!("if {a}; then\n{b}\nfi")),
            1 => (inner.clone(), block.clone(), block.clone())
                .prop_map(|(a, b, c)| format!("if {a}; then\n{b}\nelse\n{c}\nfi")),
            2 => polling(request(), leave),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("{a}\n{b}")),
        ]
    })
}

/// Loops that ask again and again, and count.
fn polling(
    request: impl Strategy<Value = String>,
    leave: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = String> {
    let loops = [
        "for i in $(seq 3); do ASK && break; sleep 1; done",
        "for i in {1..3}; do ASK || break; if [ \"$i\" -eq 3 ]; then n=7; fi; done",
        "for i in 1 2 3; do if ! ASK; then n=8; break; fi; [ $i -eq 3 ] && LEAVE; sleep 1; done",
        "for ((i = 0; i < 3; i++)); do ASK && n=9 && break; done",
        "tries=0\nuntil ASK; do ((tries++)) || true; [ $tries -ge 3 ] && LEAVE; sleep 1; done",
        "tries=0\nwhile ASK; do tries=$((tries + 1)); if (( tries > 2 )); then LEAVE; fi; done",
        "until ASK; do sleep 1; done",
        "while ASK; do sleep 1; done",
        "while :; do ASK && break; sleep 1; done",
        "while true; do if ASK; then LEAVE; break; else n=2; fi; done",
        "c=0\nwhile [ $c -lt 3 ]; do ASK && LEAVE; c=$((c + 1)); done",
    ];
    (prop::sample::select(loops.to_vec()), request, leave).prop_map(|(text, ask, leave)| {
        let ask = ask.replace("$?", "2");
        text.replace("ASK", &ask).replace("LEAVE", leave)
    })
}

/// What a function does; it may return.
fn body() -> impl Strategy<Value = String> {
    let returns = [
        "return",
        "return 6",
        "local y=$(false)",
        "local n=1",
        "local i",
        "[ $# -eq 0 ] && return 1",
    ];
    let part = prop_oneof![
        3 => statement(),
        1 => prop::sample::select(returns.to_vec()).prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 1..4).prop_map(|all| {
        // They do not call each other round and round.
        let text = all.join("\n");
        let lines = text.lines().map(|line| match line {
            "f" | "g" | "h 1" => ":",
            line => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

fn head() -> impl Strategy<Value = String> {
    let options = [
        "",
        "set -e",
        "set -euo pipefail",
        "set -eE",
        "set -E",
        "set -o pipefail",
        "set -e\nshopt -s inherit_errexit",
    ];
    let handlers = [
        "",
        "",
        "",
        "trap 'kubectl --context source get pod web-9' EXIT",
        "trap 'kubectl --context source get pod web-9' ERR",
        "trap 'kubectl --context source get pod web-$?' ERR\ntrap 'f' EXIT",
        "trap 'exit 9' ERR",
        "trap 'n=3; false; n=4' ERR",
        "trap 'false; exit 8' EXIT",
        "trap 'kubectl --context source get pod web-$n || exit 2' EXIT",
    ];
    let options = prop::sample::select(options.to_vec());
    (options, prop::sample::select(handlers.to_vec()))
        .prop_map(|(options, handlers)| format!("{options}\n{handlers}\nn=0\nm=0\ni=5\nx=\n"))
}

/// A whole script.
pub fn script() -> impl Strategy<Value = String> {
    let statements = prop::collection::vec(statement(), 1..5).prop_map(|all| all.join("\n"));
    (head(), body(), body(), body(), statements).prop_map(|(head, f, g, h, statements)| {
        format!("f() {{\n{f}\n}}\ng() {{\n{g}\n}}\nh() {{\n{h}\n}}\n{head}{statements}\n")
    })
}
