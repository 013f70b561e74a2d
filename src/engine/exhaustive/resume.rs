//! Searches that leave checkpoints, and go on from them.
//!
//! A checkpoint is written between two blocks. It holds what the search knows then, and the part
//! of the level under way that is still to be expanded, so that the outcome is the same as if
//! the search had not been stopped.

use std::io;
use std::time::{Duration, Instant};

use super::super::checkpoint::{About, Checkpoints, Error, Sink, Source, damaged};
use super::super::frontier::Frontier;
use super::level::Level;
use super::{Search, format};
use crate::engine::edges::{Edges, StateSet};
use crate::engine::store::Store;
use crate::engine::{
    Bounds, Fairness, Labels, Observer, Order, Outcome, Question, Searchable, Settings, StopReason,
    StoreKind, Trace, Verdict, WhyFair,
};

/// What became of the checkpoints of a search.
#[derive(Debug)]
pub struct Saved {
    /// The search has come to its end: there is nothing to go on with.
    pub finished: bool,
    /// There is a checkpoint to go on from.
    pub there: bool,
    /// Why the last one could not be written.
    pub failed: Option<io::Error>,
}

/// Decides a question as [`super::check`] does, and leaves checkpoints: from time to time, and
/// when a bound or the observer stops it. Goes on from the one that is there if
/// [`Checkpoints::resumes`]. A checkpoint that cannot be written does not stop the search.
///
/// [`Bounds::time`] is that of this run alone. The checkpoint of a finished search is left to the
/// caller, who may want to report before it is gone.
///
/// # Errors
/// There is no checkpoint of this search to go on from.
pub fn check_with<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    settings: impl Into<Settings>,
    observer: &dyn Observer<M::Action>,
    checkpoints: &Checkpoints,
) -> Result<(Outcome<M::Action>, Saved), Error> {
    let settings = settings.into();
    let mut search = Search::new(model, question, bounds, settings, observer);
    let about = about(model, question, bounds, settings, checkpoints);
    if checkpoints.resumes() {
        checkpoints.load(&about, |from| search.read(from))?;
    } else {
        search.store_initial();
    }
    search.saver = Some(Saver {
        checkpoints,
        about,
        rests: checkpoints.every,
        last: Instant::now(),
        there: checkpoints.resumes(),
        failed: None,
    });
    search.run();
    let saver = search.saver.take().expect("it was set above");
    let outcome = search.outcome();
    let saved = Saved {
        finished: !matches!(
            outcome.statistics.stopped,
            Some(
                StopReason::States
                    | StopReason::Memory
                    | StopReason::Time
                    | StopReason::Interrupted
            )
        ),
        there: saver.there,
        failed: saver.failed,
    };
    Ok((outcome, saved))
}

/// Whether [`check_with`] would go on from the checkpoint that is there.
///
/// # Errors
/// It is of another search, or cannot be read.
pub fn may_resume<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    settings: impl Into<Settings>,
    checkpoints: &Checkpoints,
) -> Result<(), Error> {
    checkpoints.verify(&about(
        model,
        question,
        bounds,
        settings.into(),
        checkpoints,
    ))
}

