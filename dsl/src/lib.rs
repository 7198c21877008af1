//! The Watch language: text, syntax, types, diagnostics, formatter.

pub mod source;
pub mod syntax;
