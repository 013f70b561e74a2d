//! `straddle certify`: a saved proof for every number of replicas, looked at again.

use std::panic::AssertUnwindSafe;
use std::{io, panic, thread};

use anstream::AutoStream;

use super::args::CertifyArguments;
use super::{errors, exit, ours};
use crate::check::certificate::{Certified, NotCertified, certify};
use crate::report::{grouped, plain};

/// Looks at the proof that `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &CertifyArguments) -> u8 {
    let looked = quietly(|| certify(&arguments.views, arguments.scenario.as_deref()));
    let Ok(looked) = looked else {
        let message = "the check of this proof crashed: this is a bug in Straddle".to_owned();
        let broken = ours("internal::panic", message, Some(&arguments.views));
        errors::draw(&broken, arguments.color.into());
        return exit::INTERNAL;
    };
    match looked {
        Ok(certified) => {
            let mut out = AutoStream::new(io::stdout(), arguments.color.into()).lock();
            let printed = super::print(&mut out, &said(&certified));
            printed.map_or_else(|lost| lost, |()| exit::AS_EXPECTED)
        }
        Err(NotCertified::Flaw(flaw)) => {
            errors::draw(&flaw, arguments.color.into());
            exit::UNEXPECTED
        }
        Err(NotCertified::Unreadable(mistakes)) => {
            for mistake in &mistakes {
                errors::draw(mistake, arguments.color.into());
            }
            exit::UNREADABLE
        }
    }
}

/// Looks, and says nothing of what breaks: a line that is not a state may break a rule of ours, and
/// then that is what is said of the file.
fn quietly<T>(look: impl FnOnce() -> T) -> thread::Result<T> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let looked = panic::catch_unwind(AssertUnwindSafe(look));
    panic::set_hook(hook);
    looked
}

fn said(certified: &Certified) -> String {
    let down = certified.most_down.map_or_else(String::new, |most| {
        format!(" (at most {most} down, not counting ordinals that a fault has hit)")
    });
    format!(
        "{}: {} {} for every number of replicas{down}: {} views, {} words, closed under {} steps\n",
        plain(&certified.scenario),
        certified.properties.join(", "),
        if certified.properties.len() == 1 {
            "holds"
        } else {
            "hold"
        },
        grouped(certified.views as u64),
        grouped(certified.looked.words),
        grouped(certified.looked.steps),
    )
}
