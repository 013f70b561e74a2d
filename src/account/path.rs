//! Paths of fields, and the patterns of tables.

use std::fmt::Write as _;

/// One step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// A field, or a key of a map.
    Key(&'a str),
    /// An item of a list.
    Item(usize),
}

/// A path as people write it: `spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`.
pub fn written(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item(item) => {
                let _ = write!(text, "[{item}]");
            }
            Step::Key(key) if key.contains(['.', '/', '[']) => {
                let _ = write!(text, "[{key}]");
            }
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
        }
    }
    text
}

/// How many steps of `path` a pattern covers, if it is a prefix of it.
pub fn covers(pattern: &str, path: &[Step<'_>]) -> Option<usize> {
    let mut rest = pattern;
    let mut length = 0;
    while !rest.is_empty() {
        let step = path.get(length)?;
        let is_covered = if let Some(inside) = rest.strip_prefix('[') {
            let (key, after) = inside.split_once(']')?;
            rest = after;
            match (step, key.strip_suffix('*')) {
                (Step::Item(_), _) => key.is_empty(),
                (Step::Key(found), Some(start)) => found.starts_with(start),
                (Step::Key(found), None) => *found == key,
            }
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            *step == Step::Key(name)
        };
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if !is_covered {
            return None;
        }
        length += 1;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_what_is_below_them() {
        let path = [
            Step::Key("spec"),
            Step::Key("containers"),
            Step::Item(1),
            Step::Key("image"),
        ];
        for (pattern, covered) in [
            ("", Some(0)),
            ("spec", Some(1)),
            ("spec.containers[]", Some(3)),
            ("spec.containers[].image", Some(4)),
            ("spec.containers[].images", None),
            ("spec.container", None),
            ("spec.containers.image", None),
        ] {
            assert_eq!(covers(pattern, &path), covered, "{pattern}");
        }
        assert_eq!(written(&path), "spec.containers[1].image");
        let label = [
            Step::Key("metadata"),
            Step::Key("labels"),
            Step::Key("a.b/c"),
        ];
        assert_eq!(covers("metadata.labels[a.b/c]", &label), Some(3));
        assert_eq!(covers("metadata.labels[a.b/*]", &label), Some(3));
        assert_eq!(covers("metadata.labels[a.c/*]", &label), None);
        assert_eq!(written(&label), "metadata.labels[a.b/c]");
    }
}
