//! Rows by where they lie: of each source of which rows are taken by nearness, all rows in row order and a grid.
//!
//! The grid has cells of a hundredth of a degree. It is a sorted list of (cell, row), so that the cells of one latitude
//! lie side by side and a query is two binary searches for each of them. A query looks at the cells that a circle can
//! reach, a little more rather than less, and then asks the exact distance: the grid never decides.

use crate::plan::{PartColumn, PlacesPlan, Plan};
use crate::table::{ALWAYS, Store};
use crate::timeline::{RowRef, part_tables};
use std::f64::consts::FRAC_PI_2;
use watchfire_dsl::program::{ColumnId, Program};
use watchfire_stdlib::geo::{Bounds, EARTH_RADIUS, Place};
use watchfire_stdlib::value::{Point, Value};

/// Cells to a degree.
const CELLS: f64 = 100.0;
/// How much wider than asked a query looks: far more than the rounding of distances.
const MARGIN: f64 = 1e-9;

/// The rows of a source by a column of positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Every version of every row, in row order.
    pub(crate) rows: Vec<RowRef>,
    /// None: a union computes the positions, so that they depend on what is known.
    grid: Option<Vec<Entry>>,
}

/// A row that has a position.
#[derive(Clone, Copy, Debug)]
struct Entry {
    cell: (i32, i32),
    /// Its place among the rows.
    place: usize,
    point: Point,
}

impl Places {
    /// Orders the rows of a source, and lays the grid.
    pub(crate) fn build(program: &Program, plan: &Plan, store: &Store, wanted: &PlacesPlan) -> Places {
        let tables = part_tables(program, wanted.source);
        let table = |part: u16| tables.get(part as usize).and_then(|source| store.table(*source));
        let mut rows: Vec<RowRef> = Vec::new();
        for (part, source) in tables.iter().enumerate() {
            let many = store.table(*source).map_or(0, |table| table.rows as u32);
            rows.extend((0..many).map(|row| RowRef { part: part as u16, row }));
        }
        if tables.len() > 1 {
            let time = |row: &RowRef| table(row.part).and_then(|table| table.time(row.row)).unwrap_or(ALWAYS);
            rows.sort_by_key(|row| (time(row), row.part, row.row));
        }
        let parts = &plan.unions[wanted.source.index()];
        let column = |part: u16| -> Option<ColumnId> {
            match parts.get(part as usize)?.columns.get(wanted.column.index()) {
                Some(PartColumn::Plain(column)) => Some(*column),
                _ => None,
            }
        };
        let columns: Option<Vec<ColumnId>> = if parts.is_empty() {
            Some(vec![wanted.column])
        } else {
            (0..parts.len()).map(|part| column(part as u16)).collect()
        };
        let grid = columns.map(|columns| {
            let entry = |(place, row): (usize, &RowRef)| match table(row.part)?
                .value(row.row, *columns.get(row.part as usize)?)
            {
                Value::Point(point) => Some(Entry { cell: cell(point.latitude, point.longitude), place, point }),
                _ => None,
            };
            let mut grid: Vec<Entry> = rows.iter().enumerate().filter_map(entry).collect();
            grid.sort_unstable_by_key(|entry| (entry.cell, entry.place));
            grid
        });
        Places { rows, grid }
    }

    /// Whether positions are known without looking at rows one by one.
    pub(crate) fn has_grid(&self) -> bool {
        self.grid.is_some()
    }

    /// The rows at most so many metres from a place: distance, and place among the rows; in no order.
    pub(crate) fn within(&self, place: Place<'_>, metres: f64) -> Vec<(f64, usize)> {
        let mut found = Vec::new();
        let grid = self.grid.as_deref().unwrap_or_default();
        let mut look = |entries: &[Entry]| {
            for entry in entries {
                let distance = place.distance(Place::Point(entry.point));
                if distance <= metres {
                    found.push((distance, entry.place));
                }
            }
        };
        match Region::around(place.bounds(), metres) {
            Some(region) if region.rows() < grid.len() => {
                for latitude in region.south..=region.north {
                    for (west, east) in region.longitudes.into_iter().flatten() {
                        let from = grid.partition_point(|entry| entry.cell < (latitude, west));
                        let many = grid[from..].partition_point(|entry| entry.cell <= (latitude, east));
                        look(&grid[from..from + many]);
                    }
                }
            }
            _ => look(grid),
        }
        found
    }
}

