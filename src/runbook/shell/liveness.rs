//! Live variables: which ones a script may still read, before it gives them another value.
//!
//! States that differ only in what nobody reads again are one: a counter that has told how often a
//! loop may look is forgotten behind the loop. This is the data-flow analysis of compilers, over
//! the commands of the script, backwards and repeated until nothing changes. Whatever is not
//! understood is taken to be read. `$?` is a variable called `?`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::reads::{STATUS, identifiers, reads};
use super::syntax::{Command, Kind, Redirect, RedirectTo, Test, Word};

/// The name under which it is looked for how a command ends, by what is around it.
pub const END: &str = "!";

/// The most commands whose live variables are looked for, times the most names.
const MOST_ENTRIES: usize = 400_000;

/// Names of variables.
pub type Names = BTreeSet<Rc<str>>;

/// What may be read from each command of a script on.
#[derive(Clone, Debug, Default)]
pub struct Liveness {
    /// By the bytes of the command.
    before: BTreeMap<(usize, usize), Names>,
    /// The bodies of loops that somebody asks how they end, and simple commands whose `$?` is read.
    pub asked: BTreeSet<(usize, usize)>,
    /// What handlers of `trap` read, at whatever time.
    always: Names,
}

impl Liveness {
    /// What a script reads. Of one that is too large nothing is known.
    #[must_use]
    pub fn of(text: &str, script: &Command) -> Self {
        let mut analysis = Analysis {
            text,
            functions: BTreeMap::new(),
            live: Self::default(),
            loops: Vec::new(),
            within: None,
            commands: 0,
            changed: true,
        };
        analysis.find_functions(script);
        let names: BTreeSet<&str> = identifiers(text).collect();
        if analysis.commands.saturating_mul(names.len()) > MOST_ENTRIES {
            return Self::default();
        }
        while std::mem::take(&mut analysis.changed) {
            analysis.before(script, &with_end(&Names::new()));
            let functions: Vec<_> = analysis.functions.keys().cloned().collect();
            for name in functions {
                analysis.function(&name);
            }
        }
        analysis.live
    }

    /// What may be read from the command with these bytes on.
    #[must_use]
    pub fn at(&self, span: &Range<usize>) -> Option<&Names> {
        self.before.get(&(span.start, span.end))
    }

    /// Whether a name is among what is live, or read by a handler.
    #[must_use]
    pub fn has(&self, live: &Names, name: &str) -> bool {
        live.contains(name) || self.always.contains(name)
    }
}

struct Function<'a> {
    body: Vec<&'a Command>,
    before: Names,
    after: Names,
}

struct Analysis<'a> {
    text: &'a str,
    functions: BTreeMap<Rc<str>, Function<'a>>,
    live: Liveness,
    /// What is live where the loops around go on or end.
    loops: Vec<Names>,
    /// The function around.
    within: Option<Rc<str>>,
    commands: usize,
    changed: bool,
}

impl<'a> Analysis<'a> {
    fn find_functions(&mut self, command: &'a Command) {
        self.commands += 1;
        if let Kind::Function { name, body } = &command.kind {
            let function = self.functions.entry(name.as_str().into());
            let none = || Function {
                body: Vec::new(),
                before: Names::new(),
                after: Names::new(),
            };
            function.or_insert_with(none).body.push(body);
        }
        for inner in command.inner() {
            self.find_functions(inner);
        }
    }

    /// One pass over the bodies of a name.
    fn function(&mut self, name: &Rc<str>) {
        let Some(function) = self.functions.get(name) else {
            return;
        };
        let (bodies, after) = (function.body.clone(), function.after.clone());
        self.within = Some(Rc::clone(name));
        let mut before = Names::new();
        for body in bodies {
            before.extend(self.before(body, &after));
        }
        self.within = None;
        if let Some(function) = self.functions.get_mut(name) {
            self.changed |= function.before.len() != before.len();
            function.before = before;
        }
    }

    /// What is live before a command, if `after` is behind it.
    fn before(&mut self, command: &'a Command, after: &Names) -> Names {
        let mut live = self.of_kind(command, after);
        for redirect in &command.redirects {
            live.extend(self.redirect(redirect));
        }
        let key = (command.span.start, command.span.end);
        let known = self.live.before.entry(key).or_default();
        let count = known.len();
        known.extend(live.iter().cloned());
        self.changed |= known.len() != count;
        live
    }

