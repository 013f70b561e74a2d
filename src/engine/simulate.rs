//! Random walks: many seeded runs of a model, each one path.
//!
//! A walk shows that something can go wrong, never that it cannot. What it needs does not grow
//! with the space, so it goes where no search comes to an end.
//!
//! # The rule
//!
//! Each run has a stream of random numbers of its own, from the seed and the number of the run
//! and nothing else: the same walk comes of them on any machine, with any number of threads.
//!
//! 1. A run starts in one of the initial states, each as likely.
//! 2. It draws how many faults may strike, from none to the budget, each as likely, and its pace:
//!    2, 4, 8, 16, 32, 64 or 128, each as likely.
//! 3. While faults are left, each step is a fault with a chance of 1 to the pace; it is one for
//!    certain where nothing else can happen. Which kind, of those that can strike, and then which
//!    step of that kind: each as likely.
//! 4. Any other step is one of the enabled steps that are not faults, each as likely.
//! 5. A run ends where no step is left to it, or after a number of steps.
//!
//! There are more faults that could strike than steps that are none. Drawn among all, they would
//! use the budget up at the start of every run. The paces spread them over short and long runs.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::RngCore;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::{Predicate, Question, Searchable, Trace};

/// Which walks to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Walks {
    /// How many, numbered from 0.
    pub runs: u64,
    /// Where the random numbers start.
    pub seed: u64,
    /// How many threads take them. No result depends on it.
    pub threads: NonZeroUsize,
    /// Where a run is cut off.
    pub max_steps: u32,
    /// The most faults of one run: the model's own budget.
    pub faults: u32,
}

/// What walks have shown.
#[derive(Clone, PartialEq, Debug)]
pub struct WalkOutcome<A> {
    /// One for each invariant of the question, in its order.
    pub properties: Vec<Walked<A>>,
    /// What the walks came to.
    pub tally: Tally,
    /// They were stopped before all had been taken.
    pub interrupted: bool,
    /// Wall-clock time.
    pub elapsed: Duration,
}

/// What walks have shown of one invariant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walked<A> {
    /// Its name.
    pub name: &'static str,
    /// How many runs break it.
    pub runs: u64,
    /// The lowest number of a run that breaks it, and that run up to the first state in which it
    /// is broken.
    pub first: Option<(u64, Trace<A>)>,
}

/// What walks came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Their steps together.
    pub steps: u64,
    /// The steps of the longest.
    pub longest: u32,
    /// Faults among the steps.
    pub faults: u64,
    /// The kinds of fault that struck: bit i is kind i.
    pub faults_fired: u64,
    /// Runs that came to rest where they may: [`Question::may_end`].
    pub goal: u64,
    /// Runs that came to rest elsewhere.
    pub stuck: u64,
    /// Runs that were cut off.
    pub cut_off: u64,
}

/// Takes random walks. `watch` is told from time to time how many runs are over; no further run
/// is begun once its answer is `true`.
pub fn simulate<M: Searchable>(
    model: &M,
    question: &Question<M>,
    walks: &Walks,
    watch: &(dyn Fn(u64) -> bool + Sync),
) -> WalkOutcome<M::Action> {
    let started = Instant::now();
    let shared = Shared {
        next: AtomicU64::new(0),
        finished: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        watch,
    };
    let found = std::thread::scope(|scope| {
        let work = || runs(model, question, walks, &shared);
        let threads: Vec<_> = (1..walks.threads.get())
            .map(|_| scope.spawn(work))
            .collect();
        let mut found = work();
        for thread in threads {
            found.add(&thread.join().expect("a walk does not panic"));
        }
        found
    });
    let invariants = question.invariants().zip(&found.broken);
    let walked = invariants.map(|((place, invariant), broken)| Walked {
        name: question.formulas[place].name,
        runs: broken.runs,
        // A run is taken again sooner than every run's steps are kept.
        first: broken.first.map(|run| {
            let breaks = &mut |state: &M::State| !invariant.holds(model, state);
            (run, path(model, walks, run, breaks))
        }),
    });
    WalkOutcome {
        properties: walked.collect(),
        tally: found.tally,
        interrupted: found.tally.runs < walks.runs,
        elapsed: started.elapsed(),
    }
}

