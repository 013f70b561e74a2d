//! YAML as a tree in which every node knows its place in the text.
//!
//! One tree serves scenario files and manifests. Aliases share what they stand for; merge keys
//! (`<<`) are resolved; whatever would grow beyond reason is refused.

mod scalar;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Source};

/// The most nodes a text may have, aliases counted once.
const MAX_NODES: usize = 20_000_000;

/// The most nodes that aliases may stand for altogether.
const MAX_ALIASED: usize = 200_000;

/// The most items of one list, and keys of one map.
const MAX_ITEMS: usize = 100_000;

/// The most places at which a value may begin: line ends, commas and opening brackets. They are
/// counted before anything is read, which takes no time. 20,000 objects of a cluster have half as
/// many, so what has more was not made for one.
const MAX_PLACES: usize = 1_500_000;

/// Help for a file that is not YAML yet.
pub const TEMPLATE: &str = "this looks like a template; render it first, as `helm template` does";

/// The deepest nesting.
const MAX_DEPTH: usize = 96;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes of the value.
    pub span: Range<usize>,
    /// The bytes of the key that this is the value of.
    pub key: Option<Range<usize>>,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, and whether it stands without quotes, so that it may be a number or a boolean.
    Scalar(Rc<str>, bool),
    /// A list.
    List(Rc<[Node]>),
    /// Keys and values, in the order of the file.
    Map(Rc<[Entry]>),
}

/// One key of a map, with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key's text; of a key that is not a scalar, its source.
    pub name: Rc<str>,
    /// The key's place.
    pub span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// What a second key of the same name in one map means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DuplicateKeys {
    /// A mistake.
    Refused,
    /// The last one counts, as for `kubectl`.
    LastWins,
}

impl Node {
    /// Whether the value is left out or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar(text, true) => matches!(&**text, "" | "~" | "null" | "Null" | "NULL"),
            _ => false,
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar(text, true) if text.parse::<i64>().is_ok() => "a number",
            Value::Scalar(text, true) if is_integer(text) => "a number that is too large",
            Value::Scalar(text, true) if is_number(text) => "a fraction",
            Value::Scalar(text, true) if matches!(&**text, "true" | "false") => "a boolean",
            Value::Scalar(..) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The value under a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|entry| &*entry.name == name)
                .map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The bytes that stand for the whole: the key in front of it, else the value itself.
    #[must_use]
    pub fn head(&self) -> Range<usize> {
        self.key.clone().unwrap_or_else(|| self.span.clone())
    }

    /// How many values it has, aliases counted as often as they are used.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(..) => 0,
            Value::List(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| entry.value.count())
                .sum::<usize>(),
        }
    }

    /// The value as `kubectl` reads it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(text, true) => scalar::plain(text),
            Value::Scalar(text, false) => Json::String(text.to_string()),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.name.to_string(), entry.value.to_json()))
                .collect(),
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

/// Reads all documents of a text. A syntax error ends the reading; what came before it stays.
pub fn parse(
    source: &Source,
    duplicates: DuplicateKeys,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    if let Some(start) = place_too_many(&source.text) {
        problems.push(too_large(start..start, "too many values").within(source));
        return Vec::new();
    }
    let mut builder = Builder {
        source,
        duplicates,
        problems,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        documents: Vec::new(),
        nodes: 0,
        aliased: 0,
    };
    for event in Parser::new_from_str(&source.text) {
        let outcome = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(Box::new(syntax_error(source, &error))),
        };
        if let Err(problem) = outcome {
            builder.problems.push((*problem).within(source));
            break;
        }
    }
    builder.documents
}

/// Where the value begins that is one too many, by a rough count.
fn place_too_many(text: &str) -> Option<usize> {
    let begins = |byte: u8| matches!(byte, b'\n' | b',' | b'[' | b'{');
    let bytes = text.bytes().enumerate();
    let mut places = bytes.filter(|&(_, byte)| begins(byte));
    places.nth(MAX_PLACES).map(|(place, _)| place)
}

fn syntax_error(source: &Source, error: &ScanError) -> Diagnostic {
    let text = &source.text;
    let offset = error.marker().byte_offset().unwrap_or(text.len());
    let start = text.floor_char_boundary(offset);
    let end = text[start..]
        .chars()
        .next()
        .filter(|&next| next != '\n' && next != '\r')
        .map_or(start, |next| start + next.len_utf8());
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_large(start..end, "values that are nested too deeply");
    }
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let help = if text[line..start].contains('\t') || text[start..].starts_with('\t') {
        "YAML is indented with spaces; replace the tabs"
    } else if text.contains("{{") {
        TEMPLATE
    } else {
        "check the indentation, quotes and brackets at and above this place"
    };
    Diagnostic::new("yaml::syntax", format!("not valid YAML: {}", error.info()))
        .at(start..end, "here")
        .help(help)
}

/// A node with what it counts for against the limits.
#[derive(Clone)]
struct Measured {
    node: Node,
    nodes: usize,
    depth: usize,
}

/// A list or map that is not finished.
struct Open {
    start: usize,
    anchor: usize,
    is_map: bool,
    children: Vec<Measured>,
}

