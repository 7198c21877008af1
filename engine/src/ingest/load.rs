//! Loading tables: raw columns through the declared columns into rows, one table after the other.

use super::builder::ColumnBuilder;
use super::cell::Parsed;
use super::column::{self, Cells};
use super::cut::Part;
use super::fill::{Filling, Growing, Zones, is_time};
use super::needed::{self, Reads};
use super::{text, versions};
use crate::read::columnar::{Between, ReadError};
use crate::read::{RawColumn, RawFrame, TextFile, columnar, csv, files, frame, ndjson};
use crate::rejects::{DEFAULT_SAMPLES, Extent, InputCount, PRIVATE, Place, Reason, Rejects, Sample, shown};
use crate::run::parallel::by_column;
use crate::sources::{FileOptions, Format, GivenRows, Input, Sources};
use crate::table::{self, Store, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use watchfire_dsl::diagnostics::data::{
    ColumnNotLoadable, DataForUnknownSource, EmptyFile, NoData, NoRawColumn, NotUtf8, TooManyRows, TwoRawColumns,
    UnreadableFile, WrongRawColumn, ZoneCircle,
};
use watchfire_dsl::diagnostics::{Diagnostic, suggest};
use watchfire_dsl::program::{
    self, Column, ColumnId, Kind, LoadZone, Program, Source, SourceId, SourceKind, SourceTime,
};
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::value::{EntityKey, Value};
use watchfire_stdlib::zone::Zone;

/// Spans of event time, by table: rows outside of them may be left out.
pub(crate) type Spans = BTreeMap<SourceId, (i64, i64)>;

/// Loads the tables that are read; `reads` says which columns of which sources ([`needed::needed`] adds to them).
///
/// # Errors
/// Data that is not there or cannot be read at all; single cells and rows that do not fit are rejects.
pub(crate) fn load(
    program: &Program,
    sources: &Sources,
    reads: &Reads,
    spans: &Spans,
    threads: usize,
) -> Result<Store, Vec<Diagnostic>> {
    let needed = needed::needed(program, reads);
    let zone = Zone::named(program.zone.name()).unwrap_or(Zone::UTC);
    let mut loader = Loader {
        program,
        sources,
        needed: &needed,
        spans,
        zone,
        threads,
        rejects: Rejects::keeping(sources.samples.unwrap_or(DEFAULT_SAMPLES)),
        tables: vec![None; program.sources.len()],
        inputs: Vec::new(),
        errors: Vec::new(),
        on_the_way: BTreeSet::new(),
    };
    let names = || program.sources.iter().filter(|s| matches!(s.kind, SourceKind::Table(_))).map(|s| &*s.name);
    for name in sources.inputs.keys() {
        if !names().any(|known| *known == **name) {
            let suggestion = suggest(name, names());
            loader.errors.push(DataForUnknownSource { source: name.to_string(), suggestion }.into());
        }
    }
    for (place, columns) in needed.iter().enumerate() {
        if columns.is_some() {
            loader.load(SourceId(place as u32));
        }
    }
    if !loader.errors.is_empty() {
        return Err(loader.errors);
    }
    loader.inputs.sort_by(|a, b| a.source.cmp(&b.source));
    Ok(Store { tables: loader.tables, rejects: loader.rejects, inputs: loader.inputs })
}

struct Loader<'a> {
    program: &'a Program,
    sources: &'a Sources,
    needed: &'a Reads,
    spans: &'a Spans,
    zone: Zone,
    threads: usize,
    rejects: Rejects,
    tables: Vec<Option<Arc<Table>>>,
    inputs: Vec<InputCount>,
    errors: Vec<Diagnostic>,
    on_the_way: BTreeSet<SourceId>,
}

impl<'a> Loader<'a> {
    fn load(&mut self, id: SourceId) {
        let program = self.program;
        let Some(source) = program.sources.get(id.index()) else { return };
        let SourceKind::Table(declared) = &source.kind else { return };
        if self.tables[id.index()].is_some() || !self.on_the_way.insert(id) {
            return;
        }
        let Some(Some(columns)) = self.needed.get(id.index()) else { return };
        let lookups = columns.iter().filter_map(|column| match source.columns.get(column.index())?.load.zone {
            Some(LoadZone::Lookup { source: other, .. }) => Some((*column, other)),
            _ => None,
        });
        for (column, other) in lookups {
            self.load(other);
            if self.tables[other.index()].is_none() && self.errors.is_empty() {
                self.errors.push(ZoneCircle { at: source.columns[column.index()].span }.into());
            }
        }
        if let Some(table) = self.table(id, source, declared, columns) {
            self.tables[id.index()] = Some(Arc::new(table));
        }
    }

