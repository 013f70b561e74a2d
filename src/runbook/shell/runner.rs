//! The run of a script: where it is, and what it has found so far.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::liveness::Liveness;
use super::outside::Outside;
use super::state::State;
use super::syntax::Command;
use crate::diagnostic::position;
use crate::runbook::findings::Findings;
use crate::runbook::graph::{Graph, Site};
use crate::runbook::symbols::{Symbol, SymbolId, Symbols};

/// How many times the requests of a program a run may come to, most of which are looks of rounds
/// that are alike.
const ALIKE: usize = 16;

/// What has been followed so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Commands, loops unrolled.
    pub commands: usize,
    /// Work, in bytes or what takes as long.
    pub work: usize,
}

/// The script cannot be followed any further; what is wrong has been noted.
#[derive(Clone, Copy, Debug)]
pub struct Halt;

/// The run of a script.
pub struct Runner<'a, P: Outside> {
    /// What the programs have and note.
    pub session: P::Session<'a>,
    /// The graph so far.
    pub graph: Graph<P::Request>,
    /// The looks at a clock that are about a deadline, and within how many `while` that was set.
    pub deadlines: BTreeMap<usize, usize>,
    /// Values that the script does not know.
    pub symbols: Symbols<P::Value>,
    /// What is to be said of the script.
    pub findings: Findings,
    /// The place of the command at hand, as people see it.
    pub span: Range<usize>,
    /// Where the command at hand really stands: markers are looked for there.
    pub own_span: Range<usize>,
    /// Where the functions under way were called, innermost last.
    pub callers: Vec<Range<usize>>,
    /// The statements around the command at hand, outermost first, and how many were come to
    /// before each.
    pub statements: Vec<(Range<usize>, usize)>,
    /// How many `while` and `until` are around the command at hand.
    pub polling: usize,
    /// The functions that the run has come to.
    pub functions: Vec<Rc<Command>>,
    /// Scripts inside `$(…)` that are parsed already, by place and length.
    pub parsed: BTreeMap<(usize, usize), Rc<Command>>,
    /// What the script may still read.
    pub liveness: Liveness,
    /// How many `$(…)` and handlers are around the command at hand, whose commands `liveness` does
    /// not know.
    pub hidden: usize,
    /// Somebody looks at how the command at hand ends, so that `set -e` does not mind.
    pub ignores_failure: bool,
    /// The name under which the script is run.
    pub script_name: String,
    /// What stands for the script's folder.
    pub home: String,
    /// The next call of a function passes on the script's own arguments, which nobody knows.
    pub passes_arguments: bool,
    /// The next command ends its shell, which is then looked at: its own end is not.
    pub is_quiet: bool,
    /// The status in front of the handler that runs.
    pub handles: Option<u8>,
    /// The handler of `ERR` runs.
    pub handles_error: bool,
    /// The most requests that the run may come to.
    pub most_requests: usize,
    /// Every round of a loop is followed, even those that are like the one before.
    pub follows_all: bool,
    /// How the next command ends decides nothing: what is behind it comes to the same.
    pub ends_alike: bool,
    /// How the program at hand ends decides what the script does.
    pub steers: bool,
    /// What the program at hand says goes nowhere.
    pub is_silenced: bool,
    /// Where a pipe succeeds although a command in it has failed.
    pub unnoticed: Option<Range<usize>>,
    /// How many loops are around the command at hand in its shell and function.
    pub loops: usize,
    /// How much of the script has been followed.
    pub spent: Spent,
    /// How many commands are around the command at hand, in whatever function or substitution.
    pub nesting: usize,
    /// How many calls and substitutions are around the command at hand.
    pub depth: usize,
}

