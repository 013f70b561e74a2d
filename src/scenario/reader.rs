//! Small readers that turn nodes into values and note every mistake on the way.

use std::io;
use std::ops::Range;
use std::path::Path;

use super::expression;
use super::words::Vocabulary;
use crate::diagnostic::{Diagnostic, Source, help_with, listed};
use crate::world::program::Expression;
use crate::yaml::{Entry, Node, Value};

/// Maps that people write as one word, with what they mean.
const EXAMPLES: &[(&str, &str)] = &[
    ("a side", "{manifest: FILE}"),
    ("`storage`", "{backend: exclusive}"),
    ("`availability`", "{maxUnavailable: 1}"),
    ("`ordinals`", "{max: 8}"),
    (
        "an assumption",
        "{writer: HorizontalPodAutoscaler/web, is: suspended}",
    ),
    ("`forEach`", "{k: descending}"),
    ("`scale`", "{cluster: source, replicas: k}"),
    ("`patch`", "{cluster: source, replicas: k}"),
    ("`wait`", "{cluster: source, pod: k, until: gone}"),
];

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The bytes of the value.
    pub span: Range<usize>,
}

/// Notes the mistakes of one text.
pub struct Reader<'a> {
    /// The text.
    pub source: &'a Source,
    /// Reads the files that it names.
    pub files: &'a dyn Fn(&Path) -> io::Result<Vec<u8>>,
    /// What was found so far.
    pub problems: Vec<Diagnostic>,
    /// Which fields were asked for, by the schema's name of their map.
    #[cfg(test)]
    pub asked: std::collections::BTreeMap<String, std::collections::BTreeSet<&'static str>>,
}

/// Something that can be read from a node. Mistakes are noted; `None` means that there were
/// some and nothing of use is left.
pub trait Decode: Sized {
    /// Reads it.
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self>;
}

/// Something that is written as one word or number.
pub trait Scalar: Sized {
    /// Reads it.
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self>;

    /// What the JSON schema calls it; empty to write it out wherever it stands.
    const SCHEMA_NAME: &'static str = "";

    /// Its JSON schema.
    fn schema() -> schemars::Schema;
}

impl<T: Scalar> Decode for Spanned<T> {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let value = T::read(reader, node)?;
        Some(Self {
            value,
            span: node.span.clone(),
        })
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Value::List(items) = &node.value else {
            reader.wrong_type(node, "a list");
            return None;
        };
        let decoded = items.iter().map(|item| T::decode(reader, item));
        Some(decoded.collect::<Vec<_>>().into_iter().flatten().collect())
    }
}

impl Scalar for String {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let text = node.text();
        if text.is_none() {
            reader.wrong_type(node, "text");
        }
        text.map(str::to_owned)
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

impl Scalar for i64 {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        if let Value::Scalar(text, true) = &node.value
            && let Ok(number) = text.parse()
        {
            return Some(number);
        }
        reader.wrong_type(node, "an integer");
        None
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "type": "integer" })
    }
}

impl Scalar for bool {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        match &node.value {
            Value::Scalar(text, true) if &**text == "true" => Some(true),
            Value::Scalar(text, true) if &**text == "false" => Some(false),
            _ => {
                reader.wrong_type(node, "`true` or `false`");
                None
            }
        }
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({ "type": "boolean" })
    }
}

impl Scalar for Expression {
    const SCHEMA_NAME: &'static str = "Expression";
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, "an integer or an expression of `k` and `N`");
            return None;
        };
        match expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(mistake) => {
                let range = reader.part(node, text, &mistake.range);
                reader.report(
                    Diagnostic::new("scenario::bad-expression", mistake.message)
                        .at(range, "")
                        .help("an expression is a sum of integers, `k` and `N`, such as `N - k`"),
                );
                None
            }
        }
    }

    fn schema() -> schemars::Schema {
        schemars::json_schema!({
            "description": "An integer, or a sum of integers, `k` and `N` such as `N - k`.",
            "anyOf": [
                { "type": "integer" },
                { "type": "string", "pattern": r"^\s*[+-]?\s*(k|N|\d+)(\s*[+-]\s*(k|N|\d+))*\s*$" }
            ]
        })
    }
}

