//! Where the run of a script is, and what it knows there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::outside::Outside;
use crate::runbook::clock::{Clock, SECONDS};
use crate::runbook::graph::PatchList;

/// A place in the program, and what the script knows when it comes there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State<P: Outside> {
    /// What leads here.
    pub exits: PatchList,
    /// What the shell knows.
    pub shell: Box<Shell>,
    /// What the programs know of what they talk to.
    pub known: P::Known,
}

/// What a shell knows. Nothing in it depends on what programs say, except through symbols.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shell {
    /// Variables.
    pub variables: BTreeMap<Rc<str>, Rc<str>>,
    /// Arrays, whose indices have no gaps.
    pub arrays: BTreeMap<Rc<str>, Rc<[Rc<str>]>>,
    /// Variables that programs see.
    pub exported: BTreeSet<Rc<str>>,
    /// Variables that keep their value: `readonly`.
    pub fixed: BTreeSet<Rc<str>>,
    /// Variables of loops, innermost last.
    pub loops: Vec<Rc<str>>,
    /// `$1` and so on.
    pub arguments: Vec<Rc<str>>,
    /// The arguments are those that the script is called with, which nobody knows.
    pub arguments_are_open: bool,
    /// The folder in which the script stands; empty for its own.
    pub folder: Rc<str>,
    /// What files have that the script has written.
    pub files: BTreeMap<Rc<str>, Rc<str>>,
    /// Functions, by their number in the order in which they are come to.
    pub functions: BTreeMap<Rc<str>, usize>,
    /// What `local` has covered, for each call under way.
    pub locals: Vec<BTreeMap<Rc<str>, Covered>>,
    /// `set -e`.
    pub errexit: bool,
    /// `set -u`.
    pub nounset: bool,
    /// `set -o pipefail`.
    pub pipefail: bool,
    /// `set -E`.
    pub errtrace: bool,
    /// `shopt -s inherit_errexit`.
    pub inherit_errexit: bool,
    /// The handler of `trap … ERR`.
    pub on_error: Option<Handler>,
    /// The handler of `trap … EXIT`.
    pub on_exit: Option<Handler>,
    /// The standard input, if it is not a terminal.
    pub input: Option<Rc<str>>,
    /// Within how many `while` `SECONDS` was set.
    pub seconds_since: usize,
    /// What is written to the standard output, for each `$(…)` or pipe around.
    pub output: Vec<String>,
    /// Which of these takes what is written to the standard error, if one does.
    pub errors: Option<usize>,
    /// `$?`; 0 where nobody asks for it.
    pub status: u8,
    /// The status of the last `$(…)` of the present command, if it has one.
    pub substituted: Option<u8>,
}

/// What `trap` has been given: a script, and the place of the `trap`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handler {
    /// The script.
    pub script: Rc<str>,
    /// Where it was set.
    pub span: Range<usize>,
}

/// The variable and the array that a name stood for before.
pub type Covered = (Option<Rc<str>>, Option<Rc<[Rc<str>]>>);

impl Shell {
    /// What is left of a subshell: files, what it has written, and its status.
    #[must_use]
    pub fn after_subshell(self, before: &Self) -> Box<Self> {
        Box::new(Self {
            files: self.files,
            output: self.output,
            status: self.status,
            ..before.clone()
        })
    }

    /// Leaves handlers behind where a subshell begins; that of `ERR` unless `set -E`.
    pub fn begin_subshell(&mut self) {
        self.on_exit = None;
        if !self.errtrace {
            self.on_error = None;
        }
    }

    /// How many variables, files, functions and arguments are known.
    #[must_use]
    pub fn entries(&self) -> usize {
        let covered = self.locals.iter().map(BTreeMap::len).sum::<usize>();
        self.variables.len()
            + self.arrays.len()
            + self.exported.len()
            + self.arguments.len()
            + self.files.len()
            + self.functions.len()
            + covered
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rc<str>> {
        self.variables.get(name)
    }

    /// The value of a variable that programs see.
    #[must_use]
    pub fn exported(&self, name: &str) -> Option<&Rc<str>> {
        self.get(name).filter(|_| self.exported.contains(name))
    }

    /// The number of the function of a name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<usize> {
        self.functions.get(name).copied()
    }

    /// What a clock of bash's own says, read within so many `while`.
    #[must_use]
    pub fn clock(&self, name: &str, depth: usize) -> Clock {
        let since = if name == SECONDS {
            self.seconds_since
        } else {
            0
        };
        Clock::read(depth, since)
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.into(), value.into());
    }

    /// Writes to the standard output; what nothing captures is dropped.
    pub fn write(&mut self, text: &str) {
        if let Some(output) = self.output.last_mut() {
            output.push_str(text);
        }
    }

    /// Variables whose value may be an ordinal, those of loops first.
    #[must_use]
    pub fn bindings(&self) -> Rc<[(String, i64)]> {
        let number = |name: &Rc<str>| {
            let value: i64 = self.get(name)?.parse().ok()?;
            (0..16).contains(&value).then(|| (name.to_string(), value))
        };
        let in_loops = self.loops.iter().rev();
        let others = self
            .variables
            .keys()
            .filter(|name| !self.loops.contains(name));
        in_loops.chain(others).filter_map(number).collect()
    }
}

