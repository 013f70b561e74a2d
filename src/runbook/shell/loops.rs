//! Loops: those over lists are unrolled, those that ask a cluster go back to where they began.

use std::rc::Rc;

use super::programs::Programs;
use super::runner::{Halt, Runner};
use super::state::{Checked, End, Leave, Left, Outcome, Shell, State};
use super::syntax::{Command, Word};
use crate::runbook::clock::{Clock, Number};
use crate::runbook::graph::Goal;
use crate::runbook::symbols::Symbol;

/// How the round before has ended, which is how the loop ends if there is no other: with which
/// status, and whether `set -e` minds.
type Last = (End, u8);

/// States in which a round begins.
type Rounds<P> = Vec<(State<P>, Last)>;

/// The states in which a body has ended, and how.
type Endings<P> = Vec<(State<P>, End)>;

/// A round that has begun: what was known there, and its first request if it asks anything.
struct Begun<P: Programs> {
    signature: (Box<Shell>, P::Known, Last),
    asks_at: Option<usize>,
}

/// The most rounds in which a loop may count.
const MOST_COUNTED: usize = 500;

/// A loop that has not begun a round succeeds.
const NONE: Last = (End::Ok, 0);

impl<P: Programs> Runner<'_, P> {
    /// A loop whose condition may depend on the clusters: a round that begins with what an
    /// earlier one began with goes back to it.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn looped(
        &mut self,
        until: bool,
        condition: &Command,
        body: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let mut begun: Vec<Begun<P>> = Vec::new();
        // The rounds up to the one at hand that have asked nothing.
        let mut silent: Vec<usize> = Vec::new();
        let reads_end = self.reads_end(body);
        let problems = self.findings.problems.len();
        let mut open = vec![(state, NONE)];
        while let Some((mut state, last)) = open.pop() {
            self.keep_clocks(&mut state.shell);
            let (mut shell, known) = self.signature(&state);
            self.forget_dead(condition, &mut shell);
            self.spend(begun.len() * (1 + shell.entries()));
            let mut signature = (shell, known, last);
            self.say_again(&begun, &mut signature, &mut state.shell);
            self.stop_counting(&begun, &mut signature, &mut state.shell);
            let same = begun.iter().position(|begun| begun.signature == signature);
            if let Some(position) = same.and_then(|number| begun[number].asks_at) {
                self.graph.backpatch(&state.exits, Goal::At(position));
                self.goes_round(position, self.polling + 1);
                continue;
            }
            if same.is_some_and(|number| silent.contains(&number)) {
                return Err(self.never_ends(condition, problems));
            }
            let position = self.graph.emitted.len();
            let next = self.round(until, condition, body, (state, last), checked, &mut outcome)?;
            let next = end_of_round(next.0, next.1, reads_end, &mut outcome);
            let next = self.begin(condition, &next);
            let asks = self.graph.emitted.len() > position;
            if asks || next.is_empty() {
                silent.clear();
            } else {
                silent.push(begun.len());
            }
            begun.push(Begun {
                signature,
                asks_at: asks.then_some(position),
            });
            open.extend(next);
        }
        Ok(outcome.merged())
    }

    /// A round that differs from an earlier one by nothing but what it has written, at the end of
    /// what that one had: loops that wait say the same again and again, and what they have said
    /// becomes a text that nobody knows, so that it does not grow for ever.
    fn say_again(
        &mut self,
        begun: &[Begun<P>],
        (new, known, last): &mut (Box<Shell>, P::Known, Last),
        shell: &mut Shell,
    ) {
        if new.output.is_empty() && new.files.is_empty() {
            return;
        }
        let mut begun = begun.iter().rev().filter(|begun| begun.asks_at.is_some());
        let earlier = begun.find(|begun| {
            let (old, old_known, old_last) = &begun.signature;
            old_known == known && old_last == last && old != new && has_written(old, new)
        });
        let Some(earlier) = earlier else { return };
        let said = "what a loop of the script says again and again".to_owned();
        let said = self.symbol(Symbol::Other(said));
        let widened = |old: &str| {
            let end = if old.ends_with(&said) { "" } else { &said };
            format!("{old}{end}")
        };
        let old = &earlier.signature.0;
        for (place, old) in old.output.iter().enumerate() {
            if new.output[place] != *old {
                new.output[place] = widened(old);
                shell.output[place].clone_from(&new.output[place]);
            }
        }
        for (path, old) in &old.files {
            if new.files.get(path) != Some(old) {
                let text: Rc<str> = widened(old).into();
                new.files.insert(Rc::clone(path), Rc::clone(&text));
                shell.files.insert(Rc::clone(path), text);
            }
        }
    }

    /// A number that is another in each of very many rounds becomes one that nobody knows: loops may
    /// count how often they have asked without an end.
    fn stop_counting(
        &mut self,
        begun: &[Begun<P>],
        (new, ..): &mut (Box<Shell>, P::Known, Last),
        shell: &mut Shell,
    ) {
        let last = begun.last().filter(|_| begun.len() >= MOST_COUNTED);
        let Some(old) = last.filter(|last| last.asks_at.is_some()) else {
            return;
        };
        let old = &old.signature.0.variables;
        let is_number = |text: &Rc<str>| text.parse::<i64>().is_ok();
        let counts = |(name, value): &(&Rc<str>, &Rc<str>)| {
            let before = old.get(*name).filter(|before| before != value);
            is_number(value) && before.is_some_and(is_number)
        };
        let counters = new.variables.iter().filter(counts);
        let counters: Vec<Rc<str>> = counters.map(|(name, _)| Rc::clone(name)).collect();
        let unknown = Number::Clock(Clock::read(self.polling + 1, 0).kept());
        for name in counters {
            let text = self.number_text(unknown);
            new.set(&name, &text);
            shell.set(&name, &text);
        }
    }

    /// One round: what leaves it, and how its body ends. Where the loop is over goes to `outcome`.
    fn round(
        &mut self,
        until: bool,
        condition: &Command,
        body: &Command,
        (state, last): (State<P>, Last),
        checked: Checked,
        outcome: &mut Outcome<P>,
    ) -> Result<(Left<P>, Endings<P>), Halt> {
        self.polling += 1;
        self.loops += 1;
        let (asked, mut left) = self.command(condition, state, Checked::Yes)?.ends();
        let goes_on = |(_, end): &(State<P>, End)| (*end == End::Ok) != until;
        let (inside, over): (Vec<_>, Vec<_>) = asked.into_iter().partition(goes_on);
        for (state, _) in over {
            finish(state, last, outcome);
        }
        let inside = inside.into_iter().map(|(state, _)| state).collect();
        let mut ends = Vec::new();
        for state in self.settled(body, inside) {
            let (ended, leaving) = self.command(body, state, checked)?.ends();
            ends.extend(ended);
            left.extend(leaving);
        }
        self.polling -= 1;
        self.loops -= 1;
        Ok((left, ends))
    }

    /// A loop that comes to where it was, and has asked nothing in between.
    fn never_ends(&mut self, condition: &Command, problems: usize) -> Halt {
        // Perhaps what it asks is not modelled, as was said.
        if self.findings.problems.len() == problems {
            self.span = condition.span.clone();
            self.mistake(
                "runbook::endless",
                "this loop never ends, and asks nothing".to_owned(),
                "let it ask a cluster",
            );
        }
        Halt
    }

    /// The states in which the next round begins, merged.
    fn begin(&mut self, first: &Command, rounds: &[(State<P>, Last)]) -> Rounds<P> {
        let mut open: Rounds<P> = Vec::new();
        let mut lasts: Vec<Last> = Vec::new();
        for (_, last) in rounds {
            if !lasts.contains(last) {
                lasts.push(*last);
            }
        }
        for last in lasts {
            let alike = rounds.iter().filter(|(_, other)| *other == last);
            let states = alike.map(|(state, _)| state.clone()).collect();
            let states = self.settled(first, states).into_iter();
            open.extend(states.map(|state| (state, last)));
        }
        open
    }

    /// What a state knows, whatever the place at which it has read a value of a cluster: one that
    /// it has just read is as good as any such value, and one that it has read earlier is old.
    fn signature(&mut self, state: &State<P>) -> (Box<Shell>, P::Known) {
        let mut shell = state.shell.clone();
        for value in shell.variables.values_mut() {
            let read = self.symbols.value(value).and_then(P::without_place);
            let Some((same, at)) = read else {
                continue;
            };
            let is_fresh = at == self.graph.emitted.len() || state.exits.is_right_behind(at);
            let symbol = if is_fresh {
                Symbol::Of(same)
            } else {
                Symbol::Part("a value that was read earlier".to_owned())
            };
            *value = self.symbols.text(symbol).as_str().into();
        }
        (shell, state.known.clone())
    }

    /// `for NAME in …`: a round for each word, or for each argument if there are no words.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn for_each(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        self.may_be_set(name, &state.shell);
        if words.is_none() && state.shell.arguments_are_open {
            self.open_arguments("$@");
            return Ok(Outcome::ok(state));
        }
        let Some(words) = words else {
            let values = state
                .shell
                .arguments
                .iter()
                .map(ToString::to_string)
                .collect();
            self.rounds(name, values, body, state, checked, &mut outcome)?;
            return Ok(outcome);
        };
        for (state, values) in self.expand_all(words, state)? {
            if words
                .iter()
                .zip(&values)
                .any(|(word, value)| self.has_unknown(value) && !word.text.starts_with('"'))
            {
                let what = "how many rounds this loop has is not known";
                self.not_modelled(what, "write the words into the script");
            }
            self.rounds(name, values, body, state, checked, &mut outcome)?;
        }
        Ok(outcome.merged())
    }

    fn rounds(
        &mut self,
        name: &str,
        values: Vec<String>,
        body: &Command,
        state: State<P>,
        checked: Checked,
        outcome: &mut Outcome<P>,
    ) -> Result<(), Halt> {
        let is_read = self.findings.reads(name) && self.is_live(body, name);
        let reads_end = self.reads_end(body);
        let mut state = state;
        state.shell.loops.push(name.into());
        let mut open = vec![(state, NONE)];
        let mut over = Outcome::default();
        for value in values {
            // Another round ends the loop as it ends itself.
            let states = open.into_iter().map(|(state, _)| state).collect();
            let mut next = Vec::new();
            let mut goes_on = false;
            for mut state in self.settled(body, states) {
                // Who never reads a variable cannot tell one round from the next.
                if is_read {
                    self.assign(name, &value, &mut state.shell);
                }
                let (before, from) = (self.signature(&state), self.graph.emitted.len());
                self.loops += 1;
                let (ends, left) = self.command(body, state, checked)?.ends();
                self.loops -= 1;
                let ends = end_of_round(left, ends, reads_end, &mut over);
                let looks = self.graph.emitted[from..]
                    .iter()
                    .all(|emitted| P::only_looks(emitted.request));
                goes_on |= self.follows_all
                    || is_read
                    || !looks
                    || ends.iter().any(|(end, _)| self.signature(end) != before)
                    || from == self.graph.emitted.len();
                next.extend(ends);
            }
            open = next;
            // Rounds that only look, and learn nothing, are one look: there is no clock.
            if open.is_empty() || !goes_on {
                break;
            }
        }
        for (state, last) in open {
            finish(state, last, &mut over);
        }
        let left = over.left.iter_mut().map(|(_, state)| state);
        let ended = over
            .ok
            .iter_mut()
            .chain(&mut over.failed)
            .chain(&mut over.exempt);
        for state in ended.chain(left) {
            state.shell.loops.retain(|other| **other != *name);
        }
        outcome.extend(over);
        Ok(())
    }

    /// `for ((…; …; …))`.
    ///
    /// # Errors
    /// The script cannot be followed any further.
    pub fn counted(
        &mut self,
        parts: &[String; 3],
        body: &Command,
        state: State<P>,
        checked: Checked,
    ) -> Result<Outcome<P>, Halt> {
        let mut outcome = Outcome::default();
        let mut state = state;
        let name = parts[0].split('=').next().unwrap_or("").trim().to_owned();
        let span = self.span.clone();
        if self.arithmetic(&parts[0], &mut state.shell).is_none() {
            return Ok(Outcome::ok(state));
        }
        state.shell.loops.push(name.as_str().into());
        let reads_end = self.reads_end(body);
        let mut open = vec![(state, NONE)];
        while !open.is_empty() {
            self.span = span.clone();
            let mut inside = Vec::new();
            for (mut state, last) in open {
                let goes_on = if parts[1].trim().is_empty() {
                    Some(1)
                } else {
                    self.known_number(&parts[1], &mut state.shell)
                };
                if goes_on.unwrap_or(0) == 0 {
                    finish(state, last, &mut outcome);
                } else {
                    inside.push(state);
                }
            }
            open = Vec::new();
            for state in self.settled(body, inside) {
                self.loops += 1;
                let (ends, left) = self.command(body, state, checked)?.ends();
                self.loops -= 1;
                self.span = span.clone();
                for (mut next, last) in end_of_round(left, ends, reads_end, &mut outcome) {
                    self.arithmetic(&parts[2], &mut next.shell);
                    open.push((next, last));
                }
            }
        }
        let left = outcome.left.iter_mut().map(|(_, state)| state);
        let ended = outcome.ok.iter_mut().chain(&mut outcome.failed);
        for state in ended.chain(&mut outcome.exempt).chain(left) {
            state.shell.loops.retain(|other| **other != *name);
        }
        Ok(outcome.merged())
    }
}

