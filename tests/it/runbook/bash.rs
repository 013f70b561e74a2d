//! The words of every call of kubectl, against what bash itself passes to a stub.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use straddle::internals::runbook::calls;

use crate::support::cases;

/// A folder with a stub `kubectl` that writes down its words, and the two programs that scripts
/// may use beside it.
fn stub() -> Option<PathBuf> {
    let folder = std::env::temp_dir().join(format!("straddle-stub-{}", std::process::id()));
    fs::create_dir_all(&folder).ok()?;
    let stub = folder.join("kubectl");
    if !stub.exists() {
        fs::write(
            &stub,
            "#!/bin/bash\nprintf '%s\\0' \"$#\" \"$@\" >> \"$STUB_OUTPUT\"\n",
        )
        .ok()?;
        fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).ok()?;
        for program in ["seq", "cat"] {
            let real = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(program));
            let real = real.into_iter().find(|path| path.exists())?;
            symlink(real, folder.join(program)).ok()?;
        }
    }
    Path::new("/bin/bash").exists().then_some(folder)
}

/// What bash passes to the stub. Only scripts that were made here are ever run.
fn bash(folder: &Path, script: &str, number: u64) -> Vec<Vec<String>> {
    let output = folder.join(format!("calls-{number}"));
    fs::write(&output, "").expect("a temporary file");
    let mut child = Command::new("/bin/bash")
        .arg("-c")
        .arg(script)
        .env_clear()
        .env("PATH", folder)
        .env("STUB_OUTPUT", &output)
        .current_dir(folder)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("bash runs");
    child.wait().expect("bash ends");
    let bytes = fs::read(&output).expect("what the stub wrote");
    let _ = fs::remove_file(&output);
    let text = String::from_utf8(bytes).expect("the scripts are text");
    let mut words = text.split_terminator('\0');
    let mut calls = Vec::new();
    while let Some(count) = words.next() {
        let count: usize = count.parse().expect("a number of words");
        let mut call = vec!["kubectl".to_owned()];
        call.extend(words.by_ref().take(count).map(str::to_owned));
        calls.push(call);
    }
    calls
}

/// A word of a call: quotes, variables, arithmetic, substitutions, braces.
fn word() -> impl Strategy<Value = String> {
    let fixed = [
        "web-$k",
        "\"web-$k\"",
        "'$k'",
        "${k}x",
        "\"$s\"",
        "$s",
        "${s:-d}",
        "${none:-d e}",
        "\"${none:-d e}\"",
        "$((6 - k))",
        "\"$((k * 2))\"",
        "{5..3}",
        "a{b,c}d",
        "$(echo $k $s)",
        "\"$(echo \"$s\")\"",
        "\\$k",
        "\"\\$k\\\"\"",
        "$'a\\tb'",
        "''",
        "\"{\\\"spec\\\": {\\\"replicas\\\": $k}}\"",
        "'{\"a\": '$k'}'",
        "${s%b*}",
        "${s##*a}",
        "${#s}",
        "\"$(cat <<E\nx $k\nE\n)\"",
        "$none",
        "\"$none\"",
        "\"$@\"",
        "$1",
        "${s/a/o}",
        "--flag=$k",
        "x\\ y",
        "$(seq 2)",
        "\"$(seq 2)\"",
        "{.status}",
        "~x",
        "a=b",
        "\"${list[@]}\"",
        "x\"${list[@]}\"y",
        "${list[@]}",
        "\"${list[*]}\"",
        "${#list[@]}",
        "\"${list[1]}\"",
        "\"${list[-1]}\"",
        "\"${list[1 - 1]%b}\"",
        "$list",
        "\"${empty[@]}\"",
    ];
    prop::sample::select(fixed.to_vec()).prop_map(str::to_owned)
}

fn call() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..4)
        .prop_map(|words| format!("kubectl exec w -- {}", words.join(" ")))
}

/// A statement, with others in it.
fn statement() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        call(),
        Just("k=$((k + 1))".to_owned()),
        Just("s='a b  c'".to_owned()),
        Just("s=\"$s-$k\"".to_owned()),
        Just("local_f 1 \"a b\"".to_owned()),
        Just("set -- x 'y z'".to_owned()),
        Just("list+=(\"$s\" $s)".to_owned()),
        Just("list=(ab # none\n  'c  d' {1..2} $(seq 2))".to_owned()),
        Just("(( k-- )) || true".to_owned()),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        let block = prop::collection::vec(inner.clone(), 1..3).prop_map(|all| all.join("\n"));
        prop_oneof![
            block
                .clone()
                .prop_map(|body| format!("for k in 2 1; do\n{body}\ndone")),
            block
                .clone()
                .prop_map(|body| format!("for k in $(seq 3 -1 2); do\n{body}\ndone")),
            block
                .clone()
                .prop_map(|body| format!("for s in \"${{list[@]}}\"; do\n{body}\ndone")),
            block
                .clone()
                .prop_map(|body| format!("if [ \"$k\" -gt 2 ]; then\n{body}\nelse\n:\nfi")),
            block
                .clone()
                .prop_map(|body| format!("if [[ $s == a* && -n $k ]]; then\n{body}\nfi")),
            block.clone().prop_map(|body| format!(
                "case $k in [0-2]) {body} ;; *) kubectl exec w -- other ;; esac"
            )),
            block.clone().prop_map(|body| format!("( {body} )")),
            block.clone().prop_map(|body| format!("{{ {body}\n}}")),
            block
                .clone()
                .prop_map(|body| format!("true && {{ {body}\n}}")),
            block
                .clone()
                .prop_map(|body| format!("false || {{ {body}\n}}")),
            block.clone().prop_map(|body| format!(
                "i=0\nwhile [ $i -lt 2 ]; do\ni=$((i + 1))\n{body}\ndone"
            )),
            block.prop_map(|body| format!("for ((n = 0; n < 2; n++)); do\n{body}\ndone")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("{a}\n{b}")),
        ]
    })
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn kubectl_gets_the_words_that_bash_would_pass() {
    let Some(folder) = stub() else {
        eprintln!("skipped: there is no bash here");
        return;
    };
    let head = "set --\nk=3\ns='a b'\nlist=(b \"$s\")\nempty=()\nlocal_f() { local k=$1; kubectl exec w -- \"$k\" \"$2\" $#; }\n";
    let mut runner = proptest::test_runner::TestRunner::new(cases(150));
    let number = std::sync::atomic::AtomicU64::new(0);
    let body = prop::collection::vec(statement(), 1..5).prop_map(|all| all.join("\n"));
    runner
        .run(&body, |body| {
            let script = format!("{head}{body}\n");
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let ours = calls(&script);
            prop_assert_eq!(ours, Some(bash(&folder, &script, number)), "{}", script);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let _ = fs::remove_dir_all(folder);
}