/// One run up to the first state that `ends` it, or as far as it goes.
pub fn path<M: Searchable>(
    model: &M,
    walks: &Walks,
    run: u64,
    ends: &mut dyn FnMut(&M::State) -> bool,
) -> Trace<M::Action> {
    let mut walker = Walker::new(model, walks, run);
    let mut steps = Vec::new();
    while !ends(&walker.state) && steps.len() < walks.max_steps as usize {
        let Some(step) = walker.step() else { break };
        steps.push(step);
    }
    Trace {
        initial: walker.initial,
        faults: walker.faults,
        steps,
        loop_start: None,
        fair: Vec::new(),
    }
}

/// What the threads have in common.
struct Shared<'a> {
    /// The next run to begin.
    next: AtomicU64,
    /// Runs that are over.
    finished: AtomicU64,
    stop: AtomicBool,
    watch: &'a (dyn Fn(u64) -> bool + Sync),
}

/// Runs that a thread takes between two looks at whether it should stop.
const BLOCK: u64 = 16;

/// What some runs have shown. Two of these add up to the same in any order.
struct Found {
    tally: Tally,
    /// By invariant, in the order of the question.
    broken: Vec<Broken>,
}

/// The runs that break an invariant.
#[derive(Clone, Copy, Default)]
struct Broken {
    runs: u64,
    first: Option<u64>,
}

impl Broken {
    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.first = self.first.into_iter().chain(other.first).min();
    }
}

impl Found {
    fn add(&mut self, other: &Self) {
        let (sum, tally) = (&mut self.tally, other.tally);
        sum.runs += tally.runs;
        sum.steps += tally.steps;
        sum.longest = sum.longest.max(tally.longest);
        sum.faults += tally.faults;
        sum.faults_fired |= tally.faults_fired;
        sum.goal += tally.goal;
        sum.stuck += tally.stuck;
        sum.cut_off += tally.cut_off;
        for (sum, &broken) in self.broken.iter_mut().zip(&other.broken) {
            sum.add(broken);
        }
    }
}

/// Takes blocks of runs until all are taken.
fn runs<M: Searchable>(
    model: &M,
    question: &Question<M>,
    walks: &Walks,
    shared: &Shared<'_>,
) -> Found {
    let mut found = Found {
        tally: Tally::default(),
        broken: vec![Broken::default(); question.invariants().count()],
    };
    while !shared.stop.load(Ordering::Relaxed) {
        let first = shared.next.fetch_add(BLOCK, Ordering::Relaxed);
        if first >= walks.runs {
            break;
        }
        let block = first..walks.runs.min(first.saturating_add(BLOCK));
        let taken = block.end - block.start;
        for run in block {
            found.add(&one(model, question, walks, run));
        }
        let finished = shared.finished.fetch_add(taken, Ordering::Relaxed) + taken;
        if (shared.watch)(finished) {
            shared.stop.store(true, Ordering::Relaxed);
        }
    }
    found
}

/// Takes one run to its end.
fn one<M: Searchable>(model: &M, question: &Question<M>, walks: &Walks, run: u64) -> Found {
    let mut walker = Walker::new(model, walks, run);
    let invariants: Vec<_> = question.invariants().collect();
    let mut broken = vec![Broken::default(); invariants.len()];
    let mut tally = Tally {
        runs: 1,
        ..Tally::default()
    };
    let rests = loop {
        for (broken, (_, invariant)) in broken.iter_mut().zip(&invariants) {
            if broken.first.is_none() && !invariant.holds(model, &walker.state) {
                (broken.runs, broken.first) = (1, Some(run));
            }
        }
        if tally.longest >= walks.max_steps {
            break false;
        }
        let Some(step) = walker.step() else {
            break true;
        };
        tally.longest += 1;
        if let Some(kind) = model.fault_kind(&step) {
            tally.faults_fired |= 1 << kind;
        }
    };
    let may_end = |may_end: Predicate<M>| may_end.holds(model, &walker.state);
    match rests {
        false => tally.cut_off = 1,
        true if question.may_end.is_none_or(may_end) => tally.goal = 1,
        true => tally.stuck = 1,
    }
    tally.steps = u64::from(tally.longest);
    tally.faults = u64::from(walker.faults);
    Found { tally, broken }
}

/// One run under way.
struct Walker<'a, M: Searchable> {
    model: &'a M,
    random: Pcg64Mcg,
    /// Which of the initial states it started from.
    initial: usize,
    state: M::State,
    /// Faults taken.
    faults: u32,
    /// Faults that may still strike.
    left: u64,
    /// A step is a fault with a chance of 1 to this.
    pace: u64,
    /// Room for the steps to choose from.
    enabled: Vec<M::Action>,
}

