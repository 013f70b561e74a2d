//! The JSON schema and the reader know the same fields.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::decode::read_file;
use super::super::reader::Reader;
use super::super::schema;
use crate::diagnostic::Source;

/// Uses every kind of map that the grammar has.
const EVERYTHING: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {}
storage: {templates: [{name: data}]}
availability: {groups: [{ordinals: [0], min: 1}]}
ordinals: {max: 1}
migration:
  forEach: {k: ascending}
  steps:
  - patch: {cluster: source, start: 0}
  - scale: {cluster: source, replicas: 1}
  - copyVolume: {ordinal: k}
  - restoreDisk: {ordinal: k}
  - setReclaimPolicy: {cluster: source, ordinal: k, policy: Retain}
  - deleteClaim: {cluster: source, ordinal: k}
  - deleteVolume: {cluster: source, ordinal: k}
  - deletePod: {cluster: source, pod: k}
  - deleteSet: {cluster: source, cascade: orphan}
  - createSet: {cluster: source}
  - wait: {cluster: source, pod: k, until: gone}
  - wait: {cluster: source, volume: k, until: bound}
  - wait: {cluster: source, set: true, until: observed}
  - wait: {cluster: source, field: status.replicas, equals: 1}
  - sleep: 5
faults: {atMost: 1}
expect: {available: {verdict: holds}}
assume: [{writer: A/b, is: suspended}]
";

fn names(properties: &Json) -> BTreeSet<String> {
    let properties = properties.as_object().into_iter().flatten();
    properties.map(|(name, _)| name.clone()).collect()
}

#[test]
fn reader_and_schema_know_the_same_fields() {
    let source = Source {
        path: Path::new("scenario.yaml").to_path_buf(),
        text: Arc::from(EVERYTHING),
    };
    let mut reader = Reader::new(&source, &super::manifest);
    assert!(read_file(&mut reader).is_some());
    assert_eq!(super::show(&reader.problems), "");
    let asked: BTreeMap<String, BTreeSet<String>> = reader
        .asked
        .iter()
        .map(|(map, fields)| {
            (
                map.clone(),
                fields.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    let schema = schema();
    let mut known = BTreeMap::from([("Scenario".to_owned(), names(&schema["properties"]))]);
    let definitions = schema["$defs"].as_object().expect("there are definitions");
    for (name, definition) in definitions {
        // Maps with fault and property names as keys are read by these names alone.
        if definition["properties"].is_object() && !["Caps", "Expect"].contains(&&**name) {
            known.insert(name.clone(), names(&definition["properties"]));
        }
    }
    assert_eq!(asked, known);
}

#[test]
fn steps_of_the_schema_are_the_steps_of_the_reader() {
    let schema = schema();
    let steps = schema["$defs"]["Step"]["oneOf"]
        .as_array()
        .expect("one of the kinds");
    let kinds: BTreeSet<String> = steps
        .iter()
        .flat_map(|step| names(&step["properties"]))
        .collect();
    let used: BTreeSet<String> = EVERYTHING
        .lines()
        .filter_map(|line| Some(line.strip_prefix("  - ")?.split_once(':')?.0.to_owned()))
        .collect();
    assert_eq!(kinds, used);
}

#[test]
fn the_schema_closes_every_map() {
    fn check(schema: &Json, place: &str) {
        if schema["type"] == "object" {
            assert_eq!(schema["additionalProperties"], Json::Bool(false), "{place}");
        }
        match schema {
            Json::Object(fields) => fields
                .iter()
                .for_each(|(name, inner)| check(inner, &format!("{place}/{name}"))),
            Json::Array(items) => items.iter().for_each(|inner| check(inner, place)),
            _ => (),
        }
    }
    let schema = schema();
    check(&schema, "");
    let text = schema.to_string();
    assert!(text.contains("\"copyVolume\""));
    for word in ["strategy", "rollback", "featureGates"] {
        assert!(
            !text.contains(&format!("\"{word}\"")),
            "{word} is not there yet"
        );
    }
}

#[test]
fn the_schema_says_what_is_required() {
    let schema = schema();
    assert_eq!(
        schema["required"],
        serde_json::json!(["apiVersion", "kind", "source", "migration"])
    );
    let patch = &schema["$defs"]["Patch"];
    assert_eq!(patch["required"], serde_json::json!(["cluster"]));
    insta::assert_json_snapshot!(patch, @r##"
    {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "cluster": {
          "$ref": "#/$defs/ClusterId",
          "description": "Whose set."
        },
        "start": {
          "anyOf": [
            {
              "$ref": "#/$defs/Expression"
            },
            {
              "type": "null"
            }
          ],
          "description": "The new `spec.ordinals.start`."
        },
        "replicas": {
          "anyOf": [
            {
              "$ref": "#/$defs/Expression"
            },
            {
              "type": "null"
            }
          ],
          "description": "The new `spec.replicas`."
        },
        "onError": {
          "anyOf": [
            {
              "$ref": "#/$defs/OnError"
            },
            {
              "type": "null"
            }
          ],
          "description": "What to do if the request is refused. Default: the migration ends."
        }
      },
      "required": [
        "cluster"
      ],
      "description": "Changes `start`, `replicas` or both of a set in one request."
    }
    "##);
}
