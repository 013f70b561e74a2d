//! The flags that pages name in passing exist.

use std::collections::BTreeMap;
use std::process::Command;

use super::page::{code_spans, name, pages, read};

const COMMANDS: [&str; 5] = ["check", "simulate", "replay", "certify", "schema"];

/// The help of each command.
fn helps() -> BTreeMap<&'static str, String> {
    let help = |command: &'static str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_straddle"));
        let run = program.args([command, "--help"]).output();
        let printed = run.expect("the program runs").stdout;
        (command, String::from_utf8(printed).expect("it is text"))
    };
    COMMANDS.map(help).into()
}

/// The flags of a text, each up to what is not a letter.
fn flags(text: &str) -> Vec<&str> {
    let words = text.split_whitespace();
    let long = words.filter(|word| word.starts_with("--") && word.len() > 2);
    let is_flag = |letter: char| letter.is_ascii_alphabetic() || letter == '-';
    long.map(|word| &word[..word.find(|letter| !is_flag(letter)).unwrap_or(word.len())])
        .collect()
}

#[test]
fn flags_of_commands_in_the_text_exist() {
    let helps = helps();
    let mut count = 0;
    for page in pages() {
        for span in code_spans(&read(&page)) {
            let Some(rest) = span.strip_prefix("straddle ") else {
                continue;
            };
            let command = rest.split_whitespace().next().unwrap_or_default();
            let Some(help) = helps.get(command) else {
                let is_general = command.starts_with("--");
                assert!(is_general, "{}: no command `{span}`", name(&page));
                continue;
            };
            for flag in flags(rest) {
                count += 1;
                assert!(flags(help).contains(&flag), "{}: `{span}`", name(&page));
            }
        }
    }
    assert!(count > 5, "only {count} flags were found");
}

#[test]
fn flags_are_found() {
    assert_eq!(
        flags("check a --one=2 --two-three -x -- --four, b"),
        ["--one", "--two-three", "--four"]
    );
}
