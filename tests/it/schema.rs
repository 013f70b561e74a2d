//! The JSON Schema of scenario files: current, known to every bundled scenario, and true of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use snapbox::cmd::Command;

use crate::models::models;

/// What the first line of a bundled scenario says, so that editors find the schema.
const MODELINE: &str = "# yaml-language-server: $schema=../../docs/scenario.schema.json";

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenario.schema.json")
}

fn schema() -> Json {
    let text = fs::read_to_string(schema_file()).expect("the schema is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// The bundled scenarios with their texts.
fn scenarios() -> Vec<(PathBuf, String)> {
    let (paths, problems) = straddle::internals::scenario::find(&[models()]);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!paths.is_empty(), "there are none");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a scenario can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn the_file_is_what_the_command_prints() {
    let command = Command::new(env!("CARGO_BIN_EXE_straddle")).arg("schema");
    let output = command.assert().code(0).stderr_eq("");
    let printed = String::from_utf8(output.get_output().stdout.clone()).expect("it is text");
    let file = fs::read_to_string(schema_file()).expect("the schema is there");
    // Not `assert_eq`, which would print both.
    assert!(
        file == printed,
        "out of date: straddle schema > docs/scenario.schema.json"
    );
    assert!(printed.ends_with("}\n"), "it ends with a line end");
    assert!(printed.starts_with("{\n  \""), "it is indented");
}

#[test]
fn every_bundled_scenario_names_the_schema() {
    for (path, text) in scenarios() {
        assert_eq!(text.lines().next(), Some(MODELINE), "{}", path.display());
        let named = path.parent().expect("it is in a folder");
        let named = named.join("../../docs/scenario.schema.json");
        assert!(named.exists(), "{}: no {}", path.display(), named.display());
    }
}

#[test]
fn every_bundled_scenario_is_as_the_schema_says() {
    let schema = schema();
    for (path, text) in scenarios() {
        // As editors read it: `N` is no boolean.
        let options = serde_saphyr::options! { strict_booleans: true };
        let scenario = serde_saphyr::from_str_with_options(&text, options);
        let scenario: Json = scenario.expect("it is YAML");
        if let Err(mistake) = conforms(&schema, &schema, &scenario, "") {
            panic!("{}: {mistake}", path.display());
        }
    }
}

/// A check that nothing fails would not be one.
#[test]
fn mistakes_are_not_as_the_schema_says() {
    let schema = schema();
    let good = json!({
        "apiVersion": "straddle.dev/v1alpha1",
        "kind": "Scenario",
        "source": {"replicas": 3},
        "migration": {
            "forEach": {"k": "descending"},
            "steps": [{"patch": {"cluster": "source", "replicas": "N - k"}}],
        },
        "faults": {"atMost": 2},
    });
    assert_eq!(conforms(&schema, &schema, &good, ""), Ok(()));
    let mistakes = [
        ("/apiVersion", json!("straddle.dev/v1")),
        ("/kind", json!("Pod")),
        ("/source/replicas", json!(17)),
        ("/source/replicas", json!("three")),
        ("/source", json!({"replica": 3})),
        ("/migration/forEach/k", json!("down")),
        (
            "/migration/steps/0",
            json!({"patched": {"cluster": "source"}}),
        ),
        ("/migration/steps/0/patch", json!({"replicas": 1})),
        ("/migration/steps/0/patch/replicas", json!("N * 2")),
        ("/migration/steps/0/patch/replicas", json!(1.5)),
        ("/faults", json!({"atMost": 0})),
        ("/faults", json!({})),
        ("/faults", json!({"earthquake": 1})),
        ("", json!({"kind": "Scenario"})),
    ];
    for (place, value) in mistakes {
        let mut scenario = good.clone();
        let found = scenario.pointer_mut(place).expect("the place is there");
        *found = value.clone();
        let outcome = conforms(&schema, &schema, &scenario, "");
        assert!(outcome.is_err(), "{place} is {value}");
    }
}

/// Whether a value conforms to a schema, for the keywords that ours has.
fn conforms(root: &Json, schema: &Json, value: &Json, place: &str) -> Result<(), String> {
    let keywords = schema.as_object().expect("a schema is an object");
    for (keyword, wanted) in keywords {
        let is_right = match &**keyword {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" | "items" | "properties" => {
                inner(root, keyword, wanted, value, place)?;
                true
            }
            "anyOf" => matching(root, wanted, value, place) > 0,
            "oneOf" => matching(root, wanted, value, place) == 1,
            "additionalProperties" => {
                assert_eq!(wanted, &json!(false), "the only value that ours has");
                let known = &schema["properties"];
                let mut fields = value.as_object().into_iter().flatten();
                fields.all(|(name, _)| known.get(name).is_some())
            }
            keyword => asserted(keyword, wanted, value),
        };
        if !is_right {
            return Err(format!(
                "{place}: {value} is not as `{keyword}` says: {wanted}"
            ));
        }
    }
    Ok(())
}

/// The keywords that lead to other schemas.
fn inner(
    root: &Json,
    keyword: &str,
    wanted: &Json,
    value: &Json,
    place: &str,
) -> Result<(), String> {
    match keyword {
        "$ref" => {
            let target = wanted.as_str().and_then(|name| name.strip_prefix('#'));
            let target = target.and_then(|pointer| root.pointer(pointer));
            conforms(root, target.expect("a definition"), value, place)
        }
        "items" => {
            let mut items = value.as_array().into_iter().flatten().enumerate();
            items.try_for_each(|(index, item)| {
                conforms(root, wanted, item, &format!("{place}/{index}"))
            })
        }
        _ => {
            let mut schemas = wanted.as_object().expect("a map of schemas").iter();
            schemas.try_for_each(|(name, schema)| match value.get(name) {
                Some(field) => conforms(root, schema, field, &format!("{place}/{name}")),
                None => Ok(()),
            })
        }
    }
}

/// The keywords that say something about the value alone.
fn asserted(keyword: &str, wanted: &Json, value: &Json) -> bool {
    match keyword {
        "const" => value == wanted,
        "enum" => items(wanted).contains(value),
        "type" => match wanted {
            Json::Array(types) => types.iter().any(|wanted| is_of_type(value, wanted)),
            wanted => is_of_type(value, wanted),
        },
        "minimum" => !value.is_number() || value.as_f64() >= wanted.as_f64(),
        "maximum" => !value.is_number() || value.as_f64() <= wanted.as_f64(),
        "pattern" => value.as_str().is_none_or(is_sum),
        "minProperties" => value
            .as_object()
            .is_none_or(|map| Some(map.len() as u64) >= wanted.as_u64()),
        "required" => value.as_object().is_none_or(|map| {
            let mut names = items(wanted).iter().filter_map(Json::as_str);
            names.all(|name| map.contains_key(name))
        }),
        other => panic!("nobody checks the keyword `{other}`"),
    }
}

fn items(list: &Json) -> &[Json] {
    list.as_array().expect("a list")
}

/// How many of several schemas a value conforms to.
fn matching(root: &Json, schemas: &Json, value: &Json, place: &str) -> usize {
    let schemas = items(schemas).iter();
    let matching = schemas.filter(|schema| conforms(root, schema, value, place).is_ok());
    matching.count()
}

fn is_of_type(value: &Json, wanted: &Json) -> bool {
    match wanted.as_str().expect("the name of a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type `{other}`"),
    }
}

/// Whether a text is a sum of `k`, `N` and numbers: the only pattern that ours has.
fn is_sum(text: &str) -> bool {
    let text = text.trim().strip_prefix(['+', '-']).unwrap_or(text.trim());
    text.split(['+', '-']).map(str::trim).all(|term| {
        let is_number = !term.is_empty() && term.bytes().all(|byte| byte.is_ascii_digit());
        term == "k" || term == "N" || is_number
    })
}