/// Reads one of the words of a vocabulary.
pub fn read_word<T: Vocabulary>(reader: &mut Reader<'_>, node: &Node) -> Option<T> {
    let words: Vec<&str> = T::WORDS.iter().map(|&(word, ..)| word).collect();
    let place = reader.word(node, T::NAME, T::CODE, &words, T::UNSUPPORTED)?;
    Some(T::WORDS[place].1)
}

/// The schema of a vocabulary: each word with its meaning.
#[must_use]
pub fn words_schema<T: Vocabulary>() -> schemars::Schema {
    let words = T::WORDS
        .iter()
        .map(|(word, _, meaning)| serde_json::json!({ "const": word, "description": meaning }));
    schemars::json_schema!({ "title": T::NAME, "oneOf": words.collect::<Vec<_>>() })
}

impl<'a> Reader<'a> {
    /// A reader that has found nothing yet.
    #[must_use]
    pub fn new(source: &'a Source, files: &'a dyn Fn(&Path) -> io::Result<Vec<u8>>) -> Self {
        Self {
            source,
            files,
            problems: Vec::new(),
            #[cfg(test)]
            asked: std::collections::BTreeMap::new(),
        }
    }

    /// Notes a mistake in this text.
    pub fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem.within(self.source));
    }

    /// Notes that a node is not what it should be.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        self.wrong_type_with(node, expected, format!("write {expected} here"));
    }

    /// Notes that a node is not the map that messages call `name`.
    pub fn no_map(&mut self, node: &Node, name: &str) {
        let expected = format!("a map of the fields of {name}");
        let example = EXAMPLES.iter().find(|(map, _)| *map == name);
        let help = match example {
            Some((_, example)) => format!("write for example `{example}` here"),
            None => format!("write {expected} here"),
        };
        self.wrong_type_with(node, &expected, help);
    }

    fn wrong_type_with(&mut self, node: &Node, expected: &str, help: String) {
        let found = node.what();
        let place = if node.span.is_empty() {
            node.head()
        } else {
            self.source.first_line(&node.span)
        };
        let label = match found {
            "nothing" => "it has no value".to_owned(),
            found => format!("this is {found}"),
        };
        self.report(
            Diagnostic::new(
                "scenario::wrong-type",
                format!("expected {expected}, found {found}"),
            )
            .at(place, label)
            .help(help),
        );
    }

    /// Notes that a list or map has nothing in it.
    pub fn refuse_empty(&mut self, node: &Node, length: usize) {
        if length == 0 {
            let name = self.source.text.get(node.head()).unwrap_or("it");
            self.report(
                Diagnostic::new("scenario::empty-list", format!("`{name}` is empty"))
                    .at(node.span.clone(), "nothing in it")
                    .help("give it a value, or remove the field"),
            );
        }
    }

    /// The place of a word in a list of words; a word that is not among them is a mistake.
    pub fn word(
        &mut self,
        node: &Node,
        what: &str,
        code: &'static str,
        words: &[&str],
        unsupported: &[&str],
    ) -> Option<usize> {
        let Some(text) = node.text() else {
            self.wrong_type(node, &format!("a {what}"));
            return None;
        };
        let found = words.iter().position(|&word| word == text);
        if found.is_none() {
            self.report(
                unknown_word(text, what, code, words, unsupported).at(node.span.clone(), ""),
            );
        }
        found
    }

    /// Opens a map; `name` is what messages call it.
    pub fn fields<'n>(&mut self, node: &'n Node, name: &'static str) -> Option<Fields<'n>> {
        let Value::Map(entries) = &node.value else {
            self.no_map(node, name);
            return None;
        };
        Some(Fields {
            name,
            node,
            entries,
            asked: Vec::new(),
            unsupported: &[],
        })
    }

    /// The place in the file of a part of a scalar's text; the whole scalar when it is written
    /// with escapes or over several lines.
    fn part(&self, node: &Node, text: &str, part: &Range<usize>) -> Range<usize> {
        let written = self.source.text.get(node.span.clone()).unwrap_or("");
        match written.find(text) {
            Some(offset) if !part.is_empty() => {
                let start = node.span.start + offset;
                start + part.start..start + part.end
            }
            _ => node.span.clone(),
        }
    }
}

