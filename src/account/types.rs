//! The fields of Kubernetes' own types, as a test records them in `types.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::yaml::{Node, Value};

/// The kinds, an empty line, then each type with its fields.
const TEXT: &str = include_str!("types.txt");

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A text; a time is one too.
    Text,
    /// `true` or `false`.
    Boolean,
    /// An integer of so many bits.
    Integer(u32),
    /// A number.
    Number,
    /// A number or a text, as a quantity or a port.
    Scalar,
    /// Anything at all.
    Any,
    /// A list of what the rest of the text says.
    List(&'static str),
    /// A map, with keys of one's own, to what the rest of the text says.
    Map(&'static str),
    /// A struct: its name among [`fields`].
    Struct(&'static str),
}

impl Shape {
    fn of(text: &'static str) -> Self {
        match text {
            "text" => Self::Text,
            "bool" => Self::Boolean,
            "int32" => Self::Integer(32),
            "int64" => Self::Integer(64),
            "number" => Self::Number,
            "scalar" => Self::Scalar,
            "*" => Self::Any,
            _ => match (text.strip_prefix("[]"), text.strip_prefix("{}")) {
                (Some(inside), _) => Self::List(inside),
                (_, Some(inside)) => Self::Map(inside),
                (None, None) => Self::Struct(text),
            },
        }
    }

    /// What the items of a list or map are.
    #[must_use]
    pub fn inside(self) -> Self {
        match self {
            Self::List(inside) | Self::Map(inside) => Self::of(inside),
            _ => Self::Any,
        }
    }

    /// What Kubernetes wants here, in a few words.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Boolean => "`true` or `false`",
            Self::Integer(32) => "an integer of 32 bits",
            Self::Integer(_) => "an integer of 64 bits",
            Self::Number => "a number",
            Self::Scalar => "a number or a text",
            Self::Any => "anything",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Struct(_) => "a map",
        }
    }

    /// Whether a value is such a one; null is nothing, which each of them may be.
    #[must_use]
    pub fn fits(self, node: &Node) -> bool {
        let scalar = || match node.value {
            Value::Scalar(..) => node.to_json(),
            Value::List(_) | Value::Map(_) => Json::Null,
        };
        node.is_null()
            || match self {
                Self::Text => scalar().is_string(),
                Self::Boolean => scalar().is_boolean(),
                Self::Integer(32) => scalar().as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
                Self::Integer(_) => scalar().is_i64(),
                Self::Number => scalar().is_number(),
                Self::Scalar => matches!(scalar(), Json::Number(_) | Json::String(_)),
                Self::Any => true,
                Self::List(_) => matches!(node.value, Value::List(_)),
                Self::Map(_) | Self::Struct(_) => matches!(node.value, Value::Map(_)),
            }
    }
}

/// The fields of a type.
pub type Fields = BTreeMap<&'static str, &'static str>;

static KINDS: LazyLock<BTreeMap<(&'static str, &'static str), &'static str>> =
    LazyLock::new(|| {
        let lines = TEXT.lines().take_while(|line| !line.is_empty());
        let kinds = lines.filter_map(|line| {
            let (version, rest) = line.split_once(' ')?;
            let (kind, name) = rest.split_once(' ')?;
            Some(((version, kind), name))
        });
        kinds.collect()
    });

static TYPES: LazyLock<BTreeMap<&str, Fields>> = LazyLock::new(|| {
    let lines = TEXT.lines().skip_while(|line| !line.is_empty()).skip(1);
    let types = lines.map(|line| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let fields = words.map(|word| word.split_once(':').unwrap_or((word, "*")));
        (name, fields.collect())
    });
    types.collect()
});

/// What an object of a kind is, if the kind is recorded.
#[must_use]
pub fn kind(api_version: &str, kind: &str) -> Option<Shape> {
    KINDS.get(&(api_version, kind)).copied().map(Shape::Struct)
}

/// The versions in which a kind of an API group is recorded, as `apiVersion` has them.
#[must_use]
pub fn versions(group: &str, kind: &str) -> Vec<&'static str> {
    let same = |(version, name): &&(&'static str, &'static str)| {
        let own = version.split_once('/').map_or("", |(group, _)| group);
        own == group && *name == kind
    };
    KINDS
        .keys()
        .filter(same)
        .map(|&(version, _)| version)
        .collect()
}

/// The fields of a struct.
#[must_use]
pub fn fields(name: &str) -> Option<&'static Fields> {
    TYPES.get(name)
}

/// What a field of a struct is.
#[must_use]
pub fn field(fields: &Fields, name: &str) -> Option<Shape> {
    fields.get(name).copied().map(Shape::of)
}
