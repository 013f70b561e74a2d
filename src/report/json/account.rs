//! What became of the objects of the manifests, in JSON.

use serde::Serialize;

use crate::account::{Field, Object};
use crate::vocabulary::Side;

#[derive(Serialize)]
pub(super) struct ObjectJson<'a> {
    side: &'static str,
    object: &'a str,
    relation: &'a str,
    fields: Vec<FieldJson<'a>>,
}

#[derive(Serialize)]
struct FieldJson<'a> {
    path: &'a str,
    treatment: &'static str,
    reason: &'a str,
}

impl<'a> From<&'a Field> for FieldJson<'a> {
    fn from(field: &'a Field) -> Self {
        Self {
            path: &field.path,
            treatment: field.treatment,
            reason: &field.reason,
        }
    }
}

pub(super) fn objects(account: &[(Side, Object)]) -> Vec<ObjectJson<'_>> {
    let objects = account.iter().map(|(side, object)| ObjectJson {
        side: side.name(),
        object: &object.called,
        relation: &object.relation,
        fields: object.fields.iter().map(FieldJson::from).collect(),
    });
    objects.collect()
}
