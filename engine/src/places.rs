//! Rows by where they lie: of each source of which rows are taken by nearness, all rows in row order and a grid.
//!
//! The grid is a sorted list of (cell, row), so that the cells of one latitude lie side by side and a query is two binary
//! searches for each of them. A query looks at the cells that a circle can reach, a little more rather than less, and then
//! asks the exact distance: the grid never decides.

use crate::plan::{PartColumn, PlacesPlan, Plan};
use crate::table::{ALWAYS, Store, Table};
use crate::timeline::{RowRef, part_tables};
use std::f64::consts::FRAC_PI_2;
use watchfire_dsl::program::{ColumnId, Program};
use watchfire_stdlib::geo::{Bounds, EARTH_RADIUS, Place};
use watchfire_stdlib::value::{Point, Value};

/// Cells to a degree, where distances are not known beforehand.
const CELLS: f64 = 100.0;
/// Most and fewest cells to a degree: of about a metre, and of a degree.
const FINEST: f64 = 100_000.0;
const COARSEST: f64 = 1.0;
/// Metres to a degree of latitude, about.
const DEGREE: f64 = 111_000.0;
/// How much wider than asked a query looks: far more than the rounding of distances.
const MARGIN: f64 = 1e-9;

/// The rows of a source by a column of positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Every version of every row, in row order.
    pub(crate) rows: Vec<RowRef>,
    /// None: a union computes the positions, so that they depend on what is known.
    grid: Option<Grid>,
}

/// Positions by the cells in which they lie.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Cells to a degree.
    cells: f64,
    entries: Vec<Entry>,
}

/// A position.
#[derive(Clone, Copy, Debug)]
struct Entry {
    cell: (i32, i32),
    /// Its place among those it was given with.
    place: usize,
    point: Point,
}

impl Grid {
    /// A grid over positions, each with its place in a list.
    pub(crate) fn new(points: impl Iterator<Item = (usize, Point)>) -> Grid {
        Self::of_cells(points, CELLS)
    }

    /// A grid for queries of one distance.
    pub(crate) fn for_distance(points: impl Iterator<Item = (usize, Point)>, metres: f64) -> Grid {
        let cells = DEGREE / metres.max(1.0);
        Self::of_cells(points, cells.clamp(COARSEST, FINEST))
    }

    fn of_cells(points: impl Iterator<Item = (usize, Point)>, cells: f64) -> Grid {
        let entry =
            |(place, point): (usize, Point)| Entry { cell: cell(point.latitude, point.longitude, cells), place, point };
        let mut entries: Vec<Entry> = points.map(entry).collect();
        entries.sort_unstable_by_key(|entry| (entry.cell, entry.place));
        Grid { cells, entries }
    }

    /// The positions at most so many metres from a place: distance, and place in the list; in no order.
    pub(crate) fn within(&self, place: Place<'_>, metres: f64) -> Vec<(f64, usize)> {
        let mut found = Vec::new();
        let grid = self.entries.as_slice();
        let mut look = |entries: &[Entry]| {
            for entry in entries {
                let distance = place.distance(Place::Point(entry.point));
                if distance <= metres {
                    found.push((distance, entry.place));
                }
            }
        };
        match Region::around(place.bounds(), metres, self.cells) {
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

impl Places {
    /// Orders the rows of a source, and lays the grid.
    pub(crate) fn build(program: &Program, plan: &Plan, store: &Store, wanted: &PlacesPlan) -> Places {
        let tables = part_tables(program, wanted.source);
        let table = |part: u16| tables.get(part as usize).and_then(|source| store.table(*source));
        let mut rows: Vec<RowRef> = Vec::new();
        for (part, source) in tables.iter().enumerate() {
            let lines = store.table(*source).map(Table::in_order).unwrap_or_default();
            rows.extend(lines.into_iter().map(|row| RowRef { part: part as u16, row }));
        }
        if tables.len() > 1 {
            let time = |row: &RowRef| table(row.part).and_then(|table| table.time(row.row)).unwrap_or(ALWAYS);
            // Rows of one part and time stay in their order.
            rows.sort_by_key(|row| (time(row), row.part));
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
            let point = |(place, row): (usize, &RowRef)| match table(row.part)?
                .value(row.row, *columns.get(row.part as usize)?)
            {
                Value::Point(point) => Some((place, point)),
                _ => None,
            };
            Grid::new(rows.iter().enumerate().filter_map(point))
        });
        Places { rows, grid }
    }

    /// Whether positions are known without looking at rows one by one.
    pub(crate) fn has_grid(&self) -> bool {
        self.grid.is_some()
    }

    /// The rows at most so many metres from a place: distance, and place among the rows; in no order.
    pub(crate) fn within(&self, place: Place<'_>, metres: f64) -> Vec<(f64, usize)> {
        self.grid.as_ref().map_or_else(Vec::new, |grid| grid.within(place, metres))
    }
}

fn cell(latitude: f64, longitude: f64, cells: f64) -> (i32, i32) {
    ((latitude * cells).floor() as i32, (longitude * cells).floor() as i32)
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
    fn around(bounds: Bounds, metres: f64, cells: f64) -> Option<Region> {
        let angle = metres.max(0.0) / EARTH_RADIUS * (1.0 + MARGIN) + MARGIN;
        if angle.is_nan() || angle >= FRAC_PI_2 {
            return None;
        }
        let (south, north) = (bounds.south - angle.to_degrees(), bounds.north + angle.to_degrees());
        let span = |from: f64, to: f64| Some((cell(0.0, from, cells).1, cell(0.0, to, cells).1));
        let all = [span(-180.0, 180.0), None];
        let highest = bounds.south.abs().max(bounds.north.abs());
        let longitudes = if highest + angle.to_degrees() >= 90.0 {
            all
        } else {
            // The meridians that touch a circle around the position farthest from the equator.
            let ratio = libm::sin(angle) / libm::cos(highest.to_radians());
            let wide = libm::asin(ratio.min(1.0)).to_degrees() + MARGIN;
            let (west, east) = (bounds.west - wide, bounds.east + wide);
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
        let row = |latitude: f64| cell(latitude, 0.0, cells).0;
        Some(Region { south: row(south), north: row(north), longitudes })
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
            for from in points.iter().step_by(7) {
                for metres in [0.0, 50.0, 1000.0, 12_345.0, 90_000.0, 11_000_000.0, f64::INFINITY, -1.0] {
                    let near = |place: &usize| great_circle_distance(*from, points[*place]) <= metres;
                    let wanted: Vec<usize> = (0..points.len()).filter(near).collect();
                    let points = || points.iter().copied().enumerate();
                    for grid in [Grid::new(points()), Grid::for_distance(points(), metres)] {
                        let found = grid.within(Place::Point(*from), metres);
                        let mut found: Vec<usize> = found.into_iter().map(|(_, place)| place).collect();
                        found.sort_unstable();
                        assert_eq!(found, wanted, "{from:?} {metres}");
                    }
                }
            }
        }
    }
}
