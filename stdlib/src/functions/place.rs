//! Functions of places.

use super::{Code, Context, Cost, Example, Function, Parameter, Pattern, ill_typed, known};
use crate::geo::{Place, Written};
use crate::types::{Dimension, Kind};
use crate::value::{Point, Value};
use std::sync::Arc;

/// The kinds of places.
pub const PLACES: &[Kind] = &[Kind::Point, Kind::Line, Kind::Polygon];

const P: Parameter = Parameter { name: "p", name_zh: "甲地", pattern: Pattern::OneOf(PLACES) };
const Q: Parameter = Parameter { name: "q", name_zh: "乙地", pattern: Pattern::OneOf(PLACES) };
const POSITION: Parameter = Parameter { name: "p", name_zh: "位置", pattern: Pattern::Exact(Kind::Point) };
const AREA: Parameter = Parameter { name: "area", name_zh: "区域", pattern: Pattern::Exact(Kind::Polygon) };
const TEXT: Parameter = Parameter { name: "text", name_zh: "文本", pattern: Pattern::Exact(Kind::Text) };
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
               distance on the ellipsoid. To a line or polygon: to its nearest position; 0 inside, and where both touch.",
        docs_zh: "两地沿地球表面的距离，按半径 6371008.8 米的球面半正矢公式计算，与椭球面距离相差不超过 0.6 %。对线路和区域取其最近处；在区域内或两者相接时为 0。",
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
            Example {
                call: "distance(point(1.5, 1), polygon(\"POLYGON ((1 0, 2 0, 2 2, 1 2))\"))",
                arguments: || vec![place(1.5, 1.0), square()],
                gives: "0 m",
                result: || known(Value::Float(0.0)),
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
    Function {
        name: "line",
        name_zh: "坐标线",
        parameters: &[TEXT],
        result: Pattern::Exact(Kind::Line),
        optional: true,
        wall: false,
        docs: "The line that a text says: WKT, GeoJSON or WKB in hexadecimal digits, in WGS-84. Missing where it says none.",
        docs_zh: "由 WKT、GeoJSON 或十六进制 WKB 文本（WGS-84 坐标）读出的线路；读不出时为缺失。",
        examples: &[
            Example {
                call: "line(\"LINESTRING (120 31, 121 31)\")",
                arguments: || vec![Value::Text("LINESTRING (120 31, 121 31)".into())],
                gives: "line of 2 positions",
                result: || line_of("LINESTRING (120 31, 121 31)").map(Value::Line).and_then(known),
            },
            Example {
                call: "line(\"POINT (120 31)\")",
                arguments: || vec![Value::Text("POINT (120 31)".into())],
                gives: "missing",
                result: || known(Value::Missing),
            },
        ],
        cost: Cost::High,
        code: Code::Expression(line),
    },
    Function {
        name: "polygon",
        name_zh: "坐标面",
        parameters: &[TEXT],
        result: Pattern::Exact(Kind::Polygon),
        optional: true,
        wall: false,
        docs: "The polygon that a text says: WKT, GeoJSON or WKB in hexadecimal digits, in WGS-84. Missing where it says \
               none.",
        docs_zh: "由 WKT、GeoJSON 或十六进制 WKB 文本（WGS-84 坐标）读出的区域；读不出时为缺失。",
        examples: &[
            Example {
                call: "polygon(\"POLYGON ((1 0, 2 0, 2 2, 1 2))\")",
                arguments: || vec![Value::Text(SQUARE.into())],
                gives: "polygon of 4 positions",
                result: || known(square()),
            },
            Example {
                call: "polygon(\"POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))\")",
                arguments: || vec![Value::Text("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))".into())],
                gives: "missing",
                result: || known(Value::Missing),
            },
        ],
        cost: Cost::High,
        code: Code::Expression(polygon),
    },
];

/// `p inside area`: an operator of the language, so it is not found by its name.
pub static INSIDE: Function = Function {
    name: "inside",
    name_zh: "落入",
    parameters: &[POSITION, AREA],
    result: Pattern::Exact(Kind::Bool),
    optional: false,
    wall: false,
    docs: "Whether a position lies inside a polygon or on its edge. Edges are straight in longitude and latitude.",
    docs_zh: "位置是否在区域之内或边上；区域的边在经纬度平面上是直线。",
    examples: &[Example {
        call: "point(1.5, 2) inside polygon(\"POLYGON ((1 0, 2 0, 2 2, 1 2))\")",
        arguments: || vec![place(1.5, 2.0), square()],
        gives: "true",
        result: || known(Value::Bool(true)),
    }],
    cost: Cost::Middle,
    code: Code::Expression(inside),
};

/// `distance(p, q)`, for `within … of`.
pub fn distance_function() -> Option<&'static Function> {
    super::lookup("distance")
}

const SQUARE: &str = "POLYGON ((1 0, 2 0, 2 2, 1 2))";

fn square() -> Value {
    polygon_of(SQUARE).map_or(Value::Missing, Value::Polygon)
}

const fn place(longitude: f64, latitude: f64) -> Value {
    Value::Point(Point { longitude, latitude })
}

fn distance(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [p, q] => match (Place::of(p), Place::of(q)) {
            (Some(p), Some(q)) => Value::float(p.distance(q)),
            _ => ill_typed(context),
        },
        _ => ill_typed(context),
    }
}

fn inside(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [Value::Point(point), Value::Polygon(area)] => Value::Bool(area.contains(*point)),
        _ => ill_typed(context),
    }
}

fn line_of(text: &str) -> Option<Arc<crate::geo::Line>> {
    Written::read(text).and_then(|written| written.line(Point::new)).ok().map(Arc::new)
}

fn polygon_of(text: &str) -> Option<Arc<crate::geo::Polygon>> {
    Written::read(text).and_then(|written| written.polygon(Point::new)).ok().map(Arc::new)
}

fn line(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [Value::Text(text)] => line_of(text).map_or(Value::Missing, Value::Line),
        _ => ill_typed(context),
    }
}

fn polygon(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [Value::Text(text)] => polygon_of(text).map_or(Value::Missing, Value::Polygon),
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
