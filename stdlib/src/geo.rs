//! Places: positions, lines and polygons, how far apart they are, and the reference systems in which they are stored.
//!
//! A [`Point`] is WGS-84. Chinese maps are published in GCJ-02 (an offset that the standard leaves unpublished; this is
//! the widely used reconstruction) or in BD-09 (Baidu's further offset). The offset applies inside a box around China
//! only. Transcendental functions come from the pinned `libm`, so results are the same on every machine.

mod read;
mod shape;
#[cfg(test)]
mod shape_tests;
mod wkb;

pub use read::Written;
pub use shape::{Bounds, Line, Place, Polygon};

use crate::value::Point;
use std::f64::consts::PI;

/// Mean radius of the earth, metres (IUGG: (2a + b) / 3 of the WGS-84 ellipsoid).
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// Semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid, on which GCJ-02 is built.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
const BAIDU_PI: f64 = PI * 3000.0 / 180.0;

impl Point {
    /// The point at degrees east and north; `None` outside -180 to 180 and -90 to 90, or if not numbers.
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let fits = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        // adding 0 turns -0 into 0: equal points have equal bits
        fits.then_some(Self { longitude: longitude + 0.0, latitude: latitude + 0.0 })
    }
}

/// Metres between two points along a great circle: the haversine formula on a sphere of radius [`EARTH_RADIUS`]
/// (R. W. Sinnott, *Virtues of the Haversine*, Sky and Telescope 68, 1984).
pub fn great_circle_distance(p: Point, q: Point) -> f64 {
    let (p_latitude, q_latitude) = (p.latitude.to_radians(), q.latitude.to_radians());
    let up = libm::sin((q_latitude - p_latitude) / 2.0);
    let across = libm::sin((q.longitude - p.longitude).to_radians() / 2.0);
    let square = up * up + libm::cos(p_latitude) * libm::cos(q_latitude) * across * across;
    2.0 * EARTH_RADIUS * libm::asin(libm::sqrt(square).min(1.0))
}

