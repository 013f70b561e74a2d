//! Every command that a page shows is run, in the order of the page, and prints what the page
//! says.
//!
//! - In a block `console` the lines that start with `$ ` are commands, and what follows each is
//!   what it prints. A line `…` stands for any lines: what is before the first one is the beginning
//!   of the output, what is after the last one is its end, and a part in the middle starts at the
//!   first line that has its first word.
//! - In a block `sh` or `bash` each line is a command.
//! - A block with `title=FILE` after its language is that file.
//!
//! The commands of a page share a folder, in which `models` is that of the project.
//! `UPDATE_DOCS=1` writes what is printed now into the pages, with the same parts left out.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;

use super::page::{Block, blocks, name, pages, prose, read, root};
use super::updates;

/// Commands that no test runs, by how they start, and why.
const NOT_RUN: [(&str, &str); 6] = [
    ("cargo test", "runs this test, and all others"),
    ("cargo bench", "takes minutes, and other programs"),
    ("straddle check six", "takes a minute and 6.2 GB"),
    ("kubectl", "needs a cluster"),
    (
        "tests/conformance/record",
        "needs Go and the Go module proxy",
    ),
    (
        "cd tests/conformance/oracle",
        "needs Go and the Go module proxy",
    ),
];

/// The page whose checks measure what takes seconds in a release build.
const MEASURES: &str = "docs/performance.md";

/// Arguments for a command that takes long and whose output the page does not show: bounds, with
/// which it is still known to be a command. `.ci/run` runs the README's first one without them.
fn bound(page: &Path, shown: &Shown) -> &'static str {
    let is_check = shown.command.starts_with("straddle check");
    let is_long = name(page) == MEASURES && is_check || shown.command.starts_with("cargo run");
    if is_long && shown.output.is_none() {
        " --max-states 2000 --fail-fast"
    } else {
        ""
    }
}

/// A command, and the lines of the page that show what it prints.
#[derive(PartialEq, Eq, Debug)]
struct Shown {
    command: String,
    /// The line of the page that the command starts at, counted from 0.
    at: usize,
    /// None for a command without a word of its output.
    output: Option<Range<usize>>,
}

/// The commands of a block.
fn commands(lines: &[&str], block: &Block<'_>) -> Vec<Shown> {
    let is_console = block.language == "console";
    let is_script = matches!(block.language, "sh" | "bash") && block.title.is_none();
    let mut found: Vec<Shown> = Vec::new();
    let mut goes_on = false;
    for number in block.lines.clone().filter(|_| is_console || is_script) {
        let line = lines[number];
        let start = if is_console {
            line.strip_prefix("$ ")
        } else {
            (!line.is_empty() && !line.starts_with('#')).then_some(line)
        };
        let text = start.unwrap_or(line);
        if goes_on {
            let last = found.last_mut().expect("a command goes on");
            last.command = format!("{} {}", last.command.trim_end_matches(" \\"), text.trim());
            last.output = is_console.then_some(number + 1..number + 1);
        } else if start.is_some() {
            found.push(Shown {
                command: text.to_owned(),
                at: number,
                output: is_console.then_some(number + 1..number + 1),
            });
        } else if is_console {
            let last = found.last_mut().expect("a console starts with a command");
            last.output = last.output.take().map(|output| output.start..number + 1);
        }
        goes_on = (goes_on || start.is_some()) && text.ends_with(" \\");
    }
    found
}

/// Why a command is not run.
fn not_run(command: &str) -> Option<&'static str> {
    let listed = NOT_RUN.iter().find(|(start, _)| command.starts_with(start));
    listed.map(|(_, reason)| *reason)
}

/// The folder in which the commands of a page are run.
fn folder(page: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("docs")
        .join(name(page).replace('/', "-"));
    // What an earlier run has left.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    std::os::unix::fs::symlink(root().join("models"), folder.join("models")).expect("a link");
    folder
}

