//! Cross-crate tests: the reference evaluator, a generator of programs and data, and the equalities that they hold the
//! engine to.

pub mod equalities;
pub mod generate;
pub mod reference;
pub mod spec;
