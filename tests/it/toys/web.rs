//! A graph by rule rather than by list: large, and cheap to step through.

use straddle::engine::{Bits, Formula, Searchable};

use crate::asked::Asked;

/// Nodes that each lead to three others, whose numbers are about three times as high, so that
/// levels grow quickly; some lead nowhere, and a fault leads from every node to a far one.
#[derive(Clone, Debug)]
pub struct Web {
    /// How many there are.
    pub nodes: u32,
    /// The most faults on a path.
    pub budget: u8,
    /// From this node on, some break the first property.
    pub first_bad: u32,
}

/// A node, and the faults spent on the way to it.
pub type Knot = (u32, u8);

/// The edge that is a fault; those before it are none.
const FAULT: u8 = 3;

impl Web {
    /// Where an edge leads.
    fn follow(&self, (node, spent): Knot, edge: u8) -> Option<Knot> {
        if edge == FAULT {
            let target = (7 * node + 11) % self.nodes;
            return (spent < self.budget).then_some((target, spent + 1));
        }
        let target = (3 * node + 1 + u32::from(edge)) % self.nodes;
        (!is_sink(node)).then_some((target, spent))
    }

    fn next(&self, knot: Knot) -> impl Iterator<Item = (u8, Knot)> {
        (0..=FAULT).filter_map(move |edge| Some((edge, self.follow(knot, edge)?)))
    }
}

const fn is_sink(node: u32) -> bool {
    node % 97 == 5
}

impl Searchable for Web {
    type State = Knot;
    /// The number of the edge.
    type Action = u8;

    fn initial_states(&self) -> Vec<Knot> {
        vec![(0, 0)]
    }

    fn successor(&self, knot: &Knot, &edge: &u8) -> Option<Knot> {
        self.follow(*knot, edge)
    }

    fn words(&self) -> usize {
        1
    }

    fn pack(&self, &(node, spent): &Knot, words: &mut [u64]) {
        words[0] = u64::from(node) << 8 | u64::from(spent);
    }

    fn unpack(&self, words: &[u64]) -> Knot {
        let node = u32::try_from(words[0] >> 8).expect("a node");
        (node, words[0].to_le_bytes()[0])
    }

    fn successors(&self, knot: &Knot, visit: &mut impl FnMut(u8, &Knot)) {
        for (edge, next) in self.next(*knot) {
            visit(edge, &next);
        }
    }

    fn fault_kind(&self, &edge: &u8) -> Option<u8> {
        (edge == FAULT).then_some(0)
    }

    fn spent(&self) -> Vec<Bits> {
        vec![super::SPENT]
    }
}

impl Asked for Web {
    fn invariants(&self) -> Vec<Formula<Self>> {
        vec![
            Formula::invariant("first", |web: &Self, &(node, _): &Knot| {
                node < web.first_bad || node % 101 != 100
            }),
            Formula::invariant("second", |web: &Self, &(node, _): &Knot| node < web.nodes),
        ]
    }

    fn is_goal(&self, &(node, _): &Knot) -> bool {
        is_sink(node)
    }
}