struct Builder<'a> {
    source: &'a Source,
    duplicates: DuplicateKeys,
    problems: &'a mut Vec<Diagnostic>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Measured>,
    documents: Vec<Node>,
    nodes: usize,
    aliased: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        let span = span.byte_range().unwrap_or(0..0);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
                let is_plain = style == ScalarStyle::Plain && !is_text;
                let value = Value::Scalar(text.into(), is_plain);
                let leaf = self.leaf(span, value);
                self.add(anchor, leaf)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(span, anchor, false),
            Event::MappingStart(_, anchor, _) => self.begin(span, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn leaf(&self, span: Range<usize>, value: Value) -> Measured {
        let node = Node {
            span: self.without_trailing_space(span),
            key: None,
            value,
        };
        Measured {
            node,
            nodes: 1,
            depth: 1,
        }
    }

    /// Block scalars and collections end where the next thing begins; people see no such end.
    fn without_trailing_space(&self, span: Range<usize>) -> Range<usize> {
        let trimmed = self
            .source
            .text
            .get(span.clone())
            .map_or(0, |text| text.trim_end().len());
        span.start..span.start + trimmed
    }

    fn begin(
        &mut self,
        span: Range<usize>,
        anchor: usize,
        is_map: bool,
    ) -> Result<(), Box<Diagnostic>> {
        self.open.push(Open {
            start: span.start,
            anchor,
            is_map,
            children: Vec::new(),
        });
        if self.open.len() > MAX_DEPTH {
            return Err(Box::new(too_large(
                span,
                "values that are nested too deeply",
            )));
        }
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Box<Diagnostic>> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let span = open.start..span.end.max(open.start);
        let nodes = open.children.iter().map(|child| child.nodes).sum::<usize>();
        let depth = open.children.iter().map(|child| child.depth).max();
        let value = if open.is_map {
            Value::Map(self.entries(open.children).into())
        } else {
            Value::List(open.children.into_iter().map(|child| child.node).collect())
        };
        let mut collection = self.leaf(span, value);
        collection.nodes = nodes.saturating_add(1);
        collection.depth = depth.unwrap_or(0) + 1;
        self.add(open.anchor, collection)
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Box<Diagnostic>> {
        let Some(mut target) = self.anchors.get(&anchor).cloned() else {
            let problem =
                Diagnostic::new("yaml::syntax", "this alias stands inside its own anchor")
                    .at(span, "here")
                    .help("an alias can only repeat what is complete before it");
            return Err(Box::new(problem));
        };
        target.node.span = span.clone();
        self.aliased = self.aliased.saturating_add(target.nodes);
        if self.aliased > MAX_ALIASED || self.open.len() + target.depth > MAX_DEPTH {
            return Err(Box::new(too_large(
                span,
                "too many values once its aliases are filled in",
            )));
        }
        self.add(0, target)
    }

    fn add(&mut self, anchor: usize, child: Measured) -> Result<(), Box<Diagnostic>> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MAX_NODES {
            return Err(Box::new(too_large(child.node.span, "too many values")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, child.clone());
        }
        match self.open.last_mut() {
            Some(open) => {
                let most = if open.is_map {
                    2 * MAX_ITEMS
                } else {
                    MAX_ITEMS
                };
                if open.children.len() >= most {
                    let what = if open.is_map {
                        "too many keys in one map"
                    } else {
                        "too many items in one list"
                    };
                    return Err(Box::new(too_large(child.node.span, what)));
                }
                open.children.push(child);
            }
            None => self.documents.push(child.node),
        }
        Ok(())
    }

    /// Pairs keys with values, once for each name, explicit keys before merged ones.
    fn entries(&mut self, children: Vec<Measured>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Node> = Vec::new();
        let mut places: BTreeMap<Rc<str>, usize> = BTreeMap::new();
        let mut children = children.into_iter().map(|child| child.node);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if matches!(&key.value, Value::Scalar(text, true) if &**text == "<<") {
                merged.push(value);
                continue;
            }
            let entry = self.entry(key, value);
            if let Some(&place) = places.get(&entry.name) {
                self.repeated(&mut entries[place], entry);
            } else {
                places.insert(Rc::clone(&entry.name), entries.len());
                entries.push(entry);
            }
        }
        for entry in merged.iter().flat_map(merged_entries) {
            if !places.contains_key(&entry.name) {
                places.insert(Rc::clone(&entry.name), entries.len());
                entries.push(entry);
            }
        }
        entries
    }

    fn entry(&self, key: Node, mut value: Node) -> Entry {
        value.key = Some(key.span.clone());
        let name = match key.value {
            Value::Scalar(text, _) => text,
            _ => self.source.text.get(key.span.clone()).unwrap_or("").into(),
        };
        Entry {
            name,
            span: key.span,
            value,
        }
    }

    fn repeated(&mut self, first: &mut Entry, second: Entry) {
        if self.duplicates == DuplicateKeys::Refused {
            self.problems.push(
                Diagnostic::new(
                    "yaml::duplicate-key",
                    format!("`{}` is given twice", second.name),
                )
                .within(self.source)
                .at(second.span.clone(), "again here")
                .beside(first.span.clone(), "first given here")
                .help("keep one of the two"),
            );
        } else {
            *first = second;
        }
    }
}

/// The entries that a merge key brings in: those of a map, or of each map in a list.
fn merged_entries(node: &Node) -> Vec<Entry> {
    match &node.value {
        Value::Map(entries) => entries.to_vec(),
        Value::List(items) => items.iter().flat_map(merged_entries).collect(),
        Value::Scalar(..) => Vec::new(),
    }
}

fn too_large(span: Range<usize>, what: &str) -> Diagnostic {
    Diagnostic::new("yaml::too-large", format!("the file has {what}"))
        .at(span, "here")
        .help("remove what the migration does not need")
}
