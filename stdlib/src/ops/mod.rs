//! Operators of the language, as total functions over values.
//!
//! A value may be *missing*, a *fault* (it could not be computed) or a bare lower bound ([`Value::AtLeast`]). The
//! rules are the same everywhere:
//!
//! - **Arithmetic**: the leftmost fault, else missing if an operand is missing. A lower bound counts as missing.
//! - **`and`, `or`, `not`** ([`and`], [`or`], [`not`]): what decides dominates (`false` for `and`, `true` for `or`),
//!   then the leftmost fault, then missing.
//! - **Comparisons** ([`compare`]): like arithmetic, except that `count > x` holds as soon as the rows seen suffice.
//! - **`is`** ([`is`]) never gives missing; a fault stays a fault.
//! - **`??`** ([`otherwise`]) replaces missing only.
//!
//! Operands whose kinds do not fit (the checker excludes them) give a fault of kind
//! [`FaultKind::InvalidArgument`]: no function here panics.

mod arithmetic;
mod comparison;
mod logic;
mod rounding;

pub use arithmetic::{add, divide, duration_from_seconds, multiply, negate, remainder, subtract};
pub use comparison::{Comparison, compare, compare_numbers, equal, in_list, in_range, is, is_not, not_equal};
pub use logic::{and, not, or, otherwise};
pub use rounding::{divide_half_even, round_half_even};

use crate::value::{Fault, FaultKind, Value};

/// Where an expression stands: file index, first byte, end byte. Faults carry it.
pub type Site = (u32, u32, u32);

/// A fault at a site.
pub fn fault(kind: FaultKind, at: Site) -> Value {
    Value::Fault(Fault { kind, at })
}

/// What two operands that are not both known give: the leftmost fault, else missing. `None` if both are known.
fn unknown(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Fault(_), _) => Some(a.clone()),
        (_, Value::Fault(_)) => Some(b.clone()),
        _ if !a.is_known() || !b.is_known() => Some(Value::Missing),
        _ => None,
    }
}
