//! Where the run of a script is, and what it knows there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::code::Joint;
use super::hole::HoleId;
use crate::world::id::{ClusterId, PerCluster};
use crate::world::volume::ReclaimPolicy;

/// A place in the program, and what the script knows when it comes there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// What leads here.
    pub joint: Joint,
    /// What is known.
    pub env: Env,
}

/// What a script knows. Nothing in it depends on the clusters, except through holes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Env {
    /// Variables.
    pub variables: BTreeMap<Rc<str>, Rc<str>>,
    /// Arrays, whose indices have no gaps.
    pub arrays: BTreeMap<Rc<str>, Rc<[Rc<str>]>>,
    /// Variables that programs see.
    pub exported: BTreeSet<Rc<str>>,
    /// Variables of loops, innermost last.
    pub loops: Vec<Rc<str>>,
    /// `$1` and so on.
    pub arguments: Vec<Rc<str>>,
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
    /// The context of `kubectl config use-context`.
    pub context: Option<Rc<str>>,
    /// The namespace of `kubectl config set-context --current --namespace`.
    pub namespace: Option<Rc<str>>,
    /// The standard input, if it is no terminal.
    pub input: Option<Rc<str>>,
    /// What is written to the standard output, for each `$(…)` or pipe around.
    pub output: Vec<String>,
    /// Whether the last command has failed; kept only if the script asks for `$?`.
    pub failed: bool,
    /// The claim or volume that the driver has read last.
    pub memory: Memory,
    /// The reclaim policies of the source's volumes that the script has patched.
    pub policies: BTreeMap<u8, ReclaimPolicy>,
    /// The script may have deleted a claim or a volume of the source.
    pub has_deleted_disks: bool,
    /// The sets, as far as they are known: nobody but the driver changes their `spec`.
    pub sets: PerCluster<Set>,
    /// A `$(…)` in the present command has failed.
    pub substitution_failed: bool,
}

/// The variable and the array that a name stood for before.
pub type Covered = (Option<Rc<str>>, Option<Rc<[Rc<str>]>>);

/// A set, as far as the script has seen to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Set {
    /// Not known: after a crash it may be anything.
    #[default]
    Unknown,
    /// There is none.
    Absent,
    /// It has this `start` and these `replicas`.
    Known(i32, i32),
}

/// What the driver has read last of what it copies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Memory {
    /// Nothing.
    #[default]
    Nothing,
    /// The source's claim of an ordinal.
    Claim(u8),
    /// The source's volume of an ordinal.
    Volume(u8),
}

impl Env {
    /// What is left of a subshell: files and what `kubectl` remembers.
    #[must_use]
    pub fn after_subshell(self, before: &Self) -> Self {
        Self {
            files: self.files,
            context: self.context,
            namespace: self.namespace,
            output: self.output,
            failed: self.failed,
            memory: self.memory,
            policies: self.policies,
            has_deleted_disks: self.has_deleted_disks,
            sets: self.sets,
            substitution_failed: self.substitution_failed,
            ..before.clone()
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

    /// Gives a variable a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.into(), value.into());
    }

    /// Writes to the standard output; what nobody catches is forgotten.
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
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// It has succeeded.
    pub ok: Vec<State>,
    /// It has failed.
    pub failed: Vec<State>,
    /// It has failed where `set -e` does not mind.
    pub exempt: Vec<State>,
    /// It has left more than itself.
    pub left: Vec<(Leave, State)>,
}

/// States in which a command has left more than itself.
pub type Left = Vec<(Leave, State)>;

/// What a command can leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leave {
    /// So many loops.
    Break(usize),
    /// So many loops but one, whose next round begins.
    Continue(usize),
    /// A function, with success or without.
    Return(bool),
    /// The script or subshell, with success or without.
    Exit(bool),
}

impl Outcome {
    /// Success.
    #[must_use]
    pub fn ok(state: State) -> Self {
        Self {
            ok: vec![state],
            ..Self::default()
        }
    }

    /// Failure.
    #[must_use]
    pub fn failed(state: State) -> Self {
        Self {
            failed: vec![state],
            ..Self::default()
        }
    }

    /// Success or failure.
    #[must_use]
    pub fn of(state: State, succeeds: bool) -> Self {
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

    /// All states in which the script goes on behind the command, and whether it has succeeded.
    #[must_use]
    pub fn going_on(self) -> (Vec<(State, bool)>, Left) {
        let ok = self.ok.into_iter().map(|state| (state, true));
        let failed = self.failed.into_iter().chain(self.exempt);
        let all = ok.chain(failed.map(|state| (state, false))).collect();
        (all, self.left)
    }
}

/// Joins states that know the same, and drops those that cannot be reached.
#[must_use]
pub fn joined(states: Vec<State>) -> Vec<State> {
    let mut joined: Vec<State> = Vec::new();
    for state in states {
        if state.joint.is_empty() {
            continue;
        }
        match joined.iter_mut().find(|other| other.env == state.env) {
            Some(other) => other.joint.join(state.joint),
            None => joined.push(state),
        }
    }
    joined
}

/// A value that only the clusters know, standing in a text as one character.
#[must_use]
pub fn hole_in(text: &str) -> Option<HoleId> {
    text.chars().find_map(HoleId::of)
}

/// The side whose name a file or context has.
#[must_use]
pub fn side_named(name: &str) -> Option<ClusterId> {
    ClusterId::BOTH.into_iter().find(|side| side.name() == name)
}
