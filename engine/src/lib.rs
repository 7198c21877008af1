//! engine
mod coverage;
mod finding;
mod interp;
pub mod mutant;
mod plan;
mod rejects;
mod table;
mod timeline;
