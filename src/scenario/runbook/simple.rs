//! Simple commands: assignments, builtins of bash, functions, and programs.

use std::rc::Rc;

use super::channels::Channels;
use super::expand::each_with;
use super::hole::Hole;
use super::run::{Halt, Runner};
use super::state::{Leave, Outcome, State, hole_in};
use super::syntax::{Command, Word};
use super::word::Within;
use super::{conditions, declare, filter, harmless, helm, kubectl, lines};

/// Names and values of assignments.
type Values = Vec<(String, String)>;

impl Runner<'_> {
    /// A simple command in one state.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn simple(
        &mut self,
        command: &Command,
        assignments: &[Word],
        words: &[Word],
        state: State,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        let mut state = state;
        state.env.substitution_failed = false;
        let ways = if declare::declares(words) {
            self.declared(words, state)?
        } else {
            self.expand_all(words, state)?
        };
        for (state, arguments) in ways {
            for (state, values) in self.assigned(assignments, state)? {
                for (state, channels) in self.channels(&command.redirects, state, Within::Word)? {
                    outcome.extend(self.one(&arguments, &values, state, &channels, checked)?);
                    self.stand_at(command);
                }
            }
        }
        Ok(outcome)
    }

    fn one(
        &mut self,
        arguments: &[String],
        values: &[(String, String)],
        state: State,
        channels: &Channels,
        checked: bool,
    ) -> Result<Outcome, Halt> {
        self.few_words(arguments)?;
        let mut state = channels.open(state);
        let Some((name, rest)) = arguments.split_first() else {
            for (name, value) in values {
                state.env.set(name, value);
            }
            let succeeds = !state.env.substitution_failed;
            let outcome = channels.close(self, Outcome::of(state, succeeds))?;
            return Ok(self.checked_end(outcome, checked));
        };
        let covered: Vec<(String, Option<Rc<str>>, bool)> = values
            .iter()
            .map(|(name, _)| {
                (
                    name.clone(),
                    state.env.get(name).cloned(),
                    state.env.exported.contains(name.as_str()),
                )
            })
            .collect();
        for (name, value) in values {
            state.env.set(name, value);
            state.env.exported.insert(name.as_str().into());
        }
        let is_function = Self::function(&state.env, name);
        let made = self.code.made.len();
        let outcome = match is_function {
            Some(number) => self.call(number, rest, state, checked)?,
            None => self.program(name, rest, state)?,
        };
        if matches!(name.as_str(), "[" | "test") {
            self.note_known_end(&outcome, made, checked);
        }
        let restored = restore(outcome, &covered);
        let outcome = channels.close(self, restored)?;
        Ok(if is_function.is_some() {
            outcome
        } else {
            self.checked_end(outcome, checked)
        })
    }

    /// The names and values of assignments in front of a command.
    fn assigned(
        &mut self,
        assignments: &[Word],
        state: State,
    ) -> Result<Vec<(State, Values)>, Halt> {
        let mut ways = vec![(state, Vec::new())];
        for word in assignments {
            let Some((name, text)) = word.text.split_once('=') else {
                continue;
            };
            let appends = name.ends_with('+');
            let name = name.trim_end_matches('+');
            if let Some(items) = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'))
            {
                let mut next = Vec::new();
                for (state, values) in ways {
                    let states = self.array_assigned(name, items, appends, state)?;
                    next.extend(states.into_iter().map(|state| (state, values.clone())));
                }
                ways = next;
                continue;
            }
            let is_array = |(state, _): &(State, Values)| state.env.arrays.contains_key(name);
            if name.contains('[') || ways.iter().any(is_array) {
                self.not_modelled(
                    "a change of one element of an array is not modelled",
                    "write the array as a whole: `names=(a b c)`, or append to it: `names+=(d)`",
                );
                continue;
            }
            let start = word.start.map(|start| start + word.text.len() - text.len());
            let mut next = Vec::new();
            for (mut state, values) in ways {
                // Assignments come one after the other, and see those before them.
                if let Some((name, value)) = values.last() {
                    state.env.set(name, value);
                }
                let old = if appends { state.env.get(name) } else { None };
                let old = old.map_or(String::new(), ToString::to_string);
                let ways = self.expand_text(text, start, Within::Word, state)?;
                for ((state, value), mut values) in each_with(ways, values) {
                    self.spend(32 * values.len());
                    values.push((name.to_owned(), old.clone() + &value));
                    next.push((state, values));
                }
            }
            ways = next;
        }
        Ok(ways)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each program")]
    fn program(&mut self, name: &str, arguments: &[String], state: State) -> Result<Outcome, Halt> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut state = state;
        match name {
            "kubectl" | "k" | "oc" => kubectl::run(self, arguments, state),
            "yq" | "jq" => Ok(filter::run(self, name, &words, state)),
            "helm" => helm::run(self, &words, state),
            "false" => Ok(Outcome::failed(state)),
            "echo" => {
                let (text, end) = match words.split_first() {
                    Some((&"-n", rest)) => (rest.join(" "), ""),
                    Some((&("-e" | "-ne"), rest)) => (
                        rest.join(" ").replace("\\n", "\n"),
                        if words[0] == "-e" { "\n" } else { "" },
                    ),
                    _ => (words.join(" "), "\n"),
                };
                state.env.write(&format!("{text}{end}"));
                Ok(Outcome::ok(state))
            }
            "printf" => {
                let text = self.formatted(&words)?;
                state.env.write(&text);
                Ok(Outcome::ok(state))
            }
            "set" => Ok(self.options(&words, state)),
            "export" | "readonly" | "declare" | "typeset" | "local" => {
                Ok(self.declare(name, &words, state))
            }
            "unset" => {
                for name in &words {
                    state.env.variables.remove(*name);
                    state.env.arrays.remove(*name);
                }
                Ok(Outcome::ok(state))
            }
            "shift" => {
                let count = words
                    .first()
                    .and_then(|word| word.parse().ok())
                    .unwrap_or(1_usize);
                let count = count.min(state.env.arguments.len());
                state.env.arguments.drain(..count);
                Ok(Outcome::ok(state))
            }
            "exit" | "return" | "break" | "continue" => Ok(leave(name, &words, state)),
            "trap" => Ok(harmless::trap(self, &words, state)),
            "read" => Ok(lines::read(self, &words, state)),
            "mapfile" | "readarray" => Ok(lines::mapfile(self, &words, state)),
            "test" | "[" => conditions::bracket(self, name, &words, state),
            "sleep" => {
                // Between two looks of a loop nobody takes it for a guard.
                if self.polling == 0 {
                    let text = "guards nothing: whatever it waits for may take longer";
                    let length = format!("sleep {}", words.join(" "));
                    self.findings.assume(self.span.clone(), length, text);
                }
                Ok(Outcome::ok(state))
            }
            "seq" => Ok(self.sequence(&words, state)),
            "wc" => Ok(self.counted_lines(&words, state)),
            "cat" => self.cat(&words, state),
            "tee" => {
                let text: Rc<str> = state.env.input.clone().unwrap_or_else(|| "".into());
                self.spend(text.len());
                for path in words.iter().filter(|word| !word.starts_with('-')) {
                    state.env.files.insert((*path).into(), Rc::clone(&text));
                }
                state.env.write(&text);
                Ok(Outcome::ok(state))
            }
            "rm" => {
                for path in &words {
                    state.env.files.remove(*path);
                }
                Ok(Outcome::ok(state))
            }
            "mktemp" => {
                let path = if words.contains(&"-d") {
                    "/tmp/straddle.d"
                } else {
                    "/tmp/straddle.tmp"
                };
                // A file for each command; one command in a loop gets the same, and writes it anew.
                state.env.write(&format!("{path}.{}\n", self.span.start));
                Ok(Outcome::ok(state))
            }
            "basename" | "dirname" => {
                let path = words.first().copied().unwrap_or("");
                let (folder, file) = path
                    .trim_end_matches('/')
                    .rsplit_once('/')
                    .unwrap_or((".", path));
                let part = if name == "basename" { file } else { folder };
                state.env.write(&format!("{part}\n"));
                Ok(Outcome::ok(state))
            }
            "date" | "hostname" | "whoami" | "base64" | "openssl" => {
                let hole = self.hole(Hole::Other(format!("what {name} says")));
                state.env.write(&hole);
                Ok(Outcome::ok(state))
            }
            ":" | "true" | "mkdir" | "cd" | "pushd" | "popd" | "chmod" | "touch" | "command"
            | "type" | "which" | "hash" | "umask" | "clear" => Ok(Outcome::ok(state)),
            _ => {
                self.unknown_program(name);
                let hole = self.hole(Hole::Other(format!("what {name} says")));
                state.env.write(&hole);
                Ok(Outcome::ok(state))
            }
        }
    }

    fn unknown_program(&mut self, name: &str) {
        let help = match name {
            "source" | "." => "put what it has into this script",
            "wait" | "jobs" | "fg" | "bg" | "disown" => {
                "commands in the background are not modelled; let one follow the other"
            }
            _ => "if it cannot change what is checked, take it so with `--assume-harmless`",
        };
        self.not_modelled(format!("`{name}` is not modelled"), help);
    }

    fn formatted(&mut self, words: &[&str]) -> Result<String, Halt> {
        let Some((format, arguments)) = words.split_first() else {
            return Ok(String::new());
        };
        let mut text = String::new();
        let mut arguments = arguments.iter();
        loop {
            let before = arguments.len();
            let mut rest = format.chars();
            while let Some(next) = rest.next() {
                match next {
                    '%' => match rest.next() {
                        Some('s' | 'd') => text.push_str(arguments.next().unwrap_or(&"")),
                        Some('%') => text.push('%'),
                        other => self.not_modelled(
                            format!("`%{}` of `printf` is not modelled", other.unwrap_or(' ')),
                            "use `%s` or `%d`",
                        ),
                    },
                    '\\' => match rest.next() {
                        Some('n') => text.push('\n'),
                        Some('t') => text.push('\t'),
                        Some(other) => text.push(other),
                        None => text.push('\\'),
                    },
                    other => text.push(other),
                }
            }
            self.spend(format.len());
            self.made_text(text.len())?;
            if arguments.len() == 0 || arguments.len() == before {
                return Ok(text);
            }
        }
    }

    fn options(&mut self, words: &[&str], state: State) -> Outcome {
        let mut state = state;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let on = word.starts_with('-');
            if *word == "--" {
                state.env.arguments = words.map(|word| Rc::from(*word)).collect();
                break;
            }
            let Some(letters) = word.strip_prefix(['-', '+']) else {
                self.not_modelled(
                    format!("`set {word}` is not modelled"),
                    "set `-e`, `-u` and `-o pipefail` only",
                );
                break;
            };
            for letter in letters.chars() {
                match letter {
                    'e' => state.env.errexit = on,
                    'u' => state.env.nounset = on,
                    'x' | 'v' | 'E' => (),
                    'o' => match words.next() {
                        Some(&"pipefail") => state.env.pipefail = on,
                        Some(&"errexit") => state.env.errexit = on,
                        Some(&"nounset") => state.env.nounset = on,
                        Some(&("xtrace" | "errtrace")) => (),
                        other => self.not_modelled(
                            format!("`set -o {}` is not modelled", other.unwrap_or(&"")),
                            "leave it out",
                        ),
                    },
                    _ => self
                        .not_modelled(format!("`set -{letter}` is not modelled"), "leave it out"),
                }
            }
        }
        Outcome::ok(state)
    }

    fn sequence(&mut self, words: &[&str], state: State) -> Outcome {
        let mut state = state;
        if words.iter().any(|word| hole_in(word).is_some()) {
            self.not_modelled(
                format!(
                    "`seq {}` over what only the cluster knows is not modelled",
                    words.join(" ")
                ),
                "write the number of replicas into the script",
            );
            return Outcome::ok(state);
        }
        let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
        let (first, step, last) = match numbers.as_deref() {
            Some(&[last]) => (1, 1, last),
            Some(&[first, last]) => (first, 1, last),
            Some(&[first, step, last]) if step != 0 => (first, step, last),
            _ => {
                self.not_modelled(
                    format!("`seq {}` is not modelled", words.join(" ")),
                    "give whole numbers: `seq 5 -1 0`",
                );
                return Outcome::ok(state);
            }
        };
        let mut next = first;
        let mut text = String::new();
        let mut count = 0;
        while if step > 0 { next <= last } else { next >= last } {
            text.push_str(&next.to_string());
            text.push('\n');
            count += 1;
            let Some(after) = next.checked_add(step).filter(|_| count < 10_000) else {
                break;
            };
            next = after;
        }
        self.spend(text.len());
        state.env.write(&text);
        Outcome::ok(state)
    }

    /// `wc -l`.
    fn counted_lines(&mut self, words: &[&str], state: State) -> Outcome {
        let mut state = state;
        if words == ["-l"] {
            let input = state.env.input.as_deref().unwrap_or("");
            let lines = input.bytes().filter(|byte| *byte == b'\n').count();
            state.env.write(&format!("{lines}\n"));
        } else {
            let help = "count lines: `… | wc -l`";
            self.not_modelled(format!("`wc {}` is not modelled", words.join(" ")), help);
        }
        Outcome::ok(state)
    }

    fn cat(&mut self, words: &[&str], state: State) -> Result<Outcome, Halt> {
        let mut state = state;
        let files: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !word.starts_with('-') || *word == "-")
            .collect();
        let files = if files.is_empty() { vec!["-"] } else { files };
        let mut length = 0;
        for path in files {
            if let Some(text) = self.read_file(path, &state) {
                length += text.len();
                self.made_text(length)?;
                state.env.write(&text);
            } else {
                self.unknown_file(path);
            }
        }
        Ok(Outcome::ok(state))
    }
}