/// A word that is not among those that may stand there.
#[must_use]
pub fn unknown_word(
    text: &str,
    what: &str,
    code: &'static str,
    words: &[&str],
    unsupported: &[&str],
) -> Diagnostic {
    if unsupported.contains(&text) {
        let message = format!("the {what} `{text}` is not supported yet");
        return Diagnostic::new("scenario::not-supported", message)
            .help(format!("supported: {}", listed(words)));
    }
    Diagnostic::new(code, format!("`{text}` is not a known {what}")).help(help_with(text, words))
}

/// The fields of one map, as they are asked for.
pub struct Fields<'n> {
    /// What messages call the map.
    pub name: &'static str,
    /// The map itself.
    pub node: &'n Node,
    entries: &'n [Entry],
    asked: Vec<&'static str>,
    unsupported: &'static [(&'static str, &'static str)],
}

impl<'n> Fields<'n> {
    /// Fields that are known but not supported, and a help for each.
    #[must_use]
    pub fn unsupported(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.unsupported = fields;
        self
    }

    /// The entry of a field; `None` also if its value is left empty.
    pub fn entry(&mut self, name: &'static str) -> Option<&'n Entry> {
        self.asked.push(name);
        let entry = self.entries.iter().find(|entry| &*entry.name == name)?;
        (!entry.value.is_null()).then_some(entry)
    }

    /// A field that may be left out.
    pub fn optional<T: Decode>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
    ) -> Option<T> {
        let entry = self.entry(name)?;
        T::decode(reader, &entry.value)
    }

    /// A field that must be there.
    pub fn required<T: Decode>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
    ) -> Option<T> {
        let Some(entry) = self.entry(name) else {
            self.missing(reader, name);
            return None;
        };
        T::decode(reader, &entry.value)
    }

    /// A list that may be left out, but not be empty.
    pub fn list<T: Decode>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
    ) -> Option<Vec<T>> {
        let entry = self.entry(name)?;
        if let Value::List(items) = &entry.value.value {
            reader.refuse_empty(&entry.value, items.len());
        }
        Vec::decode(reader, &entry.value)
    }

    /// A list that must be there, with something in it.
    pub fn required_list<T: Decode>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
    ) -> Option<Vec<T>> {
        let is_there = self.entry(name).is_some();
        if !is_there {
            self.missing(reader, name);
        }
        self.list(reader, name)
    }

    fn missing(&self, reader: &mut Reader<'_>, name: &str) {
        if let Some(entry) = self.entries.iter().find(|entry| &*entry.name == name) {
            reader.report(
                Diagnostic::new("scenario::missing-field", format!("`{name}` has no value"))
                    .at(entry.span.clone(), "")
                    .help("write the value after it or, indented, below it"),
            );
            return;
        }
        let place = match &self.node.key {
            Some(key) => key.clone(),
            None => reader.source.first_line(&self.node.span),
        };
        reader.report(
            Diagnostic::new(
                "scenario::missing-field",
                format!("`{name}` is missing from {}", self.name),
            )
            .at(place, format!("`{name}` belongs here"))
            .help(format!("add `{name}:`")),
        );
    }

    /// Notes every field that was not asked for. `T` is the map's type in the schema.
    #[cfg_attr(
        not(test),
        expect(
            clippy::extra_unused_type_parameters,
            reason = "a test compares it with the schema"
        )
    )]
    pub fn finish<T: schemars::JsonSchema>(self, reader: &mut Reader<'_>) {
        #[cfg(test)]
        reader
            .asked
            .entry(T::schema_name().into_owned())
            .or_default()
            .extend(&self.asked);
        for entry in self.entries {
            if !self.asked.contains(&&*entry.name) {
                reader.report(self.unknown(entry));
            }
        }
    }

    fn unknown(&self, entry: &Entry) -> Diagnostic {
        let name = &*entry.name;
        let later = self.unsupported.iter().find(|(field, _)| *field == name);
        let problem = match later {
            Some((_, help)) => Diagnostic::new(
                "scenario::not-supported",
                format!("`{name}` is not supported yet"),
            )
            .help(*help),
            None => Diagnostic::new(
                "scenario::unknown-field",
                format!("there is no field `{name}` in {}", self.name),
            )
            .help(help_with(name, &self.asked)),
        };
        problem.at(entry.span.clone(), "")
    }
}
