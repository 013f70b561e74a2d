//! Variables that bash itself sets or changes: each is followed, stands for what nobody knows, or
//! is refused where it is read or set.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::Runner;
use super::state::{Shell, State};
use crate::diagnostic::position;
use crate::runbook::clock::CLOCKS;
use crate::runbook::symbols::Symbol;

/// What a variable of bash's own is taken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    /// The name under which the script is run.
    Script,
    /// The folder of the script, until it goes elsewhere.
    Folder,
    /// The same value wherever it is read, which nobody knows. The script may give it another.
    Unknown,
    /// Another value wherever it is read; a script that says so in a message depends on none.
    PerPlace,
    /// A clock that counts seconds.
    Clock,
    /// It is not followed: why, and what to write instead.
    Refused(&'static str, &'static str),
}

use Meaning::{Clock, Folder, PerPlace, Refused, Script, Unknown};

/// What to write where a clock cannot be followed.
pub const NO_CLOCK: &str = "compare seconds by `-ge` or `-lt` in the condition of a loop or `if`, as \
                            in `[ \"$SECONDS\" -ge \"$end\" ]`; or give the wait a `--timeout`, as in \
                            `kubectl wait --timeout=300s`; or count rounds: `for i in $(seq 60); do \
                            …; sleep 5; done`";
const RANDOM: Meaning = Refused(
    "it is another number every time",
    "write a number of your own, or let `mktemp` make a name",
);
const SHELL: Meaning = Refused(
    "it changes how bash reads the script",
    "write the script so that it does not need it",
);
const STATE: Meaning = Refused(
    "bash changes it as the script goes on",
    "keep what the script needs in a variable of its own",
);
const GETOPTS: Meaning = Refused(
    "it belongs to `getopts`, which reads the script's arguments",
    "set what the script needs at its top: `replicas=3`",
);

/// The names, in the order of bash's manual ("Shell Variables"), and the parameters. `REPLY` and
/// `MAPFILE` are not among them: only `read` and `mapfile` set them, which do.
const VARIABLES: &[(&[&str], Meaning)] = &[
    (&["0", "BASH_SOURCE", "BASH_ARGV0"], Script),
    (&["$", "PPID", "UID", "EUID", "GROUPS"], Unknown),
    (
        &[
            "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE", "SHLVL", "SHELL",
        ],
        Unknown,
    ),
    (
        &[
            "BASH",
            "BASH_VERSION",
            "BASH_VERSINFO",
            "BASHOPTS",
            "SHELLOPTS",
            "-",
        ],
        Unknown,
    ),
    (
        &["LINENO", "BASH_LINENO", "BASH_COMMAND", "FUNCNAME"],
        PerPlace,
    ),
    (&["PWD"], Folder),
    (&CLOCKS, Clock),
    (&["EPOCHREALTIME"], PerPlace),
    (&["RANDOM", "SRANDOM"], RANDOM),
    (
        &["PIPESTATUS"],
        Refused(
            "the commands of a pipe are not distinguished",
            "`set -o pipefail` lets a pipe fail if one of them does",
        ),
    ),
    (
        &["!", "COPROC"],
        Refused(
            "commands in the background are not modelled",
            "let the commands follow each other",
        ),
    ),
    (&["OPTIND", "OPTARG", "OPTERR"], GETOPTS),
    (
        &[
            "_",
            "BASHPID",
            "BASH_SUBSHELL",
            "BASH_REMATCH",
            "OLDPWD",
            "DIRSTACK",
            "HISTCMD",
        ],
        STATE,
    ),
    (
        &[
            "COLUMNS",
            "LINES",
            "BASH_ARGC",
            "BASH_ARGV",
            "BASH_ALIASES",
            "BASH_CMDS",
        ],
        STATE,
    ),
    (&["BASH_EXECUTION_STRING", "COMPREPLY"], STATE),
    (
        &[
            "BASH_COMPAT",
            "BASH_ENV",
            "BASH_LOADABLES_PATH",
            "BASH_XTRACEFD",
            "ENV",
        ],
        SHELL,
    ),
    (
        &[
            "CHILD_MAX",
            "EXECIGNORE",
            "FUNCNEST",
            "GLOBIGNORE",
            "POSIXLY_CORRECT",
            "TMOUT",
        ],
        SHELL,
    ),
];

