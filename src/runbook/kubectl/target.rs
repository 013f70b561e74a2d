//! Which cluster a call talks to, and which objects it names.

use std::fmt::Write;

use super::arguments::Call;
use crate::diagnostic::did_you_mean;
use crate::runbook::session::{Runner, State};
use crate::runbook::values::{ClaimKey, Value, template};
use crate::world::id::ClusterId;
use crate::world::program::{Expression, ExtraRef, ObjectKind, ObjectRef};

/// An object that a call names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Thing {
    /// The StatefulSet.
    Set,
    /// The Pod of an ordinal.
    Pod(u8),
    /// A claim of an ordinal.
    Claim(ClaimKey),
    /// The volume of such a claim.
    Volume(ClaimKey),
    /// A Secret, ConfigMap or namespace.
    Extra(&'static str, String),
    /// An object that no property depends on.
    Other(String),
}

impl Thing {
    /// The object for the program, if it has one.
    #[must_use]
    pub fn object(&self, cluster: ClusterId) -> Option<ObjectRef> {
        let object = |kind, ordinal: u8| {
            Some(ObjectRef {
                kind,
                cluster,
                ordinal: Expression::number(i16::from(ordinal)),
            })
        };
        match *self {
            Self::Set => object(ObjectKind::StatefulSet, 0),
            Self::Pod(ordinal) => object(ObjectKind::Pod, ordinal),
            Self::Claim(key) => object(ObjectKind::Claim(template(key)), key.1),
            Self::Volume(key) => object(ObjectKind::Volume(template(key)), key.1),
            Self::Extra(..) | Self::Other(_) => None,
        }
    }
}

/// Kinds and the names that kubectl has for them.
const KINDS: [(&str, &[&str]); 7] = [
    (
        "statefulset",
        &[
            "sts",
            "statefulset",
            "statefulsets",
            "statefulset.apps",
            "statefulsets.apps",
        ],
    ),
    ("pod", &["po", "pod", "pods"]),
    (
        "persistentvolumeclaim",
        &["pvc", "persistentvolumeclaim", "persistentvolumeclaims"],
    ),
    (
        "persistentvolume",
        &["pv", "persistentvolume", "persistentvolumes"],
    ),
    ("secret", &["secret", "secrets"]),
    ("configmap", &["cm", "configmap", "configmaps"]),
    ("namespace", &["ns", "namespace", "namespaces"]),
];

/// The kind that a word means.
#[must_use]
pub fn kind_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    KINDS
        .iter()
        .find(|(_, names)| names.contains(&word.as_str()))
        .map(|&(kind, _)| kind)
}

/// The side that a call talks to; what is not known is noted.
pub fn cluster(runner: &mut Runner<'_>, call: &Call, state: &State) -> Option<ClusterId> {
    let (shell, known) = (&state.shell, &state.known);
    if let Some(flag) = ["cluster", "server"]
        .into_iter()
        .find(|flag| call.flag(flag).is_some())
    {
        let what = format!("`kubectl --{flag}` is not modelled: it may be another cluster's");
        runner.not_modelled(
            what,
            "name the cluster by `--context` or `--kubeconfig` alone",
        );
        return None;
    }
    let named = call
        .flag("context")
        .map(|name| ("context", name.to_owned()))
        .or_else(|| {
            call.flag("kubeconfig")
                .map(|name| ("kubeconfig", name.to_owned()))
        })
        .or_else(|| {
            known
                .context
                .as_ref()
                .map(|name| ("context", name.to_string()))
        })
        .or_else(|| {
            shell
                .exported("KUBECONFIG")
                .map(|name| ("kubeconfig", name.to_string()))
        });
    let named_side = named
        .as_ref()
        .and_then(|(_, name)| runner.session.markers.side_of(name));
    let side = named_side.or_else(|| runner.session.markers.at(&runner.own_span));
    if side.is_none() {
        unknown_side(runner, named);
    }
    if let Some(side) = side {
        check_namespace(runner, call, state, side);
        note_spelling(runner, call, state, side);
    }
    side
}

/// Notes that nothing says which side a call talks to: of a context or a file, once.
fn unknown_side(runner: &mut Runner<'_>, named: Option<(&str, String)>) {
    let (what, help) = match named {
        Some((kind, name)) => {
            if !runner
                .session
                .unknown_names
                .insert(format!("{kind} {name}"))
            {
                return;
            }
            (
                format!("{kind} `{name}` is not mapped to source or destination"),
                format!(
                    "map it at the top of the script: `# straddle: {kind}={name} cluster=source`, or `cluster=destination`"
                ),
            )
        }
        None => (
            "this command does not say which cluster it talks to".to_owned(),
            "add `--context source`, or write `# straddle: cluster=source` after it or above it"
                .to_owned(),
        ),
    };
    runner.mistake("runbook::unknown-cluster", what, help);
}

/// A call in another namespace is about other objects.
fn check_namespace(runner: &mut Runner<'_>, call: &Call, state: &State, side: ClusterId) {
    let given = call.flag("namespace").or(state.known.namespace.as_deref());
    let Some(given) = given.map(str::to_owned) else {
        return;
    };
    let known = runner
        .session
        .namespace
        .get_or_insert_with(|| given.clone());
    let known = known.clone();
    if given != known
        && runner
            .session
            .unknown_names
            .insert(format!("namespace {given}"))
    {
        let what = format!(
            "this command uses namespace `{given}`, but the set in {} is in `{known}`",
            side.name()
        );
        let help = "a Pod's identity is its name and namespace: use the same on both sides, or its \
                    peers cannot find it";
        runner.mistake("runbook::other-namespace", what, help);
    }
}