/// Whether one shell has come from another by writing alone, behind what there was.
fn has_written(old: &Shell, new: &Shell) -> bool {
    let mut like = new.clone();
    like.output.clone_from(&old.output);
    like.files.clone_from(&old.files);
    let same_files = old.files.keys().eq(new.files.keys());
    let mut files = old.files.values().zip(new.files.values());
    let mut outputs = old.output.iter().zip(&new.output);
    like == *old
        && same_files
        && old.output.len() == new.output.len()
        && files.all(|(old, new)| new.starts_with(&**old))
        && outputs.all(|(old, new)| new.starts_with(old.as_str()))
}

/// The end of a loop whose last round has ended so.
fn finish<P: Programs>(mut state: State<P>, (end, status): Last, outcome: &mut Outcome<P>) {
    state.shell.status = status;
    outcome.push(state, end);
}

/// The states in which the next round begins; what leaves the loop goes to `outcome`. How the round
/// has ended is kept if somebody asks how the loop ends.
fn end_of_round<P: Programs>(
    left: Vec<(Leave, State<P>)>,
    ends: Vec<(State<P>, End)>,
    reads_end: bool,
    outcome: &mut Outcome<P>,
) -> Rounds<P> {
    let ends = ends.into_iter();
    let mut next: Rounds<P> = ends
        .map(|(state, end)| {
            let last = if reads_end {
                (end, state.shell.status)
            } else {
                NONE
            };
            (state, last)
        })
        .collect();
    for (leave, mut state) in left {
        if matches!(leave, Leave::Break(_) | Leave::Continue(_)) {
            state.shell.status = 0;
        }
        match leave {
            Leave::Continue(1) => next.push((state, NONE)),
            Leave::Break(1) => outcome.ok.push(state),
            Leave::Continue(n) => outcome.left.push((Leave::Continue(n - 1), state)),
            Leave::Break(n) => outcome.left.push((Leave::Break(n - 1), state)),
            other => outcome.left.push((other, state)),
        }
    }
    next
}