    fn of_kind(&mut self, command: &'a Command, after: &Names) -> Names {
        match &command.kind {
            Kind::Simple { assignments, words } => {
                self.simple(&command.span, (assignments, words), after)
            }
            Kind::List(commands) => {
                let mut live = after.clone();
                for command in commands.iter().rev() {
                    live = self.before(command, &live);
                }
                live
            }
            Kind::Not(inner) => self.before(inner, &with_end(after)),
            Kind::And(left, right) | Kind::Or(left, right) => {
                let right = self.before(right, after);
                self.before(left, &with_end(&union(&right, after)))
            }
            Kind::If {
                condition,
                then,
                otherwise,
            } => {
                let then = self.before(then, after);
                let otherwise = match otherwise {
                    Some(otherwise) => self.before(otherwise, after),
                    None => ended(after),
                };
                self.before(condition, &with_end(&union(&then, &otherwise)))
            }
            Kind::Case { word, arms } => {
                let mut live = union(after, &self.words([word]));
                for (patterns, body) in arms {
                    live.extend(self.words(patterns));
                    live.extend(body.iter().flat_map(|body| self.before(body, after)));
                }
                live
            }
            // What a subshell does to its variables stays there, but its status does not.
            Kind::Pipeline(inner) => {
                let mut live = ended(after);
                for inner in inner {
                    live.extend(self.before(inner, &with_end(&Names::new())));
                }
                live
            }
            Kind::Subshell(inner) => {
                let inner = self.before(inner, &with_end(&Names::new()));
                union(&ended(after), &inner)
            }
            Kind::Loop {
                condition, body, ..
            } => self.looped(condition, body, after),
            Kind::For { name, words, body } => {
                let live = self.rounds(body, after);
                let live = union(&without(&live, name), after);
                union(&live, &self.words(words.iter().flatten()))
            }
            Kind::Counted { parts, body } => {
                let mut live = self.rounds(body, after);
                live.extend(parts.iter().flat_map(|part| self.all(part)));
                match assigned(&parts[0]) {
                    Some((name, value)) => union(&without(&live, name), &self.all(value)),
                    None => live,
                }
            }
            Kind::Arithmetic(text) => match assigned(text) {
                Some((name, value)) => union(&without(&ended(after), name), &self.all(value)),
                None => union(&ended(after), &self.all(text)),
            },
            Kind::Test(test) => {
                let mut live = ended(after);
                self.test(test, &mut live);
                live
            }
            Kind::Function { .. } => ended(after),
            Kind::Other(_) => after.clone(),
        }
    }

    /// A loop whose condition is looked at before each round.
    fn looped(&mut self, condition: &'a Command, body: &'a Command, after: &Names) -> Names {
        let again = self.known(condition);
        self.note_asked(body, after);
        self.loops.push(union(&again, after));
        let body = self.before(body, &union(&again, after));
        let live = self.before(condition, &with_end(&union(&body, after)));
        self.loops.pop();
        live
    }

    /// The rounds of `for`.
    fn rounds(&mut self, body: &'a Command, after: &Names) -> Names {
        self.note_asked(body, after);
        let again = union(&self.known(body), after);
        self.loops.push(again.clone());
        let live = self.before(body, &again);
        self.loops.pop();
        live
    }

    fn note_asked(&mut self, body: &Command, after: &Names) {
        if after.contains(STATUS) || after.contains(END) {
            self.live.asked.insert((body.span.start, body.span.end));
        }
    }

    /// What the passes so far have found before a command.
    fn known(&self, command: &Command) -> Names {
        self.live.at(&command.span).cloned().unwrap_or_default()
    }

    fn simple(
        &mut self,
        span: &Range<usize>,
        (assignments, words): (&[Word], &[Word]),
        after: &Names,
    ) -> Names {
        if after.contains(STATUS) {
            self.live.asked.insert((span.start, span.end));
        }
        let name = words.first().map_or("", |word| word.text.as_str());
        let mut live = ended(after);
        let is_declaration = matches!(
            name,
            "local" | "declare" | "typeset" | "readonly" | "export"
        );
        if words.is_empty() || is_declaration {
            for word in assignments.iter().chain(words.iter().skip(1)) {
                // An addition, or an element of an array, leaves the rest as it is.
                match word.text.split_once('=') {
                    Some((target, _)) => live.remove(target),
                    None => name == "local" && live.remove(&*word.text),
                };
            }
        }
        match name {
            "exit" | "return" if words.len() == 1 => {
                live.insert(STATUS.into());
            }
            // It reads the names in its expressions.
            "let" => live.extend(self.all_of(&words[1..])),
            "trap" => {
                let handlers = self.all_of(&words[1..]);
                let count = self.live.always.len();
                self.live.always.extend(handlers);
                self.changed |= self.live.always.len() != count;
            }
            _ => (),
        }
        match name {
            "exit" => live.retain(|name| &**name == STATUS && words.len() == 1),
            "return" => live.extend(self.function_end()),
            "break" | "continue" => live.extend(self.loops.iter().flatten().cloned()),
            _ => (),
        }
        for function in self.called(name) {
            let Some(known) = self.functions.get_mut(&function) else {
                continue;
            };
            let count = known.after.len();
            known.after.extend(after.iter().cloned());
            // The call looks at how the function has ended.
            known.after.insert(END.into());
            self.changed |= known.after.len() != count;
            live.extend(known.before.iter().cloned());
        }
        let values = assignments.iter().map(|word| value(&word.text));
        live.extend(values.flat_map(|value| self.word(value)));
        let words = words.iter().map(|word| &*word.text);
        let words = words.map(|text| if is_declaration { value(text) } else { text });
        live.extend(words.flat_map(|text| self.word(text)));
        live
    }