/// Offset of GCJ-02 at a WGS-84 position, degrees; none outside China's box.
fn offset(longitude: f64, latitude: f64) -> (f64, f64) {
    if !(72.004..=137.8347).contains(&longitude) || !(0.8293..=55.8271).contains(&latitude) {
        return (0.0, 0.0);
    }
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let wave = |number: f64, scale: f64| libm::sin(number * PI / scale);
    let root = libm::sqrt(x.abs());
    let common = (20.0 * wave(6.0 * x, 1.0) + 20.0 * wave(2.0 * x, 1.0)) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + (20.0 * wave(y, 1.0) + 40.0 * wave(y, 3.0)) * 2.0 / 3.0
        + (160.0 * wave(y, 12.0) + 320.0 * wave(y, 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + (20.0 * wave(x, 1.0) + 40.0 * wave(x, 3.0)) * 2.0 / 3.0
        + (150.0 * wave(x, 12.0) + 300.0 * wave(x, 30.0)) * 2.0 / 3.0;
    let radians = latitude.to_radians();
    let sine = libm::sin(radians);
    let magic = 1.0 - ECCENTRICITY * sine * sine;
    let root = libm::sqrt(magic);
    let east = east * 180.0 / (AXIS / root * libm::cos(radians) * PI);
    let north = north * 180.0 / (AXIS * (1.0 - ECCENTRICITY) / (magic * root) * PI);
    (east, north)
}

/// A WGS-84 position in GCJ-02: longitude and latitude, degrees.
pub fn wgs84_to_gcj02(point: Point) -> (f64, f64) {
    let (east, north) = offset(point.longitude, point.latitude);
    (point.longitude + east, point.latitude + north)
}

/// A GCJ-02 position (longitude, latitude) in WGS-84, by iteration to less than a millimetre; `None` if it is no
/// position.
pub fn gcj02_to_wgs84(longitude: f64, latitude: f64) -> Option<Point> {
    Point::new(longitude, latitude)?;
    let (mut x, mut y) = (longitude, latitude);
    for _ in 0..4 {
        let (east, north) = offset(x, y);
        (x, y) = (longitude - east, latitude - north);
    }
    Point::new(x, y)
}

/// A BD-09 position in GCJ-02: longitude and latitude, degrees; by iteration, to less than a millimetre.
pub fn bd09_to_gcj02(longitude: f64, latitude: f64) -> (f64, f64) {
    let (mut x, mut y) = (longitude - 0.0065, latitude - 0.006);
    for _ in 0..5 {
        let (east, north) = gcj02_to_bd09(x, y);
        (x, y) = (x - (east - longitude), y - (north - latitude));
    }
    (x, y)
}

/// A GCJ-02 position in BD-09: longitude and latitude, degrees.
pub fn gcj02_to_bd09(longitude: f64, latitude: f64) -> (f64, f64) {
    let (x, y) = (longitude, latitude);
    let z = libm::sqrt(x * x + y * y) + 0.000_02 * libm::sin(y * BAIDU_PI);
    let angle = libm::atan2(y, x) + 0.000_003 * libm::cos(x * BAIDU_PI);
    (z * libm::cos(angle) + 0.0065, z * libm::sin(angle) + 0.006)
}

/// A BD-09 position in WGS-84; `None` if it is no position.
pub fn bd09_to_wgs84(longitude: f64, latitude: f64) -> Option<Point> {
    Point::new(longitude, latitude)?;
    let (x, y) = bd09_to_gcj02(longitude, latitude);
    gcj02_to_wgs84(x, y)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart(a: (f64, f64), b: (f64, f64)) -> f64 {
        great_circle_distance(Point::new(a.0, a.1).unwrap(), Point::new(b.0, b.1).unwrap())
    }

    #[test]
    fn published_positions() {
        let gcj = bd09_to_gcj02(112.9778, 22.915_835);
        assert!(apart(gcj, (112.971_248_03, 22.910_140_91)) < 0.002, "{gcj:?}");
        let wgs = Point::new(121.181_803_055_555_56, 31.287_874_444_444_444).unwrap();
        let (x, y) = wgs84_to_gcj02(wgs);
        let bd = gcj02_to_bd09(x, y);
        let published = (121.192_727_016_970_4, 31.292_224_961_036_14);
        // half a metre in each coordinate
        assert!((bd.0 - published.0).abs() < 5.2e-6 && (bd.1 - published.1).abs() < 4.5e-6, "{bd:?}");
    }

    #[test]
    fn known_distances() {
        // Newark and Los Angeles: 3,943 km on the ellipsoid (2,451 statute miles by the same great circle)
        let metres = apart((-74.1687, 40.6925), (-118.4081, 33.9425));
        assert!((metres - 3_942_900.0).abs() < 10_000.0, "{metres}");
        assert!(apart((180.0, 0.0), (-180.0, 0.0)) < 1e-6);
        assert!(apart((179.999, 0.0), (-179.999, 0.0)) < 223.0);
        assert!(Point::new(f64::NAN, 0.0).is_none() && Point::new(0.0, 90.1).is_none());
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_bounded(
            a in (-180.0..=180.0_f64, -90.0..=90.0_f64),
            b in (-180.0..=180.0_f64, -90.0..=90.0_f64),
        ) {
            let metres = apart(a, b);
            prop_assert_eq!(metres, apart(b, a));
            prop_assert!((0.0..=PI * EARTH_RADIUS).contains(&metres));
            prop_assert_eq!(apart(a, a), 0.0);
        }

        #[test]
        fn gcj02_round_trips_within_a_millimetre(longitude in 74.0..135.0_f64, latitude in 3.0..53.0_f64) {
            let point = Point::new(longitude, latitude).unwrap();
            let (x, y) = wgs84_to_gcj02(point);
            let back = gcj02_to_wgs84(x, y).unwrap();
            prop_assert!(great_circle_distance(point, back) < 0.001);
        }

        #[test]
        fn bd09_round_trips_within_a_millimetre(longitude in 74.0..135.0_f64, latitude in 3.0..53.0_f64) {
            let point = Point::new(longitude, latitude).unwrap();
            let (x, y) = wgs84_to_gcj02(point);
            let (x, y) = gcj02_to_bd09(x, y);
            let back = bd09_to_wgs84(x, y).unwrap();
            prop_assert!(great_circle_distance(point, back) < 0.001);
        }
    }
}
