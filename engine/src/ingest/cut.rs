//! Cutting: the rows of a source into shares by the entity that they are about, each in files of its own, so that a run can
//! load one share after the other.
//!
//! Rows are cut as they were read, with the file and line that they came from: what loading a share says of them, rejects
//! included, is what loading all would have said. Rows that are about nobody go to the first share.

use super::cell::{Parsed, settle};
use super::column::{self, Cells};
use super::load::{as_diagnostic, has_private, markers, raw_names, raw_of, wrong_column};
use crate::read::columnar::{self, ReadError};
use crate::read::{RawColumn, RawData, RawFrame, TextFile, csv, files, frame, ndjson};
use crate::rejects::Rejects;
use crate::sources::{FileOptions, Format, Input};
use crate::timeline::share_of;
use polars::io::ipc::BatchedWriter;
use polars::prelude::{
    CompatLevel, DataFrame, DataType, IdxCa, IdxSize, IntoColumn, IpcWriter, NamedFrom, PolarsError, SerWriter, Series,
    StringChunked,
};
use polars_arrow::io::ipc::write::default_ipc_fields;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watchfire_dsl::diagnostics::Diagnostic;
use watchfire_dsl::program::{ColumnId, LoadZone, Program, Source};
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// The column in which each row keeps its line; no raw column has such a name.
const LINE: &str = "\0line";

/// Rows of one file that belong to one share.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Where they lie now.
    path: PathBuf,
    /// The file they came from.
    pub(crate) file: Arc<str>,
    /// Texts that mean a missing cell.
    pub(crate) markers: Arc<[Arc<str>]>,
    /// How many there are.
    pub(crate) rows: usize,
}

impl Part {
    /// The wanted columns.
    pub(crate) fn read(&self, wanted: &BTreeSet<Arc<str>>, threads: usize) -> Result<RawFrame, ReadError> {
        let mut wanted = wanted.clone();
        wanted.insert(LINE.into());
        let mut raw = columnar::read(&self.path, Format::Ipc, &wanted, threads)?;
        raw.file = self.file.clone();
        if let Some(RawColumn { data: RawData::Int(lines), .. }) = raw.columns.remove(LINE) {
            raw.lines = Some(lines.iter().map(|line| line.cast_unsigned()).collect());
        }
        Ok(raw)
    }
}

/// How the rows of a part are cut by their time.
pub(crate) struct ByTime<'a> {
    pub(crate) program: &'a Program,
    pub(crate) source: &'a Source,
    /// The column of the event time.
    pub(crate) at: ColumnId,
    /// Where files may be made.
    pub(crate) folder: &'a Path,
    pub(crate) threads: usize,
}

