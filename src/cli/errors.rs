//! Draws mistakes in input on standard error, as rustc would.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};

use super::terminal::error_width;
use crate::diagnostic::{Diagnostic, Label};

/// Draws `diagnostic`, and an empty line after it.
pub(super) fn draw(diagnostic: &Diagnostic, color: ColorChoice) {
    let mut err = AutoStream::new(io::stderr(), color).lock();
    // There is nowhere to report that standard error is closed.
    let _ = writeln!(err, "{}\n", render(diagnostic, error_width()));
}

/// Says one sentence on standard error.
pub(super) fn say(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "straddle: {sentence}");
}

/// The text of `diagnostic`, with colours, in lines of so many columns.
fn render(diagnostic: &Diagnostic, columns: usize) -> String {
    let title = Level::ERROR
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let path = diagnostic.path.as_ref().map(|path| path.to_string_lossy());
    let mut group = title.elements(Vec::<annotate_snippets::Message>::new());
    match (&diagnostic.source, &path) {
        (Some(source), path) if !diagnostic.labels.is_empty() => {
            let annotations = diagnostic.labels.iter().map(|label| {
                let kind = if label.primary {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                kind.span(within(source, label)).label(label.text.as_str())
            });
            let snippet = Snippet::source(&**source).annotations(annotations);
            group = group.element(snippet.path(path.as_deref()));
        }
        (_, Some(path)) => group = group.element(Origin::path(path.as_ref())),
        (_, None) => (),
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().term_width(columns).render(&[group])
}

/// The range of `label`, moved onto whole characters of `source`.
fn within(source: &str, label: &Label) -> Range<usize> {
    let start = source.floor_char_boundary(label.range.start);
    let end = source.ceil_char_boundary(label.range.end.min(source.len()));
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn diagnostic(source: &str, labels: &[(Range<usize>, &str, bool)]) -> Diagnostic {
        let label = |(range, text, primary): &(Range<usize>, &str, bool)| Label {
            range: range.clone(),
            text: (*text).to_owned(),
            primary: *primary,
        };
        Diagnostic {
            code: "scenario::unknown-field",
            message: "there is no field `replicsa` in a side".to_owned(),
            path: Some("models/a b/scenario.yaml".into()),
            source: Some(Arc::from(source)),
            labels: labels.iter().map(label).collect(),
            help: Some("did you mean `replicas`?".to_owned()),
        }
    }

    fn shown(diagnostic: &Diagnostic) -> String {
        anstream::adapter::strip_str(&render(diagnostic, crate::report::WIDTH)).to_string()
    }

    #[test]
    fn points_at_the_place() {
        let source = "kind: Scenario\nsource:\n  name: web\n  replicsa: 3\n";
        let labels = [
            (37..45, "not known here", true),
            (15..21, "in this side", false),
        ];
        insta::assert_snapshot!(shown(&diagnostic(source, &labels)), @"
        error[scenario::unknown-field]: there is no field `replicsa` in a side
         --> models/a b/scenario.yaml:4:3
          |
        2 | source:
          | ------ in this side
        3 |   name: web
        4 |   replicsa: 3
          |   ^^^^^^^^ not known here
          |
          = help: did you mean `replicas`?
        ");
    }

    #[test]
    fn draws_what_has_no_place() {
        let mut diagnostic = diagnostic("", &[]);
        insta::assert_snapshot!(shown(&diagnostic), @"
        error[scenario::unknown-field]: there is no field `replicsa` in a side
        --> models/a b/scenario.yaml
         = help: did you mean `replicas`?
        ");
        (diagnostic.path, diagnostic.source, diagnostic.help) = (None, None, None);
        insta::assert_snapshot!(shown(&diagnostic), @"error[scenario::unknown-field]: there is no field `replicsa` in a side");
    }

    #[test]
    fn survives_ranges_that_miss_the_text() {
        let source = "größe: 1\r\nend";
        for start in 0..20 {
            for end in 0..20 {
                let labels = [(start..end, "", true)];
                assert!(shown(&diagnostic(source, &labels)).contains("replicsa"));
            }
        }
    }
}
