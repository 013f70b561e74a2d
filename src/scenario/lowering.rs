//! What lowering finds on its way: mistakes and assumptions.

use std::ops::Range;

use super::reader::Reader;
use super::types::StepSource;
use crate::account::Account;
use crate::vocabulary::{Assumption, OtherWriter, Side, Weight};

/// What lowering finds on its way.
pub struct Lowering<'a> {
    /// The text and its mistakes.
    pub reader: Reader<'a>,
    /// What is assumed so far.
    pub assumed: Vec<Assumption>,
    /// The durations of `sleep` steps.
    pub sleeps: Vec<String>,
    /// What became of the manifests' fields.
    pub accounts: Vec<(Side, Account)>,
    /// Who else may write the sets, and is not stated to be suspended.
    pub writers: Vec<OtherWriter>,
    /// Programs of a runbook that are not modelled and are taken to be harmless.
    pub assume_harmless: Vec<String>,
    /// The first place that keeps the scenario from having another number of replicas.
    pub fixed_at: Option<usize>,
    /// The place of availability groups, which name ordinals by number.
    pub groups_at: Option<usize>,
}

impl<'a> Lowering<'a> {
    /// Nothing was found yet but what `reader` has noted.
    pub const fn new(reader: Reader<'a>, assume_harmless: Vec<String>) -> Self {
        Self {
            reader,
            assumed: Vec::new(),
            accounts: Vec::new(),
            writers: Vec::new(),
            sleeps: Vec::new(),
            assume_harmless,
            fixed_at: None,
            groups_at: None,
        }
    }

    /// Notes an assumption, one of many.
    pub fn assume(&mut self, field: &str, value: &str, text: &str) {
        self.assume_of(Weight::Detail, field, value, text);
    }

    /// Notes an assumption of some weight.
    pub fn assume_of(&mut self, weight: Weight, field: &str, value: &str, text: &str) {
        self.assumed.push(Assumption {
            weight,
            field: field.to_owned(),
            value: value.to_owned(),
            text: text.to_owned(),
        });
    }

    /// Notes a place that keeps the scenario from having another number of replicas.
    pub fn fix_at(&mut self, offset: usize) {
        self.fixed_at = Some(self.fixed_at.map_or(offset, |first| first.min(offset)));
    }

    /// Notes that availability groups name ordinals by number.
    pub const fn fix_groups_at(&mut self, offset: usize) {
        self.groups_at = Some(offset);
    }

    /// The place of a step whose key is at `key`.
    pub fn step_source(&self, kind: &str, key: &Range<usize>) -> StepSource {
        StepSource::at(
            self.reader.source,
            key,
            kind.to_owned(),
            kind.chars().count(),
        )
    }
}

/// The ordinals below a number, as messages write them.
pub fn ordinals_below(end: u8) -> String {
    match end {
        0 | 1 => "0 only".to_owned(),
        _ => format!("0..{}", end - 1),
    }
}