    fn table(
        &mut self,
        id: SourceId,
        source: &'a Source,
        declared: &'a program::Table,
        columns: &'a BTreeSet<ColumnId>,
    ) -> Option<Table> {
        let mut builders = Vec::with_capacity(source.columns.len());
        for (place, column) in source.columns.iter().enumerate() {
            let builder = columns.contains(&ColumnId(place as u32)).then(|| ColumnBuilder::new(&column.ty.kind));
            if let Some(None) = builder {
                let name = column.name.to_string();
                self.errors
                    .push(ColumnNotLoadable { at: column.span, source: source.name.to_string(), column: name }.into());
            }
            builders.push(builder.flatten());
        }
        let mut growing = Growing {
            span: self.spans.get(&id).copied(),
            source,
            declared,
            columns: in_reading_order(source, columns),
            builders,
            rejected: Vec::new(),
            frames: Vec::new(),
            lost: 0,
            skipped: 0,
        };
        match self.sources.inputs.get(&source.name) {
            Some(Input::Frame(frame)) => {
                match frame::raw_frame(frame, &raw_names(source, columns), "frame".into(), self.threads) {
                    Ok(raw) => self.add(&mut growing, raw, &[]),
                    Err(error) => self.errors.push(as_diagnostic(source, "frame", error)),
                }
            }
            Some(Input::Files(paths, options)) => {
                for path in paths {
                    match files::expand(&source.name, path, options) {
                        Ok(files) => {
                            for (file, format) in files {
                                self.add_file(&mut growing, &file, format, options);
                            }
                        }
                        Err(error) => self.errors.push(error),
                    }
                }
            }
            Some(Input::Share(parts)) => parts.iter().for_each(|part| self.add_part(&mut growing, part)),
            Some(Input::Given(given)) => {
                for rows in given {
                    self.add_given(&mut growing, rows);
                }
            }
            None if self.sources.complete => {}
            None => self.errors.push(NoData { at: source.span, source: source.name.to_string() }.into()),
        }
        if growing.rejected.len() > u32::MAX as usize {
            self.errors.push(TooManyRows { source: source.name.to_string() }.into());
        }
        if !self.errors.is_empty() {
            return None;
        }
        Some(self.finish(id, growing))
    }

    fn add_file(&mut self, growing: &mut Growing<'a>, file: &std::path::Path, format: Format, options: &FileOptions) {
        let wanted = raw_names(growing.source, growing.columns.iter());
        let name = &growing.source.name;
        let private = has_private(self.program, growing.source);
        let delimiter = options.delimiter_of(file);
        let text = TextFile { path: file, wanted: &wanted, source: name, private, most: usize::MAX };
        let mut frames = Vec::new();
        let mut each = |frame| frames.push(frame);
        let read = match (format, u8::try_from(delimiter)) {
            (Format::Parquet | Format::Ipc, _) => match between(growing).filter(|_| format == Format::Parquet) {
                Some(between) => columnar::read_between(file, &wanted, &between, self.threads, &mut each)
                    .map(|skipped| growing.skipped += skipped),
                None => columnar::read(file, format, &wanted, self.threads).map(&mut each),
            },
            (Format::Csv, Ok(delimiter)) => csv::read(text, delimiter, &mut self.rejects, &mut each),
            (Format::Csv, Err(_)) => Err(ReadError::NoDelimiter(delimiter)),
            (Format::Ndjson, _) => ndjson::read(text, &mut self.rejects, &mut each),
        };
        if let Err(error) = read {
            self.errors.push(as_diagnostic(growing.source, &file.display().to_string(), error));
        }
        for raw in frames {
            self.add(growing, raw, &markers(options));
        }
    }

    /// Adds the rows of a share.
    fn add_part(&mut self, growing: &mut Growing<'a>, part: &Part) {
        let wanted = raw_names(growing.source, growing.columns.iter());
        match part.read(&wanted, self.threads) {
            Ok(raw) => self.add(growing, raw, &part.markers),
            Err(error) => self.errors.push(as_diagnostic(growing.source, &part.file, error)),
        }
    }

