//! Whole scenarios through the reader.

mod good;
mod large;
mod mistakes;
mod mutations;
mod schema;
mod sections;
mod storage;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::{Diagnostic, Overrides, Scenario};

/// Manifests by file name, as the tests name them.
fn manifest(path: &Path) -> io::Result<Vec<u8>> {
    let text = match path.file_name().and_then(|name| name.to_str()) {
        Some("redis.yaml") => REDIS,
        Some("list.json") => LIST,
        Some("helm.yaml") => HELM,
        Some("other.yaml") => OTHER,
        Some("two.yaml") => TWO,
        Some("broken.yaml") => BROKEN,
        Some("late.yaml") => LATE,
        Some("hasty.yaml") => HASTY,
        Some("beta.yaml") => "apiVersion: apps/v1beta1\nkind: StatefulSet\n",
        Some("huge.yaml") => {
            "apiVersion: apps/v1\nkind: StatefulSet\nspec: {replicas: 9999999999}\n"
        }
        Some("chart.yaml") => {
            "apiVersion: apps/v1\nkind: StatefulSet\nspec: {replicas: {{ .Values.n }}}\n"
        }
        Some("chart-if.yaml") => "{{- if .Values.web }}\nkind: StatefulSet\n{{- end }}\n",
        Some("syntax.yaml") => "kind: StatefulSet\nspec: [1, 2\n",
        _ => return Err(io::ErrorKind::NotFound.into()),
    };
    Ok(text.as_bytes().to_vec())
}

fn read_with(text: &str, overrides: &Overrides) -> Result<Scenario, Vec<Diagnostic>> {
    let path = Path::new("models/example/scenario.yaml");
    Scenario::parse(path, text, overrides, &manifest)
}

fn read(text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    read_with(text, &Overrides::default())
}

/// Reads a scenario that must be right.
#[track_caller]
fn good(text: &str) -> Scenario {
    match read(text) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{}", show(&problems)),
    }
}

/// Mistakes in a few lines each: place, code, sentence, the text that is underlined, help.
fn show(problems: &[Diagnostic]) -> String {
    let mut shown = String::new();
    for problem in problems {
        let file = problem.path.as_deref().and_then(Path::file_name);
        let file = file.map_or("-".into(), |file| file.to_string_lossy());
        let line = problem.line().unwrap_or(0);
        let column = problem.column().unwrap_or(0);
        let _ = writeln!(
            shown,
            "{file}:{line}:{column} {}: {}",
            problem.code, problem.message
        );
        for label in &problem.labels {
            let text = problem.source.as_deref().unwrap_or("");
            let mark = if label.primary { '^' } else { '-' };
            let _ = writeln!(
                shown,
                "  {mark} {:?} {}",
                &text[label.range.clone()],
                label.text
            );
        }
        if let Some(help) = &problem.help {
            let _ = writeln!(shown, "  help: {help}");
        }
    }
    shown
}

/// As `kubectl get -o yaml` prints it, with another object in front.
const REDIS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: redis}
---
# Source: comment only
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis-redis-cluster
spec:
  replicas: 6
  podManagementPolicy: Parallel
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
      - {name: redis, image: redis, command: [sleep, '3600']}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}
  volumeClaimTemplates:
  - metadata: {name: redis-data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 8Gi}}
status: {replicas: 6, readyReplicas: 6}
";

const LIST: &str = r#"{
	"apiVersion": "v1",
	"kind": "List",
	"items": [
		{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}},
		{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web"},
		 "spec": {"replicas": 2, "serviceName": "\u00fcber\/web"}}
	]
}
"#;

/// With empty fields and old YAML booleans, as templates leave them.
const HELM: &str = "\
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  labels:
spec:
  minReadySeconds: 10
  updateStrategy: {type: OnDelete}
  persistentVolumeClaimRetentionPolicy: {whenScaled: Retain, whenDeleted: Delete}
  volumeClaimTemplates:
  template:
    spec:
      hostNetwork: no
      containers:
      - name: web
        securityContext: {privileged: on, runAsUser: 0755}
";

const OTHER: &str = "kind: Service\n---\nkind: Deployment\n---\nkind: Service\n";

const TWO: &str = "\
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 2}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: cache}, spec: {replicas: 3}}
";

const BROKEN: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  replicas: three
  podManagementPolicy: Parralel
  minReadySeconds: [1]
  template:
    spec:
      containers:
      - name: web
      - name: side
        tty: perhaps
";

const LATE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 20
  ordinals: {start: 3}
  podManagementPolicy: Parralel
";

const HASTY: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  persistentVolumeClaimRetentionPolicy:
    whenScaled: Deleted
  template:
    spec:
      terminationGracePeriodSeconds: 0
";
