//! What scripts say, and where it goes; words that are more than text.

use super::{program, read};

const GET: &str = "kubectl --context source get pod web-0";

/// The arguments of the last call of kubectl.
fn last(script: &str) -> String {
    let script = format!("{script}\nkubectl --context source exec web-0 -- echo \"$x\"\n{GET}\n");
    let calls = crate::runbook::calls(&script).unwrap_or_else(|| panic!("{script}"));
    calls[0].last().cloned().unwrap_or_default()
}

#[test]
fn texts_are_those_of_bash() {
    for (script, expected) in [
        ("x=$(printf '%03d|%-5s|%5s' 7 a b)", "007|a    |    b"),
        ("x=$(printf '%02d %d' -3 '')", "-3 0"),
        ("printf -v x 'web-%d' 2", "web-2"),
        ("printf -v x -- '%s,' a b", "a,b,"),
        ("x=$(printf '%b' 'a\\tb')", "a\tb"),
        ("n=5; let n+=2 m=n*2; x=$m", "14"),
        ("n=5; (( n > 9 && n++ )) || true; x=$n", "5"),
        ("n=2; x=$(( n ** 3 ** 2 ))", "512"),
        ("n=3; x=no; [[ n -gt 2 ]] && x=yes", "yes"),
        ("x=no; (( $(seq 2 | wc -l) == 2 )) && x=yes", "yes"),
        (
            "echo a > f; echo b | tee -a f > /dev/null; x=$(cat f)",
            "a\nb",
        ),
        ("echo a > f; echo b | tee f > /dev/null; x=$(cat f)", "b"),
        ("touch f; x=no; [ -f f ] && x=$(cat f)yes", "yes"),
        ("x=$(cat < /dev/null)", ""),
        ("exec > log 2>&1; x=$(echo a)", "a"),
    ] {
        assert_eq!(last(script), expected, "{script}");
    }
}

/// Where nothing reads it, it may look as it will; where something does, it is not known.
#[test]
fn what_is_only_shown_may_look_as_it_will() {
    for shown in [
        "printf '%5.1f %q %x\\n' 1 2 3",
        "exec > >(tee -a \"log\") 2>&1",
        "exec >> log 2>&1",
        "printf '[%(%F %T)T] %s\\n' -1 x | tee -a log",
    ] {
        let script = format!("{shown}\n{GET}\n");
        assert_eq!(program(&script), "0 Get line 2 -> end else end", "{shown}");
    }
}

#[test]
fn what_would_be_done_unseen_is_refused() {
    for (script, expected) in [
        ("echo x > >(GET)", "beside the script"),
        ("cat <(GET)", "beside the script"),
        ("echo x | tee >(GET)", "beside the script"),
        ("exec < list; GET", "this redirection by `exec`"),
        ("exec 3>&1; GET", "this redirection by `exec`"),
        ("x=$(exec > f; GET)", "this redirection by `exec`"),
        (
            "exec > log; if [ \"$(cat log)\" = a ]; then GET; fi",
            "is not modelled",
        ),
        ("x=$(printf '%5.1f' 1); GET", "`%5.1f` of `printf`"),
        ("which frobnicate || GET", "whether there is a program"),
        ("GET --cluster=other", "it may be another cluster's"),
        ("GET -s https://10.0.0.1", "it may be another cluster's"),
        (
            "kubectl --context source create hpa web",
            "changes `replicas` of the set",
        ),
        (
            "if [ \"$(GET -o jsonpath={.status.phase})\" = Running ]; then GET; fi",
            "condition=Ready",
        ),
    ] {
        let script = script.replace("GET", GET);
        let problems = read(&script, "").err().unwrap_or_default().join("\n");
        assert!(problems.contains(expected), "{script}: {problems}");
    }
}
