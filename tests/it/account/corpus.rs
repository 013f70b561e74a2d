//! Sets as popular charts and operators make them, with the objects beside them: each is accepted,
//! and nothing in it can change without a trace.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use straddle::internals::diagnostic::Source;
use straddle::internals::scenario::{Overrides, Scenario};
use straddle::internals::yaml::{self, DuplicateKeys};

const SCENARIO: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {manifest: set.yaml}
availability: {maxUnavailable: 1}
migration:
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
  - wait: {cluster: source, pod: k, until: gone}
  - copyVolume: {ordinal: k}
  - patch: {cluster: destination, start: k, replicas: N - k}
  - wait: {cluster: destination, pod: k, until: ready}
";

/// The files of the corpus, in order.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/account/corpus");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    files.sort();
    files
}

fn read(manifest: &str) -> Result<Scenario, String> {
    let files = |path: &Path| match path.to_str() {
        Some("set.yaml") => Ok(manifest.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, SCENARIO, &Overrides::default(), &files);
    scenario.map_err(|problems| {
        let said = problems.iter().map(|problem| {
            let help = problem.help.as_deref().unwrap_or("nothing to do");
            format!("{}: {} ({help})", problem.code, problem.message)
        });
        said.collect::<Vec<_>>().join("\n")
    })
}

/// The documents of a manifest.
fn documents(text: &str) -> Vec<Json> {
    let source = Source {
        path: PathBuf::from("set.yaml"),
        text: Arc::from(text),
    };
    let mut problems = Vec::new();
    let documents = yaml::parse(&source, DuplicateKeys::LastWins, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    documents.iter().map(yaml::Node::to_json).collect()
}

fn written(documents: &[Json]) -> String {
    let texts: Vec<String> = documents.iter().map(Json::to_string).collect();
    texts.join("\n---\n")
}

#[test]
fn every_set_is_accepted() {
    let files = files();
    assert!(files.len() >= 60, "only {} files", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        if let Err(problems) = read(&text) {
            panic!("{}:\n{problems}", file.display());
        }
    }
}

/// Who else may write each set of the corpus.
#[test]
fn others_who_write_are_known() {
    let mut found = String::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        let scenario = read(&text).unwrap_or_else(|problems| panic!("{problems}"));
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let called: Vec<&str> = scenario
            .writers
            .iter()
            .map(|writer| &*writer.called)
            .collect();
        if !called.is_empty() {
            found += &(name.to_string() + ": " + &called.join(", ") + "\n");
        }
    }
    assert_eq!(
        found,
        "airflow-worker: ScaledObject/flow-worker\n\
         alertmanager: Alertmanager/main\n\
         clickhouse-operator: ClickHouseInstallation/obs\n\
         kafka-operator: Kafka/events\n\
         kafka: HorizontalPodAutoscaler/kafka-controller\n\
         meilisearch: Manager/kustomize-controller\n\
         memcached: HorizontalPodAutoscaler/mc\n\
         milvus-etcd: Stack/milvus\n\
         minio-tenant: Tenant/store\n\
         mongodb: Application/mongo\n\
         nats-jetstream: Application/bus\n\
         nats: Kustomization/apps, ScaledObject/nats\n\
         prometheus: Prometheus/k8s\n\
         rabbitmq: RabbitmqCluster/bus\n\
         scylla: ScyllaCluster/wide\n\
         solr: SolrCloud/find\n\
         tempo: HorizontalPodAutoscaler/tempo-ingester\n\
         thanos-store: Application/thanos\n\
         tikv: TidbCluster/orders\n\
         victoria-metrics: HelmRelease/vm\n\
         weaviate: Downscaler/weaviate\n"
    );
}

/// All that a change of a manifest can show in: what is checked, what is assumed, who else writes,
/// what became of each field; or the mistakes.
fn trace(manifest: &str) -> String {
    match read(manifest) {
        Ok(scenario) => format!(
            "{:?} {:?} {:?} {:?}",
            scenario.setup, scenario.assumed, scenario.writers, scenario.account
        ),
        Err(problems) => problems,
    }
}

/// A place in a document: keys and numbers, outermost first.
type Place = Vec<Json>;

fn at<'d>(document: &'d mut Json, place: &[Json]) -> &'d mut Json {
    place.iter().fold(document, |value, step| match step {
        Json::String(key) => &mut value[&**key],
        step => &mut value[usize::try_from(step.as_u64().unwrap_or(0)).expect("a small number")],
    })
}

