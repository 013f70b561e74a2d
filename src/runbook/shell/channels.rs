//! Redirections: where a command's input comes from and where its output goes.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value as Json;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::shells::Caught;
use super::state::{Outcome, State};
use super::syntax::{Redirect, RedirectTo, Word};
use super::word::Within;
use crate::diagnostic::Source;
use crate::runbook::symbols::Symbol;
use crate::yaml::{self, DuplicateKeys, Node};

/// The ends of a command.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    input: Option<Rc<str>>,
    output: Option<Output>,
    errors: Option<Errors>,
    before: Option<Rc<str>>,
    /// What takes the standard error around the command.
    errors_before: Option<usize>,
}

/// Where the standard error goes, if it is redirected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Errors {
    /// Where the standard output goes outside the command.
    Outside,
    /// Where the command's standard output goes.
    IntoOutput,
    /// To a file or device, which tells a migration nothing.
    Nowhere,
}

/// Where the standard output goes.
#[derive(Clone, Debug)]
enum Output {
    /// Nowhere.
    Nowhere,
    /// To a file, after what is in it if `true`.
    File(Rc<str>, bool),
    /// To what takes the standard error.
    Errors(usize),
}

impl Channels {
    /// Where the standard output goes if it goes where the standard error does at this point.
    fn errors_as_output<P: Programs>(&self, state: &State<P>) -> Option<Output> {
        let to = |place: Option<usize>| Some(place.map_or(Output::Nowhere, Output::Errors));
        match self.errors {
            None => to(self.errors_before),
            Some(Errors::Outside) => to(state.shell.output.len().checked_sub(1)),
            Some(Errors::IntoOutput) => self.output.clone(),
            Some(Errors::Nowhere) => to(None),
        }
    }

    /// The state in which the command begins.
    #[must_use]
    pub fn open<P: Programs>(&self, state: State<P>) -> State<P> {
        let mut state = state;
        if let Some(input) = &self.input {
            state.shell.input = Some(Rc::clone(input));
        }
        let outside = state.shell.output.len().checked_sub(1);
        if self.output.is_some() {
            state.shell.output.push(String::new());
        }
        match self.errors {
            Some(Errors::Outside) => state.shell.errors = outside,
            Some(Errors::IntoOutput) => state.shell.errors = Some(state.shell.output.len() - 1),
            Some(Errors::Nowhere) => state.shell.errors = None,
            None => (),
        }
        state
    }

    /// The states after the command, with its output in its place.
    ///
    /// # Errors
    /// A file becomes too long.
    pub fn close<P: Programs>(
        &self,
        runner: &mut Runner<'_, P>,
        outcome: Outcome<P>,
    ) -> Result<Outcome<P>, Halt> {
        let mut longest = 0;
        let is_caught = self.errors.is_some() || self.errors_before.is_some();
        let mut unknown = |what: &str| {
            let symbol = is_caught.then(|| runner.symbol(Symbol::Other(what.to_owned())));
            symbol.unwrap_or_default()
        };
        let said = unknown("what a command says when it fails");
        let repeated = unknown("what a script says again and again on its standard error");
        let mut close = |mut state: State<P>, failed: bool| {
            if failed && self.errors == Some(Errors::IntoOutput) {
                state.shell.write(&said);
            }
            // Lines that are read from what is around are gone.
            if self.input.is_some() {
                state.shell.input.clone_from(&self.before);
            }
            if let Some(output) = &self.output {
                let text = state.shell.output.pop().unwrap_or_default();
                if let Output::Errors(place) = output {
                    add_error(&mut state.shell.output[*place], &text, &repeated);
                }
                if let Output::File(path, appends) = output {
                    let path: &Rc<str> = &runner.path(path, &state.shell).into();
                    let old = state.shell.files.get(path).filter(|_| *appends);
                    let text = old.map_or(String::new(), ToString::to_string) + &text;
                    let text = runner.kept_text(text);
                    longest = longest.max(text.len());
                    state.shell.files.insert(Rc::clone(path), text.into());
                }
            }
            if failed && self.errors == Some(Errors::Outside) {
                state.shell.write(&said);
            }
            state.shell.errors = self.errors_before;
            if let (true, None, Some(place)) = (failed, self.errors, self.errors_before) {
                add_error(&mut state.shell.output[place], &said, &repeated);
            }
            state
        };
        let mut all = |states: Vec<State<P>>, failed: bool| {
            let states = states.into_iter();
            states.map(|state| close(state, failed)).collect()
        };
        let (ok, failed) = (all(outcome.ok, false), all(outcome.failed, true));
        let exempt = all(outcome.exempt, true);
        let left = outcome.left.into_iter().map(|(leave, state)| {
            let failed = state.shell.status != 0;
            (leave, close(state, failed))
        });
        let left = left.collect();
        runner.made_text(longest)?;
        Ok(Outcome {
            ok,
            failed,
            exempt,
            left,
        })
    }
}

