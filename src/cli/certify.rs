//! `straddle certify`: a saved proof for every number of replicas, looked at again.

use std::io;

use anstream::AutoStream;

use super::args::CertifyArguments;
use super::{errors, exit};
use crate::check::certificate::{Certified, certify};
use crate::report::{grouped, plain};

/// Looks at the proof that `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &CertifyArguments) -> u8 {
    match certify(&arguments.views, arguments.scenario.as_deref()) {
        Ok(certified) => {
            let mut out = AutoStream::new(io::stdout(), arguments.color.into()).lock();
            let printed = super::print(&mut out, &said(&certified));
            printed.map_or_else(|lost| lost, |()| exit::AS_EXPECTED)
        }
        Err(mistakes) => {
            for mistake in &mistakes {
                errors::draw(mistake, arguments.color.into());
            }
            let is_flaw = mistakes
                .iter()
                .all(|mistake| mistake.code == "certify::flaw");
            if is_flaw {
                exit::UNEXPECTED
            } else {
                exit::UNREADABLE
            }
        }
    }
}

fn said(certified: &Certified) -> String {
    let down = certified.most_down.map_or_else(String::new, |most| {
        format!(" (at most {most} down beside those that a fault has hit)")
    });
    format!(
        "{}: {} kept for every number of replicas{down}: {} views, {} words, closed under {} steps\n",
        plain(&certified.scenario),
        certified.properties.join(", "),
        grouped(certified.views as u64),
        grouped(certified.looked.words),
        grouped(certified.looked.steps),
    )
}
