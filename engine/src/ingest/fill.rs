//! A table while its files are added: the cells of one column after the other are filled in, zones and `after` applied,
//! and those that do not fit counted as rejects.

use super::builder::{ColumnBuilder, Slot};
use super::bulk;
use super::cell::{Parsed, settle};
use super::column::Cells;
use super::load::time_columns;
use super::needed;
use crate::rejects::{Extent, Reason, Rejects, Sample};
use crate::run::parallel::by_column;
use std::collections::HashMap;
use std::sync::Arc;
use watchfire_dsl::program::{self, Column, ColumnId, Kind, LoadZone, Source, SourceTime};
use watchfire_stdlib::value::{DAY_MICROS, EntityKey, Value};
use watchfire_stdlib::zone::Zone;

/// A table while its files are added.
pub(super) struct Growing<'a> {
    /// Rows of other times may be left out.
    pub(super) span: Option<(i64, i64)>,
    pub(super) source: &'a Source,
    pub(super) declared: &'a program::Table,
    /// Columns to read, each after those it refers to.
    pub(super) columns: Vec<ColumnId>,
    pub(super) builders: Vec<Option<ColumnBuilder>>,
    pub(super) rejected: Vec<bool>,
    /// First row, file, lines.
    pub(super) frames: Vec<(usize, Arc<str>, Option<Vec<u64>>)>,
    pub(super) lost: u64,
    /// Rows that were not read, since they do not matter.
    pub(super) skipped: u64,
}

/// Where a column's wall times hang.
pub(super) enum Zones {
    Fixed(Zone),
    /// By entity, in this column of the row; entities without a zone are left out.
    Lookup(ColumnId, HashMap<EntityKey, Zone>),
}

/// The cells of one column of one file.
pub(super) struct Filling<'f> {
    pub(super) column: &'f Column,
    pub(super) cells: Cells<'f>,
    /// How many.
    pub(super) rows: usize,
    /// The first one's row in the table.
    pub(super) start: usize,
    pub(super) zones: Zones,
    /// Missing cells are nothing wrong.
    pub(super) optional: bool,
}

impl Filling<'_> {
    /// A cell that is not there.
    fn missing(&self) -> Result<Slot, Reason> {
        if self.optional {
            Ok(Slot::Missing)
        } else if matches!(self.column.ty.kind, Kind::Entity(_)) {
            Err(Reason::NoEntity)
        } else {
            Err(Reason::Missing)
        }
    }

    /// A cell ready to be added.
    fn ready(&self, builder: &mut ColumnBuilder, parsed: Parsed, zone: &Zone) -> Result<Slot, Reason> {
        match settle(parsed, &self.column.ty.kind, zone)? {
            Value::Missing => self.missing(),
            value => Ok(builder.prepare(value)),
        }
    }

    /// The same for keys that are all different, of a column that is new.
    fn ready_key(&self, builder: &mut ColumnBuilder, parsed: Parsed) -> Result<Slot, Reason> {
        match parsed {
            Parsed::Value(key) => Ok(builder.prepare_different(key)),
            Parsed::Bad(reason) => Err(reason),
            Parsed::Missing | Parsed::Wall(_) => self.missing(),
        }
    }
}

/// The column holds the event time, or the start of a state.
pub(super) fn is_time(declared: &program::Table, column: ColumnId) -> bool {
    match declared.time {
        SourceTime::Timeless => false,
        SourceTime::Events { at } => at == column,
        SourceTime::State { since, .. } => since == column,
    }
}

