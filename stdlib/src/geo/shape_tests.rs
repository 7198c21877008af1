//! Tests of lines and polygons: reading, what is inside, distances.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::value::Value;
use proptest::prelude::*;
use std::sync::Arc;

fn at(longitude: f64, latitude: f64) -> Point {
    Point::new(longitude, latitude).unwrap()
}

fn polygon(text: &str) -> Polygon {
    Written::read(text).unwrap().polygon(Point::new).unwrap()
}

fn line(text: &str) -> Line {
    Written::read(text).unwrap().line(Point::new).unwrap()
}

fn refusal(text: &str) -> &'static str {
    match Written::read(text).and_then(|written| written.polygon(Point::new)) {
        Ok(_) => "",
        Err(refusal) => refusal.reason,
    }
}

const SQUARE: &str = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))";

#[test]
fn all_forms_give_the_same_polygon() {
    let wanted = polygon(SQUARE);
    let json = r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]]}"#;
    let feature = format!(r#"{{"type":"Feature","properties":{{}},"geometry":{json}}}"#);
    let multi = "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1)))";
    let open = "polygon ((0 0, 4 0, 4 4, 0 4), (1 1, 2 1, 2 2, 1 2))";
    let high = "POLYGON Z ((0 0 9, 4 0 9, 4 4 9, 0 4 9, 0 0 9), (1 1 9, 2 1 9, 2 2 9, 1 2 9, 1 1 9))";
    for text in [json, &feature, multi, open, high] {
        assert_eq!(polygon(text), wanted, "{text}");
    }
    let point = |x: f64, y: f64| format!("{}{}", hex(&x.to_le_bytes()), hex(&y.to_le_bytes()));
    let ring = |points: &[(f64, f64)]| {
        let points: Vec<String> = points.iter().map(|(x, y)| point(*x, *y)).collect();
        format!("{:02x}000000{}", points.len(), points.concat())
    };
    let outer = ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
    let hole = ring(&[(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)]);
    let plain = format!("010300000002000000{outer}{hole}");
    assert_eq!(polygon(&plain), wanted);
    assert_eq!(polygon(&plain.to_uppercase()), wanted);
    // PostGIS says the reference system: 4326 is WGS-84, 4490 is not read.
    assert_eq!(polygon(&format!("0103000020e610000002000000{outer}{hole}")), wanted);
    assert!(Written::read(&format!("01030000208a11000002000000{outer}{hole}")).is_err());
    assert_eq!(polygon(&format!("010600000001000000{plain}")), wanted);
    assert!(Written::read(&format!("{plain}00")).is_err());
    assert!(Written::read(&plain[..plain.len() - 2]).is_err());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn bad_shapes_are_refused_with_the_reason() {
    assert_eq!(refusal("POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0))"), "edges of the polygon cross");
    assert_eq!(refusal("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (3 1, 5 1, 5 2, 3 2, 3 1))"), "edges of the polygon cross");
    assert_eq!(refusal("POLYGON ((0 0, 1 1, 2 2, 0 0))"), "a ring of the polygon encloses nothing");
    assert_eq!(refusal("POLYGON EMPTY"), "the shape has no positions");
    assert_eq!(refusal("LINESTRING (0 0, 1 1)"), "the shape is not a polygon");
    assert!(refusal("POLYGON ((0 0, 181 0, 4 4, 0 0))").contains("beyond 180"));
    for text in ["", "POLYGON", "POLYGON ((0 0, 1", "GEOMETRYCOLLECTION (POINT (1 1))", "{}", "0103", "有", "[1,2]"] {
        assert!(refusal(text).starts_with("the cell is no WKT"), "{text}");
    }
    let line = |text: &str| Written::read(text).and_then(|written| written.line(Point::new)).err().map(|r| r.reason);
    assert_eq!(line("LINESTRING (1 1, 1 1)"), Some("the line has fewer than two different positions"));
    assert_eq!(line("MULTILINESTRING ((1 1, 2 1), (3 3, 4 4))"), None);
    assert!(Written::read("POINT (1 2)").and_then(|written| written.point(Point::new)).is_ok());
}

#[test]
fn edges_belong_to_the_inside() {
    let area = polygon(SQUARE);
    let inside = [(0.5, 0.5), (0.0, 0.0), (4.0, 2.0), (2.0, 4.0), (3.0, 3.0), (1.0, 1.5), (2.0, 2.0), (0.5, 1.0)];
    let outside = [(1.5, 1.5), (-0.1, 0.0), (4.1, 4.0), (5.0, 2.0), (2.0, -1.0), (-1.0, 4.0), (-1.0, 1.0)];
    for (x, y) in inside {
        assert!(area.contains(at(x, y)), "{x} {y}");
    }
    for (x, y) in outside {
        assert!(!area.contains(at(x, y)), "{x} {y}");
    }
    let parts = polygon("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))");
    assert!(parts.contains(at(0.5, 0.25)) && parts.contains(at(5.5, 5.25)) && !parts.contains(at(3.0, 3.0)));
}

#[test]
fn distances_to_shapes() {
    let metres = |a: &Value, b: &Value| Place::of(a).unwrap().distance(Place::of(b).unwrap());
    let road = Value::Line(Arc::new(line("LINESTRING (120 32, 121 32, 121 33)")));
    let area = Value::Polygon(Arc::new(polygon("POLYGON ((120 32, 120.01 32, 120.01 32.01, 120 32.01))")));
    // A tenth of a degree of latitude north of the road: its foot, and the distance from it.
    let north = Value::Point(at(120.5, 32.1));
    let tenth = great_circle_distance(at(120.5, 32.0), at(120.5, 32.1));
    assert_eq!(metres(&north, &road), tenth);
    assert_eq!(metres(&road, &north), tenth);
    assert_eq!(metres(&Value::Point(at(120.25, 32.0)), &road), 0.0);
    assert_eq!(metres(&Value::Point(at(120.005, 32.005)), &area), 0.0);
    assert_eq!(metres(&Value::Point(at(120.01, 32.01)), &area), 0.0);
    // A corner is the nearest.
    let corner = metres(&Value::Point(at(119.9, 31.9)), &area);
    assert_eq!(corner, great_circle_distance(at(119.9, 31.9), at(120.0, 32.0)));
    assert_eq!(metres(&road, &area), 0.0);
    let apart = Value::Line(Arc::new(line("LINESTRING (119.9 32.005, 119.99 32.005)")));
    let gap = great_circle_distance(at(119.99, 32.005), at(120.0, 32.005));
    assert!((metres(&apart, &area) - gap).abs() < 1e-6);
    let within = Value::Line(Arc::new(line("LINESTRING (120.004 32.004, 120.006 32.006)")));
    assert_eq!(metres(&within, &area), 0.0);
    // Across the date line the short way counts.
    let east = Value::Line(Arc::new(line("LINESTRING (-179.99 0, -179.9 0)")));
    assert!((metres(&Value::Point(at(179.99, 0.0)), &east) - 2223.9).abs() < 0.1);
}

proptest! {
    /// Of so many positions along an edge, none is nearer than what is found, up to a millimetre.
    #[test]
    fn the_nearest_position_of_an_edge_is_found(
        a in (120.0..120.1_f64, 31.0..31.1_f64), b in (120.0..120.1_f64, 31.0..31.1_f64),
        p in (120.0..120.1_f64, 31.0..31.1_f64),
    ) {
        prop_assume!(a != b);
        let (a, b, p) = (at(a.0, a.1), at(b.0, b.1), at(p.0, p.1));
        let edge = Line::new(vec![vec![a, b]]).unwrap();
        let found = Place::Line(&edge).distance(Place::Point(p));
        for step in 0..=1000 {
            let share = f64::from(step) / 1000.0;
            let q = at(
                a.longitude + share * (b.longitude - a.longitude),
                a.latitude + share * (b.latitude - a.latitude),
            );
            prop_assert!(great_circle_distance(p, q) >= found - 0.001);
        }
    }

    /// A triangle contains what the signs of its three sides say.
    #[test]
    fn inside_agrees_with_signs(xs in prop::array::uniform8(-3_i32..=3)) {
        let [ax, ay, bx, by, cx, cy, px, py] = xs;
        let cross = |ox: i32, oy: i32, ux: i32, uy: i32, vx: i32, vy: i32| (ux - ox) * (vy - oy) - (uy - oy) * (vx - ox);
        let turn = cross(ax, ay, bx, by, cx, cy);
        prop_assume!(turn != 0);
        let sides = [
            cross(ax, ay, bx, by, px, py) * turn.signum(),
            cross(bx, by, cx, cy, px, py) * turn.signum(),
            cross(cx, cy, ax, ay, px, py) * turn.signum(),
        ];
        let text = format!("POLYGON (({ax} {ay}, {bx} {by}, {cx} {cy}))");
        let inside = polygon(&text).contains(at(f64::from(px), f64::from(py)));
        prop_assert_eq!(inside, sides.iter().all(|side| *side >= 0));
    }

    /// Whatever the text, reading it ends and does not panic.
    #[test]
    fn any_text_is_read_or_refused(
        head in "(POINT|POLYGON|LINESTRING|MULTIPOLYGON|MULTILINESTRING|\\{\"type\":|01|00|)",
        tail in "[ZM0-9 ,.()eE\\-\"a-z\\[\\]{}:]{0,40}",
    ) {
        if let Ok(written) = Written::read(&format!("{head}{tail}")) {
            let _ = (written.point(Point::new), written.line(Point::new), written.polygon(Point::new));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60), kind in 1_u8..8) {
        let start = [1, kind, 0, 0, 0];
        let all: Vec<u8> = start.iter().chain(&bytes).copied().collect();
        let _ = Written::read(&hex(&all));
    }
}
