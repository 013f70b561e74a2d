//! The words of a call of `helm`, as its parser takes them: flags may stand anywhere.

/// Flags with a value.
const VALUES: &[&str] = &[
    "burst-limit",
    "ca-file",
    "cascade",
    "cert-file",
    "description",
    "history-max",
    "key-file",
    "keyring",
    "kube-apiserver",
    "kube-as-group",
    "kube-as-user",
    "kube-ca-file",
    "kube-context",
    "kube-tls-server-name",
    "kube-token",
    "kubeconfig",
    "labels",
    "name-template",
    "namespace",
    "output",
    "password",
    "post-renderer",
    "post-renderer-args",
    "qps",
    "registry-config",
    "repo",
    "repository-cache",
    "repository-config",
    "set",
    "set-file",
    "set-json",
    "set-literal",
    "set-string",
    "timeout",
    "username",
    "values",
    "version",
];

/// Flags that are on, unless `=` says otherwise.
const SWITCHES: &[&str] = &[
    "atomic",
    "cleanup-on-fail",
    "create-namespace",
    "debug",
    "dependency-update",
    "devel",
    "disable-openapi-validation",
    "dry-run",
    "enable-dns",
    "force",
    "generate-name",
    "help",
    "hide-notes",
    "hide-secret",
    "ignore-not-found",
    "insecure-skip-tls-verify",
    "install",
    "keep-history",
    "kube-insecure-skip-tls-verify",
    "no-hooks",
    "pass-credentials",
    "plain-http",
    "recreate-pods",
    "render-subchart-notes",
    "replace",
    "reset-then-reuse-values",
    "reset-values",
    "reuse-values",
    "rollback-on-failure",
    "skip-crds",
    "skip-schema-validation",
    "take-ownership",
    "verify",
    "wait",
    "wait-for-jobs",
];

/// Short flags.
const SHORT: [(&str, &str); 7] = [
    ("n", "namespace"),
    ("f", "values"),
    ("i", "install"),
    ("g", "generate-name"),
    ("o", "output"),
    ("l", "labels"),
    ("h", "help"),
];

/// A call.
#[derive(Default)]
pub struct Line<'w> {
    /// The words that are no flags, the command first.
    pub words: Vec<&'w str>,
    /// The flags, by their long names.
    flags: Vec<(&'w str, &'w str)>,
    /// The first flag that is not known, in words.
    pub problem: Option<String>,
}

impl<'w> Line<'w> {
    /// Reads the words.
    #[must_use]
    pub fn parse(words: &[&'w str]) -> Self {
        let mut line = Self::default();
        let mut rest = words.iter().copied();
        while let Some(word) = rest.next() {
            let (name, value) = match word.strip_prefix("--") {
                Some(flag) => flag
                    .split_once('=')
                    .map_or((flag, None), |(n, v)| (n, Some(v))),
                None if word.len() > 1 && word.starts_with('-') => {
                    let (letter, joined) = word[1..].split_at(1.min(word.len() - 1));
                    let known = SHORT.iter().find(|(short, _)| *short == letter);
                    let name = known.map_or(letter, |(_, name)| *name);
                    let joined = joined.strip_prefix('=').unwrap_or(joined);
                    (name, Some(joined).filter(|joined| !joined.is_empty()))
                }
                None => {
                    line.words.push(word);
                    continue;
                }
            };
            let value = match value {
                Some(value) => value,
                None if VALUES.contains(&name) => rest.next().unwrap_or(""),
                None => "true",
            };
            if !VALUES.contains(&name) && !SWITCHES.contains(&name) {
                let what = format!("the flag `{word}` is not known");
                line.problem.get_or_insert(what);
            }
            line.flags.push((name, value));
        }
        line
    }

    /// The value of a flag; the last one counts.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&'w str> {
        self.all(name).last()
    }

    /// All values of a flag.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'w str> {
        let all = self.flags.iter().filter(move |(flag, _)| *flag == name);
        all.map(|(_, value)| *value)
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.flag(name)
            .is_some_and(|value| !matches!(value, "false" | "0" | "f" | "F" | "FALSE" | "False"))
    }

    /// Whether it only tries what it would do.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.is_on("dry-run") && self.flag("dry-run") != Some("none")
    }

    /// Whether the values of the release before count where this call gives none.
    #[must_use]
    pub fn keeps_values(&self) -> bool {
        let gives = [
            "set",
            "set-file",
            "set-json",
            "set-literal",
            "set-string",
            "values",
        ];
        let gives = gives.iter().any(|flag| self.flag(flag).is_some());
        let reuses = self.is_on("reuse-values") || self.is_on("reset-then-reuse-values");
        !self.is_on("reset-values") && (reuses || !gives)
    }

    /// The flags of kubectl that name the same cluster and namespace.
    #[must_use]
    pub fn of_kubectl(&self) -> Vec<String> {
        let names = [
            ("kube-context", "--context"),
            ("kubeconfig", "--kubeconfig"),
            ("namespace", "--namespace"),
        ];
        let given = |(flag, name): (&str, &str)| {
            let value = self.flag(flag)?;
            Some([name.to_owned(), value.to_owned()])
        };
        names.into_iter().filter_map(given).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn flags_may_stand_anywhere() {
        for text in [
            "--kube-context a upgrade web ./chart -n shop --set x=1 -i",
            "upgrade --install web --set=x=1 ./chart -nshop --kube-context=a",
        ] {
            let words: Vec<&str> = text.split(' ').collect();
            let line = Line::parse(&words);
            assert_eq!(line.words, ["upgrade", "web", "./chart"], "{text}");
            assert!(line.is_on("install") && line.problem.is_none(), "{text}");
            assert_eq!(line.flag("set"), Some("x=1"), "{text}");
            assert_eq!(line.of_kubectl().join(" "), "--context a --namespace shop");
        }
        assert!(Line::parse(&["upgrade", "--nonsense"]).problem.is_some());
        assert!(!Line::parse(&["upgrade", "--wait=false"]).is_on("wait"));
    }
}
