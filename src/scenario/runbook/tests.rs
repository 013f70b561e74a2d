//! Scripts become programs.