/// What has to be the same for a search to go on.
fn about<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    settings: Settings,
    checkpoints: &Checkpoints,
) -> About {
    let mut names: Vec<&str> = question.formulas.iter().map(|one| one.name).collect();
    names.extend(question.may_end.map(|_| "dead ends"));
    let order = match settings.order {
        Order::FewestFaults => "fewest-faults",
        Order::Shortest => "shortest",
    };
    let store = match settings.store {
        StoreKind::Exact => "exact",
        StoreKind::Fingerprint => "fingerprint",
    };
    let is_used = |used| if used { "yes" } else { "no" }.to_owned();
    let depth = bounds.depth.map(|depth| depth.to_string());
    let format = format(model, settings);
    let own = [
        ("list of properties", names.join(", ")),
        ("order", order.to_owned()),
        ("store", store.to_owned()),
        ("use of dominance", is_used(!format.spent.is_empty())),
        ("use of symmetry", is_used(format.symmetric)),
        ("depth bound", depth.unwrap_or_else(|| "none".to_owned())),
        ("stop at the first violation", is_used(question.fail_fast)),
        ("words per state", model.words().to_string()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    checkpoints.about.iter().cloned().chain(own).collect()
}

/// Writing takes no more than one part in so many of the time.
const SHARE: u32 = 10;

/// When the next checkpoint is due, and what became of the last.
pub(super) struct Saver<'a> {
    checkpoints: &'a Checkpoints,
    about: About,
    /// The time between the last checkpoint and the next.
    rests: Duration,
    last: Instant,
    there: bool,
    failed: Option<io::Error>,
}

impl<M: Searchable> Search<'_, M> {
    /// Writes a checkpoint if one is due, or if the search stops here.
    pub(super) fn save(&mut self, level: &Level, stops: bool) {
        let Some(mut saver) = self.saver.take() else {
            return;
        };
        if stops || saver.last.elapsed() >= saver.rests {
            let begun = Instant::now();
            let saved = saver
                .checkpoints
                .save(&saver.about, |out| self.write(level, out));
            saver.there |= saved.is_ok();
            saver.failed = saved.err();
            saver.last = Instant::now();
            saver.rests = saver.checkpoints.every.max(begun.elapsed() * (SHARE - 1));
        }
        self.saver = Some(saver);
    }

    /// Writes all that is known before the rest of this level is expanded.
    fn write(&self, level: &Level, out: &mut Sink) -> io::Result<()> {
        let elapsed = self.before.0 + self.started.elapsed();
        for number in [
            u64::from(self.layer),
            u64::from(self.seen.cut),
            self.covered,
            self.seen.faults_fired,
            self.seen.transitions,
            u64::from(self.statistics.depth),
            self.statistics.peak_bytes,
            u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX),
        ] {
            out.number(number)?;
        }
        for decision in &self.decisions {
            match &decision.verdict {
                Verdict::Violated(trace) => {
                    out.number(1)?;
                    out.number(trace.initial as u64)?;
                    out.numbers(self.choices(trace).into_iter())?;
                    write_ending(trace, out)?;
                }
                // Nothing is inconclusive before the search is over.
                Verdict::Holds | Verdict::Inconclusive(_) => out.number(0)?,
            }
            out.numbers(decision.layers.iter().map(|&holds| u32::from(holds)))?;
        }
        out.words(self.seen.labels.words())?;
        out.number(self.seen.dead_ends)?;
        out.number(self.seen.first_dead_end.map_or(u64::MAX, u64::from))?;
        self.store.write(out)?;
        for line in [&self.waiting, &self.later] {
            out.number(line.len() as u64)?;
            for (&depth, frontier) in line {
                out.number(u64::from(depth))?;
                write_states(frontier, 0, self.words, out)?;
            }
        }
        out.number(u64::from(level.depth))?;
        out.number((level.before + level.done) as u64)?;
        write_states(&level.states, level.done, self.words, out)?;
        self.edges.write(out)?;
        self.reaches.values().try_for_each(|set| set.write(out))
    }

    /// Takes in what was written, in place of the initial states.
    fn read(&mut self, from: &mut Source) -> io::Result<()> {
        self.layer = from.small()?;
        self.seen.cut = from.number()? != 0;
        self.covered = from.number()?;
        self.seen.faults_fired = from.number()?;
        self.seen.transitions = from.number()?;
        self.statistics.depth = from.small()?;
        self.statistics.peak_bytes = from.number()?;
        self.before.0 = Duration::from_nanos(from.number()?);
        for number in 0..self.decisions.len() {
            let verdict = if from.number()? == 0 {
                Verdict::Holds
            } else {
                let initial = from.small()? as usize;
                let choices = from.numbers()?;
                let mut trace = self.retrace(initial, &choices).ok_or_else(damaged)?;
                read_ending(&mut trace, from)?;
                Verdict::Violated(trace)
            };
            let decision = &mut self.decisions[number];
            decision.verdict = verdict;
            decision.layers = from.numbers()?.iter().map(|&holds| holds != 0).collect();
        }
        self.seen.labels = Labels::from_words(&from.words()?).ok_or_else(damaged)?;
        self.seen.dead_ends = from.number()?;
        self.seen.first_dead_end = match from.number()? {
            u64::MAX => None,
            index => Some(u32::try_from(index).map_err(|_| damaged())?),
        };
        self.store.read(from)?;
        self.check_initial()?;
        if !self
            .seen
            .first_dead_end
            .is_none_or(|index| self.store.holds(index))
        {
            return Err(damaged());
        }
        self.before.1 = self.store.len().saturating_sub(self.covered);
        for line in [&mut self.waiting, &mut self.later] {
            for _ in 0..from.number()? {
                let depth = from.small()?;
                line.insert(depth, read_states(&self.store, self.words, from)?);
            }
        }
        self.rest = Some(Level {
            depth: from.small()?,
            done: 0,
            before: usize::try_from(from.number()?).map_err(|_| damaged())?,
            states: read_states(&self.store, self.words, from)?,
        });
        self.edges = Edges::read(from)?;
        for set in self.reaches.values_mut() {
            *set = StateSet::read(from)?;
        }
        if from.is_at_its_end() {
            Ok(())
        } else {
            Err(damaged())
        }
    }

    /// A program that packs states in another way could not go on.
    fn check_initial(&self) -> io::Result<()> {
        let mut row = vec![0; self.words];
        let mut initial = self.model.initial_states().into_iter();
        let is_stored = |state: M::State| {
            self.store.format.pack(self.model, &state, &mut row);
            self.store.starts_with(&row)
        };
        if initial.all(is_stored) {
            Ok(())
        } else {
            Err(damaged())
        }
    }

    /// The numbers of a trace's steps, each among those that are enabled where it is taken.
    fn choices(&self, trace: &Trace<M::Action>) -> Vec<u32> {
        let mut state = self.model.initial_states().swap_remove(trace.initial);
        let mut choices = Vec::with_capacity(trace.steps.len());
        for step in &trace.steps {
            let (mut number, mut found) = (0, None);
            self.model.successors(&state, &mut |action, next| {
                if found.is_none() && action == *step {
                    found = Some((number, next.clone()));
                }
                number += 1;
            });
            let (choice, next) = found.expect("the steps of a trace are enabled");
            choices.push(choice);
            state = next;
        }
        choices
    }

    /// The trace of these choices, if there are such steps.
    fn retrace(&self, initial: usize, choices: &[u32]) -> Option<Trace<M::Action>> {
        let mut state = self.model.initial_states().into_iter().nth(initial)?;
        let mut trace = Trace {
            initial,
            steps: Vec::with_capacity(choices.len()),
            faults: 0,
            loop_start: None,
            fair: Vec::new(),
        };
        for &choice in choices {
            let (mut number, mut found) = (0, None);
            self.model.successors(&state, &mut |action, next| {
                if number == choice {
                    found = Some((action, next.clone()));
                }
                number += 1;
            });
            let (step, next) = found?;
            trace.faults += u32::from(self.model.fault_kind(&step).is_some());
            trace.steps.push(step);
            state = next;
        }
        Some(trace)
    }
}

