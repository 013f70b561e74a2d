//! Random steps.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

use super::draft::{Draft, Start, Steps};
use super::mix::Mix;

/// The kinds of step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Patch,
    Scale,
    CopyVolume,
    RestoreDisk,
    SetReclaimPolicy,
    DeleteClaim,
    DeleteVolume,
    DeletePod,
    DeleteSet,
    CreateSet,
    PodWait,
    VolumeWait,
    SetWait,
    FieldWait,
    Sleep,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Patch,
        Self::Scale,
        Self::CopyVolume,
        Self::RestoreDisk,
        Self::SetReclaimPolicy,
        Self::DeleteClaim,
        Self::DeleteVolume,
        Self::DeletePod,
        Self::DeleteSet,
        Self::CreateSet,
        Self::PodWait,
        Self::VolumeWait,
        Self::SetWait,
        Self::FieldWait,
        Self::Sleep,
    ];

    /// Whether it is about claims, volumes or disks.
    const fn needs_claims(self) -> bool {
        matches!(
            self,
            Self::CopyVolume
                | Self::RestoreDisk
                | Self::SetReclaimPolicy
                | Self::DeleteClaim
                | Self::DeleteVolume
                | Self::VolumeWait
        )
    }
}

/// Chooses by chance, in the way of a mix.
pub struct Chance<'a> {
    pub generator: Pcg64Mcg,
    pub mix: &'a Mix,
}

