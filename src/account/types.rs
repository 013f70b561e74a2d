//! The fields of Kubernetes' own types, as a test records them in `types.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The kinds, an empty line, then each type with its fields.
const TEXT: &str = include_str!("types.txt");

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A number, a text or a boolean; or something of which nothing is known.
    Leaf,
    /// Anything at all.
    Any,
    /// A list, or a map with keys of one's own, of what the rest of the text says.
    Many(&'static str),
    /// A struct: its name among [`fields`].
    Struct(&'static str),
}

impl Shape {
    fn of(text: &'static str) -> Self {
        let inside = text.strip_prefix("[]").or_else(|| text.strip_prefix("{}"));
        match (inside, text) {
            (Some(inside), _) => Self::Many(inside),
            (None, "") => Self::Leaf,
            (None, "*") => Self::Any,
            (None, name) => Self::Struct(name),
        }
    }

    /// What the items of a list or map are.
    #[must_use]
    pub fn inside(self) -> Self {
        match self {
            Self::Many(inside) => Self::of(inside),
            _ => Self::Any,
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
        let fields = words.map(|word| word.split_once(':').unwrap_or((word, "")));
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
