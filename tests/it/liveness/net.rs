//! A graph whose steps belong to classes of fairness.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use stateright::{Model, Property};
use straddle::engine::{Formula, Searchable};

use crate::asked::Asked;

/// What kind of step an arc is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A fault.
    Fault,
    /// No fault, and it need never happen.
    Free,
    /// A step of this class.
    Class(u16),
}

/// An arc: the node that it starts from, and its number there.
pub type Arc = (u8, usize);

/// A node, and the faults spent on the way to it.
pub type Place = (u8, u8);

/// The graph.
#[derive(Clone, Debug)]
pub struct Net {
    /// `arcs[node]`: where it leads, and what it is.
    pub arcs: Vec<Vec<(u8, Kind)>>,
    /// Goal nodes.
    pub goal: Vec<bool>,
    /// Nodes that are as good as the goal once that was visited.
    pub mild: Vec<bool>,
    /// Nodes that break the always-property.
    pub bad: Vec<bool>,
    /// The most faults on a path.
    pub budget: u8,
}

fn flags(nodes: &str) -> Vec<bool> {
    (0..10)
        .map(|node| nodes.contains(char::from(b'0' + node)))
        .collect()
}

impl Net {
    /// A net of ten nodes, three faults and arcs like `0a1`, `0!1` and `0?1`. Paths start at 0.
    pub fn read(arcs: &str, goal: &str) -> Self {
        let mut net = Self {
            arcs: vec![Vec::new(); 10],
            goal: flags(goal),
            mild: flags(""),
            bad: flags(""),
            budget: 3,
        };
        for arc in arcs.split_whitespace() {
            let [from, mark, to] = arc.as_bytes() else {
                panic!("no arc: {arc}")
            };
            let kind = match mark {
                b'!' => Kind::Fault,
                b'?' => Kind::Free,
                letter => Kind::Class(u16::from(letter - b'a')),
            };
            net.arcs[usize::from(from - b'0')].push((to - b'0', kind));
        }
        net
    }

    /// The same with nodes as good as the goal.
    pub fn with_mild(self, nodes: &str) -> Self {
        let mild = flags(nodes);
        Self { mild, ..self }
    }

    /// The same with nodes that break the always-property.
    pub fn with_bad(self, nodes: &str) -> Self {
        let bad = flags(nodes);
        Self { bad, ..self }
    }

    /// A net of at most six nodes from a seed, with few classes, so that many loops are fair to
    /// some and unfair to others.
    pub fn random(seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let nodes = random.random_range(2..7_u8);
        let classes = random.random_range(1..4_u16);
        let arcs = (0..nodes)
            .map(|_| {
                let count = random.random_range(0..4_u8);
                let arc = |_| {
                    let kind = match random.random_range(0..8_u8) {
                        0 => Kind::Fault,
                        1 => Kind::Free,
                        _ => Kind::Class(random.random_range(0..classes)),
                    };
                    (random.random_range(0..nodes), kind)
                };
                (0..count).map(arc).collect()
            })
            .collect();
        let mut some = |rarity: u8| -> Vec<bool> {
            (0..nodes)
                .map(|_| random.random_range(0..rarity) == 0)
                .collect()
        };
        let (goal, mild, bad) = (some(4), some(6), some(5));
        let budget = random.random_range(0..3_u8);
        Self {
            arcs,
            goal,
            mild,
            bad,
            budget,
        }
    }

    /// The arcs that can be taken, with what they are and where they lead.
    pub fn next(&self, (node, spent): Place) -> Vec<(Arc, Kind, Place)> {
        let arcs = self.arcs[usize::from(node)].iter().enumerate();
        arcs.filter_map(|(number, &(target, kind))| {
            let spent = spent + u8::from(kind == Kind::Fault);
            (spent <= self.budget).then_some(((node, number), kind, (target, spent)))
        })
        .collect()
    }

    /// As [`Net::read`] reads it.
    pub fn text(&self, (node, number): Arc) -> String {
        let (target, kind) = self.arcs[usize::from(node)][number];
        let mark = match kind {
            Kind::Fault => '!',
            Kind::Free => '?',
            Kind::Class(class) => char::from(b'a' + u8::try_from(class).expect("a letter")),
        };
        format!("{node}{mark}{target}")
    }

    fn kind(&self, (node, number): Arc) -> Kind {
        self.arcs[usize::from(node)][number].1
    }
}

impl Model for Net {
    type State = Place;
    type Action = Arc;

    fn init_states(&self) -> Vec<Place> {
        vec![(0, 0)]
    }

    fn actions(&self, place: &Place, actions: &mut Vec<Arc>) {
        actions.extend(self.next(*place).into_iter().map(|(arc, ..)| arc));
    }

    fn next_state(&self, place: &Place, arc: Arc) -> Option<Place> {
        let mut next = self.next(*place).into_iter();
        next.find(|&(other, ..)| other == arc)
            .map(|(_, _, place)| place)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::eventually("goal", |net, place| {
            net.is_goal(place)
        })]
    }
}

impl Searchable for Net {
    type State = Place;
    type Action = Arc;

    fn initial_states(&self) -> Vec<Place> {
        self.init_states()
    }

    fn words(&self) -> usize {
        1
    }

    fn pack(&self, &(node, spent): &Place, words: &mut [u64]) {
        words[0] = u64::from(node) << 8 | u64::from(spent);
    }

    fn unpack(&self, words: &[u64]) -> Place {
        let bytes = words[0].to_le_bytes();
        (bytes[1], bytes[0])
    }

    fn successors(&self, place: &Place, visit: &mut impl FnMut(Arc, &Place)) {
        for (arc, _, next) in self.next(*place) {
            visit(arc, &next);
        }
    }

    fn fault_kind(&self, arc: &Arc) -> Option<u8> {
        (self.kind(*arc) == Kind::Fault).then_some(0)
    }

    fn fairness(&self, arc: &Arc) -> Option<u16> {
        match self.kind(*arc) {
            Kind::Class(class) => Some(class),
            Kind::Fault | Kind::Free => None,
        }
    }
}

impl Asked for Net {
    fn invariants(&self) -> Vec<Formula<Self>> {
        vec![Formula::invariant(
            "not bad",
            |net: &Self, place: &Place| !net.bad[usize::from(place.0)],
        )]
    }

    fn is_goal(&self, place: &Place) -> bool {
        self.goal[usize::from(place.0)]
    }

    fn keeps_goal(&self, place: &Place) -> bool {
        self.is_goal(place) || self.mild[usize::from(place.0)]
    }
}
