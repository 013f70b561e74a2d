//! A symbolic shell: bash, followed without the world that its programs talk to.
//!
//! It knows nothing of Kubernetes. What a program does, what it knows from one command to the
//! next, and which of its values can be compared is behind [`programs::Programs`]; the
//! shell carries its states along, follows a script every way that it can go, and merges the
//! ways that know the same.
//!
//! A text becomes commands ([`syntax`]) and words ([`word`]), which know no run. The run
//! ([`runner`]) has one state ([`state`]) for each way; a command ([`run`]) takes it to others.

pub mod arithmetic;
pub mod arrays;
pub mod braces;
pub mod builtins;
pub mod channels;
pub mod clocks;
pub mod conditions;
pub mod declare;
pub mod ending;
pub mod expand;
pub mod fields;
pub mod folders;
pub mod glob;
pub mod limits;
pub mod lines;
pub mod liveness;
pub mod loops;
pub mod nesting;
pub mod numbers;
pub mod outside;
pub mod programs;
pub mod reads;
pub mod run;
pub mod runner;
pub mod settled;
pub mod shells;
pub mod simple;
pub mod special;
pub mod state;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod trap;
pub mod word;