impl<'a, P: Outside> Runner<'a, P> {
    /// A run of `text` that has not begun.
    pub fn new(session: P::Session<'a>, text: &str) -> Self {
        let mut symbols = Symbols::default();
        let home = symbols.text(Symbol::Part("the script's folder".to_owned()));
        Self {
            session,
            graph: Graph::default(),
            deadlines: BTreeMap::new(),
            symbols,
            script_name: "runbook.sh".to_owned(),
            home,
            passes_arguments: false,
            findings: Findings::of(text),
            span: 0..0,
            own_span: 0..0,
            callers: Vec::new(),
            statements: Vec::new(),
            polling: 0,
            functions: Vec::new(),
            parsed: BTreeMap::new(),
            liveness: Liveness::default(),
            hidden: 0,
            ignores_failure: false,
            is_quiet: false,
            handles: None,
            handles_error: false,
            most_requests: ALIKE * P::MOST_REQUESTS,
            follows_all: false,
            ends_alike: false,
            steers: false,
            is_silenced: false,
            unnoticed: None,
            loops: 0,
            spent: Spent::default(),
            nesting: 0,
            depth: 0,
        }
    }

    /// Notes something that the run does not understand, at the command at hand.
    pub fn not_modelled(&mut self, what: impl Into<String>, help: impl Into<String>) {
        let what = self.symbols.readable(&what.into());
        self.findings
            .not_modelled(self.span.clone(), what, help.into());
    }

    /// Notes a mistake at the command at hand.
    pub fn mistake(
        &mut self,
        code: &'static str,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        let what = self.symbols.readable(&what.into());
        self.findings
            .mistake(code, self.span.clone(), what, help.into());
    }

    /// Adds a request for the command at hand: how it goes on if it is done, and otherwise.
    ///
    /// # Errors
    /// The program is too long.
    pub fn emit(
        &mut self,
        state: State<P>,
        request: P::Request,
    ) -> Result<(State<P>, State<P>), Halt> {
        // Rounds that are alike are left out in the end.
        if self.graph.emitted.len() >= self.most_requests {
            return Err(self.too_many_requests());
        }
        let place = Site {
            span: self.span.clone(),
            bindings: Arc::from(&*state.shell.bindings()),
            statements: Arc::from(&*self.statements),
        };
        let (done, otherwise) = self.graph.emit(&state.exits, request, place);
        let (shell, known) = (state.shell.clone(), state.known.clone());
        Ok((
            State {
                exits: done,
                ..state
            },
            State {
                exits: otherwise,
                shell,
                known,
            },
        ))
    }

    fn too_many_requests(&mut self) -> Halt {
        let what = format!(
            "the script comes to more than {} requests and waits",
            P::MOST_REQUESTS
        );
        let help = "loops count as often as they go round; use fewer replicas";
        self.mistake("runbook::too-long", what, help);
        Halt
    }

    /// Looks whether the graph, when it is finished, is short enough.
    ///
    /// # Errors
    /// It is too long.
    pub fn few_requests(&mut self) -> Result<(), Halt> {
        let Some(first_too_many) = self.graph.emitted.get(P::MOST_REQUESTS) else {
            return Ok(());
        };
        self.span = first_too_many.place.span.clone();
        Err(self.too_many_requests())
    }

    /// A text for a value that only the clusters know.
    pub fn symbol(&mut self, symbol: Symbol<P::Value>) -> String {
        self.symbols.text(symbol)
    }

    /// Whether there is something in a text of which nobody knows how many words and lines it has.
    #[must_use]
    pub fn has_unknown(&self, text: &str) -> bool {
        let mut symbols = text.chars().filter_map(SymbolId::of);
        symbols.any(|symbol| matches!(self.symbols.get(symbol), Some(Symbol::Other(_))))
    }

    /// The line of the last pipe that succeeds although a command in it has failed.
    #[must_use]
    pub fn unnoticed_failure(&self) -> Option<usize> {
        let pipe = self.unnoticed.as_ref()?;
        Some(position(&self.findings.text, pipe.start).0)
    }

    /// Whether the script catches what the program at hand says.
    #[must_use]
    pub fn is_heard(&self, state: &State<P>) -> bool {
        state.shell.output.len() > usize::from(self.is_silenced)
    }

    /// A text for a value of the programs.
    pub fn value(&mut self, value: P::Value) -> String {
        self.symbol(Symbol::Of(value))
    }
}
