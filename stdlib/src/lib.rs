//! Values, types, units, operators and functions of the Watch language.
//!
//! Everything here means the same to the checker, the interpreter, the compiled kernels and the reference evaluator:
//! what an operator does with a missing value, when a wall time exists, how a sum is rounded is written down once.
//!
//! | module | subject |
//! |---|---|
//! | [`types`], [`value`], [`units`] | what there is |
//! | [`ops`] | operators: three-valued logic, arithmetic, comparison |
//! | [`functions`] | functions, one declaration each |
//! | [`address`] | one key for an address written in many ways |
//! | [`mod@format`], [`language`] | values as people read them, and in which language |
//! | [`keys`] | keys of entities as people write them |
//! | [`pseudonym`] | how private entities are shown |
//! | [`geo`] | places: distance, inside, reference systems |
//! | [`zone`], [`grid`] | calendar and time zone, regular instants |
//! | [`exact`], [`statistics`] | sums that do not depend on order, and what follows from them |

pub mod address;
pub mod buckets;
pub mod exact;
pub mod format;
pub mod functions;
pub mod geo;
pub mod grid;
pub mod keys;
pub mod language;
pub mod ops;
pub mod pseudonym;
pub mod statistics;
pub mod types;
pub mod units;
pub mod value;
pub mod zone;
