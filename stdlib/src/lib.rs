//! Values, types, units and functions of the Watch language.

pub mod types;
pub mod units;
pub mod value;
