//! Lines and polygons: what they are, what is inside, how far away they are.
//!
//! Their edges are straight in longitude and latitude, as maps draw them and RFC 7946 says. Whether a position lies on an
//! edge or on which side of it is decided exactly (J. R. Shewchuk, *Adaptive Precision Floating-Point Arithmetic and Fast
//! Robust Geometric Predicates*, 1997), so that it does not depend on the machine or on where the shape lies.
//!
//! The distance to a shape is the [`great_circle_distance`] to its nearest position. That position is sought in the
//! plane, where longitudes are scaled by the cosine of the latitude from which one looks: over ten kilometres this is off
//! by less than a millimetre, and it is the distance to a position of the shape in any case.

use super::great_circle_distance;
use crate::functions::Refusal;
use crate::value::{Point, Value};
use robust::{Coord, orient2d};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A line of two or more positions, or several such lines.
#[derive(Clone, Debug)]
pub struct Line {
    parts: Vec<Vec<Point>>,
    bounds: Bounds,
}

/// An area, or several: each an outer ring, then the rings of its holes. A ring ends where it begins.
#[derive(Clone, Debug)]
pub struct Polygon {
    parts: Vec<Vec<Vec<Point>>>,
    bounds: Bounds,
}

/// The least and greatest longitude and latitude of some positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Least longitude.
    pub west: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Least latitude.
    pub south: f64,
    /// Greatest latitude.
    pub north: f64,
}

impl Bounds {
    /// The bounds of one position.
    pub fn of(point: Point) -> Self {
        Self { west: point.longitude, east: point.longitude, south: point.latitude, north: point.latitude }
    }

    /// The bounds of both.
    pub fn with(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            east: self.east.max(other.east),
            south: self.south.min(other.south),
            north: self.north.max(other.north),
        }
    }

    /// The position lies within them or on their edge.
    pub fn contains(self, p: Point) -> bool {
        (self.west..=self.east).contains(&p.longitude) && (self.south..=self.north).contains(&p.latitude)
    }

    fn meets(self, other: Self) -> bool {
        self.west <= other.east && other.west <= self.east && self.south <= other.north && other.south <= self.north
    }
}

const EMPTY: Refusal = Refusal { reason: "the shape has no positions", reason_zh: "图形没有任何位置" };
const SHORT: Refusal = Refusal {
    reason: "the line has fewer than two different positions",
    reason_zh: "线路少于两个不同的位置",
};
const FLAT: Refusal = Refusal {
    reason: "a ring of the polygon encloses nothing",
    reason_zh: "区域的某个环没有围住任何地方",
};
const CROSSING: Refusal = Refusal { reason: "edges of the polygon cross", reason_zh: "区域的边相互交叉" };

impl Line {
    /// A line of these parts.
    ///
    /// # Errors
    /// A part without two different positions, or no part at all.
    pub fn new(parts: Vec<Vec<Point>>) -> Result<Self, Refusal> {
        if parts.iter().any(|part| part.iter().all(|point| Some(point) == part.first())) {
            return Err(SHORT);
        }
        let bounds = bounds(parts.iter().flatten()).ok_or(EMPTY)?;
        Ok(Self { parts, bounds })
    }

    /// Its parts, each two positions or more.
    pub fn parts(&self) -> &[Vec<Point>] {
        &self.parts
    }
}

impl Polygon {
    /// A polygon of these parts; a ring that does not end where it begins is closed.
    ///
    /// # Errors
    /// A ring that encloses nothing, edges of one part that cross, or no part at all.
    pub fn new(mut parts: Vec<Vec<Vec<Point>>>) -> Result<Self, Refusal> {
        if parts.iter().any(Vec::is_empty) {
            return Err(EMPTY);
        }
        for ring in parts.iter_mut().flatten() {
            if let (Some(first), Some(last)) = (ring.first().copied(), ring.last())
                && first != *last
            {
                ring.push(first);
            }
            if is_flat(ring) {
                return Err(FLAT);
            }
        }
        let bounds = bounds(parts.iter().flatten().flatten()).ok_or(EMPTY)?;
        if parts.iter().any(|rings| crosses_itself(rings)) {
            return Err(CROSSING);
        }
        Ok(Self { parts, bounds })
    }

    /// Its parts, each an outer ring and then holes.
    pub fn parts(&self) -> &[Vec<Vec<Point>>] {
        &self.parts
    }

    /// The position lies inside, or on an edge. A hole's inside is outside, its edge is not.
    pub fn contains(&self, point: Point) -> bool {
        self.bounds.contains(point) && self.parts.iter().any(|rings| is_inside(point, rings))
    }
}

fn bounds<'p>(points: impl Iterator<Item = &'p Point>) -> Option<Bounds> {
    points.map(|point| Bounds::of(*point)).reduce(Bounds::with)
}

