//! Rows by nearness (docs/language.md §11).

use crate::reference::world::{Binding, Row, Rows, Scope, World};
use std::rc::Rc;
use watchfire_dsl::program::{Aggregate, ColumnId, Expr, SourceId};
use watchfire_stdlib::geo::Place;
use watchfire_stdlib::value::Value;

impl World<'_> {
    /// The value of an expression evaluated outside a selection by nearness.
    ///
    /// # Errors
    /// What the aggregate is where the value is not known.
    fn outside(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Value> {
        match self.value(expr, scope) {
            fault @ Value::Fault(_) => Err(fault),
            value if value.is_known() => Ok(value),
            _ => Err(Value::Missing),
        }
    }

    /// The window, if there is one.
    fn window_of(&self, aggregate: &Aggregate, scope: &Scope<'_>) -> Result<Option<(i64, i64)>, Value> {
        aggregate.selection.window.as_ref().map(|window| self.window(window, scope.t, scope)).transpose()
    }

    /// How far each row of a source lies from a place; rows without a position lie nowhere.
    fn how_far(
        &self,
        rows: &Rows,
        source: SourceId,
        column: ColumnId,
        place: &Value,
        scope: &Scope<'_>,
    ) -> Vec<Option<f64>> {
        let far = |row: &Row| {
            let position = self.cell(source, row, column, scope.t, scope.k);
            Some(Place::of(place)?.distance(Place::of(&position)?))
        };
        rows.iter().map(far).collect()
    }

    /// §11.4: what `from S within D of P` takes before its `where`, and whether its window is partly covered.
    pub(super) fn elements_near(
        &self,
        aggregate: &Aggregate,
        (source, column): (SourceId, ColumnId),
        (place, distance): (&Expr, Option<&Expr>),
        scope: &Scope<'_>,
    ) -> Result<(Vec<Binding>, bool), Value> {
        let window = self.window_of(aggregate, scope)?;
        let place = self.outside(place, scope)?;
        let most = match distance.map(|distance| self.outside(distance, scope)).transpose()? {
            None => f64::INFINITY,
            Some(Value::Float(most)) => most,
            Some(_) => return Err(Value::Missing),
        };
        let rows = self.rows(source, scope.k);
        let far = self.how_far(&rows, source, column, &place, scope);
        let near: Vec<usize> =
            (0..rows.len()).filter(|&index| far[index].is_some_and(|metres| metres <= most)).collect();
        let own: Vec<Row> = near.iter().map(|&index| rows[index].clone()).collect();
        let partly_covered = window.is_some_and(|window| self.own_partly_covered(source, &own, window, scope));
        let taken = near.into_iter().filter(|&index| self.selects(&rows[index], window, scope.t));
        Ok((taken.map(|index| Binding::Row(Rc::clone(&rows), index)).collect(), partly_covered))
    }

    /// §11.5: the value in the nearest row.
    pub(super) fn nearest(
        &self,
        aggregate: &Aggregate,
        (source, column): (SourceId, ColumnId),
        place: &Expr,
        scope: &Scope<'_>,
    ) -> Value {
        let (window, place) = match self.window_of(aggregate, scope).and_then(|w| Ok((w, self.outside(place, scope)?)))
        {
            Ok(found) => found,
            Err(value) => return value,
        };
        let rows = self.rows(source, scope.k);
        let far = self.how_far(&rows, source, column, &place, scope);
        let mut order: Vec<(f64, usize)> = far.iter().enumerate().filter_map(|(n, far)| Some(((*far)?, n))).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut found = Value::Missing;
        for (_, index) in order.into_iter().filter(|&(_, index)| self.selects(&rows[index], window, scope.t)) {
            let mut scope = scope.clone();
            scope.variables.push((aggregate.selection.slot, Binding::Row(Rc::clone(&rows), index)));
            match aggregate.selection.filter.as_ref().map(|filter| self.value(filter, &scope)) {
                None | Some(Value::Bool(true)) => {
                    found = aggregate.value.as_ref().map_or(Value::Missing, |value| self.value(value, &scope));
                    break;
                }
                Some(fault @ Value::Fault(_)) => return fault,
                Some(_) => {}
            }
        }
        let partly_covered = window.is_some_and(|window| self.own_partly_covered(source, &rows, window, scope));
        if partly_covered && !matches!(found, Value::Fault(_)) { Value::Missing } else { found }
    }
}
