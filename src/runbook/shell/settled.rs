//! States in which a command begins: what nobody reads from there on is forgotten where that makes
//! fewer of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::liveness::{END, Names};
use super::programs::Programs;
use super::reads::STATUS;
use super::runner::Runner;
use super::state::{Shell, State, merged};
use super::syntax::Command;

impl<P: Programs> Runner<'_, P> {
    /// Whether a name may be read from a command on.
    #[must_use]
    pub fn is_live(&self, command: &Command, name: &str) -> bool {
        let live = self.liveness.at(&command.span).filter(|_| self.hidden == 0);
        live.is_none_or(|live| self.liveness.has(live, name))
    }

    /// Whether somebody asks how the loop with this body ends.
    #[must_use]
    pub fn reads_end(&self, body: &Command) -> bool {
        let key = (body.span.start, body.span.end);
        let is_known = self.hidden == 0 && self.liveness.at(&body.span).is_some();
        !is_known || self.liveness.has(&Names::new(), STATUS) || self.liveness.asked.contains(&key)
    }

    /// Whether the script reads `$?` behind a simple command.
    #[must_use]
    pub fn asks_status(&self, command: &Command) -> bool {
        let key = (command.span.start, command.span.end);
        self.hidden == 0 && self.liveness.asked.contains(&key)
    }

    /// Forgets variables that nobody reads from a command on.
    pub fn forget_dead(&self, command: &Command, shell: &mut Shell) {
        let live = self.liveness.at(&command.span).filter(|_| self.hidden == 0);
        let Some(live) = live else { return };
        let Shell {
            variables,
            exported,
            ..
        } = shell;
        variables.retain(|name, _| {
            self.liveness.has(live, name) || &**name == "IFS" || exported.contains(name)
        });
    }

    /// The states in which a command begins, merged. Where they differ only in what nobody reads
    /// from there on, that is forgotten.
    #[must_use]
    pub fn settled(&self, command: &Command, states: Vec<State<P>>) -> Vec<State<P>> {
        let live = self.liveness.at(&command.span).filter(|_| self.hidden == 0);
        let Some(live) = live else {
            return merged(states);
        };
        let mut states = states;
        if !self.liveness.has(live, STATUS) && !live.contains(END) {
            for state in &mut states {
                state.shell.status = 0;
            }
        }
        let mut states = merged(states);
        let Some((first, others)) = states.split_first() else {
            return states;
        };
        let mut dead = BTreeSet::new();
        for other in others {
            let (one, two) = (&first.shell.variables, &other.shell.variables);
            let differs = |name: &&Rc<str>| one.get(*name) != two.get(*name);
            dead.extend(one.keys().chain(two.keys()).filter(differs).cloned());
        }
        dead.retain(|name| {
            let is_exported = |state: &State<P>| state.shell.exported.contains(name);
            !self.liveness.has(live, name) && &**name != "IFS" && !states.iter().any(is_exported)
        });
        if dead.is_empty() {
            return states;
        }
        for state in &mut states {
            state.shell.variables.retain(|name, _| !dead.contains(name));
        }
        merged(states)
    }
}