/// Runs a command after one that ended with the code `last`: its output, and its exit code.
fn run(command: &str, folder: &Path, last: i32) -> (String, i32) {
    // The program is built already, by the run of this test.
    let command = command.replace("cargo run --release --", "straddle");
    let program = Path::new(env!("CARGO_BIN_EXE_straddle"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let mut shell = Command::new("bash");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        shell.env_remove(variable);
    }
    let run = shell
        .args(["-c", &format!("exec 2>&1; (exit {last}); {command}")])
        .envs([("PATH", &*path), ("TERM", "dumb"), ("LC_ALL", "C.UTF-8")])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let printed = String::from_utf8(run.stdout).expect("it prints text");
    (printed, run.status.code().unwrap_or(-1))
}

/// The lines that a page should show of `printed`, where it leaves out what `shown` leaves out.
///
/// # Errors
/// The first line of a part that is not found.
fn excerpt<'a>(shown: &[&str], printed: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let parts: Vec<&[&str]> = shown.split(|line| *line == "…").collect();
    let last = parts.len() - 1;
    if last == 0 {
        return Ok(printed.to_vec());
    }
    let mut lines = Vec::new();
    let mut from = 0;
    for (number, part) in parts.iter().enumerate() {
        let word = |line: &str| line.split_whitespace().next().map(str::to_owned);
        let start = if number == 0 || part.is_empty() {
            Some(from)
        } else if number == last {
            printed.len().checked_sub(part.len())
        } else {
            let rest = printed.iter().skip(from);
            let place = rest
                .into_iter()
                .position(|line| word(line) == word(part[0]));
            place.map(|place| from + place)
        };
        let end = start.map(|start| start + part.len());
        let (Some(start), Some(end)) = (start, end.filter(|end| *end <= printed.len())) else {
            return Err(part.first().copied().unwrap_or_default().to_owned());
        };
        lines.extend((number > 0).then_some("…"));
        lines.extend(&printed[start..end]);
        from = end;
    }
    Ok(lines)
}

/// A line without what differs from run to run, seconds and bytes, and without hashes, which any
/// change of the model's layout would change.
fn steady(line: &str) -> String {
    let is_measured = |word: &str| word.trim_end_matches(['.', ',']) == "s";
    let mut words: Vec<&str> = line.trim_end().split(' ').collect();
    for place in 1..words.len() {
        let number = words[place - 1].parse::<f64>();
        if is_measured(words[place]) && number.is_ok() {
            words[place - 1] = "_";
        }
    }
    let text = without_hashes(&words.join(" "));
    let fields = ["\"seconds\":", "\"peakBytes\":", "\"bytes\":"];
    let field = fields
        .iter()
        .find(|field| text.trim_start().starts_with(**field));
    field.map_or(text.clone(), |field| (*field).to_owned())
}

/// A text without its runs of 16 or more hexadecimal digits.
fn without_hashes(text: &str) -> String {
    let is_hash = |part: &&str| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split_inclusive(|letter: char| !letter.is_ascii_hexdigit());
    let parts = parts.map(|part| {
        let digits = part.trim_end_matches(|letter: char| !letter.is_ascii_hexdigit());
        if is_hash(&digits) {
            &part[digits.len()..]
        } else {
            part
        }
    });
    parts.collect()
}

fn are_alike(one: &[&str], other: &[&str]) -> bool {
    let steady = |lines: &[&str]| lines.iter().map(|line| steady(line)).collect::<Vec<_>>();
    steady(one) == steady(other)
}

/// What came of a page's commands.
#[derive(Default)]
struct Followed {
    /// What an update does not mend.
    wrong: Vec<String>,
    /// What differs from what is printed now.
    stale: Vec<String>,
    /// Lines of the page, and what they should be.
    renewed: Vec<(Range<usize>, String)>,
}

impl Followed {
    /// Takes in what a command has printed, at its `place` in the page.
    fn compare(&mut self, place: &str, lines: &[&str], shown: &Shown, printed: &str, code: i32) {
        let printed: Vec<&str> = printed.trim_end().lines().collect();
        let expected = shown.output.clone().map(|output| &lines[output]);
        let expects_error = |lines: &[&str]| lines.iter().any(|line| line.starts_with("error["));
        // 2 is a mistake, and so is 127: a page that means it shows it.
        if matches!(code, 2 | 4 | 126 | 127) && !expected.is_some_and(expects_error) {
            let text = format!("{place}\nexits with {code}:\n{}", printed.join("\n"));
            return self.wrong.push(text);
        }
        let (Some(expected), Some(output)) = (expected, shown.output.clone()) else {
            return;
        };
        match excerpt(expected, &printed) {
            Ok(now) if are_alike(&now, expected) => (),
            Ok(now) => {
                self.stale
                    .push(format!("{place}\nprints\n{}", now.join("\n")));
                let now = now.iter().map(|line| format!("{line}\n"));
                self.renewed.push((output, now.collect()));
            }
            Err(line) => self.wrong.push(format!(
                "{place}\nprints nothing that starts as this part does: {line}\n{}",
                printed.join("\n")
            )),
        }
    }
}

/// Runs the commands of a page, and writes the files that it shows.
fn follow(page: &Path, lines: &[&str]) -> Followed {
    let folder = folder(page);
    let mut followed = Followed::default();
    let mut code = 0;
    for block in blocks(lines) {
        if let Some(title) = block.title {
            let path = folder.join(title);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            let body = lines[block.lines.clone()].join("\n") + "\n";
            fs::write(path, body).expect("a file");
        }
        for shown in commands(lines, &block) {
            if not_run(&shown.command).is_some() {
                continue;
            }
            let command = shown.command.clone() + bound(page, &shown);
            let (printed, now) = run(&command, &folder, code);
            code = now;
            let place = format!("{}:{}: {}", name(page), shown.at + 1, shown.command);
            followed.compare(&place, lines, &shown, &printed, code);
        }
    }
    followed
}