impl Chance<'_> {
    /// Yes, in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.generator.random_ratio(percent.min(100), 100)
    }

    /// One of these.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.generator).expect("something to choose")
    }

    /// A number from 0 to `most`.
    pub fn up_to(&mut self, most: usize) -> usize {
        self.generator.random_range(0..=most)
    }

    fn cluster(&mut self) -> &'static str {
        self.one(&["source", "destination"])
    }

    /// The number of an ordinal.
    fn ordinal(&mut self, in_loop: bool) -> &'static str {
        if in_loop {
            self.one(&["k", "k", "k", "k", "0", "N - 1", "N - 1 - k"])
        } else {
            self.one(&["0", "N - 1", "0", "N - 1", "1"])
        }
    }

    /// A number of replicas, or where a set starts.
    fn number(&mut self, in_loop: bool) -> &'static str {
        if in_loop {
            self.one(&["k", "k", "k + 1", "N - k", "N - k", "N - k - 1", "0", "N"])
        } else {
            self.one(&["0", "0", "N", "N", "N - 1", "1"])
        }
    }

    /// `name: value` of an option that a step has now and then.
    fn option(&mut self, text: &str) -> String {
        if self.percent(self.mix.continues) {
            format!(", {text}")
        } else {
            String::new()
        }
    }

    fn timeout(&mut self) -> String {
        let text = self.one(&["timeout: continue", "timeout: fail"]);
        self.option(text)
    }

    /// The claim template that a step is about, if it says one.
    fn template(&mut self) -> &'static str {
        if self.mix.second == 0 {
            return "";
        }
        self.one(&["", ", template: data", ", template: wal"])
    }

    /// A step of any of the kinds that a mix is about.
    fn step(&mut self, claims: bool, in_loop: bool) -> String {
        let mut kinds = if self.percent(67) {
            self.mix.kinds.to_vec()
        } else {
            Kind::ALL.to_vec()
        };
        kinds.retain(|kind| claims || !kind.needs_claims());
        let kind = self.one(if kinds.is_empty() {
            &Kind::ALL[..2]
        } else {
            &kinds
        });
        self.step_of(kind, in_loop)
    }

    fn step_of(&mut self, kind: Kind, in_loop: bool) -> String {
        let cluster = self.cluster();
        let ordinal = self.ordinal(in_loop);
        let onward = self.option("onError: continue");
        let no_wait = if self.percent(40) {
            format!(", wait: false{onward}")
        } else {
            onward.clone()
        };
        let ordinal_of_disk = format!("ordinal: {ordinal}{}", self.template());
        match kind {
            Kind::Patch => self.patch(cluster, in_loop, &onward),
            Kind::Scale => {
                let replicas = self.number(in_loop);
                format!("scale: {{cluster: {cluster}, replicas: {replicas}{onward}}}")
            }
            Kind::CopyVolume => {
                let part = self.one(&["", ", claimRef: dropUid", ", claimRef: keep"]);
                format!("copyVolume: {{{ordinal_of_disk}{part}{onward}}}")
            }
            Kind::RestoreDisk => format!("restoreDisk: {{{ordinal_of_disk}{onward}}}"),
            Kind::SetReclaimPolicy => {
                let policy = self.one(&["Retain", "Delete"]);
                let object = format!("cluster: {cluster}, {ordinal_of_disk}");
                format!("setReclaimPolicy: {{{object}, policy: {policy}{onward}}}")
            }
            Kind::DeleteClaim => {
                format!("deleteClaim: {{cluster: {cluster}, {ordinal_of_disk}{no_wait}}}")
            }
            Kind::DeleteVolume => {
                format!("deleteVolume: {{cluster: {cluster}, {ordinal_of_disk}{no_wait}}}")
            }
            Kind::DeletePod => {
                let force = self.one(&["", ", force: true"]);
                format!("deletePod: {{cluster: {cluster}, pod: {ordinal}{force}{no_wait}}}")
            }
            Kind::DeleteSet => {
                let cascade = self.one(&["background", "foreground", "orphan"]);
                format!("deleteSet: {{cluster: {cluster}, cascade: {cascade}{no_wait}}}")
            }
            Kind::CreateSet => self.create_set(cluster, in_loop, &onward),
            Kind::Sleep => "sleep: 5s".to_owned(),
            Kind::PodWait | Kind::VolumeWait | Kind::SetWait | Kind::FieldWait => {
                self.wait(kind, cluster, in_loop)
            }
        }
    }

    fn patch(&mut self, cluster: &str, in_loop: bool, onward: &str) -> String {
        let (start, replicas) = (self.number(in_loop), self.number(in_loop));
        let fields = match self.up_to(2) {
            0 => format!("start: {start}"),
            1 => format!("replicas: {replicas}"),
            _ => format!("start: {start}, replicas: {replicas}"),
        };
        format!("patch: {{cluster: {cluster}, {fields}{onward}}}")
    }

    fn create_set(&mut self, cluster: &str, in_loop: bool, onward: &str) -> String {
        let (start, replicas) = (self.number(in_loop), self.number(in_loop));
        let fields = match self.up_to(3) {
            0 => String::new(),
            1 => format!(", replicas: {replicas}"),
            _ => format!(", start: {start}, replicas: {replicas}"),
        };
        format!("createSet: {{cluster: {cluster}{fields}{onward}}}")
    }

    fn wait(&mut self, kind: Kind, cluster: &str, in_loop: bool) -> String {
        let ordinal = self.ordinal(in_loop);
        let what = match kind {
            Kind::VolumeWait => {
                let until = self.one(&["detached", "bound"]);
                format!("volume: {ordinal}{}, until: {until}", self.template())
            }
            Kind::SetWait => "set: true, until: observed".to_owned(),
            Kind::FieldWait => {
                let field = self.one(&["replicas", "readyReplicas"]);
                let number = self.number(in_loop);
                format!("field: status.{field}, equals: {number}")
            }
            _ => {
                let until = self.one(&["gone", "ready", "available"]);
                format!("pod: {ordinal}, until: {until}")
            }
        };
        let timeout = self.timeout();
        format!("wait: {{cluster: {cluster}, {what}{timeout}}}")
    }

    /// A careful move with steps left out, and others put in.
    pub fn program(&mut self, draft: &Draft) -> Steps {
        let mut steps = match self.up_to(3) {
            0 => cold_move(draft),
            _ => careful_move(self.one(&["descending", "descending", "ascending"]), draft),
        };
        if draft.start == Start::Absent {
            let replicas = self.one(&["0", "0", "0", "N"]);
            let create = format!("createSet: {{cluster: destination, replicas: {replicas}}}");
            steps.prepare.insert(0, create);
        }
        let (mix, claims) = (self.mix, draft.claims);
        if !self.percent(25) {
            for list in steps.lists() {
                list.retain(|_| self.percent(mix.careful));
            }
        }
        for _ in 0..self.up_to(mix.steps) {
            let in_loop = steps.order.is_some();
            let list = self.one(&[0, 1, 1, 1, 2]);
            let step = self.step(claims, in_loop && list == 1);
            let steps = &mut steps.lists();
            let place = self.up_to(steps[list].len());
            steps[list].insert(place, step);
        }
        steps.after_crash = self.one(&[
            None,
            Some("fromTop"),
            Some("fromObserved"),
            Some("fromSaved"),
        ]);
        steps
    }
}

fn owned(steps: &[&str]) -> Vec<String> {
    steps.iter().map(|&step| step.to_owned()).collect()
}

/// Ordinal by ordinal, with every wait that there is.
fn careful_move(order: &'static str, draft: &Draft) -> Steps {
    let mut body = owned(&[
        "patch: {cluster: source, replicas: k}",
        "wait: {cluster: source, pod: k, until: gone}",
    ]);
    if draft.claims {
        body.push("copyVolume: {ordinal: k}".to_owned());
    }
    body.extend(owned(&[
        "patch: {cluster: destination, start: k, replicas: N - k}",
        "wait: {cluster: destination, pod: k, until: ready}",
    ]));
    Steps {
        order: Some(order),
        body,
        ..Steps::default()
    }
}

/// All at once.
fn cold_move(draft: &Draft) -> Steps {
    let mut body = owned(&["scale: {cluster: source, replicas: 0}"]);
    for ordinal in 0..draft.replicas {
        let wait = format!("wait: {{cluster: source, pod: {ordinal}, until: gone}}");
        body.push(wait);
        if draft.claims {
            body.push(format!("copyVolume: {{ordinal: {ordinal}}}"));
        }
    }
    body.push("scale: {cluster: destination, replicas: N}".to_owned());
    Steps {
        body,
        ..Steps::default()
    }
}