    /// Adds the rows of one file or frame.
    fn add(&mut self, growing: &mut Growing<'a>, raw: RawFrame, markers: &[Arc<str>]) {
        let start = growing.rejected.len();
        growing.rejected.resize(start + raw.rows, false);
        growing.lost += raw.lost;
        let (program, zone) = (self.program, &self.zone);
        let (mut ids, mut cells) = (Vec::new(), Vec::new());
        for id in &growing.columns {
            let Some(column) = growing.source.columns.get(id.index()) else { continue };
            let raw_columns: Vec<&RawColumn> = raw_of(column).iter().filter_map(|name| raw.columns.get(name)).collect();
            if column::misfit(program, column, &raw_columns).is_some() {
                self.errors.push(wrong_column(growing.source, column, &raw, program));
            } else {
                ids.push(*id);
                cells.push(raw_columns);
            }
        }
        // nothing will run, and the columns that were left out would be too short
        if !self.errors.is_empty() {
            return;
        }
        let (source, declared) = (growing.source, growing.declared);
        let filling = |place: usize| {
            let (id, column) = (ids[place], &source.columns[ids[place].index()]);
            let context = Context { zone, site: (0, 0, 0) };
            Filling {
                column,
                cells: column::read(program, column, &cells[place], raw.rows, markers, &context),
                rows: raw.rows,
                start,
                zones: self.zones(column),
                optional: column.ty.optional && !is_time(declared, id),
            }
        };
        let bad = growing.fill(&ids, raw.rows, self.threads, filling);
        for ((id, bad), cells) in ids.iter().zip(bad).zip(&cells) {
            let private = is_private(program, &source.columns[id.index()]);
            let sample = |row: usize| {
                let place = Place { file: raw.file.clone(), line: raw.line(row) };
                if private {
                    return Sample { place, raw: PRIVATE.into() };
                }
                let texts: Vec<Arc<str>> = cells.iter().map(|raw| text::cell_shown(raw.cell(row))).collect();
                Sample { place, raw: shown(&texts.join(" ")) }
            };
            growing.reject(*id, start, bad, &mut self.rejects, sample);
        }
        growing.frames.push((start, raw.file, raw.lines));
    }

    /// Adds the rows that a test gives: columns not named are missing, a key not named is the row's number.
    fn add_given(&mut self, growing: &mut Growing<'a>, given: &GivenRows) {
        let start = growing.rejected.len();
        growing.rejected.resize(start + given.rows.len(), false);
        let key = needed::key(growing.source, growing.declared);
        for id in growing.columns.clone() {
            let Some(column) = growing.source.columns.get(id.index()) else { continue };
            let named = given.columns.iter().position(|named| *named == id);
            let numbered = named.is_none() && key.contains(&id);
            let context = Context { zone: &self.zone, site: (0, 0, 0) };
            let number_of = |row: usize| number_as(&column.ty.kind, (start + row) as i64 + 1);
            let cell = |row: usize| match named {
                Some(place) => given.rows[row].get(place).cloned().unwrap_or(Value::Missing),
                None if numbered => number_of(row),
                None => Value::Missing,
            };
            let parse = |row: usize| match (&column.ty.kind, cell(row)) {
                (_, Value::Missing) => Parsed::Missing,
                (Kind::Entity(entity), Value::Text(raw)) => {
                    super::keys::canonical(self.program, *entity, column.load.via, &raw, &context)
                }
                (Kind::Entity(entity), Value::Int(raw)) => {
                    super::keys::canonical(self.program, *entity, column.load.via, &raw.to_string(), &context)
                }
                (_, value) => Parsed::Value(value),
            };
            let sample = |row: usize| Sample {
                place: Place { file: "test".into(), line: row as u64 + 1 },
                raw: shown(&versions::shown(&cell(row))),
            };
            let filling = |_| Filling {
                column,
                cells: Cells::Plain(&[], Box::new(&parse)),
                rows: given.rows.len(),
                start,
                zones: Zones::Fixed(self.zone),
                optional: (named.is_none() || column.ty.optional) && !is_time(growing.declared, id),
            };
            for bad in growing.fill(&[id], given.rows.len(), 1, filling) {
                growing.reject(id, start, bad, &mut self.rejects, sample);
            }
        }
        growing.frames.push((start, "test".into(), None));
    }

    fn zones(&self, column: &Column) -> Zones {
        match &column.load.zone {
            None => Zones::Fixed(self.zone),
            Some(LoadZone::Fixed(zone)) => Zones::Fixed(Zone::named(zone.name()).unwrap_or(Zone::UTC)),
            Some(LoadZone::Lookup { entity, source, by, column }) => {
                let mut found: HashMap<EntityKey, Option<Zone>> = HashMap::new();
                if let Some(table) = self.tables.get(source.index()).and_then(Option::as_deref) {
                    for row in (0..table.rows as u32).filter(|row| table.visible(*row, i64::MAX - 1)) {
                        let key = table.column(*by).and_then(|by| by.entity(row as usize));
                        if let (Some(key), Value::Text(name)) = (key, table.value(row, *column)) {
                            let zone = Zone::named(name.trim());
                            // two zones for one entity: none
                            let known = found.entry(key.clone()).or_insert(zone);
                            *known = known.filter(|known| Some(*known) == zone);
                        }
                    }
                }
                Zones::Lookup(*entity, found.into_iter().filter_map(|(key, zone)| Some((key, zone?))).collect())
            }
        }
    }