    /// The functions that a command may call: any, if its name is worked out.
    fn called(&self, name: &str) -> Vec<Rc<str>> {
        if name.contains(['$', '`', '"', '\'', '\\']) || matches!(name, "command" | "builtin") {
            return self.functions.keys().cloned().collect();
        }
        let found = self.functions.get_key_value(name);
        found.map(|(name, _)| Rc::clone(name)).into_iter().collect()
    }

    fn function_end(&self) -> Names {
        let function = self.within.as_ref();
        let function = function.and_then(|name| self.functions.get(name));
        function
            .map(|function| function.after.clone())
            .unwrap_or_default()
    }

    fn test(&self, test: &Test, live: &mut Names) {
        match test {
            Test::Unary(_, word) => live.extend(self.all(&word.text)),
            Test::Binary(_, left, right) => {
                live.extend(self.all(&left.text));
                live.extend(self.all(&right.text));
            }
            Test::And(left, right) | Test::Or(left, right) => {
                self.test(left, live);
                self.test(right, live);
            }
            Test::Not(inner) => self.test(inner, live),
        }
    }

    fn redirect(&self, redirect: &Redirect) -> Names {
        match &redirect.to {
            RedirectTo::File(_, word) => self.words([word]),
            RedirectTo::Heredoc(_, true) => Names::new(),
            RedirectTo::Heredoc(text, false) => self.word(text),
        }
    }

    fn words<'w>(&self, words: impl IntoIterator<Item = &'w Word>) -> Names {
        let words = words.into_iter();
        words.flat_map(|word| self.word(&word.text)).collect()
    }

    fn word(&self, text: &str) -> Names {
        match reads(text) {
            Some(names) => names.into_iter().map(Rc::from).collect(),
            // It runs commands, or works something out.
            None => self.all(text),
        }
    }

    fn all_of(&self, words: &[Word]) -> Names {
        words.iter().flat_map(|word| self.all(&word.text)).collect()
    }

    /// Every name in a text, and in the functions that it names, and so on.
    fn all(&self, text: &str) -> Names {
        let mut names = Names::new();
        let mut texts = vec![text];
        while let Some(text) = texts.pop() {
            if text.contains(STATUS) {
                names.insert(STATUS.into());
            }
            for name in identifiers(text) {
                if !names.insert(name.into()) {
                    continue;
                }
                let bodies = self.functions.get(name).map(|function| &function.body);
                let bodies = bodies.into_iter().flatten();
                texts.extend(bodies.filter_map(|body| self.text.get(body.span.clone())));
            }
        }
        names
    }
}

/// `name = value`, apart.
fn assigned(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let is_name = identifiers(name).next() == Some(name);
    (is_name && !value.starts_with('=')).then_some((name, value))
}

/// What is behind `name=`, or the whole word.
fn value(text: &str) -> &str {
    let is_name = |name: &str| identifiers(name).next() == Some(name);
    match text.split_once('=') {
        Some((name, value)) if is_name(name.trim_end_matches('+')) => value,
        _ => text,
    }
}

fn union(one: &Names, other: &Names) -> Names {
    one.union(other).cloned().collect()
}

/// Names, and how the command in front of them ends.
fn with_end(names: &Names) -> Names {
    let mut names = names.clone();
    names.insert(END.into());
    names
}

/// Names, without how the command before has ended.
fn ended(names: &Names) -> Names {
    let mut names = names.clone();
    names.remove(END);
    names.remove(STATUS);
    names
}

fn without(names: &Names, name: &str) -> Names {
    let mut names = names.clone();
    names.remove(name);
    names
}
