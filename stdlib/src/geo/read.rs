//! Places as departments write them: WKT (OGC 06-103r4), GeoJSON (RFC 7946), WKB in hexadecimal digits.

use super::shape::{Line, Polygon};
use super::wkb;
use crate::functions::Refusal;
use crate::value::Point;
use geo_types::{Coord, Geometry, LineString};
use geojson::{GeoJson, GeometryValue};
use wkt::TryFromWkt;

const NO_SHAPE: Refusal = Refusal {
    reason: "the cell is no WKT, GeoJSON or WKB of one shape",
    reason_zh: "单元格不是单个图形的 WKT、GeoJSON 或 WKB",
};
const NO_POINT: Refusal = Refusal { reason: "the shape is not a position", reason_zh: "图形不是位置" };
const NO_LINE: Refusal = Refusal { reason: "the shape is not a line", reason_zh: "图形不是线路" };
const NO_POLYGON: Refusal = Refusal { reason: "the shape is not a polygon", reason_zh: "图形不是区域" };
const OUTSIDE: Refusal = Refusal {
    reason: "the shape has positions beyond 180 degrees of longitude or 90 degrees of latitude",
    reason_zh: "图形中有经度超过 180 度或纬度超过 90 度的位置",
};

/// A place as written: positions are longitude and latitude in the reference system of who wrote it.
#[derive(Clone, Debug)]
pub struct Written(Geometry<f64>);

impl Written {
    /// Reads a text.
    ///
    /// # Errors
    /// Where it is not a position, a line, a polygon, or several lines or polygons.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let found = match text.bytes().next() {
            Some(b'{') => geojson(text),
            Some(b'0'..=b'9') => wkb::bytes_of(text).and_then(|bytes| wkb::read(&bytes)),
            Some(_) => wkt(text),
            None => None,
        };
        found.map(Self).ok_or(NO_SHAPE)
    }

    /// The position that it is, converted to WGS-84 by `system`.
    ///
    /// # Errors
    /// Where it is another shape or lies nowhere on earth.
    pub fn point(&self, system: impl Fn(f64, f64) -> Option<Point>) -> Result<Point, Refusal> {
        match &self.0 {
            Geometry::Point(point) => system(point.x(), point.y()).ok_or(OUTSIDE),
            _ => Err(NO_POINT),
        }
    }

    /// The line that it is, converted to WGS-84 by `system`.
    ///
    /// # Errors
    /// Where it is another shape, lies nowhere on earth, or is not a proper line.
    pub fn line(&self, system: impl Fn(f64, f64) -> Option<Point>) -> Result<Line, Refusal> {
        Line::new(match &self.0 {
            Geometry::LineString(line) => vec![positions(line, &system)?],
            Geometry::MultiLineString(lines) => {
                lines.0.iter().map(|line| positions(line, &system)).collect::<Result<_, _>>()?
            }
            _ => return Err(NO_LINE),
        })
    }

    /// The polygon that it is, converted to WGS-84 by `system`.
    ///
    /// # Errors
    /// Where it is another shape, lies nowhere on earth, or is not a proper polygon.
    pub fn polygon(&self, system: impl Fn(f64, f64) -> Option<Point>) -> Result<Polygon, Refusal> {
        let part = |polygon: &geo_types::Polygon<f64>| {
            let rings =
                std::iter::once(polygon.exterior()).chain(polygon.interiors()).filter(|ring| !ring.0.is_empty());
            rings.map(|ring| positions(ring, &system)).collect::<Result<Vec<_>, _>>()
        };
        Polygon::new(match &self.0 {
            Geometry::Polygon(polygon) => vec![part(polygon)?],
            Geometry::MultiPolygon(polygons) => polygons.0.iter().map(part).collect::<Result<_, _>>()?,
            _ => return Err(NO_POLYGON),
        })
    }
}

fn positions(line: &LineString<f64>, system: impl Fn(f64, f64) -> Option<Point>) -> Result<Vec<Point>, Refusal> {
    line.0.iter().map(|Coord { x, y }| system(*x, *y).ok_or(OUTSIDE)).collect()
}

/// Collections are not read: their parts could be nested without end.
fn wkt(text: &str) -> Option<Geometry<f64>> {
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    let words = ["POINT", "LINESTRING", "POLYGON", "MULTILINESTRING", "MULTIPOLYGON"];
    let word = word.to_ascii_uppercase();
    let word = ["ZM", "Z", "M"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(&word);
    words.contains(&word).then(|| Geometry::try_from_wkt_str(text).ok()).flatten()
}

/// A geometry, or a feature's.
fn geojson(text: &str) -> Option<Geometry<f64>> {
    let geometry = match text.parse().ok()? {
        GeoJson::Geometry(geometry) => geometry,
        GeoJson::Feature(feature) => feature.geometry?,
        GeoJson::FeatureCollection(_) => return None,
    };
    match &geometry.value {
        GeometryValue::GeometryCollection { .. } | GeometryValue::MultiPoint { .. } => None,
        value => Geometry::try_from(value).ok(),
    }
}
