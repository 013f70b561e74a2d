//! Proofs for every number of ordinals: what they say, and what they rest on.

mod concrete;
mod kinds;
mod lemma;
mod migration;
mod planted;
mod programs;
mod reference;
mod restriction;
mod slices;
mod variants;
mod verdicts;