/// `exit`, `return`, `break` and `continue`.
fn leave(name: &str, words: &[&str], state: State) -> Outcome {
    let number: Option<usize> = words.first().and_then(|word| word.parse().ok());
    let succeeds = number.map_or(!state.env.failed, |number| number == 0);
    let rounds = number.unwrap_or(1).max(1);
    let leave = match name {
        "exit" => Leave::Exit(succeeds),
        "return" => Leave::Return(succeeds),
        "break" => Leave::Break(rounds),
        _ => Leave::Continue(rounds),
    };
    Outcome {
        left: vec![(leave, state)],
        ..Outcome::default()
    }
}

/// Gives variables back what assignments in front of a command have covered.
fn restore(outcome: Outcome, covered: &[(String, Option<Rc<str>>, bool)]) -> Outcome {
    let back = |mut state: State| {
        for (name, value, exported) in covered {
            match value {
                Some(value) => state
                    .env
                    .variables
                    .insert(name.as_str().into(), Rc::clone(value)),
                None => state.env.variables.remove(name.as_str()),
            };
            if !exported {
                state.env.exported.remove(name.as_str());
            }
        }
        state
    };
    let all = |states: Vec<State>| states.into_iter().map(back).collect();
    Outcome {
        ok: all(outcome.ok),
        failed: all(outcome.failed),
        exempt: all(outcome.exempt),
        left: outcome
            .left
            .into_iter()
            .map(|(leave, state)| (leave, back(state)))
            .collect(),
    }
}
