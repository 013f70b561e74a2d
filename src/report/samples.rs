//! Reports made by hand, for tests.

use super::{
    AlsoBroken, Counterexample, Disk, Headline, Help, Lanes, Layer, PropertyResult, Reason, Report,
    ReportedError, ScenarioResult, Search, Snippet, Step, Stop, Verdict,
};
use crate::engine::{Bounds, StopReason, StoreKind};
use crate::vocabulary::{
    Actor, Assumption, Component, Engine, Expected, Location, PropertyKind, Side, Weight,
};

const PATH: &str = "models/blog-redis-cluster/scenario.yaml";

/// The report of a run.
pub(crate) fn report(results: Vec<ScenarioResult>, errors: Vec<ReportedError>) -> Report {
    Report {
        version: "0.1.0".to_owned(),
        exit_code: 0,
        unreadable: errors.len(),
        results,
        errors,
    }
}

/// Three properties violated in one story, as expected.
pub(crate) fn violated() -> ScenarioResult {
    let mut merged = property("at-most-one-pod", Verdict::Violated);
    merged.counterexample = Some(Counterexample {
        merged_into: Some("at-most-one-running".to_owned()),
        steps: story().steps[..8].to_vec(),
        ..story()
    });
    let mut told = property("at-most-one-running", Verdict::Violated);
    told.counterexample = Some(story());
    let mut writer = property("single-writer", Verdict::Violated);
    writer.counterexample = Some(Counterexample {
        merged_into: Some("at-most-one-running".to_owned()),
        ..story()
    });
    let mut available = property("available", Verdict::NotApplicable);
    available.expected = Verdict::Holds.into();
    available.reason = Some(Reason::DoesNotApply(
        "the scenario has no `availability:` rule",
    ));
    let properties = vec![
        merged,
        told,
        writer,
        property("right-disk", Verdict::Holds),
        property("disjoint-slices", Verdict::Holds),
        available,
    ];
    let mut result = scenario("blog-redis-cluster", properties);
    result.assumed = vec![
        assumption(
            "storage.backend",
            "permissive",
            "both clusters can attach a disk at once",
        ),
        assumption(
            "faults",
            "none",
            "only what the components do by themselves; `--faults 2` adds any two of the ordinary kinds of fault",
        ),
    ];
    result
}

/// The same counterexample, not expected.
pub(crate) fn unexpected() -> ScenarioResult {
    let mut result = violated();
    for property in &mut result.properties {
        property.expected = Verdict::Holds.into();
        property.as_expected = property.verdict != Verdict::Violated;
    }
    result.as_expected = false;
    result
}

/// Everything holds under a budget of faults, one kind of which never struck.
pub(crate) fn holds() -> ScenarioResult {
    let names = ["at-most-one-pod", "at-most-one-running", "no-data-loss"];
    let mut properties: Vec<_> = names.map(|name| property(name, Verdict::Holds)).into();
    for property in &mut properties {
        property.layers = layers(&[Verdict::Holds; 2]);
    }
    let mut result = scenario("gated", properties);
    result.headline.kubernetes_assumed = false;
    result.headline.faults = "at most 1 fault of eviction, driverCrash".to_owned();
    result.never_fired = vec!["driverCrash".to_owned()];
    result
}

/// A bound was reached.
pub(crate) fn inconclusive() -> ScenarioResult {
    let mut properties = vec![
        property("at-most-one-pod", Verdict::Inconclusive),
        property("right-disk", Verdict::Inconclusive),
        property("disjoint-slices", Verdict::Violated),
    ];
    properties[2].counterexample = Some(Counterexample {
        ordinal: None,
        also_broken: Vec::new(),
        help: None,
        place: None,
        why: String::new(),
        story: "Both sets own ordinal 1.".to_owned(),
        steps: story().steps[..1].to_vec(),
        ..story()
    });
    properties[2].layers = layers(&[Verdict::Holds, Verdict::Violated]);
    for property in &mut properties[..2] {
        property.expected = Verdict::Holds.into();
        property.reason = Some(Reason::Stopped(StopReason::States));
        property.layers = layers(&[Verdict::Holds]);
    }
    let mut result = scenario("large", properties);
    result.search.complete = false;
    result.search.stopped = Some(Stop::Reached(StopReason::States));
    result.search.bounds.states = Some(1000);
    result
}

/// A file that could not be read.
pub(crate) fn unreadable() -> ReportedError {
    ReportedError {
        code: "scenario::unknown-field".to_owned(),
        message: "there is no field `replicsa` in a side".to_owned(),
        at: Some(location(4, 3)),
        help: Some("did you mean `replicas`?".to_owned()),
    }
}

fn scenario(name: &str, properties: Vec<PropertyResult>) -> ScenarioResult {
    ScenarioResult {
        scenario: name.to_owned(),
        path: format!("models/{name}/scenario.yaml").into(),
        model_hash: "00112233445566778899aabbccddeeff".to_owned(),
        headline: Headline {
            replicas: 6,
            policy: "Parallel".to_owned(),
            kubernetes: "1.31".to_owned(),
            kubernetes_assumed: true,
            faults: "no faults".to_owned(),
        },
        verdict: Verdict::worst(properties.iter().map(|property| property.verdict)),
        as_expected: properties.iter().all(|property| property.as_expected),
        assumed: Vec::new(),
        writers: Vec::new(),
        account: Vec::new(),
        properties,
        smaller: Vec::new(),
        never_fired: Vec::new(),
        vacuous: Vec::new(),
        dead_ends: None,
        notes: Vec::new(),
        every_n: None,
        search: search(),
    }
}