    fn finish(&mut self, id: SourceId, growing: Growing<'a>) -> Table {
        let Growing { source, declared, builders, mut rejected, frames, lost, skipped, .. } = growing;
        let finish = |builder: Option<ColumnBuilder>| builder.map(ColumnBuilder::finish);
        let columns: Vec<Option<table::Column>> = by_column(self.threads, rejected.len(), builders, finish);
        let place = |row: usize| {
            let frame = frames.partition_point(|(start, ..)| *start <= row).saturating_sub(1);
            let (start, file, lines) = &frames[frame];
            let line = lines.as_ref().map_or((row - start) as u64 + 1, |lines| lines[row - start]);
            Place { file: file.clone(), line }
        };
        let program = self.program;
        let raw = |columns: &[Option<table::Column>], row: usize, id: ColumnId| -> Arc<str> {
            if is_private(program, &source.columns[id.index()]) {
                return PRIVATE.into();
            }
            let value = columns[id.index()].as_ref().map_or(Value::Missing, |column| column.value(row));
            shown(&versions::shown(&value))
        };
        // a date that has no first instant in the calendar is no time
        for id in time_columns(declared) {
            let Some(column) = &columns[id.index()] else { continue };
            let table::ColumnData::Date(dates) = &column.data else { continue };
            for (row, date) in dates.iter().enumerate() {
                if column.is_valid(row) && !rejected[row] && self.zone.start_of_day(*date).is_none() {
                    rejected[row] = true;
                    let sample = || Sample { place: place(row), raw: raw(&columns, row, id) };
                    let name = &source.columns[id.index()].name;
                    self.rejects.add(&source.name, Some(name), Reason::OutOfRange, Extent::Row, sample);
                }
            }
        }
        let numbers = || (0..).zip(&rejected).filter(|(_, rejected)| !**rejected).map(|(row, _)| row);
        let kept: Option<Vec<u32>> = rejected.contains(&true).then(|| numbers().collect());
        let many = kept.as_ref().map_or(rejected.len(), Vec::len);
        self.inputs.push(InputCount {
            source: source.name.clone(),
            rows: rejected.len() as u64 + lost + skipped,
            rejected: (rejected.len() - many) as u64 + lost,
            skipped,
        });
        let columns = match &kept {
            None => columns,
            Some(kept) => table::gather_all(&columns, kept, self.threads),
        };
        let rows = versions::Rows { id, source, declared, rows: many, columns };
        let sample = |columns: &[Option<table::Column>], row: u32, id: ColumnId| Sample {
            place: place(kept.as_ref().map_or(row, |kept| kept[row as usize]) as usize),
            raw: raw(columns, row as usize, id),
        };
        versions::table(rows, &self.zone, self.threads, &mut self.rejects, sample)
    }
}

/// Event time, end and recorded.
pub(super) fn time_columns(declared: &program::Table) -> Vec<ColumnId> {
    let mut columns: Vec<ColumnId> = declared.recorded.into_iter().collect();
    match declared.time {
        SourceTime::Timeless => {}
        SourceTime::Events { at } => columns.push(at),
        SourceTime::State { since, until, .. } => columns.extend([since, until]),
    }
    columns
}

/// Columns to read, each after those that its `zone` or `after` refers to.
fn in_reading_order(source: &Source, columns: &BTreeSet<ColumnId>) -> Vec<ColumnId> {
    fn visit(source: &Source, id: ColumnId, done: &mut Vec<ColumnId>, open: &mut BTreeSet<ColumnId>) {
        if !open.insert(id) {
            return;
        }
        if let Some(column) = source.columns.get(id.index()) {
            if let Some(after) = column.load.after {
                visit(source, after, done, open);
            }
            if let Some(LoadZone::Lookup { entity, .. }) = column.load.zone {
                visit(source, entity, done, open);
            }
        }
        done.push(id);
    }
    let (mut done, mut open) = (Vec::new(), BTreeSet::new());
    for id in columns {
        visit(source, *id, &mut done, &mut open);
    }
    done
}

