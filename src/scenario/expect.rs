//! Which properties are checked, and what is expected of them.

use super::catalogue;
use super::file::{ExpectFile, ExpectedFile, PropertyName, ScenarioFile};
use super::lowering::Lowering;
use super::reader::{Spanned, unknown_word};
use super::types::Overrides;
use crate::diagnostic::Diagnostic;
use crate::vocabulary::{Expected, Verdict};

/// What a scenario says of a property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// The property.
    pub property: &'static str,
    /// What is expected of it.
    pub expected: Expected,
}

/// The properties to check, in the order of the catalogue.
pub fn properties(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    overrides: &Overrides,
) -> Vec<&'static str> {
    let of_file = file.properties.as_deref().unwrap_or_default();
    for (place, name) in of_file.iter().enumerate() {
        if of_file[..place]
            .iter()
            .any(|other| other.value == name.value)
        {
            report_repeated(lowering, name);
        }
    }
    let wanted: Vec<&str> = if overrides.properties.is_empty() {
        of_file.iter().map(|name| name.value.0).collect()
    } else {
        report_unknown(lowering, &overrides.properties);
        overrides.properties.iter().map(|name| &**name).collect()
    };
    let all = catalogue::property_names().iter().copied();
    all.filter(|name| wanted.is_empty() || wanted.contains(name))
        .collect()
}

fn report_repeated(lowering: &mut Lowering<'_>, name: &Spanned<PropertyName>) {
    lowering.reader.report(
        Diagnostic::new(
            "scenario::repeated",
            format!("`{}` is listed twice", name.value.0),
        )
        .at(name.span.clone(), "again here")
        .help("name each property once"),
    );
}

fn report_unknown(lowering: &mut Lowering<'_>, names: &[String]) {
    for name in names {
        if catalogue::property(name).is_none() {
            lowering.reader.problems.push(unknown_word(
                name,
                "property",
                "scenario::unknown-property",
                catalogue::property_names(),
                catalogue::UNSUPPORTED_PROPERTIES,
            ));
        }
    }
}

/// What is expected, in the order of the catalogue.
pub fn expectations(lowering: &mut Lowering<'_>, file: &ScenarioFile) -> Vec<Expectation> {
    let Some(ExpectFile(expected)) = &file.expect else {
        return Vec::new();
    };
    let mut expectations = Vec::new();
    for (property, expected) in expected {
        check_is_checked(lowering, file, property);
        expectations.push(expectation(lowering, property.value.0, expected));
    }
    let names = catalogue::property_names();
    expectations
        .sort_by_key(|expectation| names.iter().position(|&name| name == expectation.property));
    expectations
}

fn check_is_checked(
    lowering: &mut Lowering<'_>,
    file: &ScenarioFile,
    property: &Spanned<PropertyName>,
) {
    let Some(properties) = &file.properties else {
        return;
    };
    if properties.iter().all(|name| name.value != property.value) {
        let message = format!("`{}` is expected, but not checked", property.value.0);
        lowering.reader.report(
            Diagnostic::new("scenario::not-checked", message)
                .at(property.span.clone(), "")
                .help("add it to `properties`, or remove it here"),
        );
    }
}

fn expectation(
    lowering: &mut Lowering<'_>,
    property: &'static str,
    file: &ExpectedFile,
) -> Expectation {
    let mut count = |number: &Option<Spanned<i64>>, what: &str| {
        let number = number.as_ref()?;
        let found = u32::try_from(number.value).ok();
        let problem = if found.is_none() {
            let message = format!("{} is not a number of {what}", number.value);
            Diagnostic::new("scenario::out-of-range", message).help("write 0 or more")
        } else if file.verdict.value != Verdict::Violated {
            let message = format!("only a counterexample has {what}");
            Diagnostic::new("scenario::no-counterexample", message)
                .help(format!("remove `{what}`, or expect `violated`"))
        } else {
            return found;
        };
        lowering.reader.report(problem.at(number.span.clone(), ""));
        None
    };
    Expectation {
        property,
        expected: Expected {
            verdict: file.verdict.value,
            steps: count(&file.steps, "steps"),
            faults: count(&file.faults, "faults"),
        },
    }
}
