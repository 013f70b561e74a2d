//! A scenario before it is a text: what can be chosen in it, and what can be left out of it.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use straddle::internals::scenario::Diagnostic;
use straddle::{Overrides, Scenario};

/// One side's set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Set {
    /// `Parallel`, not `OrderedReady`.
    pub parallel: bool,
    /// `minReadySeconds` is more than 0.
    pub min_ready: bool,
    /// `whenScaled: Delete`.
    pub when_scaled: bool,
    /// `whenDeleted: Delete`.
    pub when_deleted: bool,
}

/// What there is in the destination at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Start {
    /// A set without replicas.
    #[default]
    Empty,
    /// No set.
    Absent,
    /// A set from `start` on, with replicas.
    Set(u8, u8),
}

/// What the disks are like. By default as a scenario that does not say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Storage {
    /// `backend: exclusive`.
    pub exclusive: bool,
    /// `reclaimPolicy: Retain`.
    pub retain: bool,
    /// `reachableFrom: [source]`.
    pub unreachable: bool,
    /// `shared: true`.
    pub shared: bool,
    /// `volumes: block`.
    pub block: bool,
}

/// What the driver does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// Steps of the file, one a line.
    Steps(Steps),
    /// Parts of a script.
    Script(Vec<String>),
}

/// A program of steps.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Steps {
    /// Steps before the loop.
    pub prepare: Vec<String>,
    /// `ascending` or `descending`.
    pub order: Option<&'static str>,
    /// The loop's body.
    pub body: Vec<String>,
    /// Steps after the loop.
    pub finish: Vec<String>,
    /// What a driver does that starts again.
    pub after_crash: Option<&'static str>,
}

/// A scenario before it is a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// N.
    pub replicas: u8,
    /// The sets have a claim template.
    pub claims: bool,
    /// The source's set.
    pub source: Set,
    /// The destination's set.
    pub destination: Set,
    /// What there is of it at the start.
    pub start: Start,
    /// The disks.
    pub storage: Storage,
    /// Those of a second claim template, `wal`.
    pub second: Option<Storage>,
    /// The value of `availability`.
    pub availability: Option<String>,
    /// The highest ordinal allowed.
    pub most: Option<u8>,
    /// What the driver does.
    pub program: Program,
    /// The value of `faults`.
    pub faults: Option<String>,
}

/// How the files of a draft are called.
const FILES: [&str; 3] = ["source.yaml", "destination.yaml", "migrate.sh"];