fn cell(latitude: f64, longitude: f64) -> (i32, i32) {
    ((latitude * CELLS).floor() as i32, (longitude * CELLS).floor() as i32)
}

/// Cells that a query looks at: from south to north, and one or two spans of longitude.
#[derive(Clone, Copy, Debug)]
struct Region {
    south: i32,
    north: i32,
    longitudes: [Option<(i32, i32)>; 2],
}

impl Region {
    /// The cells of all positions at most so many metres from some within the bounds; `None`: all.
    fn around(bounds: Bounds, metres: f64) -> Option<Region> {
        let angle = metres.max(0.0) / EARTH_RADIUS * (1.0 + MARGIN) + MARGIN;
        if angle.is_nan() || angle >= FRAC_PI_2 {
            return None;
        }
        let (south, north) = (bounds.south - angle.to_degrees(), bounds.north + angle.to_degrees());
        let all = [Some((-18_000, 18_000)), None];
        let highest = bounds.south.abs().max(bounds.north.abs());
        let longitudes = if highest + angle.to_degrees() >= 90.0 {
            all
        } else {
            // The meridians that touch a circle around the position farthest from the equator.
            let ratio = libm::sin(angle) / libm::cos(highest.to_radians());
            let wide = libm::asin(ratio.min(1.0)).to_degrees() + MARGIN;
            let (west, east) = (bounds.west - wide, bounds.east + wide);
            let span = |from: f64, to: f64| Some((cell(0.0, from).1, cell(0.0, to).1));
            if east - west >= 360.0 {
                all
            } else if west < -180.0 {
                [span(west + 360.0, 180.0), span(-180.0, east)]
            } else if east > 180.0 {
                [span(west, 180.0), span(-180.0, east - 360.0)]
            } else {
                [span(west, east), None]
            }
        };
        Some(Region { south: cell(south, 0.0).0, north: cell(north, 0.0).0, longitudes })
    }

    fn rows(&self) -> usize {
        usize::try_from(i64::from(self.north) - i64::from(self.south) + 1).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchfire_stdlib::geo::great_circle_distance;

    /// The grid finds exactly what looking at every position finds, also across the date line and at the poles.
    #[test]
    fn the_grid_never_decides() {
        let mut seed = 7_u64;
        let mut random = |low: f64, high: f64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            low + (high - low) * ((seed >> 11) as f64 / (1_u64 << 53) as f64)
        };
        let corners =
            [(120.0, 31.0, 0.3), (179.9, 10.0, 0.3), (-180.0, -45.0, 0.4), (0.0, 89.9, 0.2), (50.0, -89.95, 3.0)];
        for (longitude, latitude, spread) in corners {
            let points: Vec<Point> = (0..400)
                .filter_map(|_| {
                    let around = longitude + random(-spread, spread);
                    let wrapped = if around > 180.0 {
                        around - 360.0
                    } else if around < -180.0 {
                        around + 360.0
                    } else {
                        around
                    };
                    Point::new(wrapped, (latitude + random(-spread, spread)).clamp(-90.0, 90.0))
                })
                .collect();
            let mut grid: Vec<Entry> = points
                .iter()
                .enumerate()
                .map(|(place, point)| Entry { cell: cell(point.latitude, point.longitude), place, point: *point })
                .collect();
            grid.sort_unstable_by_key(|entry| (entry.cell, entry.place));
            let rows = (0..points.len() as u32).map(|row| RowRef { part: 0, row }).collect();
            let places = Places { rows, grid: Some(grid) };
            for from in points.iter().step_by(7) {
                for metres in [0.0, 50.0, 1000.0, 12_345.0, 90_000.0, 11_000_000.0, f64::INFINITY, -1.0] {
                    let mut found: Vec<usize> =
                        places.within(Place::Point(*from), metres).into_iter().map(|(_, place)| place).collect();
                    found.sort_unstable();
                    let near = |place: &usize| great_circle_distance(*from, points[*place]) <= metres;
                    let wanted: Vec<usize> = (0..points.len()).filter(near).collect();
                    assert_eq!(found, wanted, "{from:?} {metres}");
                }
            }
        }
    }
}
