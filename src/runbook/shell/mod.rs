//! A symbolic shell.

pub mod arithmetic;
pub mod arrays;
pub mod builtins;
pub mod channels;
pub mod conditions;
pub mod declare;
pub mod expand;
pub mod glob;
pub mod limits;
pub mod lines;
pub mod loops;
pub mod run;
pub mod shells;
pub mod simple;
pub mod syntax;
pub mod trap;
pub mod word;