impl Draft {
    /// The scenario, or what is wrong with it.
    pub fn parse(&self) -> Result<Scenario, Vec<Diagnostic>> {
        let files = |path: &Path| {
            let contents = self.file(&path.file_name().unwrap_or_default().to_string_lossy());
            contents
                .map(String::into_bytes)
                .ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        let path = Path::new("random/scenario.yaml");
        Scenario::parse(path, &self.text(), &Overrides::default(), &files)
    }

    /// All files, each behind its name.
    pub fn listing(&self) -> String {
        let mut listing = format!("# scenario.yaml\n{}", self.text());
        for name in FILES {
            if let Some(contents) = self.file(name).filter(|_| self.text().contains(name)) {
                let _ = write!(listing, "# {name}\n{contents}");
            }
        }
        listing
    }

    fn file(&self, name: &str) -> Option<String> {
        match (name, &self.program) {
            ("source.yaml", _) => Some(self.manifest(self.source, 0, self.replicas)),
            ("destination.yaml", _) => {
                let (start, replicas) = match self.start {
                    Start::Set(start, replicas) => (start, replicas),
                    Start::Empty | Start::Absent => (0, 0),
                };
                Some(self.manifest(self.destination, start, replicas))
            }
            ("migrate.sh", Program::Script(parts)) => Some(parts.concat()),
            _ => None,
        }
    }

    /// The scenario's own file.
    fn text(&self) -> String {
        let mut text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n".to_owned();
        let _ = writeln!(text, "source: {{{}}}", self.source_side());
        let _ = writeln!(text, "destination: {{{}}}", self.destination_side());
        if self.claims {
            let second = self.second.map_or_else(String::new, |second| {
                format!(", templates: [{{name: wal, {}}}]", second.text())
            });
            let _ = writeln!(text, "storage: {{{}{second}}}", self.storage.text());
        }
        for (name, value) in [
            ("availability", &self.availability),
            ("faults", &self.faults),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        if let Some(most) = self.most {
            let _ = writeln!(text, "ordinals: {{max: {most}}}");
        }
        match &self.program {
            Program::Script(_) => text += "migration: {runbook: migrate.sh}\n",
            Program::Steps(steps) => text += &steps.text(),
        }
        text
    }

    /// A script's side has to be a manifest, and so has one with what only manifests can say.
    fn is_inline(&self, set: Set) -> bool {
        let inline = Set {
            parallel: set.parallel,
            ..Set::default()
        };
        set == inline && matches!(self.program, Program::Steps(_))
    }

    fn source_side(&self) -> String {
        if self.is_inline(self.source) {
            format!(
                "{}, replicas: {}",
                self.inline_fields(self.source),
                self.replicas
            )
        } else {
            "manifest: source.yaml".to_owned()
        }
    }

    fn destination_side(&self) -> String {
        let is_inline = self.is_inline(self.destination);
        let side = if is_inline {
            self.inline_fields(self.destination)
        } else {
            "manifest: destination.yaml".to_owned()
        };
        match self.start {
            Start::Absent => format!("{side}, absent: true"),
            Start::Empty if is_inline => format!("{side}, replicas: 0"),
            Start::Set(start, replicas) if is_inline => {
                format!("{side}, start: {start}, replicas: {replicas}")
            }
            Start::Empty | Start::Set(..) => side,
        }
    }

    fn inline_fields(&self, set: Set) -> String {
        let policy = set.policy();
        let templates = self.templates().join(", ");
        format!("name: web, podManagementPolicy: {policy}, volumeClaimTemplates: [{templates}]")
    }

    fn manifest(&self, set: Set, start: u8, replicas: u8) -> String {
        let reaction = |deletes| if deletes { "Delete" } else { "Retain" };
        let retention = format!(
            "{{whenScaled: {}, whenDeleted: {}}}",
            reaction(set.when_scaled),
            reaction(set.when_deleted)
        );
        let mut text = format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec:\n  \
             serviceName: web\n  replicas: {replicas}\n  ordinals: {{start: {start}}}\n  \
             podManagementPolicy: {}\n  minReadySeconds: {}\n  \
             persistentVolumeClaimRetentionPolicy: {retention}\n  \
             selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
             metadata: {{labels: {{app: web}}}}\n    \
             spec: {{containers: [{{name: web, image: web{}}}]}}\n",
            set.policy(),
            if set.min_ready { 10 } else { 0 },
            self.needed_secret(),
        );
        for (number, name) in self.templates().iter().enumerate() {
            if number == 0 {
                text += "  volumeClaimTemplates:\n";
            }
            let _ = write!(
                text,
                "  - metadata: {{name: {name}}}\n    spec: {{accessModes: [ReadWriteOnce], \
                 resources: {{requests: {{storage: 1Gi}}}}}}\n"
            );
        }
        text
    }

    /// The names of the claim templates.
    const fn templates(&self) -> &'static [&'static str] {
        match (self.claims, self.second) {
            (false, _) => &[],
            (true, None) => &["data"],
            (true, Some(_)) => &["data", "wal"],
        }
    }

    /// Pods need the Secret that a script is about.
    fn needed_secret(&self) -> &'static str {
        let is_about_it = |part: &String| part.contains("secret");
        match &self.program {
            Program::Script(parts) if parts.iter().any(is_about_it) => {
                ", envFrom: [{secretRef: {name: web}}]"
            }
            _ => "",
        }
    }
}

impl Set {
    const fn policy(self) -> &'static str {
        if self.parallel {
            "Parallel"
        } else {
            "OrderedReady"
        }
    }
}

impl Storage {
    fn text(self) -> String {
        let backend = if self.exclusive {
            "exclusive"
        } else {
            "permissive"
        };
        let policy = if self.retain { "Retain" } else { "Delete" };
        let mut text = format!("backend: {backend}, reclaimPolicy: {policy}");
        if self.unreachable {
            text += ", reachableFrom: [source]";
        }
        if self.shared {
            text += ", shared: true";
        }
        if self.block {
            text += ", volumes: block";
        }
        text
    }
}

impl Steps {
    fn text(&self) -> String {
        let mut text = "migration:\n".to_owned();
        if let Some(after_crash) = self.after_crash {
            let _ = writeln!(text, "  afterCrash: {after_crash}");
        }
        if let Some(order) = self.order {
            let _ = writeln!(text, "  forEach: {{k: {order}}}");
        }
        for (name, steps) in [
            ("prepare", &self.prepare),
            ("steps", &self.body),
            ("finish", &self.finish),
        ] {
            if steps.is_empty() {
                let _ = writeln!(text, "  {name}: []");
            } else {
                let _ = writeln!(text, "  {name}:");
            }
            for step in steps {
                let _ = writeln!(text, "  - {step}");
            }
        }
        text
    }

    /// The lists of steps.
    pub fn lists(&mut self) -> [&mut Vec<String>; 3] {
        [&mut self.prepare, &mut self.body, &mut self.finish]
    }
}