/// A ring of which all positions lie on one line.
fn is_flat(ring: &[Point]) -> bool {
    let Some((first, rest)) = ring.split_first() else { return true };
    let Some(second) = rest.iter().find(|point| *point != first) else { return true };
    rest.iter().all(|point| side(*first, *second, *point) == Ordering::Equal)
}

/// On which side of the line from `a` to `b` a position lies: left is greater.
fn side(a: Point, b: Point, p: Point) -> Ordering {
    let at = |point: Point| Coord { x: point.longitude, y: point.latitude };
    orient2d(at(a), at(b), at(p)).partial_cmp(&0.0).unwrap_or(Ordering::Equal)
}

fn lies_on(p: Point, a: Point, b: Point) -> bool {
    Bounds::of(a).with(Bounds::of(b)).contains(p) && side(a, b, p) == Ordering::Equal
}

/// By the number of edges that a ray to the east crosses; on an edge counts as inside.
fn is_inside(p: Point, rings: &[Vec<Point>]) -> bool {
    let mut inside = false;
    for (a, b) in rings.iter().flat_map(|ring| edges(ring)) {
        if lies_on(p, a, b) {
            return true;
        }
        if (a.latitude > p.latitude) != (b.latitude > p.latitude) {
            let east = if b.latitude > a.latitude { Ordering::Greater } else { Ordering::Less };
            inside ^= side(a, b, p) == east;
        }
    }
    inside
}

fn edges(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    points.iter().zip(points.iter().skip(1)).map(|(a, b)| (*a, *b))
}

/// Two edges of the rings cross: each has its ends on both sides of the other. That they touch is no harm.
fn crosses_itself(rings: &[Vec<Point>]) -> bool {
    let mut all: Vec<(Bounds, Point, Point)> =
        rings.iter().flat_map(|ring| edges(ring)).map(|(a, b)| (Bounds::of(a).with(Bounds::of(b)), a, b)).collect();
    all.sort_by(|a, b| a.0.west.total_cmp(&b.0.west));
    all.iter().enumerate().any(|(index, (bounds, a, b))| {
        let near = all.iter().skip(index + 1).take_while(|(other, ..)| other.west <= bounds.east);
        near.filter(|(other, ..)| bounds.meets(*other)).any(|(_, c, d)| {
            let opposite = |x: Ordering, y: Ordering| x != Ordering::Equal && x == y.reverse();
            opposite(side(*a, *b, *c), side(*a, *b, *d)) && opposite(side(*c, *d, *a), side(*c, *d, *b))
        })
    })
}

/// A place: a position, a line or a polygon.
#[derive(Clone, Copy, Debug)]
pub enum Place<'v> {
    /// A position.
    Point(Point),
    /// A line.
    Line(&'v Line),
    /// A polygon.
    Polygon(&'v Polygon),
}

impl<'v> Place<'v> {
    /// The place that a value is; `None` for other values.
    pub fn of(value: &'v Value) -> Option<Self> {
        match value {
            Value::Point(point) => Some(Self::Point(*point)),
            Value::Line(line) => Some(Self::Line(line)),
            Value::Polygon(polygon) => Some(Self::Polygon(polygon)),
            _ => None,
        }
    }

    /// Its bounds.
    pub fn bounds(self) -> Bounds {
        match self {
            Self::Point(point) => Bounds::of(point),
            Self::Line(line) => line.bounds,
            Self::Polygon(polygon) => polygon.bounds,
        }
    }

    /// Metres between the nearest positions of both, 0 where they touch or one lies in the other.
    pub fn distance(self, other: Self) -> f64 {
        match (self, other) {
            (Self::Point(p), Self::Point(q)) => great_circle_distance(p, q),
            (Self::Point(p), shape) | (shape, Self::Point(p)) => shape.distance_from(p),
            (a, b) if a.meets(b) => 0.0,
            (a, b) => {
                let from = |of: Self, to: Self| of.corners().into_iter().map(|p| to.distance_from(p)).reduce(f64::min);
                let both = [from(a, b), from(b, a)].into_iter().flatten();
                both.reduce(f64::min).unwrap_or(f64::INFINITY)
            }
        }
    }

    fn runs(self) -> Vec<&'v [Point]> {
        match self {
            Self::Point(_) => Vec::new(),
            Self::Line(line) => line.parts.iter().map(Vec::as_slice).collect(),
            Self::Polygon(polygon) => polygon.parts.iter().flatten().map(Vec::as_slice).collect(),
        }
    }

    fn corners(self) -> Vec<Point> {
        self.runs().into_iter().flatten().copied().collect()
    }

    fn contains(self, point: Point) -> bool {
        matches!(self, Self::Polygon(polygon) if polygon.contains(point))
    }

    /// Both have a position in common. (Neither is a point.)
    fn meets(self, other: Self) -> bool {
        if !self.bounds().meets(other.bounds()) {
            return false;
        }
        let first = |of: Self, to: Self| of.runs().iter().filter_map(|run| run.first()).any(|p| to.contains(*p));
        if first(self, other) || first(other, self) {
            return true;
        }
        let theirs: Vec<(Point, Point)> = other.runs().into_iter().flat_map(edges).collect();
        self.runs().into_iter().flat_map(edges).any(|(a, b)| {
            let bounds = Bounds::of(a).with(Bounds::of(b));
            theirs.iter().any(|(c, d)| bounds.meets(Bounds::of(*c).with(Bounds::of(*d))) && touch((a, b), (*c, *d)))
        })
    }

    /// Metres from a position to a line or polygon.
    fn distance_from(self, p: Point) -> f64 {
        if self.contains(p) {
            return 0.0;
        }
        let scale = libm::cos(p.latitude.to_radians());
        let mut nearest: Option<(f64, Point)> = None;
        for (a, b) in self.runs().into_iter().flat_map(edges) {
            if lies_on(p, a, b) {
                return 0.0;
            }
            let (square, q) = nearest_on(p, a, b, scale);
            if nearest.is_none_or(|(least, _)| square < least) {
                nearest = Some((square, q));
            }
        }
        nearest.map_or(f64::INFINITY, |(_, q)| great_circle_distance(p, q))
    }
}

