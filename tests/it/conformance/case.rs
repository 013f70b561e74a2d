//! One recorded case: what a sync sees, in the notation of `tests/conformance/README.md`.

use straddle::internals::actors::api_server::Refusal;
use straddle::internals::actors::stateful_set_controller::rules::Rules;
use straddle::internals::actors::stateful_set_controller::seen::{
    Claim, Controller, Live, MaxUnavailable, Objects, Owner, OwnerRef, Owners, Pod, Revision,
    RollingUpdate, Set, Template, UpdateStrategy,
};
use straddle::internals::actors::stateful_set_controller::status::{Status, StoredStatus};
use straddle::internals::world::id::{Ordinal, Slice, Table};
use straddle::internals::world::pod::PodPhase;
use straddle::internals::world::stateful_set::{PodManagementPolicy, RetentionPolicy};
use straddle::internals::world::volume;

/// What one sync sees, and which of its requests is refused.
pub struct Case {
    policy: PodManagementPolicy,
    slice: Slice,
    strategy: UpdateStrategy,
    retention: Option<RetentionPolicy>,
    min_ready: bool,
    deleting: bool,
    history_limit: usize,
    live: Live,
    revisions: Vec<Revision>,
    template: Template,
    stored: StoredStatus,
    pods: Table<Option<Pod>>,
    claims: Table<Option<Claim>>,
    /// The request that is refused.
    pub refused: Option<Refused>,
}

/// The refusal of the N-th request.
#[derive(Clone, Copy)]
pub struct Refused {
    /// N, counted from 1.
    pub at: usize,
    /// The answer.
    pub answer: Refusal,
    /// The same request is refused whenever it is made again.
    pub again: bool,
}

impl Case {
    /// Reads the words of an input.
    pub fn read(input: &str) -> Self {
        let mut words = input.split(' ').peekable();
        let mut next = || words.next().expect("an input has seven words at least");
        let policy = match next() {
            "O" => PodManagementPolicy::OrderedReady,
            "P" => PodManagementPolicy::Parallel,
            other => panic!("no policy: {other}"),
        };
        let slice = range(next());
        let strategy = strategy(next());
        let retention = retention(next());
        let mut case = Self {
            policy,
            slice,
            strategy,
            retention,
            min_ready: false,
            deleting: false,
            history_limit: 10,
            live: Live::Stays,
            revisions: Vec::new(),
            template: Template(0),
            stored: StoredStatus::default(),
            pods: Table::default(),
            claims: Table::default(),
            refused: None,
        };
        while let Some(word) = words.next_if(|word| !word.contains('>')) {
            match word {
                "m" => case.min_ready = true,
                "x" => case.deleting = true,
                "live:same" => case.live = Live::Stays,
                "live:gone" | "live:other" | "live:deleting" => case.live = Live::Goes,
                _ => case.history_limit = number(word.strip_prefix('h').expect("a limit")).into(),
            }
        }
        let revisions = words.next().expect("an input has revisions");
        (case.revisions, case.template) = self::revisions(revisions);
        case.stored = status(words.next().expect("an input has a status"));
        for word in words {
            case.add(word);
        }
        case
    }

    fn add(&mut self, word: &str) {
        if let Some(refusal) = word.strip_prefix('!') {
            self.refused = Some(refused(refusal));
        } else if let Some(word) = word.strip_prefix('c') {
            let (place, owners) = word.split_once(':').unwrap_or((word, ""));
            let ordinal = place.trim_end_matches('x');
            self.claims[Ordinal(number(ordinal))] = Some(Claim {
                deleting: place.ends_with('x'),
                owners: self::owners(owners),
            });
        } else {
            let (ordinal, state) = word.split_once(':').expect("a Pod has an ordinal");
            self.pods[Ordinal(number(ordinal))] = Some(pod(state));
        }
    }

    /// The set, with the rules of a release.
    pub fn set(&self, rules: Rules) -> Set<'_> {
        Set {
            rules,
            slice: self.slice,
            policy: self.policy,
            strategy: self.strategy,
            retention: self.retention.unwrap_or_default(),
            claim_templates: u8::from(self.retention.is_some()),
            deleting: self.deleting,
            template: self.template,
            history_limit: self.history_limit,
            revisions: &self.revisions,
            current_revision: self.stored.status.current_revision,
            current_replicas: self.stored.status.current,
            // Without a word the live look finds the set of the cache.
            live: if self.deleting { Live::Goes } else { self.live },
        }
    }

    /// Whether `minReadySeconds` is set.
    pub const fn min_ready(&self) -> bool {
        self.min_ready
    }

    /// The stored status.
    pub const fn stored(&self) -> &StoredStatus {
        &self.stored
    }
}

impl Objects for Case {
    fn pod(&self, ordinal: Ordinal) -> Option<Pod> {
        self.pods[ordinal]
    }

    fn claim(&self, ordinal: Ordinal, _: volume::Template) -> Option<Claim> {
        self.claims[ordinal]
    }

    fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone {
        (0..16).map(Ordinal)
    }
}

fn number(word: &str) -> u8 {
    word.parse()
        .unwrap_or_else(|_| panic!("not a number: {word}"))
}

