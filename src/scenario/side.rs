//! The two sides: manifests, inline fields over them, and Kubernetes' defaults below both.

mod base;
mod draft;

use super::file::SideFile;
use super::lowering::Lowering;
use super::types::{ManifestFacts, Side};
use crate::diagnostic::Diagnostic;
use crate::vocabulary::Weight;
use crate::world::id::Slice;
use crate::world::volume::MAX_TEMPLATES;
use base::{Number, base};
use draft::overridden;

/// The only minor version of Kubernetes that is modelled.
pub const KUBERNETES: &str = "1.31";

/// The source's side. `None` if it is too broken to go on with.
pub fn lower_source(lowering: &mut Lowering<'_>, file: &SideFile) -> Option<Side> {
    let found = lowering.reader.problems.len();
    check_fields(lowering, file);
    if let Some(absent) = file.absent.as_ref().filter(|absent| absent.value) {
        lowering.reader.report(
            Diagnostic::new("scenario::source-absent", "the source has to have a set")
                .at(absent.span.clone(), "")
                .help("a migration starts with the set in source; remove `absent`"),
        );
    }
    let base = base(lowering, "source", file)?;
    let side = overridden(lowering, "source", file, base.as_ref(), None);
    let (start, replicas) = (side.start.clone(), side.replicas.clone());
    check_source_numbers(lowering, &start, &replicas);
    let side = side.finish(lowering, file, false);
    if let Some(side) = &side {
        check_number_of_templates(lowering, file, side);
    }
    side.filter(|_| lowering.reader.problems.len() == found)
}

/// The destination's side; without a `destination:`, the source's set with no replicas.
pub fn lower_destination(
    lowering: &mut Lowering<'_>,
    file: Option<&SideFile>,
    source: &Side,
) -> Option<Side> {
    let Some(file) = file else {
        let text = "as in source, with `replicas: 0`";
        lowering.assume("destination", "the source's set", text);
        // The set is there, but nothing else is.
        let manifest = ManifestFacts {
            others: Vec::new(),
            ..source.manifest.clone()
        };
        return Some(Side {
            initial: Some(Slice::EMPTY),
            has_version: false,
            manifest,
            ..source.clone()
        });
    };
    check_fields(lowering, file);
    let absent = file.absent.as_ref().is_some_and(|absent| absent.value);
    if absent {
        check_absent(lowering, file);
    }
    let base = base(lowering, "destination", file)?;
    let side = overridden(lowering, "destination", file, base.as_ref(), Some(source));
    let side = side.finish(lowering, file, absent)?;
    compare(lowering, file, source, &side);
    if let Some(slice) = side.initial.filter(|slice| *slice != Slice::EMPTY) {
        lowering.fix_at(file.head.start);
        let value = format!("{} from {}", slice.replicas(), slice.start);
        let text = "it starts with no Pods and no claims, and its controller makes them at once: \
                    a set that runs there already is not modelled";
        lowering.assume_of(Weight::Verdict, "destination.replicas", &value, text);
    }
    Some(side)
}

/// What must be right whatever else the side has.
fn check_fields(lowering: &mut Lowering<'_>, file: &SideFile) {
    if let (Some(set), None) = (&file.stateful_set, &file.manifest) {
        lowering.reader.report(
            Diagnostic::new(
                "scenario::no-manifest",
                "there is no `manifest:` to choose a set from",
            )
            .at(set.span.clone(), "")
            .help("`name:` is the field for the set's name"),
        );
    }
    if let Some(version) = file.kubernetes.as_ref().filter(|v| v.value != KUBERNETES) {
        let message = format!(
            "only Kubernetes {KUBERNETES} is modelled so far, not {}",
            version.value
        );
        lowering.reader.report(
            Diagnostic::new("scenario::not-supported", message)
                .at(version.span.clone(), "")
                .help(format!(
                    "write `kubernetes: \"{KUBERNETES}\"`, or remove it"
                )),
        );
    }
}

/// Each template multiplies what an ordinal's claims may be, so there is an end.
fn check_number_of_templates(lowering: &mut Lowering<'_>, file: &SideFile, side: &Side) {
    let count = side.templates.len();
    if count <= MAX_TEMPLATES {
        return;
    }
    let message = format!("the set has {count} claim templates");
    let help = format!(
        "at most {MAX_TEMPLATES} are modelled: with each there are twice as many states where \
         ordinals move one by one, and more than ten times as many where all move at once; check \
         them in groups, each in a scenario whose set has those templates alone"
    );
    lowering.reader.report(
        Diagnostic::new("scenario::too-many-templates", message)
            .at(file.head.clone(), side.templates.join(", "))
            .help(help),
    );
}

fn check_absent(lowering: &mut Lowering<'_>, file: &SideFile) {
    for number in [&file.start, &file.replicas].into_iter().flatten() {
        lowering.reader.report(
            Diagnostic::new(
                "scenario::absent-with-set",
                "an absent set has no ordinals at the start",
            )
            .at(number.span.clone(), "")
            .help("give `start` and `replicas` to the `createSet` step, or remove `absent`"),
        );
    }
}

fn check_source_numbers(lowering: &mut Lowering<'_>, start: &Number, replicas: &Number) {
    if start.value > 0 {
        let message = format!("the source's set starts at {}, not at 0", start.value);
        let problem = Diagnostic::new("scenario::source-start", message)
            .help("a migration starts with ordinals 0 to N-1 in source; set `start: 0` there");
        start.blame(lowering, problem);
    }
    if replicas.value == 0 {
        let problem = Diagnostic::new("scenario::no-replicas", "the source's set has no replicas")
            .help("give the number of replicas before the migration, such as `replicas: 3`");
        replicas.blame(lowering, problem);
    }
}

/// What the two sides must have in common, and what is only taken to be.
fn compare(lowering: &mut Lowering<'_>, file: &SideFile, source: &Side, destination: &Side) {
    if source.templates.is_empty() != destination.templates.is_empty() {
        let message = if source.templates.is_empty() {
            "the destination's set has claim templates, the source's has none"
        } else {
            "the source's set has claim templates, the destination's has none"
        };
        lowering.reader.report(
            Diagnostic::new("scenario::sides-differ", message)
                .at(file.head.clone(), "")
                .help("give both sides the same `volumeClaimTemplates`"),
        );
    }
    check_identity(lowering, file, source, destination);
}

/// A Pod is known to its peers by its name and namespace, and its disk by the name of its claim.
fn check_identity(lowering: &mut Lowering<'_>, file: &SideFile, source: &Side, destination: &Side) {
    let differ = |what, here: &Option<String>, there: &Option<String>| match (here, there) {
        (Some(here), Some(there)) if here != there => Some((what, here.clone(), there.clone())),
        _ => None,
    };
    let namespace = |side: &Side| side.manifest.namespace.clone();
    let templates = |side: &Side| {
        let has_some = !side.templates.is_empty();
        has_some.then(|| side.templates.join(", "))
    };
    let differences = [
        differ("names", &source.name, &destination.name),
        differ("namespaces", &namespace(source), &namespace(destination)),
        differ(
            "claim templates",
            &templates(source),
            &templates(destination),
        ),
    ];
    let Some((what, here, there)) = differences.into_iter().flatten().next() else {
        return;
    };
    let message =
        format!("the two sets have different {what}: `{here}` in source, `{there}` in destination");
    lowering.reader.report(
        Diagnostic::new("scenario::other-identity", message)
            .at(file.head.clone(), "the destination has another")
            .help(
                "an ordinal is known by the set's name and namespace, and finds its disk by the \
                 template's name: give both sides the same",
            ),
    );
}
