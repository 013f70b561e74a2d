//! The beginning and the end of a script: where it leaves off, and what `trap … EXIT` does then.

use super::liveness::Liveness;
use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Checked, Leave, Outcome, Shell, State, merged};
use super::syntax::Command;
use crate::runbook::graph::{Goal, PatchList};

/// States in which a shell ends, and whether it comes to its end there.
type Ends<P> = Vec<(State<P>, bool)>;

impl<P: Programs> Runner<'_, P> {
    /// Follows a whole script.
    ///
    /// # Errors
    /// It could not be followed to its end.
    pub fn script(&mut self, script: &Command, known: P::Known) -> Result<(), Halt> {
        self.liveness = Liveness::of(&self.findings.text, script);
        let state = State {
            exits: PatchList::entry(),
            shell: Box::new(Shell {
                arguments_are_open: true,
                ..Shell::default()
            }),
            known,
        };
        let outcome = self.command(script, state, Checked::No)?;
        let failed = [outcome.failed.as_slice(), &outcome.exempt].concat();
        for state in failed.iter().filter(|state| state.shell.on_exit.is_none()) {
            self.note_failed_end(state);
        }
        for (state, is_over) in self.ended(outcome)? {
            let status = state.shell.status;
            let goal = if is_over {
                Goal::End(status)
            } else {
                Goal::Failed(status)
            };
            self.graph.backpatch(&state.exits, goal);
        }
        Ok(())
    }

    /// The ends of a shell, after its handler of `EXIT`. With a status other than 0 it has ended
    /// normally only if it has run out of commands.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn ended(&mut self, outcome: Outcome<P>) -> Result<Ends<P>, Halt> {
        let mut outcome = outcome;
        outcome.settle_status();
        let mut over = [outcome.ok, outcome.failed, outcome.exempt].concat();
        let mut broken = Vec::new();
        for (leave, state) in outcome.left {
            match leave {
                Leave::Exit | Leave::Abort | Leave::Return if state.shell.status != 0 => {
                    broken.push(state);
                }
                _ => over.push(state),
            }
        }
        let mut ends = Vec::new();
        for (states, is_over) in [(merged(over), true), (merged(broken), false)] {
            for state in states {
                self.end(state, is_over, &mut ends)?;
            }
        }
        Ok(ends)
    }

    /// One end, after the handler.
    fn end(&mut self, mut state: State<P>, is_over: bool, ends: &mut Ends<P>) -> Result<(), Halt> {
        let status = state.shell.status;
        let Some(handler) = state.shell.on_exit.take() else {
            ends.push((state, is_over));
            return Ok(());
        };
        let (behind, left) = self.handled(&handler, state)?.going_on();
        for (mut state, _) in behind {
            state.shell.status = status;
            ends.push((state, is_over));
        }
        ends.extend(left.into_iter().map(|(_, state): (Leave, State<P>)| {
            let is_over = state.shell.status == 0;
            (state, is_over)
        }));
        Ok(())
    }

    /// A script whose last command fails has done all it does: it counts as finished.
    fn note_failed_end(&mut self, state: &State<P>) {
        let text = "may fail as the script's last command: the script counts as finished all the \
                    same, but its exit code is not 0, and whoever runs it sees a failure";
        for failure in state.exits.failures() {
            let span = match failure {
                Some(position) => self.graph.emitted[position].place.span.clone(),
                None => self.span.clone(),
            };
            let what = self.findings.command_at(&span);
            self.findings.assume(span, what, text);
        }
    }
}