fn range(word: &str) -> Slice {
    let (start, replicas) = word.split_once('+').expect("a range has a plus");
    let start = if start.is_empty() { 0 } else { number(start) };
    Slice::from(start..start + number(replicas))
}

fn strategy(word: &str) -> UpdateStrategy {
    let rolling = match word.split_once('@') {
        None if word == "ondelete" => return UpdateStrategy::OnDelete,
        None => return UpdateStrategy::RollingUpdate(None),
        Some((_, rolling)) => rolling,
    };
    let (partition, most) = match rolling.split_once('/') {
        Some((partition, most)) => (partition, Some(most)),
        None => (rolling, None),
    };
    UpdateStrategy::RollingUpdate(Some(RollingUpdate {
        partition: partition.parse().expect("a partition is a number"),
        max_unavailable: most.map(|most| match most.strip_suffix('%') {
            Some(percent) => MaxUnavailable::Percent(percent.parse().expect("a number")),
            None => MaxUnavailable::Pods(most.parse().expect("a number")),
        }),
    }))
}

fn retention(word: &str) -> Option<RetentionPolicy> {
    let (when_scaled, when_deleted) = word.split_at(1);
    (word != "--").then_some(RetentionPolicy {
        delete_when_scaled: when_scaled == "D",
        delete_when_deleted: when_deleted == "D",
    })
}

fn revisions(word: &str) -> (Vec<Revision>, Template) {
    let (stored, template) = word.split_once('>').expect("revisions have a template");
    let letters = stored.bytes().filter(|&letter| letter != b'-');
    let stored = letters.map(|letter| Revision {
        template: Template(letter.to_ascii_uppercase()),
        orphan: letter.is_ascii_lowercase(),
    });
    (stored.collect(), Template(template.as_bytes()[0]))
}

fn status(word: &str) -> StoredStatus {
    let name = |at: usize| Some(word.as_bytes()[at]).filter(|&name| name != b'-');
    let mut counts = word[4..].split('.').map(|count| {
        let count: i32 = count.parse().expect("a status has numbers");
        count
    });
    let mut next = || counts.next().expect("a status has five numbers");
    StoredStatus {
        status: Status {
            current_revision: name(0).map(Template),
            update_revision: name(2).map(Template),
            replicas: next(),
            ready: next(),
            available: next(),
            current: next(),
            updated: next(),
        },
        observed: &word[3..4] == "=",
    }
}

fn pod(word: &str) -> Pod {
    let mut letters = word.bytes().peekable();
    let state = letters.next();
    let phase = match state {
        Some(b'p') => PodPhase::Pending,
        Some(b'n' | b'r' | b'a') => PodPhase::Running,
        Some(b'f') => PodPhase::Failed,
        Some(b's') => PodPhase::Succeeded,
        _ => panic!("no state of a Pod: {word}"),
    };
    let mut pod = Pod {
        phase,
        ready: matches!(state, Some(b'r' | b'a')),
        available: state == Some(b'a'),
        terminating: letters.next_if_eq(&b'x').is_some(),
        revision: Template(letters.next().expect("a Pod has a revision")),
        ..Pod::default()
    };
    for letter in letters {
        match letter {
            b'?' => pod.controller = Controller::Nobody,
            b'^' | b'\'' => pod.controller = Controller::Other,
            b'~' => pod.unselected = true,
            b'i' => pod.misnamed = true,
            b'v' => pod.misses_volume = true,
            _ => panic!("no such mark of a Pod: {word}"),
        }
    }
    pod
}

/// The letters of owner references that name an object as a controller, and of those that do not.
const OWNERS: [(char, char, Owner); 6] = [
    ('S', 'T', Owner::Set),
    ('s', 't', Owner::OldSet),
    ('P', 'Q', Owner::Pod),
    ('p', 'q', Owner::OldPod),
    ('F', 'f', Owner::Other),
    ('0', '0', Owner::NewPod),
];

fn owners(letters: &str) -> Owners {
    let mut owners = Owners::default();
    for letter in letters.chars() {
        let found = OWNERS
            .iter()
            .find(|(as_controller, plain, _)| letter == *as_controller || letter == *plain);
        let &(as_controller, _, owner) = found.unwrap_or_else(|| panic!("no owner: {letter}"));
        owners.push(OwnerRef {
            owner,
            controller: letter == as_controller,
        });
    }
    owners
}

/// The letters of a claim's owners; `-` for none.
pub fn owners_text(owners: Owners) -> String {
    let letter = |reference: OwnerRef| {
        let found = OWNERS.iter().find(|(.., owner)| *owner == reference.owner);
        let &(as_controller, plain, _) = found.expect("every owner has letters");
        if reference.controller {
            as_controller
        } else {
            plain
        }
    };
    let text: String = owners.iter().map(letter).collect();
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

fn refused(word: &str) -> Refused {
    let (at, kind) = word
        .split_once('=')
        .expect("a refusal has a place and a kind");
    Refused {
        at: at.parse().expect("a place is a number"),
        answer: match kind {
            "500" => Refusal::InternalError,
            "exists" => Refusal::AlreadyExists,
            "absent" => Refusal::NotFound,
            "conflict" | "conflict*" => Refusal::Conflict,
            other => panic!("no such refusal: {other}"),
        },
        again: kind.ends_with('*'),
    }
}
