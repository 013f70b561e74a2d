//! `kubectl get`: a look at an object, or a snapshot of it.

use serde_json::{Value as Json, json};

use super::arguments::Call;
use super::documents::{document, unknown};
use super::requests::opaque;
use super::target::{self, Thing, things};
use super::{columns, disks, jsonpath, selector, volumes};
use crate::runbook::clusters::{Memory, Set};
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::shell::state::merged;
use crate::runbook::symbols::Symbol;
use crate::runbook::values::{ordinal, template};
use crate::world::id::ClusterId;
use crate::world::program::{Condition, ExtraVerb, Operation};

/// `kubectl get`.
///
/// # Errors
/// The script cannot be followed any further.
pub fn run(runner: &mut Runner<'_>, call: &Call, state: State) -> Result<Outcome, Halt> {
    let Some(cluster) = target::cluster(runner, call, &state) else {
        return Ok(Outcome::ok(state));
    };
    let is_caught = !state.shell.output.is_empty();
    let named = things(runner, &call.words[1..], cluster);
    let Some(things) = named.filter(|_| call.flag("selector").is_none()) else {
        if is_caught && call.flag("selector").is_some() {
            return list(runner, call, cluster, state);
        }
        return Ok(Outcome::ok(all(runner, state, is_caught)));
    };
    let mut states = vec![(state, Vec::new(), true)];
    for thing in &things {
        let mut next = Vec::new();
        for (state, documents, ok) in states {
            get(
                runner,
                call,
                thing,
                cluster,
                is_caught,
                (state, documents, ok),
                &mut next,
            )?;
        }
        states = next;
    }
    let mut outcome = Outcome::default();
    for (mut state, documents, ok) in states {
        let text = if is_caught {
            printed(runner, call, documents, false)
        } else {
            String::new()
        };
        state.shell.write(&text);
        if ok {
            &mut outcome.ok
        } else {
            &mut outcome.failed
        }
        .push(state);
    }
    outcome.ok = merged(outcome.ok);
    outcome.failed = merged(outcome.failed);
    Ok(outcome)
}

/// All objects of a kind: something to look at.
fn all(runner: &mut Runner<'_>, state: State, is_caught: bool) -> State {
    if is_caught {
        let help = "name the objects, `kubectl get pod web-5`, or select the set's Pods: \
                    `kubectl get pods -l app=web -o name`";
        let help = match runner.unnoticed_failure() {
            Some(pipe) => format!(
                "the name is missing if the pipe in line {pipe} fails at its first command, which \
                 bash does not notice without `set -o pipefail`; or else {help}"
            ),
            None => help.to_owned(),
        };
        runner.not_modelled(
            "a list of objects whose number only the cluster knows is not modelled",
            help,
        );
    }
    opaque(runner, state, "a list")
}

/// The Pods that a selector means, of which each may exist or not.
fn list(
    runner: &mut Runner<'_>,
    call: &Call,
    cluster: ClusterId,
    state: State,
) -> Result<Outcome, Halt> {
    let narrows = ["field-selector", "all-namespaces"];
    if let Some(flag) = narrows.into_iter().find(|flag| call.flag(flag).is_some()) {
        let what = format!("`kubectl get -l … --{flag}` is not modelled");
        runner.not_modelled(what, "select by labels alone");
        return Ok(Outcome::ok(state));
    }
    let Some(pods) = selector::pods(runner, call, cluster, &state) else {
        return Ok(Outcome::ok(state));
    };
    if pods.len() > selector::MOST_SELECTED {
        let what = format!("a list of up to {} Pods is not modelled", pods.len());
        let help = "name them individually, or check the script with at most four replicas";
        runner.not_modelled(what, help);
        return Ok(Outcome::ok(state));
    }
    let mut outcome = Outcome::default();
    for (mut state, things) in selector::existing(runner, &pods, cluster, state)? {
        let mut items = Vec::new();
        for thing in things {
            let item = document(runner, &thing, cluster, &state);
            items.push((thing, item));
        }
        let text = if call.flag("output").is_some_and(|output| output != "wide") {
            printed(runner, call, items, true)
        } else {
            table(runner, call, &items)
        };
        state.shell.write(&text);
        outcome.ok.push(state);
    }
    let text = "the Pods are read one after the other, not in one request";
    let what = "kubectl get pods by a selector".to_owned();
    runner.findings.assume(runner.span.clone(), what, text);
    outcome.ok = merged(outcome.ok);
    Ok(outcome)
}

/// The lines that kubectl prints for people.
fn table(runner: &mut Runner<'_>, call: &Call, items: &[(Thing, Json)]) -> String {
    let mut text = String::new();
    if !items.is_empty() && !call.is_on("no-headers") {
        text.push_str("NAME   READY   STATUS   RESTARTS   AGE\n");
    }
    for (_, item) in items {
        let name = item.pointer("/metadata/name").map(jsonpath::text);
        let rest = runner.symbol(Symbol::Part(
            "the rest of a line of kubectl's output".to_owned(),
        ));
        text.extend([
            name.unwrap_or_default(),
            "   ".to_owned(),
            rest,
            "\n".to_owned(),
        ]);
    }
    text
}

type Way = (State, Vec<(Thing, Json)>, bool);

