//! Builtins that take lines: `read`, from a person or a text, and `mapfile`.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Outcome, State};
use crate::runbook::symbols::Symbol;

/// `read`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn read<P: Programs>(
    runner: &mut Runner<'_, P>,
    words: &[&str],
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    let mut names = Vec::new();
    let (mut is_raw, mut gives_up) = (false, false);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.strip_prefix('-') {
            Some(letters) if letters.contains(['a', 'd', 'u']) => {
                let what = format!("`read {word}` is not modelled");
                runner.not_modelled(what, "read into plain variables, line by line");
                return Ok(Outcome::ok(state));
            }
            // `-p`, `-n`, `-t` and their like take a value: the rest of the word, or the next one.
            Some(letters) => {
                let value = letters.find(['p', 'n', 'N', 't', 'i']);
                let (before, taking) = letters.split_at(value.unwrap_or(letters.len()));
                is_raw |= before.contains('r');
                gives_up |= taking.starts_with('t');
                if taking.len() == 1 {
                    rest.next();
                }
            }
            None => names.push(*word),
        }
    }
    if names.is_empty() {
        names.push("REPLY");
    }
    for name in &names {
        runner.may_be_set(name, &state.shell);
    }
    match state.shell.input.clone() {
        Some(input) => Ok(line(runner, &names, is_raw, &input, state)),
        None if gives_up => in_time(runner, &names, state),
        None => Ok(answer(runner, &names, state)),
    }
}

/// What a person types, unless the time is up before.
fn in_time<P: Programs>(
    runner: &mut Runner<'_, P>,
    names: &[&str],
    state: State<P>,
) -> Result<Outcome<P>, Halt> {
    let (left, mut late) = runner.emit(state, P::clock())?;
    for name in names {
        runner.assign(name, "", &mut late.shell);
    }
    // bash: more than 128, as if by the signal ALRM.
    late.shell.status = 142;
    let mut outcome = answer(runner, names, left);
    outcome.failed.push(late);
    Ok(outcome)
}

/// What a person types.
fn answer<P: Programs>(runner: &mut Runner<'_, P>, names: &[&str], state: State<P>) -> Outcome<P> {
    let mut state = state;
    let place = runner.span.start;
    for name in names {
        let answer = runner.symbol(Symbol::Answer(place));
        state.shell.set(name, &answer);
    }
    Outcome::ok(state)
}

/// The next line of a text. One that does not end is read, and is a failure.
fn line<P: Programs>(
    runner: &mut Runner<'_, P>,
    names: &[&str],
    is_raw: bool,
    input: &str,
    state: State<P>,
) -> Outcome<P> {
    let mut state = state;
    if runner.has_unknown(input) {
        let what = "which lines are read here is not known";
        runner.not_modelled(what, "read lines that the script has written itself");
    }
    let (line, rest) = match input.split_once('\n') {
        Some((line, rest)) => (line, Some(rest)),
        None => (input, None),
    };
    let separators = state.shell.get("IFS").map_or(" \t\n", |text| text);
    let is_plain = separators.is_empty() || separators == " \t\n";
    if !is_plain || (!is_raw && line.contains('\\')) {
        let what = "`read` with an `IFS` of its own, or with backslashes, is not modelled";
        runner.not_modelled(what, "split lines at spaces, and read with `-r`");
    }
    let mut left = if separators.is_empty() {
        line
    } else {
        line.trim_matches([' ', '\t'])
    };
    let mut values = Vec::new();
    for number in 0..names.len() {
        let is_last = number + 1 == names.len();
        let end = left
            .find([' ', '\t'])
            .filter(|_| !is_last && !separators.is_empty());
        let (value, behind) = left.split_at(end.unwrap_or(left.len()));
        values.push(value.to_owned());
        left = behind.trim_start_matches([' ', '\t']);
    }
    for (name, value) in names.iter().zip(&values) {
        runner.assign(name, value, &mut state.shell);
    }
    runner.spend(input.len());
    state.shell.input = Some(rest.unwrap_or("").into());
    Outcome::of(state, rest.is_some())
}

/// `mapfile -t NAME`: the lines of a text as an array.
pub fn mapfile<P: Programs>(
    runner: &mut Runner<'_, P>,
    words: &[&str],
    state: State<P>,
) -> Outcome<P> {
    let mut state = state;
    let (["-t"] | ["-t", _], Some(input)) = (words, state.shell.input.clone()) else {
        let what = format!("`mapfile {}` is not modelled", words.join(" "));
        runner.not_modelled(
            what,
            "read the lines of a text: `mapfile -t names < <(seq 5)`",
        );
        return Outcome::ok(state);
    };
    let name = words.get(1).copied().unwrap_or("MAPFILE");
    if runner.has_unknown(&input) {
        let what = "which lines are read here is not known";
        runner.not_modelled(what, "read lines that the script has written itself");
    }
    let lines: Vec<Rc<str>> = input.lines().map(Rc::from).collect();
    runner.spend(32 * lines.len());
    state.shell.variables.remove(name);
    state.shell.arrays.insert(name.into(), lines.into());
    state.shell.input = Some("".into());
    Outcome::ok(state)
}