fn search() -> Search {
    Search {
        engine: Engine::Exhaustive,
        store: StoreKind::Exact,
        expected_missed: 0.0,
        symmetry: false,
        complete: true,
        stopped: None,
        bounds: Bounds::default(),
        unique_states: 123_456,
        transitions: 654_321,
        depth: 34,
        seconds: 0.75,
        peak_bytes: 8 << 20,
    }
}

fn assumption(field: &str, value: &str, text: &str) -> Assumption {
    Assumption {
        weight: Weight::Detail,
        field: field.to_owned(),
        value: value.to_owned(),
        text: text.to_owned(),
    }
}

fn property(name: &str, verdict: Verdict) -> PropertyResult {
    PropertyResult {
        name: name.to_owned(),
        kind: PropertyKind::Always,
        verdict,
        expected: Expected::from(verdict),
        as_expected: verdict != Verdict::Inconclusive,
        reason: None,
        layers: layers(&[verdict]),
        counterexample: None,
    }
}

fn layers(verdicts: &[Verdict]) -> Vec<Layer> {
    let layer = |(faults, verdict): (u32, &Verdict)| Layer {
        faults,
        verdict: *verdict,
    };
    (0..).zip(verdicts).map(layer).collect()
}

fn location(line: usize, column: usize) -> Location {
    let file = PATH.into();
    Location { file, line, column }
}

fn lanes(text: &str) -> Lanes {
    let mut parts = text.split_whitespace().map(str::to_owned);
    Lanes {
        source: parts.next().unwrap_or_default(),
        destination: parts.next().unwrap_or_default(),
        disks: vec![Disk {
            template: String::new(),
            text: parts.collect::<Vec<_>>().join(" "),
        }],
    }
}

/// A step of the driver, from a line of the scenario.
fn driver(number: usize, line: usize, text: &str, picture: &str) -> Step {
    Step {
        number,
        actor: Actor::Driver,
        side: None,
        ordinal: Some(5),
        action: "patch",
        text: text.to_owned(),
        at: Some(location(line, 5)),
        index: 0,
        lanes: lanes(picture),
    }
}

/// A step of a component of one side: `source kubelet`.
pub(super) fn component(number: usize, who: &'static str, text: &str, picture: &str) -> Step {
    let (side, name) = who.split_once(' ').expect("a side and a component");
    let side = Side::BOTH.into_iter().find(|one| one.name() == side);
    let short_name = match name {
        "persistent-volume-controller" => "pv controller",
        other => other.strip_suffix("-controller").unwrap_or(other),
    };
    Step {
        actor: Actor::Component(Component { name, short_name }),
        side: Some(side.expect("a side")),
        action: "step",
        at: None,
        ..driver(number, 0, text, picture)
    }
}

/// A fault on one side.
pub(super) fn fault(number: usize, action: &'static str, text: &str, picture: &str) -> Step {
    Step {
        actor: Actor::Fault,
        side: Some(Side::Source),
        action,
        at: None,
        ..driver(number, 0, text, picture)
    }
}

/// An ordinal runs on both sides.
pub(super) fn story() -> Counterexample {
    Counterexample {
        ordinal: Some(5),
        scope: None,
        replicas: 6,
        faults: 0,
        shortest: true,
        asked: None,
        merged_into: None,
        also_broken: vec![
            AlsoBroken {
                name: "at-most-one-pod".to_owned(),
                step: 8,
            },
            AlsoBroken {
                name: "single-writer".to_owned(),
                step: 11,
            },
        ],
        loop_start: None,
        fairness: Vec::new(),
        story: "redis-redis-cluster-5 was still running in source when destination started it, on \
                the same disk."
            .to_owned(),
        why: "Step 1 only stores `replicas: 5`; the source controller has not acted on it yet. \
              Nothing between step 1 and step 6 waits until Pod 5 is gone from source."
            .to_owned(),
        place: Some(Snippet {
            at: location(10, 5),
            line: "  - patch: {cluster: destination, start: k, replicas: N - k}".to_owned(),
            length: 5,
            note: "this step made the last one possible".to_owned(),
        }),
        help: Some(Help {
            text: "before line 10\n- wait: {cluster: source, pod: k, until: gone}".to_owned(),
            checked: true,
        }),
        initial: lanes("###### ...... S"),
        steps: steps(),
    }
}

fn steps() -> Vec<Step> {
    let set = "destination statefulset-controller";
    let volumes = "destination persistent-volume-controller";
    vec![
        driver(1, 8, "patch source replicas 5", "###### ...... S"),
        driver(2, 9, "get claim 5 in source", "###### ...... S"),
        driver(3, 9, "get volume 5 in source", "###### ...... S"),
        driver(4, 9, "create volume 5 in destination", "###### ...... S"),
        driver(5, 9, "create claim 5 in destination", "###### ...... S"),
        driver(
            6,
            10,
            "patch destination start 5, replicas 1",
            "###### ...... S",
        ),
        component(7, set, "sees {5} empty, plans create 5", "###### ...... S"),
        component(8, set, "create Pod 5", "###### .....+ S"),
        component(9, volumes, "bind claim 5", "###### .....+ S"),
        component(
            10,
            "destination storage",
            "attach disk 5",
            "###### .....+ S d",
        ),
        component(
            11,
            "destination kubelet",
            "start containers of Pod 5",
            "###### .....o S D",
        ),
    ]
}
