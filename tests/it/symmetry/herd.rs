//! A toy: animals that are alike as soon as the stage says so.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use straddle::engine::{Bits, Formula, Searchable};

use crate::asked::Asked;

/// How many animals there are.
pub const ANIMALS: usize = 3;

/// Where the herd is: the stage, where each animal is, and the faults spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Herd {
    pub stage: u8,
    pub animals: [u8; ANIMALS],
    pub spent: u8,
}

/// Whose step it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Fault,
    /// No fault, and it need never happen.
    Free,
    /// Of a class for all animals.
    Herd,
    /// Of a class for each animal, of which there are several.
    Each(u8),
    /// The same, and it is no help on a way back.
    Idle,
}

/// Something that an animal may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// At which stage, and which one comes then.
    pub stage: (u8, u8),
    /// From where to where.
    pub place: (u8, u8),
    /// Only if another animal is there.
    pub other: Option<u8>,
    /// Only this animal does it. Only at stage 0 are they told apart.
    pub only: Option<usize>,
    pub kind: Kind,
}

/// A rule, and the animal that follows it.
pub type Step = (usize, usize);

/// What animals may do.
#[derive(Clone, Debug)]
pub struct Meadow {
    pub rules: Vec<Rule>,
    pub start: [u8; ANIMALS],
    /// From this stage on all animals are alike. No step leads back to an earlier one.
    pub alike_from: u8,
    /// Everybody is here at the goal.
    pub goal: u8,
    /// Nobody else but one may be here.
    pub crowded: u8,
    pub budget: u8,
}

impl Meadow {
    /// A meadow without rules, on which all are alike.
    pub fn new(start: [u8; ANIMALS], goal: u8) -> Self {
        Self {
            rules: Vec::new(),
            start,
            alike_from: 0,
            goal,
            crowded: 9,
            budget: 0,
        }
    }

    /// The same with another rule, without a condition.
    pub fn rule(mut self, stage: (u8, u8), place: (u8, u8), kind: Kind) -> Self {
        self.rules.push(Rule {
            stage,
            place,
            other: None,
            only: None,
            kind,
        });
        self
    }

    pub fn random(seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let places = random.random_range(2..4_u8);
        let alike_from = random.random_range(0..2_u8);
        let count = random.random_range(2..9_u8);
        let rules = (0..count)
            .map(|_| {
                let stage = random.random_range(0..3_u8);
                let next = random.random_range(if stage < alike_from { 0 } else { alike_from }..3);
                let other = random.random_range(0..places);
                let only = random.random_range(0..ANIMALS);
                Rule {
                    stage: (
                        stage,
                        if random.random_range(0..3_u8) == 0 {
                            next
                        } else {
                            stage
                        },
                    ),
                    place: (
                        random.random_range(0..places),
                        random.random_range(0..places),
                    ),
                    other: (random.random_range(0..3_u8) == 0).then_some(other),
                    only: (stage < alike_from && random.random_range(0..2_u8) == 0).then_some(only),
                    kind: match random.random_range(0..10_u8) {
                        0 | 1 => Kind::Fault,
                        2 => Kind::Free,
                        3 | 4 => Kind::Herd,
                        5 => Kind::Idle,
                        _ => Kind::Each(random.random_range(0..2)),
                    },
                }
            })
            .collect();
        Self {
            rules,
            start: std::array::from_fn(|_| random.random_range(0..places)),
            alike_from,
            goal: random.random_range(0..places),
            crowded: random.random_range(0..places + 1),
            budget: random.random_range(0..3_u8),
        }
    }

