//! Functions of numbers and amounts.

use super::{Code, Context, Cost, Example, Function, Parameter, Pattern, ill_typed, known};
use crate::ops::{Comparison, compare, fault, negate, round_half_even};
use crate::types::Kind;
use crate::value::{FaultKind, Value};

const X: Parameter = Parameter { name: "x", name_zh: "数", pattern: Pattern::Exact(Kind::Float) };
const AMOUNT: Parameter = Parameter { name: "x", name_zh: "数", pattern: Pattern::Amount };
const A: Parameter = Parameter { name: "a", name_zh: "甲", pattern: Pattern::Ordered };
const B: Parameter = Parameter { name: "b", name_zh: "乙", pattern: Pattern::Same(0) };

const fn of_numbers(
    names: (&'static str, &'static str),
    parameters: &'static [Parameter],
    result: Pattern,
    docs: (&'static str, &'static str),
    examples: &'static [Example],
    code: fn(&[Value], &Context<'_>) -> Value,
) -> Function {
    Function {
        name: names.0,
        name_zh: names.1,
        parameters,
        result,
        optional: false,
        wall: false,
        docs: docs.0,
        docs_zh: docs.1,
        examples,
        cost: Cost::Low,
        code: Code::Expression(code),
    }
}

fn half() -> Vec<Value> {
    vec![Value::Float(-2.5)]
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_numbers(
        ("abs", "绝对值"),
        &[AMOUNT],
        Pattern::Same(0),
        ("The amount without its sign.", "去掉正负号的值。"),
        &[
            Example { call: "abs(-2.5)", arguments: half, gives: "2.5", result: || known(Value::Float(2.5)) },
            Example {
                call: "abs(-3)",
                arguments: || vec![Value::Int(-3)],
                gives: "3",
                result: || known(Value::Int(3)),
            },
        ],
        abs,
    ),
    of_numbers(
        ("round", "取整"),
        &[X],
        Pattern::Exact(Kind::Int),
        ("The nearest whole number; of two equally near ones the even one.", "最接近的整数；恰在正中时取偶数。"),
        &[Example { call: "round(-2.5)", arguments: half, gives: "-2", result: || known(Value::Int(-2)) }],
        |arguments, context| whole(arguments, context, |x| x),
    ),
    of_numbers(
        ("floor", "向下取整"),
        &[X],
        Pattern::Exact(Kind::Int),
        ("The greatest whole number that is not greater.", "不大于该数的最大整数。"),
        &[Example { call: "floor(-2.5)", arguments: half, gives: "-3", result: || known(Value::Int(-3)) }],
        |arguments, context| whole(arguments, context, libm::floor),
    ),
    of_numbers(
        ("ceil", "向上取整"),
        &[X],
        Pattern::Exact(Kind::Int),
        ("The least whole number that is not less.", "不小于该数的最小整数。"),
        &[Example { call: "ceil(-2.5)", arguments: half, gives: "-2", result: || known(Value::Int(-2)) }],
        |arguments, context| whole(arguments, context, libm::ceil),
    ),
    of_numbers(
        ("sqrt", "平方根"),
        &[X],
        Pattern::Exact(Kind::Float),
        ("The square root; missing for negative numbers.", "平方根；负数为缺失。"),
        &[
            Example {
                call: "sqrt(2.25)",
                arguments: || vec![Value::Float(2.25)],
                gives: "1.5",
                result: || known(Value::Float(1.5)),
            },
            Example { call: "sqrt(-2.5)", arguments: half, gives: "missing", result: || known(Value::Missing) },
        ],
        |arguments, context| match arguments {
            [x] => number(x).map_or_else(|| ill_typed(context), |x| Value::float(libm::sqrt(x))),
            _ => ill_typed(context),
        },
    )
    .or_missing(),
    of_numbers(
        ("min_of", "较小者"),
        &[A, B],
        Pattern::Same(0),
        ("The lesser of two values of one kind.", "同类两值中较小的一个。"),
        &[Example {
            call: "min_of(3, 2.5)",
            arguments: || vec![Value::Int(3), Value::Float(2.5)],
            gives: "2.5",
            result: || known(Value::Float(2.5)),
        }],
        |arguments, context| choose(arguments, context, Comparison::LessOrEqual),
    ),
    of_numbers(
        ("max_of", "较大者"),
        &[A, B],
        Pattern::Same(0),
        ("The greater of two values of one kind.", "同类两值中较大的一个。"),
        &[Example {
            call: "max_of(3, 2.5)",
            arguments: || vec![Value::Int(3), Value::Float(2.5)],
            gives: "3",
            result: || known(Value::Float(3.0)),
        }],
        |arguments, context| choose(arguments, context, Comparison::GreaterOrEqual),
    ),
];

/// An `Int` or a `Float` as a `Float`.
#[expect(clippy::cast_precision_loss, reason = "the nearest")]
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(n) => Some(*n as f64),
        Value::Float(x) => Some(*x),
        _ => None,
    }
}

fn abs(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [value @ (Value::Int(n) | Value::Money(n))] if *n < 0 => negate(value, context.site),
        [Value::Float(x)] => Value::Float(x.abs()),
        [value @ Value::Duration(d)] if d.total_micros() < 0 => negate(value, context.site),
        [value @ (Value::Int(_) | Value::Money(_) | Value::Duration(_))] => value.clone(),
        _ => ill_typed(context),
    }
}

fn whole(arguments: &[Value], context: &Context<'_>, f: fn(f64) -> f64) -> Value {
    match arguments {
        [Value::Int(n)] => Value::Int(*n),
        [Value::Float(x)] => match round_half_even(f(*x)) {
            Some(n) => Value::Int(n),
            None => fault(FaultKind::Overflow, context.site),
        },
        _ => ill_typed(context),
    }
}

fn choose(arguments: &[Value], context: &Context<'_>, operator: Comparison) -> Value {
    let [a, b] = arguments else { return ill_typed(context) };
    let (chosen, other) = match compare(operator, a, b, context.site) {
        Value::Bool(true) => (a, b),
        Value::Bool(false) => (b, a),
        fault => return fault,
    };
    // Of an Int and a Float the result is a Float, whichever is chosen.
    match (number(chosen), other) {
        (Some(x), Value::Float(_)) => Value::Float(x),
        _ => chosen.clone(),
    }
}