/// How a command may end. What ends differently, or knows something else, is a state of its own.
#[derive(Clone, Debug)]
pub struct Outcome<P: Outside> {
    /// It has succeeded.
    pub ok: Vec<State<P>>,
    /// It has failed.
    pub failed: Vec<State<P>>,
    /// It has failed where `set -e` does not mind.
    pub exempt: Vec<State<P>>,
    /// It has left more than itself.
    pub left: Vec<(Leave, State<P>)>,
}

/// States, each with what was made on the way to it.
pub type Ways<P, T> = Vec<(State<P>, T)>;

/// States in which a command has left more than itself.
pub type Left<P> = Vec<(Leave, State<P>)>;

/// What a command can leave. The status is that of the shell in which it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leave {
    /// So many loops.
    Break(usize),
    /// So many loops but one, whose next round begins.
    Continue(usize),
    /// A function.
    Return,
    /// The script or subshell, by `exit`.
    Exit,
    /// The script or subshell, by `set -e`.
    Abort,
}

/// Who looks at how a command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checked {
    /// Nobody: `set -e` and the handler of `ERR` mind a failure.
    No,
    /// The script: a condition, or what goes on behind it.
    Yes,
}

/// How a command has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It has succeeded.
    Ok,
    /// It has failed.
    Failed,
    /// It has failed where `set -e` does not mind.
    Exempt,
}

impl<P: Outside> Default for Outcome<P> {
    fn default() -> Self {
        Self {
            ok: Vec::new(),
            failed: Vec::new(),
            exempt: Vec::new(),
            left: Vec::new(),
        }
    }
}

impl<P: Outside> Outcome<P> {
    /// Success.
    #[must_use]
    pub fn ok(state: State<P>) -> Self {
        Self {
            ok: vec![state],
            ..Self::default()
        }
    }

    /// Failure.
    #[must_use]
    pub fn failed(state: State<P>) -> Self {
        Self {
            failed: vec![state],
            ..Self::default()
        }
    }

    /// Success or failure.
    #[must_use]
    pub fn of(state: State<P>, succeeds: bool) -> Self {
        if succeeds {
            Self::ok(state)
        } else {
            Self::failed(state)
        }
    }

    /// Takes over how another command may end.
    pub fn extend(&mut self, other: Self) {
        self.ok.extend(other.ok);
        self.failed.extend(other.failed);
        self.exempt.extend(other.exempt);
        self.left.extend(other.left);
    }

    /// Takes over a state in which a command has ended.
    pub fn push(&mut self, state: State<P>, end: End) {
        match end {
            End::Ok => &mut self.ok,
            End::Failed => &mut self.failed,
            End::Exempt => &mut self.exempt,
        }
        .push(state);
    }

    /// All states in which the script goes on after the command, and whether it has succeeded.
    #[must_use]
    pub fn going_on(self) -> (Vec<(State<P>, bool)>, Left<P>) {
        let (ends, left) = self.ends();
        let ends = ends.into_iter().map(|(state, end)| (state, end == End::Ok));
        (ends.collect(), left)
    }

    /// All states in which the script goes on after the command, and how it has ended there.
    #[must_use]
    pub fn ends(self) -> (Vec<(State<P>, End)>, Left<P>) {
        let all =
            |states: Vec<State<P>>, end: End| states.into_iter().map(move |state| (state, end));
        let (ok, failed) = (all(self.ok, End::Ok), all(self.failed, End::Failed));
        let exempt = all(self.exempt, End::Exempt);
        (ok.chain(failed).chain(exempt).collect(), self.left)
    }

    /// Sets the status of what has ended: 0, or at least 1.
    pub fn settle_status(&mut self) {
        for state in &mut self.ok {
            state.shell.status = 0;
        }
        for state in self.failed.iter_mut().chain(&mut self.exempt) {
            state.shell.status = state.shell.status.max(1);
        }
    }

    /// Merges the states that know the same and have ended alike.
    #[must_use]
    pub fn merged(self) -> Self {
        Self {
            ok: merged(self.ok),
            failed: merged(self.failed),
            exempt: merged(self.exempt),
            left: self.left,
        }
    }
}

/// Merges states that know the same, and drops those that cannot be reached.
#[must_use]
pub fn merged<P: Outside>(states: Vec<State<P>>) -> Vec<State<P>> {
    let mut merged: Vec<State<P>> = Vec::new();
    for state in states {
        if state.exits.is_empty() {
            continue;
        }
        match merged
            .iter_mut()
            .find(|other| other.shell == state.shell && other.known == state.known)
        {
            Some(other) => other.exits.join(state.exits),
            None => merged.push(state),
        }
    }
    merged
}