impl ByTime<'_> {
    /// Whether rows can be cut by this column: it says by itself when an instant is.
    pub(crate) fn can_cut(&self) -> bool {
        let load = self.source.columns.get(self.at.index()).map(|column| &column.load);
        load.is_some_and(|load| load.after.is_none() && !matches!(load.zone, Some(LoadZone::Lookup { .. })))
    }

    /// The times of one row in so many.
    pub(crate) fn times(&self, part: &Part, step: usize) -> Result<Vec<i64>, Vec<Diagnostic>> {
        let mut times = Vec::new();
        self.pieces(part, |_, own| {
            times.extend(own.into_iter().flatten().step_by(step.max(1)));
            Ok(())
        })?;
        Ok(times)
    }

    /// The rows before the first of these instants, those before the next, and so on; those that have no time are with the
    /// first.
    pub(crate) fn cut(&self, part: &Part, bounds: &[i64]) -> Result<Vec<Option<Part>>, Vec<Diagnostic>> {
        let mut files = Files::new(self.folder, bounds.len() + 1);
        self.pieces(part, |piece, times| {
            let place = |time: &Option<i64>| time.map_or(0, |time| bounds.partition_point(|bound| *bound <= time));
            files.add(piece, &times.iter().map(|time| place(time) as u16).collect::<Vec<u16>>())
        })?;
        let found = files.finish().map_err(|error| told(self.source, error, &part.file))?;
        let part = |(path, rows)| Part { path, rows, file: part.file.clone(), markers: part.markers.clone() };
        Ok(found.into_iter().map(|file| file.map(part)).collect())
    }

    /// The rows of a part as they lie, each with its time.
    fn pieces(
        &self,
        part: &Part,
        mut each: impl FnMut(&DataFrame, Vec<Option<i64>>) -> Result<(), CutError>,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut outcome = Ok(());
        let read = columnar::all_pieces(&part.path, &mut |frame| {
            if outcome.is_ok() {
                outcome = self.times_of(&frame, part).and_then(|times| each(&frame, times));
            }
            Ok(())
        });
        read.map_err(CutError::from).and(outcome).map_err(|error| told(self.source, error, &part.file))
    }

    fn times_of(&self, piece: &DataFrame, part: &Part) -> Result<Vec<Option<i64>>, CutError> {
        let Some(column) = self.source.columns.get(self.at.index()) else { return Ok(vec![None; piece.height()]) };
        let raw = frame::raw_frame(piece, &raw_names(self.source, [&self.at]), part.file.clone(), self.threads)?;
        let cells: Vec<&RawColumn> = raw_of(column).iter().filter_map(|name| raw.columns.get(name)).collect();
        let zone = match &column.load.zone {
            Some(LoadZone::Fixed(zone)) => Zone::named(zone.name()),
            _ => Zone::named(self.program.zone.name()),
        };
        let zone = zone.unwrap_or(Zone::UTC);
        let context = Context { zone: &zone, site: (0, 0, 0) };
        let time = |cell: Parsed| match settle(cell, &column.ty.kind, &zone) {
            Ok(Value::Time(time)) => Some(time),
            Ok(Value::Date(date)) => zone.start_of_day(date),
            _ => None,
        };
        Ok(match column::read(self.program, column, &cells, raw.rows, &part.markers, &context) {
            Cells::Distinct(codes, cells) | Cells::Keys(codes, cells) => {
                let times: Vec<Option<i64>> = cells.into_iter().map(time).collect();
                codes.iter().map(|code| times.get(*code as usize).copied().flatten()).collect()
            }
            Cells::Plain(_, cell) => (0..raw.rows).map(|row| time(cell(row))).collect(),
        })
    }
}

/// How a source is cut.
pub(crate) struct Cutting<'a> {
    pub(crate) program: &'a Program,
    pub(crate) source: &'a Source,
    /// The columns that any share will be asked for.
    pub(crate) columns: &'a BTreeSet<ColumnId>,
    /// The column of the entity.
    pub(crate) by: ColumnId,
    pub(crate) shares: usize,
    /// Where files may be made.
    pub(crate) folder: &'a Path,
    /// How many rows of a text file or frame are held at a time.
    pub(crate) most: usize,
    pub(crate) threads: usize,
}

/// Rows by share, the files that they came from, and how many lines of those could not be read.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    pub(crate) parts: Vec<Vec<Part>>,
    pub(crate) files: Vec<Arc<str>>,
    pub(crate) lost: u64,
}

