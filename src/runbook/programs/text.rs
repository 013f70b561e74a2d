//! Programs that write text, and those that keep it in files.

use std::rc::Rc;

use super::call::Call;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::symbols::symbol_in;

/// The most numbers that `seq` writes.
const MOST_NUMBERS: usize = 10_000;

/// `echo`.
pub fn echo(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let is_option = |word: &&&str| {
        let letters = word.strip_prefix('-').unwrap_or("");
        !letters.is_empty() && letters.chars().all(|letter| "neE".contains(letter))
    };
    let count = call.words.iter().take_while(is_option).count();
    let (options, words) = call.words.split_at(count);
    let options = options.concat();
    let mut text = words.join(" ");
    if options.rfind('e') > options.rfind('E') {
        text = unescaped(runner, &call.state, &text);
    }
    if !options.contains('n') {
        text.push('\n');
    }
    writing(call, &text)
}

/// What `echo -e` and the format of `printf` make of backslashes.
fn unescaped(runner: &mut Runner<'_>, state: &State, text: &str) -> String {
    let mut made = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            made.push(next);
            continue;
        }
        match rest.next() {
            Some('n') => made.push('\n'),
            Some('t') => made.push('\t'),
            Some('\\') | None => made.push('\\'),
            Some(other) => {
                // Colours and the like matter to nobody who reads them on a screen.
                if runner.is_heard(state) {
                    let what =
                        format!("`\\{other}` in a text that the script reads is not modelled");
                    runner.not_modelled(what, "write plain text, `\\n` and `\\t`");
                }
                made.extend(['\\', other]);
            }
        }
    }
    made
}

/// `printf`: the format, as often as there are arguments for it.
pub fn printf(runner: &mut Runner<'_>, call: Call<'_>) -> Result<Outcome, Halt> {
    let words = call.words.strip_prefix(&["--"]).unwrap_or(call.words);
    let Some((format, arguments)) = words.split_first() else {
        return Ok(Outcome::ok(call.state));
    };
    if format.starts_with('-') {
        let what = format!("`printf {format}` is not modelled");
        runner.not_modelled(what, "assign the text: `name=\"$(printf …)\"`");
        return Ok(Outcome::ok(call.state));
    }
    let format = &unescaped(runner, &call.state, format);
    let mut text = String::new();
    let mut arguments = arguments.iter();
    loop {
        let before = arguments.len();
        format_once(runner, format, &mut arguments, &mut text);
        runner.spend(format.len());
        runner.made_text(text.len())?;
        if arguments.len() == 0 || arguments.len() == before {
            return Ok(writing(call, &text));
        }
    }
}

fn format_once(
    runner: &mut Runner<'_>,
    format: &str,
    arguments: &mut std::slice::Iter<'_, &str>,
    text: &mut String,
) {
    let mut rest = format.chars();
    while let Some(next) = rest.next() {
        match next {
            '%' => match rest.next() {
                Some('s' | 'd') => text.push_str(arguments.next().unwrap_or(&"")),
                Some('%') => text.push('%'),
                other => runner.not_modelled(
                    format!("`%{}` of `printf` is not modelled", other.unwrap_or(' ')),
                    "use `%s` or `%d`",
                ),
            },
            other => text.push(other),
        }
    }
}

/// `seq`.
pub fn seq(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let given = call.words.join(" ");
    if call.words.iter().any(|word| symbol_in(word).is_some()) {
        runner.not_modelled(
            format!("`seq {given}` over a number known only to the cluster is not modelled"),
            "write the number of replicas in the script",
        );
        return Outcome::ok(call.state);
    }
    let numbers: Option<Vec<i64>> = call.words.iter().map(|word| word.parse().ok()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Some(&[last]) => (1, 1, last),
        Some(&[first, last]) => (first, 1, last),
        Some(&[first, step, last]) if step != 0 => (first, step, last),
        _ => {
            let help = "give whole numbers: `seq 5 -1 0`";
            runner.not_modelled(format!("`seq {given}` is not modelled"), help);
            return Outcome::ok(call.state);
        }
    };
    let numbers = std::iter::successors(Some(first), |number| number.checked_add(step));
    let is_wanted = |number: &i64| {
        if step > 0 {
            *number <= last
        } else {
            *number >= last
        }
    };
    let mut numbers = numbers.take_while(is_wanted);
    let text = numbers.by_ref().take(MOST_NUMBERS);
    let text: String = text.map(|number| number.to_string() + "\n").collect();
    if numbers.next().is_some() {
        let what = format!("`seq {given}` has more than {MOST_NUMBERS} numbers");
        runner.not_modelled(what, "no set has that many replicas; use a smaller number");
    }
    runner.spend(text.len());
    writing(call, &text)
}

/// `wc -l`.
pub fn wc(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    if call.words != ["-l"] {
        let what = format!("`wc {}` is not modelled", call.words.join(" "));
        runner.not_modelled(what, "count lines: `… | wc -l`");
        return Outcome::ok(call.state);
    }
    let input = call.state.shell.input.as_deref().unwrap_or("");
    if runner.has_unknown(input) {
        let what = "how many lines that has is not known";
        runner.not_modelled(what, "count lines that the script has written itself");
    }
    let lines = input.bytes().filter(|byte| *byte == b'\n').count();
    writing(call, &format!("{lines}\n"))
}

/// `cat`.
pub fn cat(runner: &mut Runner<'_>, call: Call<'_>) -> Result<Outcome, Halt> {
    let mut state = call.state;
    let is_file = |word: &&str| !word.starts_with('-') || *word == "-";
    let mut files: Vec<&str> = call.words.iter().copied().filter(is_file).collect();
    if files.is_empty() {
        files.push("-");
    }
    let mut length = 0;
    for path in files {
        if let Some(text) = runner.read_file(path, &state) {
            length += text.len();
            runner.made_text(length)?;
            state.shell.write(&text);
        } else {
            runner.unknown_file(path);
        }
    }
    Ok(Outcome::ok(state))
}

/// `tee`.
pub fn tee(runner: &mut Runner<'_>, mut call: Call<'_>) -> Outcome {
    let input = call.state.shell.input.clone();
    let text: Rc<str> = input.unwrap_or_else(|| "".into());
    runner.spend(text.len());
    for path in call.words.iter().filter(|word| !word.starts_with('-')) {
        let path = runner.path(path, &call.state.shell);
        let files = &mut call.state.shell.files;
        files.insert(path.into(), Rc::clone(&text));
    }
    writing(call, &text)
}

/// `rm`.
pub fn rm(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    for path in call.words {
        let path = runner.path(path, &state.shell);
        state.shell.files.remove(&*path);
    }
    Outcome::ok(state)
}

/// `mktemp`: a path for each command; one command in a loop gets the same, and writes it anew.
pub fn mktemp(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let path = if call.words.contains(&"-d") {
        "/tmp/straddle.d"
    } else {
        "/tmp/straddle.tmp"
    };
    let place = runner.span.start;
    writing(call, &format!("{path}.{place}\n"))
}

/// `basename` and `dirname`.
pub fn part_of_path(_: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let path = call.words.first().copied().unwrap_or("");
    let split = path.trim_end_matches('/').rsplit_once('/');
    let (folder, file) = split.unwrap_or((".", path));
    let part = if call.name == "basename" {
        file
    } else {
        folder
    };
    writing(call, &format!("{part}\n"))
}

fn writing(call: Call<'_>, text: &str) -> Outcome {
    let mut state = call.state;
    state.shell.write(text);
    Outcome::ok(state)
}
