//! Paths, and the folder in which a script stands.

use super::programs::Programs;
use super::runner::Runner;
use super::state::{Outcome, Shell, State};
use crate::runbook::symbols::symbol_in;

impl<P: Programs> Runner<'_, P> {
    /// A path as the run knows files by: seen from the script's folder if it is not absolute.
    #[must_use]
    pub fn path(&self, path: &str, shell: &Shell) -> String {
        let from_home = path.strip_prefix(self.home.as_str());
        let (path, folder) = match from_home.filter(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            Some(rest) => (rest.trim_start_matches('/'), ""),
            None if path.starts_with('/') => (path, ""),
            None => (path, &*shell.folder),
        };
        let is_absolute = path.starts_with('/') || folder.starts_with('/');
        let mut parts: Vec<&str> = Vec::new();
        for part in folder.split('/').chain(path.split('/')) {
            match part {
                "" | "." => (),
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let path = self.symbols.with_one_clock(&parts.join("/"));
        if is_absolute {
            format!("/{path}")
        } else {
            path
        }
    }
}

/// `cd`: into a folder that is taken to exist.
pub fn cd<P: Programs>(runner: &mut Runner<'_, P>, words: &[&str], state: State<P>) -> Outcome<P> {
    let mut state = state;
    match words {
        [folder] | ["--", folder] if !folder.starts_with('-') => {
            let folder = runner.path(folder, &state.shell);
            if symbol_in(&folder).is_some() {
                runner.not_modelled(
                    "`cd` into a folder that nothing knows is not modelled",
                    "name files from the script's folder",
                );
            }
            state.shell.folder = folder.as_str().into();
        }
        _ => runner.not_modelled(
            format!("`cd {}` is not modelled", words.join(" ")),
            "name the folder",
        ),
    }
    Outcome::ok(state)
}

/// `pwd`.
pub fn pwd<P: Programs>(runner: &mut Runner<'_, P>, state: State<P>) -> Outcome<P> {
    let mut state = state;
    let folder = state.shell.folder.clone();
    let folder = if folder.is_empty() {
        runner.home.clone()
    } else {
        folder.to_string()
    };
    state.shell.write(&(folder + "\n"));
    Outcome::ok(state)
}
