//! The run of a script: where it is, and what it has found so far.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::outside::Outside;
use super::state::State;
use super::syntax::Command;
use crate::runbook::findings::Findings;
use crate::runbook::graph::{Graph, Place};
use crate::runbook::symbols::{Symbol, Symbols};

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
    /// The script asks for `$?`.
    pub keeps_status: bool,
    /// How much of the script has been followed.
    pub spent: Spent,
    /// How many calls and substitutions are around the command at hand.
    pub depth: usize,
}

impl<'a, P: Outside> Runner<'a, P> {
    /// A run of `text` that has not begun.
    pub fn new(session: P::Session<'a>, text: &str) -> Self {
        Self {
            session,
            graph: Graph::default(),
            symbols: Symbols::default(),
            findings: Findings::of(text),
            span: 0..0,
            own_span: 0..0,
            callers: Vec::new(),
            statements: Vec::new(),
            polling: 0,
            functions: Vec::new(),
            parsed: BTreeMap::new(),
            keeps_status: text.contains("$?") || text.contains("${?"),
            spent: Spent::default(),
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
        if self.graph.emitted.len() >= P::MOST_REQUESTS {
            let what = format!(
                "the script makes more than {} requests and waits",
                P::MOST_REQUESTS
            );
            let help = "every iteration of a loop counts; use fewer replicas";
            self.mistake("runbook::too-long", what, help);
            return Err(Halt);
        }
        let place = Place {
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

    /// A text for a value that only the clusters know.
    pub fn symbol(&mut self, symbol: Symbol<P::Value>) -> String {
        self.symbols.text(symbol)
    }

    /// A text for a value of the programs.
    pub fn value(&mut self, value: P::Value) -> String {
        self.symbol(Symbol::Of(value))
    }
}
