//! Derived tables (docs/language.md §8): made anew from their definition wherever they are read.

use crate::reference::data::Copy;
use crate::reference::world::{Binding, Row, Rows, Scope, World};
use std::collections::BTreeMap;
use std::rc::Rc;
use watchfire_dsl::program::{Derived, From, Grouping, SourceId, SourceKind};
use watchfire_stdlib::geo;
use watchfire_stdlib::value::Value;

/// A row in the making: its time, the place of the first row it is made of, its columns or the fault that it is.
type Made = (Option<i64>, usize, Result<Vec<Value>, Value>);

impl World<'_> {
    /// The rows of a derived table about the entity at hand, in row order.
    pub(crate) fn derived(&self, source: SourceId, scope: &Scope<'_>) -> Rows {
        let SourceKind::Derived(table) = &self.program.sources[source.index()].kind else { return Rc::default() };
        // §8.1: a table depends on entity and k; inside it t is k.
        let inside = Scope { trigger: &[], t: scope.k, variables: Vec::new(), ..scope.clone() };
        let mut made = self.made(table, scope.t, &inside);
        made.sort_by_key(|(time, first, _)| (*time, *first));
        let row = |(time, _, cells): Made| {
            let (cells, fault) = match cells {
                Ok(cells) => (cells, None),
                Err(fault) => (vec![fault.clone(); table.columns.len()], Some(fault)),
            };
            let row = Copy { cells, time, end: None, known: i64::MIN, id: 0 };
            Row { table: source, part: None, row, fault }
        };
        Rc::new(made.into_iter().map(row).collect())
    }

    fn made(&self, table: &Derived, t: i64, inside: &Scope<'_>) -> Vec<Made> {
        let From::Rows { source, by } = &table.selection.from else { return Vec::new() };
        let slot = table.selection.slot;
        let window = table.selection.window.as_ref().map(|window| self.window(window, inside.t, inside));
        // A window without bounds takes nothing.
        let Ok(window) = window.transpose() else { return Vec::new() };
        let base = self.about(*source, by, inside);
        let at = |place: usize| {
            let variables = vec![(slot, Binding::Row(Rc::clone(&base), place))];
            Scope { variables, ..inside.clone() }
        };
        let mut made: Vec<Made> = Vec::new();
        // The rows that count, with their keys.
        let mut selected: Vec<(usize, Vec<Value>)> = Vec::new();
        for place in (0..base.len()).filter(|&place| self.selects(&base[place], window, inside.t)) {
            let mut values = vec![base[place].fault.clone().unwrap_or(Value::Bool(true))];
            if let Some(filter) = &table.selection.filter
                && base[place].fault.is_none()
            {
                values[0] = self.value(filter, &at(place));
            }
            if let (Value::Bool(true), Grouping::Per { keys, .. }) = (&values[0], &table.grouping) {
                values.extend(keys.iter().map(|key| self.value(key, &at(place))));
            }
            if let Some(fault) = values.iter().find(|value| matches!(value, Value::Fault(_))) {
                made.push((base[place].row.time, place, Err(fault.clone())));
            } else if values[0] == Value::Bool(true) && values.iter().all(Value::is_known) {
                selected.push((place, values.split_off(1)));
            }
        }
        let time = |place: usize| base[place].row.time.unwrap_or(i64::MIN);
        // A row of a group: its time, if it is there at k; the window of the base that it speaks of.
        let mut group = |places: &[usize], end: Option<(i64, i64)>, span: Option<(i64, i64)>| {
            let time = match end {
                None => None,
                Some((time, finished)) if finished <= inside.k => Some(time),
                Some(_) if table.including_current => Some(t),
                Some(_) => return,
            };
            let partly = span.is_some_and(|span| self.partly_covered(*source, by, span, inside));
            let rows = places.iter().map(|&place| Binding::Row(Rc::clone(&base), place)).collect();
            let mut scope = at(places[0]);
            scope.variables.insert(0, (slot, Binding::Group(Rc::new(rows), partly)));
            let cells = table.columns.iter().map(|column| self.value(column, &scope)).collect();
            made.push((time, places[0], Ok(cells)));
        };
        match &table.grouping {
            Grouping::Each => {
                for (place, _) in selected {
                    let scope = at(place);
                    let cells = table.columns.iter().map(|column| self.value(column, &scope)).collect();
                    made.push((base[place].row.time, place, Ok(cells)));
                }
            }
            Grouping::Per { bucket, .. } => {
                let mut groups: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
                for (place, keys) in selected {
                    groups.entry(keys).or_default().push(place);
                }
                for (keys, places) in groups {
                    match bucket {
                        None => group(&places, None, window),
                        Some((index, bucket)) => {
                            let Some((start, end)) = bucket.span(&keys[*index], &self.clock.zone) else { continue };
                            group(&places, Some((end, end)), Some((start - 1, (end - 1).min(inside.k))));
                        }
                    }
                }
            }
            Grouping::Sessions { gap, within } => {
                let place_of = |place: usize| within.as_ref().map(|(_, here)| self.value(here, &at(place)));
                let limit = within.as_ref().map(|(distance, _)| self.value(distance, inside));
                let apart = |a: usize, b: usize| match (place_of(a), place_of(b), &limit) {
                    (Some(Value::Point(a)), Some(Value::Point(b)), Some(Value::Float(limit))) => {
                        geo::great_circle_distance(a, b) > *limit
                    }
                    _ => false,
                };
                let mut sessions: Vec<Vec<usize>> = Vec::new();
                for (place, _) in selected {
                    match sessions.last_mut() {
                        Some(session)
                            if self.clock.after(time(session[session.len() - 1]), *gap) >= time(place)
                                && !apart(session[0], place) =>
                        {
                            session.push(place);
                        }
                        _ => sessions.push(vec![place]),
                    }
                }
                for (n, places) in sessions.iter().enumerate() {
                    let (first, last) = (time(places[0]), time(places[places.len() - 1]));
                    // No row can join a session after which another has begun.
                    let over = if n + 1 < sessions.len() { last } else { self.clock.after(last, *gap) };
                    group(places, Some((last, over)), Some((first - 1, last)));
                }
            }
        }
        made
    }

    /// §8: a window over a table speaks of its base, back to the start of the earliest bucket that ends in it.
    pub(crate) fn derived_partly_covered(&self, table: &Derived, window: (i64, i64), scope: &Scope<'_>) -> bool {
        let From::Rows { source, by } = &table.selection.from else { return false };
        let from = match &table.grouping {
            Grouping::Per { bucket: Some((_, bucket)), .. } => {
                let zone = &self.clock.zone;
                let holding = bucket.holding(window.0, zone).and_then(|value| bucket.span(&value, zone));
                holding.map_or(window.0, |(start, _)| start - 1)
            }
            _ => window.0,
        };
        self.partly_covered(*source, by, (from, window.1), scope)
    }
}
