//! Functions of the language: one declaration each, from which the checker, the evaluators, the loader of columns and
//! the documentation all work.
//!
//! A [`Function`] says its name in both languages, its parameters and result, what it does with an example that a test
//! runs, and the Rust code. [`Function::call`] handles faults and missing arguments, so the code sees known values only.
//!
//! A function may serve as a *loader*, the `via` of a column or an entity: it turns raw cells into a value, or refuses
//! with a reason ([`Function::load`]).

mod address;
mod calendar;
mod clock;
mod numbers;
mod place;
mod signature;
mod text;

pub use place::{INSIDE, PLACES, distance_function};
pub use signature::{Mismatch, Pattern};

use crate::ops::Site;
use crate::types::Kind;
use crate::value::Value;
use crate::zone::Zone;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a function may ask of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The package's zone.
    pub zone: &'a Zone,
    /// Where the call stands, for faults.
    pub site: Site,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// English name.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// What fits.
    pub pattern: Pattern,
}

/// How much a call costs, for the planner's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// A few machine instructions.
    Low,
    /// Some dozens: transcendental functions, the calendar.
    Middle,
    /// Texts are read or made.
    High,
}

/// Why a loader refused a raw value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Refusal {
    /// The reason in English.
    pub reason: &'static str,
    /// The reason in Chinese.
    pub reason_zh: &'static str,
}

/// What a loader makes of raw cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// A value.
    Value(Value),
    /// Microseconds since 1970-01-01T00:00 as the wall shows them; the column says in which zone.
    Wall(i64),
}

/// Code of a loader.
pub type LoaderCode = fn(&[Value], &Context<'_>) -> Result<Loaded, Refusal>;

/// The Rust code of a function.
#[derive(Clone, Copy, Debug)]
pub enum Code {
    /// For expressions. The arguments are known.
    Expression(fn(&[Value], &Context<'_>) -> Value),
    /// For `via`, and, where the result is a value, for expressions too, in which a refusal is a missing value. The raw
    /// values are known.
    Loader(LoaderCode),
    /// The same for one text that becomes another one.
    Rewriter(fn(&str) -> String),
}

/// An example: how a call is written, and the same call in values of the zone `Asia/Shanghai`.
#[derive(Debug)]
pub struct Example {
    /// The call, as written.
    pub call: &'static str,
    /// Its arguments.
    pub arguments: fn() -> Vec<Value>,
    /// What it gives, as written.
    pub gives: &'static str,
    /// What it gives; `None`: the loader refuses.
    pub result: fn() -> Option<Loaded>,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// English name, possibly dotted: `address.unit`.
    pub name: &'static str,
    /// Chinese name, with as many dots.
    pub name_zh: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter],
    /// Kind of the result.
    pub result: Pattern,
    /// The result may be missing although no argument is.
    pub optional: bool,
    /// It gives a wall time, which only a column's `via` can use.
    pub wall: bool,
    /// What it does, in English.
    pub docs: &'static str,
    /// What it does, in Chinese.
    pub docs_zh: &'static str,
    /// Examples; at least one.
    pub examples: &'static [Example],
    /// What a call costs.
    pub cost: Cost,
    /// Its code.
    pub code: Code,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Function {}

impl Function {
    /// The same declaration, with a result that may be missing although no argument is.
    const fn or_missing(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Its value for these arguments: the leftmost fault among them, else missing if one is missing, else what the code
    /// says. A bare lower bound counts as missing.
    pub fn call(&self, arguments: &[Value], context: &Context<'_>) -> Value {
        if let Some(fault) = arguments.iter().find(|argument| matches!(argument, Value::Fault(_))) {
            return fault.clone();
        }
        if arguments.iter().any(|argument| !argument.is_known()) {
            return Value::Missing;
        }
        let loaded = match self.code {
            Code::Expression(code) => return code(arguments, context),
            Code::Loader(code) => code(arguments, context),
            Code::Rewriter(rewritten) => text::rewritten(arguments, rewritten),
        };
        match loaded {
            Ok(Loaded::Value(value)) => value,
            Ok(Loaded::Wall(wall)) => context.zone.instant(wall).map_or(Value::Missing, Value::Time),
            Err(_) => Value::Missing,
        }
    }

    /// What it makes of raw cells as a column's `via`; a missing cell gives a missing value.
    ///
    /// # Errors
    /// The reason why it refuses them.
    pub fn load(&self, raw: &[Value], context: &Context<'_>) -> Result<Loaded, Refusal> {
        if raw.iter().any(|cell| !cell.is_known()) {
            return Ok(Loaded::Value(Value::Missing));
        }
        match self.code {
            Code::Expression(code) => Ok(Loaded::Value(code(raw, context))),
            Code::Loader(code) => code(raw, context),
            Code::Rewriter(rewritten) => text::rewritten(raw, rewritten),
        }
    }

    /// It can stand in an expression.
    pub fn is_for_expressions(&self) -> bool {
        !self.wall
    }

    /// It can stand after `via`.
    pub fn is_loader(&self) -> bool {
        matches!(self.code, Code::Loader(_) | Code::Rewriter(_))
    }

    /// Kind of the result for arguments of these kinds.
    ///
    /// # Errors
    /// How the arguments do not fit.
    pub fn result_kind(&self, arguments: &[Kind]) -> Result<Kind, Mismatch> {
        signature::result_kind(self, arguments)
    }

    /// Its declaration as documented: `distance(p: Point, q: Point): Length`.
    pub fn signature(&self) -> String {
        signature::written(self)
    }
}

/// The families, each a file.
const FAMILIES: &[&[Function]] =
    &[calendar::FUNCTIONS, place::FUNCTIONS, numbers::FUNCTIONS, text::FUNCTIONS, address::FUNCTIONS, clock::FUNCTIONS];

static REGISTRY: LazyLock<Vec<&'static Function>> = LazyLock::new(|| FAMILIES.iter().copied().flatten().collect());

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    REGISTRY.iter().flat_map(|function| [(function.name, *function), (function.name_zh, *function)]).collect()
});

/// All functions, by family.
pub fn functions() -> &'static [&'static Function] {
    &REGISTRY
}

/// The function of this English or Chinese name, dots included.
pub fn lookup(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}

/// A fault for arguments that do not fit; the checker excludes them.
fn ill_typed(context: &Context<'_>) -> Value {
    crate::ops::fault(crate::value::FaultKind::InvalidArgument, context.site)
}

/// A known value in an example.
const fn known(value: Value) -> Option<Loaded> {
    Some(Loaded::Value(value))
}

#[cfg(test)]
mod tests;
