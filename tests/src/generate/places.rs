//! Generated places: few positions on a grid, polygons whose edges run through them, so that rows often lie exactly on an
//! edge, at the same position, or exactly as far away as a selection allows.

use super::choices::Choices;
use super::expressions::{RowVariable, Scope, Writer};
use super::schema::{Source, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;
use std::sync::Arc;
use watchfire_stdlib::geo::{Written, great_circle_distance};
use watchfire_stdlib::value::{Point, Value};

const POLYGONS: &[&str] = &[
    "POLYGON ((120 31, 120.02 31, 120.02 31.02, 120 31.02, 120 31))",
    "POLYGON ((120 31, 120.03 31, 120.01 31.03))",
    "POLYGON ((119.99 30.99, 120.04 30.99, 120.04 31.04, 119.99 31.04), (120.01 31.01, 120.02 31.01, 120.02 31.02, 120.01 31.02))",
    "MULTIPOLYGON (((120 31, 120.01 31, 120.01 31.01)), ((120.02 31.02, 120.03 31.02, 120.03 31.03)))",
];
const CROSSING: &str = "POLYGON ((120 31, 120.01 31.01, 120.01 31, 120 31.01))";

const DISTANCES: &[&str] = &[
    "0 m",
    "1 km",
    "1.2 km",
    "2 km",
    "50 km",
    "distance(point(120, 31), point(120.01, 31))",
    "distance(point(120.01, 31.01), point(120.01, 31.02))",
];

fn coordinates(rng: &mut Choices) -> (String, String) {
    let along = *["120", "120.01", "120.02", "120.03"].choose(rng).unwrap_or(&"120");
    let up = *["31", "31.01", "31.02", "31.03"].choose(rng).unwrap_or(&"31");
    (along.to_owned(), up.to_owned())
}

/// A cell with a place, as it is delivered; some mean nothing.
pub(super) fn raw_place(rng: &mut Choices, ty: Ty) -> String {
    if rng.random_bool(0.04) {
        return (if ty == Ty::Polygon { CROSSING } else { "POINT (31 120)" }).to_owned();
    }
    match ty {
        Ty::Polygon => POLYGONS.choose(rng).copied().unwrap_or_default().to_owned(),
        _ => {
            let (longitude, latitude) = coordinates(rng);
            format!("POINT ({longitude} {latitude})")
        }
    }
}

/// What such a cell means.
pub(super) fn place_value(raw: &str, ty: Ty) -> Option<Value> {
    let written = Written::read(raw).ok()?;
    match ty {
        Ty::Polygon => written.polygon(Point::new).ok().map(|polygon| Value::Polygon(Arc::new(polygon))),
        _ => written.point(Point::new).ok().map(Value::Point),
    }
}

impl Source {
    /// Its rows can be taken by nearness without saying by which column.
    pub(super) fn has_place(&self) -> bool {
        self.columns.iter().filter(|column| column.ty == Ty::Point).count() == 1
    }
}

impl Writer<'_> {
    /// A position or polygon that is written out.
    pub(super) fn place_literal(&mut self, ty: Ty) -> String {
        if ty == Ty::Polygon {
            let text = POLYGONS.choose(self.rng).copied().unwrap_or_default();
            return format!("polygon(\"{text}\")");
        }
        let (longitude, latitude) = coordinates(self.rng);
        format!("point({longitude}, {latitude})")
    }

    fn distance(&mut self) -> &'static str {
        DISTANCES.choose(self.rng).copied().unwrap_or("1 km")
    }

    /// The exact distance between two positions of the grid, as a literal.
    pub(super) fn distance_on_the_grid(&mut self) -> String {
        let mut position = || {
            let (longitude, latitude) = coordinates(self.rng);
            Point::new(longitude.parse().unwrap_or_default(), latitude.parse().unwrap_or_default())
        };
        match (position(), position()) {
            (Some(p), Some(q)) => format!("{:?} m", great_circle_distance(p, q)),
            _ => "1 km".to_owned(),
        }
    }

    /// A position, now and then a polygon.
    fn place(&mut self, scope: &Scope, polygons: f64) -> String {
        let ty = if self.rng.random_bool(polygons) { Ty::Polygon } else { Ty::Point };
        self.leaf(ty, scope)
    }

    /// A condition about places.
    pub(super) fn place_condition(&mut self, scope: &Scope) -> String {
        let p = self.leaf(Ty::Point, scope);
        match self.rng.random_range(0..3) {
            0 => {
                self.count("inside");
                format!("{p} inside {}", self.leaf(Ty::Polygon, scope))
            }
            1 => {
                self.count("within … of");
                let (of, distance) = (self.place(scope, 0.3), self.distance());
                format!("{p} within {distance} of {of}")
            }
            _ => {
                self.count("distance");
                let operator = ["<", "<=", ">", ">="].choose(self.rng).copied().unwrap_or("<");
                let (of, distance) = (self.place(scope, 0.3), self.distance());
                format!("distance({p}, {of}) {operator} {distance}")
            }
        }
    }

    /// `FUNCTION from S within D of P`, without parentheses.
    pub(super) fn aggregate_near(&mut self, ty: Ty, scope: &Scope, depth: u32) -> Option<String> {
        let source = self.source_with_place()?;
        let (inner, name) = self.scope_of_rows(&source, scope);
        let what = self.function_and_value(ty, &source, &inner, depth)?;
        let near = self.near(scope);
        let clauses = self.clauses(&source, scope, &inner);
        self.count("from S within … of");
        Some(format!("{what} from {}{name}{near}{clauses}", source.name))
    }

    /// `nearest S [where …] to P`
    pub(super) fn nearest(&mut self, scope: &Scope) -> Option<(String, Source)> {
        let source = self.source_with_place()?;
        let (inner, name) = self.scope_of_rows(&source, scope);
        let clauses = self.clauses(&source, scope, &inner);
        let place = self.place(scope, 0.2);
        self.count("nearest");
        Some((format!("nearest {}{name}{clauses} to {place}", source.name), source))
    }

    /// A column of the nearest row.
    pub(super) fn nearest_value(&mut self, ty: Ty, scope: &Scope) -> Option<String> {
        let (nearest, source) = self.nearest(scope)?;
        let columns: Vec<&str> =
            source.columns.iter().filter(|column| column.ty == ty).map(|column| column.name.as_str()).collect();
        columns.choose(self.rng).map(|column| format!("({nearest}).{column}"))
    }

    /// ` within D of P`
    pub(super) fn near(&mut self, scope: &Scope) -> String {
        let (place, distance) = (self.place(scope, 0.2), self.distance());
        format!(" within {distance} of {place}")
    }

    fn source_with_place(&mut self) -> Option<Source> {
        let sources: Vec<&Source> = self.schema.sources.iter().filter(|source| source.has_place()).collect();
        sources.choose(self.rng).map(|source| (*source).clone())
    }

    fn scope_of_rows(&mut self, source: &Source, scope: &Scope) -> (Scope, String) {
        let name = self.rng.random_bool(0.4).then(|| self.fresh("r"));
        let mut inner = scope.clone();
        inner.aggregates = scope.aggregates.saturating_sub(1);
        let text = name.as_ref().map_or_else(String::new, |name| format!(" as {name}"));
        inner.rows.push(RowVariable { name, source: source.name.clone(), plain: true, nearest: false });
        (inner, text)
    }

    fn clauses(&mut self, source: &Source, scope: &Scope, inner: &Scope) -> String {
        let filter =
            if self.rng.random_bool(0.4) { format!(" where {}", self.condition(inner, 0)) } else { String::new() };
        let window = if source.time == TimeKind::Timeless { String::new() } else { self.window(scope, 0.5) };
        format!("{filter}{window}")
    }
}
