//! Rows by nearness, and the nearest row (docs/language.md §11).

use super::rows::Rows;
use super::{Binding, Evaluator};
use crate::mutant::{Mutant, mutant};
use crate::plan::{AggregateNode, Node, PlacesId};
use crate::timeline::RowRef;
use watchfire_dsl::program::SourceId;
use watchfire_stdlib::geo::Place;
use watchfire_stdlib::value::Value;

/// The first circle in which the nearest row is sought, metres; each further one is twice as wide.
const FIRST_CIRCLE: f64 = 250.0;
/// Beyond half of the earth's circumference there is nothing.
const WHOLE_EARTH: f64 = 3e7;

impl<'a> Evaluator<'a> {
    /// The rows of `from S within D of P` before window and `where`, as places among the source's rows in row order.
    ///
    /// # Errors
    /// What the aggregate is where place or distance are not known: their fault, or missing.
    pub(super) fn rows_near(&mut self, id: PlacesId, place: &'a Node, distance: &'a Node) -> Result<Vec<usize>, Value> {
        let place = self.place(place)?;
        let metres = match self.value(distance) {
            Value::Float(metres) => metres,
            fault @ Value::Fault(_) => return Err(fault),
            _ => return Err(Value::Missing),
        };
        let Some(place) = place.as_ref().and_then(Place::of) else { return Ok(Vec::new()) };
        let mut found: Vec<usize> = self.within(id, place, metres).into_iter().map(|(_, place)| place).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// A place; none: a mistake of a test says that there is none.
    fn place(&mut self, place: &'a Node) -> Result<Option<Value>, Value> {
        match self.value(place) {
            fault @ Value::Fault(_) => Err(fault),
            value if Place::of(&value).is_some() => Ok(Some(value)),
            _ if mutant(Mutant::NearNowhereIsEmpty) => Ok(None),
            _ => Err(Value::Missing),
        }
    }

    /// The rows at most so far from a place: distance, and place among the source's rows.
    fn within(&mut self, id: PlacesId, place: Place<'_>, metres: f64) -> Vec<(f64, usize)> {
        let world = self.world;
        let Some(places) = world.places.get(id.0 as usize) else { return Vec::new() };
        let mut found = if places.has_grid() {
            places.within(place, metres)
        } else {
            let plan = &world.plan.places[id.0 as usize];
            let mut found = Vec::new();
            for (index, row) in places.rows.iter().enumerate() {
                if let Value::Point(point) = self.cell(plan.source, *row, plan.column) {
                    let distance = place.distance(Place::Point(point));
                    if distance <= metres {
                        found.push((distance, index));
                    }
                }
            }
            found
        };
        if mutant(Mutant::NearnessStrict) {
            found.retain(|(distance, _)| *distance < metres);
        }
        found
    }

    /// A value of the nearest row that window and `where` take: nearer ones are tried first, and of those equally near
    /// the first in row order.
    pub(super) fn nearest(
        &mut self,
        id: PlacesId,
        place: &'a Node,
        aggregate: &'a AggregateNode,
        of: Option<&'a Node>,
        window: Option<(i64, i64)>,
    ) -> Value {
        let place = match self.place(place) {
            Ok(place) => place,
            Err(value) => return value,
        };
        let Some(place) = place.as_ref().and_then(Place::of) else { return Value::Missing };
        let (source, rows) = self.all_rows(id);
        let selection = Rows::new(self.world, source, rows, window, self.t, self.k);
        let (mut tried, mut circle) = (f64::NEG_INFINITY, FIRST_CIRCLE);
        if !self.world.places.get(id.0 as usize).is_some_and(crate::places::Places::has_grid) {
            circle = WHOLE_EARTH;
        }
        loop {
            let mut found = self.within(id, place, circle);
            found.retain(|(distance, _)| *distance > tried);
            found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            if mutant(Mutant::NearestTieLast) {
                found.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            }
            for (_, at) in found {
                if !selection.takes(at) {
                    continue;
                }
                if let Some(value) = self.value_in(aggregate, of, source, rows, at) {
                    return value;
                }
            }
            if circle >= WHOLE_EARTH {
                return Value::Missing;
            }
            (tried, circle) = (circle, circle * 2.0);
        }
    }

    /// The value in a row (without one: that there is a row), if its `where` takes it or is a fault.
    fn value_in(
        &mut self,
        aggregate: &'a AggregateNode,
        of: Option<&'a Node>,
        source: SourceId,
        rows: &'a [RowRef],
        place: usize,
    ) -> Option<Value> {
        self.bind(aggregate.slot, Binding::Row { rows, place });
        let value = match aggregate.filter.as_ref().map(|filter| self.value(filter)) {
            None | Some(Value::Bool(true)) => of.map_or(Value::Bool(true), |value| self.value(value)),
            Some(fault @ Value::Fault(_)) => fault,
            Some(_) => return None,
        };
        self.note_fault(&value, source, rows[place]);
        Some(value)
    }

    /// Every row of a source of which rows are taken by nearness.
    pub(super) fn all_rows(&self, id: PlacesId) -> (SourceId, &'a [RowRef]) {
        let world = self.world;
        let rows = world.places.get(id.0 as usize).map_or(&[][..], |places| &places.rows);
        (world.plan.places[id.0 as usize].source, rows)
    }
}