    fn step(&self, herd: Herd, (rule, animal): Step) -> Option<Herd> {
        let rule = &self.rules[rule];
        let mut others = (0..ANIMALS).filter(|&other| other != animal);
        let is_there = |place| others.any(|other| herd.animals[other] == place);
        let may = herd.stage == rule.stage.0
            && herd.animals[animal] == rule.place.0
            && rule.only.is_none_or(|only| only == animal)
            && rule.other.is_none_or(is_there)
            && (rule.kind != Kind::Fault || herd.spent < self.budget);
        let mut next = herd;
        next.stage = rule.stage.1;
        next.animals[animal] = rule.place.1;
        next.spent += u8::from(rule.kind == Kind::Fault);
        may.then_some(next)
    }

    pub fn steps(&self, herd: Herd) -> Vec<(Step, Herd)> {
        let rules = 0..self.rules.len();
        let steps = rules.flat_map(|rule| (0..ANIMALS).map(move |animal| (rule, animal)));
        let steps = steps.filter_map(|step| Some((step, self.step(herd, step)?)));
        steps.collect()
    }
}

impl Searchable for Meadow {
    type State = Herd;
    type Action = Step;

    fn initial_states(&self) -> Vec<Herd> {
        vec![Herd {
            stage: 0,
            animals: self.start,
            spent: 0,
        }]
    }

    fn successor(&self, herd: &Herd, step: &Step) -> Option<Herd> {
        self.step(*herd, *step)
    }

    fn words(&self) -> usize {
        1
    }

    fn pack(&self, herd: &Herd, words: &mut [u64]) {
        words[0] = herd
            .animals
            .iter()
            .fold(0, |row, &place| row << 4 | u64::from(place));
        words[0] = words[0] << 8 | u64::from(herd.stage) << 4 | u64::from(herd.spent);
    }

    fn unpack(&self, words: &[u64]) -> Herd {
        let number = |place: usize| (words[0] >> (4 * place) & 15) as u8;
        Herd {
            stage: number(1),
            animals: std::array::from_fn(|animal| number(1 + ANIMALS - animal)),
            spent: number(0),
        }
    }

    fn has_symmetry(&self) -> bool {
        true
    }

    fn canonicalize(&self, herd: &Herd, row: &mut [u64]) {
        if herd.stage >= self.alike_from {
            let mut sorted = *herd;
            sorted.animals.sort_unstable();
            self.pack(&sorted, row);
        }
    }

    fn successors(&self, herd: &Herd, visit: &mut impl FnMut(Step, &Herd)) {
        for (step, next) in self.steps(*herd) {
            visit(step, &next);
        }
    }

    fn fault_kind(&self, &(rule, _): &Step) -> Option<u8> {
        (self.rules[rule].kind == Kind::Fault).then_some(0)
    }

    fn spent(&self) -> Vec<Bits> {
        vec![Bits {
            word: 0,
            shift: 0,
            width: 4,
        }]
    }

    fn fairness(&self, &(rule, animal): &Step) -> Option<u16> {
        let of_each = |group: u8| {
            let class = 1 + usize::from(group) * ANIMALS + animal;
            Some(u16::try_from(class).expect("few animals"))
        };
        match self.rules[rule].kind {
            Kind::Fault | Kind::Free => None,
            Kind::Herd => Some(0),
            Kind::Each(group) => of_each(group),
            Kind::Idle => of_each(2),
        }
    }

    fn recovers(&self, _: &Herd, &(rule, _): &Step) -> bool {
        self.rules[rule].kind != Kind::Idle
    }
}

impl Asked for Meadow {
    fn invariants(&self) -> Vec<Formula<Self>> {
        vec![Formula::invariant(
            "room for all",
            |meadow: &Self, herd: &Herd| {
                let here = herd
                    .animals
                    .iter()
                    .filter(|&&place| place == meadow.crowded);
                here.count() < 2
            },
        )]
    }

    fn is_goal(&self, herd: &Herd) -> bool {
        herd.animals.iter().all(|&place| place == self.goal)
    }

    fn keeps_goal(&self, herd: &Herd) -> bool {
        let here = herd.animals.iter().filter(|&&place| place == self.goal);
        here.count() + 1 >= ANIMALS
    }
}