fn get(
    runner: &mut Runner<'_>,
    call: &Call,
    thing: &Thing,
    cluster: ClusterId,
    is_caught: bool,
    way: Way,
    next: &mut Vec<Way>,
) -> Result<(), Halt> {
    let (state, documents, ok) = way;
    let wants_content = is_caught && call.flag("output").is_some_and(|output| output != "name");
    let (found, missing) = look(runner, call, thing, cluster, wants_content, state)?;
    if let Some(state) = found {
        let mut documents = documents.clone();
        documents.push((thing.clone(), document(runner, thing, cluster, &state)));
        next.push((state, documents, ok));
    }
    if let Some(state) = missing {
        next.push((state, documents, ok && call.is_on("ignore-not-found")));
    }
    Ok(())
}

/// The states in which there is such an object, and in which there is none.
fn look(
    runner: &mut Runner<'_>,
    call: &Call,
    thing: &Thing,
    cluster: ClusterId,
    wants_content: bool,
    state: State,
) -> Result<(Option<State>, Option<State>), Halt> {
    let operation = match thing {
        // Nobody but the script makes it or takes it away.
        Thing::Set => match state.known.sets[cluster] {
            Set::Known(..) => return Ok((Some(state), None)),
            Set::Absent => return Ok((None, Some(state))),
            Set::Unknown => None,
        },
        Thing::Claim(key) if wants_content && cluster == ClusterId::Source => Some((
            Operation::GetClaim(ordinal(*key), template(*key)),
            Memory::Claim(*key),
        )),
        Thing::Volume(key) if wants_content && cluster == ClusterId::Source => {
            // The driver of the model finds a volume by the claim it has read last.
            let follows = state.known.memory == Memory::Claim(*key);
            if !follows && !disks::are_kept(runner, *key, &state) {
                volumes::refuse(runner, *key);
            }
            let read = Operation::GetVolume(ordinal(*key), template(*key));
            follows.then_some((read, Memory::Volume(*key)))
        }
        Thing::Other(_) => {
            let command = runner.findings.command_at(&runner.span);
            let text = "this object is not modelled: it is assumed to exist";
            runner.findings.assume(runner.span.clone(), command, text);
            return Ok((Some(state), None));
        }
        Thing::Extra(kind, name) => {
            let Some(extra) = target::extra(runner, kind, name, cluster) else {
                return Ok((Some(state), None));
            };
            let (found, missing) = runner.emit(state, Operation::Extra(ExtraVerb::Get, extra))?;
            return Ok((Some(found), Some(missing)));
        }
        _ => None,
    };
    let object = thing.object(cluster);
    let (operation, memory) = match (operation, object) {
        (Some((operation, memory)), _) => (operation, Some(memory)),
        (None, Some(object)) if call.is_on("ignore-not-found") => {
            (Operation::Test(Condition::Exists(object)), None)
        }
        (None, Some(object)) => (Operation::Get(object), None),
        (None, None) => return Ok((Some(state), None)),
    };
    let is_kept = disks::exists(runner, thing, cluster);
    let (mut found, missing) = runner.emit(state, operation)?;
    if let Some(memory) = memory {
        found.known.memory = memory;
    }
    Ok((Some(found), (!is_kept).then_some(missing)))
}

/// What is printed of the objects that were found, as a list if there may be any number of them.
fn printed(
    runner: &mut Runner<'_>,
    call: &Call,
    documents: Vec<(Thing, Json)>,
    is_list: bool,
) -> String {
    let output = call.flag("output").unwrap_or("").to_owned();
    if documents.is_empty() && !is_list {
        return String::new();
    }
    if matches!(&*output, "" | "wide") {
        return table(runner, call, &documents);
    }
    let mut documents: Vec<Json> = documents
        .into_iter()
        .map(|(_, document)| document)
        .collect();
    if output == "name" {
        return documents.iter().map(name).collect();
    }
    let (format, template) = match output.split_once('=') {
        Some(parts) => parts,
        None => (&*output, call.flag("template").unwrap_or("")),
    };
    let printed = match format {
        "custom-columns" => columns::print(runner, call, template, &documents),
        "yaml" | "json" | "jsonpath" | "go-template" => {
            let whole = if documents.len() == 1 && !is_list {
                documents.remove(0)
            } else {
                json!({ "apiVersion": "v1", "kind": "List", "items": documents })
            };
            let mut unknown = |field: String| unknown(runner, field);
            match format {
                "jsonpath" => jsonpath::print(template, &whole, &mut unknown),
                "go-template" => columns::go_template(template, &whole, &mut unknown),
                _ => Ok(whole.to_string() + "\n"),
            }
        }
        _ => Err("this".to_owned()),
    };
    printed.unwrap_or_else(|what| {
        runner.not_modelled(
            format!("{what} of `-o {output}` is not modelled"),
            "use `-o yaml`, `-o json`, `-o name` or a path, `-o jsonpath='{.status.readyReplicas}'`",
        );
        String::new()
    })
}

/// `KIND.GROUP/NAME`.
fn name(document: &Json) -> String {
    let part = |pointer: &str| {
        let value = document.pointer(pointer);
        value.map(jsonpath::text).unwrap_or_default()
    };
    let version = part("/apiVersion");
    let group = version
        .split_once('/')
        .map(|(group, _)| format!(".{group}"));
    format!(
        "{}{}/{}\n",
        part("/kind").to_lowercase(),
        group.unwrap_or_default(),
        part("/metadata/name")
    )
}
