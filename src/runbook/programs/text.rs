//! Programs that write text, and those that keep it in files.

use std::rc::Rc;

use super::call::Call;
use crate::runbook::session::{Commands, Outcome, Runner, State};
use crate::runbook::shell::programs::Programs;
use crate::runbook::shell::runner::Halt;
use crate::runbook::symbols::{Symbol, symbol_in};

/// The widest field of `printf`.
const MOST_WIDE: usize = 200;

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
    let (name, format, arguments) = match (*format, arguments) {
        ("-v", [name, "--", format, arguments @ ..] | [name, format, arguments @ ..]) => {
            (Some(*name), format, arguments)
        }
        _ => (None, format, arguments),
    };
    if format.starts_with('-') {
        let what = format!("`printf {format}` is not modelled");
        runner.not_modelled(
            what,
            "use `printf -v NAME FORMAT …`, or `printf -- FORMAT …`",
        );
        return Ok(Outcome::ok(call.state));
    }
    let format = &unescaped(runner, &call.state, format);
    let mut text = String::new();
    let mut arguments = arguments.iter();
    loop {
        let before = arguments.len();
        format_once(runner, &call.state, format, &mut arguments, &mut text);
        runner.spend(format.len());
        runner.made_text(text.len())?;
        if arguments.len() == 0 || arguments.len() == before {
            break;
        }
    }
    let Some(name) = name else {
        return Ok(writing(call, &text));
    };
    let mut state = call.state;
    runner.may_be_set(name, &state.shell);
    runner.assign(name, &text, &mut state.shell);
    Ok(Outcome::ok(state))
}

fn format_once(
    runner: &mut Runner<'_>,
    state: &State,
    format: &str,
    arguments: &mut std::slice::Iter<'_, &str>,
    text: &mut String,
) {
    let mut rest = format;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(behind) = behind.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        // `%(%F %T)T` is the time of an argument, or the present one.
        if let Some(end) = behind.find(")T").filter(|_| behind.starts_with('(')) {
            let _ = arguments.next();
            let time = Symbol::Other("the time that printf says".to_owned());
            text.push_str(&runner.symbol(time));
            rest = &behind[end + 2..];
            continue;
        }
        let end = behind.find(|c: char| !(c.is_ascii_digit() || "-+ #.".contains(c)));
        let (shape, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let conversion = behind.chars().next();
        rest = &behind[conversion.map_or(0, char::len_utf8)..];
        let argument = arguments.next().copied().unwrap_or("");
        text.push_str(&converted(runner, state, shape, conversion, argument));
    }
    text.push_str(rest);
}

/// One argument of `printf`, by its conversion and the shape in front of that.
fn converted(
    runner: &mut Runner<'_>,
    state: &State,
    shape: &str,
    conversion: Option<char>,
    argument: &str,
) -> String {
    let argument = match conversion {
        Some('d' | 'i') if argument.is_empty() => "0".to_owned(),
        Some('s' | 'd' | 'i') => argument.to_owned(),
        Some('b') => unescaped(runner, state, argument),
        // What is shown to people alone may look as it will.
        Some('c' | 'q' | 'x' | 'o' | 'f' | 'g' | 'e') if !runner.is_heard(state) => {
            argument.to_owned()
        }
        other => {
            let what = format!(
                "`%{shape}{}` of `printf` is not modelled",
                other.unwrap_or(' ')
            );
            runner.not_modelled(what, "use `%s` or `%d`");
            return String::new();
        }
    };
    let is_left = shape.contains('-');
    let width = shape.trim_start_matches(['-', '0']);
    let fills = shape.trim_start_matches('-').starts_with('0') && !is_left;
    match width.parse::<usize>() {
        _ if shape.is_empty() => argument,
        _ if symbol_in(&argument).is_some() => {
            runner.symbol(Symbol::Other("what printf makes of a value".to_owned()))
        }
        Ok(width) if is_left => format!("{argument:<0$}", width.min(MOST_WIDE)),
        Ok(width) if fills && conversion != Some('s') => {
            let (sign, digits) = match argument.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", &*argument),
            };
            let width = width.min(MOST_WIDE).saturating_sub(sign.len());
            format!("{sign}{digits:0>width$}")
        }
        Ok(width) => format!("{argument:>0$}", width.min(MOST_WIDE)),
        Err(_) if !runner.is_heard(state) => argument,
        Err(_) => {
            let what = format!("`%{shape}` of `printf` is not modelled");
            runner.not_modelled(what, "give a width, as in `%02d` or `%-10s`");
            argument
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
pub fn tee(runner: &mut Runner<'_>, mut call: Call<'_>) -> Result<Outcome, Halt> {
    let input = call.state.shell.input.clone();
    let text: Rc<str> = input.unwrap_or_else(|| "".into());
    runner.spend(text.len());
    let is_option = |word: &&&str| word.starts_with('-');
    let appends = call.words.iter().filter(is_option);
    let appends = appends
        .clone()
        .any(|word| *word == "--append" || !word.starts_with("--") && word.contains('a'));
    for path in call.words.iter().filter(|word| !is_option(word)) {
        let path = runner.path(path, &call.state.shell);
        let files = &mut call.state.shell.files;
        let old = files.get(&*path).filter(|_| appends);
        let all: Rc<str> = match old {
            Some(old) => format!("{old}{text}").into(),
            None => Rc::clone(&text),
        };
        let length = all.len();
        files.insert(path.into(), all);
        runner.made_text(length)?;
    }
    Ok(writing(call, &text))
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

/// `touch`: files that are not there are empty ones.
pub fn touch(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut state = call.state;
    for path in call.words.iter().filter(|word| !word.starts_with('-')) {
        if runner.read_file(path, &state).is_none() {
            let path = runner.path(path, &state.shell);
            state.shell.files.insert(path.into(), "".into());
        }
    }
    Outcome::ok(state)
}

/// `which`: programs that are followed are taken to be there, at a path that nobody knows.
pub fn which(runner: &mut Runner<'_>, call: Call<'_>) -> Outcome {
    let mut text = String::new();
    for name in call.words.iter().filter(|word| !word.starts_with('-')) {
        if !Commands::follows(name) {
            let what = format!("whether there is a program `{name}` is not known");
            runner.not_modelled(what, "do not ask for it");
        }
        text.push_str(&runner.symbol(Symbol::Part(format!("the path of {name}"))));
        text.push('\n');
    }
    writing(call, &text)
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