/// Remembers how the script speaks to a side, for waits that are to be added.
fn note_spelling(runner: &mut Runner<'_>, call: &Call, state: &State, side: ClusterId) {
    let mut words = String::from("kubectl");
    for flag in ["kubeconfig", "context", "namespace"] {
        if let Some(value) = call
            .flag(flag)
            .filter(|value| !value.contains(char::is_whitespace))
        {
            let _ = write!(words, " --{flag} {value}");
        }
    }
    let says_side = call.flag("context").is_some()
        || call.flag("kubeconfig").is_some()
        || state.known.context.is_some()
        || state.shell.exported("KUBECONFIG").is_some();
    let marker = if says_side {
        String::new()
    } else {
        format!(" # straddle: cluster={}", side.name())
    };
    if call.flag("context").is_none() && call.flag("kubeconfig").is_none() {
        if let Some(context) = &state.known.context {
            let _ = write!(words, " --context {context}");
        } else if let Some(file) = state.shell.exported("KUBECONFIG") {
            let _ = write!(words, " --kubeconfig {file}");
        }
    }
    runner.session.spellings[side] = Some((words, marker));
}

/// The objects that the words after the verb name; what is not known is noted. `None` if the
/// words name a whole kind.
pub fn things(runner: &mut Runner<'_>, words: &[String], cluster: ClusterId) -> Option<Vec<Thing>> {
    let mut named: Vec<(String, String)> = Vec::new();
    if words.iter().any(|word| word.contains('/')) {
        for word in words {
            if let Some((kind, name)) = word.split_once('/') {
                named.push((kind.to_owned(), name.to_owned()));
            } else {
                runner.mistake(
                    "runbook::usage",
                    format!("`{word}` is not of the form KIND/NAME"),
                    "kubectl accepts either `KIND NAME …` or `KIND/NAME …`",
                );
                return Some(Vec::new());
            }
        }
    } else {
        let (kind, names) = words.split_first()?;
        if names.is_empty() {
            return None;
        }
        // `sts,svc web` names an object of each kind.
        for kind in kind.split(',') {
            named.extend(names.iter().map(|name| (kind.to_owned(), name.clone())));
        }
    }
    Some(
        named
            .iter()
            .filter_map(|(kind, name)| thing(runner, kind, name, cluster))
            .collect(),
    )
}

/// The object of a kind and a name.
pub fn thing(runner: &mut Runner<'_>, kind: &str, name: &str, cluster: ClusterId) -> Option<Thing> {
    let side = &runner.session.surroundings.sides[cluster];
    match kind_of(kind) {
        Some("statefulset") if name == side.name => Some(Thing::Set),
        Some("statefulset") => {
            let known = [side.name.as_str()];
            let near = did_you_mean(name, &known);
            let help = format!(
                "{} `{}`",
                if near.is_some() {
                    "did you mean"
                } else {
                    "the set is called"
                },
                side.name
            );
            let what = format!("there is no StatefulSet `{name}` in {}", cluster.name());
            runner.mistake("runbook::unknown-object", what, help);
            None
        }
        Some("pod") => match side.pod(name) {
            Some(ordinal) => Some(Thing::Pod(ordinal)),
            None => unknown(
                runner,
                "Pod",
                name,
                cluster,
                &format!("its Pods are called `{}-0`, …", side.name),
            ),
        },
        Some("persistentvolumeclaim") => match side.claim(name) {
            Some(key) => Some(Thing::Claim(key)),
            None if side.templates.is_empty() => unknown(
                runner,
                "PersistentVolumeClaim",
                name,
                cluster,
                "the set has no claim templates",
            ),
            None => unknown(
                runner,
                "PersistentVolumeClaim",
                name,
                cluster,
                &format!("its claims are called `{}`, …", side.claim_name(0)),
            ),
        },
        Some("persistentvolume") => match runner.symbols.value(name) {
            Some(&Value::VolumeName(_, key)) => Some(Thing::Volume(key)),
            _ => unknown(
                runner,
                "PersistentVolume",
                name,
                cluster,
                "take its name from the claim's `.spec.volumeName`",
            ),
        },
        Some(kind) => Some(Thing::Extra(kind, name.to_owned())),
        None => Some(Thing::Other(format!("{kind} {name}"))),
    }
}

fn unknown(
    runner: &mut Runner<'_>,
    kind: &str,
    name: &str,
    cluster: ClusterId,
    help: &str,
) -> Option<Thing> {
    let what = format!("`{name}` is not a {kind} of the set in {}", cluster.name());
    runner.mistake("runbook::unknown-object", what, help);
    None
}

/// A Secret or ConfigMap for the program.
pub fn extra(
    runner: &mut Runner<'_>,
    kind: &str,
    name: &str,
    cluster: ClusterId,
) -> Option<ExtraRef> {
    let extra = runner.session.surroundings.extra(kind, name);
    let known = runner
        .session
        .extras
        .iter()
        .position(|other| other.name == extra.name);
    let number = match known {
        Some(number) => number,
        None if runner.session.extras.len() < crate::world::setup::MAX_EXTRAS => {
            runner.session.extras.push(extra);
            runner.session.extras.len() - 1
        }
        None => {
            runner.not_modelled(
                "this many Secrets and ConfigMaps are not modelled",
                "remove those that no Pod needs",
            );
            return None;
        }
    };
    Some(ExtraRef {
        cluster,
        number: u8::try_from(number).ok()?,
    })
}