/// Writes how an endless path goes on: where its loop starts, counted from 1, and why it is fair.
fn write_ending<A>(trace: &Trace<A>, out: &mut Sink) -> io::Result<()> {
    out.number(trace.loop_start.map_or(0, |start| start as u64 + 1))?;
    let reasons = trace.fair.iter().flat_map(|fair| {
        let (kind, step) = match fair.why {
            WhyFair::Happens(step) => (0, step),
            WhyFair::NotEnabled(step) => (1, step),
        };
        [u32::from(fair.class), kind, step as u32]
    });
    out.numbers(reasons.collect::<Vec<_>>().into_iter())
}

fn read_ending<A>(trace: &mut Trace<A>, from: &mut Source) -> io::Result<()> {
    let start = usize::try_from(from.number()?).map_err(|_| damaged())?;
    trace.loop_start = start.checked_sub(1);
    for reason in from.numbers()?.chunks(3) {
        let &[class, kind, step] = reason else {
            return Err(damaged());
        };
        let step = step as usize;
        trace.fair.push(Fairness {
            class: u16::try_from(class).map_err(|_| damaged())?,
            why: match kind {
                0 => WhyFair::Happens(step),
                _ => WhyFair::NotEnabled(step),
            },
        });
    }
    let ends = trace
        .loop_start
        .is_none_or(|start| start <= trace.steps.len());
    if ends { Ok(()) } else { Err(damaged()) }
}

/// Writes the states of a frontier from one on, and their rows if it carries them.
fn write_states(states: &Frontier, from: usize, words: usize, out: &mut Sink) -> io::Result<()> {
    out.numbers(states.indices[from..].iter().copied())?;
    out.words(states.rows.get(from * words..).unwrap_or_default())
}

fn read_states(store: &Store, words: usize, from: &mut Source) -> io::Result<Frontier> {
    let frontier = Frontier {
        indices: from.numbers()?,
        rows: from.words()?,
    };
    let carries_rows = store.format.kept == crate::engine::store::Kept::Fingerprints;
    let rows = if carries_rows {
        frontier.indices.len() * words
    } else {
        0
    };
    let fits = frontier.rows.len() == rows;
    let known = frontier.indices.iter().all(|&index| store.holds(index));
    if fits && known {
        Ok(frontier)
    } else {
        Err(damaged())
    }
}
