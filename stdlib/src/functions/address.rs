//! Canonicalisers of addresses.

use super::{Code, Context, Cost, Example, Function, Loaded, Parameter, Pattern, Refusal, known};
use crate::address;
use crate::functions::text::NOT_TEXT;
use crate::types::Kind;
use crate::value::Value;

const TEXT: Parameter = Parameter { name: "text", name_zh: "文本", pattern: Pattern::Exact(Kind::Text) };

const fn of_address(
    names: (&'static str, &'static str),
    docs: (&'static str, &'static str),
    examples: &'static [Example],
    code: fn(&[Value], &Context<'_>) -> Result<Loaded, Refusal>,
) -> Function {
    Function {
        name: names.0,
        name_zh: names.1,
        parameters: &[TEXT],
        result: Pattern::Exact(Kind::Text),
        optional: true,
        wall: false,
        docs: docs.0,
        docs_zh: docs.1,
        examples,
        cost: Cost::High,
        code: Code::Loader(code),
    }
}

fn text(text: &str) -> Vec<Value> {
    vec![Value::Text(text.into())]
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_address(
        ("address.unit", "地址.户"),
        (
            "The canonical text of a dwelling's address: one key for the many ways in which departments write it. Refuses an \
             address without a room number, and one that it cannot read for certain.",
            "住户地址的规范写法：各部门写法不一的同一户得到同一个键。没有室号或无法确定的地址拒收。",
        ),
        &[
            Example {
                call: "address.unit(\"江苏省南通市崇川区青年中路１号 3栋 501\")",
                arguments: || text("江苏省南通市崇川区青年中路１号 3栋 501"),
                gives: "\"青年中路1号3幢501室\"",
                result: || known(Value::Text("青年中路1号3幢501室".into())),
            },
            Example {
                call: "address.unit(\"青年中路1号\")",
                arguments: || text("青年中路1号"),
                gives: "refused: no room number",
                result: || None,
            },
        ],
        |raw, _| canonical(raw, address::unit),
    ),
    of_address(
        ("address.building", "地址.楼"),
        (
            "The canonical text of the building of an address. Refuses an address without a house or building number, and one \
             that it cannot read for certain.",
            "地址所在楼栋的规范写法。没有门牌号或楼号、或无法确定的地址拒收。",
        ),
        &[Example {
            call: "address.building(\"青年中路1号3号楼501室\")",
            arguments: || text("青年中路1号3号楼501室"),
            gives: "\"青年中路1号3幢\"",
            result: || known(Value::Text("青年中路1号3幢".into())),
        }],
        |raw, _| canonical(raw, address::building),
    ),
];

fn canonical(raw: &[Value], f: fn(&str) -> Result<String, Refusal>) -> Result<Loaded, Refusal> {
    match raw {
        [Value::Text(text)] => f(text).map(|key| Loaded::Value(Value::Text(key.into()))),
        _ => Err(NOT_TEXT),
    }
}