/// The files that take what a script says from an `exec` on: `> FILE`, `2>&1`, `> >(tee FILE)`.
/// `None` if it is none of these.
fn said_to(operator: &str, fd: Option<i32>, to: &str) -> Option<Vec<String>> {
    if !matches!(fd, None | Some(1 | 2)) {
        return None;
    }
    let tee = to.strip_prefix(">(").and_then(|to| to.strip_suffix(')'));
    match (operator, tee) {
        (">&", None) if matches!(to, "1" | "2") => Some(Vec::new()),
        (">" | ">>" | ">|" | "&>" | "&>>", Some(command)) => {
            let mut words = command.split_whitespace().map(str::to_owned);
            let is_tee = words.next().is_some_and(|name| name == "tee");
            let is_plain = !command.contains(['|', ';', '&', '<', '(', '`']);
            let files = words.filter(|word| !word.starts_with('-'));
            (is_tee && is_plain).then(|| files.collect())
        }
        (">" | ">>" | ">|" | "&>" | "&>>" | ">&", None) => {
            let is_device = to.starts_with("/dev/");
            Some(
                Some(to.to_owned())
                    .filter(|_| !is_device)
                    .into_iter()
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Adds what is written to the standard error to what takes it. Loops that wait say the same each
/// time: what has been said before makes the whole text one that nobody knows, so that it does not
/// grow for ever.
fn add_error(output: &mut String, text: &str, repeated: &str) {
    let is_known = output.contains(text) || output.contains(repeated);
    if is_known && !text.is_empty() {
        repeated.clone_into(output);
    } else {
        output.push_str(text);
    }
}

impl<P: Programs> Runner<'_, P> {
    /// What redirections mean in a state.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn channels(
        &mut self,
        redirects: &[Redirect],
        state: State<P>,
        _: Within,
    ) -> Result<Vec<(State<P>, Channels)>, Halt> {
        let before = state.shell.input.clone();
        let errors_before = state.shell.errors;
        let mut ways = vec![(
            state,
            Channels {
                before,
                errors_before,
                ..Channels::default()
            },
        )];
        for redirect in redirects {
            let mut next = Vec::new();
            for (state, channels) in ways {
                next.extend(self.channel(redirect, state, &channels)?);
            }
            ways = next;
        }
        Ok(ways)
    }

    /// `exec > FILE`: from here on what the script says goes there. Nothing knows how far it is when
    /// the file is read.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn redirected_for_good(
        &mut self,
        redirects: &[Redirect],
        state: State<P>,
    ) -> Result<State<P>, Halt> {
        let mut state = state;
        state.shell.status = 0;
        for redirect in redirects {
            let taken = match &redirect.to {
                RedirectTo::File(operator, word) if state.shell.output.is_empty() => {
                    said_to(operator, redirect.fd, &word.text)
                }
                _ => None,
            };
            let Some(paths) = taken else {
                let help = "redirect the output of the script to a file, `exec > FILE 2>&1`, or that \
                            of single commands";
                self.not_modelled("this redirection by `exec` is not modelled", help);
                continue;
            };
            for path in paths {
                let ways = self.expand_text(&path, None, Within::Word, state)?;
                let Some((next, path)) = ways.into_iter().next() else {
                    return Err(Halt);
                };
                state = next;
                let said = self.symbol(Symbol::Other("what the script says".to_owned()));
                let path = self.path(&path, &state.shell);
                state.shell.files.insert(path.into(), said.into());
            }
        }
        Ok(state)
    }

    fn channel(
        &mut self,
        redirect: &Redirect,
        state: State<P>,
        channels: &Channels,
    ) -> Result<Vec<(State<P>, Channels)>, Halt> {
        let with_input = |(state, text): (State<P>, String), end: &str| {
            let input = Some(format!("{text}{end}").into());
            (
                state,
                Channels {
                    input,
                    ..channels.clone()
                },
            )
        };
        match &redirect.to {
            RedirectTo::Heredoc(text, true) => Ok(vec![with_input((state, text.clone()), "")]),
            RedirectTo::Heredoc(text, false) => {
                let ways = self.expand_text(text, None, Within::Quotes, state)?;
                Ok(ways.into_iter().map(|way| with_input(way, "")).collect())
            }
            RedirectTo::File(operator, Word { text, start })
                if operator == "<" && text.starts_with("<(") && text.ends_with(')') =>
            {
                let script = &text[2..text.len() - 1];
                let ways = self.substituted(script, start.map(|start| start + 2), state)?;
                let with_text = |(state, text, _): Caught<P>| {
                    let end = if text.is_empty() { "" } else { "\n" };
                    with_input((state, text), end)
                };
                Ok(ways.into_iter().map(with_text).collect())
            }
            RedirectTo::File(operator, word) => {
                let mut next = Vec::new();
                for (state, path) in self.expand_whole(word, state)? {
                    next.push(self.file(operator, redirect.fd, &path, state, channels.clone()));
                }
                Ok(next)
            }
        }
    }

    fn file(
        &mut self,
        operator: &str,
        fd: Option<i32>,
        path: &str,
        state: State<P>,
        channels: Channels,
    ) -> (State<P>, Channels) {
        let mut channels = channels;
        match operator {
            "<<<" => channels.input = Some(format!("{path}\n").into()),
            "<" => match self.read_file(path, &state) {
                Some(text) => channels.input = Some(text),
                None => self.unknown_file(path),
            },
            ">" | ">>" | ">|" if matches!(fd, None | Some(1)) => {
                channels.output = match path {
                    "/dev/stderr" => channels.errors_as_output(&state),
                    "/dev/null" | "/dev/tty" => Some(Output::Nowhere),
                    "/dev/stdout" => return (state, channels),
                    path => Some(Output::File(path.into(), operator == ">>")),
                };
            }
            ">&" if fd == Some(2) && path == "1" => {
                channels.errors = Some(match channels.output {
                    Some(_) => Errors::IntoOutput,
                    None => Errors::Outside,
                });
            }
            ">" | ">>" | ">|" | ">&" | "&>" | "&>>" if fd == Some(2) => {
                channels.errors = Some(Errors::Nowhere);
            }
            ">&" if path == "2" => channels.output = channels.errors_as_output(&state),
            "&>" | ">&" | "&>>" => {
                channels.errors = Some(Errors::IntoOutput);
                channels.output = Some(match path {
                    "/dev/null" => Output::Nowhere,
                    path => Output::File(path.into(), operator == "&>>"),
                });
            }
            _ => self.not_modelled(
                format!("the redirection `{operator}` is not modelled"),
                "use `<`, `>`, `>>` or a here-document",
            ),
        }
        (state, channels)
    }

    /// What a file has: one that the script has written, or one beside it.
    pub fn read_file(&mut self, path: &str, state: &State<P>) -> Option<Rc<str>> {
        if path == "-" || path == "/dev/stdin" {
            return Some(state.shell.input.clone().unwrap_or_else(|| "".into()));
        }
        if path == "/dev/null" {
            return Some("".into());
        }
        let path = self.path(path, &state.shell);
        if let Some(text) = state.shell.files.get(&*path) {
            return Some(Rc::clone(text));
        }
        let text = P::file(&self.session, &path);
        self.spend(text.as_ref().map_or(0, |text| text.len()));
        text
    }

    /// The documents of a text, as kubectl reads them, and what is wrong with it.
    pub fn documents(&mut self, path: &str, text: &str) -> (Vec<Json>, Option<String>) {
        let source = Source {
            path: PathBuf::from(path),
            text: Arc::from(text),
        };
        let mut problems = Vec::new();
        let documents = yaml::parse(&source, DuplicateKeys::LastWins, &mut problems);
        self.spend(text.len() + 100 * documents.iter().map(Node::count).sum::<usize>());
        let documents = documents.iter().map(Node::to_json).collect();
        let problem = problems.into_iter().next();
        (documents, problem.map(|problem| problem.message))
    }

    /// Notes a `<(…)` or `>(…)` in a word.
    pub fn beside(&mut self) {
        let what = "`<(…)` or `>(…)` as a word or a file is not modelled: its commands run beside \
                    the script";
        let help =
            "run them before or behind, with a file in between; a loop may read from `< <(…)`";
        self.not_modelled(what, help);
    }

    /// Notes an unknown file.
    pub fn unknown_file(&mut self, path: &str) {
        let what = format!(
            "`{path}` is not known: the script has not written it, and it is not next to the script"
        );
        self.mistake(
            "runbook::unknown-file",
            what,
            "let the script write it first, or put it in the script's directory",
        );
    }
}
