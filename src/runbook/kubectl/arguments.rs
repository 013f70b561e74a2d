//! The arguments of `kubectl`, as its parser takes them.
//!
//! kubectl 1.32: flags may stand anywhere; `--flag value` and `--flag=value`, `-f value`, `-fvalue`
//! and `-f=value`; flags without a value may be joined (`-it`).

/// A call of `kubectl`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Call {
    /// The words that are not flags, the verb first.
    pub words: Vec<String>,
    /// The flags, by their long names.
    pub flags: Vec<(String, String)>,
    /// What stands after `--`.
    pub rest: Vec<String>,
    /// The first flag that kubectl does not know, or whose value it does not take, in words.
    pub problem: Option<String>,
}

/// Flags with a value.
const VALUES: &[&str] = &[
    "annotations",
    "append",
    "as",
    "as-group",
    "as-uid",
    "as-user-extra",
    "cache-dir",
    "cert",
    "certificate-authority",
    "chunk-size",
    "client-certificate",
    "client-key",
    "cluster",
    "cluster-ip",
    "container",
    "containers",
    "context",
    "copy-to",
    "cpu-percent",
    "current-replicas",
    "docker-email",
    "docker-password",
    "docker-server",
    "docker-username",
    "env",
    "external-ip",
    "field-manager",
    "field-selector",
    "filename",
    "for",
    "from",
    "from-env-file",
    "from-file",
    "from-image",
    "from-literal",
    "grace-period",
    "image",
    "key",
    "kubeconfig",
    "kustomize",
    "label-columns",
    "labels",
    "log-flush-frequency",
    "max",
    "max-log-requests",
    "min",
    "name",
    "namespace",
    "output",
    "overrides",
    "password",
    "patch",
    "patch-file",
    "pod-running-timeout",
    "pod-selector",
    "port",
    "prune-allowlist",
    "raw",
    "replicas",
    "request-timeout",
    "requests",
    "resource-version",
    "restart",
    "retries",
    "revision",
    "selector",
    "server",
    "since",
    "since-time",
    "skip-wait-for-delete-timeout",
    "sort-by",
    "subresource",
    "tail",
    "target",
    "target-port",
    "template",
    "timeout",
    "tls-server-name",
    "to-revision",
    "token",
    "type",
    "user",
    "username",
    "vmodule",
];

/// Flags that are on, unless `=` says otherwise.
const SWITCHES: &[&str] = &[
    "all",
    "all-containers",
    "all-namespaces",
    "allow-missing-template-keys",
    "append-hash",
    "attach",
    "command",
    "current",
    "delete-emptydir-data",
    "disable-compression",
    "disable-eviction",
    "edit",
    "expose",
    "flatten",
    "follow",
    "force",
    "force-conflicts",
    "help",
    "ignore-daemonsets",
    "ignore-errors",
    "ignore-not-found",
    "insecure-skip-tls-verify",
    "interactive",
    "list",
    "local",
    "match-server-version",
    "minify",
    "no-headers",
    "now",
    "openapi-patch",
    "output-watch-events",
    "overwrite",
    "prefix",
    "previous",
    "prune",
    "quiet",
    "record",
    "recursive",
    "resolve",
    "rm",
    "save-config",
    "server-print",
    "server-side",
    "show-events",
    "show-kind",
    "show-labels",
    "show-managed-fields",
    "stdin",
    "timestamps",
    "tty",
    "wait",
    "warnings-as-errors",
    "watch",
    "watch-only",
    "windows-line-endings",
];

/// Flags whose value may be left out, and what is meant then.
const OPTIONAL: &[(&str, &str)] = &[
    ("cascade", "background"),
    ("client", "true"),
    ("dry-run", "client"),
    ("v", "0"),
    ("validate", "strict"),
];

