//! The Watch language: text, syntax, types, diagnostics, formatter.

pub mod diagnostics;
pub mod package;
pub mod program;
pub mod source;
pub mod syntax;