impl Cutting<'_> {
    /// Cuts what is behind the source; `None`: rows of a test are not cut.
    pub(crate) fn cut(&self, input: &Input, rejects: &mut Rejects) -> Result<Option<Shares>, Vec<Diagnostic>> {
        let mut shares = Shares { parts: vec![Vec::new(); self.shares], ..Shares::default() };
        match input {
            Input::Given(_) | Input::Share(_) => return Ok(None),
            Input::Frame(frame) => {
                let mut pieces = Pieces::new(self, "frame".into(), Arc::default());
                let cut = (0..frame.height())
                    .step_by(self.most)
                    .try_for_each(|start| pieces.add_frame(&frame.slice(start as i64, self.most), start));
                cut.and_then(|()| pieces.finish(&mut shares)).map_err(|error| told(self.source, error, "frame"))?;
            }
            Input::Files(paths, options) => {
                for path in paths {
                    let found = files::expand(&self.source.name, path, options).map_err(|error| vec![error])?;
                    for (file, format) in found {
                        self.file(&file, format, options, &mut shares, rejects)
                            .map_err(|error| told(self.source, error, &file.display().to_string()))?;
                    }
                }
            }
        }
        Ok(Some(shares))
    }

    fn file(
        &self,
        path: &Path,
        format: Format,
        options: &FileOptions,
        shares: &mut Shares,
        rejects: &mut Rejects,
    ) -> Result<(), CutError> {
        let wanted = raw_names(self.source, self.columns);
        let mut pieces = Pieces::new(self, path.display().to_string().into(), markers(options).into());
        let private = has_private(self.program, self.source);
        let text = TextFile { path, wanted: &wanted, source: &self.source.name, private, most: self.most };
        let mut outcome = Ok(());
        let mut each = |raw: RawFrame| {
            shares.lost += raw.lost;
            if outcome.is_ok() {
                outcome = pieces.add_text(&raw);
            }
        };
        match (format, u8::try_from(options.delimiter_of(path))) {
            (Format::Parquet | Format::Ipc, _) => {
                let mut outcome = Ok(());
                columnar::pieces(path, format, &wanted, &mut |frame, start| {
                    if outcome.is_ok() {
                        outcome = pieces.add_frame(&frame, start);
                    }
                    Ok(())
                })?;
                outcome?;
            }
            (Format::Csv, Ok(delimiter)) => csv::read(text, delimiter, rejects, &mut each)?,
            (Format::Csv, Err(_)) => return Err(ReadError::NoDelimiter(options.delimiter_of(path)).into()),
            (Format::Ndjson, _) => ndjson::read(text, rejects, &mut each)?,
        }
        outcome?;
        pieces.finish(shares)
    }

    /// The share of each row.
    fn share_of_rows(&self, raw: &RawFrame, markers: &[Arc<str>]) -> Result<Vec<u16>, CutError> {
        let Some(column) = self.source.columns.get(self.by.index()) else { return Ok(vec![0; raw.rows]) };
        let cells: Vec<&RawColumn> = raw_of(column).iter().filter_map(|name| raw.columns.get(name)).collect();
        if column::misfit(self.program, column, &cells).is_some() {
            return Err(CutError::Misfit(Box::new(wrong_column(self.source, column, raw, self.program))));
        }
        let zone = Zone::named(self.program.zone.name()).unwrap_or(Zone::UTC);
        let context = Context { zone: &zone, site: (0, 0, 0) };
        let share = |cell: &Parsed| match cell {
            Parsed::Value(Value::Entity(key)) => share_of(key, self.shares) as u16,
            _ => 0,
        };
        Ok(match column::read(self.program, column, &cells, raw.rows, markers, &context) {
            Cells::Distinct(codes, cells) | Cells::Keys(codes, cells) => {
                let shares: Vec<u16> = cells.iter().map(share).collect();
                codes.iter().map(|code| shares.get(*code as usize).copied().unwrap_or(0)).collect()
            }
            Cells::Plain(_, cell) => (0..raw.rows).map(|row| share(&cell(row))).collect(),
        })
    }
}

/// Why a source could not be cut.
enum CutError {
    Read(ReadError),
    Misfit(Box<Diagnostic>),
}

fn told(source: &Source, error: CutError, path: &str) -> Vec<Diagnostic> {
    match error {
        CutError::Read(error) => vec![as_diagnostic(source, path, error)],
        CutError::Misfit(diagnostic) => vec![*diagnostic],
    }
}

impl From<ReadError> for CutError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<PolarsError> for CutError {
    fn from(error: PolarsError) -> Self {
        Self::Read(ReadError::Unreadable(error.to_string()))
    }
}

impl From<std::io::Error> for CutError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(ReadError::Unreadable(error.to_string()))
    }
}

/// The rows of one file while they are cut: for each share the file to which they go.
struct Pieces<'a> {
    cutting: &'a Cutting<'a>,
    file: Arc<str>,
    markers: Arc<[Arc<str>]>,
    files: Files<'a>,
}

impl<'a> Pieces<'a> {
    fn new(cutting: &'a Cutting<'a>, file: Arc<str>, markers: Arc<[Arc<str>]>) -> Self {
        Self { cutting, file, markers, files: Files::new(cutting.folder, cutting.shares) }
    }

