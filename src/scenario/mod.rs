//! Scenario files.

pub mod catalogue;
mod decode;
pub mod error;
mod expression;
pub mod file;
mod read_step;
mod reader;
mod step;
pub mod words;
mod yaml;
