//! The shell with programs that have nothing to do with clusters: a bell that can be rung.

use std::fmt;
use std::rc::Rc;

use super::outside::Outside;
use super::programs::{Comparison, Programs};
use super::state::{Outcome, State};
use super::syntax;
use super::{conditions, runner};
use crate::runbook::graph::Goal;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Request {
    Ring,
    IsLoud,
    IsLate,
}

/// What the bell sounds like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Sound(usize);

impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sound")
    }
}

impl Outside for Bell {
    type Session<'a> = ();
    /// How often it was rung.
    type Known = usize;
    type Value = Sound;
    type Request = Request;

    const MOST_REQUESTS: usize = 10;

    fn file((): &(), _: &str) -> Option<Rc<str>> {
        None
    }

    fn clock() -> Request {
        Request::IsLate
    }

    fn only_looks(request: Request) -> bool {
        request != Request::Ring
    }

    fn without_place(value: &Sound) -> Option<(Sound, usize)> {
        Some((Sound(0), value.0))
    }

    fn or_zero(_: &Sound) -> Option<Sound> {
        None
    }
}

type Runner<'a> = runner::Runner<'a, Bell>;

impl Programs for Bell {
    fn run(
        runner: &mut Runner<'_>,
        name: &str,
        _: &[&str],
        state: State<Self>,
    ) -> Result<Outcome<Self>, runner::Halt> {
        if name == "listen" {
            let mut state = state;
            let sound = runner.value(Sound(runner.graph.emitted.len()));
            state.shell.write(&sound);
            return Ok(Outcome::ok(state));
        }
        let (mut done, refused) = runner.emit(state, Request::Ring)?;
        done.known += 1;
        let mut outcome = Outcome::ok(done);
        outcome.failed.push(refused);
        Ok(outcome)
    }

    fn follows(name: &str) -> bool {
        name == "ring"
    }

    fn has_text(
        _: &mut Runner<'_>,
        _: Sound,
        _: &str,
        wanted: bool,
        state: State<Self>,
    ) -> Result<Outcome<Self>, runner::Halt> {
        Ok(Outcome::of(state, wanted))
    }

    fn compare(
        runner: &mut Runner<'_>,
        Sound(at): Sound,
        comparison: Comparison<'_>,
        state: State<Self>,
    ) -> Result<Outcome<Self>, runner::Halt> {
        assert_eq!((comparison.operator, comparison.right), ("=", "loud"));
        conditions::look(runner, Request::IsLoud, at, state)
    }
}

/// The requests of a script, each with where it leads if it is done and otherwise.
fn graph(script: &str) -> Vec<(Request, Option<Goal>, Option<Goal>)> {
    let command = syntax::parse(script, 0).expect("it is a script");
    let mut runner = Runner::new((), script);
    let followed = runner.script(&command, 0);
    assert!(followed.is_ok(), "{:?}", runner.findings.problems);
    let emitted = runner.graph.emitted.iter();
    emitted
        .map(|emitted| (emitted.request, emitted.done, emitted.otherwise))
        .collect()
}

#[test]
fn a_loop_over_a_list_is_unrolled() {
    let script = "set -e\nfor i in 1 2; do ring $i; done";
    let ring = |next| (Request::Ring, Some(next), Some(Goal::Failed(1)));
    assert_eq!(graph(script), [ring(Goal::At(1)), ring(Goal::End(0))]);
}

#[test]
fn a_loop_that_looks_leads_back() {
    let script = "until [ \"$(listen)\" = loud ]; do sleep 1; done\nring || true";
    let look = (Request::IsLoud, Some(Goal::At(1)), Some(Goal::At(0)));
    let ring = (Request::Ring, Some(Goal::End(0)), Some(Goal::End(0)));
    assert_eq!(graph(script), [look, ring]);
}
