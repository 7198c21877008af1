//! The Watch language: text, syntax, types, diagnostics, formatter.

pub mod check;
pub mod diagnostics;
pub mod document;
pub mod editors;
pub mod format;
pub mod keywords;
pub mod package;
pub mod parse;
mod prescan;
pub mod program;
pub mod source;
pub mod syntax;