/// The page's lines, with other text in place of some.
fn with(lines: &[&str], renewed: &[(Range<usize>, String)]) -> String {
    let mut text = String::new();
    let mut from = 0;
    for (place, now) in renewed {
        for line in &lines[from..place.start] {
            text += line;
            text.push('\n');
        }
        text += now;
        from = place.end;
    }
    for line in &lines[from..] {
        text += line;
        text.push('\n');
    }
    text
}

#[test]
fn pages_show_what_their_commands_print() {
    let followed = pages().into_par_iter().map(|page| {
        let text = read(&page);
        let lines: Vec<&str> = text.lines().collect();
        let mut followed = follow(&page, &lines);
        if updates() && !followed.stale.is_empty() {
            fs::write(&page, with(&lines, &followed.renewed)).expect("the page can be written");
            followed.stale.clear();
        }
        followed.wrong.extend(followed.stale);
        followed.wrong
    });
    let wrong: Vec<String> = followed.flatten_iter().collect();
    assert!(
        wrong.is_empty(),
        "{}\n\nUPDATE_DOCS=1 cargo test --test it docs renews what the pages show",
        wrong.join("\n\n")
    );
}

#[test]
fn commands_that_are_not_run_are_in_some_page() {
    let mut shown = Vec::new();
    for page in pages() {
        let text = read(&page);
        let lines: Vec<&str> = text.lines().collect();
        for block in blocks(&lines) {
            shown.extend(
                commands(&lines, &block)
                    .into_iter()
                    .map(|shown| shown.command),
            );
        }
    }
    for (start, _) in NOT_RUN {
        let is_shown = shown.iter().any(|command| command.starts_with(start));
        assert!(is_shown, "no page shows {start}");
    }
    let run = shown.iter().filter(|command| not_run(command).is_none());
    assert!(
        run.count() > 20,
        "only few of {} commands are run",
        shown.len()
    );
}

/// A block that is only indented would not be run.
#[test]
fn commands_are_in_fenced_blocks() {
    let starts = ["straddle ", "cargo ", "$ ", "kubectl ", "tests/"];
    for page in pages() {
        let text = read(&page);
        for line in prose(&text).filter(|line| line.starts_with("    ")) {
            let is_command = starts
                .iter()
                .any(|start| line.trim_start().starts_with(start));
            assert!(!is_command, "{}: {line}", name(&page));
        }
    }
}

#[test]
fn excerpts_are_parts_of_what_is_printed() {
    let printed = ["one 1", "two", "why three", "four", "five 0.25 s"];
    let check = |shown: &[&str], then: &[&str]| {
        let excerpt = excerpt(shown, &printed).expect("the parts are found");
        assert_eq!(excerpt, then, "{shown:?}");
    };
    check(&["x"], &printed);
    check(&["x", "…"], &["one 1", "…"]);
    check(&["…", "x", "y"], &["…", "four", "five 0.25 s"]);
    check(&["x", "…", "why", "…"], &["one 1", "…", "why three", "…"]);
    let whole = ["x", "…", "why", "…", "y"];
    check(&whole, &["one 1", "…", "why three", "…", "five 0.25 s"]);
    assert!(excerpt(&["x", "…", "no such", "…"], &printed).is_err());
    assert!(excerpt(&["…", "1", "2", "3", "4", "5", "6"], &printed).is_err());
    assert!(are_alike(&["five 0.25 s"], &["five 1.5 s"]));
    assert!(!are_alike(&["five 0.25 s"], &["six 0.25 s"]));
    assert!(are_alike(&["  \"seconds\": 1,"], &["\"seconds\": 2"]));
    assert!(are_alike(
        &["h \"0123456789abcdef\","],
        &["h \"fedcba98765432100\","]
    ));
    assert!(!are_alike(&["h \"0123456789abcdef\","], &["h \"0123\","]));
}

#[test]
fn commands_are_told_from_what_they_print() {
    let page =
        "```console\n$ a \\\n    b\nout\n\n$ c\n```\n```sh\n# no\nd\n```\n```sh title=e\nf\n```";
    let lines: Vec<&str> = page.lines().collect();
    let blocks = blocks(&lines);
    let found = blocks.iter().flat_map(|block| commands(&lines, block));
    let shown = |command: &str, at, output| Shown {
        command: command.to_owned(),
        at,
        output,
    };
    let expected = [
        shown("a b", 1, Some(3..5)),
        shown("c", 5, Some(6..6)),
        shown("d", 9, None),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(
        with(&["a", "b", "c"], &[(1..2, "x\ny\n".to_owned())]),
        "a\nx\ny\nc\n"
    );
}
