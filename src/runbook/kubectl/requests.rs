//! What requests have in common: the objects that they name, and what becomes of them.

use std::rc::Rc;

use serde_json::Value as Json;

use super::arguments::Call;
use super::target::Thing;
use super::{jsonpath, strategic};
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::runbook::symbols::Symbol;
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Operation};

/// What becomes of an object that exists already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// The request is refused.
    Create,
    /// It is changed where the file says something else.
    Apply,
    /// It becomes as the file says.
    Replace,
}

/// The objects of all files that a call names, in order; `None` if one is not known.
pub fn objects(runner: &mut Runner<'_>, call: &Call, state: &State) -> Option<Vec<Json>> {
    let mut objects = Vec::new();
    for path in call.all("filename").flat_map(|files| files.split(',')) {
        let Some(text) = runner.read_file(path, state) else {
            runner.unknown_file(path);
            return None;
        };
        objects.extend(read(runner, path, &text));
    }
    Some(objects)
}

/// The objects of a text; a list stands for its items.
fn read(runner: &mut Runner<'_>, path: &str, text: &Rc<str>) -> Vec<Json> {
    let (documents, problem) = runner.documents(path, text);
    if let Some(problem) = problem {
        let what = format!("kubectl cannot read `{path}`: {problem}");
        runner.mistake("runbook::bad-manifest", what, "it must be YAML or JSON");
    }
    let mut objects = Vec::new();
    for document in documents {
        if !document.is_null() {
            flatten(document, &mut objects);
        }
    }
    objects
}

fn flatten(document: Json, objects: &mut Vec<Json>) {
    let is_list = document
        .get("kind")
        .and_then(Json::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match document.get("items").and_then(Json::as_array) {
        Some(items) if is_list => items.iter().for_each(|item| flatten(item.clone(), objects)),
        _ => objects.push(document),
    }
}

/// The text at a place of an object; empty if there is none.
#[must_use]
pub fn text_at(object: &Json, pointer: &str) -> String {
    let value = object.pointer(pointer);
    value.map(jsonpath::text).unwrap_or_default()
}

/// The code of a field that makes an object another one than the model's. It is never harmless.
const OTHER_OBJECT: &str = "runbook::other-object";

/// Notes a field of an object that the model's objects cannot have: what it would do in the
/// cluster, and what to write.
pub fn differs(
    runner: &mut Runner<'_>,
    kind: &str,
    field: &str,
    value: Option<&Json>,
    effect: &str,
    help: &str,
) {
    let value = match value {
        None => String::new(),
        Some(Json::Null) => " is taken away".to_owned(),
        Some(value) => format!(" is `{}`", jsonpath::text(value)),
    };
    let what = format!("`{field}` of the {kind}{value}: {effect}");
    runner.mistake(OTHER_OBJECT, what, help);
}

/// A request that the API server refuses for what it says (422): it changes nothing.
pub fn invalid(runner: &mut Runner<'_>, state: State, what: &str) -> Outcome {
    let command = runner.findings.command_at(&runner.span);
    let text = format!("the API server refuses this (422): {what}");
    let text = runner.symbols.readable(&text);
    runner.findings.assume(runner.span.clone(), command, &text);
    Outcome::failed(state)
}

/// A request that creates; with `apply` it is left out if the object is there.
///
/// # Errors
/// The script cannot be followed any further.
pub fn created(
    runner: &mut Runner<'_>,
    create: Operation,
    thing: &Thing,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let mut outcome = Outcome::default();
    let mut state = state;
    if let (How::Apply, Some(object)) = (how, thing.object(cluster)) {
        let (existing, missing) = runner.emit(state, Operation::Test(Condition::Exists(object)))?;
        let command = runner.findings.command_at(&runner.span);
        let text = "an object that is there already is assumed to be this one, and stays as it is";
        runner.findings.assume(runner.span.clone(), command, text);
        outcome.ok.push(existing);
        state = missing;
    } else if how == How::Replace {
        runner.not_modelled(
            "`kubectl replace` of this is not modelled",
            "use `kubectl create` or `kubectl apply`",
        );
    }
    let (done, refused) = runner.emit(state, create)?;
    outcome.ok.push(done);
    outcome.failed.push(refused);
    outcome.ok = merged(outcome.ok);
    Ok(outcome)
}

/// A document after a patch.
pub fn patched(runner: &mut Runner<'_>, kind: &str, document: &Json, patch: &Json) -> Option<Json> {
    runner.spend(64 * (values(document) + values(patch)));
    let mut after = document.clone();
    let problem = match kind {
        "strategic" => strategic::merge(&mut after, patch).err(),
        "merge" => {
            json_patch::merge(&mut after, patch);
            None
        }
        "json" => apply_operations(&mut after, patch).err(),
        other => Some(format!("`{other}` is not a patch type")),
    };
    match problem {
        None => Some(after),
        Some(problem) => {
            runner.mistake(
                "runbook::bad-patch",
                format!("the patch cannot be applied: {problem}"),
                "see `kubectl patch --help` for its types",
            );
            None
        }
    }
}

/// The most operations of one JSON patch.
const MAX_OPERATIONS: usize = 100;

/// The most values that a document has after a JSON patch, whose copies may double it.
const MAX_VALUES: usize = 50_000;

fn apply_operations(document: &mut Json, patch: &Json) -> Result<(), String> {
    let operations = serde_json::from_value::<json_patch::Patch>(patch.clone());
    let operations = operations.map_err(|error| error.to_string())?;
    if operations.0.len() > MAX_OPERATIONS {
        return Err(format!("it has more than {MAX_OPERATIONS} operations"));
    }
    for operation in operations.0 {
        json_patch::patch(document, &[operation]).map_err(|error| error.to_string())?;
        if values(document) > MAX_VALUES {
            return Err("it makes the object too large".to_owned());
        }
    }
    Ok(())
}

/// How many values a document has.
fn values(document: &Json) -> usize {
    1 + match document {
        Json::Array(items) => items.iter().map(values).sum(),
        Json::Object(fields) => fields.values().map(values).sum::<usize>(),
        _ => 0,
    }
}

/// The state after a command whose output nothing depends on.
pub fn opaque(runner: &mut Runner<'_>, state: State, what: &str) -> State {
    let mut state = state;
    let said = runner.symbol(Symbol::Other(what.to_owned()));
    state.shell.write(&said);
    state
}