fn places(value: &Json, here: &mut Place, found: &mut Vec<Place>) {
    let below: Vec<(Json, &Json)> = match value {
        Json::Object(fields) => fields
            .iter()
            .map(|(key, value)| (json!(key), value))
            .collect(),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (json!(at), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        here.push(step);
        found.push(here.clone());
        places(value, here, found);
        here.pop();
    }
}

/// Another value of a scalar.
fn changed(value: &Json) -> Option<Json> {
    match value {
        Json::Bool(value) => Some(json!(!value)),
        Json::Number(number) => Some(json!(u8::from(number.as_i64() == Some(0)))),
        Json::String(text) => Some(json!(format!("{text}x"))),
        _ => None,
    }
}

/// What the account says of a place: its treatment and why. Of an object that is treated as a
/// whole, what is said of that.
fn treatment(scenario: &Scenario, document: &Json, place: &Place) -> String {
    // The objects of a list are accounted for as if each stood alone.
    let (object, place) = match (document.get("items"), &place[..]) {
        (Some(items), [Json::String(first), number, rest @ ..]) if first == "items" => {
            let number = number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok());
            (
                number
                    .and_then(|number| items.get(number))
                    .unwrap_or(document),
                rest,
            )
        }
        _ => (document, &place[..]),
    };
    let kind = object["kind"].as_str().unwrap_or_default();
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let called = format!("{kind}/{name}");
    let mut path = String::new();
    for step in place {
        match step {
            Json::String(key) if key.contains(['.', '/', '[']) => {
                path.extend(["[", key.as_str(), "]"]);
            }
            Json::String(key) if path.is_empty() => path += key,
            Json::String(key) => path.extend([".", key.as_str()]),
            step => path.extend(["[", step.to_string().as_str(), "]"]),
        }
    }
    let mut objects = scenario.account.iter().map(|(_, object)| object);
    let fields = objects
        .find(|object| object.called == called)
        .map(|object| &object.fields[..]);
    let mut fields = fields.unwrap_or_default().iter();
    let field = fields.find(|field| field.path.is_empty() || field.path == path);
    field.map_or_else(String::new, |field| {
        format!("{}: {}", field.treatment, field.reason)
    })
}

/// Whether a table says why nothing depends on a value: it makes no difference, or it is assumed
/// to be as the model has it, whatever it is.
fn is_excused(treatment: &str) -> bool {
    let is_named = || BY_NAME.iter().any(|why| treatment.ends_with(why));
    treatment.starts_with("irrelevant: ") || treatment.starts_with("assumed: ") || is_named()
}

/// Names are modelled, and matter where another object of the file or a script has them: here the
/// steps name none, and not every set of the corpus has the object that does.
const BY_NAME: &[&str] = &[
    "the names of the claims",
    "where the object is",
    "what scripts and disruption budgets select by",
    "the Pods that scripts select; it has to fit the template",
    "the class of claims that name none",
    "the uid of the claim, if the manifest has the claim; what says otherwise is listed",
    "the reclaim policy of the class, if the manifest has the class",
];

/// One in so many mutations is tried for every change: about as many as twelve files have.
const SAMPLED: u64 = 6;

#[test]
fn nothing_is_removed_changed_or_added_without_a_trace() {
    let tried = try_mutations(SAMPLED);
    assert!(tried > 3_000, "only {tried} were tried");
}

#[test]
#[ignore = "all mutations of all files take minutes"]
fn nothing_at_all_is_removed_changed_or_added_without_a_trace() {
    let tried = try_mutations(1);
    assert!(tried > 18_000, "only {tried} were tried");
}

/// Tries one in so many mutations, the same ones each time, and says how many that were.
fn try_mutations(one_in: u64) -> usize {
    let mut silent = Vec::new();
    let (mut seen, mut tried) = (0_u64, 0);
    for file in files() {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let documents = documents(&text);
        let before = written(&documents);
        let scenario = read(&before).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        let before = trace(&before);
        for number in 0..documents.len() {
            let mut found = vec![Vec::new()];
            places(&documents[number], &mut Vec::new(), &mut found);
            for place in found {
                for (what, mutant) in mutants(&documents, number, &place) {
                    seen += 1;
                    if !is_sampled(seen, one_in) {
                        continue;
                    }
                    tried += 1;
                    if trace(&written(&mutant)) != before {
                        continue;
                    }
                    let said = treatment(&scenario, &documents[number], &place);
                    if !is_excused(&said) {
                        let place: Vec<String> = place.iter().map(Json::to_string).collect();
                        let place = place.join(".");
                        silent.push(format!("{name} {number} {what} {place}: {said}"));
                    }
                }
            }
        }
    }
    let count = silent.len();
    assert!(
        silent.is_empty(),
        "{count} of {tried}:\n{}",
        silent.join("\n")
    );
    tried
}

/// Whether a mutation is among those of the sample, by its number: the multiplier mixes its bits.
const fn is_sampled(number: u64, one_in: u64) -> bool {
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32).is_multiple_of(one_in)
}

/// The documents without a field, with another value there, with an unknown field in it.
fn mutants(documents: &[Json], number: usize, place: &Place) -> Vec<(&'static str, Vec<Json>)> {
    let mut mutants = Vec::new();
    let mut add = |what, change: &dyn Fn(&mut Json)| {
        let mut documents = documents.to_vec();
        change(&mut documents[number]);
        mutants.push((what, documents));
    };
    let value = at(&mut documents[number].clone(), place).clone();
    if let Some((last, parent)) = place.split_last() {
        add("removed", &|document| match (at(document, parent), last) {
            (Json::Object(fields), Json::String(key)) => {
                fields.shift_remove(key);
            }
            (Json::Array(items), step) => {
                let step = step.as_u64().and_then(|step| usize::try_from(step).ok());
                items.remove(step.expect("a place in the list"));
            }
            _ => unreachable!("what has something in it is a map or a list"),
        });
    }
    if let Some(other) = changed(&value) {
        add("changed", &|document| *at(document, place) = other.clone());
    }
    if value.is_object() {
        add("unknown in", &|document| {
            at(document, place)["surelyUnknown"] = json!(1);
        });
    }
    mutants
}
