//! Functions of places.

use super::{Code, Context, Cost, Example, Function, Parameter, Pattern, ill_typed, known};
use crate::geo::great_circle_distance;
use crate::types::{Dimension, Kind};
use crate::value::{Point, Value};

const P: Parameter = Parameter { name: "p", name_zh: "甲地", pattern: Pattern::Exact(Kind::Point) };
const Q: Parameter = Parameter { name: "q", name_zh: "乙地", pattern: Pattern::Exact(Kind::Point) };
const LONGITUDE: Parameter = Parameter { name: "longitude", name_zh: "经度", pattern: Pattern::Exact(Kind::Float) };
const LATITUDE: Parameter = Parameter { name: "latitude", name_zh: "纬度", pattern: Pattern::Exact(Kind::Float) };

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "distance",
        name_zh: "距离",
        parameters: &[P, Q],
        result: Pattern::Exact(Kind::Quantity(Dimension::LENGTH)),
        optional: false,
        wall: false,
        docs: "The distance between two places along the earth's surface, by the haversine formula on a sphere of radius \
               6371008.8 m (R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984); at most 0.6 % from the \
               distance on the ellipsoid.",
        docs_zh: "两地沿地球表面的距离，按半径 6371008.8 米的球面半正矢公式计算，与椭球面距离相差不超过 0.6 %。",
        examples: &[
            Example {
                call: "distance(point(121, 31), point(121, 31))",
                arguments: || vec![place(121.0, 31.0), place(121.0, 31.0)],
                gives: "0 m",
                result: || known(Value::Float(0.0)),
            },
            Example {
                call: "distance(point(0, 90), point(0, -90))",
                arguments: || vec![place(0.0, 90.0), place(0.0, -90.0)],
                gives: "20015114.4421 m",
                result: || known(Value::Float(std::f64::consts::PI * 6_371_008.8)),
            },
        ],
        cost: Cost::Middle,
        code: Code::Expression(distance),
    },
    Function {
        name: "point",
        name_zh: "坐标点",
        parameters: &[LONGITUDE, LATITUDE],
        result: Pattern::Exact(Kind::Point),
        optional: true,
        wall: false,
        docs: "The place at a longitude (degrees east, -180 to 180) and a latitude (degrees north, -90 to 90) of WGS-84. \
               Missing outside these ranges.",
        docs_zh: "由 WGS-84 经度（东经为正，-180 至 180）和纬度（北纬为正，-90 至 90）确定的位置；超出范围为缺失。",
        examples: &[
            Example {
                call: "point(120.89, 31.98)",
                arguments: || vec![Value::Float(120.89), Value::Float(31.98)],
                gives: "120.89 31.98",
                result: || known(place(120.89, 31.98)),
            },
            Example {
                call: "point(31.98, 120.89)",
                arguments: || vec![Value::Float(31.98), Value::Float(120.89)],
                gives: "missing",
                result: || known(Value::Missing),
            },
        ],
        cost: Cost::Low,
        code: Code::Expression(point),
    },
];

const fn place(longitude: f64, latitude: f64) -> Value {
    Value::Point(Point { longitude, latitude })
}

fn distance(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [Value::Point(p), Value::Point(q)] => Value::float(great_circle_distance(*p, *q)),
        _ => ill_typed(context),
    }
}

fn point(arguments: &[Value], context: &Context<'_>) -> Value {
    let [Some(longitude), Some(latitude)] = [0, 1].map(|index| arguments.get(index).and_then(super::numbers::number))
    else {
        return ill_typed(context);
    };
    match Point::new(longitude, latitude) {
        Some(point) => Value::Point(point),
        None => Value::Missing,
    }
}