impl<'a, M: Searchable> Walker<'a, M> {
    fn new(model: &'a M, walks: &Walks, run: u64) -> Self {
        let mut random = stream(walks.seed, run);
        let mut states = model.initial_states();
        let initial = choose(&mut random, states.len());
        let left = below(&mut random, u64::from(walks.faults) + 1);
        let pace = 2 << below(&mut random, 7);
        Self {
            model,
            random,
            initial,
            state: states.swap_remove(initial),
            faults: 0,
            left,
            pace,
            enabled: Vec::new(),
        }
    }

    /// Takes a step; none if there is none to take.
    fn step(&mut self) -> Option<M::Action> {
        let mut enabled = std::mem::take(&mut self.enabled);
        enabled.clear();
        self.model.enabled(&self.state, &mut enabled);
        let place = self.choose(&enabled);
        let step = place.map(|place| enabled.swap_remove(place));
        self.enabled = enabled;
        let step = step?;
        let next = self.model.successor(&self.state, &step);
        self.state = next.expect("the step is enabled");
        if self.model.fault_kind(&step).is_some() {
            self.faults += 1;
            self.left -= 1;
        }
        Some(step)
    }

    /// The place of the next step among those that are enabled.
    fn choose(&mut self, enabled: &[M::Action]) -> Option<usize> {
        let kind = |place: &usize| self.model.fault_kind(&enabled[*place]);
        let (others, faults): (Vec<usize>, Vec<usize>) =
            (0..enabled.len()).partition(|place| kind(place).is_none());
        let may = self.left > 0 && !faults.is_empty();
        let strikes = may && (others.is_empty() || below(&mut self.random, self.pace) == 0);
        if !strikes {
            return (!others.is_empty()).then(|| others[choose(&mut self.random, others.len())]);
        }
        let mut kinds: Vec<Option<u8>> = faults.iter().map(kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let struck = kinds[choose(&mut self.random, kinds.len())];
        let targets: Vec<usize> = faults
            .into_iter()
            .filter(|place| kind(place) == struck)
            .collect();
        Some(targets[choose(&mut self.random, targets.len())])
    }
}

/// The random numbers of a run: PCG-64-MCG, whose state is the 128-bit XXH3 of the run's number
/// (eight bytes, lowest first) under the seed.
fn stream(seed: u64, run: u64) -> Pcg64Mcg {
    Pcg64Mcg::new(xxh3_128_with_seed(&run.to_le_bytes(), seed))
}

/// A number below `bound`, each as likely: the high half of a product, and another try where the
/// low half falls into the part that would favour some numbers (Lemire 2019).
fn below(random: &mut Pcg64Mcg, bound: u64) -> u64 {
    let surplus = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(bound);
        if product as u64 >= surplus {
            return (product >> 64) as u64;
        }
    }
}

/// A place in a list of so many, each as likely.
fn choose(random: &mut Pcg64Mcg, count: usize) -> usize {
    usize::try_from(below(random, count as u64)).expect("it is below a usize")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of some streams. If they change, no run can be shown again by its seed.
    #[test]
    fn streams_stay_as_they_are() {
        let first = |seed, run| {
            let mut random = stream(seed, run);
            [below(&mut random, 1000), below(&mut random, 1000)]
        };
        assert_eq!(first(0, 0), [225, 446]);
        assert_eq!(first(0, 1), [454, 298]);
        assert_ne!(first(1, 0), first(0, 0));
    }

    #[test]
    fn every_number_is_as_likely() {
        let mut random = stream(7, 7);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[choose(&mut random, 6)] += 1;
        }
        // Five standard deviations are less than 500.
        let near = |count: &u32| count.abs_diff(10_000) < 500;
        assert!(counts.iter().all(near), "{counts:?}");
    }

    #[test]
    fn bounds_that_are_no_power_of_two_are_not_favoured() {
        // With a remainder instead, three quarters of the numbers would be in the lower half.
        let bound = (1 << 63) + (1 << 62);
        let mut random = stream(1, 2);
        let low = (0..10_000).filter(|_| below(&mut random, bound) < bound / 2);
        let low = low.count();
        assert!(low.abs_diff(5_000) < 250, "{low}");
    }
}