fn meaning(name: &str) -> Option<Meaning> {
    let name = name.split('[').next().unwrap_or(name);
    let mut rows = VARIABLES.iter();
    let row = rows.find(|(names, _)| names.contains(&name));
    let is_completion = ["COMP_", "READLINE_"]
        .iter()
        .any(|start| name.starts_with(start));
    row.map(|&(_, meaning)| meaning)
        .or(is_completion.then_some(STATE))
}

/// Why a variable cannot be used in arithmetic, unless the script has given it a value.
#[must_use]
pub fn not_a_number(name: &str) -> Option<String> {
    meaning(name).map(|meaning| match meaning {
        Refused(why, _) => format!("`{name}` is not modelled: {why}"),
        Clock => format!("`{name}` is not modelled here: bash sets it itself"),
        _ => format!("the value of `{name}` is not known here"),
    })
}

impl<P: Programs> Runner<'_, P> {
    /// What bash itself gives a variable, or an element of it; `None` for any other variable. What
    /// is refused stands for something that nothing knows.
    pub fn special(&mut self, name: &str, state: &State<P>) -> Option<Rc<str>> {
        let base = name.split('[').next().unwrap_or(name);
        let meaning = meaning(base)?;
        let shell = &state.shell;
        let is_set = shell.get(base).is_some() || shell.arrays.contains_key(base);
        if is_set && !matches!(meaning, Refused(..) | Clock) {
            return None;
        }
        let what = match meaning {
            Clock => {
                let clock = shell.clock(base, self.polling);
                return Some(self.symbol(Symbol::Clock(clock)).into());
            }
            Script => return Some(self.script_name.as_str().into()),
            Folder if shell.folder.is_empty() => return Some(self.home.as_str().into()),
            Folder => return Some(shell.folder.clone()),
            Unknown => format!("`{base}`, whose value is not known"),
            PerPlace => {
                let caller = self.callers.last().unwrap_or(&self.span).start;
                let (line, _) = position(&self.findings.text, self.span.start);
                format!("`{name}` in line {line}, reached from {caller}")
            }
            Refused(why, instead) => {
                self.not_modelled(format!("`{base}` is not modelled: {why}"), instead);
                format!("`{base}`, which is not modelled")
            }
        };
        Some(self.symbol(Symbol::Part(what)).into())
    }

    /// Complains of a variable that the script must not set.
    pub fn may_be_set(&mut self, name: &str, shell: &Shell) {
        if shell.fixed.contains(name) {
            let what = format!("`{name}` is readonly: bash ends the script here");
            self.mistake("runbook::usage", what, "choose another name");
        }
        match meaning(name) {
            Some(Refused(why, instead)) => {
                let base = name.split('[').next().unwrap_or(name);
                self.not_modelled(format!("`{base}` is not modelled: {why}"), instead);
            }
            Some(Clock) => {
                let what = format!("giving `{name}` another value in this way is not modelled");
                let help = "`SECONDS=0`, as a command of its own, begins to count anew; or choose \
                            another name";
                self.not_modelled(what, help);
            }
            Some(PerPlace) => {
                let what = format!("bash sets `{name}` itself: giving it a value is not modelled");
                self.not_modelled(what, "choose another name");
            }
            Some(Script | Folder | Unknown) | None => (),
        }
    }

    /// Complains of the arguments with which somebody calls the script.
    pub fn open_arguments(&mut self, what: &str) {
        self.not_modelled(
            format!("`{what}` is an argument of the script and is not known here"),
            "write the value in its place, or give all of them at the top: `set -- web 3`",
        );
    }

    /// Notes that a default is taken because nobody has set the variable outside the script.
    pub fn note_default(&mut self, name: &str) {
        let is_argument = name.starts_with(|c: char| c.is_ascii_digit());
        let text = if is_argument {
            "the script is taken to be run without this argument"
        } else {
            "taken not to be set outside the script: the default counts"
        };
        let span = self.span.clone();
        self.findings.assume(span, format!("${name}"), text);
    }
}
