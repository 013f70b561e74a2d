//! Small models that know nothing of Kubernetes.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use straddle::engine::{Bits, Formula, Searchable};

use crate::asked::Asked;

mod web;

pub use web::Web;

/// Where the rows of these models count the faults spent.
const SPENT: Bits = Bits {
    word: 0,
    shift: 0,
    width: 8,
};

/// A graph with labelled nodes and edges, some of which are faults.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Where paths start.
    pub initial: Vec<u16>,
    /// `edges[node]`: the target, and the kind of fault if it is one.
    pub edges: Vec<Vec<(u16, Option<u8>)>>,
    /// Nodes that break the first property, and the second.
    pub bad: [Vec<bool>; 2],
    /// Goal nodes.
    pub goal: Vec<bool>,
    /// The most faults on a path.
    pub budget: u8,
}

/// A node, and the faults spent on the way to it.
pub type Place = (u16, u8);

impl Graph {
    /// A graph from a seed: back edges, self-loops, sinks and several initial nodes among them.
    pub fn random(seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let nodes = random.random_range(1..40_u16);
        let node = |random: &mut Pcg64Mcg| random.random_range(0..nodes);
        let mut initial: Vec<u16> = (0..random.random_range(1..3_u8))
            .map(|_| node(&mut random))
            .collect();
        initial.dedup();
        let edges = (0..nodes)
            .map(|_| {
                let edges = random.random_range(0..5_u8);
                (0..edges)
                    .map(|_| {
                        let fault = random.random_range(0..4_u8) == 0;
                        let kind = random.random_range(0..3_u8);
                        (node(&mut random), fault.then_some(kind))
                    })
                    .collect()
            })
            .collect();
        let rare = |random: &mut Pcg64Mcg| -> Vec<bool> {
            (0..nodes)
                .map(|_| random.random_range(0..12_u8) == 0)
                .collect()
        };
        let bad = [rare(&mut random), rare(&mut random)];
        let goal = rare(&mut random);
        let budget = random.random_range(0..4_u8);
        Self {
            initial,
            edges,
            bad,
            goal,
            budget,
        }
    }

    /// The places one step on, with the step.
    pub fn next(&self, (node, spent): Place) -> Vec<(usize, Place)> {
        let edges = self.edges[usize::from(node)].iter().enumerate();
        edges
            .filter_map(|(number, &(target, fault))| {
                let spent = spent + u8::from(fault.is_some());
                (spent <= self.budget).then_some((number, (target, spent)))
            })
            .collect()
    }
}

impl Searchable for Graph {
    type State = Place;
    /// Where the step starts, and the number of the edge there.
    type Action = (u16, usize);

    fn initial_states(&self) -> Vec<Place> {
        self.initial.iter().map(|&node| (node, 0)).collect()
    }

    fn words(&self) -> usize {
        1
    }

    fn pack(&self, &(node, spent): &Place, words: &mut [u64]) {
        words[0] = u64::from(node) << 8 | u64::from(spent);
    }

    fn unpack(&self, words: &[u64]) -> Place {
        (
            u16::try_from(words[0] >> 8).expect("a node"),
            words[0].to_le_bytes()[0],
        )
    }

    fn successors(&self, place: &Place, visit: &mut impl FnMut((u16, usize), &Place)) {
        for (number, next) in self.next(*place) {
            visit((place.0, number), &next);
        }
    }

    fn fault_kind(&self, &(node, number): &(u16, usize)) -> Option<u8> {
        self.edges[usize::from(node)][number].1
    }

    fn spent(&self) -> Vec<Bits> {
        vec![SPENT]
    }

    /// A label for each edge, as far as there is room.
    fn label(&self, _: &Place, &(node, number): &(u16, usize)) -> Option<u16> {
        let number = u16::try_from(number).ok()?;
        (node < 40 && number < 5).then(|| 5 * node + number)
    }

    /// A label for each node, behind those of the edges.
    fn mark(&self, &(node, _): &Place) -> Option<u16> {
        (node < 40).then(|| 200 + node)
    }
}

impl Asked for Graph {
    fn invariants(&self) -> Vec<Formula<Self>> {
        vec![
            Formula::invariant("first", |graph: &Self, place: &Place| {
                !graph.bad[0][usize::from(place.0)]
            }),
            Formula::invariant("second", |graph: &Self, place: &Place| {
                !graph.bad[1][usize::from(place.0)]
            }),
        ]
    }

    fn is_goal(&self, place: &Place) -> bool {
        self.goal[usize::from(place.0)]
    }
}

/// A graph of one line of edges: `0 -> 1 -> … -> nodes-1`, with nothing special about any node.
pub fn line(nodes: u16) -> Graph {
    let edges = (0..nodes)
        .map(|node| {
            if node + 1 < nodes {
                vec![(node + 1, None)]
            } else {
                Vec::new()
            }
        })
        .collect();
    let nothing = vec![false; usize::from(nodes)];
    let mut goal = nothing.clone();
    goal[usize::from(nodes - 1)] = true;
    Graph {
        initial: vec![0],
        edges,
        bad: [nothing.clone(), nothing],
        goal,
        budget: 0,
    }
}
