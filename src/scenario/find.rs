//! Finds scenario files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, plain_io_error};

/// The scenario files that `paths` mean: files as they are given, and in folders, at any depth,
/// `scenario.yaml` and `*.scenario.yaml`, sorted. Names that begin with a dot are passed over.
#[must_use]
pub fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        files.extend(found_in(path, &mut problems));
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    (files, problems)
}

fn found_in(path: &Path, problems: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => (),
        Ok(_) => return vec![path.to_path_buf()],
        Err(error) => {
            problems.push(unreadable(path, &error));
            return Vec::new();
        }
    }
    let before = problems.len();
    let mut found = Vec::new();
    walk(path, &mut found, problems);
    found.sort();
    if found.is_empty() && problems.len() == before {
        let message = format!("there is no scenario in `{}`", path.display());
        let problem = Diagnostic::new("scenario::no-scenario", message);
        let help = if path.join("scenario.yml").exists() {
            "rename `scenario.yml` to `scenario.yaml`"
        } else {
            "scenario files are called `scenario.yaml` or `NAME.scenario.yaml`"
        };
        problems.push(problem.about(path).help(help));
    }
    found
}

/// Looks into a folder and all below it. One that cannot be read hides no other.
fn walk(folder: &Path, found: &mut Vec<PathBuf>, problems: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return problems.push(unreadable(folder, &error)),
    };
    for entry in entries {
        let typed = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
        let (kind, entry) = match typed {
            Ok(typed) => typed,
            Err(error) => {
                problems.push(unreadable(folder, &error));
                continue;
            }
        };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed, so that the walk ends.
        if kind.is_dir() {
            walk(&entry.path(), found, problems);
        } else if name == "scenario.yaml" || name.ends_with(".scenario.yaml") {
            found.push(entry.path());
        }
    }
}

/// Says why a file or folder cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!(
        "cannot read `{}`: {}",
        path.display(),
        plain_io_error(error)
    );
    Diagnostic::new("scenario::unreadable", message)
        .about(path)
        .help("check the path and its permissions")
}

/// What a scenario is called: its folder for `scenario.yaml`, else the file without its ending.
#[must_use]
pub fn name_of(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if file == "scenario.yaml" {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = absolute.parent().and_then(Path::file_name);
        return folder.map_or_else(
            || "scenario".to_owned(),
            |folder| folder.to_string_lossy().into_owned(),
        );
    }
    match file.strip_suffix(".scenario.yaml") {
        Some(stem) => stem.to_owned(),
        None => path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_called_after_their_folder_or_file() {
        let rows = [
            ("models/fenced-handover/scenario.yaml", "fenced-handover"),
            ("models/redis.scenario.yaml", "redis"),
            ("other.yaml", "other"),
        ];
        for (path, name) in rows {
            assert_eq!(name_of(Path::new(path)), name, "{path}");
        }
    }

    #[test]
    fn folders_are_searched_in_order() {
        let folder = std::env::temp_dir().join(format!("straddle-find-{}", std::process::id()));
        let files = [
            "b/scenario.yaml",
            "a/x.scenario.yaml",
            "a/notes.yaml",
            ".git/scenario.yaml",
        ];
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        let twice = folder.join("b/scenario.yaml");
        let (found, problems) = find(&[folder.clone(), twice]);
        fs::remove_dir_all(&folder).expect("it is ours");
        assert_eq!(problems, []);
        let expected = ["a/x.scenario.yaml", "b/scenario.yaml"];
        assert_eq!(found, expected.map(|file| folder.join(file)));
    }
}
