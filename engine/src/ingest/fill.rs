//! A table while its files are added: the cells of one column after the other are filled in, zones and `after` applied,
//! and those that do not fit counted as rejects.

use super::builder::{ColumnBuilder, Slot};
use super::bulk;
use super::cell::{Parsed, settle};
use super::column::Cells;
use super::load::time_columns;
use super::needed;
use crate::rejects::{Extent, Reason, Rejects, Sample};
use std::collections::HashMap;
use std::sync::Arc;
use watchfire_dsl::program::{self, Column, ColumnId, Kind, Source, SourceTime};
use watchfire_stdlib::value::{DAY_MICROS, EntityKey, Value};
use watchfire_stdlib::zone::Zone;

/// A table while its files are added.
pub(super) struct Growing<'a> {
    pub(super) source: &'a Source,
    pub(super) declared: &'a program::Table,
    /// Columns to read, each after those it refers to.
    pub(super) columns: Vec<ColumnId>,
    pub(super) builders: Vec<Option<ColumnBuilder>>,
    pub(super) rejected: Vec<bool>,
    /// First row, file, lines.
    pub(super) frames: Vec<(usize, Arc<str>, Option<Vec<u64>>)>,
    pub(super) lost: u64,
}

/// Where a column's wall times hang.
pub(super) enum Zones {
    Fixed(Zone),
    /// By entity, in this column of the row; entities without a zone are left out.
    Lookup(ColumnId, HashMap<EntityKey, Zone>),
}

/// The cells of one column of one file.
pub(super) struct Filling<'f> {
    pub(super) id: ColumnId,
    pub(super) column: &'f Column,
    pub(super) cells: Cells<'f>,
    /// How many.
    pub(super) rows: usize,
    /// The first one's row in the table.
    pub(super) start: usize,
    pub(super) zones: Zones,
    /// Missing cells are nothing wrong.
    pub(super) optional: bool,
    /// How a reject shows a cell.
    pub(super) sample: &'f dyn Fn(usize) -> Sample,
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
}

impl Growing<'_> {
    /// The column holds the event time, or the start of a state.
    pub(super) fn is_time(&self, column: ColumnId) -> bool {
        match self.declared.time {
            SourceTime::Timeless => false,
            SourceTime::Events { at } => at == column,
            SourceTime::State { since, .. } => since == column,
        }
    }

    /// A cell here that does not fit takes its row with it.
    fn is_critical(&self, id: ColumnId) -> bool {
        needed::key(self.source, self.declared).contains(&id)
            || time_columns(self.declared).contains(&id)
            || matches!(self.source.columns.get(id.index()).map(|column| &column.ty.kind), Some(Kind::Entity(_)))
    }

    /// Adds a column's cells: at once where a zone that is looked up, or `after`, does not differ from row to row.
    pub(super) fn fill(&mut self, filling: &Filling<'_>, rejects: &mut Rejects) {
        let Some(mut builder) = self.builders[filling.id.index()].take() else { return };
        let odd = match (&filling.zones, filling.column.load.after) {
            (Zones::Fixed(zone), None) => at_once(&mut builder, filling, zone),
            _ => None,
        };
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
            Some(Odd::Bad(reasons)) => bad = reasons,
            None => {
                for row in 0..filling.rows {
                    let slot = self.slot(&mut builder, filling, row);
                    builder.push(slot.as_ref().unwrap_or(&Slot::Missing));
                    bad.extend(slot.err().map(|reason| (row, reason)));
                }
            }
        }
        let critical = self.is_critical(filling.id);
        let extent = if critical { Extent::Row } else { Extent::Cell };
        for (row, reason) in bad {
            self.rejected[filling.start + row] |= critical;
            let sample = || (filling.sample)(row);
            rejects.add(&self.source.name, Some(&filling.column.name), reason, extent, sample);
        }
        self.builders[filling.id.index()] = Some(builder);
    }

    /// One cell, with the zone of its row, moved `after` another.
    fn slot(&self, builder: &mut ColumnBuilder, filling: &Filling<'_>, row: usize) -> Result<Slot, Reason> {
        let parsed = match &filling.cells {
            Cells::Distinct(codes, distinct) => distinct[codes[row] as usize].clone(),
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
fn at_once(builder: &mut ColumnBuilder, filling: &Filling<'_>, zone: &Zone) -> Option<Odd> {
    match &filling.cells {
        Cells::Plain(raw, _) => {
            let read = bulk::read(filling.column, raw, zone, filling.optional)?;
            builder.extend(read.data, read.valid, filling.rows);
            Some(Odd::Rows(read.odd))
        }
        Cells::Distinct(codes, distinct) => {
            let ready: Vec<Result<Slot, Reason>> =
                distinct.iter().map(|parsed| filling.ready(builder, parsed.clone(), zone)).collect();
            builder.spread(ready.iter().map(|slot| slot.as_ref().unwrap_or(&Slot::Missing)), codes);
            let bad = |(row, code): (usize, &u32)| Some((row, *ready[*code as usize].as_ref().err()?));
            let any = ready.iter().any(Result::is_err);
            let bad = if any { codes.iter().enumerate().filter_map(bad).collect() } else { Vec::new() };
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
