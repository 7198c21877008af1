//! Compiled code: what models decide about the rows of a table, as machine loops.
//!
//! ```text
//! filter, condition, levels ── lower ──► Form ── code, kernel ──► loop      by form: constants do not matter
//!                                          │                       │
//! table, parameters ─────────── bind ──────┴──► constants, columns ┴──► rows that are left for the interpreter
//! ```
//!
//! | file | subject |
//! |---|---|
//! | `form.rs` | expressions about one row, as they are compiled |
//! | `lower/` | the plan's expressions as forms, and why some have none |
//! | `served.rs` | which models compiled code serves, for the plan |
//! | `bind.rs` | a form's constants, once its data is known |
//! | `code.rs`, `lanes.rs` | forms as Cranelift's instructions, two rows at a time |
//! | `kernel.rs` | executable memory, and the calls into it: all unsafe code |
//! | `screen.rs` | screens over tables and timelines, and what they leave |
//! | `tables.rs` | the pass over a table: models about single rows share a loop |
//! | `pass.rs`, `facts.rs`, `window.rs`, `fold.rs`, `scratch.rs` | the pass over a timeline: rows before, and aggregates by windows that move over the rows of an entity once |
//! | `groups.rs` | rows of derived tables, made from those of a timeline |
//! | `joined.rs` | facts about entities that columns of rows name |
//! | `grid.rs`, `points.rs`, `given.rs` | the pass over entities and the instants of a grid |
//! | `track.rs` | windows that move from instant to instant, or from one row that asks to the next |
//! | `told.rs` | what is decided there once entities have been compared with their peers |
//! | `marks.rs` | the same for the rows that steps of sequences choose from |
//! | `chains.rs` | the pass over entities that finds the last rows of sequences to which a chain of marked rows leads |
//!
//! Where compiled code is not sure the interpreter decides, so results are the same with and without it; what a form cannot
//! say costs time and nothing else.

mod bind;
mod chains;
mod code;
mod facts;
mod fold;
mod form;
mod given;
mod grid;
mod groups;
mod joined;
mod kernel;
mod lanes;
mod lower;
mod marks;
mod pass;
mod points;
mod scratch;
mod screen;
mod served;
mod tables;
mod told;
mod track;
mod window;

pub(crate) use form::{FactRows, Form};
pub(crate) use kernel::Kernels;
pub use lower::Why;
pub(crate) use lower::name;
pub(crate) use marks::Marks;
pub(crate) use points::PointFacts;
pub(crate) use screen::{Left, LeftOfTables, LeftRow, Screening};
pub use served::Pass;
pub(crate) use served::{Served, served};
pub(crate) use told::{Answers, Decided, Verdict};
