//! The arguments of `kubectl`, as its parser takes them.
//!
//! kubectl 1.32: flags may stand anywhere; `--flag value` and `--flag=value`, `-f value`, `-fvalue`
//! and `-f=value`; flags without a value may be joined (`-it`).

/// What to do about a flag that is not understood. To leave it out may make it another request.
pub const UNKNOWN_FLAG: &str = "say the same with the flags that docs/runbooks.md lists";

/// A call of `kubectl`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Call {
    /// The words that are no flags, the verb first.
    pub words: Vec<String>,
    /// The flags, by their long names.
    pub flags: Vec<(String, String)>,
    /// What stands behind `--`.
    pub rest: Vec<String>,
}

/// Flags with a value.
const VALUES: [&str; 37] = [
    "as",
    "as-group",
    "cache-dir",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "container",
    "context",
    "current-replicas",
    "field-manager",
    "field-selector",
    "filename",
    "for",
    "from-env-file",
    "from-file",
    "from-literal",
    "grace-period",
    "kubeconfig",
    "label-columns",
    "namespace",
    "output",
    "patch",
    "patch-file",
    "replicas",
    "request-timeout",
    "resource-version",
    "selector",
    "server",
    "since",
    "sort-by",
    "subresource",
    "tail",
    "timeout",
    "token",
    "type",
    "user",
];

/// Flags that are on, unless `=` says otherwise.
const SWITCHES: [&str; 33] = [
    "all",
    "all-namespaces",
    "allow-missing-template-keys",
    "cascade",
    "dry-run",
    "follow",
    "force",
    "force-conflicts",
    "help",
    "ignore-not-found",
    "insecure-skip-tls-verify",
    "local",
    "no-headers",
    "now",
    "output-watch-events",
    "overwrite",
    "previous",
    "quiet",
    "record",
    "recursive",
    "save-config",
    "server-side",
    "show-kind",
    "show-labels",
    "show-managed-fields",
    "stdin",
    "tty",
    "validate",
    "wait",
    "watch",
    "watch-only",
    "current",
    "client",
];

/// Short flags.
const SHORT: [(char, &str); 16] = [
    ('n', "namespace"),
    ('o', "output"),
    ('f', "filename"),
    ('p', "patch"),
    ('l', "selector"),
    ('c', "container"),
    ('L', "label-columns"),
    ('s', "server"),
    ('A', "all-namespaces"),
    ('i', "stdin"),
    ('t', "tty"),
    ('q', "quiet"),
    ('w', "watch"),
    ('R', "recursive"),
    ('h', "help"),
    ('v', "v"),
];

impl Call {
    /// Reads the arguments.
    ///
    /// # Errors
    /// The flag that is not known, or has no value.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut call = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                call.rest = arguments.cloned().collect();
                break;
            } else if let Some(flag) = argument.strip_prefix("--") {
                call.long(flag, &mut arguments)?;
            } else if argument.len() > 1 && argument.starts_with('-') {
                call.short(&argument[1..], &mut arguments)?;
            } else {
                call.words.push(argument.clone());
            }
        }
        Ok(call)
    }

    fn long<'a>(
        &mut self,
        flag: &str,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), String> {
        let (name, value) = flag
            .split_once('=')
            .map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
        let value = match value {
            Some(value) => value,
            None if VALUES.contains(&name) => match rest.next() {
                Some(value) => value.clone(),
                None => return Err(format!("`--{name}` needs a value")),
            },
            None if name == "cascade" => "background".to_owned(),
            None => "true".to_owned(),
        };
        if !VALUES.contains(&name) && !SWITCHES.contains(&name) && name != "v" {
            return Err(format!("the flag `--{name}` of kubectl is not modelled"));
        }
        self.flags.push((name.to_owned(), value));
        Ok(())
    }

    fn short<'a>(
        &mut self,
        letters: &str,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), String> {
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            let known = SHORT.iter().find(|(short, _)| *short == letter);
            let Some(&(_, name)) = known else {
                return Err(format!("the flag `-{letter}` of kubectl is not modelled"));
            };
            // `-f` is a file, but to follow for `logs`.
            let follows =
                name == "filename" && self.words.first().is_some_and(|verb| verb == "logs");
            if follows || !(VALUES.contains(&name) || name == "v") {
                self.flags.push((name.to_owned(), "true".to_owned()));
                continue;
            }
            let joined = letters.as_str();
            let value = match joined.strip_prefix('=').unwrap_or(joined) {
                "" => rest
                    .next()
                    .cloned()
                    .ok_or_else(|| format!("`-{letter}` needs a value"))?,
                value => value.to_owned(),
            };
            self.flags.push((name.to_owned(), value));
            break;
        }
        Ok(())
    }

    /// The value of a flag; the last one counts.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&str> {
        let found = self.flags.iter().rev().find(|(flag, _)| flag == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All values of a flag.
    pub fn all<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        let all = self.flags.iter().filter(move |(flag, _)| flag == name);
        all.map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.flag(name) == Some("true")
    }

    /// The first flag that is none of those a verb understands, nor one of all verbs.
    #[must_use]
    pub fn unknown_flag(&self, known: &[&str]) -> Option<&str> {
        const ALL: [&str; 12] = [
            "context",
            "cluster",
            "kubeconfig",
            "namespace",
            "request-timeout",
            "user",
            "token",
            "server",
            "v",
            "field-manager",
            "quiet",
            "insecure-skip-tls-verify",
        ];
        let is_unknown = |flag: &&str| !known.contains(flag) && !ALL.contains(flag);
        self.flags
            .iter()
            .map(|(flag, _)| flag.as_str())
            .find(is_unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_in_every_spelling() {
        let parse = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            Call::parse(&words).expect("it is right")
        };
        for text in [
            "-n a get pod -oyaml",
            "get -na pod -o yaml",
            "get pod --namespace=a --output yaml",
            "--namespace a get pod -o=yaml",
        ] {
            let call = parse(text);
            assert_eq!(call.words, ["get", "pod"], "{text}");
            assert_eq!(
                (call.flag("namespace"), call.flag("output")),
                (Some("a"), Some("yaml")),
                "{text}"
            );
        }
        let call = parse("exec -it web-0 -- ls -l");
        assert_eq!((call.words.len(), call.rest.len()), (2, 2));
        assert!(Call::parse(&["get".to_owned(), "--nonsense".to_owned()]).is_err());
    }
}