    /// Adds rows of a file or frame with columns; `start`: the number of the first one.
    fn add_frame(&mut self, piece: &DataFrame, start: usize) -> Result<(), CutError> {
        let Cutting { source, by, columns: wanted, threads, .. } = self.cutting;
        let raw = frame::raw_frame(piece, &raw_names(source, [by]), self.file.clone(), *threads)?;
        let shares = self.cutting.share_of_rows(&raw, &self.markers)?;
        let wanted = raw_names(source, *wanted);
        columnar::check_columns(&wanted, piece.get_column_names().iter().map(|name| name.to_string()).collect())?;
        let mut columns = Vec::with_capacity(wanted.len() + 1);
        for name in &wanted {
            let column = piece.column(name)?;
            // A file holds one dictionary, and pieces have their own.
            let numbered = matches!(column.dtype(), DataType::Categorical(..) | DataType::Enum(..));
            columns.push(if numbered { column.cast(&DataType::String)? } else { column.clone() });
        }
        let lines: Vec<i64> = (start as i64 + 1..).take(raw.rows).collect();
        columns.push(Series::new(LINE.into(), lines).into_column());
        self.files.add(&DataFrame::new(raw.rows, columns)?, &shares)
    }

    /// Adds rows of a text file.
    fn add_text(&mut self, raw: &RawFrame) -> Result<(), CutError> {
        let shares = self.cutting.share_of_rows(raw, &self.markers)?;
        let mut columns = Vec::with_capacity(raw.columns.len() + 1);
        for (name, column) in &raw.columns {
            let RawData::Text(cells) = &column.data else { continue };
            let is_there = |row: usize| column.valid.as_ref().is_none_or(|valid| valid.get_bit(row));
            let text = |(row, code): (usize, &u32)| is_there(row).then(|| cells.texts.get(*code as usize));
            let texts: StringChunked = cells.codes.iter().enumerate().map(text).collect();
            columns.push(texts.with_name(name.as_ref().into()).into_column());
        }
        let lines: Vec<i64> = (0..raw.rows).map(|row| raw.line(row).cast_signed()).collect();
        columns.push(Series::new(LINE.into(), lines).into_column());
        self.files.add(&DataFrame::new(raw.rows, columns)?, &shares)
    }

    /// Closes the files, and adds them to their shares.
    fn finish(self, shares: &mut Shares) -> Result<(), CutError> {
        shares.files.push(self.file.clone());
        for (share, file) in self.files.finish()?.into_iter().enumerate() {
            let part = |(path, rows)| Part { path, rows, file: self.file.clone(), markers: self.markers.clone() };
            shares.parts[share].extend(file.map(part));
        }
        Ok(())
    }
}

/// Files to which rows go.
struct Files<'a> {
    folder: &'a Path,
    open: Vec<Option<Open>>,
}

/// A file that is written, and how many rows it has.
struct Open {
    path: PathBuf,
    writer: BatchedWriter<File>,
    rows: usize,
}

impl<'a> Files<'a> {
    fn new(folder: &'a Path, many: usize) -> Self {
        Self { folder, open: (0..many).map(|_| None).collect() }
    }

    /// Adds rows, each to the file of its place.
    fn add(&mut self, piece: &DataFrame, places: &[u16]) -> Result<(), CutError> {
        let mut rows: Vec<Vec<IdxSize>> = vec![Vec::new(); self.open.len()];
        for (row, place) in (0..).zip(places) {
            rows[*place as usize].push(row);
        }
        for (place, rows) in rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let many = rows.len();
            let own = piece.take(&IdxCa::from_vec("rows".into(), rows))?;
            if self.open[place].is_none() {
                let (file, path) = tempfile::NamedTempFile::new_in(self.folder)?.keep().map_err(|error| error.error)?;
                let level = CompatLevel::newest();
                let fields: Vec<_> = own.columns().iter().map(|column| column.field().to_arrow(level)).collect();
                let fields = default_ipc_fields(fields.iter());
                let writer = IpcWriter::new(file).with_compat_level(level).batched(own.schema(), fields)?;
                self.open[place] = Some(Open { path, writer, rows: 0 });
            }
            if let Some(Open { writer, rows, .. }) = &mut self.open[place] {
                writer.write_batch(&own)?;
                *rows += many;
            }
        }
        Ok(())
    }

    /// Closes the files.
    fn finish(self) -> Result<Vec<Option<(PathBuf, usize)>>, CutError> {
        let close = |open: Option<Open>| {
            open.map(|Open { path, mut writer, rows }| writer.finish().map(|()| (path, rows))).transpose()
        };
        Ok(self.open.into_iter().map(close).collect::<Result<_, PolarsError>>()?)
    }
}
