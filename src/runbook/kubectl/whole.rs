//! What of an object only its cluster knows: fields that the model's objects do not have.
//!
//! A document that stands for an object in a cluster is *open*: it has an entry under [`REST`], in
//! its root and in those of its parts that scripts take out by themselves. A field that an open part
//! lacks is unknown, not empty. The entry goes along with what a script keeps of a document, so that
//! a copy which still has it has kept the other fields, too.

use serde_json::{Map, Value as Json, json};

use crate::runbook::symbols::symbol_in;

/// The key under which an open part says what it belongs to: the path to it, `|`, and the object.
pub const REST: &str = "\u{E000}";

/// Opens a document and its `metadata`, `spec` and `status`.
pub fn open(document: &mut Json, object: &str) {
    mark(document, "", object);
    for part in ["metadata", "spec", "status"] {
        if let Some(inner) = document.get_mut(part) {
            mark(inner, part, object);
        }
    }
}

/// Opens one part of a document.
pub fn mark(part: &mut Json, path: &str, object: &str) {
    if let Json::Object(fields) = part {
        fields.insert(REST.to_owned(), json!(format!("{path}|{object}")));
    }
}

/// Whether a part has fields that only the cluster knows.
#[must_use]
pub fn is_open(part: &Json) -> bool {
    part.get(REST).is_some()
}

/// The path and the object of an open part.
#[must_use]
pub fn origin(part: &Json) -> Option<(String, String)> {
    let (path, object) = part.get(REST)?.as_str()?.split_once('|')?;
    Some((path.to_owned(), object.to_owned()))
}

/// An unknown field in words.
#[must_use]
pub fn field(path: &str, object: &str) -> String {
    format!("{} of {object}", path.trim_start_matches('.'))
}

/// The document without what marks it.
#[must_use]
pub fn closed(document: &Json) -> Json {
    match document {
        Json::Object(fields) => {
            let known = fields.iter().filter(|(key, _)| *key != REST);
            let known = known.map(|(key, value)| (key.clone(), closed(value)));
            Json::Object(known.collect::<Map<_, _>>())
        }
        Json::Array(items) => items.iter().map(closed).collect(),
        other => other.clone(),
    }
}

/// Whether a value is, or has in it, what only the cluster knows.
#[must_use]
pub fn is_unknown(value: &Json) -> bool {
    match value {
        Json::String(text) => symbol_in(text).is_some(),
        Json::Array(items) => items.iter().any(is_unknown),
        Json::Object(fields) => fields
            .iter()
            .any(|(key, value)| key != REST && is_unknown(value)),
        _ => false,
    }
}

/// Whether a field says nothing: it is left out, null, or empty.
#[must_use]
pub fn is_empty(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.is_empty(),
        Some(Json::Array(items)) => items.is_empty(),
        Some(Json::Object(fields)) => fields.keys().all(|key| key == REST),
        Some(_) => false,
    }
}