/// Texts that mean a missing cell.
pub(super) fn markers(options: &FileOptions) -> Vec<Arc<str>> {
    options.missing.iter().map(|text| text.trim().into()).collect()
}

/// Rejected lines of the source are not shown.
pub(super) fn has_private(program: &Program, source: &Source) -> bool {
    source.columns.iter().any(|column| is_private(program, column))
}

/// Rejected cells of the column are not shown.
fn is_private(program: &Program, column: &Column) -> bool {
    let entity = match column.ty.kind {
        Kind::Entity(entity) => program.entities.get(entity.0 as usize),
        _ => None,
    };
    let private = |id: &program::EntityId| program.entities.get(id.0 as usize).is_some_and(|part| part.private);
    column.ty.private
        || entity.is_some_and(|entity| {
            entity.private || matches!(&entity.key, program::EntityKeyType::Pair(a, b) if private(a) || private(b))
        })
}

/// The names of a column's raw columns.
pub(super) fn raw_of(column: &Column) -> Vec<Arc<str>> {
    if column.load.from.is_empty() { vec![column.name.clone()] } else { column.load.from.clone() }
}

pub(super) fn raw_names<'b>(source: &Source, columns: impl IntoIterator<Item = &'b ColumnId>) -> BTreeSet<Arc<str>> {
    columns.into_iter().filter_map(|id| source.columns.get(id.index())).flat_map(raw_of).collect()
}

/// The number of a row as a key of this kind.
fn number_as(kind: &Kind, number: i64) -> Value {
    match kind {
        Kind::Text | Kind::Entity(_) => Value::Text(number.to_string().into()),
        Kind::Float | Kind::Quantity(_) => Value::Float(number as f64),
        Kind::Money => Value::Money(number),
        Kind::Date => Value::Date(number as i32),
        Kind::Time => Value::Time(number),
        _ => Value::Int(number),
    }
}

pub(super) fn as_diagnostic(source: &Source, path: &str, error: ReadError) -> Diagnostic {
    let (source_name, path) = (source.name.to_string(), path.to_owned());
    match error {
        ReadError::Unreadable(reason) => UnreadableFile { source: source_name, path, reason }.into(),
        ReadError::NoDelimiter(delimiter) => {
            let reason = format!("`{delimiter}` cannot separate cells: it is not one byte");
            UnreadableFile { source: source_name, path, reason }.into()
        }
        ReadError::NotUtf8 { line } => NotUtf8 { source: source_name, path, line: line as i64 }.into(),
        ReadError::Empty => EmptyFile { source: source_name, path }.into(),
        ReadError::TwoColumns(column) => TwoRawColumns { source: source_name, path, column }.into(),
        ReadError::NoColumn { wanted, found } => {
            let column = source.columns.iter().find(|column| raw_of(column).contains(&wanted));
            NoRawColumn {
                at: column.map_or(source.span, |column| column.span),
                source: source_name,
                path,
                column: wanted.to_string(),
                suggestion: suggest(&wanted, found.iter().map(String::as_str)),
                found,
            }
            .into()
        }
        ReadError::NoRawType { column, found } => {
            let declared = source.columns.iter().find(|declared| raw_of(declared).iter().any(|raw| **raw == *column));
            WrongRawColumn {
                at: declared.map_or(source.span, |column| column.span),
                source: source_name,
                path,
                column,
                found,
            }
            .into()
        }
    }
}

pub(super) fn wrong_column(source: &Source, column: &Column, raw: &RawFrame, program: &Program) -> Diagnostic {
    let names = raw_of(column);
    let cells: Vec<&RawColumn> = names.iter().filter_map(|name| raw.columns.get(name)).collect();
    let wrong = column::misfit(program, column, &cells);
    let place = wrong.and_then(|wrong| cells.iter().position(|cell| std::ptr::eq(*cell, wrong))).unwrap_or(0);
    WrongRawColumn {
        at: column.span,
        source: source.name.to_string(),
        path: raw.file.to_string(),
        column: names.get(place).map_or_else(String::new, |name| name.to_string()),
        found: wrong.map_or("", |wrong| wrong.data.describe()).to_owned(),
    }
    .into()
}

/// The rows of a table that matter, if its time is one raw column.
fn between(growing: &Growing<'_>) -> Option<Between> {
    let ((first, last), SourceTime::Events { at }) = (growing.span?, growing.declared.time) else { return None };
    match &raw_of(growing.source.columns.get(at.index())?)[..] {
        [column] => Some(Between { column: column.clone(), first, last }),
        _ => None,
    }
}