/// Two edges have a position in common.
fn touch((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let apart = |x: Ordering, y: Ordering| x != Ordering::Equal && x == y;
    if apart(side(a, b, c), side(a, b, d)) || apart(side(c, d, a), side(c, d, b)) {
        return false;
    }
    // Edges of one straight line touch where an end of one lies on the other; others now must cross.
    let straight = side(a, b, c) == Ordering::Equal && side(a, b, d) == Ordering::Equal;
    !straight || lies_on(c, a, b) || lies_on(d, a, b) || lies_on(a, c, d)
}

/// The position of an edge nearest to `p` in the plane, and the square of how far it is there.
fn nearest_on(p: Point, a: Point, b: Point, scale: f64) -> (f64, Point) {
    // The shorter way round the earth.
    let across = match a.longitude - p.longitude {
        far if far > 180.0 => far - 360.0,
        far if far < -180.0 => far + 360.0,
        near => near,
    };
    let (x, y) = (across * scale, a.latitude - p.latitude);
    let (along, up) = ((b.longitude - a.longitude) * scale, b.latitude - a.latitude);
    let length = along * along + up * up;
    let share = if length > 0.0 { (-(x * along + y * up) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (dx, dy) = (x + share * along, y + share * up);
    let q = if share >= 1.0 {
        b
    } else {
        Point {
            longitude: a.longitude + share * (b.longitude - a.longitude),
            latitude: a.latitude + share * (b.latitude - a.latitude),
        }
    };
    (dx * dx + dy * dy, q)
}

/// Positions of a shape in order, part by part: what equality, order and hashes go by.
fn order<'p>(runs: impl Iterator<Item = &'p Vec<Point>>) -> impl Iterator<Item = &'p [Point]> {
    runs.map(Vec::as_slice)
}

fn compare_runs<'p>(a: impl Iterator<Item = &'p [Point]>, b: impl Iterator<Item = &'p [Point]>) -> Ordering {
    let points = |a: &[Point], b: &[Point]| {
        let by_point =
            a.iter().zip(b).map(|(p, q)| p.longitude.total_cmp(&q.longitude).then(p.latitude.total_cmp(&q.latitude)));
        by_point.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
    };
    let (mut a, mut b) = (a, b);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(p), Some(q)) => match points(p, q) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn hash_runs<'p, H: Hasher>(runs: impl Iterator<Item = &'p [Point]>, state: &mut H) {
    for run in runs {
        run.len().hash(state);
        for point in run {
            (point.longitude.to_bits(), point.latitude.to_bits()).hash(state);
        }
    }
}

impl Ord for Line {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_runs(order(self.parts.iter()), order(other.parts.iter()))
    }
}

impl Ord for Polygon {
    fn cmp(&self, other: &Self) -> Ordering {
        let runs = compare_runs(order(self.parts.iter().flatten()), order(other.parts.iter().flatten()));
        let rings = |polygon: &Self| polygon.parts.iter().map(Vec::len).collect::<Vec<_>>();
        runs.then_with(|| rings(self).cmp(&rings(other)))
    }
}

impl Hash for Line {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_runs(order(self.parts.iter()), state);
    }
}

impl Hash for Polygon {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_runs(order(self.parts.iter().flatten()), state);
    }
}

macro_rules! equality_by_order {
    ($($shape:ty),*) => {$(
        impl PartialOrd for $shape {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl PartialEq for $shape {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other) == Ordering::Equal
            }
        }
        impl Eq for $shape {}
    )*};
}
equality_by_order!(Line, Polygon);