/// Short flags.
const SHORT: [(char, &str); 17] = [
    ('n', "namespace"),
    ('o', "output"),
    ('f', "filename"),
    ('k', "kustomize"),
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

/// Flags of every command that say how kubectl talks to a cluster, not what it asks for.
const ALL: &[&str] = &[
    "as",
    "as-group",
    "as-uid",
    "as-user-extra",
    "cache-dir",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "context",
    "disable-compression",
    "field-manager",
    "insecure-skip-tls-verify",
    "kubeconfig",
    "log-flush-frequency",
    "match-server-version",
    "namespace",
    "password",
    "quiet",
    "record",
    "request-timeout",
    "server",
    "tls-server-name",
    "token",
    "user",
    "username",
    "v",
    "vmodule",
    "warnings-as-errors",
];

/// A switch as Go reads it (`strconv.ParseBool`).
fn switch(text: &str) -> Option<&'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some("true"),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some("false"),
        _ => None,
    }
}

impl Call {
    /// Reads the arguments.
    #[must_use]
    pub fn parse(arguments: &[String]) -> Self {
        let mut call = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                call.rest = arguments.cloned().collect();
                break;
            } else if let Some(flag) = argument.strip_prefix("--") {
                call.long(flag, &mut arguments);
            } else if argument.len() > 1 && argument.starts_with('-') {
                call.short(&argument[1..], &mut arguments);
            } else {
                call.words.push(argument.clone());
            }
        }
        call
    }

    fn complain(&mut self, what: String) {
        self.problem.get_or_insert(what);
    }

    fn long<'a>(&mut self, flag: &str, rest: &mut impl Iterator<Item = &'a String>) {
        let (name, value) = flag
            .split_once('=')
            .map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
        let optional = OPTIONAL.iter().find(|(known, _)| *known == name);
        let value = match (value, optional) {
            (Some(value), _) if SWITCHES.contains(&name) => {
                let Some(value) = switch(&value) else {
                    return self.complain(format!("`--{name}={value}` is neither true nor false"));
                };
                value.to_owned()
            }
            (Some(value), _) => value,
            (None, Some(&(_, meant))) => meant.to_owned(),
            (None, None) if VALUES.contains(&name) => match rest.next() {
                Some(value) => value.clone(),
                None => return self.complain(format!("`--{name}` needs a value")),
            },
            (None, None) => "true".to_owned(),
        };
        let is_known = VALUES.contains(&name) || SWITCHES.contains(&name) || optional.is_some();
        if !is_known {
            return self.complain(format!("`--{name}` is not a known flag of kubectl"));
        }
        self.flags.push((name.to_owned(), value));
    }

    fn short<'a>(&mut self, letters: &str, rest: &mut impl Iterator<Item = &'a String>) {
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            let known = SHORT.iter().find(|(short, _)| *short == letter);
            let Some(&(_, name)) = known else {
                return self.complain(format!("`-{letter}` is not a known flag of kubectl"));
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
                "" => rest.next().cloned(),
                value => Some(value.to_owned()),
            };
            let Some(value) = value else {
                return self.complain(format!("`-{letter}` needs a value"));
            };
            self.flags.push((name.to_owned(), value));
            break;
        }
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

    /// Whether a switch that is on by itself is turned off.
    #[must_use]
    pub fn is_off(&self, name: &str) -> bool {
        self.flag(name) == Some("false")
    }

    /// Whether the call only tries what it would do.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.flag("dry-run").is_some_and(|value| value != "none")
    }

    /// The first flag that is none of those a verb understands, nor one of all verbs.
    #[must_use]
    pub fn unknown_flag(&self, known: &[&str]) -> Option<&str> {
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
            let call = Call::parse(&words);
            assert_eq!(call.problem, None, "{text}");
            call
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
        assert!(parse("delete pod web-0 --wait=F").is_off("wait"));
        assert_eq!(
            parse("delete sts web --cascade").flag("cascade"),
            Some("background")
        );
        for wrong in ["--nonsense", "--wait=perhaps", "-Z", "--namespace"] {
            let call = Call::parse(&["get".to_owned(), wrong.to_owned()]);
            assert!(call.problem.is_some(), "{wrong}");
        }
    }
}