impl Growing<'_> {
    /// A cell here that does not fit takes its row with it.
    fn is_critical(&self, id: ColumnId) -> bool {
        needed::key(self.source, self.declared).contains(&id)
            || time_columns(self.declared).contains(&id)
            || matches!(self.source.columns.get(id.index()).map(|column| &column.ty.kind), Some(Kind::Entity(_)))
    }

    /// Adds the cells of columns with so many rows, and says of each column which do not fit. Columns that look at
    /// others in their row come after these.
    pub(super) fn fill<'f>(
        &mut self,
        columns: &[ColumnId],
        rows: usize,
        threads: usize,
        filling: impl Fn(usize) -> Filling<'f> + Sync,
    ) -> Vec<Vec<(usize, Reason)>> {
        let source = self.source;
        let looks_aside = |id: ColumnId| {
            let load = &source.columns[id.index()].load;
            load.after.is_some() || matches!(load.zone, Some(LoadZone::Lookup { .. }))
        };
        let take = |(place, id): (usize, &ColumnId)| {
            (place, if looks_aside(*id) { None } else { self.builders[id.index()].take() })
        };
        let free = columns.iter().enumerate().map(take).collect();
        let growing = &*self;
        let filled = by_column(threads, rows, free, |(place, builder): (usize, Option<ColumnBuilder>)| {
            builder.map(|builder| growing.filled(builder, filling(place)))
        });
        let mut bad = vec![Vec::new(); columns.len()];
        for (place, (id, filled)) in columns.iter().zip(filled).enumerate() {
            let filled =
                filled.or_else(|| self.builders[id.index()].take().map(|builder| self.filled(builder, filling(place))));
            if let Some((builder, rows)) = filled {
                self.builders[id.index()] = Some(builder);
                bad[place] = rows;
            }
        }
        bad
    }

    /// The column with its cells added, at once where they do not look at others in their row; and which do not fit.
    fn filled(&self, mut builder: ColumnBuilder, mut filling: Filling<'_>) -> (ColumnBuilder, Vec<(usize, Reason)>) {
        let odd = match (&filling.zones, filling.column.load.after) {
            (Zones::Fixed(zone), None) => {
                let zone = *zone;
                at_once(&mut builder, &mut filling, &zone)
            }
            _ => None,
        };
        let filling = &filling;
        let mut bad: Vec<(usize, Reason)> = Vec::new();
        match odd {
            Some(Odd::Rows(rows)) => {
                for row in rows {
                    let row = row as usize;
                    let slot = self.slot(&mut builder, filling, row);
                    builder.put(filling.start + row, slot.as_ref().unwrap_or(&Slot::Missing));
                    bad.extend(slot.err().map(|reason| (row, reason)));
                }
            }
            Some(Odd::Bad(rows)) => bad = rows,
            None => {
                for row in 0..filling.rows {
                    let slot = self.slot(&mut builder, filling, row);
                    builder.push(slot.as_ref().unwrap_or(&Slot::Missing));
                    bad.extend(slot.err().map(|reason| (row, reason)));
                }
            }
        }
        (builder, bad)
    }

    /// Rejects cells that do not fit, in rows from `start` on. `sample`: how a cell is shown.
    pub(super) fn reject(
        &mut self,
        id: ColumnId,
        start: usize,
        bad: Vec<(usize, Reason)>,
        rejects: &mut Rejects,
        sample: impl Fn(usize) -> Sample,
    ) {
        let critical = self.is_critical(id);
        let extent = if critical { Extent::Row } else { Extent::Cell };
        let name = self.source.columns.get(id.index()).map(|column| &column.name);
        for (row, reason) in bad {
            self.rejected[start + row] |= critical;
            rejects.add(&self.source.name, name, reason, extent, || sample(row));
        }
    }

    /// One cell, with the zone of its row, moved `after` another.
    fn slot(&self, builder: &mut ColumnBuilder, filling: &Filling<'_>, row: usize) -> Result<Slot, Reason> {
        let parsed = match &filling.cells {
            Cells::Distinct(codes, distinct) | Cells::Keys(codes, distinct) => distinct[codes[row] as usize].clone(),
            Cells::Plain(_, read) => read(row),
        };
        let row = filling.start + row;
        let zone = self.zone_of(&filling.zones, row);
        let slot = match (zone, parsed) {
            (Some(zone), parsed) => filling.ready(builder, parsed, &zone),
            (None, Parsed::Missing) => filling.missing(),
            (None, Parsed::Bad(reason)) => Err(reason),
            (None, _) => Err(Reason::NoZone),
        }?;
        match (filling.column.load.after, &slot) {
            (Some(after), Slot::Value(value)) => {
                let bound = self.builders[after.index()].as_ref().map_or(Value::Missing, |after| after.value(row));
                let moved = moved_after(value, &bound, &zone.unwrap_or(Zone::UTC));
                moved.map(Slot::Value).ok_or(Reason::OutOfRange)
            }
            _ => Ok(slot),
        }
    }

    fn zone_of(&self, zones: &Zones, row: usize) -> Option<Zone> {
        match zones {
            Zones::Fixed(zone) => Some(*zone),
            Zones::Lookup(entity, zones) => match self.builders[entity.index()].as_ref()?.value(row) {
                Value::Entity(key) => zones.get(&key).copied(),
                _ => None,
            },
        }
    }
}

/// What is left to do of a column that was added at once.
enum Odd {
    /// Rows to read one by one.
    Rows(Vec<u32>),
    /// Rows whose cells do not fit.
    Bad(Vec<(usize, Reason)>),
}

/// Adds a column whose cells do not depend on their row; `None`: that cannot be done at once, and nothing was added.
fn at_once(builder: &mut ColumnBuilder, filling: &mut Filling<'_>, zone: &Zone) -> Option<Odd> {
    let cells = std::mem::replace(&mut filling.cells, Cells::Distinct(Vec::new(), Vec::new()));
    let different = matches!(cells, Cells::Keys(..)) && builder.is_new();
    match cells {
        Cells::Plain(raw, one_by_one) => {
            filling.cells = Cells::Plain(raw, one_by_one);
            let read = bulk::read(filling.column, raw, zone, filling.optional)?;
            builder.extend(read.data, read.valid, filling.rows);
            Some(Odd::Rows(read.odd))
        }
        Cells::Distinct(codes, distinct) | Cells::Keys(codes, distinct) => {
            let ready = |parsed: Parsed| match different {
                true => filling.ready_key(builder, parsed),
                false => filling.ready(builder, parsed, zone),
            };
            let ready: Vec<Result<Slot, Reason>> = distinct.into_iter().map(ready).collect();
            let bad = |(row, code): (usize, &u32)| Some((row, *ready[*code as usize].as_ref().err()?));
            let any = ready.iter().any(Result::is_err);
            let bad = if any { codes.iter().enumerate().filter_map(bad).collect() } else { Vec::new() };
            let slots = ready.iter().map(|slot| slot.as_ref().unwrap_or(&Slot::Missing));
            builder.spread(slots, codes);
            Some(Odd::Bad(bad))
        }
    }
}

/// A time or date moved by whole days of the zone until it is later than the bound; without a bound it stays.
fn moved_after(value: &Value, bound: &Value, zone: &Zone) -> Option<Value> {
    match (value, bound) {
        (Value::Time(time), Value::Time(bound)) if time <= bound => {
            let mut days = (bound - time) / DAY_MICROS;
            loop {
                let moved = zone.add_days(*time, days)?;
                if moved > *bound {
                    return Some(Value::Time(moved));
                }
                days += 1;
            }
        }
        (Value::Date(date), Value::Date(bound)) if date <= bound => bound.checked_add(1).map(Value::Date),
        (value, _) => Some(value.clone()),
    }
}
