//! Ingest: raw columns become tables of typed rows with knowledge (docs/language.md §1, docs/ingest.md).
//!
//! ```text
//! files, frames ── read ──► raw columns ── column, cell, keys ──► typed cells ── versions ──► Table
//!                                               │                     │
//!                                               └──── rejects ◄───────┘
//! ```
//!
//! 1. [`needed`] adds to the columns that the plan reads those that decide whether a row counts and where it lies, so
//!    that what a row is does not depend on who reads it.
//! 2. Tables are loaded one by one; one in which a time zone is looked up comes before those that look there.
//! 3. Each distinct raw text is parsed and canonicalised once, and so is each distinct number that is read as a text or
//!    key. Plain columns are read at once ([`bulk`]); then rows are filled in ([`fill`]), zones and `after` applied, and
//!    cells that do not fit counted as rejects. Columns are filled on several threads; rejects are counted afterwards,
//!    in row order.
//! 4. [`versions`] works out which version is known when; only rows that share their key ([`shared`]) are compared.

mod builder;
mod bulk;
mod cell;
mod column;
mod cut;
mod fill;
mod keys;
mod load;
mod needed;
mod shared;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
pub(crate) mod tests;
pub(crate) mod text;
mod versions;

pub(crate) use builder::{ColumnBuilder, Slot};
pub(crate) use column::numbered;
pub(crate) use cut::{ByTime, Cutting, Part};
pub(crate) use keys::key_of;
pub(crate) use load::{Spans, load};
pub(crate) use needed::{Reads, key, needed};
